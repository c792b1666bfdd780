package resilience

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

var retries = Retry{Attempts: 3, Statuses: []int{502, 503}, Backoff: 100 * time.Millisecond, MaxBackoff: time.Second, BudgetPercent: 100}

// What is repeated, how often, and what the client gets.
func TestRetries(t *testing.T) {
	broken, refused := reply{kind: subgraphs.Protocol}, reply{kind: subgraphs.Connect}
	unavailable := reply{status: 503, body: "down"}
	later := func(text string) reply {
		return reply{status: 503, body: "later", header: http.Header{"Retry-After": {text}}}
	}
	tests := []struct {
		name     string
		replies  []reply
		mutation bool
		deadline time.Duration
		asked    int
		status   int            // 0 for an error
		kind     subgraphs.Kind // then
		attempts int            // as reported
		atLeast  time.Duration  // between the first and the second
		reason   string
	}{
		{name: "nothing to repeat", replies: []reply{{}}, asked: 1, status: 200},
		{name: "a connection that breaks", replies: []reply{broken, {}}, asked: 2, status: 200, attempts: 2, atLeast: 50 * time.Millisecond},
		{name: "a connection that fails", replies: []reply{refused, refused, {}}, asked: 3, status: 200, attempts: 3},
		{name: "a status of the list", replies: []reply{unavailable, {}}, asked: 2, status: 200, attempts: 2},
		{name: "another status", replies: []reply{{status: 500}, {}}, asked: 1, status: 500},
		{name: "an end to it", replies: []reply{unavailable}, asked: 3, status: 503, attempts: 3},
		{name: "an end to it without an answer", replies: []reply{refused}, asked: 3, kind: subgraphs.Connect, attempts: 3, reason: "connection failed"},
		{name: "too large", replies: []reply{{kind: subgraphs.TooLarge}, {}}, asked: 1, kind: subgraphs.TooLarge, reason: "answer larger than "},
		{name: "a timeout", replies: []reply{{kind: subgraphs.Timeout}, {}}, asked: 1, kind: subgraphs.Timeout, reason: "no answer before the request's deadline"},
		{name: "a mutation", mutation: true, replies: []reply{refused, {}}, asked: 1, kind: subgraphs.Connect, reason: "connection failed"},
		{name: "a mutation with a status", mutation: true, replies: []reply{unavailable, {}}, asked: 1, status: 503},
		{name: "errors of GraphQL", replies: []reply{{body: `{"errors":[{"message":"no"}]}`}, {}}, asked: 1, status: 200},
		{name: "Retry-After in seconds", replies: []reply{later("1"), {}}, asked: 2, status: 200, attempts: 2, atLeast: time.Second},
		{name: "Retry-After beyond all patience", replies: []reply{later("2"), {}}, asked: 1, status: 503},
		{name: "Retry-After of a number too large", replies: []reply{later("99999999999999999999999"), {}}, asked: 2, status: 200, attempts: 2},
		{name: "Retry-After of nonsense", replies: []reply{later("soon"), {}}, asked: 2, status: 200, attempts: 2},
		{name: "Retry-After beyond the deadline", deadline: 900 * time.Millisecond, replies: []reply{later("1"), {}}, asked: 1, status: 503},
		{name: "no time for another", deadline: 20 * time.Millisecond, replies: []reply{refused, {}}, asked: 1, kind: subgraphs.Connect, reason: "connection failed"},
		{name: "the timeout is for all attempts", replies: []reply{refused, {after: time.Hour}}, asked: 2, kind: subgraphs.Timeout, attempts: 2, reason: "no answer within 5s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: tt.replies}
				f := New(s, map[string]Policy{"s": {Timeout: 5 * time.Second, Retry: &retries}}, nil)
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				r := query()
				if tt.mutation {
					r = mutation()
				}
				resp, err := f.Fetch(ctx, r)
				if len(s.asked) != tt.asked {
					t.Errorf("asked %d times, want %d", len(s.asked), tt.asked)
				}
				if len(s.asked) > 1 && s.asked[1] < tt.atLeast {
					t.Errorf("asked again after %v, want at least %v", s.asked[1], tt.atLeast)
				}
				switch {
				case tt.status != 0:
					if err != nil || resp.Status != tt.status || resp.Attempts != tt.attempts {
						t.Errorf("%+v, %v; want status %d and %d attempts", resp, err, tt.status, tt.attempts)
					}
				default:
					e, ok := err.(*subgraphs.Error)
					if !ok || resp != nil || e.Kind != tt.kind || e.Attempts != tt.attempts || e.Reason() != tt.reason {
						t.Errorf("%+v, %v; want kind %v, %d attempts and %q", resp, err, tt.kind, tt.attempts, tt.reason)
					}
				}
			})
		})
	}
}

func TestBackoffGrowsAndScatters(t *testing.T) {
	r := newRetrier(Retry{Backoff: 100 * time.Millisecond, MaxBackoff: 500 * time.Millisecond})
	for n, most := range []time.Duration{100, 200, 400, 500, 500, 500} {
		most *= time.Millisecond
		seen := map[time.Duration]bool{}
		for range 200 {
			p := r.pause(n + 1)
			if p < most/2 || p > most {
				t.Fatalf("after attempt %d: %v, want %v to %v", n+1, p, most/2, most)
			}
			seen[p] = true
		}
		if len(seen) < 100 {
			t.Errorf("after attempt %d: only %d different pauses in 200", n+1, len(seen))
		}
	}
}

// When everything fails, retries do not multiply the load by the number of
// attempts.
func TestRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{kind: subgraphs.Connect}}}
		o := retries
		o.BudgetPercent = 10
		f := New(s, map[string]Policy{"s": {Retry: &o}}, nil)
		for range 1000 {
			if _, err := f.Fetch(t.Context(), query()); kindOf(err) != subgraphs.Connect {
				t.Fatal(err)
			}
		}
		if n := s.count(); n < 1100 || n > 1100+budgetBurst {
			t.Errorf("asked %d times for 1000 queries, want a tenth more", n)
		}
	})
}

func TestRetryEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{kind: subgraphs.Connect}}}
		f := New(s, map[string]Policy{"s": {Retry: &Retry{Attempts: 9, Backoff: time.Minute, MaxBackoff: time.Minute, BudgetPercent: 100}}}, nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if _, err := f.Fetch(ctx, query()); kindOf(err) != subgraphs.Connect {
			t.Error(err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestRetryAfterDates(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second,
		"Fri, 02 Jan 2026 03:03:35 GMT": 0,
		"Fri, 02 Jan 2099 03:03:35 GMT": 24 * time.Hour,
		"-1":                            0,
		"":                              0,
		"86401":                         24 * time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// A subgraph without a policy is asked by the client itself, and so are all if
// there is none.
func TestNothingForNothing(t *testing.T) {
	s := &script{replies: []reply{{}}}
	if f := New(s, map[string]Policy{"s": {Timeout: time.Second}}, nil); f != subgraphs.Fetcher(s) {
		t.Errorf("New returned a %T for nothing to do", f)
	}
	f := New(s, map[string]Policy{"s": {}, "other": {Retry: &retries}}, nil)
	r := query()
	got, err := f.Fetch(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 200 || string(got.Body) != `{"data":{"a":1}}` || got.Attempts != 0 {
		t.Errorf("%+v", got)
	}
}

// Whatever is switched on, a panic of the client comes through, and nothing is
// left behind.
func TestPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{panics: true}, {}}}
		f := New(s, map[string]Policy{"s": everything()}, nil)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was lost")
				}
			}()
			_, _ = f.Fetch(t.Context(), query())
		}()
		if _, err := f.Fetch(t.Context(), query()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// everything is a policy with all that there is.
func everything() Policy {
	return Policy{
		Timeout:     5 * time.Second,
		Retry:       &retries,
		Hedge:       &Hedge{After: 50 * time.Millisecond, BudgetPercent: 100},
		Concurrency: &Concurrency{Max: 1},
		Breaker:     &Breaker{FailurePercent: 50, MinRequests: 10, Window: 10 * time.Second, OpenFor: time.Second, Probes: 1, Statuses: []int{503}},
		Balance:     &Balance{Replicas: 2, EjectAfter: 3, EjectFor: time.Second, MaxEjectedPercent: 50},
	}
}
