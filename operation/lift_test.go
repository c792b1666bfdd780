package operation

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// lift prepares and lifts a document, and holds what is true of all.
func lift(t testing.TB, schema *ast.Schema, document string) (*Operation, Literals) {
	t.Helper()
	op := prepare(t, schema, document)
	lifted, literals := op.Lift()
	if again, more := lifted.Lift(); again != lifted || len(more.spans) > 0 {
		t.Errorf("lifting %s once more gives %s", lifted.Normal(), again.Normal())
	}
	rebuilt, err := lifted.Rebuild()
	if err != nil {
		t.Fatal(err)
	}
	if rebuilt.Normal() != lifted.Normal() || rebuilt.Hash() != lifted.Hash() || rebuilt.selections != op.selections {
		t.Errorf("%s is rebuilt as %s", lifted.Normal(), rebuilt.Normal())
	}
	return lifted, literals
}

// values prints the literals by name.
func values(t testing.TB, op *Operation, literals Literals) string {
	t.Helper()
	vars := (&Variables{op: op.Signature, spans: make([]span, op.given)}).With(literals)
	var parts []string
	for _, v := range op.variables[op.given:] {
		raw, ok := vars.Raw(v.name)
		if !ok || !json.Valid(raw) {
			t.Errorf("variable %s: %q", v.name, raw)
		}
		parts = append(parts, v.name+"="+string(raw))
	}
	return strings.Join(parts, " ")
}

func TestLift(t *testing.T) {
	schema := loadSchema(t, inputsSDL+"extend type Query { g(int: Int! = 3, id: ID!, float: Float!, in: In!): Query }")
	tests := []struct {
		name, document, want, values string
	}{
		// Types and values
		{"int", "{ f(int: 5) }", "query($_l0: Int!) { f(int: $_l0) }", "_l0=5"},
		{"largest int", "{ f(int: -2147483648) }", "query($_l0: Int!) { f(int: $_l0) }", "_l0=-2147483648"},
		{"int for a float", "{ f(float: 5) }", "query($_l0: Float!) { f(float: $_l0) }", "_l0=5"},
		{"digits of a float", "{ f(float: 3.14159265358979323846264338327950288) }", "query($_l0: Float!) { f(float: $_l0) }", "_l0=3.14159265358979323846264338327950288"},
		{"digits of an int for a float", "{ f(float: 123456789012345678901234567890) }", "query($_l0: Float!) { f(float: $_l0) }", "_l0=123456789012345678901234567890"},
		{"exponent", "{ f(float: -1.50e+10) }", "query($_l0: Float!) { f(float: $_l0) }", "_l0=-1.50e+10"},
		{"ID", `{ f(id: "5") }`, "query($_l0: ID!) { f(id: $_l0) }", `_l0="5"`},
		{"int for an ID", "{ f(id: 9223372036854775808) }", "query($_l0: ID!) { f(id: $_l0) }", `_l0="9223372036854775808"`},
		{"boolean", "{ f(boolean: false) }", "query($_l0: Boolean!) { f(boolean: $_l0) }", "_l0=false"},
		{"enum", "{ f(color: RED) }", "query($_l0: Color!) { f(color: $_l0) }", `_l0="RED"`},
		{"null", "{ f(int: null, color: null) }", "query { f(int: null, color: null) }", ""},
		{"string", `{ f(string: "a \"b\" \\ \/ \n \u0001 \u00e9 é 😀 \uD83D\uDE00 \u2028 ` + "\u007f\u0085" + `") }`,
			"query($_l0: String!) { f(string: $_l0) }", `_l0="a \"b\" \\ / \n \u0001 é é 😀 😀 ` + "\u2028 \u007f\u0085" + `"`},
		{"block string", "{ f(string: \"\"\"\n    a \\\"\"\" \\n\n      \"b\"\n  \"\"\") }",
			"query($_l0: String!) { f(string: $_l0) }", `_l0="a \"\"\" \\n\n  \"b\""`},
		{"empty string", `{ f(string: "") }`, "query($_l0: String!) { f(string: $_l0) }", `_l0=""`},
		{"required arguments", "{ g(int: 1, id: 2, float: 3, in: {b: 4}) { __typename } }",
			"query($_l0: Int!, $_l1: ID!, $_l2: Float!, $_l3: In!) { g(int: $_l0, id: $_l1, float: $_l2, in: $_l3) { __typename } }",
			`_l0=1 _l1="2" _l2=3 _l3={"b":4}`},

		// Lists
		{"list", "{ f(ints: [1, 2, null]) }", "query($_l0: [Int]!) { f(ints: $_l0) }", "_l0=[1,2,null]"},
		{"empty list", "{ f(ints: []) }", "query($_l0: [Int]!) { f(ints: $_l0) }", "_l0=[]"},
		{"list of one", "{ f(ints: 1, needInts: 2) }", "query($_l0: [Int]!, $_l1: [Int!]!) { f(ints: $_l0, needInts: $_l1) }", "_l0=[1] _l1=[2]"},
		{"list of one, in lists", "{ f(cube: 1, matrix: [1, [2], null]) }", "query($_l0: [[[Int]]]!, $_l1: [[Int]]!) { f(cube: $_l0, matrix: $_l1) }", "_l0=[[[1]]] _l1=[[1],[2],null]"},
		{"list with a variable", "query ($x: Int) { f(ints: [1, $x, null, 2]) }", "query($x: Int, $_l0: Int!, $_l1: Int!) { f(ints: [$_l0, $x, null, $_l1]) }", "_l0=1 _l1=2"},
		{"lists with a variable", "query ($x: Int) { f(cube: [[1], [[2, $x], 3]]) }",
			"query($x: Int, $_l0: [[Int]]!, $_l1: Int!, $_l2: [Int]!) { f(cube: [$_l0, [[$_l1, $x], $_l2]]) }", "_l0=[[1]] _l1=2 _l2=[3]"},
		{"list of one object with a variable", "query ($x: Int!) { f(ins: {b: $x, a: \"s\"}) }", "query($x: Int!, $_l0: String!) { f(ins: {b: $x, a: $_l0}) }", `_l0="s"`},

		// Input objects
		{"object", `{ f(in: {b: 1, a: "x", list: 2, in: {b: 3}, need: false}) }`,
			"query($_l0: In!) { f(in: $_l0) }", `_l0={"b":1,"a":"x","list":[2],"in":{"b":3},"need":false}`},
		{"object with a variable", `query ($x: Int!) { f(in: {b: $x, list: [1, 2], color: GREEN, in: {b: 3, a: null}, def: null}) }`,
			"query($x: Int!, $_l0: [Int!]!, $_l1: Color!, $_l2: In!) { f(in: {b: $x, list: $_l0, color: $_l1, in: $_l2, def: null}) }",
			`_l0=[1,2] _l1="GREEN" _l2={"b":3,"a":null}`},
		{"one of", `{ f(picks: [{x: 1}, {y: "a"}], pick: {x: 2}) }`, "query($_l0: [Pick]!, $_l1: Pick!) { f(picks: $_l0, pick: $_l1) }", `_l0=[{"x":1},{"y":"a"}] _l1={"x":2}`},
		{"one of with a variable", `query ($x: Int!) { f(picks: [{x: $x}, {y: "a"}]) }`, "query($x: Int!, $_l0: Pick!) { f(picks: [{x: $x}, $_l0]) }", `_l0={"y":"a"}`},

		// Custom scalars
		{"scalar", `{ f(any: "é", anys: ["a", true, null]) }`, "query($_l0: Any!, $_l1: [Any]!) { f(any: $_l0, anys: $_l1) }", `_l0="é" _l1=["a",true,null]`},
		{"scalar numbers", "{ f(anys: [0, 1, -7, 9007199254740991, 1.5, 0.25, -0.1]) }", "query($_l0: [Any]!) { f(anys: $_l0) }", "_l0=[0,1,-7,9007199254740991,1.5,0.25,-0.1]"},
		{"scalar numbers that JSON may change", "{ f(anys: [9223372036854775807, 9007199254740992, 1e400, 1.10, 1.0, -0, 1e2, 0.1234567890123456789, 2, \"b\"]) }",
			"query($_l0: Any!, $_l1: Any!) { f(anys: [9223372036854775807, 9007199254740992, 1e400, 1.10, 1.0, -0, 1e2, 0.1234567890123456789, $_l0, $_l1]) }", `_l0=2 _l1="b"`},
		{"scalar objects and enum values", `query ($x: Int) { f(any: {a: "b"}, anys: [RED, {x: $x}, ["a"], [B], null]) }`,
			`query($x: Int, $_l0: Any!) { f(any: {a: "b"}, anys: [RED, {x: $x}, $_l0, [B], null]) }`, `_l0=["a"]`},
		{"scalar in an object", `{ f(in: {b: 1, any: {x: 1}, a: "s"}) }`, "query($_l0: Int!, $_l1: String!) { f(in: {b: $_l0, any: {x: 1}, a: $_l1}) }", `_l0=1 _l1="s"`},
		{"scalar list of one", `{ f(anys: "a") }`, "query($_l0: [Any]!) { f(anys: $_l0) }", `_l0=["a"]`},

		// Places
		{"nothing", "query Q($x: Int) { f(int: $x) ...F } fragment F on Query { f(int: $x) }", "query Q($x: Int) { f(int: $x) ...F }\nfragment F on Query { f(int: $x) }", ""},
		{"nested", "query Q { a: g(id: 1, float: 2.5, in: {b: 1}) { ... { b: f(int: 7) } ... on Query { f } } f }",
			"query Q($_l0: ID!, $_l1: Float!, $_l2: In!, $_l3: Int!) { a: g(id: $_l0, float: $_l1, in: $_l2) { ... { b: f(int: $_l3) } ... on Query { f } } f }",
			`_l0="1" _l1=2.5 _l2={"b":1} _l3=7`},
		{"fragments", "fragment A on Query { a: f(int: 1) } fragment B on Query { ...C } fragment C on Query { c: f(int: 2) } { x: f(int: 3) ...B ...A ...C }",
			"query($_l0: Int!, $_l1: Int!, $_l2: Int!) { x: f(int: $_l0) ...B ...A ...C }\nfragment A on Query { a: f(int: $_l2) }\nfragment B on Query { ...C }\nfragment C on Query { c: f(int: $_l1) }",
			"_l0=3 _l1=2 _l2=1"},
		{"equal literals", `{ a: f(int: 1, id: 1) b: f(int: 1, id: "1") c: f(float: 1, ints: 1, int: 2) d: f(string: "x") e: f(string: """x""") }`,
			"query($_l0: Int!, $_l1: ID!, $_l2: ID!, $_l3: Float!, $_l4: [Int]!, $_l5: Int!, $_l6: String!) { a: f(int: $_l0, id: $_l1) b: f(int: $_l0, id: $_l2) c: f(float: $_l3, ints: $_l4, int: $_l5) d: f(string: $_l6) e: f(string: $_l6) }",
			`_l0=1 _l1="1" _l2="1" _l3=1 _l4=[1] _l5=2 _l6="x"`},
		{"equal but for the order of fields", `{ f(in: {b: 1, a: "x"}) ...F } fragment F on Query { f(in: {a: "x", b: 1}) }`,
			"query($_l0: In!) { f(in: $_l0) ...F }\nfragment F on Query { f(in: $_l0) }", `_l0={"b":1,"a":"x"}`},
		{"directives", `query ($x: Boolean!) { a: f @include(if: true) @skip(if: $x) b: f(int: 1) @skip(if: false) }`,
			"query($x: Boolean!, $_l0: Int!) { a: f @include(if: true) @skip(if: $x) b: f(int: $_l0) @skip(if: false) }", "_l0=1"},
		{"defaults of variables", `query ($x: Int = 5, $in: In = {b: 1}) { f(int: $x, in: $in, float: 2) }`,
			"query($x: Int = 5, $in: In = {b: 1}, $_l0: Float!) { f(int: $x, in: $in, float: $_l0) }", "_l0=2"},
		{"introspection", `{ __type(name: "In") { name fields(includeDeprecated: true) { name } } __typename }`,
			"query($_l0: String!, $_l1: Boolean!) { __type(name: $_l0) { name fields(includeDeprecated: $_l1) { name } } __typename }", `_l0="In" _l1=true`},
		{"names the client has", "query ($_l0: Int, $__l: Int) { f(int: $_l0, ints: [$__l], float: 1) }",
			"query($_l0: Int, $__l: Int, $___l0: Float!) { f(int: $_l0, ints: [$__l], float: $___l0) }", "___l0=1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op, literals := lift(t, schema, tt.document)
			got := op.Normal()
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("normal form (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.values, values(t, op, literals)); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if _, errs := Prepare(schema, got, "", DefaultLimits()); len(errs) > 0 {
				t.Errorf("%s is not valid: %s", got, show(errs))
			}
		})
	}
}

// Operations have the same normal form if and only if one plan fits both.
func TestNormal(t *testing.T) {
	schema := loadSchema(t, inputsSDL)
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"values", "{ f(int: 1) }", "{ f(int: 2) }", true},
		{"space and comments", "{ f(int: 1) }", "query # x\n{ f ( int : 3, ) }", true},
		{"order of fragments", "{ ...A ...B } fragment A on Query { a: f(int: 1) } fragment B on Query { b: f(int: 2) }",
			"fragment B on Query { b: f(int: 3) } fragment A on Query { a: f(int: 4) } { ...A ...B }", true},
		{"other operations and their fragments", "query A { f(int: 1) } query B { ...F } fragment F on Query { f(int: 2) }", "query A { f(int: 5) }", true},
		{"length of a list", "{ f(ints: [1]) }", "{ f(ints: [1, 2, 3]) }", true},
		{"fields of an object", `{ f(in: {b: 1}) }`, `{ f(in: {b: 1, a: "x", in: {b: 2}}) }`, true},
		{"string and block string", `{ f(string: "x") }`, `{ f(string: """x""") }`, true},

		{"null", "{ f(int: 1) }", "{ f(int: null) }", false},
		{"argument", "{ f(int: 1) }", "{ f }", false},
		{"type", "{ f(int: 1) }", "{ f(float: 1) }", false},
		{"alias", "{ a: f(int: 1) }", "{ b: f(int: 1) }", false},
		{"operation name", "query A { f(int: 1) }", "query B { f(int: 1) }", false},
		{"equal and different literals", "{ a: f(int: 1) b: f(int: 1) }", "{ a: f(int: 1) b: f(int: 2) }", false},
		{"condition", "{ f(int: 1) @skip(if: true) }", "{ f(int: 1) @skip(if: false) }", false},
		{"variable and literal", "query ($x: Int!) { f(int: $x) }", "{ f(int: 1) }", false},
		{"default of a variable", "query ($x: Int = 1) { f(int: $x) }", "query ($x: Int = 2) { f(int: $x) }", false},
		{"what stays", "{ f(any: {x: 1}) }", "{ f(any: {x: 2}) }", false},
		{"fragment", "{ ...F } fragment F on Query { f(int: 1) }", "{ f(int: 1) }", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			normal := func(document string) *Operation {
				name := ""
				if strings.Contains(document, "query A") {
					name = "A"
				}
				op, errs := Prepare(schema, document, name, DefaultLimits())
				if len(errs) > 0 {
					t.Fatal(errs)
				}
				op, _ = op.Lift()
				return op
			}
			a, b := normal(tt.a), normal(tt.b)
			if (a.Normal() == b.Normal()) != tt.same || (a.Hash() == b.Hash()) != tt.same {
				t.Errorf("same %t, want %t:\n%s\n%s", !tt.same, tt.same, a.Normal(), b.Normal())
			}
		})
	}
}

// What a client sends under the name of a lifted variable is not its value.
func TestLiftedVariablesAreNotGiven(t *testing.T) {
	schema := loadSchema(t, inputsSDL)
	op, literals := lift(t, schema, "query ($x: Int) { f(int: $x, float: 1) }")
	vars, errs := op.Coerce([]byte(`{"x": 5, "_l0": 2, "_l0": {}}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if raw, ok := vars.Raw("_l0"); ok {
		t.Errorf("_l0 is %s without the literals", raw)
	}
	with := vars.With(literals)
	if diff := cmp.Diff(`{"x": 5, "_l0": 1}`, coerced(with)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := vars.Raw("_l0"); ok {
		t.Error("With has changed the variables")
	}
}

// Lifting and rebuilding write to nothing that others may be reading.
func TestLiftLeavesTheOperation(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, `query Q($x: Int!) { a(n: 1, list: [1, $x], in: {need: $x, opt: "s"}) ...F dog { ...G } } fragment F on Query { b: a(n: 2) } fragment G on Dog { sound(loud: true) }`)
	before := op.Normal()
	lifted, _ := op.Lift()
	if now := string(appendOperation(nil, op.Definition, op.used)); now != before || op.Normal() != before {
		t.Errorf("(-before +after):\n%s", cmp.Diff(before, now))
	}
	if len(op.variables) != 1 || len(op.byName) != 1 {
		t.Errorf("the operation has %d variables", len(op.variables))
	}
	// Spreads lead to the fragments of their own operation.
	for _, o := range []*Operation{op, lifted} {
		for _, f := range o.used {
			if o.Document.Fragments.ForName(f.Name) != f {
				t.Errorf("fragment %s is not the document's", f.Name)
			}
		}
		spread := o.Definition.SelectionSet[1].(*ast.FragmentSpread)
		if spread.Definition != o.Document.Fragments.ForName("F") {
			t.Error("a spread leads out of its operation")
		}
	}
}

// A rebuilt operation holds no place in the document it came from.
func TestRebuildForgetsTheDocument(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op, _ := lift(t, schema, `query Q($x: Int!) { a(n: 1, in: {need: $x, opt: "secret"}) ...F } fragment F on Query { b: a(s: "secret") }`)
	rebuilt, err := op.Rebuild()
	if err != nil {
		t.Fatal(err)
	}
	var check func(fields []*Field)
	check = func(fields []*Field) {
		for _, f := range fields {
			if text := f.Position.Src.Input; text != rebuilt.Normal() {
				t.Errorf("field %s is in %s", f.Name, text)
			}
			check(f.Selections)
		}
	}
	check(rebuilt.Select(nil))
	if strings.Contains(rebuilt.Normal(), "secret") {
		t.Errorf("%s", rebuilt.Normal())
	}
}

// Errors give places in the client's document, whichever document the plan was
// made from.
func TestLiftKeepsPlaces(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	limits := DefaultLimits()
	limits.IntrospectionBytes = 10
	document := "query ($x: Int!) {\n  a(n: $x, f: 1)\n ...F } fragment F on Query {\n   t: __type(name: \"Dog\") { name fields { name } } }"
	op, errs := Prepare(schema, document, "", limits)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	lifted, literals := op.Lift()
	_, errs = lifted.Coerce(nil)
	want := "VALIDATION_INVALID_TYPE_VARIABLE 1:8 Variable \"$x\" is invalid: it is of the required type \"Int!\", but was not given.\n"
	if diff := cmp.Diff(want, show(errs)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	vars, errs := lifted.Coerce([]byte(`{"x": 1}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	rebuilt, err := lifted.Rebuild()
	if err != nil {
		t.Fatal(err)
	}
	_, problem := Introspect(rebuilt, rebuilt.Select(nil), vars.With(literals))
	want = "MAX_INTROSPECTION_SIZE_LIMIT 4:4 the answer to the introspection is larger than the 10 bytes allowed\n"
	if problem == nil || show(gqlerror.List{problem}) != want {
		t.Errorf("got %v, want %s", problem, want)
	}
	limits.Introspection = false
	refused, _ := lifted.Check(limits)
	want = "INTROSPECTION_DISABLED 4:4 introspection is disabled, so \"__type\" cannot be asked for\n"
	if diff := cmp.Diff(want, show(refused)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLiftedIntrospection(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op, literals := lift(t, schema, `{ a: __type(name: "Pick") { name } b: __type(name: "Nope") { name } q: __typename }`)
	rebuilt, err := op.Rebuild()
	if err != nil {
		t.Fatal(err)
	}
	vars, _ := op.Coerce(nil)
	answers, problem := Introspect(rebuilt, rebuilt.Select(nil), vars.With(literals))
	if problem != nil {
		t.Fatal(problem)
	}
	var got strings.Builder
	for _, a := range answers {
		got.WriteString(a.ResponseName + "=" + string(a.JSON) + " ")
	}
	if diff := cmp.Diff(`a={"name":"Pick"} b=null q="Query" `, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Documents made to exhaust are lifted and rebuilt in little time, if they are
// operations at all.
func TestLiftAdversarialDocuments(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	documents := map[string]string{
		"many literals":       "{ dog {" + numbered(" a%d: sound(loud: true)", 900) + " } }",
		"different literals":  "{ ... { x: dog { name } } pets(first: 1) { name } a(list: [" + strings.Repeat("1 ", 7_000) + "]) }",
		"lists in lists":      "query ($x: Int) { a(lists: [" + strings.Repeat("[1, $x] ", 1_500) + "]) }",
		"nested objects":      "query ($x: Int!) { a(in: " + strings.Repeat("{need: 1, opt: \"a\", in: ", 150) + "{need: $x}" + strings.Repeat("}", 150) + ") }",
		"client's long names": "query (" + numbered(" $_l%d: Int!", 900) + ") { a(n: 1, list: [" + numbered(" $_l%d", 900) + "]) }",
		"prefixes":            "query (" + underscores(" $%sl: Int", 500) + ") { a(n: 1, any: [" + underscores(" $%sl", 500) + "]) }",
	}
	for name, document := range documents {
		t.Run(name, func(t *testing.T) { lift(t, schema, document) })
	}
	for _, tt := range adversarial {
		if tt.code == "" {
			t.Run(tt.name, func(t *testing.T) { lift(t, schema, tt.document()) })
		}
	}
}

// underscores repeats format with one, two, three, … underscores.
func underscores(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, strings.Repeat("_", i+1))
	}
	return b.String()
}
