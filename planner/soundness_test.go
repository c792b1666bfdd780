package planner_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/internal/golden"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// A planned is an operation of the golden cases, ready to be planned.
type planned struct {
	name    string
	super   *supergraph.Supergraph
	request planner.Request
}

// goldenOperations are the operations of the golden cases that are valid.
func goldenOperations(t testing.TB) []planned {
	t.Helper()
	paths, err := filepath.Glob("../internal/golden/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []planned
	for _, path := range paths {
		c, err := golden.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		super, err := supergraph.Parse(path, c.Supergraph)
		if err != nil {
			t.Fatal(err)
		}
		op, errs := operation.Prepare(super.API, c.Query, c.Config.Operation, operation.DefaultLimits())
		if len(errs) > 0 {
			continue // the case is about the refusal
		}
		vars, errs := op.Coerce(c.Variables)
		if len(errs) > 0 {
			continue
		}
		all = append(all, planned{c.Name, super, planner.Request{
			Operation: op,
			Selection: op.Select(vars.Conditions(op)),
			Labels:    map[string]bool{"percent(100)": true},
		}})
	}
	if len(all) == 0 {
		t.Fatal("there are no golden cases")
	}
	return all
}

func soundRequest(r planner.Request) soundness.Request {
	return soundness.Request{Kind: r.Operation.Kind, Selection: r.Selection, Labels: r.Labels}
}

// printed is all of a plan that can be seen, for comparison byte by byte.
func printed(p *plan.Plan) string {
	var b bytes.Buffer
	b.WriteString(p.Text())
	for _, f := range p.Fetches {
		b.WriteString(f.Document)
		b.WriteByte('\n')
		for _, r := range f.Reasons {
			b.WriteString(r)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestGoldenPlansAreSound(t *testing.T) {
	for _, g := range goldenOperations(t) {
		t.Run(g.name, func(t *testing.T) {
			checker, err := soundness.New(g.super)
			if err != nil {
				t.Fatal(err)
			}
			planners := map[string]*planner.Planner{
				"as it is":    planner.New(g.super, planner.Options{}),
				"unbatched":   planner.New(g.super, planner.Options{NoBatching: true}),
				"hasty":       planner.NewHasty(g.super, true),
				"not charted": planner.NewHasty(g.super, false),
			}
			for by, planner := range planners {
				p, err := planner.Plan(context.Background(), g.request)
				if isRefusal(err) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range checker.Check(soundRequest(g.request), p) {
					t.Errorf("%s: %s", by, fault)
				}
				if t.Failed() {
					t.Fatalf("\n%s", printed(p))
				}
			}
		})
	}
}

func isRefusal(err error) bool {
	var refused *planner.Error
	return errors.As(err, &refused)
}

// The same input gives the same plan, byte for byte, whichever planner makes
// it and however many run at a time.
func TestPlansAreDeterministic(t *testing.T) {
	for _, g := range goldenOperations(t) {
		shared := planner.New(g.super, planner.Options{})
		texts := make([]string, 6)
		var wg sync.WaitGroup
		for i := range texts {
			p := shared
			if i%2 == 1 {
				p = planner.New(g.super, planner.Options{})
			}
			wg.Go(func() {
				made, err := p.Plan(context.Background(), g.request)
				if err != nil {
					texts[i] = err.Error()
					return
				}
				texts[i] = printed(made)
			})
		}
		wg.Wait()
		for _, text := range texts[1:] {
			if diff := cmp.Diff(texts[0], text); diff != "" {
				t.Errorf("%s: two plans (-one +other):\n%s", g.name, diff)
			}
		}
	}
}
