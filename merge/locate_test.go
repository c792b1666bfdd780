package merge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// An error of something that the client has not asked for shows where it has
// made something null that he has asked for, and not at all if there is nothing.
func TestErrorsOfWhatOthersNeed(t *testing.T) {
	const weight = `{ product { id _0: dims { width } } }`
	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		want    []string // data, then the paths of errors
	}{
		{
			name:  "nothing is null because of it",
			query: `{ product { price } }`,
			fetches: []fetchSpec{
				{sel: weight, answer: `{"data":{"product":{"id":1,"_0":{"width":null}}},"errors":[{"message":"m","path":["product","_0","width"]}]}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: `{id _0: dims { width }}`, answer: `{"data":{"_entities":[{"price":1}]}}`},
			},
			want: []string{`{"product":{"price":1}}`, "hidden"},
		},
		{
			name:  "what needs it is null",
			query: `{ product { price tags } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id tags _0: dims { width } } }`, answer: `{"data":{"product":{"id":1,"tags":null,"_0":null}},"errors":[{"message":"m","path":["product","_0","width"]}]}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: `{id _0: dims @nonNull { width }}`, want: nothing},
			},
			want: []string{`{"product":{"price":null,"tags":null}}`, "product.price"},
		},
		{
			name:  "what needs what needs it is null, in a list",
			query: `{ products { availability seller { name } } }`,
			fetches: []fetchSpec{
				{sel: `{ products { id _0: name } }`, answer: `{"data":{"products":[{"id":1,"_0":"a"},{"id":2,"_0":null}]},"errors":[{"message":"m","path":["products",1,"_0"]}]}`},
				{sel: `{ ... on Product { _1: price } }`, at: "products.@", typename: "Product", input: `{id _0: name @nonNull}`, answer: `{"data":{"_entities":[{"_1":3}]}}`},
				{sel: `{ ... on Product { availability seller { name } } }`, at: "products.@", typename: "Product", input: `{id _1: price @nonNull}`, answer: `{"data":{"_entities":[{"availability":"IN_STOCK","seller":null}]}}`},
			},
			want: []string{`{"products":[{"availability":"IN_STOCK","seller":null},{"availability":null,"seller":null}]}`, "products[1].availability", "products[1].seller"},
		},
		{
			name:  "a part of a value that others have answered",
			query: `{ product { dims { height width } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id _0: name dims { width } } }`, answer: `{"data":{"product":{"id":1,"_0":null,"dims":{"width":2}}},"errors":[{"message":"m","path":["product","_0"]}]}`},
				{sel: `{ ... on Product { dims { height } } }`, at: "product", typename: "Product", input: `{id _0: name @nonNull}`, want: nothing},
			},
			want: []string{`{"product":{"dims":{"height":null,"width":2}}}`, "product.dims.height"},
		},
		{
			name:  "below what the client has asked for, for an object above",
			query: `{ product { dims { height } price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id dims { height width } } }`, answer: `{"data":{"product":{"id":1,"dims":{"height":2,"width":null}}},"errors":[{"message":"m","path":["product","dims","width"]}]}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: `{id dims { width }}`, answer: `{"data":{"_entities":[{"price":null}]}}`},
			},
			want: []string{`{"product":{"dims":{"height":2},"price":null}}`, "product.price"},
		},
		{
			name:  "it has taken the whole entity",
			query: `{ product { tags price seller { name } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id tags } }`, answer: `{"data":{"product":{"id":1,"tags":null}}}`},
				{sel: `{ ... on Product { _0: id price seller { name } } }`, at: "product", typename: "Product",
					answer: `{"data":{"_entities":[null]},"errors":[{"message":"m","path":["_entities",0,"_0"]}]}`},
			},
			want: []string{`{"product":{"tags":null,"price":null,"seller":null}}`, "product.price", "product.seller"},
		},
		{
			name:  "it has taken what the client has asked for",
			query: `{ product { price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { price _0: id } }`, answer: `{"data":{"product":null},"errors":[{"message":"m","path":["product","_0"]}]}`},
			},
			want: []string{`{"product":null}`, "product"},
		},
		{
			name:  "an entity that serves others only",
			query: `{ product { price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { id } }`, answer: `{"data":{"product":{"id":1}}}`},
				{sel: `{ ... on Product { _0: name } }`, at: "product", typename: "Product", answer: `{"data":{"_entities":[null]},"errors":[{"message":"m","path":["_entities",0]}]}`},
				{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: `{id _0: name}`, answer: `{"data":{"_entities":[{"price":1}]}}`},
			},
			want: []string{`{"product":{"price":1}}`, "hidden"},
		},
		{
			name:  "asked for of objects of another type",
			query: `{ search { ... on User { name } ... on Product { price } } }`,
			fetches: []fetchSpec{
				{sel: `{ search { __typename ... on User { name } ... on Product { id name } } }`,
					answer: `{"data":{"search":[{"__typename":"User","name":null},{"__typename":"Product","id":1,"name":null}]},"errors":[{"message":"m","path":["search",0,"name"]},{"message":"m","path":["search",1,"name"]}]}`},
				{sel: `{ ... on Product { price } }`, at: "search.@[Product]", on: []string{"Product"}, input: `{id name}`, answer: `{"data":{"_entities":[{"price":1}]}}`},
			},
			want: []string{`{"search":[{"name":null},{"price":1}]}`, "search[0].name", "hidden"},
		},
		{
			name:  "null has risen",
			query: `{ me { rank } }`,
			fetches: []fetchSpec{
				{sel: `{ me { id _0: name } }`, answer: `{"data":{"me":{"id":1,"_0":null}},"errors":[{"message":"m","path":["me","_0"]}]}`},
				{sel: `{ ... on User { rank } }`, at: "me", typename: "User", input: `{id _0: name @nonNull}`, want: nothing},
			},
			want: []string{`{"me":null}`, "me.rank"},
		},
		{
			name:  "something that nobody has asked for is told of at the object",
			query: `{ product { price } }`,
			fetches: []fetchSpec{
				{sel: `{ product { price } }`, answer: `{"data":{"product":{"price":1}},"errors":[{"message":"m","path":["product","nobody"]}]}`},
			},
			want: []string{`{"product":{"price":1}}`, "product"},
		},
		{
			name:  "what needs it is further below: told of at the object",
			query: `{ product { seller { rank } } }`,
			fetches: []fetchSpec{
				{sel: `{ product { _0: name seller { id } } }`, answer: `{"data":{"product":{"_0":null,"seller":{"id":1}}},"errors":[{"message":"m","path":["product","_0"]}]}`},
				{sel: `{ ... on User { rank } }`, at: "product.seller", typename: "User",
					context: []*plan.ContextVariable{{Variable: "c", Up: 1, Fields: []*plan.InputField{{Name: "name", As: "_0"}}}},
					answer:  `{"data":{"_entities":[{"rank":1}]}}`},
			},
			want: []string{`{"product":{"seller":{"rank":1}}}`, "product"},
		},
		{
			name:  "places that are not there",
			query: `{ products { name tags } }`,
			fetches: []fetchSpec{
				{sel: `{ products { name tags _0: id } }`, answer: `{"data":{"products":[{"name":"a","tags":[],"_0":1}]},"errors":[
					{"message":"m","path":["products",7,"name"]},{"message":"m","path":["products","name"]},{"message":"m","path":["products",0,1,"name"]},{"message":"m","path":["products",0,"name","x"]}]}`},
			},
			want: []string{`{"products":[{"name":"a","tags":[]}]}`, "products", "products", "products[0]", "products[0].name"},
		},
		{
			name:  "places that are not there in what is as the client wants it",
			query: `{ products { name tags } }`,
			fetches: []fetchSpec{
				{sel: `{ products { name tags } }`, answer: `{"data":{"products":[{"name":"a","tags":[]}]},"errors":[
					{"message":"m","path":["products","name"]},{"message":"m","path":["products",0,1,"name"]},{"message":"m","path":["products",0,"tags",3,4]}]}`},
			},
			want: []string{`{"products":[{"name":"a","tags":[]}]}`, "products", "products[0]", "products[0].tags[3]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, shop, tt.query, tt.fetches)
			r := runFetches(t, p, tt.fetches)
			got := []string{string(r.Write(nil, nil))}
			for _, e := range r.Errors() {
				got = append(got, e.Path.String())
			}
			for _, e := range r.Hidden() {
				if !e.Hidden || len(e.Path) == 0 || e.Message != "m" {
					t.Errorf("hidden: %+v", e)
				}
				got = append(got, "hidden")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("data and paths (-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever ends a request at its first error hears of every one, though not all
// of the data is there.
func TestErrorsBeforeTheEnd(t *testing.T) {
	fetches := []fetchSpec{
		{sel: `{ product { id _0: name } }`, answer: `{"data":{"product":{"id":1,"_0":null}},"errors":[{"message":"m","path":["product","_0"]}]}`},
		{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: `{id _0: name}`, answer: `{"data":{"_entities":[{"price":1}]}}`},
	}
	p := compile(t, shop, `{ product { price } }`, fetches)
	errs := runFetches(t, p, fetches[:1]).ErrorsOf(0)
	if len(errs) != 1 || errs[0].Path.String() != "product" {
		t.Errorf("errors %v", errs)
	}
}

// A failure is told of where the response has something, whatever is asked for
// of objects of other types.
func TestFailureAtAnotherType(t *testing.T) {
	fetches := []fetchSpec{
		{sel: `{ node { __typename id ... on Product { seller { id } } } }`, answer: `{"data":{"node":{"__typename":"Product","id":1,"seller":{"id":2}}}}`},
		{sel: `{ ... on User { rank } }`, at: "node.seller", typename: "User", failure: &Failure{Code: CodeHTTP}},
	}
	query := `{ node { id ... on Other { seller { rank } } } }`
	p := compile(t, shop+`type Other implements Node { id: ID! seller: User }`, query, fetches)
	r := runFetches(t, p, fetches)
	if got, want := string(r.Write(nil, nil)), `{"node":{"id":1}}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	errs := r.Errors()
	if want := (ast.Path{ast.PathName("node")}); len(errs) != 1 || cmp.Diff(want, errs[0].Path) != "" {
		t.Errorf("errors %v", errs)
	}
}

// Looking for what is null because of errors that are of no concern comes to an
// end, and what has not been looked at is not kept quiet.
func TestPlacingErrorsIsBounded(t *testing.T) {
	const n = 4000
	fetches := []fetchSpec{{sel: `{ products { id _0: name } }`}, {sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", input: `{id _0: name}`}}
	fetches[0].answer = `{"data":{"products":[` + strings.Repeat(`{"id":1,"_0":null},`, n-1) + `{"id":2,"_0":"x"}]},"errors":[`
	for i := range n {
		fetches[0].answer += fmt.Sprintf(`{"message":"m","path":["products",%d,"_0"]},`, i)
	}
	fetches[0].answer = strings.TrimSuffix(fetches[0].answer, ",") + "]}"
	fetches[1].answer = `{"data":{"_entities":[{"price":1},{"price":1}]}}`
	p := compile(t, shop, `{ products { price } }`, fetches)
	r := runFetches(t, p, fetches)
	r.Write(nil, nil)
	errs := r.Errors()
	if len(errs) != 1 || errs[0].Code != CodeTooMany {
		t.Errorf("%d errors, first %v", len(errs), errs[0])
	}
	if r.searched > maxSearched {
		t.Errorf("%d fields looked at, for the errors that are kept alone", r.searched)
	}
}
