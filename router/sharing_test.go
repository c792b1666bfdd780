package router

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// mutationSDL has a mutation whose answer needs an entity of b.
const mutationSDL = `
type Query @join__type(graph: A) @join__type(graph: B) {
  product(id: ID!): Product @join__field(graph: A)
}
type Mutation @join__type(graph: A) @join__type(graph: B) {
  rename: Product @join__field(graph: A)
}
type Subscription @join__type(graph: A) { s: Int }
type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  price: Int @join__field(graph: B)
}
`

// Queries that are equal in all that reaches the subgraph are sent once. What
// header rules make of the clients' headers is part of that. A mutation's own
// queries are always sent: they have to see what it has written.
func TestQueriesShareRequests(t *testing.T) {
	query := func(id string) string { return `{"query":"{ product(id: \"` + id + `\") { price } }"}` }
	mutation := `{"query":"mutation { rename { price } }"}`
	type client struct{ body, token string }
	tests := []struct {
		name    string
		clients []client
		want    map[string]int // requests by subgraph
	}{
		{"equal", []client{{query("1"), ""}, {query("1"), ""}, {query("1"), ""}}, map[string]int{"a": 1, "b": 1}},
		{"another argument", []client{{query("1"), ""}, {query("2"), ""}}, map[string]int{"a": 2, "b": 1}},
		{"equal tokens", []client{{query("1"), "x"}, {query("1"), "x"}}, map[string]int{"a": 1, "b": 1}},
		{"another token", []client{{query("1"), "x"}, {query("1"), "y"}, {query("1"), ""}}, map[string]int{"a": 3, "b": 3}},
		{"mutations", []client{{mutation, ""}, {mutation, ""}}, map[string]int{"a": 2, "b": 2}},
		{"a mutation beside a query", []client{{query("1"), ""}, {mutation, ""}}, map[string]int{"a": 2, "b": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newShared(t)
				var wg sync.WaitGroup
				for _, c := range tt.clients {
					wg.Go(func() {
						w := b.post(c.body, "Token", c.token)
						if w.Code != 200 || codesIn(t, w.Body.Bytes()) != nil {
							t.Errorf("%d %s", w.Code, w.Body)
						}
					})
				}
				wg.Wait()
				got := map[string]int{}
				for _, r := range b.fetcher.requests() {
					got[r.Subgraph]++
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// newShared is a router on mutationSDL whose subgraphs take a second each, and
// get the header Token.
func newShared(t *testing.T) *bench {
	t.Helper()
	c := config.Default(false)
	c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Named: "token"}}}
	rt, err := New(Options{Config: c, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse("mutation.graphql", testSDL[:strings.Index(testSDL, "type Query")]+mutationSDL)
	if err != nil {
		t.Fatal(err)
	}
	slow := func(body string) func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
			time.Sleep(time.Second)
			return &subgraphs.Response{Status: http.StatusOK, Header: http.Header{}, Body: []byte(body)}, nil
		}
	}
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": slow(`{"data":{"product":{"__typename":"Product","id":"1"},"rename":{"__typename":"Product","id":"1"}}}`),
		"b": slow(`{"data":{"_entities":[{"__typename":"Product","price":3}]}}`),
	}}
	rt.Swap(NewGraph(super, GraphOptions{Fetcher: f, QueryFetcher: subgraphs.NewSharing(f), Limits: operation.DefaultLimits()}))
	t.Cleanup(rt.Close)
	return &bench{Router: rt, fetcher: f}
}
