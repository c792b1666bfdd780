package operation

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const inputsSDL = `
type Query {
  f(any: Any, int: Int, float: Float, string: String, id: ID, boolean: Boolean, color: Color,
    ints: [Int], needInts: [Int!], matrix: [[Int]], cube: [[[Int]]], in: In, ins: [In!], pick: Pick, picks: [Pick], tree: Tree, anys: [Any]): Int
}
scalar Any
enum Color { RED GREEN }
input In { a: String b: Int! list: [Int!] color: Color any: Any in: In picks: [Pick!] def: Int = 7 need: Boolean! = true ins: [Tree!] = {} }
input Pick @oneOf { x: Int y: String tree: Tree }
input Tree { v: Color = RED next: Tree list: [Int] = 1 id: ID = 12 float: Float = 1.50 any: Any = {x: [A, 1, "ü\n"], y: null} }
`

// coerced prints the variables of op, in order of definition, as a JSON object.
func coerced(vars *Variables) string {
	var parts []string
	for _, v := range vars.op.variables {
		if raw, ok := vars.Raw(v.name); ok {
			parts = append(parts, fmt.Sprintf("%q: %s", v.name, raw))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func TestCoerce(t *testing.T) {
	schema := loadSchema(t, inputsSDL)
	invalid := func(name, text string) string {
		return fmt.Sprintf("VALIDATION_INVALID_TYPE_VARIABLE 1:8 Variable \"$%s\" is invalid%s.\n", name, text)
	}
	at := func(path, text string) string { return fmt.Sprintf(" at %q: %s", path, text) }

	tests := []struct {
		name   string
		typ    string // of $v
		json   string // of the variables
		want   string // coerced, or
		errors string
	}{
		// Not given, null and default
		{"nothing", "Int", "", "{}", ""},
		{"null variables", "Int", "null", "{}", ""},
		{"empty variables", "Int", "{}", "{}", ""},
		{"null", "Int", `{"v": null}`, `{"v": null}`, ""},
		{"default", "Int = 3", `{}`, `{"v": 3}`, ""},
		{"null instead of the default", "Int = 3", `{"v": null}`, `{"v": null}`, ""},
		{"value instead of the default", "Int = 3", `{"v": 4}`, `{"v": 4}`, ""},
		{"null as default", "Int = null", `{}`, `{"v": null}`, ""},
		{"required", "Int!", `{}`, "", invalid("v", `: it is of the required type "Int!", but was not given`)},
		{"required with a default", "Int! = 3", `{}`, `{"v": 3}`, ""},
		{"null for required", "Int!", `{"v": null}`, "", invalid("v", `: expected a value of type "Int!", found null`)},
		{"null for required with a default", "Int! = 3", `{"v": null}`, "", invalid("v", `: expected a value of type "Int!", found null`)},
		{"other variables", "Int", `{"w": {"x": [1, "}"]}, "v": 1, "V": 2, "": 3}`, `{"v": 1}`, ""},
		{"space", "Int", " {\t\"v\"\r\n:  1 } ", `{"v": 1}`, ""},
		{"escaped name", "Int", `{"\u0076": 1}`, `{"v": 1}`, ""},
		{"given twice", "Int", `{"v": 1, "v": 2}`, "", invalid("v", ": it is given twice")},
		{"given twice, once escaped", "Int", `{"v": 1, "\u0076": 1}`, "", invalid("v", ": it is given twice")},

		// Int
		{"Int", "Int", `{"v": -5}`, `{"v": -5}`, ""},
		{"Int largest", "Int", `{"v": 2147483647}`, `{"v": 2147483647}`, ""},
		{"Int smallest", "Int", `{"v": -2147483648}`, `{"v": -2147483648}`, ""},
		{"Int too large", "Int", `{"v": 2147483648}`, "", invalid("v", ": Int cannot represent the number 2147483648: it is not whole or exceeds 32 bits")},
		{"Int whole", "Int", `{"v": 1.0}`, `{"v": 1}`, ""},
		{"Int whole with an exponent", "Int", `{"v": 12.50e2}`, `{"v": 1250}`, ""},
		{"Int minus zero", "Int", `{"v": -0.0}`, `{"v": 0}`, ""},
		{"Int fraction", "Int", `{"v": 1.5}`, "", invalid("v", ": Int cannot represent the number 1.5: it is not whole or exceeds 32 bits")},
		{"Int almost whole", "Int", `{"v": 1.00000000000000000001}`, "",
			invalid("v", ": Int cannot represent the number 1.00000000000000000001: it is not whole or exceeds 32 bits")},
		{"Int huge exponent", "Int", `{"v": 1e999999999999}`, "", invalid("v", ": Int cannot represent the number 1e999999999999: it is not whole or exceeds 32 bits")},
		{"Int from string", "Int", `{"v": "1"}`, "", invalid("v", ": Int cannot represent a string")},
		{"Int from boolean", "Int", `{"v": true}`, "", invalid("v", ": Int cannot represent a boolean")},
		{"Int from list", "Int", `{"v": [1]}`, "", invalid("v", ": Int cannot represent a list")},
		{"Int from object", "Int", `{"v": {"x": 1}}`, "", invalid("v", ": Int cannot represent an object")},

		// Float
		{"Float", "Float", `{"v": 3.14}`, `{"v": 3.14}`, ""},
		{"Float from whole", "Float", `{"v": 3}`, `{"v": 3}`, ""},
		{"Float digits kept", "Float", `{"v": 0.1000000000000000055511151231257827021181583404541015625}`,
			`{"v": 0.1000000000000000055511151231257827021181583404541015625}`, ""},
		{"Float beyond 64-bit integers", "Float", `{"v": 9223372036854775808}`, `{"v": 9223372036854775808}`, ""},
		{"Float not finite", "Float", `{"v": -1e400}`, "", invalid("v", ": Float cannot represent the number -1e400: it exceeds a double")},
		{"Float from string", "Float", `{"v": "3.14"}`, "", invalid("v", ": Float cannot represent a string")},

		// String, ID, Boolean
		{"String", "String", `{"v": "x"}`, `{"v": "x"}`, ""},
		{"String bytes kept", "String", `{"v": "\u00e9\ud83d\ude00\/é\\\""}`, `{"v": "\u00e9\ud83d\ude00\/é\\\""}`, ""},
		{"String with a lone surrogate", "String", `{"v": "\ud83d"}`, `{"v": "\ud83d"}`, ""},
		{"String from number", "String", `{"v": 1}`, "", invalid("v", ": String cannot represent a number")},
		{"ID from string", "ID", `{"v": "a"}`, `{"v": "a"}`, ""},
		{"ID from number", "ID", `{"v": 4}`, `{"v": "4"}`, ""},
		{"ID from a large number", "ID", `{"v": 9223372036854775808}`, `{"v": "9223372036854775808"}`, ""},
		{"ID from fraction", "ID", `{"v": 4.0}`, "", invalid("v", ": ID cannot represent the number 4.0: it is not whole")},
		{"ID from boolean", "ID", `{"v": true}`, "", invalid("v", ": ID cannot represent a boolean")},
		{"Boolean", "Boolean", `{"v": false}`, `{"v": false}`, ""},
		{"Boolean from number", "Boolean", `{"v": 0}`, "", invalid("v", ": Boolean cannot represent a number")},
		{"Boolean from string", "Boolean", `{"v": "true"}`, "", invalid("v", ": Boolean cannot represent a string")},

		// Enums
		{"enum", "Color", `{"v": "RED"}`, `{"v": "RED"}`, ""},
		{"enum escaped", "Color", `{"v": "R\u0045D"}`, `{"v": "RED"}`, ""},
		{"enum unknown", "Color", `{"v": "red"}`, "", invalid("v", `: enum "Color" has no value "red"`)},
		{"enum from number", "Color", `{"v": 0}`, "", invalid("v", ": enum Color cannot represent a number")},
		{"enum default", "Color = RED", `{}`, `{"v": "RED"}`, ""},

		// Custom scalars: byte for byte
		{"any number", "Any", `{"v": 1e400}`, `{"v": 1e400}`, ""},
		{"any large number", "Any", `{"v": 9223372036854775807}`, `{"v": 9223372036854775807}`, ""},
		{"any object", "Any", `{"v": {"b" : [1.10, {"\u0061": null}], "b": "}" } }`, `{"v": {"b" : [1.10, {"\u0061": null}], "b": "}" }}`, ""},
		{"any list", "Any", `{"v": [[], {}]}`, `{"v": [[], {}]}`, ""},
		{"any default", `Any = {x: [A, 1, "ü\n", 1.50], y: null}`, `{}`, `{"v": {"x":["A",1,"ü\n",1.50],"y":null}}`, ""},

		// Lists: the table of the specification, "Input Coercion" of lists
		{"[Int] of list", "[Int]", `{"v": [1, 2, 3]}`, `{"v": [1,2,3]}`, ""},
		{"[Int] with a wrong element", "[Int]", `{"v": [1, "b", true]}`, "",
			invalid("v", at("[1]", "Int cannot represent a string")) + invalid("v", at("[2]", "Int cannot represent a boolean"))},
		{"[Int] of one", "[Int]", `{"v": 1}`, `{"v": [1]}`, ""},
		{"[Int] null", "[Int]", `{"v": null}`, `{"v": null}`, ""},
		{"[Int] of null", "[Int]", `{"v": [null]}`, `{"v": [null]}`, ""},
		{"[Int] empty", "[Int]", `{"v": [ ]}`, `{"v": []}`, ""},
		{"[Int!] of null", "[Int!]", `{"v": [1, null]}`, "", invalid("v", at("[1]", `expected a value of type "Int!", found null`))},
		{"[[Int]] of lists", "[[Int]]", `{"v": [[1], [2, 3]]}`, `{"v": [[1],[2,3]]}`, ""},
		{"[[Int]] of list", "[[Int]]", `{"v": [1, 2, 3]}`, `{"v": [[1],[2],[3]]}`, ""},
		{"[[Int]] of list with null", "[[Int]]", `{"v": [1, null]}`, `{"v": [[1],null]}`, ""},
		{"[[Int]] of one", "[[Int]]", `{"v": 1}`, `{"v": [[1]]}`, ""},
		{"[[Int]] null", "[[Int]]", `{"v": null}`, `{"v": null}`, ""},
		{"[[Int]] of null", "[[Int]]", `{"v": [null]}`, `{"v": [null]}`, ""},
		{"[[Int]] deep error", "[[Int]]", `{"v": [[1], ["x"]]}`, "", invalid("v", at("[1][0]", "Int cannot represent a string"))},
		{"[[[Int]]] of one", "[[[Int]]]", `{"v": 1}`, `{"v": [[[1]]]}`, ""},
		{"[[Int]] default of one", "[[Int]] = 1", `{}`, `{"v": [[1]]}`, ""},
		{"[[Int]] default of list", "[[Int]] = [1, null]", `{}`, `{"v": [[1],null]}`, ""},
		{"[Any] of one object", "[Any]", `{"v": {"x": 1}}`, `{"v": [{"x": 1}]}`, ""},
		{"[In!] of one", "[In!]", `{"v": {"b": 1, "ins": []}}`, `{"v": [{"b":1,"ins":[],"def":7,"need":true}]}`, ""},

		// Input objects: as the table of the specification
		{"object", "In", `{"v": {"a": "abc", "b": 123, "ins": null}}`, `{"v": {"a":"abc","b":123,"ins":null,"def":7,"need":true}}`, ""},
		{"object with null", "In", `{"v": {"a": null, "b": 123, "ins": null, "def": null}}`, `{"v": {"a":null,"b":123,"ins":null,"def":null,"need":true}}`, ""},
		{"object with a required null", "In", `{"v": {"b": null}}`, "", invalid("v", at("b", `expected a value of type "Int!", found null`))},
		{"object without the required", "In", `{"v": {"a": "abc"}}`, "", invalid("v", at("b", `the field of the required type "Int!" was not given`))},
		{"object with null for the required with a default", "In", `{"v": {"b": 1, "need": null}}`, "",
			invalid("v", at("need", `expected a value of type "Boolean!", found null`))},
		{"object with an unknown field", "In", `{"v": {"b": 1, "c": {"d": []}}}`, "", invalid("v", at("c", `input type "In" has no such field`))},
		{"object with a field twice", "In", `{"v": {"b": 1, "b": 2}}`, "", invalid("v", at("b", "the field is given twice"))},
		{"object with a wrong field", "In", `{"v": {"b": "123"}}`, "", invalid("v", at("b", "Int cannot represent a string"))},
		{"object with a field without a name", "In", `{"v": {"b": 1, "": 1, "ins": []}}`, "", invalid("v", at("", `input type "In" has no such field`))},
		{"object from string", "In", `{"v": "abc123"}`, "", invalid("v", ": input type In cannot represent a string")},
		{"object from list", "In", `{"v": [{"b": 1}]}`, "", invalid("v", ": input type In cannot represent a list")},
		{"object with several errors", "In", `{"v": {"a": 1, "x": 2, "in": {"b": "", "color": "BLUE"}}}`, "",
			invalid("v", at("a", "String cannot represent a number")) +
				invalid("v", at("x", `input type "In" has no such field`)) +
				invalid("v", at("in.b", "Int cannot represent a string")) +
				invalid("v", at("in.color", `enum "Color" has no value "BLUE"`)) +
				invalid("v", at("b", `the field of the required type "Int!" was not given`))},
		{"nested objects and lists", "In", `{"v": {"b": 1, "list": 5, "in": {"b": 2, "list": [6, 7], "ins": []}, "ins": []}}`,
			`{"v": {"b":1,"list":[5],"in":{"b":2,"list":[6,7],"ins":[],"def":7,"need":true},"ins":[],"def":7,"need":true}}`, ""},
		{"deep path", "[In!]", `{"v": [{"b": 1}, {"b": 1, "in": {"b": 1, "list": [1, 2, "x"]}}]}`, "",
			invalid("v", at("[1].in.list[2]", "Int cannot represent a string"))},
		{"defaults of defaults", "In", `{"v": {"b": 1}}`,
			`{"v": {"b":1,"def":7,"need":true,"ins":[{"v":"RED","list":[1],"id":"12","float":1.50,"any":{"x":["A",1,"ü\n"],"y":null}}]}}`, ""},
		{"default object", `Tree = {next: {v: GREEN, list: null}, id: "x", float: 2, any: 1}`, `{}`,
			`{"v": {"next":{"v":"GREEN","list":null,"id":"12","float":1.50,"any":{"x":["A",1,"ü\n"],"y":null}},"id":"x","float":2,"any":1,"v":"RED","list":[1]}}`, ""},

		// OneOf input objects: the table of the specification
		{"oneOf x", "Pick", `{"v": {"x": 1}}`, `{"v": {"x":1}}`, ""},
		{"oneOf y", "Pick", `{"v": {"y": "a"}}`, `{"v": {"y":"a"}}`, ""},
		{"oneOf both", "Pick", `{"v": {"x": 1, "y": "a"}}`, "", invalid("v", `: input type "Pick" takes exactly one field, and not null`)},
		{"oneOf and null", "Pick", `{"v": {"x": 1, "y": null}}`, "", invalid("v", `: input type "Pick" takes exactly one field, and not null`)},
		{"oneOf null", "Pick", `{"v": {"y": null}}`, "", invalid("v", `: input type "Pick" takes exactly one field, and not null`)},
		{"oneOf none", "Pick", `{"v": {}}`, "", invalid("v", `: input type "Pick" takes exactly one field, and not null`)},
		{"oneOf in a list", "[Pick]", `{"v": [{"x": 1}, {}, null]}`, "", invalid("v", at("[1]", `input type "Pick" takes exactly one field, and not null`))},

		// What is not variables at all
		{"list of variables", "Int", `[1]`, "", "INVALID_GRAPHQL_REQUEST the variables are a list, but must be an object\n"},
		{"string of variables", "Int", `"{}"`, "", "INVALID_GRAPHQL_REQUEST the variables are a string, but must be an object\n"},
		{"number", "Int", `1`, "", "INVALID_GRAPHQL_REQUEST the variables are a number, but must be an object\n"},
		{"not JSON", "Int", `{"v": 1,}`, "", "INVALID_GRAPHQL_REQUEST the variables are not valid JSON\n"},
		{"two values", "Int", `{} {}`, "", "INVALID_GRAPHQL_REQUEST the variables are not valid JSON\n"},
		{"cut off", "Int", `{"v": "`, "", "INVALID_GRAPHQL_REQUEST the variables are not valid JSON\n"},
		{"only space", "Int", " ", "", "INVALID_GRAPHQL_REQUEST the variables are not valid JSON\n"},
		{"not UTF-8", "String", "{\"v\": \"\xff\"}", "", "INVALID_GRAPHQL_REQUEST the variables are not valid JSON\n"},
		{"too deep", "Any", `{"v": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, "",
			"MAX_DEPTH_LIMIT the variables nest deeper than the 200 levels allowed\n"},
		{"100,000 lists", "Int", strings.Repeat("[", 100_000), "", "MAX_DEPTH_LIMIT the variables nest deeper than the 200 levels allowed\n"},
		{"brackets in strings", "Any", `{"v": "` + strings.Repeat(`[{\"`, 300) + `"}`, `{"v": "` + strings.Repeat(`[{\"`, 300) + `"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := prepare(t, schema, "query ($v: "+tt.typ+") { f(any: [$v]) }")
			input := []byte(tt.json)
			vars, errs := op.Coerce(input)
			for i := range input {
				input[i] = 'X' // what is returned must not refer to it
			}
			if diff := cmp.Diff(tt.errors, show(errs)); diff != "" {
				t.Errorf("errors (-want +got)\n%s", diff)
			}
			if vars == nil {
				return
			}
			if diff := cmp.Diff(tt.want, coerced(vars)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, v := range op.variables {
				if raw, ok := vars.Raw(v.name); ok && !json.Valid(raw) {
					t.Errorf("%s is not JSON", raw)
				}
			}
		})
	}
}

func TestCoerceSeveral(t *testing.T) {
	schema := loadSchema(t, inputsSDL)
	op := prepare(t, schema, `query ($a: Int!, $b: [Int] = [1], $c: String, $d: In!, $e: ID) {
  f(int: $a, ints: $b, string: $c, in: $d, id: $e)
}`)
	vars, errs := op.Coerce([]byte(`{"e": 1, "d": {"b": 2, "ins": []}, "a": 3}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := `{"a": 3, "b": [1], "d": {"b":2,"ins":[],"def":7,"need":true}, "e": "1"}`
	if diff := cmp.Diff(want, coerced(vars)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if raw, ok := vars.Raw("c"); ok || raw != nil {
		t.Errorf("a variable that is not given is %q", raw)
	}
	if raw, ok := vars.Raw("nope"); ok || raw != nil {
		t.Errorf("a variable that is not defined is %q", raw)
	}
	var none *Variables
	if raw, ok := none.Raw("a"); ok || raw != nil {
		t.Errorf("a nil Variables has %q", raw)
	}

	_, errs = op.Coerce([]byte(`{"e": true, "b": "x", "d": null}`))
	wantErrors := `VALIDATION_INVALID_TYPE_VARIABLE 1:8 Variable "$a" is invalid: it is of the required type "Int!", but was not given.
VALIDATION_INVALID_TYPE_VARIABLE 1:18 Variable "$b" is invalid: Int cannot represent a string.
VALIDATION_INVALID_TYPE_VARIABLE 1:47 Variable "$d" is invalid: expected a value of type "In!", found null.
VALIDATION_INVALID_TYPE_VARIABLE 1:56 Variable "$e" is invalid: ID cannot represent a boolean.
`
	if diff := cmp.Diff(wantErrors, show(errs)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCoerceConditions(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, "query ($x: Boolean!, $y: Boolean = true, $z: Boolean) { a @skip(if: $x) b @include(if: $y) n: a(b: $z) }")
	tests := []struct {
		json   string
		want   Conditions
		errors string
	}{
		{`{"x": true}`, Conditions{"x": true, "y": true}, ""},
		{`{"x": false, "y": false, "z": null}`, Conditions{"x": false, "y": false}, ""},
		{`{"x": true, "y": null}`, nil, "VALIDATION_INVALID_TYPE_VARIABLE 1:22 Variable \"$y\" is invalid: it decides a @skip or @include, so it must not be null.\n"},
	}
	for _, tt := range tests {
		vars, errs := op.Coerce([]byte(tt.json))
		if diff := cmp.Diff(tt.errors, show(errs)); diff != "" {
			t.Errorf("%s: errors (-want +got)\n%s", tt.json, diff)
		}
		if vars == nil {
			continue
		}
		if diff := cmp.Diff(tt.want, vars.Conditions(op)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.json, diff)
		}
	}
	plain := prepare(t, schema, "{ a }")
	if vars, errs := plain.Coerce(nil); len(errs) > 0 || vars.Conditions(plain) != nil {
		t.Errorf("conditions %v, errors %v of an operation without", vars.Conditions(plain), errs)
	}
}

// What a request makes of little input is bounded, and so is the number of its
// errors.
func TestCoerceIsBounded(t *testing.T) {
	wide := "input Wide {"
	for i := range 200 {
		wide += fmt.Sprintf(" f%d: String = %q", i, strings.Repeat("x", 50))
	}
	schema := loadSchema(t, inputsSDL+wide+` }
extend type Query { wide(w: [Wide!], endless: Endless): Int }
input Endless { a: Endless = {}, b: Endless = {} }
`)
	tests := []struct {
		name, document, json string
		errors               int
		message              string
	}{
		{"defaults of many objects", "query ($v: [Wide!]) { wide(w: $v) }", `{"v": [{}` + strings.Repeat(",{}", 200_000) + `]}`, 1,
			`Variable "$v" is invalid at "[1109]": its value becomes too large with the defaults of its input fields.`},
		{"lists of one", "query ($v: [[[[[[[[[[[[[[[[[[[[[[[[Int]]]]]]]]]]]]]]]]]]]]]]]]) { f(any: [$v]) }",
			`{"v": [1` + strings.Repeat(",1", 500_000) + `]}`, 1,
			`Variable "$v" is invalid at "[341431]": its value becomes too large with the defaults of its input fields.`},
		{"defaults without end", "query ($v: Endless) { wide(endless: $v) }", `{"v": {}}`, 2,
			`Variable "$v" is invalid at "a": its default is too large once the defaults inside it are filled in.`},
		{"errors", "query ($v: [Int]) { f(ints: $v) }", `{"v": ["x"` + strings.Repeat(`,"x"`, 100_000) + `]}`, 100,
			`Variable "$v" is invalid at "[0]": Int cannot represent a string.`},
		{"unknown fields", "query ($v: Pick) { f(pick: $v) }", `{"v": {"` + strings.Repeat("y", 1_000_000) + `": 1}}`, 2,
			`Variable "$v" is invalid at "` + strings.Repeat("y", 100) + `…": input type "Pick" has no such field.`},
		{"long enum value", "query ($v: Color) { f(color: $v) }", `{"v": "` + strings.Repeat("y", 1_000_000) + `"}`, 1,
			`Variable "$v" is invalid: enum "Color" has no value "` + strings.Repeat("y", 100) + `…".`},
		{"long number", "query ($v: Int) { f(int: $v) }", `{"v": ` + strings.Repeat("1", 1_000_000) + `}`, 1,
			`Variable "$v" is invalid: Int cannot represent the number ` + strings.Repeat("1", 100) + `…: it is not whole or exceeds 32 bits.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := prepare(t, schema, tt.document)
			_, errs := op.Coerce([]byte(tt.json))
			if len(errs) != tt.errors {
				t.Fatalf("%d errors, want %d: %s", len(errs), tt.errors, truncate(show(errs), 500))
			}
			if diff := cmp.Diff(tt.message, errs[0].Message); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}

	_, errs := Prepare(schema, "query ($v: Endless = {}) { wide(endless: $v) }", "", DefaultLimits())
	want := "VALIDATION_INVALID_TYPE_VARIABLE 1:8 the default of variable \"$v\" is too large once the defaults of its input fields are filled in\n"
	if diff := cmp.Diff(want, show(errs)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A type with many values is looked up by an index; it finds the same.
func TestCoerceLargeTypes(t *testing.T) {
	schema := loadSchema(t, "type Query { f(v: [Big], w: [Wide!]): Int } enum Big {"+numbered(" V%d", 100)+" } input Wide {"+numbered(" f%d: Int", 100)+" }")
	op := prepare(t, schema, "query ($v: [Big], $w: [Wide!]) { f(v: $v, w: $w) }")
	vars, errs := op.Coerce([]byte(`{"v": ["V0", "V99", "V50"], "w": [{"f99": 1}, {"f0": 2, "f1": 3}]}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(`{"v": ["V0","V99","V50"], "w": [{"f99":1},{"f0":2,"f1":3}]}`, coerced(vars)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, errs = op.Coerce([]byte(`{"v": ["V100"], "w": [{"f100": 1}]}`))
	if len(errs) != 2 {
		t.Errorf("errors %v", errs)
	}
}

func TestCoerceIsSafeForConcurrentUse(t *testing.T) {
	op := prepare(t, loadSchema(t, inputsSDL), "query ($v: [In!]) { f(ins: $v) }")
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			vars, errs := op.Coerce(fmt.Appendf(nil, `{"v": {"b": %d, "ins": []}}`, i))
			if want := fmt.Sprintf(`{"v": [{"b":%d,"ins":[],"def":7,"need":true}]}`, i); len(errs) > 0 || coerced(vars) != want {
				t.Errorf("%v %v, want %s", vars, errs, want)
			}
		})
	}
	g.Wait()
}

func TestInt32Of(t *testing.T) {
	tests := []struct {
		text string
		want int32
		ok   bool
	}{
		{"0", 0, true}, {"-0", 0, true}, {"0e99999999999999999999", 0, true}, {"0.000", 0, true},
		{"1.0", 1, true}, {"10e-1", 1, true}, {"100e-2", 1, true}, {"1e9", 1_000_000_000, true}, {"1E+2", 100, true},
		{"-2.147483648e9", -2_147_483_648, true}, {"21474836470e-1", 2_147_483_647, true}, {"0.001e3", 1, true},
		{"1e10", 0, false}, {"2147483648.0", 0, false}, {"1e-1", 0, false}, {"0.5", 0, false}, {"123.4e0", 0, false},
		{"1e-99999999999999999999", 0, false}, {"1e99999999999999999999", 0, false}, {"99999999999", 0, false},
	}
	for _, tt := range tests {
		if got, ok := int32Of(tt.text); got != tt.want && ok || ok != tt.ok {
			t.Errorf("int32Of(%s) = %d, %v, want %d, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}
