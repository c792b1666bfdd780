package merge

import (
	"math"
	"slices"
)

// copies says how two objects at one place are known to be written alike: they
// are one object of the answer, or the same representations were made for both,
// and what is written of them is in these, or in the entities that they stand for.
//
//	{ reviews { product { upc name } } }      upc of fetch 1, name of fetch 2
//
//	product  ( object 7 of fetch 1, representation 0 )     {"upc":"1","name":"Lamp"}
//	product  ( object 9 of fetch 1, representation 0 )     copied
type copies struct {
	number int // of the field, among those that have copies
	field  *field

	// repeated says that an object of the answer is written alike wherever it is.
	repeated bool

	// links are those to the entities that decide, all from objects of the
	// field's base; nil if something else decides, too.
	links []*link
}

// maxLinks is how many representations an object can have and still be
// recognised.
const maxLinks = 4

// newCopies returns how objects of a field are recognised, as far as that is
// known before setRepeats; nil if they are not of one fetch.
func (p *Program) newCopies(f *field) *copies {
	if f.base == nil {
		return nil
	}
	c := &copies{number: len(p.copies), field: f, links: f.decisiveLinks()}
	p.copies = append(p.copies, c)
	return c
}

// decisiveLinks returns the links from objects of the field, nil if such objects
// may be written differently though the same representations were made for them.
func (f *field) decisiveLinks() []*link {
	if len(f.pos.typenames) > 0 {
		return nil
	}
	t := f.object.one
	if t == nil {
		t = f.object.untyped
	}
	if t == nil {
		return nil
	}
	var links []*link
	base := int32(slices.IndexFunc(f.pos.sources, func(s source) bool { return s.link == nil }))
	for i := range f.pos.sources {
		if l := f.pos.sources[i].link; l != nil {
			if l.anchor != base || l.lookup < 0 {
				return nil
			}
			links = append(links, l)
		}
	}
	if len(links) > maxLinks {
		return nil
	}
	for _, fd := range t.fields {
		switch fd.kind {
		case leafField:
			if slices.ContainsFunc(fd.candidates, func(at candidate) bool { return at.source == base && !isSent(links, at) }) {
				return nil
			}
		case compositeField:
			if fd.pos != nil && !isBelowLinks(fd.pos, base) {
				return nil
			}
		}
	}
	return links
}

// isSent tells whether a leaf of the base is always part of a representation,
// so that where representations are equal it is too.
func isSent(links []*link, at candidate) bool {
	return slices.ContainsFunc(links, func(l *link) bool { return l.sends(at) })
}

// sends tells whether a leaf of the link's anchor is part of all representations
// that are made for it.
func (l *link) sends(at candidate) bool {
	inputs := l.target.inputs
	return len(inputs) == 1 && slices.ContainsFunc(inputs[0].fields, func(f inputField) bool {
		return f.on == nil && f.pos == nil && !f.typename && len(f.candidates) == 1 && f.candidates[0] == at
	})
}

// isBelowLinks tells whether everything at a position and below belongs to
// entities, and to nothing above them.
func isBelowLinks(pos *position, base int32) bool {
	for i := range pos.sources {
		if s := &pos.sources[i]; s.link == nil && s.parent == base || s.link != nil && s.link.anchor < 0 {
			return false
		}
	}
	for _, child := range pos.children {
		if !isBelowLinks(child, -1) {
			return false
		}
	}
	return true
}

// copiedObjects are where in the output objects of one field are that may be
// copied.
type copiedObjects struct {
	// list has the first object with each number of a representation, if there
	// are objects with the same representations, which byNumber says.
	list     []copiedObject
	byNumber bool

	// byRef says that there may be objects at several places.
	byRef bool
}

// setCopied finds out where objects can be copied. All representations have been
// made.
func (r *Result) setCopied() {
	byRef := false
	for i, c := range r.p.copies {
		o := &r.copied[i]
		o.byRef = c.repeated && r.parts[c.field.base.fetch].shared
		byRef = byRef || o.byRef
		o.byNumber = len(c.links) > 0 && !slices.ContainsFunc(c.links, func(l *link) bool {
			state := &r.fetches[l.fetch].lookups[l.lookup]
			return state.linked <= len(state.list)
		})
	}
	if byRef {
		if r.written == nil {
			r.written = new(writtenObjects)
		}
		clear(r.written[:])
	}
}

// writtenObjects are where in the output objects are, by field and ref: whoever
// comes later takes the place.
type writtenObjects [256]writtenObject

type writtenObject struct {
	field, ref uint32
	start, end uint32 // in the output; end is 0 for no object
	cuts       int    // see writer
}

// at returns the place for an object of a field.
func (w *writtenObjects) at(field int, ref uint32) *writtenObject {
	const odd = 0x9e3779b1
	return &w[(ref*odd+uint32(field)*(odd>>8))>>24]
}

type copiedObject struct {
	numbers    [maxLinks]uint32 // of all representations
	start, end int              // in the output; end is 0 for no object
	cuts       int              // see writer
}

func (c *copiedObjects) release() {
	clear(c.list)
	if c.list = c.list[:0]; cap(c.list) > maxKept/8 {
		c.list = nil
	}
}

// at returns the place for the object with a number.
func (c *copiedObjects) at(number uint32) *copiedObject {
	for int(number) >= len(c.list) {
		c.list = append(c.list, copiedObject{})
	}
	return &c.list[number]
}

// copyObject writes the object with a ref of the base, by copying it from where
// it was written before if it was.
func (w *writer) copyObject(out []byte, fd *field, ref uint32) ([]byte, outcome) {
	c := &w.r.copied[fd.copies.number]
	var same *writtenObject
	if c.byRef {
		same = w.r.written.at(fd.copies.number, ref)
		if same.end > 0 && same.ref == ref && int(same.field) == fd.copies.number && same.cuts == w.cuts {
			return append(out, out[same.start:same.end]...), written
		}
	}
	var numbers [maxLinks]uint32
	known := false
	if c.byNumber {
		if numbers, known = w.numbers(fd, ref); known {
			earlier := c.at(numbers[0])
			if earlier.end > 0 && earlier.numbers == numbers && earlier.cuts == w.cuts {
				return append(out, out[earlier.start:earlier.end]...), written
			}
		}
	}
	start, notes, splices := len(out), w.notes, len(w.splices)
	out, o := w.entered(out, fd, w.enterObject(fd.pos, ref))
	// What was noted here has to be noted wherever the object is.
	if o != written || w.notes != notes || len(w.splices) != splices {
		return out, o
	}
	if known {
		*c.at(numbers[0]) = copiedObject{numbers: numbers, start: start, end: len(out), cuts: w.cuts}
	}
	if same != nil && len(out) <= math.MaxUint32 {
		*same = writtenObject{field: uint32(fd.copies.number), ref: ref, start: uint32(start), end: uint32(len(out)), cuts: w.cuts}
	}
	return out, o
}

// numbers returns the numbers of the representations made for an object of the
// field's base. It tells whether there is one for every link.
func (w *writer) numbers(fd *field, ref uint32) (numbers [maxLinks]uint32, known bool) {
	p := &w.r.parts[fd.base.fetch]
	for i, l := range fd.copies.links {
		s := p.at(ref, l.slot)
		if s.kind() != linkedValue {
			return numbers, false
		}
		numbers[i] = s.a
	}
	return numbers, true
}
