package operation

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// benchDocuments are operations of the usual shapes.
var benchDocuments = []struct{ name, document string }{
	{"small", `query ($n: Int, $x: Boolean!) { a(n: $n) @include(if: $x) pet { name ... on Dog { bark } } }`},
	{"fragments", `query ($x: Boolean!) { pets { ...P friend { ...P } } named { ...N } dog { ...P best { ...P ...N } } }
fragment P on Pet { name owner { ...N pets { name } } ... on Dog { bark volume } ... on Cat @skip(if: $x) { meow } }
fragment N on Named { __typename name }`},
	{"wide", "query ($x: Boolean!) { dog { name @skip(if: $x) " + strings.Repeat("bark volume best { name } ", 200) + "} }"},
}

func BenchmarkPrepare(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, bb := range benchDocuments {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.document)))
			for b.Loop() {
				if _, errs := Prepare(schema, bb.document, "", DefaultLimits()); len(errs) > 0 {
					b.Fatal(errs)
				}
			}
		})
	}
}

// BenchmarkLift is what is added to Prepare for a document that is new, and
// BenchmarkRebuild what is added to planning for a normal form that is new.
func BenchmarkLift(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, bb := range append(benchDocuments, []struct{ name, document string }{
		{"literals", `{ a(n: 1, s: "text", id: 5, in: {need: 1, list: [1, 2]}) pets(first: 5) { ...P } x: a(n: 1) } fragment P on Pet { name ... on Dog { sound(loud: true) } }`},
		{"list", "{ a(list: [" + strings.Repeat("1, ", 1000) + "]) }"},
	}...) {
		op := prepare(b, schema, bb.document)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				op.Lift()
			}
		})
	}
}

func BenchmarkRebuild(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, bb := range benchDocuments {
		op, _ := prepare(b, schema, bb.document).Lift()
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := op.Rebuild(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRefuse is what it costs to refuse the largest of the adversarial
// documents.
func BenchmarkRefuse(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, tt := range adversarial {
		document := tt.document()
		if tt.code != CodeMaxSelections && tt.code != CodeValidation {
			continue
		}
		b.Run(strings.ReplaceAll(tt.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := Prepare(schema, document, "", DefaultLimits()); len(errs) == 0 {
					b.Fatal("not refused")
				}
			}
		})
	}
}

func BenchmarkSelect(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, bb := range benchDocuments {
		op := prepare(b, schema, bb.document)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(op.Select(Conditions{"x": true})) == 0 {
					b.Fatal("nothing selected")
				}
			}
		})
	}
}

func BenchmarkCollect(b *testing.B) {
	schema := loadSchema(b, petsSDL)
	for _, bb := range []struct{ name, document string }{
		{"distinct", "{" + numbered(" x%d: a", 10) + " }"},
		{"many", "{" + numbered(" x%d: a", 200) + " }"},
		{"merged", "{ a b a b a b }"},
	} {
		fields := prepare(b, schema, bb.document).Select(nil)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Collect(fields, "Query")
			}
		})
	}
}

func BenchmarkCoerce(b *testing.B) {
	schema := loadSchema(b, inputsSDL)
	var list strings.Builder
	for i := range 1_000 {
		fmt.Fprintf(&list, `,{"b": %d, "a": "text %d", "list": [1, 2, 3], "color": "RED", "ins": []}`, i, i)
	}
	for _, bb := range []struct{ name, document, json string }{
		{"none", "{ f }", ""},
		{"scalars", "query ($i: Int!, $s: String, $id: ID = 7, $x: Boolean) { f(int: $i, string: $s, id: $id, boolean: $x) }", `{"i": 12, "s": "some text", "x": true}`},
		{"object", "query ($in: In) { f(in: $in) }", `{"in": {"b": 1, "a": "text", "list": [1, 2, 3], "in": {"b": 2, "ins": []}}}`},
		{"list", "query ($ins: [In!]) { f(ins: $ins) }", `{"ins": [` + list.String()[1:] + `]}`},
	} {
		op := prepare(b, schema, bb.document)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.json)))
			for b.Loop() {
				if _, errs := op.Coerce([]byte(bb.json)); len(errs) > 0 {
					b.Fatal(errs)
				}
			}
		})
	}
}

func BenchmarkIntrospect(b *testing.B) {
	schema := loadSchema(b, librarySDL)
	query, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		b.Fatal(err)
	}
	op := prepare(b, schema, string(query))
	fields := op.Select(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Introspect(op, fields, nil); err != nil {
			b.Fatal(err)
		}
	}
}
