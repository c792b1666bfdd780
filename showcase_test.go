package weft_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
}

// show starts the showcase with subgraphs that answer at once; test ends it,
// and looks whether anything is left of it.
func show(t *testing.T, change func(*config.Config)) *showcase {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s := &showcase{subgraphs: map[string]*mock.Subgraph{}, arrived: make(chan string, 10_000)}
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: latency, OnRequest: func(r mock.Request) { s.arrived <- r.Subgraph }})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default(true)
	c.Subgraphs = map[string]config.Subgraph{}
	var servers []*httptest.Server
	for _, service := range services {
		srv := httptest.NewServer(service)
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
		for _, srv := range servers {
			srv.Close() // waits for its requests
		}
		for name, service := range s.subgraphs {
			if n := service.Stats().InFlight; n != 0 {
				t.Errorf("subgraph %s still has %d requests", name, n)
			}
		}
		goleak.VerifyNone(t, before)
	})
	return s
}

const availabilityAndPrice = `{ product(id: "1") { availability price } }`

// ask sends a query and returns the response body.
func (s *showcase) ask(ctx context.Context, query string) string {
	body, _ := json.Marshal(map[string]string{"query": query})
	r := httptest.NewRequestWithContext(ctx, "POST", "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.String()
}

// await returns when the subgraph has received a request.
func (s *showcase) await(t *testing.T, subgraph string) {
	t.Helper()
	for {
		select {
		case name := <-s.arrived:
			if name == subgraph {
				return
			}
		case <-t.Context().Done():
			t.Fatalf("no request reached %s", subgraph)
		}
	}
}

// wantCancelled waits until the subgraph has seen its client go away.
func (s *showcase) wantCancelled(t *testing.T, subgraph string, n int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for s.subgraphs[subgraph].Stats().Cancelled != n {
		if ctx.Err() != nil {
			t.Fatalf("%s: %+v, want %d cancelled", subgraph, s.subgraphs[subgraph].Stats(), n)
		}
		time.Sleep(time.Millisecond)
	}
}

// codes returns code by path of the errors in a response.
func codes(t *testing.T, body string) map[string]string {
	t.Helper()
	var response struct {
		Errors []struct {
			Path       []any
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	out := map[string]string{}
	for _, e := range response.Errors {
		path, _ := json.Marshal(e.Path)
		out[string(path)] = e.Extensions.Code
	}
	return out
}

// Availability and price come from two subgraphs that do not need each other,
// so both are asked before either has answered: the request takes as long as
// the slower one.
func TestShowcaseFetchesRunSideBySide(t *testing.T) {
	s := show(t, nil)
	for _, name := range []string{"inventory", "pricing"} {
		s.subgraphs[name].SetHang(true)
	}
	var body string
	var wg sync.WaitGroup
	wg.Go(func() { body = s.ask(t.Context(), availabilityAndPrice) })
	waiting := map[string]bool{}
	for len(waiting) < 3 {
		waiting[<-s.arrived] = true // catalogue, and both of those that hang
	}
	for _, name := range []string{"inventory", "pricing"} {
		s.subgraphs[name].SetHang(false)
	}
	wg.Wait()
	if want := `{"data":{"product":{"availability":"In Stock","price":29.99}}}`; body != want {
		t.Errorf("answer %s, want %s", body, want)
	}
}

// Who starts a goroutine waits for it: when a request has been answered, none
// of its goroutines is left, not even those of the fetch that was given up.
func TestShowcaseOwnedGoroutines(t *testing.T) {
	s := show(t, func(c *config.Config) { c.OnError = config.FailFast })
	s.ask(t.Context(), availabilityAndPrice) // opens connections, which stay
	ignore := goleak.IgnoreCurrent()
	s.askFailing(t)
	s.wantCancelled(t, "inventory", 1)
	goleak.VerifyNone(t, ignore)
}

// askFailing asks for availability and price, where inventory hangs, and
// pricing fails once inventory has been asked.
func (s *showcase) askFailing(t *testing.T) (body string) {
	t.Helper()
	for len(s.arrived) > 0 {
		<-s.arrived
	}
	s.subgraphs["inventory"].SetHang(true)
	s.subgraphs["pricing"].SetFail(true)
	s.subgraphs["pricing"].SetHang(true)
	var wg sync.WaitGroup
	wg.Go(func() { body = s.ask(t.Context(), availabilityAndPrice) })
	s.await(t, "inventory")
	s.subgraphs["pricing"].SetHang(false)
	wg.Wait()
	return body
}

// One deadline per request: what has arrived by then is answered, and the rest
// is null with an error that says why.
func TestShowcaseDeadline(t *testing.T) {
	s := show(t, func(c *config.Config) { c.Deadline = config.Duration(200 * time.Millisecond) })
	s.subgraphs["pricing"].SetHang(true)
	body := s.ask(t.Context(), availabilityAndPrice)
	if !strings.HasPrefix(body, `{"data":{"product":{"availability":"In Stock","price":null}},`) {
		t.Errorf("answer %s", body)
	}
	if diff := cmp.Diff(map[string]string{`["product"]`: "GATEWAY_TIMEOUT"}, codes(t, body)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	s.wantCancelled(t, "pricing", 1)
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

// A client that goes away takes its fetches with it.
func TestShowcaseCancellation(t *testing.T) {
	s := show(t, nil)
	s.subgraphs["pricing"].SetHang(true)
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if body := s.ask(ctx, availabilityAndPrice); body != "" {
			t.Errorf("an answer to nobody: %s", body)
		}
	})
	s.await(t, "pricing")
	leave()
	wg.Wait()
	s.wantCancelled(t, "pricing", 1)
}

// With fail_fast the first error ends the request: the sibling that still
// hangs is cancelled, and the answer comes at once.
func TestShowcaseFirstError(t *testing.T) {
	s := show(t, func(c *config.Config) { c.OnError = config.FailFast })
	body := s.askFailing(t)
	if !strings.HasPrefix(body, `{"data":null,"errors":[`) {
		t.Errorf("answer %s", body)
	}
	if diff := cmp.Diff(map[string]string{`["product"]`: mock.CodeInjected}, codes(t, body)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	s.wantCancelled(t, "inventory", 1)
}

// By default a failing subgraph costs only what it would have answered.
func TestShowcasePartialSuccess(t *testing.T) {
	s := show(t, nil)
	s.subgraphs["pricing"].SetFail(true)
	body := s.ask(t.Context(), availabilityAndPrice)
	if !strings.HasPrefix(body, `{"data":{"product":{"availability":"In Stock","price":null}},"errors":[`) {
		t.Errorf("answer %s", body)
	}
	if diff := cmp.Diff(map[string]string{`["product"]`: mock.CodeInjected}, codes(t, body)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// After a storm of failures, hangs, deadlines and clients that leave, nothing
// is left: show checks goroutines, and requests in the subgraphs.
func TestShowcaseLeaksNothing(t *testing.T) {
	s := show(t, func(c *config.Config) { c.Deadline = config.Duration(100 * time.Millisecond) })
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			ctx := t.Context()
			switch i % 3 {
			case 0:
				short, cancel := context.WithTimeout(ctx, time.Duration(i)*time.Millisecond)
				defer cancel()
				ctx = short
			case 1:
				s.subgraphs["pricing"].SetFail(i%2 == 0)
			case 2:
				s.subgraphs["inventory"].SetHang(i%4 == 0)
			}
			s.ask(ctx, availabilityAndPrice)
		})
	}
	wg.Wait()
	s.subgraphs["pricing"].SetFail(false)
	s.subgraphs["inventory"].SetHang(false)
	if got, want := s.ask(t.Context(), availabilityAndPrice), `{"data":{"product":{"availability":"In Stock","price":29.99}}}`; got != want {
		t.Errorf("afterwards the answer is %s, want %s", got, want)
	}
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
