package router

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// circleSDL has products in a, and in b reviews that lead back to products.
const circleSDL = `
type Query @join__type(graph: A) @join__type(graph: B) {
  products: [Product!] @join__field(graph: A)
}
type Mutation @join__type(graph: A) { m: Int }
type Subscription @join__type(graph: A) { s: Int }
type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  reviews: [Review!] @join__field(graph: B)
}
type Review @join__type(graph: B) { product: Product }
`

// The options about entities reach planner and executor, and explain tells what
// they did.
func TestEntityOptions(t *testing.T) {
	only := func(name string) func(string) bool { return func(subgraph string) bool { return subgraph == name } }
	most := func(name string, n int) func(string) int {
		return func(subgraph string) int {
			if subgraph == name {
				return n
			}
			return 0
		}
	}
	type fetch struct {
		Subgraph, State            string
		Requests, Entities, Reused int
	}
	root := fetch{Subgraph: "a", State: "done", Requests: 1}
	tests := []struct {
		name    string
		options GraphOptions
		want    []fetch
		reuses  bool // says the plan
	}{
		{"default", GraphOptions{}, []fetch{root, {"b", "done", 1, 3, 0}, {"a", "done", 1, 3, 0}}, false},
		{"reused", GraphOptions{ReuseEntities: only("a")}, []fetch{root, {"b", "done", 1, 3, 0}, {"a", "reused", 0, 0, 3}}, true},
		{"reused elsewhere", GraphOptions{ReuseEntities: only("b")}, []fetch{root, {"b", "done", 1, 3, 0}, {"a", "done", 1, 3, 0}}, false},
		{"split", GraphOptions{MaxEntities: most("b", 2)}, []fetch{root, {"b", "done", 2, 3, 0}, {"a", "done", 1, 3, 0}}, false},
		{"split into single ones", GraphOptions{MaxEntities: most("a", 1)}, []fetch{root, {"b", "done", 1, 3, 0}, {"a", "done", 3, 3, 0}}, false},
		{"not split", GraphOptions{MaxEntities: most("b", 3)}, []fetch{root, {"b", "done", 1, 3, 0}, {"a", "done", 1, 3, 0}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newCircle(t, tt.options)
			w := b.query(`{ products { name reviews { product { name } } } }`, "Weft-Explain", "true")
			var got struct {
				Data       json.RawMessage
				Extensions struct {
					Explain struct {
						Plan    struct{ Text string }
						Fetches []fetch
					}
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			want := `{"products":[{"name":"n1","reviews":[{"product":{"name":"n1"}}]},` +
				`{"name":"n2","reviews":[{"product":{"name":"n2"}}]},{"name":"n3","reviews":[{"product":{"name":"n3"}}]}]}`
			if diff := cmp.Diff(want, string(got.Data)); diff != "" {
				t.Errorf("data (-want +got):\n%s\n%s", diff, w.Body)
			}
			if diff := cmp.Diff(tt.want, got.Extensions.Explain.Fetches); diff != "" {
				t.Errorf("fetches (-want +got):\n%s", diff)
			}
			if reuses := strings.Contains(got.Extensions.Explain.Plan.Text, "Reuse("); reuses != tt.reuses {
				t.Errorf("the plan reuses: %t\n%s", reuses, got.Extensions.Explain.Plan.Text)
			}
			requests := 0
			for _, f := range tt.want {
				requests += f.Requests
			}
			if n := len(b.fetcher.requests()); n != requests {
				t.Errorf("%d requests, want %d", n, requests)
			}
		})
	}
}

func newCircle(t *testing.T, o GraphOptions) *bench {
	t.Helper()
	rt, err := New(Options{Config: config.Default(true), Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse("circle.graphql", testSDL[:strings.Index(testSDL, "type Query")]+circleSDL)
	if err != nil {
		t.Fatal(err)
	}
	// entities answers each representation of a request.
	entities := func(entity string) func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			var request struct {
				Variables struct {
					Representations []struct{ ID string }
				}
			}
			if err := json.Unmarshal(r.Body, &request); err != nil {
				return nil, err
			}
			if request.Variables.Representations == nil {
				return answer(`{"data":{"products":[{"id":"1","name":"n1"},{"id":"2","name":"n2"},{"id":"3","name":"n3"}]}}`)(t.Context(), r)
			}
			var list []string
			for _, r := range request.Variables.Representations {
				list = append(list, fmt.Sprintf(entity, r.ID))
			}
			body := `{"data":{"_entities":[` + strings.Join(list, ",") + `]}}`
			return &subgraphs.Response{Status: http.StatusOK, Header: http.Header{}, Body: []byte(body)}, nil
		}
	}
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": entities(`{"name":"n%s"}`),
		"b": entities(`{"reviews":[{"product":{"id":"%s"}}]}`),
	}}
	o.Fetcher, o.Limits = f, operation.DefaultLimits()
	rt.Swap(NewGraph(super, o))
	t.Cleanup(rt.Close)
	return &bench{Router: rt, fetcher: f}
}
