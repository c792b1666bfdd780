package planner_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/differential"
	"github.com/weft-graphql/weft/internal/scale"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// TestChartsChangeNoPlan: where positions are charted, choices are priced by
// the rules that choices are made by elsewhere. So the plan is the same, byte
// for byte, when nothing is charted.
func TestChartsChangeNoPlan(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 1))
	for _, g := range fuzzedGraphs(t) {
		super, err := supergraph.Parse(g.name, g.sdl)
		if err != nil {
			t.Fatal(err)
		}
		documents := g.documents
		for range 12 {
			choices := make([]byte, 60)
			for i := range choices {
				choices[i] = byte(draw.Uint32())
			}
			c := &chooser{schema: super.API, choices: choices, left: 40}
			documents = append(documents, c.document())
		}
		comparePlans(t, g.name, super, documents)
	}

	company := scale.Company(5)
	comparePlans(t, "company", composed(t, company.Subgraphs), company.Operations[:25])
	many, document := scale.ManyPlans(40)
	comparePlans(t, "many plans", composed(t, many), []string{document})

	bits := func(n int) uint64 { return draw.Uint64() >> (64 - n) }
	for range 300 {
		w := differential.Generate(bits)
		super, err := supergraph.Parse("world", w.Supergraph())
		if err != nil {
			t.Fatal(err)
		}
		var documents []string
		for range 10 {
			documents = append(documents, differential.MakeOperation(bits, w, super).String())
		}
		comparePlans(t, "random", super, documents)
	}
}

func composed(t *testing.T, subgraphs []composition.Subgraph) *supergraph.Supergraph {
	t.Helper()
	r := composition.Compose(subgraphs, composition.Options{})
	if !r.OK() {
		t.Fatal(r.Errors[0].Message)
	}
	super, err := supergraph.Parse("composed", r.SDL)
	if err != nil {
		t.Fatal(err)
	}
	return super
}

func comparePlans(t *testing.T, name string, super *supergraph.Supergraph, documents []string) {
	t.Helper()
	limits := operation.DefaultLimits()
	limits.Aliases, limits.Height, limits.Depth = 0, 0, 0
	for _, document := range documents {
		op, errs := operation.Prepare(super.API, document, "", limits)
		if len(errs) > 0 {
			continue // not what this is about
		}
		request := planner.Request{Operation: op, Selection: op.Select(nil)}
		want := planOrError(t, planner.NewUncharted(super, planner.Options{}), request)
		got := planOrError(t, planner.New(super, planner.Options{}), request)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-uncharted +charted)\n%s\n%s", name, diff, document)
		}
	}
}

func planOrError(t *testing.T, p *planner.Planner, r planner.Request) string {
	t.Helper()
	made, err := p.Plan(context.Background(), r)
	if err != nil {
		return err.Error()
	}
	text, err := json.MarshalIndent(made, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
