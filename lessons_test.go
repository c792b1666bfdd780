package weft_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/supergraph"
)

// The lessons of the showcase, each as a test that has a name. Where a lesson
// is about time, the clock is virtual (testing/synctest): the figures are
// exact, and nothing is waited for. Where it is about connections, the sockets
// are real.

const (
	availabilityAndPrice       = `{ product(id: "1") { availability price } }`
	availabilityAndPriceAnswer = `{"data":{"product":{"availability":"In Stock","price":29.99}}}`
)

// TestLessonFetchesRunTogether: fetches that do not need each other are sent
// side by side, so a request takes as long as the slowest of them and not as
// long as their sum. Availability takes 100 ms, price takes 150 ms, and the
// answer comes after 150 ms; extensions.explain shows both windows begin
// together.
func TestLessonFetchesRunTogether(t *testing.T) {
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := showVirtual(t, demo.DefaultLatency(), nil)
			start := time.Now()
			answer := s.ask(t.Context(), availabilityAndPrice, "Weft-Explain", "true")
			if took, want := time.Since(start), 150*time.Millisecond; took != want {
				t.Errorf("took %v, want %v", took, want)
			}
			var response struct {
				Data       json.RawMessage
				Extensions struct {
					Explain struct {
						Fetches []struct {
							Subgraph   string
							Start, End float64 // milliseconds
						}
					}
				}
			}
			if err := json.Unmarshal([]byte(answer), &response); err != nil {
				t.Fatalf("%v in %s", err, answer)
			}
			windows := map[string][2]float64{}
			for _, f := range response.Extensions.Explain.Fetches {
				windows[f.Subgraph] = [2]float64{f.Start, f.End}
			}
			want := map[string][2]float64{"catalogue": {0, 0}, "inventory": {0, 100}, "pricing": {0, 150}}
			if diff := cmp.Diff(want, windows); diff != "" {
				t.Errorf("windows of the fetches (-want +got):\n%s", diff)
			}
		})
	})
	// Over sockets: neither of the two answers before both have been asked.
	t.Run("sockets", func(t *testing.T) {
		s := show(t, nil)
		for _, name := range []string{"inventory", "pricing"} {
			s.subgraphs[name].SetHang(true)
		}
		answer := s.begin(t.Context(), availabilityAndPrice)
		s.await(t, "inventory", "pricing")
		for _, name := range []string{"inventory", "pricing"} {
			if n := s.subgraphs[name].Stats().InFlight; n != 1 {
				t.Errorf("%s has %d requests in flight, want 1", name, n)
			}
			s.subgraphs[name].SetHang(false)
		}
		if got := <-answer; got != availabilityAndPriceAnswer {
			t.Errorf("answer %s, want %s", got, availabilityAndPriceAnswer)
		}
	})
}

// TestLessonOwnedGoroutines: who starts a goroutine waits for it. When a
// request has been answered none of its goroutines is left, not even that of
// the fetch that was given up.
func TestLessonOwnedGoroutines(t *testing.T) {
	s := show(t, func(c *config.Config) { c.OnError = config.FailFast })
	s.ask(t.Context(), availabilityAndPrice) // opens connections, which stay
	ignore := goleak.IgnoreCurrent()
	s.askFailing(t)
	s.wantCancelled(t, "inventory", 1)
	goleak.VerifyNone(t, ignore)
}

// TestLessonDeadlineEndsTheWait: a request has one deadline, and waits for
// nothing beyond it. A subgraph that hangs costs its own fields; what has
// arrived by the deadline is answered, with an error that says what is
// missing.
func TestLessonDeadlineEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const deadline = 3 * time.Second
		s := showVirtual(t, demo.DefaultLatency(), func(c *config.Config) { c.Deadline = config.Duration(deadline) })
		s.subgraphs["pricing"].SetHang(true)
		start := time.Now()
		answer := s.ask(t.Context(), availabilityAndPrice)
		// A little before, so that the answer is there on time.
		if took, want := time.Since(start), deadline-executor.DefaultReserve; took != want {
			t.Errorf("took %v, want %v", took, want)
		}
		want := failed{
			Data:   `{"product":{"availability":"In Stock","price":null}}`,
			Errors: []failure{{Path: `["product"]`, Code: "GATEWAY_TIMEOUT", Service: "pricing"}},
		}
		if diff := cmp.Diff(want, decodeFailed(t, answer)); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(mock.Stats{Total: 1, Cancelled: 1}, s.subgraphs["pricing"].Stats()); diff != "" {
			t.Errorf("pricing (-want +got):\n%s", diff)
		}
	})
}

// TestLessonCancelledWorkStops: work that nobody waits for any longer ends. A
// client that goes away takes its fetches with it, all the way into the
// subgraphs, which see their own client go.
func TestLessonCancelledWorkStops(t *testing.T) {
	s := show(t, nil)
	for _, name := range []string{"inventory", "pricing"} {
		s.subgraphs[name].SetHang(true)
	}
	ctx, leave := context.WithCancel(t.Context())
	answer := s.begin(ctx, availabilityAndPrice)
	s.await(t, "inventory", "pricing")
	leave()
	if got := <-answer; got != "" {
		t.Errorf("an answer to nobody: %s", got)
	}
	for _, name := range []string{"inventory", "pricing"} {
		s.wantCancelled(t, name, 1)
		if n := s.subgraphs[name].Stats().InFlight; n != 0 {
			t.Errorf("%s still has %d requests in flight", name, n)
		}
	}
}

// TestLessonFirstErrorCancelsSiblings: with on_error: fail_fast the first
// failure is the answer, so what its siblings are doing is of no use and is
// cancelled. Inventory would take an hour; pricing fails, and the answer is
// there at once.
func TestLessonFirstErrorCancelsSiblings(t *testing.T) {
	failFast := func(c *config.Config) { c.OnError = config.FailFast }
	want := failed{
		Data:   `null`,
		Errors: []failure{{Path: `["product"]`, Code: mock.CodeInjected, Service: "pricing"}},
	}
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := showVirtual(t, map[string]time.Duration{"inventory": time.Hour, "pricing": 150 * time.Millisecond}, failFast)
			s.subgraphs["pricing"].SetFail(true)
			start := time.Now()
			answer := s.ask(t.Context(), availabilityAndPrice)
			if took := time.Since(start); took != 0 {
				t.Errorf("took %v, want no time at all", took)
			}
			if diff := cmp.Diff(want, decodeFailed(t, answer)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(mock.Stats{Total: 1, Cancelled: 1}, s.subgraphs["inventory"].Stats()); diff != "" {
				t.Errorf("inventory (-want +got):\n%s", diff)
			}
		})
	})
	// Over sockets, inventory sees the cancellation as its client going away.
	t.Run("sockets", func(t *testing.T) {
		s := show(t, failFast)
		if diff := cmp.Diff(want, decodeFailed(t, s.askFailing(t))); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		s.wantCancelled(t, "inventory", 1)
	})
}

// TestLessonPartialSuccess: a failure is data. By default a failing subgraph
// costs only what it would have answered: its field is null, an error names
// the path, and the other subgraphs' data is delivered.
func TestLessonPartialSuccess(t *testing.T) {
	s := show(t, nil)
	s.subgraphs["pricing"].SetFail(true)
	want := failed{
		Data:   `{"product":{"availability":"In Stock","price":null}}`,
		Errors: []failure{{Path: `["product"]`, Code: mock.CodeInjected, Service: "pricing"}},
	}
	if diff := cmp.Diff(want, decodeFailed(t, s.ask(t.Context(), availabilityAndPrice))); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(mock.Stats{Total: 1}, s.subgraphs["inventory"].Stats()); diff != "" {
		t.Errorf("inventory was not left in peace (-want +got):\n%s", diff)
	}
}

// TestLessonNothingLeaks: whatever happens, everything comes back. After a
// storm of failures, hangs, deadlines and clients that leave the router
// answers as before, and when it is closed there is no goroutine, no request
// and no connection left.
func TestLessonNothingLeaks(t *testing.T) {
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
	s.eventually(t, "an answer as before", func() bool {
		return s.ask(t.Context(), availabilityAndPrice) == availabilityAndPriceAnswer
	})
	// What else has to be gone is what show looks for when a test ends.
}

// A failed is a response with errors, as far as the lessons look at it.
type failed struct {
	Data   string
	Errors []failure
}

type failure struct{ Path, Code, Service string }

func decodeFailed(t *testing.T, answer string) failed {
	t.Helper()
	var response struct {
		Data   json.RawMessage
		Errors []struct {
			Path       json.RawMessage
			Extensions struct{ Code, Service string }
		}
	}
	if err := json.Unmarshal([]byte(answer), &response); err != nil {
		t.Fatalf("%v in %q", err, answer)
	}
	out := failed{Data: string(response.Data)}
	for _, e := range response.Errors {
		out.Errors = append(out.Errors, failure{string(e.Path), e.Extensions.Code, e.Extensions.Service})
	}
	return out
}

// A virtual is the showcase without sockets, so that in a bubble of synctest
// its time is virtual: the router's own handler, and the demo's subgraphs.
type virtual struct {
	*router.Router
	subgraphs map[string]*mock.Subgraph
}

func showVirtual(t *testing.T, latency map[string]time.Duration, change func(*config.Config)) *virtual {
	t.Helper()
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: latency})
	if err != nil {
		t.Fatal(err)
	}
	s := &virtual{subgraphs: map[string]*mock.Subgraph{}}
	for _, service := range services {
		s.subgraphs[service.Name()] = service
	}
	c := config.Default(true)
	if change != nil {
		change(c)
	}
	super, err := supergraph.Parse("supergraph", demo.Supergraph())
	if err != nil {
		t.Fatal(err)
	}
	if s.Router, err = router.New(router.Options{Config: c, Logger: zap.NewNop()}); err != nil {
		t.Fatal(err)
	}
	s.Swap(router.NewGraph(super, router.GraphOptions{
		Fetcher: inMemory(s.subgraphs),
		Limits:  operation.Limits{Introspection: true},
	}))
	t.Cleanup(func() {
		s.Close()
		for name, service := range s.subgraphs {
			if n := service.Stats().InFlight; n != 0 {
				t.Errorf("subgraph %s still has %d requests", name, n)
			}
		}
	})
	return s
}

func (s *virtual) ask(ctx context.Context, query string, header ...string) string {
	return ask(ctx, s.Router, query, header...)
}

// inMemory is an executor.Fetcher that asks subgraphs without a network.
type inMemory map[string]*mock.Subgraph

func (m inMemory) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	request := httptest.NewRequestWithContext(ctx, "POST", "/graphql", strings.NewReader(string(r.Body)))
	request.Header.Set("Content-Type", "application/json")
	response, err := m[r.Subgraph].RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return &subgraphs.Response{Status: response.StatusCode, Header: response.Header, Body: body}, err
}

// ask sends a query to a router and returns the body of its answer.
func ask(ctx context.Context, h http.Handler, query string, header ...string) string {
	body, _ := json.Marshal(map[string]string{"query": query})
	r := httptest.NewRequestWithContext(ctx, "POST", "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}
