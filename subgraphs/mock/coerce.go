package mock

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxInputDepth bounds how deeply input values nest.
const maxInputDepth = 200

// coerceVariables returns the values of an operation's variables. Variables
// that are absent and have no default are not in the map.
//
// GraphQL specification, "Coercing variable values".
func coerceVariables(s *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, *gqlerror.Error) {
	vars := make(map[string]any, len(op.VariableDefinitions))
	for _, def := range op.VariableDefinitions {
		value, ok := given[def.Variable]
		if !ok {
			if def.DefaultValue != nil {
				value, ok = constant(def.DefaultValue), true
			} else if !def.Type.NonNull {
				continue
			}
		}
		coerced, err := coerce(s, def.Type, value, 0)
		if err != nil {
			problem := coded(CodeBadUserInput, "Variable \"$%s\" %s", def.Variable, err)
			if !ok {
				problem.Message = fmt.Sprintf("Variable \"$%s\" of type %s is missing", def.Variable, def.Type)
			}
			problem.Locations = location(def.Position)
			return nil, problem
		}
		vars[def.Variable] = coerced
	}
	return vars, nil
}

// coerceArguments returns the values of a field's arguments.
//
// GraphQL specification, "Coercing field arguments".
func coerceArguments(s *ast.Schema, defs ast.ArgumentDefinitionList, given ast.ArgumentList, vars map[string]any) (map[string]any, error) {
	if len(defs) == 0 {
		return nil, nil
	}
	args := make(map[string]any, len(defs))
	for _, def := range defs {
		value, ok, err := argument(s, def, given.ForName(def.Name), vars)
		if err != nil {
			return nil, coded(CodeBadUserInput, "Argument %q %s", def.Name, err)
		}
		if ok {
			args[def.Name] = value
		}
	}
	return args, nil
}

func argument(s *ast.Schema, def *ast.ArgumentDefinition, given *ast.Argument, vars map[string]any) (value any, ok bool, err error) {
	if given != nil {
		if value, ok = literal(given.Value, vars); ok {
			if value, err = coerce(s, def.Type, value, 0); err != nil {
				return nil, false, err
			}
			return value, true, nil
		}
	}
	if def.DefaultValue != nil {
		value, err = coerce(s, def.Type, constant(def.DefaultValue), 0)
		return value, err == nil, err
	}
	if def.Type.NonNull {
		return nil, false, fmt.Errorf("of type %s is missing", def.Type)
	}
	return nil, false, nil
}

// literal returns the value that is written in a document, as JSON would have
// it; ok is false for a variable without a value.
func literal(v *ast.Value, vars map[string]any) (value any, ok bool) {
	switch v.Kind {
	case ast.Variable:
		value, ok = vars[v.Raw]
		return value, ok
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw), true
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return v.Raw, true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.ListValue:
		list := make([]any, 0, len(v.Children))
		for _, child := range v.Children {
			element, _ := literal(child.Value, vars)
			list = append(list, element)
		}
		return list, true
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, child := range v.Children {
			if field, ok := literal(child.Value, vars); ok {
				object[child.Name] = field
			}
		}
		return object, true
	default: // ast.NullValue
		return nil, true
	}
}

func constant(v *ast.Value) any {
	value, _ := literal(v, nil)
	return value
}

// coerce fits a value to an input type. Coercing twice is the same as once,
// so what comes out of a variable may be part of a literal.
//
// GraphQL specification, "Input coercion" of each kind of type.
func coerce(s *ast.Schema, typ *ast.Type, value any, depth int) (any, error) {
	if depth > maxInputDepth {
		return nil, fmt.Errorf("is nested too deeply")
	}
	if value == nil {
		if typ.NonNull {
			return nil, fmt.Errorf("of type %s is null", typ)
		}
		return nil, nil
	}
	if typ.Elem != nil {
		return coerceList(s, typ, value, depth)
	}
	def := s.Types[typ.NamedType]
	if def == nil {
		return nil, fmt.Errorf("is of the unknown type %s", typ.NamedType)
	}
	switch def.Kind {
	case ast.Enum:
		name, _ := value.(string)
		if def.EnumValues.ForName(name) == nil {
			return nil, fmt.Errorf("is not a value of the enum %s", def.Name)
		}
		return name, nil
	case ast.InputObject:
		return coerceObject(s, def, value, depth)
	default:
		return coerceScalar(def.Name, value)
	}
}

func coerceList(s *ast.Schema, typ *ast.Type, value any, depth int) (any, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	coerced := make([]any, len(list))
	for i, element := range list {
		var err error
		if coerced[i], err = coerce(s, typ.Elem, element, depth+1); err != nil {
			return nil, fmt.Errorf("at [%d] %w", i, err)
		}
	}
	return coerced, nil
}

func coerceObject(s *ast.Schema, def *ast.Definition, value any, depth int) (any, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is not an object of type %s", def.Name)
	}
	for _, name := range sortedNames(object) {
		if def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("has the field %q, which %s lacks", name, def.Name)
		}
	}
	coerced := make(map[string]any, len(def.Fields))
	for _, field := range def.Fields {
		v, ok := object[field.Name]
		if !ok {
			if field.DefaultValue != nil {
				v = constant(field.DefaultValue)
			} else if field.Type.NonNull {
				return nil, fmt.Errorf("lacks the field %q", field.Name)
			} else {
				continue
			}
		}
		fitted, err := coerce(s, field.Type, v, depth+1)
		if err != nil {
			return nil, fmt.Errorf("at %q %w", field.Name, err)
		}
		coerced[field.Name] = fitted
	}
	if def.Directives.ForName("oneOf") != nil && len(coerced) != 1 {
		return nil, fmt.Errorf("must have exactly one of the fields of %s", def.Name)
	}
	return coerced, nil
}

// coerceScalar fits an input value to a scalar; custom scalars take anything.
func coerceScalar(name string, value any) (any, error) {
	ok := true
	switch name {
	case "Int":
		_, ok = int32Text(value)
	case "Float":
		_, ok = toFloat(value)
	case "String":
		_, ok = value.(string)
	case "Boolean":
		_, ok = value.(bool)
	case "ID":
		return coerceID(value)
	}
	if !ok {
		return nil, fmt.Errorf("is not a value of type %s", name)
	}
	return value, nil
}

func coerceID(value any) (any, error) {
	if text, ok := idText(value); ok {
		return text, nil
	}
	return nil, fmt.Errorf("is not a value of type ID")
}

// idText is the text of an ID, which may be given as a string or as a whole
// number.
func idText(value any) (string, bool) {
	if text, ok := value.(string); ok {
		return text, true
	}
	text, ok := number(value)
	if !ok {
		return "", false
	}
	_, ok = new(big.Int).SetString(text, 10)
	return text, ok
}

// int32Text is the text of an Int: a whole number of 32 bits.
func int32Text(value any) (string, bool) {
	text, ok := number(value)
	if !ok {
		return "", false
	}
	if _, err := strconv.ParseInt(text, 10, 32); err == nil {
		return text, true
	}
	// 1.0 and 1e3 are whole numbers, written otherwise.
	if len(text) > 32 || !strings.ContainsAny(text, ".eE") {
		return "", false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int32(f)) {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}

func location(pos *ast.Position) []gqlerror.Location {
	if pos == nil {
		return nil
	}
	return []gqlerror.Location{{Line: pos.Line, Column: pos.Column}}
}
