package planner

import (
	"cmp"
	"slices"
)

// A batch is a set of fetches sent as one request.
type batch struct {
	fetches []*fetch
	deps    []*batch
	users   []*batch

	// The earliest and the latest stage at which it can be sent without
	// making the plan longer.
	early, late int

	open int // how many of deps are yet to be sorted; see topological
	seen int // the last walk that came by; see reaches
}

// batches joins entity fetches to one subgraph whose time windows overlap. A
// fetch nobody waits for may be sent later than it could be without anybody
// noticing; sent together with another it saves a request.
func (b *builder) batches() []*batch {
	b.absorb()
	b.joinFaces()
	of := make(map[*fetch]*batch, len(b.fetches))
	all := make([]*batch, 0, len(b.fetches))
	for _, f := range b.fetches {
		bt := &batch{fetches: []*fetch{f}}
		of[f] = bt
		all = append(all, bt)
	}
	for _, f := range b.fetches {
		for d := range f.deps {
			of[f].waitFor(of[d])
		}
	}
	w := &walks{}
	w.windows(all)
	if !b.planner.options.NoBatching {
		for {
			x, y := b.joinable(all, w)
			if x == nil {
				break
			}
			join(x, y)
			all = slices.DeleteFunc(all, func(bt *batch) bool { return bt == y })
			w.windows(all)
		}
	}
	return ordered(all)
}

// walks has what walks over batches need, to be used again by the next.
type walks struct {
	sorted, stack []*batch
	n             int // how many there have been
}

// joinable finds the first two batches to join, or nil.
func (b *builder) joinable(all []*batch, w *walks) (x, y *batch) {
	for i, x := range all {
		if x.fetches[0].root {
			continue
		}
		for _, y := range all[i+1:] {
			b.step()
			if y.fetches[0].root || x.fetches[0].subgraph != y.fetches[0].subgraph || x.fetches[0].deferral != y.fetches[0].deferral {
				continue
			}
			if max(x.early, y.early) <= min(x.late, y.late) && !w.reaches(x, y) && !w.reaches(y, x) {
				return x, y
			}
		}
	}
	return nil, nil
}

func (bt *batch) waitFor(d *batch) {
	if !slices.Contains(bt.deps, d) {
		bt.deps = append(bt.deps, d)
		d.users = append(d.users, bt)
	}
}

// join has x do what y does.
func join(x, y *batch) {
	isY := func(bt *batch) bool { return bt == y }
	x.fetches = append(x.fetches, y.fetches...)
	for _, d := range y.deps {
		d.users = slices.DeleteFunc(d.users, isY)
		x.waitFor(d)
	}
	for _, u := range y.users {
		u.deps = slices.DeleteFunc(u.deps, isY)
		u.waitFor(x)
	}
}

// reaches tells whether y waits for x.
func (w *walks) reaches(x, y *batch) bool {
	if x.early >= y.early {
		return false
	}
	w.n++
	w.stack = append(w.stack[:0], x)
	for len(w.stack) > 0 {
		bt := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		for _, u := range bt.users {
			if u == y {
				return true
			}
			if u.seen != w.n && u.early <= y.early {
				u.seen = w.n
				w.stack = append(w.stack, u)
			}
		}
	}
	return false
}

// windows computes early and late of all batches.
func (w *walks) windows(all []*batch) {
	last := 0
	w.topological(all)
	for _, bt := range w.sorted {
		bt.early = 1
		for _, d := range bt.deps {
			bt.early = max(bt.early, d.early+1)
		}
		last = max(last, bt.early)
	}
	for _, bt := range slices.Backward(w.sorted) {
		bt.late = last
		for _, u := range bt.users {
			bt.late = min(bt.late, u.late-1)
		}
	}
}

// topological sorts batches so that each comes after those it waits for.
func (w *walks) topological(all []*batch) {
	w.sorted = w.sorted[:0]
	for _, bt := range all {
		if bt.open = len(bt.deps); bt.open == 0 {
			w.sorted = append(w.sorted, bt)
		}
	}
	for i := 0; i < len(w.sorted); i++ {
		for _, u := range w.sorted[i].users {
			if u.open--; u.open == 0 {
				w.sorted = append(w.sorted, u)
			}
		}
	}
	if len(w.sorted) != len(all) {
		panic("planner: fetches wait for each other")
	}
}

// ordered sorts batches by the stage they can start at and then by creation,
// which is a topological order that depends on nothing else.
func ordered(all []*batch) []*batch {
	return slices.SortedFunc(slices.Values(all), func(x, y *batch) int {
		return cmp.Or(cmp.Compare(x.early, y.early), cmp.Compare(x.fetches[0].order, y.fetches[0].order))
	})
}
