package router

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// A flight makes concurrent askers for one key share one piece of work. The
// work has a context of its own, so that the first asker may leave without
// taking the result from the others; when the last one leaves it is cancelled.
type flight[K comparable, V any] struct {
	mu sync.Mutex
	// calls in progress, and their waiters; guarded by mu.
	calls map[K]*call[V]
}

type call[V any] struct {
	waiters int // guarded by flight.mu
	cancel  context.CancelFunc
	done    chan struct{} // closed when value and err are set
	value   V
	err     error
	alone   bool // only one asker gets them
}

// do returns what work returns for the key. Work gets a context without the
// askers' deadlines, and bounds itself. do returns early with the error of ctx
// if that ends first; and not before work has ended if nobody else waits for
// it, so that every goroutine has an owner.
//
// A panic in work is an error of type *panicError for all who asked.
func (f *flight[K, V]) do(ctx context.Context, key K, work func(context.Context) (V, error)) (V, error) {
	v, _, err := f.ask(ctx, key, work)
	return v, err
}

// ask is do, and tells whether nobody else gets the value.
func (f *flight[K, V]) ask(ctx context.Context, key K, work func(context.Context) (V, error)) (v V, alone bool, err error) {
	c := f.join(ctx, key, work)
	select {
	case <-c.done:
		return c.value, c.alone, c.err
	case <-ctx.Done():
	}
	if f.leave(key, c) {
		c.cancel()
		<-c.done
	}
	return v, false, ctx.Err()
}

func (f *flight[K, V]) join(ctx context.Context, key K, work func(context.Context) (V, error)) *call[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.calls[key]; c != nil {
		c.waiters++
		return c
	}
	if f.calls == nil {
		f.calls = map[K]*call[V]{}
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &call[V]{waiters: 1, cancel: cancel, done: make(chan struct{})}
	f.calls[key] = c
	go func() {
		defer cancel()
		defer close(c.done)
		defer f.forget(key, c)
		defer func() {
			if v := recover(); v != nil {
				c.err = &panicError{value: v, stack: debug.Stack()}
			}
		}()
		c.value, c.err = work(own)
	}()
	return c
}

// leave takes one waiter away and tells whether it was the last. Whoever comes
// then starts the work anew.
func (f *flight[K, V]) leave(key K, c *call[V]) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.waiters--
	if c.waiters > 0 {
		return false
	}
	if f.calls[key] == c {
		delete(f.calls, key)
	}
	return true
}

// forget lets nobody join any more.
func (f *flight[K, V]) forget(key K, c *call[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.alone = c.waiters == 1
	if f.calls[key] == c {
		delete(f.calls, key)
	}
}

// A panicError is a panic that was caught on another goroutine than the one it
// concerns.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
