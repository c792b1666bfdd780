package mock

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A Source is where a subgraph's values come from. It must be safe for
// concurrent use.
//
// A value is nil, a bool, a string, a number (any of Go's integer and float
// types or a json.Number), a []any, or anything else for an object. An object
// is handed back as Call.Object when one of its fields is asked for; the
// engine looks at it only to learn its type: an object that can stand for an
// interface or union is a Typed, or a map[string]any with "__typename". A
// field that a map[string]any holds is taken from there, without a call.
//
// An error is reported at the field's path. A *gqlerror.Error keeps its
// message and extensions.
type Source interface {
	// Entity returns the object that a representation names, or nil if there
	// is none. The representation holds at least one resolvable key of its
	// type completely.
	Entity(ctx context.Context, r Representation) (any, error)

	// Field returns the value of one field of one object.
	Field(ctx context.Context, c *Call) (any, error)
}

// Typed is an object that knows the name of its object type.
type Typed interface{ Typename() string }

// A Representation is an element of the representations argument of
// _entities.
type Representation struct {
	// Type is the __typename as sent: an object type of the subgraph, or an
	// interface with a key.
	Type string

	// Fields are the others, as decoded from JSON with numbers as
	// json.Number. They are only read.
	Fields map[string]any
}

// A Call asks for the value of one field. It is only valid, and its maps are
// only read, during the call.
type Call struct {
	// Operation is the kind of the operation.
	Operation ast.Operation

	// Type is the object type that has the field.
	Type string

	// Object is the object that has the field; nil for a root field.
	Object any

	// Field is the field's definition.
	Field *ast.FieldDefinition

	// Args are the coerced arguments. Absent ones without a default are not
	// in the map. Numbers are json.Number, enum values strings.
	Args map[string]any

	// Required holds the inputs that the field's @requires names, as the
	// representation brought them; nil if the field has no @requires.
	Required map[string]any
}

// Arg returns an argument, nil if it is absent or null.
func (c *Call) Arg(name string) any { return c.Args[name] }

// StringArg returns an argument of type String, ID or an enum, "" if it is
// absent or null.
func (c *Call) StringArg(name string) string {
	s, _ := c.Args[name].(string)
	return s
}

// IntArg returns an argument of type Int; ok is false if it is absent or null.
func (c *Call) IntArg(name string) (n int, ok bool) { return toInt(c.Args[name]) }

// Errorf returns an error for the response with a code in its extensions.
func Errorf(code, format string, args ...any) error {
	return coded(code, format, args...)
}

func coded(code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": code}
	return err
}
