package deadline

import (
	"context"
	"sync"
	"time"
)

// A Context ends with its parent, at its deadline, and by End. It is safe for
// concurrent use, and not to be copied after New or Set.
type Context struct {
	parent   context.Context
	deadline time.Time // zero for none

	mu     sync.Mutex
	ended  bool   // by End; guarded by mu
	watch  func() // what to call when it ends; nil for nothing; guarded by mu
	whole  context.Context
	cancel context.CancelFunc // of whole; both are nil until somebody asks for it; guarded by mu
}

// New returns a Context that ends at a time, or at its parent's deadline if that
// is before.
func New(parent context.Context, at time.Time) *Context {
	if earlier, ok := parent.Deadline(); ok && earlier.Before(at) {
		at = earlier
	}
	c := new(Context)
	c.Set(parent, at)
	return c
}

// Set makes the zero Context one that ends at a time, which is not after its
// parent's deadline; with the zero time it has no deadline.
func (c *Context) Set(parent context.Context, at time.Time) { c.parent, c.deadline = parent, at }

// Deadline implements context.Context.
func (c *Context) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Value implements context.Context.
func (c *Context) Value(key any) any {
	c.mu.Lock()
	whole := c.whole
	c.mu.Unlock()
	if whole != nil {
		return whole.Value(key) // contexts below look for the one to attach themselves to
	}
	return c.parent.Value(key)
}

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.whole == nil {
		if c.deadline.IsZero() {
			c.whole, c.cancel = context.WithCancel(c.parent)
		} else {
			c.whole, c.cancel = context.WithDeadline(c.parent, c.deadline)
		}
		if c.ended {
			c.cancel()
		}
	}
	return c.whole.Done()
}

// Err implements context.Context.
func (c *Context) Err() error {
	c.mu.Lock()
	ended, whole := c.ended, c.whole
	c.mu.Unlock()
	switch {
	case whole != nil:
		return whole.Err()
	case c.parent.Err() != nil:
		return c.parent.Err()
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
func (c *Context) Watch(f func()) bool {
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
func (c *Context) Unwatch() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	watched := c.watch != nil
	c.watch = nil
	return watched
}

// End ends the context. It may be called several times.
func (c *Context) End() {
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
