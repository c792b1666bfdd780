package subgraphs

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a subgraph named "s" and returns a client for it and it alone.
func serve(t *testing.T, e Endpoint, h http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	e.URL = srv.URL + "/graphql"
	return newClient(t, Options{AllHeaders: true, Endpoints: map[string]Endpoint{"s": e}}), srv
}

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// eachTransport runs a test over the client of our own and over net/http.
func eachTransport(t *testing.T, test func(*testing.T, Transport)) {
	for name, via := range map[string]Transport{"own": TransportAuto, "net_http": TransportNetHTTP} {
		t.Run(name, func(t *testing.T) { test(t, via) })
	}
}

func fetch(t *testing.T, c *Client) (*Response, error) {
	t.Helper()
	return c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte(`{"query":"{a}"}`)})
}

func wantKind(t *testing.T, err error, kind Kind) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v (%T), want an *Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind = %v, want %v (%v)", e.Kind, kind, err)
	}
	if e.Subgraph != "s" {
		t.Errorf("subgraph = %q, want s", e.Subgraph)
	}
	if strings.Contains(e.Reason(), "127.0.0.1") {
		t.Errorf("reason %q shows an address", e.Reason())
	}
	return e
}

func TestFetch(t *testing.T) { eachTransport(t, testFetch) }

func testFetch(t *testing.T, via Transport) {
	var got *http.Request
	var body []byte
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"data":{"a":1}}`)
	})
	resp, err := c.Fetch(t.Context(), &Request{
		Subgraph: "s",
		Body:     []byte(`{"query":"{a}"}`),
		Header: NewHeader(http.Header{
			"X-Tenant":        {"a", "b"},
			"Content-Type":    {"text/plain"},
			"Content-Length":  {"3"},
			"Connection":      {"X-Tenant"},
			"Host":            {"elsewhere"},
			"Accept-Encoding": {"br"},
			"Transfer-Encoding": {
				"chunked",
			},
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"data":{"a":1}}`, string(resp.Body)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if resp.Status != 200 || resp.MediaType() != "application/json" {
		t.Errorf("status %d, media type %q", resp.Status, resp.MediaType())
	}
	want := http.Header{
		"Accept":         {"application/graphql-response+json, application/json;q=0.9"},
		"Content-Type":   {"application/json"},
		"Content-Length": {"15"},
		"User-Agent":     {"weft"},
		"X-Tenant":       {"a", "b"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Errorf("request header (-want +got):\n%s", diff)
	}
	if got.Method != "POST" || got.URL.Path != "/graphql" || got.Host == "elsewhere" {
		t.Errorf("request %s %s to %s", got.Method, got.URL, got.Host)
	}
	if string(body) != `{"query":"{a}"}` {
		t.Errorf("request body %s", body)
	}
}

// Whatever comes back as HTTP is an answer: what it means is decided where
// plans are known.
func TestAnswersOfAnyKind(t *testing.T) { eachTransport(t, testAnswersOfAnyKind) }

func testAnswersOfAnyKind(t *testing.T, via Transport) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  int
		body    string
	}{
		{"error page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(502)
			io.WriteString(w, "<html>bad gateway</html>")
		}, 502, "<html>bad gateway</html>"},
		{"redirect is not followed", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/graphql" {
				t.Errorf("redirect to %s was followed", r.URL)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(307)
		}, 307, ""},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, 204, ""},
		{"chunked", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 3 {
				fmt.Fprint(w, i)
				w.(http.Flusher).Flush()
			}
		}, 200, "012"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, Endpoint{Transport: via}, tt.handler)
			resp, err := fetch(t, c)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Status != tt.status || string(resp.Body) != tt.body {
				t.Errorf("got %d %q, want %d %q", resp.Status, resp.Body, tt.status, tt.body)
			}
		})
	}
}

func TestCookiesAreNotKept(t *testing.T) { eachTransport(t, testCookiesAreNotKept) }

func testCookiesAreNotKept(t *testing.T, via Transport) {
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Errorf("a cookie came back: %v", r.Header)
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
	})
	for range 2 {
		resp, err := fetch(t, c)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("Set-Cookie") == "" {
			t.Error("the answer's own Set-Cookie is gone")
		}
	}
}

// hijack takes the connection and lets f do with it what no handler would.
func hijack(t *testing.T, f func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		f(conn)
	}
}

func reset(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }

func TestBrokenAnswers(t *testing.T) { eachTransport(t, testBrokenAnswers) }

func testBrokenAnswers(t *testing.T, via Transport) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"reset before the first byte", hijack(t, reset)},
		{"closed before the first byte", hijack(t, func(net.Conn) {})},
		{"reset inside the body", hijack(t, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":")
			reset(conn)
		})},
		{"body shorter than its length", hijack(t, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":")
		})},
		{"chunks without an end", hijack(t, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
		})},
		{"not HTTP", hijack(t, func(conn net.Conn) { io.WriteString(conn, "SSH-2.0-OpenSSH_9.6\r\n") })},
		{"endless header", hijack(t, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
			for range 1024 {
				if _, err := io.WriteString(conn, strings.Repeat("x", 1024)); err != nil {
					return
				}
			}
		})},
		{"unknown encoding", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "??")
		}},
		{"gzip cut off", func(w http.ResponseWriter, _ *http.Request) {
			z := zip(strings.Repeat("abc", 1000))
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(z[:len(z)/2])
		}},
		{"gzip that is none", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, `{"data":null}`)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, Endpoint{Transport: via}, tt.handler)
			_, err := fetch(t, c)
			wantKind(t, err, Protocol)
		})
	}
}

func zip(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.Bytes()
}

func TestGzipAnswer(t *testing.T) { eachTransport(t, testGzipAnswer) }

func testGzipAnswer(t *testing.T, via Transport) {
	want := strings.Repeat(`{"data":{}} `, 1000)
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(zip(want))
	})
	resp, err := fetch(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != want {
		t.Errorf("body has %d bytes, want %d", len(resp.Body), len(want))
	}
	if got := resp.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("the header still says %q", got)
	}
}

func TestSizeLimit(t *testing.T) { eachTransport(t, testSizeLimit) }

func testSizeLimit(t *testing.T, via Transport) {
	const limit = 100_000
	text := func(n int) string { return strings.Repeat("x", n) }
	sized := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			io.WriteString(w, body)
		}
	}
	chunked := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			io.WriteString(w, body)
		}
	}
	zipped := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zip(body))
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		fits    bool
	}{
		{"sized, at the limit", sized(text(limit)), true},
		{"sized, one more", sized(text(limit + 1)), false},
		{"chunked, at the limit", chunked(text(limit)), true},
		{"chunked, one more", chunked(text(limit + 1)), false},
		{"gzip, at the limit", zipped(text(limit)), true},
		{"gzip, one more", zipped(text(limit + 1)), false},
		{"gzip bomb", zipped(text(30 * limit)), false},
		{"endless empty gzip members", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			empty := zip("")
			for r.Context().Err() == nil {
				if _, err := w.Write(empty); err != nil {
					return
				}
			}
		}, false},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, text(10_000)); err != nil {
					return
				}
			}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, Endpoint{Transport: via, MaxResponseBytes: limit}, tt.handler)
			resp, err := fetch(t, c)
			if !tt.fits {
				e := wantKind(t, err, TooLarge)
				if want := "answer larger than 100000 bytes"; e.Reason() != want {
					t.Errorf("reason %q, want %q", e.Reason(), want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(resp.Body) != limit {
				t.Errorf("body has %d bytes, want %d", len(resp.Body), limit)
			}
		})
	}
}

func TestNoAnswerInTime(t *testing.T) { eachTransport(t, testNoAnswerInTime) }

func testNoAnswerInTime(t *testing.T, via Transport) {
	hang := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	trickle := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, handler := range map[string]http.HandlerFunc{"hangs": hang, "stops inside the body": trickle} {
		t.Run(name, func(t *testing.T) {
			t.Run("subgraph timeout", func(t *testing.T) {
				c, _ := serve(t, Endpoint{Transport: via, Timeout: 20 * time.Millisecond}, handler)
				_, err := fetch(t, c)
				if e := wantKind(t, err, Timeout); e.Reason() != "no answer within 20ms" {
					t.Errorf("reason %q", e.Reason())
				}
			})
			t.Run("request deadline", func(t *testing.T) {
				c, _ := serve(t, Endpoint{Transport: via}, handler)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				_, err := c.Fetch(ctx, &Request{Subgraph: "s"})
				if e := wantKind(t, err, Timeout); e.Reason() != "no answer before the request's deadline" {
					t.Errorf("reason %q", e.Reason())
				}
			})
			t.Run("caller gone", func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
					time.AfterFunc(5*time.Millisecond, cancel)
					handler(w, r)
				})
				_, err := c.Fetch(ctx, &Request{Subgraph: "s"})
				wantKind(t, err, Canceled)
			})
		})
	}
}

func TestConnectFails(t *testing.T) { eachTransport(t, testConnectFails) }

func testConnectFails(t *testing.T, via Transport) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	for name, url := range map[string]string{
		"nobody listens":        "http://" + closed,
		"certificate unknown":   tls.URL,
		"no such socket":        "unix:///nowhere/there.sock",
		"TLS to a plain server": strings.Replace(httptestPlain(t), "http:", "https:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: url, Transport: via}}})
			_, err := fetch(t, c)
			if e := wantKind(t, err, Connect); e.Reason() != "connection failed" {
				t.Errorf("reason %q", e.Reason())
			}
		})
	}
}

func httptestPlain(t *testing.T) string {
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestUnixSocket(t *testing.T) { eachTransport(t, testUnixSocket) }

func testUnixSocket(t *testing.T, via Transport) {
	path := filepath.Join(t.TempDir(), "s.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.URL.Path)
	})}}
	srv.Start()
	defer srv.Close()
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {Transport: via, URL: "unix://" + path + "?path=/graphql"}}})
	resp, err := fetch(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "/graphql" {
		t.Errorf("asked for %s", resp.Body)
	}
}

func TestUnknownSubgraph(t *testing.T) {
	c := newClient(t, Options{})
	_, err := fetch(t, c)
	wantKind(t, err, Connect)
}

// A server that closes a kept connection while the request is on its way: the
// query is sent again, the mutation is not.
func TestStaleConnection(t *testing.T) { eachTransport(t, testStaleConnection) }

func testStaleConnection(t *testing.T, via Transport) {
	for _, tt := range []struct {
		name     string
		mutation bool
		header   http.Header
		retried  bool
	}{
		{"query", false, nil, true},
		{"mutation", true, nil, false},
		{"mutation with a client's idempotency key", true, http.Header{"Idempotency-Key": {"k"}}, false},
		{"query with a client's idempotency key", false, http.Header{"Idempotency-Key": {"k"}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var seen atomic.Int32
			var key atomic.Value
			c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
				n := seen.Add(1)
				key.Store(r.Header.Get("Idempotency-Key"))
				if n == 2 {
					hijack(t, reset)(w, r)
				}
			})
			r := &Request{Subgraph: "s", Body: []byte("{}"), Mutation: tt.mutation, Header: NewHeader(tt.header)}
			if _, err := c.Fetch(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			_, err := c.Fetch(t.Context(), r)
			if tt.retried {
				if err != nil || seen.Load() != 3 {
					t.Errorf("error %v after %d requests, want none after 3", err, seen.Load())
				}
			} else {
				wantKind(t, err, Protocol)
				if seen.Load() != 2 {
					t.Errorf("the subgraph saw %d requests, want 2", seen.Load())
				}
			}
			if want := tt.header.Get("Idempotency-Key"); key.Load() != want {
				t.Errorf("subgraph saw idempotency key %q, want %q", key.Load(), want)
			}
		})
	}
}

// Bodies are read to their end or closed on every path, so connections are
// reused after good answers and none is left open after bad ones. Time stands
// still: net/http gives a connection up on which the end of a request takes 50 ms
// to be noticed, whoever has kept it from being noticed.
func TestConnectionsAreReused(t *testing.T) {
	eachTransport(t, func(t *testing.T, via Transport) {
		synctest.Test(t, func(t *testing.T) { testConnectionsAreReused(t, via) })
	})
}

func testConnectionsAreReused(t *testing.T, via Transport) {
	var opened, open atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("X-Do") {
		case "500":
			w.WriteHeader(500)
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zip("hello"))
			return
		case "large":
			io.WriteString(w, strings.Repeat("x", 100_000))
			return
		}
		io.WriteString(w, "hello")
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			opened.Add(1)
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: srv.URL, Transport: via, MaxResponseBytes: 50_000}}})
	do := func(what string) error {
		_, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Header: NewHeader(http.Header{"X-Do": {what}})})
		return err
	}
	for range 20 {
		for _, what := range []string{"", "500", "gzip"} {
			if err := do(what); err != nil {
				t.Fatal(err)
			}
		}
	}
	if opened.Load() != 1 {
		t.Errorf("60 requests in turn opened %d connections, want 1", opened.Load())
	}
	for range 3 {
		wantKind(t, do("large"), TooLarge)
	}
	c.Close()
	// goleak, at the end of all tests, finds what is left open on our side.
	srv.Close()
	if open.Load() != 0 {
		t.Errorf("%d connections are still open", open.Load())
	}
}

func TestConcurrentFetchesKeepTheirAnswersApart(t *testing.T) {
	eachTransport(t, testConcurrentFetchesKeepTheirAnswersApart)
}

func testConcurrentFetchesKeepTheirAnswersApart(t *testing.T, via Transport) {
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})
	var wg sync.WaitGroup
	bodies := make([][]byte, 64)
	for i := range bodies {
		wg.Go(func() {
			resp, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: fmt.Appendf(nil, "%064d", i)})
			if err != nil {
				t.Error(err)
				return
			}
			bodies[i] = resp.Body
		})
	}
	wg.Wait()
	for i, b := range bodies {
		if want := fmt.Sprintf("%064d", i); string(b) != want {
			t.Errorf("answer %d is %s", i, b)
		}
	}
}

func TestDeadlineHeader(t *testing.T) { eachTransport(t, testDeadlineHeader) }

func testDeadlineHeader(t *testing.T, via Transport) {
	var got atomic.Value
	_, srv := serve(t, Endpoint{Transport: via}, func(_ http.ResponseWriter, r *http.Request) { got.Store(r.Header["X-Deadline-Ms"]) })
	c := newClient(t, Options{
		Endpoints:      map[string]Endpoint{"s": {URL: srv.URL, Transport: via, Timeout: time.Hour}},
		DeadlineHeader: "x-deadline-ms",
	})
	r := &Request{Subgraph: "s", Header: NewHeader(http.Header{"X-Deadline-Ms": {"77"}})}
	if _, err := c.Fetch(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	// Some of the hour has passed when the header is made.
	values, _ := got.Load().([]string)
	if len(values) != 1 || len(values[0]) != len("3599999") || values[0][:3] != "359" {
		t.Errorf("budget %q, want one of nearly an hour", values)
	}
}

func TestCloseEndsDials(t *testing.T) { eachTransport(t, testCloseEndsDials) }

func testCloseEndsDials(t *testing.T, via Transport) {
	// A listener that never accepts, with a full queue, cannot be had
	// portably; a socket address that leads nowhere can.
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {Transport: via, URL: "http://192.0.2.1", ConnectTimeout: time.Hour}}})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := c.Fetch(ctx, &Request{Subgraph: "s"}); err == nil {
		t.Fatal("an answer from an address reserved for documentation")
	}
	c.Close() // goleak finds the dial if it goes on
}

func TestNewClientChecksURLs(t *testing.T) {
	tests := []struct{ url, want string }{
		{"http://localhost:4001/graphql", ""},
		{"https://user:secret@example.com", ""},
		{"unix:///run/s.sock?path=/graphql", ""},
		{"", `subgraph "s": has no URL`},
		{"localhost:4001", `subgraph "s": URL has the scheme "localhost"; http, https and unix are possible`},
		{"//host/graphql", `subgraph "s": URL "//host/graphql" has no scheme; it begins with http://, https:// or unix://`},
		{"ftp://host", `subgraph "s": URL has the scheme "ftp"; http, https and unix are possible`},
		{"http://", `subgraph "s": URL "http:" has no host`},
		{"http://:80/x", `subgraph "s": URL "http://:80/x" has no host`},
		{"unix://host/x", `subgraph "s": URL "unix://host/x" is not of the form unix:///path/to.sock?path=/graphql`},
		{"http://user:secret@host:port", `subgraph "s": URL is malformed: invalid port ":port" after host`},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			c, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: tt.url}}})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				c.Close()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCredentialsInURL(t *testing.T) { eachTransport(t, testCredentialsInURL) }

func testCredentialsInURL(t *testing.T, via Transport) {
	var got atomic.Value
	c, srv := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
		got.Store(r.Header.Get("Authorization"))
	})
	c.Close()
	c = newClient(t, Options{Endpoints: map[string]Endpoint{"s": {Transport: via, URL: strings.Replace(srv.URL, "://", "://u:p@", 1)}}})
	if _, err := fetch(t, c); err != nil {
		t.Fatal(err)
	}
	if got.Load() != "Basic dTpw" {
		t.Errorf("Authorization %q", got.Load())
	}
	r := &Request{Subgraph: "s", Header: NewHeader(http.Header{"Authorization": {"Bearer x"}})}
	if _, err := c.Fetch(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if got.Load() != "Bearer x" {
		t.Errorf("Authorization %q, want the request's own", got.Load())
	}
}

func TestHeaderInjection(t *testing.T) { eachTransport(t, testHeaderInjection) }

func testHeaderInjection(t *testing.T, via Transport) {
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, r *http.Request) {
		t.Error("the request was sent")
	})
	r := &Request{Subgraph: "s", Header: NewHeader(http.Header{"X-A": {"a\r\nX-B: b"}})}
	_, err := c.Fetch(t.Context(), r)
	wantKind(t, err, Protocol)
}

func TestExcerpt(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"short", "<html>\n\t<b>502</b>\x00", "<html> <b>502</b>\uFFFD"},
		{"cut between characters", strings.Repeat("ü", 150), strings.Repeat("ü", 100) + "…"},
		{"cut before half a character", "a" + strings.Repeat("ü", 150), "a" + strings.Repeat("ü", 99) + "…"},
		{"invalid", "\xff\xfe", "\uFFFD\uFFFD"},
		{"only continuation bytes", strings.Repeat("\x80", 300), "…"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &Response{Body: []byte(tt.body)}
			if diff := cmp.Diff(tt.want, r.Excerpt()); diff != "" {
				t.Errorf("excerpt (-want +got):\n%s", diff)
			}
		})
	}
}

func ExampleClient() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":{"me":{"id":"1"}}}`)
	}))
	defer srv.Close()
	client, err := NewClient(Options{Endpoints: map[string]Endpoint{"accounts": {URL: srv.URL}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	resp, err := client.Fetch(context.Background(), &Request{Subgraph: "accounts", Body: []byte(`{"query":"{ me { id } }"}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Status, string(resp.Body))
	// Output: 200 {"data":{"me":{"id":"1"}}}
}

// TestFirstByteTimeout: what ends a request whose answer does not begin is the
// time for the first byte, and what ends one that begins and does not end is
// not.
func TestFirstByteTimeout(t *testing.T) { eachTransport(t, testFirstByteTimeout) }

func testFirstByteTimeout(t *testing.T, via Transport) {
	silent, slow := make(chan struct{}), make(chan struct{})
	var asked atomic.Int64
	c, srv := serve(t, Endpoint{Transport: via, FirstByteTimeout: 20 * time.Millisecond, Timeout: time.Minute},
		func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			switch asked.Add(1) {
			case 2:
				<-silent
			case 3:
				_, _ = io.WriteString(w, `{"data":`)
				_ = http.NewResponseController(w).Flush()
				<-slow
				_, _ = io.WriteString(w, `null}`)
			default:
				_, _ = io.WriteString(w, `{}`)
			}
		})
	defer srv.CloseClientConnections()
	if _, err := fetch(t, c); err != nil {
		t.Fatal(err)
	}
	// Over a connection that has been used: not a reason to send it again.
	_, err := fetch(t, c)
	e := wantKind(t, err, Timeout)
	if got, want := e.Reason(), "no answer within 20ms"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("%d requests were sent, want 2", n)
	}
	close(silent)
	time.AfterFunc(60*time.Millisecond, func() { close(slow) })
	r, err := fetch(t, c)
	if err != nil || string(r.Body) != `{"data":null}` {
		t.Errorf("an answer that began in time: %v, %v", r, err)
	}
	// Whoever leaves meanwhile is not told of a time limit.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Fetch(ctx, &Request{Subgraph: "s", Body: []byte(`{}`)})
	wantKind(t, err, Canceled)
}

// Replicas have connections of their own; one that does not exist is an error.
func TestReplicas(t *testing.T) {
	answer := func(text string) *httptest.Server {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
		t.Cleanup(srv.Close)
		return srv
	}
	one, two, three := answer("one"), answer("two"), answer("three")
	c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": {URL: one.URL, Replicas: []string{two.URL, three.URL}}}})
	for i, want := range []string{"one", "two", "three"} {
		r, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("{}"), Replica: i})
		if err != nil || string(r.Body) != want {
			t.Errorf("replica %d: %v, %v; want %q", i, r, err, want)
		}
	}
	_, err := c.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("{}"), Replica: 3})
	wantKind(t, err, Connect)
	if _, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: one.URL, Replicas: []string{"ftp://x"}}}}); err == nil {
		t.Error("a replica with an impossible URL was accepted")
	}
}
