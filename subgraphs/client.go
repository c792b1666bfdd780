package subgraphs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A Client sends requests to the subgraphs it was made for. It is safe for
// concurrent use. Every subgraph has connections of its own, so a slow one
// cannot take another's.
type Client struct {
	endpoints map[string]*endpoint
	codec     *coding.Codec

	allHeaders bool // see Options

	// buffers are for the bodies of answers.
	buffers buffer.Pool

	// alive ends when the client is closed; dials that nobody waits for any
	// longer end with it.
	alive context.Context
	close context.CancelFunc
}

// endpoint is one subgraph as the client reaches it.
type endpoint struct {
	target
	Endpoint
	header    string // name of the deadline header, canonical; "" for none
	transport transport
	replicas  []*endpoint
}

// NewClient checks o and returns a client for its endpoints. No connection is
// opened before the first Fetch. An error names every endpoint that cannot
// work.
func NewClient(o Options) (*Client, error) {
	alive, stop := context.WithCancel(context.Background())
	c := &Client{endpoints: map[string]*endpoint{}, codec: coding.NewCodec(), allHeaders: o.AllHeaders, alive: alive, close: stop}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(o.Endpoints)) {
		e, err := c.newEndpoint(o.Endpoints[name], o.DeadlineHeader)
		if err != nil {
			problems = append(problems, fmt.Errorf("subgraph %q: %w", name, err))
			continue
		}
		c.endpoints[name] = e
	}
	if err := errors.Join(problems...); err != nil {
		stop()
		return nil, err
	}
	return c, nil
}

func (c *Client) newEndpoint(o Endpoint, header string) (*endpoint, error) {
	e := &endpoint{Endpoint: o.withDefaults(), header: http.CanonicalHeaderKey(header)}
	var err error
	if e.target, err = parseTarget(e.URL); err != nil {
		return nil, err
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	for _, url := range o.Replicas {
		r := o
		r.URL, r.Replicas = url, nil
		replica, err := c.newEndpoint(r, header)
		if err != nil {
			return nil, err
		}
		e.replicas = append(e.replicas, replica)
	}
	e.transport = c.newTransport(e)
	return e, nil
}

func (e *endpoint) check() error {
	switch e.Transport {
	case TransportAuto, TransportNetHTTP, TransportHTTP2:
	default:
		return fmt.Errorf("has the transport %q; %q and %q are possible", e.Transport, TransportNetHTTP, TransportHTTP2)
	}
	if !slices.Contains(coding.All(), e.Compression) && e.Compression != coding.Identity {
		return fmt.Errorf("has the compression %q; %q are possible", e.Compression, coding.All())
	}
	if e.header != "" && !isToken(e.header) {
		return fmt.Errorf("has the deadline header %q, which cannot be a header's name", e.header)
	}
	return nil
}

// Fetch sends r and returns the answer with its body read completely, whatever
// its status or content type. Redirects are answers, cookies are headers:
// neither is acted on.
//
// The answer must be there before ctx ends and within the subgraph's timeout.
// If there is none the error is a *Error. A query whose reused connection
// turns out to be dead before the first byte of an answer is sent again on
// another one; a mutation only if nothing of it had been written.
func (c *Client) Fetch(ctx context.Context, r *Request) (*Response, error) {
	e := c.endpoints[r.Subgraph]
	if e == nil {
		return nil, &Error{Subgraph: r.Subgraph, Kind: Connect, Err: errUnknown}
	}
	if r.Replica > 0 {
		if r.Replica > len(e.replicas) {
			return nil, &Error{Subgraph: r.Subgraph, Kind: Connect, Err: errUnknown}
		}
		e = e.replicas[r.Replica-1]
	}
	d := deadlineOf(ctx, e.Timeout)
	if e.Compression != coding.Identity {
		r = c.compress(e, r)
	}
	resp, err := e.transport.roundTrip(ctx, r, d)
	if err != nil {
		return nil, classify(ctx, d, r.Subgraph, e.Endpoint, err)
	}
	return resp, nil
}

// dial opens a connection to the endpoint's socket, or else to the address.
func (c *Client) dial(ctx context.Context, e *endpoint, network, address string) (net.Conn, error) {
	if e.socket != "" {
		network, address = "unix", e.socket
	}
	// net/http goes on dialling when the request that asked for the
	// connection has ended; closing the client must not leave that behind.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.alive, cancel)()
	dialer := &net.Dialer{Timeout: e.ConnectTimeout, KeepAlive: 15 * time.Second}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, &dialError{err}
	}
	return conn, nil
}

// Close closes the idle connections and gives up dials that nobody waits for.
// Fetches under way are left alone: whoever started them ends them first.
func (c *Client) Close() {
	c.close()
	for _, e := range c.endpoints {
		e.transport.close()
		for _, replica := range e.replicas {
			replica.transport.close()
		}
	}
}
