package oracle

import "github.com/vektah/gqlparser/v2/ast"

// Data is the merged data set of a supergraph. It is not written to once
// merged and safe for concurrent use.
type Data struct {
	roots     map[ast.Operation]*Object
	subgraphs []*subgraph

	// lists holds, by subgraph and type, the entities its data file lists at
	// top level, in their order.
	lists map[listName][]*Object
}

type listName struct{ subgraph, typ string }

// An Object is one object of the merged data. An entity is one Object wherever
// it is referred to, so Objects may form cycles.
type Object struct {
	// Type is the runtime type: an object type, or the name of an interface
	// if only @interfaceObject subgraphs know the object.
	Type string

	// Fields by name. A value is nil, a bool, string or json.Number, a custom
	// scalar as decoded, []any, *Object or *formula.
	Fields map[string]any

	// Calls are values for particular arguments, by field name.
	Calls map[string][]Call

	isRoot bool
}

// A Call is the value of a field for particular arguments: those it names must
// be equal.
type Call struct {
	Arguments map[string]any
	Value     any
}

// A formula is a value with {{…}} in it, computed each time it is asked for.
type formula struct {
	text string

	// requires is what the field's @requires names, in the subgraph that the
	// formula is of: names in the text are read with its arguments.
	requires ast.SelectionSet
}

func newObject(typ string) *Object {
	return &Object{Type: typ, Fields: map[string]any{}, Calls: map[string][]Call{}}
}
