package merge

import (
	"bytes"
	"slices"
)

// Answers say the same again and again: the author of every review of a product,
// with all that was asked for of him. An object with the text of the one before
// it at the same place is that one, and is neither read nor written again.
//
//	[{"id":"1","author":{"id":"7","name":"Ann"}},{"id":"2","author":{"id":"7","name":"Ann"}}]
//	                    ╰───── object 12 ──────╯                   ╰───── object 12 ──────╯
//
// So an object of an answer can be at several places, like an entity. Whatever
// is kept about an object by its ref has to be the same at all of them.

// A readObject is the object of a shape that was read last.
type readObject struct {
	start, size int // of its text; size is 0 for no object
	depth       int
	ref         int

	// vain is how often in succession the next one was another.
	vain int
}

// maxVain is how often an object is compared with the one before it in vain
// until it is given up: an answer that repeats itself mostly does so soon.
const maxVain = 32

// again reads the object at the cursor if it is the one that was read last. If
// not, nothing has been read.
//
// The text of an object ends where the object does, so that a text that begins
// with it begins with that object.
func (d *decoder) again(last *readObject) bool {
	if end := d.pos + last.size; last.size > 0 && end <= len(d.buf) && last.depth == d.depth &&
		bytes.Equal(d.buf[d.pos:end], d.buf[last.start:last.start+last.size]) {
		d.pos, d.repeats, last.vain = end, true, 0
		return true
	}
	last.vain++
	return false
}

// repeated reads the object at the cursor, which has the shape n.
func (d *decoder) repeated(n *node) (slot, error) {
	last := &d.last[n.repeat-1]
	if last.vain > maxVain {
		return d.object(n)
	}
	if d.again(last) {
		return makeSlot(objectValue, last.ref, 0), nil
	}
	start, depth := d.pos, d.depth
	s, err := d.object(n)
	last.start, last.size, last.depth, last.ref = start, d.pos-start, depth, int(s.a)
	return s, err
}

// setRepeats finds out of which shapes an object may be at several places, and
// which fields then are the same wherever it is written.
func (p *Program) setRepeats() {
	var places []*position
	for _, f := range p.fetches {
		for _, t := range f.targets() {
			// Below objects of which only some types are meant.
			if i := slices.IndexFunc(t.steps, func(s step) bool { return s.on != nil }); i >= 0 {
				for _, s := range t.steps[i+1:] {
					places = append(places, s.pos)
				}
			}
		}
	}
	for _, pos := range places {
		pos.single()
	}
	p.root.singleTypes()
	for _, f := range p.fetches {
		for i := range f.shape.entries {
			if child := f.shape.entries[i].child; child != nil {
				child.setRepeat(f)
			}
		}
	}
	p.copies = slices.DeleteFunc(p.copies, func(c *copies) bool {
		c.repeated = c.field.base.shape.repeat > 0 && c.field.pos.up == 0
		if c.repeated || c.links != nil {
			return false
		}
		c.field.copies = nil
		return true
	})
	for i, c := range p.copies {
		c.number = i
	}
}

// single notes that each object at the position is at one place only.
func (p *position) single() {
	for i := range p.sources {
		p.sources[i].shape.single = true
	}
}

// isTypedFromAbove tells whether the type of an object depends on that of the
// object it is part of.
func (p *position) isTypedFromAbove() bool { return p.same == nil && len(p.static) > 0 }

// singleTypes is single for all positions where objects are of types that they
// do not have by themselves.
func (p *position) singleTypes() {
	if p.isTypedFromAbove() {
		p.single()
	}
	for _, child := range p.children {
		child.singleTypes()
	}
}

// setRepeat numbers the shapes of which objects may be repeated.
func (n *node) setRepeat(f *fetch) {
	if !n.single {
		f.repeats++
		n.repeat = f.repeats
	}
	for i := range n.entries {
		if child := n.entries[i].child; child != nil {
			child.setRepeat(f)
		}
	}
}

// setUp notes how far above an object what is linked to it, or to something
// below it, depends on objects.
func (p *position) setUp() {
	for i := range p.sources {
		if l := p.sources[i].link; l != nil {
			p.up = max(p.up, l.up)
		}
	}
	for _, child := range p.children {
		child.setUp()
		p.up = max(p.up, child.up-1)
	}
}
