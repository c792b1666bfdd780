package resilience

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/weft-graphql/weft/subgraphs"
)

// Breaker says when a subgraph is not asked for a while. What counts as failed:
// connections that fail or break, timeouts, and as far as the fields say so,
// answers.
type Breaker struct {
	// FailurePercent of the requests within Window open it, if there were at
	// least MinRequests.
	FailurePercent int
	MinRequests    int
	Window         time.Duration

	// OpenFor is how long nothing is sent then. Afterwards up to Probes
	// requests are; if all go well it closes, and with one that fails it is
	// open again.
	OpenFor time.Duration
	Probes  int

	// Statuses that count as failed.
	Statuses []int

	// NoData: answers without data count as failed. If clients can have a
	// subgraph give such answers, they can open the breaker.
	NoData bool

	// Slow is from when on an answer counts as failed for its lateness; 0 for
	// never.
	Slow time.Duration
}

var errOpen = errors.New("the circuit breaker is open")

type breaker struct {
	Breaker
	circuit circuitbreaker.CircuitBreaker[*subgraphs.Response]

	// changes counts the changes of state: what began before the last says
	// nothing about the state of now.
	changes atomic.Int64
}

func newBreaker(name string, o Breaker, notify func(Event)) *breaker {
	b := &breaker{Breaker: o}
	b.circuit = circuitbreaker.NewBuilder[*subgraphs.Response]().
		WithFailureRateThreshold(float64(o.FailurePercent)/100, uint(o.MinRequests), o.Window).
		WithDelay(o.OpenFor).
		WithSuccessThreshold(uint(o.Probes)).
		OnStateChanged(func(e circuitbreaker.StateChangedEvent) {
			b.changes.Add(1)
			event := Event{Subgraph: name, Change: BreakerClosed}
			switch e.NewState {
			case circuitbreaker.OpenState:
				event.Change, event.For = BreakerOpened, o.OpenFor
			case circuitbreaker.HalfOpenState:
				event.Change = BreakerHalfOpen
			}
			notify(event)
		}).
		Build()
	return b
}

// A turn is the leave to send one request.
type turn struct {
	*breaker
	change int64 // the number of the last one
}

// enter asks for leave to send a request; if it is given, the turn is ended.
func (b *breaker) enter() (turn, bool) {
	if !b.circuit.TryAcquirePermit() {
		return turn{}, false
	}
	return turn{b, b.changes.Load()}, true
}

// end says what came of it.
func (t turn) end(v verdict) {
	if t.change != t.changes.Load() {
		return
	}
	switch {
	case v == good:
		t.circuit.RecordSuccess()
	case v == bad:
		t.circuit.RecordFailure()
	case t.circuit.IsHalfOpen():
		// A probe that nobody waited for proves nothing; without an end it
		// would keep others from proving anything.
		t.circuit.RecordFailure()
	}
}

// verdict says what an attempt means for the breaker.
func (b *breaker) verdict(a attempt, took time.Duration) verdict {
	v := judgeError(a, took)
	switch {
	case v != good:
		return v
	case b.Slow > 0 && took >= b.Slow,
		slices.Contains(b.Statuses, a.response.Status),
		b.NoData && !hasData(a.response.Body):
		return bad
	}
	return good
}
