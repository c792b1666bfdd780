package scale

import (
	"math/bits"
	"testing"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
)

// Of the plans of ManyPlans, however many there are, the planner finds one that
// is as good as any, in no more requests than the best published.
func TestManyPlans(t *testing.T) {
	const size = 341
	subgraphs, document := ManyPlans(size)
	super := load(t, subgraphs)
	p, _, code := attempt(t, super, document, operation.DefaultLimits(), planner.Options{NoBatching: true})
	if code != "" {
		t.Fatal(code)
	}
	stages := 1
	for fewest(size, stages) < 0 {
		stages++
	}
	if n := len(p.Stages()); n != stages {
		t.Errorf("%d stages, want %d", n, stages)
	}
	if n, want := len(p.Fetches), fewest(size, stages); n != want {
		t.Errorf("%d fetches, want %d", n, want)
	}
	p, _, code = attempt(t, super, document, operation.DefaultLimits(), planner.Options{})
	if code != "" {
		t.Fatal(code)
	}
	if n := len(p.Fetches); n > 20 {
		t.Errorf("%d requests, want 20 at most", n)
	}
}

// fewest is the least number of fetches that answer ManyPlans in so many
// stages; -1 if none do. All subgraphs have the key, so whatever is at hand
// lets objects enter any subgraph a stage later.
func fewest(size, stages int) int {
	f := &fewestFetches{stages: stages, memo: map[fewestKey]int{}}
	for g, names := range manyPlans {
		for _, i := range names {
			f.owners[i-'0'] |= 1 << g
		}
	}
	tree := manyTree(size)
	best := -1
	for roots := 1; roots < 1<<len(manyPlans); roots++ {
		var at hand
		at[1] = roots
		if n := f.of(tree, at); n >= 0 && (best < 0 || ones(roots)+n < best) {
			best = ones(roots) + n
		}
	}
	return best
}

// A hand is the subgraphs that have the object at hand by the end of each
// stage, as bits; those of an earlier stage are not repeated.
type hand [8]int

type fewestKey struct {
	at   *manyNode
	hand hand
}

type fewestFetches struct {
	stages int
	owners [7]int
	memo   map[fewestKey]int
}

func (f *fewestFetches) of(t *manyNode, at hand) int {
	key := fewestKey{t, at}
	best, known := f.memo[key]
	if known {
		return best
	}
	best = -1
	first := 1
	for at[first] == 0 {
		first++
	}
	have := 0
	for s := first; s <= f.stages; s++ {
		have |= at[s]
	}
	for open := range 1 << len(manyPlans) {
		if open != 0 && first == f.stages || best >= 0 && ones(open) >= best {
			continue
		}
		with := at
		if open != 0 {
			with[first+1] |= open &^ at[first]
			for s := first + 2; s <= f.stages; s++ {
				with[s] &^= open
			}
		}
		if n := f.below(t, with, have|open); n >= 0 && (best < 0 || ones(open)+n < best) {
			best = ones(open) + n
		}
	}
	f.memo[key] = best
	return best
}

// below is what the branches cost where all that is at hand is known.
func (f *fewestFetches) below(t *manyNode, at hand, have int) int {
	total := 0
	for i, c := range t.branches {
		owners := f.owners[t.names[i]]
		if have&owners == 0 {
			return -1
		}
		if c == nil {
			continue
		}
		below := at
		for s := range below {
			below[s] &= owners
		}
		n := f.of(c, below)
		if n < 0 {
			return -1
		}
		total += n
	}
	return total
}

func ones(set int) int { return bits.OnesCount(uint(set)) }
