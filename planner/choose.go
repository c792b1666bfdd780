package planner

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Costs. A fetch outweighs any number of fields; among plans with as many
// fetches those win whose fetches start earlier, then those that select less.
const (
	costField = 1
	costStage = 1 << 20
	costFetch = 1 << 40
)

// choose decides how to serve a position with the hands given, in at most
// b.bound stages. Hands must be canonical; they are not kept. Decisions are
// memoised. What is returned may have been decided with more hands, of which it
// uses none but those given.
func (b *builder) choose(p *position, hands []hand) *decision { return b.chooseFrom(p, hands, false) }

// chooseFrom is choose; if closed, no subgraph is entered for the objects at the
// position itself, though it may be for others below them.
func (b *builder) chooseFrom(p *position, hands []hand, closed bool) *decision {
	if !closed {
		if ch, at := b.onChart(p, hands); ch != nil {
			return b.chooseOnChart(p, ch, at)
		}
	}
	key := make([]byte, 0, 64)
	if closed {
		key = append(key, 'c')
	} else {
		key = append(key, 'o')
	}
	key = binary.AppendUvarint(key, uint64(p.id))
	key = binary.AppendUvarint(key, uint64(b.bound))
	for _, h := range hands {
		key = binary.AppendUvarint(key, uint64(h.view.id))
		key = binary.AppendUvarint(key, uint64(h.stage))
	}
	d := b.decisions[string(key)]
	if d == nil {
		d = b.dominant(p, hands, closed)
	}
	if d != nil {
		b.late = b.late || d.late
		return d
	}
	before := b.late
	b.late = false
	d = b.decide(p, slices.Clone(hands), closed)
	d.late = b.late
	b.late = before || d.late
	b.decisions[string(key)] = d
	b.memo(sizeOfEntry + len(key) + d.size())
	if b.isPlain(p, hands) && d.missing == 0 {
		at := placed{p, b.bound, closed}
		b.decided[at] = append(b.decided[at], d)
	}
	return d
}

// chooseOnChart is choose for a position with a chart: what is best is known by
// its price before it is written down.
func (b *builder) chooseOnChart(p *position, ch *chart, at holding) *decision {
	best := b.price(ch, at)
	key := priced{p, best}
	if d := b.priced[key]; d != nil {
		return d
	}
	before := b.late
	d := b.decideAsPriced(p.classes[0], ch, best)
	d.late = best.late
	b.late = before
	b.priced[key] = d
	b.memo(sizeOfEntry + d.size())
	return d
}

// placed is a position under a bound.
type placed struct {
	pos    *position
	bound  int
	closed bool
}

// dominant finds a decision made with more hands that uses none but the given:
// with fewer there can be no better one.
func (b *builder) dominant(p *position, hands []hand, closed bool) *decision {
	if !b.isPlain(p, hands) {
		return nil
	}
	for _, d := range b.decided[placed{p, b.bound, closed}] {
		if len(d.hands) > len(hands) && d.servedBy(hands) {
			return d
		}
	}
	return nil
}

// servedBy tells whether the hands are some of those the decision was made
// with, all it uses among them. Both are in canonical order.
func (d *decision) servedBy(hands []hand) bool {
	i := 0
	for j, h := range d.hands {
		switch {
		case i < len(hands) && hands[i] == h:
			i++
		case d.used[j]:
			return false
		}
	}
	return i == len(hands)
}

// isPlain tells whether nothing but the fields and keys read through a hand
// depends on it: not what the type of an object is or when that is known.
func (b *builder) isPlain(p *position, hands []hand) bool {
	return len(p.classes) == 1 && !p.classes[0].doubtful && p.static != b.super.Query && !b.abstract(p) &&
		!slices.ContainsFunc(hands, func(h hand) bool { return h.view.interfaceObject })
}

// placesOf tells which of the given hands each hand of the decision is, by the
// places index has for the given; -1 for those not given.
func (d *decision) placesOf(hands []hand, index []int) []int {
	if len(d.hands) == len(hands) {
		return index
	}
	places := make([]int, len(d.hands))
	i := 0
	for j, h := range d.hands {
		places[j] = -1
		if i < len(hands) && hands[i] == h {
			places[j] = index[i]
			i++
		}
	}
	return places
}

func (b *builder) decide(p *position, hands []hand, closed bool) *decision {
	d := &decision{hands: hands, used: make([]bool, len(hands))}
	for _, c := range p.classes {
		at := b.atHand(c, hands)
		if c.doubtful || len(at) == 0 && p.root == "" {
			continue // no such object can come from any of the views
		}
		d.classes = append(d.classes, b.chooseClass(c, at, openedBy(d.classes), closed))
	}
	if !closed {
		b.agree(d.classes)
	}
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
			cd := b.chooseClass(c, at, openedBy(d.classes), closed)
			d.classes = append(d.classes, cd)
			d.markUsed(cd)
		}
	}
	d.sum()
	return d
}

// sum adds up what the classes come to.
func (d *decision) sum() {
	for _, cd := range d.classes {
		if !cd.class.doubtful {
			d.missing += cd.missing
		}
		d.cost += cd.cost
		d.own = joinSent(d.own, cd.own)
		d.stage = max(d.stage, cd.stage)
	}
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
			again := b.chooseClass(cd.class, at, opened, false)
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
	at := make([]known, 0, len(hands))
	for i, h := range hands {
		if b.views.canBe(h.view, c.object()) {
			at = append(at, known{hand: h, opening: -1, from: i})
		}
	}
	return at
}
