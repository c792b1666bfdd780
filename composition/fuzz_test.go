package composition_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	gql "github.com/vektah/gqlparser/v2/ast"
	gqlparser "github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/compositioncases"
)

// FuzzCompose holds that any SDL gives a supergraph that parses, or coded
// errors, and never a panic.
func FuzzCompose(f *testing.F) {
	for _, cases := range ruleCases(f) {
		for _, c := range cases {
			var sdl [2]string
			for i, s := range c.Subgraphs {
				if i < 2 {
					sdl[i] = s.SDL
				}
			}
			f.Add(sdl[0], sdl[1])
		}
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 20_000 {
			t.Skip("too long to be interesting")
		}
		in := []composition.Subgraph{{Name: "a", SDL: a}, {Name: "b", SDL: b}}
		got := composition.Compose(t.Context(), in, composition.Options{MaxSteps: 100_000})
		for _, d := range got.Errors {
			if d.Code == "" || d.Message == "" {
				t.Errorf("empty diagnostic %+v", d)
			}
		}
		if !got.OK() {
			return
		}
		if _, err := gqlparser.ParseSchema(&gql.Source{Input: got.SDL}); err != nil {
			t.Errorf("the supergraph does not parse: %v\n%s", err, got.SDL)
		}
	})
}

// TestRandomSets holds that what comes of a set of subgraphs does not depend
// on their order, and is the same every time.
func TestRandomSets(t *testing.T) {
	composed := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		in := subgraphsOf(compositioncases.Random(r, fmt.Sprint(seed)))
		want := composition.Compose(t.Context(), in, composition.Options{})
		if want.OK() {
			composed++
		}
		again := slices.Clone(in)
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if diff := cmp.Diff(want, composition.Compose(t.Context(), again, composition.Options{})); diff != "" {
			t.Fatalf("seed %d: the order of subgraphs matters (-given +shuffled):\n%s", seed, diff)
		}
	}
	if composed < 50 || composed > 190 {
		t.Errorf("%d of 200 random sets compose; they should be mixed", composed)
	}
}
