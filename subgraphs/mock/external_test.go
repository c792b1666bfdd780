package mock

import "testing"

func TestExternalFields(t *testing.T) {
	type rep = map[string]any
	product := representations(rep{"__typename": "Product", "id": "1"})
	asks := func(fields, want string) exchange {
		return exchange{name: fields, query: represent + "{ ... on Product { " + fields + " } } }", variables: product, want: want}
	}
	refused := func(field string) string {
		return `{"_entities":[{"` + field + `":null}]}` + "\n" +
			`["_entities",0,"` + field + `"] Product.` + field + ` is @external in this subgraph and not provided here (EXTERNAL_FIELD)`
	}
	const data = `{"Product": [{"id": "1", "name": "Lamp", "weight": 7}]}`
	for _, tt := range []struct {
		name, sdl, data string
		exchanges       []exchange
	}{
		{"external field", federation2 + `type Product @key(fields: "id") { id: ID! name: String weight: Int @external }`, data, []exchange{
			asks("id name", `{"_entities":[{"id":"1","name":"Lamp"}]}`),
			asks("weight", refused("weight")),
		}},
		{"external key", federation2 + `type Product @key(fields: "name") @key(fields: "id") { id: ID! name: String @external weight: Int }`, data, []exchange{
			asks("name", refused("name")),
		}},
		{"external key of an extension", federation2 + `extend type Product @key(fields: "id name") @key(fields: "id") { id: ID! @external name: String @external weight: Int @external }`, data, []exchange{
			asks("id name", `{"_entities":[{"id":"1","name":"Lamp"}]}`),
			asks("weight", refused("weight")),
		}},
		{"external key of a type marked as an extension", federation2 + `type Product @extends @key(fields: "id") { id: ID! @external weight: Int @external }`, `{"Product": [{"id": "1"}]}`, []exchange{
			asks("id", `{"_entities":[{"id":"1"}]}`),
			asks("weight", refused("weight")),
		}},
		{"external type", federation2 + `type Product @key(fields: "id") @external { id: ID! } extend type Product { weight: Int }`, `{"Product": [{"id": "1", "weight": 7}]}`, []exchange{
			asks("weight", `{"_entities":[{"weight":7}]}`),
		}},
		{"external type of federation 1 says nothing", `type Product @key(fields: "id") @external { id: ID! name: String weight: Int }`, data, []exchange{
			asks("id name", `{"_entities":[{"id":"1","name":"Lamp"}]}`),
		}},
		{"extension of federation 1", `extend type Product @key(fields: "id") { id: ID! @external name: String weight: Int @external }`, data, []exchange{
			asks("id name", `{"_entities":[{"id":"1","name":"Lamp"}]}`),
			asks("weight", refused("weight")),
		}},
		{"extension of federation 1 without a key", `type Query { p: Product } extend type Product { id: ID! @external name: String weight: Int @external }`,
			`{"Query": {"p": {"id": "1", "weight": 7}}}`, []exchange{
				{query: `{ p { id weight } }`, want: `{"p":{"id":"1","weight":7}}`},
			}},
		{"provided", federation2 + `
			type Query { top: Product @provides(fields: "name maker { name }") all: [Product] @provides(fields: "... on Product { weight }") shown: [Shown] @provides(fields: "... on Product { name } ... on Maker { name }") plain: Product }
			type Product @key(fields: "id") { id: ID! name: String @external weight: Int @external maker: Maker }
			type Maker @key(fields: "id") { id: ID! name: String @external }
			union Shown = Product | Maker`,
			`{"Product": [{"id": "1", "name": "Lamp", "weight": 7, "maker": {"id": "m", "name": "Nordlys"}}],
			  "Query": {"top": {"id": "1"}, "all": [{"id": "1"}], "plain": {"id": "1"}, "shown": [{"__typename": "Product", "id": "1"}, {"__typename": "Maker", "id": "m", "name": "M"}]}}`, []exchange{
				{query: `{ top { name maker { id name } } all { weight } shown { ... on Product { name } ... on Maker { name } } }`,
					want: `{"top":{"name":"Lamp","maker":{"id":"m","name":"Nordlys"}},"all":[{"weight":7}],"shown":[{"name":"Lamp"},{"name":"M"}]}`},
				{query: `{ top { weight } all { name maker { name } } plain { name } shown { ... on Product { weight } } }`,
					want: `{"top":{"weight":null},"all":[{"name":null,"maker":{"name":null}}],"plain":{"name":null},"shown":[{"weight":null},{}]}
["top","weight"] Product.weight is @external in this subgraph and not provided here (EXTERNAL_FIELD)
["all",0,"name"] Product.name is @external in this subgraph and not provided here (EXTERNAL_FIELD)
["all",0,"maker","name"] Maker.name is @external in this subgraph and not provided here (EXTERNAL_FIELD)
["plain","name"] Product.name is @external in this subgraph and not provided here (EXTERNAL_FIELD)
["shown",0,"weight"] Product.weight is @external in this subgraph and not provided here (EXTERNAL_FIELD)`},
			}},
		{"provided below external objects", federation2 + `
			type Query { a: A @provides(fields: "b { c { d } }") }
			type A @key(fields: "id") { id: ID! b: B @external }
			type B { c: C @external }
			type C { d: Int @external e: Int }`,
			`{"Query": {"a": {"id": "1", "b": {"c": {"d": 1, "e": 2}}}}}`, []exchange{
				{query: `{ a { b { c { d e } } } }`, want: `{"a":{"b":{"c":{"d":1,"e":2}}}}`},
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSubgraph(t, Options{SDL: tt.sdl, Data: []byte(tt.data)})
			for _, e := range tt.exchanges {
				e.run(t, s)
			}
		})
	}
}

func TestLocalExternals(t *testing.T) {
	s := newSubgraph(t, Options{
		SDL:            federation2 + `type Query { p: Product } type Product @key(fields: "id") { id: ID! weight: Int @external twice: Int @requires(fields: "weight") }`,
		Data:           []byte(`{"Query": {"p": {"id": "1", "weight": 7, "twice": "{{weight * 2}}"}}}`),
		LocalExternals: true,
	})
	exchange{query: `{ p { weight twice } }`, want: `{"p":{"weight":7,"twice":14}}`}.run(t, s)
}

func TestRequires(t *testing.T) {
	type rep = map[string]any
	const sdl = `
		type Query {
			p: Product
			given: Product @provides(fields: "weight")
			whole: Product @provides(fields: "weight parts { name } media { ... on Book { title } ... on Film { director { name } } }")
			narrow: Product @provides(fields: "weight size { width }")
		}
		type Product @key(fields: "id") {
			id: ID!
			weight: Int @external
			size: Size @external
			parts: [Part] @external
			media: [Media] @external
			price(currency: String): Float @external
			local: Int
			shipping: Float @requires(fields: "weight size { width depth }")
			label: String @requires(fields: "weight parts { name }")
			half: Float @requires(fields: "weight local")
			euros: String @requires(fields: "price(currency: \"EUR\")")
			titles: JSON @requires(fields: "media { __typename ... on Book { title } ... on Film { director { name } } }")
		}
		type Size { width: Int depth: Int @external }
		type Part { name: String @external }
		interface Media { id: ID }
		type Book implements Media { id: ID title: String @external }
		type Film implements Media { id: ID director: Person @external }
		type Person { name: String @external }
		scalar JSON`
	s := withData(t, sdl, `{
		"Product": [{"id": "1", "local": 3, "weight": 100,
			"shipping": "{{weight * 2 + size.width * (size.depth - 1)}}",
			"label": "{{weight}} kg of {{parts.name}}",
			"half": "{{weight / 2 + local}}",
			"euros": "EUR {{price}}",
			"titles": "{{media}}"}],
		"Query": {"p": {"id": "1"}, "given": {"id": "1", "weight": 8},
			"whole": {"id": "1", "weight": 8, "parts": [{"name": "foot"}, null],
				"media": [{"__typename": "Book", "title": "Emma"}, {"__typename": "Film", "director": {"name": "Kurosawa"}}]},
			"narrow": {"id": "1", "weight": 8, "size": {"width": 3, "depth": 5}}}
	}`)
	of := func(name, fields string, more rep, want string) exchange {
		r := rep{"__typename": "Product", "id": "1"}
		for k, v := range more {
			r[k] = v
		}
		return exchange{name: name, query: represent + "{ ... on Product { " + fields + " } } }", variables: representations(r), want: want}
	}
	for _, tt := range []exchange{
		of("inputs are used", "shipping label", rep{"weight": 7, "size": rep{"width": 3, "depth": 5}, "parts": []any{rep{"name": "foot"}, nil, rep{"name": "shade"}}},
			`{"_entities":[{"shipping":26,"label":"7 kg of [\"foot\",null,\"shade\"]"}]}`),
		of("null inputs are inputs", "shipping label", rep{"weight": nil, "size": nil, "parts": nil},
			`{"_entities":[{"shipping":null,"label":"null kg of null"}]}`),
		of("null inside", "shipping", rep{"weight": 1, "size": rep{"width": nil, "depth": 5}},
			`{"_entities":[{"shipping":null}]}`),
		of("own fields need not travel", "half", rep{"weight": 7},
			`{"_entities":[{"half":6.5}]}`),
		of("inputs with arguments", "euros", rep{"price": 9.9},
			`{"_entities":[{"euros":"EUR 9.9"}]}`),
		of("inputs of several types", "titles", rep{"media": []any{rep{"__typename": "Book", "title": "Emma"}, rep{"__typename": "Film", "director": rep{"name": "Kurosawa", "extra": 1}}}},
			`{"_entities":[{"titles":[{"__typename":"Book","title":"Emma"},{"__typename":"Film","director":{"name":"Kurosawa"}}]}]}`),
		of("missing", "shipping", rep{"size": rep{"width": 3, "depth": 5}},
			`{"_entities":[{"shipping":null}]}`+"\n"+`["_entities",0,"shipping"] Product.shipping requires weight, and the representation does not hold it (REQUIRES_MISSING)`),
		of("missing below", "shipping", rep{"weight": 7, "size": rep{"width": 3}},
			`{"_entities":[{"shipping":null}]}`+"\n"+`["_entities",0,"shipping"] Product.shipping requires size.depth, and the representation does not hold it (REQUIRES_MISSING)`),
		of("missing in a list", "label", rep{"weight": 7, "parts": []any{rep{"name": "a"}, rep{}}},
			`{"_entities":[{"label":null}]}`+"\n"+`["_entities",0,"label"] Product.label requires parts.name, and the representation does not hold it (REQUIRES_MISSING)`),
		of("missing in a fragment", "titles", rep{"media": []any{rep{"__typename": "Book"}}},
			`{"_entities":[{"titles":null}]}`+"\n"+`["_entities",0,"titles"] Product.titles requires media.title, and the representation does not hold it (REQUIRES_MISSING)`),
		{name: "not by a representation", query: `{ p { half } }`,
			want: `{"p":{"half":null}}` + "\n" + `["p","half"] Product.half requires weight, and the object was not reached by a representation (REQUIRES_MISSING)`},
		{name: "provided instead", query: `{ given { half } }`,
			want: `{"given":{"half":7}}`},
		{name: "provided with what is below", query: `{ whole { label titles } }`,
			want: `{"whole":{"label":"8 kg of [\"foot\",null]","titles":[{"__typename":"Book","title":"Emma"},{"__typename":"Film","director":{"name":"Kurosawa"}}]}}`},
		{name: "provided without what is below", query: `{ narrow { shipping } }`,
			want: `{"narrow":{"shipping":null}}` + "\n" + `["narrow","shipping"] Product.shipping requires size, and the object was not reached by a representation (REQUIRES_MISSING)`},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}
