package merge

// Objects that one fetch has answered as the client wants them are not taken
// apart: it is checked that they are, and their text is copied to the response
// in one piece. Where there is a difference, be it a space, the object is read
// like any other.

// A verbatim says what the text of an object is that can be copied.
type verbatim struct {
	steps  []verbatimStep
	levels int // of nested objects and lists, at most
	lists  int // that the object is in
}

// A verbatimStep are leaves, and what follows them, if it is not the end: a
// composite of which all objects can be copied.
type verbatimStep struct {
	leaves []member
	member
	child *verbatim
}

// setVerbatim finds out whether the field's objects can be copied as they come.
// The fetches have been compiled.
func (f *field) setVerbatim() {
	if f.pos == nil || len(f.pos.sources) != 1 {
		return
	}
	n := f.pos.sources[0].shape
	if n.written != nil && (n.written != f.object || n.verbatim != nil && n.verbatim.lists != len(f.elements)) {
		// Here it would be this text, there that.
		n.verbatim = nil
		return
	}
	first := n.written == nil
	n.written = f.object
	if first {
		n.verbatim = newVerbatim(f.pos, f.object, len(f.elements))
	}
	f.verbatim = n.verbatim != nil
}

// newVerbatim returns nil if the text of no object can be the one that is
// wanted.
func newVerbatim(pos *position, o *object, lists int) *verbatim {
	n := pos.sources[0].shape
	t := o.one
	switch {
	case n.read || n.positions > 1 || n.linked || pos.sources[0].link != nil:
		return nil
	case t == nil || o.lenient || len(t.fields) == 0 || len(t.fields) != len(n.entries):
		return nil
	}
	v := &verbatim{levels: 1, lists: lists, steps: []verbatimStep{{}}}
	for i, fd := range t.fields {
		e := &n.entries[i]
		if e.key != fd.as || e.as != fd.as {
			return nil
		}
		m := n.fieldMember(i, t, fd)
		step := &v.steps[len(v.steps)-1]
		levels := len(fd.elements)
		switch fd.kind {
		case leafField:
			if len(fd.candidates) != 1 || int(fd.candidates[0].slot) != i {
				return nil
			}
			step.leaves = append(step.leaves, m)
		case typenameField:
			if !e.typename || len(e.names) != 1 {
				return nil
			}
			step.leaves = append(step.leaves, m)
		case compositeField:
			if fd.pos == nil || !fd.verbatim || fd.pos.sources[0].slot != int32(i) {
				return nil
			}
			step.member, step.child = m, fd.pos.sources[0].shape.verbatim
			levels += step.child.levels
			v.steps = append(v.steps, verbatimStep{})
		default:
			return nil
		}
		v.levels = max(v.levels, levels+1)
	}
	return v
}

// verbatim reads the object at the cursor if it is as wanted. If not, nothing
// has been read.
func (d *decoder) verbatim(v *verbatim) (s slot, ok bool) {
	if d.patience < 0 || d.depth+v.levels > maxDepth {
		return slot{}, false
	}
	start := d.cursor
	if d.verbatimObject(v) {
		return makeSlot(leafValue, start.pos, d.pos-start.pos), true
	}
	d.goBack(start)
	return slot{}, false
}

// verbatimElements reads the elements of a list and its closing bracket if all
// of them are as wanted. If not, nothing has been read.
func (d *decoder) verbatimElements(v *verbatim) bool {
	if d.patience < 0 || d.depth+v.levels > maxDepth {
		return false
	}
	start := d.cursor
	for d.peek() == '{' && d.verbatimObject(v) {
		switch d.peek() {
		case ',':
			d.pos++
			continue
		case ']':
			d.pos++
			return true
		}
		break
	}
	d.goBack(start)
	return false
}

// goBack makes what has been read since start unread.
func (d *decoder) goBack(start cursor) {
	d.patience -= d.pos - start.pos
	d.cursor = start
}

func (d *decoder) verbatimObject(v *verbatim) bool {
	for i := range v.steps {
		s := &v.steps[i]
		if d.leaves(s.leaves, nil) < len(s.leaves) {
			return false
		}
		if s.child == nil {
			break
		}
		if !s.isAt(d.buf, d.pos) {
			return false
		}
		d.pos += len(s.text)
		if !d.verbatimValue(s, 0) {
			return false
		}
	}
	if d.peek() != '}' {
		return false
	}
	d.pos++
	return true
}

// verbatimValue reads the value of a composite, or an element at a list level
// of it.
func (d *decoder) verbatimValue(s *verbatimStep, level int) bool {
	switch c := d.peek(); {
	case c == 'n':
		return s.field.isNullable(level) && d.literal("null") == nil
	case level < len(s.field.elements):
		return c == '[' && d.verbatimList(s, level)
	default:
		return c == '{' && d.verbatimObject(s.child)
	}
}

func (d *decoder) verbatimList(s *verbatimStep, level int) bool {
	d.pos++
	if d.peek() == ']' {
		d.pos++
		return true
	}
	for d.verbatimValue(s, level+1) {
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return true
		default:
			return false
		}
	}
	return false
}

// isVerbatim tells whether a list of so many bytes is nothing but objects that
// are written as they are, with commas between them.
func (d *decoder) isVerbatim(items []slot, size int) bool {
	left := size - 1 - len(items) // without brackets and commas
	for _, item := range items {
		if item.kind() != leafValue || d.buf[item.a] != '{' {
			return false
		}
		left -= item.size()
	}
	return left == 0
}
