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

	entries []*entry
	byName  map[string][]*entry // the entries by the name they go by, if they are many
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

// add selects a field for objects of some types, or finds it selected.
func (n *node) add(e entry) *entry {
	for _, old := range n.named(e.as) {
		if old.as != e.as || (old.child == nil) != (e.child == nil) {
			continue
		}
		if e.child == nil {
			// Leaves of more types join; the name means one field wherever
			// the types are the same.
			if old.name == e.name && printArguments(old.arguments) == printArguments(e.arguments) && old.typ.String() == e.typ.String() {
				old.on = union(old.on, e.on)
				return old
			}
			continue
		}
		if old.child.local != e.child.local {
			continue
		}
		if slices.Equal(old.on, e.on) {
			return old
		}
		if n.interfaceObject && old.name == e.name && printArguments(old.arguments) == printArguments(e.arguments) {
			// Here the selection has no type conditions anyway.
			old.on = union(old.on, e.on)
			return old
		}
	}
	kept := &e
	n.entries = append(n.entries, kept)
	switch {
	case n.byName != nil:
		n.byName[e.as] = append(n.byName[e.as], kept)
	case len(n.entries) > fewEntries:
		n.byName = make(map[string][]*entry, 2*len(n.entries))
		for _, x := range n.entries {
			n.byName[x.as] = append(n.byName[x.as], x)
		}
	}
	return kept
}

// named are the entries among which are all that go by a name.
func (n *node) named(as string) []*entry {
	if n.byName != nil {
		return n.byName[as]
	}
	return n.entries
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
