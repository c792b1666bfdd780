package chaos

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// A Server is a subgraph on a socket of this machine. It answers as its backend
// does, unless it has a Fault. It is safe for concurrent use.
type Server struct {
	backend  http.RoundTripper
	address  string
	fault    atomic.Pointer[Fault]
	requests atomic.Int64
	accepted atomic.Int64
	closed   chan struct{} // when Close is called
	running  sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener      // guarded by mu; nil while connections are refused
	conns    map[net.Conn]bool // guarded by mu
}

// Start starts a server on a free port. The backend's answer to a request is
// what a fault spoils.
func Start(backend http.RoundTripper) (*Server, error) {
	s := &Server{backend: backend, conns: map[net.Conn]bool{}, closed: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a chaos server: %w", err)
	}
	s.address = l.Addr().String()
	s.listen(l)
	return s, nil
}

// URL is where the subgraph is.
func (s *Server) URL() string { return "http://" + s.address + "/graphql" }

// Set gives the server a fault for requests that arrive from now on; nil for
// none.
func (s *Server) Set(f *Fault) { s.fault.Store(f) }

// Requests is how many requests have arrived whole.
func (s *Server) Requests() int64 { return s.requests.Load() }

// Accepted is how many connections have been opened.
func (s *Server) Accepted() int64 { return s.accepted.Load() }

// Connections is how many connections are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Refuse stops listening and closes all connections: nobody is there.
func (s *Server) Refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse()
}

// Accept ends what Refuse began. The port is the same.
func (s *Server) Accept() error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("accept again: %w", err)
	}
	s.listen(l)
	return nil
}

// Hangup closes all connections, as a server does with idle ones.
func (s *Server) Hangup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// Close ends the server and waits for its goroutines.
func (s *Server) Close() {
	close(s.closed)
	s.Refuse()
	s.running.Wait()
}

func (s *Server) refuse() {
	if s.listener != nil {
		s.listener.Close()
		s.listener = nil
	}
	for c := range s.conns {
		c.Close()
	}
}

func (s *Server) listen(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener = l
	s.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			s.mu.Lock()
			s.conns[c] = true
			if s.listener != l {
				c.Close() // came while Refuse was at work
			}
			s.mu.Unlock()
			s.running.Go(func() { s.serve(c) })
		}
	})
}

// serve serves one connection.
func (s *Server) serve(c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	for {
		x := &exchange{conn: c, reader: r, closed: s.closed}
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if err := x.ask(s.backend, request); err != nil {
			return
		}
		s.requests.Add(1)
		serve := x.respond
		if f := s.fault.Load(); f != nil {
			serve = func() bool { return f.serve(x) }
		}
		if !serve() {
			return
		}
	}
}

// An exchange is one request, and the answer it should get.
type exchange struct {
	conn   net.Conn
	reader *bufio.Reader
	closed <-chan struct{} // the server's

	status int
	body   []byte
}

// ask gets the answer of the backend.
func (x *exchange) ask(backend http.RoundTripper, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.URL.Scheme, r.URL.Host = "http", r.Host
	answer, err := backend.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	x.status = answer.StatusCode
	x.body, err = io.ReadAll(answer.Body)
	return err
}

// respond gives the right answer. It reports, as all that serve do, whether
// the connection can be used for the next request.
func (x *exchange) respond() bool {
	return x.write(head(x.status, "application/json", len(x.body)) + string(x.body))
}

// write sends text as it is.
func (x *exchange) write(text string) bool {
	_, err := io.WriteString(x.conn, text)
	return err == nil
}

// head is that of a response with a sized body.
func head(status int, contentType string, length int) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		status, http.StatusText(status), contentType, length)
}

// hang waits until the client has closed the connection, and whether it had
// anything more to say does not matter.
func (x *exchange) hang() {
	_, _ = io.Copy(io.Discard, x.reader)
}

// reset ends the connection by a reset rather than in good order.
func (x *exchange) reset() bool {
	if tcp, ok := x.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // else it is an orderly end, and the test says so
	}
	return false
}
