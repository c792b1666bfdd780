package supergraph

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Supergraph is what one supergraph SDL says. It is immutable once parsed
// and safe for concurrent use.
type Supergraph struct {
	// Subgraphs in the order of their names. Subgraph indexes used elsewhere
	// in the model are places in this list.
	Subgraphs []*Subgraph

	// Types holds every type by name, hidden ones included and the machinery of
	// linked specs left out: all types of Full but those that GraphQL itself
	// declares. Some subgraph has each of them, save types that the supergraph
	// puts nowhere.
	Types map[string]*Type

	// API is the schema clients see and operations are validated against:
	// without machinery and without what is @inaccessible. It has the
	// introspection types.
	API *ast.Schema

	// Full is API with the inaccessible elements put back; without any, it is
	// API. Field sets of keys and requirements refer to it.
	Full *ast.Schema

	// Query, Mutation and Subscription name the root types; "" where the
	// supergraph has none (or hides it).
	Query, Mutation, Subscription string
}

// A Subgraph is one service. Its name is its identity; its URL is where the
// supergraph says it answers, which configuration may override.
type Subgraph struct {
	Index int
	Name  string
	URL   string
}

// A Type is one named type over all subgraphs.
type Type struct {
	Name string
	Kind ast.DefinitionKind

	// Definition is the type in Full.
	Definition *ast.Definition

	// In holds the type as each subgraph has it, by subgraph index; nil where
	// the subgraph lacks it. Its length is the number of subgraphs.
	In []*TypeIn

	// Fields by name, over all subgraphs. nil unless Kind is Object or
	// Interface.
	Fields map[string]*Field

	// Possible are the object types a value of this type can have in the
	// supergraph, sorted. An object type's only possible type is itself.
	// Empty for scalars, enums and inputs.
	Possible []string

	// Inaccessible says that clients must not see the type.
	Inaccessible bool

	// Access is what the type asks of a request, nil if nothing. It is not
	// enforced here.
	Access *Access
}

// A TypeIn is one type in one subgraph.
type TypeIn struct {
	Subgraph int

	// InterfaceObject says that the type, an interface in the supergraph, is
	// an object type marked @interfaceObject here: the subgraph answers its
	// fields without knowing the implementations.
	InterfaceObject bool

	// Keys in the order of the supergraph SDL. Keys that cannot be resolved
	// are included.
	Keys []*Key

	// Possible are the object types this subgraph knows a value of this type
	// can have, sorted: itself for an object type, the members or
	// implementations named by this subgraph for an abstract type. For an
	// InterfaceObject it is empty.
	Possible []string

	// Interfaces this subgraph says the type implements, sorted.
	Interfaces []string

	// Fields by name that the subgraph defines on the type, external ones
	// included. nil unless the type is an object or interface.
	Fields map[string]*FieldIn

	// EnumValues that the subgraph knows, sorted. nil unless the type is an
	// enum.
	EnumValues []string

	// InputFields that the subgraph knows, with their types there. nil unless
	// the type is an input object.
	InputFields map[string]*ast.Type
}

// A Key is one @key of a type in one subgraph.
type Key struct {
	// Fields is the parsed field set, against the type in the supergraph.
	// Its fields have their Definition and ObjectDefinition set.
	Fields ast.SelectionSet

	// Text is the field set as written.
	Text string

	// Resolvable says that the subgraph resolves the type's entities by this
	// key. A key that is not may still be used to go elsewhere.
	Resolvable bool
}

// A Field is one field of an object or interface type over all subgraphs.
type Field struct {
	Name string

	// Definition is the field in Full.
	Definition *ast.FieldDefinition

	// Type is the field's type in the supergraph.
	Type *ast.Type

	// Arguments of the field in the supergraph.
	Arguments ast.ArgumentDefinitionList

	// In holds the field as each subgraph has it that has it, by ascending
	// subgraph index.
	In []*FieldIn

	// Inaccessible says that clients must not see the field.
	Inaccessible bool

	// Access is what the field asks of a request, nil if nothing; what its
	// type asks comes on top. It is not enforced here.
	Access *Access
}

// A FieldIn is one field in one subgraph.
type FieldIn struct {
	Subgraph int

	// Type is the field's type in this subgraph, which may differ from the
	// supergraph's in nullability or by being a subtype.
	Type *ast.Type

	// External says that the subgraph only refers to the field and cannot
	// resolve it, other than on a path where it is provided. Key fields of a
	// type extension that are marked @external are resolvable and not
	// External here; a field overridden by another subgraph without a label
	// is External (unless it is such a key field).
	External bool

	// Requires is the field set the subgraph needs in the representation to
	// resolve the field, against the parent type; nil if none. Parts that are
	// not marked @external there have been dropped.
	Requires ast.SelectionSet

	// Provides is the field set of external fields the subgraph resolves
	// below this field, against the field's type there; nil if none.
	Provides ast.SelectionSet

	// OverrideLabel makes the field's ownership depend on a label: where
	// Overrides is true the subgraph resolves the field when the label is
	// active, where it is false when the label is inactive. Empty if
	// ownership does not depend on anything.
	OverrideLabel string
	Overrides     bool

	// Context are the arguments the subgraph fills from @fromContext.
	Context []*ContextArgument
}

// A ContextArgument is an argument of a field in one subgraph that the router
// fills from an ancestor of the object.
type ContextArgument struct {
	Name string    // the argument in the subgraph, absent from the supergraph
	Type *ast.Type // its type there
	// Types are the types that set the context in this subgraph, sorted.
	Types []string
	// Selection is read from the nearest ancestor of one of Types. Without a
	// fragment it applies to all of them; its Definitions are then those of
	// the first.
	Selection ast.SelectionSet
}

// Type returns the named type, or nil.
func (s *Supergraph) Type(name string) *Type { return s.Types[name] }

// Field returns the field of the named type, or nil.
func (s *Supergraph) Field(typeName, name string) *Field {
	if t := s.Types[typeName]; t != nil {
		return t.Fields[name]
	}
	return nil
}

// Subgraph returns the subgraph of that name, or nil.
func (s *Supergraph) Subgraph(name string) *Subgraph {
	i, found := slices.BinarySearchFunc(s.Subgraphs, name, func(g *Subgraph, name string) int {
		return cmp.Compare(g.Name, name)
	})
	if !found {
		return nil
	}
	return s.Subgraphs[i]
}

// IsPossible tells whether a value of the named type can be an object of the
// named object type.
func (s *Supergraph) IsPossible(typeName, object string) bool {
	t := s.Types[typeName]
	return t != nil && t.IsPossible(object)
}

// InSubgraph returns the type as subgraph i has it, or nil.
func (t *Type) InSubgraph(i int) *TypeIn { return t.In[i] }

// IsPossible tells whether a value of the type can be an object of the named
// object type.
func (t *Type) IsPossible(object string) bool {
	_, found := slices.BinarySearch(t.Possible, object)
	return found
}

// IsAbstract tells whether the type is an interface or union.
func (t *Type) IsAbstract() bool { return t.Kind == ast.Interface || t.Kind == ast.Union }

// IsComposite tells whether values of the type have selections.
func (t *Type) IsComposite() bool { return t.IsAbstract() || t.Kind == ast.Object }

// IsPossible tells whether the subgraph knows that a value of the type can be
// an object of the named object type.
func (t *TypeIn) IsPossible(object string) bool {
	_, found := slices.BinarySearch(t.Possible, object)
	return found
}

// Implements tells whether the subgraph says that the type implements the
// interface.
func (t *TypeIn) Implements(name string) bool {
	_, found := slices.BinarySearch(t.Interfaces, name)
	return found
}

// HasEnumValue tells whether the subgraph knows the value of the enum.
func (t *TypeIn) HasEnumValue(name string) bool {
	_, found := slices.BinarySearch(t.EnumValues, name)
	return found
}

// InSubgraph returns the field as subgraph i has it, or nil.
func (f *Field) InSubgraph(i int) *FieldIn {
	at, found := f.find(i)
	if !found {
		return nil
	}
	return f.In[at]
}

// find returns the place in f.In of subgraph i, or where it would be.
func (f *Field) find(i int) (at int, found bool) {
	return slices.BinarySearchFunc(f.In, i, func(in *FieldIn, i int) int { return cmp.Compare(in.Subgraph, i) })
}
