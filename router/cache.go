package router

import (
	"context"
	"hash/maphash"
	"math"

	"github.com/maypok86/otter/v2"
)

// A cache keeps what is expensive to make, up to so many bytes by estimate,
// and makes it once for all who ask at the same time. What could not be made
// is not kept. It is safe for concurrent use.
//
// An entry is found by a hash of its key, seeded per process, and is a hit only
// if it was made for the same key, compared whole: keys of one hash take the
// place from each other, and never the value.
//
// Values are shared by requests. They must be immutable and hold nothing of
// any request, as is tested for the types that are cached.
type cache[K comparable, V any] struct {
	entries *otter.Cache[uint64, *entry[K, V]]
	seed    maphash.Seed
	hash    func(maphash.Seed, K) uint64
	flight  flight[K, V]
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newCache[K comparable, V any](maxBytes int64, hash func(maphash.Seed, K) uint64, weigh func(K, V) int) *cache[K, V] {
	return &cache[K, V]{
		seed: maphash.MakeSeed(),
		hash: hash,
		entries: otter.Must(&otter.Options[uint64, *entry[K, V]]{
			MaximumWeight: uint64(maxBytes),
			Weigher: func(_ uint64, e *entry[K, V]) uint32 {
				return uint32(min(max(weigh(e.key, e.value), 1), math.MaxUint32))
			},
			// Maintenance is done by whoever causes it: the cache owns no
			// goroutines.
			Executor: func(fn func()) { fn() },
		}),
	}
}

// find returns the value of the key if it is there. It allocates nothing.
func (c *cache[K, V]) find(key K) (v V, ok bool) {
	if e, ok := c.entries.GetIfPresent(c.hash(c.seed, key)); ok && e.key == key {
		return e.value, true
	}
	return v, false
}

// put keeps a value that was there already when it was asked for.
func (c *cache[K, V]) put(key K, v V) { c.entries.Set(c.hash(c.seed, key), &entry[K, V]{key, v}) }

// fill returns the value of a key that find has not found. Work makes it, once
// for all who ask while it does; it gets a context that ends when nobody waits
// any longer, and not before.
func (c *cache[K, V]) fill(ctx context.Context, key K, work func(context.Context) (V, error)) (V, error) {
	return c.flight.do(ctx, key, func(ctx context.Context) (V, error) {
		// Somebody may have been done since.
		if v, ok := c.find(key); ok {
			return v, nil
		}
		v, err := work(ctx)
		if err == nil {
			c.put(key, v)
		}
		return v, err
	})
}
