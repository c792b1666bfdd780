package subgraphs

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// A Header is what requests have besides the transport's own headers: checked,
// and written as it goes over the wire, once for all requests that have it in
// common. It is immutable. nil is that of requests that have none.
type Header struct {
	fields http.Header
	lines  []byte   // in the order of names, without the transport's own
	names  []string // of lines, canonical
	err    error    // why it cannot be sent
}

// NewHeader returns the Header with these fields, which must not be written to
// any more.
func NewHeader(fields http.Header) *Header {
	if len(fields) == 0 {
		return nil
	}
	h := &Header{fields: fields}
	if h.err = checkHeader(fields); h.err == nil {
		h.lines, h.names = appendLines(nil, fields, "")
	}
	return h
}

// Fields returns the fields, which must not be written to.
func (h *Header) Fields() http.Header {
	if h == nil {
		return nil
	}
	return h.fields
}

// check returns why the header cannot be sent, nil if it can.
func (h *Header) check() error {
	if h == nil {
		return nil
	}
	return h.err
}

// has tells whether there are fields of a name, which is canonical.
func (h *Header) has(name string) bool { return h != nil && slices.Contains(h.names, name) }

// equals tells whether the subgraph would see the same, as far as either can be
// sent.
func (h *Header) equals(o *Header) bool {
	if h == nil || o == nil {
		return h == o
	}
	return h.err == nil && o.err == nil && bytes.Equal(h.lines, o.lines)
}

// appendTo appends the lines, but not those of a name. That may be "".
func (h *Header) appendTo(b []byte, but string) []byte {
	switch {
	case h == nil:
		return b
	case but != "" && h.has(but):
		b, _ = appendLines(b, h.fields, but)
		return b
	default:
		return append(b, h.lines...)
	}
}

// appendLines appends the lines of fields, but not those of a name, nor the
// transport's own.
func appendLines(b []byte, fields http.Header, but string) (lines []byte, sent []string) {
	names := make([]string, 0, len(fields))
	size := 0
	for name, values := range fields {
		names = append(names, name)
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	slices.Sort(names)
	b = slices.Grow(b, size)
	sent = names[:0]
	for _, name := range names {
		canonical := http.CanonicalHeaderKey(name)
		if isOwn(canonical) || canonical == but {
			continue
		}
		for _, value := range fields[name] {
			b = appendField(b, canonical, strings.Trim(value, " \t"))
		}
		sent = append(sent, canonical)
	}
	return b, sent
}

func appendField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), "\r\n"...)
}

var errHeader = errors.New("a header to send has a name or value that HTTP does not allow")

// checkHeader refuses what would end a header early and begin another, or a
// body. The error does not repeat the value, which may be a secret.
func checkHeader(h http.Header) error {
	for name, values := range h {
		if !isToken(name) {
			return errHeader
		}
		for _, v := range values {
			if !isFieldValue(v) {
				return errHeader
			}
		}
	}
	return nil
}
