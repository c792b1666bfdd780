package planner

import (
	"cmp"
	"slices"
)

// A batch is a set of fetches sent as one request.
type batch struct {
	fetches []*fetch
	deps    map[*batch]bool
	users   map[*batch]bool

	// The earliest and the latest stage at which it can be sent without
	// making the plan longer.
	early, late int
}

// batches joins entity fetches to one subgraph whose time windows overlap. A
// fetch nobody waits for may be sent later than it could be without anybody
// noticing; sent together with another it saves a request.
func (b *builder) batches() []*batch {
	b.absorb()
	b.joinFaces()
	of := map[*fetch]*batch{}
	var all []*batch
	for _, f := range b.fetches {
		bt := &batch{fetches: []*fetch{f}, deps: map[*batch]bool{}, users: map[*batch]bool{}}
		of[f] = bt
		all = append(all, bt)
	}
	for _, f := range b.fetches {
		for d := range f.deps {
			of[f].deps[of[d]] = true
			of[d].users[of[f]] = true
		}
	}
	if !b.planner.options.NoBatching {
		for {
			windows(all)
			x, y := b.joinable(all)
			if x == nil {
				break
			}
			join(x, y)
			all = slices.DeleteFunc(all, func(bt *batch) bool { return bt == y })
		}
	}
	windows(all)
	return ordered(all)
}

// joinable finds the first two batches to join, or nil.
func (b *builder) joinable(all []*batch) (x, y *batch) {
	for i, x := range all {
		if x.fetches[0].root {
			continue
		}
		for _, y := range all[i+1:] {
			b.step()
			if y.fetches[0].root || x.fetches[0].subgraph != y.fetches[0].subgraph || x.fetches[0].deferral != y.fetches[0].deferral {
				continue
			}
			if max(x.early, y.early) <= min(x.late, y.late) && !reaches(x, y) && !reaches(y, x) {
				return x, y
			}
		}
	}
	return nil, nil
}

func join(x, y *batch) {
	x.fetches = append(x.fetches, y.fetches...)
	for d := range y.deps {
		x.deps[d] = true
		delete(d.users, y)
		d.users[x] = true
	}
	for u := range y.users {
		x.users[u] = true
		delete(u.deps, y)
		u.deps[x] = true
	}
}

// reaches tells whether y waits for x.
func reaches(x, y *batch) bool {
	seen := map[*batch]bool{}
	stack := []*batch{x}
	for len(stack) > 0 {
		bt := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for u := range bt.users {
			if u == y {
				return true
			}
			if !seen[u] && u.early <= y.early {
				seen[u] = true
				stack = append(stack, u)
			}
		}
	}
	return false
}

// windows computes early and late of all batches.
func windows(all []*batch) {
	for _, bt := range all {
		bt.early, bt.late = 0, 0
	}
	last := 0
	sorted := topological(all)
	for _, bt := range sorted {
		bt.early = 1
		for d := range bt.deps {
			bt.early = max(bt.early, d.early+1)
		}
		last = max(last, bt.early)
	}
	for _, bt := range slices.Backward(sorted) {
		bt.late = last
		for u := range bt.users {
			bt.late = min(bt.late, u.late-1)
		}
	}
}

// topological sorts batches so that each comes after those it waits for.
func topological(all []*batch) []*batch {
	open := make(map[*batch]int, len(all))
	var ready, sorted []*batch
	for _, bt := range all {
		open[bt] = len(bt.deps)
		if open[bt] == 0 {
			ready = append(ready, bt)
		}
	}
	for len(ready) > 0 {
		bt := ready[0]
		ready = ready[1:]
		sorted = append(sorted, bt)
		for u := range bt.users {
			if open[u]--; open[u] == 0 {
				ready = append(ready, u)
			}
		}
	}
	if len(sorted) != len(all) {
		panic("planner: fetches wait for each other")
	}
	return sorted
}

// ordered sorts batches by the stage they can start at and then by creation,
// which is a topological order that depends on nothing else.
func ordered(all []*batch) []*batch {
	return slices.SortedFunc(slices.Values(all), func(x, y *batch) int {
		return cmp.Or(cmp.Compare(x.early, y.early), cmp.Compare(x.fetches[0].order, y.fetches[0].order))
	})
}
