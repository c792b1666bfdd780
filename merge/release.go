package merge

// Memory of requests is used again: the stacks, tables and slots of a Result
// hold nothing that reaches a response, a request or an error. Where the race
// detector is on, which is in tests, it is overwritten when it is released, so
// that whoever still uses it gives himself away.

// maxKept is how many slots, and a few times as many bytes, are kept for the
// next request. What a large answer needed goes back to the collector.
const maxKept = 1 << 17

// Release ends the use of the result: the memory it holds serves the next
// request. What Write, Errors and Completions have returned stays good. No
// fetch may be decoding any more.
func (r *Result) Release() {
	for i := range r.parts {
		r.parts[i] = part{}
		r.fetches[i].release()
	}
	clear(r.joints)
	for i := range r.copied {
		r.copied[i].release()
	}
	r.variables, r.errors, r.leftOut, r.hidden, r.completions, r.searched = nil, nil, 0, nil, nil, 0
	r.view.release()
	r.builder.release()
	r.p.results.Put(r)
}

func (s *fetchState) release() {
	for i := range s.lookups {
		s.lookups[i].release()
	}
	for _, a := range s.linked {
		a.release()
	}
	clear(s.linked)
	*s = fetchState{lookups: s.lookups, reached: s.reached[:0], linked: s.linked[:0]}
}

func (l *lookupState) release() {
	if poison {
		fill(l.text[:cap(l.text)], 0xff)
		fill(l.sent[:cap(l.sent)], ^uint32(0))
	}
	if len(l.list) > 0 {
		clear(l.table)
	}
	kept := representations{text: l.text[:0], list: l.list[:0], table: l.table}
	if cap(l.text) > 8*maxKept || cap(l.list) > maxKept/4 {
		kept = representations{}
	}
	*l = lookupState{representations: kept}
}

// release makes the memory of the answer that of another one to the fetch.
func (a *Answer) release() {
	slots, items, sets := a.slots, a.items, a.sets
	if poison {
		fill(slots[:cap(slots)], slot{^uint32(0), ^uint32(0)})
		fill(items[:cap(items)], slot{^uint32(0), ^uint32(0)})
	}
	if cap(a.repeats.passed) > maxKept/8 {
		a.repeats.passed = nil
	}
	listed := 0
	for i := range sets {
		if listed += cap(sets[i]); poison {
			fill(sets[i][:cap(sets[i])], ^uint32(0))
		}
		sets[i] = sets[i][:0]
	}
	if cap(slots)+cap(items)+listed > maxKept {
		return
	}
	*a = Answer{part: part{slots: slots[:0], sets: sets}, fetch: a.fetch, items: items[:0], repeats: a.repeats}
	a.fetch.answers.Put(a)
}

func (v *view) release() {
	if poison {
		fill(v.refs[:cap(v.refs)], ^uint32(0))
		fill(v.vals[:cap(v.vals)], slot{^uint32(0), ^uint32(0)})
	}
	v.only = nil
}

func (b *requestBuilder) release() {
	if b.Result != nil {
		b.p.bodies.Store(int64(b.sizes))
	}
	clear(b.requests[:cap(b.requests)])
	groups := b.groups[:cap(b.groups)]
	if len(groups) > 16 {
		groups = nil // of many contexts
	}
	for i := range groups {
		groups[i].context = nil
	}
	if cap(b.known) > maxKept {
		b.known = nil
	}
	*b = requestBuilder{groups: groups[:0], requests: b.requests[:0], key: b.key[:0], known: b.known[:0]}
}

func fill[T any](s []T, with T) {
	for i := range s {
		s[i] = with
	}
}
