package executor

import (
	"context"
	"sync"
	"time"
)

// A fetchContext is the context of what is sent for one fetch. It ends with the
// request, at the deadline of fetches, and when the fetch is abandoned.
//
// Most fetches end before any of that, and all that waits is a connection,
// which knows the deadline. So nothing is set up for the end but a place for
// one function to call (Watch), until somebody asks for Done: then there is a
// context of package context behind it.
type fetchContext struct {
	request  context.Context
	deadline time.Time // zero for none

	mu     sync.Mutex
	ended  bool   // by end; guarded by mu
	watch  func() // what to call when it ends; nil for nothing; guarded by mu
	whole  context.Context
	cancel context.CancelFunc // of whole; both are nil until somebody asks for it; guarded by mu
}

// Deadline implements context.Context.
func (c *fetchContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Value implements context.Context.
func (c *fetchContext) Value(key any) any {
	c.mu.Lock()
	whole := c.whole
	c.mu.Unlock()
	if whole != nil {
		return whole.Value(key) // contexts below look for the one to attach themselves to
	}
	return c.request.Value(key)
}

// Done implements context.Context.
func (c *fetchContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.whole == nil {
		if c.deadline.IsZero() {
			c.whole, c.cancel = context.WithCancel(c.request)
		} else {
			c.whole, c.cancel = context.WithDeadline(c.request, c.deadline)
		}
		if c.ended {
			c.cancel()
		}
	}
	return c.whole.Done()
}

// Err implements context.Context.
func (c *fetchContext) Err() error {
	c.mu.Lock()
	ended, whole := c.ended, c.whole
	c.mu.Unlock()
	switch {
	case whole != nil:
		return whole.Err()
	case c.request.Err() != nil:
		return c.request.Err()
	case ended:
		return context.Canceled
	case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// Watch has f called, once, when the context ends other than by its deadline;
// at once if it has. It reports false if somebody watches already: there is
// room for one. f must not wait for anything.
func (c *fetchContext) Watch(f func()) bool {
	c.mu.Lock()
	if c.watch != nil {
		c.mu.Unlock()
		return false
	}
	if !c.ended {
		c.watch = f
	}
	ended := c.ended
	c.mu.Unlock()
	if ended {
		f()
	}
	return true
}

// Unwatch undoes Watch. It reports false if the function has been called, or is
// about to be.
func (c *fetchContext) Unwatch() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	watched := c.watch != nil
	c.watch = nil
	return watched
}

// end ends the context. It may be called several times.
func (c *fetchContext) end() {
	c.mu.Lock()
	c.ended = true
	cancel, watch := c.cancel, c.watch
	c.watch = nil
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	if watch != nil {
		watch()
	}
}
