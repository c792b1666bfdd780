package planner

import (
	"cmp"
	"slices"
)

// A pricing is a search for the best doors, as search is for subgraphs.
type pricing struct {
	b     *builder
	chart *chart
	*contest

	// hands are the views at hand, start the search's start: with nothing
	// entered.
	hands viewSet
	start evaluation

	// ways are those through doors from the views at hand, stage 0 if there is
	// none; soonest is when the first could be through one.
	ways    [maxViews]chartWay
	soonest int

	best  price
	found bool // whether there is a best
	bare  bool // whether to enter nobody has been looked at

	// below are by item what was paid below it when it was last looked at, paid
	// what is for the best; floors what will be at least for it and all that
	// follow, if that is known.
	below, paid, floors []int
	floored             bool

	set [maxViews]int // see room
}

func (b *builder) newPricing(ch *chart, at holding) *pricing {
	var s *pricing
	if n := len(b.pricings); n > 0 {
		s, b.pricings = b.pricings[n-1], b.pricings[:n-1]
	} else {
		s = &pricing{}
	}
	n := len(ch.items)
	s.b, s.chart, s.contest = b, ch, nil
	s.below, s.paid, s.floors = slices.Grow(s.below[:0], n)[:n], slices.Grow(s.paid[:0], n)[:n], slices.Grow(s.floors[:0], n)[:n]
	s.found, s.bare, s.floored = false, false, false
	s.best = price{at: at}
	s.start = evaluation{pricing: s, bound: at.since(ch.last())}
	for i := range ch.views {
		if stage := at.since(i); stage > 0 {
			s.start.since[i] = uint8(stage)
			s.start.know(i)
		}
	}
	s.hands = s.start.known
	return s
}

// findWays finds the ways from the views at hand, which are the same for every
// set of doors.
func (s *pricing) findWays() {
	s.soonest = 0
	if s.hands != 0 {
		s.soonest = 1 + int(s.start.since[s.start.from(s.hands)])
	}
	for _, d := range s.all {
		s.ways[d], _ = s.start.way(d)
	}
}

func (s *pricing) standing() (missing, cost int) { return s.best.missing, s.best.cost }

func (s *pricing) winner(set []int) []int {
	for _, d := range s.best.doors[:s.best.entered] {
		set = append(set, int(d))
	}
	return set
}

func (s *pricing) uses(door int) bool { return s.best.used.has(s.chart.doors[door].view) }

func (s *pricing) room() []int { return s.set[:0] }

func (s *pricing) consider(doors []int) (better bool) {
	if len(doors) == 0 {
		if s.bare {
			return false
		}
		s.bare = true
	}
	s.b.spend(len(s.chart.items), s.hands.size()+len(doors))
	s.b.tried += weight(len(s.chart.items), s.hands.size()+len(doors))
	o, ok := s.evaluate(doors)
	if !ok || s.found && cmp.Or(cmp.Compare(o.missing, s.best.missing), cmp.Compare(o.cost, s.best.cost)) >= 0 {
		return false
	}
	s.found = true
	s.best.offer = o
	s.below, s.paid = s.paid, s.below
	for i, d := range doors {
		s.best.doors[i] = uint8(d)
	}
	return true
}

func (s *pricing) supplied(doors []int) bool {
	entered := doorSet(doors)
	return !slices.ContainsFunc(s.supplying, func(by viewSet) bool { return by&entered == 0 })
}

func (s *pricing) least() (sum int, better bool) {
	if len(s.all) == 0 {
		return 0, false
	}
	best, found := s.best, s.found
	s.found = false // so that it is evaluated to the end
	s.consider(s.all)
	if s.best.missing == 0 {
		s.narrow()
		if len(s.floors) > 0 {
			sum = s.floors[0]
		}
	}
	if found && (best.missing < s.best.missing || best.missing == s.best.missing && best.cost <= s.best.cost) {
		s.best = best
		return sum, false
	}
	return sum, true
}

func (s *pricing) narrow() {
	s.floored = true
	sum := 0
	for i, paid := range slices.Backward(s.paid) {
		sum += paid
		s.floors[i] = sum
	}
}

// evaluate finds out what entering some doors comes to; not to the end, if that
// is seen to be no better than the best.
func (s *pricing) evaluate(doors []int) (o offer, ok bool) {
	e := s.start
	e.entered = len(doors)
	e.enter(doors)
	if e.lacks() || e.hopeless(0) {
		return offer{}, false
	}
	if s.b.quick && e.lacksAny() {
		e.missing = 1
		return e.offer, true
	}
	for i := range s.chart.items {
		ci := &s.chart.items[i]
		s.below[i] = 0
		switch {
		case ci.free:
			continue
		case ci.leaf:
			e.readLeaf(ci)
		default:
			e.readComposite(i, ci)
		}
		if e.hopeless(i + 1) {
			return offer{}, false
		}
		if s.b.quick && e.missing > 0 {
			break // nothing else matters
		}
	}
	return e.offer, true
}
