package subgraphs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Fetcher sends requests to subgraphs. A Client is one. It keeps no Request
// beyond the end of Fetch, which is not that of its Body and Header.
type Fetcher interface {
	Fetch(ctx context.Context, r *Request) (*Response, error)
}

// A Sharing sends queries that are equal, and asked for at the same time, once.
// Equal means all that reaches the subgraph: its name, the body (document,
// variables and representations) and the headers. Mutations are never shared.
// It is safe for concurrent use.
//
//	leader    ──► flight ──► next.Fetch      in the leader's goroutine
//	follower  ──►   │                        waits for the answer
//	follower  ──►   ▼
//	              if the leader leaves first: next.Fetch again, in a goroutine
//	              and with a context that end when the last follower leaves
//
// Nobody fails because somebody else has left. A leader that leaves before the
// answer takes its request with it, and if there are followers the query is
// sent once more, on behalf of all of them; so a leader, which most requests
// are, costs no goroutine and has its own deadline. A subgraph's timeout counts
// from when the request was sent; a follower's deadline only ends its waiting.
//
// All askers get the same header and body, which none may write to.
type Sharing struct {
	// Counts is where queries are counted; several may count in one place. It
	// may be set before the first Fetch.
	Counts *SharingCounts

	next   Fetcher
	except map[string]bool // subgraphs that are not shared
	seed   maphash.Seed    // so that nobody can look for collisions
	shards [sharingShards]sharingShard
}

// sharingShards is a power of two.
const sharingShards = 16

type sharingShard struct {
	mu sync.Mutex
	// flights by hash; those of one hash that differ are a list. Guarded by
	// mu.
	flights map[uint64]*flight
	unused  []*flight // for others to come; at most maxUnused. Guarded by mu.
}

// maxUnused bounds how many flights a shard keeps, which is about how many
// queries are under way at a time.
const maxUnused = 64

// A flight is one request under way.
type flight struct {
	// request is a copy: the leader's may be used for another once the leader
	// has left, and only its body and header stay as they are.
	request Request
	hash    uint64

	// Guarded by the shard:
	other     *flight // of the same hash
	followers int
	until     time.Time          // the latest of the followers' deadlines; zero if one has none
	endless   bool               // a follower has no deadline
	cancel    context.CancelFunc // once the leader has left; nil before

	// done is closed when what follows is set. It is made with the first
	// follower.
	done     chan struct{}
	response *Response
	err      error
	panicked error
}

// SharingStats count the queries for one subgraph since the beginning.
type SharingStats struct {
	// Sent are requests that went to the subgraph, and Joined the askers that
	// were answered by somebody else's.
	Sent, Joined int64

	// Restarted are those of Sent that were sent once more because the leader
	// had left, and Abandoned those of Restarted that all followers have left.
	Restarted, Abandoned int64
}

// SharingCounts are SharingStats by subgraph. The zero SharingCounts is ready. It
// is safe for concurrent use.
type SharingCounts struct {
	bySubgraph sync.Map // *sharingCounts
}

type sharingCounts struct{ sent, joined, restarted, abandoned atomic.Int64 }

func (c *sharingCounts) stats() SharingStats {
	return SharingStats{
		Sent:      c.sent.Load(),
		Joined:    c.joined.Load(),
		Restarted: c.restarted.Load(),
		Abandoned: c.abandoned.Load(),
	}
}

// Stats returns the counts for one subgraph.
func (c *SharingCounts) Stats(subgraph string) SharingStats {
	counts, ok := c.bySubgraph.Load(subgraph)
	if !ok {
		return SharingStats{}
	}
	return counts.(*sharingCounts).stats()
}

// All yields the counts of every subgraph that has been asked, in no order.
func (c *SharingCounts) All() iter.Seq2[string, SharingStats] {
	return func(yield func(string, SharingStats) bool) {
		c.bySubgraph.Range(func(subgraph, counts any) bool {
			return yield(subgraph.(string), counts.(*sharingCounts).stats())
		})
	}
}

func (c *SharingCounts) of(subgraph string) *sharingCounts {
	counts, ok := c.bySubgraph.Load(subgraph)
	if !ok {
		counts, _ = c.bySubgraph.LoadOrStore(subgraph, new(sharingCounts))
	}
	return counts.(*sharingCounts)
}

// NewSharing returns a Sharing in front of next. Subgraphs named in except are
// asked each time.
func NewSharing(next Fetcher, except ...string) *Sharing {
	s := &Sharing{Counts: &SharingCounts{}, next: next, except: map[string]bool{}, seed: maphash.MakeSeed()}
	for _, name := range except {
		s.except[name] = true
	}
	for i := range s.shards {
		s.shards[i].flights = map[uint64]*flight{}
	}
	return s
}

// Fetch returns what next.Fetch returns for r, or for a request that equals it
// and is under way. When ctx ends first, the error is an *Error of kind
// Canceled or Timeout.
func (s *Sharing) Fetch(ctx context.Context, r *Request) (*Response, error) {
	if r.Mutation || s.except[r.Subgraph] {
		return s.next.Fetch(ctx, r)
	}
	hash := s.hash(r)
	shard := &s.shards[hash%sharingShards]
	counts := s.Counts.of(r.Subgraph)
	f, leads := shard.join(ctx, r, hash)
	if leads {
		counts.sent.Add(1)
		return s.lead(ctx, shard, f)
	}
	counts.joined.Add(1)
	return s.follow(ctx, shard, f)
}

// lead sends the request of f and tells the followers, or leaves it to them.
func (s *Sharing) lead(ctx context.Context, shard *sharingShard, f *flight) (*Response, error) {
	handed := false
	defer func() {
		if p := recover(); p != nil {
			f.panicked = panicError(p)
			shard.end(f)
			panic(p)
		}
		if !handed {
			shard.end(f)
		}
	}()
	response, err := s.next.Fetch(ctx, &f.request)
	if err != nil && hasEnded(ctx) {
		if own, until, ok := shard.hand(ctx, f); ok {
			handed = true
			counts := s.Counts.of(f.request.Subgraph)
			counts.sent.Add(1)
			counts.restarted.Add(1)
			again := f.request
			again.askedUntil = until
			// The last follower to leave waits for it.
			go s.fly(own, shard, f, &again)
			return nil, err
		}
	}
	f.response, f.err = response, err
	return response, err
}

// hasEnded tells whether ctx has ended, or its deadline has passed a moment
// before it shows.
func hasEnded(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// fly sends the request of a flight whose leader has left.
func (s *Sharing) fly(ctx context.Context, shard *sharingShard, f *flight, r *Request) {
	defer shard.end(f)
	defer f.cancel()
	defer func() {
		if p := recover(); p != nil {
			f.panicked = panicError(p)
		}
	}()
	f.response, f.err = s.next.Fetch(ctx, r)
}

func panicError(p any) error { return fmt.Errorf("%v\n%s", p, debug.Stack()) }

// follow waits for the answer of f.
func (s *Sharing) follow(ctx context.Context, shard *sharingShard, f *flight) (*Response, error) {
	select {
	case <-f.done:
		if f.panicked != nil {
			panic(f.panicked)
		}
		if f.response == nil {
			return nil, f.err
		}
		joined := *f.response
		joined.Joined = true
		return &joined, f.err
	case <-ctx.Done():
	}
	if shard.leave(f) {
		s.Counts.of(f.request.Subgraph).abandoned.Add(1)
		f.cancel()
		<-f.done
	}
	kind := Timeout
	if errors.Is(ctx.Err(), context.Canceled) {
		kind = Canceled
	}
	return nil, &Error{Subgraph: f.request.Subgraph, Kind: kind, Err: ctx.Err()}
}

// join returns the flight that r equals, or a new one to lead.
func (s *sharingShard) join(ctx context.Context, r *Request, hash uint64) (f *flight, leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.flights[hash]
	for f := first; f != nil; f = f.other {
		if f.request.equals(r) {
			f.follow(ctx)
			return f, false
		}
	}
	if last := len(s.unused) - 1; last >= 0 {
		f, s.unused = s.unused[last], s.unused[:last]
	} else {
		f = new(flight)
	}
	f.request, f.hash, f.other = *r, hash, first
	s.flights[hash] = f
	return f, true
}

// follow notes a new follower. The shard is locked.
func (f *flight) follow(ctx context.Context) {
	f.followers++
	if f.done == nil {
		f.done = make(chan struct{})
	}
	deadline, ok := ctx.Deadline()
	f.endless = f.endless || !ok
	if deadline.After(f.until) {
		f.until = deadline
	}
}

// hand makes the flight the followers', if there are any: with the context it
// then has, and until when they wait.
func (s *sharingShard) hand(ctx context.Context, f *flight) (own context.Context, until time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.followers == 0 {
		return nil, time.Time{}, false
	}
	own, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if !f.endless {
		until = f.until
	}
	return own, until, true
}

// end tells the followers that the result is there. Nobody can join any more, and
// the leader does not use f any more.
func (s *sharingShard) end(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlink(f)
	if f.done != nil {
		if f.response != nil {
			f.response.share()
		}
		close(f.done)
	} else if len(s.unused) < maxUnused { // nobody else has ever seen it
		*f = flight{}
		s.unused = append(s.unused, f)
	}
}

// leave takes one follower away and tells whether it was the last of a flight
// without a leader. Then nobody can join any more.
func (s *sharingShard) leave(f *flight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.followers--
	if f.followers > 0 || f.cancel == nil {
		return false
	}
	s.unlink(f)
	return true
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

// hash is equal for equal requests.
func (s *Sharing) hash(r *Request) uint64 {
	h := maphash.Bytes(s.seed, r.Body) + 3*maphash.String(s.seed, r.Subgraph)
	if r.Header != nil {
		h += 5 * maphash.Bytes(s.seed, r.Header.lines)
	}
	return h
}

// equals tells whether the subgraph would see the same request.
func (r *Request) equals(o *Request) bool {
	return r.Subgraph == o.Subgraph && bytes.Equal(r.Body, o.Body) && r.Header.equals(o.Header)
}
