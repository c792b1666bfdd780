package router

import "context"

// Warm plans on g, before it is swapped in, what the live graph has planned,
// the most used first, until all is done or ctx ends. So requests do not queue
// for plans when g begins to serve. It works on one plan at a time, beside the
// requests being served. What g cannot plan any more is left to whoever asks
// for it. It returns how many plans are ready.
func (rt *Router) Warm(ctx context.Context, g *Graph) (plans int) {
	old := rt.acquire()
	if old == nil {
		return 0
	}
	defer old.release()
	signatures := map[string]*prepared{}
	for _, k := range old.operations.hottest() {
		if ctx.Err() != nil {
			return 0
		}
		if p, _, err := g.prepare(ctx, k.document, k.name); err == nil {
			signatures[p.Normal()] = p
		}
	}
	for _, k := range old.programs.hottest() {
		if ctx.Err() != nil {
			break
		}
		s, ok := signatures[k.operation]
		if !ok {
			continue // it means something else now, or nothing
		}
		active := k.labels.of(old.overrides.labels)
		k.planner = g.planner
		k.labels = flagsOf(g.overrides.labels, func(label string) bool { return active[label] }).within(s.labels)
		_, err := g.programs.fill(ctx, k, func(ctx context.Context) (*program, error) {
			ctx, cancel := context.WithTimeout(ctx, planTimeout)
			defer cancel()
			return g.compile(ctx, s.Signature, k)
		})
		if err == nil {
			plans++
		}
	}
	return plans
}

// maxWarm is how many entries of a cache are taken over.
const maxWarm = 10_000

// hottest returns the keys of a cache, the most used first.
func (c *cache[K, V]) hottest() []K {
	var keys []K
	// The cache is locked meanwhile.
	for e := range c.entries.Hottest() {
		if len(keys) == maxWarm {
			break
		}
		keys = append(keys, e.Value.key)
	}
	return keys
}
