package merge

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// visitList visits the objects of a target in the order of their list.
func (b *requestBuilder) visitList(t *target) {
	p := &b.parts[t.link.anchorFetch()]
	switch {
	case p.root == 0:
	case t.flat == nil:
		b.visitListed(t, p)
	case t.flat.single:
		b.visitSingle(t, p)
	default:
		b.visitFlat(t, p)
	}
}

// listed returns the objects of a target.
func (p *part) listed(l *link) []uint32 { return p.sets[l.pos.sources[l.anchor].shape.set-1] }

// visitListed is visitList for inputs of any kind.
func (b *requestBuilder) visitListed(t *target, p *part) {
	v, l := b.renderer.view, t.link
	f := v.beginAt(l.pos, l.before)
	for _, ref := range p.listed(l) {
		if p.at(ref, l.slot).kind() != linkedValue { // or by way of another path
			v.frameAround(l, ref)
			b.visit(t, f)
		}
	}
}

// visitFlat is visitList for a flat input. Where an earlier link decides about
// the representation, it is looked at once for all objects with that link.
func (b *requestBuilder) visitFlat(t *target, p *part) {
	v, l, after := b.renderer.view, t.link, t.flat.after
	v.beginAt(l.pos, l.before)
	if after != nil {
		n := len(b.fetches[after.fetch].lookups[after.lookup].list)
		b.known = slices.Grow(b.known[:0], n)[:n]
		clear(b.known)
	}
	var recent recentNumbers
	for _, ref := range p.listed(l) {
		link := &p.slots[int(ref)+int(l.slot)]
		if link.kind() == linkedValue {
			continue // by way of another path
		}
		var known *uint32
		if after != nil {
			if s := p.at(ref, after.slot); s.kind() == linkedValue {
				known = &b.known[s.a]
				if *known > 0 {
					b.link(link, int(*known-1))
					continue
				}
			}
		}
		v.frameAround(l, ref)
		number := b.addFlat(t.flat, v.refs, &recent)
		if number < 0 {
			continue
		}
		b.link(link, number)
		if known != nil {
			*known = uint32(number) + 1
		}
	}
}

// beginAt makes a frame at pos the only one. Its objects are yet to come.
func (v *view) beginAt(pos *position, only fetchSet) frame {
	f := frame{pos: pos}
	v.only, v.vals, v.frames = only, v.vals[:0], append(v.frames[:0], f)
	return f
}

// frameAround gives the only frame the object that a link starts from, and those
// that are linked to it.
func (v *view) frameAround(l *link, ref uint32) {
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
}

// visitSingle is visitList for an input with one field, which the listed
// objects themselves have. Mostly there are many objects with few values, next
// to each other: what has been seen a moment ago is neither rendered nor looked
// for again.
func (b *requestBuilder) visitSingle(t *target, p *part) {
	l, fd := t.link, &t.flat.fields[0]
	from := fd.candidates[0]
	var recent [recentValues]recentWord
	for _, ref := range p.listed(l) {
		link := &p.slots[int(ref)+int(l.slot)]
		if link.kind() == linkedValue {
			continue // by way of another path
		}
		s := p.at(ref, from.slot)
		if s.kind() != leafValue {
			if !fd.nonNull {
				b.link(link, b.addSingle(t.flat, null))
			}
			continue
		}
		word, whole := lastWord(p.buf, s)
		r := &recent[wordPlace(word)]
		if r.word != word || !whole && !b.isRecent(r, t.flat, s.raw(p.buf)) {
			*r = recentWord{word: word, number: uint32(b.addSingle(t.flat, s.raw(p.buf)))}
		}
		b.link(link, int(r.number))
	}
}

// link gives an object of the target that is being visited its representation.
func (b *requestBuilder) link(slot *slot, number int) {
	*slot = makeSlot(linkedValue, number, 0)
	b.state.reached[b.target] = true
	b.state.lookups[b.lookup].linked++
}

// A recentWord is a value with the number of its representation. The word is 0
// where there is none yet: no value ends in a zero byte.
type recentWord struct {
	word   uint64
	number uint32
}

// isRecent tells whether the value is the one that the representation was made
// of.
func (b *requestBuilder) isRecent(r *recentWord, in *flatInput, raw []byte) bool {
	reps := &b.state.lookups[b.lookup].representations
	rep := &reps.list[r.number]
	return bytes.Equal(reps.text[rep.start+in.before:rep.end-1], raw)
}

// lastWord returns the last bytes of a leaf, in which identifiers differ, and
// whether that is all of it.
func lastWord(buf []byte, s slot) (word uint64, whole bool) {
	end, size := int(s.a)+s.size(), s.size()
	if end < 8 {
		return shortWord(buf[s.a:end]), true
	}
	if word = binary.LittleEndian.Uint64(buf[end-8:]); size >= 8 {
		return word, false // a shorter value may end like a longer one
	}
	return word >> (64 - 8*size), true
}

// shortWord is lastWord for bytes that may have nothing in front of them.
func shortWord(raw []byte) uint64 {
	var end [8]byte
	copy(end[:], raw[max(0, len(raw)-len(end)):])
	return binary.LittleEndian.Uint64(end[:])
}

// recentValues is how many values are remembered while a list is visited; a
// power of two.
const recentValues = 64

// wordPlace is where a value with that word is remembered.
func wordPlace(word uint64) uint64 {
	const odd = 0x9e3779b97f4a7c15
	return word * odd >> (64 - bits.TrailingZeros(recentValues))
}

// addSingle renders the representation with the value of the only field and
// returns its number.
func (b *requestBuilder) addSingle(in *flatInput, raw []byte) int {
	reps := &b.state.lookups[b.lookup].representations
	start := len(reps.text)
	text := append(append(reps.text, in.head...), in.fields[0].literal...)
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
	before int // how much of a representation is in front of the first value

	// after is a link from the same objects that decides about the
	// representation; nil if none does.
	after *link
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
	in.before = len(in.head) + len(fields[0].literal)
	in.setAfter(t.link)
	in.single = len(fields) == 1 && len(fields[0].candidates) == 1 && fields[0].candidates[0].source == t.link.anchor
	return in
}

// setAfter looks for a link on which the representations made for l depend, and
// on nothing else: a field of the entities behind it, or one that has been part
// of the representations made for it.
func (in *flatInput) setAfter(l *link) {
	for i := range l.pos.sources {
		after := l.pos.sources[i].link
		if after == nil || after.lookup < 0 || after.anchor != l.anchor || !l.before.has(after.fetch) {
			continue
		}
		decides := func(c candidate) bool { return c.source == after.source || c.source == l.anchor && after.sends(c) }
		if !slices.ContainsFunc(in.fields, func(f inputField) bool {
			return slices.ContainsFunc(f.candidates, func(c candidate) bool { return !decides(c) })
		}) {
			in.after = after
			return
		}
	}
}

// manyFields is more fields than a flat input has that is compared with what was
// rendered a moment ago.
const manyFields = 8

// recentNumbers are the numbers, plus one, of representations by their first
// values.
type recentNumbers [recentValues]uint32

// addFlat is add for a flat input of the frame with the given objects. recent
// are the representations that were made of this input lately.
func (b *requestBuilder) addFlat(in *flatInput, objects []uint32, recent *recentNumbers) int {
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
	place := wordPlace(shortWord(values[0]))
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
