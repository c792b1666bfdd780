package mock

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// complete fits a source's value to a type. ok is false if the result is null
// where it cannot be; the error for it has been recorded.
//
// GraphQL specification, "Value completion", "Handling execution errors".
func (x *execution) complete(typ *ast.Type, value any, g *group, provided []ast.SelectionSet) (result any, ok bool) {
	if value == nil {
		if typ.NonNull {
			x.fail(g, coded(CodeNullValue, "null in a position of type %s", typ))
		}
		return nil, !typ.NonNull
	}
	if failed, isError := value.(error); isError {
		x.fail(g, failed)
		return nil, !typ.NonNull
	}
	if typ.Elem != nil {
		result, ok = x.list(typ, value, g, provided)
	} else if def := x.schema.ast.Types[typ.NamedType]; def.IsCompositeType() {
		result, ok = x.composite(def, value, g, provided)
	} else {
		result, ok = x.leaf(def, value, g)
	}
	if !ok {
		return nil, !typ.NonNull
	}
	return result, true
}

func (x *execution) list(typ *ast.Type, value any, g *group, provided []ast.SelectionSet) (any, bool) {
	elements, ok := value.([]any)
	if !ok {
		x.fail(g, coded(CodeInvalidValue, "a value that is no list in a position of type %s", typ))
		return nil, false
	}
	result := make([]any, len(elements))
	for i, element := range elements {
		x.path = append(x.path, step{index: i})
		result[i], ok = x.complete(typ.Elem, element, g, provided)
		x.path = x.path[:len(x.path)-1]
		if !ok || x.stopped != nil {
			return nil, false
		}
	}
	return result, true
}

func (x *execution) composite(def *ast.Definition, value any, g *group, provided []ast.SelectionSet) (any, bool) {
	o := &object{value: value, provided: provided}
	if e, ok := value.(*entity); ok {
		o.typ, o.value, o.representation = e.typ, e.value, e.representation
	} else {
		o.typ = typeName(def, value)
	}
	if !x.schema.isPossible(def.Name, o.typ) {
		x.fail(g, coded(CodeInvalidValue, "an object of type %q in a position of type %s", o.typ, def.Name))
		return nil, false
	}
	n, ok := x.object(o, g)
	if !ok {
		return nil, false
	}
	return n, true
}

// typeName returns the object type of a source's object in a position of type
// def; "" if it cannot be known.
func typeName(def *ast.Definition, value any) string {
	switch v := value.(type) {
	case Typed:
		if name := v.Typename(); name != "" {
			return name
		}
	case map[string]any:
		if name, ok := v["__typename"].(string); ok {
			return name
		}
	}
	if def.Kind == ast.Object {
		return def.Name
	}
	return ""
}

// leaf fits a value to a scalar or an enum.
//
// GraphQL specification, "Result coercion" of each kind of type.
func (x *execution) leaf(def *ast.Definition, value any, g *group) (any, bool) {
	result, ok := value, false
	switch {
	case def.Kind == ast.Enum:
		name, isString := value.(string)
		ok = isString && def.EnumValues.ForName(name) != nil
	case def.Name == "Int":
		var text string
		if text, ok = int32Text(value); ok {
			result = rawNumber(text)
		}
	case def.Name == "Float":
		_, ok = toFloat(value)
	case def.Name == "String":
		_, ok = value.(string)
	case def.Name == "Boolean":
		_, ok = value.(bool)
	case def.Name == "ID":
		result, ok = idResult(value)
	default:
		ok = isJSON(value, 0)
	}
	if !ok {
		x.fail(g, coded(CodeInvalidValue, "%s in a position of type %s", describe(value), def.Name))
		return nil, false
	}
	return result, true
}

func idResult(value any) (any, bool) {
	text, ok := idText(value)
	return text, ok
}
