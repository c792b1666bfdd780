package weft_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

// federationSDL is what every supergraph of the tests begins with: two
// subgraphs, a and b.
const federationSDL = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query }

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a.example/graphql")
  B @join__graph(name: "b", url: "http://b.example/graphql")
}
`

// federate starts a router over subgraphs that handlers play. It ends with the
// test.
func federate(t testing.TB, sdl string, handlers map[string]http.Handler, change func(*config.Config), opts ...weft.Option) *weft.Router {
	t.Helper()
	c := config.Default(true)
	c.Subgraphs = map[string]config.Subgraph{}
	for name, h := range handlers {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		c.Subgraphs[name] = config.Subgraph{URL: srv.URL}
	}
	if change != nil {
		change(c)
	}
	opts = append([]weft.Option{weft.WithSupergraph(sdl), weft.WithLogger(zap.NewNop())}, opts...)
	r, err := weft.New(t.Context(), c, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// shop starts a router over the demo's subgraphs.
func shop(t testing.TB, change func(*config.Config), opts ...weft.Option) *weft.Router {
	t.Helper()
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: noLatency()})
	if err != nil {
		t.Fatal(err)
	}
	handlers := map[string]http.Handler{}
	for _, s := range services {
		handlers[s.Name()] = s
	}
	return federate(t, demo.Supergraph(), handlers, change, opts...)
}

// A graphqlRequest is what a client sends, or a subgraph gets.
type graphqlRequest struct {
	Query         string          `json:"query"`
	OperationName string          `json:"operationName,omitempty"`
	Variables     json.RawMessage `json:"variables,omitempty"`
}

// answers plays a subgraph that is asked one thing at a time.
func answers(answer func(graphqlRequest) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q graphqlRequest
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer(q)) // a router that has gone is its own matter
	})
}

// exchange sends a request to a router and returns status, header and body.
func exchange(ctx context.Context, h http.Handler, method, target string, header http.Header, body string) (*http.Response, string) {
	r := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

// post sends a GraphQL request and returns status and body.
func post(ctx context.Context, h http.Handler, q graphqlRequest) (int, string) {
	body, err := json.Marshal(q)
	if err != nil {
		panic(err) // the tests write variables that are JSON
	}
	response, text := exchange(ctx, h, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}}, string(body))
	return response.StatusCode, text
}
