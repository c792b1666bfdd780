package resilience

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/subgraphs"
)

// Concurrency says how many requests to a subgraph are under way at a time.
type Concurrency struct {
	// Max is the most there may be.
	Max int

	// Adaptive has fewer under way when answers begin to take longer than they
	// used to, and more again when they do not.
	Adaptive bool

	// Queue is how many may wait for another to end, and Wait how long; 0 is
	// as long as there is time.
	Queue int
	Wait  time.Duration
}

// A limiter bounds what is under way.
type limiter interface {
	// enter takes a place. Who is patient may wait for it. The error is
	// admission.ErrFull, or that of ctx.
	enter(ctx context.Context, patient bool) (place, error)
}

// A place is given back by leave, once.
type place interface{ leave(verdict) }

func newLimiter(c Concurrency) limiter {
	gate := admission.NewGate(admission.Options{Places: c.Max, Queue: c.Queue, Wait: c.Wait})
	if !c.Adaptive {
		return fixed{gate}
	}
	return &adaptive{
		queue: int64(c.Queue),
		wait:  c.Wait,
		limiter: adaptivelimiter.NewBuilder[*subgraphs.Response]().
			WithLimits(1, uint(c.Max), uint(min(initialLimit, c.Max))).
			Build(),
	}
}

// initialLimit is what an adaptive limit begins with.
const initialLimit = 20

type fixed struct{ gate *admission.Gate }

func (f fixed) enter(ctx context.Context, patient bool) (place, error) {
	if !patient {
		if !f.gate.TryEnter() {
			return nil, admission.ErrFull
		}
		return f, nil
	}
	return f, f.gate.Enter(ctx)
}

func (f fixed) leave(verdict) { f.gate.Leave() }

// An adaptive limiter compares how long answers take with how long they took.
type adaptive struct {
	limiter adaptivelimiter.AdaptiveLimiter[*subgraphs.Response]
	queue   int64
	wait    time.Duration
	waiting atomic.Int64
}

func (a *adaptive) enter(ctx context.Context, patient bool) (place, error) {
	if p, ok := a.limiter.TryAcquirePermit(); ok {
		return permit{p}, nil
	}
	if !patient || a.waiting.Add(1) > a.queue {
		if patient {
			a.waiting.Add(-1)
		}
		return nil, admission.ErrFull
	}
	defer a.waiting.Add(-1)
	var p adaptivelimiter.Permit
	var err error
	if a.wait > 0 {
		p, err = a.limiter.AcquirePermitWithMaxWait(ctx, a.wait)
	} else {
		p, err = a.limiter.AcquirePermit(ctx)
	}
	switch {
	case errors.Is(err, adaptivelimiter.ErrExceeded):
		return nil, admission.ErrFull
	case err != nil:
		return nil, err
	}
	return permit{p}, nil
}

type permit struct{ adaptivelimiter.Permit }

// leave lets only answers say how long answers take.
func (p permit) leave(v verdict) {
	if v == good {
		p.Record()
	} else {
		p.Drop()
	}
}
