package merge

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
)

// A locator finds out where in the response an error of a subgraph shows. The
// subgraph's path leads to a field of the merged result, which has more than
// the response: what other fetches need, and what is asked for of objects of
// some types and answered for others too.
//
//	{ product { price } }     price needs the weight, which another subgraph has
//
//	error at product.weight ─► at product.price, if that is null
//	                        ─► nowhere, if the price is known all the same
//
// An error that the client has nothing to do with does not show, and one that
// has made something null shows there. Nulls of other reasons below the same
// object are told from these by the fetches that have answered, or could have.
type locator struct {
	*view
	fetch int // that the error is of

	path  []pathStep // in the merged result
	shown []pathStep // the beginning of path that is in the response

	// visited are the objects on the way.
	visited []visitedObject
}

// A visitedObject is an object of the response on the way to an error.
type visitedObject struct {
	frame frame
	typ   *objectType
	at    int // how much of path, and of shown, leads to the object
}

// maxSearched bounds the fields that are looked at to place the errors of a
// response.
const maxSearched = 1 << 17

// follow follows a path of the merged result into the response. inside is false
// if the path leads to something that the client has not asked for; shown is
// then the way to the last object that he has.
func (l *locator) follow(path []pathStep) (inside bool) {
	l.only = nil
	l.path, l.shown, l.visited = path, nil, l.visited[:0]
	o, f := l.r.p.query, l.begin()
	for {
		t := l.typeOf(o, f)
		if l.r.searched++; t == nil {
			l.leave(f)
			return true // null in the response
		}
		at := len(l.shown)
		l.visited = append(l.visited, visitedObject{f, t, at})
		if at == len(path) || path[at].name == "" {
			return true
		}
		fd := t.field(path[at].name)
		if fd == nil {
			return false
		}
		l.shown = path[:at+1]
		if fd.kind != compositeField || fd.pos == nil {
			l.static(fd, 0)
			return true
		}
		if !l.descend(fd) {
			return true
		}
		o, f = fd.object, l.frames[len(l.frames)-1]
	}
}

// descend goes through the lists of a field, as the path has it, and enters the
// object. It tells whether there is one.
func (l *locator) descend(fd *field) bool {
	at := l.gather(fd.pos, l.visited[len(l.visited)-1].frame)
	level := 0
	for ; level < len(fd.elements); level++ {
		n := l.length(fd.pos, at)
		if n < 0 {
			break
		}
		i := len(l.shown)
		if i == len(l.path) || l.path[i].name != "" || l.path[i].index >= n {
			return false
		}
		l.shown = l.path[:i+1]
		at = l.element(fd.pos, at, l.path[i].index)
	}
	if !l.isObject(fd.pos, at) {
		l.static(fd, level)
		return false
	}
	l.enter(fd.pos, at)
	return true
}

// static extends shown below a null, or a value that is as the client wants it,
// at a list level of a field: by what the client can have there.
func (l *locator) static(fd *field, level int) {
	for _, s := range l.path[len(l.shown):] {
		switch {
		case s.name == "" && level < len(fd.elements):
			level++
		case s.name == "" || level < len(fd.elements) || fd.kind != compositeField:
			return
		default:
			if fd, level = fd.object.field(s.name), 0; fd == nil {
				return
			}
		}
		l.shown = l.path[:len(l.shown)+1]
	}
}

// field returns a field of objects of some type, nil if there is none.
func (o *object) field(as string) *field {
	if o.one != nil {
		return o.one.field(as)
	}
	var found *field
	of := ""
	for name, t := range o.types {
		if fd := t.field(as); fd != nil && (found == nil || name < of) {
			found, of = fd, name
		}
	}
	return found
}

// typeOf returns how the frame's object is written, nil if it is null.
func (v *view) typeOf(o *object, f frame) *objectType {
	if o.one != nil {
		return o.one
	}
	if t := o.types[string(v.typename(f))]; t != nil {
		return t
	}
	return o.untyped
}

// field returns the field with a response name, nil if there is none.
func (t *objectType) field(as string) *field {
	for _, fd := range t.fields {
		if fd.as == as {
			return fd
		}
	}
	return nil
}

// answers tells whether a fetch has fields of the object followed to last that
// the client has asked for.
func (l *locator) answers(fetch int) bool {
	v := l.visited[len(l.visited)-1]
	return slices.ContainsFunc(v.typ.fields, func(fd *field) bool {
		if fd.pos == nil {
			return slices.ContainsFunc(fd.candidates, func(c candidate) bool { return int(c.fetch) == fetch })
		}
		return slices.ContainsFunc(fd.pos.sources, func(s source) bool { return s.link == nil && s.fetch == fetch })
	})
}

// nulls returns the paths of what is null because of the error that has been
// followed. certain is false if there may be more. It ends the visit of the
// objects on the way.
func (l *locator) nulls() (paths [][]pathStep, certain bool) {
	certain = true
	for _, o := range slices.Backward(l.visited) {
		users, elsewhere := l.users(o.frame.pos, l.path[o.at:])
		certain = certain && !elsewhere
		s := nullSearch{locator: l, users: users, path: slices.Clone(l.path[:o.at])}
		s.object(o.typ, o.frame)
		paths = append(paths, s.found...)
		l.leave(o.frame)
	}
	return paths, certain && l.r.searched < maxSearched
}

// users are the fetches that are asked about objects at pos with the field that
// path leads to from there, and those that depend on them. elsewhere tells
// whether the field is used for objects further below.
func (l *locator) users(pos *position, path []pathStep) (users fetchSet, elsewhere bool) {
	fetches := l.r.p.fetches
	users = newFetchSet(len(fetches))
	for _, f := range fetches {
		l.r.searched++
		for i, lookup := range f.lookups {
			l.r.searched += len(lookup.targets)
			for _, t := range lookup.targets {
				if t.end() == pos && slices.ContainsFunc(f.Lookups[i].Inputs, func(in *plan.Input) bool { return uses(in.Fields, path) }) {
					users.add(f.ID)
				}
				for _, c := range f.Lookups[i].Context {
					elsewhere = elsewhere || t.above(c.Up) == pos && uses(c.Fields, path)
				}
			}
		}
		for id := range f.ID {
			if users.has(id) && f.before.has(id) {
				users.add(f.ID)
			}
		}
	}
	return users, elsewhere
}

// above returns the position of the ancestor so far above the target's end.
func (t *target) above(up int) *position {
	pos := t.end()
	for ; up > 0 && pos != nil; up-- {
		pos = pos.parent
	}
	return pos
}

// uses tells whether fields of a representation have what a path leads to, or
// something on the way.
func uses(fields []*plan.InputField, path []pathStep) bool {
	for len(path) > 0 && path[0].name == "" {
		path = path[1:]
	}
	if len(path) == 0 {
		return true
	}
	return slices.ContainsFunc(fields, func(f *plan.InputField) bool {
		return f.As == path[0].name && (f.Fields == nil || uses(f.Fields, path[1:]))
	})
}

// A nullSearch collects what is null at an object, or at parts of it that have
// no identity of their own, and would be answered by users of what has failed;
// or by the failed fetch itself, if the error has taken its whole object.
type nullSearch struct {
	*locator
	users fetchSet
	path  []pathStep
	found [][]pathStep
}

func (s *nullSearch) object(t *objectType, f frame) {
	for _, fd := range t.fields {
		if s.r.searched++; s.r.searched > maxSearched || len(s.found) > s.r.maxErrors {
			return
		}
		s.path = append(s.path, pathStep{name: fd.as})
		switch {
		case fd.kind == leafField:
			if raw, _ := s.value(fd.candidates, f); raw == nil && s.lacksLeaf(fd, f) {
				s.found = append(s.found, slices.Clone(s.path))
			}
		case fd.pos != nil:
			at := s.gather(fd.pos, f)
			some, all := s.lacks(fd.pos, f)
			switch isNull := !s.isObject(fd.pos, at) && s.length(fd.pos, at) < 0 && s.vals[at].kind() != leafValue; {
			case isNull && all:
				s.found = append(s.found, slices.Clone(s.path))
			case !isNull && some:
				s.composite(fd, at)
			}
			s.vals = s.vals[:at]
		}
		s.path = s.path[:len(s.path)-1]
	}
}

// composite searches the objects of a value in as many lists as there are.
func (s *nullSearch) composite(fd *field, at int) {
	if n := s.length(fd.pos, at); n >= 0 {
		for i := range n {
			s.path = append(s.path, pathStep{index: i})
			next := s.element(fd.pos, at, i)
			s.composite(fd, next)
			s.vals = s.vals[:next]
			s.path = s.path[:len(s.path)-1]
		}
		return
	}
	if !s.isObject(fd.pos, at) {
		return
	}
	f := s.enter(fd.pos, at)
	if t := s.typeOf(fd.object, f); t != nil {
		s.object(t, f)
	}
	s.leave(f)
}

// lacksLeaf tells whether everybody who could have answered a leaf has lost it.
func (s *nullSearch) lacksLeaf(fd *field, f frame) bool {
	for _, c := range fd.candidates {
		if !s.lost(int(c.fetch), s.ref(f, c.source)) {
			return false
		}
	}
	return len(fd.candidates) > 0
}

// lacks tells whether some, or all, who could have answered a composite value
// below a frame have lost it.
func (s *nullSearch) lacks(pos *position, f frame) (some, all bool) {
	all = pos.bases > 0
	for i := range pos.sources {
		if b := &pos.sources[i]; b.link == nil {
			lost := s.lost(b.fetch, s.ref(f, b.parent))
			some, all = some || lost, all && lost
		}
	}
	return some, all
}

// lost tells whether a fetch is affected by the error, given its object.
func (s *nullSearch) lost(fetch int, ref uint32) bool {
	return s.users.has(fetch) || fetch == s.fetch && ref == 0
}
