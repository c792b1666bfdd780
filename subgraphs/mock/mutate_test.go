package mock

import "testing"

const storeSDL = `
	type Query { products(name: String): [Product] product(id: ID!): Product favourites: [Product] reviews: [Review] }
	type Mutation {
		add(name: String!, price: Float, makerId: ID): Product
		addInput(input: NewProduct!): Payload
		setPrice(id: ID!, price: Float!): Product
		raise(id: ID!, by: Float!): Product
		rename(id: ID!, newName: String!): Product
		remove(id: ID!): Product
		removeAll(name: String): Product
		review(product: ID!, text: String!): Review
		constant: Product
		nothing: Product
		fails: Product
		blind: Product
		partly: Payload
		several: [Product]
		unclear: Product
	}
	input NewProduct { name: String! price: Float id: ID }
	type Payload { ok: Boolean product: Product echo: String }
	type Product @key(fields: "id") { id: ID! name: String price: Float maker: Maker reviews: [Review] }
	type Review @key(fields: "id") { id: Int! text: String product: Product }
	type Maker @key(fields: "id") { id: ID! name: String }
`

const storeData = `{
	"Product": [{"id": "1", "name": "Lamp", "price": 10}, {"id": "7", "name": "Chair", "price": 20}],
	"Maker": [{"id": "m", "name": "Nordlys"}],
	"Review": [],
	"Query": {"products": {"$list": "Product"}, "product": {"$find": "Product"}, "favourites": [{"id": "7", "name": "My chair"}, {"id": "1"}], "reviews": {"$list": "Review"}},
	"Mutation": {
		"add": {"$create": "Product"},
		"addInput": {"ok": true, "echo": "{{$input.name}}!", "product": {"$create": "Product", "$set": {"id": "{{$input.id}}", "name": "{{$input.name}}", "price": "{{$input.price * 2}}", "maker": {"id": "m"}}}},
		"setPrice": {"$update": "Product"},
		"raise": {"$update": "Product", "$where": {"id": "{{$id}}"}, "$set": {"price": "{{price + $by}}"}},
		"rename": {"$update": "Product", "$where": {"id": "{{$id}}"}, "$set": {"name": "{{$newName}}"}},
		"remove": {"$delete": "Product"},
		"removeAll": {"$delete": "Product"},
		"review": {"$create": "Review", "$set": {"text": "{{$text}}", "product": {"id": "{{$product}}"}}},
		"constant": {"id": "1"},
		"fails": {"$error": "never"},
		"blind": {"$update": "Product"},
		"partly": {"ok": true, "echo": {"$error": "no echo"}, "product": {"$create": "Product", "$set": {"name": "Rug", "price": {"$error": "no price"}}}},
		"several": [{"id": "1"}, {"$error": "not this one"}],
		"unclear": {"$update": "Product", "$where": {"id": {"$error": "which?"}}}
	}
}`

func TestMutations(t *testing.T) {
	for _, tt := range []struct {
		name      string
		exchanges []exchange
	}{
		{"create from arguments", []exchange{
			{query: `mutation { add(name: "Rug", price: 5, makerId: "m") { id name price maker { name } } }`,
				want: `{"add":{"id":"8","name":"Rug","price":5,"maker":{"name":"Nordlys"}}}`},
			{query: `mutation { add(name: "Mat") { id price maker { name } } }`, want: `{"add":{"id":"9","price":null,"maker":null}}`},
			{query: `{ products { id } product(id: "8") { name } _entities(representations: [{__typename: "Product", id: "9"}]) { ... on Product { name } } }`,
				want: `{"products":[{"id":"1"},{"id":"7"},{"id":"8"},{"id":"9"}],"product":{"name":"Rug"},"_entities":[{"name":"Mat"}]}`},
		}},
		{"create in a payload", []exchange{
			{query: `mutation { addInput(input: {id: "x", name: "Rug", price: 2.5}) { ok echo product { id name price maker { name } } } }`,
				want: `{"addInput":{"ok":true,"echo":"Rug!","product":{"id":"x","name":"Rug","price":5,"maker":{"name":"Nordlys"}}}}`},
			{query: `mutation { addInput(input: {id: "x", name: "Again"}) { ok } }`,
				want: `{"addInput":null}` + "\n" + `["addInput"] there is a Product with this key already (BAD_USER_INPUT)`},
			{query: `mutation { addInput(input: {name: "Numbered"}) { product { id } } }`,
				want: `{"addInput":{"product":{"id":"8"}}}`},
		}},
		{"update", []exchange{
			{query: `mutation { setPrice(id: "7", price: 1.5) { id name price } other: setPrice(id: "none", price: 1) { id } }`,
				want: `{"setPrice":{"id":"7","name":"Chair","price":1.5},"other":null}`},
			{query: `mutation { a: raise(id: "7", by: 1) { price } b: raise(id: 7, by: 0.25) { price } }`,
				want: `{"a":{"price":2.5},"b":{"price":2.75}}`},
			{query: `{ favourites { name price } _entities(representations: [{__typename: "Product", id: "7"}]) { ... on Product { price } } }`,
				want: `{"favourites":[{"name":"My chair","price":2.75},{"name":"Lamp","price":10}],"_entities":[{"price":2.75}]}`},
			{query: `mutation { rename(id: "7", newName: "Stool") { name } }`, want: `{"rename":{"name":"Stool"}}`},
			{query: `{ favourites { name } products(name: "Stool") { id } }`,
				want: `{"favourites":[{"name":"Stool"},{"name":"Lamp"}],"products":[{"id":"7"}]}`},
		}},
		{"delete", []exchange{
			{query: `mutation { remove(id: "7") { id name } }`, want: `{"remove":{"id":"7","name":"Chair"}}`},
			{query: `mutation { remove(id: "7") { id name } }`, want: `{"remove":null}`},
			{query: `{ products { id } product(id: "7") { id } favourites { id } _entities(representations: [{__typename: "Product", id: "7"}]) { __typename } }`,
				want: `{"products":[{"id":"1"}],"product":null,"favourites":[{"id":"1"}],"_entities":[null]}`},
			{query: `mutation { add(name: "New") { id } }`, want: `{"add":{"id":"8"}}`},
			{query: `mutation { addInput(input: {id: "7", name: "Back"}) { product { id name } } }`,
				want: `{"addInput":{"product":{"id":"7","name":"Back"}}}`},
			{query: `{ favourites { name price } }`, want: `{"favourites":[{"name":"My chair","price":null},{"name":"Lamp","price":10}]}`},
		}},
		{"what is meant must be said", []exchange{
			{query: `mutation { removeAll { id } }`, want: `{"removeAll":null}` + "\n" + `["removeAll"] no argument says which Product is meant (BAD_USER_INPUT)`},
			{query: `mutation { blind { id } }`, want: `{"blind":null}` + "\n" + `["blind"] no argument says which Product is meant (BAD_USER_INPUT)`},
			{query: `mutation { removeAll(name: "Lamp") { id } }`, want: `{"removeAll":{"id":"1"}}`},
			{query: `{ products { id } }`, want: `{"products":[{"id":"7"}]}`},
		}},
		{"references", []exchange{
			{query: `mutation { a: review(product: "1", text: "good") { id text product { name } } b: review(product: "404", text: "bad") { id product { id name } } }`,
				want: `{"a":{"id":1,"text":"good","product":{"name":"Lamp"}},"b":{"id":2,"product":{"id":"404","name":null}}}`},
			{query: `{ reviews { id text } }`, want: `{"reviews":[{"id":1,"text":"good"},{"id":2,"text":"bad"}]}`},
		}},
		{"errors where they are asked for", []exchange{
			{query: `mutation { partly { ok product { id name } } }`, want: `{"partly":{"ok":true,"product":{"id":"8","name":"Rug"}}}`},
			{query: `mutation { partly { echo product { price } } several { name } }`,
				want: `{"partly":{"echo":null,"product":{"price":null}},"several":[{"name":"Lamp"},null]}` + "\n" +
					`["partly","echo"] no echo (INTERNAL_SERVER_ERROR)` + "\n" + `["partly","product","price"] no price (INTERNAL_SERVER_ERROR)` + "\n" +
					`["several",1] not this one (INTERNAL_SERVER_ERROR)`},
			{query: `mutation { unclear { id } }`, want: `{"unclear":null}` + "\n" + `["unclear"] which? (INTERNAL_SERVER_ERROR)`},
		}},
		{"others", []exchange{
			{query: `mutation { constant { name } nothing { name } fails { name } }`,
				want: `{"constant":{"name":"Lamp"},"nothing":null,"fails":null}` + "\n" + `["fails"] never (INTERNAL_SERVER_ERROR)`},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := withData(t, storeSDL, storeData)
			for _, e := range tt.exchanges {
				e.run(t, s)
			}
		})
	}
}
