package operation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refusals prints the refused fields of a selection, one a line, and what is
// selected besides.
func refusals(fields []*Field) string {
	var b strings.Builder
	var walk func(fields []*Field, at string)
	walk = func(fields []*Field, at string) {
		for _, f := range fields {
			path := at + f.ResponseName
			if f.Refused == nil {
				walk(f.Selections, path+".")
				continue
			}
			b.WriteString(path + " " + f.Refused.Field + ": " + f.Refused.Message + "\n")
			if f.Name != "__typename" || f.Arguments != nil || f.Selections != nil {
				b.WriteString(path + " is still to be asked for\n")
			}
		}
	}
	walk(fields, "")
	return b.String()
}

func TestRefusals(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		name, document, variables string
		conditions                []string
		want                      string
	}{
		{"default of the variable", `query ($n: Int = 5) { b need(n: $n) }`, `{"n": null}`, []string{"$n"},
			"need need: Argument \"n\" of non-null type \"Int!\" must not be null.\n"},
		{"not null", `query ($n: Int = 5) { need(n: $n) }`, `{"n": 1}`, []string{"$n"}, ""},
		{"not given", `query ($n: Int = 5) { need(n: $n) }`, ``, []string{"$n"}, ""},
		{"required", `query ($n: Int!) { need(n: $n) }`, `{"n": 1}`, nil, ""},
		{"where null may be", `query ($n: Int = 5) { a(n: $n, list: null) }`, `{"n": null}`, nil, ""},
		{"default of the argument", `query ($n: Int) { x: pets(first: $n) { name } pets { name } }`, `{"n": null}`, []string{"$n"},
			"x pets: Argument \"first\" of non-null type \"Int!\" must not be null.\n"},
		{"neither default", `query ($n: Int) { pets(first: $n) { name } }`, ``, []string{"$n"}, ""},
		{"in a list", `query ($n: Int = 5) { a(list: [1, $n]) }`, `{"n": null}`, []string{"$n"},
			"a a: Argument \"list\" has an invalid value: the variable \"$n\" is null where a value of type \"Int!\" is expected.\n"},
		{"a whole list", `query ($l: [Int!] = [5]) { a(list: $l) }`, `{"l": null}`, nil, ""},
		{"in a list of nullables", `query ($n: Int = 5) { a(lists: [[$n]]) }`, `{"n": null}`, nil, ""},
		{"in an input object", `query ($n: Int = 5) { a(in: {need: $n}) }`, `{"n": null}`, []string{"$n"},
			"a a: Argument \"in\" has an invalid value: the variable \"$n\" is null where a value of type \"Int!\" is expected.\n"},
		{"default of the input field", `query ($n: Int) { a(in: {need: 1, in: {need: 1, def: $n}}) }`, `{"n": null}`, []string{"$n"},
			"a a: Argument \"in\" has an invalid value: the variable \"$n\" is null where a value of type \"Int!\" is expected.\n"},
		{"in a list in an input object", `query ($n: Int = 1) { a(in: {need: 1, list: [$n]}) }`, `{"n": null}`, []string{"$n"},
			"a a: Argument \"in\" has an invalid value: the variable \"$n\" is null where a value of type \"Int!\" is expected.\n"},
		{"in a custom scalar", `query ($n: Int = 1) { a(any: {need: [$n]}) }`, `{"n": null}`, nil, ""},
		{"one of two", `query ($n: Int = 1, $m: Int = 1) { x: need(n: $n) y: need(n: $m) }`, `{"m": null}`, []string{"$m", "$n"},
			"y need: Argument \"n\" of non-null type \"Int!\" must not be null.\n"},
		{"in a fragment, below", `query ($n: Int = 1, $c: Boolean!) { ...F @include(if: $c) } fragment F on Query { pet { ... on Dog { owner { name } } } need(n: $n) }`,
			`{"n": null, "c": true}`, []string{"$n", "c"}, "need need: Argument \"n\" of non-null type \"Int!\" must not be null.\n"},
		{"introspection", `query ($n: String = "A") { __type(name: $n) { name } }`, `{"n": null}`, []string{"$n"},
			"__type __type: Argument \"name\" of non-null type \"String!\" must not be null.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := prepare(t, schema, tt.document)
			if diff := cmp.Diff(tt.conditions, op.Conditions); diff != "" {
				t.Errorf("conditions (-want +got)\n%s", diff)
			}
			vars, errs := op.Coerce([]byte(tt.variables))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(tt.want, refusals(op.Select(vars.Conditions(op)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			// What is planned is the lifted operation, made from its text.
			lifted, literals := op.Lift()
			again, err := lifted.Signature.Rebuild()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, refusals(again.Select(vars.With(literals).Conditions(again)))); diff != "" {
				t.Errorf("lifted (-want +got)\n%s", diff)
			}
		})
	}
}
