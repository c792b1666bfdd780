package planner

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/weft-graphql/weft/supergraph"
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
// not, is there a chart: most positions of most operations.
type chart struct {
	pos   *position
	class *class
	views []*view // all by which the objects can be at hand, in order
	items []chartItem
	doors []chartDoor

	// leaves says that nothing lies below.
	leaves bool

	// contests are those there have been; gained and lacking are by the views at
	// hand.
	contests []*contest
	gained   map[gain]bool
	lacking  map[viewSet]bool

	// prices are those of this pass. decided are those found by searching that
	// miss nothing; see dominant.
	prices  prices
	decided []*price
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

	// child is the position below; chart is its chart, if there is one, and to
	// the child's view by the own one.
	child *position
	chart *chart
	to    [maxViews]uint8
}

// A chartDoor is a subgraph that the objects can enter.
type chartDoor struct {
	subgraph int
	view     int        // what they are there
	keys     []chartKey // in the order of the jumps
}

// A chartKey tells for each leaf of a key who has it.
type chartKey []viewSet

// gain is the question whether a view has something that others have not.
type gain struct {
	at   viewSet
	view int
}

// chart returns the chart of a position, nil if it has none.
func (b *builder) chart(p *position) *chart {
	if !p.charted {
		p.charted = true
		if p.chart = b.survey(p); p.chart != nil {
			b.charts = append(b.charts, p.chart)
		}
	}
	return p.chart
}

func (b *builder) survey(p *position) *chart {
	if b.planner.uncharted || len(b.planner.contextual) > 0 || p.root != "" || p.static == b.super.Query ||
		len(p.classes) != 1 || p.classes[0].doubtful || b.abstract(p) {
		return nil
	}
	class := p.classes[0]
	ch := &chart{pos: p, class: class, views: slices.Clone(b.positions.within(class))}
	slices.SortFunc(ch.views, (*view).compare)
	if len(ch.views) > maxViews || slices.ContainsFunc(ch.views, func(v *view) bool { return v.sealed || v.local != class.object() }) {
		return nil
	}
	if !b.chartDoors(ch) {
		return nil
	}
	ch.leaves = true
	ch.items = make([]chartItem, len(class.items))
	b.hold(sizeOfChart + sizeOfChartItem*len(ch.items))
	for i, it := range class.items {
		if !b.chartItem(ch, &ch.items[i], it) {
			return nil
		}
	}
	return ch
}

// chartDoors charts the subgraphs to enter; not if that takes more than a key of
// leaves. Where objects of one type are known by the same views, they have the
// same doors.
func (b *builder) chartDoors(ch *chart) bool {
	key := append(make([]byte, 0, 64), ch.class.object()...)
	for _, v := range ch.views {
		key = binary.AppendUvarint(append(key, ' '), uint64(v.id))
	}
	doors, ok := b.chartedDoors[string(key)]
	if !ok {
		doors = b.surveyDoors(ch)
		b.chartedDoors[string(key)] = doors
		b.hold(sizeOfEntry + len(key) + 16*sizeOfPointer*len(doors))
	}
	ch.doors = doors
	return doors != nil
}

func (b *builder) surveyDoors(ch *chart) []chartDoor {
	doors := []chartDoor{}
	for _, g := range b.doors(ch.class) {
		d := chartDoor{subgraph: g.subgraph, view: -1}
		for _, j := range g.jumps {
			if j.key == nil || j.renames || j.untyped {
				return nil
			}
			key, ok := b.chartKey(ch, j.key)
			if !ok {
				return nil
			}
			d.view = ch.index(b.entered(j, true))
			d.keys = append(d.keys, key)
		}
		if d.view < 0 {
			return nil
		}
		doors = append(doors, d)
	}
	return doors
}

func (b *builder) chartKey(ch *chart, k *supergraph.Key) (chartKey, bool) {
	p := b.positions.fieldSet(ch.class, k.Fields)
	if len(p.classes) != 1 {
		return nil, false
	}
	var key chartKey
	for _, it := range p.classes[0].items {
		had, ok := b.whoHas(ch.views, p.classes[0], it)
		if !it.leaf || !ok {
			return nil, false
		}
		if !it.typename() {
			key = append(key, had)
		}
	}
	return key, true
}

// whoHas tells which views have an item, and whether all of the others have it
// under no circumstances.
func (b *builder) whoHas(views []*view, c *class, it *item) (had viewSet, ok bool) {
	for i, v := range views {
		b.step()
		switch b.resolve(v, c, it) {
		case direct:
			had |= viewBit(i)
		case required:
			return 0, false
		}
	}
	return had, true
}

// chartItem charts one item; not if it takes more than to read it.
func (b *builder) chartItem(ch *chart, ci *chartItem, it *item) bool {
	ci.leaf = it.leaf
	if it.typename() {
		ci.free = b.staticTypename(ch.class, it)
		return ci.free
	}
	var ok bool
	if ci.had, ok = b.whoHas(ch.views, ch.class, it); !ok {
		return false
	}
	for i, d := range ch.doors {
		if ci.had.has(d.view) {
			ci.doors |= viewBit(i)
		}
	}
	if it.leaf {
		return true
	}
	ch.leaves = false
	ci.child = b.positions.below(ch.class, it)
	ci.once = it.lists > 0 && slices.ContainsFunc(ci.child.classes, b.isEntity)
	if ci.chart = b.chart(ci.child); ci.chart == nil {
		return true
	}
	for had := ci.had; had != 0; {
		i := had.first()
		to := ci.chart.index(b.below(ch.views[i], ch.class, it))
		if to < 0 {
			ci.chart = nil
			return true
		}
		ci.to[i] = uint8(to)
	}
	return true
}

// index finds a view in the chart; -1 if it is not there.
func (ch *chart) index(v *view) int { return slices.Index(ch.views, v) }

// through are the child's views that views of the parent give.
func (ci *chartItem) through(at viewSet) viewSet {
	var below viewSet
	for had := ci.had & at; had != 0; {
		below |= viewBit(int(ci.to[had.first()]))
	}
	return below
}

// belowOf are the views that an item leads to from some of those that have it.
func (b *builder) belowOf(ch *chart, item int, at viewSet) []*view {
	var below []*view
	for had := ch.items[item].had & at; had != 0; {
		below = append(below, b.below(ch.views[had.first()], ch.class, ch.class.items[item]))
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
	var kinds []viewSet
	for i := range ch.items {
		if ci := &ch.items[i]; !ci.free && ci.had&at == 0 {
			kinds = append(kinds, ci.doors)
			if ci.doors.size() == 1 {
				must |= ci.doors & worth
			}
		}
	}
	c := &contest{at: at}
	c.all = make([]int, 0, len(ch.doors))
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
				for _, leaf := range key {
					if leaf&at == 0 {
						worth |= ch.doorsTo(leaf)
					}
				}
			}
			again = true
		}
	}
	for i, d := range ch.doors {
		for views := at; views != 0; {
			if ch.views[views.first()].subgraph == d.subgraph {
				worth &^= viewBit(i)
			}
		}
	}
	return worth
}

// doorsTo are the doors that lead to some views.
func (ch *chart) doorsTo(views viewSet) viewSet {
	var doors viewSet
	for i, d := range ch.doors {
		if views.has(d.view) {
			doors |= viewBit(i)
		}
	}
	return doors
}

// opens tells whether one of the views has a whole key of a door.
func (ch *chart) opens(door int, views viewSet) bool {
	for _, key := range ch.doors[door].keys {
		whole := views
		for _, leaf := range key {
			whole &= leaf
		}
		if whole != 0 {
			return true
		}
	}
	return false
}

// gainsOnChart tells whether one more view of the parent gives something below
// an item that those at hand do not; see gains.
func (b *builder) gainsOnChart(parent *chart, item int, at viewSet, view int) bool {
	ci := &parent.items[item]
	if ci.chart == nil {
		it := parent.class.items[item]
		return b.gains(ci.child, b.belowOf(parent, item, at), b.below(parent.views[view], parent.class, it))
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
	for _, d := range ch.doors {
		if d.subgraph != ch.views[view].subgraph && slices.ContainsFunc(d.keys, func(key chartKey) bool {
			whole := at | viewBit(view)
			for _, leaf := range key {
				whole &= leaf
			}
			return whole == viewBit(view) && !at.has(view)
		}) {
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
			yes = b.lacks(ci.child, b.belowOf(ch, i, at))
		}
	}
	if ch.lacking == nil {
		ch.lacking = map[viewSet]bool{}
	}
	ch.lacking[at] = yes
	b.hold(sizeOfEntry)
	return yes
}
