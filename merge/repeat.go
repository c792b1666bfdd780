package merge

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Answers say the same again and again: the author of every review of a product,
// with all that was asked for of him. An object with the text of one that has
// been read at the same place is that one, and is neither read nor written again.
//
//	[{"id":"1","author":{"id":"7","name":"Ann"}},{"id":"2","author":{"id":"7","name":"Ann"}}]
//	                    ╰───── object 12 ──────╯                   ╰───── object 12 ──────╯
//
// So an object of an answer can be at several places, like an entity. Whatever
// is kept about an object by its ref has to be the same at all of them.

// repeats are the objects of an answer that may come again.
type repeats struct {
	// last are the objects that were read last, by shape.
	last []readObject

	// vain is how often in succession the next one of a shape was new.
	vain []int

	// table has objects by how they begin: whoever comes later takes the place.
	// Its length is a power of two.
	table []readObject

	// passed are longer ranges of the text that have been passed over, in order.
	passed []textRange
}

type textRange struct{ start, end int }

// A readObject is an object that has been read. size is 0 for none.
type readObject struct {
	start, size uint32 // of its text
	ref         uint32
	depth       uint16
	shape       uint16 // the number of it
}

const (
	// maxVain is how often an object is looked for in vain until those of its
	// shape are given up: an answer that repeats itself mostly does so soon.
	maxVain = 32

	// maxRepeats is how many shapes there are at most of which objects are
	// looked for, bytesPerRepeat and maxTable how many objects are remembered.
	maxRepeats     = 1 << 16
	bytesPerRepeat = 512
	maxTable       = 1 << 10
)

// reset forgets all objects. It is called for an answer of so many bytes to a
// fetch with so many shapes.
func (r *repeats) reset(shapes, size int) {
	if r.last == nil {
		r.last, r.vain = make([]readObject, shapes), make([]int, shapes)
	}
	length := 1 << bits.Len(uint(min(size/bytesPerRepeat, maxTable-1)))
	if cap(r.table) < length {
		r.table = make([]readObject, length)
	}
	r.table = r.table[:length]
	clear(r.last)
	clear(r.vain)
	clear(r.table)
	r.passed = r.passed[:0]
}

// pass notes that a range of the text has been passed over.
func (r *repeats) pass(start, end int) {
	if end-start >= minPassed {
		r.passed = append(r.passed, textRange{start, end})
	}
}

// minPassed is from how many bytes on a range is worth noting.
const minPassed = 128

// isPlain tells whether what has been read of the text, and so what is like it,
// has neither control characters nor bytes beyond ASCII.
func (r *repeats) isPlain(text []byte) bool {
	start := 0
	for _, p := range r.passed {
		if plainUntil(text[start:p.start]) < p.start-start {
			return false
		}
		start = p.end
	}
	return plainUntil(text[start:]) == len(text)-start
}

// passedOver returns how much of the text has been passed over.
func (r *repeats) passedOver() int {
	n := 0
	for _, p := range r.passed {
		n += p.end - p.start
	}
	return n
}

// noteRepeats notes whether the next answer is likely to be plain and to repeat
// itself. Then it is better found out afterwards that what has been read of it
// is plain: that is less than all.
func (f *fetch) noteRepeats(repeating bool) {
	if repeating != f.repeating.Load() {
		f.repeating.Store(repeating)
	}
}

// place returns where in the table the object at the cursor belongs, by 16 bytes
// that tell it from others: behind the type, if that comes first.
func (d *decoder) place(n *node) *readObject {
	const typename = len(`{"__typename":"Type","`)
	start := d.pos
	if n.entries[0].typename {
		start += typename
	}
	if start+16 > len(d.buf) {
		return &d.repeats.table[0]
	}
	p := (*[16]byte)(d.buf[start:])
	high, low := bits.Mul64(binary.LittleEndian.Uint64(p[:8])^mixLow, binary.LittleEndian.Uint64(p[8:])^mixHigh^uint64(n.repeat))
	return &d.repeats.table[(high^low)&uint64(len(d.repeats.table)-1)]
}

// mixLow and mixHigh are bits without a pattern.
const (
	mixLow  = 0x9e3779b97f4a7c15
	mixHigh = 0xd1b54a32d192ed03
)

// isAgain tells whether the object at the cursor is one that has been read.
//
// The text of an object ends where the object does, so that a text that begins
// with it begins with that object.
func (d *decoder) isAgain(o *readObject) bool {
	start, end := int(o.start), d.pos+int(o.size)
	return o.size > 0 && end <= len(d.buf) && int(o.depth) == d.depth && bytes.Equal(d.buf[d.pos:end], d.buf[start:start+int(o.size)])
}

// repeated reads the object at the cursor, which has the shape n.
func (d *decoder) repeated(n *node) (slot, error) {
	shape := n.repeat - 1
	vain := &d.repeats.vain[shape]
	if *vain > maxVain {
		return d.object(n)
	}
	last, place := &d.repeats.last[shape], d.place(n)
	again := last
	if !d.isAgain(last) {
		again = place
		if int(place.shape) != shape || !d.isAgain(place) {
			again = nil
		}
	}
	if again != nil {
		start := d.pos
		d.pos += int(again.size)
		d.repeats.pass(start, d.pos)
		d.shared, *vain = true, 0
		return makeSlot(objectValue, int(again.ref), 0), nil
	}
	*vain++
	o := readObject{start: uint32(d.pos), depth: uint16(d.depth), shape: uint16(shape)}
	s, err := d.object(n)
	o.size, o.ref = uint32(d.pos)-o.start, s.a
	*last, *place = o, o
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
	if !n.single && f.repeats < maxRepeats && len(n.entries) > 0 {
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
