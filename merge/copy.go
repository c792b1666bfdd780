package merge

import "slices"

// copies says how two objects at one place are known to be written alike: the
// same representations were made for both, and what is written of them is in
// these, or in the entities that they stand for.
//
//	{ reviews { product { upc name } } }      upc of fetch 1, name of fetch 2
//
//	product  ( object 7 of fetch 1, representation 0 )     {"upc":"1","name":"Lamp"}
//	product  ( object 9 of fetch 1, representation 0 )     copied
type copies struct {
	number int // of the field, among those that have copies

	// base is the only source that is not a link, which all links start from.
	base  *source
	links []*link
}

// maxLinks is how many representations an object can have and still be
// recognised.
const maxLinks = 4

// newCopies returns nil if objects of the field may be written differently
// though the same representations were made for them.
func (p *Program) newCopies(f *field) *copies {
	if f.base == nil || len(f.pos.typenames) > 0 {
		return nil
	}
	t := f.object.one
	if t == nil {
		t = f.object.untyped
	}
	if t == nil {
		return nil
	}
	c := &copies{number: len(p.copies), base: f.base}
	base := int32(slices.IndexFunc(f.pos.sources, func(s source) bool { return s.link == nil }))
	for i := range f.pos.sources {
		if l := f.pos.sources[i].link; l != nil {
			if l.anchor != base || l.lookup < 0 {
				return nil
			}
			c.links = append(c.links, l)
		}
	}
	if len(c.links) == 0 || len(c.links) > maxLinks {
		return nil
	}
	for _, fd := range t.fields {
		switch fd.kind {
		case leafField:
			if slices.ContainsFunc(fd.candidates, func(at candidate) bool { return at.source == base && !c.isSent(at) }) {
				return nil
			}
		case compositeField:
			if fd.pos != nil && !isBelowLinks(fd.pos, base) {
				return nil
			}
		}
	}
	p.copies = append(p.copies, c)
	return c
}

// isSent tells whether a leaf of the base is always part of a representation,
// so that where representations are equal it is too.
func (c *copies) isSent(at candidate) bool {
	return slices.ContainsFunc(c.links, func(l *link) bool { return l.sends(at) })
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
// copied, by the number of their first representation.
type copiedObjects struct {
	list []copiedObject

	// worthwhile says that there are objects with the same representations.
	worthwhile bool
}

// setCopied finds out where objects can be copied. All representations have been
// made.
func (r *Result) setCopied() {
	for i, c := range r.p.copies {
		r.copied[i].worthwhile = !slices.ContainsFunc(c.links, func(l *link) bool {
			state := &r.fetches[l.fetch].lookups[l.lookup]
			return state.linked <= len(state.list)
		})
	}
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
	c := fd.copies
	numbers, known := w.numbers(c, ref)
	if known {
		earlier := w.r.copied[c.number].at(numbers[0])
		if earlier.end > 0 && earlier.numbers == numbers && earlier.cuts == w.cuts {
			return append(out, out[earlier.start:earlier.end]...), written
		}
	}
	start, notes, splices := len(out), w.notes, len(w.splices)
	out, o := w.entered(out, fd, w.enterObject(fd.pos, ref))
	// What was noted here has to be noted wherever the object is.
	if known && o == written && w.notes == notes && len(w.splices) == splices {
		*w.r.copied[c.number].at(numbers[0]) = copiedObject{numbers: numbers, start: start, end: len(out), cuts: w.cuts}
	}
	return out, o
}

// numbers returns the numbers of the representations made for an object of the
// base. It tells whether there is one for every link.
func (w *writer) numbers(c *copies, ref uint32) (numbers [maxLinks]uint32, known bool) {
	p := &w.r.parts[c.base.fetch]
	for i, l := range c.links {
		s := p.at(ref, l.slot)
		if s.kind() != linkedValue {
			return numbers, false
		}
		numbers[i] = s.a
	}
	return numbers, true
}
