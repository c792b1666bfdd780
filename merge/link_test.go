package merge

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

func TestLinks(t *testing.T) {
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			// The frames ( X, A ), ( X, B ), ( Y, A ): neither object alone
			// decides what is linked to it.
			name:  "a key from two fetches",
			query: `{ products { seller { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id name } }`, answer: `{"data":{"products":[{"id":"x","name":"a"},{"id":"x","name":"b"},{"id":"y","name":"a"},{"id":"x","name":"a"}]}}`},
				{sel: `{ ... on Product { seller { id } } }`, at: "products.@", needs: []int{0}, typename: "Product",
					want:   `{"representations":[{"__typename":"Product","id":"x"},{"__typename":"Product","id":"y"}]}`,
					answer: `{"data":{"_entities":[{"seller":{"id":"X"}},{"seller":{"id":"Y"}}]}}`},
				{sel: `{ ... on Product { seller { name } } }`, at: "products.@", needs: []int{0}, typename: "Product", input: "{name}",
					want:   `{"representations":[{"__typename":"Product","name":"a"},{"__typename":"Product","name":"b"}]}`,
					answer: `{"data":{"_entities":[{"seller":{"name":"A"}},{"seller":{"name":"B"}}]}}`},
				{sel: `{ ... on User { rank } }`, at: "products.@.seller", needs: []int{1, 2}, typename: "User", input: "{id name}",
					want:   `{"representations":[{"__typename":"User","id":"X","name":"A"},{"__typename":"User","id":"X","name":"B"},{"__typename":"User","id":"Y","name":"A"}]}`,
					answer: `{"data":{"_entities":[{"rank":1},{"rank":2},{"rank":3}]}}`},
			},
			want: `{"data":{"products":[{"seller":{"rank":1}},{"seller":{"rank":2}},{"seller":{"rank":3}},{"seller":{"rank":1}}]}}`,
		},
		{
			name:  "a value type put together from two entities",
			query: `{ product { dims { width height } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } }`, answer: `{"data":{"product":{"id":1}}}`},
				{sel: `{ ... on Product { dims { width } } }`, at: "product", needs: []int{0}, typename: "Product", answer: `{"data":{"_entities":[{"dims":{"width":1}}]}}`},
				{sel: `{ ... on Product { dims { height } } }`, at: "product", needs: []int{0}, typename: "Product", answer: `{"data":{"_entities":[{"dims":{"height":2}}]}}`},
			},
			want: `{"data":{"product":{"dims":{"width":1,"height":2}}}}`,
		},
		{
			name:  "a hop whose key comes from another hop",
			query: `{ product { seller { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } }`, answer: `{"data":{"product":{"id":1}}}`},
				{sel: `{ ... on Product { _k: name } }`, at: "product", typename: "Product", answer: `{"data":{"_entities":[{"_k":"key"}]}}`},
				{sel: `{ ... on Product { seller { rank } } }`, at: "product", needs: []int{1}, typename: "Product", input: "{_k: name}",
					want:   `{"representations":[{"__typename":"Product","name":"key"}]}`,
					answer: `{"data":{"_entities":[{"seller":{"rank":3}}]}}`},
			},
			want: `{"data":{"product":{"seller":{"rank":3}}}}`,
		},
		{
			name:  "only what a fetch depends on is sent by it",
			query: `{ product { name price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { name } }`, needs: []int{}, answer: `{"data":{"product":{"name":"wrong"}}}`},
				{sel: `{ product { id name } }`, needs: []int{}, answer: `{"data":{"product":{"id":1,"name":"right"}}}`},
				{sel: `{ ... on Product { price } }`, at: "product", needs: []int{1}, typename: "Product", input: "{id name}",
					want:   `{"representations":[{"__typename":"Product","id":1,"name":"right"}]}`,
					answer: `{"data":{"_entities":[{"price":1}]}}`},
			},
			want: `{"data":{"product":{"name":"wrong","price":1}}}`,
		},
		{
			name:  "one root object at several places",
			query: `mutation { buy { query { me { name } product { id } } } }`,
			fetches: []fetchSpec{
				{sel: `{ buy { query { me { id } } } }`, answer: `{"data":{"buy":{"query":{"me":{"id":1}}}}}`},
				{sel: `{ product { id } }`, at: "buy.query", root: true, answer: `{"data":{"product":{"id":5}}}`},
				{sel: `{ ... on User { name } }`, at: "buy.query.me", needs: []int{0}, typename: "User", answer: `{"data":{"_entities":[{"name":"n"}]}}`},
			},
			want: `{"data":{"buy":{"query":{"me":{"name":"n"},"product":{"id":5}}}}}`,
		},
		{
			name:  "a root fetch below null is not sent",
			query: `mutation { buy { query { me { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ buy { query { __typename } } }`, answer: `{"data":{"buy":null}}`},
				{sel: `{ me { name } }`, at: "buy.query", root: true},
			},
			want: `{"data":{"buy":null}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, shop, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// The subgraph of the first fetch knows no types, so that it is asked for
// everybody's key under the name that the client gave to another field of B.
func TestOneNameForSeveralFields(t *testing.T) {
	const sdl = `type Query { node: Node } interface Node { id: ID } type A implements Node { id: ID } type B implements Node { id: ID alt: ID name: String }`
	tests := []struct{ typename, entity, want string }{
		{"A", `{"__typename":"A"}`, `{"data":{"node":{"id":"k"}}}`},
		{"B", `{"__typename":"B","id":"other"}`, `{"data":{"node":{"id":"other","name":"n"}}}`},
		{"B", `{"__typename":"B","id":null}`, `{"data":{"node":{"id":null,"name":"n"}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			fetches := []fetchSpec{
				{sel: `{ node { id } }`, answer: `{"data":{"node":{"id":"k"}}}`},
				{sel: `{ ... on Node { __typename ... on B { id: alt } } }`, at: "node", typename: "Node",
					want:   `{"representations":[{"__typename":"Node","id":"k"}]}`,
					answer: `{"data":{"_entities":[` + tt.entity + `]}}`},
				{sel: `{ ... on B { name } }`, at: "node", on: []string{"B"}, answer: `{"data":{"_entities":[{"name":"n"}]}}`},
			}
			if tt.typename == "B" {
				fetches[2].want = `{"representations":[{"__typename":"B","id":"k"}]}`
			}
			same(t, execute(t, compile(t, sdl, `{ node { ... on A { id } ... on B { id: alt name } } }`, fetches), fetches), tt.want)
		})
	}
}

// Objects that need different context values travel in different requests,
// and one object at two places with different contexts is two.
func TestContext(t *testing.T) {
	const sdl = `type Query { shops: [Shop] } type Shop { currency: String at: Place items: [Item] } type Place { city: String } type Item { id: ID price: Int tax: Int }`
	context := []*plan.ContextVariable{{Variable: "ctx", Up: 1, Fields: []*plan.InputField{{Name: "currency", As: "currency"}}}}
	nested := []*plan.ContextVariable{{Variable: "ctx", Up: 1, Fields: []*plan.InputField{
		{Name: "id", As: "_id", On: []string{"Other"}},
		{Name: "at", As: "at", Fields: []*plan.InputField{{Name: "city", As: "city"}}},
	}}}
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			name:  "by value",
			query: `{ shops { items { price } } }`,
			fetches: []fetchSpec{
				{sel: `{ shops { currency items { id } } }`, answer: `{"data":{"shops":[
					{"currency":"EUR","items":[{"id":1},{"id":2}]},{"currency":"USD","items":[{"id":1}]},{"currency":"EUR","items":[{"id":2},{"id":3}]},{"currency":null,"items":[{"id":1}]}]}}`},
				{sel: `{ ... on Item { price } }`, at: "shops.@.items.@", typename: "Item", context: context,
					want: strings.Join([]string{
						`{"representations":[{"__typename":"Item","id":1},{"__typename":"Item","id":2},{"__typename":"Item","id":3}],"ctx":"EUR"}`,
						`{"representations":[{"__typename":"Item","id":1}],"ctx":"USD"}`,
						`{"representations":[{"__typename":"Item","id":1}],"ctx":null}`}, "\n"),
					answers: []string{`{"data":{"_entities":[{"price":11},{"price":12},{"price":13}]}}`, `{"data":{"_entities":[{"price":21}]}}`,
						`{"data":{"_entities":[null]},"errors":[{"message":"m","path":["_entities",0,"price"]}]}`}},
			},
			want: `{"data":{"shops":[{"items":[{"price":11},{"price":12}]},{"items":[{"price":21}]},{"items":[{"price":12},{"price":13}]},{"items":[{"price":null}]}]},
				"errors":[{"message":"m","path":["shops",3,"items",0,"price"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
		{
			// The items are one object for both shops; what depends on the
			// context must not be shared, nor what depends on that.
			name:  "of shared objects, and what follows",
			query: `{ shops { items { price tax } } }`,
			fetches: []fetchSpec{
				{sel: `{ shops { _id: id at { city } } }`, answer: `{"data":{"shops":[{"_id":1,"at":{"city":"A"}},{"_id":1,"at":{"city":"B"}}]}}`},
				{sel: `{ ... on Shop { items { id } } }`, at: "shops.@", typename: "Shop", input: "{_id: id}",
					want:   `{"representations":[{"__typename":"Shop","id":1}]}`,
					answer: `{"data":{"_entities":[{"items":[{"id":7}]}]}}`},
				{sel: `{ ... on Item { price } }`, at: "shops.@.items.@", typename: "Item", context: nested,
					want:    `{"representations":[{"__typename":"Item","id":7}],"ctx":"A"}` + "\n" + `{"representations":[{"__typename":"Item","id":7}],"ctx":"B"}`,
					answers: []string{`{"data":{"_entities":[{"price":1}]}}`, `{"data":{"_entities":[{"price":2}]}}`}},
				{sel: `{ ... on Item { tax } }`, at: "shops.@.items.@", typename: "Item", input: "{price}",
					want:   `{"representations":[{"__typename":"Item","price":1},{"__typename":"Item","price":2}]}`,
					answer: `{"data":{"_entities":[{"tax":10},{"tax":20}]}}`},
			},
			want: `{"data":{"shops":[{"items":[{"price":1,"tax":10}]},{"items":[{"price":2,"tax":20}]}]}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, sdl, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

func TestBrokenPlans(t *testing.T) {
	tests := []struct {
		name    string
		fetches []fetchSpec
		want    string
	}{
		{"a path that nobody selects", []fetchSpec{{sel: `{ product { id } }`}, {sel: `{ price }`, at: "product.seller", typename: "T"}},
			`compile plan: fetch 1 of s1: no fetch before selects "seller" of path product.seller`},
		{"a path of a fetch that it does not depend on", []fetchSpec{{sel: `{ product { id } }`}, {sel: `{ price }`, at: "product", needs: []int{}, typename: "T"}},
			`compile plan: fetch 1 of s1: no fetch that it depends on selects path product`},
		{"an input that nobody selects", []fetchSpec{{sel: `{ product { id } }`}, {sel: `{ price }`, at: "product", typename: "T", input: "{sku}"}},
			`compile plan: fetch 1 of s1: no fetch selects "sku", which a representation needs`},
		{"an input object that nobody selects", []fetchSpec{{sel: `{ product { id } }`}, {sel: `{ price }`, at: "product", typename: "T", input: "{dims{width}}"}},
			`compile plan: fetch 1 of s1: no fetch selects "dims", which a representation needs`},
		{"a fetch that depends on itself", []fetchSpec{{sel: `{ product { id } }`, needs: []int{0}}},
			`compile plan: fetch 0 of s0: it depends on fetch 0, which does not come before it`},
		{"a key with two meanings", []fetchSpec{{sel: `{ product { k: id } product { k: name @as(n: "name") } }`}},
			`compile plan: fetch 0 of s0: key "k" stands for both "k" and "name"`},
		{"a leaf with sub-selections", []fetchSpec{{sel: `{ product { dims } product { dims { width } } }`}},
			`compile plan: fetch 0 of s0: key "dims" has sub-selections in one place and none in another`},
		{"a leaf with sub-selections elsewhere", []fetchSpec{{sel: `{ product { dims } }`}, {sel: `{ product { dims { width } } }`, needs: []int{}}},
			`compile plan: fetch 1 of s1: "dims" is a leaf in one fetch and has sub-selections in another`},
		{"context from above the root", []fetchSpec{{sel: `{ product { id } }`},
			{sel: `{ price }`, at: "product", typename: "T", context: []*plan.ContextVariable{{Variable: "v", Up: 2}}}},
			`compile plan: fetch 1 of s1: a context variable is from above the root`},
	}
	op, errs := operation.Prepare(loadSchema(t, shop), `{ product { id } }`, "", operation.DefaultLimits())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile(op, op.Select(nil), makePlan(t, op.Kind, tt.fetches))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("error\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}
