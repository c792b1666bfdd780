package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
)

// What is asked of an @interfaceObject is asked of all objects that are sent to
// it. Classes therefore enter one in fetches of their own, so that each asks
// only for what it needs and sends only what that requires. joinFaces joins
// those that turned out to ask for the same.
func (b *builder) joinFaces() {
	type place struct {
		scope           *scope
		deferral        *deferral
		subgraph, stage int
		face            string
	}
	var kept []*fetch
	at := map[place][]*fetch{}
	texts := map[*fetch]string{}
	into := map[*fetch]*fetch{}
	for _, f := range b.fetches {
		if f.face == "" || len(f.context) > 0 {
			kept = append(kept, f)
			continue
		}
		texts[f] = plan.LookupText(&plan.Lookup{Selections: b.selections(f)})
		p := place{f.scope, f.deferral, f.subgraph, f.stage, f.face}
		i := slices.IndexFunc(at[p], func(other *fetch) bool { return texts[other] == texts[f] && other.acceptsAll(f.inputs) })
		if i < 0 {
			at[p] = append(at[p], f)
			kept = append(kept, f)
			continue
		}
		into[f] = at[p][i]
		into[f].absorb(f)
		b.replaceLater(f, into[f])
	}
	if len(into) == 0 {
		return
	}
	b.fetches = kept
	for _, f := range kept {
		for d := range f.deps {
			if other := into[d]; other != nil {
				delete(f.deps, d)
				f.deps[other] = true
			}
		}
	}
}

func (f *fetch) acceptsAll(inputs []*input) bool {
	return !slices.ContainsFunc(inputs, func(in *input) bool { return !f.accepts(in) })
}

// absorb takes over the objects of another fetch that asks for the same.
func (f *fetch) absorb(other *fetch) {
	for _, in := range other.inputs {
		f.take(in)
	}
	for d := range other.deps {
		f.deps[d] = true
	}
	for _, r := range other.reasons {
		f.because(r)
	}
}
