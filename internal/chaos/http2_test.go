package chaos_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

// TestTrap17GoAway: a subgraph that is asked by HTTP/2 says after every so many
// answers that it takes no more on this connection. No query notices, however
// many are under way on it.
func TestTrap17GoAway(t *testing.T) {
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: map[string]time.Duration{"pricing": time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	var asked, goAways atomic.Int64
	pricing := services[2]
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s", r.Proto)
		}
		if asked.Add(1)%5 == 0 {
			w.Header().Set("Connection", "close") // net/http makes it a GOAWAY
			goAways.Add(1)
		}
		pricing.ServeHTTP(w, r)
	}))
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	srv.Config.Protocols = &protocols
	srv.Start()
	defer srv.Close()
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		s := config.Subgraph{URL: srv.URL}
		s.Transport = "http2"
		c.Subgraphs["pricing"] = s
	})
	defer r.Close()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := range 20 {
				// Each differs, so that none is sent for several.
				response, body := ask(t.Context(), r, fmt.Sprintf(`{ product(id: "1") { p%d_%d: price } }`, i, n))
				want := fmt.Sprintf(`{"product":{"p%d_%d":29.99}}`, i, n)
				if got := decode(t, response, body); got.Data != want || len(got.Errors) > 0 {
					t.Errorf("got %s, want %s", body, want)
				}
			}
		})
	}
	wg.Wait()
	if goAways.Load() < 50 {
		t.Errorf("only %d connections were given up", goAways.Load())
	}
}

// Frames of HTTP/2, RFC 9113, as far as the faults need them.
const (
	frameHeaders, frameReset, frameSettings, frameGoAway byte = 1, 3, 4, 7

	noError, internalFault, refusedStream uint32 = 0, 2, 7
)

// frame is a frame without flags.
func frame(kind byte, stream uint32, payload ...uint32) string {
	b := []byte{0, 0, byte(4 * len(payload)), kind, 0}
	b = binary.BigEndian.AppendUint32(b, stream)
	for _, word := range payload {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	return string(b)
}

// A relay stands before an HTTP/2 server. The next connection is its own: it
// answers the first request on it with a fault. The others are the server's.
type relay struct {
	net.Listener
	server string
	fault  atomic.Pointer[h2Fault] // of the next connection; nil for none
	ended  sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool // of clients; guarded by mu
}

// hangup closes all connections and waits until the clients have noticed.
func (r *relay) hangup(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Microsecond) {
		r.mu.Lock()
		left := len(r.conns)
		for c := range r.conns {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.CloseWrite() // one that is closed already is no matter
			}
		}
		r.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections are left", left)
		}
	}
}

// An h2Fault is what a server does about a stream in place of an answer.
type h2Fault struct {
	name string
	// answer is what it sends when a request has come on the stream.
	answer func(stream uint32) string
	// closes: and then it closes the connection.
	closes bool
	// want is what the client sees of it.
	want func(position) outcome
}

func newRelay(t *testing.T, server string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l, server: server, conns: map[net.Conn]bool{}}
	r.ended.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve := r.pass
			if f := r.fault.Swap(nil); f != nil {
				serve = f.serve
			}
			r.mu.Lock()
			r.conns[c] = true
			r.mu.Unlock()
			r.ended.Go(func() {
				serve(c)
				c.Close()
				r.mu.Lock()
				delete(r.conns, c)
				r.mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.ended.Wait()
	})
	return r
}

// pass connects the client with the server.
func (r *relay) pass(c net.Conn) {
	s, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	defer s.Close()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(c, s)
		c.Close()
	})
	_, _ = io.Copy(s, c)
	s.Close()
	back.Wait()
}

// serve reads what the client sends until it has gone.
func (f *h2Fault) serve(c net.Conn) {
	in := bufio.NewReader(c)
	if _, err := in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
		return
	}
	if _, err := io.WriteString(c, frame(frameSettings, 0)); err != nil {
		return
	}
	for {
		var head [9]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		if _, err := in.Discard(int(head[0])<<16 | int(head[1])<<8 | int(head[2])); err != nil {
			return
		}
		if head[3] != frameHeaders {
			continue
		}
		if _, err := io.WriteString(c, f.answer(binary.BigEndian.Uint32(head[5:]))); err != nil || f.closes {
			return
		}
	}
}

// TestTrap17HTTP2 puts what HTTP/2 adds to the ways to fail at every position, in
// both modes. What the server says that it has not looked at is sent again,
// and nobody notices; the rest is an error at its place.
func TestTrap17HTTP2(t *testing.T) {
	faults := []*h2Fault{
		{"GOAWAY that leaves the request out", func(uint32) string { return frame(frameGoAway, 0, 0, noError) }, false, fine},
		{"GOAWAY that leaves the request out, and the end", func(uint32) string { return frame(frameGoAway, 0, 0, noError) }, true, fine},
		{"the stream is refused, and GOAWAY", func(s uint32) string {
			return frame(frameReset, s, refusedStream) + frame(frameGoAway, 0, s, noError)
		}, false, fine},
		{"the stream is reset, and GOAWAY", func(s uint32) string {
			return frame(frameReset, s, internalFault) + frame(frameGoAway, 0, s, noError)
		}, false, broken},
		{"GOAWAY that takes the request in, and the end", func(s uint32) string { return frame(frameGoAway, 0, s, internalFault) }, true, broken},
		{"the end", func(uint32) string { return "" }, true, broken},
		{"a frame of another stream", func(s uint32) string { return frame(frameReset, s+1, internalFault) }, true, broken},
		{"no HTTP/2", func(uint32) string { return "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":{}}" }, true, broken},
	}
	b := newBed(t)
	relays := map[string]*relay{}
	for name, service := range b.services {
		srv := httptest.NewUnstartedServer(service)
		srv.Config.Protocols = new(http.Protocols)
		srv.Config.Protocols.SetUnencryptedHTTP2(true)
		srv.Start()
		t.Cleanup(srv.Close)
		relays[name] = newRelay(t, srv.Listener.Addr().String())
	}
	for _, mode := range modes {
		for _, p := range positions {
			t.Run(string(mode)+"/"+p.name, func(t *testing.T) {
				before := b.measure()
				r := b.router(t, func(c *config.Config) {
					c.OnError = mode
					for name, relay := range relays {
						s := config.Subgraph{URL: "http://" + relay.Addr().String() + "/graphql"}
						s.Transport = "http2"
						c.Subgraphs[name] = s
					}
				})
				for _, f := range faults {
					// The next connection is that of the request.
					relay := relays[p.subgraph]
					relay.hangup(t)
					relay.fault.Store(f)
					response, body := ask(t.Context(), r, p.query)
					if diff := cmp.Diff(f.want(p).answer(p, mode), decode(t, response, body)); diff != "" {
						t.Errorf("%s: answer (-want +got):\n%s", f.name, diff)
					}
					if relay.fault.Load() != nil {
						t.Errorf("%s: the subgraph was not asked", f.name)
					}
					b.wantFine(t, r, p)
				}
				r.Close()
				for _, relay := range relays {
					relay.hangup(t)
				}
				b.wantBaseline(t, before)
			})
		}
	}
}
