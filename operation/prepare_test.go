package operation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const petsSDL = `
directive @tag(name: String) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION | VARIABLE_DEFINITION

type Query {
  a(n: Int, f: Float, s: String, id: ID, b: Boolean, color: Color, list: [Int!], lists: [[Int]], in: In, any: Any, pick: Pick): Int
  b: Int
  pet: Pet
  pets(first: Int! = 10): [Pet!]!
  dog: Dog
  named: Named
  catOrDog: CatOrDog
  need(n: Int!): Int
  empty: Empty
}
type Mutation { set(n: Int): Int, reset: Int }
type Subscription { tick: Int, tock: Int }

interface Named { name: String }
interface Pet implements Named { name: String owner: Person friend: Pet }
interface Empty { x: Int }
type Dog implements Pet & Named { name: String owner: Person friend: Pet bark: Int! volume: Int! best: Dog sound(loud: Boolean): String size: Int }
type Cat implements Pet & Named { name: String owner: Person friend: Pet meow: String volume(unit: String): Float best: Cat sound(loud: Boolean): String size: String }
type Person implements Named { name: String pets: [Pet] }
union CatOrDog = Cat | Dog

enum Color { RED GREEN }
input In { need: Int! opt: String list: [Int!] = [1] in: In color: Color any: Any def: Int! = 7 }
input Pick @oneOf { x: Int y: String }
scalar Any
`

func loadSchema(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func prepare(t testing.TB, schema *ast.Schema, document string) *Operation {
	t.Helper()
	op, errs := Prepare(schema, document, "", DefaultLimits())
	if len(errs) > 0 {
		t.Fatalf("Prepare(%q): %v", document, errs)
	}
	return op
}

// show prints errors one a line, as "CODE line:column,… message".
func show(errs gqlerror.List) string {
	var b strings.Builder
	for _, err := range errs {
		fmt.Fprint(&b, err.Extensions["code"])
		for i, loc := range err.Locations {
			fmt.Fprintf(&b, "%c%d:%d", " ,"[min(i, 1)], loc.Line, loc.Column)
		}
		fmt.Fprintf(&b, " %s\n", err.Message)
	}
	return b.String()
}

func TestPrepareErrors(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		name     string
		document string
		opName   string
		want     string
	}{
		// Parsing
		{"empty", "", "", "PARSING_ERROR the document is empty\n"},
		{"only comments", "# a\n,,", "", "PARSING_ERROR the document is empty\n"},
		{"unclosed", "{ a", "", "PARSING_ERROR 1:4 Expected Name, found <EOF>\n"},
		{"empty selection set", "{ }", "", "PARSING_ERROR 1:3 expected at least one definition, found }\n"},
		{"type system definition", "type A { a: Int }", "", "PARSING_ERROR 1:1 Unexpected Name \"type\"\n"},
		{"not UTF-8", "{ a(s: \"\xff\") }", "", "PARSING_ERROR the document is not valid UTF-8\n"},
		{"variable in a default", "query ($a: Int, $n: Int = $a) { a(n: $n) }", "", "PARSING_ERROR 1:27 Unexpected $\n"},

		// Selecting the operation
		{"only fragments", "fragment F on Query { a }", "", "GRAPHQL_VALIDATION_FAILED 1:1 the document contains no operation\n"},
		{"no name but two operations", "query A { a } query B { a }", "",
			"GRAPHQL_UNKNOWN_OPERATION_NAME the document has 2 operations, so the request must name one\n"},
		{"unknown name", "query A { a } query B { a }", "C",
			"GRAPHQL_UNKNOWN_OPERATION_NAME the document has no operation named \"C\"\n"},
		{"name for an anonymous operation", "{ a }", "A",
			"GRAPHQL_UNKNOWN_OPERATION_NAME the document has no operation named \"A\"\n"},
		{"anonymous among others", "{ a } query B { a }", "B",
			"GRAPHQL_VALIDATION_FAILED 1:1 This anonymous operation must be the only defined operation.\n"},
		{"two of one name", "query A { a } query A { b }", "A",
			"GRAPHQL_VALIDATION_FAILED 1:15 There can be only one operation named \"A\".\n"},
		{"an invalid operation besides", "query A { a } query B { nope }", "A",
			"GRAPHQL_VALIDATION_FAILED 1:25 Cannot query field \"nope\" on type \"Query\".\n"},

		// Fields
		{"unknown field", "{ nameed }", "", "GRAPHQL_VALIDATION_FAILED 1:3 Cannot query field \"nameed\" on type \"Query\". Did you mean \"named\" or \"need\"?\n"},
		{"field of an implementation", "{ pet { bark } }", "",
			"GRAPHQL_VALIDATION_FAILED 1:9 Cannot query field \"bark\" on type \"Pet\". Did you mean to use an inline fragment on \"Dog\"?\n"},
		{"no sub-selection", "{ pet }", "",
			"GRAPHQL_VALIDATION_FAILED 1:3 Field \"pet\" of type \"Pet\" must have a selection of subfields. Did you mean \"pet { ... }\"?\n"},
		{"sub-selection of a leaf", "{ a { b } }", "",
			"GRAPHQL_VALIDATION_FAILED 1:3 Field \"a\" must not have a selection since type \"Int\" has no subfields.\n"},

		// Arguments and values
		{"unknown argument", "{ a(colour: 1) }", "", "GRAPHQL_VALIDATION_FAILED 1:5 Unknown argument \"colour\" on field \"Query.a\". Did you mean \"color\"?\n"},
		{"argument twice", "{ a(n: 1, n: 2) }", "", "GRAPHQL_VALIDATION_FAILED 1:11 There can be only one argument named \"n\".\n"},
		{"missing argument", "{ need }", "",
			"GRAPHQL_VALIDATION_FAILED 1:3 Field \"need\" argument \"n\" of type \"Int!\" is required, but it was not provided.\n"},
		{"Int of 32 bits", "{ a(n: 2147483648) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:8 Int cannot represent non 32-bit signed integer value: 2147483648\n"},
		{"Int from float", "{ a(n: 1.0) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Int cannot represent non-integer value: 1.0\n"},
		{"Int from object", "{ a(n: {}) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Int cannot represent non-integer value: an object\n"},
		{"Int from list", "{ a(n: [1]) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Int cannot represent non-integer value: a list\n"},
		{"Float not finite", "{ a(f: 1e400) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Float cannot represent a value that is not finite: 1e400\n"},
		{"String from enum", "{ a(s: RED) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 String cannot represent a non string value: RED\n"},
		{"ID from float", "{ a(id: 1.5) }", "", "GRAPHQL_VALIDATION_FAILED 1:9 ID cannot represent a non-string and non-integer value: 1.5\n"},
		{"Boolean from int", "{ a(b: 1) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Boolean cannot represent a non boolean value: 1\n"},
		{"enum from string", "{ a(color: \"RED\") }", "",
			"GRAPHQL_VALIDATION_FAILED 1:13 Enum \"Color\" cannot represent non-enum value: \"RED\". Did you mean \"RED\"?\n"},
		{"enum from object", "{ a(color: {}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:12 Enum \"Color\" cannot represent non-enum value: an object.\n"},
		{"unknown enum value", "{ a(color: REED) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:12 Value \"REED\" does not exist in \"Color\" enum. Did you mean \"RED\" or \"GREEN\"?\n"},
		{"null in a list of non-null", "{ a(list: [1, null]) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:15 Expected value of type \"Int!\", found null.\n"},
		{"input object from int", "{ a(in: 1) }", "", "GRAPHQL_VALIDATION_FAILED 1:9 Expected value of type \"In\", found 1.\n"},
		{"input object without the required", "{ a(in: {}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:9 Field \"In.need\" of required type \"Int!\" was not provided.\n"},
		{"unknown input field", "{ a(in: {need: 1, neeed: 2}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:19 Field \"neeed\" is not defined by type \"In\". Did you mean \"need\"?\n"},
		{"input field twice", "{ a(in: {need: 1, need: 2}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:19 There can be only one input field named \"need\".\n"},
		{"oneOf with two", "{ a(pick: {x: 1, y: \"\"}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:11 OneOf Input Object \"Pick\" must specify exactly one key.\n"},
		{"oneOf with null", "{ a(pick: {x: null}) }", "", "GRAPHQL_VALIDATION_FAILED 1:15 Field \"Pick.x\" must be non-null.\n"},
		{"oneOf with a nullable variable", "query ($x: Int) { a(pick: {x: $x}) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:8,1:31 Variable \"$x\" is of type \"Int\" but must be non-nullable to be used for OneOf Input Object \"Pick\".\n"},

		// Fragments
		{"unknown fragment", "{ ...F }", "", "GRAPHQL_VALIDATION_FAILED 1:6 Unknown fragment \"F\".\n"},
		{"unused fragment", "{ a } fragment F on Query { a }", "", "GRAPHQL_VALIDATION_FAILED 1:7 Fragment \"F\" is never used.\n"},
		{"fragment twice", "{ ...F } fragment F on Query { a } fragment F on Query { b }", "",
			"GRAPHQL_VALIDATION_FAILED 1:36 There can be only one fragment named \"F\".\n"},
		{"unknown type condition", "{ ... on Qery { a } }", "", "GRAPHQL_VALIDATION_FAILED 1:7 Unknown type \"Qery\". Did you mean \"Query\"?\n"},
		{"fragment on a scalar", "{ a ... on Int { b } }", "",
			"GRAPHQL_VALIDATION_FAILED 1:9 Fragment cannot condition on non composite type \"Int\".\n"},
		{"fragment definition on an unknown type", "{ ...F } fragment F on Qery { a }", "",
			"GRAPHQL_VALIDATION_FAILED 1:10 Unknown type \"Qery\". Did you mean \"Query\"?\n"},
		{"fragment definition on an input type", "{ ...F } fragment F on In { a }", "",
			"GRAPHQL_VALIDATION_FAILED 1:10 Fragment \"F\" cannot condition on non composite type \"In\".\n"},
		{"impossible fragment", "{ dog { ... on Cat { name } } }", "",
			"GRAPHQL_VALIDATION_FAILED 1:13 Fragment cannot be spread here as objects of type \"Dog\" can never be of type \"Cat\".\n"},
		{"impossible spread", "{ catOrDog { ...P } } fragment P on Person { name }", "",
			"GRAPHQL_VALIDATION_FAILED 1:17 Fragment \"P\" cannot be spread here as objects of type \"CatOrDog\" can never be of type \"Person\".\n"},
		{"a fragment in itself", "{ ...F } fragment F on Query { a ...F }", "",
			"GRAPHQL_VALIDATION_FAILED 1:37 Cannot spread fragment \"F\" within itself.\n"},
		{"a cycle with a condition", "{ ...F } fragment F on Query { ...G @include(if: false) } fragment G on Query { a ...H } fragment H on Query { ... { ...F } }", "",
			"GRAPHQL_VALIDATION_FAILED 1:121 Cannot spread fragment \"F\" within itself via \"G\", \"H\".\n"},

		// Directives
		{"unknown directive", "{ a @nope }", "", "GRAPHQL_VALIDATION_FAILED 1:6 Unknown directive \"@nope\".\n"},
		{"misplaced directive", "query @skip(if: true) { a }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Directive \"@skip\" may not be used on QUERY.\n"},
		{"directive twice", "{ a @skip(if: true) @skip(if: false) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:22 The directive \"@skip\" can only be used once at this location.\n"},
		{"directive without its argument", "{ a @skip }", "",
			"GRAPHQL_VALIDATION_FAILED 1:6 Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required, but it was not provided.\n"},

		{"unknown argument of a directive", "{ a @tag(nam: \"x\") }", "",
			"GRAPHQL_VALIDATION_FAILED 1:10 Unknown argument \"nam\" on directive \"@tag\". Did you mean \"name\"?\n"},

		// Variables
		{"variable of an unknown type", "query ($c: Colour) { a(any: $c) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:8 Unknown type \"Colour\". Did you mean \"Color\"?\n" +
				"GRAPHQL_VALIDATION_FAILED 1:29 Variable \"$c\" of type \"Colour\" used in position expecting type \"Any\".\n"},
		{"variable twice", "query ($n: Int, $n: Int) { a(n: $n) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:17 There can be only one variable named \"$n\".\n" +
				"GRAPHQL_VALIDATION_FAILED 1:17 Variable \"$n\" is never used.\n"},
		{"variable of an output type", "query ($n: Dog) { a(any: $n) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:8 Variable \"$n\" cannot be non-input type \"Dog\".\n" +
				"GRAPHQL_VALIDATION_FAILED 1:26 Variable \"$n\" of type \"Dog\" used in position expecting type \"Any\".\n"},
		{"unknown variable", "{ a(n: $n) }", "", "GRAPHQL_VALIDATION_FAILED 1:8 Variable \"$n\" is not defined.\n"},
		{"unused variable", "query A($n: Int) { a }", "", "GRAPHQL_VALIDATION_FAILED 1:9 Variable \"$n\" is never used in operation \"A\".\n"},
		{"variable in the wrong position", "query ($s: String) { a(n: $s) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:27 Variable \"$s\" of type \"String\" used in position expecting type \"Int\".\n"},
		{"nullable variable for non-null", "query ($n: Int) { need(n: $n) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:27 Variable \"$n\" of type \"Int\" used in position expecting type \"Int!\".\n"},
		{"default of the wrong type", "query ($n: Int = \"1\") { a(n: $n) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:19 Int cannot represent non-integer value: \"1\"\n"},
		{"a fragment's variable in one operation of two", "query A($n: Int) { ...F } query B { ...F } fragment F on Query { a(n: $n) }", "A",
			"GRAPHQL_VALIDATION_FAILED 1:71 Variable \"$n\" is not defined by operation \"B\".\n"},

		// Subscriptions
		{"two root fields", "subscription { tick tock }", "",
			"GRAPHQL_VALIDATION_FAILED 1:21 Anonymous Subscription must select only one top level field.\n"},
		{"two aliases of one root field", "subscription S { a: tick b: tick }", "",
			"GRAPHQL_VALIDATION_FAILED 1:26 Subscription \"S\" must select only one top level field.\n"},
		{"introspection at the root of a subscription", "subscription { ...F } fragment F on Subscription { __typename }", "",
			"GRAPHQL_VALIDATION_FAILED 1:52 Anonymous Subscription must not select an introspection top level field.\n"},
		{"condition at the root of a subscription", "subscription { tick @skip(if: false) }", "",
			"GRAPHQL_VALIDATION_FAILED 1:22 Anonymous Subscription must not use \"@skip\" at its root.\n"},

		// An error in a fragment is reported once, not once per way to it.
		{"error in a fragment", "query A { ...F } query B { ...F ...G } fragment F on Query { nope } fragment G on Query { ...F }", "A",
			"GRAPHQL_VALIDATION_FAILED 1:62 Cannot query field \"nope\" on type \"Query\".\n"},
		{"several errors in document order", "{ need dog { nope } nope }", "",
			"GRAPHQL_VALIDATION_FAILED 1:3 Field \"need\" argument \"n\" of type \"Int!\" is required, but it was not provided.\n" +
				"GRAPHQL_VALIDATION_FAILED 1:14 Cannot query field \"nope\" on type \"Dog\". Did you mean \"name\"?\n" +
				"GRAPHQL_VALIDATION_FAILED 1:21 Cannot query field \"nope\" on type \"Query\".\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op, errs := Prepare(schema, tt.document, tt.opName, DefaultLimits())
			if op != nil {
				t.Error("an operation besides the errors")
			}
			if diff := cmp.Diff(tt.want, show(errs)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
