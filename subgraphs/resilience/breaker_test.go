package resilience

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

var breaking = Breaker{FailurePercent: 50, MinRequests: 10, Window: 10 * time.Second, OpenFor: 5 * time.Second, Probes: 2, Statuses: []int{503}}

// What opens the breaker, and what does not.
func TestBreakerCounts(t *testing.T) {
	tests := []struct {
		name   string
		reply  reply
		noData bool
		slow   time.Duration
		opens  bool
	}{
		{name: "answers", reply: reply{}},
		{name: "no connection", reply: reply{kind: subgraphs.Connect}, opens: true},
		{name: "broken connections", reply: reply{kind: subgraphs.Protocol}, opens: true},
		{name: "silence until the deadline", reply: reply{after: time.Hour}, opens: true},
		{name: "a status of the list", reply: reply{status: 503}, opens: true},
		{name: "another status", reply: reply{status: 500}},
		{name: "answers that are too large", reply: reply{kind: subgraphs.TooLarge}},
		{name: "clients that leave", reply: reply{kind: subgraphs.Canceled}},
		{name: "no data", reply: reply{body: `{"errors":[{"message":"no"}]}`}, noData: true, opens: true},
		{name: "null data", reply: reply{body: ` { "data" : null, "errors": []}`}, noData: true, opens: true},
		{name: "a page", reply: reply{body: `<html>`}, noData: true, opens: true},
		{name: "data", reply: reply{body: ` {"data" : {"a": null}}`}, noData: true},
		{name: "data in the end", reply: reply{body: `{"errors":[],"data":{}}`}, noData: true},
		{name: "no data, and nobody minds", reply: reply{body: `{"errors":[{"message":"no"}]}`}},
		{name: "slow answers", reply: reply{after: 300 * time.Millisecond}, slow: 300 * time.Millisecond, opens: true},
		{name: "not quite so slow answers", reply: reply{after: 299 * time.Millisecond}, slow: 300 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: []reply{tt.reply}}
				o := breaking
				o.NoData, o.Slow, o.Window = tt.noData, tt.slow, time.Hour
				f := New(s, map[string]Policy{"s": {Breaker: &o}}, nil)
				for range 10 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					_, _ = f.Fetch(ctx, query())
					cancel()
				}
				_, err := f.Fetch(t.Context(), query())
				if opens := kindOf(err) == subgraphs.BreakerOpen; opens != tt.opens {
					t.Errorf("open %v, want %v (%v)", opens, tt.opens, err)
				}
				if want := 11; !tt.opens && s.count() != want || tt.opens && s.count() != want-1 {
					t.Errorf("asked %d times", s.count())
				}
			})
		})
	}
}

// A short time before the request's deadline is not held against a subgraph:
// what came before has used it up.
func TestBreakerDoesNotBlameForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{after: time.Second}}}
		f := New(s, map[string]Policy{"s": {Breaker: &breaking}}, nil)
		for range 50 {
			ctx, cancel := context.WithTimeout(t.Context(), leastBlame/2)
			if _, err := f.Fetch(ctx, query()); kindOf(err) != subgraphs.Timeout {
				t.Fatal(err)
			}
			cancel()
		}
	})
}

// From closed to open and back, with what happens on the way.
func TestBreakerStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{}}}
		var seen events
		f := New(s, map[string]Policy{"s": {Breaker: &breaking}}, seen.add)
		do := func(want subgraphs.Kind) {
			t.Helper()
			if _, err := f.Fetch(t.Context(), query()); kindOf(err) != want {
				t.Fatalf("%v, want kind %v", err, want)
			}
		}
		for range 5 {
			do(0)
		}
		s.replies = []reply{{kind: subgraphs.Connect}}
		for range 5 {
			do(subgraphs.Connect)
		}
		asked := s.count()
		for range 100 {
			do(subgraphs.BreakerOpen)
		}
		if s.count() != asked {
			t.Errorf("%d requests were sent while it was open", s.count()-asked)
		}
		// Mutations are refused, too.
		if _, err := f.Fetch(t.Context(), mutation()); kindOf(err) != subgraphs.BreakerOpen {
			t.Errorf("a mutation: %v", err)
		}
		time.Sleep(breaking.OpenFor)
		do(subgraphs.Connect) // a probe that fails
		do(subgraphs.BreakerOpen)
		time.Sleep(breaking.OpenFor)
		// A probe nobody waits for proves nothing, and does not stay.
		s.replies = []reply{{after: time.Hour}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := f.Fetch(ctx, query()); kindOf(err) != subgraphs.Canceled {
			t.Fatal(err)
		}
		do(subgraphs.BreakerOpen)
		time.Sleep(breaking.OpenFor)
		// Two probes at a time, and the others have to wait for them.
		s.replies = []reply{{after: time.Second}}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := f.Fetch(t.Context(), query()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		do(subgraphs.BreakerOpen)
		wg.Wait()
		do(0)
		want := []Change{BreakerOpened, BreakerHalfOpen, BreakerOpened, BreakerHalfOpen, BreakerOpened, BreakerHalfOpen, BreakerClosed}
		if diff := cmp.Diff(want, seen.changes()); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}

// What was sent before the breaker opened, and fails long after, says nothing
// about the probes.
func TestBreakerIgnoresLateNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{after: 7 * time.Second, kind: subgraphs.Protocol}, {kind: subgraphs.Connect}}}
		f := New(s, map[string]Policy{"s": {Breaker: &breaking}}, nil)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = f.Fetch(t.Context(), query()) })
		synctest.Wait()
		for range 10 {
			_, _ = f.Fetch(t.Context(), query())
		}
		time.Sleep(5 * time.Second)
		s.replies = []reply{{after: 3 * time.Second}}
		// Half open; while the probes are under way the late one fails.
		for range 2 {
			wg.Go(func() {
				if _, err := f.Fetch(t.Context(), query()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, err := f.Fetch(t.Context(), query()); err != nil {
			t.Errorf("after two good probes: %v", err)
		}
	})
}
