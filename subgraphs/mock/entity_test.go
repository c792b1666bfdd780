package mock

import "testing"

const represent = `query($r: [_Any!]!) { _entities(representations: $r) `

func representations(list ...map[string]any) map[string]any {
	all := make([]any, len(list))
	for i, r := range list {
		all[i] = r
	}
	return map[string]any{"r": all}
}

func TestEntities(t *testing.T) {
	type rep = map[string]any
	for _, tt := range []struct {
		name, sdl, data string
		exchanges       []exchange
	}{
		{
			name: "several keys",
			sdl:  `type Product @key(fields: "id") @key(fields: "sku region") { id: ID! sku: String region: Int name: String }`,
			data: `{"Product": [{"id": "1", "sku": "a", "region": 1, "name": "A1"}, {"id": 2, "sku": "a", "region": 2, "name": "A2"}]}`,
			exchanges: []exchange{
				{query: represent + `{ __typename ... on Product { id name } } }`, variables: representations(
					rep{"__typename": "Product", "id": "2"},
					rep{"__typename": "Product", "id": 1},
					rep{"__typename": "Product", "sku": "a", "region": 2},
					rep{"__typename": "Product", "sku": "a", "region": "1"},
					rep{"__typename": "Product", "id": "3"},
					rep{"__typename": "Product", "sku": "a"},
					rep{"__typename": "Product", "sku": "a", "region": nil},
				), want: `{"_entities":[{"__typename":"Product","id":"2","name":"A2"},{"__typename":"Product","id":"1","name":"A1"},{"__typename":"Product","id":"2","name":"A2"},{"__typename":"Product","id":"1","name":"A1"},null,null,null]}` +
					"\n" + `["_entities",5] a representation of Product without a complete key; it can be one of "id", "sku region" (INVALID_REPRESENTATION)`},
				{query: represent + `{ ... on Product { name } } }`, variables: map[string]any{"r": []any{
					"text", rep{"id": "1"}, rep{"__typename": "Query"}, rep{"__typename": 7},
				}}, want: `{"_entities":[null,null,null,null]}
["_entities",0] a representation that is no object (INVALID_REPRESENTATION)
["_entities",1] a representation of "", which is no entity of this subgraph (INVALID_REPRESENTATION)
["_entities",2] a representation of "Query", which is no entity of this subgraph (INVALID_REPRESENTATION)
["_entities",3] a representation of "", which is no entity of this subgraph (INVALID_REPRESENTATION)`},
				{query: represent + `{ ... on Product { name } } }`, variables: map[string]any{"r": []any{nil}},
					want: "\n" + `Variable "$r" at [0] of type _Any! is null (BAD_USER_INPUT)`},
				{query: `{ one: _entities(representations: [{__typename: "Product", id: "1"}]) { ... on Product { name } } none: _entities(representations: []) { __typename } }`,
					want: `{"one":[{"name":"A1"}],"none":[]}`},
			},
		},
		{
			name: "nested keys, lists and other entities in keys",
			sdl: `type Order @key(fields: "id lines { product { sku } size }") { id: ID! lines: [Line!] note: String }
				type Line { product: Product size: Int }
				type Product @key(fields: "sku") @key(fields: "id") { sku: ID! id: ID name: String }`,
			data: `{
				"Order": [{"id": "1", "lines": [{"product": {"id": "p"}, "size": 1}, {"product": {"sku": "b"}, "size": 2}], "note": "first"}],
				"Product": [{"sku": "a", "id": "p"}, {"sku": "b"}]
			}`,
			exchanges: []exchange{
				{query: represent + `{ ... on Order { note } } }`, variables: representations(
					rep{"__typename": "Order", "id": "1", "lines": []any{
						rep{"product": rep{"sku": "a"}, "size": 1}, rep{"size": 2, "product": rep{"sku": "b"}},
					}},
					rep{"__typename": "Order", "id": "1", "lines": []any{rep{"product": rep{"sku": "a"}, "size": 1}}},
					rep{"__typename": "Order", "id": "1", "lines": []any{rep{"product": rep{"sku": "a"}}}},
				), want: `{"_entities":[{"note":"first"},null,null]}` +
					"\n" + `["_entities",2] a representation of Order without a complete key; it can be one of "id lines { product { sku } size }" (INVALID_REPRESENTATION)`},
			},
		},
		{
			name: "keys that cannot be resolved",
			sdl: `type A @key(fields: "id", resolvable: false) { id: ID! }
				type B @key(fields: "id", resolvable: false) @key(fields: "code") { id: ID! code: ID! }`,
			data: `{"A": [{"id": "1"}], "B": [{"id": "1", "code": "x"}]}`,
			exchanges: []exchange{
				{query: represent + `{ ... on B { id } } }`, variables: representations(
					rep{"__typename": "A", "id": "1"}, rep{"__typename": "B", "id": "1"}, rep{"__typename": "B", "code": "x"},
				), want: `{"_entities":[null,null,{"id":"1"}]}
["_entities",0] a representation of A without a complete key; it can be one of none, for no key of the type is resolvable here (INVALID_REPRESENTATION)
["_entities",1] a representation of B without a complete key; it can be one of "code" (INVALID_REPRESENTATION)`},
			},
		},
		{
			name: "interface with a key",
			sdl: `type Query { media: [Media] }
				interface Media @key(fields: "id") { id: ID! title: String }
				type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
				type Film implements Media @key(fields: "id") { id: ID! title: String }`,
			data: `{"Media": [{"__typename": "Book", "id": "1", "title": "Emma", "pages": 400}], "Film": [{"id": "2", "title": "Ran"}],
				"Query": {"media": [{"__typename": "Film", "id": "2"}, {"__typename": "Book", "id": "1"}]}}`,
			exchanges: []exchange{
				{query: represent + `{ __typename ... on Media { title } ... on Book { pages } } }`, variables: representations(
					rep{"__typename": "Media", "id": "1"}, rep{"__typename": "Media", "id": "2"},
					rep{"__typename": "Book", "id": "1"}, rep{"__typename": "Book", "id": "2"},
				), want: `{"_entities":[{"__typename":"Book","title":"Emma","pages":400},{"__typename":"Film","title":"Ran"},{"__typename":"Book","title":"Emma","pages":400},null]}`},
				{query: `{ media { __typename title } }`,
					want: `{"media":[{"__typename":"Film","title":"Ran"},{"__typename":"Book","title":"Emma"}]}`},
			},
		},
		{
			name: "interface object",
			sdl:  `type Query { top: Media } type Media @key(fields: "id") @interfaceObject { id: ID! views: Int }`,
			data: `{"Media": [{"id": "1", "views": 10}], "Query": {"top": {"id": "1"}}}`,
			exchanges: []exchange{
				{query: represent + `{ __typename ... on Media { id views } } }`, variables: representations(rep{"__typename": "Media", "id": "1"}),
					want: `{"_entities":[{"__typename":"Media","id":"1","views":10}]}`},
				{query: `{ top { __typename views } }`, want: `{"top":{"__typename":"Media","views":10}}`},
				{query: represent + `{ __typename } }`, variables: representations(rep{"__typename": "Book", "id": "1"}),
					want: `{"_entities":[null]}` + "\n" + `["_entities",0] a representation of "Book", which is no entity of this subgraph (INVALID_REPRESENTATION)`},
			},
		},
		{
			name: "entities that are only written in passing",
			sdl: `type Query { products: [Product!]! top: Product }
				type Product @key(fields: "upc") @key(fields: "id") { upc: ID! id: ID name: String maker: Maker }
				type Maker @key(fields: "id") { id: ID! name: String }`,
			data: `{"Query": {
				"products": [{"upc": "1", "name": "Lamp", "maker": {"id": "m", "name": "Nordlys"}}, {"upc": "2", "id": "two", "maker": {"id": "m"}}],
				"top": {"upc": "1", "id": "one"}}}`,
			exchanges: []exchange{
				{query: `{ products { upc id name maker { name } } top { name } }`,
					want: `{"products":[{"upc":"1","id":"one","name":"Lamp","maker":{"name":"Nordlys"}},{"upc":"2","id":"two","name":null,"maker":{"name":"Nordlys"}}],"top":{"name":"Lamp"}}`},
				{query: represent + `{ ... on Product { n: name } ... on Maker { name } } }`, variables: representations(
					rep{"__typename": "Product", "id": "one"}, rep{"__typename": "Product", "upc": "3"}, rep{"__typename": "Maker", "id": "m"},
				), want: `{"_entities":[{"n":"Lamp"},null,{"name":"Nordlys"}]}`},
			},
		},
		{
			name: "a list is the whole truth, but what is written in passing wins at its place",
			sdl: `type Query { products: [Product!]! }
				type Product @key(fields: "upc") { upc: ID! name: String stock: Int }`,
			data: `{"Product": [{"upc": "1", "name": "Lamp", "stock": 4}], "Query": {
				"products": [{"upc": "1", "name": "Here only"}, {"upc": "2", "name": "Nobody"}, {"name": "Keyless", "upc": null}]}}`,
			exchanges: []exchange{
				{query: `{ products { name stock } }`,
					want: `{"products":[{"name":"Here only","stock":4},{"name":"Nobody","stock":null},{"name":"Keyless","stock":null}]}`},
				{query: represent + `{ ... on Product { name } } }`, variables: representations(
					rep{"__typename": "Product", "upc": "1"}, rep{"__typename": "Product", "upc": "2"}),
					want: `{"_entities":[{"name":"Lamp"},null]}`},
			},
		},
		{
			name: "no entities at all",
			sdl:  `type Query { a: Int }`,
			data: `{}`,
			exchanges: []exchange{
				{query: represent + `{ __typename } }`, variables: representations(),
					want: "\n" + `Cannot query field "_entities" on type "Query". (GRAPHQL_VALIDATION_FAILED)`},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := withData(t, tt.sdl, tt.data)
			for _, e := range tt.exchanges {
				e.run(t, s)
			}
		})
	}
}

func TestService(t *testing.T) {
	for _, sdl := range []string{
		"type Query { a: Int }\n\n# as \"written\"\n",
		"extend type Product @key(fields: \"id\") { id: ID! @external }\n",
		// Machinery in the SDL is not in the way.
		`directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
		scalar _FieldSet
		scalar _Any
		union _Entity = Product
		type _Service { sdl: String }
		type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
		type Product @key(fields: "id") { id: ID! }`,
		`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.0", as: "fed", import: [{name: "@key", as: "@primary"}]) { query: Root }
		directive @link(url: String!, as: String, import: [link__Import]) repeatable on SCHEMA
		directive @primary(fields: fed__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT
		scalar link__Import
		scalar fed__FieldSet
		type Root { p: Product }
		type Product @primary(fields: "id") { id: ID! name: String @fed__shareable }`,
		`schema { mutation: M } type M { a: Int } type Product @key(fields: "id") { id: ID! }`,
	} {
		s := newSubgraph(t, Options{SDL: sdl, Data: []byte("{}")})
		if got := s.SDL(); got != sdl {
			t.Errorf("SDL is %q, want %q", got, sdl)
		}
		want := `{"data":{"_service":{"sdl":` + string(appendString(nil, sdl)) + `}}}`
		if got := ask(t, s, `{ _service { sdl } }`, nil); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestEntityTypes tells for SDLs of both federations which types _entities
// has.
func TestEntityTypes(t *testing.T) {
	for _, tt := range []struct{ name, sdl, want string }{
		{"federation 1", `type A @key(fields: "id") { id: ID! } interface I @key(fields: "id") { id: ID! } type B implements I { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"federation 2, imported", federation2 + `type A @key(fields: "id") { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"federation 2, not imported", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type A @federation__key(fields: "id") { id: ID! } type B @key(fields: "id") { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"federation 2, renamed", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@key", as: "@id"}]) type A @id(fields: "id") { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"federation 2, under another name", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "f") type A @f__key(fields: "id") { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"a link to something else", `extend schema @link(url: "https://example.com/federation/v2.3") type A @key(fields: "id") { id: ID! }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"a list of field sets", `type A @key(fields: ["id", "x { y }"]) { id: ID! x: X } type X { y: Int }`,
			`{"__type":{"possibleTypes":[{"name":"A"}]}}`},
		{"none", `type Query { a: Int }`, `{"__type":null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSubgraph(t, Options{SDL: tt.sdl, Data: []byte("{}")})
			exchange{query: `{ __type(name: "_Entity") { possibleTypes { name } } }`, want: tt.want}.run(t, s)
		})
	}
}
