package merge

import "testing"

const shop = `
type Query { product(id: ID): Product products: [Product!] me: User node: Node search: [Result] matrix: [[Product]] }
type Mutation { buy: Receipt }
type Receipt { number: Int! query: Query }
interface Node { id: ID! }
union Result = Product | User
type Product implements Node { id: ID! name: String! price: Float availability: Kind seller: User dims: Dims tags: [String!] related: [Product] reviews: [Review!] }
type Dims { width: Int height: Int }
type Review { id: ID! body: String author: User }
type User implements Node { id: ID! name: String rank: Int! }
enum Kind { IN_STOCK SOLD_OUT }
`

func TestMerge(t *testing.T) {
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			name:  "one root fetch",
			query: `{ product { id n: name } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id n: name } }`, answer: `{"data":{"product":{"id":"1","n":"Chair"}}}`},
			},
			want: `{"data":{"product":{"id":"1","n":"Chair"}}}`,
		},
		{
			name:  "an entity fetch",
			query: `{ product { price name } }`,
			fetches: []fetchSpec{
				{sel: `{ product { __typename id name } }`, answer: `{"data":{"product":{"__typename":"Product","id":"1","name":"Chair"}}}`},
				{sel: `{ ... on Product { price } }`, at: "product",
					want:   `{"representations":[{"__typename":"Product","id":"1"}]}`,
					answer: `{"data":{"_entities":[{"price":29.990}]}}`},
			},
			want: `{"data":{"product":{"price":29.990,"name":"Chair"}}}`,
		},
		{
			name:  "one entity at many places is sent once",
			query: `{ products { seller { id name } reviews { author { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { seller { id } reviews { author { id } } } }`, answer: `{"data":{"products":[
					{"seller":{"id":"a"},"reviews":[{"author":{"id":"b"}},{"author":{"id":"a"}}]},
					{"seller":{"id":"b"},"reviews":[]},
					{"seller":null,"reviews":[{"author":{"id":"c"}}]}]}}`},
				{sel: `{ ... on User { name } }`, at: "products.@.seller products.@.reviews.@.author", typename: "User",
					want:   `{"representations":[{"__typename":"User","id":"a"},{"__typename":"User","id":"b"},{"__typename":"User","id":"c"}]}`,
					answer: `{"data":{"_entities":[{"name":"Ann"},{"name":"Bob"},null]}}`},
			},
			want: `{"data":{"products":[
				{"seller":{"id":"a","name":"Ann"},"reviews":[{"author":{"name":"Bob"}},{"author":{"name":"Ann"}}]},
				{"seller":{"id":"b","name":"Bob"},"reviews":[]},
				{"seller":null,"reviews":[{"author":{"name":null}}]}]}}`,
		},
		{
			name:  "an entity below an entity, and links in what is shared",
			query: `{ products { related { seller { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: `{"data":{"products":[{"id":"1"},{"id":"1"},{"id":"2"}]}}`},
				{sel: `{ ... on Product { related { seller { id } } } }`, at: "products.@", typename: "Product",
					want:   `{"representations":[{"__typename":"Product","id":"1"},{"__typename":"Product","id":"2"}]}`,
					answer: `{"data":{"_entities":[{"related":[{"seller":{"id":"x"}}]},{"related":[null,{"seller":{"id":"x"}},{"seller":{"id":"y"}}]}]}}`},
				{sel: `{ ... on User { name } }`, at: "products.@.related.@.seller", typename: "User",
					want:   `{"representations":[{"__typename":"User","id":"x"},{"__typename":"User","id":"y"}]}`,
					answer: `{"data":{"_entities":[{"name":"X"},{"name":"Y"}]}}`},
			},
			want: `{"data":{"products":[
				{"related":[{"seller":{"name":"X"}}]},
				{"related":[{"seller":{"name":"X"}}]},
				{"related":[null,{"seller":{"name":"X"}},{"seller":{"name":"Y"}}]}]}}`,
		},
		{
			name:  "a value type from two root fetches",
			query: `{ product { dims { width height } related { price seller { id } } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { dims { width } related { price } } }`, needs: []int{},
					answer: `{"data":{"product":{"dims":{"width":1},"related":[{"price":1},null,{"price":3}]}}}`},
				{sel: `{ product { dims { height } related { seller { id } } } }`, needs: []int{},
					answer: `{"data":{"product":{"dims":{"height":2},"related":[{"seller":{"id":"a"}},{"seller":{"id":"b"}}]}}}`},
			},
			want: `{"data":{"product":{"dims":{"width":1,"height":2},"related":[{"price":1,"seller":{"id":"a"}},{"price":null,"seller":{"id":"b"}},{"price":3,"seller":null}]}}}`,
		},
		{
			name:  "a null from one fetch hides nothing from another",
			query: `{ product { id name dims { width } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id name dims { width } } }`, needs: []int{}, answer: `{"data":{"product":{"id":"1","name":null,"dims":null}}}`},
				{sel: `{ product { name dims { width } } }`, needs: []int{}, answer: `{"data":{"product":{"name":"n","dims":{"width":3}}}}`},
			},
			want: `{"data":{"product":{"id":"1","name":"n","dims":{"width":3}}}}`,
		},
		{
			name:  "the first value in the order of the plan wins",
			query: `{ product { name } }`,
			fetches: []fetchSpec{
				{sel: `{ product { name } }`, needs: []int{}, answer: `{"data":{"product":{"name":"first"}}}`},
				{sel: `{ product { name } }`, needs: []int{}, answer: `{"data":{"product":{"name":"second"}}}`},
			},
			want: `{"data":{"product":{"name":"first"}}}`,
		},
		{
			name:  "keys of the subgraph and names of the result",
			query: `{ search { ... on Product { x: id } ... on User { x: id } } }`,
			fetches: []fetchSpec{
				{sel: `{ search { __typename ... on Product { x: id } ... on User { x_1: id @as(n: "x") } } }`,
					answer: `{"data":{"search":[{"__typename":"Product","x":"1"},{"__typename":"User","x_1":"2"}]}}`},
			},
			want: `{"data":{"search":[{"x":"1"},{"x":"2"}]}}`,
		},
		{
			name:  "internal names are sent under the schema's",
			query: `{ product { id: name price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id: name _0: id } }`, answer: `{"data":{"product":{"id":"Chair","_0":"1"}}}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: "{_0: id}",
					want:   `{"representations":[{"__typename":"Product","id":"1"}]}`,
					answer: `{"data":{"_entities":[{"price":1}]}}`},
			},
			want: `{"data":{"product":{"id":"Chair","price":1}}}`,
		},
		{
			name:  "types, fragments and __typename",
			query: `{ search { t: __typename ... on Product { id name } ... on Node { __typename id } ... on User { rank } } __typename }`,
			fetches: []fetchSpec{
				{sel: `{ search { __typename ... on Product { id name } ... on User { id rank } } }`,
					answer: `{"data":{"search":[{"__typename":"User","id":"u","rank":3},{"__typename":"Product","id":"p","name":"n"},{"__typename":"Secret","id":"s"},{"__typename":"Node"}]}}`},
			},
			want: `{"data":{"search":[{"t":"User","__typename":"User","id":"u","rank":3},{"t":"Product","id":"p","name":"n","__typename":"Product"},null,null],"__typename":"Query"}}`,
		},
		{
			name:  "a concrete type name wins over an interface's",
			query: `{ node { __typename id ... on User { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ node { __typename id } }`, answer: `{"data":{"node":{"__typename":"Node","id":"1"}}}`},
				{sel: `{ ... on Node { __typename ... on User { rank } } }`, at: "node", typename: "Node",
					answer: `{"data":{"_entities":[{"__typename":"User","rank":1}]}}`},
			},
			want: `{"data":{"node":{"__typename":"User","id":"1","rank":1}}}`,
		},
		{
			name:  "type filters on paths and inputs",
			query: `{ search { ... on Product { price } ... on User { name } } }`,
			fetches: []fetchSpec{
				{sel: `{ search { __typename ... on Product { id } ... on User { id } } }`,
					answer: `{"data":{"search":[{"__typename":"Product","id":"1"},{"__typename":"User","id":"2"},{"__typename":"Product","id":"3"}]}}`},
				{sel: `{ ... on Product { price } }`, at: "search.@[Product]",
					want:   `{"representations":[{"__typename":"Product","id":"1"},{"__typename":"Product","id":"3"}]}`,
					answer: `{"data":{"_entities":[{"price":1},{"price":3}]}}`},
				{sel: `{ ... on User { name } }`, at: "search.@", on: []string{"User"},
					want:   `{"representations":[{"__typename":"User","id":"2"}]}`,
					answer: `{"data":{"_entities":[{"name":"two"}]}}`},
			},
			want: `{"data":{"search":[{"price":1},{"name":"two"},{"price":3}]}}`,
		},
		{
			name:  "lists of lists",
			query: `{ matrix { price } }`,
			fetches: []fetchSpec{
				{sel: `{ matrix { id } }`, answer: `{"data":{"matrix":[[{"id":1},null],[],null,[{"id":2},{"id":1}]]}}`},
				{sel: `{ ... on Product { price } }`, at: "matrix.@.@", typename: "Product",
					want:   `{"representations":[{"__typename":"Product","id":1},{"__typename":"Product","id":2}]}`,
					answer: `{"data":{"_entities":[{"price":1},{"price":2}]}}`},
			},
			want: `{"data":{"matrix":[[{"price":1},null],[],null,[{"price":2},{"price":1}]]}}`,
		},
		{
			name:  "several lookups in one request",
			query: `{ product { price } me { rank } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } }`, needs: []int{}, answer: `{"data":{"product":{"id":"1"}}}`},
				{sel: `{ me { id } }`, needs: []int{}, answer: `{"data":{"me":{"id":"2"}}}`},
				{typename: "T", lookups: []lookupSpec{{`{ ... on Product { price } }`, "product", ""}, {`{ ... on User { rank } }`, "me", ""}},
					want:   `{"r0":[{"__typename":"T","id":"1"}],"r1":[{"__typename":"T","id":"2"}]}`,
					answer: `{"data":{"_e1":[{"rank":7}],"_e0":[{"price":1}]}}`},
			},
			want: `{"data":{"product":{"price":1},"me":{"rank":7}}}`,
		},
		{
			name:  "a root fetch below a mutation",
			query: `mutation { buy { number query { me { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ buy { number query { __typename } } }`, answer: `{"data":{"buy":{"number":1,"query":{"__typename":"Q"}}}}`},
				{sel: `{ me { name } }`, at: "buy.query", root: true, answer: `{"data":{"me":{"name":"Ann"}}}`},
			},
			want: `{"data":{"buy":{"number":1,"query":{"me":{"name":"Ann"}}}}}`,
		},
		{
			name:  "nothing to send",
			query: `{ product { price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } }`, answer: `{"data":{"product":null}}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product"},
			},
			want: `{"data":{"product":null}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := execute(t, compile(t, shop, tt.query, tt.fetches), tt.fetches)
			same(t, got, tt.want)
		})
	}
}
