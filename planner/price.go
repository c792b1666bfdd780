package planner

import (
	"encoding/binary"
	"math"
)

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

// A holding is what is at hand at a position, by view: the stage since when, 0
// for not at all. The last byte is the last stage allowed.
type holding [maxViews + 1]uint8

const lastStage = maxViews

// words are a holding in pieces that are compared and hashed at once. On charts
// with few views the first says all.
type words [(maxViews + 1) / 8]uint64

// fewViews are those of a holding that go into one word with the last stage.
const fewViews = 7

// pack returns the words of a holding and how many of them count.
func (ch *chart) pack(at *holding) (w words, n int) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(at[8*i:])
	}
	if len(ch.views) <= fewViews {
		return words{w[0] | w[len(w)-1]}, 1 // of which the last byte is free in the one and all there is in the other
	}
	return w, len(w)
}

// key is a number that hardly any other words have, and none if but one counts.
func (w words) key() uint64 {
	key := w[0]
	for _, x := range w[1:] {
		if x != 0 {
			key = scatter(key) ^ x
		}
	}
	return key
}

// heldBytes has all bits of those bytes set that are not zero. Stages are less
// than 128.
func heldBytes(x uint64) uint64 {
	x |= x >> 4
	x |= x >> 2
	x |= x >> 1
	return x & 0x0101010101010101 * 0xff
}

// scatter spreads what tells keys apart over all bits.
func scatter(key uint64) uint64 {
	key *= 0x9e3779b97f4a7c15
	return key ^ key>>32
}

// prices are what has been priced on a chart in one pass of the search: a hash
// table, open and at most three quarters full.
type prices struct {
	slots []asked // a power of two, or none
	n     int
}

// An asked is a price and what it was asked for: at is nil if the key says all.
type asked struct {
	key   uint64
	at    *words
	price *price
}

// slot finds the place of a holding, empty if it is not there.
func (ps *prices) slot(key uint64, at *words) *asked {
	mask := uint64(len(ps.slots) - 1)
	for i := scatter(key); ; i++ {
		s := &ps.slots[i&mask]
		if s.price == nil || s.key == key && (s.at == nil || *s.at == *at) {
			return s
		}
	}
}

func (ps *prices) find(key uint64, at *words) *price {
	if ps.n == 0 {
		return nil
	}
	return ps.slot(key, at).price
}

// forget makes the table empty, to be filled again.
func (ps *prices) forget() {
	clear(ps.slots)
	ps.n = 0
}

func (ps *prices) add(key uint64, at *words, n int, p *price) {
	if 4*ps.n >= 3*len(ps.slots) {
		old := ps.slots
		ps.slots = make([]asked, max(8, 2*len(old)))
		for _, s := range old {
			if s.price != nil {
				*ps.slot(s.key, s.at) = s
			}
		}
	}
	a := asked{key: key, price: p}
	if n > 1 {
		a.at = &words{}
		*a.at = *at
	}
	*ps.slot(key, at) = a
	ps.n++
}

// hold turns hands into a holding; not if the chart lacks a view of them.
func (ch *chart) hold(hands []hand, bound int) (h holding, ok bool) {
	for _, x := range hands {
		i := ch.index(x.view)
		if i < 0 {
			return h, false
		}
		h[i] = uint8(x.stage)
	}
	h[lastStage] = uint8(bound)
	return h, true
}

// hands turns a holding back into hands.
func (ch *chart) hands(h holding) []hand {
	var hands []hand
	for i, v := range ch.views {
		if h[i] > 0 {
			hands = append(hands, hand{v, int(h[i])})
		}
	}
	return hands
}

// decideAsPriced writes down what a price was found for.
func (b *builder) decideAsPriced(c *class, ch *chart, p *price) *decision {
	hands := ch.hands(p.at)
	s := &search{b: b, class: c, at: b.atHand(c, hands)}
	set := make([]int, p.entered)
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
		if at[i] > 0 && (first < 0 || at[i] < at[first]) {
			first = i
		}
	}
	return first
}

// priced is the chart of a position and what is at hand there, if it has one.
func (b *builder) priced(p *position, hands []hand) (ch *chart, h holding) {
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
	words, n := ch.pack(&at)
	key := words.key()
	p := ch.prices.find(key, &words)
	if p == nil {
		if p = ch.dominant(&words, n); p != nil {
			ch.prices.add(key, &words, n, p)
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
	ch.prices.add(key, &words, n, p)
	b.memo(sizeOfPriced + sizeOfPrice)
	if p.missing == 0 {
		ch.dominates(&words, n, p)
		b.memo(2*sizeOfPointer*n + sizeOfPointer)
	}
	return p
}

// dominates notes a price that misses nothing for dominant: by how it was found,
// and with all bits set of the bytes that must be so.
func (ch *chart) dominates(at *words, n int, p *price) {
	used := holding{lastStage: math.MaxUint8}
	for views := p.used; views != 0; {
		used[views.first()] = math.MaxUint8
	}
	must, _ := ch.pack(&used)
	ch.decided = append(ch.decided, p)
	ch.decidedAt = append(append(ch.decidedAt, at[:n]...), must[:n]...)
}

// dominant finds a price found with more at hand of which nothing is used but
// what is given: with less at hand there can be no better one.
func (ch *chart) dominant(given *words, n int) *price {
	var held words
	for k := range n {
		held[k] = heldBytes(given[k])
	}
search:
	for i, p := range ch.decided {
		at := ch.decidedAt[2*n*i:][:2*n]
		for k := range n {
			if (given[k]^at[k])&(held[k]|at[n+k]) != 0 {
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
		if b.compete(s, &s.candidates, 0); hopeful && (!s.found || s.best.missing > 0) {
			s.found, s.floored = false, false
			s.consider(nil)
			b.compete(s, &s.candidates, 0)
		}
	}
	if len(b.prices) == cap(b.prices) {
		b.prices = make([]price, 0, 64)
	}
	b.prices = append(b.prices, s.best)
	b.pricings = append(b.pricings, s)
	return &b.prices[len(b.prices)-1]
}
