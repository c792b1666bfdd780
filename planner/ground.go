package planner

import (
	"encoding/binary"
	"slices"

	"github.com/weft-graphql/weft/supergraph"
)

// A ground is what charts have in common whose objects are of one type and to be
// had through the same views.
type ground struct {
	object string
	views  []*view // all by which the objects can be at hand, in order
	doors  []chartDoor
	home   []viewSet // by view: the doors to its subgraph

	fields map[string]*chartField // by name; nil for those that cannot be charted
	charts map[string]*chart      // by what describes them
}

// A chartDoor is a subgraph that the objects can enter.
type chartDoor struct {
	subgraph int
	view     int        // what they are there
	keys     []chartKey // in the order of the jumps
}

// A chartKey tells for each leaf of a key who has it, and who has all of them.
type chartKey struct {
	leaves []viewSet
	whole  viewSet
}

// A chartField is a field of the objects.
type chartField struct {
	id         int
	had, doors viewSet // see chartItem

	// below are the views that a composite field leads to, by the view it is
	// read through; candidates are the same, each once.
	below, candidates []*view
}

// ground finds what is under a class, nil if its objects can be at hand or
// entered in ways that cannot be charted.
func (b *builder) ground(c *class) *ground {
	var few [16]*view
	views := b.positions.within(c, few[:0])
	if len(views) > maxViews {
		return nil
	}
	slices.SortFunc(views, (*view).compare)
	var fewBytes [64]byte
	key := append(fewBytes[:0], c.object()...)
	for _, v := range views {
		key = binary.AppendUvarint(append(key, ' '), uint64(v.id))
	}
	g, ok := b.grounds[string(key)]
	if !ok {
		g = b.newGround(c, slices.Clone(views))
		b.grounds[string(key)] = g
		b.hold(sizeOfEntry + len(key) + sizeOfGround + sizeOfPointer*9*len(views))
	}
	return g
}

func (b *builder) newGround(c *class, views []*view) *ground {
	g := &ground{object: c.object(), views: views, fields: map[string]*chartField{}, charts: map[string]*chart{}}
	if slices.ContainsFunc(views, func(v *view) bool { return v.sealed || v.local != g.object }) {
		return nil
	}
	for _, d := range b.doors(c) {
		cd, ok := b.chartDoor(g, c, d)
		if !ok {
			return nil
		}
		g.doors = append(g.doors, cd)
	}
	g.home = make([]viewSet, len(views))
	for i, v := range views {
		for door, d := range g.doors {
			if d.subgraph == v.subgraph {
				g.home[i] |= viewBit(door)
			}
		}
	}
	return g
}

// chartDoor charts a subgraph to enter; not if that takes more than a key of
// leaves.
func (b *builder) chartDoor(g *ground, c *class, d door) (_ chartDoor, ok bool) {
	cd := chartDoor{subgraph: d.subgraph, view: -1}
	for _, j := range d.jumps {
		if j.key == nil || j.renames || j.untyped {
			return cd, false
		}
		key, ok := b.chartKey(g, c, j.key)
		if !ok {
			return cd, false
		}
		cd.view = g.index(b.entered(j, true))
		cd.keys = append(cd.keys, key)
	}
	return cd, cd.view >= 0
}

func (b *builder) chartKey(g *ground, c *class, k *supergraph.Key) (chartKey, bool) {
	p := b.positions.fieldSet(c, k.Fields)
	if len(p.classes) != 1 {
		return chartKey{}, false
	}
	key := chartKey{whole: viewBit(len(g.views)) - 1}
	for _, it := range p.classes[0].items {
		had, ok := b.whoHas(g.views, p.classes[0], it)
		if !it.leaf || !ok {
			return chartKey{}, false
		}
		if !it.typename() {
			key.leaves = append(key.leaves, had)
			key.whole &= had
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

// chartField charts an item of a class with a ground; nil if it takes more than to
// read it.
func (b *builder) chartField(c *class, it *item) *chartField {
	g := c.ground
	if f, ok := g.fields[it.name]; ok {
		return f
	}
	f := b.newChartField(g, c, it)
	g.fields[it.name] = f
	b.hold(sizeOfEntry + sizeOfChartField)
	return f
}

func (b *builder) newChartField(g *ground, c *class, it *item) *chartField {
	f := &chartField{id: len(g.fields)}
	if it.typename() {
		if !b.staticTypename(c, it) {
			return nil
		}
		f.had = viewBit(len(g.views)) - 1
		return f
	}
	var ok bool
	if f.had, ok = b.whoHas(g.views, c, it); !ok {
		return nil
	}
	for i, d := range g.doors {
		if f.had.has(d.view) {
			f.doors |= viewBit(i)
		}
	}
	if it.leaf {
		return f
	}
	f.below = make([]*view, len(g.views))
	for i, v := range g.views {
		if !f.had.has(i) {
			continue
		}
		f.below[i] = b.below(v, c, it)
		if !slices.Contains(f.candidates, f.below[i]) {
			f.candidates = append(f.candidates, f.below[i])
		}
	}
	slices.SortFunc(f.candidates, (*view).compare)
	f.candidates = slices.Clip(f.candidates)
	b.hold(2 * sizeOfPointer * len(g.views))
	return f
}

// index finds a view; -1 if it is not there.
func (g *ground) index(v *view) int { return slices.Index(g.views, v) }

// doorsTo are the doors that lead to some views.
func (g *ground) doorsTo(views viewSet) viewSet {
	var doors viewSet
	for i, d := range g.doors {
		if views.has(d.view) {
			doors |= viewBit(i)
		}
	}
	return doors
}

// opens tells whether one of the views has a whole key of a door.
func (g *ground) opens(door int, views viewSet) bool {
	return slices.ContainsFunc(g.doors[door].keys, func(key chartKey) bool { return key.whole&views != 0 })
}
