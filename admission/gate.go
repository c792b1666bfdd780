package admission

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// ErrFull: all places are taken, and there is no room, or no time, to wait for
// one.
var ErrFull = errors.New("too much is going on")

// Options of a Gate.
type Options struct {
	// Places are how many may be inside at a time; at least 1.
	Places int

	// Queue is how many may wait for a place; 0 for none.
	Queue int

	// Wait is how long one may wait; 0 for as long as its context lasts.
	Wait time.Duration
}

// A Gate lets so many in at a time. It is safe for concurrent use.
type Gate struct {
	places  chan struct{} // one for each who is inside
	queue   int64
	wait    time.Duration
	waiting atomic.Int64
	refused atomic.Int64
}

// NewGate returns a gate with nobody inside.
func NewGate(o Options) *Gate {
	return &Gate{places: make(chan struct{}, max(o.Places, 1)), queue: int64(o.Queue), wait: o.Wait}
}

// Enter takes a place, which the caller gives back by Leave. The error is
// ErrFull, or that of ctx if it ends while waiting; there is no place then.
func (g *Gate) Enter(ctx context.Context) error {
	select {
	case g.places <- struct{}{}:
		return nil
	default:
	}
	if g.waiting.Add(1) > g.queue {
		g.waiting.Add(-1)
		g.refused.Add(1)
		return ErrFull
	}
	defer g.waiting.Add(-1)
	var over <-chan time.Time
	if g.wait > 0 {
		timer := time.NewTimer(g.wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case g.places <- struct{}{}:
		return nil
	case <-over:
		g.refused.Add(1)
		return ErrFull
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TryEnter is Enter without waiting; it reports whether there was a place.
func (g *Gate) TryEnter() bool {
	select {
	case g.places <- struct{}{}:
		return true
	default:
		return false
	}
}

// Leave gives a place back.
func (g *Gate) Leave() { <-g.places }

// Stats tell what goes on at the moment, and how many have been refused since
// the beginning.
type Stats struct {
	Inside, Waiting int
	Refused         int64
}

// Stats returns them; the numbers are not of one instant.
func (g *Gate) Stats() Stats {
	return Stats{Inside: len(g.places), Waiting: int(g.waiting.Load()), Refused: g.refused.Load()}
}
