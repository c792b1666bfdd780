package executor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A fetchContext must end as one of package context would, whether or not
// somebody has asked for Done before.
func TestFetchContextEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(c *fetchContext, cancelRequest context.CancelFunc)
		want error
	}{
		{"not at all", func(*fetchContext, context.CancelFunc) {}, nil},
		{"abandoned", func(c *fetchContext, _ context.CancelFunc) { c.end() }, context.Canceled},
		{"with the request", func(_ *fetchContext, cancel context.CancelFunc) { cancel() }, context.Canceled},
		{"a moment too early", func(*fetchContext, context.CancelFunc) { time.Sleep(time.Second - 1) }, nil},
		{"at the deadline", func(*fetchContext, context.CancelFunc) { time.Sleep(time.Second) }, context.DeadlineExceeded},
	} {
		for _, asked := range []string{"never", "before", "after"} {
			t.Run(tt.name+", Done "+asked, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					request, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					c := &fetchContext{request: request, deadline: time.Now().Add(time.Second)}
					defer c.end()
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

func TestFetchContextWatch(t *testing.T) {
	c := &fetchContext{request: t.Context()}
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
	c.end()
	c.end()
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

func TestFetchContextValue(t *testing.T) {
	c := &fetchContext{request: context.WithValue(t.Context(), contextKey{}, "v")}
	defer c.end()
	for _, when := range []string{"before Done", "after Done"} {
		if got := c.Value(contextKey{}); got != "v" {
			t.Errorf("%s the value is %v", when, got)
		}
		c.Done()
	}
}
