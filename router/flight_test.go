package router

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestFlightShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flight[string, int]
		var runs atomic.Int32
		release := make(chan struct{})
		work := func(context.Context) (int, error) {
			<-release
			return int(runs.Add(1)), nil
		}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if v, err := f.do(t.Context(), "k", work); v != 1 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if v, _ := f.do(t.Context(), "k", work); v != 2 {
			t.Errorf("a later call got %d, want work done anew", v)
		}
		if len(f.calls) != 0 {
			t.Errorf("%d calls are left", len(f.calls))
		}
	})
}

// The first asker leaves; the others get what they came for.
func TestFlightLeaderLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flight[string, int]
		release := make(chan struct{})
		work := func(ctx context.Context) (int, error) {
			<-release
			return 1, ctx.Err()
		}
		leaderCtx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := f.do(leaderCtx, "k", work); !errors.Is(err, context.Canceled) {
				t.Errorf("leader: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if v, err := f.do(t.Context(), "k", work); v != 1 || err != nil {
				t.Errorf("follower: %d, %v", v, err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		close(release)
		wg.Wait()
	})
}

// When nobody waits any longer the work is cancelled, and has ended before the
// last asker returns.
func TestFlightLastLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flight[string, int]
		ended := false
		work := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended = true
			return 0, ctx.Err()
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.do(ctx, "k", work); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if !ended {
			t.Error("the work goes on without an owner")
		}
		if v, err := f.do(t.Context(), "k", func(context.Context) (int, error) { return 5, nil }); v != 5 || err != nil {
			t.Errorf("the next asker got %d, %v", v, err)
		}
	})
}

func TestFlightPanic(t *testing.T) {
	var f flight[string, int]
	_, err := f.do(t.Context(), "k", func(context.Context) (int, error) { panic("oops") })
	var p *panicError
	if !errors.As(err, &p) || p.Error() != "panic: oops" || !strings.Contains(string(p.stack), "TestFlightPanic") {
		t.Errorf("error %v", err)
	}
}

func TestCache(t *testing.T) {
	c := newCache(1000, func(_ string, v int) int { return v })
	made := 0
	get := func(key string, size int) bool {
		t.Helper()
		v, hit, err := c.get(t.Context(), key, func(context.Context) (int, error) {
			made++
			return size, nil
		})
		if err != nil || v != size {
			t.Errorf("%s: %d, %v", key, v, err)
		}
		return hit
	}
	if get("a", 100) || !get("a", 100) || made != 1 {
		t.Error("an entry is not kept")
	}
	for i := range 100 {
		get(strings.Repeat("k", i+1), 100)
	}
	if weight := c.entries.WeightedSize(); weight > 1000 {
		t.Errorf("the cache holds %d, want at most 1000", weight)
	}
	fail := errors.New("no")
	for range 2 {
		if _, hit, err := c.get(t.Context(), "bad", func(context.Context) (int, error) { return 0, fail }); hit || !errors.Is(err, fail) {
			t.Errorf("hit %v, error %v: failures are not kept", hit, err)
		}
	}
}
