package subgraphs

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
)

// A standard sends requests by net/http, which can do everything and costs
// more: two goroutines a connection, and some 50 allocations a request.
type standard struct {
	*endpoint
	client    *Client
	transport *http.Transport
}

// newStandard returns the connection pool of one subgraph.
//
// The transport's own compression is off: it does not count what it inflates.
// Compressed answers, asked for or not, are inflated by readBody, which does.
func newStandard(c *Client, e *endpoint) *standard {
	var protocols http.Protocols
	if e.Transport == TransportHTTP2 {
		protocols.SetHTTP2(e.url.Scheme == "https")
		protocols.SetUnencryptedHTTP2(e.url.Scheme == "http")
	}
	// Without TLS there is no way to find out; the server is taken at its
	// operator's word.
	protocols.SetHTTP1(!protocols.UnencryptedHTTP2())
	proxy := http.ProxyFromEnvironment
	if e.socket != "" {
		proxy = nil // there is no way to a local socket through a proxy
	}
	return &standard{endpoint: e, client: c, transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return c.dial(ctx, e, network, address)
		},
		Proxy:                  proxy,
		Protocols:              &protocols,
		TLSHandshakeTimeout:    e.TLSTimeout,
		DisableCompression:     true,
		MaxIdleConns:           0, // bounded per host, and there is one host
		MaxIdleConnsPerHost:    maxIdleConns,
		IdleConnTimeout:        e.IdleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		WriteBufferSize:        8 << 10,
		ReadBufferSize:         32 << 10,
	}}
}

func (s *standard) roundTrip(ctx context.Context, r *Request, d deadline) (*Response, error) {
	ctx, cancel := context.WithDeadline(ctx, d.at)
	defer cancel()
	if s.FirstByteTimeout > 0 {
		first := newFirstByte(ctx, s.FirstByteTimeout)
		defer first.stop()
		resp, err := s.send(first.ctx, r, d, first.arrived)
		return resp, first.explain(err)
	}
	return s.send(ctx, r, d, func() {})
}

// send sends r and calls begun when the head of the answer is there.
func (s *standard) send(ctx context.Context, r *Request, d deadline, begun func()) (*Response, error) {
	// The transport and not an http.Client: no redirects, no cookies.
	resp, err := s.transport.RoundTrip(s.request(ctx, r, d))
	if err != nil {
		return nil, err
	}
	begun()
	defer resp.Body.Close()
	body, err := s.client.readBody(ctx, resp.Header, resp.Body, resp.ContentLength, s.MaxResponseBytes)
	if err != nil {
		return nil, err
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// request builds the HTTP request. Headers of r are sent unless they are the
// transport's own business.
func (s *standard) request(ctx context.Context, r *Request, d deadline) *http.Request {
	fields := r.Header.Fields()
	header := make(http.Header, len(fields)+6)
	for name, values := range fields {
		name = http.CanonicalHeaderKey(name)
		if !isOwn(name) {
			header[name] = values
		}
	}
	header["Content-Type"] = contentType
	header["Accept"] = accept
	if s.AcceptCompressed {
		header["Accept-Encoding"] = acceptEncoding
	}
	if r.coding != "" {
		header["Content-Encoding"] = []string{string(r.coding)}
	}
	if header["User-Agent"] == nil {
		header["User-Agent"] = userAgent
	}
	if s.authorization != "" && header["Authorization"] == nil {
		header["Authorization"] = []string{s.authorization}
	}
	if s.header != "" {
		header[s.header] = []string{strconv.FormatInt(d.budget(r), 10)}
	}
	markReplayable(header, r.Mutation)
	req := &http.Request{
		Method:        http.MethodPost,
		URL:           s.url,
		Host:          s.url.Host,
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

func (s *standard) close() { s.transport.CloseIdleConnections() }
