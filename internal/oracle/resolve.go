package oracle

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// A fieldError is what a data file's {"$error": …} says: the field fails.
type fieldError struct{ message string }

func (e *fieldError) Error() string { return e.message }

// resolve returns the value of a field: one that is written for these
// arguments, else the one that is written, else, for a root field whose
// subgraph writes nothing about its root, what the subgraph's lists hold.
// A *fieldError means that the field fails, any other error that the oracle
// cannot answer.
func (d *Data) resolve(object *Object, name string, typ *ast.Type, arguments map[string]any) (any, error) {
	value, found := object.value(name, arguments)
	if !found && object.isRoot {
		return d.fromLists(object.Type, name, typ, arguments)
	}
	value, err := d.compute(object, value, arguments, 0)
	if _, isList := value.([]any); isList || object.isRoot {
		value = narrow(value, arguments)
	}
	return value, err
}

// value returns what is written for a field.
func (o *Object) value(name string, arguments map[string]any) (value any, found bool) {
	for _, c := range o.Calls[name] {
		if matches(c.Arguments, arguments) {
			return c.Value, true
		}
	}
	value, found = o.Fields[name]
	return value, found
}

// matches tells whether all wanted arguments are given, and equal.
func matches(wanted, given map[string]any) bool {
	for name, value := range wanted {
		if g, ok := given[name]; !ok || !equal(value, g) {
			return false
		}
	}
	return true
}

// equal compares inputs, numbers by their value.
func equal(a, b any) bool {
	x, xErr := strconv.ParseFloat(fmt.Sprint(a), 64)
	y, yErr := strconv.ParseFloat(fmt.Sprint(b), 64)
	if xErr == nil && yErr == nil {
		return x == y
	}
	return reflect.DeepEqual(a, b)
}

// compute replaces formulas by their values.
func (d *Data) compute(object *Object, value any, arguments map[string]any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("formulas refer to each other without end")
	}
	switch v := value.(type) {
	case *formula:
		return evaluate(v.text,
			func(path []string) (any, error) { return d.walk(object, v.requires, path, depth+1) },
			func(name string) any { return arguments[name] })
	case []any:
		list := make([]any, len(v))
		for i := range v {
			var err error
			if list[i], err = d.compute(object, v[i], arguments, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		if message, ok := v["$error"]; ok {
			return nil, &fieldError{fmt.Sprint(message)}
		}
	}
	return value, nil
}

const maxDepth = 32

// walk follows a path of names in a formula, element by element through lists.
// The names that set selects are read with the arguments it gives them.
func (d *Data) walk(value any, set ast.SelectionSet, path []string, depth int) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	switch v := value.(type) {
	case *Object:
		var arguments map[string]any
		var below ast.SelectionSet
		if f := d.selected(set, v.Type, path[0]); f != nil {
			var err error
			if arguments, err = constantArguments(f.Arguments); err != nil {
				return nil, err
			}
			below = f.SelectionSet
		}
		written, _ := v.value(path[0], arguments)
		next, err := d.compute(v, written, arguments, depth)
		var failed *fieldError
		if errors.As(err, &failed) {
			return nil, nil // who requires it gets null
		}
		if err != nil {
			return nil, err
		}
		return d.walk(next, below, path[1:], depth)
	case map[string]any:
		return d.walk(v[path[0]], nil, path[1:], depth)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			var err error
			if list[i], err = d.walk(v[i], set, path, depth); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, nil
}

// selected finds the selection of a field for objects of a type.
func (d *Data) selected(set ast.SelectionSet, typ, name string) *ast.Field {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == name {
				return s
			}
		case *ast.InlineFragment:
			if !d.isA(typ, s.TypeCondition) {
				continue
			}
			if f := d.selected(s.SelectionSet, typ, name); f != nil {
				return f
			}
		}
	}
	return nil
}

// isA tells whether an object type is, or implements, or is a member of a type
// in some subgraph.
func (d *Data) isA(object, typ string) bool {
	if typ == "" || typ == object {
		return true
	}
	for _, s := range d.subgraphs {
		if t := s.types[object]; t != nil && slices.Contains(t.interfaces, typ) {
			return true
		}
		if t := s.types[typ]; t != nil && slices.Contains(t.members, object) {
			return true
		}
	}
	return false
}

// fromLists answers a root field from the entities its subgraph lists.
func (d *Data) fromLists(root, name string, typ *ast.Type, arguments map[string]any) (any, error) {
	if root != "Query" {
		return nil, nil
	}
	for _, s := range d.subgraphs {
		t := s.types[root]
		if t == nil || t.fields[name] == nil || s.hasRootData {
			continue
		}
		var list []any
		for _, object := range d.lists[listName{s.name, typ.Name()}] {
			list = append(list, object)
		}
		list, _ = narrow(list, arguments).([]any)
		switch {
		case typ.Elem != nil:
			return list, nil
		case len(list) > 0:
			return list[0], nil
		}
		return nil, nil
	}
	return nil, nil
}

// narrow leaves of a field's value what its arguments mean: an argument named
// as a field of the objects is the value that field must have, and first and
// limit say how many there may be.
func narrow(value any, arguments map[string]any) any {
	switch v := value.(type) {
	case *Object:
		if !isMeant(v, arguments) {
			return nil
		}
	case []any:
		list := []any{}
		for _, element := range v {
			if object, ok := element.(*Object); !ok || isMeant(object, arguments) {
				list = append(list, element)
			}
		}
		for _, name := range []string{"first", "limit"} {
			if n, err := strconv.Atoi(fmt.Sprint(arguments[name])); err == nil && n < len(list) {
				list = list[:n]
			}
		}
		return list
	}
	return value
}

func isMeant(object *Object, arguments map[string]any) bool {
	for name, wanted := range arguments {
		value, ok := object.Fields[name]
		if ok && wanted != nil && !equal(value, wanted) {
			return false
		}
	}
	return true
}
