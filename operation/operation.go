package operation

import "github.com/vektah/gqlparser/v2/ast"

// An Operation is the one operation of a request that is to run, validated
// against the API schema. It is immutable and safe for concurrent use; nothing
// in it belongs to a single request.
type Operation struct {
	*Signature

	Document   *ast.QueryDocument
	Definition *ast.OperationDefinition

	// used are the fragments the operation reaches, a fragment before those
	// it spreads.
	used []*ast.FragmentDefinition
	// selections is how many there are with the fragments expanded.
	selections int
}

// Conditions are the values of an operation's Conditions for one request: those
// of variables, and whether variables are null.
type Conditions map[string]bool

// A Field is one field selection of a normalised operation: fragments are
// inlined, @skip and @include are decided.
//
// A selection set is a list of Fields in document order. Its entries are not
// merged: for a runtime type T, the fields to execute are those whose On
// contains T, grouped by ResponseName in the order of their first occurrence,
// sub-selections concatenated (GraphQL specification, "CollectFields").
type Field struct {
	ResponseName string
	Name         string

	// On are the object types the selection applies to, sorted: the possible
	// types of the enclosing selection narrowed by the type conditions of the
	// fragments in between. Never empty; such selections are dropped. An
	// interface that no type of the API schema implements is its own only
	// possible type.
	On []string

	// Definition is the field in the API schema, on the type the selection
	// was written on (an object or an interface; for __typename a field of
	// type String!).
	Definition *ast.FieldDefinition

	// Arguments as written; values may refer to variables.
	Arguments ast.ArgumentList

	// Directives are the executable directives on the field other than @skip
	// and @include.
	Directives ast.DirectiveList

	// Selections is nil for leaf fields.
	Selections []*Field

	// Refused says that the field is not executed, but null, and why; nil for
	// nearly all. Name is then "__typename", which nobody need be asked for, and
	// there are neither arguments nor selections.
	Refused *Refusal

	// Defer is the deferred fragment of the enclosing selection set that the
	// field stands in; nil if it stands in none. Whether the enclosing field
	// is itself deferred makes no difference to it.
	Defer *Defer

	Position *ast.Position
}
