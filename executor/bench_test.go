package executor

import (
	"context"
	"fmt"
	"strings"
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
				r.Release()
			}
		})
	}
}

// BenchmarkEntities is a list whose elements are all looked up elsewhere: what
// is allocated must not depend on how many they are.
func BenchmarkEntities(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("entities=%d", n), func(b *testing.B) {
			var products, prices []string
			for i := range n {
				products = append(products, fmt.Sprintf(`{"id":"%d"}`, i))
				prices = append(prices, fmt.Sprintf(`{"price":%d.5}`, i))
			}
			answers := map[string]*subgraphs.Response{
				"catalogue": {Status: 200, Body: []byte(`{"data":{"products":[` + strings.Join(products, ",") + `]}}`)},
				"pricing":   {Status: 200, Body: []byte(`{"data":{"_entities":[` + strings.Join(prices, ",") + `]}}`)},
			}
			x := &Executor{Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
				return answers[r.Subgraph], nil
			})}
			p := compile(b, shop, `{ products { id price } }`, []fetchSpec{
				{subgraph: "catalogue", sel: `{ products { id } }`},
				{subgraph: "pricing", sel: `{ price }`, at: "products.@", needs: []int{0}},
			})
			b.ReportAllocs()
			for b.Loop() {
				r, err := x.Execute(context.Background(), &Request{Program: p})
				if err != nil || len(r.Causes) > 0 {
					b.Fatal(err, r)
				}
				if _, err := r.JSON(nil); err != nil {
					b.Fatal(err)
				}
				r.Release()
			}
		})
	}
}
