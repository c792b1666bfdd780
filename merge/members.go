package merge

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A member is what is expected at a place in an object: a name, and what its
// value may be.
type member struct {
	literal // the name with the colon behind it, and the comma or brace before it

	// inside is how much of the literal is the value, for a value that is known.
	inside int32

	// kinds of values that are taken as they are. What is neither of a kind nor
	// taken for sure, such as a list, is left to the field; without a field
	// anything is taken.
	kinds valueKinds
	enum  bool // the field is one
	field *field
}

// valueKinds are sets of kinds of JSON values, as far as they are told apart in
// passing.
type valueKinds uint8

const (
	stringKind  valueKinds = 1 << iota
	integerKind            // of nine digits at most
	decimalKind            // without an exponent
	booleanKind
	nullKind

	anyKind valueKinds = 1<<iota - 1
)

// setMembers makes the members of the entries, which take any value, and the
// stretches of them.
func (n *node) setMembers() {
	n.members = make([]member, len(n.entries))
	for i := range n.entries {
		n.entries[i].quoted = `"` + n.entries[i].key + `":`
		n.members[i] = n.member(i, "")
	}
	n.setStretches()
}

// member returns the member of an entry, with the value that is expected if that
// is known.
func (n *node) member(entry int, value string) member {
	before := ","
	if entry == 0 {
		before = "{"
	}
	return member{literal: newLiteral(before + n.entries[entry].quoted + value), inside: int32(len(value)), kinds: anyKind}
}

// fieldMember returns the member of an entry with the value as it is wanted for
// a field of a type.
func (n *node) fieldMember(entry int, t *objectType, f *field) member {
	if f.kind == typenameField {
		return n.member(entry, t.quoted)
	}
	m := n.member(entry, "")
	m.kinds, m.field, m.enum = kindsOf(f), f, f.enum != nil
	return m
}

// kindsOf returns the kinds that all values of the field's type are of.
func kindsOf(f *field) valueKinds {
	if len(f.elements) > 0 {
		if f.nonNull {
			return 0
		}
		return nullKind
	}
	kinds := [...]valueKinds{
		anyScalar:     anyKind &^ nullKind,
		intScalar:     integerKind,
		floatScalar:   integerKind | decimalKind,
		stringScalar:  stringKind,
		booleanScalar: booleanKind,
		idScalar:      stringKind | integerKind,
		enumScalar:    stringKind,
	}[f.scalar]
	if !f.nonNull {
		kinds |= nullKind
	}
	return kinds
}

// leaves reads the members that are there as expected, one directly after the
// other, and returns how many. Their values go to slots, as far as there are
// slots. Behind the last there may be anything.
func (d *decoder) leaves(members []member, slots []slot) int {
	k := 0
	for {
		if k = d.quickLeaves(members, slots, k); k == len(members) {
			return k
		}
		start, s, ok := d.oneLeaf(&members[k])
		if !ok {
			return k
		}
		if k < len(slots) {
			slots[k] = makeSlot(s, start, d.pos-start)
		}
		k++
	}
}

// ahead is how much of the text behind a name is looked at without a call.
const ahead = 24

// quickLeaves reads members from k on, and returns the first that it has not
// read: what needs a second look is left to oneLeaf.
//
// Most of an answer is read here. There is no call for what is common, names of
// 24 bytes, short strings without escapes, short numbers, so that everything
// stays in registers.
func (d *decoder) quickLeaves(members []member, slots []slot, k int) int {
	plain := d.plain()
	buf, i := d.buf[:len(d.buf):len(d.buf)], d.pos
loop:
	for ; k < len(members); k++ {
		m := &members[k]
		start := i + len(m.text)
		if start+ahead > len(buf) {
			break
		}
		name := (*[16]byte)(buf[i : i+16 : i+16])
		if (binary.LittleEndian.Uint64(name[:8])^m.low)&m.lowMask|(binary.LittleEndian.Uint64(name[8:])^m.high)&m.highMask != 0 {
			break
		}
		if len(m.text) > 16 && (len(m.text) > 24 || binary.LittleEndian.Uint64(buf[start-8:start:start]) != m.last) {
			break
		}
		value := (*[ahead]byte)(buf[start : start+ahead : start+ahead])
		w := binary.LittleEndian.Uint64(value[:8])
		var end int
		var kind valueKinds
		stored := leafValue
		switch c := byte(w); {
		case m.inside > 0:
			start, end, kind = start-int(m.inside), start, m.kinds
		case c == '"':
			if marks := quotes(w | 0xff); marks != 0 { // but for the first
				end = start + bits.TrailingZeros64(marks)/8 + 1
			} else if marks = quotes(binary.LittleEndian.Uint64(value[8:16])); marks != 0 {
				end = start + 8 + bits.TrailingZeros64(marks)/8 + 1
			} else if marks = quotes(binary.LittleEndian.Uint64(value[16:24])); marks != 0 {
				end = start + 16 + bits.TrailingZeros64(marks)/8 + 1
			} else if n := bytes.IndexByte(buf[start+ahead:], '"'); n >= 0 {
				end = start + ahead + n + 1
			} else {
				break loop
			}
			if end > plain || m.enum && !isAmong(m.field.values, end-start, w, binary.LittleEndian.Uint64(value[8:16])) {
				break loop
			}
			kind = stringKind
		case isDigit(c):
			// See quickNumber.
			w ^= lowBits * '0'
			marks := (w + lowBits*(0x80-10) | w) & highBits
			n := bits.TrailingZeros64(marks) / 8
			if marks == 0 || n > 1 && byte(w) == 0 {
				break loop
			}
			kind = integerKind
			if byte(w>>(8*n&63)) == '.'^'0' {
				begin := n + 1
				marks &= marks - 1
				n, kind = bits.TrailingZeros64(marks)/8, decimalKind
				if marks == 0 || n == begin {
					break loop
				}
			}
			if c := byte(w >> (8 * n & 63)); c != ','^'0' && c != '}'^'0' {
				break loop
			}
			end = start + n
		case uint32(w) == wordNull:
			end, kind, stored = start+len("null"), nullKind, nullValue
		case uint32(w) == wordTrue:
			end, kind = start+len("true"), booleanKind
		case w&(1<<40-1) == wordFalse:
			end, kind = start+len("false"), booleanKind
		default:
			break loop
		}
		if kind&m.kinds == 0 {
			break
		}
		if k < len(slots) {
			slots[k] = slot{a: uint32(start), b: uint32(end-start)<<3 | uint32(stored)}
		}
		i = end
	}
	d.pos = i
	return k
}

// isAmong tells whether one of the literals is so long, and no longer than 16
// bytes, and is at the beginning of the text with these words.
func isAmong(literals []literal, length int, low, high uint64) bool {
	for i := range literals {
		l := &literals[i]
		if len(l.text) == length && length <= 16 && (low^l.low)&l.lowMask|(high^l.high)&l.highMask == 0 {
			return true
		}
	}
	return false
}

// Words of JSON.
const (
	wordNull  = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	wordTrue  = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	wordFalse = 'f' | 'a'<<8 | 'l'<<16 | 's'<<24 | 'e'<<32
)

// quotes returns a word whose lowest marked byte is that of the first quote in
// w; 0 if there is none.
func quotes(w uint64) uint64 {
	w ^= lowBits * '"'
	return (w - lowBits) &^ w & highBits
}

// oneLeaf reads one member if it is there as expected. It returns where the
// value begins and how it is kept.
func (d *decoder) oneLeaf(m *member) (start int, stored kind, ok bool) {
	buf := d.buf
	if !m.isAt(buf, d.pos) {
		return 0, 0, false
	}
	if start = d.pos + len(m.text); start >= len(buf) {
		return 0, 0, false
	}
	end, kind := 0, valueKinds(0)
	stored = leafValue
	switch c := buf[start]; {
	case m.inside > 0:
		start, end, kind = start-int(m.inside), start, m.kinds
	case c == '"':
		if n := bytes.IndexByte(buf[start+1:], '"'); n >= 0 {
			if end, kind = start+n+2, stringKind; end > d.plain() {
				kind = 0
			}
		}
	case isDigit(c) || c == '-':
		end, kind = quickNumber(buf, start)
	case hasPrefix(buf[start:], "null"):
		end, kind, stored = start+4, nullKind, nullValue
	case hasPrefix(buf[start:], "true"):
		end, kind = start+4, booleanKind
	case hasPrefix(buf[start:], "false"):
		end, kind = start+5, booleanKind
	}
	switch {
	case kind == 0:
		at := d.pos
		if d.pos = start; !d.other(m) {
			d.pos = at
			return 0, 0, false
		}
		return start, stored, true
	case kind&m.kinds == 0, kind == stringKind && m.enum && !m.field.isVisible(buf, start, end):
		return 0, 0, false
	}
	d.pos = end
	return start, stored, true
}

// quickNumber returns the end and the kind of the number at i, 0 if it needs a
// second look. Most numbers are in one word, together with what follows.
func quickNumber(buf []byte, i int) (end int, kind valueKinds) {
	if buf[i] == '-' {
		i++
	}
	if i+8 > len(buf) {
		return 0, 0
	}
	// Digits become bytes from 0 to 9, which keep their high bit clear when so
	// much is added that the next would not. A carry from a byte beyond ASCII
	// can only be above the end of the number.
	w := binary.LittleEndian.Uint64(buf[i:]) ^ lowBits*'0'
	marks := (w + lowBits*(0x80-10) | w) & highBits
	if marks == 0 {
		return longNumber(buf, i)
	}
	n := bits.TrailingZeros64(marks) / 8
	if n == 0 || n > 1 && byte(w) == 0 {
		return 0, 0
	}
	kind = integerKind
	if byte(w>>(8*n&63)) == '.'^'0' {
		begin := n + 1
		if marks &= marks - 1; marks == 0 {
			return longNumber(buf, i)
		}
		if n = bits.TrailingZeros64(marks) / 8; n == begin {
			return 0, 0
		}
		kind = decimalKind
	}
	if c := byte(w >> (8 * n & 63)); c != ','^'0' && c != '}'^'0' {
		return 0, 0
	}
	return i + n, kind
}

// longNumber is quickNumber for digits, maybe with a fraction, of any length.
func longNumber(buf []byte, i int) (end int, kind valueKinds) {
	if end = afterDigits(buf, i); end > i+1 && buf[i] == '0' || end == len(buf) {
		return 0, 0
	}
	if kind = integerKind; buf[end] == '.' {
		begin := end + 1
		if end, kind = afterDigits(buf, begin), decimalKind; end == begin || end == len(buf) {
			return 0, 0
		}
	} else if end-i > surelyInt32 {
		return 0, 0
	}
	if c := buf[end]; c != ',' && c != '}' {
		return 0, 0
	}
	return end, kind
}

// afterDigits returns the end of the digits at i.
func afterDigits(buf []byte, i int) int {
	for i < len(buf) && isDigit(buf[i]) {
		i++
	}
	return i
}

// other reads the value at the cursor if the member takes it though it is not
// of its kinds, or not surely. If not, nothing has been read.
func (d *decoder) other(m *member) bool {
	if d.peek() <= ' ' {
		return false
	}
	start := d.cursor
	if m.field != nil && d.fits(m.field, 0) || m.field == nil && d.skip() {
		return true
	}
	d.cursor = start
	return false
}

// skip reads a value if there is one at the cursor.
func (d *decoder) skip() bool {
	c := d.peek()
	return (c == '"' || c == '[' || c == '{' || c == '-' || isDigit(c) || c == 't' || c == 'f') && d.value() == nil
}

// fits reads the value of a leaf, or an element at a list level of it, if it is
// written as it is.
func (d *decoder) fits(f *field, level int) bool {
	c := d.peek()
	switch {
	case c == 'n':
		return f.isNullable(level) && d.literal("null") == nil
	case level < len(f.elements):
		return c == '[' && d.fittingList(f, level)
	}
	start := d.pos
	if !d.skip() {
		return false
	}
	return f.scalar.accepts(d.buf[start:d.pos]) && (f.enum == nil || f.isVisible(d.buf, start, d.pos))
}

func (d *decoder) fittingList(f *field, level int) bool {
	if d.down() != nil {
		return false
	}
	d.pos++
	if d.peek() == ']' {
		d.pos++
		d.up()
		return true
	}
	for d.fits(f, level+1) {
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			d.up()
			return true
		default:
			return false
		}
	}
	return false
}
