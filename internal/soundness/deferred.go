package soundness

import (
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// first tells what is wrong with the first part of an answer if others are
// deferred: it must hold what is not, with its own fetches alone.
func (c *Checker) first(r Request, p *plan.Plan) []string {
	if len(p.Deferred) == 0 {
		return nil
	}
	r.Selection = undeferred(r.Selection)
	k := newCheck(c, r, p)
	for _, f := range p.Fetches {
		k.without[f.ID] = f.Deferred != 0
	}
	k.run()
	for i := range k.faults {
		k.faults[i] = "the first part: " + k.faults[i]
	}
	return k.faults
}

// undeferred are the fields that stand in no deferred fragment.
func undeferred(selection []*operation.Field) []*operation.Field {
	kept := []*operation.Field{}
	for _, f := range selection {
		if f.Defer != nil {
			continue
		}
		one := *f
		if f.Selections != nil {
			one.Selections = undeferred(f.Selections)
		}
		kept = append(kept, &one)
	}
	return kept
}
