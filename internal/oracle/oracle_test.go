package oracle

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

func loadSchema(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Name: "api", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	prelude := validator.PreludeDocument()
	doc.Definitions = append(doc.Definitions, prelude.Definitions...)
	doc.Directives = append(doc.Directives, prelude.Directives...)
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

const shopSDL = `
type Query { product(id: ID): Product products(kind: Kind): [Product!] strict: [Product!]! few(first: Int): [Product] node: Node nodes: [Node] any: Any version: Int! }
type Mutation { rename: Product }
interface Node { id: ID! }
union Any = Product | Shop
enum Kind { BIG SMALL }
type Product implements Node { id: ID! name: String! price(currency: String = "EUR"): Float kind: Kind shop: Shop tags: [[String!]] score: Int hidden: Secret label: String }
type Shop implements Node { id: ID! city: String products: [Product!]! }
scalar Secret
`

// shopData is what the one subgraph of these tests holds.
const shopData = `{
"Query": {
  "product": {"id": 1},
  "products": [{"id": "1", "kind": "BIG"}, {"id": "2"}],
  "few": [{"id": "1"}, {"id": "2"}],
  "strict": [{"id": "1"}, {"id": "3"}],
  "node": {"__typename": "Shop", "id": "s1"},
  "nodes": [{"__typename": "Shop", "id": "s1"}, null, {"__typename": "Product", "id": "2"}],
  "any": {"__typename": "Ghost"}
},
"Product": [
  {"id": "1", "name": "pen", "price": 1.50, "price(currency: \"USD\")": 2, "kind": "BIG", "shop": {"id": "s1"}, "tags": [["a"], null, []], "score": 4, "hidden": {"x": [1]}, "label": "{{name}}: {{price * 2}}"},
  {"id": "2", "name": "pot", "kind": "ODD", "score": "four", "label": {"$error": "no label"}},
  {"id": "3", "name": null}
],
"Shop": [{"id": "s1", "city": "Oslo", "products": [{"id": "2"}, {"id": "1"}]}]
}`

func shop(t *testing.T) *Data {
	t.Helper()
	sdl := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])` +
		strings.NewReplacer(
			"type Product implements Node", `type Product implements Node @key(fields: "id")`,
			"type Shop implements Node", `type Shop implements Node @key(fields: "id")`,
			"union Any = Product | Shop", "union Any = Product | Shop | Ghost type Ghost { boo: Int }",
		).Replace(shopSDL)
	data, err := Merge([]Source{{Name: "shop", SDL: sdl, Data: []byte(shopData)}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExecute(t *testing.T) {
	tests := []struct {
		name      string
		document  string
		operation string
		variables string
		want      string
		errors    []string // paths
	}{
		{name: "fields and aliases", document: `{ product { n: name id name } v: __typename }`,
			want: `{"product":{"n":"pen","id":"1","name":"pen"},"v":"Query"}`},
		{name: "entities are found by their key", document: `{ node { ... on Shop { products { name shop { city } } } } }`,
			want: `{"node":{"products":[{"name":"pot","shop":null},{"name":"pen","shop":{"city":"Oslo"}}]}}`},
		{name: "fragments narrow by type", document: `{ nodes { __typename ...P ... on Shop { city } ... on Node { id } } } fragment P on Product { name }`,
			want: `{"nodes":[{"__typename":"Shop","city":"Oslo","id":"s1"},null,{"__typename":"Product","name":"pot","id":"2"}]}`},
		{name: "sub-selections of one response name are merged", document: `{ product { shop { id } ... on Product { shop { city } } } }`,
			want: `{"product":{"shop":{"id":"s1","city":"Oslo"}}}`},
		{name: "the named operation runs", document: `query A { product { id } } query B { product { name } }`, operation: "B",
			want: `{"product":{"name":"pen"}}`},
		{name: "skip and include", document: `query ($y: Boolean = true, $n: Boolean!) { product { id @skip(if: $y) name @include(if: $y) @skip(if: $n) ... @include(if: $n) { kind } } }`,
			variables: `{"n": false}`, want: `{"product":{"name":"pen"}}`},
		{name: "arguments choose a value", document: `query ($c: String) { product { price usd: price(currency: "USD") v: price(currency: $c) } }`,
			variables: `{"c": "USD"}`, want: `{"product":{"price":1.50,"usd":2,"v":2}}`},
		{name: "root arguments are fields of the objects", document: `{ a: product(id: "1") { name } b: product(id: "2") { name } c: products(kind: BIG) { id } }`,
			want: `{"a":{"name":"pen"},"b":null,"c":[{"id":"1"}]}`},
		{name: "first cuts lists", document: `{ few(first: 1) { id } }`, want: `{"few":[{"id":"1"}]}`},
		{name: "lists of lists", document: `{ product { tags } }`, want: `{"product":{"tags":[["a"],null,[]]}}`},
		{name: "custom scalars as they are", document: `{ product { hidden } }`, want: `{"product":{"hidden":{"x":[1]}}}`},
		{name: "formulas", document: `{ product { label } }`, want: `{"product":{"label":"pen: 3"}}`},
		{name: "unknown enum values are null without an error", document: `{ products { kind } }`,
			want: `{"products":[{"kind":"BIG"},{"kind":null}]}`},
		{name: "objects of unknown types are null without an error", document: `{ any { __typename } }`, want: `{"any":null}`},
		{name: "values of the wrong kind", document: `{ products { score } }`,
			want: `{"products":[{"score":4},{"score":null}]}`, errors: []string{`["products",1,"score"]`}},
		{name: "a field that fails", document: `{ products { id label } }`,
			want: `{"products":[{"id":"1","label":"pen: 3"},{"id":"2","label":null}]}`, errors: []string{`["products",1,"label"]`}},
		{name: "null rises to the root", document: `{ node { id } strict { id name } }`, want: `null`,
			errors: []string{`["strict",1,"name"]`}},
		{name: "null rises to the nearest nullable", document: `{ node { id } products { id } version }`, want: `null`,
			errors: []string{`["version"]`}},
		{name: "a mutation without data", document: `mutation { rename { id } }`, want: `{"rename":null}`},
	}
	schema, data := loadSchema(t, shopSDL), shop(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var variables map[string]any
			if tt.variables != "" {
				decoder := json.NewDecoder(strings.NewReader(tt.variables))
				decoder.UseNumber()
				if err := decoder.Decode(&variables); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Execute(schema, data, tt.document, tt.operation, variables)
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
			var paths []string
			for _, e := range got.Errors {
				path, err := json.Marshal(e.Path)
				if err != nil {
					t.Fatal(err)
				}
				paths = append(paths, string(path))
			}
			if diff := cmp.Diff(tt.errors, paths); diff != "" {
				t.Errorf("error paths (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExecuteRefuses(t *testing.T) {
	tests := []struct{ name, document, operation, want string }{
		{"syntax", `{`, "", "parse: "},
		{"unknown field", `{ nope }`, "", "validate: "},
		{"unknown operation", `query A { version }`, "B", `no operation "B"`},
		{"missing variable", `query ($a: ID!) { product(id: $a) { id } }`, "", "coerce variables: "},
		{"introspection", `{ __schema { types { name } } }`, "", "introspection at [__schema]"},
	}
	schema, data := loadSchema(t, shopSDL), shop(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Execute(schema, data, tt.document, tt.operation, nil)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s…", err, tt.want)
			}
		})
	}
}
