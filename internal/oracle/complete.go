package oracle

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// object answers the selection sets on an object of type def. ok is false if a
// field that may not be null is, which has been reported.
//
// GraphQL specification, "Executing selection sets".
func (x *execution) object(def *ast.Definition, object *Object, sets []ast.SelectionSet, path []any) (m *Map, ok bool) {
	m, ok = &Map{}, true
	for _, group := range x.collect(def, sets) {
		field := group.fields[0]
		at := append(path[:len(path):len(path)], group.name)
		value, valid := x.field(def, object, field, group.selections(), at)
		if !valid {
			// The siblings still run, as they would anywhere else: each
			// null in a non-null position is an error of its own.
			ok = false
		}
		m.Entries = append(m.Entries, Entry{Name: group.name, Value: value})
	}
	return m, ok
}

func (x *execution) field(def *ast.Definition, object *Object, field *ast.Field, below []ast.SelectionSet, path []any) (any, bool) {
	switch field.Name {
	case "__typename":
		return def.Name, true
	case "__schema", "__type":
		x.fault = fmt.Errorf("introspection at %v", path)
		return nil, true
	}
	for _, a := range field.Arguments {
		if t := field.Definition.Arguments.ForName(a.Name).Type; x.nullInside(a.Value, t) {
			x.fail(path, "null in argument %s of type %s", a.Name, t)
			return nil, !field.Definition.Type.NonNull
		}
	}
	value, err := x.data.resolve(object, field.Name, field.Definition.Type, field.ArgumentMap(x.variables))
	var failed *fieldError
	switch {
	case errors.As(err, &failed):
		x.fail(path, "%s", failed.message)
		return nil, !field.Definition.Type.NonNull
	case err != nil && x.fault == nil:
		x.fault = fmt.Errorf("at %v: %w", path, err)
	}
	return x.complete(field.Definition.Type, value, below, path)
}

// nullInside tells whether a variable brings null to where type typ, which is
// that of v, says it may not be.
//
// GraphQL specification, "Coercing Field Arguments", "Input Coercion".
func (x *execution) nullInside(v *ast.Value, typ *ast.Type) bool {
	if v.Kind == ast.Variable {
		value, given := x.variables[v.Raw]
		return typ.NonNull && given && value == nil
	}
	if v.Kind == ast.ObjectValue {
		for typ.Elem != nil {
			typ = typ.Elem // a list of one
		}
	}
	return slices.ContainsFunc(v.Children, func(child *ast.ChildValue) bool {
		inner := typ.Elem
		if v.Kind == ast.ObjectValue {
			field := x.schema.Types[typ.NamedType].Fields.ForName(child.Name)
			if field == nil {
				return false // of a custom scalar
			}
			inner = field.Type
		}
		return inner != nil && x.nullInside(child.Value, inner)
	})
}

// complete fits a value to a type. ok is false if the value is null, or was
// made null, where the type says it may not be.
//
// GraphQL specification, "Value completion", "Handling execution errors".
func (x *execution) complete(typ *ast.Type, value any, below []ast.SelectionSet, path []any) (result any, ok bool) {
	if typ.NonNull {
		nullable := *typ
		nullable.NonNull = false
		before := len(x.errors)
		result, _ = x.complete(&nullable, value, below, path)
		if result == nil {
			if len(x.errors) == before {
				x.fail(path, "null in a position of type %s", typ)
			}
			return nil, false
		}
		return result, true
	}
	if value == nil {
		return nil, true
	}
	if typ.Elem != nil {
		return x.list(typ, value, below, path), true
	}
	def := x.schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.Object, ast.Interface, ast.Union:
		return x.composite(def, value, below, path), true
	case ast.Enum:
		return x.enum(def, value), true
	default:
		return x.scalar(def, value, path), true
	}
}

func (x *execution) list(typ *ast.Type, value any, below []ast.SelectionSet, path []any) any {
	elements, isList := value.([]any)
	if !isList {
		x.fail(path, "a value that is no list in a position of type %s", typ)
		return nil
	}
	result, ok := make([]any, len(elements)), true
	for i, element := range elements {
		at := append(path[:len(path):len(path)], i)
		var valid bool
		if result[i], valid = x.complete(typ.Elem, element, below, at); !valid {
			ok = false
		}
	}
	if !ok {
		return nil
	}
	return result
}

func (x *execution) composite(def *ast.Definition, value any, below []ast.SelectionSet, path []any) any {
	object, isObject := value.(*Object)
	if !isObject {
		x.fail(path, "a value that is no object in a position of type %s", def.Name)
		return nil
	}
	// A type that clients may not see is null without a word (and so is the
	// name of an interface, which is the type of no object).
	runtime := x.schema.Types[object.Type]
	if runtime == nil || !isPossible(x.schema, def, runtime) {
		return nil
	}
	m, ok := x.object(runtime, object, below, path)
	if !ok {
		return nil
	}
	return m
}

// enum returns the value, or nil if clients may not see it.
func (x *execution) enum(def *ast.Definition, value any) any {
	name, isString := value.(string)
	if !isString || def.EnumValues.ForName(name) == nil {
		return nil
	}
	return name
}

// scalar returns the value if it is one of the type, else nil. Custom scalars
// are not looked at.
func (x *execution) scalar(def *ast.Definition, value any, path []any) any {
	ok := true
	switch def.Name {
	case "Int":
		number, isNumber := value.(json.Number)
		_, err := strconv.ParseInt(number.String(), 10, 32)
		ok = isNumber && err == nil
	case "Float":
		_, ok = value.(json.Number)
	case "String":
		_, ok = value.(string)
	case "Boolean":
		_, ok = value.(bool)
	case "ID":
		if number, isNumber := value.(json.Number); isNumber {
			value = number.String() // an ID is a string in a response
		}
		_, ok = value.(string)
	}
	if !ok {
		x.fail(path, "%v is no %s", value, def.Name)
		return nil
	}
	return value
}

// isPossible tells whether an object of type runtime can stand where def is
// expected.
func isPossible(schema *ast.Schema, def, runtime *ast.Definition) bool {
	if def.Name == runtime.Name {
		return def.Kind == ast.Object
	}
	for _, possible := range schema.PossibleTypes[def.Name] {
		if possible.Name == runtime.Name {
			return true
		}
	}
	return false
}
