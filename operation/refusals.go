package operation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Refusal says why a field is not executed: a null has got to where its
// arguments cannot have one. Validation lets a nullable variable stand there if
// it, or the position, has a default; a request may give it null all the same.
//
//	query ($n: Int = 5) { pets(first: $n) { name } }     with {"n": null}
//	                      pets(first: Int!)
//
// That is an error of the field, at every object it is selected on, and not one
// of the request. GraphQL specification, "Coercing Field Arguments".
type Refusal struct {
	Field   string // its name in the schema
	Message string
}

// nullCondition is the condition that a variable is null.
func nullCondition(variable string) string { return "$" + variable }

// IsNullCondition tells whether one of an operation's Conditions says that a
// variable is null, and which.
func IsNullCondition(name string) (variable string, ok bool) { return strings.CutPrefix(name, "$") }

// nullConditions returns the conditions that variables are null which the
// request can give null though it may not be where they stand, sorted.
func nullConditions(schema *ast.Schema, def *ast.OperationDefinition, used []*ast.FragmentDefinition) []string {
	nullable := make(map[string]bool)
	for _, v := range def.VariableDefinitions {
		if !v.Type.NonNull {
			nullable[v.Variable] = true
		}
	}
	if len(nullable) == 0 {
		return nil
	}
	names := make(map[string]bool)
	var collect func(set ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				for arg, t := range typedArguments(sel) {
					notNull(schema, arg.Value, t, func(v *ast.Value, _ *ast.Type) bool {
						if nullable[v.Raw] {
							names[nullCondition(v.Raw)] = true
						}
						return true
					})
				}
				collect(sel.SelectionSet)
			case *ast.InlineFragment:
				collect(sel.SelectionSet)
			}
		}
	}
	collect(def.SelectionSet)
	for _, f := range used {
		collect(f.SelectionSet)
	}
	return slices.Sorted(maps.Keys(names))
}

// refusal returns why a field cannot be executed with some variables null; nil
// if it can.
func refusal(schema *ast.Schema, sel *ast.Field, conditions Conditions) *Refusal {
	for arg, t := range typedArguments(sel) {
		message := ""
		notNull(schema, arg.Value, t, func(v *ast.Value, at *ast.Type) bool {
			switch {
			case !conditions[nullCondition(v.Raw)]:
				return true
			case v == arg.Value:
				message = fmt.Sprintf(`Argument "%s" of non-null type "%s" must not be null.`, arg.Name, at)
			default:
				message = fmt.Sprintf(`Argument "%s" has an invalid value: the variable "$%s" is null where a value of type "%s" is expected.`,
					arg.Name, v.Raw, at)
			}
			return false
		})
		if message != "" {
			return &Refusal{Field: sel.Name, Message: message}
		}
	}
	return nil
}

// typedArguments yields the arguments of a field with their types.
func typedArguments(sel *ast.Field) func(yield func(*ast.Argument, *ast.Type) bool) {
	return func(yield func(*ast.Argument, *ast.Type) bool) {
		for _, arg := range sel.Arguments {
			if def := sel.Definition.Arguments.ForName(arg.Name); def != nil && !yield(arg, def.Type) {
				return
			}
		}
	}
}

// notNull calls yield for the variables in v, a value of type t, that stand
// where null cannot be, with the type there, until it returns false. What is in
// a custom scalar has no types. Limits.Nesting bounds the recursion.
func notNull(schema *ast.Schema, v *ast.Value, t *ast.Type, yield func(*ast.Value, *ast.Type) bool) bool {
	switch v.Kind {
	case ast.Variable:
		return !t.NonNull || yield(v, t)
	case ast.ListValue:
		if t.Elem == nil {
			return true
		}
		for _, child := range v.Children {
			if !notNull(schema, child.Value, t.Elem, yield) {
				return false
			}
		}
	case ast.ObjectValue:
		def := schema.Types[t.Name()] // an object is a list of one, too
		if def == nil || def.Kind != ast.InputObject {
			return true
		}
		for _, child := range v.Children {
			if f := def.Fields.ForName(child.Name); f != nil && !notNull(schema, child.Value, f.Type, yield) {
				return false
			}
		}
	}
	return true
}
