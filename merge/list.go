package merge

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// listTargets finds the targets whose objects can be listed while the answer
// they are in is decoded. Walking to them would find the same objects in the
// same order, but takes longer the more lies on the way.
func (p *Program) listTargets() {
	for _, f := range p.fetches {
		for _, l := range f.lookups {
			for _, t := range l.targets {
				if p.canList(t) {
					t.listed = true
					p.list(t.link)
					t.flat = newFlatInput(f, t)
				}
			}
		}
	}
}

// canList tells whether all objects of the anchor's shape, and no others, are
// what a walk to the target finds.
func (p *Program) canList(t *target) bool {
	l := t.link
	pos := l.pos
	switch {
	case l.anchor < 0:
		return false // the objects belong to their ancestors
	case pos.sources[l.anchor].shape.positions > 1:
		return false // the same list would hold objects that lie elsewhere
	case slices.ContainsFunc(t.steps, func(s step) bool { return s.on != nil }):
		return false // not all of them are meant
	case pos.same == nil && len(pos.static) > 0:
		return false // the type may depend on that of the object above
	}
	return true
}

// list has the objects that a link starts from listed.
func (p *Program) list(l *link) {
	shape := l.pos.sources[l.anchor].shape
	if shape.set == 0 {
		f := p.fetches[l.anchorFetch()]
		f.sets++
		shape.set = f.sets
	}
}

// isListed tells whether the list of the objects that a link starts from is
// good: a subgraph that answers what it was not asked for is read with more
// care.
func (b *requestBuilder) isListed(l *link) bool {
	fetch := l.anchorFetch()
	return !b.parts[fetch].irregular && len(b.fetches[fetch].failures) == 0
}

// visitList visits the objects of a target in the order of their list.
func (b *requestBuilder) visitList(t *target) {
	v, l := b.renderer.view, t.link
	p := &b.parts[l.anchorFetch()]
	if p.root == 0 {
		return
	}
	if t.flat != nil && t.flat.single {
		b.visitSingle(t, p)
		return
	}
	v.only = l.before
	v.vals, v.frames = v.vals[:0], append(v.frames[:0], frame{pos: l.pos})
	f := frame{pos: l.pos}
	var recent [recentValues]uint32
	for _, ref := range p.sets[l.pos.sources[l.anchor].shape.set-1] {
		if p.at(ref, l.slot).kind() == linkedValue {
			continue // by way of another path
		}
		v.refs = v.refs[:0]
		for i := range l.pos.sources {
			s := &l.pos.sources[i]
			var object uint32
			switch {
			case int32(i) == l.anchor:
				object = ref
			case s.link != nil && v.only.has(s.fetch):
				if n := v.linked(s.link, v.refs, nil); n >= 0 {
					object = v.r.entity(s.link, n)
				}
			}
			v.refs = append(v.refs, object)
		}
		if t.flat == nil {
			b.visit(t, f)
		} else if number := b.addFlat(t.flat, v.refs, &recent); number >= 0 {
			p.slots[int(ref)+int(l.slot)] = makeSlot(linkedValue, number, 0)
			b.state.reached[b.target] = true
		}
	}
}

// visitSingle is visitList for an input with one field, which the listed
// objects themselves have. Mostly there are many objects with few values, next
// to each other: what has been seen a moment ago is neither rendered nor looked
// for again.
func (b *requestBuilder) visitSingle(t *target, p *part) {
	l, fd := t.link, &t.flat.fields[0]
	from := fd.candidates[0]
	reps := &b.state.lookups[b.lookup].representations
	before := len(t.flat.head) + len(fd.literal)
	var recent [recentValues]uint32 // number plus one
	for _, ref := range p.sets[l.pos.sources[l.anchor].shape.set-1] {
		link := &p.slots[int(ref)+int(l.slot)]
		if link.kind() == linkedValue {
			continue // by way of another path
		}
		var raw []byte
		if s := p.at(ref, from.slot); s.kind() == leafValue {
			raw = s.raw(p.buf)
		} else if fd.nonNull {
			continue
		}
		number, place := -1, recentPlace(raw)
		if n := int(recent[place]) - 1; n >= 0 {
			rep := &reps.list[n]
			if bytes.Equal(reps.text[rep.start+before:rep.end-1], raw) {
				number = n
			}
		}
		if number < 0 {
			number = b.addSingle(t.flat, raw)
			if raw != nil { // a null is rendered as something else
				recent[place] = uint32(number) + 1
			}
		}
		*link = makeSlot(linkedValue, number, 0)
		b.state.reached[b.target] = true
	}
}

// recentValues is how many values are remembered while a list is visited; a
// power of two.
const recentValues = 64

// recentPlace is where a value is remembered: by its last bytes, in which
// identifiers differ.
func recentPlace(raw []byte) uint64 {
	var end [8]byte
	copy(end[:], raw[max(0, len(raw)-len(end)):])
	const odd = 0x9e3779b97f4a7c15
	return binary.LittleEndian.Uint64(end[:]) * odd >> (64 - bits.TrailingZeros(recentValues))
}

// addSingle renders the representation with the value of the only field, nil
// for null, and returns its number.
func (b *requestBuilder) addSingle(in *flatInput, raw []byte) int {
	reps := &b.state.lookups[b.lookup].representations
	start := len(reps.text)
	text := append(append(reps.text, in.head...), in.fields[0].literal...)
	if raw == nil {
		raw = null
	}
	text = append(text, raw...)
	reps.text = append(text, '}')
	return b.internFlat(reps, start)
}

// internFlat is intern for a representation that travels with all others.
func (b *requestBuilder) internFlat(reps *representations, start int) int {
	if len(b.groups) == 0 {
		b.newGroup()
	}
	number, added := reps.intern(b.p.seed, start, 0)
	if added {
		b.groups[0].entities[b.lookup]++
	}
	return number
}

// A flatInput is an input for objects of any type, with leaves only.
type flatInput struct {
	head   string // how representations begin
	fields []inputField

	// single says that there is one field, and that only the objects of the
	// link's anchor have it.
	single bool
}

// newFlatInput returns nil if the target's inputs are more than that.
func newFlatInput(f *fetch, t *target) *flatInput {
	if len(t.inputs) != 1 || len(t.inputs[0].fields) == 0 || t.inputs[0].on != nil || t.inputs[0].typename == "" || len(f.context) > 0 {
		return nil
	}
	fields := slices.Clone(t.inputs[0].fields)
	for i := range fields {
		if fields[i].typename || fields[i].on != nil || fields[i].pos != nil {
			return nil
		}
		fields[i].literal = "," + fields[i].literal
	}
	in := &flatInput{head: `{"__typename":` + t.inputs[0].typename, fields: fields}
	in.single = len(fields) == 1 && len(fields[0].candidates) == 1 && fields[0].candidates[0].source == t.link.anchor
	return in
}

// manyFields is more fields than a flat input has that is compared with what was
// rendered a moment ago.
const manyFields = 8

// addFlat is add for a flat input of the frame with the given objects. recent
// are the representations that were made of this input lately.
func (b *requestBuilder) addFlat(in *flatInput, objects []uint32, recent *[recentValues]uint32) int {
	reps := &b.state.lookups[b.lookup].representations
	var space [manyFields][]byte
	values := space[:0]
	for i := range in.fields {
		fd := &in.fields[i]
		var raw []byte
		for _, c := range fd.candidates {
			if ref := objects[c.source]; ref != 0 {
				p := &b.parts[c.fetch]
				if s := p.at(ref, c.slot); s.kind() == leafValue {
					raw = s.raw(p.buf)
					break
				}
			}
		}
		if raw == nil {
			if fd.nonNull {
				return -1
			}
			raw = null
		}
		values = append(values, raw)
	}
	place := recentPlace(values[0])
	if n := int(recent[place]) - 1; n >= 0 && in.isRendered(reps.list[n].text(reps), values) {
		return n
	}
	start := len(reps.text)
	text := append(reps.text, in.head...)
	for i, raw := range values {
		text = append(append(text, in.fields[i].literal...), raw...)
	}
	reps.text = append(text, '}')
	number := b.internFlat(reps, start)
	recent[place] = uint32(number) + 1
	return number
}

var null = []byte("null")

// isRendered tells whether the text, which was made of this input, is that of
// the values.
func (in *flatInput) isRendered(text []byte, values [][]byte) bool {
	text = text[len(in.head):]
	for i, raw := range values {
		literal := in.fields[i].literal
		end := len(literal) + len(raw)
		if len(text) < end || string(text[:len(literal)]) != literal || !bytes.Equal(text[len(literal):end], raw) {
			return false
		}
		text = text[end:]
	}
	return len(text) == len("}")
}
