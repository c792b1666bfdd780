package subgraphs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weft-graphql/weft/coding"
)

// maxPresized is up to which length a body's Content-Length is believed when
// memory is set aside for it. Beyond, the buffer grows with what arrives.
const maxPresized = 1 << 20

// readBody reads the whole of r, at most limit bytes of it; size is its length,
// -1 if that is not known. A body that comes compressed is inflated, limited on
// both sides, and the headers that described the compressed form are dropped.
func (c *Client) readBody(ctx context.Context, header http.Header, r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, errTooLarge
	}
	body, err := readAll(r, size, limit)
	if err != nil || header["Content-Encoding"] == nil {
		return body, err
	}
	return c.inflate(ctx, header, body, limit)
}

// inflate returns the body of an answer whose header has a Content-Encoding.
func (c *Client) inflate(ctx context.Context, header http.Header, body []byte, limit int64) ([]byte, error) {
	if n := len(header["Content-Encoding"]); n > 1 {
		return nil, fmt.Errorf("answer has %d content encodings on top of each other", n)
	}
	from, err := coding.Parse(header.Get("Content-Encoding"))
	if err != nil {
		return nil, fmt.Errorf("answer has an %w", err)
	}
	if from == coding.Identity {
		return body, nil
	}
	body, err = c.codec.Inflate(ctx, from, body, limit)
	if errors.Is(err, coding.ErrTooLarge) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("inflate the answer: %w", err)
	}
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	return body, nil
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
