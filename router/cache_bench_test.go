package router

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// BenchmarkPrograms is the way from a document to its program: both cached,
// the plan cached and the document new (a client that inlines values), and
// neither cached.
func BenchmarkPrograms(b *testing.B) {
	super, err := supergraph.Parse("test.graphql", testSDL)
	if err != nil {
		b.Fatal(err)
	}
	const format = `query Products%d($x: Boolean!) { a: product(id: %d) { id name price @include(if: $x) } b: product(id: "b") { id name price } }`
	variables := []byte(`{"x": true}`)
	for _, bb := range []struct {
		name     string
		document func(i int) string
	}{
		{"hit", func(int) string { return fmt.Sprintf(format, 0, 0) }},
		{"new literal", func(i int) string { return fmt.Sprintf(format, 0, i) }},
		{"new operation", func(i int) string { return fmt.Sprintf(format, i, 0) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			g := NewGraph(super, GraphOptions{Limits: operation.DefaultLimits()})
			documents := make([]string, 1<<12)
			for i := range documents {
				documents[i] = bb.document(i)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i++; i%len(documents) == 0 {
					g.operations.entries.InvalidateAll()
					g.programs.entries.InvalidateAll()
				}
				op, _, err := g.prepare(b.Context(), documents[i%len(documents)], "")
				if err != nil {
					b.Fatal(err)
				}
				vars, errs := op.Coerce(variables)
				if len(errs) > 0 {
					b.Fatal(errs)
				}
				if _, _, err := g.plan(b.Context(), op, vars.With(op.literals), flags{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFind is the two lookups alone, without coercion.
func BenchmarkFind(b *testing.B) {
	super, err := supergraph.Parse("test.graphql", testSDL)
	if err != nil {
		b.Fatal(err)
	}
	const document = `query Q($x: Boolean!) { product(id: "1") { id name price @include(if: $x) } }`
	g := NewGraph(super, GraphOptions{Limits: operation.DefaultLimits()})
	op, _, err := g.prepare(b.Context(), document, "")
	if err != nil {
		b.Fatal(err)
	}
	vars, _ := op.Coerce([]byte(`{"x": true}`))
	vars = vars.With(op.literals)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		op, _, _ := g.prepare(ctx, document, "")
		if refused, _ := op.Check(g.limits); refused != nil {
			b.Fatal(refused)
		}
		if _, _, err := g.plan(ctx, op, vars, flags{}); err != nil {
			b.Fatal(err)
		}
	}
}
