package subgraphs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// A Fetcher sends requests to subgraphs. A Client is one.
type Fetcher interface {
	Fetch(ctx context.Context, r *Request) (*Response, error)
}

// A Sharing sends queries that are equal, and asked for at the same time, once.
// Equal means all that reaches the subgraph: its name, the body (document,
// variables and representations) and the headers. Mutations are never shared.
// It is safe for concurrent use.
//
//	asker A ──┐
//	asker B ──┼─► flight ──► next.Fetch     one request, in a goroutine of its own
//	asker C ──┘
//
// A flight belongs to all who ask: it has a context of its own, which ends when
// the last asker has left. Whoever came first may leave like any other. The
// subgraph's timeout counts from when the request was sent; an asker's own
// deadline only ends its waiting.
//
// All askers get the same Response, which none may write to.
type Sharing struct {
	next   Fetcher
	except map[string]bool // subgraphs that are not shared
	seed   maphash.Seed    // so that nobody can look for collisions
	shards [sharingShards]sharingShard
	counts sync.Map // *sharingCounts by subgraph
}

// sharingShards is a power of two.
const sharingShards = 16

type sharingShard struct {
	mu sync.Mutex
	// flights by hash; those of one hash that differ are a list. Guarded by
	// mu.
	flights map[uint64]*flight
}

// A flight is one request under way.
type flight struct {
	request *Request
	hash    uint64
	other   *flight // of the same hash; guarded by the shard
	waiters int     // guarded by the shard
	cancel  context.CancelFunc

	done     chan struct{} // closed when what follows is set
	response *Response
	err      error
	panicked error
}

// SharingStats count the queries for one subgraph since the beginning.
type SharingStats struct {
	// Sent are requests that went to the subgraph, Joined those that were
	// answered by one of them, and Abandoned those of Sent that all their
	// askers have left.
	Sent, Joined, Abandoned int64
}

type sharingCounts struct{ sent, joined, abandoned atomic.Int64 }

// NewSharing returns a Sharing in front of next. Subgraphs named in except are
// asked each time.
func NewSharing(next Fetcher, except ...string) *Sharing {
	s := &Sharing{next: next, except: map[string]bool{}, seed: maphash.MakeSeed()}
	for _, name := range except {
		s.except[name] = true
	}
	for i := range s.shards {
		s.shards[i].flights = map[uint64]*flight{}
	}
	return s
}

// Stats returns the counts for one subgraph.
func (s *Sharing) Stats(subgraph string) SharingStats {
	c, ok := s.counts.Load(subgraph)
	if !ok {
		return SharingStats{}
	}
	counts := c.(*sharingCounts)
	return SharingStats{Sent: counts.sent.Load(), Joined: counts.joined.Load(), Abandoned: counts.abandoned.Load()}
}

func (s *Sharing) countsOf(subgraph string) *sharingCounts {
	c, ok := s.counts.Load(subgraph)
	if !ok {
		c, _ = s.counts.LoadOrStore(subgraph, new(sharingCounts))
	}
	return c.(*sharingCounts)
}

// Fetch returns what next.Fetch returns for r, or for a request that equals it
// and is under way. When ctx ends first, the error is an *Error of kind
// Canceled or Timeout.
func (s *Sharing) Fetch(ctx context.Context, r *Request) (*Response, error) {
	if r.Mutation || s.except[r.Subgraph] {
		return s.next.Fetch(ctx, r)
	}
	if err := ctx.Err(); err != nil {
		return nil, leaving(r, err)
	}
	shard, f := s.join(ctx, r)
	select {
	case <-f.done:
	case <-ctx.Done():
		if shard.leave(f) {
			s.countsOf(r.Subgraph).abandoned.Add(1)
			f.cancel()
			<-f.done // so that the goroutine does not outlive who began it
		}
		return nil, leaving(r, ctx.Err())
	}
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.response, f.err
}

// leaving is the error of an asker that does not wait any longer.
func leaving(r *Request, err error) *Error {
	kind := Timeout
	if errors.Is(err, context.Canceled) {
		kind = Canceled
	}
	return &Error{Subgraph: r.Subgraph, Kind: kind, Err: err}
}

// join returns the flight that r equals, or a new one.
func (s *Sharing) join(ctx context.Context, r *Request) (*sharingShard, *flight) {
	hash := s.hash(r)
	shard := &s.shards[hash%sharingShards]
	counts := s.countsOf(r.Subgraph)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	first := shard.flights[hash]
	for f := first; f != nil; f = f.other {
		if f.request.equals(r) {
			f.waiters++
			counts.joined.Add(1)
			return shard, f
		}
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{request: r, hash: hash, other: first, waiters: 1, cancel: cancel, done: make(chan struct{})}
	shard.flights[hash] = f
	counts.sent.Add(1)
	sent := *r
	sent.askedUntil, _ = ctx.Deadline()
	go s.fly(own, shard, f, &sent)
	return shard, f
}

// fly sends the request of f and tells its waiters. Nobody joins a flight that
// has ended.
func (s *Sharing) fly(ctx context.Context, shard *sharingShard, f *flight, r *Request) {
	defer close(f.done)
	defer f.cancel()
	defer shard.remove(f)
	defer func() {
		if p := recover(); p != nil {
			f.panicked = fmt.Errorf("%v\n%s", p, debug.Stack())
		}
	}()
	f.response, f.err = s.next.Fetch(ctx, r)
}

// leave takes one waiter away and tells whether it was the last. Then nobody
// can join any more.
func (s *sharingShard) leave(f *flight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.waiters--
	if f.waiters > 0 {
		return false
	}
	s.unlink(f)
	return true
}

func (s *sharingShard) remove(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlink(f)
}

// unlink removes f if it is there. mu is held.
func (s *sharingShard) unlink(f *flight) {
	first := s.flights[f.hash]
	if first == f {
		if f.other == nil {
			delete(s.flights, f.hash)
		} else {
			s.flights[f.hash] = f.other
		}
		return
	}
	for g := first; g != nil; g = g.other {
		if g.other == f {
			g.other = f.other
			return
		}
	}
}

// hash is equal for equal requests. Headers have no order, so theirs are added
// up.
func (s *Sharing) hash(r *Request) uint64 {
	h := maphash.Bytes(s.seed, r.Body) + 3*maphash.String(s.seed, r.Subgraph)
	for name, values := range r.Header {
		field := maphash.String(s.seed, name)
		for _, v := range values {
			field = field*5 + maphash.String(s.seed, v)
		}
		h += field
	}
	return h
}

// equals tells whether the subgraph would see the same request.
func (r *Request) equals(o *Request) bool {
	return r.Subgraph == o.Subgraph && bytes.Equal(r.Body, o.Body) && maps.EqualFunc(r.Header, o.Header, slices.Equal)
}
