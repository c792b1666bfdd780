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

	errors answerErrors
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
	d := decoder{scanner: newScanner(body)}
	if len(d.buf) > maxSize { // replacing bytes has made it longer
		return nil, &MalformedError{Offset: -1, Reason: fmt.Sprintf("an answer of more than %d bytes", maxSize)}
	}
	d.limit = spareSlots + slotsPerByte*len(d.buf)
	a, ok := f.answers.Get().(*Answer)
	if !ok {
		a = &Answer{fetch: f}
	}
	if cap(a.slots) == 0 {
		a.slots = make([]slot, 0, 16+min(len(d.buf)/32, firstSlots))
	}
	d.slots, d.items = append(a.slots[:0], slot{}), a.items[:0] // slot 0 is nobody's
	err := d.response(f.shape, a)
	a.buf, a.slots, a.items = d.buf, d.slots, d.items
	if err != nil {
		a.release()
		return nil, err
	}
	return a, nil
}

// firstSlots is for how many slots there is memory before it is known how
// densely an answer is packed.
const firstSlots = 1 << 10

type decoder struct {
	scanner
	slots []slot
	limit int
	items []slot // see Answer
}

// response reads the whole text.
func (d *decoder) response(shape *node, a *Answer) error {
	d.space()
	if d.peek() != '{' {
		return d.fail("an object is expected")
	}
	if err := d.down(); err != nil {
		return err
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
				return err
			}
			switch string(key) {
			case "data":
				members.data, err = d.composite(shape)
			case "errors":
				members.errors, err = d.leaf()
			default:
				err = d.value()
			}
			if err != nil {
				return err
			}
			if more, err = d.more('}'); err != nil {
				return err
			}
		}
	}
	d.space()
	if d.pos < len(d.buf) {
		return d.fail("nothing may follow the answer")
	}
	if members.data.kind() == absentValue && members.errors.kind() == absentValue {
		return &MalformedError{Offset: -1, Reason: `neither "data" nor "errors" in the answer`}
	}
	switch members.data.kind() {
	case absentValue, nullValue:
	case objectValue:
		a.root = members.data.a
	default:
		return &MalformedError{Offset: -1, Reason: `"data" is neither an object nor null`}
	}
	if members.errors.isValue() {
		a.errors = decodeErrors(members.errors.raw(d.buf))
	}
	return nil
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
	if err := d.down(); err != nil {
		return slot{}, err
	}
	ref := len(d.slots)
	if ref+n.width > d.limit {
		return slot{}, d.fail("more objects than an answer of this size can have")
	}
	d.slots = append(d.slots, make([]slot, n.width)...)
	d.pos++
	d.space()
	if d.peek() == '}' {
		d.pos++
		d.up()
		return makeSlot(objectValue, ref, 0), nil
	}
	for next := 0; ; {
		// A subgraph answers in the order it was asked.
		at := -1
		if next < len(n.entries) && hasPrefix(d.buf[d.pos:], n.entries[next].quoted) {
			at = next
			d.pos += len(n.entries[next].quoted)
		} else {
			start := d.pos + 1
			if d.peek() != '"' {
				return slot{}, d.fail("a key is expected")
			}
			if err := d.string(); err != nil {
				return slot{}, err
			}
			at = n.find(d.buf[start:d.pos-1], next, d.escaped)
		}
		if err := d.colon(); err != nil {
			return slot{}, err
		}
		if at < 0 {
			if err := d.value(); err != nil {
				return slot{}, err
			}
		} else {
			var (
				v   slot
				err error
			)
			if child := n.entries[at].child; child == nil {
				v, err = d.leaf()
			} else {
				v, err = d.composite(child)
			}
			if err != nil {
				return slot{}, err
			}
			d.slots[ref+at] = v
			next = at + 1
		}
		more, err := d.more('}')
		if err != nil {
			return slot{}, err
		}
		if !more {
			d.up()
			return makeSlot(objectValue, ref, 0), nil
		}
	}
}

// leaf reads any value and keeps its range.
func (d *decoder) leaf() (slot, error) {
	start := d.pos
	isNull := d.peek() == 'n'
	if err := d.value(); err != nil {
		return slot{}, err
	}
	if isNull {
		return makeSlot(nullValue, 0, 0), nil
	}
	return makeSlot(leafValue, start, d.pos-start), nil
}

// composite reads an object of shape n, a list of them, or what stands in
// their place.
func (d *decoder) composite(n *node) (slot, error) {
	switch d.peek() {
	case '{':
		return d.object(n)
	case '[':
		return d.list(n)
	default:
		s, err := d.leaf()
		if s.kind() == leafValue {
			s = makeSlot(strayValue, int(s.a), s.size())
		}
		return s, err
	}
}

func (d *decoder) list(n *node) (slot, error) {
	if err := d.down(); err != nil {
		return slot{}, err
	}
	d.pos++
	d.space()
	mark := len(d.items)
	if d.peek() == ']' {
		d.pos++
		d.up()
		return makeSlot(listValue, len(d.slots), 0), nil
	}
	for {
		v, err := d.composite(n)
		if err != nil {
			return slot{}, err
		}
		d.items = append(d.items, v)
		more, err := d.more(']')
		if err != nil {
			return slot{}, err
		}
		if !more {
			break
		}
	}
	items := d.items[mark:]
	first := len(d.slots)
	d.slots = append(d.slots, items...)
	d.items = d.items[:mark]
	d.up()
	return makeSlot(listValue, first, len(items)), nil
}
