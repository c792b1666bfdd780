package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graphql/weft/composition/check"
)

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	s, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lines writes changes as "severity KIND coordinate".
func lines(changes []check.Change) []string {
	list := []string{}
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s %s", c.Severity, c.Kind, c.Coordinate))
	}
	return list
}

// TestChanges has each kind of change with its severity, and near it what is
// none or is less severe. "q" in front of a case stands for a type Query.
func TestChanges(t *testing.T) {
	const q = "type Query { q: Int }\n"
	tests := []struct {
		name          string
		base, revised string
		want          []string
	}{
		{"nothing", q + "enum E { A B } type T { a: E b: Int }", "type T { b: Int a: E } enum E { B A }\n" + q, nil},

		{"type removed", q + "type T { a: Int }", q, []string{"breaking TYPE_REMOVED T"}},
		{"type added", q, q + "type T { a: Int }", []string{"safe TYPE_ADDED T"}},
		{"type of another kind", q + "type T { a: Int }", q + "interface T { a: Int }", []string{"breaking TYPE_KIND_CHANGED T"}},
		{"input for type", q + "type T { a: Int }", q + "input T { b: Int }", []string{"breaking TYPE_KIND_CHANGED T"}},

		{"root removed", q + "type Mutation { m: Int }", q, []string{"breaking TYPE_REMOVED Mutation", "breaking ROOT_TYPE_CHANGED schema"}},
		{"root added", q, q + "type Mutation { m: Int }", []string{"safe TYPE_ADDED Mutation", "safe ROOT_TYPE_CHANGED schema"}},
		{"root is another", "schema { query: A } type A { a: Int } type B { a: Int }", "schema { query: B } type A { a: Int } type B { a: Int }", []string{"breaking ROOT_TYPE_CHANGED schema"}},
		{"root said or not", "schema { query: Query } " + q, q, nil},

		{"field removed", q + "type T { a: Int b: Int }", q + "type T { a: Int }", []string{"breaking FIELD_REMOVED T.b"}},
		{"field added", q + "type T { a: Int }", q + "type T { a: Int b: Int }", []string{"safe FIELD_ADDED T.b"}},
		{"field of an interface", q + "interface T { a: Int b: Int }", q + "interface T { a: Int c: Int }", []string{"breaking FIELD_REMOVED T.b", "safe FIELD_ADDED T.c"}},
		{"field renamed in case", q + "type T { a: Int }", q + "type T { A: Int }", []string{"breaking FIELD_REMOVED T.a", "safe FIELD_ADDED T.A"}},

		{"output becomes non-null", q + "type T { a: Int }", q + "type T { a: Int! }", []string{"safe FIELD_TYPE_CHANGED T.a"}},
		{"output becomes nullable", q + "type T { a: Int! }", q + "type T { a: Int }", []string{"breaking FIELD_TYPE_CHANGED T.a"}},
		{"output of non-null elements", q + "type T { a: [Int] }", q + "type T { a: [Int!]! }", []string{"safe FIELD_TYPE_CHANGED T.a"}},
		{"output of nullable elements", q + "type T { a: [Int!] }", q + "type T { a: [Int]! }", []string{"breaking FIELD_TYPE_CHANGED T.a"}},
		{"output becomes a list", q + "type T { a: Int }", q + "type T { a: [Int] }", []string{"breaking FIELD_TYPE_CHANGED T.a"}},
		{"output is a list no more", q + "type T { a: [Int] }", q + "type T { a: Int }", []string{"breaking FIELD_TYPE_CHANGED T.a"}},
		{"output of another scalar", q + "type T { a: Int }", q + "type T { a: Float }", []string{"breaking FIELD_TYPE_CHANGED T.a"}},
		{
			"output of the only implementation",
			q + "type T { a: I } interface I { x: Int } type A implements I { x: Int }",
			q + "type T { a: A } interface I { x: Int } type A implements I { x: Int }",
			[]string{"dangerous FIELD_TYPE_CHANGED T.a"},
		},
		{
			"output of one implementation of two",
			q + "type T { a: I } interface I { x: Int } type A implements I { x: Int } type B implements I { x: Int }",
			q + "type T { a: A } interface I { x: Int } type A implements I { x: Int } type B implements I { x: Int }",
			[]string{"breaking FIELD_TYPE_CHANGED T.a"},
		},
		{
			"output of an interface between",
			q + "type T { a: [I] } interface I { x: Int } interface J implements I { x: Int } type A implements I & J { x: Int }",
			q + "type T { a: [J]! } interface I { x: Int } interface J implements I { x: Int } type A implements I & J { x: Int }",
			[]string{"dangerous FIELD_TYPE_CHANGED T.a"},
		},
		{
			"output of the only member",
			q + "type T { a: U } union U = A type A { x: Int }",
			q + "type T { a: A } union U = A type A { x: Int }",
			[]string{"dangerous FIELD_TYPE_CHANGED T.a"},
		},
		{
			"output of an interface for its implementation",
			q + "type T { a: A } interface I { x: Int } type A implements I { x: Int }",
			q + "type T { a: I } interface I { x: Int } type A implements I { x: Int }",
			[]string{"breaking FIELD_TYPE_CHANGED T.a"},
		},

		{"argument removed", q + "type T { a(x: Int y: Int): Int }", q + "type T { a(y: Int): Int }", []string{"breaking ARGUMENT_REMOVED T.a(x:)"}},
		{"optional argument added", q + "type T { a: Int }", q + "type T { a(x: Int): Int }", []string{"dangerous ARGUMENT_ADDED T.a(x:)"}},
		{"argument with default added", q + "type T { a: Int }", q + "type T { a(x: Int! = 1): Int }", []string{"dangerous ARGUMENT_ADDED T.a(x:)"}},
		{"required argument added", q + "type T { a: Int }", q + "type T { a(x: Int!): Int }", []string{"breaking ARGUMENT_ADDED T.a(x:)"}},
		{"arguments in another order", q + "type T { a(x: Int y: Int): Int }", q + "type T { a(y: Int x: Int): Int }", nil},
		{"input becomes non-null", q + "type T { a(x: Int): Int }", q + "type T { a(x: Int!): Int }", []string{"breaking ARGUMENT_TYPE_CHANGED T.a(x:)"}},
		{"input becomes nullable", q + "type T { a(x: Int!): Int }", q + "type T { a(x: Int): Int }", []string{"safe ARGUMENT_TYPE_CHANGED T.a(x:)"}},
		{"input of nullable elements", q + "type T { a(x: [Int!]!): Int }", q + "type T { a(x: [Int]!): Int }", []string{"safe ARGUMENT_TYPE_CHANGED T.a(x:)"}},
		{"input of non-null elements", q + "type T { a(x: [Int]!): Int }", q + "type T { a(x: [Int!]): Int }", []string{"breaking ARGUMENT_TYPE_CHANGED T.a(x:)"}},
		{"input becomes a list", q + "type T { a(x: Int): Int }", q + "type T { a(x: [Int]): Int }", []string{"breaking ARGUMENT_TYPE_CHANGED T.a(x:)"}},
		{"input of another scalar", q + "type T { a(x: Int): Int }", q + "type T { a(x: Float): Int }", []string{"breaking ARGUMENT_TYPE_CHANGED T.a(x:)"}},

		{"default changed", q + "type T { a(x: Int = 1): Int }", q + "type T { a(x: Int = 2): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default added", q + "type T { a(x: Int): Int }", q + "type T { a(x: Int = 2): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default null added", q + "type T { a(x: Int): Int }", q + "type T { a(x: Int = null): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default removed", q + "type T { a(x: Int = 2): Int }", q + "type T { a(x: Int): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default of a required one added", q + "type T { a(x: Int!): Int }", q + "type T { a(x: Int! = 2): Int }", []string{"safe ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default of a required one removed", q + "type T { a(x: Int! = 2): Int }", q + "type T { a(x: Int!): Int }", []string{"breaking ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default in another quotation", q + "type T { a(x: String = \"a\"): Int }", q + "type T { a(x: String = \"\"\"a\"\"\"): Int }", nil},
		{"default object in another order", q + "input I { a: Int b: [Int] } type T { a(x: I = {a: 1, b: [1, 2]}): Int }", q + "input I { a: Int b: [Int] } type T { a(x: I = {b: [1, 2], a: 1}): Int }", nil},
		{"default list in another order", q + "type T { a(x: [Int] = [1, 2]): Int }", q + "type T { a(x: [Int] = [2, 1]): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},
		{"default list is longer", q + "type T { a(x: [Int] = [1]): Int }", q + "type T { a(x: [Int] = [1, 1]): Int }", []string{"dangerous ARGUMENT_DEFAULT_CHANGED T.a(x:)"}},

		{"input field removed", q + "input I { a: Int b: Int }", q + "input I { a: Int }", []string{"breaking INPUT_FIELD_REMOVED I.b"}},
		{"optional input field added", q + "input I { a: Int }", q + "input I { a: Int b: Int }", []string{"dangerous INPUT_FIELD_ADDED I.b"}},
		{"input field with default added", q + "input I { a: Int }", q + "input I { a: Int b: Int! = 1 }", []string{"dangerous INPUT_FIELD_ADDED I.b"}},
		{"required input field added", q + "input I { a: Int }", q + "input I { a: Int b: Int! }", []string{"breaking INPUT_FIELD_ADDED I.b"}},
		{"input field becomes non-null", q + "input I { a: Int }", q + "input I { a: Int! }", []string{"breaking INPUT_FIELD_TYPE_CHANGED I.a"}},
		{"input field becomes nullable", q + "input I { a: Int! }", q + "input I { a: Int }", []string{"safe INPUT_FIELD_TYPE_CHANGED I.a"}},
		{"input field's default changed", q + "input I { a: Int = 1 }", q + "input I { a: Int = 2 }", []string{"dangerous INPUT_FIELD_DEFAULT_CHANGED I.a"}},
		{"one of", q + "input I { a: Int b: Int }", q + "input I @oneOf { a: Int b: Int }", []string{"breaking ONE_OF_ADDED I"}},
		{"one of no more", q + "input I @oneOf { a: Int b: Int }", q + "input I { a: Int b: Int }", []string{"safe ONE_OF_REMOVED I"}},

		{"value removed", q + "enum E { A B }", q + "enum E { A }", []string{"breaking ENUM_VALUE_REMOVED E.B"}},
		{"value added to an output", "type Query { q: [E!] } enum E { A }", "type Query { q: [E!] } enum E { A B }", []string{"dangerous ENUM_VALUE_ADDED E.B"}},
		{"value added to an input", "type Query { q(e: E): Int } enum E { A }", "type Query { q(e: E): Int } enum E { A B }", []string{"safe ENUM_VALUE_ADDED E.B"}},
		{"value added to what becomes an output", "type Query { q(e: E): Int } enum E { A }", "type Query { q(e: E): Int r: E } enum E { A B }", []string{"dangerous ENUM_VALUE_ADDED E.B", "safe FIELD_ADDED Query.r"}},

		{"member removed", q + "union U = A | B type A { a: Int } type B { a: Int }", q + "union U = A type A { a: Int } type B { a: Int }", []string{"breaking UNION_MEMBER_REMOVED U"}},
		{"member added", q + "union U = A type A { a: Int } type B { a: Int }", q + "union U = B | A type A { a: Int } type B { a: Int }", []string{"dangerous UNION_MEMBER_ADDED U"}},
		{"new member added", q + "union U = A type A { a: Int }", q + "union U = A | B type A { a: Int } type B { a: Int }", []string{"dangerous UNION_MEMBER_ADDED U", "safe TYPE_ADDED B"}},
		{"member is gone", q + "union U = A | B type A { a: Int } type B { a: Int }", q + "union U = A type A { a: Int }", []string{"breaking TYPE_REMOVED B"}},
		{"members in another order", q + "union U = A | B type A { a: Int } type B { a: Int }", q + "union U = B | A type A { a: Int } type B { a: Int }", nil},

		{"interface removed", q + "interface I { a: Int } type A implements I { a: Int }", q + "interface I { a: Int } type A { a: Int }", []string{"breaking INTERFACE_REMOVED A"}},
		{"interface added", q + "interface I { a: Int } type A { a: Int }", q + "interface I { a: Int } type A implements I { a: Int }", []string{"dangerous INTERFACE_ADDED A"}},
		{"new interface added", q + "type A { a: Int }", q + "interface I { a: Int } type A implements I { a: Int }", []string{"safe INTERFACE_ADDED A", "safe TYPE_ADDED I"}},
		{"interface is gone", q + "interface I { a: Int } type A implements I { a: Int }", q + "type A { a: Int }", []string{"breaking TYPE_REMOVED I"}},

		{"field deprecated", q + "type T { a: Int }", q + "type T { a: Int @deprecated }", []string{"safe DEPRECATION_ADDED T.a"}},
		{"field not deprecated", q + "type T { a: Int @deprecated }", q + "type T { a: Int }", []string{"safe DEPRECATION_REMOVED T.a"}},
		{"other reason", q + "type T { a: Int @deprecated }", q + "type T { a: Int @deprecated(reason: \"x\") }", []string{"safe DEPRECATION_CHANGED T.a"}},
		{"same reason", q + "type T { a: Int @deprecated }", q + "type T { a: Int @deprecated(reason: \"No longer supported\") }", nil},
		{
			"others deprecated",
			q + "type T { a(x: Int): Int } input I { a: Int } enum E { A B }",
			q + "type T { a(x: Int @deprecated): Int } input I { a: Int @deprecated } enum E { A @deprecated B }",
			[]string{"safe DEPRECATION_ADDED E.A", "safe DEPRECATION_ADDED I.a", "safe DEPRECATION_ADDED T.a(x:)"},
		},

		{
			"descriptions",
			"type Query { q(x: Int): E } enum E { A } input I { a: Int } directive @d(x: Int) on FIELD",
			"\"1\" schema { query: Query } \"2\" type Query { \"3\" q(\"4\" x: Int): E } \"5\" enum E { \"6\" A } input I { \"7\" a: Int } \"8\" directive @d(\"9\" x: Int) on FIELD",
			[]string{
				"safe DESCRIPTION_CHANGED @d", "safe DESCRIPTION_CHANGED @d(x:)", "safe DESCRIPTION_CHANGED E", "safe DESCRIPTION_CHANGED E.A", "safe DESCRIPTION_CHANGED I.a",
				"safe DESCRIPTION_CHANGED Query", "safe DESCRIPTION_CHANGED Query.q", "safe DESCRIPTION_CHANGED Query.q(x:)", "safe DESCRIPTION_CHANGED schema",
			},
		},

		{"specified", q + "scalar S", q + "scalar S @specifiedBy(url: \"a\")", []string{"safe SPECIFIED_BY_CHANGED S"}},
		{"specified otherwise", q + "scalar S @specifiedBy(url: \"a\")", q + "scalar S @specifiedBy(url: \"b\")", []string{"dangerous SPECIFIED_BY_CHANGED S"}},
		{"not specified", q + "scalar S @specifiedBy(url: \"a\")", q + "scalar S", []string{"dangerous SPECIFIED_BY_CHANGED S"}},

		{"directive removed", q + "directive @d on FIELD | OBJECT", q, []string{"breaking DIRECTIVE_REMOVED @d"}},
		{"directive of schemas removed", q + "directive @d on OBJECT | ENUM", q, []string{"safe DIRECTIVE_REMOVED @d"}},
		{"directive added", q, q + "directive @d on FIELD", []string{"safe DIRECTIVE_ADDED @d"}},
		{"locations", q + "directive @d on FIELD | QUERY", q + "directive @d on FIELD | MUTATION", []string{"breaking DIRECTIVE_LOCATION_REMOVED @d", "safe DIRECTIVE_LOCATION_ADDED @d"}},
		{"locations of schemas", q + "directive @d on FIELD | OBJECT", q + "directive @d on FIELD", []string{"safe DIRECTIVE_LOCATION_REMOVED @d"}},
		{"repeatable", q + "directive @d on FIELD", q + "directive @d repeatable on FIELD", []string{"safe DIRECTIVE_REPEATABLE_ADDED @d"}},
		{"not repeatable", q + "directive @d repeatable on FIELD", q + "directive @d on FIELD", []string{"breaking DIRECTIVE_REPEATABLE_REMOVED @d"}},
		{"not repeatable in schemas", q + "directive @d repeatable on OBJECT", q + "directive @d on OBJECT", []string{"safe DIRECTIVE_REPEATABLE_REMOVED @d"}},
		{"directive's arguments", q + "directive @d(x: Int) on FIELD", q + "directive @d(y: Int!) on FIELD", []string{"breaking ARGUMENT_REMOVED @d(x:)", "breaking ARGUMENT_ADDED @d(y:)"}},
		{"arguments of a directive of schemas", q + "directive @d(x: Int) on OBJECT", q + "directive @d(y: Int!) on OBJECT", []string{"safe ARGUMENT_REMOVED @d(x:)", "safe ARGUMENT_ADDED @d(y:)"}},

		{
			"applied directives",
			"directive @d(x: Int y: Int) on OBJECT | FIELD_DEFINITION type Query @d(x: 1, y: 2) { q: Int @d r: Int }",
			"directive @d(x: Int y: Int) on OBJECT | FIELD_DEFINITION type Query @d(y: 2, x: 1) { q: Int r: Int @d(x: 3) }",
			[]string{"safe APPLIED_DIRECTIVES_CHANGED Query.q", "safe APPLIED_DIRECTIVES_CHANGED Query.r"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == nil {
				tt.want = []string{}
			}
			base, revised := load(t, tt.base), load(t, tt.revised)
			changes := check.Changes(base, revised)
			if diff := cmp.Diff(tt.want, lines(changes)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			for _, c := range changes {
				if c.Message == "" || strings.Contains(c.Message, "%!") {
					t.Errorf("%s has the message %q", c.Kind, c.Message)
				}
			}
			for _, s := range []*ast.Schema{base, revised} {
				if same := check.Changes(s, s); len(same) > 0 {
					t.Errorf("a schema differs from itself: %v", same)
				}
			}
			// What is seen one way is seen the other way.
			if back := check.Changes(revised, base); (len(back) == 0) != (len(changes) == 0) {
				t.Errorf("%d changes, but %d back", len(changes), len(back))
			}
		})
	}
}

func TestChangeMessages(t *testing.T) {
	base := load(t, "type Query { a(x: [String] = [\"a\"]): Int b: Int @deprecated }")
	revised := load(t, "type Query { a(x: [String] = [\""+strings.Repeat("b", 1000)+"\"]): Int! }")
	var got []string
	for _, c := range check.Changes(base, revised) {
		got = append(got, c.Message)
	}
	want := []string{
		"field Query.b is gone; it was deprecated",
		"argument Query.a(x:) has the default [\"" + strings.Repeat("b", 78) + "…; it was [\"a\"]",
		"field Query.a is of type Int!; it was of type Int",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
