package mock

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func faulty(t *testing.T, o Options) *Subgraph {
	o.SDL = "type Query { a: Int }"
	o.Data = []byte(`{"Query": {"a": 1}}`)
	return newSubgraph(t, o)
}

const okAnswer = `{"data":{"a":1}}`

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := faulty(t, Options{Latency: 100 * time.Millisecond})
		for _, latency := range []time.Duration{100 * time.Millisecond, 0, 3 * time.Second} {
			s.SetLatency(latency)
			start := time.Now()
			if got := ask(t, s, "{ a }", nil); got != okAnswer {
				t.Errorf("got %s", got)
			}
			if took := time.Since(start); took != latency {
				t.Errorf("took %v, want %v", took, latency)
			}
		}
	})
}

func TestCancelledRequestStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := faulty(t, Options{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.RoundTrip(post(t, `{"query": "{ a }"}`).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got error %v after %v", err, time.Since(start))
		}
		if diff := cmp.Diff(Stats{Total: 1, Cancelled: 1}, s.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := faulty(t, Options{})
		s.SetHang(true)
		s.SetHang(true) // twice is the same as once
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			wg.Go(func() {
				req := post(t, `{"query": "{ a }"}`)
				if i == 0 {
					req = req.WithContext(ctx)
				}
				var resp *http.Response
				if resp, errs[i] = s.RoundTrip(req); resp != nil {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		if diff := cmp.Diff(Stats{Total: 3, InFlight: 3}, s.Stats()); diff != "" {
			t.Errorf("hanging (-want +got):\n%s", diff)
		}
		cancel()
		synctest.Wait()
		if diff := cmp.Diff(Stats{Total: 3, InFlight: 2, Cancelled: 1}, s.Stats()); diff != "" {
			t.Errorf("one gave up (-want +got):\n%s", diff)
		}
		s.SetHang(false)
		s.SetHang(false)
		wg.Wait()
		if !errors.Is(errs[0], context.Canceled) || errs[1] != nil || errs[2] != nil {
			t.Errorf("errors %v", errs)
		}
		if got := ask(t, s, "{ a }", nil); got != okAnswer {
			t.Errorf("got %s", got)
		}
		if diff := cmp.Diff(Stats{Total: 4, Cancelled: 1}, s.Stats()); diff != "" {
			t.Errorf("at the end (-want +got):\n%s", diff)
		}
	})
}

func TestFail(t *testing.T) {
	s := faulty(t, Options{Name: "pricing"})
	s.SetFail(true)
	resp, err := s.RoundTrip(post(t, `{"query": "{ a }"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"errors":[{"message":"subgraph pricing was told to fail","extensions":{"code":"INJECTED_FAULT"}}]}`
	if resp.StatusCode != 500 || string(body) != want {
		t.Errorf("status %d, %s", resp.StatusCode, body)
	}
	s.SetFail(false)
	if got := ask(t, s, "{ a }", nil); got != okAnswer {
		t.Errorf("got %s", got)
	}
	if got := s.Stats(); got.Failed != 1 || got.Total != 2 {
		t.Errorf("stats %+v", got)
	}
}

// TestFailuresDoNotWait: what is told to fail does so at once, whatever its
// latency; told to hang as well, when hanging ends.
func TestFailuresDoNotWait(t *testing.T) {
	faults := []struct {
		name string
		set  func(*Subgraph)
	}{
		{"fail", func(s *Subgraph) { s.SetFail(true) }},
		{"fail rate", func(s *Subgraph) { s.SetFailRate(1) }},
	}
	for _, fault := range faults {
		for _, hang := range []time.Duration{0, time.Second} {
			synctest.Test(t, func(t *testing.T) {
				s := faulty(t, Options{Latency: time.Hour})
				fault.set(s)
				if hang > 0 {
					s.SetHang(true)
					go func() {
						time.Sleep(hang)
						s.SetHang(false)
					}()
				}
				start := time.Now()
				ask(t, s, "{ a }", nil)
				if took := time.Since(start); took != hang {
					t.Errorf("%s: took %v, want %v", fault.name, took, hang)
				}
				if diff := cmp.Diff(Stats{Total: 1, Failed: 1}, s.Stats()); diff != "" {
					t.Errorf("%s: stats (-want +got):\n%s", fault.name, diff)
				}
			})
		}
	}
}

func TestFailRate(t *testing.T) {
	pattern := func(seed uint64, rate float64) string {
		s := faulty(t, Options{Seed: seed, FailRate: rate})
		var b strings.Builder
		for range 200 {
			if ask(t, s, "{ a }", nil) == okAnswer {
				b.WriteByte('.')
			} else {
				b.WriteByte('x')
			}
		}
		return b.String()
	}
	a := pattern(1, 0.25)
	if n := strings.Count(a, "x"); n < 30 || n > 70 {
		t.Errorf("%d of 200 failed, want about 50: %s", n, a)
	}
	if a != pattern(1, 0.25) {
		t.Error("the same seed fails other requests")
	}
	if a == pattern(2, 0.25) {
		t.Error("another seed fails the same requests")
	}
	if strings.Contains(pattern(1, 0), "x") || strings.Contains(pattern(1, 1), ".") {
		t.Error("rates 0 and 1 are not exact")
	}
}

func TestOnRequest(t *testing.T) {
	var seen []Request
	s := faulty(t, Options{Name: "pricing", OnRequest: func(r Request) { seen = append(seen, r) }})
	req := post(t, `{"query": "query Q($x: Int) { a @skip(if: false) __typename @include(if: true) t: __typename }", "operationName": "Q", "variables": {"x": 1.0}}`)
	req.Header.Set("X-Trace", "7")
	do(t, s, req)
	do(t, s, post(t, "no request"))
	if len(seen) != 1 {
		t.Fatalf("%d requests seen, want 1", len(seen))
	}
	r := seen[0]
	if r.Subgraph != "pricing" || r.OperationName != "Q" || string(r.Variables) != `{"x": 1.0}` ||
		!strings.HasPrefix(r.Query, "query Q") || r.Header.Get("X-Trace") != "7" {
		t.Errorf("seen %+v", r)
	}
}

// TestClientGone: over a real connection, too, a client that goes away ends
// its request.
func TestClientGone(t *testing.T) {
	s := faulty(t, Options{})
	s.SetHang(true)
	arrived := make(chan struct{})
	s.onRequest = func(Request) { close(arrived) }
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		s.ServeHTTP(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+listener.Addr().String(), strings.NewReader(`{"query": "{ a }"}`))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		cancel()
	}()
	transport := &http.Transport{}
	if resp, err := transport.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
		t.Error("an answer from a hanging subgraph")
	}
	<-ended
	if got := s.Stats(); got.Cancelled != 1 || got.InFlight != 0 {
		t.Errorf("stats %+v", got)
	}
	transport.CloseIdleConnections()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	<-served
}
