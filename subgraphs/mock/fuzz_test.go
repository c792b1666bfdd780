package mock

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRequest sends any body to a subgraph with all kinds of fields. The
// answer is always JSON with data or errors.
func FuzzRequest(f *testing.F) {
	for _, query := range []string{
		`{ products { id name price maker { name } reviews { text } } }`,
		`mutation($i: NewProduct!) { addInput(input: $i) { product { id } } }`,
		`mutation { add(name: "x") { id } raise(id: "1", by: 1e300) { price } remove(id: "7") { id } }`,
		`query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Product { name } } }`,
		`{ __schema { types { name fields { name type { ofType { name } } } } } _service { sdl } }`,
		`{ a: product(id: 1) @skip(if: true) { ...F } } fragment F on Product { ...F }`,
	} {
		body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{
			"i": map[string]any{"name": "x", "price": 1}, "r": []any{map[string]any{"__typename": "Product", "id": "1"}},
		}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Add(`{"query": "{ products(name: \"\\uD800\") { id } }"}`)
	f.Add("{\"query\": \"{ product(id: \\\"\xff\\\") { id name } }\"}")
	subgraphs := []*Subgraph{
		newSubgraph(f, Options{SDL: federation2 + storeSDL, Data: []byte(storeData), MaxFields: 5000}),
		newSubgraph(f, Options{SDL: federation2 + storeSDL, MaxFields: 5000}),
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, s := range subgraphs {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
			var answer struct {
				Data   any
				Errors []any
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatalf("%s: %v in %q", body, err, w.Body)
			}
			if w.Code != 200 && len(answer.Errors) == 0 {
				t.Errorf("%s: status %d without an error", body, w.Code)
			}
		}
	})
}

// FuzzNew reads any SDL with any data. It never panics, and what it accepts
// can be asked.
func FuzzNew(f *testing.F) {
	f.Add(federation2+storeSDL, storeData)
	f.Add(federation2+shopSDL, "Product:\n- upc: 1\n  maker: &a {id: 2}\n- {upc: 2, maker: *a}\n")
	f.Add(generatedCatalogue, `{}`)
	f.Add(`extend type A @key(fields: ["id", "b { c }"]) { id: ID! @external b: B } type B { c: [Int] }`, `{"A": [{"id": "{{1 + id}}", "b": {"c": [1]}}]}`)
	f.Add(`schema { query: Q } type Q @key(fields: "q { a }") { a: Int q: Q } union U = Q`, `{"Q": {"q": {"a": 1}}, "U": [{"__typename": "Q"}]}`)
	f.Add(zooSDL, `{"Query": {"cat": {"$error": {"message": "x", "extensions": {}}}, "echo(text: \"a\")": "{{$text}}"}}`)
	f.Fuzz(func(t *testing.T, sdl, data string) {
		for _, o := range []Options{
			{Name: "f", SDL: sdl, Data: []byte(data), MaxFields: 1000},
			{Name: "f", SDL: sdl, Data: []byte(data), Generate: true, LocalExternals: true, MaxFields: 1000},
		} {
			s, err := New(o)
			if err != nil {
				continue
			}
			got := ask(t, s, `{ __typename _service { sdl } __schema { types { name kind fields { name } } } }`, nil)
			if !json.Valid([]byte(got)) {
				t.Errorf("%q is no JSON", got)
			}
			ask(t, s, `{ _entities(representations: [{__typename: "A", id: "1"}]) { __typename } }`, nil)
			for _, field := range s.schema.ast.Query.Fields {
				ask(t, s, "{ "+field.Name+" }", nil)
				ask(t, s, "{ "+field.Name+" { __typename } }", nil)
			}
		}
	})
}
