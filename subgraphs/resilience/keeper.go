package resilience

import (
	"reflect"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// A Keeper makes fetchers, one after the other, and keeps what has been learnt
// about a subgraph from each to the next: whether its breaker is open, which of
// its URLs are left out, how many requests are under way, and what is left of
// its budgets. Else a router that gets a new supergraph every few seconds would
// have no breaker. A subgraph whose policy has changed, URLs included, or that
// was not among those before, begins anew.
//
// A fetcher goes on working when there is a newer one; what they share they
// count together. A Keeper is safe for concurrent use.
type Keeper struct {
	notify func(Event)

	mu       sync.Mutex
	memories map[string]*memory // by subgraph, those of the newest fetcher; guarded by mu
}

// NewKeeper returns a keeper that knows nothing yet. notify is as New has it.
func NewKeeper(notify func(Event)) *Keeper {
	if notify == nil {
		notify = func(Event) {}
	}
	return &Keeper{notify: notify}
}

// Guard returns a fetcher that asks next for each subgraph as its policy says.
// It is next itself if there is nothing to do for any.
func (k *Keeper) Guard(next subgraphs.Fetcher, policies map[string]Policy) subgraphs.Fetcher {
	k.mu.Lock()
	defer k.mu.Unlock()
	memories := map[string]*memory{}
	guards := map[string]*guard{}
	for name, p := range policies {
		if p.isEmpty() {
			continue
		}
		m := k.memories[name]
		if m == nil || !reflect.DeepEqual(m.policy, p) {
			m = newMemory(name, p, k.notify)
		}
		memories[name] = m
		guards[name] = &guard{next, m}
	}
	k.memories = memories
	if len(guards) == 0 {
		return next
	}
	return &fetcher{next: next, guards: guards}
}

// A memory is what is done for one subgraph, and what is known about it. It is
// safe for concurrent use.
type memory struct {
	name    string
	policy  Policy
	timeout time.Duration

	retry   *retrier // nil is off, here and below
	hedge   *hedger
	limit   limiter
	breaker *breaker
	balance *balancer
}

func newMemory(name string, p Policy, notify func(Event)) *memory {
	m := &memory{name: name, policy: p}
	if p.Retry != nil || p.Hedge != nil || p.Concurrency != nil {
		m.timeout = p.Timeout // else the client's own is the same
	}
	if p.Retry != nil {
		m.retry = newRetrier(*p.Retry)
	}
	if p.Hedge != nil {
		m.hedge = newHedger(*p.Hedge)
	}
	if p.Concurrency != nil {
		m.limit = newLimiter(*p.Concurrency)
	}
	if p.Breaker != nil {
		m.breaker = newBreaker(name, *p.Breaker, notify)
	}
	if p.Balance != nil {
		m.balance = newBalancer(name, *p.Balance, notify)
	}
	return m
}
