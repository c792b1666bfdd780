package merge

import "github.com/weft-graphql/weft/operation"

// A Splice is text of an answer that belongs into the response and is so long
// that it is not copied there.
//
//	{"data":{"items":█,"total":2}}      █ At 17, Text [{"id":…
type Splice struct {
	At   int // in what was written: in front of this byte
	Text []byte
}

// WriteSpliced is Write without the longest parts: they are returned in the
// order of their places, and stay those of the answers. They are good until the
// memory of the answers is used again, after Release, too.
func (r *Result) WriteSpliced(dst []byte, given []operation.Answer) ([]byte, []Splice) {
	w := writer{view: &r.view, given: given, splicing: true}
	dst = w.data(dst)
	return dst, w.splices
}

// raw appends text of an answer, or notes it as a splice.
func (w *writer) raw(out, raw []byte) []byte {
	if w.splicing && len(raw) >= minSplice {
		w.splices = append(w.splices, Splice{At: len(out), Text: raw})
		return out
	}
	return append(out, raw...)
}

// cut takes back what was written from start on. In front of a value there is
// always a byte of what it is in, so a splice at start belongs to the value.
func (w *writer) cut(out []byte, start int) []byte {
	for n := len(w.splices); n > 0 && w.splices[n-1].At >= start; n-- {
		w.splices = w.splices[:n-1]
	}
	return out[:start]
}
