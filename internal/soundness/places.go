package soundness

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// A place is where objects of one runtime type lie in the merged result.
type place struct {
	above *place
	as    string // the name that leads here from above

	typ    string // the runtime type
	static string // the type that the field has in the supergraph

	// asked is what the client selects here, for all types.
	asked []*operation.Field

	// open are the lookups and nested root fetches whose path leads through
	// this place or ends here.
	open []opened

	// sources are the answers that have an object here, in plan order.
	sources []source

	children map[string][]*place
}

// opened is a path that has been followed up to a place.
type opened struct {
	fetch  *plan.Fetch
	lookup *plan.Lookup // nil for a root fetch
	path   plan.Path
	at     int // elements followed
}

// A source is one answer's object at a place.
type source struct {
	fetch    *plan.Fetch
	subgraph int

	// local is the object's type in the subgraph, "" right below _entities.
	local    string
	set      []*plan.Selection
	provided []ast.SelectionSet

	// lookup and input by which the object was asked for; nil further down.
	lookup *plan.Lookup
	input  *plan.Input
}

// A chosen is a field that a source selects for the runtime type of its place.
type chosen struct {
	*plan.Selection
	source *source
	local  string // the type in the subgraph that the selection stands on
}

func (k *check) run() {
	root := &place{asked: k.request.Selection}
	switch k.request.Kind {
	case ast.Mutation:
		root.typ = k.super.Mutation
	case ast.Subscription:
		root.typ = k.super.Subscription
	default:
		root.typ = k.super.Query
	}
	root.static = root.typ
	for _, f := range k.plan.Fetches {
		switch {
		case k.without[f.ID]:
		case f.IsEntity():
			for _, l := range f.Lookups {
				for _, path := range l.Paths {
					root.open = append(root.open, opened{fetch: f, lookup: l, path: path})
				}
			}
		case len(f.Path) > 0:
			root.open = append(root.open, opened{fetch: f, path: f.Path})
		default:
			root.sources = append(root.sources, k.rootSource(f, root.typ))
		}
	}
	k.visit(root)
}

func (k *check) rootSource(f *plan.Fetch, typ string) source {
	return source{fetch: f, subgraph: k.super.Subgraph(f.Subgraph).Index, local: typ, set: f.Selections}
}

// visit checks a place and all below it.
func (k *check) visit(p *place) {
	if k.places++; k.places > maxPlaces || len(k.faults) >= maxFaults {
		return
	}
	k.owned(p)
	k.unambiguous(p)
	for _, o := range p.open {
		if o.at == len(o.path) {
			k.opening(p, o)
		}
	}
	k.covered(p)
	names := map[string]bool{}
	for i := range p.sources {
		for _, s := range k.chosen(p, &p.sources[i]) {
			k.seen[s.Selection] = true
			names[s.As] = names[s.As] || s.Selections != nil
		}
	}
	for _, as := range slices.Sorted(maps.Keys(names)) {
		if names[as] {
			for _, child := range k.below(p, as) {
				k.visit(child)
			}
		}
	}
}

// host is the type in the subgraph that defines the fields of an object of
// type typ standing as local: typ itself, or the interface of which the
// subgraph knows no implementations.
func (k *check) host(subgraph int, local, typ string) string {
	if k.isInterfaceObject(subgraph, local) {
		return local
	}
	return typ
}

func (k *check) isInterfaceObject(subgraph int, local string) bool {
	t := k.super.Types[local]
	return t != nil && t.In[subgraph] != nil && t.In[subgraph].InterfaceObject
}

// canBe tells whether an object that the subgraph has as local can be of type
// typ.
func canBe(s *supergraph.Supergraph, subgraph int, local, typ string) bool {
	t := s.Types[local]
	if t == nil || t.In[subgraph] == nil {
		return false
	}
	if t.In[subgraph].InterfaceObject {
		return t.IsPossible(typ)
	}
	return local == typ || t.In[subgraph].IsPossible(typ)
}

// chosen lists the fields that a source selects for objects of the place's
// type, fragments resolved.
func (k *check) chosen(p *place, s *source) []chosen {
	var out []chosen
	var walk func(set []*plan.Selection, local string)
	walk = func(set []*plan.Selection, local string) {
		for _, sel := range set {
			if sel.TypeCondition == "" {
				out = append(out, chosen{sel, s, local})
				continue
			}
			if canBe(k.super, s.subgraph, sel.TypeCondition, p.typ) {
				narrowed := sel.TypeCondition
				if k.super.Types[narrowed].Kind != ast.Object && !k.isInterfaceObject(s.subgraph, narrowed) && local != "" {
					narrowed = local
				}
				walk(sel.Selections, narrowed)
			}
		}
	}
	walk(s.set, s.local)
	return out
}

// find lists the selections under a name at a place, of all sources or of
// those whose fetches are in among.
func (k *check) find(p *place, as string, among map[int]bool) []chosen {
	var found []chosen
	for i := range p.sources {
		s := &p.sources[i]
		if among != nil && !among[s.fetch.ID] {
			continue
		}
		for _, c := range k.chosen(p, s) {
			if c.As == as {
				k.used[c.Selection] = true
				found = append(found, c)
			}
		}
	}
	return found
}

// typeKnown tells whether the runtime type of objects at the place is known
// once the fetches in among have ended; nil is all.
func (k *check) typeKnown(p *place, among map[int]bool) bool {
	if k.super.Types[p.static].Kind == ast.Object {
		return true
	}
	for i := range p.sources {
		s := &p.sources[i]
		if among != nil && !among[s.fetch.ID] {
			continue
		}
		for _, c := range k.chosen(p, s) {
			if c.Name == "__typename" && !k.isInterfaceObject(s.subgraph, c.local) {
				return true
			}
		}
	}
	return false
}

// below makes the places that a field leads to, one for each runtime type.
func (k *check) below(p *place, as string) []*place {
	if children, ok := p.children[as]; ok {
		return children
	}
	var name string
	var sources []source
	var asked []*operation.Field
	for _, c := range k.find(p, as, nil) {
		if c.Selections == nil || c.Name == "__typename" {
			continue
		}
		name = c.Name
		f := k.fieldIn(c.source.subgraph, c.local, p.typ, c.Name)
		if f == nil {
			continue // owned tells
		}
		sources = append(sources, source{
			fetch:    c.source.fetch,
			subgraph: c.source.subgraph,
			local:    f.Type.Name(),
			set:      c.Selections,
			provided: provided(k.super, c.source.provided, f, p.typ, c.Name),
		})
	}
	for _, f := range p.asked {
		if f.ResponseName == as && slices.Contains(f.On, p.typ) {
			asked = append(asked, f.Selections...)
		}
	}
	if p.children == nil {
		p.children = map[string][]*place{}
	}
	field := k.super.Field(p.typ, name)
	if field == nil {
		p.children[as] = nil
		return nil
	}
	var children []*place
	for _, typ := range k.runtimeTypes(p.typ, name, sources) {
		child := &place{above: p, as: as, typ: typ, static: field.Type.Name(), asked: asked}
		for _, s := range sources {
			if canBe(k.super, s.subgraph, s.local, typ) {
				child.sources = append(child.sources, s)
			}
		}
		k.follow(p, child)
		children = append(children, child)
	}
	p.children[as] = children
	return children
}

// follow takes the open paths of a place one step on, to the child, and adds
// the sources of those that end there.
func (k *check) follow(p, child *place) {
	for _, o := range p.open {
		if o.at == len(o.path) || o.path[o.at].As != child.as {
			continue
		}
		e := o.path[o.at]
		if e.On != nil && !slices.Contains(e.On, child.typ) {
			continue
		}
		o.at++
		child.open = append(child.open, o)
		if o.at < len(o.path) {
			continue
		}
		if o.lookup == nil {
			child.sources = append(child.sources, k.rootSource(o.fetch, child.typ))
			continue
		}
		if in := inputFor(o.lookup, child.typ); in != nil {
			child.sources = append(child.sources, source{
				fetch:    o.fetch,
				subgraph: k.super.Subgraph(o.fetch.Subgraph).Index,
				set:      o.lookup.Selections,
				lookup:   o.lookup,
				input:    in,
			})
		}
	}
	slices.SortStableFunc(child.sources, func(a, b source) int { return a.fetch.ID - b.fetch.ID })
}

// inputFor is the input that applies to objects of a type, nil for none.
func inputFor(l *plan.Lookup, typ string) *plan.Input {
	for _, in := range l.Inputs {
		if in.On == nil || slices.Contains(in.On, typ) {
			return in
		}
	}
	return nil
}

// runtimeTypes are the types to look at below a field: those that objects can
// have or, when in doubt, all that one of the sources could have.
func (k *check) runtimeTypes(typ, name string, sources []source) []string {
	if !k.doubtful {
		return runtimeTypes(k.super, k.request.Labels, typ, name)
	}
	var types []string
	for _, t := range k.super.Types[k.super.Field(typ, name).Type.Name()].Possible {
		if slices.ContainsFunc(sources, func(s source) bool { return canBe(k.super, s.subgraph, s.local, t) }) {
			types = append(types, t)
		}
	}
	return types
}

// runtimeTypes are the object types that the value of a field can have: those
// that every subgraph with the field, under some override labels, may answer.
// Sharing a field promises that all answer alike, so no other can come.
func runtimeTypes(s *supergraph.Supergraph, labels map[string]bool, typ, name string) []string {
	field := s.Field(typ, name)
	var types []string
	for _, t := range s.Types[field.Type.Name()].Possible {
		possible := true
		for _, g := range s.Subgraphs {
			for _, f := range fieldsIn(s, g.Index, typ, name) {
				inactive := f.OverrideLabel != "" && labels[f.OverrideLabel] != f.Overrides
				possible = possible && (inactive || canBe(s, g.Index, f.Type.Name(), t))
			}
		}
		if possible {
			types = append(types, t)
		}
	}
	return types
}

// fieldsIn lists a field as a subgraph has it: on the object type, and on
// those of its interfaces that the subgraph has as objects.
func fieldsIn(s *supergraph.Supergraph, subgraph int, typ, name string) []*supergraph.FieldIn {
	var out []*supergraph.FieldIn
	for _, t := range sortedValues(s.Types) {
		in := t.In[subgraph]
		if in == nil || t.Name != typ && !(in.InterfaceObject && t.IsPossible(typ)) {
			continue
		}
		if f := in.Fields[name]; f != nil {
			out = append(out, f)
		}
	}
	return out
}

func (k *check) fieldIn(subgraph int, local, typ, name string) *supergraph.FieldIn {
	t := k.super.Types[k.host(subgraph, local, typ)]
	if t == nil || t.In[subgraph] == nil {
		return nil
	}
	return t.In[subgraph].Fields[name]
}

// provided lists the field sets provided below a field: what the sets say that
// are in force where it stands, and what it provides itself.
func provided(s *supergraph.Supergraph, sets []ast.SelectionSet, f *supergraph.FieldIn, typ, name string) []ast.SelectionSet {
	var below []ast.SelectionSet
	for _, set := range sets {
		for _, sel := range fieldsFor(s, set, typ) {
			if sel.Name == name && len(sel.SelectionSet) > 0 {
				below = append(below, sel.SelectionSet)
			}
		}
	}
	if len(f.Provides) > 0 {
		below = append(below, f.Provides)
	}
	return below
}

func isProvided(s *supergraph.Supergraph, sets []ast.SelectionSet, typ, name string) bool {
	for _, set := range sets {
		for _, sel := range fieldsFor(s, set, typ) {
			if sel.Name == name {
				return true
			}
		}
	}
	return false
}

// fieldsFor lists the fields of a field set that apply to objects of a type.
func fieldsFor(s *supergraph.Supergraph, set ast.SelectionSet, typ string) []*ast.Field {
	var fields []*ast.Field
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			fields = append(fields, sel)
		case *ast.InlineFragment:
			if sel.TypeCondition == "" || s.IsPossible(sel.TypeCondition, typ) {
				fields = append(fields, fieldsFor(s, sel.SelectionSet, typ)...)
			}
		default:
			panic("soundness: a field set with a fragment spread")
		}
	}
	return fields
}
