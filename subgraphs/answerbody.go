package subgraphs

import (
	"bytes"
	"io"
)

// readBody reads the body that follows h, at most limit bytes of it. The
// caller owns it.
func (c *conn) readBody(h *answerHead, limit int64) ([]byte, error) {
	switch {
	case h.chunked:
		return c.readChunks(limit)
	case h.length > limit:
		return nil, errTooLarge
	case h.length >= 0:
		return c.readSized(h.length)
	default:
		return c.readRest(limit)
	}
}

// readSized reads a body of a known size. Memory for what has been announced
// is set aside up to maxPresized; then, when that much has come, eight times as
// much.
func (c *conn) readSized(size int64) ([]byte, error) {
	body := make([]byte, 0, min(size, maxPresized))
	for {
		room := body[len(body):cap(body)]
		n, err := c.readFull(room)
		body = body[:len(body)+n]
		if err != nil {
			return nil, err
		}
		if int64(len(body)) == size {
			return body, nil
		}
		grown := make([]byte, len(body), min(8*int64(cap(body)), size))
		copy(grown, body)
		body = grown
	}
}

// readFull fills p: from the buffer first, then directly.
func (c *conn) readFull(p []byte) (int, error) {
	n := copy(p, c.buf[c.r:c.w])
	c.r += n
	for n < len(p) {
		m, err := c.readSome(p[n:])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readRest reads a body that ends with the connection.
func (c *conn) readRest(limit int64) ([]byte, error) {
	var body []byte
	for {
		if int64(len(body)+c.w-c.r) > limit {
			return nil, errTooLarge
		}
		body = append(body, c.buf[c.r:c.w]...)
		c.r, c.w = 0, 0
		switch err := c.fill(len(c.buf)); err {
		case nil:
		case io.ErrUnexpectedEOF:
			return body, nil
		default:
			return nil, err
		}
	}
}

const (
	// maxChunkLine bounds the line in front of a chunk, extensions included.
	maxChunkLine = 256

	// Chunks carry data: what is around them may be freeOverhead bytes, and
	// overheadRatio times the data.
	freeOverhead  = 64 << 10
	overheadRatio = 16

	// maxTrailer bounds the trailer section, which is read and ignored.
	maxTrailer = 16 << 10
)

// readChunks reads a chunked body. RFC 9112, "Chunked Transfer Coding".
func (c *conn) readChunks(limit int64) ([]byte, error) {
	var body []byte
	overhead := int64(0)
	for {
		line, err := c.readLine(maxChunkLine)
		if err != nil {
			return nil, err
		}
		overhead += int64(len(line)) + 4
		size, ok := parseChunkSize(line)
		switch {
		case !ok:
			return nil, malformed("a chunk begins with %.40q", line)
		case size > limit-int64(len(body)):
			return nil, errTooLarge
		case size == 0:
			return body, c.readTrailer()
		case overhead > freeOverhead+overheadRatio*int64(len(body)):
			return nil, malformed("its chunks are mostly wrapping")
		}
		if body, err = c.appendBody(body, size, limit); err != nil {
			return nil, err
		}
		if line, err = c.readLine(0); err != nil || len(line) > 0 {
			if err == nil || err == errLineTooLong {
				err = malformed("a chunk is longer than it says")
			}
			return nil, err
		}
	}
}

// appendBody reads size bytes more. Memory grows with what has come, so that a
// large chunk that is only announced costs nothing.
func (c *conn) appendBody(body []byte, size, limit int64) ([]byte, error) {
	for size > 0 {
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(max(2*int64(cap(body)), min(size, maxPresized)), limit))
			copy(grown, body)
			body = grown
		}
		room := min(size, int64(cap(body)-len(body)))
		n, err := c.readFull(body[len(body) : int64(len(body))+room])
		body = body[:len(body)+n]
		if err != nil {
			return nil, err
		}
		size -= int64(n)
	}
	return body, nil
}

var errLineTooLong = malformed("a line around its chunks is too long")

// readLine returns the next line without its CRLF, valid until the next read.
// It has at most most bytes.
func (c *conn) readLine(most int) ([]byte, error) {
	for {
		unread := c.buf[c.r:c.w]
		if i := bytes.IndexByte(unread[:min(len(unread), most+2)], '\n'); i >= 0 {
			if i == 0 || unread[i-1] != '\r' {
				return nil, malformed("a line around its chunks ends without CR")
			}
			c.r += i + 1
			return unread[:i-1], nil
		}
		if len(unread) >= most+2 {
			return nil, errLineTooLong
		}
		if err := c.fill(len(c.buf)); err != nil {
			return nil, err
		}
	}
}

// parseChunkSize reads the hexadecimal size at the start of a chunk's line;
// extensions behind it are ignored.
func parseChunkSize(line []byte) (int64, bool) {
	digits, extension, extended := bytes.Cut(line, []byte(";"))
	digits = bytes.TrimRight(digits, " \t")
	if extended && !isFieldValue(extension) || len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	var n int64
	for _, d := range digits {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int64(d)
	}
	return n, true
}

// readTrailer reads what follows the last chunk, up to an empty line. Nothing
// in it is used.
func (c *conn) readTrailer() error {
	for left := maxTrailer; ; {
		line, err := c.readLine(min(left, readBuffer-2))
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return nil
		}
		if left -= len(line) + 2; left < 0 {
			return errLineTooLong
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !isToken(name) || !isFieldValue(value) {
			return malformed("a trailer line is %.40q", line)
		}
	}
}
