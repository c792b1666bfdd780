package router

import "sync"

// A gate counts who is inside. Unlike a sync.WaitGroup it may be entered while
// somebody waits: a connection may hand over one more request just when the
// server closes.
type gate struct {
	mu     sync.Mutex
	inside int        // guarded by mu
	empty  *sync.Cond // of mu; nil until somebody waits
}

func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside++
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.empty != nil {
		g.empty.Broadcast()
	}
}

// wait returns when nobody is inside.
func (g *gate) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.empty == nil {
		g.empty = sync.NewCond(&g.mu)
	}
	for g.inside > 0 {
		g.empty.Wait()
	}
}
