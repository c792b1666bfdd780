package resilience

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Never more under way than may be; as many wait as may; the others are told at
// once.
func TestConcurrency(t *testing.T) {
	for name, o := range map[string]Concurrency{
		"fixed":    {Max: 3, Queue: 4},
		"adaptive": {Max: 3, Queue: 4, Adaptive: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: []reply{{after: time.Second}}}
				f := New(s, map[string]Policy{"s": {Concurrency: &o}}, nil)
				var answered, refused atomic.Int64
				start := time.Now()
				var wg sync.WaitGroup
				for range 15 {
					wg.Go(func() {
						_, err := f.Fetch(t.Context(), query())
						switch kindOf(err) {
						case 0:
							answered.Add(1)
						case subgraphs.Crowded:
							refused.Add(1)
							if took := time.Since(start); took != 0 {
								t.Errorf("refused after %v", took)
							}
						default:
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if answered.Load() != 7 || refused.Load() != 8 || s.most != 3 {
					t.Errorf("%d answered, %d refused, %d at a time; want 7, 8, 3", answered.Load(), refused.Load(), s.most)
				}
				// Nothing is held.
				for range 3 {
					wg.Go(func() {
						if _, err := f.Fetch(t.Context(), query()); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

func TestConcurrencyWaiting(t *testing.T) {
	for name, adaptive := range map[string]bool{"fixed": false, "adaptive": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: []reply{{after: time.Minute}}}
				f := New(s, map[string]Policy{"s": {Concurrency: &Concurrency{Max: 1, Queue: 10, Wait: 2 * time.Second, Adaptive: adaptive}}}, nil)
				var wg sync.WaitGroup
				defer wg.Wait()
				wg.Go(func() { _, _ = f.Fetch(t.Context(), query()) })
				synctest.Wait()
				start := time.Now()
				if _, err := f.Fetch(t.Context(), query()); kindOf(err) != subgraphs.Crowded || time.Since(start) != 2*time.Second {
					t.Errorf("%v after %v, want to be refused after 2s", err, time.Since(start))
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := f.Fetch(ctx, query()); kindOf(err) != subgraphs.Timeout {
					t.Errorf("%v, want a timeout", err)
				}
				gone, leave := context.WithCancel(t.Context())
				time.AfterFunc(time.Millisecond, leave)
				if _, err := f.Fetch(gone, query()); kindOf(err) != subgraphs.Canceled {
					t.Errorf("%v, want canceled", err)
				}
			})
		})
	}
}

// When answers take longer the more are under way, an adaptive limit goes down.
func TestAdaptiveLimitGoesDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		s.by = func(int) reply {
			// Room for five; beyond, everybody waits for everybody. The lock
			// is held.
			return reply{after: time.Duration(max(1, s.open-5)) * 20 * time.Millisecond}
		}
		f := New(s, map[string]Policy{"s": {Concurrency: &Concurrency{Max: 1000, Adaptive: true, Queue: 1000}}}, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = f.Fetch(ctx, query())
				}
			})
		}
		wg.Wait()
		limit := f.(*fetcher).guards["s"].limit.(*adaptive).limiter.Limit()
		if limit >= initialLimit || s.most > 100 {
			t.Errorf("the limit is %d, with at most %d under way; it began with %d", limit, s.most, initialLimit)
		}
	})
}
