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

	// at is what is at hand, as sets: hands are all.
	at    holding
	hands viewSet

	best  price
	found bool // whether there is a best

	// last are the prices last asked for, by item.
	last []asked

	// below are by item what was paid below it when it was last looked at, paid
	// what is for the best; floors what will be at least, if that is known.
	below, paid, floors []int
	floored             bool
}

func (b *builder) newPricing(ch *chart, at holding) *pricing {
	var s *pricing
	if n := len(b.pricings); n > 0 {
		s, b.pricings = b.pricings[n-1], b.pricings[:n-1]
	} else {
		s = &pricing{}
	}
	n := len(ch.items)
	*s = pricing{
		b: b, chart: ch, at: at,
		last:  slices.Grow(s.last[:0], n)[:n],
		below: slices.Grow(s.below[:0], n)[:n], paid: slices.Grow(s.paid[:0], n)[:n], floors: slices.Grow(s.floors[:0], n)[:n],
	}
	clear(s.last)
	s.best.at = at
	for i := range ch.views {
		if at[i] > 0 {
			s.hands |= viewBit(i)
		}
	}
	return s
}

func (s *pricing) standing() (missing, cost int) { return s.best.missing, s.best.cost }

func (s *pricing) consider(doors []int) (better bool) {
	s.b.spend(s.chart.class, s.hands.size()+len(doors))
	s.b.tried += weight(s.chart.class, s.hands.size()+len(doors))
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
	best := s.best
	s.found = false // so that it is evaluated to the end
	s.consider(s.all)
	if s.best.missing == 0 {
		s.narrow()
		for _, floor := range s.floors {
			sum += floor
		}
	}
	if best.missing < s.best.missing || best.missing == s.best.missing && best.cost <= s.best.cost {
		s.best = best
		return sum, false
	}
	return sum, true
}

func (s *pricing) narrow() {
	s.floored = true
	copy(s.floors, s.paid)
}

// evaluate finds out what entering some doors comes to; not to the end, if that
// is seen to be no better than the best.
func (s *pricing) evaluate(doors []int) (o offer, ok bool) {
	e := evaluation{pricing: s, at: s.at}
	for hands := s.hands; hands != 0; {
		e.know(hands.first())
	}
	e.entered = len(doors)
	e.enter(doors)
	if e.lacks() || e.hopeless(0) {
		return offer{}, false
	}
	for i := range s.chart.items {
		ci := &s.chart.items[i]
		s.below[i] = 0
		switch {
		case ci.free:
		case ci.leaf:
			e.readLeaf(ci)
		default:
			e.readComposite(i, ci)
		}
		if e.hopeless(i + 1) {
			return offer{}, false
		}
	}
	e.used &= s.hands
	return e.offer, true
}
