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
	m.kinds, m.field = kindsOf(f), f
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

// wordwise is how much of a string is looked at word by word, before the end is
// looked for with what is faster, but not at once.
const wordwise = 24

// leaves reads the members that are there as expected, one directly after the
// other, and returns how many. Their values go to slots, as far as there are
// slots. Behind the last there may be anything.
//
// Most of an answer is read here, so that there are no calls for what is common:
// names of 16 bytes, short strings without escapes, short numbers.
func (d *decoder) leaves(members []member, slots []slot) int {
	buf, i, plain := d.buf, d.pos, d.plain()
	k := 0
	for ; k < len(members); k++ {
		m := &members[k]
		if i+16 <= len(buf) {
			p := (*[16]byte)(buf[i:])
			if (binary.LittleEndian.Uint64(p[:8])^m.low)&m.lowMask|(binary.LittleEndian.Uint64(p[8:])^m.high)&m.highMask != 0 {
				break
			}
			if len(m.text) > 16 && !hasPrefix(buf[i+16:], m.text[16:]) {
				break
			}
		} else if !hasPrefix(buf[i:], m.text) {
			break
		}
		start := i + len(m.text)
		if start >= len(buf) {
			break
		}
		end, kind, stored := 0, valueKinds(0), leafValue
		switch c := buf[start]; {
		case m.inside > 0:
			start, end, kind = start-int(m.inside), start, m.kinds
		case c == '"':
			at := start + 1
			for at+8 <= len(buf) && at < start+wordwise {
				w := binary.LittleEndian.Uint64(buf[at:]) ^ lowBits*'"'
				if w = (w - lowBits) &^ w & highBits; w != 0 {
					end, kind = at+bits.TrailingZeros64(w)/8+1, stringKind
					break
				}
				at += 8
			}
			if end == 0 {
				if n := bytes.IndexByte(buf[at:], '"'); n >= 0 {
					end, kind = at+n+1, stringKind
				}
			}
			if end > plain {
				kind = 0
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
		if kind == 0 {
			if d.pos = start; !d.other(m) {
				break
			}
			end, buf, plain = d.pos, d.buf, d.plain()
		} else if kind&m.kinds == 0 || kind == stringKind && m.field != nil && m.field.enum != nil && !m.field.isVisible(buf, start, end) {
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
