package mock

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// faults are the ways in which a subgraph is told to misbehave.
type faults struct {
	seed     uint64
	latency  atomic.Int64  // nanoseconds
	failRate atomic.Uint64 // bits of a float64
	fail     atomic.Bool
	number   atomic.Uint64 // requests for which a failure was drawn

	mu      sync.Mutex
	hanging chan struct{} // closed when hanging ends; nil while it is off
}

func newFaults(seed uint64) faults { return faults{seed: seed} }

// SetLatency sets how long requests that arrive from now on wait before they
// are answered. Injected failures do not wait: what has broken down does not
// take its time.
func (s *Subgraph) SetLatency(d time.Duration) { s.faults.latency.Store(int64(max(d, 0))) }

// SetFailRate sets the share of requests that end at once in HTTP 500, from 0
// to 1.
func (s *Subgraph) SetFailRate(rate float64) {
	s.faults.failRate.Store(math.Float64bits(min(max(rate, 0), 1)))
}

// SetFail makes every request end at once in HTTP 500. If it is to hang, too,
// it fails when hanging ends.
func (s *Subgraph) SetFail(fail bool) { s.faults.fail.Store(fail) }

// SetHang makes requests that arrive from now on wait until their client goes
// away, or until SetHang(false), which lets them all go on.
func (s *Subgraph) SetHang(hang bool) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	switch {
	case hang && s.faults.hanging == nil:
		s.faults.hanging = make(chan struct{})
	case !hang && s.faults.hanging != nil:
		close(s.faults.hanging)
		s.faults.hanging = nil
	}
}

// hang waits while requests have to hang, or until ctx ends.
func (f *faults) hang(ctx context.Context) error {
	f.mu.Lock()
	hanging := f.hanging
	f.mu.Unlock()
	if hanging != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-hanging:
		}
	}
	return ctx.Err()
}

// wait waits for the latency, or until ctx ends.
func (f *faults) wait(ctx context.Context) error {
	if d := time.Duration(f.latency.Load()); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	return ctx.Err()
}

// isDrawn tells whether the next request fails.
func (f *faults) isDrawn() bool {
	if f.fail.Load() {
		return true
	}
	rate := math.Float64frombits(f.failRate.Load())
	if rate <= 0 {
		return false
	}
	n := f.number.Add(1)
	return float64(mix(f.seed, n)>>11)/(1<<53) < rate
}

// counters count requests.
type counters struct {
	total, inFlight, cancelled, failed atomic.Int64
}

// Stats say what a subgraph has been doing since it was made.
type Stats struct {
	// Total are the GraphQL requests received.
	Total int64

	// InFlight are those received and not yet answered.
	InFlight int64

	// Cancelled are those whose client went away before the answer.
	Cancelled int64

	// Failed are those answered with an injected failure.
	Failed int64
}

// Stats returns the counts at this moment.
func (s *Subgraph) Stats() Stats {
	return Stats{
		Total:     s.counts.total.Load(),
		InFlight:  s.counts.inFlight.Load(),
		Cancelled: s.counts.cancelled.Load(),
		Failed:    s.counts.failed.Load(),
	}
}
