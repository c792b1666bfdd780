package mock

import "testing"

const zooSDL = `
type Query {
	animals: [Animal]
	strict: [Animal!]!
	pets: [Pet!]
	cat: Cat!
	empty: Cat
	numbers: [[Int]]
	echo(text: String = "default", list: [Int!], input: In, on: Day): String
	leaves: Leaves
	tree: Tree
	failing: String
	failingStrict: String!
	ext: JSON
}
interface Animal { name: String! friend: Animal }
type Cat implements Animal { name: String! friend: Animal lives: Int! }
type Dog implements Animal { name: String! friend: Animal good: Boolean }
union Pet = Cat | Dog
type Leaves { int: Int float: Float id: ID string: String bool: Boolean day: Day }
type Tree { left: Tree right: Tree! value: Int! }
enum Day { MON TUE }
input In { a: Int! b: [String] = ["x"] nested: In }
scalar JSON
`

func TestExecution(t *testing.T) {
	s := withData(t, zooSDL, `{"Query": {
		"animals": [
			{"__typename": "Cat", "name": "Tom", "lives": 9, "friend": {"__typename": "Dog", "name": "Rex", "good": true}},
			{"__typename": "Dog", "name": null},
			null,
			{"__typename": "Dog", "name": "Ace"}
		],
		"strict": [{"__typename": "Cat", "name": "A"}, {"__typename": "Cat", "name": null}],
		"pets": [{"__typename": "Dog", "name": "Rex"}, {"__typename": "Cat", "name": "Tom", "lives": 7}],
		"cat": {"name": "Tom", "lives": 9},
		"numbers": [[1, 2], null, [], [null, 3]],
		"echo": "{{$text}} {{$list}} {{$input}} {{$on}}",
		"leaves": {"int": 2147483648, "float": "1.5", "id": 7, "string": 3, "bool": "yes", "day": "WED"},
		"tree": {"value": 1, "right": {"value": 2, "right": {"value": 3}}},
		"failing": {"$error": "out of order"},
		"failingStrict": {"$error": {"message": "no", "extensions": {"code": "TEAPOT", "status": 418}}},
		"ext": {"a": [1, "two", null, {"b": 1.50}], "big": 12345678901234567890}
	}}`)
	for _, tt := range []exchange{
		{name: "aliases and order", query: `{ b: cat { lives x: name name } a: cat { __typename t: __typename } }`,
			want: `{"b":{"lives":9,"x":"Tom","name":"Tom"},"a":{"__typename":"Cat","t":"Cat"}}`},
		{name: "interface", query: `{ animals { __typename name ... on Dog { good } ... on Cat { lives friend { name ... on Dog { good } } } } }`,
			want: `{"animals":[{"__typename":"Cat","name":"Tom","lives":9,"friend":{"name":"Rex","good":true}},null,null,{"__typename":"Dog","name":"Ace","good":null}]}` +
				"\n" + `["animals",1,"name"] null in a position of type String! (NULL_VALUE)`},
		{name: "null rises to the root", query: `{ cat { name } strict { name } }`,
			want: "null\n" + `["strict",1,"name"] null in a position of type String! (NULL_VALUE)`},
		{name: "null rises to the nearest nullable", query: `{ tree { value right { value right { value right { value } } } } cat { name } }`,
			want: `{"tree":null,"cat":{"name":"Tom"}}` + "\n" + `["tree","right","right","right"] null in a position of type Tree! (NULL_VALUE)`},
		{name: "union and named fragments", query: `query { pets { ...P ... on Animal { name } } } fragment P on Pet { ... on Cat { lives } ...Q } fragment Q on Dog { good }`,
			want: `{"pets":[{"good":null,"name":"Rex"},{"lives":7,"name":"Tom"}]}`},
		{name: "merged selections", query: `{ cat { name } cat { lives } ... { cat { t: __typename } } }`,
			want: `{"cat":{"name":"Tom","lives":9,"t":"Cat"}}`},
		{name: "many response names", query: `{ cat { a: name b: name c: name d: name e: name f: name g: name h: name i: name j: name k: name l: name m: name n: name o: name p: name q: name r: lives a: name r: lives q: name s: __typename } }`,
			want: `{"cat":{"a":"Tom","b":"Tom","c":"Tom","d":"Tom","e":"Tom","f":"Tom","g":"Tom","h":"Tom","i":"Tom","j":"Tom","k":"Tom","l":"Tom","m":"Tom","n":"Tom","o":"Tom","p":"Tom","q":"Tom","r":9,"s":"Cat"}}`},
		{name: "absent is null", query: `{ empty { name } __typename }`,
			want: `{"empty":null,"__typename":"Query"}`},
		{name: "lists of lists", query: `{ numbers }`,
			want: `{"numbers":[[1,2],null,[],[null,3]]}`},
		{name: "custom scalar", query: `{ ext }`,
			want: `{"ext":{"a":[1,"two",null,{"b":1.50}],"big":12345678901234567890}}`},
		{name: "leaves that do not fit", query: `{ leaves { int float id string bool day } }`,
			want: `{"leaves":{"int":null,"float":null,"id":"7","string":null,"bool":null,"day":null}}
["leaves","int"] 2147483648 in a position of type Int (INVALID_VALUE)
["leaves","float"] "1.5" in a position of type Float (INVALID_VALUE)
["leaves","string"] 3 in a position of type String (INVALID_VALUE)
["leaves","bool"] "yes" in a position of type Boolean (INVALID_VALUE)
["leaves","day"] "WED" in a position of type Day (INVALID_VALUE)`},
		{name: "written errors", query: `{ cat { name } failing }`,
			want: `{"cat":{"name":"Tom"},"failing":null}` + "\n" + `["failing"] out of order (INTERNAL_SERVER_ERROR)`},
		{name: "written error with extensions", query: `{ failingStrict }`,
			want: "null\n" + `["failingStrict"] no (TEAPOT)`},
		{name: "default argument", query: `{ echo }`,
			want: `{"echo":"default null null null"}`},
		{name: "arguments", query: `{ echo(text: "a", list: 1, input: {a: 1, nested: {a: 2, b: null}}, on: TUE) }`,
			want: `{"echo":"a [1] {\"a\":1,\"b\":[\"x\"],\"nested\":{\"a\":2,\"b\":null}} TUE"}`},
		{name: "explicit null", query: `{ echo(text: null) }`,
			want: `{"echo":"null null null null"}`},
		{name: "variables", query: `query($t: String = "vt", $l: [Int!], $i: In, $d: Day) { echo(text: $t, list: $l, input: $i, on: $d) }`,
			variables: map[string]any{"l": []any{1, 2}, "i": map[string]any{"a": 5}, "d": "MON"},
			want:      `{"echo":"vt [1,2] {\"a\":5,\"b\":[\"x\"]} MON"}`},
		{name: "absent variable gives way to the default", query: `query($t: String) { echo(text: $t) }`,
			want: `{"echo":"default null null null"}`},
		{name: "variable in a literal", query: `query($a: Int!, $b: String) { echo(input: {a: $a, b: [$b, "y"]}) }`,
			variables: map[string]any{"a": 3},
			want:      `{"echo":"default null {\"a\":3,\"b\":[null,\"y\"]} null"}`},
		{name: "skip and include", query: `query($yes: Boolean!, $no: Boolean = false) { cat { name @skip(if: $yes) lives @include(if: $yes) ... @include(if: $no) { t: __typename } ...F @skip(if: $no) } } fragment F on Cat { u: __typename }`,
			variables: map[string]any{"yes": true},
			want:      `{"cat":{"lives":9,"u":"Cat"}}`},
		{name: "syntax error", query: `{ cat {`,
			want: "\nExpected Name, found <EOF> (GRAPHQL_PARSE_FAILED)"},
		{name: "unknown field", query: `{ cat { nme } }`,
			want: "\n" + `Cannot query field "nme" on type "Cat". Did you mean "name"? (GRAPHQL_VALIDATION_FAILED)`},
		{name: "undeclared variable", query: `{ echo(text: $t) }`,
			want: "\n" + `Variable "$t" is not defined. (GRAPHQL_VALIDATION_FAILED)`},
		{name: "missing variable", query: `query($yes: Boolean!) { cat { name @skip(if: $yes) } }`,
			want: "\n" + `Variable "$yes" of type Boolean! is missing (BAD_USER_INPUT)`},
		{name: "wrong variable", query: `query($i: In) { echo(input: $i) }`, variables: map[string]any{"i": map[string]any{"a": 1, "c": 2}},
			want: "\n" + `Variable "$i" has the field "c", which In lacks (BAD_USER_INPUT)`},
		{name: "wrong element", query: `query($l: [Int!]) { echo(list: $l) }`, variables: map[string]any{"l": []any{1, nil}},
			want: "\n" + `Variable "$l" at [1] of type Int! is null (BAD_USER_INPUT)`},
		{name: "wrong enum value", query: `query($d: Day) { echo(on: $d) }`, variables: map[string]any{"d": "mon"},
			want: "\n" + `Variable "$d" is not a value of the enum Day (BAD_USER_INPUT)`},
		{name: "no mutations here", query: `mutation { a }`,
			want: "\n" + `Schema does not support operation type "mutation" (GRAPHQL_VALIDATION_FAILED)`},
		{name: "two operations", query: `query A { cat { name } } query B { cat { lives } }`,
			want: "\n" + `the document has no operation named "" (GRAPHQL_VALIDATION_FAILED)`},
		{name: "defer is unknown", query: `{ ... @defer { cat { name } } }`,
			want: "\n" + `Unknown directive "@defer". (GRAPHQL_VALIDATION_FAILED)`},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}

func TestErrorsHaveLocations(t *testing.T) {
	s := withData(t, zooSDL, `{"Query": {"failing": {"$error": "no"}}}`)
	got := ask(t, s, "{\n  a: failing\n}", nil)
	want := `{"errors":[{"message":"no","path":["a"],"locations":[{"line":2,"column":3}],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":{"a":null}}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOperationName(t *testing.T) {
	s := withData(t, zooSDL, `{"Query": {"cat": {"name": "Tom", "lives": 9}}}`)
	for body, want := range map[string]string{
		`{"query": "query A { cat { name } } query B { cat { lives } }", "operationName": "B"}`: `{"data":{"cat":{"lives":9}}}`,
		`{"query": "query A { cat { name } }", "operationName": null, "extensions": {"x": 1}}`:  `{"data":{"cat":{"name":"Tom"}}}`,
		`{"query": "query A { cat { name } }", "operationName": "C"}`:                           `{"errors":[{"message":"the document has no operation named \"C\"","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
	} {
		if got := do(t, s, post(t, body)); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestIntrospection(t *testing.T) {
	s := newSubgraph(t, Options{SDL: federation2 + `
"The root."
type Query {
	a(x: Int = 3, "gone" y: [In!] @deprecated(reason: "old")): Node @deprecated
	b: [E!]!
}
interface Node { id: ID! }
type A implements Node @key(fields: "id") { id: ID! }
enum E { X Y @deprecated(reason: "no more") }
input In @oneOf { a: Int b: String }
scalar Url @specifiedBy(url: "https://example.com/url")
directive @trace(level: Int! = 1) repeatable on FIELD | QUERY
directive @composed on OBJECT
`})
	for _, tt := range []exchange{
		{name: "roots", query: `{ __schema { queryType { name description } mutationType { name } subscriptionType { name } } }`,
			want: `{"__schema":{"queryType":{"name":"Query","description":"The root."},"mutationType":null,"subscriptionType":null}}`},
		{name: "fields", query: `{ __type(name: "Query") { kind fields { name } all: fields(includeDeprecated: true) { name isDeprecated deprecationReason args { name defaultValue type { name } } allArgs: args(includeDeprecated: true) { name description deprecationReason type { kind ofType { kind ofType { name } } } } type { kind name ofType { kind ofType { kind ofType { name } } } } } } }`,
			want: `{"__type":{"kind":"OBJECT","fields":[{"name":"b"},{"name":"_service"},{"name":"_entities"}],"all":[` +
				`{"name":"a","isDeprecated":true,"deprecationReason":"No longer supported","args":[{"name":"x","defaultValue":"3","type":{"name":"Int"}}],"allArgs":[{"name":"x","description":null,"deprecationReason":null,"type":{"kind":"SCALAR","ofType":null}},{"name":"y","description":"gone","deprecationReason":"old","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"In"}}}}],"type":{"kind":"INTERFACE","name":"Node","ofType":null}},` +
				`{"name":"b","isDeprecated":false,"deprecationReason":null,"args":[],"allArgs":[],"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"E"}}}}},` +
				`{"name":"_service","isDeprecated":false,"deprecationReason":null,"args":[],"allArgs":[],"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"OBJECT","ofType":null}}},` +
				`{"name":"_entities","isDeprecated":false,"deprecationReason":null,"args":[{"name":"representations","defaultValue":null,"type":{"name":null}}],"allArgs":[{"name":"representations","description":null,"deprecationReason":null,"type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"name":null}}}}],"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","ofType":{"kind":"UNION","ofType":null}}}}]}}`},
		{name: "kinds", query: `{ n: __type(name: "Node") { possibleTypes { name } interfaces { name } } a: __type(name: "A") { interfaces { name } } e: __type(name: "E") { enumValues { name } all: enumValues(includeDeprecated: true) { name deprecationReason } } i: __type(name: "In") { isOneOf inputFields { name } fields { name } } u: __type(name: "Url") { specifiedByURL } no: __type(name: "Nope") { name } ent: __type(name: "_Entity") { possibleTypes { name } } }`,
			want: `{"n":{"possibleTypes":[{"name":"A"}],"interfaces":[]},"a":{"interfaces":[{"name":"Node"}]},"e":{"enumValues":[{"name":"X"}],"all":[{"name":"X","deprecationReason":null},{"name":"Y","deprecationReason":"no more"}]},"i":{"isOneOf":true,"inputFields":[{"name":"a"},{"name":"b"}],"fields":null},"u":{"specifiedByURL":"https://example.com/url"},"no":null,"ent":{"possibleTypes":[{"name":"A"}]}}`},
		{name: "directives", query: `{ __schema { directives { name isRepeatable locations args { name } } } }`,
			want: `{"__schema":{"directives":[{"name":"deprecated","isRepeatable":false,"locations":["ARGUMENT_DEFINITION","DIRECTIVE_DEFINITION","ENUM_VALUE","FIELD_DEFINITION","INPUT_FIELD_DEFINITION"],"args":[{"name":"reason"}]},{"name":"include","isRepeatable":false,"locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},{"name":"oneOf","isRepeatable":false,"locations":["INPUT_OBJECT"],"args":[]},{"name":"skip","isRepeatable":false,"locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},{"name":"specifiedBy","isRepeatable":false,"locations":["SCALAR"],"args":[{"name":"url"}]},{"name":"trace","isRepeatable":true,"locations":["FIELD","QUERY"],"args":[{"name":"level"}]}]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}
