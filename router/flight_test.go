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
