package deadline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A Context must end as one of package context would, whether or not
// somebody has asked for Done before.
func TestContextEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(c *Context, cancelRequest context.CancelFunc)
		want error
	}{
		{"not at all", func(*Context, context.CancelFunc) {}, nil},
		{"abandoned", func(c *Context, _ context.CancelFunc) { c.End() }, context.Canceled},
		{"with the request", func(_ *Context, cancel context.CancelFunc) { cancel() }, context.Canceled},
		{"a moment too early", func(*Context, context.CancelFunc) { time.Sleep(time.Second - 1) }, nil},
		{"at the deadline", func(*Context, context.CancelFunc) { time.Sleep(time.Second) }, context.DeadlineExceeded},
	} {
		for _, asked := range []string{"never", "before", "after"} {
			t.Run(tt.name+", Done "+asked, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					request, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					c := New(request, time.Now().Add(time.Second))
					defer c.End()
					var below context.Context
					if asked == "before" {
						var cancelBelow context.CancelFunc
						below, cancelBelow = context.WithCancel(c)
						defer cancelBelow()
					}
					tt.end(c, cancel)
					synctest.Wait()
					if asked == "after" {
						var cancelBelow context.CancelFunc
						below, cancelBelow = context.WithCancel(c)
						defer cancelBelow()
						synctest.Wait()
					}
					if got := c.Err(); got != tt.want {
						t.Errorf("Err() = %v, want %v", got, tt.want)
					}
					if below != nil && below.Err() != tt.want {
						t.Errorf("Err() of a context below = %v, want %v", below.Err(), tt.want)
					}
				})
			})
		}
	}
}

func TestContextWatch(t *testing.T) {
	c := new(Context)
	c.Set(t.Context(), time.Time{})
	calls := 0
	called := func() { calls++ }
	if !c.Watch(called) {
		t.Fatal("nobody watches, and there is no room")
	}
	if c.Watch(func() { t.Error("called without watching") }) {
		t.Error("there is room for two")
	}
	if !c.Unwatch() || !c.Watch(called) {
		t.Error("no room again")
	}
	c.End()
	c.End()
	if calls != 1 {
		t.Errorf("called %d times at the end", calls)
	}
	if c.Unwatch() {
		t.Error("Unwatch does not know of the call")
	}
	if !c.Watch(called) || calls != 2 {
		t.Errorf("not called at once after the end")
	}
}

type contextKey struct{}

func TestContextValue(t *testing.T) {
	c := new(Context)
	c.Set(context.WithValue(t.Context(), contextKey{}, "v"), time.Time{})
	defer c.End()
	for _, when := range []string{"before Done", "after Done"} {
		if got := c.Value(contextKey{}); got != "v" {
			t.Errorf("%s the value is %v", when, got)
		}
		c.Done()
	}
}

func TestNew(t *testing.T) {
	now := time.Now()
	early, cancel := context.WithDeadline(t.Context(), now.Add(time.Minute))
	defer cancel()
	for _, tt := range []struct {
		name   string
		parent context.Context
		at     time.Duration
		want   time.Duration
	}{
		{"the parent has none", t.Context(), time.Hour, time.Hour},
		{"before the parent's", early, time.Second, time.Second},
		{"after the parent's", early, time.Hour, time.Minute},
	} {
		if got, ok := New(tt.parent, now.Add(tt.at)).Deadline(); !ok || !got.Equal(now.Add(tt.want)) {
			t.Errorf("%s: the deadline is %v from now, %v", tt.name, got.Sub(now), ok)
		}
	}
}
