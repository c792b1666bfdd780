package operation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

func TestMerging(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	conflict := func(places, name, reason string) string {
		return fmt.Sprintf("GRAPHQL_VALIDATION_FAILED %s Fields %q conflict because %s."+
			" Use different aliases on the fields to fetch both if this was intentional.\n", places, name, reason)
	}
	tests := []struct {
		name     string
		document string
		want     string
	}{
		{"equal", "{ a a }", ""},
		{"equal arguments in another order", `{ a(n: 1, in: {need: 1, opt: "x"}) a(in: {opt: "x", need: 1}, n: 1) }`, ""},
		{"block string and string", `{ a(s: "x") a(s: """x""") }`, ""},
		{"exclusive parents", "{ pet { ... on Dog { v: name } ... on Cat { v: meow } } }", ""},
		{"exclusive parents, exclusive arguments", "{ pet { ... on Dog { sound(loud: true) } ... on Cat { sound(loud: false) } } }", ""},
		{"exclusive grandparents", "{ pet { ... on Dog { x: best { v: name } } ... on Cat { x: friend { v: name ... on Dog { w: bark } } } } }", ""},
		{"sub-selections that merge", "{ pet { name } pet { ... on Dog { bark } } }", ""},

		{"different fields", "{ x: a x: b }", conflict("1:3,1:8", "x", `"a" and "b" are different fields`)},
		{"different arguments", "{ a(n: 1) a(n: 2) }", conflict("1:3,1:11", "a", "they have differing arguments")},
		{"argument and none", "{ a a(n: 2) }", conflict("1:3,1:5", "a", "they have differing arguments")},
		{"number and digits", `{ a(any: 1) a(any: "1") }`, conflict("1:3,1:13", "a", "they have differing arguments")},
		{"variable and constant", "query ($n: Int) { a(n: $n) a(n: 1) }", conflict("1:19,1:28", "a", "they have differing arguments")},
		{"different shapes of exclusive parents", "{ pet { ... on Dog { volume } ... on Cat { volume } } }",
			conflict("1:22,1:44", "volume", `they return conflicting types "Int!" and "Float"`)},
		{"leaf and composite", "{ pet { ... on Dog { x: bark } ... on Cat { x: best { name } } } }",
			conflict("1:22,1:45", "x", `they return conflicting types "Int!" and "Cat"`)},
		{"list and no list", "{ x: pet { name } x: pets { name } }", conflict("1:3,1:19", "x", `they return conflicting types "Pet" and "[Pet!]!"`)},
		{"below equal fields", "{ pet { x: name } pet { ... { x: __typename } } }",
			conflict("1:9,1:31", "x", `they return conflicting types "String" and "String!"`)},
		{"overlapping parents", "{ pet { x: name ... on Cat { x: meow } } }", conflict("1:9,1:30", "x", `"name" and "meow" are different fields`)},
		{"overlapping parents, one far above", "{ dog { x: best { v: name } } ...F } fragment F on Query { dog { x: best { v: name ... on Dog { v: name } } best { name } } dog { ... on Pet { x: friend { ... on Cat { v: meow } } } } }",
			conflict("1:144,1:9", "x", `"friend" and "best" are different fields`)},
		{"in a fragment that two places spread", "{ dog { ...F } pet { ...F } } fragment F on Pet { x: name x: __typename }",
			conflict("1:51,1:59", "x", `they return conflicting types "String" and "String!"`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, errs := Prepare(schema, tt.document, "", DefaultLimits())
			if diff := cmp.Diff(tt.want, show(errs)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Merging agrees with the specification's own algorithm, which compares all
// pairs, on random operations over few fields and types.
func TestMergingAgainstSpecification(t *testing.T) {
	schema := loadSchema(t, `
type Query { i: I }
interface I { a: Int b: Int i: I }
type A implements I { a: Int b: Int i: I s: String o: A p: I }
type B implements I { a: Int b: Int i: I s: String! o: B p: I }
`)
	rapid.Check(t, func(t *rapid.T) {
		document := "{ i {" + drawSelections(t, "I", 4) + " } }"
		op := prepareUnmerged(t, schema, document)
		m := newMerging(schema, 1_000_000)
		m.check(op)
		if want := fieldsInSetCanMerge(schema, []ast.SelectionSet{op.SelectionSet}); want != (len(m.errs) == 0) {
			t.Fatalf("%s: specification says %v, errors are %v", document, want, m.errs)
		}
	})
}

// drawSelections draws selections on a type of that schema.
func drawSelections(t *rapid.T, parent string, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(1, 4).Draw(t, "n") {
		switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case kind < 4 || depth == 0:
			// What is drawn most is different below A and B and rare below I,
			// so that many operations are valid for the sake of their parents.
			alias, leaf := "x", strings.ToLower(parent)
			if parent == "I" {
				alias, leaf = "y", "a"
			}
			if rapid.IntRange(0, 19).Draw(t, "other") == 0 {
				alias = rapid.SampledFrom([]string{"x", "y", "a"}).Draw(t, "alias")
				leaf = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "leaf")
			}
			fmt.Fprintf(&b, " %s: %s", alias, leaf)
		case kind < 6:
			fmt.Fprintf(&b, " i {%s }", drawSelections(t, "I", depth-1))
		default:
			possible := []string{"I", parent}
			if parent == "I" {
				possible = []string{"A", "B", "I"}
			}
			on := rapid.SampledFrom(possible).Draw(t, "on")
			fmt.Fprintf(&b, " ... on %s {%s", on, drawSelections(t, on, depth-1))
			if on != "I" && rapid.Bool().Draw(t, "own field") {
				object, below := "o", on
				if rapid.Bool().Draw(t, "abstract") {
					object, below = "p", "I"
				}
				fmt.Fprintf(&b, " %s: s z: %s {%s }", rapid.SampledFrom([]string{"s", "t", "t" + on}).Draw(t, "own alias"),
					object, drawSelections(t, below, depth-1))
			}
			b.WriteString(" }")
		}
	}
	return b.String()
}

func prepareUnmerged(t *rapid.T, schema *ast.Schema, document string) *ast.OperationDefinition {
	doc, err := parse(document, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var r report
	walk(schema, doc, validationRules(nil, newTypesets(schema)), &r)
	if len(r.errs) > 0 {
		t.Fatalf("%s: %v", document, r.errs)
	}
	return doc.Operations[0]
}

// fieldsInSetCanMerge is the algorithm of the specification, word by word.
func fieldsInSetCanMerge(schema *ast.Schema, set []ast.SelectionSet) bool {
	_, fields := collectFields(set)
	for _, list := range fields {
		for i, a := range list {
			for _, b := range list[i+1:] {
				if !specSameResponseShape(schema, a, b) {
					return false
				}
				if a.ObjectDefinition == b.ObjectDefinition ||
					a.ObjectDefinition.Kind != ast.Object || b.ObjectDefinition.Kind != ast.Object {
					if a.Name != b.Name { // no arguments in this schema
						return false
					}
					if !fieldsInSetCanMerge(schema, []ast.SelectionSet{a.SelectionSet, b.SelectionSet}) {
						return false
					}
				}
			}
			// The set of one field alone merges with itself.
			if !fieldsInSetCanMerge(schema, []ast.SelectionSet{a.SelectionSet}) {
				return false
			}
		}
	}
	return true
}

func specSameResponseShape(schema *ast.Schema, a, b *ast.Field) bool {
	typeA, typeB := a.Definition.Type, b.Definition.Type
	if typeA.NonNull != typeB.NonNull || typeA.Elem != nil || typeB.Elem != nil { // no lists in this schema
		return false
	}
	defA, defB := schema.Types[typeA.NamedType], schema.Types[typeB.NamedType]
	if defA.IsLeafType() || defB.IsLeafType() {
		return defA == defB
	}
	_, fields := collectFields([]ast.SelectionSet{a.SelectionSet, b.SelectionSet})
	for _, list := range fields {
		for i, x := range list {
			for _, y := range list[i+1:] {
				if !specSameResponseShape(schema, x, y) {
					return false
				}
			}
		}
	}
	return true
}
