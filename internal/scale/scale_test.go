package scale

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

func load(t testing.TB, subgraphs []composition.Subgraph) *supergraph.Supergraph {
	t.Helper()
	super, err := supergraph.Parse("supergraph.graphql", compose(t, subgraphs))
	if err != nil {
		t.Fatal(err)
	}
	return super
}

func compose(t testing.TB, subgraphs []composition.Subgraph) string {
	t.Helper()
	r := composition.Compose(context.Background(), subgraphs, composition.Options{})
	if !r.OK() {
		t.Fatalf("%s: %s", r.Errors[0].Code, r.Errors[0].Message)
	}
	return r.SDL
}

// wide are limits that leave it to the planner to refuse, but for what would be
// expanded.
func wide() operation.Limits {
	l := operation.DefaultLimits()
	l.Tokens, l.Aliases, l.Height, l.Depth, l.RootFields = 1_000_000, 0, 0, 0, 0
	return l
}

// attempt plans a document. code is that of the refusal, "" if there is a plan;
// selection is what was planned. An error without a code fails the test.
func attempt(t testing.TB, super *supergraph.Supergraph, document string, l operation.Limits, o planner.Options) (p *plan.Plan, selection []*operation.Field, code string) {
	t.Helper()
	return attemptWith(t, super, planner.New(super, o), document, l)
}

func attemptWith(t testing.TB, super *supergraph.Supergraph, by *planner.Planner, document string, l operation.Limits) (p *plan.Plan, selection []*operation.Field, code string) {
	t.Helper()
	op, errs := operation.Prepare(super.API, document, "", l)
	if len(errs) > 0 {
		code, _ := errs[0].Extensions["code"].(string)
		if code == "" {
			t.Fatalf("an error without a code: %v", errs[0])
		}
		return nil, nil, code
	}
	selection = op.Select(nil)
	p, err := by.Plan(context.Background(), planner.Request{Operation: op, Selection: selection})
	var refused *planner.Error
	switch {
	case errors.As(err, &refused) && refused.Code != "":
		return nil, nil, string(refused.Code)
	case err != nil:
		t.Fatalf("an error without a code: %v", err)
	}
	return p, selection, ""
}

// allocated is how many bytes f allocates.
func allocated(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// refusals are the codes by which an operation may be too much.
var refusals = []string{"MAX_TOKENS_LIMIT", "MAX_SELECTIONS_LIMIT", "MAX_NESTING_LIMIT", "MAX_ALIASES_LIMIT", "MAX_HEIGHT_LIMIT", "MAX_DEPTH_LIMIT", string(planner.CodeBudget)}

// smallBudget of steps is for tests, stepBytes are the most that one step
// allocates in the long run, and planBytes what planning allocates whatever the
// steps.
const (
	smallBudget = 20_000
	stepBytes   = 2_000
	planBytes   = 48 << 20
)

// Adversaries are planned where they are small, and soundly. Where they are as
// hard as they get they are planned or refused with a code, and within the
// budget: no more is allocated than its steps account for.
func TestAdversaries(t *testing.T) {
	for _, a := range Adversaries() {
		t.Run(a.Name, func(t *testing.T) {
			if a.Small > 0 {
				super, document := made(t, a, a.Small)
				p, selection, code := attempt(t, super, document, operation.DefaultLimits(), planner.Options{})
				if code != "" {
					t.Fatalf("size %d is refused: %s", a.Small, code)
				}
				checker, err := soundness.New(super)
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range checker.Faults(soundness.Request{Kind: ast.Query, Selection: selection}, p) {
					t.Error(fault)
				}
			}
			super, document := made(t, a, a.Size)
			for _, l := range []operation.Limits{operation.DefaultLimits(), wide()} {
				var code string
				bytes := allocated(func() {
					_, _, code = attempt(t, super, document, l, planner.Options{Budget: smallBudget})
				})
				if code != "" && !slices.Contains(refusals, code) {
					t.Errorf("size %d is refused with %s", a.Size, code)
				}
				if most := float64(smallBudget*stepBytes + planBytes); bytes > most {
					t.Errorf("size %d takes %.0f bytes, more than %.0f", a.Size, bytes, most)
				}
			}
		})
	}
}

// What planning allocates grows with the square of the size at most, give or
// take.
func TestAllocationIsPolynomial(t *testing.T) {
	for _, a := range Adversaries() {
		if a.Doubled == 0 {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			measure := func(size int) float64 {
				super, document := made(t, a, size)
				return allocated(func() {
					if _, _, code := attempt(t, super, document, wide(), planner.Options{}); code != "" {
						t.Fatalf("size %d is refused: %s", size, code)
					}
				})
			}
			small, large := measure(a.Doubled), measure(2*a.Doubled)
			if large >= 5*small {
				t.Errorf("%.0f bytes at size %d, %.0f at %d: %.1f times", small, a.Doubled, large, 2*a.Doubled, large/small)
			}
		})
	}
}

func made(t testing.TB, a Adversary, size int) (*supergraph.Supergraph, string) {
	t.Helper()
	subgraphs, document := a.Make(size)
	return load(t, subgraphs), document
}

// Operations of a company are valid and have plans, which are sound.
func TestCompany(t *testing.T) {
	f := Company(5)
	super := load(t, f.Subgraphs)
	checker, err := soundness.New(super)
	if err != nil {
		t.Fatal(err)
	}
	stages := 0
	for _, document := range f.Operations[:25] {
		p, selection, code := attempt(t, super, document, operation.DefaultLimits(), planner.Options{})
		if code != "" {
			t.Fatalf("%s: %s", code, document)
		}
		for _, fault := range checker.Check(soundness.Request{Kind: ast.Query, Selection: selection}, p) {
			t.Errorf("%s\n%s", fault, document)
		}
		stages += len(p.Stages())
	}
	if stages < 50 {
		t.Errorf("25 operations have %d stages together: they are too simple to be worth measuring", stages)
	}
}
