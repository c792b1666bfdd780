package admission

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Five times as many come as there are places: as many as may are inside at
// once, as many as may wait, and the rest knows at once.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Options{Places: 4, Queue: 6})
		var inside, most, full, in atomic.Int64
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := g.Enter(t.Context())
				if errors.Is(err, ErrFull) {
					full.Add(1)
					if time.Since(start) != 0 {
						t.Errorf("refused after %v", time.Since(start))
					}
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				defer g.Leave()
				in.Add(1)
				for n := inside.Add(1); ; {
					if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
						break
					}
				}
				time.Sleep(time.Second)
				inside.Add(-1)
			})
		}
		synctest.Wait()
		if diff := cmp.Diff(Stats{Inside: 4, Waiting: 6, Refused: 10}, g.Stats()); diff != "" {
			t.Errorf("under load (-want +got):\n%s", diff)
		}
		wg.Wait()
		if most.Load() != 4 || in.Load() != 10 || full.Load() != 10 {
			t.Errorf("%d at a time, %d came in, %d were refused; want 4, 10, 10", most.Load(), in.Load(), full.Load())
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want 3s", took)
		}
		if diff := cmp.Diff(Stats{Refused: 10}, g.Stats()); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
	})
}

func TestGateEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Options{Places: 1, Queue: 2, Wait: time.Second})
		if err := g.Enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		if g.TryEnter() {
			t.Error("there is no second place")
		}
		start := time.Now()
		if err := g.Enter(t.Context()); !errors.Is(err, ErrFull) || time.Since(start) != time.Second {
			t.Errorf("%v after %v, want ErrFull after 1s", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := g.Enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the context's error", err)
		}
		g.Leave()
		if !g.TryEnter() {
			t.Error("the place is not free again")
		}
		if diff := cmp.Diff(Stats{Inside: 1, Refused: 1}, g.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
}
