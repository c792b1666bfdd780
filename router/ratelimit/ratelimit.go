package ratelimit

import (
	"container/list"
	"context"
	"hash/maphash"
	"sync"
	"time"
)

// A Limit is how many requests a key may make.
type Limit struct {
	// Rate requests Per time, on average; both at least 1.
	Rate int
	Per  time.Duration

	// Burst is how many may come at once; at least 1.
	Burst int
}

// interval is the time in which one request more becomes possible.
func (l Limit) interval() time.Duration { return max(l.Per/time.Duration(l.Rate), 1) }

// A State is what a key may do after it has asked.
type State struct {
	// Allowed: the request may go on, and has been counted.
	Allowed bool

	// Remaining is how many more could come at once.
	Remaining int

	// RetryAfter is when one more will be possible; 0 for at once.
	RetryAfter time.Duration

	// Reset is when all of Burst will be possible again.
	Reset time.Duration
}

// A Store counts requests by key. It is safe for concurrent use.
type Store interface {
	// Take asks for one request of a key. An error means that the store is
	// out of order; what to do then is the caller's business.
	Take(ctx context.Context, key string, limit Limit) (State, error)
}

// take is the algorithm: next is the instant at which the bucket will be full,
// or was; it becomes the new one.
func take(next *time.Time, now time.Time, l Limit) State {
	interval := l.interval()
	full := interval * time.Duration(l.Burst)
	wanted := *next
	if wanted.Before(now) {
		wanted = now
	}
	wanted = wanted.Add(interval)
	if ahead := wanted.Sub(now); ahead > full {
		return State{RetryAfter: ahead - full, Reset: ahead - interval}
	}
	*next = wanted
	ahead := wanted.Sub(now)
	s := State{Allowed: true, Remaining: int((full - ahead) / interval), Reset: ahead}
	if s.Remaining == 0 {
		s.RetryAfter = ahead + interval - full
	}
	return s
}

// Memory is a Store of this process. It keeps a bounded number of keys; when
// there are more, the one that has not asked for the longest time is forgotten.
type Memory struct {
	seed   maphash.Seed
	shards [shards]shard
}

// shards is a power of two.
const shards = 32

type shard struct {
	most int

	mu   sync.Mutex
	keys map[string]*list.Element // guarded by mu
	used list.List                // of *counted, the one used last in front; guarded by mu
}

type counted struct {
	key  string
	next time.Time
}

// NewMemory returns a store for about so many keys.
func NewMemory(keys int) *Memory {
	m := &Memory{seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].most = max(keys/shards, 1)
		m.shards[i].keys = map[string]*list.Element{}
	}
	return m
}

// Take never fails.
func (m *Memory) Take(_ context.Context, key string, l Limit) (State, error) {
	s := &m.shards[maphash.String(m.seed, key)%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(&s.counted(key).next, time.Now(), l), nil
}

// counted returns the entry of a key. mu is held.
func (s *shard) counted(key string) *counted {
	if e, ok := s.keys[key]; ok {
		s.used.MoveToFront(e)
		return e.Value.(*counted)
	}
	if s.used.Len() >= s.most {
		oldest := s.used.Back()
		delete(s.keys, s.used.Remove(oldest).(*counted).key)
	}
	c := &counted{key: key}
	s.keys[key] = s.used.PushFront(c)
	return c
}

// Len is how many keys are kept.
func (m *Memory) Len() (n int) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		n += s.used.Len()
		s.mu.Unlock()
	}
	return n
}
