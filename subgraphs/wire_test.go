package subgraphs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A script is a server that answers with bytes: answer returns those for the
// n-th request of all, from 1 on, and whether the connection ends with them.
type script struct {
	net.Listener
	requests, connections atomic.Int32
}

func newScript(t *testing.T, answer func(n int, r *http.Request, body []byte) (bytes string, end bool)) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{Listener: l}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			open.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					body, err := io.ReadAll(r.Body)
					if err != nil {
						return
					}
					text, end := answer(int(s.requests.Add(1)), r, body)
					if _, err := io.WriteString(conn, text); err != nil || end {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return s
}

func (s *script) client(t *testing.T, e Endpoint) *Client {
	e.URL = "http://" + s.Addr().String()
	return newClient(t, Options{Endpoints: map[string]Endpoint{"s": e}})
}

// Answers of every form that HTTP/1.1 has, and whether their connection is
// used again.
func TestAnswerForms(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<14) // 256 KiB
	tests := []struct {
		name   string
		answer string
		end    bool // the server closes the connection
		status int
		body   string
		kept   bool
	}{
		{"sized", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, 200, "hello", true},
		{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, 200, "", true},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", true},
		{"large", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(large), large), false, 200, large, true},
		{"very large", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 12*len(large), strings.Repeat(large, 12)), false, 200, strings.Repeat(large, 12), true},
		{"length twice, the same", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", true},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n", false, 200, "abc0123456789abcdef", true},
		{"chunked, nothing in it", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, 200, "", true},
		{"chunked, large", fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n%X\r\n%s\r\n1\r\n!\r\n0\r\n\r\n", len(large), large), false, 200, large + "!", true},
		{"chunked, with extensions and trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 ;a=b\r\nabc\r\n0;last\r\nX-Sum: 1\r\nX-Y: 2\r\n\r\n", false, 200, "abc", true},
		{"until the end", "HTTP/1.1 200 OK\r\n\r\nhello", true, 200, "hello", false},
		{"until the end, large", "HTTP/1.1 200 OK\r\n\r\n" + large, true, 200, large, false},
		{"closing", "HTTP/1.1 200 OK\r\nConnection: keep-alive, Close\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", false},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", false},
		{"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", true},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, "", true},
		{"more than it says", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", false, 200, "hi", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, func(int, *http.Request, []byte) (string, bool) { return tt.answer, tt.end })
			c := s.client(t, Endpoint{})
			const times = 3
			for range times {
				resp, err := fetch(t, c)
				if err != nil {
					t.Fatal(err)
				}
				if resp.Status != tt.status || string(resp.Body) != tt.body {
					t.Fatalf("got %d with %d bytes %.40q, want %d with %d bytes %.40q", resp.Status, len(resp.Body), resp.Body, tt.status, len(tt.body), tt.body)
				}
			}
			want := int32(times)
			if tt.kept {
				want = 1
			}
			if got := s.connections.Load(); got != want {
				t.Errorf("%d connections for %d requests, want %d", got, times, want)
			}
		})
	}
}

// Answers about whose end two readers could differ, or that no server sends.
func TestMalformedAnswers(t *testing.T) {
	head := func(lines ...string) string {
		return "HTTP/1.1 200 OK\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\nhello"
	}
	chunked := func(body string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body }
	tests := []struct{ name, answer string }{
		{"length and encoding", head("Content-Length: 5", "Transfer-Encoding: chunked")},
		{"encoding and length", head("Transfer-Encoding: chunked", "Content-Length: 5")},
		{"lengths that differ", head("Content-Length: 5", "Content-Length: 6")},
		{"list of lengths", head("Content-Length: 5, 5")},
		{"signed length", head("Content-Length: +5")},
		{"negative length", head("Content-Length: -5")},
		{"length of nothing", head("Content-Length:")},
		{"hexadecimal length", head("Content-Length: 0x5")},
		{"overflowing length", head("Content-Length: 99999999999999999999")},
		{"other encoding", head("Transfer-Encoding: gzip")},
		{"two encodings", head("Transfer-Encoding: gzip, chunked")},
		{"encoding twice", head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")},
		{"encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"space before the colon", head("Content-Length : 5")},
		{"no colon", head("Content-Length 5")},
		{"no name", head(": 5")},
		{"folded line", head("X: a", " b", "Content-Length: 5")},
		{"bare line feed", head("X: a\nContent-Length: 5")},
		{"bare carriage return", head("X: a\rb", "Content-Length: 5")},
		{"zero byte", head("X: a\x00b", "Content-Length: 5")},
		{"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"status of two digits", "HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n"},
		{"status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
		{"status with a sign", "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n"},
		{"status below 100", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"},
		{"switched protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"},
		{"interim for ever", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"no content with content", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"},
		{"chunk longer than it says", chunked("3\r\nabcd\r\n0\r\n\r\n")},
		{"chunk without a size", chunked("\r\nabc\r\n0\r\n\r\n")},
		{"chunk with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n")},
		{"chunk with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n")},
		{"chunk line without CR", chunked("3\nabc\r\n0\r\n\r\n")},
		{"chunk line too long", chunked("3;" + strings.Repeat("x", 300) + "\r\nabc\r\n0\r\n\r\n")},
		{"chunk size overflows", chunked("FFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n")},
		{"chunks mostly wrapping", chunked(strings.Repeat("1;"+strings.Repeat("x", 200)+"\r\na\r\n", 10_000) + "0\r\n\r\n")},
		{"trailer for ever", chunked("0\r\n" + strings.Repeat("X-Y: "+strings.Repeat("y", 1000)+"\r\n", 1000) + "\r\n")},
		{"trailer that is none", chunked("0\r\nHTTP/1.1 200 OK\r\n\r\n")},
		{"status line for ever", "HTTP/1.1 200 " + strings.Repeat("x", 1<<20)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, func(int, *http.Request, []byte) (string, bool) { return tt.answer, true })
			c := s.client(t, Endpoint{})
			resp, err := fetch(t, c)
			if err == nil {
				t.Fatalf("it was taken for %d %q", resp.Status, resp.Body)
			}
			wantKind(t, err, Protocol)
			if s.requests.Load() != 1 {
				t.Errorf("the subgraph was asked %d times", s.requests.Load())
			}
		})
	}
}

// A chunk that is announced and does not come costs no memory, and one that is
// larger than allowed is refused at once.
func TestAnnouncedChunk(t *testing.T) {
	s := newScript(t, func(int, *http.Request, []byte) (string, bool) {
		return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7000000\r\n", false
	})
	_, err := fetch(t, s.client(t, Endpoint{MaxResponseBytes: 1 << 20}))
	wantKind(t, err, TooLarge)
	_, err = fetch(t, s.client(t, Endpoint{MaxResponseBytes: 1 << 30, Timeout: 20 * time.Millisecond}))
	wantKind(t, err, Timeout)
}

// However the bytes of an answer are cut into packets, it is the same.
func TestPartialReads(t *testing.T) {
	const head = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\n"
	for name, answer := range map[string]string{
		"sized":         head + "Content-Length: 11\r\n\r\nhello world",
		"chunked":       head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX: y\r\n\r\n",
		"until the end": head + "\r\nhello world",
	} {
		t.Run(name, func(t *testing.T) {
			for size := 1; size <= len(answer); size++ {
				c := newConn(&pieces{rest: []byte(answer), size: size})
				resp, _, err := c.read(&buffer.Pool{}, 100, true)
				if err != nil {
					t.Fatalf("in pieces of %d: %v", size, err)
				}
				if resp.Status != 200 || string(resp.Body) != "hello world" || resp.Header.Get("X-A") != "b" {
					t.Fatalf("in pieces of %d: %d %q %v", size, resp.Status, resp.Body, resp.Header)
				}
				if name == "until the end" {
					continue
				}
				// Cut off anywhere, it is an error.
				c = newConn(&pieces{rest: []byte(answer[:len(answer)-size]), size: 7})
				if resp, _, err := c.read(&buffer.Pool{}, 100, true); err == nil {
					t.Fatalf("without its last %d bytes: %d %q", size, resp.Status, resp.Body)
				}
			}
		})
	}
}

// pieces is the reading side of a connection on which bytes arrive in pieces
// of one size.
type pieces struct {
	net.Conn
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(p.size, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

// What a subgraph sends unasked, behind an answer or later, must not become the
// next request's answer.
func TestUnaskedAnswers(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
	t.Run("behind the answer", func(t *testing.T) {
		s := newScript(t, func(n int, _ *http.Request, _ []byte) (string, bool) {
			return answer + fmt.Sprint(n) + answer + "X", false
		})
		c := s.client(t, Endpoint{})
		for n := 1; n <= 3; n++ {
			resp, err := fetch(t, c)
			if err != nil || string(resp.Body) != fmt.Sprint(n) {
				t.Fatalf("request %d got %v, %v", n, resp, err)
			}
		}
	})
	t.Run("later", func(t *testing.T) {
		var conn net.Conn
		c, _ := serve(t, Endpoint{}, func(w http.ResponseWriter, r *http.Request) {
			if conn == nil {
				conn, _, _ = w.(http.Hijacker).Hijack()
				io.WriteString(conn, answer+"1")
				return
			}
			io.WriteString(w, "2")
		})
		if resp, err := fetch(t, c); err != nil || string(resp.Body) != "1" {
			t.Fatalf("got %v, %v", resp, err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, answer+"X"); err != nil {
			t.Fatal(err)
		}
		// The connection between the two is a socket of this machine: what has
		// been written is there to be read.
		if resp, err := fetch(t, c); err != nil || string(resp.Body) != "2" {
			t.Fatalf("got %v, %v", resp, err)
		}
	})
}

// A subgraph that restarts closes all idle connections at once: no request,
// mutation or not, notices.
func TestRestart(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	defer srv.Close()
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: srv.URL}}})
	for range 3 {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("x")}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		srv.CloseClientConnections()
		if _, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("x"), Mutation: true}); err != nil {
			t.Error(err)
		}
	}
}

// A query is sent a second time, and not a third; and not after a byte of an
// answer, nor for lack of time.
func TestRetry(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	tests := []struct {
		name     string
		answers  []string // of the requests after the first; "" closes
		mutation bool
		seen     int32 // requests in all
		fails    bool
	}{
		{"closed, then answered", []string{"", good}, false, 3, false},
		{"closed twice", []string{"", "", good}, false, 3, true},
		{"a byte came", []string{"H", good}, false, 2, true},
		{"interim answer came", []string{"HTTP/1.1 100 Continue\r\n\r\n", good}, false, 2, true},
		{"malformed", []string{"HTTP/1.1 200 OK\r\nX\r\n\r\n", good}, false, 2, true},
		{"mutation", []string{"", good}, true, 2, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, func(n int, _ *http.Request, _ []byte) (string, bool) {
				if n == 1 {
					return good, false
				}
				return tt.answers[n-2], tt.answers[n-2] != good
			})
			c := s.client(t, Endpoint{})
			if _, err := fetch(t, c); err != nil {
				t.Fatal(err)
			}
			_, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Mutation: tt.mutation})
			if (err != nil) != tt.fails || s.requests.Load() != tt.seen {
				t.Errorf("error %v after %d requests, want an error: %t, after %d", err, s.requests.Load(), tt.fails, tt.seen)
			}
		})
	}
	t.Run("first request of a connection", func(t *testing.T) {
		s := newScript(t, func(int, *http.Request, []byte) (string, bool) { return "", true })
		_, err := fetch(t, s.client(t, Endpoint{}))
		wantKind(t, err, Protocol)
		if s.requests.Load() != 1 {
			t.Errorf("asked %d times", s.requests.Load())
		}
	})
}

// A request that is cancelled ends at once, whatever its connection is doing,
// and the connection is not used again.
func TestCancel(t *testing.T) {
	for name, beginning := range map[string]string{
		"before the answer":     "",
		"inside the head":       "HTTP/1.1 200 OK\r\n",
		"inside the body":       "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
		"inside a chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
		"between interim heads": "HTTP/1.1 100 Continue\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			cancelled := make(chan context.CancelFunc, 1)
			s := newScript(t, func(n int, _ *http.Request, _ []byte) (string, bool) {
				if n == 2 {
					return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false
				}
				(<-cancelled)()
				return beginning, false
			})
			c := s.client(t, Endpoint{Timeout: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cancelled <- cancel
			_, err := c.Fetch(ctx, &Request{Subgraph: "s"})
			wantKind(t, err, Canceled)
			if resp, err := fetch(t, c); err != nil || string(resp.Body) != "hi" {
				t.Errorf("the next request got %v, %v", resp, err)
			}
			if s.connections.Load() != 2 {
				t.Errorf("%d connections, want 2", s.connections.Load())
			}
			if _, err := c.Fetch(ctx, &Request{Subgraph: "s"}); err == nil || s.requests.Load() != 2 {
				t.Errorf("a request that had been cancelled before got %v", err)
			}
		})
	}
}

// Requests that are cancelled at all moments neither break the ones that get
// their connection next nor are given another's answer.
func TestCancelAtAnyMoment(t *testing.T) {
	s := newScript(t, func(_ int, r *http.Request, body []byte) (string, bool) {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body), false
	})
	c := s.client(t, Endpoint{})
	var wg sync.WaitGroup
	var answered atomic.Int32
	for worker := range 4 {
		wg.Go(func() {
			for i := range 250 {
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(time.Duration(i)*time.Microsecond, cancel)
				want := fmt.Sprintf("%d-%d", worker, i)
				resp, err := c.Fetch(ctx, &Request{Subgraph: "s", Body: []byte(want)})
				var e *Error
				switch {
				case err == nil && string(resp.Body) != want:
					t.Errorf("got %q, want %q", resp.Body, want)
				case err == nil:
					answered.Add(1)
				case !errors.As(err, &e) || e.Kind != Canceled:
					t.Errorf("%s: %v", want, err)
				}
				timer.Stop()
				cancel()
				if resp, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte(want)}); err != nil || string(resp.Body) != want {
					t.Errorf("after %s: %v, %v", want, resp, err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d of 1000 were answered, over %d connections", answered.Load(), s.connections.Load())
}

// A large request body is written beside its head, and a subgraph that refuses
// it without reading is heard.
func TestLargeRequest(t *testing.T) {
	body := bytes.Repeat([]byte("x"), 1<<20)
	s := newScript(t, func(_ int, _ *http.Request, got []byte) (string, bool) {
		if !bytes.Equal(got, body) {
			t.Errorf("%d bytes arrived, not as they were sent", len(got))
		}
		return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false
	})
	c := s.client(t, Endpoint{})
	for range 2 {
		if _, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	if s.connections.Load() != 1 {
		t.Errorf("%d connections, want 1", s.connections.Load())
	}
}

// Over the wire a request is these bytes and no others.
func TestRequestBytes(t *testing.T) {
	tests := []struct {
		name string
		url  string
		r    Request
		want string
	}{
		{"plain", "http://s/graphql", Request{Body: []byte("{}")}, `POST /graphql HTTP/1.1
Host: s
Accept: application/graphql-response+json, application/json;q=0.9
Content-Type: application/json
User-Agent: weft
Content-Length: 2

{}`},
		{"headers", "http://u:p@s:8080", Request{Header: NewHeader(http.Header{
			"X-B": {" 1 ", "2"}, "x-a": {""}, "Connection": {"X-B"}, "content-length": {"7"}, "User-Agent": {"me"},
		})}, `POST / HTTP/1.1
Host: s:8080
Accept: application/graphql-response+json, application/json;q=0.9
Content-Type: application/json
User-Agent: me
X-B: 1
X-B: 2
X-A: 
Authorization: Basic dTpw
Content-Length: 0

`},
		{"odd path", "http://s/a b/ü?q=1#f", Request{Header: NewHeader(http.Header{"Authorization": {"x"}})}, `POST /a%20b/%C3%BC?q=1 HTTP/1.1
Host: s
Accept: application/graphql-response+json, application/json;q=0.9
Content-Type: application/json
Authorization: x
User-Agent: weft
Content-Length: 0

`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &endpoint{Endpoint: Endpoint{}.withDefaults()}
			var err error
			if e.target, err = parseTarget(tt.url); err != nil {
				t.Fatal(err)
			}
			got := append(newWire(&Client{}, e).appendHead(nil, &tt.r, deadline{}), tt.r.Body...)
			if diff := cmp.Diff(tt.want, strings.ReplaceAll(string(got), "\r\n", "\n")); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			if _, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(got))); err != nil {
				t.Errorf("net/http does not take it: %v", err)
			}
		})
	}
}

func TestCheckHeader(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		fine        bool
	}{
		{"X-A", "a b\tc", true},
		{"X-A", "ü", true},
		{"X-A", "", true},
		{"", "a", false},
		{"X A", "a", false},
		{"X:A", "a", false},
		{"X-A\r\nX-B", "a", false},
		{"Ü", "a", false},
		{"X-A", "a\r\nX-B: b", false},
		{"X-A", "a\nb", false},
		{"X-A", "a\x00", false},
		{"X-A", "a\x7f", false},
	} {
		if err := checkHeader(http.Header{tt.name: {tt.value}}); (err == nil) != tt.fine {
			t.Errorf("%q: %q: %v, want it to be fine: %t", tt.name, tt.value, err, tt.fine)
		}
	}
}

// Which way requests go: ours where it can, and net/http elsewhere.
func TestTransportChoice(t *testing.T) {
	t.Setenv("HTTP_PROXY", "") // read once per process, here or before
	for _, tt := range []struct {
		url string
		via Transport
		own bool
	}{
		{"http://127.0.0.1:4001/graphql", TransportAuto, true},
		{"http://s", TransportAuto, true},
		{"unix:///run/s.sock", TransportAuto, true},
		{"https://s", TransportAuto, false},
		{"http://bücher.example", TransportAuto, false},
		{"http://s", TransportNetHTTP, false},
		{"http://s", TransportHTTP2, false},
	} {
		c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: tt.url, Transport: tt.via}}})
		if _, own := c.endpoints["s"].transport.(*wire); own != tt.own {
			t.Errorf("%s by %q goes our way: %t, want %t", tt.url, tt.via, own, tt.own)
		}
	}
	if _, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: "http://s", Transport: "pigeon"}}}); err == nil {
		t.Error("pigeons carry nothing")
	}
	if _, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: "http://s"}}, DeadlineHeader: "a b"}); err == nil {
		t.Error("a header's name has no spaces")
	}
}

// HTTP/2 without TLS, from the first byte on.
func TestHTTP2(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	defer srv.Close()
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: srv.URL, Transport: TransportHTTP2}}})
	resp, err := fetch(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "HTTP/2.0" {
		t.Errorf("asked by %s", resp.Body)
	}
}

// Idle connections end after their time, whether there are requests or not.
func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pool{idleTimeout: 4 * time.Second}
		var mu sync.Mutex
		closed := map[string]time.Duration{} // guarded by mu
		start := time.Now()
		put := func(name string) *conn {
			c := newConn(&closeNoter{note: func() {
				mu.Lock()
				defer mu.Unlock()
				closed[name] = time.Since(start)
			}})
			p.put(c)
			return c
		}
		put("a")
		time.Sleep(time.Second)
		put("b")
		c := put("c")
		if got := p.take(); got != c {
			t.Error("not the one used last is taken")
		}
		time.Sleep(2 * time.Second)
		p.put(c)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		want := map[string]time.Duration{"a": 4 * time.Second, "b": 5 * time.Second, "c": 7 * time.Second}
		if diff := cmp.Diff(want, closed); diff != "" {
			t.Errorf("closed (-want +got):\n%s", diff)
		}
		if p.take() != nil {
			t.Error("something is left")
		}
		put("d")
		p.close()
		put("e")
		delete(closed, "a")
		delete(closed, "b")
		delete(closed, "c")
		if diff := cmp.Diff(map[string]time.Duration{"d": 13 * time.Second, "e": 13 * time.Second}, closed); diff != "" {
			t.Errorf("closed by close (-want +got):\n%s", diff)
		}
		for i := range maxIdleConns + 3 {
			put(fmt.Sprint(i))
		}
	})
}

func TestPoolIsBounded(t *testing.T) {
	p := &pool{idleTimeout: time.Hour}
	defer p.close()
	closed := 0
	for range maxIdleConns + 3 {
		p.put(newConn(&closeNoter{note: func() { closed++ }}))
	}
	if closed != 3 {
		t.Errorf("%d connections closed, want 3", closed)
	}
}

// closeNoter is a connection that can only be closed.
type closeNoter struct {
	net.Conn
	note func()
}

func (c *closeNoter) Close() error {
	c.note()
	return nil
}

// FuzzAnswer: whatever a subgraph sends, nothing panics, nothing is larger than
// allowed, and what we take for an answer net/http takes for the same one.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
		"HTTP/1.0 200\r\n\r\nhello",
		"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
	} {
		f.Add([]byte(seed), 7)
	}
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		const limit = 1000
		size = max(1, min(size, 1<<16))
		c := newConn(&pieces{rest: bytes.Clone(raw), size: size})
		got, keep, err := c.read(&buffer.Pool{}, limit, true)
		c = newConn(&pieces{rest: bytes.Clone(raw), size: size})
		few, keepFew, errFew := c.read(&buffer.Pool{}, limit, false)
		if (err == nil) != (errFew == nil) || err == nil && (keep != keepFew || got.Status != few.Status || !bytes.Equal(got.Body, few.Body)) {
			t.Fatalf("with all headers %v %v %v, with few %v %v %v", got, keep, err, few, keepFew, errFew)
		}
		if err != nil {
			return
		}
		for _, name := range []string{"Content-Type", "Content-Encoding", "Retry-After"} {
			if diff := cmp.Diff(got.Header[name], few.Header[name]); diff != "" {
				t.Errorf("header %s (-among all +among few):\n%s", name, diff)
			}
		}
		if len(got.Body) > limit {
			t.Fatalf("a body of %d bytes", len(got.Body))
		}
		r := bufio.NewReader(bytes.NewReader(raw))
		want, err := http.ReadResponse(r, nil)
		for err == nil && want.StatusCode < 200 {
			want, err = http.ReadResponse(r, nil)
		}
		if err != nil {
			t.Fatalf("we take it for an answer, net/http does not: %v", err)
		}
		body, err := io.ReadAll(want.Body)
		if err != nil {
			t.Fatalf("we take the body for complete, net/http does not: %v", err)
		}
		if got.Status != want.StatusCode || !bytes.Equal(got.Body, body) {
			t.Fatalf("got %d %q, net/http %d %q", got.Status, got.Body, want.StatusCode, body)
		}
		if keep && want.Close {
			t.Error("the connection is kept, which net/http would close")
		}
		for name, values := range want.Header {
			if name == "Content-Length" {
				continue // net/http makes one of several that are the same
			}
			if diff := cmp.Diff(values, got.Header[name]); diff != "" {
				t.Errorf("header %s (-net/http +got):\n%s", name, diff)
			}
		}
	})
}

// An answer that cannot be inflated is an answer: nothing is sent again, and
// the connection, which by then is somebody else's, is left alone.
func TestWrongEncodingIsNoStaleConnection(t *testing.T) {
	s := newScript(t, func(int, *http.Request, []byte) (string, bool) {
		return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip", false
	})
	c := s.client(t, Endpoint{})
	const askers, times = 8, 50
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			for range times {
				_, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("{}")})
				var known *Error
				if !errors.As(err, &known) || known.Kind != Protocol {
					t.Errorf("error %v", err)
				}
			}
		})
	}
	wg.Wait()
	if n := s.requests.Load(); n != askers*times {
		t.Errorf("%d requests for %d fetches", n, askers*times)
	}
	if n := s.connections.Load(); n > askers {
		t.Errorf("%d connections for %d askers", n, askers)
	}
}
