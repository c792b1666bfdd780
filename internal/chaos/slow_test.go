package chaos_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

// A pipe is a listener without sockets, so that its time can be virtual.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipe) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// A slow is a client that takes its time.
type slow struct {
	name string
	// be does what the client does until the router has had enough.
	be func(c net.Conn) error
	// after is when that is.
	after time.Duration
}

// TestTrap23SlowClients: clients that are slow at each stage are ended in time,
// and while there are a thousand of them the others do not notice.
func TestTrap23SlowClients(t *testing.T) {
	const (
		deadline = 5 * time.Second // of the configuration
		headers  = 10 * time.Second
		idle     = 90 * time.Second
		reading  = 30 * time.Second
	)
	const request = "POST /graphql HTTP/1.1\r\nHost: weft\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
	large := post(`{ __schema { types { name description fields { name description args { name } } } } }`)
	kinds := []slow{
		{"says nothing", func(c net.Conn) error {
			_, err := io.Copy(io.Discard, c)
			return err
		}, headers},
		{"half a header", func(c net.Conn) error {
			if _, err := io.WriteString(c, request[:60]); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, c)
			return err
		}, headers},
		{"header byte by byte", func(c net.Conn) error {
			go func() { _ = trickle(c, request) }()
			_, err := io.Copy(io.Discard, c)
			return err
		}, headers},
		{"no body", func(c net.Conn) error {
			if _, err := io.WriteString(c, request); err != nil {
				return err
			}
			return want(c, http.StatusRequestTimeout)
		}, deadline},
		{"body byte by byte", func(c net.Conn) error {
			if _, err := io.WriteString(c, request); err != nil {
				return err
			}
			go func() { _ = trickle(c, strings.Repeat(" ", 1000)) }()
			return want(c, http.StatusRequestTimeout)
		}, deadline},
		{"keeps the connection", func(c net.Conn) error {
			if _, err := io.WriteString(c, post(`{ __typename }`)); err != nil {
				return err
			}
			return want(c, http.StatusOK)
		}, idle},
		{"does not read the answer", func(c net.Conn) error {
			if _, err := io.WriteString(c, large); err != nil {
				return err
			}
			time.Sleep(reading + time.Second)
			// What is in its buffers when it gives up is all there is.
			text, err := io.ReadAll(c)
			if len(text) > 64<<10 {
				return fmt.Errorf("%d bytes after the time for reading was over", len(text))
			}
			return err
		}, reading + time.Second},
	}
	synctest.Test(t, func(t *testing.T) {
		c := config.Default(true)
		c.Deadline = config.Duration(deadline)
		c.AllSubgraphs.Timeout = config.Duration(deadline)
		r, err := weft.New(t.Context(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		l := newPipe()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- r.Serve(ctx, l) }()
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 1000 {
			kind := kinds[i%len(kinds)]
			conn := l.dial()
			wg.Go(func() {
				defer conn.Close()
				if err := kind.be(conn); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("%s: %v", kind.name, err)
				}
				if took := time.Since(start); took != kind.after {
					t.Errorf("%s: ended after %v, want %v", kind.name, took, kind.after)
				}
			})
		}
		synctest.Wait()
		for range 100 {
			before := time.Now()
			conn := l.dial()
			if _, err := io.WriteString(conn, strings.Replace(post(`{ __typename }`), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)); err != nil {
				t.Fatal(err)
			}
			if err := want(conn, http.StatusOK); err != nil {
				t.Error(err)
			}
			conn.Close()
			if took := time.Since(before); took != 0 {
				t.Errorf("another client waited for %v", took)
			}
		}
		wg.Wait()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// trickle writes text by a byte every two seconds.
func trickle(c net.Conn, text string) error {
	for i := range len(text) {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
	}
	return nil
}

// want reads one answer with the status, and until the connection ends.
func want(c net.Conn, status int) error {
	r := bufio.NewReader(c)
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	if response.StatusCode != status {
		return fmt.Errorf("status %d, want %d", response.StatusCode, status)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

// TestTrap23HalfSent: a thousand requests that are half sent, over sockets: some
// have not begun, some end in the header and some in the body. While they are
// there, others are answered, each on a connection of its own. Every one of the
// half ones is ended by the router when its time is over and not before, and
// nothing is left of them. How long others wait is printed.
func TestTrap23HalfSent(t *testing.T) {
	const (
		many     = 1000
		deadline = 8 * time.Second // of the configuration
		headers  = 10 * time.Second
	)
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		c.Deadline = config.Duration(deadline)
		c.AllSubgraphs.Timeout = config.Duration(deadline)
		c.AllSubgraphs.ConnectTimeout = config.Duration(deadline)
	})
	address := serve(t, r)
	// Whoever comes meanwhile opens a connection, asks and leaves.
	whole := strings.Replace(post(`{ product(id: "1") { name } }`), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
	fine := func() (took time.Duration) {
		start := time.Now()
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, whole); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(c)
		if !strings.HasSuffix(string(text), `{"data":{"product":{"name":"Aurora Wireless Headphones"}}}`) || err != nil {
			t.Fatalf("beside those who are slow: %s (%v)", text, err)
		}
		return time.Since(start)
	}
	var alone, beside []time.Duration
	for range 50 {
		alone = append(alone, fine())
	}
	before := b.measure()
	request := post(`{ product(id: "1") { name } }`)
	body := strings.Index(request, "\r\n\r\n") + 4
	type end struct {
		sent   int           // bytes
		took   time.Duration // until the router had enough
		answer string
	}
	ends := make(chan end, many)
	for i := range many {
		sent := 0
		switch i % 3 {
		case 1:
			sent = 1 + i%(body-1)
		case 2:
			sent = body + i%(len(request)-body)
		}
		start := time.Now()
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, request[:sent]); err != nil {
			t.Fatal(err)
		}
		go func() {
			defer c.Close()
			text, _ := io.ReadAll(c) // a reset is an end, too
			ends <- end{sent, time.Since(start), string(text)}
		}()
		if i%50 == 0 {
			beside = append(beside, fine())
		}
	}
	over := time.After(2 * time.Minute)
	for left := many; left > 0; {
		select {
		case e := <-ends:
			left--
			limit, status := headers, ""
			if e.sent >= body {
				limit, status = deadline, "HTTP/1.1 408 "
			}
			if e.took < limit-time.Second || !strings.HasPrefix(e.answer, status) {
				t.Errorf("%d bytes of a request, %d of them header: ended after %v with %.100q, want %v and %q", e.sent, body, e.took, e.answer, limit, status)
			}
		case <-over:
			t.Fatalf("%d of them are still there", left)
		default:
			beside = append(beside, fine())
			time.Sleep(5 * time.Millisecond)
		}
	}
	b.wantBaseline(t, before)
	fine()
	t.Logf("others, from dialling to the end of the answer: %s alone; %s beside %d", quantiles(alone), quantiles(beside), many)
}

// quantiles says how long things took.
func quantiles(list []time.Duration) string {
	slices.Sort(list)
	at := func(q float64) time.Duration { return list[int(q*float64(len(list)-1))].Round(10 * time.Microsecond) }
	return fmt.Sprintf("p50 %v p99 %v", at(0.5), at(0.99))
}
