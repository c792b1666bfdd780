package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A World is a supergraph made up: types, how subgraphs share them, and data
// on which all subgraphs agree.
type World struct {
	Subgraphs []*Subgraph
	Types     []*Type // in the order they were made up

	// Federation is the minor version of federation 2 that the subgraphs link.
	Federation int

	// Labels are the override labels in use and whether they are active.
	Labels map[string]bool

	types map[string]*Type

	// What the data is made of: a seed, and whether there are nulls, and
	// fields that answer with an error.
	seed           uint64
	nulls, failing bool
	data           *data
}

// A Subgraph is one of a world. Its name may be changed; its index is what
// types refer to.
type Subgraph struct {
	Index int
	Name  string
}

// A Type is a type over all subgraphs.
type Type struct {
	Name string
	Kind ast.DefinitionKind

	// Fields of an object, interface or input type.
	Fields []*Field

	// Implements are the interfaces of an object type, Members the objects of
	// an interface or union, over all subgraphs.
	Implements []string
	Members    []string

	Values []string // of an enum

	// Keys an entity may have; each subgraph has some of them.
	Keys []string

	// In is the type in each subgraph, nil where it is not.
	In []*TypeIn
}

// A Field is a field over all subgraphs.
type Field struct {
	Name  string
	Base  string // the named type
	Lists int    // list levels
	Args  []Arg

	// KeyOnly says that the field is in the subgraphs that have it in a key.
	KeyOnly bool

	// Inaccessible hides the field from clients.
	Inaccessible bool

	// strict tells where some subgraph may exclude null.
	strict []bool

	// Plain fields are never null and their values tell objects apart.
	Plain bool
}

// An Arg is an argument, the same in all subgraphs.
type Arg struct {
	Name    string
	Type    string
	Default string // as a literal; "" for none
}

// A TypeIn is a type as one subgraph has it.
type TypeIn struct {
	Keys            []Key
	Fields          map[string]*FieldIn
	Implements      []string
	Members         []string // of an interface: those that implement it here
	InterfaceObject bool
}

// A Key is a @key.
type Key struct {
	Fields     string
	Resolvable bool
}

// names are the fields of the entity itself in the key.
func (k Key) names() []string {
	if before, _, nested := strings.Cut(k.Fields, " {"); nested {
		return []string{before}
	}
	return strings.Fields(k.Fields)
}

// A FieldIn is a field as one subgraph has it.
type FieldIn struct {
	// Base is the named type here, which may be narrower than the field's.
	Base string

	// NonNull tells for each list level, outermost first, and then for the
	// elements, whether null is excluded.
	NonNull []bool

	External  bool
	Shareable bool
	Requires  string
	Provides  string

	// Provided says that the field is external, and provided on some path.
	Provided bool

	// Override names the subgraph the field is taken over from, by index; -1
	// for none. Overridden says that another has taken it over from here.
	Override   int
	Overridden bool
	Label      string
}

// isReal tells whether the subgraph resolves the field whatever the path.
func (f *FieldIn) isReal() bool { return !f.External && (!f.Overridden || f.Label != "") }

func (w *World) add(t *Type) *Type {
	t.In = make([]*TypeIn, len(w.Subgraphs))
	w.Types = append(w.Types, t)
	w.types[t.Name] = t
	return t
}

// field returns a field of a type, nil if there is none.
func (t *Type) field(name string) *Field {
	i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return t.Fields[i]
}

func (t *Type) isEntity() bool { return t.Kind == ast.Object && len(t.Keys) > 0 }

// isValue tells whether objects of the type have no identity.
func (t *Type) isValue() bool {
	return t.Kind == ast.Object && len(t.Keys) == 0 && t.Name != "Query" && t.Name != "Mutation"
}

func (t *Type) isComposite() bool {
	return t.Kind == ast.Object || t.Kind == ast.Interface || t.Kind == ast.Union
}

// isComposite tells whether values of a named type have selections.
func (w *World) isComposite(name string) bool {
	t := w.types[name]
	return t != nil && t.isComposite()
}

// possible are the object types a value can have in a subgraph, or in all if
// subgraph is -1.
func (w *World) possible(name string, subgraph int) []string {
	t := w.types[name]
	switch {
	case t.Kind == ast.Object:
		return []string{name}
	case subgraph < 0 || t.In[subgraph].InterfaceObject:
		return t.Members
	default:
		return t.In[subgraph].Members
	}
}

// owners are the subgraphs that resolve a field.
func (w *World) owners(t *Type, field string) []int {
	var owners []int
	for g, in := range t.In {
		if in != nil && in.Fields[field] != nil && in.Fields[field].isReal() {
			owners = append(owners, g)
		}
	}
	return owners
}

// typeIn is the type of a field in a subgraph.
func (f *FieldIn) typeIn() *ast.Type { return wrap(f.Base, f.NonNull) }

func wrap(base string, nonNull []bool) *ast.Type {
	if len(nonNull) == 1 {
		return &ast.Type{NamedType: base, NonNull: nonNull[0]}
	}
	return &ast.Type{Elem: wrap(base, nonNull[1:]), NonNull: nonNull[0]}
}

// merged is the type of a field in the supergraph: the widest of all.
func (w *World) merged(t *Type, f *Field) *ast.Type {
	nonNull := make([]bool, f.Lists+1)
	for i := range nonNull {
		nonNull[i] = true
	}
	bases := map[string]bool{}
	for _, in := range w.sources(t, f.Name) {
		if in.External {
			continue
		}
		bases[in.Base] = true
		for i := range nonNull {
			nonNull[i] = nonNull[i] && in.NonNull[i]
		}
	}
	base := f.Base
	if len(bases) == 1 {
		for base = range bases {
		}
	}
	return wrap(base, nonNull)
}

// sources are a field in all subgraphs that have it, on the type or on an
// interface of it that the subgraph has as an object.
func (w *World) sources(t *Type, name string) []*FieldIn {
	var all []*FieldIn
	for _, in := range t.In {
		if in != nil && in.Fields[name] != nil {
			all = append(all, in.Fields[name])
		}
	}
	for _, i := range t.Implements {
		for _, in := range w.types[i].In {
			if in != nil && in.InterfaceObject && in.Fields[name] != nil {
				all = append(all, in.Fields[name])
			}
		}
	}
	return all
}

// excludesNull tells at which levels some subgraph excludes null, so that the
// data must not have it.
func (w *World) excludesNull(t *Type, f *Field) []bool {
	levels := make([]bool, f.Lists+1)
	for _, in := range w.sources(t, f.Name) {
		for i, n := range in.NonNull {
			levels[i] = levels[i] || n
		}
	}
	return levels
}

// mayFail tells whether an error at a field shows there and nowhere else: null
// is possible, so that who requires the field gets null, and who provides it
// fails alike.
func (w *World) mayFail(t *Type, f *Field) bool { return !w.excludesNull(t, f)[0] }

// runtimeTypes are the object types that a field's values can have: those that
// all subgraphs with the field know of.
func (w *World) runtimeTypes(t *Type, f *Field) []string {
	types := slices.Clone(w.possible(f.Base, -1))
	narrow := func(in *TypeIn, g int) {
		if in == nil || in.Fields[f.Name] == nil {
			return
		}
		base := in.Fields[f.Name].Base
		types = slices.DeleteFunc(types, func(name string) bool {
			return !slices.Contains(w.possible(base, g), name)
		})
	}
	for g, in := range t.In {
		narrow(in, g)
	}
	for _, i := range t.Implements {
		for g, in := range w.types[i].In {
			if in != nil && in.InterfaceObject {
				narrow(in, g)
			}
		}
	}
	return types
}

// check tells what of what the rest relies on does not hold, which may happen
// to worlds that have been reduced.
func (w *World) check() error {
	for _, t := range w.Types {
		for g, in := range t.In {
			if in == nil {
				continue
			}
			name := w.Subgraphs[g].Name
			switch {
			case t.isEntity() && len(in.Keys) == 0:
				return fmt.Errorf("%s has no key in %s", t.Name, name)
			case in.InterfaceObject && len(in.Keys) == 0:
				return fmt.Errorf("the interface object %s has no key in %s", t.Name, name)
			case (t.Kind == ast.Interface && !in.InterfaceObject || t.Kind == ast.Union) && len(in.Members) == 0:
				return fmt.Errorf("%s has no members in %s", t.Name, name)
			case t.Kind == ast.Interface && !in.InterfaceObject && len(in.Keys) > 0:
				for _, m := range t.Members {
					own := w.types[m].In[g]
					if own == nil || !slices.ContainsFunc(own.Keys, func(k Key) bool { return k.Fields == in.Keys[0].Fields }) {
						return fmt.Errorf("%s does not have the key of %s in %s", m, t.Name, name)
					}
				}
			}
		}
	}
	return nil
}

// recount finds out anew, from the members of interfaces and unions in each
// subgraph, who implements what and who is a member of what.
func (w *World) recount() {
	for _, t := range w.Types {
		t.Implements = nil
		for _, in := range t.In {
			if in != nil {
				in.Implements = nil
			}
		}
		if t.Kind == ast.Interface || t.Kind == ast.Union {
			t.Members = nil
		}
	}
	for _, t := range w.Types {
		for g, in := range t.In {
			if in == nil || t.Kind == ast.Object {
				continue
			}
			t.Members = union(t.Members, in.Members)
			if t.Kind != ast.Interface {
				continue
			}
			for _, name := range in.Members {
				m := w.types[name]
				m.Implements = union(m.Implements, []string{t.Name})
				m.In[g].Implements = append(m.In[g].Implements, t.Name)
			}
		}
	}
}
