package golden

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/internal/oracle"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// reusing is a stage like s where what subgraphs have answered is reused.
func reusing(t *testing.T, c *Case, s *Stage) *Stage {
	t.Helper()
	super, err := supergraph.Parse(fileSupergraph, c.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	out := *s
	out.planner = planner.New(super, planner.Options{Reuse: func(string) bool { return true }})
	return &out
}

// TestReusePerSubgraph plans with reuse for some subgraphs only: entities of
// the others are asked for again.
func TestReusePerSubgraph(t *testing.T) {
	c, err := Load("testdata/reuse_root_list.txtar")
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse(fileSupergraph, c.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	op, refused := prepare(super.API, c.Request())
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	for _, subgraph := range []string{"catalogue", "reviews", "nowhere"} {
		options := planner.Options{Reuse: func(name string) bool { return name == subgraph }}
		p, err := planner.New(super, options).Plan(context.Background(), planner.Request{Operation: op.operation, Selection: op.selection})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(p.Text(), "Reuse("), strings.Count(subgraph, "catalogue"); got != want {
			t.Errorf("for %s: %d reuses, want %d\n%s", subgraph, got, want, p.Text())
		}
	}
}

// TestReuse runs every case, and random queries on its subgraphs, with and
// without reuse of entities: the answer is the same.
func TestReuse(t *testing.T) {
	reused := 0
	run := func(t *testing.T, c *Case, plain *Stage, r Request) {
		t.Helper()
		stage := reusing(t, c, plain)
		want, err := plain.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := stage.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got.Plan), "Reuse(") {
			reused++
		}
		for _, fault := range got.Unsound {
			t.Errorf("unsound: %s", fault)
		}
		if diff := cmp.Diff(indented(want.Response), indented(got.Response)); diff != "" {
			t.Errorf("response of %s (-without +with reuse):\n%s%s", r.Query, diff, got.Plan)
		}
	}
	for _, c := range generatedCases(t) {
		if len(c.Config.Faults) > 0 {
			continue // what is not asked for cannot fail
		}
		t.Run(c.Name, func(t *testing.T) {
			stage, err := c.NewStage()
			if err != nil {
				t.Fatal(err)
			}
			run(t, c, stage, c.Request())
			generate(t, c, func(t *testing.T, stage *Stage, _ *oracle.Data, r Request, _ *rand.Rand) {
				run(t, c, stage, r)
			})
		})
	}
	if reused < 10 {
		t.Errorf("only %d of the operations reuse anything", reused)
	}
	t.Logf("%d operations reuse something", reused)
}
