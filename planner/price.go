package planner

import "math"

// A price is what it costs to serve a charted position, and by entering whom,
// without a word on what is read where. Positions are priced under many choices
// of what is at hand, and decided under few.
type price struct {
	offer
	late bool

	// at is what is at hand. It may be more than was asked for, of which
	// nothing else is used then.
	at holding

	// doors are those to enter.
	doors [maxViews]uint8
}

// priced is a position with the price by which it is decided.
type priced struct {
	pos   *position
	price *price
}

// decideAsPriced writes down what a price was found for.
func (b *builder) decideAsPriced(c *class, ch *chart, p *price) *decision {
	hands := ch.hands(p.at)
	s := &search{b: b, class: c, at: b.atHand(c, hands)}
	var few [maxViews]int
	set := few[:p.entered]
	for i := range set {
		set[i] = ch.doors[p.doors[i]].subgraph
	}
	d := &decision{hands: hands, used: make([]bool, len(hands)), classes: []*classDecision{s.evaluate(set)}}
	d.markUsed(d.classes[0])
	d.sum()
	return d
}

// earliest is the first view of those that are at hand soonest.
func (ch *chart) earliest(at *holding) int {
	first := -1
	for i := range ch.views {
		if at.since(i) > 0 && (first < 0 || at.since(i) < at.since(first)) {
			first = i
		}
	}
	return first
}

// onChart is the chart of a position and what is at hand there, if it has one.
func (b *builder) onChart(p *position, hands []hand) (ch *chart, h holding) {
	if ch = b.chart(p); ch != nil {
		var ok bool
		if h, ok = ch.hold(hands, b.bound); !ok {
			ch = nil
		}
	}
	return ch, h
}

// price finds out what it costs to serve a position. Prices are memoised.
func (b *builder) price(ch *chart, at holding) *price {
	words := ch.words()
	key := at.key(words)
	p := ch.prices.find(key, &at)
	if p == nil {
		if p = ch.dominant(&at); p != nil {
			ch.prices.add(key, at, words, p)
			b.memo(sizeOfPriced)
		}
	}
	if p != nil {
		b.late = b.late || p.late
		return p
	}
	before := b.late
	b.late = false
	p = b.findPrice(ch, at)
	p.late = b.late
	b.late = before || p.late
	ch.prices.add(key, at, words, p)
	b.memo(sizeOfPriced + sizeOfPrice)
	if p.missing == 0 {
		ch.dominates(p)
		b.memo(sizeOfPointer * (1 + 2*words))
	}
	return p
}

// dominates notes a price that misses nothing for dominant: by what was at hand,
// and with all bits set of the bytes that must be so.
func (ch *chart) dominates(p *price) {
	var must holding
	for views := p.used; views != 0; {
		must.put(views.first(), math.MaxUint8)
	}
	must.put(ch.last(), math.MaxUint8)
	words := ch.words()
	if ch.decided == nil {
		ch.decided, ch.decidedAt = make([]*price, 0, 8), make([]uint64, 0, 16*words)
	}
	ch.decided = append(ch.decided, p)
	ch.decidedAt = append(append(ch.decidedAt, p.at[:words]...), must[:words]...)
}

// dominant finds a price found with more at hand of which nothing is used but
// what is given: with less at hand there can be no better one.
func (ch *chart) dominant(given *holding) *price {
	words := ch.words()
	var held holding
	for k, x := range given[:words] {
		held[k] = heldBytes(x)
	}
search:
	for i, p := range ch.decided {
		at := ch.decidedAt[2*words*i:][:2*words]
		for k := range words {
			if (given[k]^at[k])&(held[k]|at[words+k]) != 0 {
				continue search
			}
		}
		return p
	}
	return nil
}

// findPrice looks for the doors to enter, as chooseClass does.
func (b *builder) findPrice(ch *chart, at holding) *price {
	s := b.newPricing(ch, at)
	hopeful := s.start.lacksAny() // that all can be had by entering somebody, so that what can without does not count
	if !hopeful {
		s.consider(nil)
	}
	if hopeful || s.best.missing > 0 || s.best.cost > costFetch {
		s.contest = b.contest(ch, s.hands)
		s.findWays()
		if b.compete(s, &s.candidates, 0); !b.quick && hopeful && (!s.found || s.best.missing > 0) {
			s.found, s.bare, s.floored = false, false, false
			s.consider(nil)
			b.compete(s, &s.candidates, 0)
		}
	}
	if len(b.prices) == cap(b.prices) {
		b.prices = make([]price, 0, 64)
	}
	s.best.used &= s.hands
	b.prices = append(b.prices, s.best)
	b.pricings = append(b.pricings, s)
	return &b.prices[len(b.prices)-1]
}
