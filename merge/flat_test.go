package merge

import (
	"strings"
	"testing"
)

// Objects share a representation where it is equal, and only there.
func TestFlatRepresentations(t *testing.T) {
	answer := func(products ...string) string { return `{"data":{"products":[` + strings.Join(products, ",") + `]}}` }
	entities := func(list ...string) string { return `{"data":{"_entities":[` + strings.Join(list, ",") + `]}}` }
	reps := func(list ...string) string {
		for i := range list {
			list[i] = `{"__typename":"Product",` + list[i] + `}`
		}
		return `{"representations":[` + strings.Join(list, ",") + `]}`
	}
	tests := []struct {
		name    string
		fetches []fetchSpec // the first and last are of name and price
		want    []string    // prices of the products
	}{
		{
			name: "values that end alike",
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: answer(`{"id":1234567890}`, `{"id":34567890}`, `{"id":934567890}`, `{"id":34567890}`, `{"id":90}`, `{"id":"a\"234567"}`, `{"id":"1234567"}`, `{"id":"234567"}`, `{"id":1234567890}`, `{"id":90}`)},
				{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product",
					want:   reps(`"id":1234567890`, `"id":34567890`, `"id":934567890`, `"id":90`, `"id":"a\"234567"`, `"id":"1234567"`, `"id":"234567"`),
					answer: entities(`{"price":0}`, `{"price":1}`, `{"price":2}`, `{"price":3}`, `{"price":4}`, `{"price":5}`, `{"price":6}`)},
			},
			want: []string{"0", "1", "2", "1", "3", "4", "5", "6", "0", "3"},
		},
		{
			name: "nulls",
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: answer(`{"id":null}`, `{"id":1}`, `{}`, `{"id":"null"}`)},
				{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", want: reps(`"id":null`, `"id":1`, `"id":"null"`),
					answer: entities(`{"price":0}`, `{"price":1}`, `{"price":2}`)},
			},
			want: []string{"0", "1", "0", "2"},
		},
		{
			name: "an earlier representation decides",
			fetches: []fetchSpec{
				{sel: `{ products { id } }`, answer: answer(`{"id":1}`, `{"id":2}`, `{"id":1}`, `{"id":3}`, `{"id":2}`, `{"id":3}`)},
				{sel: `{ ... on Product { name } }`, at: "products.@", typename: "Product", want: reps(`"id":1`, `"id":2`, `"id":3`),
					answer: entities(`{"name":"a"}`, `{"name":"b"}`, `null`)},
				{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", input: `{id name @nonNull}`, want: reps(`"id":1,"name":"a"`, `"id":2,"name":"b"`),
					answer: entities(`{"price":0}`, `{"price":1}`)},
			},
			want: []string{"0", "1", "0", "null", "1", "null"},
		},
		{
			name: "an earlier representation decides, and another value",
			fetches: []fetchSpec{
				{sel: `{ products { id dims { width } tags } }`, answer: answer(`{"id":1,"tags":["x"]}`, `{"id":1,"tags":["y"]}`, `{"id":1,"tags":["x"]}`)},
				{sel: `{ ... on Product { name } }`, at: "products.@", typename: "Product", want: reps(`"id":1`), answer: entities(`{"name":"a"}`)},
				{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", input: `{id tags name}`, want: reps(`"id":1,"tags":["x"],"name":"a"`, `"id":1,"tags":["y"],"name":"a"`),
					answer: entities(`{"price":0}`, `{"price":1}`)},
			},
			want: []string{"0", "1", "0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			for _, price := range tt.want {
				want = append(want, `{"price":`+price+`}`)
			}
			p := compile(t, shop, `{ products { price } }`, tt.fetches)
			last := p.fetches[len(tt.fetches)-1].lookups[0].targets[0]
			if !last.listed || last.flat == nil {
				t.Fatal("the input is not a flat one")
			}
			same(t, execute(t, p, tt.fetches), `{"data":{"products":[`+strings.Join(want, ",")+`]}}`)
		})
	}
}
