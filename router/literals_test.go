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

// literalSDL is one subgraph with an argument of every kind.
var literalSDL = testSDL[:strings.Index(testSDL, "type Query")] + `
type Query @join__type(graph: A) {
  f(any: Any, int: Int, float: Float, string: String, id: ID, boolean: Boolean, color: Color, ints: [Int], matrix: [[Int]], in: In, anys: [Any], def: Int = 5, need: Int! = 6): Any
}
type Mutation @join__type(graph: A) { m: Int }
type Subscription @join__type(graph: A) { s: Int }
scalar Any @join__type(graph: A)
enum Color @join__type(graph: A) { RED @join__enumValue(graph: A) GREEN @join__enumValue(graph: A) }
input In @join__type(graph: A) { a: String b: Int! list: [Int!] color: Color any: Any id: ID def: Int = 7 }
`

// newLiterals is a router on literalSDL whose subgraph keeps the bodies it is
// sent and answers null.
func newLiterals(t *testing.T) (*bench, func() string) {
	t.Helper()
	c := config.Default(false)
	c.Explain = true
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	rt, err := New(Options{Config: c, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse("literals.graphql", literalSDL)
	if err != nil {
		t.Fatal(err)
	}
	var body string
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			body = string(r.Body)
			return &subgraphs.Response{Status: 200, Header: http.Header{}, Body: []byte(`{"data":{"f":null}}`)}, nil
		},
	}}
	rt.Swap(NewGraph(super, GraphOptions{Fetcher: f, Limits: operation.DefaultLimits()}))
	t.Cleanup(rt.Close)
	return &bench{Router: rt, fetcher: f}, func() string { return body }
}

// What a subgraph receives is what the literal meant, to the byte, and the same
// whether the plan is new or was made for another literal.
func TestSubgraphsReceiveLiterals(t *testing.T) {
	long := strings.Repeat("9", 300) + "." + strings.Repeat("123456789", 40)
	tests := []struct {
		name, arguments string
		document        string // of the subgraph
		variables       string // as sent; "" for none
		other           string // arguments with the same plan; "" if there are none
	}{
		{"int", `int: 2147483647`, `query($_l0:Int!){f(int:$_l0)}`, `{"_l0":2147483647}`, `int: 1`},
		{"float", `float: 1.0e-7`, `query($_l0:Float!){f(float:$_l0)}`, `{"_l0":1.0e-7}`, `float: 1`},
		{"long decimal", `float: ` + long, `query($_l0:Float!){f(float:$_l0)}`, `{"_l0":` + long + `}`, `float: 0.1`},
		{"int for a float", `float: 9223372036854775807`, `query($_l0:Float!){f(float:$_l0)}`, `{"_l0":9223372036854775807}`, `float: 0.1`},
		{"int for an ID", `id: 9223372036854775807`, `query($_l0:ID!){f(id:$_l0)}`, `{"_l0":"9223372036854775807"}`, `id: "x"`},
		{"enum", `color: GREEN`, `query($_l0:Color!){f(color:$_l0)}`, `{"_l0":"GREEN"}`, `color: RED`},
		{"boolean", `boolean: false`, `query($_l0:Boolean!){f(boolean:$_l0)}`, `{"_l0":false}`, `boolean: true`},
		{"null", `int: null, in: null`, `{f(int:null,in:null)}`, ``, ``},
		{"null instead of a default", `def: null`, `{f(def:null)}`, ``, ``},
		{"defaults", `def: 1, need: 2`, `query($_l0:Int!,$_l1:Int!){f(def:$_l0,need:$_l1)}`, `{"_l0":1,"_l1":2}`, `def: 3, need: 4`},
		{"quotes and backslashes", `string: "\"\\\" \\\\n \/ \b\f\n\r\t"`, `query($_l0:String!){f(string:$_l0)}`, `{"_l0":"\"\\\" \\\\n / \u0008\u000c\n\r\t"}`, `string: ""`},
		{"unicode", `string: "é \u00e9 \ud83d\ude00 😀 \u2028"`, `query($_l0:String!){f(string:$_l0)}`, "{\"_l0\":\"é é 😀 😀 \u2028\"}", `string: "\u0000"`},
		{"block string", `string: """` + "\n  a \\\"\"\" \\n\n    \\u0041\n" + `"""`, `query($_l0:String!){f(string:$_l0)}`, `{"_l0":"a \"\"\" \\n\n  \\u0041"}`, `string: "x"`},
		{"list of one", `ints: 5, matrix: 5`, `query($_l0:[Int]!,$_l1:[[Int]]!){f(ints:$_l0,matrix:$_l1)}`, `{"_l0":[5],"_l1":[[5]]}`, `ints: [1, null], matrix: []`},
		{"object", `in: {b: 1, a: "\"", list: 5, color: RED, id: 5, any: [1, "x"]}`, `query($_l0:In!){f(in:$_l0)}`, `{"_l0":{"b":1,"a":"\"","list":[5],"color":"RED","id":"5","any":[1,"x"]}}`, `in: {b: 2}`},
		{"safe scalars", `any: 9007199254740991, anys: [1.5, "\u0041", true, null]`, `query($_l0:Any!,$_l1:[Any]!){f(any:$_l0,anys:$_l1)}`, `{"_l0":9007199254740991,"_l1":[1.5,"A",true,null]}`, `any: -1, anys: []`},
		{"scalars that JSON may change", `any: 9223372036854775807, anys: [1e400, 1.10, ` + long + `, RED, {a: "\\", b: [B]}]`,
			`{f(any:9223372036854775807,anys:[1e400,1.10,` + long + `,RED,{a:"\\",b:[B]}])}`, ``, ``},
		{"scalar in an object", `in: {b: 1, any: 1e400}`, `query($_l0:Int!){f(in:{b:$_l0,any:1e400})}`, `{"_l0":1}`, `in: {b: 2, any: 1e400}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := `{"query":` + jsonString(tt.document) + `}`
			if tt.variables != "" {
				want = `{"query":` + jsonString(tt.document) + `,"variables":` + tt.variables + `}`
			}
			for _, warm := range []string{"", tt.other} {
				b, body := newLiterals(t)
				if warm != "" {
					b.query("{ f(" + warm + ") }")
				}
				w := b.query("{ f("+tt.arguments+") }", "Weft-Explain", "true")
				if diff := cmp.Diff(want, body()); diff != "" {
					t.Errorf("after %q the subgraph got (-want +got):\n%s\nresponse %s", warm, diff, w.Body)
				}
				var explained struct {
					Data       map[string]any
					Extensions struct {
						Explain struct{ Plan struct{ Cached bool } }
					}
				}
				if err := json.Unmarshal(w.Body.Bytes(), &explained); err != nil {
					t.Fatal(err)
				}
				if cached := explained.Extensions.Explain.Plan.Cached; cached != (warm != "") {
					t.Errorf("after %q the plan is cached: %t", warm, cached)
				}
			}
		})
	}
}

func jsonString(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(text))
}

// A literal and a variable with the same value send the same value.
func TestLiteralsAndVariablesAgree(t *testing.T) {
	tests := []struct{ name, typ, literal, variable string }{
		{"int", "Int", "-5", "-5"},
		{"float", "Float", "1.50", "1.50"},
		{"id", "ID", "7", "7"},
		{"string", "String", `"\"\\é"`, `"\"\\é"`},
		{"color", "Color", "RED", `"RED"`},
		{"ints", "[Int]", "[1, 2]", "[1,2]"},
		{"matrix", "[[Int]]", "1", "1"},
		{"any", "Any", `["a", 1.5, null]`, `["a",1.5,null]`},
		{"in", "In", `{b: 1, def: 7}`, `{"b":1,"def":7}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, body := newLiterals(t)
			value := func() string {
				var sent struct{ Variables map[string]json.RawMessage }
				if err := json.Unmarshal([]byte(body()), &sent); err != nil || len(sent.Variables) != 1 {
					t.Fatalf("%v in %s", err, body())
				}
				for _, v := range sent.Variables {
					return string(v)
				}
				return ""
			}
			b.query(fmt.Sprintf("{ f(%s: %s) }", tt.name, tt.literal))
			lifted := value()
			request, _ := json.Marshal(map[string]any{
				"query":     fmt.Sprintf("query($v: %s) { f(%s: $v) }", tt.typ, tt.name),
				"variables": map[string]any{"v": json.RawMessage(tt.variable)},
			})
			b.post(string(request))
			if diff := cmp.Diff(value(), lifted); diff != "" {
				t.Errorf("(-variable +literal):\n%s", diff)
			}
		})
	}
}

// A client cannot give a lifted variable, and may use its name.
func TestClientsCannotSetLiterals(t *testing.T) {
	b, body := newLiterals(t)
	b.post(`{"query":"{ f(int: 1) }","variables":{"_l0":2}}`)
	if want := `{"query":"query($_l0:Int!){f(int:$_l0)}","variables":{"_l0":1}}`; body() != want {
		t.Errorf("the subgraph got %s", body())
	}
	b.post(`{"query":"query($_l0: Int) { f(int: $_l0, float: 1) }","variables":{"_l0":2,"__l0":3}}`)
	if want := `{"query":"query($_l0:Int,$__l0:Float!){f(int:$_l0,float:$__l0)}","variables":{"_l0":2,"__l0":1}}`; body() != want {
		t.Errorf("the subgraph got %s", body())
	}
}

// Limits are held against each request, cached or not, and those that are only
// measured are logged.
func TestLimitsPerRequest(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	g.limits.Depth = 1
	g.limits.MeasureOnly.Depth = true
	const document = `{ product(id: "1") { name } }`
	for range 2 {
		wantBody(t, b.query(document), `{"data":{"product":{"name":"Lamp"}}}`)
	}
	logged := b.logs.FilterMessage("request").All()
	want := []any{map[string]any{"limit": operation.CodeMaxDepth, "count": 2, "max": 1}}
	for _, entry := range logged {
		if diff := cmp.Diff(want, entry.ContextMap()["over_limits"]); diff != "" {
			t.Errorf("over_limits (-want +got):\n%s", diff)
		}
	}
	if len(logged) != 2 {
		t.Errorf("%d requests are logged", len(logged))
	}
	g.limits.MeasureOnly.Depth = false // and the caches are warm
	w := b.query(document)
	if diff := cmp.Diff([]string{operation.CodeMaxDepth}, codesIn(t, w.Body.Bytes())); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if n := len(b.fetcher.requests()); n != 2 {
		t.Errorf("%d requests reached the subgraph", n)
	}
}

// A variable that is null where an argument cannot be gets no further: its field
// is null with an error, whatever plan the operation had before.
func TestNullIsRefused(t *testing.T) {
	b, body := newLiterals(t)
	const document = `"query":"query($n: Int = 1) { f(need: $n) }"`
	const answered = `{"data":{"f":null}}`
	const sent = `{"query":"query($n:Int=1){f(need:$n)}","variables":{"n":`
	for range 2 {
		for _, tt := range []struct{ variables, want, sent string }{
			{`{"n": 2}`, answered, sent + `2}}`},
			{`{"n": null}`, `{"data":{"f":null},"errors":[{"message":"Argument \"need\" of non-null type \"Int!\" must not be null.",` +
				`"path":["f"],"extensions":{"code":"VALIDATION_INVALID_TYPE_VARIABLE"}}]}`, sent + `2}}`},
			{`null`, answered, sent + `1}}`},
		} {
			w := b.post(`{` + document + `,"variables":` + tt.variables + `}`)
			if diff := cmp.Diff(tt.want, strings.TrimSpace(w.Body.String())); diff != "" {
				t.Errorf("variables %s (-want +got):\n%s", tt.variables, diff)
			}
			if diff := cmp.Diff(tt.sent, body()); diff != "" {
				t.Errorf("variables %s: the subgraph got last (-want +got):\n%s", tt.variables, diff)
			}
		}
	}
}
