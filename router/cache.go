package router

import (
	"context"
	"math"

	"github.com/maypok86/otter/v2"
)

// A cache keeps what is expensive to make, up to so many bytes by estimate,
// and makes it once for all who ask at the same time. What could not be made
// is not kept. It is safe for concurrent use.
//
// Keys are compared whole on a hit; their hash is seeded per process.
type cache[K comparable, V any] struct {
	entries *otter.Cache[K, V]
	flight  flight[K, V]
}

func newCache[K comparable, V any](maxBytes int64, weigh func(K, V) int) *cache[K, V] {
	return &cache[K, V]{entries: otter.Must(&otter.Options[K, V]{
		MaximumWeight: uint64(maxBytes),
		Weigher: func(k K, v V) uint32 {
			return uint32(min(max(weigh(k, v), 1), math.MaxUint32))
		},
		// Maintenance is done by whoever causes it: the cache owns no
		// goroutines.
		Executor: func(fn func()) { fn() },
	})}
}

// get returns the entry of the key, which work makes if there is none, and
// whether it was there.
func (c *cache[K, V]) get(ctx context.Context, key K, work func(context.Context) (V, error)) (v V, hit bool, err error) {
	if v, ok := c.entries.GetIfPresent(key); ok {
		return v, true, nil
	}
	v, err = c.flight.do(ctx, key, func(ctx context.Context) (V, error) {
		v, err := work(ctx)
		if err == nil {
			c.entries.Set(key, v)
		}
		return v, err
	})
	return v, false, err
}
