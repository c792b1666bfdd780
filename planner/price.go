package planner

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

// prices are what has been priced at a position in one pass of the search. They
// are mostly few, and found sooner by looking at them all than by a hash.
type prices struct {
	few  []asked
	many map[holding]*price
}

// An asked is a price and what it was asked for.
type asked struct {
	at    holding
	price *price
}

const fewPrices = 32

func (ps *prices) find(at holding) *price {
	if ps.many != nil {
		return ps.many[at]
	}
	for i := range ps.few {
		if ps.few[i].at == at {
			return ps.few[i].price
		}
	}
	return nil
}

func (ps *prices) add(at holding, p *price) {
	if ps.many != nil {
		ps.many[at] = p
		return
	}
	if ps.few = append(ps.few, asked{at, p}); len(ps.few) < fewPrices {
		return
	}
	ps.many = make(map[holding]*price, 2*fewPrices)
	for _, a := range ps.few {
		ps.many[a.at] = a.price
	}
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
func (b *builder) decideAsPriced(ch *chart, p *price) *decision {
	hands := ch.hands(p.at)
	s := &search{b: b, class: ch.class, at: b.atHand(ch.class, hands)}
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
	p := ch.prices.find(at)
	if p == nil {
		if p = ch.dominant(at); p != nil {
			ch.prices.add(at, p)
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
	ch.prices.add(at, p)
	b.memo(sizeOfPriced + sizeOfPrice)
	if p.missing == 0 {
		ch.decided = append(ch.decided, p)
	}
	return p
}

// dominant finds a price found with more at hand of which nothing is used but
// what is given: with less at hand there can be no better one.
func (ch *chart) dominant(at holding) *price {
search:
	for _, p := range ch.decided {
		if p.at[lastStage] != at[lastStage] {
			continue
		}
		for i := range ch.views {
			if p.at[i] != at[i] && (at[i] != 0 || p.used.has(i)) {
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
	defer func() { b.pricings = append(b.pricings, s) }()
	s.consider(nil)
	if s.best.missing > 0 || s.best.cost > costFetch {
		s.contest = b.contest(ch, s.hands)
		b.compete(s, &s.candidates, 0)
	}
	if len(b.prices) == cap(b.prices) {
		b.prices = make([]price, 0, 64)
	}
	b.prices = append(b.prices, s.best)
	return &b.prices[len(b.prices)-1]
}
