package planner

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/supergraph"
)

// A view is an object as one subgraph has it at hand: under which type the
// subgraph knows it, and which external fields it provides on the way it was
// reached. Views are interned: equal views are the same pointer.
type view struct {
	id       int
	subgraph int

	// local is the type's name in the subgraph: an object type, an abstract
	// type, or an interface the subgraph has as an @interfaceObject.
	local           string
	interfaceObject bool

	// sorted says that only objects of the class in question were sent to the
	// @interfaceObject, so that what it answers is not for others as well.
	sorted bool

	// sealed says that of entities only keys are read through the view: what is
	// deferred is not to be asked for along with what is not.
	sealed bool

	// provides are the field sets of external fields that the subgraph
	// resolves at this object; nil for none.
	provides *provision
}

// A provision is a union of field sets in force at a view. Interned.
type provision struct {
	id   int
	sets []ast.SelectionSet
}

// compare orders views by subgraph, so that which of two is preferred does not
// depend on which was thought of first.
func (v *view) compare(other *view) int {
	return cmp.Or(cmp.Compare(v.subgraph, other.subgraph), cmp.Compare(v.id, other.id))
}

type viewKey struct {
	subgraph int
	local    string
	sorted   bool
	sealed   bool
	provides *provision
}

// views interns views and provisions of one planner run.
type views struct {
	super      *supergraph.Supergraph
	byKey      map[viewKey]*view
	provisions map[string]*provision
	setIDs     map[*ast.Selection]int
	children   map[childKey]*view
}

type childKey struct {
	view  *view
	field *supergraph.FieldIn
	on    string
}

func newViews(s *supergraph.Supergraph) *views {
	return &views{
		super:      s,
		byKey:      map[viewKey]*view{},
		provisions: map[string]*provision{},
		setIDs:     map[*ast.Selection]int{},
		children:   map[childKey]*view{},
	}
}

func (vs *views) of(subgraph int, local string, p *provision) *view {
	return vs.intern(viewKey{subgraph: subgraph, local: local, provides: p})
}

// entered is the view of objects that entered a subgraph by a jump. typed says
// that their type was known, so that only those of one class did.
func (vs *views) entered(subgraph int, local string, typed bool) *view {
	return vs.intern(viewKey{subgraph: subgraph, local: local, sorted: typed && vs.isInterfaceObject(subgraph, local)})
}

// sealed is a view through which only keys are read.
func (vs *views) sealed(v *view) *view {
	return vs.intern(viewKey{v.subgraph, v.local, v.sorted, true, v.provides})
}

func (vs *views) intern(key viewKey) *view {
	if v := vs.byKey[key]; v != nil {
		return v
	}
	v := &view{id: len(vs.byKey), subgraph: key.subgraph, local: key.local, sorted: key.sorted, sealed: key.sealed, provides: key.provides}
	v.interfaceObject = vs.isInterfaceObject(key.subgraph, key.local)
	vs.byKey[key] = v
	return v
}

func (vs *views) isInterfaceObject(subgraph int, local string) bool {
	t := vs.super.Types[local]
	return t != nil && t.In[subgraph] != nil && t.In[subgraph].InterfaceObject
}

// provision interns the union of field sets.
func (vs *views) provision(sets []ast.SelectionSet) *provision {
	var key []byte
	var kept []ast.SelectionSet
	for _, set := range sets {
		if len(set) == 0 {
			continue
		}
		first := &set[0]
		id, ok := vs.setIDs[first]
		if !ok {
			id = len(vs.setIDs)
			vs.setIDs[first] = id
		}
		key = append(key, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
		kept = append(kept, set)
	}
	if len(kept) == 0 {
		return nil
	}
	p := vs.provisions[string(key)]
	if p == nil {
		p = &provision{id: len(vs.provisions), sets: kept}
		vs.provisions[string(key)] = p
	}
	return p
}

// owned finds the field name of an object of type object as v's subgraph
// defines it: on the object type, or on the interface it has as an
// @interfaceObject. nil if the subgraph lacks it there.
func (vs *views) owned(v *view, object, name string) *supergraph.FieldIn {
	local := object
	if v.interfaceObject {
		local = v.local
	}
	t := vs.super.Types[local]
	if t == nil || t.In[v.subgraph] == nil {
		return nil
	}
	return t.In[v.subgraph].Fields[name]
}

// canBe tells whether an object at hand as v can have the runtime type object.
func (vs *views) canBe(v *view, object string) bool {
	if v.local == object {
		return true
	}
	if v.interfaceObject {
		return contains(vs.super.Types[v.local].Possible, object)
	}
	t := vs.super.Types[v.local]
	if t == nil || t.In[v.subgraph] == nil {
		return false
	}
	return contains(t.In[v.subgraph].Possible, object)
}

// provided finds the sub-selections that v provides for a field of an object
// of type object, and whether it provides the field at all.
func (vs *views) provided(v *view, object, name string) (below []ast.SelectionSet, ok bool) {
	if v.provides == nil {
		return nil, false
	}
	for _, set := range v.provides.sets {
		b, found := vs.find(set, object, name)
		ok = ok || found
		below = append(below, b...)
	}
	return below, ok
}

func (vs *views) find(set ast.SelectionSet, object, name string) (below []ast.SelectionSet, ok bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == name {
				ok = true
				if len(s.SelectionSet) > 0 {
					below = append(below, s.SelectionSet)
				}
			}
		case *ast.InlineFragment:
			if s.TypeCondition == "" || vs.super.IsPossible(s.TypeCondition, object) {
				b, found := vs.find(s.SelectionSet, object, name)
				ok = ok || found
				below = append(below, b...)
			}
		default:
			panic("planner: a field set holds a fragment spread")
		}
	}
	return below, ok
}

// below returns the view of what the field leads to when read through v.
func (vs *views) below(v *view, object, name string, f *supergraph.FieldIn) *view {
	key := childKey{v, f, object}
	if c := vs.children[key]; c != nil {
		return c
	}
	sets, _ := vs.provided(v, object, name)
	if f.Provides != nil {
		sets = append(slices.Clone(sets), f.Provides)
	}
	c := vs.of(v.subgraph, f.Type.Name(), vs.provision(sets))
	vs.children[key] = c
	return c
}

func contains(sorted []string, s string) bool {
	_, ok := slices.BinarySearch(sorted, s)
	return ok
}
