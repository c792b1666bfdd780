package resilience

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// Balance says how requests are spread over a subgraph's URLs: each goes to the
// one of two, drawn by lot, that has less to do and answers sooner.
type Balance struct {
	// Replicas is how many URLs there are; at least 2.
	Replicas int

	// EjectAfter failures in a row a URL is left out for EjectFor, and longer
	// each time that happens again, up to ten times as long. 0 is never. A
	// failure is a request without an answer, or a status 500, 502, 503 or
	// 504.
	EjectAfter int
	EjectFor   time.Duration

	// MaxEjectedPercent of the URLs are left out at a time, at most.
	MaxEjectedPercent int
}

const (
	// maxEjections is up to how many times EjectFor a URL is left out.
	maxEjections = 10
	// forget is how fast an old latency loses its weight: after this time a
	// third of it is left. So one that was slow is tried again.
	forget = 10 * time.Second
	// newest is the weight of an answer's latency against those before it.
	newest = 0.3
)

type balancer struct {
	Balance
	name   string
	notify func(Event)

	mu       sync.Mutex
	replicas []replicaState // guarded by mu
}

type replicaState struct {
	busy     int     // requests under way
	latency  float64 // seconds, a moving average; 0 if nothing is known
	seen     time.Time
	failures int // in a row
	ejected  time.Time
	times    int // that it was ejected, without much between
	out      bool
}

func newBalancer(name string, o Balance, notify func(Event)) *balancer {
	return &balancer{Balance: o, name: name, notify: notify, replicas: make([]replicaState, o.Replicas)}
}

// A routed request is under way to a replica.
type routed struct {
	index int
	since time.Time
}

// choose returns where to send a request; not to avoid, if there is another
// one, be it one that is left out at the moment. The request is then ended.
func (b *balancer) choose(avoid int) routed {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restore(now)
	candidates := make([]int, 0, len(b.replicas))
	for i := range b.replicas {
		if !b.replicas[i].out && i != avoid {
			candidates = append(candidates, i)
		}
	}
	if len(candidates) == 0 {
		candidates = append(candidates, b.longestOut(avoid))
	}
	i := candidates[rand.IntN(len(candidates))]
	if len(candidates) > 1 {
		j := candidates[rand.IntN(len(candidates)-1)]
		if j == i {
			j = candidates[len(candidates)-1]
		}
		if b.replicas[j].cost(now) < b.replicas[i].cost(now) {
			i = j
		}
	}
	b.replicas[i].busy++
	return routed{i, now}
}

// longestOut is the replica that has been left out for the longest time, but
// avoid; it may have come back.
func (b *balancer) longestOut(avoid int) int {
	best := -1
	for i, s := range b.replicas {
		if i != avoid && (best < 0 || s.ejected.Before(b.replicas[best].ejected)) {
			best = i
		}
	}
	return max(best, 0)
}

// cost is what sending one more request there comes to.
func (s *replicaState) cost(now time.Time) float64 {
	const least = 0.0005 // so that what is under way counts where nothing is known
	latency := s.latency * math.Exp(-now.Sub(s.seen).Seconds()/forget.Seconds())
	return float64(s.busy+1) * max(latency, least)
}

// end says what came of a request.
func (b *balancer) end(r routed, v verdict) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &b.replicas[r.index]
	s.busy--
	switch v {
	case good:
		took := now.Sub(r.since).Seconds()
		if s.seen.IsZero() {
			s.latency = took
		} else {
			s.latency += newest * (took - s.latency)
		}
		s.seen, s.failures = now, 0
		if s.out {
			s.out = false
			b.notify(Event{Subgraph: b.name, Change: Restored, Replica: r.index})
		}
		if s.times > 0 && now.Sub(s.ejected) > b.EjectFor*maxEjections {
			s.times = 0
		}
	case bad:
		s.failures++
		if b.EjectAfter > 0 && s.failures >= b.EjectAfter && !s.out && b.mayEject() {
			b.eject(r.index, now)
		}
	}
}

func (b *balancer) mayEject() bool {
	out := 1
	for i := range b.replicas {
		if b.replicas[i].out {
			out++
		}
	}
	return out < len(b.replicas) && out*100 <= b.MaxEjectedPercent*len(b.replicas)
}

func (b *balancer) eject(i int, now time.Time) {
	s := &b.replicas[i]
	s.times = min(s.times+1, maxEjections)
	s.out, s.ejected = true, now
	b.notify(Event{Subgraph: b.name, Change: Ejected, Replica: i, For: b.EjectFor * time.Duration(s.times)})
}

// restore takes back those whose time is over. One more failure puts them out
// again.
func (b *balancer) restore(now time.Time) {
	for i := range b.replicas {
		s := &b.replicas[i]
		if s.out && now.Sub(s.ejected) >= b.EjectFor*time.Duration(s.times) {
			s.out, s.failures = false, b.EjectAfter-1
			b.notify(Event{Subgraph: b.name, Change: Restored, Replica: i})
		}
	}
}
