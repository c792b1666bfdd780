package operation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dumpDeferred prints fields with the labels of the fragments around them, the
// outermost first.
func dumpDeferred(fields []*Field) string {
	var parts []string
	for _, f := range fields {
		part := f.ResponseName
		for d := f.Defer; d != nil; d = d.Parent {
			part = fmt.Sprintf("%s@%s", part, d.Label)
		}
		if len(f.Selections) > 0 {
			part += "{" + dumpDeferred(f.Selections) + "}"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestSelectDeferred(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		name, document, variables, want string
	}{
		{"inline", `{ a ... @defer(label: "x") { b } }`, "", "a b@x"},
		{"without a label", "{ a ... @defer { b } }", "", "a b@"},
		{"a label of null", "{ a ... @defer(label: null) { b } }", "", "a b@"},
		{"spread", `{ ...F @defer(label: "x") a } fragment F on Query { b }`, "", "b@x a"},
		{"within another", `{ ... @defer(label: "x") { a ... @defer(label: "y") { b } } }`, "", "a@x b@y@x"},
		{"below a deferred field", `{ ... @defer(label: "x") { pet { name ... @defer(label: "y") { owner { name } } } } }`, "",
			"pet@x{name owner@y{name}}"},
		{"if false", "{ a ... @defer(if: false) { b } }", "", "a b"},
		{"if true", `{ a ... @defer(if: true, label: "x") { b } }`, "", "a b@x"},
		{"by a variable", `query ($d: Boolean!) { ... @defer(if: $d, label: "x") { b } }`, `{"d": true}`, "b@x"},
		{"not by a variable", `query ($d: Boolean!) { ... @defer(if: $d, label: "x") { b } }`, `{"d": false}`, "b"},
		{"by a missing variable", `query ($d: Boolean) { ... @defer(if: $d, label: "x") { b } }`, "{}", "b@x"},
		{"by a default", `query ($d: Boolean = false) { ... @defer(if: $d, label: "x") { b } }`, "{}", "b"},
		{"skipped", `{ a ... @skip(if: true) @defer { b } }`, "", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := prepare(t, schema, tt.document)
			vars, errs := op.Coerce([]byte(tt.variables))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(tt.want, dumpDeferred(op.Select(vars.Conditions(op)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	op := prepare(t, schema, `query ($d: Boolean) { ... @defer(if: $d) { b } }`)
	if _, errs := op.Coerce([]byte(`{"d": null}`)); len(errs) != 1 {
		t.Errorf("a condition of null: %v", errs)
	}
}

func TestDeferDirective(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct{ name, document, want string }{
		{"a label twice", `{ ... @defer(label: "x") { a } ... @defer(label: "x") { b } }`, `The label "x" of "@defer" is used twice.`},
		{"no label twice", "{ ... @defer { a } ... @defer { b } }", ""},
		{"a label from a variable", `query ($l: String) { ... @defer(label: $l) { a } }`, "it cannot be a variable"},
		{"mutation", "mutation { ... @defer { reset } }", "root fields of a mutation"},
		{"fragment on mutations", "mutation { ...F } fragment F on Mutation { ... @defer { reset } }", "root fields of a mutation"},
		{"subscription", "subscription { ... @defer { tick } }", "cannot be used in a subscription"},
		{"on a field", "{ a @defer }", `Directive "@defer" may not be used on FIELD.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, errs := Prepare(schema, tt.document, "", DefaultLimits())
			got := show(errs)
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("errors %q, want one with %q", got, tt.want)
			}
		})
	}
}
