package router

import (
	"context"
	"runtime"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// A graph lives as long as a request uses it, and not a garbage collection
// longer.
func TestGraphsGo(t *testing.T) {
	const swaps = 20
	b := newBench(t, nil)
	freed := make(chan int, swaps+1)
	swap := func(i int) {
		g := testGraph(t, b.config, b.fetcher, nil)
		runtime.AddCleanup(g, func(i int) { freed <- i }, i)
		b.Swap(g)
	}
	swap(0)
	// A request that begins on the first graph and ends on its own time.
	asked, answerIt := make(chan struct{}), make(chan struct{})
	plain := b.fetcher.answers["b"]
	b.fetcher.answers["b"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		close(asked)
		<-answerIt
		return plain(ctx, r)
	}
	done := make(chan string, 1)
	go func() { done <- b.query(`{ product(id: 1) { name price } }`).Body.String() }()
	<-asked
	b.fetcher.answers["b"] = plain
	for i := range swaps {
		swap(i + 1)
		b.query(`{ product(id: 1) { name } }`)
	}
	if n := b.Graphs(); n != 2 {
		t.Errorf("%d graphs, want the live one and that of the request", n)
	}
	collected := map[int]bool{}
	collect := func(want int) {
		t.Helper()
		for range 100 {
			runtime.GC()
			for len(freed) > 0 {
				collected[<-freed] = true
			}
			if len(collected) == want {
				return
			}
			runtime.Gosched()
		}
		t.Errorf("%d graphs are freed, want %d", len(collected), want)
	}
	collect(swaps - 1) // all but the first and the last
	if collected[0] {
		t.Error("the graph of a request under way is freed")
	}
	close(answerIt)
	if got, want := <-done, `{"data":{"product":{"name":"Lamp","price":3}}}`; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	collect(swaps)
	if n := b.Graphs(); n != 1 {
		t.Errorf("%d graphs, want the live one", n)
	}
}
