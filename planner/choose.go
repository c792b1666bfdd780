package planner

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Costs. A fetch outweighs any number of fields; among plans with as many
// fetches those win whose fetches start earlier, then those that select less.
const (
	costField = 1
	costStage = 1 << 20
	costFetch = 1 << 40
)

// exactLimit is how many subgraphs may be tried in all combinations at one
// class of a position. Beyond it they are added one by one, the best first.
const exactLimit = 8

// choose decides how to serve a position with the hands given, in at most
// b.bound stages. Hands must be canonical. Decisions are memoised.
func (b *builder) choose(p *position, hands []hand) *decision {
	key := make([]byte, 0, 8+4*len(hands))
	key = binary.AppendUvarint(key, uint64(p.id))
	key = binary.AppendUvarint(key, uint64(b.bound))
	for _, h := range hands {
		key = binary.AppendUvarint(key, uint64(h.view.id))
		key = binary.AppendUvarint(key, uint64(h.stage))
	}
	if d := b.decisions[string(key)]; d != nil {
		b.late = b.late || d.late
		return d
	}
	before := b.late
	b.late = false
	d := b.decide(p, hands)
	d.late = b.late
	b.late = before || d.late
	b.decisions[string(key)] = d
	return d
}

func (b *builder) decide(p *position, hands []hand) *decision {
	d := &decision{used: make([]bool, len(hands))}
	for _, c := range p.classes {
		at := b.atHand(c, hands)
		if c.doubtful || len(at) == 0 && p.root == "" {
			continue // no such object can come from any of the views
		}
		d.classes = append(d.classes, b.chooseClass(c, at, openedBy(d.classes)))
	}
	b.agree(d.classes)
	for _, cd := range d.classes {
		d.markUsed(cd)
	}
	// Objects that should not come are no reason to read through another view:
	// what is selected for them goes with what is read for the others.
	sure := slices.Clone(d.used)
	for _, c := range p.classes {
		if !c.doubtful {
			continue
		}
		at := b.atHand(c, hands)
		if slices.Contains(sure, true) {
			at = slices.DeleteFunc(at, func(k known) bool { return !sure[k.from] })
		}
		if len(at) > 0 {
			cd := b.chooseClass(c, at, openedBy(d.classes))
			d.classes = append(d.classes, cd)
			d.markUsed(cd)
		}
	}
	for i, cd := range d.classes {
		if !cd.class.doubtful {
			d.missing += cd.missing
		}
		d.cost += cd.costWith(openedBy(d.classes[:i]))
		d.stage = max(d.stage, cd.stage)
	}
	return d
}

// markUsed notes which hands a class reads through.
func (d *decision) markUsed(cd *classDecision) {
	for i, k := range cd.known {
		if k.from >= 0 && cd.uses(i) {
			d.used[k.from] = true
		}
	}
}

// agree lets each class choose again, knowing what the others open, until
// nobody gains: classes that could all be served by one subgraph may have
// begun with different ones.
func (b *builder) agree(classes []*classDecision) {
	if len(classes) < 2 || len(classes) > exactLimit {
		return
	}
	for range classes {
		changed := false
		for i, cd := range classes {
			others := append(slices.Clone(classes[:i]), classes[i+1:]...)
			at := slices.DeleteFunc(slices.Clone(cd.known), func(k known) bool { return k.from < 0 })
			opened := openedBy(others)
			again := b.chooseClass(cd.class, at, opened)
			if cmp.Or(cmp.Compare(again.missing, cd.missing), cmp.Compare(again.costWith(opened), cd.costWith(opened))) < 0 {
				classes[i], changed = again, true
			}
		}
		if !changed {
			return
		}
	}
}

// atHand lists the hands that can hold objects of the class.
func (b *builder) atHand(c *class, hands []hand) []known {
	var at []known
	for i, h := range hands {
		if b.views.canBe(h.view, c.object()) {
			at = append(at, known{hand: h, opening: -1, from: i})
		}
	}
	return at
}

// chooseClass finds the subgraphs to enter for a class. opened are the
// (subgraph, stage) fetches that other classes open here anyway.
func (b *builder) chooseClass(c *class, at []known, opened map[[2]int]bool) *classDecision {
	if c.pos.root == ast.Mutation || c.pos.root == ast.Subscription {
		return b.chooseOne(c, at, opened)
	}
	best := b.evaluate(c, at, nil)
	if best.missing == 0 && best.costWith(nil) <= costFetch {
		return best // all of it is at hand
	}
	if c.doubtful {
		return best // for objects that should not come nothing is fetched
	}
	// Nobody can do without the only subgraph that has some field.
	must, may := b.parted(c, at, b.worthEntering(c, at))
	if len(must) > 0 {
		if d := b.evaluate(c, at, must); better(d, best, opened) {
			best = d
		}
	}
	if len(may) > exactLimit || b.tight() {
		return b.chooseGreedily(c, at, must, may, best, opened)
	}
	// With all of them entered, what is below costs the least it can; a choice
	// of some costs at least that and its own fetches.
	below := 0
	if len(may) > 1 {
		all := b.evaluate(c, at, append(slices.Clone(must), may...))
		if better(all, best, opened) {
			best = all
		}
		if all.missing == 0 {
			below = all.cost
		}
	}
	for size := 1; size <= len(may); size++ {
		if best.missing == 0 && best.costWith(nil) <= below+(len(must)+size)*costFetch && len(opened) == 0 {
			break
		}
		b.subsets(may, size, must, func(set []int) {
			if d := b.evaluate(c, at, set); better(d, best, opened) {
				best = d
			}
		})
	}
	return best
}

// parted divides candidates into those that must be entered, being the only
// ones to have some field, and the others. A subgraph that a field with
// @requires has fetched from anyway may serve others by that fetch, so it is
// never a must.
func (b *builder) parted(c *class, at []known, candidates []int) (must, may []int) {
	needed, fetched := map[int]bool{}, map[int]bool{}
	for _, it := range c.items {
		if it.typename() || b.isHad(c, it, at) {
			continue
		}
		only, several := -1, false
		for _, g := range b.super.Subgraphs {
			for _, j := range b.jumps(c, g.Index) {
				switch b.resolve(b.views.entered(g.Index, j.local, true), c, it) {
				case direct:
					several = several || only >= 0 && only != g.Index
					only = g.Index
				case required:
					fetched[g.Index] = true
					several = true
				}
			}
		}
		if only >= 0 && !several {
			needed[only] = true
		}
	}
	for _, g := range candidates {
		if needed[g] && !fetched[g] {
			must = append(must, g)
		} else {
			may = append(may, g)
		}
	}
	return must, may
}

// isHad tells whether an item can be read from some view at hand.
func (b *builder) isHad(c *class, it *item, at []known) bool {
	return slices.ContainsFunc(at, func(k known) bool { return b.resolve(k.view, c, it) != unresolved })
}

// subsets calls f with every subset of the given size, in lexical order. f
// must not keep the slice.
func (b *builder) subsets(of []int, size int, set []int, f func([]int)) {
	if size == 0 {
		f(set)
		return
	}
	for i := 0; i+size <= len(of); i++ {
		b.subsets(of[i+1:], size-1, append(set, of[i]), f)
	}
}

// chooseOne enters exactly one subgraph: a mutation field is called once, a
// subscription has one source.
func (b *builder) chooseOne(c *class, at []known, opened map[[2]int]bool) *classDecision {
	var best *classDecision
	for _, g := range b.super.Subgraphs {
		if len(b.jumps(c, g.Index)) == 0 {
			continue
		}
		if d := b.evaluate(c, at, []int{g.Index}); best == nil || better(d, best, opened) {
			best = d
		}
	}
	if best == nil {
		return b.evaluate(c, at, nil)
	}
	return best
}

// chooseGreedily begins with all candidates and drops what can be done
// without; or, where all of them are no good, adds the most useful to those
// that must be entered until none helps.
func (b *builder) chooseGreedily(c *class, at []known, must, candidates []int, best *classDecision, opened map[[2]int]bool) *classDecision {
	set := slices.Clone(must)
	grows := true
	if all := append(slices.Clone(must), candidates...); len(candidates) > 0 {
		if d := b.evaluate(c, at, all); better(d, best, opened) {
			best, set, grows = d, all, false
		}
	}
	for grows {
		grown := -1
		for _, g := range candidates {
			if slices.Contains(set, g) {
				continue
			}
			if d := b.evaluate(c, at, append(slices.Clone(set), g)); better(d, best, opened) {
				best, grown = d, g
			}
		}
		if grown < 0 {
			break
		}
		set = append(set, grown)
	}
	for i := len(must); i < len(set); {
		without := slices.Delete(slices.Clone(set), i, i+1)
		if d := b.evaluate(c, at, without); better(d, best, opened) {
			best, set = d, without
		} else {
			i++
		}
	}
	return best
}
