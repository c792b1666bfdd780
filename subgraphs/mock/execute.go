package mock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// An execution is one run of one operation. It is used by one goroutine.
type execution struct {
	ctx       context.Context
	schema    *schema
	source    Source
	doc       *document
	vars      map[string]any
	externals bool // answer external fields with what the source has
	maxFields int

	path     []step
	errors   gqlerror.List
	resolved int

	// stopped is why nothing more is resolved: the client has gone, or the
	// answer is too large.
	stopped error
}

// A step is a response name, or a place in a list if name is "".
type step struct {
	name  string
	index int
}

// An object is a composite value at its place in the response.
type object struct {
	typ   string
	value any

	// representation that the object answers; nil unless it is an element of
	// _entities.
	representation map[string]any

	// provided are the field sets by which @provides, on the way here, lets
	// this subgraph answer external fields.
	provided []ast.SelectionSet
}

// run executes the operation. data is nil if null has risen to the root.
//
// GraphQL specification, "Executing operations". Fields are executed one after
// the other, which is right for mutations and allowed for queries.
func (x *execution) run(op *ast.OperationDefinition) (data *node, err error) {
	root := x.schema.ast.Query
	switch op.Operation {
	case ast.Query:
	case ast.Mutation:
		root = x.schema.ast.Mutation
	default:
		return nil, coded(CodeValidationFailed, "a mock subgraph has no %ss", op.Operation)
	}
	if root == nil {
		return nil, coded(CodeValidationFailed, "the schema has no %s root type", op.Operation)
	}
	top := x.doc.top(op)
	data, _ = x.object(&object{typ: root.Name}, top)
	return data, x.stopped
}

// object executes the selections below g on o. ok is false if a field that
// cannot be null is.
func (x *execution) object(o *object, g *group) (n *node, ok bool) {
	groups := x.collect(g, o.typ)
	n = &node{entries: make([]entry, 0, len(groups))}
	for _, field := range groups {
		if x.isStopped() {
			return nil, false
		}
		x.path = append(x.path, step{name: field.name})
		value, fits := x.field(o, field)
		x.path = x.path[:len(x.path)-1]
		if !fits {
			return nil, false
		}
		n.entries = append(n.entries, entry{field.name, value})
	}
	return n, true
}

// isStopped counts a field and tells whether the execution has to end.
func (x *execution) isStopped() bool {
	if x.stopped != nil {
		return true
	}
	x.resolved++
	if x.resolved > x.maxFields {
		x.stopped = coded(CodeTooLarge, "the answer has more than %d fields", x.maxFields)
		return true
	}
	if x.resolved%256 == 0 {
		x.stopped = x.ctx.Err()
	}
	return x.stopped != nil
}

// field resolves and completes one field. ok is false if it is null and
// cannot be.
func (x *execution) field(o *object, g *group) (result any, ok bool) {
	if g.field.Name == "__typename" {
		return o.typ, true
	}
	value, err := x.resolve(o, g)
	if err != nil {
		x.fail(g, err)
		return nil, !g.field.Definition.Type.NonNull
	}
	return x.complete(g.field.Definition.Type, value, g, x.providedBelow(o, g.field.Name))
}

// resolve returns the value of a field as its source has it.
func (x *execution) resolve(o *object, g *group) (any, error) {
	args, err := g.arguments(x)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(o.typ, "__"):
		return introspect(x.schema.ast, o.value, g.field.Name, args), nil
	case o.value == nil && o.typ == x.schema.ast.Query.Name:
		switch g.field.Name {
		case "__schema":
			return introspection{x.schema.ast}, nil
		case "__type":
			return typeByName(x.schema.ast, args["name"]), nil
		case "_service":
			return service{}, nil
		case "_entities":
			return x.entities(args["representations"]), nil
		}
	case o.typ == "_Service":
		return x.schema.sdl, nil
	}
	f := x.schema.field(o.typ, g.field.Name)
	if f == nil {
		return nil, fmt.Errorf("%s has no field %s", o.typ, g.field.Name)
	}
	if f.external && !x.externals && !x.isProvided(o, g.field.Name) {
		return nil, coded(CodeExternalField,
			"%s.%s is @external in this subgraph and not provided here", o.typ, g.field.Name)
	}
	call := &Call{
		Operation: x.doc.kind,
		Type:      o.typ,
		Object:    o.value,
		Field:     f.def,
		Args:      args,
	}
	if f.requires != nil {
		if call.Required, err = x.required(o, f); err != nil {
			return nil, err
		}
	}
	if m, ok := o.value.(map[string]any); ok {
		if value, ok := m[call.Field.Name]; ok {
			return value, nil
		}
	}
	return x.source.Field(x.ctx, call)
}

// service stands for the one object of type _Service.
type service struct{}

// isProvided tells whether a @provides on the way to o names the field.
func (x *execution) isProvided(o *object, name string) bool {
	for _, set := range o.provided {
		for f := range x.schema.fieldsFor(set, o.typ) {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

// providedBelow returns the field sets that apply to the value of a field of
// o: what is provided to o continues below, and the field may have a @provides
// of its own.
func (x *execution) providedBelow(o *object, name string) []ast.SelectionSet {
	f := x.schema.field(o.typ, name)
	if f == nil || (f.provides == nil && len(o.provided) == 0) {
		return nil
	}
	var below []ast.SelectionSet
	for _, set := range o.provided {
		for sel := range x.schema.fieldsFor(set, o.typ) {
			if sel.Name == name && len(sel.SelectionSet) > 0 {
				below = append(below, sel.SelectionSet)
			}
		}
	}
	if f.provides != nil {
		below = append(below, f.provides)
	}
	return below
}

// fail records an error at the current path.
func (x *execution) fail(g *group, err error) {
	if x.stopped != nil {
		return
	}
	if ctxErr := x.ctx.Err(); ctxErr != nil {
		x.stopped = ctxErr
		return
	}
	problem := &gqlerror.Error{Message: err.Error()}
	var known *gqlerror.Error
	if errors.As(err, &known) && known != nil {
		problem.Message = known.Message
		problem.Extensions = known.Extensions
	}
	if problem.Extensions["code"] == nil {
		extensions := map[string]any{"code": CodeSource}
		for name, v := range problem.Extensions {
			extensions[name] = v
		}
		problem.Extensions = extensions
	}
	problem.Path = x.currentPath()
	problem.Locations = location(g.field.Position)
	x.errors = append(x.errors, problem)
}

func (x *execution) currentPath() ast.Path {
	path := make(ast.Path, 0, len(x.path))
	for _, s := range x.path {
		if s.name != "" {
			path = append(path, ast.PathName(s.name))
		} else {
			path = append(path, ast.PathIndex(s.index))
		}
	}
	return slices.Clip(path)
}
