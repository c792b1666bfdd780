package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A load is how a gateway is asked.
type load struct {
	url         *url.URL
	body        []byte
	connections int
	duration    time.Duration
	rate        int  // requests a second; 0 for as fast as answers come
	unique      bool // an authorization header of its own for each request

	// want is what each answer must be; nil takes the first one for right.
	want []byte
}

// A loadResult is what became of a load.
type loadResult struct {
	requests  int
	failures  int
	example   error // one of the failures
	took      time.Duration
	latencies []time.Duration // sorted
}

// authorization is the value of the header, with room for a number.
const authorization = "Bearer 0000000000000000"

// serial numbers all requests of a run, so that none is like one before.
var serial atomic.Uint64

// A requester sends requests over one connection, one after the other.
type requester struct {
	load    *load
	conn    net.Conn
	reader  *bufio.Reader
	request []byte
	at      int // where the number is in request
	body    []byte
}

func newRequester(l *load) *requester {
	path := l.url.RequestURI()
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
		"Accept: application/json\r\nContent-Length: %d\r\nAuthorization: ", path, l.url.Host, len(l.body))
	r := &requester{load: l}
	r.at = len(head) + len("Bearer ")
	r.request = append(append([]byte(head+authorization+"\r\n\r\n"), l.body...), 0)[:len(head)+len(authorization)+4+len(l.body)]
	return r
}

// do sends one request and returns the answer's body, which is valid until the
// next one.
func (r *requester) do(ctx context.Context) ([]byte, error) {
	if r.conn == nil {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", r.load.url.Host)
		if err != nil {
			return nil, err
		}
		r.conn, r.reader = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	n := uint64(0)
	if r.load.unique {
		n = serial.Add(1)
	}
	const digits = "0123456789abcdef"
	for i := range 16 {
		r.request[r.at+i] = digits[n>>(60-4*i)&15]
	}
	body, err := r.exchange()
	if err != nil {
		r.close()
	}
	return body, err
}

// requestTimeout bounds one exchange.
const requestTimeout = 30 * time.Second

func (r *requester) exchange() ([]byte, error) {
	if err := r.conn.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return nil, err
	}
	if _, err := r.conn.Write(r.request); err != nil {
		return nil, err
	}
	m, err := readMessage(r.reader)
	if err != nil {
		return nil, err
	}
	if r.body, err = m.readBody(r.reader, r.body); err != nil {
		return nil, err
	}
	if !bytes.Contains(m.start, []byte(" 200")) {
		return nil, fmt.Errorf("%s: %.300s", m.start, r.body)
	}
	if m.close {
		r.close()
	}
	return r.body, nil
}

func (r *requester) close() {
	if r.conn != nil {
		r.conn.Close()
		r.conn = nil
	}
}

// run asks until the time is over or ctx ends.
func (l *load) run(ctx context.Context) *loadResult {
	ctx, cancel := context.WithTimeout(ctx, l.duration)
	defer cancel()
	var (
		workers sync.WaitGroup
		next    atomic.Int64 // of the requests at a fixed rate
		mu      sync.Mutex
		result  loadResult
	)
	start := time.Now()
	for range l.connections {
		workers.Go(func() {
			r := newRequester(l)
			defer r.close()
			var own loadResult
			for ctx.Err() == nil {
				begin := time.Now()
				if l.rate > 0 {
					// Late requests count from when they should have been
					// sent: a slow answer delays those behind it.
					begin = start.Add(time.Duration(next.Add(1)-1) * time.Second / time.Duration(l.rate))
					if !sleepUntil(ctx, begin) {
						break
					}
				}
				body, err := r.do(ctx)
				if err == nil && l.want != nil && !bytes.Equal(body, l.want) {
					err = fmt.Errorf("the answer differs from the first one: %.300s", body)
				}
				own.add(time.Since(begin), err)
			}
			mu.Lock()
			defer mu.Unlock()
			result.merge(&own)
		})
	}
	workers.Wait()
	result.took = time.Since(start)
	slices.Sort(result.latencies)
	return &result
}

// sleepUntil returns false if ctx ends before t.
func sleepUntil(ctx context.Context, t time.Time) bool {
	d := time.Until(t)
	if d <= 0 {
		return true
	}
	if deadline, ok := ctx.Deadline(); ok && t.After(deadline) {
		return false
	}
	time.Sleep(d)
	return ctx.Err() == nil
}

func (r *loadResult) add(took time.Duration, err error) {
	switch {
	case err == nil:
		r.requests++
		r.latencies = append(r.latencies, took)
	case !errors.Is(err, context.DeadlineExceeded):
		r.failures++
		r.example = err
	}
}

func (r *loadResult) merge(o *loadResult) {
	r.requests += o.requests
	r.failures += o.failures
	r.latencies = append(r.latencies, o.latencies...)
	if o.example != nil {
		r.example = o.example
	}
}

// percentile returns the latency that p of 100 requests do not exceed.
func (r *loadResult) percentile(p float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(p/100*float64(len(r.latencies))), len(r.latencies)-1)]
}
