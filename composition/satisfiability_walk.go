package composition

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// validateSatisfiability proves that every operation on the API schema has a
// plan: it walks the API schema from the roots, breadth first, and at each
// type carries along where a planner might stand by then. If at some field
// there is no place from which to go on, the shortest operation that gets
// stuck is reported.
//
// Interface fields are checked on each implementation. What was shown to work
// with fewer places need not be checked with more, except where subgraphs that
// share a field may disagree about what it returns: there more places may bring
// a disagreement.
func (c *composer) validateSatisfiability() {
	w := &walker{c: c, r: newReachability(c), budget: c.opts.MaxSteps, visited: map[*mergedType][]visit{}}
	if w.budget <= 0 {
		w.budget = DefaultMaxSteps
	}
	for _, s := range c.subs {
		if len(s.contexts) > 0 {
			w.contextual = append(w.contextual, s)
		}
	}
	w.disputed = c.disputedTypes()
	for k, root := range c.super.roots {
		if root == nil || hidden(root.applied) {
			continue
		}
		var nodes []*node
		for _, s := range root.sources {
			nodes = append(nodes, w.r.node(s, nil, false))
		}
		w.push(&state{root: k, typ: root, nodes: nodes, at: &situation{}})
	}
	w.run()
	w.sharedMutations()
	for _, d := range w.errors {
		c.errors.add(d)
	}
	for _, d := range w.hints {
		c.hints.add(d)
	}
}

// A state is a position in the API schema and where a planner might stand
// there.
type state struct {
	root  int
	typ   *mergedType
	nodes []*node
	at    *situation
	path  *step

	// places are nodes and all that can be reached from them, by subgraph;
	// objects those of them that are @interfaceObject types.
	places  []*node
	by      map[*schema][]*node
	objects []*node
}

// locate finds the places of s.
func (w *walker) locate(s *state) {
	s.places = w.r.closure(s.nodes)
	s.by = make(map[*schema][]*node, len(s.places))
	for _, n := range s.places {
		if n.typ.interfaceObject {
			s.objects = append(s.objects, n)
			continue
		}
		s.by[n.schema()] = append(s.by[n.schema()], n)
	}
}

// having are the places that may resolve a field.
func (s *state) having(f *mergedField) []*node {
	var nodes []*node
	for _, x := range f.sources {
		nodes = append(nodes, s.by[x.schema]...)
	}
	return append(nodes, s.objects...)
}

// A step is how a state was come to: a field, or a type condition.
type step struct {
	previous *step
	field    *mergedField
	typ      *mergedType
	label    string
	active   bool
}

// A visit is a state that was looked at.
type visit struct {
	nodes    map[*node]bool
	labels   map[string]bool
	contexts string
}

type walker struct {
	c       *composer
	r       *reachability
	queue   []*state
	visited map[*mergedType][]visit
	// proven are visits of an earlier walk that found no error.
	proven  map[*mergedType][]visit
	budget  int
	errors  []Diagnostic
	hints   []Diagnostic
	shared  []*sharedMutation
	stopped bool

	// contextual are the subgraphs that set contexts.
	contextual []*schema

	// disputed are the types from which a shared field can be come to whose
	// subgraphs know different objects behind its type.
	disputed map[*mergedType]bool
}

// A sharedMutation is a mutation field that several subgraphs resolve. Only
// one of them may be called, so one of them must be enough.
type sharedMutation struct {
	field  *mergedField
	whole  *state
	states []*state // one for each subgraph
}

func (w *walker) push(s *state) { w.queue = append(w.queue, s) }

func (w *walker) run() {
	for len(w.queue) > 0 && !w.stopped && !w.c.canceled() {
		s := w.queue[0]
		w.queue = w.queue[1:]
		if w.seen(s) {
			continue
		}
		if s.typ.kind == ast.Object {
			for _, f := range s.typ.fields {
				if !hidden(f.applied) {
					w.field(s, f)
				}
			}
			continue
		}
		for _, t := range w.c.super.possible(s.typ) {
			if !hidden(t.applied) {
				w.cast(s, t)
			}
		}
	}
}

// maxExact is how many sets of places are told apart at a type with disputed
// fields, before those with more places than another are skipped there too.
const maxExact = 200

// disputedTypes finds the types from which a disputed field can be come to.
func (c *composer) disputedTypes() map[*mergedType]bool {
	disputed := map[*mergedType]bool{}
	from := map[*mergedType][]*mergedType{}
	var queue []*mergedType
	for _, t := range c.super.order {
		if t.kind == ast.Interface || t.kind == ast.Union {
			for _, o := range c.super.possible(t) {
				from[o] = append(from[o], t)
			}
		}
		if t.kind != ast.Object {
			continue
		}
		for _, f := range t.fields {
			target := c.super.types[f.typ.Name()]
			if target == nil {
				continue
			}
			from[target] = append(from[target], t)
			if !disputed[t] && isShared(f) && isDisputed(f) {
				disputed[t] = true
				queue = append(queue, t)
			}
		}
	}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		for _, above := range from[t] {
			if !disputed[above] {
				disputed[above] = true
				queue = append(queue, above)
			}
		}
	}
	return disputed
}

// isDisputed tells whether sources of f know different objects behind its
// type.
func isDisputed(f *mergedField) bool {
	var known []*typeDef
	for _, s := range f.sources {
		base := s.baseType()
		if base == nil || base.kind != ast.Interface && base.kind != ast.Union {
			continue
		}
		own := s.schema.possibleTypes(base)
		if known == nil {
			known = own
			continue
		}
		if len(own) != len(known) || slices.ContainsFunc(own, func(t *typeDef) bool {
			return !slices.ContainsFunc(known, func(o *typeDef) bool { return o.name == t.name })
		}) {
			return true
		}
	}
	return false
}

// seen tells whether the state, or one with fewer places, was looked at, and
// notes it.
func (w *walker) seen(s *state) bool {
	v := visit{nodes: make(map[*node]bool, len(s.nodes)), labels: s.at.labels, contexts: w.contextsKey(s.at)}
	w.locate(s)
	places := s.nodes
	if s.typ.kind == ast.Object {
		places = s.places
	}
	for _, n := range places {
		v.nodes[n] = true
	}
	w.spend(len(places))
	exact := w.disputed[s.typ] && len(w.visited[s.typ]) < maxExact
	covers := func(p visit) bool {
		if len(p.nodes) > len(v.nodes) || p.contexts != v.contexts || exact && len(p.nodes) < len(v.nodes) {
			return false
		}
		for n := range p.nodes {
			if !v.nodes[n] {
				return false
			}
		}
		for l, value := range p.labels {
			if own, ok := v.labels[l]; !ok || own != value {
				return false
			}
		}
		return true
	}
	if slices.ContainsFunc(w.visited[s.typ], covers) || slices.ContainsFunc(w.proven[s.typ], covers) {
		return true
	}
	w.visited[s.typ] = append(w.visited[s.typ], v)
	return false
}

func (w *walker) contextsKey(at *situation) string {
	if len(at.contexts) == 0 {
		return ""
	}
	var parts []string
	for k, nodes := range at.contexts {
		parts = append(parts, fmt.Sprintf("%d.%s=%s", k.schema.index, k.name, setKey(nodes)))
	}
	slices.Sort(parts)
	return strings.Join(parts, ";")
}

// spend takes from the budget.
func (w *walker) spend(n int) {
	w.budget -= n
	if w.budget < 0 && !w.stopped {
		w.stopped = true
		w.errors = append(w.errors, Diagnostic{
			Code:    CodeMaxValidationSubgraphPathsExceeded,
			Message: "the satisfiability check went over its budget",
			TryThis: "raise the limit, or mark fewer value type fields as @shareable",
		})
	}
}

// field goes along one field, twice if a label decides who resolves it.
func (w *walker) field(s *state, f *mergedField) {
	label := ""
	for _, x := range f.sources {
		if x.overrideLabel != "" {
			label = x.overrideLabel
		}
	}
	if label == "" {
		w.follow(s, f, s.at, &step{previous: s.path, field: f})
		return
	}
	for _, active := range []bool{true, false} {
		if value, known := s.at.labels[label]; known && value != active {
			continue
		}
		w.follow(s, f, s.at.with(label, active), &step{previous: s.path, field: f, label: label, active: active})
	}
}

func (w *walker) follow(s *state, f *mergedField, at *situation, path *step) {
	target := w.c.super.types[f.typ.Name()]
	composite := target != nil && (target.kind == ast.Object || target.kind == ast.Interface || target.kind == ast.Union)
	var next []*node
	var from []*schema
	resolved := false
	for _, m := range s.having(f) {
		n, ok := w.r.follow(m, f.name, at)
		if !ok {
			continue
		}
		resolved = true
		if !composite {
			return
		}
		if n != nil && !slices.Contains(next, n) {
			next = append(next, n)
			from = append(from, m.schema())
		}
	}
	if !resolved {
		w.stuck(s, at, path)
		return
	}
	if !composite || len(next) == 0 {
		return
	}
	child := &state{root: s.root, typ: target, nodes: next, at: w.withContexts(s, at), path: path}
	if !w.checkRuntimeTypes(child, f) {
		return
	}
	if s.path == nil && s.root == rootMutation {
		if states := partition(child, from); len(states) > 1 {
			w.shared = append(w.shared, &sharedMutation{f, child, states})
			return
		}
	}
	w.push(child)
}

// partition splits a state by the subgraphs that its nodes came from.
func partition(s *state, from []*schema) []*state {
	var states []*state
	var by []*schema
	for i, n := range s.nodes {
		j := slices.Index(by, from[i])
		if j < 0 {
			j = len(by)
			by = append(by, from[i])
			copied := *s
			copied.nodes = nil
			states = append(states, &copied)
		}
		states[j].nodes = append(states[j].nodes, n)
	}
	return states
}

// withContexts notes which contexts the object at s sets.
func (w *walker) withContexts(s *state, at *situation) *situation {
	var contexts map[contextKey][]*node
	for _, sub := range w.contextual {
		for _, name := range sortedKeys(sub.contexts) {
			if !slices.ContainsFunc(sub.contexts[name], func(t *typeDef) bool { return w.isBelow(s.typ, t.name) }) {
				continue
			}
			if contexts == nil {
				contexts = maps.Clone(at.contexts)
				if contexts == nil {
					contexts = map[contextKey][]*node{}
				}
			}
			contexts[contextKey{sub, name}] = s.nodes
		}
	}
	if contexts == nil {
		return at
	}
	return &situation{labels: at.labels, contexts: contexts}
}

func (w *walker) isBelow(t *mergedType, name string) bool {
	if t.name == name || t.implements(name) {
		return true
	}
	u := w.c.super.types[name]
	return u != nil && u.kind == ast.Union && slices.Contains(u.members, t.name)
}

// cast goes along one type condition.
func (w *walker) cast(s *state, t *mergedType) {
	var next []*node
	for _, n := range s.nodes {
		if s.typ.kind == ast.Interface && n.typ.kind == ast.Object {
			continue
		}
		if !slices.ContainsFunc(n.schema().possibleTypes(n.typ), func(o *typeDef) bool { return o.name == t.name }) {
			// Some place may be all there is, and then no such object comes
			// from there: nothing below needs to work.
			return
		}
	}
	for _, n := range s.places {
		if m, ok := w.castNode(n, t); ok {
			next = appendNode(next, m)
		}
	}
	path := &step{previous: s.path, typ: t}
	if len(next) == 0 {
		w.stuck(s, s.at, path)
		return
	}
	w.push(&state{root: s.root, typ: t, nodes: next, at: s.at, path: path})
}

func (w *walker) castNode(n *node, t *mergedType) (*node, bool) {
	switch {
	case n.typ.name == t.name:
		return n, true
	case n.typ.interfaceObject:
		return n, t.implements(n.typ.name) && w.r.knowsTypename(n)
	case n.typ.kind == ast.Object:
		return nil, false
	}
	for _, o := range n.schema().possibleTypes(n.typ) {
		if o.name == t.name {
			return w.r.cast(n, o), true
		}
	}
	return nil, false
}

// checkRuntimeTypes checks that subgraphs which share a field of abstract type
// may return the same objects. It is false if they never can.
func (w *walker) checkRuntimeTypes(s *state, f *mergedField) bool {
	if s.typ.kind != ast.Interface && s.typ.kind != ast.Union || len(s.nodes) < 2 || !isShared(f) {
		return true
	}
	abstract := 0
	for _, n := range s.nodes {
		if n.typ.kind != ast.Object {
			abstract++
		}
	}
	if abstract < 2 {
		return true
	}
	var all []string
	for _, t := range w.c.super.possible(s.typ) {
		if !hidden(t.applied) {
			all = append(all, t.name)
		}
	}
	common := slices.Clone(all)
	var groups []variantGroup
	var sites []Site
	any := false
	for _, n := range s.nodes {
		var names []string
		for _, t := range n.schema().possibleTypes(n.typ) {
			names = append(names, t.name)
		}
		if len(names) == 1 && !slices.Contains(all, names[0]) {
			continue
		}
		slices.Sort(names)
		any = any || len(names) > 0
		what := "no type"
		if len(names) > 0 {
			what = "type " + strings.Join(names, ", ")
		}
		groups = groupVariants(groups, what, n.schema().name)
		if i := slices.IndexFunc(f.sources, func(x *field) bool { return x.schema == n.schema() }); i >= 0 {
			sites = append(sites, n.schema().site(f.sources[i].pos)...)
		}
		common = slices.DeleteFunc(common, func(t string) bool { return !slices.Contains(names, t) })
	}
	if !any || len(groups) < 2 {
		return true
	}
	message := fmt.Sprintf("shared field %q has the abstract type \"%s\", of which the subgraphs know different objects: %s",
		f.coordinate(), f.typ, describeVariants("it has ", groups))
	if len(common) == 0 {
		w.errors = append(w.errors, Diagnostic{
			Code: CodeShareableHasMismatchedRuntimeTypes, Coordinate: f.coordinate(), Sites: sites,
			Message: message + "; they have none in common",
			TryThis: "let the types have a common object in all subgraphs, or resolve the field in one of them",
		})
		return false
	}
	w.hints = append(w.hints, Diagnostic{
		Code: HintInconsistentRuntimeTypesForShareableReturn, Severity: hintSeverity(HintInconsistentRuntimeTypesForShareableReturn),
		Coordinate: f.coordinate(), Sites: sites,
		Message: message + "; an object that not all know may come back as null",
	})
	return true
}

// isShared tells whether several subgraphs resolve a field of an object.
func isShared(f *mergedField) bool {
	if f.parent.kind != ast.Object {
		return false
	}
	n := 0
	for _, s := range f.sources {
		if !s.external && s.overriddenBy == nil {
			n++
		}
	}
	return n > 1
}

// below walks what follows a shared mutation. Subgraphs that never agree on
// runtime types are reported at once: that is wrong whoever is called. It is
// false if the budget ran out.
func (w *walker) below(s *state, proven map[*mergedType][]visit) (*walker, bool) {
	sub := &walker{c: w.c, r: w.r, budget: w.budget, visited: map[*mergedType][]visit{}, proven: proven, contextual: w.contextual, disputed: w.disputed}
	sub.push(s)
	sub.run()
	w.budget = sub.budget
	w.hints = append(w.hints, sub.hints...)
	if sub.stopped {
		w.errors, w.stopped = append(w.errors, sub.errors...), true
		return nil, false
	}
	found := sub.errors
	sub.errors = nil
	for _, e := range found {
		if e.Code == CodeShareableHasMismatchedRuntimeTypes {
			w.errors = append(w.errors, e)
		} else {
			sub.errors = append(sub.errors, e)
		}
	}
	return sub, true
}

// agreement checks what the subgraphs of a shared mutation return against each
// other, although only one of them is called: it may be any.
func (w *walker) agreement(m *sharedMutation) bool {
	if !w.disputed[m.whole.typ] {
		return true
	}
	_, ok := w.below(m.whole, nil)
	return ok
}

// sharedMutations checks mutation fields that several subgraphs resolve: it is
// enough if one of them can do all that follows.
func (w *walker) sharedMutations() {
	proven := map[*mergedType][]visit{}
	if len(w.errors) == 0 {
		proven = w.visited
	}
	for _, m := range w.shared {
		if !w.agreement(m) {
			return
		}
		var failures []Diagnostic
		var texts []string
		enough := false
		for _, s := range m.states {
			sub, ok := w.below(s, proven)
			if !ok {
				return
			}
			if len(sub.errors) == 0 {
				enough = true
				for t, visits := range sub.visited {
					proven[t] = append(proven[t], visits...)
				}
				continue
			}
			failures = append(failures, sub.errors...)
			text := fmt.Sprintf("- when subgraph %q is called:", s.nodes[0].schema().name)
			for _, e := range sub.errors {
				text += "\n  " + strings.ReplaceAll(e.Message, "\n", "\n  ")
			}
			texts = append(texts, text)
		}
		if enough {
			continue
		}
		var sites []Site
		for _, f := range failures {
			sites = append(sites, f.Sites...)
		}
		w.errors = append(w.errors, Diagnostic{
			Code: CodeSatisfiabilityError, Coordinate: m.field.coordinate(), Sites: append(fieldSites(m.field), sites...),
			Message: fmt.Sprintf("mutation field %q is resolved by several subgraphs, of which only one may be called, but none of them is enough for all that follows:\n%s",
				m.field.coordinate(), strings.Join(texts, "\n")),
		})
	}
}
