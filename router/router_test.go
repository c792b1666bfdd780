package router

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testSDL is two subgraphs: a with products, b with their prices.
const testSDL = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query mutation: Mutation subscription: Subscription }

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
  A @join__graph(name: "a", url: "http://a.internal/graphql")
  B @join__graph(name: "b", url: "http://b.internal/graphql")
}

type Query @join__type(graph: A) @join__type(graph: B) {
  product(id: ID!): Product @join__field(graph: A)
  echo(n: Int): Int @join__field(graph: A)
}
type Mutation @join__type(graph: A) @join__type(graph: B) {
  touch: Int @join__field(graph: A)
}
type Subscription @join__type(graph: A) @join__type(graph: B) {
  ticks: Int @join__field(graph: A)
}
type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  price: Int @join__field(graph: B)
}
`

// fetcher is an in-memory federation: it answers by subgraph.
type fetcher struct {
	mu      sync.Mutex
	seen    []*subgraphs.Request // guarded by mu
	answers map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error)
}

func (f *fetcher) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	copied := *r // which may serve for another
	f.mu.Lock()
	f.seen = append(f.seen, &copied)
	f.mu.Unlock()
	return f.answers[r.Subgraph](ctx, r)
}

func (f *fetcher) requests() []*subgraphs.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen
}

func answer(body string) func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
	return func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return &subgraphs.Response{Status: 200, Header: http.Header{}, Body: []byte(body)}, nil
	}
}

// A bench is a router on an in-memory federation.
type bench struct {
	*Router
	fetcher *fetcher
	logs    *observer.ObservedLogs
}

func newBench(t testing.TB, change func(*config.Config)) *bench {
	t.Helper()
	c := config.Default(false)
	if change != nil {
		change(c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zapcore.DebugLevel)
	rt, err := New(Options{Config: c, Logger: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": answer(`{"data":{"product":{"__typename":"Product","id":"1","name":"Lamp"},"echo":7,"touch":1}}`),
		"b": answer(`{"data":{"_entities":[{"__typename":"Product","price":3}]}}`),
	}}
	rt.Swap(testGraph(t, c, f, nil))
	t.Cleanup(rt.Close)
	return &bench{rt, f, logs}
}

func testGraph(t testing.TB, c *config.Config, f executor.Fetcher, onClose func()) *Graph {
	t.Helper()
	super, err := supergraph.Parse("test.graphql", testSDL)
	if err != nil {
		t.Fatal(err)
	}
	limits := operation.DefaultLimits()
	limits.Introspection = c.Introspection
	return NewGraph(super, GraphOptions{Fetcher: f, Limits: limits, OnClose: onClose})
}

func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// post sends a body as JSON.
func (b *bench) post(body string, header ...string) *httptest.ResponseRecorder {
	return b.do(newRequestWith("POST", "/graphql", body, append([]string{"Content-Type", "application/json"}, header...)...))
}

// query sends a document.
func (b *bench) query(document string, header ...string) *httptest.ResponseRecorder {
	body, _ := json.Marshal(map[string]string{"query": document})
	return b.post(string(body), header...)
}

func newRequestWith(method, target, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// codesIn returns the codes of a response's errors.
func codesIn(t *testing.T, body []byte) []string {
	t.Helper()
	var response struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(body, &response); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	var codes []string
	for _, e := range response.Errors {
		if e.Message == "" {
			t.Errorf("an error without a message in %s", body)
		}
		codes = append(codes, e.Extensions.Code)
	}
	return codes
}

func wantBody(t *testing.T, w *httptest.ResponseRecorder, want string) {
	t.Helper()
	if diff := cmp.Diff(want, withoutErrorIDs(w.Body.String())); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// withoutErrorIDs takes the ids of errors away, which are random.
func withoutErrorIDs(body string) string {
	body = regexp.MustCompile(`,?"errorId":"[0-9a-f]{16}(-[0-9]+)?"`).ReplaceAllString(body, "")
	return strings.NewReplacer(`{,`, `{`, `,"extensions":{}`, ``).Replace(body)
}

func TestQuery(t *testing.T) {
	b := newBench(t, nil)
	w := b.query(`{ product(id: "1") { name price } }`)
	wantBody(t, w, `{"data":{"product":{"name":"Lamp","price":3}}}`)
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
}

// What is not a GraphQL request, or not one to be executed: status and code
// for either media type, and whether it reaches a subgraph.
func TestRefusals(t *testing.T) {
	const (
		jsonType = "application/json"
		gqlType  = "application/graphql-response+json"
	)
	get := func(params ...string) string {
		v := url.Values{}
		for i := 0; i < len(params); i += 2 {
			v.Add(params[i], params[i+1])
		}
		return "/graphql?" + v.Encode()
	}
	preflight := []string{"Apollo-Require-Preflight", "1"}
	tests := []struct {
		name           string
		method, target string
		body           string
		header         []string
		status         int // with application/json
		statusGraphQL  int // with application/graphql-response+json; 0 for the same
		code           string
	}{
		{name: "no content type", method: "POST", body: `{}`, status: 400, code: CodeCSRF},
		{name: "no content type, preflight header", method: "POST", body: `{}`, header: preflight, status: 415, code: CodeInvalidContentType},
		{name: "text/plain", method: "POST", body: `{}`, header: []string{"Content-Type", "text/plain"}, status: 400, code: CodeCSRF},
		{name: "text/plain, preflight header", method: "POST", body: `{}`, header: append(preflight, "Content-Type", "text/plain"), status: 415, code: CodeInvalidContentType},
		{name: "application/graphql", method: "POST", body: `{a}`, header: []string{"Content-Type", "application/graphql"}, status: 415, code: CodeInvalidContentType},
		{name: "latin 1", method: "POST", body: `{}`, header: []string{"Content-Type", "application/json; charset=latin1"}, status: 415, code: CodeInvalidContentType},
		{name: "malformed content type", method: "POST", body: `{}`, header: []string{"Content-Type", "application/json; ="}, status: 400, code: CodeCSRF},
		{name: "two content types", method: "POST", body: `{}`, header: []string{"Content-Type", jsonType, "Content-Type", "text/plain"}, status: 415, code: CodeInvalidContentType},
		{name: "compressed", method: "POST", body: `{}`, header: []string{"Content-Type", jsonType, "Content-Encoding", "gzip, br"}, status: 415, code: CodeInvalidContentEncoding},
		{name: "empty", method: "POST", header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "not JSON", method: "POST", body: `{"query":`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "trailing", method: "POST", body: `{"query":"{echo}"} x`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "null", method: "POST", body: `null`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "a string", method: "POST", body: `"{echo}"`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "not UTF-8", method: "POST", body: "{\"query\":\"\xff\"}", header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "batch", method: "POST", body: `[{"query":"{echo}"}]`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeBatchingNotEnabled},
		{name: "no query", method: "POST", body: `{"variables":{}}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "empty query", method: "POST", body: `{"query":""}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "query in capitals", method: "POST", body: `{"Query":"{echo}"}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "query is a number", method: "POST", body: `{"query":1}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "query twice", method: "POST", body: `{"query":"{echo}","query":"{touch}"}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "variables are a list", method: "POST", body: `{"query":"{echo}","variables":[]}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "variables are a string", method: "POST", body: `{"query":"{echo}","variables":"{}"}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "extensions are a list", method: "POST", body: `{"query":"{echo}","extensions":[]}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "operation name is an object", method: "POST", body: `{"query":"{echo}","operationName":{}}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "nested without end", method: "POST", body: `{"query":"{echo}","variables":` + strings.Repeat(`{"a":`, 100_000) + `1`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "persisted query", method: "POST", body: apq(hashOf("{echo}"), ""), header: []string{"Content-Type", jsonType}, status: 200, code: CodePersistedNotFound},
		{name: "persisted query without a hash", method: "POST", body: `{"extensions":{"persistedQuery":{"version":1}}}`, header: []string{"Content-Type", jsonType}, status: 400, code: CodeInvalidRequest},
		{name: "too large", method: "POST", body: `{"query":"` + strings.Repeat("x", 2_000_001) + `"}`, header: []string{"Content-Type", jsonType}, status: 413, code: CodeTooLarge},

		{name: "syntax", method: "POST", body: `{"query":"{"}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: operation.CodeParsing},
		{name: "unknown field", method: "POST", body: `{"query":"{nope}"}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: operation.CodeValidation},
		{name: "unknown operation", method: "POST", body: `{"query":"query A {echo}","operationName":"B"}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: operation.CodeUnknownOperationName},
		{name: "wrong variable", method: "POST", body: `{"query":"query($n:Int!){echo(n:$n)}","variables":{"n":"1"}}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: operation.CodeInvalidVariable},
		{name: "introspection is off", method: "POST", body: `{"query":"{__schema{queryType{name}}}"}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: operation.CodeIntrospectionDisabled},
		{name: "subscription", method: "POST", body: `{"query":"subscription {ticks}"}`, header: []string{"Content-Type", jsonType}, status: 200, statusGraphQL: 400, code: CodeSubscriptions},
		{name: "anonymous subscription by GET", method: "GET", target: get("query", "subscription {ticks}"), header: preflight, status: 200, statusGraphQL: 400, code: CodeSubscriptions},

		{name: "GET without a header", method: "GET", target: get("query", "{echo}"), status: 400, code: CodeCSRF},
		{name: "GET with text/plain", method: "GET", target: get("query", "{echo}"), header: append(preflight, "Content-Type", "text/plain"), status: 415, code: CodeInvalidContentType},
		{name: "GET with a strange type", method: "GET", target: get("query", "{echo}"), header: []string{"Content-Type", "message/rfc822"}, status: 415, code: CodeInvalidContentType},
		{name: "GET of a mutation", method: "GET", target: get("query", "mutation {touch}"), header: preflight, status: 405, code: CodeMutationForbidden},
		{name: "GET without a query", method: "GET", target: "/graphql", header: preflight, status: 400, code: CodeInvalidRequest},
		{name: "GET with two queries", method: "GET", target: get("query", "{echo}", "query", "{touch}"), header: preflight, status: 400, code: CodeInvalidRequest},
		{name: "GET with malformed variables", method: "GET", target: get("query", "{echo}", "variables", "{"), header: preflight, status: 400, code: CodeInvalidRequest},
		{name: "GET with malformed parameters", method: "GET", target: "/graphql?query=%zz", header: preflight, status: 400, code: CodeInvalidRequest},
		{name: "GET of what is not UTF-8", method: "GET", target: "/graphql?query=%ff", header: preflight, status: 400, code: CodeInvalidRequest},

		{name: "PUT", method: "PUT", body: `{"query":"{echo}"}`, header: []string{"Content-Type", jsonType}, status: 405, code: CodeMethodNotAllowed},
		{name: "DELETE", method: "DELETE", status: 405, code: CodeMethodNotAllowed},
		{name: "made up", method: "BREW", status: 405, code: CodeMethodNotAllowed},

		{name: "explain is off", method: "POST", body: `{"query":"{echo}"}`, header: []string{"Content-Type", jsonType, "weft-explain", "true"}, status: 403, code: CodeExplainDisabled},
		{name: "explain what", method: "POST", body: `{"query":"{echo}"}`, header: []string{"Content-Type", jsonType, "weft-explain", "please"}, status: 400, code: CodeInvalidRequest},

		{name: "no such path", method: "GET", target: "/nope", status: 404, code: CodeNotFound},
	}
	b := newBench(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := tt.target
			if target == "" {
				target = "/graphql"
			}
			for _, media := range []string{jsonType, gqlType} {
				w := b.do(newRequestWith(tt.method, target, tt.body, append(tt.header[:len(tt.header):len(tt.header)], "Accept", media)...))
				want := tt.status
				if media == gqlType && tt.statusGraphQL != 0 {
					want = tt.statusGraphQL
				}
				if w.Code != want {
					t.Errorf("%s: status %d, want %d: %s", media, w.Code, want, w.Body)
				}
				if diff := cmp.Diff([]string{tt.code}, codesIn(t, w.Body.Bytes())); diff != "" {
					t.Errorf("%s: codes (-want +got):\n%s", media, diff)
				}
				if strings.Contains(w.Body.String(), `"data"`) {
					t.Errorf("a refused request has data: %s", w.Body)
				}
				if (w.Code == 405) != (w.Header().Get("Allow") != "") {
					t.Errorf("status %d with Allow %q", w.Code, w.Header().Get("Allow"))
				}
			}
		})
	}
	if n := len(b.fetcher.requests()); n > 0 {
		t.Errorf("%d requests reached subgraphs", n)
	}
	if n := b.logs.FilterMessage("panic while serving a request").Len(); n > 0 {
		t.Errorf("%d panics", n)
	}
}

func TestErrorsHaveLocations(t *testing.T) {
	b := newBench(t, nil)
	w := b.query("{\n  nope\n}")
	var response struct {
		Errors []struct {
			Locations []struct{ Line, Column int }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &response); err != nil {
		t.Fatal(err)
	}
	if len(response.Errors) != 1 || len(response.Errors[0].Locations) != 1 || response.Errors[0].Locations[0].Line != 2 || response.Errors[0].Locations[0].Column != 3 {
		t.Errorf("errors %+v", response.Errors)
	}
}

func TestGet(t *testing.T) {
	b := newBench(t, nil)
	v := url.Values{
		"query":         {"query A($n: Int) { echo(n: $n) } query B { product(id: 1) { id } }"},
		"operationName": {"A"},
		"variables":     {` {"n": 5} `},
		"extensions":    {""},
	}
	w := b.do(newRequestWith("GET", "/graphql?"+v.Encode(), "", "Apollo-Require-Preflight", "x"))
	wantBody(t, w, `{"data":{"echo":7}}`)
	if got := string(b.fetcher.requests()[0].Body); !strings.Contains(got, `"variables":{"n":5}`) {
		t.Errorf("the subgraph was asked %s", got)
	}
}

func TestOptions(t *testing.T) {
	w := newBench(t, nil).do(newRequestWith("OPTIONS", "/graphql", ""))
	if w.Code != 204 || w.Header().Get("Allow") != "GET, POST" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
}

func TestCSRFCanBeSwitchedOff(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.CSRF.Enabled = false })
	w := b.do(newRequestWith("GET", "/graphql?query={echo}", ""))
	wantBody(t, w, `{"data":{"echo":7}}`)
}

// A failing subgraph takes nothing with it; what clients see of it is decided
// by the configuration, what logs see is everything.
func TestSubgraphErrors(t *testing.T) {
	down := func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return nil, &subgraphs.Error{Subgraph: "b", Kind: subgraphs.Connect, Err: errors.New("dial tcp 10.0.0.7: secret refused")}
	}
	own := answer(`{"data":{"_entities":[{"__typename":"Product","price":null}]},"errors":[{"message":"secret stock","path":["_entities",0,"price"],"extensions":{"code":"OUT","sku":7}}]}`)
	const query = `{ product(id: "1") { name price } }`
	open := func(c *config.Config) {
		c.Errors.All = config.Exposure{Message: config.KeepMessage, Extensions: config.ExtensionPolicy{All: true}}
	}
	tests := []struct {
		name   string
		config func(*config.Config)
		answer func(context.Context, *subgraphs.Request) (*subgraphs.Response, error)
		want   string
	}{
		{"own error, masked", nil, own,
			`{"message":"Subgraph errors redacted","path":["product","price"],"extensions":{"code":"OUT"}}`},
		{"own error, open", open, own,
			`{"message":"secret stock","path":["product","price"],"extensions":{"code":"OUT","service":"b","sku":7}}`},
		{"own error, open for this subgraph", func(c *config.Config) {
			c.Errors.Subgraphs = map[string]config.Exposure{"b": {Message: config.KeepMessage}}
		}, own,
			`{"message":"secret stock","path":["product","price"],"extensions":{"code":"OUT"}}`},
		{"own error, no extensions", func(c *config.Config) {
			c.Errors.All.Extensions = config.ExtensionPolicy{Keys: []string{}}
		}, own,
			`{"message":"Subgraph errors redacted","path":["product","price"]}`},
		{"down, masked", nil, down,
			`{"message":"Subgraph errors redacted","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.config)
			b.fetcher.answers["b"] = tt.answer
			w := b.query(query)
			wantBody(t, w, `{"data":{"product":{"name":"Lamp","price":null}},"errors":[`+tt.want+`]}`)
			if w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
			logged := b.logs.FilterMessage("subgraph error").All()
			if len(logged) != 1 || !strings.Contains(fmt.Sprint(logged[0].ContextMap()["error"]), "secret") {
				t.Errorf("logged %v", logged)
			}
		})
	}
	t.Run("down, open", func(t *testing.T) {
		b := newBench(t, open)
		b.fetcher.answers["b"] = down
		if body := b.query(query).Body.String(); strings.Contains(body, "secret") || !strings.Contains(body, "connection failed") {
			t.Errorf("body %s", body)
		}
	})
}

func TestFailFast(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.OnError = config.FailFast })
	b.fetcher.answers["b"] = answer(`{"errors":[{"message":"no"}]}`)
	w := b.query(`{ product(id: "1") { name price } }`)
	if !strings.HasPrefix(w.Body.String(), `{"data":null,"errors":[`) {
		t.Errorf("body %s", w.Body)
	}
}

func TestIntrospection(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Introspection = true })
	w := b.query(`query Q { t: __typename __schema { queryType { name } } echo }`)
	wantBody(t, w, `{"data":{"t":"Query","__schema":{"queryType":{"name":"Query"}},"echo":7}}`)
	if n := len(b.fetcher.requests()); n != 1 {
		t.Errorf("%d requests, want that for echo alone", n)
	}
	w = b.query(`{ __type(name: "Product") { kind } }`)
	wantBody(t, w, `{"data":{"__type":{"kind":"OBJECT"}}}`)
	if n := len(b.fetcher.requests()); n != 1 {
		t.Errorf("a subgraph was asked for the schema")
	}
}

func TestTypenameWithoutIntrospection(t *testing.T) {
	wantBody(t, newBench(t, nil).query(`{ __typename }`), `{"data":{"__typename":"Query"}}`)
}

// The caches never answer one request with another's operation: what differs
// in any input is a different answer, in whatever order.
func TestCachesKeepRequestsApart(t *testing.T) {
	b := newBench(t, nil)
	b.fetcher.answers["a"] = func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		n := 0
		var body struct{ Variables struct{ N int } }
		json.Unmarshal(r.Body, &body)
		n = body.Variables.N
		return answer(fmt.Sprintf(`{"data":{"echo":%d,"x":1,"y":2}}`, n))(nil, r)
	}
	doc := `query A($n: Int, $s: Boolean = false) { echo(n: $n) @skip(if: $s) x: __typename } query B { y: __typename }`
	ask := func(name, vars string) string {
		body, _ := json.Marshal(map[string]any{"query": doc, "operationName": name, "variables": json.RawMessage(vars)})
		return b.post(string(body)).Body.String()
	}
	for range 2 {
		for _, tt := range []struct{ name, vars, want string }{
			{"A", `{"n":1}`, `{"data":{"echo":1,"x":"Query"}}`},
			{"A", `{"n":2}`, `{"data":{"echo":2,"x":"Query"}}`},
			{"A", `{"n":2,"s":true}`, `{"data":{"x":"Query"}}`},
			{"A", `{"n":2,"s":false}`, `{"data":{"echo":2,"x":"Query"}}`},
			{"B", `{}`, `{"data":{"y":"Query"}}`},
		} {
			if got := ask(tt.name, tt.vars); got != tt.want {
				t.Errorf("%s %s: %s, want %s", tt.name, tt.vars, got, tt.want)
			}
		}
	}
}

func TestHeadersReachSubgraphs(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Named: "authorization"}}}
		c.Headers.Subgraphs = map[string]config.HeaderRules{"b": {Request: []config.RequestRule{{Insert: &config.Insert{Name: "x-b", Value: "1"}}}}}
	})
	b.query(`{ product(id: "1") { price } }`, "Authorization", "Bearer t", "X-Other", "1")
	got := map[string]http.Header{}
	for _, r := range b.fetcher.requests() {
		got[r.Subgraph] = r.Header.Fields()
	}
	want := map[string]http.Header{
		"a": {"Authorization": {"Bearer t"}},
		"b": {"Authorization": {"Bearer t"}, "X-B": {"1"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Explain = true })
	type explained struct {
		Data       json.RawMessage
		Extensions struct {
			Explain struct {
				Operation struct {
					Name, Type, Hash string
					Cached           bool
				}
				Plan struct {
					Text   string
					Cached bool
				}
				Fetches []struct {
					Subgraph  string
					Paths     []string
					DependsOn []int
					State     string
					Start     *float64
					End       *float64
					Bytes     int
					Entities  int
					Status    int
				}
				Stages map[string]float64
			}
		}
	}
	ask := func(header string) explained {
		w := b.query(`query Q { product(id: "1") { name price } }`, "Weft-Explain", header)
		var e explained
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != 200 {
			t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
		}
		return e
	}
	e := ask("true")
	x := e.Extensions.Explain
	if string(e.Data) != `{"product":{"name":"Lamp","price":3}}` || x.Operation.Name != "Q" || x.Operation.Type != "query" || x.Plan.Cached || !strings.Contains(x.Plan.Text, "Flatten") {
		t.Errorf("explained %+v", e)
	}
	if len(x.Fetches) != 2 || x.Fetches[1].Subgraph != "b" || x.Fetches[1].Entities != 1 || x.Fetches[1].Status != 200 || x.Fetches[1].Bytes == 0 ||
		*x.Fetches[1].Start < *x.Fetches[0].End || *x.Fetches[1].End < *x.Fetches[1].Start {
		t.Errorf("fetches %+v", x.Fetches)
	}
	if _, ok := x.Stages["plan"]; !ok {
		t.Errorf("stages %v", x.Stages)
	}
	if again := ask("true").Extensions.Explain; !again.Plan.Cached || !again.Operation.Cached {
		t.Errorf("the second request planned again: %+v", again.Plan)
	}
	before := len(b.fetcher.requests())
	dry := ask("Dry-Run")
	if string(dry.Data) != "null" || len(dry.Extensions.Explain.Fetches) != 2 || dry.Extensions.Explain.Fetches[0].Start != nil {
		t.Errorf("dry run %+v", dry)
	}
	if len(b.fetcher.requests()) != before {
		t.Error("the dry run asked a subgraph")
	}
	if plain := b.query(`{ echo }`, "Weft-Explain", "false").Body.String(); plain != `{"data":{"echo":7}}` {
		t.Errorf("weft-explain: false answers %s", plain)
	}
}

// The access log has one line per request that says what happened, and nothing
// that a client keeps secret.
func TestAccessLog(t *testing.T) {
	b := newBench(t, nil)
	body := `{"query":"query Q($id: ID!) { product(id: $id) { price } }","variables":{"id":"canary"}}`
	w := b.post(body, "X-Request-Id", "id-1", "Authorization", "Bearer canary", "Cookie", "canary=1")
	if w.Header().Get("X-Request-Id") != "id-1" {
		t.Errorf("the request's id is not echoed: %v", w.Header())
	}
	entries := b.logs.FilterMessage("request").All()
	if len(entries) != 1 {
		t.Fatalf("%d lines, want 1", len(entries))
	}
	got := entries[0].ContextMap()
	want := map[string]any{
		"request_id": "id-1", "method": "POST", "path": "/graphql", "status": int64(200),
		"bytes": int64(w.Body.Len()), "operation": "Q", "type": "query",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	fetches, _ := json.Marshal(got["fetches"])
	if !bytes.Contains(fetches, []byte(`"subgraph":"b"`)) {
		t.Errorf("fetches %s", fetches)
	}
	all, _ := json.Marshal(b.logs.All())
	line, _ := json.Marshal(got)
	if bytes.Contains(append(all, line...), []byte("canary")) {
		t.Errorf("a secret is logged: %s", line)
	}

	b.query(`{ nope }`, "X-Request-Id", "no spaces allowed")
	entry := b.logs.FilterMessage("request").All()[1].ContextMap()
	if diff := cmp.Diff([]any{operation.CodeValidation}, entry["codes"]); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if id := entry["request_id"].(string); len(id) != 32 {
		t.Errorf("request id %q, want a new one", id)
	}
}

func TestClientGone(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		cancel()
		<-ctx.Done()
		return nil, &subgraphs.Error{Subgraph: "a", Kind: subgraphs.Canceled, Err: ctx.Err()}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, newRequestWith("POST", "/graphql", `{"query":"{echo}"}`, "Content-Type", "application/json").WithContext(ctx))
	if w.Body.Len() > 0 {
		t.Errorf("an answer to nobody: %s", w.Body)
	}
	entries := b.logs.FilterMessage("request").All()
	if len(entries) != 1 || entries[0].ContextMap()["status"] != int64(499) {
		t.Errorf("logged %v", entries)
	}
	if n := b.logs.FilterLevelExact(zapcore.ErrorLevel).Len(); n > 0 {
		t.Errorf("%d errors are logged for a client that left", n)
	}
}

// The deadline ends a request on time, with what has arrived.
func TestDeadline(t *testing.T) { synctest.Test(t, testDeadline) }

func testDeadline(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Deadline = config.Duration(50 * time.Millisecond) })
	b.fetcher.answers["b"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		<-ctx.Done()
		return nil, &subgraphs.Error{Subgraph: "b", Kind: subgraphs.Timeout, Err: ctx.Err()}
	}
	began := time.Now()
	w := b.query(`{ product(id: "1") { name price } }`)
	if took := time.Since(began); took > 50*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	wantBody(t, w, `{"data":{"product":{"name":"Lamp","price":null}},"errors":[{"message":"Subgraph errors redacted","path":["product"],"extensions":{"code":"GATEWAY_TIMEOUT"}}]}`)
}

func TestPanic(t *testing.T) {
	b := newBench(t, nil)
	b.Router.handler = b.visits(b.recoverer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary") })))
	w := b.query("{ echo }")
	if w.Code != 500 || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if diff := cmp.Diff([]string{CodeInternal}, codesIn(t, w.Body.Bytes())); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	entries := b.logs.FilterMessage("panic while serving a request").All()
	if len(entries) != 1 || !strings.Contains(fmt.Sprint(entries[0].ContextMap()["stack"]), "router_test.go") {
		t.Errorf("logged %v", entries)
	}
}

func TestHealth(t *testing.T) {
	b := newBench(t, nil)
	check := func(path string, status int, body string) {
		t.Helper()
		w := b.do(newRequestWith("GET", path, ""))
		if w.Code != status || w.Body.String() != body {
			t.Errorf("%s: %d %s, want %d %s", path, w.Code, w.Body, status, body)
		}
	}
	const up, down = `{"status":"UP"}`, `{"status":"DOWN"}`
	for _, path := range []string{"/health", "/health?live", "/health?ready", "/health?ready=true", "/health/live", "/health/ready"} {
		check(path, 200, up)
	}
	b.Drain()
	check("/health?live", 200, up)
	check("/health?ready", 503, down)
	check("/health/ready", 503, down)
	if w := b.do(newRequestWith("POST", "/health", "")); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
	if b.query("{ echo }").Code != 200 {
		t.Error("a draining router must go on serving")
	}
}

func TestWithoutGraph(t *testing.T) {
	b := newBench(t, nil)
	b.Swap(nil)
	w := b.query("{ echo }")
	if w.Code != 503 {
		t.Errorf("status %d", w.Code)
	}
	if diff := cmp.Diff([]string{CodeNoSupergraph}, codesIn(t, w.Body.Bytes())); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if w := b.do(newRequestWith("GET", "/health/ready", "")); w.Code != 503 {
		t.Errorf("ready: %d", w.Code)
	}
}

func TestGraphiQLPage(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	on := newBench(t, func(c *config.Config) { c.GraphiQL.Enabled = true })
	for _, path := range []string{"/", "/graphql", "/graphql?query={echo}"} {
		w := on.do(newRequestWith("GET", path, "", "Accept", browser))
		if w.Code != 200 || !strings.Contains(w.Body.String(), "data-endpoint=\"/graphql\"") {
			t.Errorf("%s: %d %.100s", path, w.Code, w.Body)
		}
	}
	if w := on.do(newRequestWith("GET", "/graphql?query={echo}", "", "Accept", "*/*", "Apollo-Require-Preflight", "1")); w.Body.String() != `{"data":{"echo":7}}` {
		t.Errorf("who does not ask for HTML gets %s", w.Body)
	}
	off := newBench(t, nil)
	if w := off.do(newRequestWith("GET", "/", "", "Accept", browser)); w.Code != 404 {
		t.Errorf("off: %d", w.Code)
	}
}

// Swapping graphs under load: no request fails, each is answered by one graph,
// and every graph but the last is closed once its requests have ended.
func TestSwap(t *testing.T) {
	b := newBench(t, nil)
	closed := make(chan int, 10)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if w := b.query(`{ product(id: "1") { name price } }`); w.Body.String() != `{"data":{"product":{"name":"Lamp","price":3}}}` {
					t.Errorf("body %s", w.Body)
				}
			}
		})
	}
	for i := range 10 {
		b.Swap(testGraph(t, b.config, b.fetcher, func() { closed <- i }))
	}
	close(stop)
	wg.Wait()
	if len(closed) != 9 {
		t.Errorf("%d of 10 graphs are closed, want all but the last", len(closed))
	}
	b.Close()
	if len(closed) != 10 {
		t.Error("the last graph is not closed with the router")
	}
}

func TestBodyIsReadWithinBounds(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Limits.RequestBytes = 100 })
	pad := func(n int) string {
		const body = `{"query":"{echo}"}`
		return body + strings.Repeat(" ", n-len(body))
	}
	if w := b.post(pad(100)); w.Code != 200 {
		t.Errorf("at the limit: %d %s", w.Code, w.Body)
	}
	if w := b.post(pad(101)); w.Code != 413 {
		t.Errorf("one more: %d %s", w.Code, w.Body)
	}
	endless := newRequestWith("POST", "/graphql", "", "Content-Type", "application/json")
	counter := &endlessReader{}
	endless.Body = io.NopCloser(counter)
	endless.ContentLength = -1
	if w := b.do(endless); w.Code != 413 {
		t.Errorf("endless: %d %s", w.Code, w.Body)
	}
	if counter.n > 10_000 {
		t.Errorf("%d bytes of an endless body were read", counter.n)
	}
}

type endlessReader struct{ n int }

func (r *endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	r.n += len(p)
	return len(p), nil
}
