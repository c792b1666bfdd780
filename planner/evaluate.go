package planner

import (
	"cmp"
	"slices"

	"github.com/weft-graphql/weft/supergraph"
)

// evaluate decides how to serve a class when it enters the subgraphs in set.
func (b *builder) evaluate(c *class, at []known, set []int) *classDecision {
	b.steps += len(c.items) * (1 + len(at) + len(set)) / 16
	b.step()
	d := &classDecision{class: c, known: append(make([]known, 0, len(at)+len(set)+2), at...), items: make([]itemDecision, len(c.items))}
	b.enter(d, set)
	entered := len(d.known)
	for i, it := range c.items {
		d.items[i] = itemDecision{item: it, known: -1}
	}
	// Fields with @requires open fetches of their own, through which other
	// fields may be read as well; so they go first.
	for i, it := range c.items {
		if !c.doubtful && !b.readable(d, it, entered) {
			b.require(d, &d.items[i], entered)
		}
	}
	for i, it := range c.items {
		if it.leaf {
			b.readLeaf(d, &d.items[i])
		} else {
			b.readComposite(d, &d.items[i])
		}
	}
	return d
}

// enter opens the subgraphs in set, the earliest possible first. In each round
// all those are opened that the views known before it let in soonest; what a
// later round finds is never earlier.
func (b *builder) enter(d *classDecision, set []int) {
	pending := slices.Clone(set)
	for len(pending) > 0 {
		var round []*opening
		n := len(d.known)
		for _, g := range pending {
			o := b.entry(d, g, n, false)
			if o == nil || len(round) > 0 && o.stage > round[0].stage {
				continue
			}
			if len(round) > 0 && o.stage < round[0].stage {
				round = round[:0]
			}
			round = append(round, o)
		}
		if len(round) == 0 {
			return
		}
		for _, o := range round {
			pending = slices.DeleteFunc(pending, func(g int) bool { return g == o.subgraph })
			b.open(d, o)
		}
	}
}

// entry finds the best way into a subgraph from the first n known views, or
// nil. sorted says that objects of other classes must not enter: what the
// entry needs of them is somewhere else.
func (b *builder) entry(d *classDecision, subgraph, n int, sorted bool) *opening {
	var best *opening
	for _, j := range b.jumps(d.class, subgraph) {
		typed := typedFirst(d.known[:n])
		if !b.usable(d.class, j, d.known[:n], typed) || sorted && typed < 0 && b.isPart(d.class) {
			continue
		}
		o := &opening{subgraph: subgraph, jump: j, typed: typed}
		if j.key == nil {
			o.stage = 1
			for i, k := range d.known[:n] {
				if i == 0 || k.stage+1 < o.stage {
					o.stage = k.stage + 1
				}
			}
		} else {
			o.key = b.solve(d, b.positions.fieldSet(d.class, j.key.Fields), n)
			if o.key == nil {
				continue
			}
			switch {
			case typed < 0 || j.untyped:
				o.stage = 1 + o.key.stage()
			case sorted || b.needsType(d.class, j) || d.known[typed].stage <= o.key.stage():
				o.stage = 1 + max(o.key.stage(), d.known[typed].stage)
			default:
				// It would be known too late to be worth the wait.
				o.typed = -1
				o.stage = 1 + o.key.stage()
			}
		}
		if o.stage > b.bound {
			b.late = true
			continue
		}
		if best == nil || o.stage < best.stage || o.stage == best.stage && o.key.cost() < best.key.cost() {
			best = o
		}
	}
	return best
}

// open adds an opening and the view it gives.
func (b *builder) open(d *classDecision, o *opening) {
	d.draw(o.key)
	for _, r := range o.requires {
		d.draw(r)
	}
	d.stage = max(d.stage, o.stage)
	d.openings = append(d.openings, o)
	d.known = append(d.known, known{
		hand:    hand{b.views.entered(o.subgraph, o.jump.local, o.typed >= 0), o.stage},
		opening: len(d.openings) - 1,
		from:    -1,
	})
}

// solve decides a field set's position with the first n known views, leaving a
// stage for the fetch that wants it. nil if it cannot be had.
func (b *builder) solve(d *classDecision, p *position, n int) *solved {
	if d.hands == nil || d.handsOf != n {
		d.hands, d.index = canonical(d.known[:n], func(i int) *view { return d.known[i].view })
		d.handsOf = n
	}
	hands, index := d.hands, d.index
	if b.bound < 1 {
		return nil
	}
	b.bound--
	s := &solved{pos: p, decision: b.choose(p, hands), hands: index}
	b.bound++
	// A position none of whose objects can come from the views asks for
	// nothing; but then no representation can be built either.
	if s.decision.missing > 0 || len(s.decision.classes) == 0 {
		return nil
	}
	return s
}

// canonical sorts the views at hand and drops later duplicates, and tells
// which of the given each one is.
func canonical(at []known, viewOf func(int) *view) ([]hand, []int) {
	index := make([]int, 0, len(at))
	for i := range at {
		if viewOf(i) != nil {
			index = append(index, i)
		}
	}
	slices.SortStableFunc(index, func(x, y int) int {
		return cmp.Or(cmp.Compare(viewOf(x).id, viewOf(y).id), cmp.Compare(at[x].stage, at[y].stage))
	})
	index = slices.CompactFunc(index, func(x, y int) bool { return viewOf(x) == viewOf(y) })
	hands := make([]hand, len(index))
	for i, x := range index {
		hands[i] = hand{viewOf(x), at[x].stage}
	}
	return hands, index
}

// require opens the fetch that a field with @requires needs.
func (b *builder) require(d *classDecision, id *itemDecision, n int) {
	it := id.item
	if it.typename() {
		return
	}
	var best *opening
	for _, g := range b.super.Subgraphs {
		f := b.requiring(d.class, it, g.Index)
		if f == nil {
			continue
		}
		o := b.entry(d, g.Index, n, true)
		if o == nil || b.resolve(b.views.entered(g.Index, o.jump.local, o.typed >= 0), d.class, it) != required {
			continue
		}
		o.only = true
		if f.Requires != nil {
			r := b.solve(d, b.positions.fieldSet(d.class, f.Requires), n)
			if r == nil {
				continue
			}
			o.requires = []*solved{r}
			o.stage = max(o.stage, 1+r.stage())
		}
		if o.stage > b.bound {
			b.late = true
			continue
		}
		if best == nil || o.stage < best.stage || o.stage == best.stage && o.inputCost() < best.inputCost() {
			best = o
		}
	}
	if best == nil {
		return
	}
	// Another field of the same subgraph may have opened a fetch at that
	// stage; then this one rides along.
	for i, o := range d.openings {
		if o.only && o.subgraph == best.subgraph && o.stage == best.stage && o.jump.local == best.jump.local && !o.contradicts(best) {
			o.requires = append(o.requires, best.requires...)
			for _, r := range best.requires {
				d.draw(r)
			}
			id.known = b.knownOf(d, i)
			return
		}
	}
	b.open(d, best)
	id.known = len(d.known) - 1
}

func (b *builder) knownOf(d *classDecision, opening int) int {
	return slices.IndexFunc(d.known, func(k known) bool { return k.opening == opening })
}

// requiring finds the item's field in a subgraph if it needs @requires there
// for objects of the class that enter by a key.
func (b *builder) requiring(c *class, it *item, subgraph int) *supergraph.FieldIn {
	for _, j := range b.jumps(c, subgraph) {
		v := b.views.entered(subgraph, j.local, true)
		if b.resolve(v, c, it) == required {
			return b.views.owned(v, c.object(), it.name)
		}
	}
	return nil
}

// readLeaf picks the earliest view that has the leaf.
func (b *builder) readLeaf(d *classDecision, id *itemDecision) {
	if id.known >= 0 {
		d.read(id.known)
		d.stage = max(d.stage, d.known[id.known].stage)
		return
	}
	if id.item.typename() && b.staticTypename(d.class, id.item) {
		return
	}
	for i, k := range d.known {
		if id.known >= 0 && (k.stage > d.known[id.known].stage || k.stage == d.known[id.known].stage && (d.uses(id.known) || !d.uses(i))) {
			continue
		}
		switch b.resolve(k.view, d.class, id.item) {
		case direct:
			id.known, id.beside = i, nil
		case required:
			if b.besides(k.view, d.class, id.item) {
				id.known, id.beside = i, b.besideOf(k.view, d.class, id.item, i, d)
			}
		}
	}
	if id.known < 0 {
		d.missing++
		return
	}
	d.draw(id.beside)
	d.read(id.known)
	d.stage = max(d.stage, d.known[id.known].stage)
}

// besideOf solves the requirements of a field from the one view it is read
// from.
func (b *builder) besideOf(v *view, c *class, it *item, at int, d *classDecision) *solved {
	p := b.positions.fieldSet(c, b.views.owned(v, c.object(), it.name).Requires)
	hands := []hand{d.known[at].hand}
	return &solved{pos: p, decision: b.choose(p, hands), hands: []int{at}}
}

// readOnce keeps a list of entities from being read in several subgraphs where
// one will do, the rest being fetched by key. Lists that are read twice are
// joined by index, and sharing promises equal lists; but where the promise is
// broken, by an order that is not fixed say, the fields of one entity would end
// up in another.
func (b *builder) readOnce(d *classDecision, id *itemDecision, through []*view) {
	if id.item.lists == 0 {
		return
	}
	p := b.positions.below(d.class, id.item)
	if !slices.ContainsFunc(p.classes, func(c *class) bool { return b.isEntity(c) }) {
		return
	}
	bound, late := b.bound, b.late
	defer func() { b.bound = bound }()
	best, bestCost, possible := -1, 0, false
	for i, v := range through {
		if v == nil || slices.Contains(through[:i], v) {
			continue
		}
		alone := []hand{{v, d.known[i].stage}}
		b.bound = bound
		if child := b.choose(p, alone); child.missing == 0 {
			if best < 0 || child.cost < bestCost {
				best, bestCost = i, child.cost
			}
			continue
		}
		b.bound = max(bound, reachStages)
		possible = possible || b.choose(p, alone).missing == 0
	}
	switch {
	case best >= 0:
		b.late = late
		for i := range through {
			if i != best {
				through[i] = nil
			}
		}
	case possible:
		// One would do, but later than this.
		b.late = true
		clear(through)
	}
}

// isEntity tells whether objects of the class can enter some subgraph by key.
func (b *builder) isEntity(c *class) bool {
	return slices.ContainsFunc(b.super.Subgraphs, func(g *supergraph.Subgraph) bool {
		return slices.ContainsFunc(b.jumps(c, g.Index), func(j jump) bool { return j.key != nil })
	})
}

// readComposite decides the position below the item, which may be read
// through all the views that have it.
func (b *builder) readComposite(d *classDecision, id *itemDecision) {
	it := id.item
	through := make([]*view, len(d.known))
	only := id.known // a field with @requires is read through its own fetch
	for i, k := range d.known {
		if only >= 0 && i != only {
			continue
		}
		how := b.resolve(k.view, d.class, it)
		if how == unresolved || how == required && i != only && !b.besides(k.view, d.class, it) {
			continue
		}
		if how == required && i != only {
			if id.beside == nil {
				id.beside = b.besideOf(k.view, d.class, it, i, d)
				only = i
			}
		}
		through[i] = b.views.below(k.view, d.class.object(), it.name, b.views.owned(k.view, d.class.object(), it.name))
	}
	b.readOnce(d, id, through)
	hands, index := canonical(d.known, func(i int) *view { return through[i] })
	if len(hands) == 0 {
		d.missing += it.weight()
		return
	}
	p := b.positions.below(d.class, it)
	child := b.choose(p, hands)
	id.child = &solved{pos: p, decision: child, hands: index}
	first := index[0]
	for _, i := range index {
		if d.known[i].stage < d.known[first].stage {
			first = i
		}
	}
	id.known = first
	d.missing += child.missing
	d.cost += child.cost
	d.stage = max(d.stage, child.stage)
	d.draw(id.beside)
	for i, used := range child.used {
		if used {
			d.read(index[i])
		}
	}
	if !slices.Contains(child.used, true) {
		d.read(first)
		d.stage = max(d.stage, d.known[first].stage)
	}
}
