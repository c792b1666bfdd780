package planner

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// maxViews is how many views of a position's objects a chart can tell apart.
const maxViews = 31

// A viewSet is a set of views of one chart, or of its doors, a bit for each.
type viewSet uint32

func (s viewSet) has(i int) bool { return s>>i&1 != 0 }

func (s viewSet) size() int { return bits.OnesCount32(uint32(s)) }

func viewBit(i int) viewSet { return 1 << i }

// first takes the lowest member out of a set that is not empty.
func (s *viewSet) first() int {
	i := bits.TrailingZeros32(uint32(*s))
	*s &= *s - 1
	return i
}

// A chart is what there is to know about a position in sets of bits, so that
// choices there can be priced without writing them down. Only where objects
// have one type, are entered by keys of leaves, and fields are either had or
// not, is there a chart: most positions of most operations. Positions that are
// no different share one, and all that is found on it.
type chart struct {
	*ground
	id    int // from 1
	items []chartItem

	// class is that of the position it was drawn for. Where something below
	// has no chart, it is the only one.
	class *class

	// leaves says that nothing lies below.
	leaves bool

	// contests are those there have been; gained and lacking are by the views at
	// hand.
	contests []*contest
	gained   map[gain]bool
	lacking  map[viewSet]bool

	// prices are those of this pass. decided are those found by searching that
	// miss nothing, decidedAt under which conditions they hold; see dominant.
	prices    prices
	decided   []*price
	decidedAt []uint64
}

// A chartItem is an item of the position's class.
type chartItem struct {
	free  bool // __typename, which is known without asking
	leaf  bool
	had   viewSet // who has it
	doors viewSet // which doors lead to who has it

	// once says that it is a list of entities, which must be read in one
	// subgraph only; see readOnce.
	once bool

	// weight is how many fields are lost if it cannot be read.
	weight int

	// child is the position below; chart is its chart, if there is one, and to
	// the child's view by the own one.
	child *position
	chart *chart
	to    [maxViews]uint8
}

// gain is the question whether a view has something that others have not.
type gain struct {
	at   viewSet
	view int
}

// chart returns the chart of a position, nil if it has none.
func (b *builder) chart(p *position) *chart {
	if !p.charted {
		p.charted = true
		p.chart = b.survey(p)
	}
	return p.chart
}

func (b *builder) survey(p *position) *chart {
	if b.planner.uncharted || len(b.planner.contextual) > 0 || p.root != "" || p.static == b.super.Query ||
		len(p.classes) != 1 || p.classes[0].doubtful || b.abstract(p) {
		return nil
	}
	c := p.classes[0]
	if c.ground = b.ground(c); c.ground == nil {
		return nil
	}
	var few [64]byte
	key, ok := b.charted(c, few[:0])
	if !ok {
		c.ground = nil
		return nil
	}
	ch := c.ground.charts[string(key)]
	if ch == nil {
		ch = b.draw(c)
		c.ground.charts[string(key)] = ch
		b.hold(sizeOfEntry + len(key) + sizeOfChart + sizeOfChartItem*len(ch.items))
	}
	return ch
}

// charted writes down all that a chart depends on beside its ground: what is
// selected and the charts of what is below, or the positions that have none. Not
// if something selected cannot be charted.
func (b *builder) charted(c *class, key []byte) (_ []byte, ok bool) {
	for _, it := range c.items {
		f := b.chartField(c, it)
		if f == nil {
			return nil, false
		}
		it.charted = f
		key = binary.AppendUvarint(key, uint64(f.id))
		if it.leaf {
			continue
		}
		child := b.positions.below(c, it)
		key = binary.AppendUvarint(key, uint64(it.weight()))
		if below := b.chart(child); below != nil {
			key = binary.AppendUvarint(key, uint64(below.id))
		} else {
			key = binary.AppendUvarint(append(key, 0), uint64(child.id))
		}
	}
	return key, true
}

func (b *builder) draw(c *class) *chart {
	ch := &chart{ground: c.ground, id: len(b.charts) + 1, class: c, leaves: true, items: make([]chartItem, len(c.items))}
	b.charts = append(b.charts, ch)
	for i, it := range c.items {
		f := it.charted
		ci := &ch.items[i]
		*ci = chartItem{free: it.typename(), leaf: it.leaf, had: f.had, doors: f.doors}
		if it.leaf {
			continue
		}
		ch.leaves = false
		ci.weight = it.weight()
		ci.child = b.positions.below(c, it)
		ci.once = it.lists > 0 && slices.ContainsFunc(ci.child.classes, b.isEntity)
		ci.chart = b.chart(ci.child)
		for had := f.had; had != 0 && ci.chart != nil; {
			i := had.first()
			to := ci.chart.index(f.below[i])
			if to < 0 {
				ci.chart = nil
				break
			}
			ci.to[i] = uint8(to)
		}
	}
	return ch
}

// through are the child's views that views of the parent give.
func (ci *chartItem) through(at viewSet) viewSet {
	var below viewSet
	for had := ci.had & at; had != 0; {
		below |= viewBit(int(ci.to[had.first()]))
	}
	return below
}

// belowOf are the views that an item leads to from some of those that have it.
func (ch *chart) belowOf(item int, at viewSet) []*view {
	f := ch.class.items[item].charted
	var below []*view
	for had := f.had & at; had != 0; {
		below = append(below, f.below[had.first()])
	}
	return below
}

// A contest lists the doors that could help objects at hand in some views, as
// candidates do. The ints are doors, by index.
type contest struct {
	at viewSet
	candidates
	supplying []viewSet // suppliers as sets of doors
}

// contest finds out whom to consider.
func (b *builder) contest(ch *chart, at viewSet) *contest {
	for _, c := range ch.contests {
		if c.at == at {
			return c
		}
	}
	worth := b.worthOnChart(ch, at)
	var must viewSet
	var few [16]viewSet
	kinds := few[:0]
	for i := range ch.items {
		if ci := &ch.items[i]; !ci.free && ci.had&at == 0 {
			kinds = append(kinds, ci.doors)
			if ci.doors.size() == 1 {
				must |= ci.doors & worth
			}
		}
	}
	c := b.contests.next()
	c.at = at
	c.all = b.doorLists.list(worth.size())[:0]
	for in := must; in != 0; {
		c.all = append(c.all, in.first())
	}
	n := len(c.all)
	for in := worth &^ must; in != 0; {
		c.all = append(c.all, in.first())
	}
	c.must, c.may = c.all[:n:n], c.all[n:]
	for _, owners := range kinds {
		if owners&must == 0 && owners&worth != 0 {
			c.supplying = append(c.supplying, owners)
		}
	}
	ch.contests = append(ch.contests, c)
	b.hold(sizeOfCandidates + sizeOfPointer*(len(c.all)+len(c.supplying)))
	return c
}

// worthOnChart are the doors that could help objects at hand in some views; see
// worthEntering.
func (b *builder) worthOnChart(ch *chart, at viewSet) viewSet {
	var worth viewSet
	for i := range ch.items {
		ci := &ch.items[i]
		switch {
		case ci.free:
		case ci.had&at == 0:
			worth |= ci.doors
		case !ci.leaf:
			for doors := ci.doors &^ worth; doors != 0; {
				d := doors.first()
				if b.gainsOnChart(ch, i, at, ch.doors[d].view) {
					worth |= viewBit(d)
				}
			}
		}
	}
	for done, again := viewSet(0), true; again; {
		again = false
		for todo := worth &^ done; todo != 0; {
			d := todo.first()
			done |= viewBit(d)
			if ch.opens(d, at) {
				continue
			}
			for _, key := range ch.doors[d].keys {
				for _, leaf := range key.leaves {
					if leaf&at == 0 {
						worth |= ch.doorsTo(leaf)
					}
				}
			}
			again = true
		}
	}
	for views := at; views != 0; {
		worth &^= ch.home[views.first()]
	}
	return worth
}

// gainsOnChart tells whether one more view of the parent gives something below
// an item that those at hand do not; see gains.
func (b *builder) gainsOnChart(parent *chart, item int, at viewSet, view int) bool {
	ci := &parent.items[item]
	if ci.chart == nil {
		return b.gains(ci.child, parent.belowOf(item, at), parent.class.items[item].charted.below[view])
	}
	return b.gainsFrom(ci.chart, ci.through(at), int(ci.to[view]))
}

func (b *builder) gainsFrom(ch *chart, at viewSet, view int) bool {
	if ch.leaves {
		return b.gainsHere(ch, at, view)
	}
	key := gain{at, view}
	if yes, ok := ch.gained[key]; ok {
		return yes
	}
	yes := b.gainsHere(ch, at, view)
	if ch.gained == nil {
		ch.gained = map[gain]bool{}
	}
	ch.gained[key] = yes
	b.hold(sizeOfEntry)
	return yes
}

func (b *builder) gainsHere(ch *chart, at viewSet, view int) bool {
	b.step()
	for i := range ch.items {
		ci := &ch.items[i]
		if ci.free || !ci.had.has(view) || ci.leaf && ci.had&at != 0 {
			continue
		}
		if ci.had&at == 0 || b.gainsOnChart(ch, i, at, view) {
			return true
		}
	}
	return b.unlocksOnChart(ch, at, view) && b.lacksOnChart(ch, at)
}

// unlocksOnChart tells whether a view has a key of some subgraph that none of
// the others has; see unlocks.
func (b *builder) unlocksOnChart(ch *chart, at viewSet, view int) bool {
	if at.has(view) {
		return false
	}
	for i := range ch.doors {
		d := &ch.doors[i]
		if d.subgraph != ch.views[view].subgraph && slices.ContainsFunc(d.keys, func(key chartKey) bool { return key.whole.has(view) && key.whole&at == 0 }) {
			return true
		}
	}
	return false
}

// lacksOnChart tells whether something cannot be read through the views as they
// are; see lacks.
func (b *builder) lacksOnChart(ch *chart, at viewSet) bool {
	if yes, ok := ch.lacking[at]; ok {
		return yes
	}
	b.step()
	yes := false
	for i := range ch.items {
		ci := &ch.items[i]
		switch {
		case yes || ci.free:
		case ci.had&at == 0:
			yes = true
		case ci.leaf:
		case ci.chart != nil:
			yes = b.lacksOnChart(ci.chart, ci.through(at))
		default:
			yes = b.lacks(ci.child, ch.belowOf(i, at))
		}
	}
	if ch.lacking == nil {
		ch.lacking = map[viewSet]bool{}
	}
	ch.lacking[at] = yes
	b.hold(sizeOfEntry)
	return yes
}
