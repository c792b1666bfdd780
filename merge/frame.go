package merge

// A view reads the merged result of one request. It is a set of stacks that
// grow and shrink with the recursion; a Result has one at a time.
type view struct {
	r *Result

	// only are the fetches whose answers are looked at; nil for all.
	only fetchSet

	refs   []uint32   // objects of the frames on the way from the root
	vals   []slot     // values of composite fields on the way
	frames []frame    // the frames on the way
	path   []pathStep // in the response
	key    []byte     // see tuple
}

// A frame is one object of the merged result: for each source of the position
// the object of that fetch, 0 for none. They are on the view's stack, and never
// written to once the frame is there, so that it stays valid while the stack
// grows.
type frame struct {
	pos *position
	// at is the place of the first object in the view's refs.
	at int
	// depth is its place among the frames on the way.
	depth int
}

// ref returns the object of the frame from the source i of its position.
func (v *view) ref(f frame, i int32) uint32 { return v.refs[f.at+int(i)] }

// objects returns the objects of the frame by source. They are only to be read,
// and only until the frame is left.
func (v *view) objects(f frame) []uint32 { return v.refs[f.at : f.at+len(f.pos.sources)] }

// begin returns the frame of the root.
func (v *view) begin() frame {
	pos := v.r.p.root
	v.refs, v.vals, v.frames, v.path = v.refs[:0], v.vals[:0], v.frames[:0], v.path[:0]
	for i := range pos.sources {
		v.refs = append(v.refs, v.rootObject(pos.sources[i].fetch))
	}
	f := frame{pos, 0, 0}
	v.frames = append(v.frames, f)
	return f
}

func (v *view) rootObject(fetch int) uint32 {
	if v.only != nil && !v.only.has(fetch) {
		return 0
	}
	return v.r.parts[fetch].root
}

// gather pushes the values that the frame's objects have at pos, one for each
// base of it, and returns where they start.
func (v *view) gather(pos *position, f frame) int {
	at := len(v.vals)
	for i := range pos.sources {
		s := &pos.sources[i]
		if s.link != nil {
			continue
		}
		v.vals = append(v.vals, v.valueOf(s, f))
	}
	return at
}

// valueOf returns the value that the frame's object has for a source that is not
// a link.
func (v *view) valueOf(s *source, f frame) slot {
	return v.slotAt(f, s.parent, s.slot, s.fetch)
}

// slotAt returns a slot of the frame's object from a source, which is one of a
// fetch; the zero slot if there is no object.
func (v *view) slotAt(f frame, source, at int32, fetch int) slot {
	ref := v.ref(f, source)
	if ref == 0 {
		return slot{}
	}
	return v.r.parts[fetch].at(ref, at)
}

// length returns the length of the longest list among the values at at; -1 if
// there is no list.
func (v *view) length(pos *position, at int) int {
	n := -1
	for _, val := range v.vals[at : at+pos.bases] {
		if val.kind() == listValue {
			n = max(n, val.size())
		}
	}
	return n
}

// element pushes the i-th elements of the lists at at and returns where they
// start. Lists from different fetches are the same list, so that elements
// belong together by their index.
func (v *view) element(pos *position, at, i int) int {
	b := 0
	for j := range pos.sources {
		s := &pos.sources[j]
		if s.link != nil {
			continue
		}
		var val slot
		if l := v.vals[at+b]; l.kind() == listValue && i < l.size() {
			val = v.r.parts[s.fetch].slots[int(l.a)+i]
		}
		v.vals = append(v.vals, val)
		b++
	}
	return at + pos.bases
}

// isObject tells whether there is an object among the values at at.
func (v *view) isObject(pos *position, at int) bool {
	for _, val := range v.vals[at : at+pos.bases] {
		if val.kind() == objectValue {
			return true
		}
	}
	return false
}

// enter makes a frame of the values at at and of what is linked to them. leave
// ends it.
func (v *view) enter(pos *position, at int) frame {
	start := len(v.refs)
	for i := range pos.sources {
		s := &pos.sources[i]
		var ref uint32
		if s.link == nil {
			if val := v.vals[at]; val.kind() == objectValue {
				ref = val.a
			}
			at++
		} else {
			ref = v.behind(s.link, start)
		}
		v.refs = append(v.refs, ref)
	}
	return v.push(pos, start)
}

// enterObject is enter for a position with one base, of which it is given the
// object.
func (v *view) enterObject(pos *position, ref uint32) frame {
	start := len(v.refs)
	for i := range pos.sources {
		s := &pos.sources[i]
		object := ref
		if s.link != nil {
			object = v.behind(s.link, start)
		}
		v.refs = append(v.refs, object)
	}
	return v.push(pos, start)
}

// behind returns the object behind a link of the frame that is being entered, of
// which the objects so far begin at start; 0 for none.
func (v *view) behind(l *link, start int) uint32 {
	if v.only != nil && !v.only.has(l.fetch) {
		return 0
	}
	n := v.linked(l, v.refs[start:], v.frames)
	if n < 0 {
		return 0
	}
	return v.r.entity(l, n)
}

func (v *view) push(pos *position, start int) frame {
	f := frame{pos, start, len(v.frames)}
	v.frames = append(v.frames, f)
	return f
}

// above returns the frames of the ancestors of the frame entered last.
func (v *view) above() []frame { return v.frames[:len(v.frames)-1] }

// leave ends the frame that was entered last.
func (v *view) leave(f frame) {
	v.refs = v.refs[:f.at]
	v.frames = v.frames[:len(v.frames)-1]
}

// value returns the raw JSON of a leaf of the frame and the fetch it is from,
// nil if it is null or absent. A null from one fetch does not hide a value
// from another.
func (v *view) value(candidates []candidate, f frame) ([]byte, int32) {
	for i := range candidates {
		c := &candidates[i]
		if s := v.slotAt(f, c.source, c.slot, int(c.fetch)); s.kind() == leafValue {
			return s.raw(v.r.parts[c.fetch].buf), c.fetch
		}
	}
	return nil, -1
}

// valueAt returns what is at one candidate of the frame, nil if it is null or
// absent.
func (v *view) valueAt(c *candidate, f frame) []byte {
	s := v.slotAt(f, c.source, c.slot, int(c.fetch))
	if s.kind() != leafValue {
		return nil
	}
	return s.raw(v.r.parts[c.fetch].buf)
}

// typename returns the name of the frame's runtime type, nil if it is not
// known.
func (v *view) typename(f frame) []byte {
	if name := v.told(f); name != nil {
		return name
	}
	return v.staticType(f)
}

// told returns the name that the frame's object itself gives its type, nil for
// none. Of several the first that is an object type wins: a subgraph where the
// type is an interface object answers the interface's name.
func (v *view) told(f frame) []byte {
	var first []byte
	for i := range f.pos.typenames {
		raw, _ := v.value(f.pos.typenames[i:i+1], f)
		if len(raw) < 2 || raw[0] != '"' {
			continue
		}
		name := raw[1 : len(raw)-1]
		if len(f.pos.typenames) == 1 || v.r.p.objectTypes[string(name)] {
			return name
		}
		if first == nil {
			first = name
		}
	}
	return first
}

// staticType returns the type that the frame has by the API schema, nil if it
// can have several or that is not known.
func (v *view) staticType(f frame) []byte {
	if f.pos.same != nil || len(f.pos.static) == 0 {
		return f.pos.same
	}
	return f.pos.static[string(v.typename(v.frames[f.depth-1]))]
}

// isOf tells whether the frame's runtime type is one of on.
func (v *view) isOf(f frame, on []string) bool {
	if on == nil {
		return true
	}
	name := v.typename(f)
	for _, s := range on {
		if s == string(name) {
			return true
		}
	}
	return false
}

// A visitor is shown the objects that a walk comes to.
type visitor interface {
	// visit is called with an object while the path and the frames on the way
	// to it are on the view's stacks.
	visit(t *target, f frame)
}

// walk shows visit every object at the end of the target's path, in the order
// of the response. Only what the target's fetch depends on is looked at.
func (v *view) walk(t *target, visit visitor) {
	v.only = t.link.before
	f := v.begin()
	v.step(t, 0, f, visit)
}

func (v *view) step(t *target, i int, f frame, visit visitor) {
	if i == len(t.steps) {
		visit.visit(t, f)
		return
	}
	s := t.steps[i]
	v.path = append(v.path, pathStep{name: s.pos.as})
	at := v.gather(s.pos, f)
	v.stepInto(t, i, at, visit)
	v.vals = v.vals[:at]
	v.path = v.path[:len(v.path)-1]
}

// stepInto goes through the lists among the values at at.
func (v *view) stepInto(t *target, i, at int, visit visitor) {
	s := t.steps[i]
	if n := v.length(s.pos, at); n >= 0 {
		v.path = append(v.path, pathStep{})
		for j := range n {
			v.path[len(v.path)-1].index = j
			next := v.element(s.pos, at, j)
			v.stepInto(t, i, next, visit)
			v.vals = v.vals[:next]
		}
		v.path = v.path[:len(v.path)-1]
		return
	}
	if !v.isObject(s.pos, at) {
		return
	}
	f := v.enter(s.pos, at)
	if v.isOf(f, s.on) {
		v.step(t, i+1, f, visit)
	}
	v.leave(f)
}
