package planner

import (
	"cmp"
	"slices"

	"github.com/weft-graphql/weft/supergraph"
)

// evaluate decides how to serve the class when it enters the subgraphs in set.
// It returns nil as soon as it sees that this is no better than the best.
func (s *search) evaluate(set []int) *classDecision {
	b, c := s.b, s.class
	b.spend(len(c.items), len(s.at)+len(set))
	d := b.blank(c)
	d.known = append(slices.Grow(d.known, len(s.at)+len(set)+1), s.at...)
	s.enter(d, set)
	entered := len(d.known)
	// Fields with @requires open fetches of their own, through which other
	// fields may be read as well; so they go first.
	s.require(d, entered)
	base := sentCost(d.own, s.opened)
	if s.lacks(d) || s.hopeless(d, base, 0) {
		b.spare = append(b.spare, d)
		return nil
	}
	for i, it := range c.items {
		if it.leaf {
			b.readLeaf(d, &d.items[i])
		} else {
			b.readComposite(d, &d.items[i])
		}
		if s.hopeless(d, base, i+1) {
			b.spare = append(b.spare, d)
			return nil
		}
		if b.quick && d.missing > 0 {
			break // nothing else matters
		}
	}
	return d
}

// lacks tells early whether something would be missing, if that makes the
// decision no better than the best.
func (s *search) lacks(d *classDecision) bool {
	if s.best == nil || s.best.missing > 0 {
		return false
	}
	for i, it := range s.class.items {
		if d.items[i].known < 0 && !s.b.readable(d, it, len(d.known)) {
			return true
		}
	}
	return false
}

// spend counts the steps of one look at some items through some views.
func (b *builder) spend(items, views int) {
	b.steps += items * (1 + views) / 16
	b.step()
}

// weight is what one such look counts among those tried.
func weight(items, views int) int { return 1 + items*(1+views)/64 }

// blank is an empty decision, where possible one that was of no use before.
func (b *builder) blank(c *class) *classDecision {
	d := &classDecision{}
	if n := len(b.spare); n > 0 {
		d, b.spare = b.spare[n-1], b.spare[:n-1]
	}
	items := slices.Grow(d.items[:0], len(c.items))
	*d = classDecision{
		class: c, known: d.known[:0], openings: d.openings[:0], own: d.own[:0], items: items[:len(c.items)], used: d.used[:0],
		hands: d.hands[:0], index: d.index[:0], handsOf: -1,
	}
	for i, it := range c.items {
		id := &d.items[i]
		*id = itemDecision{item: it, known: -1, below: solved{hands: id.below.hands[:0]}}
	}
	return d
}

// enter opens the subgraphs in set, the earliest possible first. In each round
// all those are opened that the views known before it let in soonest; what a
// later round finds is never earlier.
func (s *search) enter(d *classDecision, set []int) {
	var rounds [8]*opening
	var few [8]int
	pending := append(few[:0], set...)
	for len(pending) > 0 {
		round := rounds[:0]
		n := len(d.known)
		for _, g := range pending {
			o := s.entry(d, g, n)
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
			s.b.open(d, o)
		}
	}
}

// entry finds the best way into a subgraph from the first n known views. From
// those at hand it is the same for every set.
func (s *search) entry(d *classDecision, subgraph, n int) *opening {
	if n > len(s.at) {
		return s.way(d, subgraph, n, false)
	}
	for _, e := range s.entries {
		if e.subgraph == subgraph {
			return e.opening
		}
	}
	e := entryFrom{subgraph, s.way(d, subgraph, n, false)}
	s.entries = append(s.entries, e)
	return e.opening
}

// way finds the best way into a subgraph from the first n known views, or nil. sorted says that objects of other classes must not enter: what the
// entry needs of them is somewhere else.
func (s *search) way(d *classDecision, subgraph, n int, sorted bool) *opening {
	b := s.b
	var best *opening
	typed := typedFirst(d.known[:n])
	if sorted && typed < 0 && b.isPart(d.class) {
		return nil
	}
	for _, j := range b.jumps(d.class, subgraph) {
		if !b.usable(d.class, j, d.known[:n], typed) {
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
			o.key = s.key(d, b.positions.fieldSet(d.class, j.key.Fields), n)
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
	d.own = joinSent(d.own, []sent{{o.subgraph, o.stage}})
	d.known = append(d.known, known{
		hand:    hand{b.entered(o.jump, o.typed >= 0), o.stage},
		opening: len(d.openings) - 1,
		from:    -1,
	})
}

// key solves a key with the first n known views alone. Who has what is missing
// of it is entered by the class itself: it is in the set, or in another set.
func (s *search) key(d *classDecision, p *position, n int) *solved {
	if n > len(s.at) {
		return s.b.solve(d, p, n, true)
	}
	for _, k := range s.keys {
		if k.pos == p {
			s.b.late = s.b.late || k.late
			return k.solved
		}
	}
	before := s.b.late
	s.b.late = false
	k := key{pos: p, solved: s.b.solve(d, p, n, true), late: s.b.late}
	s.b.late = before || k.late
	s.keys = append(s.keys, k)
	return k.solved
}

// A key is what was found for the position of a key.
type key struct {
	pos    *position
	solved *solved
	late   bool
}

// solve decides a field set's position with the first n known views, leaving a
// stage for the fetch that wants it; closed as for choose. nil if it cannot be
// had.
func (b *builder) solve(d *classDecision, p *position, n int, closed bool) *solved {
	if d.handsOf != n {
		d.hands, d.index = canonical(d.hands, d.index, d.known[:n], nil)
		d.handsOf = n
	}
	if b.bound < 1 {
		return nil
	}
	b.bound--
	s := &solved{pos: p, decision: b.chooseFrom(p, d.hands, closed)}
	b.bound++
	// A position none of whose objects can come from the views asks for
	// nothing; but then no representation can be built either.
	if s.decision.missing > 0 || len(s.decision.classes) == 0 {
		return nil
	}
	s.hands = s.decision.placesOf(d.hands, slices.Clone(d.index))
	return s
}

// canonical sorts the views at hand and drops later duplicates, and tells
// which of the given each one is. Only those are taken that have a view in
// through, if there is such a list, and that view is what is at hand. The
// results use the memory of the first two arguments.
func canonical(hands []hand, index []int, at []known, through []*view) ([]hand, []int) {
	hands, index = hands[:0], index[:0]
	for i, k := range at {
		h := k.hand
		if through != nil {
			h.view = through[i]
		}
		if h.view == nil {
			continue
		}
		to, found := slices.BinarySearchFunc(hands, h, func(x, y hand) int { return x.view.compare(y.view) })
		switch {
		case !found:
			hands, index = slices.Insert(hands, to, h), slices.Insert(index, to, i)
		case h.stage < hands[to].stage:
			hands[to], index[to] = h, i
		}
	}
	return hands, index
}

// require opens the fetches that fields with @requires need which cannot be read
// from the first n known views.
func (s *search) require(d *classDecision, n int) {
	if d.class.doubtful {
		return
	}
	type need struct {
		id *itemDecision
		*opening
	}
	var needs []need
	for i, it := range d.class.items {
		if it.typename() || s.b.readable(d, it, n) {
			continue
		}
		if o := s.requirement(d, it, n); o != nil {
			s.apart = s.apart || slices.ContainsFunc(needs, func(other need) bool {
				return other.subgraph == o.subgraph && other.stage != o.stage
			})
			needs = append(needs, need{&d.items[i], o})
		}
	}
	if s.thrifty {
		slices.SortStableFunc(needs, func(x, y need) int { return cmp.Compare(y.stage, x.stage) })
	}
	for _, it := range needs {
		s.openRequired(d, it.id, it.opening)
	}
}

// requirement finds the first fetch that a field with @requires can have, or
// nil.
func (s *search) requirement(d *classDecision, it *item, n int) *opening {
	b := s.b
	var best *opening
	for _, g := range b.doors(d.class) {
		f := b.requiring(d.class, it, g)
		if f == nil {
			continue
		}
		o := s.way(d, g.subgraph, n, true)
		if o == nil || b.resolve(b.entered(o.jump, o.typed >= 0), d.class, it) != required {
			continue
		}
		o.only = true
		if f.Requires != nil {
			r := b.solve(d, b.positions.fieldSet(d.class, f.Requires), n, false)
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
	return best
}

// openRequired opens what a field with @requires needs, or has it ride along in
// what another field of the same subgraph has opened: at the same stage, or, if
// the search is thrifty, at a later one.
func (s *search) openRequired(d *classDecision, id *itemDecision, own *opening) {
	for i, o := range d.openings {
		later := s.thrifty && id.item.leaf && o.stage > own.stage && !slices.Contains(d.own, sent{own.subgraph, own.stage})
		if o.only && o.subgraph == own.subgraph && (o.stage == own.stage || later) && o.jump.local == own.jump.local && !o.contradicts(own) {
			o.requires = append(o.requires, own.requires...)
			for _, r := range own.requires {
				d.draw(r)
			}
			id.known = s.b.knownOf(d, i)
			return
		}
	}
	s.b.open(d, own)
	id.known = len(d.known) - 1
}

func (b *builder) knownOf(d *classDecision, opening int) int {
	return slices.IndexFunc(d.known, func(k known) bool { return k.opening == opening })
}

// requiring finds the item's field in a subgraph if it needs @requires there
// for objects of the class that enter by a key.
func (b *builder) requiring(c *class, it *item, g door) *supergraph.FieldIn {
	for _, j := range g.jumps {
		v := b.entered(j, true)
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
	s := &solved{pos: p, decision: b.choose(p, hands)}
	s.hands = s.decision.placesOf(hands, []int{at})
	return s
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
		if child := b.under(p, alone, []int{i}); child.missing() == 0 {
			if best < 0 || child.cost() < bestCost {
				best, bestCost = i, child.cost()
			}
			continue
		}
		if !possible {
			b.bound = max(bound, reachStages)
			child := b.under(p, alone, []int{i})
			possible = child.missing() == 0
		}
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
	return slices.ContainsFunc(b.doors(c), func(g door) bool {
		return slices.ContainsFunc(g.jumps, func(j *jump) bool { return j.key != nil })
	})
}

// readComposite decides the position below the item, which may be read
// through all the views that have it.
func (b *builder) readComposite(d *classDecision, id *itemDecision) {
	it := id.item
	var few [8]*view
	through := append(few[:0], make([]*view, len(d.known))...)
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
		through[i] = b.below(k.view, d.class, it)
	}
	b.readOnce(d, id, through)
	var fewHands [8]hand
	hands, index := canonical(fewHands[:0], slices.Grow(id.below.hands, len(d.known)), d.known, through)
	if len(hands) == 0 {
		d.missing += it.weight()
		return
	}
	first := index[0]
	for _, i := range index {
		if d.known[i].stage < d.known[first].stage {
			first = i
		}
	}
	id.known = first
	id.child = &id.below
	id.below = b.under(b.positions.below(d.class, it), hands, index)
	d.missing += id.child.missing()
	d.cost += id.child.cost()
	d.stage = max(d.stage, id.child.stage())
	d.draw(id.beside)
	unused := true
	for i, at := range id.child.hands {
		if at >= 0 && id.child.uses(i) {
			unused = false
			d.read(at)
		}
	}
	if unused {
		d.read(first)
		d.stage = max(d.stage, d.known[first].stage)
	}
}

// under decides a position below an item, or finds out its price: that it is
// decided for that is worth the work only once it is part of the plan. index
// tells which known views the hands are; its memory is kept.
func (b *builder) under(p *position, hands []hand, index []int) solved {
	ch, at := b.onChart(p, hands)
	if ch == nil {
		d := b.choose(p, hands)
		return solved{pos: p, decision: d, hands: d.placesOf(hands, index)}
	}
	s := solved{pos: p, chart: ch, price: b.price(ch, at), hands: index}
	if s.price.at == at {
		return s
	}
	s.hands = nil
	for i := range ch.views {
		switch {
		case at.since(i) > 0:
			s.hands, index = append(s.hands, index[0]), index[1:]
		case s.price.at.since(i) > 0:
			s.hands = append(s.hands, -1)
		}
	}
	return s
}

// settled is the decision for what has been solved.
func (b *builder) settled(s *solved) *decision {
	if s.decision == nil {
		bound, late := b.bound, b.late
		b.bound = s.price.at.since(s.chart.last())
		s.decision = b.choose(s.pos, s.chart.hands(s.price.at))
		b.bound, b.late = bound, late
	}
	return s.decision
}
