package operation

import "github.com/vektah/gqlparser/v2/ast"

// literals writes constant GraphQL literals as coerced JSON: default values of
// variables and of input fields, and arguments. The literals have been validated, those of the
// operation here and those of the schema where it was made, so nothing is
// refused; but what they grow to is bounded, for the default of an input field
// may be an object whose fields have defaults in turn.
type literals struct {
	schema  *ast.Schema
	limit   int // of the bytes written to, all told
	nesting int // levels that may yet be entered
	over    bool

	// defaults says to fill in those of input fields that are not written.
	// Who gets the literal of an argument fills them in himself.
	defaults bool
}

// append writes v as a value of type t; a nil type says that nothing is known
// about it, as inside a custom scalar.
func (l *literals) append(dst []byte, v *ast.Value, t *ast.Type) []byte {
	if l.over || l.nesting == 0 || len(dst) > l.limit {
		l.over = true
		return append(dst, "null"...)
	}
	l.nesting--
	defer func() { l.nesting++ }()

	if t != nil && t.Elem != nil && v.Kind != ast.ListValue && v.Kind != ast.NullValue {
		dst = append(dst, '[')
		dst = l.append(dst, v, t.Elem)
		return append(dst, ']')
	}
	switch v.Kind {
	case ast.NullValue, ast.Variable: // a constant has no variables
		return append(dst, "null"...)
	case ast.IntValue:
		if t != nil && t.NamedType == "ID" {
			return appendQuoted(dst, v.Raw)
		}
		return append(dst, v.Raw...)
	case ast.FloatValue, ast.BooleanValue:
		return append(dst, v.Raw...)
	case ast.ListValue:
		var elem *ast.Type
		if t != nil {
			elem = t.Elem
		}
		dst = append(dst, '[')
		for i, child := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = l.append(dst, child.Value, elem)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		return l.object(dst, v, t)
	default: // strings, and enum values
		return appendQuoted(dst, v.Raw)
	}
}

func (l *literals) object(dst []byte, v *ast.Value, t *ast.Type) []byte {
	var def *ast.Definition
	if t != nil {
		if def = l.schema.Types[t.NamedType]; def != nil && def.Kind != ast.InputObject {
			def = nil
		}
	}
	dst = append(dst, '{')
	start := len(dst)
	member := func(name string, value *ast.Value, t *ast.Type) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, name)
		dst = append(dst, ':')
		dst = l.append(dst, value, t)
	}
	for _, child := range v.Children {
		var fieldType *ast.Type
		if def != nil {
			if f := def.Fields.ForName(child.Name); f != nil {
				fieldType = f.Type
			}
		}
		member(child.Name, child.Value, fieldType)
	}
	if def != nil && l.defaults {
		for _, f := range def.Fields {
			if f.DefaultValue != nil && v.Children.ForName(f.Name) == nil {
				member(f.Name, f.DefaultValue, f.Type)
			}
		}
	}
	return append(dst, '}')
}
