package subgraphs

import (
	"sync"
	"time"
)

// A pool keeps idle connections to one subgraph. The one used last is taken
// first, so that after a peak the others grow old and are closed.
//
// The zero pool with an idleTimeout is ready.
type pool struct {
	idleTimeout time.Duration

	mu      sync.Mutex
	idle    []*conn     // the one used last at the end; guarded by mu
	reaper  *time.Timer // runs while there are idle connections; guarded by mu
	closed  bool        // guarded by mu
	reaping sync.WaitGroup
}

// take returns the connection used last, or nil if there is none.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return c
}

// put takes a connection back, or closes it if there are too many or the pool
// is closed.
func (p *pool) put(c *conn) {
	c.idleSince = time.Now()
	if !p.add(c) {
		c.Close()
	}
}

func (p *pool) add(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= maxIdleConns {
		return false
	}
	p.idle = append(p.idle, c)
	if p.reaper == nil {
		p.schedule(p.idleTimeout)
	}
	return true
}

// schedule has reap run. mu is held, and no reaper is.
func (p *pool) schedule(after time.Duration) {
	p.reaping.Add(1)
	p.reaper = time.AfterFunc(after, func() {
		defer p.reaping.Done()
		for _, c := range p.reap(time.Now()) {
			c.Close()
		}
	})
}

// reap removes and returns the connections that have been idle for too long,
// and runs again when the next one will have been.
func (p *pool) reap(now time.Time) []*conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaper = nil
	old := 0
	for old < len(p.idle) && now.Sub(p.idle[old].idleSince) >= p.idleTimeout {
		old++
	}
	reaped := append([]*conn(nil), p.idle[:old]...)
	left := copy(p.idle, p.idle[old:])
	clear(p.idle[left:])
	p.idle = p.idle[:left]
	if left > 0 && !p.closed {
		p.schedule(p.idleTimeout - now.Sub(p.idle[0].idleSince))
	}
	return reaped
}

// close closes what is idle, and what is put back from now on.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	if p.reaper != nil && p.reaper.Stop() {
		p.reaping.Done()
	}
	p.reaper = nil
	p.mu.Unlock()
	for _, c := range idle {
		c.Close()
	}
	p.reaping.Wait()
}
