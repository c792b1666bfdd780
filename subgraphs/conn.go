package subgraphs

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A conn is one connection to a subgraph. It belongs to one request at a time.
type conn struct {
	net.Conn
	raw syscall.RawConn // nil where there is no descriptor to look at

	// buf[r:w] has been read and not used. A small answer arrives in it
	// whole; the rest of a large one is read to where it stays.
	buf  []byte
	r, w int

	out []byte // the request, reused

	// reused says that a request before this one was answered, begun that a
	// byte of this one's answer has been read.
	reused, begun bool

	idleSince time.Time

	// expire ends what is read or written, and tells so to expired. It is
	// made once, to be handed to the context of each request.
	expire  func()
	expired chan struct{}

	// watched is the context that does so, or stop ends that; of the request
	// under way.
	watched watchable
	stop    func() bool

	// onFD is onDescriptor, made once like expire, and asking what it is at.
	onFD   func(fd uintptr) bool
	asking asking

	// unreadable is what the next read returns; nil for what the connection
	// says.
	unreadable error
}

const (
	// readBuffer holds most answers with their heads.
	readBuffer = 16 << 10

	// maxKeptBuffer is how large the buffers of an idle connection may be.
	maxKeptBuffer = 64 << 10

	// maxJoined is up to which size a request's body is copied behind its
	// head, to be written with it. Beyond, copying costs more than a vector.
	maxJoined = 32 << 10
)

func newConn(raw net.Conn) *conn {
	c := &conn{Conn: raw, buf: make([]byte, readBuffer), expired: make(chan struct{}, 1)}
	c.expire = func() {
		// Of a connection that is closed already there is nothing to end.
		_ = c.SetDeadline(longAgo)
		c.expired <- struct{}{}
	}
	c.raw, c.onFD = rawOf(raw), c.onDescriptor
	return c
}

// A watchable context calls a function when it ends, like context.AfterFunc and
// unlike it without memory for each time. When its deadline passes it need not:
// the connection has that itself.
type watchable interface {
	// Watch has f called once, at once if the context has ended. It reports
	// false if it cannot.
	Watch(f func()) bool
	// Unwatch ends that. It reports false if f has been called or is about to
	// be.
	Unwatch() bool
}

// watch has the connection expire when ctx ends, until unwatch is called.
func (c *conn) watch(ctx context.Context) {
	if w, ok := ctx.(watchable); ok && w.Watch(c.expire) {
		c.watched = w
		return
	}
	c.stop = context.AfterFunc(ctx, c.expire)
}

// unwatch ends watch. It reports false if the connection has expired, or is
// about to.
func (c *conn) unwatch() bool {
	w, stop := c.watched, c.stop
	c.watched, c.stop = nil, nil
	if w != nil {
		return w.Unwatch()
	}
	return stop()
}

// isStale tells whether err means that the connection was dead before the
// request, which then has not been answered: it had been used before, and not
// a byte came.
func (c *conn) isStale(err error) bool {
	return c.reused && !c.begun && !isTimeout(err) && !errors.Is(err, errFirstByte)
}

// exchange sends r and reads the answer. keep tells whether the connection can
// be used again. Whatever the error, the connection must then be closed; if it is
// errNotQuiet, nothing has been sent.
func (c *conn) exchange(ctx context.Context, w *wire, r *Request, d deadline) (resp *Response, keep bool, err error) {
	c.begun = false
	writeErr := c.write(w, r, d)
	if writeErr == errNotQuiet || isTimeout(writeErr) {
		return nil, false, writeErr
	}
	// A subgraph may refuse a body without reading it to its end; then
	// writing fails, and the answer tells why.
	if w.FirstByteTimeout > 0 {
		err = c.awaitFirstByte(ctx, w.FirstByteTimeout, d)
	}
	if err == nil {
		resp, keep, err = c.read(w.buffers, w.MaxResponseBytes, w.client.allHeaders)
	}
	if err != nil && writeErr != nil && !c.begun {
		err = writeErr
	}
	if err != nil {
		return nil, false, err
	}
	keep = keep && writeErr == nil && c.r == c.w
	c.reused = true
	c.shrink()
	return resp, keep, nil
}

// write writes the request with as few calls as possible, and may wait for the
// answer.
func (c *conn) write(w *wire, r *Request, d deadline) error {
	c.out = w.appendHead(c.out[:0], r, d)
	if len(r.Body) > maxJoined {
		if err := c.ask(nil, false); err != nil {
			return err
		}
		parts := net.Buffers{c.out, r.Body}
		_, err := parts.WriteTo(c.Conn)
		return err
	}
	c.out = append(c.out, r.Body...)
	// On a new connection something may have come before the poller was told to
	// look out for it, and be all that comes.
	return c.ask(c.out, c.reused && w.FirstByteTimeout == 0)
}

// read reads one answer, with all its headers or those that are always there.
func (c *conn) read(pool *buffer.Pool, limit int64, allHeaders bool) (resp *Response, keep bool, err error) {
	h, err := c.readHead(allHeaders)
	if err != nil {
		return nil, false, err
	}
	b, err := c.readBody(&h, pool, limit)
	if err != nil {
		return nil, false, err
	}
	return &Response{Status: h.status, Header: h.header, Body: slices.Clip(b.Bytes), memory: b, pool: pool}, h.keep, nil
}

// errSilent is the end of a connection on which nothing has been answered.
var errSilent = errors.New("connection closed before the answer")

// fill reads more into the buffer, which has room or is grown up to most
// bytes.
func (c *conn) fill(most int) error {
	switch {
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.w == len(c.buf) && c.r > 0:
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	case c.w == len(c.buf):
		if len(c.buf) >= most {
			return errHeadTooLarge
		}
		grown := make([]byte, min(2*len(c.buf), most))
		c.w = copy(grown, c.buf[:c.w])
		c.buf = grown
	}
	n, err := c.readSome(c.buf[c.w:])
	c.w += n
	return err
}

// readSome reads at least one byte into p, which has room. The end of the
// connection is io.ErrUnexpectedEOF, or errSilent if nothing has come at all.
func (c *conn) readSome(p []byte) (int, error) {
	if err := c.unreadable; err != nil {
		c.unreadable = nil
		return 0, err
	}
	n, err := c.Conn.Read(p)
	switch {
	case n > 0:
		c.begun = true
		return n, nil
	case err == nil:
		return 0, io.ErrNoProgress
	case err != io.EOF:
		return 0, err
	case c.begun:
		return 0, io.ErrUnexpectedEOF
	default:
		return 0, errSilent
	}
}

// shrink lets go of buffers that one request or answer has made large.
func (c *conn) shrink() {
	if len(c.buf) > maxKeptBuffer {
		// What is in it is not used any more: the connection is only kept
		// if it is nothing.
		kept := make([]byte, readBuffer)
		c.w = copy(kept, c.buf[c.r:c.w])
		c.r, c.buf = 0, kept
	}
	if cap(c.out) > maxKeptBuffer {
		c.out = nil
	}
}
