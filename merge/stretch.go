package merge

import "slices"

// Neighbours in an answer often are neighbours in the response, too. That their
// text can be copied in one piece is found out in passing, while the answer is
// decoded.
//
//	answer     {"__typename":"Review","id":"1","body":"Nice","author":{…
//	                                  ╰──────── span ───────╯
//	response                         {"id":"1","body":"Nice","author":{…

// A stretch are entries of a node from begin to end that are leaves.
type stretch struct {
	begin, end int

	// span is the slot for the text of the stretch, from the first name to the
	// last value, if it is as the client wants it; 0 if it cannot be.
	span int32
}

// A run are fields of an object that are next to each other in the answer of one
// fetch.
type run struct {
	candidate // the slot is that of the span
	length    int
}

// minRun is from how many fields on a run is worth a slot, and maxSpans how many
// slots an object has for runs: where many types meet, most of them are empty.
const (
	minRun   = 2
	maxSpans = 8
)

// setStretches divides the leaves at the composites.
func (n *node) setStretches() {
	n.stretches = nil
	for i := range n.entries {
		e := &n.entries[i]
		e.stretch = -1
		if e.child != nil {
			continue
		}
		if i == 0 || n.entries[i-1].child != nil {
			n.stretches = append(n.stretches, stretch{begin: i})
		}
		e.stretch = len(n.stretches) - 1
		n.stretches[e.stretch].end = i + 1
	}
}

// setRuns finds the runs among the fields of a type of objects at pos. isOne says
// that objects of other types are not written.
func (t *objectType) setRuns(pos *position, isOne bool) {
	if pos == nil {
		return
	}
	for i := 0; i < len(t.fields); {
		at, length := t.run(pos, i, isOne)
		if length >= minRun {
			n := pos.sources[at.source].shape
			if at.slot = n.span(int(at.slot), t, t.fields[i:i+length]); at.slot > 0 {
				t.fields[i].run = &run{candidate: at, length: length}
			}
		}
		i += max(length, 1)
	}
}

// run returns where the first of the fields from i on is in an answer, and how
// many of them are next to each other there.
func (t *objectType) run(pos *position, i int, isOne bool) (first candidate, length int) {
	for _, fd := range t.fields[i:] {
		at, ok := fd.onlyCandidate(pos, isOne)
		if length == 0 {
			first = at
		}
		next := candidate{source: first.source, fetch: first.fetch, slot: first.slot + int32(length)}
		if !ok || at != next {
			break
		}
		length++
	}
	return first, length
}

// onlyCandidate returns the only slot in which the value of a leaf can be, if it
// has the name there that it has in the response.
func (f *field) onlyCandidate(pos *position, isOne bool) (at candidate, ok bool) {
	switch {
	case f.kind == leafField && len(f.candidates) == 1:
		at = f.candidates[0]
	case f.kind == typenameField && isOne && len(pos.typenames) == 1:
		at = pos.typenames[0]
	default:
		return at, false
	}
	return at, pos.sources[at.source].shape.entries[at.slot].key == f.as
}

// span returns the slot for the text of the entries from begin on, which are
// fields of a type; 0 if other entries, or other fields, have one already.
func (n *node) span(begin int, t *objectType, fields []*field) int32 {
	end := begin + len(fields)
	members := make([]member, len(fields))
	for i, fd := range fields {
		members[i] = n.fieldMember(begin+i, t, fd)
	}
	at := n.entries[begin].stretch
	s := n.stretches[at]
	if s.span > 0 {
		if s.begin == begin && s.end == end && slices.EqualFunc(n.members[begin:end], members, sameMember) {
			return s.span
		}
		return 0
	}
	if end > s.end || n.spans == maxSpans {
		return 0
	}
	n.spans++
	copy(n.members[begin:], members)
	cut := []stretch{{begin: s.begin, end: begin}, {begin: begin, end: end, span: n.widen()}, {begin: end, end: s.end}}
	cut = slices.DeleteFunc(cut, func(s stretch) bool { return s.begin == s.end })
	n.stretches = slices.Replace(n.stretches, at, at+1, cut...)
	for i, s := range n.stretches {
		for e := s.begin; e < s.end; e++ {
			n.entries[e].stretch = i
		}
	}
	return n.stretches[n.entries[begin].stretch].span
}

// sameMember tells whether two members take the same values.
func sameMember(a, b member) bool {
	return a.text == b.text && (a.field == nil) == (b.field == nil) && (a.field == nil || a.field.typ == b.field.typ)
}

// stretch reads what is left of a stretch from an entry on, as far as it is as
// expected, and returns where that ends.
func (d *decoder) stretch(n *node, s *stretch, ref, next int) int {
	start := d.pos + 1 // behind the comma or brace
	read := d.leaves(n.members[next:s.end], d.slots[ref+next:ref+s.end])
	if s.span > 0 {
		text := slot{}
		if read == s.end-s.begin {
			text = makeSlot(leafValue, start, d.pos-start)
		}
		d.slots[ref+int(s.span)] = text
	}
	return next + read
}
