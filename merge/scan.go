package merge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// maxDepth is how deeply objects and lists may nest in a subgraph's answer,
// custom scalars included.
const maxDepth = 1000

// A MalformedError says why a subgraph's answer is not JSON, or not a GraphQL
// response.
type MalformedError struct {
	// Offset in bytes of the place, counted from 0; -1 if it is the answer as
	// a whole.
	Offset int
	// Reason in a few words, without any of the answer's text.
	Reason string
}

// Error returns the reason and the place.
func (e *MalformedError) Error() string {
	if e.Offset < 0 {
		return e.Reason
	}
	return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset)
}

// A scanner walks over one JSON text and checks all of it: grammar, escapes,
// control characters, depth. Raw ranges of what it has passed may be copied
// into another JSON text.
//
// Invariant: buf is valid UTF-8, see newScanner.
type scanner struct {
	buf []byte
	cursor

	// owned says that buf is a copy made by patch.
	owned bool

	// escaped says that the string that was read last holds an escape.
	escaped bool
}

// A cursor is a place in the text. Whoever goes back to one has to take it as a
// whole.
type cursor struct {
	pos   int
	depth int

	// slash and control are where the next backslash and the next control
	// character are, or how far they have been looked for, if that is not before
	// pos. clean is the first of them.
	slash, control, clean int
}

// newScanner returns a scanner at the start of text. Bytes that are not UTF-8
// are replaced with U+FFFD, in a copy: the text may be shared, and one bad
// byte in one product's name is no reason to lose the whole answer. A byte
// order mark is passed over.
func newScanner(text []byte) scanner {
	plain := plainUntil(text)
	if !utf8.Valid(text[plain:]) {
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	s := scanner{buf: text, cursor: cursor{slash: -1, control: -1, clean: -1}}
	if plain == len(text) {
		s.control = plain
	}
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		s.pos = len("\uFEFF")
	}
	return s
}

// plainScanner returns a scanner at the start of a text that is taken for plain:
// that there are neither control characters nor bytes beyond ASCII is for others
// to make sure of.
func plainScanner(text []byte) scanner {
	return scanner{buf: text, cursor: cursor{slash: -1, control: len(text), clean: -1}}
}

func (s *scanner) fail(reason string) error {
	if s.pos >= len(s.buf) {
		reason = "unexpected end of JSON"
	}
	return &MalformedError{Offset: s.pos, Reason: reason}
}

// peek returns the byte at the cursor, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.buf) {
		return s.buf[s.pos]
	}
	return 0
}

// space passes over white space.
func (s *scanner) space() {
	for s.pos < len(s.buf) {
		switch s.buf[s.pos] {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}

// value passes over one value that starts at the cursor.
func (s *scanner) value() error {
	switch c := s.peek(); c {
	case '"':
		return s.string()
	case '{':
		return s.skipObject()
	case '[':
		return s.skipList()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c == '-' || isDigit(c) {
			return s.number()
		}
		return s.fail("a value is expected")
	}
}

func (s *scanner) literal(word string) error {
	if !hasPrefix(s.buf[s.pos:], word) {
		return s.fail("a value is expected")
	}
	s.pos += len(word)
	return nil
}

// down counts one level of nesting; up undoes it.
func (s *scanner) down() error {
	if s.depth++; s.depth > maxDepth {
		return s.fail("objects and lists are nested too deeply")
	}
	return nil
}

func (s *scanner) up() { s.depth-- }

func (s *scanner) skipObject() error {
	if err := s.down(); err != nil {
		return err
	}
	s.pos++
	s.space()
	if s.peek() == '}' {
		s.pos++
		s.up()
		return nil
	}
	for {
		if err := s.key(); err != nil {
			return err
		}
		if err := s.value(); err != nil {
			return err
		}
		more, err := s.more('}')
		if err != nil {
			return err
		}
		if !more {
			s.up()
			return nil
		}
	}
}

func (s *scanner) skipList() error {
	if err := s.down(); err != nil {
		return err
	}
	s.pos++
	s.space()
	if s.peek() == ']' {
		s.pos++
		s.up()
		return nil
	}
	for {
		if err := s.value(); err != nil {
			return err
		}
		more, err := s.more(']')
		if err != nil {
			return err
		}
		if !more {
			s.up()
			return nil
		}
	}
}

// key passes over an object's key, the colon and the space around it.
func (s *scanner) key() error {
	if s.peek() != '"' {
		return s.fail("a key is expected")
	}
	if err := s.string(); err != nil {
		return err
	}
	return s.colon()
}

// colon passes over the colon after a key and the space around it.
func (s *scanner) colon() error {
	s.space()
	if s.peek() != ':' {
		return s.fail("a colon is expected")
	}
	s.pos++
	s.space()
	return nil
}

// more passes over what follows an element of an object or list: a comma, in
// which case there are more, or the closing byte.
func (s *scanner) more(closing byte) (bool, error) {
	s.space()
	switch s.peek() {
	case ',':
		s.pos++
		s.space()
		return true, nil
	case closing:
		s.pos++
		return false, nil
	default:
		return false, s.fail("a comma or the closing bracket is expected")
	}
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// special returns a word whose lowest marked byte is that of the first quote,
// backslash or control character in w; 0 if there is none. A borrow can only
// mark bytes above the first one wrongly.
func special(w uint64) uint64 {
	quote := w ^ lowBits*'"'
	slash := w ^ lowBits*'\\'
	return (((quote - lowBits) &^ quote) | ((slash - lowBits) &^ slash) | ((w - lowBits*' ') &^ w)) & highBits
}

// string passes over the string whose opening quote is at the cursor and sets
// escaped. Short ones are read eight bytes at a time. Of long ones the end is
// looked for, which is faster, and then whether the next backslash and the next
// control character lie beyond it.
func (s *scanner) string() error {
	s.escaped = false
	i := s.pos + 1
	for n := 0; n < 2; n++ {
		if i+8 > len(s.buf) {
			return s.rest(i)
		}
		found := special(binary.LittleEndian.Uint64(s.buf[i:]))
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) / 8
		if s.buf[i] != '"' {
			return s.rest(i)
		}
		s.pos = i + 1
		return nil
	}
	end := bytes.IndexByte(s.buf[i:], '"')
	if end < 0 {
		return s.rest(i)
	}
	end += i
	s.pos = i
	if s.plain() < end {
		return s.rest(i)
	}
	s.pos = end + 1
	return nil
}

// plain returns up to where there is neither a backslash nor a control character
// from the cursor on, as far as that is known.
func (s *scanner) plain() int {
	if s.clean < s.pos {
		s.look()
	}
	return s.clean
}

// slashWindow is how far ahead backslashes are looked for: what repeats is passed
// over without a look.
const slashWindow = 16 << 10

// look finds out what is behind the cursor. Either of the two is looked for only
// when it has been passed, or a text full of the one would be searched for the
// other again and again.
func (s *scanner) look() {
	if s.slash < s.pos {
		s.slash = min(s.pos+slashWindow, len(s.buf))
		if at := bytes.IndexByte(s.buf[s.pos:s.slash], '\\'); at >= 0 {
			s.slash = s.pos + at
		}
	}
	if s.control < s.pos {
		s.control = nextControl(s.buf, s.pos)
	}
	s.clean = min(s.slash, s.control)
}

// plainUntil returns how much of text has neither control characters nor bytes
// beyond ASCII, or a few bytes less.
func plainUntil(text []byte) int {
	i := 0
	for ; i+128 <= len(text); i += 128 {
		p := (*[128]byte)(text[i:])
		if (odd((*[32]byte)(p[0:]))|odd((*[32]byte)(p[32:]))|odd((*[32]byte)(p[64:]))|odd((*[32]byte)(p[96:])))&highBits != 0 {
			return i
		}
	}
	for ; i+32 <= len(text); i += 32 {
		if odd((*[32]byte)(text[i:]))&highBits != 0 {
			return i
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] < 0x80 {
		i++
	}
	return i
}

// odd returns a word with a high bit if there is a control character or a byte
// beyond ASCII: a byte from 0x20 to 0x7f keeps its high bit clear both ways.
func odd(p *[32]byte) uint64 {
	a, b := binary.LittleEndian.Uint64(p[0:]), binary.LittleEndian.Uint64(p[8:])
	c, d := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	return a | b | c | d | (a - lowBits*' ') | (b - lowBits*' ') | (c - lowBits*' ') | (d - lowBits*' ')
}

// short returns the end of the string at i if it is there and ends within eight
// bytes, without anything that needs a second look; otherwise 0.
func (s *scanner) short(i int) int {
	if i+9 > len(s.buf) || s.buf[i] != '"' {
		return 0
	}
	found := special(binary.LittleEndian.Uint64(s.buf[i+1:]))
	if found == 0 {
		return 0
	}
	if i += 1 + bits.TrailingZeros64(found)/8; s.buf[i] != '"' {
		return 0
	}
	s.escaped = false
	return i + 1
}

// nextControl returns the place of the first control character from i on, or
// the length of buf.
func nextControl(buf []byte, i int) int {
	for ; i+32 <= len(buf); i += 32 {
		p := (*[32]byte)(buf[i:])
		a, b := binary.LittleEndian.Uint64(p[0:]), binary.LittleEndian.Uint64(p[8:])
		c, d := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
		if ((a-lowBits*' ')&^a|(b-lowBits*' ')&^b|(c-lowBits*' ')&^c|(d-lowBits*' ')&^d)&highBits != 0 {
			break
		}
	}
	for i < len(buf) && buf[i] >= ' ' {
		i++
	}
	return i
}

// rest passes over the rest of a string from i on.
func (s *scanner) rest(i int) error {
	buf := s.buf
	for {
		for i+8 <= len(buf) {
			found := special(binary.LittleEndian.Uint64(buf[i:]))
			if found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		for i < len(buf) && buf[i] != '"' && buf[i] != '\\' && buf[i] >= ' ' {
			i++
		}
		s.pos = i
		switch {
		case i == len(buf):
			return s.fail("")
		case buf[i] == '"':
			s.pos++
			return nil
		case buf[i] != '\\':
			return s.fail("a control character in a string")
		}
		s.escaped = true
		if err := s.escape(); err != nil {
			return err
		}
		buf, i = s.buf, s.pos
	}
}

// escape passes over the escape at the cursor. Half a surrogate pair is
// replaced with U+FFFD: JSON's grammar allows it, but many parsers refuse a
// whole response over it.
func (s *scanner) escape() error {
	if s.pos+1 >= len(s.buf) {
		s.pos = len(s.buf)
		return s.fail("")
	}
	switch s.buf[s.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos += 2
		return nil
	case 'u':
	default:
		return s.fail("an unknown escape in a string")
	}
	r, ok := unicodeEscape(s.buf[s.pos:])
	if !ok {
		return s.fail("an incomplete escape in a string")
	}
	if r < 0xD800 || r > 0xDFFF {
		s.pos += 6
		return nil
	}
	if r < 0xDC00 {
		if low, ok := unicodeEscape(s.buf[s.pos+6:]); ok && low >= 0xDC00 && low <= 0xDFFF {
			s.pos += 12
			return nil
		}
	}
	s.patch(`\ufffd`)
	s.pos += 6
	return nil
}

// patch overwrites the bytes at the cursor. The text it was given stays as it
// is: somebody else may read it too.
func (s *scanner) patch(with string) {
	if !s.owned {
		s.buf, s.owned = bytes.Clone(s.buf), true
	}
	copy(s.buf[s.pos:], with)
}

// unicodeEscape reads \uXXXX at the start of b.
func unicodeEscape(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case isDigit(c):
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number passes over a number.
func (s *scanner) number() error {
	if end := s.integer(s.pos); end > 0 {
		s.pos = end
		return nil
	}
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.fail("a digit is expected")
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return s.fail("a digit is expected")
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.fail("a digit is expected")
		}
	}
	return nil
}

// integer returns the end of the number at i if it is there, has no more than
// digits, and is followed by what ends a value; otherwise 0.
func (s *scanner) integer(i int) int {
	buf := s.buf
	if i >= len(buf) || buf[i]-'1' > 8 {
		return 0 // 0 and signs need a second look
	}
	for i++; i < len(buf); i++ {
		if c := buf[i]; !isDigit(c) {
			if c == ',' || c == '}' || c == ']' {
				return i
			}
			return 0
		}
	}
	return 0
}

// digits passes over digits and tells whether there was one.
func (s *scanner) digits() bool {
	start := s.pos
	s.pos = afterDigits(s.buf, start)
	return s.pos > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
