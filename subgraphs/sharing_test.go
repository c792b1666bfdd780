package subgraphs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fetcherFunc is a subgraph without a network.
type fetcherFunc func(ctx context.Context, r *Request) (*Response, error)

func (f fetcherFunc) Fetch(ctx context.Context, r *Request) (*Response, error) { return f(ctx, r) }

// slowly answers after a second with how many requests there have been, or
// with the context's error.
func slowly(n *atomic.Int64) fetcherFunc {
	return func(ctx context.Context, r *Request) (*Response, error) {
		count := n.Add(1)
		select {
		case <-time.After(time.Second):
			return &Response{Status: 200, Body: fmt.Append(nil, count)}, nil
		case <-ctx.Done():
			return nil, &Error{Subgraph: r.Subgraph, Kind: Canceled, Err: ctx.Err()}
		}
	}
}

func TestSharingWhatIsEqual(t *testing.T) {
	base := func() *Request {
		return &Request{Subgraph: "s", Body: []byte(`{"query":"{a}"}`), Header: http.Header{"Authorization": {"x"}, "X-A": {"1", "2"}}}
	}
	tests := []struct {
		name   string
		change func(*Request)
		shared bool
	}{
		{"nothing", func(*Request) {}, true},
		{"subgraph", func(r *Request) { r.Subgraph = "t" }, false},
		{"body", func(r *Request) { r.Body = []byte(`{"query":"{b}"}`) }, false},
		{"header value", func(r *Request) { r.Header.Set("Authorization", "y") }, false},
		{"header more", func(r *Request) { r.Header.Set("X-B", "") }, false},
		{"header less", func(r *Request) { r.Header.Del("X-A") }, false},
		{"order of values", func(r *Request) { r.Header["X-A"] = []string{"2", "1"} }, false},
		{"values swapped", func(r *Request) { r.Header = http.Header{"Authorization": {"1", "2"}, "X-A": {"x"}} }, false},
		{"mutation", func(r *Request) { r.Mutation = true }, false},
		{"not this subgraph", func(r *Request) { r.Subgraph = "alone" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				s := NewSharing(slowly(&sent), "alone")
				other := base()
				tt.change(other)
				requests := []*Request{base(), other}
				if tt.name == "not this subgraph" || tt.name == "mutation" {
					requests[0] = other
				}
				var wg sync.WaitGroup
				for _, r := range requests {
					wg.Go(func() {
						if _, err := s.Fetch(t.Context(), r); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				want := int64(2)
				if tt.shared {
					want = 1
				}
				if sent.Load() != want {
					t.Errorf("%d requests were sent, want %d", sent.Load(), want)
				}
				checkEmpty(t, s)
			})
		})
	}
}

// checkEmpty fails if a flight is left behind.
func checkEmpty(t *testing.T, s *Sharing) {
	t.Helper()
	for i := range s.shards {
		if n := len(s.shards[i].flights); n > 0 {
			t.Errorf("%d flights are left", n)
		}
	}
}

// Who asks after the answer has come gets a new one.
func TestSharingEndsWithTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		s := NewSharing(slowly(&sent))
		for want := 1; want <= 3; want++ {
			resp, err := s.Fetch(t.Context(), &Request{Subgraph: "s"})
			if err != nil || string(resp.Body) != fmt.Sprint(want) {
				t.Errorf("got %v, %v, want answer %d", resp, err, want)
			}
		}
		if diff := cmp.Diff(SharingStats{Sent: 3}, s.Stats("s")); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
}

// Askers leave at different times, the first one first; those who stay get the
// answer, in one request. When all have left it is cancelled.
func TestSharingAskersLeave(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stay  []time.Duration // of each asker
		kinds []Kind          // 0 for an answer
		stats SharingStats
		takes time.Duration
	}{
		{"the first leaves", []time.Duration{100, 5000, 5000}, []Kind{Timeout, 0, 0}, SharingStats{Sent: 1, Joined: 2}, time.Second},
		{"only the last stays", []time.Duration{100, 200, 5000}, []Kind{Timeout, Timeout, 0}, SharingStats{Sent: 1, Joined: 2}, time.Second},
		{"a follower leaves", []time.Duration{5000, 100}, []Kind{0, Timeout}, SharingStats{Sent: 1, Joined: 1}, time.Second},
		{"all leave", []time.Duration{100, 300, 200}, []Kind{Timeout, Timeout, Timeout}, SharingStats{Sent: 1, Joined: 2, Abandoned: 1}, 300 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				s := NewSharing(slowly(&sent))
				start := time.Now()
				kinds := make([]Kind, len(tt.stay))
				var wg sync.WaitGroup
				for i, stay := range tt.stay {
					ctx, cancel := context.WithTimeout(t.Context(), stay*time.Millisecond)
					defer cancel()
					wg.Go(func() {
						_, err := s.Fetch(ctx, &Request{Subgraph: "s"})
						var e *Error
						switch {
						case errors.As(err, &e):
							kinds[i] = e.Kind
						case err != nil:
							t.Error(err)
						}
					})
					synctest.Wait() // the first asker is first
				}
				wg.Wait()
				if diff := cmp.Diff(tt.kinds, kinds); diff != "" {
					t.Errorf("kinds (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.stats, s.Stats("s")); diff != "" {
					t.Errorf("stats (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took != tt.takes {
					t.Errorf("took %s, want %s", took, tt.takes)
				}
				checkEmpty(t, s)
			})
		})
	}
}

// An asker that is cancelled while another one stays, and one that comes when
// all have left and the request is still ending.
func TestSharingAfterAbandoning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		release := make(chan struct{})
		s := NewSharing(fetcherFunc(func(ctx context.Context, r *Request) (*Response, error) {
			if sent.Add(1) == 1 {
				<-ctx.Done()
				<-release // it takes its time to end
				return nil, ctx.Err()
			}
			return &Response{Status: 200}, nil
		}))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := s.Fetch(ctx, &Request{Subgraph: "s"})
			var e *Error
			if !errors.As(err, &e) || e.Kind != Canceled {
				t.Errorf("error %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		if _, err := s.Fetch(t.Context(), &Request{Subgraph: "s"}); err != nil {
			t.Errorf("who came later got %v", err)
		}
		close(release)
		wg.Wait()
		if _, err := s.Fetch(ctx, &Request{Subgraph: "s"}); err == nil || sent.Load() != 2 {
			t.Errorf("an asker that had been cancelled before: %v, %d requests", err, sent.Load())
		}
		checkEmpty(t, s)
	})
}

// Different requests of one hash are kept apart.
func TestSharingCollisions(t *testing.T) {
	var shard sharingShard
	shard.flights = map[uint64]*flight{}
	link := func() *flight {
		f := &flight{hash: 1, other: shard.flights[1], waiters: 1}
		shard.flights[1] = f
		return f
	}
	for order := range 3 {
		flights := []*flight{link(), link(), link()}
		for i := range 3 {
			gone := flights[(order+i)%3]
			if !shard.leave(gone) {
				t.Error("it was not the last waiter")
			}
			shard.remove(gone) // a second time does nothing
			n := 0
			for f := shard.flights[1]; f != nil; f = f.other {
				if f == gone {
					t.Error("it is still there")
				}
				n++
			}
			if n != 2-i {
				t.Errorf("%d are left, want %d", n, 2-i)
			}
		}
	}
	if len(shard.flights) != 0 {
		t.Error("an empty list is left")
	}
}

// A panic below reaches every asker, with where it happened.
func TestSharingPanics(t *testing.T) {
	s := NewSharing(fetcherFunc(func(context.Context, *Request) (*Response, error) { panic("a fault of ours") }))
	defer func() {
		err, ok := recover().(error)
		if !ok || !strings.Contains(err.Error(), "a fault of ours") || !strings.Contains(err.Error(), "sharing_test.go") {
			t.Errorf("recovered %v", err)
		}
		checkEmpty(t, s)
	}()
	s.Fetch(t.Context(), &Request{Subgraph: "s"})
	t.Error("no panic")
}

// The budget header tells of the first asker's time, which does not end the
// request.
func TestSharingBudget(t *testing.T) {
	for name, via := range map[string]Transport{"own": TransportAuto, "net_http": TransportNetHTTP} {
		t.Run(name, func(t *testing.T) {
			var budget atomic.Value
			_, srv := serve(t, Endpoint{}, func(_ http.ResponseWriter, r *http.Request) { budget.Store(r.Header.Get("X-Ms")) })
			s := NewSharing(newClient(t, Options{
				Endpoints:    map[string]Endpoint{"s": {URL: srv.URL, Timeout: 3 * time.Hour, Transport: via}},
				BudgetHeader: "x-ms",
			}))
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			if _, err := s.Fetch(ctx, &Request{Subgraph: "s"}); err != nil {
				t.Fatal(err)
			}
			if got := budget.Load().(string); len(got) != len("3599999") || got[:3] != "359" {
				t.Errorf("budget %q, want one of nearly an hour", got)
			}
		})
	}
}

// Many askers for few requests, some of whom leave at any moment: every one
// gets its own answer or its own context's error.
func TestSharingUnderLoad(t *testing.T) {
	c, srv := serve(t, Endpoint{}, func(w http.ResponseWriter, r *http.Request) {
		buf := make([]byte, 64)
		n, _ := r.Body.Read(buf)
		w.Write(buf[:n])
	})
	s := NewSharing(c)
	var wg sync.WaitGroup
	for asker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				ctx, cancel := context.WithCancel(t.Context())
				if asker%2 == 0 {
					defer time.AfterFunc(time.Duration(i)*5*time.Microsecond, cancel).Stop()
				}
				want := fmt.Sprint("request ", i/20)
				resp, err := s.Fetch(ctx, &Request{Subgraph: "s", Body: []byte(want)})
				switch {
				case err == nil && string(resp.Body) != want:
					t.Errorf("got %q, want %q", resp.Body, want)
				case err != nil && ctx.Err() == nil:
					t.Errorf("%s: %v", want, err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	stats := s.Stats("s")
	if stats.Sent+stats.Joined > 1600 || stats.Sent == 0 {
		t.Errorf("stats %+v of 1600 requests", stats)
	}
	checkEmpty(t, s)
	srv.Close()
}

func BenchmarkSharing(b *testing.B) {
	answer := &Response{Status: 200}
	s := NewSharing(fetcherFunc(func(context.Context, *Request) (*Response, error) { return answer, nil }))
	r := &Request{Subgraph: "s", Body: make([]byte, 1000), Header: http.Header{"Authorization": {"Bearer 0000000000000001"}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Fetch(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
