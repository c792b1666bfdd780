package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// What is deferred is planned once the rest is: at the places of deferred
// fragments, with fetches of its own. The objects there enter subgraphs once
// more by their keys, the subgraphs they come from included, so that what is
// slow does not keep the first part of the answer waiting. Objects without a
// key are read along with the rest.

// A deferral is a part of the answer that comes later.
type deferral struct {
	id       int // from 1, once all are known
	parent   *deferral
	fragment *operation.Defer
	scope    *scope
	fields   []*operation.Field
	on       []string

	// after are the fetches of other parts that the part's own fetches, or
	// else its fields, need.
	after map[*fetch]bool

	// eager says that the part has no fetches of its own.
	eager bool
}

// number is the ID of the part; 0 is the first part's.
func (d *deferral) number() int {
	if d == nil {
		return 0
	}
	return d.id
}

// fetchedWith is the ID of the part with whose fetches the part's fields come.
func (d *deferral) fetchedWith() int {
	for d != nil && d.eager {
		d = d.parent
	}
	return d.number()
}

// depth is how many parts come before the part by necessity.
func (d *deferral) depth() int {
	n := 0
	for p := d.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// A later is a position with deferred fields, and what is at hand there.
type later struct {
	pos     *position
	hands   []hand
	sources []*source
	scope   *scope
	within  *deferral
}

// An inseparable error says that a deferred fragment cannot have fetches of its
// own.
type inseparable struct{ fragment *operation.Defer }

func (*inseparable) Error() string { return "a deferred fragment cannot be fetched apart" }

// apart gives a position the fields of a selection set: those wanted at once and
// those deferred. What is wanted anyway is not deferred.
func (b *builder) apart(p *position, fields []*operation.Field) {
	// Each event of a subscription is answered whole.
	if b.request.Operation.Kind == ast.Subscription || !slices.ContainsFunc(fields, func(f *operation.Field) bool { return f.Defer != nil }) {
		p.fields = fields
		return
	}
	now := undeferred(fields)
	for _, f := range fields {
		rest := []*operation.Field{f}
		if f.Defer != nil {
			rest = b.without(rest, now)
		}
		switch {
		case f.Defer == nil:
			p.fields = append(p.fields, f)
		case b.eager[f.Defer]:
			p.fields = append(p.fields, rest...)
			p.eager = append(p.eager, rest...)
		default:
			p.deferred = append(p.deferred, rest...)
		}
	}
}

// undeferred are the fields that stand in no deferred fragment.
func undeferred(fields []*operation.Field) []*operation.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f *operation.Field) bool { return f.Defer != nil })
}

// without leaves out of fields what others of the same place select as well.
func (b *builder) without(fields, others []*operation.Field) []*operation.Field {
	var kept []*operation.Field
	for _, f := range fields {
		b.step()
		var same []*operation.Field
		covered := false
		for _, o := range others {
			if o.Defer == nil && o.ResponseName == f.ResponseName && slices.Equal(o.On, f.On) {
				covered = true
				same = append(same, o.Selections...)
			}
		}
		switch {
		case !covered:
			kept = append(kept, f)
		case f.Selections != nil:
			if rest := b.without(f.Selections, same); len(rest) > 0 {
				part := b.copied(f)
				part.Selections = rest
				kept = append(kept, part)
			}
		}
	}
	return kept
}

func (b *builder) copied(f *operation.Field) *operation.Field {
	c := *f
	if context := b.contexts[f]; context != nil {
		b.contexts[&c] = context
	}
	return &c
}

// replaceLater notes that a fetch has given way to another.
func (b *builder) replaceLater(f, by *fetch) {
	for _, d := range b.deferrals {
		if d.after[f] {
			delete(d.after, f)
			d.after[by] = true
		}
	}
}

// plannedLater plans what has been put off, and what that puts off in turn.
func (b *builder) plannedLater() error {
	for len(b.later) > 0 {
		l := b.later[0]
		b.later = b.later[1:]
		parts := map[*operation.Defer]*deferral{}
		for _, f := range slices.Concat(l.pos.deferred, l.pos.eager) {
			d := b.deferralOf(l, f.Defer, parts)
			own := b.copied(f)
			own.Defer = nil
			d.fields = append(d.fields, own)
			d.on = union(d.on, f.On)
		}
		for _, d := range b.deferrals {
			if parts[d.fragment] != d {
				continue
			}
			// What comes with the fragment around it is not deferred further.
			for around := d.fragment.Parent; around != nil; around = around.Parent {
				d.fields = b.without(d.fields, parts[around].fields)
			}
			if b.eager[d.fragment] {
				d.eager = true
			} else if len(d.fields) > 0 {
				if err := b.planDeferral(l, d); err != nil {
					return err
				}
			}
		}
	}
	b.deferral = nil
	return nil
}

// deferralOf finds or makes the part of a deferred fragment at a place. Those of
// the fragments around it come before it.
func (b *builder) deferralOf(l *later, fragment *operation.Defer, parts map[*operation.Defer]*deferral) *deferral {
	if d := parts[fragment]; d != nil {
		return d
	}
	parent := l.within
	if fragment.Parent != nil {
		parent = b.deferralOf(l, fragment.Parent, parts)
	}
	d := &deferral{parent: parent, fragment: fragment, scope: l.scope, after: map[*fetch]bool{}}
	b.deferrals = append(b.deferrals, d)
	parts[fragment] = d
	return d
}

// planDeferral plans one part: with fetches of its own if that can be, else
// along with what is at hand.
func (b *builder) planDeferral(l *later, d *deferral) error {
	b.deferral = d
	p := &position{
		static: l.pos.static, possible: l.pos.possible, root: l.pos.root, above: l.pos.above,
		candidates: l.pos.candidates, returned: l.pos.returned, context: l.pos.context,
	}
	b.apart(p, d.fields)
	b.positions.add(p)
	var decided *decision
	var sources []*source
	for _, sealed := range []bool{true, false} {
		var hands []hand
		hands, sources = b.atHandLater(l, sealed)
		if decided = b.search(p, hands); decided.missing == 0 {
			sources = b.sourcesOf(decided, hands, sources)
			break
		}
	}
	if decided.missing > 0 {
		return &inseparable{d.fragment}
	}
	r := b.build(p, decided, sources, l.scope)
	for _, f := range r.deps {
		if f.deferral != d {
			d.after[f] = true
		}
	}
	return nil
}

// atHandLater is what is at hand at a place, in canonical order, with its
// sources.
func (b *builder) atHandLater(l *later, sealed bool) ([]hand, []*source) {
	var at []known
	for i, h := range l.hands {
		if l.sources[i] == nil {
			continue
		}
		if sealed {
			h.view = b.views.sealed(h.view)
		}
		at = append(at, known{hand: h, from: i})
	}
	hands, index := canonical(nil, nil, at, nil)
	sources := make([]*source, len(index))
	for i, j := range index {
		sources[i] = l.sources[at[j].from]
	}
	return hands, sources
}

// sourcesOf are the sources of a decision that may have been made with more
// hands than there are.
func (b *builder) sourcesOf(d *decision, hands []hand, sources []*source) []*source {
	index := make([]int, len(hands))
	for i := range index {
		index[i] = i
	}
	all := make([]*source, len(d.hands))
	for i, j := range d.placesOf(hands, index) {
		if j >= 0 {
			all[i] = sources[j]
		}
	}
	return all
}

// numberDeferrals leaves out the parts that turned out to hold nothing, and
// numbers the others. Parts below one that was planned along with the rest come
// after it all the same.
func (b *builder) numberDeferrals() {
	for _, d := range b.deferrals {
		for at := d.scope; at.above != nil; at = at.above {
			i := slices.IndexFunc(b.deferrals, func(e *deferral) bool {
				return e.eager && e.scope == at.above && e.parent == d.parent && slices.ContainsFunc(e.fields, func(f *operation.Field) bool {
					return f.ResponseName == at.path[len(at.path)-1].As
				})
			})
			if i >= 0 {
				d.parent = b.deferrals[i]
				break
			}
		}
	}
	slices.SortStableFunc(b.deferrals, func(x, y *deferral) int { return cmp.Compare(x.depth(), y.depth()) })
	all := slices.Clone(b.deferrals)
	b.deferrals = slices.DeleteFunc(b.deferrals, func(d *deferral) bool {
		return len(d.fields) == 0 && !slices.ContainsFunc(all, func(other *deferral) bool { return other.within(d) && len(other.fields) > 0 })
	})
	for i, d := range b.deferrals {
		d.id = i + 1
	}
}

// within tells whether a part comes after another.
func (d *deferral) within(other *deferral) bool {
	for p := d.parent; p != nil; p = p.parent {
		if p == other {
			return true
		}
	}
	return false
}

// describeDeferrals writes the parts of the answer into the plan.
func (b *builder) describeDeferrals(p *plan.Plan) {
	if len(b.deferrals) == 0 {
		return
	}
	p.First = b.describe(undeferred(b.request.Selection), len(b.possible(b.rootType())))
	for _, d := range b.deferrals {
		part := &plan.Deferred{ID: d.id, Parent: d.parent.number(), Label: d.fragment.Label, Path: slices.Clone(d.scope.path)}
		if n := len(part.Path); n > 0 && len(d.on) < len(d.scope.possible) {
			part.Path[n-1].On = d.on
		}
		part.Selections = b.describe(undeferred(d.fields), len(d.scope.possible))
		for _, f := range p.Fetches {
			if d.eager && f.Deferred == d.parent.fetchedWith() {
				part.DependsOn = append(part.DependsOn, f.ID)
			}
			if f.Deferred == d.id {
				for _, id := range f.DependsOn {
					if p.Fetches[id].Deferred != d.id && !slices.Contains(part.DependsOn, id) {
						part.DependsOn = append(part.DependsOn, id)
					}
				}
			}
		}
		for f := range d.after {
			if !slices.Contains(part.DependsOn, f.id) {
				part.DependsOn = append(part.DependsOn, f.id)
			}
		}
		slices.Sort(part.DependsOn)
		p.Deferred = append(p.Deferred, part)
	}
}

// rootType is the name of the operation's root type.
func (b *builder) rootType() string {
	if b.request.Operation.Kind == ast.Mutation {
		return b.super.Mutation
	}
	return b.super.Query
}

// describe prints fields as a selection set, but for what is deferred in it.
// possible is how many types there can be.
func (b *builder) describe(fields []*operation.Field, possible int) string {
	var w strings.Builder
	w.WriteByte('{')
	for i, f := range fields {
		b.step()
		if i > 0 {
			w.WriteByte(' ')
		}
		if len(f.On) < possible {
			w.WriteString("... on " + strings.Join(f.On, ", ") + " { ")
		}
		if f.ResponseName != f.Name {
			w.WriteString(f.ResponseName + ": ")
		}
		w.WriteString(f.Name)
		w.WriteString(printArguments(f.Arguments))
		if f.Selections != nil {
			w.WriteByte(' ')
			w.WriteString(b.describe(undeferred(f.Selections), len(b.possible(f.Definition.Type.Name()))))
		}
		if len(f.On) < possible {
			w.WriteString(" }")
		}
	}
	w.WriteByte('}')
	return w.String()
}
