package planner

import (
	"encoding/binary"
	"slices"
)

// worthEntering lists the subgraphs that could help a class, given the views
// at hand, in index order: those that have a field not at hand (or some field
// below one), and those that have the key fields needed to enter them.
func (b *builder) worthEntering(c *class, at []known) []int {
	here := make([]*view, len(at))
	typed := false
	for i, k := range at {
		here[i] = k.view
		typed = typed || !k.view.interfaceObject
	}
	worth := worthwhile{enter: map[int]bool{}, require: map[int]bool{}}
	for _, it := range c.items {
		b.worthFor(c, it, here, worth)
	}
	if !typed && len(at) > 0 {
		// The runtime type must be learnt before a jump that needs it.
		for _, g := range b.doors(c) {
			if slices.ContainsFunc(g.jumps, func(j *jump) bool { return j.untyped }) {
				worth.enter[g.subgraph] = true
			}
		}
	}
	b.worthForKeys(c, here, worth)
	for _, v := range here {
		if !v.interfaceObject && !v.sealed && !b.withheld(v, c, here) {
			delete(worth.enter, v.subgraph)
		}
	}
	return sortedKeys(worth.enter)
}

// worthwhile are subgraphs that help: those to be entered, and those whose
// fields with @requires are entered for, each with a fetch of its own.
type worthwhile struct {
	enter, require map[int]bool
}

// withheld tells whether the view has a field of the class that it must not be
// asked for because of what else it returns, while the objects, as others
// return them, can enter its subgraph.
func (b *builder) withheld(v *view, c *class, here []*view) bool {
	if !slices.ContainsFunc(c.items, func(it *item) bool {
		return b.resolveAlone(v, c, it) != unresolved && !b.everywhere(v, c, it)
	}) {
		return false
	}
	others := slices.DeleteFunc(slices.Clone(here), func(o *view) bool { return o.subgraph == v.subgraph })
	return b.enterable(c, v.subgraph, others)
}

// worthFor adds the subgraphs that help with one item.
func (b *builder) worthFor(c *class, it *item, here []*view, worth worthwhile) {
	if it.typename() {
		return
	}
	object := c.object()
	var below []*view
	had := false
	for _, v := range here {
		how := b.resolve(v, c, it)
		if how == direct || how == required && b.besides(v, c, it) {
			had = true
			if !it.leaf {
				below = append(below, b.below(v, c, it))
			}
		}
	}
	if had && it.leaf {
		return
	}
	for _, g := range b.doors(c) {
		for _, j := range g.jumps {
			v := b.entered(j, true)
			b.step()
			switch b.resolve(v, c, it) {
			case direct:
				if it.leaf || !had || b.gains(b.positions.below(c, it), below, b.below(v, c, it)) {
					worth.enter[g.subgraph] = true
				}
			case required:
				if had {
					continue
				}
				worth.require[g.subgraph] = true
				set := b.views.owned(v, object, it.name).Requires
				if set == nil {
					continue
				}
				p := b.positions.fieldSet(c, set)
				if b.asking[p] {
					continue
				}
				b.asking[p] = true
				for _, rc := range p.classes {
					for _, rit := range rc.items {
						b.worthFor(rc, rit, here, worth)
					}
				}
				delete(b.asking, p)
			}
			break
		}
	}
}

// gains tells whether some leaf below p can be read through v and not through
// the views at hand, or perhaps by a key that v has and they have not, or
// because v has something that a field there requires.
func (b *builder) gains(p *position, at []*view, v *view) bool {
	key := make([]byte, 0, 4+2*len(at))
	key = binary.AppendUvarint(key, uint64(p.id))
	key = binary.AppendUvarint(key, uint64(v.id))
	for _, a := range at {
		key = binary.AppendUvarint(key, uint64(a.id))
	}
	if yes, ok := b.gained[string(key)]; ok {
		return yes
	}
	yes := b.gainsBelow(p, at, v)
	b.gained[string(key)] = yes
	b.hold(sizeOfEntry + len(key))
	return yes
}

func (b *builder) gainsBelow(p *position, at []*view, v *view) bool {
	for _, c := range p.classes {
		object := c.object()
		if !b.views.canBe(v, object) {
			continue
		}
		lacks := false
		for _, it := range c.items {
			b.step()
			if it.typename() && !v.interfaceObject && len(at) > 0 && !at[0].interfaceObject {
				continue
			}
			below, had := b.through(c, it, at)
			if had && it.leaf {
				continue
			}
			lacks = lacks || !had || b.lacks(b.positions.below(c, it), below)
			if !had && b.suppliesRequired(c, it, at, v) {
				return true
			}
			if b.resolve(v, c, it) == unresolved {
				continue
			}
			if !had || b.gains(b.positions.below(c, it), below, b.below(v, c, it)) {
				return true
			}
		}
		if lacks && b.unlocks(c, at, v) {
			return true
		}
	}
	return false
}

// suppliesRequired tells whether v has something of what some subgraph requires
// for an item, that the other views have not.
func (b *builder) suppliesRequired(c *class, it *item, at []*view, v *view) bool {
	if it.typename() {
		return false
	}
	for _, g := range b.doors(c) {
		f := b.requiring(c, it, g)
		if f == nil || f.Requires == nil {
			continue
		}
		p := b.positions.fieldSet(c, f.Requires)
		if b.asking[p] {
			continue
		}
		b.asking[p] = true
		gains := b.gains(p, at, v)
		delete(b.asking, p)
		if gains {
			return true
		}
	}
	return false
}

// through lists the views that reading an item through some views gives, and
// tells whether one of them has it.
func (b *builder) through(c *class, it *item, at []*view) (below []*view, had bool) {
	object := c.object()
	for _, a := range at {
		if b.views.canBe(a, object) && b.resolve(a, c, it) == direct {
			had = true
			if !it.leaf {
				below = append(below, b.below(a, c, it))
			}
		}
	}
	return below, had
}

// lacks tells whether some leaf below p cannot be read through the views as
// they are.
func (b *builder) lacks(p *position, at []*view) bool {
	for _, c := range p.classes {
		if !slices.ContainsFunc(at, func(a *view) bool { return b.views.canBe(a, c.object()) }) {
			continue
		}
		for _, it := range c.items {
			b.step()
			if it.typename() {
				continue
			}
			below, had := b.through(c, it, at)
			if !had || !it.leaf && b.lacks(b.positions.below(c, it), below) {
				return true
			}
		}
	}
	return false
}

// unlocks tells whether v has a key of some subgraph that none of the others
// has.
func (b *builder) unlocks(c *class, at []*view, v *view) bool {
	for _, g := range b.doors(c) {
		for _, j := range g.jumps {
			if j.key == nil || g.subgraph == v.subgraph {
				continue
			}
			p := b.positions.fieldSet(c, j.key.Fields)
			if b.wholly(p, v) && !slices.ContainsFunc(at, func(a *view) bool {
				return b.views.canBe(a, c.object()) && b.wholly(p, a)
			}) {
				return true
			}
		}
	}
	return false
}

// worthForKeys adds the subgraphs that have key fields needed to enter those
// in worth, until nothing is missing or nothing more can be had.
func (b *builder) worthForKeys(c *class, here []*view, worth worthwhile) {
	done := map[int]bool{}
	for again := true; again; {
		again = false
		for _, g := range append(sortedKeys(worth.enter), sortedKeys(worth.require)...) {
			if done[g] {
				continue
			}
			done[g] = true
			if b.enterable(c, g, here) {
				continue
			}
			for _, j := range b.jumps(c, g) {
				if j.key == nil {
					continue
				}
				for _, kc := range b.positions.fieldSet(c, j.key.Fields).classes {
					for _, it := range kc.items {
						b.worthFor(kc, it, here, worth)
					}
				}
			}
			again = true
		}
	}
}

// enterable tells whether some key of the subgraph is wholly at hand in one
// view.
func (b *builder) enterable(c *class, subgraph int, here []*view) bool {
	for _, j := range b.jumps(c, subgraph) {
		if j.key == nil {
			return true
		}
		p := b.positions.fieldSet(c, j.key.Fields)
		for _, v := range here {
			if b.views.canBe(v, c.object()) && b.wholly(p, v) {
				return true
			}
		}
	}
	return false
}
