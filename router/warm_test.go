package router

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// What one graph has planned the next has planned before it serves; what is no
// longer possible it has not.
func TestWarm(t *testing.T) {
	b := newBench(t, nil)
	documents := []string{
		`{ product(id: 1) { name price } }`,
		`{ echo(n: 5) }`,
		`query ($c: Boolean!) { product(id: 1) { name price @include(if: $c) } }`,
		`{ product(id: 1) { name } }`,
	}
	ask := func() {
		for _, d := range documents {
			if body := b.post(fmt.Sprintf(`{"query":%q,"variables":{"c":true}}`, d)).Body.String(); strings.Contains(body, `"errors"`) {
				t.Errorf("%s: %s", d, body)
			}
		}
	}
	graph := func(sdl string) *Graph {
		super, err := supergraph.Parse("test", sdl)
		if err != nil {
			t.Fatal(err)
		}
		return NewGraph(super, GraphOptions{Fetcher: b.fetcher, Limits: operation.DefaultLimits()})
	}
	size := func(g *Graph) [2]int {
		g.operations.entries.CleanUp()
		g.programs.entries.CleanUp()
		return [2]int{g.operations.entries.EstimatedSize(), g.programs.entries.EstimatedSize()}
	}
	ask()
	next := graph(testSDL)
	if n := b.Warm(t.Context(), next); n != len(documents) {
		t.Errorf("%d plans are ready, want %d", n, len(documents))
	}
	before := size(next)
	b.Swap(next)
	ask()
	if after := size(next); before != after || after != [2]int{4, 4} {
		t.Errorf("operations and plans: %v before it served, %v after", before, after)
	}

	less := graph(strings.Replace(testSDL, "  price: Int @join__field(graph: B)\n", "", 1))
	if n := b.Warm(t.Context(), less); n != 2 {
		t.Errorf("%d plans are ready, want 2", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if n := b.Warm(ended, graph(testSDL)); n != 0 {
		t.Errorf("%d plans are ready after the end", n)
	}
	b.Swap(nil)
	if n := b.Warm(t.Context(), graph(testSDL)); n != 0 {
		t.Errorf("%d plans without a graph", n)
	}
}
