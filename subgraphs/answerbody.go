package subgraphs

import (
	"bytes"
	"io"

	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A body is the body of an answer while it is read.
type body struct {
	*buffer.Buffer
	pool *buffer.Pool
}

// grow makes room for size bytes in all.
func (b *body) grow(size int64) {
	grown := b.pool.Take(int(size))
	grown.Bytes = append(grown.Bytes, b.Bytes...)
	b.pool.Give(b.Buffer)
	b.Buffer = grown
}

// readBody reads the body that follows h, at most limit bytes of it. The
// caller owns it.
func (c *conn) readBody(h *answerHead, pool *buffer.Pool, limit int64) (*buffer.Buffer, error) {
	if h.length > limit {
		return nil, errTooLarge
	}
	b := body{Buffer: pool.Take(int(min(max(h.length, 0), maxPresized))), pool: pool}
	var err error
	switch {
	case h.chunked:
		err = c.readChunks(&b, limit)
	case h.length >= 0:
		err = c.readSized(&b, h.length)
	default:
		err = c.readRest(&b, limit)
	}
	if err != nil {
		pool.Give(b.Buffer)
		return nil, err
	}
	return b.Buffer, nil
}

// readSized reads a body of a known size. Memory for what has been announced
// is set aside up to maxPresized; then, when that much has come, sixteen times
// as much.
func (c *conn) readSized(b *body, size int64) error {
	for {
		room := min(size, int64(cap(b.Bytes)))
		n, err := c.readFull(b.Bytes[len(b.Bytes):room])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		if err != nil || int64(len(b.Bytes)) == size {
			return err
		}
		b.grow(min(16*room, size))
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
func (c *conn) readRest(b *body, limit int64) error {
	for {
		size := int64(len(b.Bytes) + c.w - c.r)
		if size > limit {
			return errTooLarge
		}
		if size > int64(cap(b.Bytes)) {
			b.grow(min(max(2*int64(cap(b.Bytes)), size), limit))
		}
		b.Bytes = append(b.Bytes, c.buf[c.r:c.w]...)
		c.r, c.w = 0, 0
		switch err := c.fill(len(c.buf)); err {
		case nil:
		case io.ErrUnexpectedEOF:
			return nil
		default:
			return err
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
func (c *conn) readChunks(b *body, limit int64) error {
	overhead := int64(0)
	for {
		line, err := c.readLine(maxChunkLine)
		if err != nil {
			return err
		}
		overhead += int64(len(line)) + 4
		size, ok := parseChunkSize(line)
		switch {
		case !ok:
			return malformed("a chunk begins with %.40q", line)
		case size > limit-int64(len(b.Bytes)):
			return errTooLarge
		case size == 0:
			return c.readTrailer()
		case overhead > freeOverhead+overheadRatio*int64(len(b.Bytes)):
			return malformed("its chunks are mostly wrapping")
		}
		if err := c.appendBody(b, size, limit); err != nil {
			return err
		}
		if line, err = c.readLine(0); err != nil || len(line) > 0 {
			if err == nil || err == errLineTooLong {
				err = malformed("a chunk is longer than it says")
			}
			return err
		}
	}
}

// appendBody reads size bytes more. Memory grows with what has come, so that a
// large chunk that is only announced costs nothing.
func (c *conn) appendBody(b *body, size, limit int64) error {
	for size > 0 {
		have := int64(len(b.Bytes))
		if len(b.Bytes) == cap(b.Bytes) {
			b.grow(min(max(2*have, have+min(size, maxPresized)), limit))
		}
		room := min(size, int64(cap(b.Bytes))-have)
		n, err := c.readFull(b.Bytes[have : have+room])
		b.Bytes = b.Bytes[:have+int64(n)]
		if err != nil {
			return err
		}
		size -= int64(n)
	}
	return nil
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
