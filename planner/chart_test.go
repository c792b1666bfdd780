package planner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/differential"
	"github.com/weft-graphql/weft/internal/scale"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// TestChartsChangeNoPlan: where positions are charted, choices are priced by
// the rules that choices are made by elsewhere. So the plan is the same, byte
// for byte, when nothing is charted, provided that as many choices are looked
// at: with charts it takes fewer looks.
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

	for _, n := range []int{8, 9, 16, 31} {
		comparePlans(t, fmt.Sprintf("%d subgraphs", n), composed(t, wideFederation(draw, n)), wideDocuments(draw, n))
	}

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

// wideFederation has one type, in so many subgraphs that a holding takes several
// words: each has some of its fields, and one of two keys, or both.
func wideFederation(draw *rand.Rand, n int) []composition.Subgraph {
	subgraphs := make([]composition.Subgraph, n)
	owners := make([][]int, 6) // of the fields
	for f := range owners {
		owners[f] = draw.Perm(n)[:1+draw.IntN(n)]
	}
	for g := range subgraphs {
		var sdl strings.Builder
		sdl.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])\n")
		if g%3 == 0 {
			sdl.WriteString("type Query { node: Node @shareable }\n")
		}
		keys := 1 + draw.IntN(3)
		if g == 0 {
			keys = 3
		}
		sdl.WriteString("type Node")
		for k := range 2 {
			if keys>>k&1 != 0 {
				fmt.Fprintf(&sdl, " @key(fields: \"k%d\")", k)
			}
		}
		sdl.WriteString(" {")
		for k := range 2 {
			if keys>>k&1 != 0 {
				fmt.Fprintf(&sdl, " k%d: ID!", k)
			}
		}
		for f, owns := range owners {
			if slices.Contains(owns, g) {
				fmt.Fprintf(&sdl, " f%d: Int @shareable n%[1]d: Node @shareable", f)
			}
		}
		sdl.WriteString(" }\n")
		subgraphs[g] = composition.Subgraph{Name: fmt.Sprintf("s%02d", g), URL: "http://localhost", SDL: sdl.String()}
	}
	return subgraphs
}

// wideDocuments select on it.
func wideDocuments(draw *rand.Rand, n int) []string {
	var set func(depth int) string
	set = func(depth int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "{ f%d f%d ", draw.IntN(3), 3+draw.IntN(3))
		if depth > 0 {
			fmt.Fprintf(&b, "n%d %s ", draw.IntN(3), set(depth-1))
			fmt.Fprintf(&b, "n%d %s ", 3+draw.IntN(3), set(depth-1))
		}
		return b.String() + "}"
	}
	documents := make([]string, 400/n)
	for i := range documents {
		documents[i] = "{ node " + set(1) + " }"
	}
	return documents
}

func composed(t *testing.T, subgraphs []composition.Subgraph) *supergraph.Supergraph {
	t.Helper()
	r := composition.Compose(context.Background(), subgraphs, composition.Options{})
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
	checker, err := soundness.New(super)
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range documents {
		op, errs := operation.Prepare(super.API, document, "", limits)
		if len(errs) > 0 {
			continue // not what this is about
		}
		request := planner.Request{Operation: op, Selection: op.Select(nil)}
		for _, planners := range []func(*supergraph.Supergraph, bool) *planner.Planner{planner.NewPatient, planner.NewHasty} {
			want := planOrError(t, planners(super, false), request)
			got := planOrError(t, planners(super, true), request)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: (-uncharted +charted)\n%s\n%s", name, diff, document)
			}
		}
		hasty, err := planner.NewHasty(super, true).Plan(context.Background(), request)
		if err != nil {
			continue // which has been compared
		}
		for _, fault := range checker.Check(soundRequest(request), hasty) {
			t.Errorf("%s, chosen greedily: %s\n%s\n%s", name, fault, document, printed(hasty))
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
