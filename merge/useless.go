package merge

import "slices"

// Useless returns the fetches that have not ended and whose answers can no
// longer show in the response, ascending: every object they could contribute
// to, or could be needed for, goes down with a null that has to rise.
//
//	{ product { price availability } }     price: Float!
//
// When the fetch for the price has failed, product is null, and the fetch for
// the availability is of no use. What may still be answered counts as not
// null, so a fetch that is useless stays so.
func (r *Result) Useless() []int {
	j := judge{view: &r.view}
	j.only = nil
	j.judge()
	used := newFetchSet(len(r.fetches))
	for _, id := range j.used {
		used.add(id)
	}
	var useless []int
	for id := len(r.fetches) - 1; id >= 0; id-- {
		switch {
		case used.has(id):
			used.addAll(r.p.fetches[id].before)
		case r.fetches[id].pending:
			useless = append(useless, id)
		}
	}
	slices.Reverse(useless)
	return useless
}

// pendingRef stands for an object that a fetch may yet answer, pendingValue
// for such a value.
const (
	pendingRef        = ^uint32(0)
	pendingValue kind = 7
)

// A judge finds out which objects of the response are null whatever is yet to
// come, and which fetches the others are waiting for.
type judge struct {
	*view

	// used are fetches that have not ended and that living objects wait for,
	// with repetitions. What a dead object has added is taken off again.
	used []int
}

func (j *judge) pending(fetch int) bool { return j.r.fetches[fetch].pending }

// use notes that the fetch is of use if it has not ended.
func (j *judge) use(fetch int) {
	if j.pending(fetch) {
		j.used = append(j.used, fetch)
	}
}

func (j *judge) judge() {
	pos := j.r.p.root
	f := j.begin()
	for i := range pos.sources {
		s := &pos.sources[i]
		if !j.pending(s.fetch) {
			continue
		}
		j.refs[f.at+i] = pendingRef
		for k := range s.shape.entries {
			if as := s.shape.entries[k].as; as != "" && !pos.shown[as] {
				j.use(s.fetch) // it answers something that another one needs
			}
		}
	}
	if !j.fields(j.r.p.query.one, f) {
		j.used = nil
	}
}

// object tells whether an object may be other than null.
func (j *judge) object(o *object, f frame) bool {
	mark := len(j.used)
	t := o.one
	if t == nil {
		t = o.untyped
	}
	if t == nil {
		name, certain := j.typename(f)
		t = o.types[string(name)]
		if t == nil && certain {
			return false
		}
	}
	for i, ref := range j.objects(f) {
		if ref == pendingRef {
			j.use(f.pos.sources[i].fetch)
		}
	}
	if t == nil {
		for _, id := range f.pos.reach {
			j.use(id)
		}
		return true
	}
	if !j.fields(t, f) {
		j.used = j.used[:mark]
		return false
	}
	return true
}

// typename returns the frame's type as far as it is known, and whether it can
// still turn out to be another one.
func (j *judge) typename(f frame) (name []byte, certain bool) {
	certain = true
	known := f
	for _, c := range f.pos.typenames {
		if j.ref(f, c.source) == pendingRef {
			certain = false
		}
	}
	if !certain {
		known.at = len(j.refs)
		for i := range f.pos.sources {
			ref := j.ref(f, int32(i))
			if ref == pendingRef {
				ref = 0
			}
			j.refs = append(j.refs, ref)
		}
		defer func() { j.refs = j.refs[:known.at] }()
	}
	if name := j.told(known); name != nil {
		return name, certain
	}
	if f.pos.same != nil || len(f.pos.static) == 0 {
		return f.pos.same, certain
	}
	above, aboveCertain := j.typename(j.frames[f.depth-1])
	return f.pos.static[string(above)], certain && aboveCertain
}

// fields tells whether an object with these fields may be other than null.
func (j *judge) fields(t *objectType, f frame) bool {
	mark := len(j.used)
	for _, fd := range t.fields {
		live := true
		switch fd.kind {
		case leafField:
			live = j.leaf(fd, f)
		case compositeField:
			live = fd.pos != nil
			if live {
				at := j.gather(fd.pos, f)
				live = j.composite(fd, 0, at)
				j.vals = j.vals[:at]
			}
		case refusedField:
			// What else there is to the object is fetched all the same: only
			// who writes it says why it is null.
		}
		if !live && fd.nonNull {
			j.used = j.used[:mark]
			return false
		}
	}
	// What clients have not asked for here serves other fetches.
	for _, id := range t.behind {
		j.use(id)
	}
	return true
}

// leaf tells whether a leaf may be other than null.
func (j *judge) leaf(fd *field, f frame) bool {
	waiting := false
	for i, c := range fd.candidates {
		switch ref := j.ref(f, c.source); ref {
		case 0:
		case pendingRef:
			j.use(int(c.fetch))
			waiting = true
		default:
			raw, _ := j.value(fd.candidates[i:i+1], f)
			if raw == nil {
				continue
			}
			return waiting || len(fd.elements) > 0 || fd.scalar.accepts(raw) && (fd.enum == nil || fd.isVisible(raw, 0, len(raw)))
		}
	}
	return waiting
}

// gather is that of the view, with values that are yet to come.
func (j *judge) gather(pos *position, f frame) int {
	at := len(j.vals)
	for i := range pos.sources {
		s := &pos.sources[i]
		if s.link != nil {
			continue
		}
		var val slot
		switch ref := j.ref(f, s.parent); ref {
		case 0:
		case pendingRef:
			val = makeSlot(pendingValue, 0, 0)
		default:
			val = j.r.parts[s.fetch].at(ref, s.slot)
		}
		j.vals = append(j.vals, val)
	}
	return at
}

// composite tells whether the value at list level depth of a composite field
// may be other than null.
func (j *judge) composite(fd *field, depth, at int) bool {
	if fd.verbatim && j.vals[at].kind() == leafValue {
		return true
	}
	if depth == len(fd.elements) {
		if !j.isObject(fd.pos, at) && !j.isPending(fd.pos, at) {
			return false
		}
		f := j.enter(fd.pos, at)
		live := j.object(fd.object, f)
		j.leave(f)
		return live
	}
	n := j.length(fd.pos, at)
	pending := j.isPending(fd.pos, at)
	if n < 0 && !pending {
		return false
	}
	mark := len(j.used)
	for i := range n {
		if !j.element(fd, depth, at, i) && fd.elements[depth] {
			j.used = j.used[:mark]
			return false
		}
	}
	if pending {
		// The list may have more elements, and at least may be there.
		j.element(fd, depth, at, max(n, 0))
		b := at
		for i := range fd.pos.sources {
			if s := &fd.pos.sources[i]; s.link == nil {
				if j.vals[b].kind() == pendingValue {
					j.use(s.fetch)
				}
				b++
			}
		}
	}
	return true
}

// element tells whether an element of a list may be other than null.
func (j *judge) element(fd *field, depth, at, i int) bool {
	next := j.view.element(fd.pos, at, i)
	for b := range fd.pos.bases {
		if v := j.vals[at+b]; v.kind() == pendingValue {
			j.vals[next+b] = v
		}
	}
	live := j.composite(fd, depth+1, next)
	j.vals = j.vals[:next]
	return live
}

func (j *judge) isPending(pos *position, at int) bool {
	return slices.ContainsFunc(j.vals[at:at+pos.bases], func(s slot) bool { return s.kind() == pendingValue })
}

// enter is that of the view, with objects that are yet to come.
func (j *judge) enter(pos *position, at int) frame {
	start := len(j.refs)
	for i := range pos.sources {
		s := &pos.sources[i]
		var ref uint32
		switch {
		case s.link == nil:
			switch val := j.vals[at]; val.kind() {
			case objectValue:
				ref = val.a
			case pendingValue:
				ref = pendingRef
			}
			at++
		case !j.pending(s.fetch):
			if !j.r.fetches[s.fetch].used {
				break // nothing is linked to it
			}
			if n := j.linked(s.link, j.refs[start:], j.frames); n >= 0 {
				ref = j.r.entity(s.link, n)
			}
		case j.r.fetches[s.fetch].requests == 0, j.linked(s.link, j.refs[start:], j.frames) >= 0:
			// Not begun, so that any object may be one of its, or begun and
			// this is one.
			ref = pendingRef
		}
		j.refs = append(j.refs, ref)
	}
	f := frame{pos, start, len(j.frames)}
	j.frames = append(j.frames, f)
	return f
}
