package check

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// FuzzDocuments cuts documents into operations: each stands for itself, is the
// one that its name says, and lies where its place says.
func FuzzDocuments(f *testing.F) {
	f.Add("query A { a ...F } { b } fragment F on Q { ...F ...G }")
	f.Add("\"d { \\\" \\u00e9 }\" query A($x: I = {y: \"}\"}) { m(x: $x) } # }\n\r\n\"\"\" é { \"\"\" subscription S { s(x: \"\"\"\n}\\\"\"\"\n\"\"\") }")
	f.Add("\ufeffquery A { a }\r{ b(x: [{y: {}}]) }")
	f.Fuzz(func(t *testing.T, text string) {
		d := readDocument("f", text)
		parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
		for _, shared := range []bool{false, true} {
			ops := operationsOf([]document{d}, shared)
			if d.definitions == nil {
				continue
			}
			if err != nil {
				t.Fatalf("what cannot be parsed is cut up: %v", err)
			}
			if len(parsed.Operations) > 0 && len(ops) != len(parsed.Operations) {
				t.Fatalf("%d operations, want %d", len(ops), len(parsed.Operations))
			}
			for i, o := range ops {
				if len(parsed.Operations) == 0 {
					continue
				}
				a, ok := o.assemble()
				if !ok {
					continue
				}
				one, err := parser.ParseQuery(&ast.Source{Input: a.text})
				if err != nil {
					t.Fatalf("operation %d does not parse: %v\n%q", i, err, a.text)
				}
				want := parsed.Operations[i]
				if len(one.Operations) != 1 || one.Operations[0].Name != o.Name || o.Name != want.Name || one.Operations[0].Operation != want.Operation {
					t.Fatalf("operation %d is %q, want %q", i, a.text, want.Name)
				}
				if want.Description != one.Operations[0].Description {
					t.Fatalf("operation %d is described by %q, want %q", i, one.Operations[0].Description, want.Description)
				}
				pos := one.Operations[0].Position
				if p := a.place(pos.Line, pos.Column); want.Description == "" && p != (Place{"f", want.Position.Line, want.Position.Column}) && !crlf(text) {
					t.Fatalf("operation %d is at %v, want %d:%d", i, p, want.Position.Line, want.Position.Column)
				}
			}
		}
	})
}

// crlf tells whether there are line ends after which the parser's columns are
// one too large.
func crlf(text string) bool { return slices.Contains([]byte(text), '\r') }
