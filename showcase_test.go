package weft_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A showcase is the demo: its subgraphs behind real sockets, and the router.
type showcase struct {
	*weft.Router
	subgraphs map[string]*mock.Subgraph

	// arrived gets the name of the subgraph for every request that reaches
	// one.
	arrived chan string

	// protocol is that of the request that reached a subgraph last.
	protocol atomic.Value // of string

	// connections are those that the subgraphs have open.
	connections connections
}

// show starts the showcase with subgraphs that answer at once; test ends it,
// and looks whether anything is left of it.
func show(t *testing.T, change func(*config.Config)) *showcase {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s := &showcase{subgraphs: map[string]*mock.Subgraph{}, arrived: make(chan string, 10_000)}
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: noLatency(), OnRequest: func(r mock.Request) { s.arrived <- r.Subgraph }})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default(true)
	c.Subgraphs = map[string]config.Subgraph{}
	var servers []*httptest.Server
	for _, service := range services {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.protocol.Store(r.Proto)
			service.ServeHTTP(w, r)
		}))
		srv.Config.ConnState = s.connections.count
		srv.Config.Protocols = new(http.Protocols)
		srv.Config.Protocols.SetHTTP1(true)
		srv.Config.Protocols.SetUnencryptedHTTP2(true)
		srv.Start()
		servers = append(servers, srv)
		s.subgraphs[service.Name()] = service
		c.Subgraphs[service.Name()] = config.Subgraph{URL: srv.URL}
	}
	if change != nil {
		change(c)
	}
	s.Router, err = weft.New(t.Context(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		for name, service := range s.subgraphs {
			s.eventually(t, name+" without requests", func() bool { return service.Stats().InFlight == 0 })
		}
		s.eventually(t, "no connections", func() bool { return s.connections.open() == 0 })
		for _, srv := range servers {
			srv.Close()
		}
		goleak.VerifyNone(t, before)
	})
	return s
}

// noLatency lets the demo's subgraphs answer at once.
func noLatency() map[string]time.Duration {
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	return latency
}

// ask sends a query and returns the response body.
func (s *showcase) ask(ctx context.Context, query string) string { return ask(ctx, s.Router, query) }

// begin sends a query and returns where its response body will be.
func (s *showcase) begin(ctx context.Context, query string) <-chan string {
	answer := make(chan string, 1)
	go func() { answer <- s.ask(ctx, query) }()
	return answer
}

// await returns when each of the subgraphs has received a request.
func (s *showcase) await(t *testing.T, names ...string) {
	t.Helper()
	missing := map[string]bool{}
	for _, name := range names {
		missing[name] = true
	}
	for len(missing) > 0 {
		select {
		case name := <-s.arrived:
			delete(missing, name)
		case <-t.Context().Done():
			t.Fatalf("no request reached %v", missing)
		}
	}
}

// askFailing asks for availability and price, where inventory hangs, and
// pricing fails once inventory has been asked.
func (s *showcase) askFailing(t *testing.T) string {
	t.Helper()
	for len(s.arrived) > 0 {
		<-s.arrived
	}
	s.subgraphs["inventory"].SetHang(true)
	s.subgraphs["pricing"].SetFail(true)
	s.subgraphs["pricing"].SetHang(true)
	answer := s.begin(t.Context(), availabilityAndPrice)
	s.await(t, "inventory", "pricing")
	s.subgraphs["pricing"].SetHang(false)
	return <-answer
}

// wantCancelled waits until the subgraph has seen its client go away n times.
func (s *showcase) wantCancelled(t *testing.T, subgraph string, n int64) {
	t.Helper()
	s.eventually(t, subgraph+" cancelled", func() bool { return s.subgraphs[subgraph].Stats().Cancelled == n })
}

// eventually waits for what the other end of a socket will see in a moment.
// Nothing depends on how long that takes.
func (s *showcase) eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("not so after a minute: %s", what)
			return
		}
	}
}

// connections counts those of servers.
type connections struct {
	mu    sync.Mutex
	conns map[net.Conn]bool // guarded by mu
}

func (c *connections) count(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		if c.conns == nil {
			c.conns = map[net.Conn]bool{}
		}
		c.conns[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(c.conns, conn)
	}
}

func (c *connections) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.conns)
}

// A subgraph's own timeout, shorter than the deadline, ends its fetch alone.
func TestShowcaseSubgraphTimeout(t *testing.T) {
	s := show(t, func(c *config.Config) {
		g := c.Subgraphs["pricing"]
		g.Timeout = config.Duration(50 * time.Millisecond)
		c.Subgraphs["pricing"] = g
	})
	s.subgraphs["pricing"].SetHang(true)
	body := s.ask(t.Context(), availabilityAndPrice)
	if !strings.Contains(body, `"availability":"In Stock","price":null`) || !strings.Contains(body, "no answer within 50ms") {
		t.Errorf("answer %s", body)
	}
	s.wantCancelled(t, "pricing", 1)
}

// Every operation that the demo offers is answered without an error.
func TestShowcaseOperations(t *testing.T) {
	s := show(t, nil)
	for _, op := range demo.Operations() {
		t.Run(op.Name, func(t *testing.T) {
			body := s.ask(t.Context(), op.Text)
			if !strings.HasPrefix(body, `{"data":{`) || strings.Contains(body, `"errors"`) {
				t.Errorf("answer %s", body)
			}
		})
	}
}

// The answer is the same by whatever client subgraphs are asked.
func TestShowcaseTransports(t *testing.T) {
	for transport, want := range map[config.Transport]string{
		config.AutoTransport: "HTTP/1.1",
		config.NetHTTP:       "HTTP/1.1",
		config.HTTP2:         "HTTP/2.0",
	} {
		t.Run(string(transport), func(t *testing.T) {
			s := show(t, func(c *config.Config) { c.AllSubgraphs.Transport = transport })
			if got := s.ask(t.Context(), availabilityAndPrice); got != availabilityAndPriceAnswer {
				t.Errorf("answer %s", got)
			}
			if got := s.protocol.Load(); got != want {
				t.Errorf("subgraphs were asked by %v, want %s", got, want)
			}
		})
	}
}

// Equal queries at the same time have the same answer, shared or not.
func TestShowcaseEqualQueries(t *testing.T) {
	for _, shared := range []bool{true, false} {
		t.Run(fmt.Sprint("deduplicate ", shared), func(t *testing.T) {
			s := show(t, func(c *config.Config) { c.AllSubgraphs.DeduplicateQuery = &shared })
			s.subgraphs["catalogue"].SetHang(true)
			var answers []<-chan string
			for range 20 {
				answers = append(answers, s.begin(t.Context(), availabilityAndPrice))
			}
			s.await(t, "catalogue")
			s.subgraphs["catalogue"].SetHang(false)
			for _, answer := range answers {
				if got := <-answer; got != availabilityAndPriceAnswer {
					t.Errorf("answer %s", got)
				}
			}
		})
	}
}

// Traffic settings of one subgraph reach its requests: pricing's lists are
// split, the others' are not.
func TestShowcaseMaxEntities(t *testing.T) {
	s := show(t, func(c *config.Config) {
		g := c.Subgraphs["pricing"]
		g.MaxEntities = 2
		c.Subgraphs["pricing"] = g
	})
	body := s.ask(t.Context(), `{ products(first: 5) { nodes { price availability } } }`)
	if !strings.HasPrefix(body, `{"data":{`) || strings.Contains(body, `"errors"`) {
		t.Errorf("answer %s", body)
	}
	for name, want := range map[string]int64{"pricing": 3, "inventory": 1} {
		if got := s.subgraphs[name].Stats().Total; got != want {
			t.Errorf("%s got %d requests, want %d", name, got, want)
		}
	}
}

// What one subgraph has answered is taken from there if its settings say so.
func TestShowcaseReuse(t *testing.T) {
	for subgraph, want := range map[string]int64{"catalogue": 1, "pricing": 2} {
		t.Run(subgraph, func(t *testing.T) {
			s := show(t, func(c *config.Config) {
				g := c.Subgraphs[subgraph]
				g.ReuseEntities = new(true)
				c.Subgraphs[subgraph] = g
			})
			body := s.ask(t.Context(), `{ product(id: "1") { name reviews { nodes { product { name } } } } }`)
			if !strings.HasPrefix(body, `{"data":{"product":{"name":"`) || strings.Contains(body, `"errors"`) {
				t.Errorf("answer %s", body)
			}
			if got := s.subgraphs["catalogue"].Stats().Total; got != want {
				t.Errorf("catalogue got %d requests, want %d", got, want)
			}
		})
	}
}
