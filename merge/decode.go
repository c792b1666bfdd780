package merge

import "fmt"

// An Answer is a decoded answer to one request of one fetch. It keeps the body
// it was decoded from.
type Answer struct {
	part
	fetch *fetch

	// items are the elements of the lists that are being read. An element's
	// own slots come in between, so the lists are laid out when they end.
	items []slot

	repeats repeats

	rawErrors slot // where "errors" are in the text
	errors    answerErrors
}

// HasErrors tells whether the answer has an entry in "errors".
func (a *Answer) HasErrors() bool { return a.errors.count > 0 }

// slotsPerByte and spareSlots bound the slots of an answer by its length.
// Without a bound a list of empty objects would take a hundred times its size
// where many fields were asked for.
const (
	slotsPerByte = 8
	spareSlots   = 1 << 16
)

// Decode reads the body of a subgraph's answer to a request of the fetch. It
// may run in any goroutine. body is kept and never written to.
//
// Names that were not asked for are checked and passed over; of a name that
// comes twice in one object the last counts. What is not UTF-8, and halves of
// surrogate pairs, become U+FFFD.
//
// The error is a *MalformedError if body is not JSON, or not a GraphQL response:
// an object with "data" or "errors".
//
// GraphQL over HTTP, "Body"; GraphQL specification, "Response Format".
func (p *Program) Decode(fetch int, body []byte) (*Answer, error) {
	if len(body) > maxSize {
		return nil, &MalformedError{Offset: -1, Reason: fmt.Sprintf("an answer of more than %d bytes", maxSize)}
	}
	f := p.fetches[fetch]
	a, ok := f.answers.Get().(*Answer)
	if !ok {
		a = &Answer{fetch: f}
	}
	if f.repeating.Load() {
		if err := a.decode(plainScanner(body)); err == nil && a.repeats.isPlain(a.buf) {
			a.finish(true)
			return a, nil
		}
	}
	s := newScanner(body)
	plain := s.control == len(s.buf)
	if len(s.buf) > maxSize { // replacing bytes has made it longer
		return nil, &MalformedError{Offset: -1, Reason: fmt.Sprintf("an answer of more than %d bytes", maxSize)}
	}
	if err := a.decode(s); err != nil {
		a.release()
		return nil, err
	}
	a.finish(plain)
	return a, nil
}

// decode reads the text of a scanner.
func (a *Answer) decode(s scanner) error {
	d := decoder{scanner: s, repeats: &a.repeats}
	d.limit = spareSlots + slotsPerByte*len(d.buf)
	d.patience = len(d.buf)
	if cap(a.slots) == 0 {
		a.slots = make([]slot, 0, 16+min(len(d.buf)/32, firstSlots))
	}
	d.slots, d.items = append(a.slots[:0], slot{}), a.items[:0] // slot 0 is nobody's
	for len(a.sets) < a.fetch.sets {
		a.sets = append(a.sets, nil)
	}
	for i := range a.sets {
		a.sets[i] = a.sets[i][:0]
	}
	d.sets = a.sets
	d.repeats.reset(a.fetch.repeats, len(d.buf))
	var err error
	a.root, a.rawErrors, err = d.response(a.fetch.shape)
	a.buf, a.slots, a.items, a.irregular, a.shared = d.buf, d.slots, d.items, d.irregular, d.shared
	return err
}

// finish reads the errors, when all of the text is known to be JSON, and notes
// how to read the next answer.
func (a *Answer) finish(plain bool) {
	if a.rawErrors.isValue() {
		a.errors = decodeErrors(a.rawErrors.raw(a.buf))
	}
	a.fetch.noteRepeats(plain && a.repeats.passedOver() > len(a.buf)/4)
}

// firstSlots is for how many slots there is memory before it is known how
// densely an answer is packed.
const firstSlots = 1 << 10

type decoder struct {
	scanner
	slots []slot
	limit int
	items []slot // see Answer

	// patience is how many bytes may be read in vain to find out that an
	// object is not as expected.
	patience int

	// spaced says that there are spaces in the object that is read.
	spaced bool

	// See part.
	sets      [][]uint32
	irregular bool
	shared    bool

	repeats *repeats
}

// response reads the whole text. It returns the object under "data", 0 for none,
// and where "errors" are.
func (d *decoder) response(shape *node) (root uint32, errors slot, err error) {
	d.space()
	if d.peek() != '{' {
		return 0, slot{}, d.fail("an object is expected")
	}
	if err := d.down(); err != nil {
		return 0, slot{}, err
	}
	d.pos++
	d.space()
	var members struct{ data, errors slot }
	if d.peek() == '}' {
		d.pos++
	} else {
		for more := true; more; {
			key, err := d.name()
			if err != nil {
				return 0, slot{}, err
			}
			switch string(key) {
			case "data":
				d.irregular = d.irregular || members.data.kind() != absentValue
				members.data, err = d.composite(shape, 0)
			case "errors":
				members.errors, err = d.leaf()
			default:
				err = d.value()
			}
			if err != nil {
				return 0, slot{}, err
			}
			if more, err = d.more('}'); err != nil {
				return 0, slot{}, err
			}
		}
	}
	d.space()
	if d.pos < len(d.buf) {
		return 0, slot{}, d.fail("nothing may follow the answer")
	}
	if members.data.kind() == absentValue && members.errors.kind() == absentValue {
		return 0, slot{}, &MalformedError{Offset: -1, Reason: `neither "data" nor "errors" in the answer`}
	}
	switch members.data.kind() {
	case absentValue, nullValue:
	case objectValue:
		root = members.data.a
	default:
		return 0, slot{}, &MalformedError{Offset: -1, Reason: `"data" is neither an object nor null`}
	}
	return root, members.errors, nil
}

// name reads a key, the colon and the space around it.
func (d *decoder) name() ([]byte, error) {
	start := d.pos + 1
	if d.peek() != '"' {
		return nil, d.fail("a key is expected")
	}
	if err := d.string(); err != nil {
		return nil, err
	}
	raw := d.buf[start : d.pos-1]
	if d.escaped {
		raw = []byte(unescape(raw))
	}
	return raw, d.colon()
}

// object reads the object at the cursor.
func (d *decoder) object(n *node) (slot, error) {
	ref, err := d.newObject(n)
	if err != nil {
		return slot{}, err
	}
	start := d.pos
	d.spaced = false
	for next, more := 0, true; more; {
		// A subgraph answers in the order it was asked, without spaces. The brace
		// belongs to the first entry, and so to the start only.
		for next < len(n.entries) && !d.spaced && (next > 0 || d.pos == start) {
			e := &n.entries[next]
			if e.child == nil {
				s := &n.stretches[e.stretch]
				if next = d.stretch(n, s, ref, next); next < s.end {
					break
				}
				continue
			}
			if !n.members[next].isAt(d.buf, d.pos) {
				break
			}
			if d.pos += len(n.members[next].text); d.peek() <= ' ' {
				d.space()
			}
			d.irregular = d.irregular || d.slots[ref+next].kind() != absentValue
			v, err := d.composite(e.child, 0)
			if err != nil {
				return slot{}, err
			}
			d.slots[ref+next] = v
			next++
		}
		if d.peek() == '}' && d.pos > start {
			d.pos++
			break
		}
		if next, more, err = d.unexpected(n, ref, next, d.pos == start); err != nil {
			return slot{}, err
		}
	}
	d.up()
	return makeSlot(objectValue, ref, 0), nil
}

// newObject goes down into an object and returns its ref.
func (d *decoder) newObject(n *node) (ref int, err error) {
	if err := d.down(); err != nil {
		return 0, err
	}
	ref = len(d.slots)
	if ref+n.width > d.limit {
		return 0, d.fail("more objects than an answer of this size can have")
	}
	if ref+n.width > cap(d.slots) {
		d.grow(n.width)
	}
	d.slots = d.slots[:ref+n.width]
	clear(d.slots[ref:])
	if n.set > 0 {
		d.sets[n.set-1] = append(d.sets[n.set-1], uint32(ref))
	}
	return ref, nil
}

// unexpected reads an object's next member, whatever it is, and returns the
// entry that is expected behind it. It tells whether there was a member: if not,
// the object has ended.
func (d *decoder) unexpected(n *node, ref, next int, first bool) (after int, more bool, err error) {
	if first {
		d.pos++
	}
	at, more, err := d.member(n, next, first)
	switch {
	case err != nil || !more:
		return 0, false, err
	case at < 0:
		return next, true, d.value()
	}
	var v slot
	e := &n.entries[at]
	if e.child == nil {
		v, err = d.leaf()
		if s := &n.stretches[e.stretch]; s.span > 0 {
			d.slots[ref+int(s.span)] = slot{} // the name may come twice
		}
	} else {
		d.irregular = d.irregular || d.slots[ref+at].kind() != absentValue
		v, err = d.composite(e.child, 0)
	}
	d.slots[ref+at] = v
	return at + 1, true, err
}

// member reads up to the value of an object's next member, whatever it is. It
// returns the entry, -1 if the name was not asked for, and whether there is
// one at all: if not, the object has ended.
func (d *decoder) member(n *node, next int, first bool) (at int, more bool, err error) {
	d.space()
	if !first {
		if more, err = d.more('}'); !more {
			return 0, false, err
		}
	} else if d.peek() == '}' {
		d.pos++
		return 0, false, nil
	}
	if next < len(n.entries) && hasPrefix(d.buf[d.pos:], n.entries[next].quoted) {
		// It is as expected, but for spaces, and so are the next, most likely.
		d.spaced = true
		d.pos += len(n.entries[next].quoted)
		d.space()
		return next, true, nil
	}
	start := d.pos + 1
	if d.peek() != '"' {
		return 0, false, d.fail("a key is expected")
	}
	if err := d.string(); err != nil {
		return 0, false, err
	}
	at = n.find(d.buf[start:d.pos-1], next, d.escaped)
	return at, true, d.colon()
}

// grow makes room for more slots. How many there will be is guessed from how
// far the text has been read.
func (d *decoder) grow(more int) {
	size := len(d.slots) + more
	guess := size
	if d.pos > 4<<10 {
		guess += int(float64(size) * float64(len(d.buf)-d.pos) / float64(d.pos) * 1.05)
	} else {
		guess *= 2
	}
	guess = min(max(guess, size+size/4), max(d.limit, size))
	d.slots = append(make([]slot, 0, guess), d.slots...)
}

// leaf reads any value and keeps its range.
func (d *decoder) leaf() (slot, error) {
	start := d.pos
	c := d.peek()
	switch end := d.short(start); {
	case end > 0:
		d.pos = end
	case c == '"':
		if err := d.string(); err != nil {
			return slot{}, err
		}
	default:
		if err := d.value(); err != nil {
			return slot{}, err
		}
		if c == 'n' {
			return makeSlot(nullValue, 0, 0), nil
		}
	}
	return makeSlot(leafValue, start, d.pos-start), nil
}

// composite reads an object of shape n, a list of them, or what stands in
// their place, inside of so many lists.
func (d *decoder) composite(n *node, lists int) (slot, error) {
	switch d.peek() {
	case '{':
		if n.verbatim != nil && n.verbatim.lists == lists {
			if s, ok := d.verbatim(n.verbatim); ok {
				return s, nil
			}
		}
		if n.repeat > 0 {
			return d.repeated(n)
		}
		return d.object(n)
	case '[':
		return d.list(n, lists+1)
	default:
		s, err := d.leaf()
		if s.kind() == leafValue {
			s = makeSlot(strayValue, int(s.a), s.size())
		}
		return s, err
	}
}

// list reads the list at the cursor, which is the one given by lists from the
// outside.
func (d *decoder) list(n *node, lists int) (slot, error) {
	if err := d.down(); err != nil {
		return slot{}, err
	}
	start := d.pos
	d.pos++
	d.space()
	mark := len(d.items)
	if d.peek() == ']' {
		d.pos++
		d.up()
		return makeSlot(listValue, len(d.slots), 0), nil
	}
	isLast := n.verbatim != nil && n.verbatim.lists == lists
	if isLast && d.pos == start+1 && d.verbatimElements(n.verbatim) {
		d.up()
		return makeSlot(leafValue, start, d.pos-start), nil
	}
	for {
		v, err := d.composite(n, lists)
		if err != nil {
			return slot{}, err
		}
		d.items = append(d.items, v)
		if d.peek() == ',' {
			if d.pos++; d.peek() <= ' ' {
				d.space()
			}
			continue
		}
		more, err := d.more(']')
		if err != nil {
			return slot{}, err
		}
		if !more {
			break
		}
	}
	items := d.items[mark:]
	if isLast && d.isVerbatim(items, d.pos-start) {
		d.items = d.items[:mark]
		d.up()
		return makeSlot(leafValue, start, d.pos-start), nil
	}
	first := len(d.slots)
	if first+len(items) > cap(d.slots) {
		d.grow(len(items))
	}
	d.slots = append(d.slots, items...)
	d.items = d.items[:mark]
	d.up()
	return makeSlot(listValue, first, len(items)), nil
}
