package planner

import (
	"cmp"
	"slices"
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

// An offer is what one set of doors comes to.
type offer struct {
	missing int
	cost    int     // as the total of a decision
	stage   int     // the latest of any fetch used
	used    viewSet // what is read through
	entered int     // how many doors
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

// lacks tells early whether something would be missing, if that makes it no
// better than the best.
func (e *evaluation) lacks() bool {
	if !e.found || e.best.missing > 0 {
		return false
	}
	for i := range e.chart.items {
		if ci := &e.chart.items[i]; !ci.free && ci.had&e.known == 0 {
			return true
		}
	}
	return false
}

// An evaluation is one set of doors being looked at.
type evaluation struct {
	*pricing
	offer
	at holding // with what has been entered

	// order are the n views known, in the order in which they got known.
	order [maxViews]uint8
	n     int
	known viewSet
}

func (e *evaluation) know(view int) {
	e.order[e.n] = uint8(view)
	e.n++
	e.known |= viewBit(view)
}

// read counts a field that is read through a view.
func (e *evaluation) read(view int) {
	e.stage = max(e.stage, int(e.at[view]))
	e.cost += costField * int(e.at[view])
	e.used |= viewBit(view)
}

func (e *evaluation) hopeless(from int) bool {
	if !e.found || e.best.missing > 0 {
		return false
	}
	if e.missing > 0 {
		return true
	}
	cost := e.cost
	if e.floored {
		for _, floor := range e.floors[from:] {
			cost += floor
		}
	}
	return cost >= e.best.cost
}

// enter enters doors in rounds, the earliest possible first; see search.enter.
func (e *evaluation) enter(doors []int) {
	var ways [maxViews]chartWay
	for pending := doorSet(doors); pending != 0; {
		round := ways[:0]
		for _, d := range doors {
			if pending&viewBit(d) == 0 {
				continue
			}
			w, ok := e.way(d)
			if !ok || len(round) > 0 && w.stage > round[0].stage {
				continue
			}
			if len(round) > 0 && w.stage < round[0].stage {
				round = round[:0]
			}
			round = append(round, w)
		}
		if len(round) == 0 {
			return
		}
		for _, w := range round {
			pending &^= viewBit(w.door)
			view := e.chart.doors[w.door].view
			e.cost += w.cost + costFetch + costStage*w.stage
			e.used |= w.used
			e.stage = max(e.stage, w.stage)
			e.at[view] = uint8(w.stage)
			e.know(view)
		}
	}
}

func doorSet(doors []int) viewSet {
	var set viewSet
	for _, d := range doors {
		set |= viewBit(d)
	}
	return set
}

// A chartWay is a way through a door: by a key that some views have.
type chartWay struct {
	door, stage, cost int
	used              viewSet
}

// way finds the best way through a door from the views known; see search.way.
func (e *evaluation) way(door int) (best chartWay, ok bool) {
keys:
	for _, key := range e.chart.doors[door].keys {
		w := chartWay{door: door}
		for _, leaf := range key {
			had := leaf & e.known
			if had == 0 {
				continue keys
			}
			from := had.first()
			for had != 0 {
				i := had.first()
				if e.at[i] < e.at[from] || e.at[i] == e.at[from] && w.used.has(i) && !w.used.has(from) {
					from = i
				}
			}
			w.used |= viewBit(from)
			w.cost += costField * int(e.at[from])
			w.stage = max(w.stage, int(e.at[from]))
		}
		w.stage++
		if w.stage > e.b.bound {
			e.b.late = true
			continue
		}
		if !ok || w.stage < best.stage || w.stage == best.stage && w.cost < best.cost {
			best, ok = w, true
		}
	}
	return best, ok
}

// readLeaf picks the earliest view that has the leaf.
func (e *evaluation) readLeaf(ci *chartItem) {
	from := -1
	for _, k := range e.order[:e.n] {
		i := int(k)
		if ci.had.has(i) && (from < 0 || e.at[i] < e.at[from] || e.at[i] == e.at[from] && e.used.has(i) && !e.used.has(from)) {
			from = i
		}
	}
	if from < 0 {
		e.missing++
		return
	}
	e.read(from)
}

// readComposite prices the position below an item, which may be read through
// all the views that have it.
func (e *evaluation) readComposite(item int, ci *chartItem) {
	had := ci.had & e.known
	if ci.once {
		had = e.readOnce(item, ci, had)
	}
	if had == 0 {
		e.missing += e.chart.class.items[item].weight()
		return
	}
	if ci.chart == nil {
		e.readUncharted(item, ci, had)
		return
	}
	var at holding
	var from [maxViews]uint8 // by the child's view: the own one that gives it
	for _, k := range e.order[:e.n] {
		if !had.has(int(k)) {
			continue
		}
		if to := ci.to[k]; at[to] == 0 || e.at[k] < at[to] {
			at[to], from[to] = e.at[k], k
		}
	}
	at[lastStage] = e.at[lastStage]
	last := &e.pricing.last[item]
	if last.price == nil || last.at != at {
		last.at, last.price = at, e.b.price(ci.chart, at)
	}
	p := last.price
	e.b.late = e.b.late || p.late
	e.pay(item, p.missing, p.cost, p.stage)
	for used := p.used; used != 0; {
		e.read(int(from[used.first()]))
	}
	if p.used == 0 {
		e.read(int(from[ci.chart.earliest(&at)]))
	}
}

// pay adds what is below an item.
func (e *evaluation) pay(item, missing, cost, stage int) {
	e.stage = max(e.stage, stage)
	e.pricing.below[item] = cost
	e.missing += missing
	e.cost += cost
}

// readUncharted is readComposite where the position below has no chart.
func (e *evaluation) readUncharted(item int, ci *chartItem, had viewSet) {
	var few [maxViews]known
	var fewHands [maxViews]hand
	given := few[:0]
	var fewFrom, fewIndex [maxViews]int
	from := fewFrom[:0]
	for _, k := range e.order[:e.n] {
		if had.has(int(k)) {
			v := e.b.below(e.chart.views[k], e.chart.class, e.chart.class.items[item])
			given = append(given, known{hand: hand{v, int(e.at[k])}})
			from = append(from, int(k))
		}
	}
	hands, index := canonical(fewHands[:0], fewIndex[:0], given, nil)
	d := e.b.choose(ci.child, hands)
	first := index[0]
	for _, i := range index {
		if given[i].stage < given[first].stage {
			first = i
		}
	}
	e.pay(item, d.missing, d.total(), d.stage)
	index = d.placesOf(hands, index)
	for i, used := range d.used {
		if used {
			e.read(from[index[i]])
		}
	}
	if !slices.Contains(d.used, true) {
		e.read(from[first])
	}
}

// readOnce keeps a list of entities from being read in several subgraphs where
// one will do; see builder.readOnce.
func (e *evaluation) readOnce(item int, ci *chartItem, had viewSet) viewSet {
	b := e.b
	late, best, bestCost, possible := b.late, -1, 0, false
	var seen viewSet // of the child's views
	var seenViews []*view
	for _, k := range e.order[:e.n] {
		i := int(k)
		if !had.has(i) {
			continue
		}
		if ci.chart != nil {
			if seen.has(int(ci.to[i])) {
				continue
			}
			seen |= viewBit(int(ci.to[i]))
		} else {
			v := b.below(e.chart.views[i], e.chart.class, e.chart.class.items[item])
			if slices.Contains(seenViews, v) {
				continue
			}
			seenViews = append(seenViews, v)
		}
		bound := int(e.at[lastStage])
		if missing, cost := e.alone(item, ci, i, bound); missing == 0 {
			if best < 0 || cost < bestCost {
				best, bestCost = i, cost
			}
			continue
		}
		if !possible {
			missing, _ := e.alone(item, ci, i, max(bound, reachStages))
			possible = missing == 0
		}
	}
	switch {
	case best >= 0:
		b.late = late
		return viewBit(best)
	case possible:
		b.late = true
		return 0
	}
	return had
}

// alone prices what is below an item if it is read through one view.
func (e *evaluation) alone(item int, ci *chartItem, view, bound int) (missing, cost int) {
	b := e.b
	before := b.bound
	b.bound = bound
	defer func() { b.bound = before }()
	if ci.chart != nil {
		var at holding
		at[ci.to[view]], at[lastStage] = e.at[view], uint8(bound)
		p := b.price(ci.chart, at)
		return p.missing, p.cost
	}
	v := b.below(e.chart.views[view], e.chart.class, e.chart.class.items[item])
	d := b.choose(ci.child, []hand{{v, int(e.at[view])}})
	return d.missing, d.total()
}
