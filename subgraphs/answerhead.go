package subgraphs

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
)

// An answerHead is the head of an answer and what it says about the body.
type answerHead struct {
	status int
	header http.Header

	// length of the body; -1 if it goes on until the connection ends. digits is
	// how many it was written with.
	length  int64
	digits  int
	chunked bool

	// keep tells whether the connection outlives the answer.
	keep bool
}

var errHeadTooLarge = errors.New("answer has a head larger than 256 KiB")

// malformed is an answer that is not HTTP/1.1 as we let it pass: lenient
// readers are how two parties come to differ about where an answer ends.
func malformed(format string, args ...any) error {
	return fmt.Errorf("malformed answer: "+format, args...)
}

// maxInterim is how many interim answers (status 1xx) may precede the answer.
const maxInterim = 8

// readHead reads the head of the answer, past interim ones. It has all headers
// if all is set, or else those that are always there (Options.AllHeaders).
func (c *conn) readHead(all bool) (answerHead, error) {
	for range maxInterim {
		end, err := c.headEnd()
		if err != nil {
			return answerHead{}, err
		}
		h, err := parseHead(c.buf[c.r:end], all)
		if err != nil {
			return answerHead{}, err
		}
		c.r = end
		if h.status >= 200 {
			return h, nil
		}
		if h.status == http.StatusSwitchingProtocols {
			return answerHead{}, malformed("it switches protocols, which nobody has asked for")
		}
	}
	return answerHead{}, malformed("more than %d interim answers", maxInterim)
}

// headEnd returns where in buf the head ends, behind its empty line.
func (c *conn) headEnd() (int, error) {
	seen := 0 // of what follows c.r
	for {
		if i := bytes.Index(c.buf[c.r+seen:c.w], []byte("\r\n\r\n")); i >= 0 {
			return c.r + seen + i + 4, nil
		}
		// The end may begin in the last three bytes.
		seen = max(0, c.w-c.r-3)
		// What will never be a head need not be waited for.
		if start := c.buf[c.r:c.w]; len(start) > 0 && !bytes.HasPrefix(start, httpSlash[:min(len(start), len(httpSlash))]) {
			return 0, malformed("it does not begin with HTTP/1.")
		}
		if err := c.fill(maxHeaderBytes); err != nil {
			return 0, err
		}
	}
}

var httpSlash = []byte("HTTP/1.")

// parseHead reads a head that ends with its empty line. Whichever headers are
// wanted, all are looked at.
func parseHead(b []byte, all bool) (answerHead, error) {
	line, at, err := headLine(b, 0)
	if err != nil {
		return answerHead{}, err
	}
	status, minor, err := parseStatusLine(line)
	if err != nil {
		return answerHead{}, err
	}
	h := answerHead{status: status, length: -1, keep: minor == 1}
	kept := keptHeaders{all: all}
	for {
		begin := at
		if line, at, err = headLine(b, begin); err != nil {
			return answerHead{}, err
		}
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		value = trimSpace(value)
		// A line that begins with a space continues the one before, as was
		// allowed long ago; it has no token for a name either.
		if !ok || !isToken(name) || !isFieldValue(value) {
			return answerHead{}, malformed("a header line is %.40q", line)
		}
		if err := h.note(name, value); err != nil {
			return answerHead{}, err
		}
		kept.add(name, value)
	}
	h.header = kept.header()
	return h, h.settle(minor)
}

// headLine returns the line of b that begins at a place, without its end, and
// where the next one begins.
func headLine(b []byte, from int) (line []byte, next int, err error) {
	i := bytes.IndexByte(b[from:], '\r')
	if i < 0 || from+i+1 == len(b) || b[from+i+1] != '\n' {
		return nil, 0, malformed("a line of its head is %.40q", b[from:])
	}
	return b[from : from+i], from + i + 2, nil
}

// trimSpace cuts off spaces and tabs. RFC 9110, "Whitespace".
func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// parseStatusLine reads "HTTP/1.1 200 OK". Some leave out the last space with
// the reason.
func parseStatusLine(line []byte) (status, minor int, err error) {
	const form = "HTTP/1.1 200"
	if len(line) < len(form) || string(line[:7]) != form[:7] || line[8] != ' ' || len(line) > len(form) && line[len(form)] != ' ' ||
		!isFieldValue(line) || line[7] != '0' && line[7] != '1' {
		return 0, 0, malformed("its first line is %.40q", line)
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return 0, 0, malformed("its status is %q", line[9:12])
		}
		status = 10*status + int(c-'0')
	}
	if status < 100 {
		return 0, 0, malformed("its status is %q", line[9:12])
	}
	return status, int(line[7] - '0'), nil
}

// note takes in a header that says where the body ends or what becomes of the
// connection.
func (h *answerHead) note(name, value []byte) error {
	switch {
	case isNamed(name, "content-length"):
		length, ok := parseLength(value)
		if !ok {
			return malformed("its Content-Length is %.40q", value)
		}
		if h.length >= 0 && (h.length != length || h.digits != len(value)) {
			return malformed("it has several Content-Lengths")
		}
		h.length, h.digits = length, len(value)
	case isNamed(name, "transfer-encoding"):
		if h.chunked || !isNamed(value, "chunked") {
			return malformed("its Transfer-Encoding is not chunked, or not once")
		}
		h.chunked = true
	case isNamed(name, "connection"):
		for option := range bytes.SplitSeq(value, []byte(",")) {
			if isNamed(trimSpace(option), "close") {
				h.keep = false
			}
		}
	}
	return nil
}

// isNamed tells whether b is a word, which is written in lower case; the case of
// b does not matter.
func isNamed(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range len(word) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// settle decides about the body when all headers are known. RFC 9112, "Message
// Body Length".
func (h *answerHead) settle(minor int) error {
	switch {
	case h.chunked && h.length >= 0:
		return malformed("it has both a Content-Length and a Transfer-Encoding")
	case h.chunked && minor == 0:
		return malformed("it has a Transfer-Encoding in HTTP/1.0")
	case h.status < 200, h.status == http.StatusNoContent, h.status == http.StatusNotModified:
		if h.chunked || h.length > 0 && h.status != http.StatusNotModified {
			return malformed("it has a body, which its status %d forbids", h.status)
		}
		h.length = 0
	case !h.chunked && h.length < 0:
		h.keep = false // the body ends with the connection
	}
	return nil
}

// parseLength reads a length: digits, and few enough not to overflow.
func parseLength(s []byte) (int64, bool) {
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n, true
}
