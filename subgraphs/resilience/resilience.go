package resilience

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// A Policy is what is done for one subgraph. What is nil is not done. It is not
// written to any more once it is in use.
type Policy struct {
	// URLs are where the subgraph is. They are not asked here: what is learnt
	// about a subgraph is about these, as Keeper has it.
	URLs []string

	// Timeout of a fetch with all its attempts; 0 for the context's deadline
	// alone.
	Timeout time.Duration

	Retry       *Retry
	Hedge       *Hedge
	Concurrency *Concurrency
	Breaker     *Breaker
	Balance     *Balance
}

func (p Policy) isEmpty() bool {
	return p.Retry == nil && p.Hedge == nil && p.Concurrency == nil && p.Breaker == nil && p.Balance == nil
}

// An Event is a change that operators want to know of.
type Event struct {
	Subgraph string
	// Change is what happened.
	Change Change
	// Replica is which of the subgraph's URLs it is about, for Ejected and
	// Restored.
	Replica int
	// For is how long it will last; 0 if that is not known.
	For time.Duration
}

// A Change is a word for what happened.
type Change string

const (
	BreakerOpened   Change = "circuit breaker opened"
	BreakerHalfOpen Change = "circuit breaker half open"
	BreakerClosed   Change = "circuit breaker closed"
	Ejected         Change = "url ejected"
	Restored        Change = "url restored"
)

// New returns a fetcher that asks next for each subgraph as its policy says.
// notify is told of changes, from whichever goroutine notices and with locks
// held: it returns soon and calls nothing of this package. It may be nil.
func New(next subgraphs.Fetcher, policies map[string]Policy, notify func(Event)) subgraphs.Fetcher {
	return NewKeeper(notify).Guard(next, policies)
}

// A fetcher leads each request to the guard of its subgraph.
type fetcher struct {
	next   subgraphs.Fetcher
	guards map[string]*guard
}

func (f *fetcher) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	if g := f.guards[r.Subgraph]; g != nil {
		return g.fetch(ctx, r)
	}
	return f.next.Fetch(ctx, r)
}

// A guard does for one subgraph what its memory has been made for.
type guard struct {
	next subgraphs.Fetcher
	*memory
}

// A call is one fetch with all its attempts. It belongs to one goroutine.
type call struct {
	request *subgraphs.Request
	sent    int // attempts that were sent
	avoid   int // the replica that the last attempt was sent to; -1 for none
}

// An attempt is what came of sending a request once, or of not sending it.
type attempt struct {
	response *subgraphs.Response
	err      error
	sent     bool
	replica  int
}

// fetch sends r as often as it takes and may.
func (g *guard) fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	at := time.Now().Add(g.timeout)
	if deadline, ok := ctx.Deadline(); g.timeout == 0 || ok && deadline.Before(at) {
		return g.attempts(ctx, r)
	}
	own, cancel := context.WithDeadline(ctx, at)
	defer cancel()
	response, err := g.attempts(own, r)
	// Say which of the limits it was. The connection's may have been a moment
	// before the context's.
	if e, ok := err.(*subgraphs.Error); ok && e.Kind == subgraphs.Timeout && !e.OwnLimit() && !time.Now().Before(at) {
		err = subgraphs.NewTimeout(r.Subgraph, g.timeout, e)
	}
	return response, err
}

func (g *guard) attempts(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	c := call{request: r, avoid: -1}
	if g.retry != nil {
		g.retry.budget.deposit()
	}
	var a attempt
	for n := 1; ; n++ {
		a = g.try(ctx, &c)
		if g.retry == nil || r.Mutation || !g.retry.wait(ctx, n, a) {
			break
		}
	}
	if c.sent > 1 {
		annotate(a, c.sent)
	}
	return a.response, a.err
}

// annotate notes how many attempts there were.
func annotate(a attempt, sent int) {
	if e, ok := a.err.(*subgraphs.Error); ok {
		e.Attempts = sent
	}
	if a.response != nil {
		a.response.Attempts = sent
	}
}

// try makes one attempt, or two side by side.
func (g *guard) try(ctx context.Context, c *call) attempt {
	if g.hedge == nil || c.request.Mutation {
		return c.note(g.send(ctx, c.request, c.avoid, true))
	}
	return g.hedge.race(ctx, g, c)
}

// note takes in what an attempt was.
func (c *call) note(a attempt) attempt {
	if a.sent {
		c.sent++
		c.avoid = a.replica
	}
	return a
}

// send sends the request once, if it may. patient says that it may wait for a
// place. It may run beside another send of the same call.
func (g *guard) send(ctx context.Context, r *subgraphs.Request, avoid int, patient bool) (a attempt) {
	if g.limit != nil {
		place, err := g.limit.enter(ctx, patient)
		if err != nil {
			return attempt{err: refusal(ctx, r.Subgraph, err)}
		}
		defer func() { place.leave(judge(a, 0)) }()
	}
	if g.breaker != nil {
		turn, ok := g.breaker.enter()
		if !ok {
			return attempt{err: &subgraphs.Error{Subgraph: r.Subgraph, Kind: subgraphs.BreakerOpen, Err: errOpen}}
		}
		start := time.Now()
		defer func() { turn.end(g.breaker.verdict(a, time.Since(start))) }()
	}
	a.sent = true
	if g.balance == nil {
		a.response, a.err = g.next.Fetch(ctx, r)
		return a
	}
	to := g.balance.choose(avoid)
	defer func() { g.balance.end(to, judge(a, time.Since(to.since))) }()
	a.replica = to.index
	copied := *r
	copied.Replica = to.index
	a.response, a.err = g.next.Fetch(ctx, &copied)
	return a
}
