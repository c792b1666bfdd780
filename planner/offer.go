package planner

import (
	"math"
	"slices"
)

// An offer is what one set of doors comes to.
type offer struct {
	missing int
	cost    int     // as the total of a decision
	stage   int     // the latest of any fetch used
	used    viewSet // what is read through; of a price, of what is at hand
	entered int     // how many doors
}

// An evaluation is one set of doors being looked at.
type evaluation struct {
	*pricing
	offer
	bound int // the last stage allowed

	// since are the stages since when views are known, with what has been
	// entered.
	since [maxViews]uint8

	// order are the n views known, in the order in which they got known.
	order [maxViews]uint8
	n     int
	known viewSet
}

// lacks tells early whether something would be missing, if that makes it no
// better than the best.
func (e *evaluation) lacks() bool { return e.found && e.best.missing == 0 && e.lacksAny() }

// lacksAny tells whether something is in none of the views known.
func (e *evaluation) lacksAny() bool {
	for i := range e.chart.items {
		if ci := &e.chart.items[i]; !ci.free && ci.had&e.known == 0 {
			return true
		}
	}
	return false
}

func (e *evaluation) know(view int) {
	e.order[e.n] = uint8(view)
	e.n++
	e.known |= viewBit(view)
}

// read counts a field that is read through a view.
func (e *evaluation) read(view int) {
	e.stage = max(e.stage, int(e.since[view]))
	e.cost += costField * int(e.since[view])
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
	if e.floored && from < len(e.floors) {
		cost += e.floors[from]
	}
	return cost >= e.best.cost
}

// enter enters doors in rounds, the earliest possible first; see search.enter.
func (e *evaluation) enter(doors []int) {
	pending := doorSet(doors)
	for _, d := range doors {
		if e.ways[d].stage != e.soonest {
			e.enterInRounds(doors, pending)
			return
		}
	}
	// Nothing that is behind one door lets in sooner through another.
	for _, d := range doors {
		e.take(&e.ways[d])
	}
}

func (e *evaluation) enterInRounds(doors []int, pending viewSet) {
	var ways [maxViews]chartWay
	for pending != 0 {
		round := ways[:0]
		for _, d := range doors {
			if !pending.has(d) {
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
		for i := range round {
			pending &^= viewBit(round[i].door)
			e.take(&round[i])
		}
	}
}

// take goes through a door.
func (e *evaluation) take(w *chartWay) {
	view := e.chart.doors[w.door].view
	e.cost += w.cost + costFetch + costStage*w.stage
	e.used |= w.used
	e.stage = max(e.stage, w.stage)
	e.since[view] = uint8(w.stage)
	e.know(view)
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
		for _, leaf := range key.leaves {
			had := leaf & e.known
			if had == 0 {
				continue keys
			}
			from := had.first()
			for had != 0 {
				i := had.first()
				if e.since[i] < e.since[from] || e.since[i] == e.since[from] && w.used.has(i) && !w.used.has(from) {
					from = i
				}
			}
			w.used |= viewBit(from)
			w.cost += costField * int(e.since[from])
			w.stage = max(w.stage, int(e.since[from]))
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

// from picks one of some views of which at least one is known: the earliest,
// and of those one that is used already, and of those the first.
func (e *evaluation) from(views viewSet) int {
	var first viewSet
	soonest := uint8(math.MaxUint8)
	for left := views & e.known; left != 0; {
		i := left.first()
		switch {
		case e.since[i] < soonest:
			soonest, first = e.since[i], viewBit(i)
		case e.since[i] == soonest:
			first |= viewBit(i)
		}
	}
	if used := first & e.used; used != 0 {
		first = used
	}
	if first&(first-1) == 0 {
		return first.first()
	}
	i := slices.IndexFunc(e.order[:e.n], func(k uint8) bool { return first.has(int(k)) })
	return int(e.order[i])
}

func (e *evaluation) readLeaf(ci *chartItem) {
	if ci.had&e.known == 0 {
		e.missing++
		return
	}
	e.read(e.from(ci.had))
}

// readComposite prices the position below an item, which may be read through
// all the views that have it.
func (e *evaluation) readComposite(item int, ci *chartItem) {
	had := ci.had & e.known
	if ci.once {
		had = e.readOnce(item, ci, had)
	}
	if had == 0 {
		e.missing += ci.weight
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
		to := ci.to[k]
		if soonest := at.since(int(to)); soonest == 0 || int(e.since[k]) < soonest {
			at.put(int(to), int(e.since[k]))
			from[to] = k
		}
	}
	at.put(ci.chart.last(), e.bound)
	p := e.b.price(ci.chart, at)
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
	f := e.chart.class.items[item].charted
	for _, k := range e.order[:e.n] {
		if had.has(int(k)) {
			v := f.below[k]
			given = append(given, known{hand: hand{v, int(e.since[k])}})
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
			v := e.chart.class.items[item].charted.below[i]
			if slices.Contains(seenViews, v) {
				continue
			}
			seenViews = append(seenViews, v)
		}
		bound := e.bound
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
		at.put(int(ci.to[view]), int(e.since[view]))
		at.put(ci.chart.last(), bound)
		p := b.price(ci.chart, at)
		return p.missing, p.cost
	}
	v := e.chart.class.items[item].charted.below[view]
	d := b.choose(ci.child, []hand{{v, int(e.since[view])}})
	return d.missing, d.total()
}
