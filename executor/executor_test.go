package executor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const shop = `
type Query { product: Product strict: Strict products: [Strict] me: User }
type Mutation { a: Int b: Int c: Strict }
type Product { id: ID! name: String availability: String price: Float }
type Strict { id: ID! name: String availability: String price: Float! stock: Stock }
type Stock { id: ID! count: Int }
type User { id: ID! name: String }
`

// product is the showcase: the catalogue first, then inventory and pricing at
// the same time.
var product = []fetchSpec{
	{subgraph: "catalogue", sel: `{ product { id name } }`},
	{subgraph: "inventory", sel: `{ availability }`, at: "product", needs: []int{0}},
	{subgraph: "pricing", sel: `{ price }`, at: "product", needs: []int{0}},
}

func productWorld() *world {
	return &world{subgraphs: map[string]subgraph{
		"catalogue": {delay: 20 * time.Millisecond, answer: `{"data":{"product":{"id":"1","name":"Chair"}}}`},
		"inventory": {delay: 100 * time.Millisecond, answer: `{"data":{"_entities":[{"availability":"In Stock"}]}}`},
		"pricing":   {delay: 150 * time.Millisecond, answer: `{"data":{"_entities":[{"price":29.99}]}}`},
	}}
}

func TestIndependentFetchesRunTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := productWorld()
		x := &Executor{Fetcher: w}
		start := time.Now()
		r, err := x.Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { id name availability price } }`, product)})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 170*time.Millisecond {
			t.Errorf("took %v, want the catalogue and the slower of the two", took)
		}
		if diff := cmp.Diff(`{"data":{"product":{"id":"1","name":"Chair","availability":"In Stock","price":29.99}}}`, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		want := []FetchReport{
			{ID: 0, Subgraph: "catalogue", State: Done, End: 20 * time.Millisecond, Requests: 1, Bytes: 46, Status: 200},
			{ID: 1, Subgraph: "inventory", State: Done, Start: 20 * time.Millisecond, End: 120 * time.Millisecond, Requests: 1, Entities: 1, Bytes: 52, Status: 200},
			{ID: 2, Subgraph: "pricing", State: Done, Start: 20 * time.Millisecond, End: 170 * time.Millisecond, Requests: 1, Entities: 1, Bytes: 40, Status: 200},
		}
		if diff := cmp.Diff(want, r.Fetches); diff != "" {
			t.Errorf("reports (-want +got)\n%s", diff)
		}
	})
}

func TestClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := productWorld()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		start := time.Now()
		r, err := (&Executor{Fetcher: w}).Execute(ctx, &Request{Program: compile(t, shop, `{ product { availability price } }`, product)})
		if err != context.Canceled || r != nil {
			t.Errorf("got %v, %v, want the context's error", r, err)
		}
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if !w.has("inventory canceled") || !w.has("pricing canceled") {
			t.Errorf("log %v", w.log)
		}
	})
}
