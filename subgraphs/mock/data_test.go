package mock

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const shopSDL = `
	type Query { products(first: Int): [Product!] product(upc: ID!): Product things: [Thing] }
	type Mutation { drop(upc: ID!): Product }
	type Product @key(fields: "upc") { upc: ID! name: String weight: Int tags: [String] maker: Maker price(currency: Currency, at: Int): Float }
	type Maker @key(fields: "id") { id: ID! name: String }
	union Thing = Product | Maker
	enum Currency { EUR USD }
`

func TestDataErrors(t *testing.T) {
	for _, tt := range []struct{ name, data, want string }{
		{"JSON", "{\n  \"Product\": [}", "shop.json:2:15: invalid character '}' looking for beginning of value"},
		{"end", `{"Product": [`, "shop.json:1:14: unexpected end of the data"},
		{"more", `{} {}`, "shop.json:1:5: text after the end of the data"},
		{"twice", `{"Product": [{"upc": "1", "upc": "2"}]}`, `shop.json:1:32: "upc" occurs twice in one object`},
		{"nested", `{"Product": ` + strings.Repeat("[", 200), "shop.json:1:113: nested more than 100 levels"},
		{"not an object", "- a\n- b\n", "shop.json: the data is not an object of types"},
		{"YAML", "Product:\n  - upc: [1\n", "shop.json:2:10: sequence end token ']' not found"},
		{"YAML twice", "Product:\n  - upc: 1\n    upc: 2\n", `shop.json:3:5: mapping key "upc" already defined at [2:5]`},
		{"YAML documents", "a: 1\n---\nb: 2\n", "shop.json: more than one document"},
		{"YAML tag", "Product: !!set {}\n", "shop.json:1:10: a Tag is not supported here"},
		{"YAML anchor", "Product: *here\n", `shop.json:1:10: no anchor "here" comes before`},
		{"YAML key", "[a]: 1\n", "shop.json:1:4: found an invalid key for this map"},
		{"YAML null key", "Product:\n- ~: 1\n", "shop.json:2:3: a Null cannot be a name"},
		{"unknown type", `{"Prodct": []}`, "shop.json: Prodct is not a type with fields of this subgraph; did you mean Product?"},
		{"leaf type", `{"Currency": []}`, "shop.json: Currency is not a type with fields of this subgraph"},
		{"no list", `{"Product": {}}`, "shop.json: Product is not a list of objects"},
		{"no object", `{"Product": ["x"]}`, `shop.json: Product[0]: "x" where an object of type Product belongs`},
		{"unknown field", `{"Product": [{"upc": "1", "nmae": 1}]}`, "shop.json: Product[0].nmae: Product has no field nmae; did you mean name?"},
		{"unknown root field", `{"Query": {"product": null, "prducts": []}}`, "shop.json: Query.prducts: Query has no field prducts; did you mean products?"},
		{"entry point", `{"Query": {"_service": null}}`, "shop.json: Query._service: Query has no field _service"},
		{"nested field", `{"Query": {"products": [{"maker": {"nme": 1}}]}}`, "shop.json: Query.products[0].maker.nme: Maker has no field nme; did you mean name?"},
		{"object for a list", `{"Query": {"products": {}}}`, "shop.json: Query.products: an object where a list belongs"},
		{"leaf for an object", `{"Product": [{"maker": 7}]}`, "shop.json: Product[0].maker: 7 where an object of type Maker belongs"},
		{"abstract", `{"Query": {"things": [{"upc": "1"}]}}`, "shop.json: Query.things[0]: the object needs a __typename, for Thing is abstract"},
		{"typename", `{"Query": {"things": [{"__typename": "Query"}]}}`, `shop.json: Query.things[0]: __typename is "Query", which is no Thing here`},
		{"typename of an object", `{"Product": [{"__typename": "Maker"}]}`, `shop.json: Product[0]: __typename is "Maker", which is no Product here`},
		{"template", `{"Product": [{"name": "{{weight +}}"}]}`, `shop.json: Product[0].name: in "{{weight +}}": expected a name, a number or a text`},
		{"call", `{"Product": [{"price(": 1}]}`, `shop.json: Product[0]: "price(" is not a field with arguments`},
		{"call of an unknown field", `{"Product": [{"prise(at: 1)": 1}]}`, `shop.json: Product[0]: Product has no field prise; did you mean price?`},
		{"call with an unknown argument", `{"Product": [{"price(on: 1)": 1}]}`, `shop.json: Product[0]: Product.price has no argument on`},
		{"call with a wrong argument", `{"Product": [{"price(currency: GBP)": 1}]}`, `shop.json: Product[0]: in "price(currency: GBP)", argument currency is not a value of the enum Currency`},
		{"unknown action", `{"Query": {"product": {"$fnd": "Product"}}}`, "shop.json: Query.product: unknown key $fnd"},
		{"action on an unknown type", `{"Query": {"product": {"$find": "Prod"}}}`, `shop.json: Query.product: $find is "Prod", not the name of a type with fields`},
		{"two actions", `{"Query": {"product": {"$find": "Product", "$list": "Product"}}}`, "shop.json: Query.product: $find and $list exclude each other"},
		{"set without an action", `{"Mutation": {"drop": {"$set": {}}}}`, "shop.json: Mutation.drop: $where and $set need an action beside them"},
		{"where to create", `{"Mutation": {"drop": {"$create": "Product", "$where": {}}}}`, "shop.json: Mutation.drop: $create has no $where"},
		{"set to delete", `{"Mutation": {"drop": {"$delete": "Product", "$set": {}}}}`, "shop.json: Mutation.drop: $delete has no $set"},
		{"create a union", `{"Mutation": {"drop": {"$create": "Thing"}}}`, "shop.json: Mutation.drop: $create needs an object type, which Thing is not"},
		{"delete in a query", `{"Query": {"product": {"$delete": "Product"}}}`, "shop.json: Query.product: $delete can only stand under Mutation"},
		{"set of an unknown field", `{"Mutation": {"drop": {"$update": "Product", "$set": {"nam": 1}}}}`, "shop.json: Mutation.drop.$set.nam: Product has no field nam; did you mean name?"},
		{"error", `{"Query": {"product": {"$error": 7}}}`, "shop.json: Query.product: $error is neither a message nor an object with a message and extensions"},
		{"error and more", `{"Query": {"product": {"$error": "x", "upc": 1}}}`, "shop.json: Query.product: nothing can stand beside $error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(Options{Name: "shop", SDL: federation2 + shopSDL, Data: []byte(tt.data), DataName: "shop.json"})
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.HasPrefix(err.Error(), "mock subgraph shop: ") || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("got %s\nwant %s", err, tt.want)
			}
		})
	}
}

// TestYAML holds a YAML file to its JSON twin.
func TestYAML(t *testing.T) {
	const asYAML = `
# A comment.
Product:
  - upc: 1
    name: Lamp
    weight: 7
    tags: [a, "b", null]
    maker: &nordlys
      id: m1
      name: |
        Nordlys
        of Norway
    "price(currency: EUR)": 1.50
  - upc: "2"
    name: yes
    weight: -3
    maker: *nordlys
Query:
  product: {$find: Product}
  products:
    $list: Product
`
	const asJSON = `{"Product": [
		{"upc": 1, "name": "Lamp", "weight": 7, "tags": ["a", "b", null], "maker": {"id": "m1", "name": "Nordlys\nof Norway\n"}, "price(currency: EUR)": 1.5},
		{"upc": "2", "name": "yes", "weight": -3, "maker": {"id": "m1", "name": "Nordlys\nof Norway\n"}}
	], "Query": {"product": {"$find": "Product"}, "products": {"$list": "Product"}}}`
	const query = `{ products { upc name weight tags maker { name } price(currency: EUR) dollars: price(currency: USD) } product(upc: 2) { name } }`
	got := ask(t, withData(t, shopSDL, asYAML), query, nil)
	if diff := cmp.Diff(ask(t, withData(t, shopSDL, asJSON), query, nil), got); diff != "" {
		t.Errorf("(-JSON +YAML):\n%s", diff)
	}
	if !strings.Contains(got, `"price":1.5`) || strings.Contains(got, "errors") {
		t.Errorf("unexpected %s", got)
	}
}

// TestYAMLAliasesAreCounted: nine lists of nine aliases of the one before hold
// a billion values.
func TestYAMLAliasesAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		prev := string(rune('0' + i - 1))
		this := string(rune('0' + i))
		b.WriteString("a" + this + ": &a" + this + " [" + strings.Repeat("*a"+prev+", ", 8) + "*a" + prev + "]\n")
	}
	_, err := decodeData("bomb.yaml", []byte(b.String()))
	if err == nil || !strings.Contains(err.Error(), "values with aliases expanded") {
		t.Errorf("got error %v", err)
	}
}

func TestCallsByArguments(t *testing.T) {
	s := withData(t, shopSDL, `{"Product": [{"upc": "1",
		"price(currency: EUR)": 1, "price(currency: EUR, at: 2)": 2, "price": 3, "price(at: 9)": {"$error": "too late"}}]}`)
	exchange{
		query:     `query($c: Currency) { product(upc: "1") { a: price(currency: EUR) b: price(currency: EUR, at: 2) c: price(currency: $c) d: price e: price(at: 9) f: price(currency: EUR, at: 3) g: price(currency: USD, at: 2) } }`,
		variables: map[string]any{"c": "EUR"},
		want:      `{"product":{"a":1,"b":2,"c":1,"d":3,"e":null,"f":1,"g":3}}` + "\n" + `["product","e"] too late (INTERNAL_SERVER_ERROR)`,
	}.run(t, s)
}

func TestEmptyData(t *testing.T) {
	for _, data := range []string{"", " \n", "{}", "# nothing\n"} {
		s := withData(t, shopSDL, data)
		exchange{query: `{ products { upc } product(upc: "1") { upc } }`, want: `{"products":null,"product":null}`}.run(t, s)
	}
}
