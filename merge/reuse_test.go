package merge

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// reused reads reused fields: "key=from name=title", where one name is key and
// from, and "dims{width}" has fields below. The name in the schema is from.
func reused(text string) []*plan.ReusedField {
	fields, rest := readReused(text)
	if rest != "" {
		panic("left over: " + rest)
	}
	return fields
}

func readReused(text string) (fields []*plan.ReusedField, rest string) {
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		if text[0] == '}' {
			return fields, text[1:]
		}
		end := strings.IndexAny(text+" ", " {}")
		key, from, found := strings.Cut(text[:end], "=")
		if !found {
			from = key
		}
		f := &plan.ReusedField{Name: from, Key: key, From: from}
		if text = text[end:]; strings.HasPrefix(text, "{") {
			f.Fields, text = readReused(text[1:])
		}
		fields = append(fields, f)
	}
	return fields, ""
}

// at is the reuse of products at keys of fetch 0 by their id.
func at(keys, values string) *plan.Reuse {
	return &plan.Reuse{Keys: strings.Fields(keys), Type: "Product", Representation: reused("id"), Values: reused(values)}
}

func TestReuse(t *testing.T) {
	const products = `{ products { id name price related { id } } }`
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			name:  "all are at hand",
			query: `{ products { related { name } } }`,
			fetches: []fetchSpec{
				{sel: products, answer: `{"data":{"products":[{"id":"1","name":"a","price":1,"related":[{"id":"2"},{"id":"1"}]},{"id":"2","name":"b","related":[{"id":"1"}]}]}}`},
				{sel: `{ ... on Product { name } }`, at: "products.@.related.@", typename: "Product", reuse: []*plan.Reuse{at("products", "name")}, want: nothing},
			},
			want: `{"data":{"products":[{"related":[{"name":"b"},{"name":"a"}]},{"related":[{"name":"a"}]}]}}`,
		},
		{
			name:  "some are at hand, and what is asked for comes in between",
			query: `{ products { related { title: name price } } }`,
			fetches: []fetchSpec{
				{sel: products, answer: `{"data":{"products":[{"id":"2","name":"b","price":2,"related":[{"id":"1"},{"id":"2"},{"id":"3"}]}]}}`},
				{sel: `{ ... on Product { title: name price } }`, at: "products.@.related.@", typename: "Product", reuse: []*plan.Reuse{at("products", "title=name price")},
					want:   `{"representations":[{"__typename":"Product","id":"1"},{"__typename":"Product","id":"3"}]}`,
					answer: `{"data":{"_entities":[{"title":"a","price":1},null]},"errors":[{"message":"m","path":["_entities",1]}]}`},
			},
			want: `{"data":{"products":[{"related":[{"title":"a","price":1},{"title":"b","price":2},null]}]},
				"errors":[{"message":"m","path":["products",0,"related",2],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
		{
			name:  "objects, lists and what is linked to them",
			query: `{ product { related { dims { width } tags seller { rank } } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id tags size: dims { w: width height } by: seller @as(n: "_by") { id } related { id } } }`,
					answer: `{"data":{"product":{"id":1,"tags":["x" , "y"],"size":{"w":3},"by":{"id":"u"},"related":[{"id":1}]}}}`},
				{sel: `{ ... on Product { dims { width } tags seller { id } } }`, at: "product.related.@", typename: "Product", want: nothing,
					reuse: []*plan.Reuse{at("product", "dims=size{width=w} tags seller=by{id}")}},
				{sel: `{ ... on User { rank } }`, at: "product.related.@.seller", typename: "User", want: `{"representations":[{"__typename":"User","id":"u"}]}`,
					answer: `{"data":{"_entities":[{"rank":7}]}}`},
			},
			want: `{"data":{"product":{"related":[{"dims":{"width":3},"tags":["x" , "y"],"seller":{"rank":7}}]}}}`,
		},
		{
			name:  "by the same representation",
			query: `{ products { price related { price } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: `{"data":{"products":[{"id":1},{"id":2},{"id":3}]}}`},
				{sel: `{ ... on Product { price related { id } } }`, at: "products.@", typename: "Product",
					answer: `{"data":{"_entities":[{"price":1,"related":[{"id":2},{"id":3},{"id":4}]},{"price":2},{"price":null}]}}`},
				{sel: `{ ... on Product { p: price @as(n: "price") } }`, at: "products.@.related.@", typename: "Product",
					reuse:  []*plan.Reuse{{Fetch: 1, Keys: []string{"_entities"}, Type: "Product", Values: reused("p=price")}},
					want:   `{"representations":[{"__typename":"Product","id":3},{"__typename":"Product","id":4}]}`,
					answer: `{"data":{"_entities":[{"p":3},{"p":4}]}}`},
			},
			want: `{"data":{"products":[{"price":1,"related":[{"price":2},{"price":3},{"price":4}]},{"price":2,"related":null},{"price":null,"related":null}]}}`,
		},
		{
			name:  "below the entities of another fetch",
			query: `{ products { reviews { author { name } } seller { name } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: `{"data":{"products":[{"id":1},{"id":2}]}}`},
				{sel: `{ ... on Product { seller { id name } reviews { author { id } } } }`, at: "products.@", typename: "Product",
					answer: `{"data":{"_entities":[{"seller":{"id":5,"name":"e"},"reviews":[{"author":{"id":6}}]},{"seller":{"id":6,"name":"f"},"reviews":[{"author":{"id":5}}]}]}}`},
				{sel: `{ ... on User { name } }`, at: "products.@.reviews.@.author", typename: "User", want: nothing,
					reuse: []*plan.Reuse{{Fetch: 1, Keys: []string{"_entities", "seller"}, Type: "User", Representation: reused("id"), Values: reused("name")}}},
			},
			want: `{"data":{"products":[{"reviews":[{"author":{"name":"f"}}],"seller":{"name":"e"}},{"reviews":[{"author":{"name":"e"}}],"seller":{"name":"f"}}]}}`,
		},
		{
			name:  "only objects of the type",
			query: `{ search { ... on Product { related { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ search { kind: __typename @as(n: "__typename") ... on User { id name } ... on Product { id name related { id } } } }`,
					answer: `{"data":{"search":[{"kind":"User","id":1,"name":"u"},{"kind":"Product","id":2,"name":"p","related":[{"id":1},{"id":2}]}]}}`},
				{sel: `{ ... on Product { name } }`, at: "search.@[Product].related.@", typename: "Product",
					reuse:  []*plan.Reuse{{Keys: []string{"search"}, Type: "Product", TypeKey: "kind", Representation: reused("id"), Values: reused("name")}},
					want:   `{"representations":[{"__typename":"Product","id":1}]}`,
					answer: `{"data":{"_entities":[{"name":"q"}]}}`},
			},
			want: `{"data":{"search":[{},{"related":[{"name":"q"},{"name":"p"}]}]}}`,
		},
		{
			name:  "the second place where the first has nothing",
			query: `{ product { seller { name } related { seller { name } } } }`,
			fetches: []fetchSpec{
				{sel: `{ me { id name } product { id seller { id name } related { seller { id } } } }`,
					answer: `{"data":{"me":null,"product":{"id":1,"seller":{"id":2,"name":"b"},"related":[{"seller":{"id":2}},{"seller":{"id":2}}]}}}`},
				{sel: `{ ... on User { name } }`, at: "product.related.@.seller", typename: "User", want: nothing, reuse: []*plan.Reuse{
					{Keys: []string{"me"}, Type: "User", Representation: reused("id"), Values: reused("name")},
					{Keys: []string{"product", "seller"}, Type: "User", Representation: reused("id"), Values: reused("name")}}},
			},
			want: `{"data":{"product":{"seller":{"name":"b"},"related":[{"seller":{"name":"b"}},{"seller":{"name":"b"}}]}}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, shop, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// What is not whole is asked for.
func TestNotReused(t *testing.T) {
	tests := []struct{ name, product, errors string }{
		{name: "null", product: `{"id":1,"name":null,"tags":["x"],"dims":{"width":1}}`},
		{name: "missing", product: `{"id":1,"tags":["x"],"dims":{"width":1}}`},
		{name: "a null in a list", product: `{"id":1,"name":"n","tags":["x",null],"dims":{"width":1}}`},
		{name: "a null object", product: `{"id":1,"name":"n","tags":["x"],"dims":null}`},
		{name: "a null in an object", product: `{"id":1,"name":"n","tags":["x"],"dims":{"width":null}}`},
		{name: "a scalar for an object", product: `{"id":1,"name":"n","tags":["x"],"dims":1}`},
		{name: "a value of another kind", product: `{"id":1,"name":5,"tags":["x"],"dims":{"width":1}}`},
		{name: "a value of another kind in a list", product: `{"id":1,"name":"n","tags":[1],"dims":{"width":1}}`},
		{name: "a value of another kind in an object", product: `{"id":1,"name":"n","tags":["x"],"dims":{"width":1.5}}`},
		{name: "no list", product: `{"id":1,"name":"n","tags":"x","dims":{"width":1}}`},
		{name: "another key", product: `{"id":"1","name":"n","tags":["x"],"dims":{"width":1}}`},
		{name: "no key", product: `{"id":null,"name":"n","tags":["x"],"dims":{"width":1}}`},
		{name: "an error", product: `{"id":1,"name":"n","tags":["x"],"dims":{"width":1}}`, errors: `,"errors":[{"message":"m"}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fetches := []fetchSpec{
				{sel: `{ product { id name tags dims { width } } products { id } }`, answer: `{"data":{"product":` + tt.product + `,"products":[{"id":1}]}` + tt.errors + `}`},
				{sel: `{ ... on Product { name tags dims { width } } }`, at: "products.@", typename: "Product", want: `{"representations":[{"__typename":"Product","id":1}]}`,
					reuse: []*plan.Reuse{at("product", "name tags dims{width}")}, answer: `{"data":{"_entities":[{"name":"N","tags":["T"],"dims":{"width":7}}]}}`},
			}
			got := execute(t, compile(t, shop, `{ products { name tags dims { width } } }`, fetches), fetches)
			if want := `{"data":{"products":[{"name":"N","tags":["T"],"dims":{"width":7}}]}`; !strings.HasPrefix(got, want) {
				t.Errorf("response\n got %s\nwant %s…", got, want)
			}
		})
	}
}

// A list that is split is one list: numbers, errors and links stay.
func TestSplit(t *testing.T) {
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    string
	}{
		{
			name:  "one lookup",
			query: `{ products { name seller { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: `{"data":{"products":[{"id":1},{"id":2},{"id":1},{"id":3},{"id":4},{"id":5}]}}`},
				{sel: `{ ... on Product { name seller { id } } }`, at: "products.@", typename: "Product", split: 2,
					want: `{"representations":[{"__typename":"Product","id":1},{"__typename":"Product","id":2}]}` + "\n" +
						`{"representations":[{"__typename":"Product","id":3},{"__typename":"Product","id":4}]}` + "\n" +
						`{"representations":[{"__typename":"Product","id":5}]}`,
					answers: []string{
						`{"data":{"_entities":[{"name":"a","seller":{"id":8}},{"name":"b","seller":{"id":9}}]}}`,
						`{"data":{"_entities":[{"name":"c","seller":null},null]},"errors":[{"message":"m","path":["_entities",1,"name"]}]}`,
						`{"data":{"_entities":[{"name":"e","seller":{"id":8}}]}}`,
					}},
				{sel: `{ ... on User { rank } }`, at: "products.@.seller", typename: "User", split: 2,
					want:   `{"representations":[{"__typename":"User","id":8},{"__typename":"User","id":9}]}`,
					answer: `{"data":{"_entities":[{"rank":1},{"rank":2}]}}`},
			},
			want: `{"data":{"products":null},
				"errors":[{"message":"m","path":["products",4,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`,
		},
		{
			name:  "two lookups, and one of them at hand in part",
			query: `{ products { price } me { rank } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id } me { id } product { id price } }`, answer: `{"data":{"products":[{"id":1},{"id":2},{"id":3},{"id":4}],"me":{"id":9},"product":{"id":3,"price":33}}}`},
				{lookups: []lookupSpec{{sel: `{ ... on Product { price } }`, at: "products.@"}, {sel: `{ ... on User { rank } }`, at: "me"}}, split: 1, typename: "T",
					reuse: []*plan.Reuse{{Keys: []string{"product"}, Type: "T", Representation: reused("id"), Values: reused("price")}},
					want: `{"r0":[{"__typename":"T","id":1}],"r1":[{"__typename":"T","id":9}]}` + "\n" +
						`{"r0":[{"__typename":"T","id":2}],"r1":[]}` + "\n" + `{"r0":[{"__typename":"T","id":4}],"r1":[]}`,
					answers: []string{`{"data":{"_e0":[{"price":1}],"_e1":[{"rank":9}]}}`, `{"data":{"_e0":[{"price":2}],"_e1":[]}}`, `{"data":{"_e0":[{"price":4},{"price":5}],"_e1":[]}}`}},
			},
			want: `{"data":{"products":[{"price":1},{"price":2},{"price":33},{"price":null}],"me":{"rank":9}},
				"errors":[
					{"message":"subgraph \"s1\" gave a wrong answer","path":["products"],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"2 entities for 1 representations","service":"s1"}},
					{"message":"subgraph \"s1\" gave a wrong answer","path":["me"],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"2 entities for 1 representations","service":"s1"}}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, shop, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

func TestBrokenReuse(t *testing.T) {
	tests := []struct {
		name  string
		reuse *plan.Reuse
		want  string
	}{
		{"of a later fetch", &plan.Reuse{Fetch: 1}, "the fetch does not depend on fetch 1"},
		{"a path that nobody selects", at("me", "name"), `fetch 0 has no objects at "me"`},
		{"a path through a leaf", at("product name", "name"), `fetch 0 has no objects at "name"`},
		{"a type that nobody selects", &plan.Reuse{Keys: []string{"product"}, Type: "Product", TypeKey: "t", Representation: reused("id")}, `fetch 0 does not select "t"`},
		{"no representation", &plan.Reuse{Keys: []string{"product"}, Type: "Product"}, "objects that are no lookup's have no representations"},
		{"a value that nobody selects", at("product", "name=price"), `key "price" is not in the earlier answer`},
		{"a value that nobody wants", at("product", "price=name"), `key "price" is not in the lookup`},
		{"a value with a selection", at("product", "name{x}"), `key "name" has sub-selections in one place and none in another`},
	}
	op, errs := operation.Prepare(loadSchema(t, shop), `{ product { id } }`, "", operation.DefaultLimits())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fetches := []fetchSpec{{sel: `{ product { id name seller { id } } }`}, {sel: `{ ... on Product { name } }`, at: "product", typename: "Product", reuse: []*plan.Reuse{tt.reuse}}}
			_, err := Compile(op, op.Select(nil), makePlan(t, op.Kind, fetches))
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error\n got %v\nwant … %s", err, tt.want)
			}
		})
	}
}
