package planner

import (
	"math"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// A source is a view for real: the fetch and the selection set in it that have
// the object. It is written down when something is first read from it.
type source struct {
	view  *view
	fetch *fetch
	node  *node

	// by writes it down: as what known view at it entered, or, if there is a
	// parent, as what way leads to from there.
	by     *classBuild
	at     int
	parent *source
	way    *way
}

// A way is an item that leads to other objects, being written down.
type way struct {
	item  *item
	as    string
	types []string
	pos   *position // where it leads to
	scope *scope    // there
}

func (s *source) use() (*fetch, *node) {
	switch {
	case s.node != nil:
	case s.parent != nil:
		s.fetch, s.node = s.by.follow(s)
	default:
		s.fetch, s.node = s.by.open(s.by.openings[s.by.known[s.at].opening], s.at)
	}
	return s.fetch, s.node
}

// A reading is what reading a field set came to: how to find its values in the
// merged result, and the fetches that bring them.
type reading struct {
	fields []*plan.InputField
	deps   []*fetch
}

func (r *reading) after(f *fetch) {
	if !slices.Contains(r.deps, f) {
		r.deps = append(r.deps, f)
	}
}

// build writes down the decision for a position whose hands are the sources.
func (b *builder) build(p *position, d *decision, sources []*source, sc *scope) *reading {
	r := b.readings.next()
	r.deps = b.waits.list(2)[:0]
	var few [4]*classBuild
	builds := few[:0]
	for _, cd := range d.classes {
		b.step()
		builds = append(builds, b.newClassBuild(cd, sources, sc, len(d.classes) > 1))
	}
	for i, cb := range builds {
		cb.build(builds[i+1:], r)
	}
	if len(r.fields) > 0 {
		var objects []string
		for _, cd := range d.classes {
			objects = union(objects, cd.class.types)
		}
		for _, f := range r.fields {
			if len(f.On) == len(objects) {
				f.On = nil
			}
		}
	}
	if len(p.deferred)+len(p.eager) > 0 {
		b.later = append(b.later, &later{p, d.hands, sources, sc, b.deferral})
	}
	return r
}

// add adds a field read for objects of some types.
func (r *reading) add(f *plan.InputField, types []string) {
	for _, old := range r.fields {
		if old.Name == f.Name && old.As == f.As && old.NonNull == f.NonNull && plan.InputText("", old.Fields) == plan.InputText("", f.Fields) {
			old.On = union(old.On, types)
			return
		}
	}
	f.On = types
	r.fields = append(r.fields, f)
}

// A classBuild is the writing down of one class's decision.
type classBuild struct {
	b *builder
	*classDecision
	sc      *scope
	sources []*source // by known
	done    []bool    // by item, if there are several classes: written down along with another's
}

func (b *builder) newClassBuild(cd *classDecision, sources []*source, sc *scope, several bool) *classBuild {
	cb := b.builds.next()
	*cb = classBuild{b: b, classDecision: cd, sc: sc, sources: b.hands.list(len(cd.known))}
	if several {
		cb.done = make([]bool, len(cd.items))
	}
	for i, k := range cd.known {
		if k.from >= 0 {
			cb.sources[i] = sources[k.from]
			continue
		}
		s := b.sources.next()
		*s = source{view: k.view, by: cb, at: i}
		cb.sources[i] = s
	}
	return cb
}

// build writes a class down, and with it what others do in just the same way.
func (cb *classBuild) build(others []*classBuild, r *reading) {
	p := cb.class.pos
	for i := range cb.items {
		id := &cb.items[i]
		switch {
		case cb.done != nil && cb.done[i]:
		case id.item.internal && !p.internal:
			own := &reading{}
			cb.item(id, cb.class.types, own)
			if !id.item.typename() {
				cb.sc.context = append(cb.sc.context, own.deps...)
			}
		default:
			types := cb.class.types
			for _, other := range others {
				if at := cb.alike(id, other); at >= 0 {
					other.done[at] = true
					types = union(types, other.class.types)
				}
			}
			if field := cb.item(id, types, r); p.internal {
				r.add(field, types)
			}
		}
	}
}

// alike finds the item of another class that leads to the same position, which
// is served alike from the same views; -1 if there is none.
func (cb *classBuild) alike(id *itemDecision, other *classBuild) int {
	if id.child == nil || id.beside != nil {
		return -1
	}
	return slices.IndexFunc(other.items, func(o itemDecision) bool {
		if o.child == nil || o.beside != nil || o.child.pos != id.child.pos || cb.b.settled(o.child) != cb.b.settled(id.child) ||
			!id.item.isLike(o.item) || !cb.b.sameType(cb.class, other.class, id.item.name) || len(o.child.hands) != len(id.child.hands) {
			return false
		}
		for i, at := range id.child.hands {
			to := o.child.hands[i]
			if at < 0 && to < 0 {
				continue
			}
			if at < 0 || to < 0 || cb.known[at].from < 0 || cb.known[at].from != other.known[to].from {
				return false
			}
			v := cb.known[at].view
			own, others := cb.b.views.owned(v, cb.class.object(), id.item.name), cb.b.views.owned(v, other.class.object(), id.item.name)
			if own.Type.String() != others.Type.String() {
				return false
			}
		}
		return true
	})
}

// isLike tells whether two items are the same field under the same name.
func (it *item) isLike(other *item) bool {
	return it.response == other.response && it.name == other.name && it.arguments == other.arguments && it.internal == other.internal
}

// sameType tells whether a field is of one type in two classes.
func (b *builder) sameType(x, y *class, name string) bool {
	return b.field(x.object(), name).Type.String() == b.field(y.object(), name).Type.String()
}

// item writes one field down for objects of some types, and returns how to find
// it again if it is internal.
func (cb *classBuild) item(id *itemDecision, types []string, r *reading) *plan.InputField {
	b, c, it := cb.b, cb.class, id.item
	if it.typename() {
		if id.known >= 0 {
			f, n := cb.sources[id.known].use()
			n.typename = true
			r.after(f)
		}
		if !c.pos.internal {
			return nil
		}
		return &plan.InputField{Name: "__typename", As: cb.sc.typename()}
	}
	as := it.response
	var found *plan.InputField
	if c.pos.internal || it.internal {
		as = cb.sc.name(types, it.name, it.arguments, it.leaf)
		found = &plan.InputField{Name: it.name, As: as, NonNull: b.field(c.object(), it.name).Type.NonNull}
	}
	if id.beside != nil {
		cb.read(id.beside)
	}
	if id.known < 0 && id.child == nil {
		return found // of a doubtful class
	}
	if it.leaf {
		f, _ := cb.selectItem(cb.sources[id.known], it, as, types, nil)
		r.after(f)
		return found
	}
	child := id.child.pos
	reads := types
	var after []*fetch
	switch {
	case c.pos.selective:
		after = cb.typeKnown()
	case !slices.ContainsFunc(id.child.hands, cb.tellsType):
		// Nobody who has the child knows of which class its parent is, so it
		// is read for all of them.
		reads = cb.sc.possible
	}
	w := b.ways.next()
	*w = way{it, as, types, child, b.scopeBelow(cb.sc, reads, as, it.lists, child.possible, child.blurred(), after)}
	sources := b.hands.list(len(id.child.hands))
	first := -1
	for i, at := range id.child.hands {
		if at < 0 || cb.sources[at] == nil {
			continue // not needed
		}
		sources[i] = b.sources.next()
		*sources[i] = source{view: b.below(cb.sources[at].view, c, it), by: cb, parent: cb.sources[at], way: w}
		if first < 0 || cb.known[at].stage < cb.known[id.child.hands[first]].stage {
			first = i
		}
	}
	below := b.build(child, b.settled(id.child), sources, w.scope)
	if !slices.ContainsFunc(sources, func(s *source) bool { return s != nil && s.node != nil }) {
		// Nothing is read below, but whether there is an object counts.
		f, _ := sources[first].use()
		below.after(f)
	}
	for _, f := range below.deps {
		r.after(f)
	}
	if found == nil {
		return nil
	}
	found.Fields = below.fields
	if b.abstract(child) {
		found.Fields = append([]*plan.InputField{{Name: "__typename", As: w.scope.typename()}}, found.Fields...)
	}
	return found
}

// follow selects a field of an object at its parent, to select below it.
func (cb *classBuild) follow(s *source) (*fetch, *node) {
	b, w, v := cb.b, s.way, s.view
	n := b.nodes.next()
	*n = node{subgraph: v.subgraph, local: v.local, interfaceObject: v.interfaceObject, typenameAs: w.scope.typename()}
	n.typename = b.abstract(w.pos) && !v.interfaceObject
	n.entries = make([]entry, 0, min(len(w.pos.fields), fewEntries))
	return cb.selectItem(s.parent, w.item, w.as, w.types, n)
}

// selectItem selects an item's field at a source. Below a composite field child
// is to be selected; it returns the node that is there already, if there is one.
func (cb *classBuild) selectItem(s *source, it *item, as string, types []string, child *node) (*fetch, *node) {
	f, n := s.use()
	in := cb.b.views.owned(s.view, cb.class.object(), it.name)
	e := entry{on: types, as: as, name: it.name, arguments: it.fields[0].Arguments, directives: it.fields[0].Directives, typ: in.Type, child: child}
	if in.Context != nil {
		e.arguments = append(slices.Clone(e.arguments), cb.context(f, in)...)
	}
	cb.b.hold(sizeOfSelected)
	return f, n.add(&e)
}

// read writes a field set down and tells where its values are.
func (cb *classBuild) read(s *solved) *reading {
	sources := make([]*source, len(s.hands))
	for i, at := range s.hands {
		if at >= 0 {
			sources[i] = cb.sources[at]
		}
	}
	return cb.b.build(s.pos, s.decision, sources, cb.sc)
}

// tellsType tells whether a known view has objects of the class only, or says
// which they are.
func (cb *classBuild) tellsType(known int) bool {
	if known < 0 {
		return false
	}
	v := cb.known[known].view
	return !v.interfaceObject || v.sorted
}

// typeKnown returns the fetch that tells the runtime type of the class's
// objects.
func (cb *classBuild) typeKnown() []*fetch { return cb.askType(math.MaxInt) }

// askType has a view tell the type that was known before some stage: the first
// of those that are read anyway, or else of those there are.
func (cb *classBuild) askType(before int) []*fetch {
	best := -1
	for i, k := range cb.known {
		if k.view.interfaceObject || k.stage >= before || cb.sources[i] == nil {
			continue
		}
		if best < 0 || cb.uses(i) && !cb.uses(best) || cb.uses(i) == cb.uses(best) && k.stage < cb.known[best].stage {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	f, n := cb.sources[best].use()
	n.typename = true
	return []*fetch{f}
}

// open writes down an entity fetch, or a root fetch below the root.
func (cb *classBuild) open(o *opening, at int) (*fetch, *node) {
	b := cb.b
	if o.jump.key == nil {
		return cb.openRoot(o, at)
	}
	in := &input{typename: o.jump.local}
	key := cb.read(o.key)
	in.fields = key.fields
	deps := key.deps
	for _, s := range o.requires {
		r := cb.read(s)
		in.fields = joinInputs(in.fields, r.fields)
		deps = append(deps, r.deps...)
	}
	// An interface's name is sent for whatever the object is; an object type
	// only where the object is of it.
	if o.typed >= 0 && !o.jump.untyped && b.abstract(cb.class.pos) {
		in.on = cb.class.types
		deps = append(deps, cb.askType(o.stage)...)
		if !o.jump.renames {
			in.typename = "" // the object's own
		}
	}
	f := b.entityFetch(cb.sc, o, in)
	for _, d := range deps {
		f.deps[d] = true
	}
	for _, d := range cb.sc.after {
		f.deps[d] = true
	}
	f.because(cb.reason(o, at))
	if !o.jump.renames {
		return f, f.node
	}
	n := f.faceOf(o.jump.local, !o.jump.untyped, cb.sc.typename())
	n.typename = o.jump.untyped
	return f, n
}

func (cb *classBuild) openRoot(o *opening, at int) (*fetch, *node) {
	b := cb.b
	kind := cb.class.pos.root
	if kind == "" {
		kind = ast.Query
	}
	f := b.rootFetch(cb.sc, o, kind)
	// Below the root the object must be there before the fetch is worth it.
	for i, k := range cb.known[:at] {
		if k.from >= 0 && k.stage == o.stage-1 {
			d, _ := cb.sources[i].use()
			f.deps[d] = true
			break
		}
	}
	f.because(cb.reason(o, at))
	return f, f.node
}

// entityFetch finds or adds the fetch of a scope for an opening.
func (b *builder) entityFetch(sc *scope, o *opening, in *input) *fetch {
	key := fetchKey{deferral: b.deferral, subgraph: o.subgraph, stage: o.stage}
	if o.jump.renames {
		key.face = o.jump.local
		key.class = strings.Join(in.on, "|")
	}
	for ; ; key.nth++ {
		f := sc.fetches[key]
		if f == nil {
			f = &fetch{kind: ast.Query, node: &node{subgraph: o.subgraph, typenameAs: sc.typename()}}
			b.addFetch(sc, key, f)
		}
		if f.accepts(in) {
			f.take(in)
			return f
		}
	}
}

func (b *builder) rootFetch(sc *scope, o *opening, kind ast.Operation) *fetch {
	key := fetchKey{deferral: b.deferral, subgraph: o.subgraph, stage: o.stage}
	f := sc.fetches[key]
	if f == nil {
		f = &fetch{kind: kind, root: true, node: &node{subgraph: o.subgraph, local: o.jump.local, typenameAs: sc.typename()}}
		b.addFetch(sc, key, f)
	}
	return f
}

func (b *builder) addFetch(sc *scope, key fetchKey, f *fetch) {
	f.order = len(b.fetches)
	f.deferral = b.deferral
	f.subgraph, f.stage, f.scope, f.face = key.subgraph, key.stage, sc, key.face
	f.deps = map[*fetch]bool{}
	f.faces = map[string]*node{}
	b.fetches = append(b.fetches, f)
	if sc.fetches == nil {
		sc.fetches = map[fetchKey]*fetch{}
	}
	sc.fetches[key] = f
}

func (f *fetch) because(reason string) {
	if !slices.Contains(f.reasons, reason) {
		f.reasons = append(f.reasons, reason)
	}
}

// reason says which fields asked for an opening.
func (cb *classBuild) reason(o *opening, at int) string {
	var fields string
	for _, id := range cb.items {
		if id.known != at && (id.child == nil || !slices.Contains(id.child.hands, at)) || id.item.name == "" {
			continue
		}
		if fields != "" {
			fields += ", "
		}
		fields += cb.class.object() + "." + id.item.name
	}
	if fields == "" {
		fields = cb.class.object()
	}
	switch {
	case o.jump.key == nil:
		return fields
	case len(o.requires) > 0:
		return fields + " by key \"" + o.jump.key.Text + "\", with what it requires"
	default:
		return fields + " by key \"" + o.jump.key.Text + "\""
	}
}
