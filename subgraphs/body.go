package subgraphs

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxPresized is up to which length a body's Content-Length is believed when
// memory is set aside for it. Beyond, the buffer grows with what arrives.
const maxPresized = 1 << 20

// readBody reads the whole of r, at most limit bytes of it; size is its length,
// -1 if that is not known. A body that comes compressed is inflated, limited on
// both sides, and the headers that described the compressed form are dropped.
func readBody(header http.Header, r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, errTooLarge
	}
	switch encoding := strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return readAll(r, size, limit)
	case "gzip", "x-gzip":
		// A stream of empty gzip members inflates to nothing for ever.
		z, err := gzip.NewReader(&limitedReader{r: r, left: limit})
		if err != nil {
			return nil, fmt.Errorf("inflate the answer: %w", err)
		}
		body, err := readAll(z, -1, limit)
		if err != nil {
			return nil, fmt.Errorf("inflate the answer: %w", err)
		}
		header.Del("Content-Encoding")
		header.Del("Content-Length")
		return body, nil
	default:
		return nil, fmt.Errorf("answer has the content encoding %.40q, which was not asked for", encoding)
	}
}

// readAll reads r to its end. size is the length to expect, -1 if not known.
// More than limit bytes are errTooLarge, found with at most one byte too many.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size < 0 {
		size = 4 << 10
	}
	// The extra byte is where the end is found without growing.
	buf := make([]byte, 0, min(size, maxPresized, limit)+1)
	for {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(2*int64(cap(buf)), limit+1))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return nil, errTooLarge
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// limitedReader fails with errTooLarge, where io.LimitedReader would pretend
// that the stream has ended.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		// The end may be exactly here.
		var probe [1]byte
		n, err := l.r.Read(probe[:])
		if n > 0 {
			return 0, errTooLarge
		}
		return 0, err
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
