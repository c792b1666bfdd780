package operation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkErrors holds what callers rely on of errors.
func checkErrors(t *testing.T, errs gqlerror.List) {
	t.Helper()
	if len(errs) > maxErrors {
		t.Errorf("%d errors", len(errs))
	}
	for _, err := range errs {
		if code, _ := err.Extensions["code"].(string); code == "" {
			t.Errorf("an error without a code: %v", err)
		}
		if err.Message == "" || len(err.Message) > maxMessage+len("…") || !utf8.ValidString(err.Message) {
			t.Errorf("message %q", err.Message)
		}
	}
}

// FuzzPrepare: a document gives an operation or coded errors; an operation can
// be selected from with any conditions, and within its limits.
func FuzzPrepare(f *testing.F) {
	schema := loadSchema(f, petsSDL)
	for _, seed := range []string{
		"{ a }", "query Q($n: Int = 1, $x: Boolean!) @tag { x: a(n: $n) @skip(if: $x) ...F } fragment F on Query { pet { ... on Dog { bark } } }",
		"{ named { ... on Pet { name ... on Cat { meow } } } catOrDog { __typename } }",
		"mutation { set(n: 1) reset }", "subscription { tick }", `{ __schema { types { name } } __type(name: "Pet") { kind } }`,
		`{ a(in: {need: 1, list: [1], in: {need: 2}}, pick: {x: 1}, any: {x: [RED, "é", 1.5]}, lists: [[1], null]) }`,
		"query A { a } query B { b }", "{ ...F } fragment F on Query { ...F }", "{", "", "{ a(s: \"\"\"x\n  y\"\"\") }", "{ a(s: \"\\uD83D\\uDE00\\u{1F600}\") }",
	} {
		f.Add(seed, "", true)
	}
	f.Add("query A { a @include(if: $x) } query B($x: Boolean!) { b }", "B", false)
	for _, tt := range adversarial {
		if document := tt.document(); len(document) < 5_000 {
			f.Add(document, "", true)
		}
	}
	f.Fuzz(func(t *testing.T, document, name string, condition bool) {
		op, errs := Prepare(schema, document, name, DefaultLimits())
		if (op == nil) != (len(errs) > 0) {
			t.Fatalf("operation %v with errors %v", op, errs)
		}
		checkErrors(t, errs)
		if op == nil {
			return
		}
		conditions := Conditions{}
		for _, c := range op.Conditions {
			conditions[c] = condition
		}
		fields := op.Select(conditions)
		n := 0
		var walk func(fields []*Field, on string)
		walk = func(fields []*Field, on string) {
			n += len(fields)
			for _, group := range Collect(fields, on) {
				field := group.Field()
				if field.Definition == nil || len(field.On) == 0 {
					t.Fatalf("field %s has no definition or no types", field.Name)
				}
				for _, other := range group.Fields {
					if other.Name != field.Name {
						t.Fatalf("%s and %s in one group", field.Name, other.Name)
					}
				}
				def := schema.Types[field.Definition.Type.Name()]
				for _, possible := range append(schema.GetPossibleTypes(def), def) {
					if possible.Kind == ast.Object {
						walk(group.Selections(), possible.Name)
					}
				}
			}
		}
		if op.selections < 1_000 && op.measurements.Depth < 5 {
			walk(fields, op.RootType().Name)
		}
		// What was printed for the hash is the same operation.
		printed := string(appendOperation(nil, op.Definition, op.Document.Fragments))
		again, errs := Prepare(schema, printed, op.Name, DefaultLimits())
		if len(errs) > 0 {
			t.Fatalf("%s: %v", printed, errs)
		}
		if len(op.Document.Fragments) == 0 && again.Hash() != op.Hash() {
			t.Fatalf("%s has another hash", printed)
		}
	})
}

// FuzzLift: a lifted operation with its literals put back means what the
// operation means, and is valid.
func FuzzLift(f *testing.F) {
	schema := loadSchema(f, inputsSDL+"extend type Query { self(int: Int! = 3, ids: [[ID!]!]): Query }")
	for _, seed := range []string{
		"{ f(int: 5, float: 5, id: 5, string: \"a\\u0000\\\"é\", boolean: true, color: RED, any: 1.10) }",
		"query ($x: Int!, $_l: Tree) { f(ints: [1, $x, null], matrix: [1, [$x], [2]], in: {b: $x, list: 5, ins: {v: RED, id: 7, next: $_l}}) }",
		"{ f(anys: [{a: [B, 1]}, 1.0, \"x\", -0, 12345678901234567890, []], tree: {any: {x: 1}, id: 5, list: 1}) }",
		"{ ...A s: self(ids: 1) { ...A ...B } } fragment A on Query { ...B x: f(int: 1) } fragment B on Query { y: f(picks: {y: \"\"\"\n a\n  b\"\"\"}) }",
		"query A($x: Boolean!) { f(int: 1) @include(if: $x) self(int: 2) @skip(if: true) { f(ints: 1) } } query B { f }",
		"{ __type(name: \"In\") { fields(includeDeprecated: true) { name } } }",
	} {
		f.Add(seed, "")
	}
	f.Add("query A { f(int: 1) } query B { f(int: 2) }", "B")
	f.Fuzz(func(t *testing.T, document, name string) {
		op, errs := Prepare(schema, document, name, DefaultLimits())
		if len(errs) > 0 {
			return
		}
		before := string(appendOperation(nil, op.Definition, op.used))
		lifted, literals := op.Lift()
		if after := string(appendOperation(nil, op.Definition, op.used)); after != before {
			t.Fatalf("%s was changed to %s", before, after)
		}
		limits := DefaultLimits()
		limits.Tokens *= 4
		if _, errs := Prepare(schema, lifted.Normal(), "", limits); len(errs) > 0 {
			t.Fatalf("%s: %v", lifted.Normal(), errs)
		}
		rebuilt, err := lifted.Rebuild()
		if err != nil {
			t.Fatal(err)
		}
		conditions := Conditions{}
		for _, c := range op.Conditions {
			conditions[c] = true
		}
		m := meaning{schema: schema, vars: (&Variables{op: lifted.Signature, spans: make([]span, op.given)}).With(literals)}
		want := m.fields(op.Select(conditions))
		for _, other := range []*Operation{lifted, rebuilt} {
			if got := m.fields(other.Select(conditions)); got != want {
				t.Fatalf("%s\nis lifted to\n%s\nwant %s\ngot  %s", document, other.Normal(), want, got)
			}
		}
	})
}

// A meaning prints what a subgraph is to understand: arguments coerced, whether
// they are literals or lifted. It shares no code with what it judges.
type meaning struct {
	schema *ast.Schema
	vars   *Variables
}

func (m *meaning) fields(fields []*Field) string {
	var b strings.Builder
	b.WriteString("{")
	for _, f := range fields {
		b.WriteString(" " + f.ResponseName + ":" + f.Name + "(")
		for _, arg := range f.Arguments {
			b.WriteString(" " + arg.Name + ":" + m.literal(arg.Value, f.Definition.Arguments.ForName(arg.Name).Type))
		}
		b.WriteString(")")
		for _, d := range f.Directives {
			b.WriteString("@" + d.Name)
		}
		b.WriteString(m.fields(f.Selections))
	}
	return b.String() + "}"
}

func (m *meaning) literal(v *ast.Value, t *ast.Type) string {
	if v.Kind == ast.Variable {
		raw, lifted := m.vars.Raw(v.Raw)
		if !lifted {
			return "$" + v.Raw
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			return err.Error()
		}
		return m.json(value, t)
	}
	if v.Kind == ast.NullValue {
		return "null"
	}
	var parts []string
	if t.Elem != nil {
		if v.Kind != ast.ListValue {
			return "[" + m.literal(v, t.Elem) + "]"
		}
		for _, c := range v.Children {
			parts = append(parts, m.literal(c.Value, t.Elem))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	def := m.schema.Types[t.NamedType]
	switch {
	case def.Kind == ast.InputObject:
		for _, c := range v.Children {
			parts = append(parts, c.Name+":"+m.literal(c.Value, def.Fields.ForName(c.Name).Type))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case def.Name == "ID":
		return fmt.Sprintf("%q", v.Raw)
	case v.Kind == ast.StringValue || v.Kind == ast.BlockValue:
		return fmt.Sprintf("%q", v.Raw)
	case v.Kind == ast.ListValue: // of a custom scalar
		for _, c := range v.Children {
			parts = append(parts, m.literal(c.Value, t))
		}
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return v.String()
	}
}

func (m *meaning) json(v any, t *ast.Type) string {
	var parts []string
	def := m.schema.Types[t.Name()]
	switch v := v.(type) {
	case nil:
		return "null"
	case []any:
		elem := t.Elem
		if elem == nil {
			elem = t // a list of a custom scalar
		}
		for _, c := range v {
			parts = append(parts, m.json(c, elem))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case map[string]any:
		if t.Elem != nil || def.Kind != ast.InputObject {
			return "an object"
		}
		for name, c := range v {
			parts = append(parts, name+":"+m.json(c, def.Fields.ForName(name).Type))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case string:
		switch {
		case t.Elem != nil:
			return "a string"
		case def.Kind == ast.Enum:
			return v
		default:
			return fmt.Sprintf("%q", v)
		}
	default:
		if t.Elem != nil {
			return "a scalar"
		}
		return fmt.Sprint(v)
	}
}

// FuzzCoerce: any bytes give variables that are JSON of their type, or coded
// errors; what is coerced coerces to itself.
func FuzzCoerce(f *testing.F) {
	schema := loadSchema(f, inputsSDL)
	op := prepare(f, schema, `query ($any: Any, $int: Int, $float: Float = 1.5, $string: String, $id: ID, $boolean: Boolean = true, $color: Color, $matrix: [[Int]], $in: In, $picks: [Pick], $tree: Tree = {}) {
  f(any: $any, int: $int, float: $float, string: $string, id: $id, boolean: $boolean, color: $color, matrix: $matrix, in: $in, picks: $picks, tree: $tree)
}`)
	for _, seed := range []string{
		"", "null", "{}", `{"any": {"a": [1, null, "x"]}, "int": 1.0, "float": -1e5, "id": 7, "color": "RED"}`,
		`{"matrix": [1, [2], null], "in": {"b": 1, "in": {"b": 2, "ins": {}}}, "picks": [{"x": 1}, {"y": "a"}]}`,
		`{"tree": {"next": {"next": {"id": "\u0000"}}}}`, `{"in": {}}`, `{"int": "1", "int": 2}`, `[`, `{"any": "\ud800"}`, " {\n} ",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		vars, errs := op.Coerce(raw)
		if (vars == nil) != (len(errs) > 0) {
			t.Fatalf("variables %v with errors %v", vars, errs)
		}
		checkErrors(t, errs)
		if vars == nil {
			return
		}
		text := coerced(vars)
		if !json.Valid([]byte(text)) {
			t.Fatalf("coerced to %s", text)
		}
		again, errs := op.Coerce([]byte(text))
		if len(errs) > 0 {
			t.Fatalf("%s: %v", text, errs)
		}
		if coerced(again) != text {
			t.Fatalf("%s coerces to %s", text, coerced(again))
		}
	})
}
