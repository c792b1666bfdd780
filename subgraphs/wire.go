package subgraphs

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A wire sends requests over HTTP/1.1 connections of its own, without TLS and
// without goroutines. It does what a router needs and no more: a POST with a
// body of known length, written at once, and an answer that is read to its end
// before anybody sees it.
//
//	take a connection ──► write ──► read head ──► read body ──► put it back
//	      │                            │
//	      └── dial if none is idle     └── dead before the first byte: once more
//
// Its requests are cancelled by letting the connection's deadline expire, which
// ends a read or write under way at once.
type wire struct {
	*endpoint
	client  *Client
	address string // host and port to dial
	prefix  []byte // of every request's head
	pool    pool
	buffers *buffer.Pool // for bodies
}

func newWire(c *Client, e *endpoint) *wire {
	w := &wire{endpoint: e, client: c, address: e.url.Host, buffers: &c.buffers}
	if e.url.Port() == "" {
		w.address = net.JoinHostPort(e.url.Hostname(), "80")
	}
	w.pool.idleTimeout = e.IdleTimeout
	w.prefix = []byte("POST " + e.url.RequestURI() + " HTTP/1.1\r\nHost: " + e.url.Host +
		"\r\nAccept: " + accept[0] + "\r\nContent-Type: " + contentType[0] + "\r\n")
	if e.AcceptCompressed {
		w.prefix = appendField(w.prefix, "Accept-Encoding", acceptEncoding[0])
	}
	return w
}

func (w *wire) roundTrip(ctx context.Context, r *Request, d deadline) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.Header.check(); err != nil {
		return nil, err
	}
	for retried := false; ; {
		c, err := w.connection(ctx, d, retried)
		if err != nil {
			return nil, err
		}
		resp, err := w.exchange(ctx, c, r, d)
		if err == nil {
			// Only now, since c may be somebody else's already: what is
			// wrong with the body does not make it stale.
			return w.inflate(ctx, resp)
		}
		if err == errNotQuiet {
			continue // with another one
		}
		if retried || r.Mutation || !c.isStale(err) {
			return nil, err
		}
		retried = true
	}
}

// connection returns one that is idle; if there is none, or fresh is set, a new
// one. Its deadline is set.
func (w *wire) connection(ctx context.Context, d deadline, fresh bool) (*conn, error) {
	for !fresh {
		c := w.pool.take()
		if c == nil {
			break
		}
		if c.SetDeadline(d.at) == nil {
			return c, nil
		}
		c.Close()
	}
	dialCtx, cancel := context.WithDeadline(ctx, d.at)
	defer cancel()
	raw, err := w.client.dial(dialCtx, w.endpoint, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	c := newConn(raw)
	if err := c.SetDeadline(d.at); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// exchange sends r over c and reads the answer. Afterwards c is back in the
// pool, or closed; after an error it is closed.
func (w *wire) exchange(ctx context.Context, c *conn, r *Request, d deadline) (*Response, error) {
	c.watch(ctx)
	resp, keep, err := c.exchange(ctx, w, r, d)
	if !c.unwatch() {
		// Expiring must not hit whoever has the connection next.
		<-c.expired
		keep = false
	}
	if err != nil || !keep {
		c.Close()
	} else {
		w.pool.put(c)
	}
	return resp, err
}

// inflate returns resp with a body that is not compressed.
func (w *wire) inflate(ctx context.Context, resp *Response) (*Response, error) {
	if resp.Header["Content-Encoding"] == nil {
		return resp, nil
	}
	body, err := w.client.inflate(ctx, resp.Header, resp.Body, w.MaxResponseBytes)
	if err != nil {
		return nil, err
	}
	if resp.Header["Content-Encoding"] == nil {
		resp.Release() // the body as it came
		resp.Body = body
	}
	return resp, nil
}

func (w *wire) close() { w.pool.close() }

// appendHead appends the head of a request. Headers of r are sent, in the
// order of their names, unless they are the transport's own business; they
// have been checked.
func (w *wire) appendHead(b []byte, r *Request, d deadline) []byte {
	b = append(b, w.prefix...)
	b = r.Header.appendTo(b, w.header)
	if !r.Header.has("User-Agent") {
		b = appendField(b, "User-Agent", userAgent[0])
	}
	if w.authorization != "" && !r.Header.has("Authorization") {
		b = appendField(b, "Authorization", w.authorization)
	}
	if w.header != "" {
		b = append(append(b, w.header...), ": "...)
		b = append(strconv.AppendInt(b, d.budget(r), 10), "\r\n"...)
	}
	if r.coding != "" {
		b = appendField(b, "Content-Encoding", string(r.coding))
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(r.Body)), 10)
	return append(b, "\r\n\r\n"...)
}

// isToken tells whether s can be a header's name. RFC 9110, "Tokens".
func isToken[S string | []byte](s S) bool {
	for i := range len(s) {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

var tokenBytes = func() (t [256]bool) {
	for c := byte('0'); c <= 'z'; c++ {
		t[c] = c <= '9' || 'A' <= c && c <= 'Z' || c >= 'a'
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] = true
	}
	return t
}()

// isFieldValue tells whether s can be a header's value: no control characters
// but tabs. RFC 9110, "Field Values".
func isFieldValue[S string | []byte](s S) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isTimeout tells whether err is that of a deadline, the connection's or a
// context's.
func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)
