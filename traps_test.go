package weft_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/supergraph"
)

// The traps that other routers fell into, numbered as in docs/security.md.
// Those that need misbehaving sockets are in internal/chaos.

// TestTrap04PlansDoNotChange: what is planned for one request is never changed
// by another, whatever runs in between and beside it.
func TestTrap04PlansDoNotChange(t *testing.T) {
	r := shop(t, nil)
	var queries []string
	for _, op := range demo.Operations() {
		queries = append(queries, op.Text)
	}
	dryRun := func(query string) string {
		body, _ := json.Marshal(graphqlRequest{Query: query})
		_, text := exchange(t.Context(), r, "POST", "/graphql", http.Header{
			"Content-Type": {"application/json"}, "Weft-Explain": {"dry-run"},
		}, string(body))
		var response struct {
			Extensions struct {
				Explain struct {
					Plan    struct{ Text string }
					Fetches []struct{ Document string }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &response); err != nil || response.Extensions.Explain.Plan.Text == "" {
			t.Errorf("%v in %s", err, text)
		}
		return fmt.Sprint(response.Extensions.Explain)
	}
	before := make([]string, len(queries))
	for i, q := range queries {
		before[i] = dryRun(q)
	}
	var wg sync.WaitGroup
	for i, q := range queries {
		wg.Go(func() {
			for range 5 {
				post(t.Context(), r, graphqlRequest{Query: q})
				if after := dryRun(q); after != before[i] {
					t.Errorf("plan of %s\nwas %s\nis %s", q, before[i], after)
				}
			}
		})
	}
	wg.Wait()
}

// TestTrap05CachesKnowEveryInput: with warm caches every request is answered as
// with cold ones, though they differ in one input only.
func TestTrap05CachesKnowEveryInput(t *testing.T) {
	const several = `query A { product(id: "1") { name } } query B { product(id: "1") { price } }`
	const variable = `query ($id: ID!, $n: Int = 2) { product(id: $id) { name } topProducts(first: $n) { id } }`
	const condition = `query ($a: Boolean!, $b: Boolean = true) { product(id: "1") { name @include(if: $a) price @skip(if: $b) } }`
	requests := []graphqlRequest{
		{Query: several, OperationName: "A"},
		{Query: several, OperationName: "B"},
		{Query: several},
		{Query: several, OperationName: "C"},
		{Query: variable, Variables: json.RawMessage(`{"id": "1"}`)},
		{Query: variable, Variables: json.RawMessage(`{"id": "2"}`)},
		{Query: variable, Variables: json.RawMessage(`{"id": "2", "n": 1}`)},
		{Query: variable, Variables: json.RawMessage(`{"id": "2", "n": null}`)},
		{Query: variable, Variables: json.RawMessage(`{"id": null}`)},
		{Query: variable},
		{Query: condition, Variables: json.RawMessage(`{"a": true}`)},
		{Query: condition, Variables: json.RawMessage(`{"a": false}`)},
		{Query: condition, Variables: json.RawMessage(`{"a": true, "b": false}`)},
		{Query: condition, Variables: json.RawMessage(`{"a": false, "b": false}`)},
		{Query: `{ product(id: "1") { name } }`},
		{Query: `{ product(id: "2") { name } }`},
		{Query: `{ product(id: 2) { name } }`},
		{Query: `{ p: product(id: "2") { name } }`},
		{Query: `{ product(id: "2") { n: name } }`},
		{Query: `query Named { product(id: "2") { name } }`},
		{Query: `{ topProducts(first: 1) { name } }`},
		{Query: `{ topProducts(first: 2) { name } }`},
		{Query: `{ topProducts { name } }`},
		{Query: `{ search(query: "lamp") { __typename } }`},
		{Query: `{ search(query: "lamp ") { __typename } }`},
		{Query: `{ search(query: """lamp""") { __typename } }`},
		{Query: `{ product(id: "2") { name price } }`},
		{Query: `{ product(id: "2") { price name } }`},
	}
	ask := func(r *weft.Router, q graphqlRequest) string {
		status, body := post(t.Context(), r, q)
		return fmt.Sprint(status, " ", errorID.ReplaceAllString(body, ""))
	}
	warm := shop(t, nil)
	for range 2 {
		for _, q := range requests {
			ask(warm, q)
		}
	}
	random := rand.New(rand.NewPCG(5, 5))
	for _, i := range random.Perm(len(requests)) {
		if got, want := ask(warm, requests[i]), ask(shop(t, nil), requests[i]); got != want {
			t.Errorf("%+v\nwarm %s\ncold %s", requests[i], got, want)
		}
	}
}

// TestTrap08OddRequests: every verb with every body, content type and kind of
// document gets an answer that is JSON or has no body, and nothing panics.
func TestTrap08OddRequests(t *testing.T) {
	core, logs := observer.New(zapcore.ErrorLevel)
	r := shop(t, nil, weft.WithLogger(zap.New(core)))
	documents := []string{
		``, ` `, `#`, `{`, `}`, `{}`, `{ }`, `query`, `query {}`, `{ __typename }`, `query Q { __typename }`,
		`query A { __typename } query B { __typename }`, `query A { __typename } query A { __typename }`,
		`subscription { __typename }`, `subscription S { a }`, `mutation { __typename }`, `mutation M { reserve(productId: "1") { id } }`,
		`fragment F on Query { __typename }`, `{ ...F }`, `{ ...F } fragment F on Query { ...F }`,
		`type Query { a: Int }`, `schema { query: Query }`, `extend type Query { a: Int }`, `{ a } type A { a: Int }`,
		`query ($a: Int) { __typename }`, `query ($a: Nope) { __typename }`, `query ($a: Product) { product(id: $a) { id } }`,
		`{ product(id: "1") }`, `{ product { id } }`, `{ product(id: "1") { id { id } } }`, `{ product(id: [1, [2]]) { id } }`,
		`{ a: __typename @skip(if: true) }`, `{ ... @include(if: false) { product(id: "1") { id } } }`, `{ product(id: "1") @skip(if: true) { id } }`,
		`{ _service { sdl } }`, `{ _entities(representations: []) { __typename } }`, `{ __schema }`, `{ __type(name: 5) { name } }`,
		"{ product(id: \"\u0000\") { id } }", "\ufeff{ __typename }", `{ product(id: "\ud800") { id } }`, `{ product(id: """ " """) { id } }`,
	}
	bodies := []string{``, `null`, `[]`, `{}`, `"x"`, `0`, `{"query":null}`, `{"query":7}`, `{"query":["{__typename}"]}`, `{"Query":"{__typename}"}`,
		`[{"query":"{__typename}"}]`, `{"query":"{__typename}","query":"{ a }"}`, `{"query":"{__typename}","variables":[]}`,
		`{"query":"{__typename}","variables":"{}"}`, `{"query":"{__typename}","operationName":7}`, `{"query":"{__typename}","extensions":1}`,
		`{"query":"{__typename}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"../../etc/passwd"}}}`,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, `{"query":"{__typename}"`, `{"query":"{__typename}"}}`, "\xff\xfe", `{"query":"\ud800"}`,
		`{"id":"1","type":"connection_init"}`,
	}
	for _, d := range documents {
		body, err := json.Marshal(graphqlRequest{Query: d})
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	types := []string{"application/json", "", "application/graphql", "multipart/form-data; boundary=x", ";;;"}
	for _, verb := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"} {
		for _, contentType := range types {
			for _, body := range bodies {
				header := http.Header{}
				if contentType != "" {
					header.Set("Content-Type", contentType)
				}
				targets := []string{"/graphql"}
				if verb == "GET" || verb == "POST" {
					targets = append(targets, "/graphql?query="+url.QueryEscape(body), "/graphql?variables="+url.QueryEscape(body)+"&query=%7B__typename%7D")
				}
				for _, target := range targets {
					response, text := exchange(t.Context(), r, verb, target, header, body)
					if response.StatusCode >= 500 || text != "" && !json.Valid([]byte(text)) {
						t.Errorf("%s %s %q %s: %d %s", verb, target, contentType, body, response.StatusCode, text)
					}
				}
			}
		}
	}
	for _, entry := range logs.All() {
		t.Errorf("logged: %s %v", entry.Message, entry.ContextMap())
	}
}

// TestTrap09Recursion: documents and variables that are nested or chained
// without end are refused, and the process lives on.
func TestTrap09Recursion(t *testing.T) {
	const deep = 100_000
	chain := func(last string) string {
		var b strings.Builder
		b.WriteString("{ ...F0 }")
		for i := range 2000 {
			fmt.Fprintf(&b, " fragment F%d on Query { ...F%d }", i, i+1)
		}
		return b.String() + last
	}
	r := shop(t, nil)
	status := func(want int, q graphqlRequest) {
		t.Helper()
		got, body := post(t.Context(), r, q)
		if got != want || !strings.Contains(body, `"errors"`) || strings.Contains(body, "INTERNAL") {
			t.Errorf("%.80s…: %d %.300s", q.Query, got, body)
		}
	}
	status(200, graphqlRequest{Query: strings.Repeat("{ product ", deep)})
	status(200, graphqlRequest{Query: strings.Repeat("{ ... ", deep) + "{ __typename }" + strings.Repeat("}", deep)})
	status(200, graphqlRequest{Query: `{ product(id: ` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + `) { id } }`})
	status(200, graphqlRequest{Query: `{ product(id: ` + strings.Repeat("{a:", deep) + "1" + strings.Repeat("}", deep) + `) { id } }`})
	status(200, graphqlRequest{Query: `query ($a: ` + strings.Repeat("[", deep) + `Int` + strings.Repeat("]", deep) + `) { __typename }`})
	status(200, graphqlRequest{Query: chain(" fragment F2000 on Query { __typename }")})
	status(200, graphqlRequest{Query: chain(" fragment F2000 on Query { ...F0 }")})
	status(200, graphqlRequest{Query: `{ ...F } fragment F on Query { __typename ...F }`})
	status(200, graphqlRequest{Query: `{ ...F } fragment F on Query { a: __typename ...F @include(if: false) b: __typename }`})
	status(200, graphqlRequest{Query: `{ ...F } fragment F on Query { ...G } fragment G on Query { ... on Query { ...F } }`})
	// Never spread, but a cycle all the same.
	status(200, graphqlRequest{Query: `{ __typename } fragment F on Query { ...G } fragment G on Query { ...F }`})
	nested := json.RawMessage(`{"a": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`)
	status(200, graphqlRequest{Query: `query ($a: ID!) { product(id: $a) { id } }`, Variables: nested})
	// More than encoding/json reads.
	response, body := exchange(t.Context(), r, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}},
		`{"query":"{__typename}","variables":{"a":`+strings.Repeat("[", deep)+strings.Repeat("]", deep)+`}}`)
	if response.StatusCode != 400 {
		t.Errorf("status %d %.300s", response.StatusCode, body)
	}
	if got, body := post(t.Context(), r, graphqlRequest{Query: "{ __typename }"}); got != 200 || body != `{"data":{"__typename":"Query"}}` {
		t.Errorf("afterwards: %d %s", got, body)
	}
}

// TestTrap10NullPropagation: nulls at all places of lists and objects of every
// nullability, in a subgraph's answer and in the one that adds to it, rise to
// where the specification says, which a plain function here says as well.
func TestTrap10NullPropagation(t *testing.T) {
	types := []string{"Node", "Node!", "[Node]", "[Node!]", "[Node]!", "[Node!]!", "[[Node!]]!", "[[Node]!]", "[[Node!]!]!"}
	var sdl strings.Builder
	sdl.WriteString(federationSDL + "type Query @join__type(graph: A) @join__type(graph: B) {\n")
	for i, typ := range types {
		fmt.Fprintf(&sdl, "  f%d: %s @join__field(graph: A)\n", i, typ)
	}
	sdl.WriteString(`  ok: Int @join__field(graph: A)
}
type Node @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  a: Int @join__field(graph: A)
  b: Int! @join__field(graph: A)
  c: Int @join__field(graph: B)
  d: Int! @join__field(graph: B)
}
`)
	// node is an object as the subgraphs together have it; null stands for d
	// and for b in turn.
	node := func(id int, b, d string) string {
		return fmt.Sprintf(`{"__typename":"Node","id":"%d","a":%d,"b":%s,"c":%d,"d":%s}`, id, id, b, id, d)
	}
	nodes := []string{node(1, "1", "1"), node(2, "null", "2"), node(3, "3", "null"), "null"}
	one := map[string][]string{"object": nodes}
	for _, x := range nodes {
		for _, y := range nodes {
			one["list"] = append(one["list"], "["+x+","+y+"]")
		}
	}
	one["list"] = append(one["list"], "[]", "null")
	for i, x := range one["list"] {
		one["lists"] = append(one["lists"], "["+x+","+one["list"][(i*7+3)%len(one["list"])]+"]")
	}
	one["lists"] = append(one["lists"], "[]", "null")
	var value atomic.Pointer[string]
	r := federate(t, sdl.String(), map[string]http.Handler{
		"a": answers(func(q graphqlRequest) string {
			field := q.Query[strings.Index(q.Query, "f"):]
			field = field[:strings.IndexAny(field, " {")]
			return `{"data":{"ok":1,"` + field + `":` + *value.Load() + `}}`
		}),
		"b": answers(func(q graphqlRequest) string {
			var variables map[string][]struct{ ID string }
			if err := json.Unmarshal(q.Variables, &variables); err != nil {
				t.Errorf("%v in %s", err, q.Variables)
			}
			var entities []string
			for _, list := range variables {
				for _, rep := range list {
					d := rep.ID
					if d == "3" {
						d = "null"
					}
					entities = append(entities, `{"__typename":"Node","c":`+rep.ID+`,"d":`+d+`}`)
				}
			}
			return `{"data":{"_entities":[` + strings.Join(entities, ",") + `]}}`
		}),
	}, nil)
	for i, typ := range types {
		values := one["object"]
		switch strings.Count(typ, "[") {
		case 1:
			values = one["list"]
		case 2:
			values = one["lists"]
		}
		for _, v := range values {
			value.Store(&v)
			query := fmt.Sprintf("query f%d { ok f%d { a b c d } }", i, i)
			status, body := post(t.Context(), r, graphqlRequest{Query: strings.Replace(query, "query f", "query q", 1)})
			var response struct{ Data any }
			var whole any
			if json.Unmarshal([]byte(body), &response) != nil || json.Unmarshal([]byte(v), &whole) != nil {
				t.Fatalf("%s: %d %s", v, status, body)
			}
			want := any(nil)
			if completed, ok := complete(typ, whole); ok {
				want = map[string]any{"ok": 1.0, fmt.Sprint("f", i): completed}
			}
			if diff := cmp.Diff(want, response.Data); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", v, typ, diff)
			}
		}
	}
}

// complete is the value of a field of a type made of Node, and whether it may
// stand there: if not, null rises.
//
// GraphQL specification, "Handling Execution Errors".
func complete(typ string, v any) (any, bool) {
	if inner, ok := strings.CutSuffix(typ, "!"); ok {
		v, ok := complete(inner, v)
		return v, ok && v != nil
	}
	switch v := v.(type) {
	case []any:
		inner := typ[1 : len(typ)-1]
		out := []any{}
		for _, item := range v {
			item, ok := complete(inner, item)
			if !ok {
				return nil, true
			}
			out = append(out, item)
		}
		return out, true
	case map[string]any:
		if v["b"] == nil || v["d"] == nil {
			return nil, true
		}
		return map[string]any{"a": v["a"], "b": v["b"], "c": v["c"], "d": v["d"]}, true
	default:
		return nil, true
	}
}

// TestTrap12SameNameByType: one response name for different fields of different
// types, in fragments that overlap. Each object has what its own type's
// fragments say, as if there were no others.
func TestTrap12SameNameByType(t *testing.T) {
	r := shop(t, nil)
	fragments := []string{
		`... on Product { label: name price related: related(first: 2) { name } }`,
		`... on Brand { label: country related: products(first: 2) { name } }`,
		`... on Category { label: name related: products(first: 1) { label: name availability } }`,
		`... on Listed { common: name ... on Product { label: name } }`,
	}
	type object = map[string]any
	search := func(selection string) []object {
		_, body := post(t.Context(), r, graphqlRequest{Query: `{ search(query: "o", first: 50) { __typename id: __typename ` + selection + ` } }`})
		var response struct {
			Data   struct{ Search []object }
			Errors []any
		}
		if err := json.Unmarshal([]byte(body), &response); err != nil || len(response.Errors) > 0 {
			t.Fatalf("%v in %s", err, body)
		}
		return response.Data.Search
	}
	var all strings.Builder
	want := search("")
	seen := map[string]bool{}
	for _, fragment := range fragments {
		all.WriteString(fragment + " ")
		for i, o := range search(fragment) {
			for name, value := range o {
				want[i][name] = value
			}
			seen[o["__typename"].(string)] = true
		}
	}
	if len(seen) < 3 {
		t.Fatalf("only the types %v were found", seen)
	}
	if diff := cmp.Diff(want, search(all.String())); diff != "" {
		t.Errorf("all fragments together (-one by one +together):\n%s", diff)
	}
}

// TestTrap13Conditions: @skip and @include, with every value at every place, do
// what leaving the selection out of the document does.
func TestTrap13Conditions(t *testing.T) {
	r := shop(t, nil)
	const always = `{ product(id: "1") { sku %s } }`
	places := []struct{ document, conditional string }{
		{always, `name %s`},
		{always, `price %s`},
		{always, `a: price %s`},
		{always, `... %s { price availability }`},
		{always, `... on Product %s { price name }`},
		{always, `... on Listed %s { name ... on Product { price } }`},
		{always, `...F %s`},
		{always, `shippingEstimate %s`},
		{`{ product(id: "1") { sku shippingEstimate %s } }`, `weight %s`},
		{`{ product(id: "1") { sku freeShipping %s } }`, `price %s`},
		{`{ product(id: "1") { sku price %s } }`, `price %s`}, // stays in any case
		{`{ product(id: "1") { sku reviews(first: 1) { nodes { rating %s } } } }`, `author %s { email name }`},
		{`{ product(id: "1") { sku reviews(first: 1) { nodes { author { name %s } } } } }`, `email %s`},
		{`{ sku: __typename %s }`, `product(id: "1") %s { name price }`},
		{`{ topProducts(first: 2) { sku %s } }`, `... %s { ... { price } ...F }`},
		{`{ search(query: "o", first: 5) { __typename %s } }`, `... on Product %s { name price }`},
	}
	const fragment = ` fragment F on Product { availability promotion { label } }`
	conditions := []struct {
		text  string
		holds func(a, b bool) bool
	}{
		{`@include(if: $a)`, func(a, _ bool) bool { return a }},
		{`@skip(if: $a)`, func(a, _ bool) bool { return !a }},
		{`@skip(if: $a) @include(if: $b)`, func(a, b bool) bool { return !a && b }},
		{`@include(if: $b) @skip(if: $a)`, func(a, b bool) bool { return !a && b }},
	}
	for _, p := range places {
		for _, c := range conditions {
			for bits := range 4 {
				a, b := bits&1 != 0, bits&2 != 0
				document := func(head, conditional string) string {
					text := head + fmt.Sprintf(p.document, conditional)
					if strings.Contains(text, "...F") {
						text += fragment
					}
					return text
				}
				head := `query ($a: Boolean!) `
				variables := fmt.Sprintf(`{"a": %t}`, a)
				if strings.Contains(c.text, "$b") {
					head = `query ($a: Boolean!, $b: Boolean!) `
					variables = fmt.Sprintf(`{"a": %t, "b": %t}`, a, b)
				}
				plain := ""
				if c.holds(a, b) {
					plain = strings.Replace(p.conditional, " %s", "", 1)
				}
				_, want := post(t.Context(), r, graphqlRequest{Query: document("", plain)})
				if strings.Contains(want, `"errors"`) {
					t.Fatalf("%s: %s", document("", plain), want)
				}
				q := graphqlRequest{Query: document(head, fmt.Sprintf(p.conditional, c.text)), Variables: json.RawMessage(variables)}
				for _, caches := range []string{"cold", "warm"} {
					if _, got := post(t.Context(), r, q); !sameJSON(got, want) {
						t.Errorf("%s with %s, %s:\n got %s\nwant %s", q.Query, variables, caches, got, want)
					}
				}
			}
		}
	}
}

// sameJSON compares without regard to the order of names.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// argumentsSDL has a field for each kind of argument; b has nothing.
const argumentsSDL = federationSDL + `
scalar JSON @join__type(graph: A)
enum Colour @join__type(graph: A) { RED @join__enumValue(graph: A) GREEN @join__enumValue(graph: A) }
input Point @join__type(graph: A) { x: Int! y: Int = 7 next: Point tags: [String!] }
type Query @join__type(graph: A) @join__type(graph: B) {
  int(x: Int): Int @join__field(graph: A)
  float(x: Float): Float @join__field(graph: A)
  string(x: String): String @join__field(graph: A)
  id(x: ID): ID @join__field(graph: A)
  boolean(x: Boolean): Boolean @join__field(graph: A)
  colour(x: Colour): Colour @join__field(graph: A)
  point(x: Point): JSON @join__field(graph: A)
  list(x: [Int]): JSON @join__field(graph: A)
  lists(x: [[Int!]!]): JSON @join__field(graph: A)
  json(x: JSON): JSON @join__field(graph: A)
  defaulted(x: Int = 5): Int @join__field(graph: A)
  needed(x: Int!): Int @join__field(graph: A)
}
`

// arguments starts a router over a subgraph that remembers the argument x it
// was called with: as JSON, or "absent".
func arguments(t *testing.T) (r *weft.Router, received func() string) {
	var last atomic.Pointer[string]
	none := "nothing"
	last.Store(&none)
	r = federate(t, argumentsSDL, map[string]http.Handler{
		"b": answers(func(graphqlRequest) string { return `{"data":{}}` }),
		"a": answers(func(q graphqlRequest) string {
			x := argumentX(t, q)
			last.Store(&x)
			return `{"data":{}}`
		}),
	}, nil)
	return r, func() string { return *last.Swap(&none) }
}

// argumentX is the argument x of the only field of a request to a subgraph.
func argumentX(t *testing.T, q graphqlRequest) string {
	doc, err := parser.ParseQuery(&ast.Source{Input: q.Query})
	if err != nil {
		t.Errorf("the subgraph was sent %s: %v", q.Query, err)
		return "malformed"
	}
	variables := map[string]json.RawMessage{}
	if len(q.Variables) > 0 {
		if err := json.Unmarshal(q.Variables, &variables); err != nil {
			t.Errorf("the subgraph was sent the variables %s: %v", q.Variables, err)
		}
	}
	x := doc.Operations[0].SelectionSet[0].(*ast.Field).Arguments.ForName("x")
	if x == nil {
		return "absent"
	}
	var text func(v *ast.Value) string
	text = func(v *ast.Value) string {
		switch v.Kind {
		case ast.Variable:
			if raw, ok := variables[v.Raw]; ok {
				return string(raw)
			}
			return "absent"
		case ast.StringValue, ast.BlockValue, ast.EnumValue:
			b, _ := json.Marshal(v.Raw)
			return string(b)
		case ast.ListValue, ast.ObjectValue:
			var parts []string
			for _, c := range v.Children {
				part := text(c.Value)
				if v.Kind == ast.ObjectValue {
					part = fmt.Sprintf("%q:%s", c.Name, part)
				}
				parts = append(parts, part)
			}
			if v.Kind == ast.ListValue {
				return "[" + strings.Join(parts, ",") + "]"
			}
			return "{" + strings.Join(parts, ",") + "}"
		default:
			return v.Raw
		}
	}
	return text(x.Value)
}

// TestTrap14Coercion: what becomes of an argument on its way to a subgraph, or
// that it is refused, for values given, null, left out and defaulted.
//
// GraphQL specification, "Input Coercion" of each type, and "Coercing Variable
// Values".
func TestTrap14Coercion(t *testing.T) {
	const refused = "refused"
	tests := []struct{ query, variables, want string }{
		{`query ($x: Int) { int(x: $x) }`, ``, `absent`},
		{`query ($x: Int) { int(x: $x) }`, `{}`, `absent`},
		{`query ($x: Int) { int(x: $x) }`, `{"x": null}`, `null`},
		{`query ($x: Int) { int(x: $x) }`, `{"x": 1}`, `1`},
		{`query ($x: Int) { int(x: $x) }`, `{"x": 1.0}`, `1`},
		{`query ($x: Int) { int(x: $x) }`, `{"x": 1.5}`, refused},
		{`query ($x: Int) { int(x: $x) }`, `{"x": "1"}`, refused},
		{`query ($x: Int) { int(x: $x) }`, `{"x": true}`, refused},
		{`query ($x: Int) { int(x: $x) }`, `{"x": [1]}`, refused},
		{`query ($x: Int) { int(x: $x) }`, `{"x": 2147483647}`, `2147483647`},
		{`query ($x: Int) { int(x: $x) }`, `{"x": 2147483648}`, refused},
		{`query ($x: Int = 3) { int(x: $x) }`, `{}`, `3`},
		{`query ($x: Int = 3) { int(x: $x) }`, `{"x": null}`, `null`},
		{`query ($x: Int = null) { int(x: $x) }`, `{}`, `null`},
		{`query ($x: Int!) { int(x: $x) }`, `{}`, refused},
		{`query ($x: Int!) { int(x: $x) }`, `{"x": null}`, refused},
		{`query ($x: Int! = 4) { needed(x: $x) }`, `{}`, `4`},
		{`query ($x: Int = 4) { needed(x: $x) }`, `{}`, `4`},
		// An error of the field; no subgraph is asked for it.
		{`query ($x: Int = 4) { needed(x: $x) }`, `{"x": null}`, refused},
		{`query ($x: Int) { needed(x: $x) }`, `{"x": 1}`, refused},
		{`{ needed }`, ``, refused},
		{`{ needed(x: null) }`, ``, refused},
		{`query ($x: Int) { defaulted(x: $x) }`, `{"x": null}`, `null`},
		{`query ($x: Int) { defaulted(x: $x) }`, `{"x": 6}`, `6`},
		{`{ defaulted(x: null) }`, ``, `null`},
		{`query ($x: Float) { float(x: $x) }`, `{"x": 1}`, `1`},
		{`query ($x: Float) { float(x: $x) }`, `{"x": 1.10}`, `1.10`},
		{`query ($x: Float) { float(x: $x) }`, `{"x": "1"}`, refused},
		{`query ($x: String) { string(x: $x) }`, `{"x": "1"}`, `"1"`},
		{`query ($x: String) { string(x: $x) }`, `{"x": 1}`, refused},
		{`query ($x: ID) { id(x: $x) }`, `{"x": "1"}`, `"1"`},
		{`query ($x: ID) { id(x: $x) }`, `{"x": 1}`, `"1"`},
		{`query ($x: ID) { id(x: $x) }`, `{"x": 1.5}`, refused},
		{`query ($x: Boolean) { boolean(x: $x) }`, `{"x": false}`, `false`},
		{`query ($x: Boolean) { boolean(x: $x) }`, `{"x": 0}`, refused},
		{`query ($x: Colour) { colour(x: $x) }`, `{"x": "RED"}`, `"RED"`},
		{`query ($x: Colour) { colour(x: $x) }`, `{"x": "red"}`, refused},
		{`query ($x: Colour) { colour(x: $x) }`, `{"x": "BLUE"}`, refused},
		{`{ colour(x: "RED") }`, ``, refused},
		{`{ colour(x: GREEN) }`, ``, `"GREEN"`},
		{`query ($x: [Int]) { list(x: $x) }`, `{"x": 1}`, `[1]`},
		{`query ($x: [Int]) { list(x: $x) }`, `{"x": [1, null]}`, `[1,null]`},
		{`query ($x: [Int]) { list(x: $x) }`, `{"x": []}`, `[]`},
		{`query ($x: [Int]) { list(x: $x) }`, `{"x": [1, "2"]}`, refused},
		{`query ($x: [[Int!]!]) { lists(x: $x) }`, `{"x": 1}`, `[[1]]`},
		{`query ($x: [[Int!]!]) { lists(x: $x) }`, `{"x": [[1], [2, 3]]}`, `[[1],[2,3]]`},
		{`query ($x: [[Int!]!]) { lists(x: $x) }`, `{"x": [[1], null]}`, refused},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"x": 1}}`, `{"x":1,"y":7}`},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"x": 1, "y": null}}`, `{"x":1,"y":null}`},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"x": 1, "next": {"x": 2}, "tags": "a"}}`, `{"x":1,"y":7,"next":{"x":2,"y":7},"tags":["a"]}`},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"y": 1}}`, refused},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"x": 1, "z": 1}}`, refused},
		{`query ($x: Point) { point(x: $x) }`, `{"x": {"x": 1, "X": 1}}`, refused},
		{`query ($x: Point) { point(x: $x) }`, `{"x": [{"x": 1}]}`, refused},
		{`query ($x: JSON) { json(x: $x) }`, `{"x": {"b": [1, {"a": null}], "a": 1.50}}`, `{"b": [1, {"a": null}], "a": 1.50}`},
	}
	r, received := arguments(t)
	for _, tt := range tests {
		q := graphqlRequest{Query: tt.query, Variables: json.RawMessage(tt.variables)}
		_, body := post(t.Context(), r, q)
		got := received()
		if got == "nothing" && strings.Contains(body, `"errors"`) {
			got = refused
		}
		if got != tt.want && !sameJSON(got, tt.want) {
			t.Errorf("%s with %s: the subgraph got %s, want %s; answer %s", tt.query, tt.variables, got, tt.want, body)
		}
	}
}

// TestTrap15ValuesKeepTheirForm: digits and escapes go through unchanged, from
// literals and variables to the subgraph, and from its answer to the client.
func TestTrap15ValuesKeepTheirForm(t *testing.T) {
	r, received := arguments(t)
	// To the subgraph, by both ways.
	for _, tt := range []struct{ field, typ, value string }{
		{"float", "Float", `0.1`}, {"float", "Float", `1.10`}, {"float", "Float", `1e300`}, {"float", "Float", `-0.0`},
		{"float", "Float", `9007199254740993`}, {"float", "Float", `0.1000000000000000055511151231257827`},
		{"int", "Int", `-2147483648`},
		{"id", "ID", `"9223372036854775808"`}, {"id", "ID", `"00012"`},
		{"json", "JSON", `9223372036854775808`}, {"json", "JSON", `1.0`}, {"json", "JSON", `"\"\\\/\b\f\n\r\t"`},
		{"string", "String", `""`}, {"string", "String", `"\"\\\n\t\u0000\u001f"`}, {"string", "String", `"\\\"$x\\u0041{}"`},
		{"string", "String", `"äöü €  😀"`}, {"string", "String", `"\ud83d\ude00"`}, {"string", "String", `"</script>&<>"`},
		{"string", "String", `"# not a comment"`}, {"string", "String", `"\"\"\""`},
	} {
		for _, q := range []graphqlRequest{
			{Query: fmt.Sprintf(`query ($x: %s) { %s(x: $x) }`, tt.typ, tt.field), Variables: json.RawMessage(`{"x": ` + tt.value + `}`)},
			{Query: fmt.Sprintf(`{ %s(x: %s) }`, tt.field, tt.value)},
		} {
			if strings.Contains(tt.value, `\u0000`) && q.Variables == nil {
				continue // gqlparser's lexer takes it for the end
			}
			_, body := post(t.Context(), r, q)
			got := received()
			if got != tt.value && (tt.value[0] != '"' || !sameJSON(got, tt.value)) {
				t.Errorf("%+v: the subgraph got %s, want %s; answer %s", q, got, tt.value, body)
			}
		}
	}
	// To the client.
	var value atomic.Pointer[string]
	r = federate(t, argumentsSDL, map[string]http.Handler{
		"b": answers(func(graphqlRequest) string { return `{"data":{}}` }),
		"a": answers(func(q graphqlRequest) string {
			return `{"data":{"json":` + *value.Load() + `,"float":1.10,"id":"007"}}`
		}),
	}, nil)
	for _, v := range []string{
		`9223372036854775807`, `9223372036854775808`, `1e400`, `-0`, `0.10`, `1E+2`, `3.14159265358979323846264338327950288`,
		`"\u00e9\/\"\\\n"`, `"\ud83d\ude00"`, `"😀"`, `{"a\"b":1,"a\u0022c":2}`, `[[],{},"",null,true]`, `"<>&\u2028"`,
	} {
		value.Store(&v)
		want := `{"data":{"json":` + v + `,"float":1.10,"id":"007"}}`
		if _, got := post(t.Context(), r, graphqlRequest{Query: `{ json float id }`}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestTrap18Negotiation: the media type that real clients get, and the status
// of a request error with it.
func TestTrap18Negotiation(t *testing.T) {
	const (
		asJSON    = "application/json; charset=utf-8"
		asGraphQL = "application/graphql-response+json; charset=utf-8"
	)
	tests := []struct {
		name   string
		accept []string
		media  string
		status int // of a document that is not valid
	}{
		{"none", nil, asJSON, 200},
		{"curl", []string{"*/*"}, asJSON, 200},
		{"Apollo Client", []string{"application/graphql-response+json,application/json;q=0.9"}, asGraphQL, 400},
		{"Apollo iOS", []string{"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json"}, asGraphQL, 400},
		{"urql", []string{"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"}, asGraphQL, 400},
		{"Relay", []string{"application/json"}, asJSON, 200},
		{"axios", []string{"application/json, text/plain, */*"}, asJSON, 200},
		{"two lines", []string{"text/html", "application/graphql-response+json"}, asGraphQL, 400},
		{"stream only", []string{"text/event-stream"}, asJSON, 406},
	}
	r := shop(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}, "Accept": tt.accept}
			for query, status := range map[string]int{`{ __typename }`: 200, `{ nope }`: tt.status} {
				if tt.status == 406 {
					status = 406
				}
				response, body := exchange(t.Context(), r, "POST", "/graphql", header, `{"query":"`+query+`"}`)
				if got := response.Header.Get("Content-Type"); got != tt.media || response.StatusCode != status || !json.Valid([]byte(body)) {
					t.Errorf("%s: %d %s %s, want %d %s", query, response.StatusCode, got, body, status, tt.media)
				}
			}
		})
	}
}

// TestTrap24Swaps: five hundred new graphs while requests run. No request
// fails, every graph but the live one is closed, and that one when the router
// is.
func TestTrap24Swaps(t *testing.T) {
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: noLatency()})
	if err != nil {
		t.Fatal(err)
	}
	fetcher := inMemory(map[string]*mock.Subgraph{})
	for _, s := range services {
		fetcher[s.Name()] = s
	}
	super, err := supergraph.Parse("supergraph", demo.Supergraph())
	if err != nil {
		t.Fatal(err)
	}
	r, err := router.New(router.Options{Config: config.Default(true), Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	const swaps = 500
	var closed atomic.Int64
	swap := func() {
		r.Swap(router.NewGraph(super, router.GraphOptions{
			Fetcher: fetcher, Limits: operation.DefaultLimits(), OnClose: func() { closed.Add(1) },
		}))
	}
	swap()
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
				if got := ask(t.Context(), r, availabilityAndPrice); got != availabilityAndPriceAnswer {
					t.Errorf("answer %s", got)
				}
			}
		})
	}
	for range swaps {
		swap()
	}
	close(stop)
	wg.Wait()
	if n := closed.Load(); n != swaps {
		t.Errorf("%d graphs are closed of %d that were replaced", n, swaps)
	}
	r.Close()
	if n := closed.Load(); n != swaps+1 {
		t.Errorf("%d graphs are closed in the end of %d", n, swaps+1)
	}
}

// TestTrap25CachesAreBounded: distinct operations, plans under distinct
// conditions and introspection do not make the heap grow beyond the bytes the
// caches may have.
func TestTrap25CachesAreBounded(t *testing.T) {
	// grown is how much the heap grows by six hundred distinct operations.
	grown := func(limit config.Bytes) int64 {
		r := shop(t, func(c *config.Config) { c.Caches = config.Caches{Operations: limit, Plans: limit, APQ: limit} })
		send := func(from, to int) {
			for i := from; i < to; i++ {
				status, body := post(t.Context(), r, graphqlRequest{Query: fmt.Sprintf(
					`query Q%d { a%d: product(id: "%d") { id name sku } __type(name: "Product") { name } }`, i, i, i%50+1)})
				if status != 200 || strings.Contains(body, `"errors"`) {
					t.Fatalf("%d %s", status, body)
				}
			}
		}
		send(0, 100)
		before := heapInUse()
		send(100, 700)
		return int64(heapInUse()) - int64(before)
	}
	const small = 256 << 10
	bounded, unbounded := grown(small), grown(64<<20)
	if bounded > 4*small { // they are weighed by estimate
		t.Errorf("the heap has grown by %d bytes with caches of %d each", bounded, small)
	}
	// Or else this test would not show anything.
	if unbounded < 8*small {
		t.Errorf("the heap has only grown by %d bytes with caches that hold everything", unbounded)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// errorID is the id of an error, which is random.
var errorID = regexp.MustCompile(`"errorId":"[0-9a-f]{16}(-[0-9]+)?",?`)
