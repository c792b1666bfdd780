package oracle

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const fed2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@override", "@interfaceObject"]) `

func TestMerge(t *testing.T) {
	tests := []struct {
		name    string
		api     string
		sources []Source
		query   string
		want    string
	}{
		{
			name: "one entity under two keys",
			api:  `type Query { a: T } type T { id: ID sku: ID x: Int y: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "id") { id: ID }`, []byte(`{"Query": {"a": {"id": 1}}}`)},
				{"b", fed2 + `type T @key(fields: "id") @key(fields: "sku") { id: ID sku: ID x: Int }`, []byte(`{"T": [{"id": "1", "sku": "s", "x": 7}]}`)},
				{"c", fed2 + `type T @key(fields: "sku") { sku: ID y: Int }`, []byte(`{"T": [{"sku": "s", "y": 8}]}`)},
			},
			query: `{ a { x y sku } }`,
			want:  `{"a":{"x":7,"y":8,"sku":"s"}}`,
		},
		{
			name: "a key in a list in an object",
			api:  `type Query { a: T } type T { of: Of x: Int } type Of { parts: [Part] } type Part { n: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "of { parts { n } }") { of: Of } type Of { parts: [Part] } type Part { n: Int }`, []byte(`{"Query": {"a": {"of": {"parts": [{"n": 1}, {"n": 2}]}}}}`)},
				{"b", fed2 + `type T @key(fields: "of { parts { n } }") { of: Of x: Int } type Of { parts: [Part] } type Part { n: Int }`, []byte(`{"T": [{"of": {"parts": [{"n": 2}, {"n": 1}]}, "x": 9}, {"of": {"parts": [{"n": 1}, {"n": 2}]}, "x": 5}]}`)},
			},
			query: `{ a { x } }`,
			want:  `{"a":{"x":5}}`,
		},
		{
			name: "an external copy counts for nothing where there is an owner",
			api:  `type Query { a: T } type T { id: ID x: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "id") { id: ID x: Int @external }`, []byte(`{"Query": {"a": {"id": "1", "x": 1}}}`)},
				{"b", fed2 + `type T @key(fields: "id") { id: ID x: Int }`, []byte(`{"T": [{"id": "1", "x": 2}]}`)},
			},
			query: `{ a { x } }`,
			want:  `{"a":{"x":2}}`,
		},
		{
			name: "an owner's null is not filled by an external copy",
			api:  `type Query { a: T } type T { id: ID x: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "id") { id: ID x: Int @external }`, []byte(`{"Query": {"a": {"id": "1", "x": 1}}}`)},
				{"b", fed2 + `type T @key(fields: "id") { id: ID x: Int }`, []byte(`{"T": [{"id": "1", "x": null}]}`)},
			},
			query: `{ a { x } }`,
			want:  `{"a":{"x":null}}`,
		},
		{
			name: "an overridden field",
			api:  `type Query { a: T } type T { id: ID x: Int y: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "id") { id: ID x: Int y: Int }`, []byte(`{"Query": {"a": {"id": "1", "x": 1, "y": 1}}}`)},
				{"b", fed2 + `type T @key(fields: "id") { id: ID x: Int @override(from: "a") y: Int @override(from: "a", label: "percent(0)") }`, []byte(`{"T": [{"id": "1", "x": 2, "y": 2}]}`)},
			},
			query: `{ a { x y } }`,
			want:  `{"a":{"x":2,"y":1}}`,
		},
		{
			name: "value objects by their place, lists by position",
			api:  `type Query { a: [V] } type V { x: Int y: Int }`,
			sources: []Source{
				{"a", `type Query { a: [V] } type V { x: Int }`, []byte(`{"Query": {"a": [{"x": 1}, {"x": 2}]}}`)},
				{"b", `type Query { a: [V] } type V { y: Int }`, []byte(`{"Query": {"a": [{"y": 3}, null]}}`)},
			},
			query: `{ a { x y } }`,
			want:  `{"a":[{"x":1,"y":3},{"x":2,"y":null}]}`,
		},
		{
			name: "an object is put together before its key is known",
			api:  `type Query { a: P } type P { id: ID t: T } type T { id: ID x: Int y: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: P } type P @key(fields: "id") { id: ID t: T } type T { x: Int }`, []byte(`{"Query": {"a": {"id": "p", "t": {"x": 1}}}}`)},
				{"b", fed2 + `type P @key(fields: "id") { id: ID t: T } type T { id: ID }`, []byte(`{"P": [{"id": "p", "t": {"id": "1"}}]}`)},
				{"c", fed2 + `type T @key(fields: "id") { id: ID y: Int }`, []byte(`{"T": [{"id": "1", "y": 2}]}`)},
			},
			query: `{ a { t { x y id } } }`,
			want:  `{"a":{"t":{"x":1,"y":2,"id":"1"}}}`,
		},
		{
			name: "an interface object is of the type another subgraph knows",
			api:  `type Query { a: [I] } interface I { id: ID x: Int } type T implements I { id: ID x: Int y: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: [I] } type I @key(fields: "id") @interfaceObject { id: ID x: Int }`, []byte(`{"Query": {"a": [{"id": "1", "x": 3}, {"id": "2", "x": 4}]}}`)},
				{"b", fed2 + `interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID y: Int }`, []byte(`{"T": [{"id": "1", "y": 5}]}`)},
			},
			query: `{ a { __typename x ... on T { y } } }`,
			want:  `{"a":[{"__typename":"T","x":3,"y":5},null]}`,
		},
		{
			name: "a formula reads what its field requires",
			api:  `type Query { a: T } type T { id: ID p(c: String): Int q: Q x: String }  type Q { n: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { a: T } type T @key(fields: "id") { id: ID p(c: String): Int q: Q } type Q { n: Int }`, []byte(`{"Query": {"a": {"id": "1", "p": 1, "p(c: \"E\")": 2, "q": {"n": 3}}}}`)},
				{"b", fed2 + `type T @key(fields: "id") { id: ID p(c: String): Int @external q: Q @external x: String @requires(fields: "p(c: \"E\") q { n }") } type Q { n: Int @external }`, []byte(`{"T": [{"id": "1", "x": "{{p}} {{q.n + 1}} {{id}}"}]}`)},
			},
			query: `{ a { x } }`,
			want:  `{"a":{"x":"2 4 1"}}`,
		},
		{
			name: "names of the link's import",
			api:  `type Query { a: T } type T { id: ID x: Int }`,
			sources: []Source{
				{"a", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@key", as: "@id"}]) type Query { a: T } type T @id(fields: "id") { id: ID x: Int @federation__external }`, []byte(`{"Query": {"a": {"id": "1", "x": 1}}}`)},
				{"b", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed") type T @fed__key(fields: "id") { id: ID x: Int }`, []byte(`{"T": [{"id": "1", "x": 2}]}`)},
			},
			query: `{ a { x } }`,
			want:  `{"a":{"x":2}}`,
		},
		{
			name: "root fields from the lists",
			api:  `type Query { all: [T!]! one(id: ID!): T } type T { id: ID x: Int }`,
			sources: []Source{
				{"a", fed2 + `type Query { all: [T!]! one(id: ID!): T } type T @key(fields: "id") { id: ID x: Int }`, []byte(`{"T": [{"id": "1", "x": 1}, {"id": "2", "x": 2}]}`)},
			},
			query: `{ all { x } one(id: "2") { x } }`,
			want:  `{"all":[{"x":1},{"x":2}],"one":{"x":2}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := Merge(tt.sources)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Execute(loadSchema(t, tt.api), data, tt.query, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(got.Data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(text)); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	tests := []struct{ name, sdl, data, want string }{
		{"not SDL", `type`, `{}`, "subgraph a: "},
		{"not JSON", `type Query { a: Int }`, `{`, "data of a: "},
		{"no such type", `type Query { a: Int }`, `{"T": []}`, "data of a: T is not a type with fields"},
		{"no such field", `type Query { a: Int }`, `{"Query": {"b": 1}}`, "data of a: Query has no field b"},
		{"not a list", `type Query { a: [Int] }`, `{"Query": {"a": 1}}`, "data of a: Query.a: 1 is not a list"},
		{"not an object", `type Query { a: T } type T { x: Int }`, `{"Query": {"a": 1}}`, "data of a: Query.a: 1 is not an object"},
		{"no type", `type Query { a: I } interface I { x: Int }`, `{"Query": {"a": {"x": 1}}}`, "data of a: Query.a: an object of type I needs a __typename"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Merge([]Source{{"a", tt.sdl, []byte(tt.data)}})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s…", err, tt.want)
			}
		})
	}
}

func TestEvaluate(t *testing.T) {
	names := map[string]any{"a": json.Number("6"), "b": json.Number("1.5"), "s": "text", "n": nil, "l": []any{json.Number("1"), nil}}
	tests := []struct {
		text string
		want any
	}{
		{"plain", "plain"},
		{"{{a}}", json.Number("6")},
		{"{{ a * b + 1 }}", json.Number("10")},
		{"{{a - b - 1}}", json.Number("3.5")},
		{"{{(a - b) * 2}}", json.Number("9")},
		{"{{-a / 4}}", json.Number("-1.5")},
		{"{{0.1 + 0.2}}", json.Number("0.3")},
		{"{{a + n}}", nil},
		{"{{n}}", nil},
		{"{{true}}", true},
		{"{{'q'}}{{\"r\"}}", "qr"},
		{"x{{s}}-{{a}}-{{n}}-{{l}}y", "xtext-6-null-[1,null]y"},
		{"{{$v}}", "V"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := evaluate(tt.text,
				func(path []string) (any, error) { return names[strings.Join(path, ".")], nil },
				func(name string) any { return strings.ToUpper(name) })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, text := range []string{"{{a", "{{a +}}", "{{(a}}", "{{a a}}", "{{s * 2}}", "{{a / 0}}", "{{'a}}"} {
		if got, err := evaluate(text,
			func(path []string) (any, error) { return names[path[0]], nil },
			func(string) any { return nil }); err == nil {
			t.Errorf("%s: got %v, want an error", text, got)
		}
	}
}
