package executor

import (
	"context"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// BenchmarkExecute is a whole request with subgraphs that answer at once.
func BenchmarkExecute(b *testing.B) {
	answers := map[string]*subgraphs.Response{}
	for name, s := range productWorld().subgraphs {
		answers[name] = &subgraphs.Response{Status: 200, Body: []byte(s.answer)}
	}
	x := &Executor{Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		return answers[r.Subgraph], nil
	})}
	for _, bm := range []struct {
		name, query string
		fetches     []fetchSpec
	}{
		{"one fetch", `{ product { id name } }`, product[:1]},
		{"two stages", `{ product { id name availability price } }`, product},
	} {
		b.Run(bm.name, func(b *testing.B) {
			p := compile(b, shop, bm.query, bm.fetches)
			b.ReportAllocs()
			for b.Loop() {
				r, err := x.Execute(context.Background(), &Request{Program: p})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.JSON(nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
