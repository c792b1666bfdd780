package soundness_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weft-graphql/weft/internal/golden"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// spare are cases whose plans select something that could be missing.
var spare = map[string]string{
	"interface_object_no_implementation": "its interface has no objects",
	"requires_provided":                  "a requirement that the subgraph itself resolves stands beside the field",
	"union_shared_candidates":            "it selects of types that are known only where they cannot come from",
	"union_single_candidate":             "it selects of types that are known only where they cannot come from",
	"unplannable_neighbours":             "two subgraphs tell a type",
}

// Breaking a sound plan in any of several ways must be noticed. The documents
// are left as they are: that they no longer match would be noticed first.
func TestBrokenPlansAreNoticed(t *testing.T) {
	paths, err := filepath.Glob("../golden/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, path := range paths {
		c, err := golden.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		super, err := supergraph.Parse(path, c.Supergraph)
		if err != nil {
			t.Fatal(err)
		}
		checker, err := soundness.New(super)
		if err != nil {
			t.Fatal(err)
		}
		op, errs := operation.Prepare(super.API, c.Query, c.Config.Operation, operation.DefaultLimits())
		if len(errs) > 0 {
			continue
		}
		vars, errs := op.Coerce(c.Variables)
		if len(errs) > 0 {
			continue
		}
		r := planner.Request{Operation: op, Selection: op.Select(vars.Conditions(op)), Labels: map[string]bool{"percent(100)": true}}
		request := soundness.Request{Kind: op.Kind, Selection: r.Selection, Labels: r.Labels}
		p, err := planner.New(super, planner.Options{}).Plan(context.Background(), r)
		var refused *planner.Error
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range damages(p) {
			broken++
			undo := d.do()
			if faults := checker.Faults(request, p); len(faults) == 0 && spare[c.Name] == "" {
				t.Errorf("%s: nothing is wrong although %s\n%s", c.Name, d.what, p.Text())
			}
			undo()
		}
		if faults := checker.Check(request, p); len(faults) > 0 {
			t.Errorf("%s: %v", c.Name, faults)
		}
	}
	if broken < 1000 {
		t.Errorf("only %d broken plans", broken)
	}
}

// A damage breaks a plan until it is undone.
type damage struct {
	what string
	do   func() (undo func())
}

func damages(p *plan.Plan) []damage {
	var all []damage
	for _, f := range p.Fetches {
		if len(f.DependsOn) > 0 {
			all = append(all, damage{fmt.Sprintf("fetch %d waits for nothing", f.ID), swap(&f.DependsOn, nil)})
		}
		all = append(all, selectionDamages(f, &f.Selections)...)
		for _, l := range f.Lookups {
			all = append(all, selectionDamages(f, &l.Selections)...)
			for _, in := range l.Inputs {
				all = append(all, inputDamages(f, &in.Fields)...)
			}
		}
	}
	return all
}

// swap gives a variable another value.
func swap[T any](at *T, value T) func() func() {
	return func() func() {
		old := *at
		*at = value
		return func() { *at = old }
	}
}

func selectionDamages(f *plan.Fetch, set *[]*plan.Selection) []damage {
	var all []damage
	for i, s := range *set {
		if s.TypeCondition == "" && s.Name != "__typename" {
			all = append(all,
				damage{fmt.Sprintf("fetch %d lacks %s", f.ID, s.As), swap(set, slices.Delete(slices.Clone(*set), i, i+1))},
				damage{fmt.Sprintf("fetch %d calls %s by another name", f.ID, s.As), swap(&s.As, "_other")},
				damage{fmt.Sprintf("fetch %d asks for another field as %s", f.ID, s.As), swap(&s.Name, "_other")},
			)
		}
		if s.Selections != nil {
			all = append(all, selectionDamages(f, &s.Selections)...)
		}
	}
	return all
}

func inputDamages(f *plan.Fetch, fields *[]*plan.InputField) []damage {
	var all []damage
	for i, in := range *fields {
		if in.Name == "__typename" {
			continue
		}
		all = append(all,
			damage{fmt.Sprintf("the representations of fetch %d lack %s", f.ID, in.Name), swap(fields, slices.Delete(slices.Clone(*fields), i, i+1))},
			damage{fmt.Sprintf("the representations of fetch %d take %s from elsewhere", f.ID, in.Name), swap(&in.As, "_other")},
		)
		all = append(all, inputDamages(f, &in.Fields)...)
	}
	return all
}
