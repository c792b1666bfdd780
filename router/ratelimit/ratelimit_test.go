package ratelimit

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func ask(t *testing.T, s Store, key string, l Limit) State {
	t.Helper()
	state, err := s.Take(t.Context(), key, l)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, l := NewMemory(100), Limit{Rate: 2, Per: time.Second, Burst: 3}
		const half = 500 * time.Millisecond
		for i, step := range []struct {
			after time.Duration
			want  State
		}{
			{0, State{Allowed: true, Remaining: 2, Reset: half}},
			{0, State{Allowed: true, Remaining: 1, Reset: 2 * half}},
			{0, State{Allowed: true, Remaining: 0, Reset: 3 * half, RetryAfter: half}},
			{0, State{Reset: 3 * half, RetryAfter: half}},
			{half / 2, State{Reset: 5 * half / 2, RetryAfter: half / 2}},
			{half / 2, State{Allowed: true, Reset: 3 * half, RetryAfter: half}},
			{time.Hour, State{Allowed: true, Remaining: 2, Reset: half}},
		} {
			time.Sleep(step.after)
			if diff := cmp.Diff(step.want, ask(t, m, "a", l)); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
		}
		if s := ask(t, m, "b", l); !s.Allowed || s.Remaining != 2 {
			t.Errorf("another key: %+v", s)
		}
	})
}

// However requests come, in no time do more pass than the burst and what has
// been added since, and whoever waits for as long as is said passes.
func TestTakeKeepsTheRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := Limit{
			Rate:  rapid.IntRange(1, 1000).Draw(rt, "rate"),
			Per:   time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(rt, "per")),
			Burst: rapid.IntRange(1, 50).Draw(rt, "burst"),
		}
		start := time.Unix(0, 0)
		now := start
		var next time.Time
		passed := 0
		for range rapid.IntRange(1, 200).Draw(rt, "requests") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*l.interval())).Draw(rt, "pause")))
			s := take(&next, now, l)
			if s.Allowed {
				passed++
			} else {
				again := next
				if s.RetryAfter <= 0 || !take(&again, now.Add(s.RetryAfter), l).Allowed {
					rt.Fatalf("%+v: not let in after RetryAfter", s)
				}
				again = next
				if take(&again, now.Add(s.RetryAfter-1), l).Allowed {
					rt.Fatalf("%+v: let in before RetryAfter", s)
				}
			}
			if s.Remaining < 0 || s.Remaining >= l.Burst || s.Reset < 0 {
				rt.Fatalf("%+v", s)
			}
			if most := l.Burst + int(now.Sub(start)/l.interval()); passed > most {
				rt.Fatalf("%d have passed, %d may", passed, most)
			}
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m, l := NewMemory(1000), Limit{Rate: 1, Per: time.Hour, Burst: 1}
	for i := range 100_000 {
		ask(t, m, strconv.Itoa(i), l)
		// One that asks again and again is not forgotten for the many.
		if s := ask(t, m, "busy", l); s.Allowed != (i == 0) {
			t.Fatalf("request %d of the busy one: %+v", i, s)
		}
	}
	if n := m.Len(); n > 1000 {
		t.Errorf("%d keys are kept, want at most 1000", n)
	}
}

func TestMemoryAtOnce(t *testing.T) {
	m, l := NewMemory(1000), Limit{Rate: 1, Per: time.Hour, Burst: 10}
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				if ask(t, m, fmt.Sprint(i%20), l).Allowed {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if passed.Load() != 200 {
		t.Errorf("%d have passed, want 200", passed.Load())
	}
}
