package merge

import (
	"encoding/binary"
	"fmt"

	"github.com/weft-graphql/weft/planner/plan"
)

// A link ties the objects at one path to what a later fetch answers for them.
// What is stored for an object is the number of its representation; the
// entity itself is found through the lookup's list of items, so that an
// answer is linked everywhere at once by setting that list.
//
//	products.@.seller ──slot──► representation 2 ──items──► object 118 of fetch 3
//
// The number is kept in a slot of the object itself where that object alone
// decides about the representation. Where the frame has objects from several
// fetches, or ancestors matter, the tuple of them decides, and the number is
// kept in a joint table under that tuple.
type link struct {
	fetch  int
	lookup int // -1 for a root fetch below the root

	pos    *position
	source int32 // the source of pos that the link is
	target *target

	// before are the fetches that have ended when the links are made. Only
	// what they contributed may decide, or it would matter which of two
	// parallel fetches is faster.
	before fetchSet

	// anchor is the source whose objects have the slot; -1 if there is a
	// joint table.
	anchor int32
	slot   int32
	joint  int // the number of the joint table

	// up is how many ancestors belong to the tuple.
	up int
}

// A target is one path of a lookup or of a root fetch, ready to walk.
type target struct {
	path  plan.Path
	steps []step
	link  *link

	// listed says that the objects are those of one set in the part of the
	// link's anchor, so that the way to them need not be walked.
	listed bool

	// flat says how the only input is rendered where all its fields are leaves;
	// nil where it is not that simple.
	flat *flatInput

	// inputs of the lookup, for objects at this path.
	inputs []input
	// context of the lookup, for objects at this path.
	context []contextVariable
}

// A step of a target leads to a position; on are the types objects there must
// have, nil for any.
type step struct {
	pos *position
	on  []string
}

// end returns the position that the target leads to.
func (t *target) end() *position { return t.steps[len(t.steps)-1].pos }

// newTarget resolves a path and makes a source of the fetch at its end.
func (p *Program) newTarget(f *fetch, lookup int, path plan.Path, shape *node, up int) (*target, error) {
	if len(path) == 0 {
		return nil, fmt.Errorf("an empty path")
	}
	t := &target{path: path}
	pos := p.root
	for i, e := range path {
		if pos = pos.children[e.As]; pos == nil {
			return nil, fmt.Errorf("no fetch before selects %q of path %s", e.As, printPath(path[:i+1]))
		}
		pos.read()
		t.steps = append(t.steps, step{pos: pos, on: e.On})
	}
	l := &link{fetch: f.ID, lookup: lookup, pos: pos, source: int32(len(pos.sources)), before: f.before, anchor: -1, joint: -1, up: up}
	t.link, l.target = l, t
	anchors := 0
	for i, s := range pos.sources {
		switch {
		case !f.before.has(s.fetch):
		case s.link == nil:
			l.anchor = int32(i)
			anchors++
		default:
			// What is linked there may be part of the representation, so
			// that what decides about the one decides about the other.
			l.up = max(l.up, s.link.up)
		}
	}
	switch {
	case anchors == 0:
		return nil, fmt.Errorf("no fetch that it depends on selects path %s", printPath(path))
	case anchors == 1 && l.up == 0:
		l.slot = pos.sources[l.anchor].shape.reserve()
	default:
		l.anchor = -1
		l.joint = p.joints
		p.joints++
	}
	return t, p.attach(pos, source{fetch: f.ID, shape: shape, link: l})
}

func printPath(path plan.Path) string {
	var b []byte
	for i, e := range path {
		if i > 0 {
			b = append(b, '.')
		}
		b = append(b, e.As...)
		for range e.Lists {
			b = append(b, ".@"...)
		}
	}
	return string(b)
}

// linked returns the number of the representation made for a frame, -1 if
// there is none. refs are the frame's objects up to the link's source, above
// the frames of its ancestors.
func (v *view) linked(l *link, refs []uint32, above []frame) int {
	if l.anchor >= 0 {
		ref := refs[l.anchor]
		if ref == 0 {
			return -1
		}
		s := v.r.parts[l.anchorFetch()].at(ref, l.slot)
		if s.kind() != linkedValue {
			return -1
		}
		return int(s.a)
	}
	n, ok := v.r.joints[l.joint][string(v.tuple(l, refs, above))]
	if !ok {
		return -1
	}
	return int(n)
}

// setLinked notes the number of the representation made for a frame.
func (v *view) setLinked(l *link, refs []uint32, above []frame, representation int) {
	if l.anchor >= 0 {
		at := int(refs[l.anchor]) + int(l.slot)
		v.r.parts[l.anchorFetch()].slots[at] = makeSlot(linkedValue, representation, 0)
		return
	}
	if v.r.joints[l.joint] == nil {
		v.r.joints[l.joint] = map[string]uint32{}
	}
	v.r.joints[l.joint][string(v.tuple(l, refs, above))] = uint32(representation)
}

func (l *link) anchorFetch() int { return l.pos.sources[l.anchor].fetch }

// tuple returns what decides about the representation of a frame: its objects
// and those of the ancestors that belong to it, as far as they come from
// fetches that had ended.
func (v *view) tuple(l *link, refs []uint32, above []frame) []byte {
	key := v.key[:0]
	for i, ref := range refs[:l.source] {
		if l.before.has(l.pos.sources[i].fetch) {
			key = binary.LittleEndian.AppendUint32(key, ref)
		}
	}
	for up := 1; up <= l.up; up++ {
		f := above[len(above)-up]
		for i, ref := range v.objects(f) {
			if l.before.has(f.pos.sources[i].fetch) {
				key = binary.LittleEndian.AppendUint32(key, ref)
			}
		}
	}
	v.key = key
	return key
}
