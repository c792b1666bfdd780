package operation

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// A cursor reads JSON that is known to be valid, so it checks nothing. Input
// bytes are never copied: what it returns are parts of text.
type cursor struct {
	text []byte
	at   int
}

// peek skips white space and returns the first byte of what follows.
func (c *cursor) peek() byte {
	for {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\n', '\r':
			c.at++
		default:
			return b
		}
	}
}

// value skips one value and returns it, without the white space around it.
func (c *cursor) value() []byte {
	c.peek()
	start := c.at
	depth := 0
	for {
		switch c.peek() {
		case '"':
			c.string()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		case ',', ':':
			c.at++
			continue // never the end of a value
		default: // number, true, false or null
			for c.at < len(c.text) && bytes.IndexByte(endOfWord, c.text[c.at]) < 0 {
				c.at++
			}
		}
		if depth == 0 {
			return c.text[start:c.at]
		}
	}
}

var endOfWord = []byte(",]} \t\n\r")

// string skips one string and returns it with its quotes.
func (c *cursor) string() []byte {
	start := c.at
	c.at++
	for {
		switch c.text[c.at] {
		case '\\':
			c.at += 2
		case '"':
			c.at++
			return c.text[start:c.at]
		default:
			c.at++
		}
	}
}

// more reports whether there is another element or member before the closing
// bracket, and moves to it or behind the bracket. first is true before the
// first one; then the cursor is at the opening bracket.
func (c *cursor) more(first bool) bool {
	if first {
		c.at++ // the opening bracket
		if b := c.peek(); b != ']' && b != '}' {
			return true
		}
	} else if c.peek() == ',' {
		c.at++
		c.peek()
		return true
	}
	c.at++ // the closing bracket
	return false
}

// key skips the name of a member and its colon, and returns the name.
func (c *cursor) key() string {
	c.peek()
	name := unquote(c.string())
	c.peek()
	c.at++ // the colon
	c.peek()
	return name
}

// unquote decodes a valid JSON string.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		panic("operation: unquote: " + err.Error())
	}
	return s
}

// jsonDepth returns how deep lists and objects nest in text, which need not be
// valid.
func jsonDepth(text []byte) int {
	depth, deepest := 0, 0
	inString := false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case inString:
			switch b {
			case '\\':
				i++
			case '"':
				inString = false
			}
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return deepest
}

// appendQuoted appends s as a JSON string. Only what must be is escaped, and
// bytes that are not UTF-8 become U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&0xf])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
