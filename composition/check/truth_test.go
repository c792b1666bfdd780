package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/composition/check"
	"github.com/weft-graphql/weft/operation"
)

// TestNothingBreaksUnseen holds the severities against the validation rules:
// where no change is breaking, every operation that was valid still is. Edits of
// one schema are made, undone and exchanged for one another. Most of them must
// stop some operation, so that the operations are worth something; the others
// only alter answers. Fields that merge are left out, see FieldTypeChanged.
func TestNothingBreaksUnseen(t *testing.T) {
	const schema = `
directive @d(x: Int) on FIELD | QUERY
directive @o(x: Int) on OBJECT
interface I { x: Int j: J }
interface J { x: Int }
type A implements I & J { x: Int j: J a(n: Int, in: In, e: E, l: [Int]): Int }
type B implements J { x: Int b: [E] }
union U = A | B
enum E { ONE TWO }
input In { p: Int = 1 q: [Int!] r: Int! = 2 }
input Pick { m: Int n: Int }
scalar S
type Query { i: I j: J u: U e: E s: S a(r: Int! = 3): A! pick(p: Pick): Int }
`
	edits := []struct{ from, to string }{
		{"x: Int) on FIELD", "x: Int!) on FIELD"},
		{"x: Int) on FIELD", "x: Int y: Int) on FIELD"},
		{"FIELD | QUERY", "FIELD"},
		{"directive @o(x: Int) on OBJECT\n", ""},
		{"@o(x: Int) on OBJECT", "@o(y: Int!) on OBJECT"},
		{"implements I & J { x: Int j: J a(", "implements I { x: Int j: J a("},
		{"type B implements J", "type B"},
		{"U = A | B", "U = A"},
		{"ONE TWO", "ONE"},
		{"a(n: Int,", "a(n: Int!,"},
		{"a(n: Int,", "a(n: Int! = 1,"},
		{"a(n: Int,", "a(n: [Int],"},
		{"a(n: Int,", "a("},
		{"l: [Int])", "l: [Int!])"},
		{"l: [Int])", "l: [Int], more: Int)"},
		{"l: [Int])", "l: [Int], more: Int!)"},
		{"l: [Int]): Int }", "l: [Int]): [Int] }"},
		{"b: [E]", "b: E"},
		{"b: [E] }", "b: [E] c: Int }"},
		{"p: Int = 1", "p: Int! = 1"},
		{"p: Int = 1", "p: Int"},
		{"q: [Int!]", "q: [Int]"},
		{"r: Int! = 2", "r: Int!"},
		{"input Pick {", "input Pick @oneOf {"},
		{"m: Int n", "m: Float n"},
		{"i: I j: J u", "i: A j: J u"},
		{"i: I j: J u", "j: J u"},
		{"u: U e", "u: J e"},
		{"u: U e", "u: A e"},
		{"s: S a", "s: E a"},
		{"a(r: Int! = 3)", "a(r: Int!)"},
		{"a(r: Int! = 3): A!", "a(r: Int! = 3): A"},
		{"a(r: Int! = 3): A!", "a(r: Int! = 3): I!"},
		{"scalar S", "enum S { X }"},
	}
	operations := []string{
		`{ i { x j { x } ... on A { a } ... on J { x } } }`,
		`{ j { x ... on B { b } ... on A { a } ... on I { x } } }`,
		`{ u { __typename ... on A { a } ... on B { b } ... on I { j { x } } ... on J { x } } }`,
		`{ u { ... on I { x } } } `,
		`{ u { ... on J { x } } } `,
		`{ i { ... on J { x } } } `,
		`{ u { x } }`,
		`{ i { a } }`,
		`query @d { e s }`,
		`{ e @d s }`,
		`{ e @d(x: 1) }`,
		`{ e @d(x: null) }`,
		`query ($x: Int) { e @d(x: $x) }`,
		`query ($r: Int) { a(r: $r) { x } }`,
		`query ($r: Int!) { a(r: $r) { x } }`,
		`{ a { a } }`,
		`{ a { x } }`,
		`{ a(r: null) { x } }`,
		`{ a { a(n: null) } }`,
		`{ a { a(n: 1) } }`,
		`query ($n: Int) { a { a(n: $n) } }`,
		`query ($n: Int!) { a { a(n: $n) } }`,
		`query ($n: [Int]) { a { a(l: $n, n: 1) } }`,
		`query ($n: [Int!]!) { a { a(l: $n) } }`,
		`{ a { a(l: [1, null], n: 1) } }`,
		`{ a { a(l: 1, e: TWO) } }`,
		`query ($e: E = TWO) { a { a(e: $e) } }`,
		`query ($e: E!) { a { a(e: $e) } }`,
		`{ a { a(in: {}) } }`,
		`{ a { a(in: {p: null, q: [1, null], r: 1}) } }`,
		`{ a { a(in: {p: 1, q: [1], r: 1}) } }`,
		`query ($p: Int, $q: [Int!]) { a { a(in: {p: $p, q: $q, r: 1}) } }`,
		`query ($q: [Int]) { a { a(in: {q: $q, r: 1}) } }`,
		`query ($in: In) { a { a(in: $in) } }`,
		`{ pick(p: {}) }`,
		`{ pick(p: {m: 1, n: 2}) }`,
		`{ pick(p: {m: null}) }`,
		`query ($m: Int) { pick(p: {m: $m}) }`,
		`query ($m: Int!) { pick(p: {m: $m}) }`,
		`query ($m: Float!) { pick(p: {m: $m}) }`,
	}
	valid := map[string][]bool{}
	run := func(sdl string) []bool {
		if results, ok := valid[sdl]; ok {
			return results
		}
		s := load(t, sdl)
		results := make([]bool, len(operations))
		for i, text := range operations {
			_, errs := operation.Prepare(s, text, "", operation.DefaultLimits())
			results[i] = len(errs) == 0
		}
		valid[sdl] = results
		return results
	}
	// stopped holds the pair, and returns how many operations stop being valid.
	stopped := func(base, revised string) int {
		was, is := run(base), run(revised)
		changes := check.Changes(load(t, base), load(t, revised))
		breaking := slices.ContainsFunc(changes, func(c check.Change) bool { return c.Severity == check.Breaking })
		n := 0
		for i := range operations {
			if was[i] && !is[i] {
				n++
				if !breaking {
					t.Errorf("no change is breaking, but %s is not valid any more\n%v\n%s\n%s", operations[i], changes, base, revised)
				}
			}
		}
		return n
	}
	var versions []string
	told := 0
	for _, e := range edits {
		edited := strings.Replace(schema, e.from, e.to, 1)
		if edited == schema {
			t.Fatalf("%q is not in the schema", e.from)
		}
		if stopped(schema, edited)+stopped(edited, schema) > 0 {
			told++
		}
		versions = append(versions, edited)
	}
	if told < len(edits)/2 {
		t.Errorf("only %d of %d edits are told by some operation", told, len(edits))
	}
	for _, a := range versions {
		for _, b := range versions {
			if a != b && !t.Failed() {
				stopped(a, b)
			}
		}
	}
}
