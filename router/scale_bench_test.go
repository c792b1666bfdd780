package router

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/scale"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// BenchmarkCachedPlan is what an operation costs whose plan is there, up to
// its execution, with few subgraphs and with many: the look-ups alone, as
// BenchmarkFind.
func BenchmarkCachedPlan(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			company := scale.Company(n)
			composed := composition.Compose(b.Context(), company.Subgraphs, composition.Options{})
			if !composed.OK() {
				b.Fatal(composed.Errors[0].Message)
			}
			super, err := supergraph.Parse("supergraph.graphql", composed.SDL)
			if err != nil {
				b.Fatal(err)
			}
			g := NewGraph(super, GraphOptions{Limits: operation.DefaultLimits()})
			ctx := b.Context()
			look := func(document string, vars *operation.Variables) (hit bool) {
				op, _, err := g.prepare(ctx, document, "")
				if err != nil {
					b.Fatal(err)
				}
				if vars == nil {
					vars, _ = op.Coerce(nil)
					vars = vars.With(op.literals)
				}
				_, hit, err = g.plan(ctx, op, vars, flags{})
				if err != nil {
					b.Fatal(err)
				}
				return hit
			}
			for _, document := range company.Operations {
				look(document, nil)
			}
			op, _, err := g.prepare(ctx, company.Operations[0], "")
			if err != nil {
				b.Fatal(err)
			}
			vars, _ := op.Coerce(nil)
			vars = vars.With(op.literals)
			b.ReportAllocs()
			for b.Loop() {
				if !look(company.Operations[0], vars) {
					b.Fatal("the plan is not cached")
				}
			}
		})
	}
}
