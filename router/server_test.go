package router

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
)

// start serves b on a free port and returns its URL and a function that ends
// it and waits.
func start(t *testing.T, b *bench) (url string, end func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx, l) }()
	end = func() error {
		cancel()
		return <-done
	}
	t.Cleanup(cancel)
	return "http://" + l.Addr().String(), end
}

func send(t *testing.T, url, body string) (int, string, error) {
	t.Helper()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr}
	resp, err := client.Post(url+"/graphql", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestServe(t *testing.T) {
	b := newBench(t, nil)
	url, end := start(t, b)
	if status, body, err := send(t, url, `{"query":"{echo}"}`); status != 200 || body != `{"data":{"echo":7}}` || err != nil {
		t.Errorf("%d %s %v", status, body, err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if _, _, err := send(t, url, `{}`); err == nil {
		t.Error("it still answers")
	}
}

// A request under way when weft is told to end is answered; new ones are not
// taken.
func TestShutdownDrains(t *testing.T) {
	b := newBench(t, nil)
	arrived, release := make(chan struct{}), make(chan struct{})
	b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		close(arrived)
		select {
		case <-release:
			return answer(`{"data":{"echo":8}}`)(ctx, r)
		case <-ctx.Done():
			return nil, &subgraphs.Error{Subgraph: "a", Kind: subgraphs.Canceled, Err: ctx.Err()}
		}
	}
	url, end := start(t, b)
	type result struct {
		status int
		body   string
		err    error
	}
	answered := make(chan result)
	go func() {
		status, body, err := send(t, url, `{"query":"{echo}"}`)
		answered <- result{status, body, err}
	}()
	<-arrived
	ended := make(chan error)
	go func() { ended <- end() }()
	for !b.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	close(release)
	if r := <-answered; r.status != 200 || r.body != `{"data":{"echo":8}}` {
		t.Errorf("%+v", r)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A request that does not end within the limit is cut off, and what it has
// started ends with it.
func TestShutdownLimit(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Shutdown.Drain = config.Duration(20 * time.Millisecond) })
	arrived, gone := make(chan struct{}), make(chan struct{})
	b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		close(arrived)
		<-ctx.Done()
		close(gone)
		return nil, &subgraphs.Error{Subgraph: "a", Kind: subgraphs.Canceled, Err: ctx.Err()}
	}
	url, end := start(t, b)
	answered := make(chan error)
	go func() {
		_, _, err := send(t, url, `{"query":"{echo}"}`)
		answered <- err
	}()
	<-arrived
	if err := end(); err != nil {
		t.Errorf("being cut off is no failure of weft: %v", err)
	}
	<-gone
	if err := <-answered; err == nil {
		t.Error("the client got an answer")
	}
	if b.logs.FilterMessage("requests were cut off").Len() != 1 {
		t.Error("nothing is logged about it")
	}
}

func TestServeFails(t *testing.T) {
	b := newBench(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := b.Serve(t.Context(), l); err == nil {
		t.Error("no error on a listener that is closed")
	}
}

// raw opens a connection and sends text as it is.
func raw(t *testing.T, url, text string) *bufio.Reader {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(conn)
}

// A body that trickles in is given up at the request's deadline, with an
// answer that says so.
func TestSlowBody(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Deadline = config.Duration(50 * time.Millisecond) })
	url, end := start(t, b)
	r := raw(t, url, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"query\":")
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 408 || codesIn(t, body)[0] != CodeRequestTimeout {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A client that sends more than it may, without waiting, still gets to read
// why it was refused.
func TestTooLargeIsAnswered(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Limits.RequestBytes = 1000 })
	url, end := start(t, b)
	for range 20 {
		status, body, err := send(t, url, `{"query":"`+strings.Repeat("x", 4000)+`"}`)
		if status != 413 || err != nil {
			t.Fatalf("status %d, %v: %s", status, err, body)
		}
	}
	r := raw(t, url, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n")
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != 413 {
		t.Errorf("a client that waits for leave: %v, %v", resp, err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A client that hangs up ends its fetches.
func TestHangUp(t *testing.T) {
	b := newBench(t, nil)
	arrived, gone := make(chan struct{}), make(chan struct{})
	b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		close(arrived)
		<-ctx.Done()
		close(gone)
		return nil, &subgraphs.Error{Subgraph: "a", Kind: subgraphs.Canceled, Err: ctx.Err()}
	}
	url, end := start(t, b)
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"query":"{echo}"}`
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	<-arrived
	conn.Close()
	<-gone
	if err := end(); err != nil {
		t.Error(err)
	}
	entries := b.logs.FilterMessage("request").All()
	if len(entries) != 1 || entries[0].ContextMap()["status"] != int64(499) {
		t.Errorf("logged %v", entries)
	}
}

func TestLargeHeader(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Limits.HeaderBytes = 1000 })
	url, end := start(t, b)
	r := raw(t, url, "POST /graphql HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 20_000)+"\r\n\r\n")
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != 431 {
		t.Errorf("%v, %v", resp, err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}
