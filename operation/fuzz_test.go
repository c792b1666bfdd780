package operation

import (
	"encoding/json"
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
