package mock

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const generatedCatalogue = federation2 + `
	type Query { products(first: Int, search: String): [Product!]! product(id: ID!): Product bySku(sku: String!): Product some(ids: [ID!]!): [Product] page(first: Int, after: String): Page random: Int word(of: String): String }
	type Mutation { addReview(productId: ID!, rating: Int!): Payload rename(id: ID!, name: String!): Product }
	type Payload { review: Review ok: Boolean }
	type Review @key(fields: "id") { id: ID! product: Product rating: Int! author: User body: String }
	type User @key(fields: "id") { id: ID! name: String! email: String! }
	type Product @key(fields: "id") @key(fields: "sku") { id: ID! sku: String! name: String! price: Float! color: Color created: DateTime
		dims: Dims tags: [String!]! reviews: [Review!]! media: Media grid: [[Int!]!] reviewPage(first: Int): Reviews released(format: String): Date stock: Int website: String }
	type Page { edges: [Edge!]! pageInfo: Info! totalCount: Int }
	type Edge { node: Product! cursor: String! }
	type Info { hasNextPage: Boolean! endCursor: String }
	type Reviews { edges: [ReviewEdge!]! totalCount: Int! }
	type ReviewEdge { node: Review! }
	type Dims { width: Int! unit: Unit! inner: Dims }
	interface Media @key(fields: "id") { id: ID! url: Url }
	type Image implements Media @key(fields: "id") { id: ID! url: Url alt: String }
	type Video implements Media @key(fields: "id") { id: ID! url: Url seconds: Int }
	enum Color { RED GREEN BLUE }
	enum Unit { MM IN }
	scalar DateTime scalar Date scalar Url`

const generatedShipping = federation2 + `
	type Query { cheapest: Product }
	type Product @key(fields: "id") { id: ID! price: Float @external name: String @shareable
		shipping: String @requires(fields: "price") days: Int @requires(fields: "price") }`

func generatedPair(t *testing.T) (catalogue, shipping *Subgraph) {
	t.Helper()
	return newSubgraph(t, Options{SDL: generatedCatalogue, Entities: 12}), newSubgraph(t, Options{SDL: generatedShipping, Entities: 12})
}

func decode[T any](t *testing.T, answer string) T {
	t.Helper()
	var v struct {
		Data   T
		Errors []any
	}
	if err := json.Unmarshal([]byte(answer), &v); err != nil || len(v.Errors) > 0 {
		t.Fatalf("%v in %s", err, answer)
	}
	return v.Data
}

// TestGeneratedValuesAgree: the same entity has the same keys and the same
// shared values by whichever way, in whichever subgraph, in every run.
func TestGeneratedValuesAgree(t *testing.T) {
	catalogue, shipping := generatedPair(t)
	type product struct{ ID, Sku, Name string }
	all := decode[struct{ Products []product }](t, ask(t, catalogue, `{ products { id sku name } }`, nil)).Products
	if len(all) != 12 {
		t.Fatalf("%d products, want 12", len(all))
	}
	var reps []map[string]any
	for i, p := range all {
		if want := fmt.Sprint(i + 1); p.ID != want || p.Sku != "SKU-"+want {
			t.Errorf("product %d has the keys %q and %q", i, p.ID, p.Sku)
		}
		reps = append(reps, map[string]any{"__typename": "Product", "id": p.ID})
		one := decode[struct{ Product, BySku product }](t, ask(t, catalogue,
			`query($id: ID!, $sku: String!) { product(id: $id) { id sku name } bySku(sku: $sku) { id sku name } }`,
			map[string]any{"id": p.ID, "sku": p.Sku}))
		if one.Product != p || one.BySku != p {
			t.Errorf("%v is %v by id and %v by sku", p, one.Product, one.BySku)
		}
	}
	entities := func(s *Subgraph) []product {
		return decode[struct {
			Entities []product `json:"_entities"`
		}](t, ask(t, s, represent+`{ ... on Product { id name } } }`, representations(reps...))).Entities
	}
	for i, other := range entities(shipping) {
		if other.ID != all[i].ID || other.Name != all[i].Name {
			t.Errorf("%v is %v in the other subgraph", all[i], other)
		}
	}
	again, _ := generatedPair(t)
	if diff := cmp.Diff(entities(catalogue), entities(again)); diff != "" {
		t.Errorf("a second run differs (-first +second):\n%s", diff)
	}
	seeded := newSubgraph(t, Options{SDL: generatedCatalogue, Entities: 12, Seed: 1})
	if cmp.Equal(entities(catalogue), entities(seeded)) {
		t.Error("another seed gives the same values")
	}
}

func TestGeneratedEntitiesByAnyKey(t *testing.T) {
	catalogue, _ := generatedPair(t)
	for _, tt := range []exchange{
		{name: "unusual keys are kept", query: represent + `{ __typename ... on Product { id sku } } }`, variables: representations(
			map[string]any{"__typename": "Product", "id": "abc"}, map[string]any{"__typename": "Product", "sku": "SKU-3"}, map[string]any{"__typename": "Product", "id": "007"}),
			want: `{"_entities":[{"__typename":"Product","id":"abc","sku":"SKU-643646798"},{"__typename":"Product","id":"3","sku":"SKU-3"},{"__typename":"Product","id":"007","sku":"SKU-618152935"}]}`},
		{name: "lists of ids", query: `{ some(ids: ["3", "99", "1"]) { id sku } }`,
			want: `{"some":[{"id":"3","sku":"SKU-3"},{"id":"1","sku":"SKU-1"}]}`},
		{name: "pages", query: `{ products(first: 2) { id } page(first: 2, after: "3") { edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount } }`,
			want: `{"products":[{"id":"1"},{"id":"2"}],"page":{"edges":[{"cursor":"4","node":{"id":"4"}},{"cursor":"5","node":{"id":"5"}}],"pageInfo":{"hasNextPage":true,"endCursor":"5"},"totalCount":12}}`},
		{name: "an interface has one type by every way", query: represent + `{ __typename ... on Media { id } } }`, variables: representations(
			map[string]any{"__typename": "Media", "id": "1"}, map[string]any{"__typename": "Media", "id": "5"}, map[string]any{"__typename": "Media", "id": "3"}, map[string]any{"__typename": "Video", "id": "3"}),
			want: `{"_entities":[{"__typename":"Video","id":"1"},{"__typename":"Image","id":"5"},{"__typename":"Video","id":"3"},{"__typename":"Video","id":"3"}]}`},
		{name: "mutations show their arguments", query: `mutation { addReview(productId: "5", rating: 4) { review { rating product { id } } } rename(id: "3", name: "New name") { id sku name } }`,
			want: `{"addReview":{"review":{"rating":4,"product":{"id":"5"}}},"rename":{"id":"3","sku":"SKU-3","name":"New name"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, catalogue) })
	}
}

// TestGeneratedFieldsFit asks for every kind of field: no value may be null or
// refused by its type.
func TestGeneratedFieldsFit(t *testing.T) {
	catalogue, _ := generatedPair(t)
	got := ask(t, catalogue, `{ random word(of: "x") products(search: "a") { id } all: products { id sku name price color created dims { width unit inner { width inner { unit } } } tags
		reviews { id rating body author { id name email } product { name } } media { __typename id url ... on Image { alt } ... on Video { seconds } } grid reviewPage(first: 2) { totalCount edges { node { id } } }
		released(format: "x") stock website } }`, nil)
	if strings.Contains(got, "null") || strings.Contains(got, "errors") {
		t.Errorf("a null or an error in %s", got)
	}
	for _, pattern := range []string{`@example.com`, `"__typename":"Image"`, `"__typename":"Video"`, `"https://example.com/`, `T`, `.99`} {
		if !strings.Contains(got, pattern) {
			t.Errorf("no %s in %s", pattern, got)
		}
	}
}

// TestGeneratedRequires: what a field requires shows in its value.
func TestGeneratedRequires(t *testing.T) {
	_, shipping := generatedPair(t)
	type answer struct {
		Entities []struct {
			Shipping string
			Days     int
		} `json:"_entities"`
	}
	rep := func(price any) map[string]any {
		return map[string]any{"__typename": "Product", "id": "1", "price": price}
	}
	got := decode[answer](t, ask(t, shipping, represent+`{ ... on Product { shipping days } } }`,
		representations(rep(1.5), rep(1.5), rep(2), rep(nil)))).Entities
	if got[0] != got[1] {
		t.Errorf("equal inputs give %v and %v", got[0], got[1])
	}
	if got[0].Days == got[2].Days || got[2].Days == got[3].Days {
		t.Errorf("different inputs give %v", got)
	}
	for i, suffix := range []string{`{"price":1.5}`, `{"price":1.5}`, `{"price":2}`, `{"price":null}`} {
		if !strings.HasSuffix(got[i].Shipping, suffix) {
			t.Errorf("%q does not show %s", got[i].Shipping, suffix)
		}
	}
	exchange{query: `{ _entities(representations: [{__typename: "Product", id: "1"}]) { ... on Product { days } } }`,
		want: `{"_entities":[{"days":null}]}` + "\n" + `["_entities",0,"days"] Product.days requires price, and the representation does not hold it (REQUIRES_MISSING)`}.run(t, shipping)
}

// TestDataWithGeneratedRest: what the data does not mention is generated.
func TestDataWithGeneratedRest(t *testing.T) {
	s := newSubgraph(t, Options{SDL: generatedCatalogue, Generate: true, Entities: 3,
		Data: []byte(`{"Product": [{"id": "1", "name": "Lamp"}, {"id": "2", "name": "Chair", "color": null}], "Query": {"products": {"$list": "Product"}}}`)})
	plain := newSubgraph(t, Options{SDL: generatedCatalogue, Entities: 3})
	type product struct {
		ID, Sku, Name string
		Price         float64
		Color         *string
	}
	const fields = `{ id sku name price color }`
	got := decode[struct{ Products []product }](t, ask(t, s, `{ products `+fields+` }`, nil)).Products
	rest := decode[struct{ Products []product }](t, ask(t, plain, `{ products `+fields+` }`, nil)).Products
	want := []product{rest[0], rest[1]}
	want[0].Name, want[1].Name, want[1].Color = "Lamp", "Chair", nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A root field that is not mentioned, and an entity that is not.
	exchange{query: `{ product(id: "3") { sku } _entities(representations: [{__typename: "Product", id: "3"}, {__typename: "Product", id: "2"}]) { ... on Product { sku } } }`,
		want: `{"product":{"sku":"SKU-3"},"_entities":[{"sku":"SKU-3"},{"sku":"SKU-2"}]}`}.run(t, s)
}

func TestCustomScalarsLookLikeTheirNames(t *testing.T) {
	for name, want := range map[string]string{
		"DateTime": `"2023-11-29T21:33:09Z"`, "Date": `"2023-11-29"`, "LocalTime": `"21:33:09"`,
		"UUID": `"075bcd15-0000-4000-875b-`, "URL": `"https://example.com/6789"`, "JSON": `{"value":789}`,
		"BigInt": "790", "Decimal": "67.89", "EmailAddress": `"greta.tanaka@example.com"`, "Other": `"Other 789"`,
	} {
		got := text(customScalar(name, nil, 123456789))
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
