package subgraphs

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// slowly answers after a second with how many requests there have been. When
// the context ends first it fails, as a Client does.
func slowly(n *atomic.Int64) fetcherFunc {
	return func(ctx context.Context, r *Request) (*Response, error) {
		count := n.Add(1)
		select {
		case <-time.After(time.Second):
			return &Response{Status: 200, Body: fmt.Append(nil, count)}, nil
		case <-ctx.Done():
			return nil, classify(ctx, deadlineOf(ctx, time.Hour), r.Subgraph, Endpoint{}, ctx.Err())
		}
	}
}

func TestSharingWhatIsEqual(t *testing.T) {
	base := func() *Request {
		return &Request{Subgraph: "s", Body: []byte(`{"query":"{a}"}`), Header: NewHeader(http.Header{"Authorization": {"x"}, "X-A": {"1", "2"}})}
	}
	with := func(change func(http.Header)) func(*Request) {
		return func(r *Request) {
			fields := r.Header.Fields().Clone()
			change(fields)
			r.Header = NewHeader(fields)
		}
	}
	tests := []struct {
		name   string
		change func(*Request)
		shared bool
	}{
		{"nothing", func(*Request) {}, true},
		{"subgraph", func(r *Request) { r.Subgraph = "t" }, false},
		{"body", func(r *Request) { r.Body = []byte(`{"query":"{b}"}`) }, false},
		{"header value", with(func(h http.Header) { h.Set("Authorization", "y") }), false},
		{"header more", with(func(h http.Header) { h.Set("X-B", "") }), false},
		{"header less", with(func(h http.Header) { h.Del("X-A") }), false},
		{"order of values", with(func(h http.Header) { h["X-A"] = []string{"2", "1"} }), false},
		{"a line inside a value", with(func(h http.Header) { h.Del("X-A"); h.Set("Authorization", "x\r\nX-A: 1\r\nX-A: 2") }), false},
		{"no headers", func(r *Request) { r.Header = nil }, false},
		{"what is not sent", with(func(h http.Header) { h.Set("Content-Type", "text/plain") }), true},
		{"values swapped", with(func(h http.Header) { h["Authorization"], h["X-A"] = []string{"1", "2"}, []string{"x"} }), false},
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
		if diff := cmp.Diff(SharingStats{Sent: 3}, s.Counts.Stats("s")); diff != "" {
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
		{"all stay", []time.Duration{5000, 5000, 5000}, []Kind{0, 0, 0}, SharingStats{Sent: 1, Joined: 2}, 1000 * time.Millisecond},
		{"the leader leaves", []time.Duration{100, 5000, 5000}, []Kind{Timeout, 0, 0}, SharingStats{Sent: 2, Joined: 2, Restarted: 1}, 1100 * time.Millisecond},
		{"the leader and a follower leave", []time.Duration{100, 200, 5000}, []Kind{Timeout, Timeout, 0}, SharingStats{Sent: 2, Joined: 2, Restarted: 1}, 1100 * time.Millisecond},
		{"a follower leaves before the leader", []time.Duration{200, 100, 5000}, []Kind{Timeout, Timeout, 0}, SharingStats{Sent: 2, Joined: 2, Restarted: 1}, 1200 * time.Millisecond},
		{"a follower leaves", []time.Duration{5000, 100}, []Kind{0, Timeout}, SharingStats{Sent: 1, Joined: 1}, 1000 * time.Millisecond},
		{"a leader alone leaves", []time.Duration{100}, []Kind{Timeout}, SharingStats{Sent: 1}, 100 * time.Millisecond},
		{"followers leave before the leader", []time.Duration{300, 200, 100}, []Kind{Timeout, Timeout, Timeout}, SharingStats{Sent: 1, Joined: 2}, 300 * time.Millisecond},
		{"all leave", []time.Duration{100, 300, 200}, []Kind{Timeout, Timeout, Timeout}, SharingStats{Sent: 2, Joined: 2, Restarted: 1, Abandoned: 1}, 300 * time.Millisecond},
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
				if diff := cmp.Diff(tt.stats, s.Counts.Stats("s")); diff != "" {
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

// Who comes when all have left, and the request is still ending, begins anew.
func TestSharingAfterAbandoning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		release := make(chan struct{})
		s := NewSharing(fetcherFunc(func(ctx context.Context, r *Request) (*Response, error) {
			switch sent.Add(1) {
			case 1: // the leader's
				<-ctx.Done()
			case 2: // on behalf of the follower
				<-ctx.Done()
				<-release // it takes its time to end
			default:
				return &Response{Status: 200}, nil
			}
			return nil, &Error{Subgraph: "s", Kind: Canceled, Err: ctx.Err()}
		}))
		ctx, cancel := context.WithCancel(t.Context())
		leader, leave := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for _, ctx := range []context.Context{leader, ctx} {
			wg.Go(func() {
				_, err := s.Fetch(ctx, &Request{Subgraph: "s"})
				wantKind(t, err, Canceled)
			})
			synctest.Wait()
		}
		leave()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if _, err := s.Fetch(t.Context(), &Request{Subgraph: "s"}); err != nil {
			t.Errorf("who came later got %v", err)
		}
		close(release)
		wg.Wait()
		if diff := cmp.Diff(SharingStats{Sent: 3, Joined: 1, Restarted: 1, Abandoned: 1}, s.Counts.Stats("s")); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		checkEmpty(t, s)
	})
}

// A failure is everybody's, and is not tried again.
func TestSharingFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		broken := errors.New("broken")
		s := NewSharing(fetcherFunc(func(context.Context, *Request) (*Response, error) {
			sent.Add(1)
			time.Sleep(time.Second)
			return nil, &Error{Subgraph: "s", Kind: Protocol, Err: broken}
		}))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.Fetch(t.Context(), &Request{Subgraph: "s"}); !errors.Is(err, broken) {
					t.Errorf("error %v", err)
				}
			})
		}
		wg.Wait()
		if sent.Load() != 1 {
			t.Errorf("sent %d times", sent.Load())
		}
		checkEmpty(t, s)
	})
}

// Different requests of one hash are kept apart.
func TestSharingCollisions(t *testing.T) {
	var shard sharingShard
	shard.flights = map[uint64]*flight{}
	link := func() *flight {
		f, leads := shard.join(t.Context(), &Request{Body: fmt.Append(nil, len(shard.flights), shard.flights[1])}, 1)
		if !leads {
			t.Error("it is taken for another")
		}
		return f
	}
	for order := range 3 {
		flights := []*flight{link(), link(), link()}
		for i := range 3 {
			gone := flights[(order+i)%3]
			shard.end(gone)
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

// The leader's Request may become another one when the leader has left.
func TestSharingKeepsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		s := NewSharing(fetcherFunc(func(ctx context.Context, r *Request) (*Response, error) {
			bodies = append(bodies, string(r.Body))
			if len(bodies) == 1 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			time.Sleep(time.Second)
			return &Response{Status: 200}, nil
		}))
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			r := &Request{Subgraph: "s", Body: []byte("a")}
			if _, err := s.Fetch(ctx, r); err == nil {
				t.Error("the leader has an answer")
			}
			*r = Request{Subgraph: "t", Body: []byte("b")}
		})
		synctest.Wait()
		for _, after := range []time.Duration{0, 1500 * time.Millisecond} {
			wg.Go(func() {
				time.Sleep(after)
				if _, err := s.Fetch(t.Context(), &Request{Subgraph: "s", Body: []byte("a")}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff([]string{"a", "a"}, bodies); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		checkEmpty(t, s)
	})
}

// A panic below reaches every asker, the followers with where it happened.
func TestSharingPanics(t *testing.T) {
	for _, leaderLeaves := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var sent atomic.Int64
			s := NewSharing(fetcherFunc(func(ctx context.Context, _ *Request) (*Response, error) {
				if leaderLeaves && sent.Add(1) == 1 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				time.Sleep(time.Second)
				panic("a fault of ours")
			}))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var wg sync.WaitGroup
			wg.Go(func() {
				defer func() {
					if p := recover(); (p != nil) == leaderLeaves {
						t.Errorf("the leader's panic is %v", p)
					}
				}()
				s.Fetch(ctx, &Request{Subgraph: "s"})
			})
			synctest.Wait()
			for range 2 {
				wg.Go(func() {
					defer func() {
						err, ok := recover().(error)
						if !ok || !strings.Contains(err.Error(), "a fault of ours") || !strings.Contains(err.Error(), "sharing_test.go") {
							t.Errorf("recovered %v", err)
						}
					}()
					s.Fetch(t.Context(), &Request{Subgraph: "s"})
					t.Error("no panic")
				})
			}
			wg.Wait()
			checkEmpty(t, s)
		})
	}
}

// The deadline header of a request on behalf of followers tells of the one with
// the most time.
func TestSharingBudget(t *testing.T) {
	for name, via := range map[string]Transport{"own": TransportAuto, "net_http": TransportNetHTTP} {
		t.Run(name, func(t *testing.T) {
			budgets := make(chan string, 3)
			following := make(chan struct{})
			_, srv := serve(t, Endpoint{}, func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				budgets <- r.Header.Get("X-Ms")
				if len(budgets) == 1 {
					close(following)
					<-r.Context().Done()
				}
			})
			s := NewSharing(newClient(t, Options{
				Endpoints:      map[string]Endpoint{"s": {URL: srv.URL, Timeout: 30 * time.Hour, Transport: via}},
				DeadlineHeader: "x-ms",
			}))
			var wg sync.WaitGroup
			ask := func(limit time.Duration) context.CancelFunc {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				wg.Go(func() { s.Fetch(ctx, &Request{Subgraph: "s", Body: []byte("{}")}) })
				return cancel
			}
			leave := ask(time.Hour)
			<-following
			for i, limit := range []time.Duration{20 * time.Hour, 2 * time.Hour} {
				defer ask(limit)()
				for s.Counts.Stats("s").Joined != int64(i+1) {
					time.Sleep(time.Millisecond)
				}
			}
			leave()
			wg.Wait()
			for _, want := range []string{"3599", "71999"} {
				if got := <-budgets; len(got) != len(want)+3 || got[:len(want)] != want {
					t.Errorf("budget %q, want about %s s", got, want)
				}
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
	stats := s.Counts.Stats("s")
	if stats.Sent-stats.Restarted+stats.Joined != 1600 || stats.Sent == 0 {
		t.Errorf("stats %+v of 1600 requests", stats)
	}
	checkEmpty(t, s)
	srv.Close()
}

func BenchmarkSharing(b *testing.B) {
	answer := &Response{Status: 200}
	s := NewSharing(fetcherFunc(func(context.Context, *Request) (*Response, error) { return answer, nil }))
	r := &Request{Subgraph: "s", Body: make([]byte, 1000), Header: NewHeader(http.Header{"Authorization": {"Bearer 0000000000000001"}})}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Fetch(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
