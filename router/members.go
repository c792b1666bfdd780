package router

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strings"
)

// parameters are the values of a request's members as JSON, nil for those that
// are not there. GraphQL over HTTP, "Request Parameters".
type parameters struct {
	query, operationName, variables, extensions, documentID json.RawMessage
}

// place returns where the value of a member is kept, nil for a name that means
// nothing.
func (p *parameters) place(name []byte) *json.RawMessage {
	switch string(name) {
	case "query":
		return &p.query
	case "operationName":
		return &p.operationName
	case "variables":
		return &p.variables
	case "extensions":
		return &p.extensions
	case "documentId":
		return &p.documentID
	default:
		return nil
	}
}

// readParameters reads the members of the JSON object that is the whole of
// body, and is UTF-8. The values are parts of body. twice is a name that occurs
// more than once, "" if there is none; ok is false if body is no such object.
func readParameters(body []byte) (p parameters, twice string, ok bool) {
	s := members{text: body}
	s.space()
	ok = s.object(func(name, value []byte) {
		if bytes.IndexByte(name, '\\') >= 0 {
			name = []byte(unquote(name))
		}
		place := p.place(name)
		switch {
		case place == nil:
		case *place != nil:
			twice = string(name)
		default:
			*place = value
		}
	})
	return p, twice, ok && s.end()
}

// members passes over JSON in one go. It tells what is JSON and what is not,
// and leaves it to encoding/json to say why.
type members struct {
	text []byte
	pos  int
}

// deepest is how deeply values may nest; as in encoding/json.
const deepest = 10_000

func (s *members) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end: which is no JSON.
func (s *members) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// next passes over c if that is the next byte.
func (s *members) next(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

func (s *members) end() bool {
	s.space()
	return s.pos == len(s.text)
}

// object passes over the object at the cursor and shows visit its members: the
// name as it stands between the quotes, and the value.
func (s *members) object(visit func(name, value []byte)) bool {
	if !s.next('{') {
		return false
	}
	if s.space(); s.next('}') {
		return true
	}
	for {
		start := s.pos
		if !s.key() {
			return false
		}
		name := s.text[start+1:]
		name = name[:bytes.LastIndexByte(s.text[start+1:s.pos], '"')]
		start = s.pos
		if !s.value() {
			return false
		}
		visit(name, s.text[start:s.pos:s.pos])
		if s.space(); s.next('}') {
			return true
		}
		if !s.next(',') {
			return false
		}
		s.space()
	}
}

// key passes over a name, the colon and the space around it.
func (s *members) key() bool {
	if !s.string() {
		return false
	}
	s.space()
	if !s.next(':') {
		return false
	}
	s.space()
	return true
}

// value passes over the value at the cursor, however deep it is: what is open
// is kept as bits, 1 for an object.
func (s *members) value() bool {
	var few [2]uint64
	open := few[:] // 64 levels in each
	for depth := 0; ; {
		// A value begins here.
		switch c := s.peek(); c {
		case '{', '[':
			s.pos++
			if depth == deepest-1 { // the object around it counts
				return false
			}
			s.space()
			if s.next(c + 2) { // the closing bracket
				break
			}
			if depth/64 == len(open) {
				open = append(open, 0)
			}
			bit := uint64(1) << (depth % 64)
			open[depth/64] &^= bit
			depth++
			if c == '{' {
				open[(depth-1)/64] |= bit
				if !s.key() {
					return false
				}
			}
			continue
		default:
			if !s.scalar(c) {
				return false
			}
		}
		// It has ended; perhaps others with it.
		for {
			if depth == 0 {
				return true
			}
			isObject := open[(depth-1)/64]&(1<<((depth-1)%64)) != 0
			s.space()
			if s.next(',') {
				if s.space(); isObject && !s.key() {
					return false
				}
				break
			}
			closing := byte(']')
			if isObject {
				closing = '}'
			}
			if !s.next(closing) {
				return false
			}
			depth--
		}
	}
}

// scalar passes over a value that begins with c and is no object or list.
func (s *members) scalar(c byte) bool {
	switch c {
	case '"':
		return s.string()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.number()
	}
}

func (s *members) word(w string) bool {
	if len(s.text)-s.pos < len(w) || string(s.text[s.pos:s.pos+len(w)]) != w {
		return false
	}
	s.pos += len(w)
	return true
}

// number passes over a number. RFC 8259, "Numbers".
func (s *members) number() bool {
	s.next('-')
	if !s.next('0') && !s.digits() {
		return false
	}
	if s.next('.') && !s.digits() {
		return false
	}
	if s.next('e') || s.next('E') {
		if !s.next('+') {
			s.next('-')
		}
		return s.digits()
	}
	return true
}

func (s *members) digits() bool {
	start := s.pos
	for s.pos < len(s.text) && '0' <= s.text[s.pos] && s.text[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// string passes over a string, eight bytes at a time.
func (s *members) string() bool {
	if !s.next('"') {
		return false
	}
	for {
		for s.pos+8 <= len(s.text) {
			found := special(binary.LittleEndian.Uint64(s.text[s.pos:]))
			if found != 0 {
				s.pos += bits.TrailingZeros64(found) / 8
				break
			}
			s.pos += 8
		}
		switch c := s.peek(); {
		case c == '"':
			s.pos++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		case c < ' ': // or the end
			return false
		default:
			s.pos++
		}
	}
}

// special returns a word whose lowest marked byte is that of the first quote,
// backslash or control character in w; 0 if there is none. A borrow can only
// mark bytes above the first one wrongly.
func special(w uint64) uint64 {
	const low, high = 0x0101010101010101, 0x8080808080808080
	quote := w ^ low*'"'
	slash := w ^ low*'\\'
	return (((quote - low) &^ quote) | ((slash - low) &^ slash) | ((w - low*' ') &^ w)) & high
}

// escape passes over the escape at the cursor.
func (s *members) escape() bool {
	s.pos++
	c := s.peek()
	s.pos++
	if c != 'u' {
		return bytes.IndexByte([]byte(`"\/bfnrt`), c) >= 0
	}
	for range 4 {
		if !isHex(s.peek()) {
			return false
		}
		s.pos++
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// unquote returns the text of a JSON string without its quotes, which is valid.
// Half a surrogate pair is U+FFFD, as for encoding/json.
func unquote(raw []byte) string {
	slash := bytes.IndexByte(raw, '\\')
	if slash < 0 {
		return string(raw)
	}
	var out strings.Builder
	out.Grow(len(raw))
	for slash >= 0 {
		out.Write(raw[:slash])
		if raw[slash+1] == 'u' {
			out.WriteString(decodeString(raw[slash:]))
			return out.String()
		}
		out.WriteByte(unescaped[raw[slash+1]])
		raw = raw[slash+2:]
		slash = bytes.IndexByte(raw, '\\')
	}
	out.Write(raw)
	return out.String()
}

// unescaped are the bytes that stand for others behind a backslash.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// decodeString is unquote by encoding/json.
func decodeString(raw []byte) string {
	var s string
	quoted := append(append([]byte{'"'}, raw...), '"')
	if err := json.Unmarshal(quoted, &s); err != nil {
		panic("router: string that was passed over is not JSON: " + err.Error())
	}
	return s
}
