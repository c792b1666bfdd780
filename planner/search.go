package planner

import (
	"encoding/binary"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// exactLimit is how many subgraphs may be tried in all combinations at one
// class of a position. Beyond it they are added one by one, the best first.
const exactLimit = 8

// maxExact is how many choices may be evaluated for one operation before all
// further ones are made greedily.
const maxExact = 2048

// A search looks for the subgraphs to enter for one class, given the views at
// hand.
type search struct {
	b     *builder
	class *class
	at    []known

	// opened are the fetches that other classes open here anyway.
	opened []sent

	*candidates

	// best is the best so far, at cost where opened costs nothing.
	best *classDecision
	cost int

	// floors are by item what can at least be paid below it, if that is known.
	floors []int

	// closed says that nothing is to be entered.
	closed bool

	// entries are the ways into subgraphs from the views at hand alone.
	entries []entryFrom

	// apart says that some fields with @requires can be had of one subgraph at
	// different stages; thrifty has the earlier wait for the later, to save a
	// fetch.
	apart, thrifty bool

	// keys are those solved with the views at hand.
	keys []key

	// chosen is the set that best is for.
	chosen []int

	set []int // see room
}

// An entryFrom is what way found for a subgraph.
type entryFrom struct {
	subgraph int
	opening  *opening
}

// chooseClass finds the subgraphs to enter for a class, none if closed. opened
// are the fetches that other classes open here anyway.
func (b *builder) chooseClass(c *class, at []known, opened []sent, closed bool) *classDecision {
	s := &search{b: b, class: c, at: at, opened: opened, closed: closed}
	if c.pos.root == ast.Mutation || c.pos.root == ast.Subscription {
		return s.one()
	}
	s.consider(nil)
	if s.best.missing == 0 && s.best.costWith(nil) <= costFetch {
		return s.best // all of it is at hand
	}
	if c.doubtful || closed {
		return s.best // for objects that should not come nothing is fetched
	}
	s.candidates = b.candidates(c, at)
	b.compete(s, s.candidates, len(opened))
	return s.best
}

// A trier looks at sets of subgraphs to enter and keeps the best.
type trier interface {
	// consider looks at a set and tells whether it is the best so far. It must
	// not keep the slice.
	consider(set []int) (better bool)

	// least looks at the set of all. What is below costs the least it can
	// then, since more is at hand: that is noted, and the sum returned.
	least() (sum int, better bool)

	// narrow is called when only subsets of the best set are yet to be
	// considered: with less at hand, what is below costs no less.
	narrow()

	// supplied tells whether a set has one that gives each item which only
	// some can.
	supplied(set []int) bool

	// standing is what the best set comes to.
	standing() (missing, cost int)

	// winner adds the members of the best set to a set; uses tells of each
	// whether it is of use: anything is read through it, or it costs nothing.
	winner(set []int) []int
	uses(member int) bool

	// room is memory for a set, empty.
	room() []int
}

// compete has t try sets of candidates. Others open some fetches anyway.
func (b *builder) compete(t trier, c *candidates, opened int) {
	switch {
	case b.quick:
		t.consider(c.all)
	case len(c.may) > exactLimit || b.tried > b.planner.exact:
		_, whole := t.least()
		b.greedily(t, c, whole)
	default:
		b.exactly(t, c, opened)
	}
}

// candidates are the subgraphs that could help a class, given the views at
// hand.
type candidates struct {
	// must are those that nobody can do without, being the only ones to have
	// some field; may are the others; all are both. A subgraph that a field
	// with @requires is fetched from anyway may serve others by that fetch, so
	// it is never a must.
	must, may, all []int

	// suppliers are, for each item that only some of may can give, these.
	suppliers [][]int
}

// candidates finds out whom to consider. It depends on which views are at hand
// but not since when.
func (b *builder) candidates(c *class, at []known) *candidates {
	key := make([]byte, 0, 64)
	for _, k := range at {
		key = binary.AppendUvarint(key, uint64(k.view.id))
	}
	if found := c.candidates[string(key)]; found != nil {
		return found
	}
	found := &candidates{}
	worth := b.worthEntering(c, at)
	fetched := map[int]bool{}
	var kinds [][]int
	for _, it := range c.items {
		if !it.typename() && !b.isHad(c, it, at) {
			kinds = append(kinds, b.owners(c, it, fetched))
		}
	}
	for _, g := range worth {
		alone := slices.ContainsFunc(kinds, func(owners []int) bool { return len(owners) == 1 && owners[0] == g })
		if alone && !fetched[g] {
			found.must = append(found.must, g)
		} else {
			found.may = append(found.may, g)
		}
	}
	for _, owners := range kinds {
		free := slices.ContainsFunc(owners, func(g int) bool { return fetched[g] || slices.Contains(found.must, g) })
		if !free && slices.ContainsFunc(owners, func(g int) bool { return slices.Contains(found.may, g) }) {
			found.suppliers = append(found.suppliers, owners)
		}
	}
	found.all = append(slices.Clone(found.must), found.may...)
	if c.candidates == nil {
		c.candidates = map[string]*candidates{}
	}
	c.candidates[string(key)] = found
	b.hold(sizeOfEntry + sizeOfCandidates + len(key) + 2*sizeOfPointer*len(found.all) + 8*sizeOfPointer*len(found.suppliers))
	return found
}

// consider evaluates a set of subgraphs to enter and keeps it if it is the best
// so far.
func (s *search) consider(set []int) (better bool) {
	if len(set) == 0 && s.candidates != nil {
		return false // looked at before there were any
	}
	better = s.keep(s.look(set))
	if s.apart && !s.b.quick {
		s.thrifty = true
		better = s.keep(s.look(set)) || better
		s.thrifty = false
	}
	s.apart = false
	if better {
		s.chosen = append(s.chosen[:0], set...)
	}
	return better
}

func (s *search) look(set []int) *classDecision {
	if !s.closed {
		s.b.tried += weight(len(s.class.items), len(s.at)+len(set))
	}
	return s.evaluate(set)
}

func (s *search) standing() (missing, cost int) { return s.best.missing, s.cost }

func (s *search) winner(set []int) []int { return append(set, s.chosen...) }

func (s *search) uses(subgraph int) bool {
	for i, k := range s.best.known {
		if k.opening < 0 {
			continue
		}
		if o := s.best.openings[k.opening]; o.subgraph == subgraph && !o.only {
			// What others fetch anyway could yet do for what is fetched for this.
			return s.best.uses(i) || slices.Contains(s.opened, sent{subgraph, o.stage})
		}
	}
	return false
}

func (s *search) room() []int {
	if s.set == nil {
		s.set = make([]int, 0, len(s.all))
	}
	return s.set
}

// keep keeps a decision if it is the best so far.
func (s *search) keep(d *classDecision) (better bool) {
	if d == nil {
		return false
	}
	cost := d.costWith(s.opened)
	if s.best != nil && (d.missing > s.best.missing || d.missing == s.best.missing && cost >= s.cost) {
		s.b.spare = append(s.b.spare, d)
		return false
	}
	if s.best != nil {
		s.b.spare = append(s.b.spare, s.best)
	}
	s.best, s.cost = d, cost
	return true
}

// hopeless tells whether a decision can no longer become the best, of which the
// items from the given one on are still to be served. base is the cost of the
// openings.
func (s *search) hopeless(d *classDecision, base, from int) bool {
	if s.best == nil || s.best.missing > 0 {
		return false
	}
	if d.missing > 0 {
		return true
	}
	cost := d.cost + base
	if s.floors != nil {
		for _, floor := range s.floors[from:] {
			cost += floor
		}
	}
	return cost >= s.cost
}

// exactly tries all sets of subgraphs, the smallest first, until larger ones
// cannot be better.
func (b *builder) exactly(t trier, c *candidates, opened int) {
	least, whole := t.least()
	for size := 0; size < len(c.may); size++ {
		if b.tried > b.planner.exact {
			b.greedily(t, c, whole) // what is below was dear
			return
		}
		if missing, cost := t.standing(); missing == 0 && cost <= least+max(0, len(c.must)+size-opened)*costFetch {
			return
		}
		if len(c.must)+size == 0 {
			continue
		}
		set := append(t.room(), c.must...)
		subsets(c.may, size, set, func(set []int) {
			if missing, _ := t.standing(); b.tried <= b.planner.exact && (missing > 0 || t.supplied(set)) && t.consider(set) {
				whole = false
			}
		})
	}
}

// greedily goes on from the best set so far, of which whole tells whether it is
// that of all candidates: others are added, the most useful first, until none
// helps, and then dropped that can be done without.
func (b *builder) greedily(t trier, c *candidates, whole bool) {
	set := b.trim(t, t.room())
	if !whole {
		if len(set) == 0 {
			set = append(set, c.must...)
			t.consider(set)
		}
		for grown := 0; grown >= 0; {
			grown = -1
			for _, g := range c.may {
				if !slices.Contains(set, g) && t.consider(append(set, g)) {
					grown = g
				}
			}
			if grown >= 0 {
				set = append(set, grown)
			}
		}
	}
	for _, g := range c.may {
		i := slices.Index(set, g)
		if i < 0 {
			continue
		}
		set = slices.Delete(set, i, i+1)
		if missing, _ := t.standing(); (missing > 0 || t.supplied(set)) && t.consider(set) {
			t.narrow()
			set = b.trim(t, set[:0])
		} else {
			set = slices.Insert(set, i, g)
		}
	}
}

// trim is the best set, if possible without those that are of no use.
func (b *builder) trim(t trier, room []int) []int {
	set := t.winner(room)
	idle := func(member int) bool { return !t.uses(member) }
	if !slices.ContainsFunc(set, idle) {
		return set
	}
	if used := slices.DeleteFunc(slices.Clone(set), idle); t.consider(used) {
		t.narrow()
		return append(set[:0], used...)
	}
	return set
}

func (s *search) least() (sum int, better bool) {
	if len(s.all) == 0 {
		return 0, false
	}
	best, cost, chosen := s.best, s.cost, s.chosen
	s.best, s.chosen = nil, nil // so that it is evaluated to the end
	s.consider(s.all)
	if s.best.missing == 0 {
		s.narrow()
		for _, floor := range s.floors {
			sum += floor
		}
	}
	if best.missing < s.best.missing || best.missing == s.best.missing && cost <= s.cost {
		s.best, s.cost, s.chosen = best, cost, chosen
		return sum, false
	}
	return sum, true
}

func (s *search) narrow() {
	s.floors = append(s.floors[:0], make([]int, len(s.best.items))...)
	for i, id := range s.best.items {
		if id.child != nil {
			s.floors[i] = id.child.cost()
		}
	}
}

func (s *search) supplied(set []int) bool {
	for _, by := range s.suppliers {
		if !slices.ContainsFunc(by, func(g int) bool { return slices.Contains(set, g) }) {
			return false
		}
	}
	return true
}

// owners lists the subgraphs that can give an item to objects that enter them;
// none if one of them gives it for what it requires, with a fetch of its own.
// That one is noted: by the fetch it may serve other items as well.
func (b *builder) owners(c *class, it *item, fetched map[int]bool) []int {
	var owners []int
	apart := false
	for _, g := range b.doors(c) {
		owns := false
		for _, j := range g.jumps {
			switch b.resolve(b.entered(j, true), c, it) {
			case direct:
				owns = true
			case required:
				fetched[g.subgraph], apart = true, true
			}
		}
		if owns {
			owners = append(owners, g.subgraph)
		}
	}
	if apart {
		return nil
	}
	return owners
}

// isHad tells whether an item can be read from some view at hand.
func (b *builder) isHad(c *class, it *item, at []known) bool {
	return slices.ContainsFunc(at, func(k known) bool { return b.resolve(k.view, c, it) != unresolved })
}

// subsets calls f with every subset of the given size, in lexical order. f
// must not keep the slice.
func subsets(of []int, size int, set []int, f func([]int)) {
	if size == 0 {
		f(set)
		return
	}
	for i := 0; i+size <= len(of); i++ {
		subsets(of[i+1:], size-1, append(set, of[i]), f)
	}
}

// one enters exactly one subgraph: a mutation field is called once, a
// subscription has one source.
func (s *search) one() *classDecision {
	for _, g := range s.b.doors(s.class) {
		s.consider([]int{g.subgraph})
	}
	if s.best == nil {
		s.consider(nil)
	}
	return s.best
}
