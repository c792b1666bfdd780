package subgraphs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A Client sends requests to the subgraphs it was made for. It is safe for
// concurrent use. Every subgraph has connections of its own, so a slow one
// cannot take another's.
type Client struct {
	endpoints map[string]*endpoint
	budget    string

	// alive ends when the client is closed; dials that nobody waits for any
	// longer end with it.
	alive context.Context
	close context.CancelFunc
}

// endpoint is one subgraph as the client reaches it.
type endpoint struct {
	target
	Endpoint
	transport *http.Transport
}

// NewClient checks o and returns a client for its endpoints. No connection is
// opened before the first Fetch. An error names every endpoint that cannot
// work.
func NewClient(o Options) (*Client, error) {
	alive, stop := context.WithCancel(context.Background())
	c := &Client{endpoints: map[string]*endpoint{}, budget: o.BudgetHeader, alive: alive, close: stop}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(o.Endpoints)) {
		e := o.Endpoints[name].withDefaults()
		t, err := parseTarget(e.URL)
		if err != nil {
			problems = append(problems, fmt.Errorf("subgraph %q: %w", name, err))
			continue
		}
		c.endpoints[name] = &endpoint{target: t, Endpoint: e, transport: c.transport(t, e)}
	}
	if err := errors.Join(problems...); err != nil {
		stop()
		return nil, err
	}
	return c, nil
}

// transport returns the connection pool of one subgraph.
//
// Compression is off: subgraphs are near, and inflating costs more than it
// saves there. What comes compressed all the same is inflated by readBody,
// which counts the bytes; the transport's own inflating does not. HTTP/2 is
// off too: net/http's costs up to twice its HTTP/1.1 in CPU.
func (c *Client) transport(t target, e Endpoint) *http.Transport {
	dialer := &net.Dialer{Timeout: e.ConnectTimeout, KeepAlive: 15 * time.Second}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	proxy := http.ProxyFromEnvironment
	if t.socket != "" {
		proxy = nil // there is no way to a local socket through a proxy
	}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if t.socket != "" {
				network, address = "unix", t.socket
			}
			// The transport goes on dialling when the request that asked
			// for the connection has ended; closing the client must not
			// leave that behind.
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(c.alive, cancel)()
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
		Proxy:                  proxy,
		Protocols:              &protocols,
		TLSHandshakeTimeout:    e.ConnectTimeout,
		DisableCompression:     true,
		MaxIdleConns:           0, // bounded per host, and there is one host
		MaxIdleConnsPerHost:    maxIdleConns,
		IdleConnTimeout:        e.IdleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		WriteBufferSize:        8 << 10,
		ReadBufferSize:         32 << 10,
	}
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
	fetchCtx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	resp, err := e.fetch(fetchCtx, r, c.budget)
	if err != nil {
		return nil, classify(ctx, fetchCtx, r.Subgraph, e.Endpoint, err)
	}
	return resp, nil
}

func (e *endpoint) fetch(ctx context.Context, r *Request, budget string) (*Response, error) {
	// The transport and not an http.Client: no redirects, no cookies.
	resp, err := e.transport.RoundTrip(e.request(ctx, r, budget))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := readBody(resp, e.MaxResponseBytes)
	if err != nil {
		return nil, err
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// request builds the HTTP request. Headers of r are sent unless they are the
// transport's own business.
func (e *endpoint) request(ctx context.Context, r *Request, budget string) *http.Request {
	header := make(http.Header, len(r.Header)+6)
	for name, values := range r.Header {
		name = http.CanonicalHeaderKey(name)
		if !ownHeaders[name] {
			header[name] = values
		}
	}
	header["Content-Type"] = contentType
	header["Accept"] = accept
	if header["User-Agent"] == nil {
		header["User-Agent"] = userAgent
	}
	if e.authorization != "" && header["Authorization"] == nil {
		header["Authorization"] = []string{e.authorization}
	}
	if budget != "" {
		if deadline, ok := ctx.Deadline(); ok {
			ms := max(time.Until(deadline).Milliseconds(), 0)
			header[http.CanonicalHeaderKey(budget)] = []string{strconv.FormatInt(ms, 10)}
		}
	}
	markReplayable(header, r.Mutation)
	req := &http.Request{
		Method:        http.MethodPost,
		URL:           e.url,
		Host:          e.url.Host,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(r.Body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil },
		ContentLength: int64(len(r.Body)),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
	}
	return req.WithContext(ctx)
}

// Close closes the idle connections and gives up dials that nobody waits for.
// Fetches under way are left alone: whoever started them ends them first.
func (c *Client) Close() {
	c.close()
	for _, e := range c.endpoints {
		e.transport.CloseIdleConnections()
	}
}
