package mock

import "testing"

const catalogueSDL = `
	type Query {
		products(ids: [ID!], id: ID, category: String, categories: [String], maker: ID, makerId: ID, makerIds: [ID!], tag: String, tags: [String!], stock: Int, onSale: Boolean,
			filter: Filter, search: String, first: Int, last: Int, after: String, before: String, limit: Int, offset: Int, skip: Int, unrelated: Int): [Product]
		product(id: ID, sku: String, productId: ID, name: String): Product
		written(id: ID, first: Int): [Product]
		one(id: ID): Product
		connection(first: Int, after: String, last: Int, before: String, category: String): ProductConnection
		shown(name: String): [Shown]
	}
	input Filter { category: String inner: Filter stock: Int }
	type Product @key(fields: "id") @key(fields: "sku") {
		id: ID! sku: String name: String description: String category: String stock: Int tags: [String!] onSale: Boolean maker: Maker
		related(first: Int, category: String): [Product] notes(first: Int): [String]
	}
	type Maker @key(fields: "id") { id: ID! name: String }
	type ProductConnection { edges: [Edge] nodes: [Product] pageInfo: PageInfo totalCount: Int }
	type Edge { node: Product cursor: String }
	type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
	union Shown = Product | Maker
`

const catalogueLists = `
	"Product": [
		{"id": "1", "sku": "A", "name": "Red lamp", "description": "Shines", "category": "light", "stock": 5, "tags": ["new", "hot"], "onSale": true, "maker": {"id": "m1"},
			"related": [{"id": "2"}, {"id": "3"}, {"id": "4"}], "notes": ["x", "y", "z"]},
		{"id": "2", "sku": "B", "name": "Blue lamp", "category": "light", "stock": 0, "tags": [], "onSale": false, "maker": {"id": "m2"}},
		{"id": "3", "sku": "C", "name": "Chair", "description": "With a lamp", "category": "seat", "stock": 5, "maker": {"id": "m1"}},
		{"id": "4", "sku": "D", "name": "Stool", "category": "seat", "stock": 1, "tags": ["hot"]}
	],
	"Maker": [{"id": "m1", "name": "Red"}, {"id": "m2", "name": "Blue"}]`

func TestNarrowing(t *testing.T) {
	s := withData(t, catalogueSDL, "{"+catalogueLists+`,
		"Query": {
			"products": {"$list": "Product"}, "product": {"$find": "Product"}, "connection": {"$list": "Product"}, "shown": {"$list": "Shown"},
			"written": [{"id": "4"}, {"id": "1"}, {"id": "9", "name": "Nine"}], "one": {"id": "3"}
		}}`)
	ids := func(args, want string) exchange {
		return exchange{name: args, query: "{ products(" + args + ") { id } }", want: `{"products":[` + want + `]}`}
	}
	for _, tt := range []exchange{
		ids(`id: "3"`, `{"id":"3"}`),
		ids(`id: 3`, `{"id":"3"}`),
		ids(`id: "9"`, ``),
		ids(`ids: ["3", "1", "9", "3"]`, `{"id":"3"},{"id":"1"}`),
		ids(`ids: []`, ``),
		ids(`id: null, unrelated: 3`, `{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}`),
		ids(`category: "seat"`, `{"id":"3"},{"id":"4"}`),
		ids(`categories: ["light", "none"]`, `{"id":"1"},{"id":"2"}`),
		ids(`category: "seat", stock: 5`, `{"id":"3"}`),
		ids(`filter: {inner: {category: "light"}, stock: 0}`, `{"id":"2"}`),
		ids(`category: "seat", filter: {category: "light"}`, `{"id":"3"},{"id":"4"}`),
		ids(`onSale: false`, `{"id":"2"}`),
		ids(`tags: ["hot"]`, `{"id":"1"},{"id":"4"}`),
		ids(`maker: "m1"`, `{"id":"1"},{"id":"3"}`),
		ids(`makerId: "m2"`, `{"id":"2"}`),
		ids(`makerIds: ["m2", "m3"]`, `{"id":"2"}`),
		ids(`search: "LAMP"`, `{"id":"1"},{"id":"2"},{"id":"3"}`),
		ids(`search: "lamp red"`, `{"id":"1"}`),
		ids(`search: ""`, `{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}`),
		ids(`first: 2`, `{"id":"1"},{"id":"2"}`),
		ids(`limit: 0`, ``),
		ids(`first: 10, after: "3"`, `{"id":"4"}`),
		ids(`last: 1`, `{"id":"4"}`),
		ids(`last: 1, before: "3"`, `{"id":"2"}`),
		ids(`limit: 2, offset: 1`, `{"id":"2"},{"id":"3"}`),
		ids(`skip: 9`, ``),
		ids(`category: "seat", first: 1, after: "3"`, `{"id":"4"}`),
		{query: `{ products(first: -1) { id } }`, want: `{"products":null}` + "\n" + `["products"] first is -1, which is less than 0 (BAD_USER_INPUT)`},
		{query: `{ products(after: "9") { id } }`, want: `{"products":null}` + "\n" + `["products"] after: no element of the list has the cursor "9" (BAD_USER_INPUT)`},
		{query: `{ products(before: "9") { id } }`, want: `{"products":null}` + "\n" + `["products"] before: no element of the list has the cursor "9" (BAD_USER_INPUT)`},
		{query: `{ a: product(id: "2") { id } b: product(sku: "C") { id } c: product(productId: 4) { id } d: product(name: "Chair") { id } e: product(id: "2", name: "Chair") { id } f: product(id: "9") { id } }`,
			want: `{"a":{"id":"2"},"b":{"id":"3"},"c":{"id":"4"},"d":{"id":"3"},"e":null,"f":null}`},
		{query: `{ written { id name } a: written(id: 1) { id } b: written(first: 1) { id } one { id } c: one(id: "3") { name } d: one(id: "1") { name } }`,
			want: `{"written":[{"id":"4","name":"Stool"},{"id":"1","name":"Red lamp"},{"id":"9","name":"Nine"}],"a":[{"id":"1"}],"b":[{"id":"4"}],"one":{"id":"3"},"c":{"name":"Chair"},"d":null}`},
		{query: `{ product(id: "1") { related { id } a: related(first: 1) { id } b: related(category: "seat") { id } notes(first: 2) } }`,
			want: `{"product":{"related":[{"id":"2"},{"id":"3"},{"id":"4"}],"a":[{"id":"2"}],"b":[{"id":"3"},{"id":"4"}],"notes":["x","y"]}}`},
		{query: `{ connection(first: 2, after: "1") { totalCount nodes { id } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
			want: `{"connection":{"totalCount":4,"nodes":[{"id":"2"},{"id":"3"}],"edges":[{"cursor":"2","node":{"name":"Blue lamp"}},{"cursor":"3","node":{"name":"Chair"}}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":true,"startCursor":"2","endCursor":"3"}}}`},
		{query: `{ connection(category: "none") { totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
			want: `{"connection":{"totalCount":0,"edges":[],"pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":null,"endCursor":null}}}`},
		{query: `{ shown(name: "Red") { __typename } all: shown { __typename } }`,
			want: `{"shown":[{"__typename":"Maker"}],"all":[{"__typename":"Maker"},{"__typename":"Maker"},{"__typename":"Product"},{"__typename":"Product"},{"__typename":"Product"},{"__typename":"Product"}]}`},
	} {
		if tt.name == "" {
			tt.name = tt.query
		}
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}

// TestRootsFromLists: a file without Query answers root fields from the lists.
func TestRootsFromLists(t *testing.T) {
	s := withData(t, catalogueSDL, "{"+catalogueLists+"}")
	for _, tt := range []exchange{
		{query: `{ products(category: "seat") { id } product(id: "2") { name } one { id } connection(last: 1) { totalCount nodes { id } } }`,
			want: `{"products":[{"id":"3"},{"id":"4"}],"product":{"name":"Blue lamp"},"one":{"id":"1"},"connection":{"totalCount":4,"nodes":[{"id":"4"}]}}`},
		{query: `{ shown(name: "Chair") { ... on Product { id } } }`, want: `{"shown":[{"id":"3"}]}`},
	} {
		tt.run(t, s)
	}
}

// TestWrittenConnection: a list in the position of a connection is paged.
func TestWrittenConnection(t *testing.T) {
	s := withData(t, catalogueSDL, `{"Query": {"connection": [{"id": "7"}, {"sku": "x"}]}}`)
	exchange{query: `{ connection(first: 1) { totalCount edges { cursor node { id } } pageInfo { hasNextPage } } more: connection(after: "7") { edges { cursor } } }`,
		want: `{"connection":{"totalCount":2,"edges":[{"cursor":"7","node":{"id":"7"}}],"pageInfo":{"hasNextPage":true}},"more":{"edges":[{"cursor":"1"}]}}`}.run(t, s)
}
