package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// A fetch is a plan.Fetch being written.
type fetch struct {
	order    int // of creation
	id       int // in the plan, once it is there
	subgraph int
	kind     ast.Operation
	root     bool
	stage    int
	scope    *scope
	deferral *deferral // what it belongs to; nil for the first part of the answer
	face     string    // the interface that objects enter as; "" for none

	node    *node            // the root selection, or objects of any type below _entities
	faces   map[string]*node // below _entities, what is asked of an interface as such
	inputs  []*input
	context []*plan.ContextVariable
	deps    map[*fetch]bool
	reasons []string
}

// An input is a representation's shape for some runtime types; on nil is any.
type input struct {
	on       []string
	typename string
	fields   []*plan.InputField
}

// A node is a selection set being written, of objects as one subgraph has
// them.
type node struct {
	subgraph int

	// local is the type in the subgraph; "" right below _entities.
	local           string
	interfaceObject bool

	// typename says that __typename is asked for, under the name typenameAs.
	typename   bool
	typenameAs string

	entries []entry
	byName  map[string][]int // the entries by the name they go by, if they are many
}

// fewEntries are looked through one by one.
const fewEntries = 16

// An entry is one field of a node, for objects of some runtime types.
type entry struct {
	on         []string
	as, name   string
	arguments  ast.ArgumentList
	directives ast.DirectiveList
	typ        *ast.Type // in the subgraph
	child      *node     // nil for leaves
}

// add selects a field for objects of some types, or finds it selected. It
// returns what is selected below it; nil for leaves.
func (n *node) add(e *entry) *node {
	if n.byName == nil {
		for i := range n.entries {
			if old := &n.entries[i]; old.as == e.as && n.joins(old, e) {
				return old.child
			}
		}
	} else {
		for _, i := range n.byName[e.as] {
			if old := &n.entries[i]; n.joins(old, e) {
				return old.child
			}
		}
		n.byName[e.as] = append(n.byName[e.as], len(n.entries))
	}
	n.entries = append(n.entries, *e)
	if n.byName == nil && len(n.entries) > fewEntries {
		n.byName = make(map[string][]int, 2*len(n.entries))
		for i := range n.entries {
			n.byName[n.entries[i].as] = append(n.byName[n.entries[i].as], i)
		}
	}
	return e.child
}

// joins tells whether a field is selected already, under the same name, and
// takes note of the types.
func (n *node) joins(old, e *entry) bool {
	switch {
	case (old.child == nil) != (e.child == nil):
		return false
	case e.child == nil:
		// Leaves of more types join; the name means one field wherever
		// the types are the same.
		if !old.isLike(e) || old.typ.String() != e.typ.String() {
			return false
		}
	case old.child.local != e.child.local:
		return false
	case slices.Equal(old.on, e.on):
		return true
	case !n.interfaceObject || !old.isLike(e):
		return false // else the selection has no type conditions anyway
	}
	old.on = union(old.on, e.on)
	return true
}

// isLike tells whether two entries select the same field with the same arguments.
func (e *entry) isLike(other *entry) bool {
	return e.name == other.name && printArguments(e.arguments) == printArguments(other.arguments)
}

// faceOf is the node for what is asked of an interface below _entities.
func (f *fetch) faceOf(name string, interfaceObject bool, typenameAs string) *node {
	n := f.faces[name]
	if n == nil {
		n = &node{subgraph: f.subgraph, local: name, interfaceObject: interfaceObject, typenameAs: typenameAs}
		f.faces[name] = n
	}
	return n
}

// accepts tells whether representations can also hold the fields: none of them
// stands for another value under the same name.
func (f *fetch) accepts(in *input) bool {
	for _, old := range f.inputs {
		if old.on != nil && in.on != nil && !intersects(old.on, in.on) {
			continue
		}
		if old.typename != in.typename || conflicting(old.fields, in.fields) {
			return false
		}
	}
	return true
}

func conflicting(a, b []*plan.InputField) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Name != y.Name || x.On != nil && y.On != nil && !intersects(x.On, y.On) {
				continue
			}
			if x.As != y.As || conflicting(x.Fields, y.Fields) {
				return true
			}
		}
	}
	return false
}

// take adds to the shape of representations.
func (f *fetch) take(in *input) {
	for _, old := range f.inputs {
		if slices.Equal(old.on, in.on) && (old.on == nil) == (in.on == nil) && old.typename == in.typename {
			old.fields = joinInputs(old.fields, in.fields)
			return
		}
	}
	f.inputs = append(f.inputs, in)
}

// joinInputs is the union of two lists of fields that do not conflict. Neither
// list is modified.
func joinInputs(a, b []*plan.InputField) []*plan.InputField {
	joined := slices.Clone(a)
	for _, y := range b {
		at := slices.IndexFunc(joined, func(x *plan.InputField) bool {
			return x.Name == y.Name && x.As == y.As && slices.Equal(x.On, y.On)
		})
		if at < 0 {
			joined = append(joined, y)
			continue
		}
		x := *joined[at]
		x.NonNull = x.NonNull || y.NonNull
		x.Fields = joinInputs(x.Fields, y.Fields)
		joined[at] = &x
	}
	return joined
}

func union(a, b []string) []string {
	if containsAll(a, b) {
		return a
	}
	u := append(slices.Clone(a), b...)
	slices.Sort(u)
	return slices.Compact(u)
}
