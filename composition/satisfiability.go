package composition

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A node is where a planner may stand: at an object of some type, as some
// subgraph sees it. Nodes are interned: equal nodes are one pointer.
type node struct {
	id  int
	typ *typeDef
	// view is what a @provides on the way here lets the subgraph resolve
	// beyond what it otherwise does; nil for nothing.
	view []*selection
	// byKey says that the object was entered through a key, so it can be
	// entered again.
	byKey bool
}

func (n *node) schema() *schema { return n.typ.schema }

// A reachability answers what can be had from a node.
//
// Two kinds of questions depend on each other: to which nodes one can move by
// one key (moves), and whether a field set can be resolved from a node. A
// key may be resolved through other moves, and a required field may require
// others. All answers only grow while questions are looked at again, so the
// answers are the least fixpoint: every "yes" has a derivation that does not
// rest on itself. Cells are looked at again only when something they read has
// grown, which is polynomial in the size of the schema.
type reachability struct {
	c     *composer
	nodes map[nodeKey]*node
	list  []*node

	moves   map[*node]*cell
	conds   map[condKey]*cell
	current *cell // being computed; nil outside

	// queued moves are computed before queued field sets: most field sets
	// need a second look whenever a move is found.
	queuedMoves []*cell
	queuedConds []*cell

	// reached are final answers of reach.
	reached map[*node][]*node

	// keyTargets are the types that can be entered by a resolvable key, by
	// name; interfaceObjects the @interfaceObject ones among them, by the name
	// of each implementation of the interface.
	keyTargets       map[string][]*typeDef
	interfaceObjects map[string][]*typeDef

	// roots are the nodes of the root types, by kind.
	roots [3][]*node

	// exploding are the explosions being looked into: an object may lead by
	// key to an interface that it implements, and so to itself.
	exploding map[explosion]bool
}

// An explosion is the question whether all objects that an interface may stand
// for have a selection.
type explosion struct {
	node *node
	x    *selection
}

type nodeKey struct {
	typ   *typeDef
	view  string
	byKey bool
}

type condKey struct {
	node *node
	set  *fieldSet
}

// A cell is one question and the answer so far.
type cell struct {
	node       *node
	set        *fieldSet // nil if the question is where one can move
	targets    []*node
	satisfied  bool
	queued     bool
	dependents map[*cell]bool
}

func newReachability(c *composer) *reachability {
	r := &reachability{
		c: c, nodes: map[nodeKey]*node{}, moves: map[*node]*cell{}, conds: map[condKey]*cell{},
		reached: map[*node][]*node{}, keyTargets: map[string][]*typeDef{}, interfaceObjects: map[string][]*typeDef{},
		exploding: map[explosion]bool{},
	}
	for _, s := range c.subs {
		for k, t := range s.roots {
			if t != nil {
				r.roots[k] = append(r.roots[k], r.node(t, nil, false))
			}
		}
	}
	for _, t := range c.super.order {
		for _, s := range t.sources {
			if !slices.ContainsFunc(s.keys, func(k *fieldSet) bool { return k.resolvable }) {
				continue
			}
			r.keyTargets[t.name] = append(r.keyTargets[t.name], s)
			if s.interfaceObject {
				for _, o := range c.super.implementers[t.name] {
					r.interfaceObjects[o.name] = append(r.interfaceObjects[o.name], s)
				}
			}
		}
	}
	return r
}

func (r *reachability) node(t *typeDef, view []*selection, byKey bool) *node {
	key := nodeKey{typ: t, byKey: byKey}
	if len(view) > 0 {
		key.view = normalForm(view)
	}
	if n := r.nodes[key]; n != nil {
		return n
	}
	n := &node{id: len(r.list), typ: t, view: view, byKey: byKey}
	r.nodes[key] = n
	r.list = append(r.list, n)
	return n
}

// reach is where one can get from n without a field: other subgraphs' nodes of
// the same object, by any number of moves.
func (r *reachability) reach(n *node) []*node {
	if k := n.typ.rootKind(); k >= 0 && len(n.typ.keys) == 0 {
		return r.roots[k]
	}
	if found, ok := r.reached[n]; ok {
		return found
	}
	known := map[*node]bool{n: true}
	var found []*node
	for next := []*node{n}; len(next) > 0; {
		m := next[len(next)-1]
		next = next[:len(next)-1]
		for _, target := range r.moveTargets(m) {
			if !known[target] {
				known[target] = true
				found = append(found, target)
				next = append(next, target)
			}
		}
	}
	slices.SortFunc(found, func(a, b *node) int { return a.id - b.id })
	if r.current == nil {
		r.reached[n] = found
	}
	return found
}

// moveTargets is where one can get from n by one move.
func (r *reachability) moveTargets(n *node) []*node {
	x := r.moves[n]
	if x == nil {
		x = &cell{node: n}
		r.moves[n] = x
		r.enqueue(x)
	}
	r.read(x)
	return x.targets
}

// canResolve tells whether all of a field set can be had from n.
func (r *reachability) canResolve(n *node, set *fieldSet) bool {
	key := condKey{n, set}
	x := r.conds[key]
	if x == nil {
		x = &cell{node: n, set: set}
		r.conds[key] = x
		if x.satisfied = r.local(n, set.selections); !x.satisfied {
			r.enqueue(x)
		}
	}
	if x.satisfied {
		return true // and will stay so
	}
	r.read(x)
	return x.satisfied
}

// read notes that the cell being computed depends on x. Outside of computing
// it makes sure that the answer is final.
func (r *reachability) read(x *cell) {
	if r.current == nil {
		r.settle()
		return
	}
	if x.dependents == nil {
		x.dependents = map[*cell]bool{}
	}
	x.dependents[r.current] = true
}

func (r *reachability) enqueue(x *cell) {
	if x.queued {
		return
	}
	x.queued = true
	if x.set == nil {
		r.queuedMoves = append(r.queuedMoves, x)
	} else {
		r.queuedConds = append(r.queuedConds, x)
	}
}

// next takes a cell off the queues; nil if there is none.
func (r *reachability) next() *cell {
	queue := &r.queuedMoves
	if len(*queue) == 0 {
		queue = &r.queuedConds
	}
	if len(*queue) == 0 {
		return nil
	}
	x := (*queue)[len(*queue)-1]
	*queue = (*queue)[:len(*queue)-1]
	x.queued = false
	return x
}

// local tells whether all of a field set can be had from n without moving and
// without conditions.
func (r *reachability) local(n *node, sels []*selection) bool {
	for _, x := range sels {
		if x.fragment {
			if x.cond != "" && x.cond != n.typ.name || !r.local(n, x.sub) {
				return false
			}
			continue
		}
		if f := n.typ.byName[x.name]; f != nil && (f.requires != nil || f.overrideLabel != "" || slices.ContainsFunc(f.args, func(a *field) bool { return a.contextual != nil })) {
			return false
		}
		next, ok := r.follow(n, x.name, nil)
		if !ok || x.sub != nil && !r.local(next, x.sub) {
			return false
		}
	}
	return true
}

// settle computes until no answer grows any more.
func (r *reachability) settle() {
	for x := r.next(); x != nil && !r.c.canceled(); x = r.next() {
		r.current = x
		grown := r.compute(x)
		r.current = nil
		if !grown {
			continue
		}
		for _, d := range sortedCells(x.dependents) {
			r.enqueue(d)
		}
	}
}

// sortedCells orders cells so that the work is the same every time; the
// answers do not depend on it.
func sortedCells(cells map[*cell]bool) []*cell {
	list := make([]*cell, 0, len(cells))
	for x := range cells {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b *cell) int { return a.node.id - b.node.id })
	return list
}

func (r *reachability) compute(x *cell) (grown bool) {
	if x.set != nil {
		if x.satisfied {
			return false
		}
		x.satisfied = r.satisfied([]*node{x.node}, x.set.selections, nil)
		return x.satisfied
	}
	found := r.findMoves(x.node)
	grown = len(found) > len(x.targets)
	x.targets = found
	return grown
}

// findMoves are the nodes that one move leads to: by a key whose fields can be
// had at n, or from a root type to that of any other subgraph.
func (r *reachability) findMoves(n *node) []*node {
	var found []*node
	if k := n.typ.rootKind(); k >= 0 {
		found = append(found, r.roots[k]...)
	}
	for _, target := range r.targets(n.typ) {
		for _, key := range target.keys {
			if key.resolvable && r.keyFits(n.typ, key) && r.canResolve(n, key) {
				found = append(found, r.node(target, nil, true))
				break
			}
		}
	}
	return found
}

// targets are the types that an object of type t might be entered as in other
// subgraphs.
func (r *reachability) targets(t *typeDef) []*typeDef {
	var found []*typeDef
	for _, list := range [][]*typeDef{r.keyTargets[t.name], r.interfaceObjects[t.name]} {
		for _, target := range list {
			if target.schema != t.schema {
				found = append(found, target)
			}
		}
	}
	return found
}

// keyFits tells whether a key of an @interfaceObject type makes sense on an
// implementation.
func (r *reachability) keyFits(from *typeDef, key *fieldSet) bool {
	if key.on.name == from.name {
		return true
	}
	for _, x := range key.selections {
		if x.field != nil && from.byName[x.name] == nil {
			return false
		}
	}
	return true
}

// closure is nodes and all that can be reached from them.
func (r *reachability) closure(nodes []*node) []*node {
	var everywhere []*node
	seen := map[*node]bool{}
	for _, n := range nodes {
		if !seen[n] {
			seen[n] = true
			everywhere = append(everywhere, n)
		}
	}
	for _, n := range nodes {
		for _, m := range r.reach(n) {
			if !seen[m] {
				seen[m] = true
				everywhere = append(everywhere, m)
			}
		}
	}
	return everywhere
}

func appendNode(nodes []*node, n *node) []*node {
	if n == nil || slices.Contains(nodes, n) {
		return nodes
	}
	return append(nodes, n)
}

// cast is m for an object of type t.
func (r *reachability) cast(m *node, t *typeDef) *node {
	if m.typ == t {
		return m
	}
	return r.node(t, viewFor(r.c.super, m.view, t.name), false)
}

// viewFor is what of a view applies to objects of a type.
func viewFor(g *supergraph, view []*selection, name string) []*selection {
	var kept []*selection
	for _, x := range view {
		if !x.fragment {
			kept = append(kept, x)
			continue
		}
		cond := g.types[x.cond]
		if x.cond == "" || x.cond == name || cond != nil && slices.ContainsFunc(g.possible(cond), func(t *mergedType) bool { return t.name == name }) {
			kept = append(kept, viewFor(g, x.sub, name)...)
		}
	}
	return kept
}

// knowsTypename tells whether the type of the object at n, which is an
// @interfaceObject there, can be found out.
func (r *reachability) knowsTypename(n *node) bool {
	return slices.ContainsFunc(r.reach(n), func(m *node) bool { return !m.typ.interfaceObject })
}

// A situation is what holds besides where one stands: which override labels
// are known, and which contexts are set. nil knows none.
type situation struct {
	labels   map[string]bool
	contexts map[contextKey][]*node
}

type contextKey struct {
	schema *schema
	name   string
}

// with returns the situation with one more label known.
func (at *situation) with(label string, active bool) *situation {
	if at == nil {
		at = &situation{}
	}
	labels := maps.Clone(at.labels)
	if labels == nil {
		labels = map[string]bool{}
	}
	labels[label] = active
	return &situation{labels: labels, contexts: at.contexts}
}

// follow is the node that field leads to from n directly; nil for leaves. It
// is false if the subgraph cannot resolve the field.
func (r *reachability) follow(n *node, name string, at *situation) (*node, bool) {
	if name == "__typename" {
		return nil, !n.typ.interfaceObject
	}
	f := n.typ.byName[name]
	if f == nil || r.obstacle(n, f, at) != passable {
		return nil, false
	}
	base := f.baseType()
	if base == nil || !base.isComposite() {
		return nil, true
	}
	return r.node(base, r.viewBelow(n, f), false), true
}

// viewBelow is what is provided below field f of n.
func (r *reachability) viewBelow(n *node, f *field) []*selection {
	var view []*selection
	for _, x := range n.view {
		if x.name == f.name && !x.fragment {
			view = append(view, x.sub...)
		}
	}
	if f.provides != nil {
		view = append(slices.Clone(view), f.provides.selections...)
	}
	return view
}

// An obstacle is why a field that a subgraph has cannot be resolved there.
type obstacle int

const (
	passable obstacle = iota
	isExternal
	isOverridden
	otherLabel
	requiresUnsatisfied
	contextUnset
	noKeyToReturn
	differsByImplementation
)

func (r *reachability) obstacle(n *node, f *field, at *situation) obstacle {
	provided := slices.ContainsFunc(n.view, func(x *selection) bool { return !x.fragment && x.name == f.name })
	if n.typ.kind == ast.Interface && !provided && !r.uniform(n, f) {
		return differsByImplementation
	}
	switch {
	case f.overrideLabel != "":
		value, known := false, false
		if at != nil {
			value, known = at.labels[f.overrideLabel]
		}
		if !known || value != f.overrides {
			return otherLabel
		}
	case f.overriddenBy != nil && !provided:
		return isOverridden
	}
	if f.external && !provided {
		return isExternal
	}
	contextual := false
	for _, a := range f.args {
		if a.contextual == nil {
			continue
		}
		contextual = true
		if !r.contextSatisfied(n, a, at) {
			return contextUnset
		}
	}
	if contextual && !hasLocalKey(n.typ) {
		return noKeyToReturn
	}
	if f.requires != nil {
		if !r.canResolve(n, f.requires) {
			return requiresUnsatisfied
		}
		if !n.byKey && !hasLocalKey(n.typ) {
			return noKeyToReturn
		}
	}
	return passable
}

// uniform tells whether all objects behind an interface resolve the field by
// themselves, so that it can be asked on the interface.
func (r *reachability) uniform(n *node, f *field) bool {
	for _, t := range n.schema().possibleTypes(n.typ) {
		own := t.byName[f.name]
		if own == nil || own.external || own.overriddenBy != nil || own.overrideLabel != "" || own.requires != nil ||
			slices.ContainsFunc(own.args, func(a *field) bool { return a.contextual != nil }) {
			return false
		}
	}
	return true
}

// hasLocalKey tells whether some key of t can be had without leaving the
// subgraph.
func hasLocalKey(t *typeDef) bool {
	return slices.ContainsFunc(t.keys, func(k *fieldSet) bool {
		external := false
		t.schema.eachField(k.selections, false, func(f *field) {
			external = external || f.external || f.overriddenBy != nil && f.overrideLabel == ""
		})
		return !external
	})
}

func (r *reachability) contextSatisfied(n *node, a *field, at *situation) bool {
	if at == nil {
		return false
	}
	ancestors := at.contexts[contextKey{n.schema(), a.contextual.context}]
	for _, source := range a.contextual.sources {
		if r.satisfied(matching(r.c.super, ancestors, source.typ.name), source.selections, nil) && len(ancestors) > 0 {
			return true
		}
	}
	return false
}

// matching are the nodes whose type is, or is below, the named one.
func matching(g *supergraph, nodes []*node, name string) []*node {
	t := g.types[name]
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool {
		return n.typ.name != name && (t == nil || !slices.ContainsFunc(g.possible(t), func(o *mergedType) bool { return o.name == n.typ.name }))
	})
}

// setKey names a set of nodes.
func setKey(nodes []*node) string {
	ids := make([]int, 0, len(nodes))
	for _, n := range nodes {
		ids = append(ids, n.id)
	}
	slices.Sort(ids)
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(strconv.Itoa(id))
		b.WriteByte(' ')
	}
	return b.String()
}
