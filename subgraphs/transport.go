package subgraphs

import (
	"context"
	"net/http"
	"time"
)

// A Transport is how requests get to a subgraph.
type Transport string

const (
	// TransportAuto is the cheapest that works: a small HTTP/1.1 client of
	// our own for http:// and unix://, and net/http for https:// and where
	// the environment names a proxy.
	TransportAuto Transport = ""

	// TransportNetHTTP is net/http with HTTP/1.1.
	TransportNetHTTP Transport = "net_http"

	// TransportHTTP2 is net/http with HTTP/2: over TLS where the subgraph
	// offers it, and without TLS from the first byte on (h2c). It costs about
	// twice as much CPU as HTTP/1.1.
	TransportHTTP2 Transport = "http2"
)

// A transport sends requests to one subgraph. Its errors are what the network
// says; classify makes sense of them.
type transport interface {
	roundTrip(ctx context.Context, r *Request, d deadline) (*Response, error)

	// close closes idle connections. Requests under way are left alone.
	close()
}

// A deadline is when a fetch must have ended.
type deadline struct {
	at time.Time
	// own says that it is the subgraph's timeout, and not the request's
	// deadline, that comes first.
	own bool
}

func deadlineOf(ctx context.Context, timeout time.Duration) deadline {
	d := deadline{at: time.Now().Add(timeout), own: true}
	if outer, ok := ctx.Deadline(); ok && !d.at.Before(outer) {
		d.at, d.own = outer, false
	}
	return d
}

// isPassed tells whether the time is over.
func (d deadline) isPassed() bool { return !time.Now().Before(d.at) }

// budget returns how much time there is for r, in milliseconds.
func (d deadline) budget(r *Request) int64 {
	at := d.at
	if !r.askedUntil.IsZero() && r.askedUntil.Before(at) {
		at = r.askedUntil
	}
	return max(time.Until(at).Milliseconds(), 0)
}

// newTransport returns the transport that e asks for.
func (c *Client) newTransport(e *endpoint) transport {
	if e.Transport == TransportAuto && e.isPlain() {
		return newWire(c, e)
	}
	return newStandard(c, e)
}

// isPlain tells whether the way to the subgraph is HTTP/1.1 without TLS and
// without a proxy, to a host that is written as it goes over the wire.
func (e *endpoint) isPlain() bool {
	if e.url.Scheme != "http" || !isASCII(e.url.Host) {
		return false
	}
	if e.socket != "" {
		return true
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: e.url})
	return err == nil && proxy == nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
