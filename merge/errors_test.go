package merge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			name:  "of a root fetch",
			query: `{ product { p: price } }`,
			fetches: []fetchSpec{{subgraph: "pricing", sel: `{ product { p: price } }`,
				answer: `{"data":{"product":{"p":null}},"errors":[{"message":"no price","path":["product","p"],"locations":[{"line":1,"column":2}],"extensions":{"code":"NO_PRICE","retry":1.50}}]}`}},
			want: `{"data":{"product":{"p":null}},"errors":[{"message":"no price","path":["product","p"],"extensions":{"code":"NO_PRICE","retry":1.50,"service":"pricing"}}]}`,
		},
		{
			name:  "keys become the names of the response",
			query: `{ products { n: name } }`,
			fetches: []fetchSpec{{sel: `{ _q: products @as(n: "products") { _7: name @as(n: "n") } }`,
				answer: `{"data":{"_q":[{"_7":"a"},null]},"errors":[{"message":"m","path":["_q",1,"_7"]}]}`}},
			want: `{"data":{"products":null},"errors":[{"message":"m","path":["products",1,"n"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`,
		},
		{
			name:  "of an entity at several places",
			query: `{ products { seller { rank } } me { rank } }`,
			fetches: []fetchSpec{
				{sel: `{ products { seller { id } } me { id } }`, answer: `{"data":{"products":[{"seller":{"id":1}},{"seller":{"id":2}},{"seller":{"id":1}}],"me":{"id":1}}}`},
				{sel: `{ ... on User { rank } }`, at: "products.@.seller me", typename: "User",
					answer: `{"data":{"_entities":[null,{"rank":5}]},"errors":[{"message":"gone","path":["_entities",0,"rank"]}]}`},
			},
			want: `{"data":{"products":[{"seller":null},{"seller":{"rank":5}},{"seller":null}],"me":null},"errors":[
				{"message":"gone","path":["products",0,"seller","rank"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}},
				{"message":"gone","path":["products",2,"seller","rank"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}},
				{"message":"gone","path":["me","rank"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
		{
			name:  "of an entity in a batch of lookups",
			query: `{ product { price } me { name } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } me { id } }`, answer: `{"data":{"product":{"id":1},"me":{"id":2}}}`},
				{typename: "T", lookups: []lookupSpec{{`{ ... on Product { price } }`, "product", ""}, {`{ ... on User { name } }`, "me", ""}},
					answer: `{"data":{"_e0":[{"price":1}],"_e1":null},"errors":[{"message":"m","path":["_e1",0,"name"]}]}`},
			},
			want: `{"data":{"product":{"price":1},"me":{"name":null}},"errors":[{"message":"m","path":["me","name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
		{
			name:  "without a path that helps, once, where the fetch is",
			query: `{ products { seller { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { seller { id } } }`, answer: `{"data":{"products":[{"seller":{"id":1}},{"seller":{"id":2}}]}}`},
				{sel: `{ ... on User { rank } }`, at: "products.@.seller", typename: "User",
					answer: `{"data":{"_entities":[null,null]},"errors":[{"message":"a"},{"message":"b","path":["_entities"]},{"message":"c","path":["_entities",9]},{"message":"d","path":["x",0]},{"message":"e","path":[0,0]}]}`},
			},
			want: `{"data":{"products":[{"seller":null},{"seller":null}]},"errors":[` + strings.Join([]string{
				`{"message":"a","path":["products"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`,
				`{"message":"b","path":["products"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`,
				`{"message":"c","path":["products"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`,
				`{"message":"d","path":["products"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`,
				`{"message":"e","path":["products"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`}, ",") + `]}`,
		},
		{
			name:  "internal names are not for clients",
			query: `{ product { price } }`,
			fetches: []fetchSpec{{sel: `{ product { price _0: name dims { width } } }`,
				answer: `{"data":{"product":null},"errors":[{"message":"a","path":["product","_0"]},{"message":"b","path":["product","dims","width"]},{"message":"c","path":["product","nobody",1]}]}`}},
			want: `{"data":{"product":null},"errors":[
				{"message":"a","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}},
				{"message":"b","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}},
				{"message":"c","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`,
		},
		{
			name:  "errors that are not as they should be",
			query: `{ product { price } me { id } }`,
			fetches: []fetchSpec{{sel: `{ product { price } me { id } }`, answer: `{"data":null,"errors":[
				"text", 7, null, {}, {"message":null}, {"message":{"a":1},"path":"product"}, {"message":"m","path":["product",{}]}, {"message":"m","path":["product",-1]},
				{"Message":"not it","message":"it"}, {"message":"m","extensions":"x"}, {"message":"m","extensions":{"code":7}}, {"message":"\ud800"}]}`}},
			want: `{"data":{"product":null,"me":null},"errors":[` + strings.Join([]string{
				`{"message":"text","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"7","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"the subgraph reported an error without a message","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"the subgraph reported an error without a message","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"the subgraph reported an error without a message","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"{\"a\":1}","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"m","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"m","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"it","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`,
				`{"message":"m","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0","value":"x"}}`,
				`{"message":"m","extensions":{"code":"7","service":"s0"}}`,
				`{"message":"` + "\uFFFD" + `","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}`}, ",") + `]}`,
		},
		{
			name:    "errors that are no list",
			query:   `{ product { price } }`,
			fetches: []fetchSpec{{sel: `{ product { price } }`, answer: `{"errors":{"message":"only one","path":["product"]}}`}},
			want:    `{"data":{"product":null},"errors":[{"message":"only one","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`,
		},
		{
			name:    "neither data nor errors",
			query:   `{ product { price } }`,
			fetches: []fetchSpec{{sel: `{ product { price } }`, answer: `{"data":null,"errors":[]}`}},
			want:    `{"data":{"product":null},"errors":[{"message":"subgraph \"s0\" gave a wrong answer","path":["product"],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"neither data nor errors in the answer","service":"s0"}}]}`,
		},
		{
			name:    "no answer to a root fetch of one field",
			query:   `{ product { price } }`,
			fetches: []fetchSpec{{sel: `{ product { price } }`, failure: &Failure{Code: CodeHTTP, Status: 502, Err: errors.New("secret.internal")}}},
			want:    `{"data":{"product":null},"errors":[{"message":"subgraph \"s0\" answered with HTTP status 502","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":502},"service":"s0"}}]}`,
		},
		{
			name:    "no answer to a root fetch of several fields",
			query:   `{ product { price } me { name } }`,
			fetches: []fetchSpec{{sel: `{ product { price } me { name } }`, failure: &Failure{Code: CodeTimeout, Reason: "no answer within 2s"}}},
			want:    `{"data":{"product":null,"me":null},"errors":[{"message":"subgraph \"s0\" did not answer in time","extensions":{"code":"GATEWAY_TIMEOUT","reason":"no answer within 2s","service":"s0"}}]}`,
		},
		{
			name:  "no answer to an entity fetch: once for each place, at the first list",
			query: `{ product { dims { width } seller { name } } products { seller { name } related { seller { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { seller { id } } products { seller { id } related { seller { id } } } }`,
					answer: `{"data":{"product":{"seller":{"id":1}},"products":[{"seller":{"id":1},"related":[]},{"seller":{"id":2},"related":null}]}}`},
				{sel: `{ ... on User { name } }`, at: "product.seller products.@.seller products.@.related.@.seller", typename: "User",
					failure: &Failure{Code: CodeHTTP, Reason: "connection failed"}},
			},
			want: `{"data":{"product":{"dims":null,"seller":{"name":null}},"products":[{"seller":{"name":null},"related":[]},{"seller":{"name":null},"related":null}]},"errors":[
				{"message":"subgraph \"s1\" could not be reached","path":["product","seller"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","reason":"connection failed","service":"s1"}},
				{"message":"subgraph \"s1\" could not be reached","path":["products"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","reason":"connection failed","service":"s1"}}]}`,
		},
		{
			name:  "below a mutation",
			query: `mutation { buy { query { me { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ buy { query { __typename } } }`, answer: `{"data":{"buy":{"query":{"__typename":"Query"}}}}`},
				{sel: `{ me { name } }`, at: "buy.query", root: true, answer: `{"data":{"me":null},"errors":[{"message":"m","path":["me","name"]},{"message":"n"}]}`},
			},
			want: `{"data":{"buy":{"query":{"me":null}}},"errors":[
				{"message":"m","path":["buy","query","me","name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}},
				{"message":"n","path":["buy","query"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, shop, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// Lists of entities that are too short or too long: nothing of them is used,
// since it cannot be told whose it is. In others what is there counts by its
// index.
func TestEntityLists(t *testing.T) {
	const reason = `{"message":"subgraph \"s1\" gave a wrong answer","path":["products"],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":%q,"service":"s1"}}`
	tests := []struct {
		name, entities string
		want           [3]string
		reason         string
	}{
		{"as it should be", `[{"price":1},{"price":2},{"price":3}]`, [3]string{"1", "2", "3"}, ""},
		{"nulls", `[null,{"price":2},null]`, [3]string{"null", "2", "null"}, ""},
		{"short", `[{"price":1},{"price":2}]`, [3]string{"null", "null", "null"}, "2 entities for 3 representations"},
		{"empty", `[]`, [3]string{"null", "null", "null"}, "0 entities for 3 representations"},
		{"long", `[{"price":1},{"price":2},{"price":3},{"price":4}]`, [3]string{"null", "null", "null"}, "4 entities for 3 representations"},
		{"null", `null`, [3]string{"null", "null", "null"}, "no list of entities in the answer"},
		{"an object", `{"price":1}`, [3]string{"null", "null", "null"}, "no list of entities in the answer"},
		{"a scalar", `7`, [3]string{"null", "null", "null"}, "no list of entities in the answer"},
		{"scalars in it", `[1,{"price":2},"x"]`, [3]string{"null", "2", "null"}, "an entity is neither an object nor null"},
		{"lists in it", `[[{"price":1}],{"price":2},null]`, [3]string{"null", "2", "null"}, "an entity is neither an object nor null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fetches := []fetchSpec{
				{sel: `{ products { id } }`, answer: `{"data":{"products":[{"id":1},{"id":2},{"id":3}]}}`},
				{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", answer: `{"data":{"_entities":` + tt.entities + `}}`},
			}
			want := fmt.Sprintf(`{"data":{"products":[{"price":%s},{"price":%s},{"price":%s}]}`, tt.want[0], tt.want[1], tt.want[2])
			if tt.reason != "" {
				want += `,"errors":[` + fmt.Sprintf(reason, tt.reason) + `]`
			}
			same(t, execute(t, compile(t, shop, `{ products { price } }`, fetches), fetches), want+"}")
		})
	}
}

// Thousands of errors at thousands of places must not become millions.
func TestErrorsAreBounded(t *testing.T) {
	const n = 5000
	tests := []struct{ name, err string }{
		{"without a path", `{"message":"m"}`},
		{"at an entity that is everywhere", `{"message":"m","path":["_entities",0,"price"]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fetches := []fetchSpec{{sel: `{ products { id } }`}, {sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product"}}
			p := compile(t, shop, `{ products { price } }`, fetches)
			r := p.NewResult(nil)
			link := func(fetch int, answer string) {
				r.Requests(fetch, 0)
				a, err := p.Decode(fetch, []byte(answer))
				if err != nil {
					t.Fatal(err)
				}
				r.Link(fetch, 0, a)
			}
			link(0, `{"data":{"products":[`+strings.Repeat(`{"id":1},`, n-1)+`{"id":1}]}}`)
			link(1, `{"data":{"_entities":[null]},"errors":[`+strings.Repeat(tt.err+",", n-1)+tt.err+`]}`)
			r.Write(nil, nil)
			errs := r.Errors()
			if len(errs) != MaxErrors+1 {
				t.Fatalf("%d errors, want %d and a note", len(errs), MaxErrors)
			}
			if last := errs[MaxErrors]; last.Code != CodeTooMany {
				t.Errorf("the last error is %v", last)
			}
		})
	}
}

// Whoever decides what clients see gets all there is to know.
func TestErrorKeepsWhatIsKnown(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1:80: refused")
	fetches := []fetchSpec{{subgraph: "a", sel: `{ me { name } }`, failure: &Failure{Code: CodeHTTP, Reason: "connection failed", Err: cause}}}
	p := compile(t, shop, `{ me { name } }`, fetches)
	r := p.NewResult(nil)
	r.Requests(0, 0)
	r.Fail(0, fetches[0].failure)
	if !r.Failed(0) {
		t.Error("Failed does not tell")
	}
	before := r.ErrorsOf(0)
	r.Write(nil, nil)
	for _, errs := range [][]*Error{before, r.Errors()} {
		if len(errs) != 1 {
			t.Fatalf("errors %v", errs)
		}
		e := errs[0]
		if !errors.Is(e, cause) || e.Subgraph != "a" || e.Downstream || e.Fetch != 0 {
			t.Errorf("error %+v", e)
		}
		if want := `subgraph "a" could not be reached at me: connection failed: dial tcp 10.0.0.1:80: refused`; e.Error() != want {
			t.Errorf("Error() = %s\nwant %s", e.Error(), want)
		}
		shown, err := json.Marshal(e.GraphQL())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(shown), "10.0.0.1") {
			t.Errorf("clients would see %s", shown)
		}
	}
	if diff := cmp.Diff(before[0].Path, r.Errors()[0].Path); diff != "" {
		t.Errorf("paths differ: %s", diff)
	}
}
