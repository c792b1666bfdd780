package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// The library has these rules too, but its suggestions compare every wrong
// name with every candidate, whatever that costs, and for types in the order
// of a map.

// fieldsOnCorrectType: each field exists on the type it is selected on.
// Specification: "Field Selections".
func fieldsOnCorrectType(suggest *suggester) core.Rule {
	return core.Rule{Name: "FieldsOnCorrectType", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		events.OnField(func(_ *core.Walker, field *ast.Field) {
			parent := field.ObjectDefinition
			if parent == nil || !parent.IsCompositeType() || field.Definition != nil {
				return
			}
			report(
				core.Message(`Cannot query field "%s" on type "%s".%s`,
					field.Name, parent.Name, suggest.fields(parent, field.Name)),
				core.At(field.Position))
		})
	}}
}

// knownArgumentNames: each argument is defined by its field or directive.
// Specification: "Argument Names".
func knownArgumentNames(suggest *suggester) core.Rule {
	near := func(name string, defs ast.ArgumentDefinitionList) string {
		return suggest.near(name, len(defs), func(i int) string { return defs[i].Name })
	}
	return core.Rule{Name: "KnownArgumentNames", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		events.OnField(func(_ *core.Walker, field *ast.Field) {
			if field.Definition == nil || field.ObjectDefinition == nil {
				return
			}
			for _, arg := range field.Arguments {
				if field.Definition.Arguments.ForName(arg.Name) == nil {
					report(
						core.Message(`Unknown argument "%s" on field "%s.%s".%s`,
							arg.Name, field.ObjectDefinition.Name, field.Name,
							near(arg.Name, field.Definition.Arguments)),
						core.At(arg.Position))
				}
			}
		})
		events.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
			if directive.Definition == nil {
				return
			}
			for _, arg := range directive.Arguments {
				if directive.Definition.Arguments.ForName(arg.Name) == nil {
					report(
						core.Message(`Unknown argument "%s" on directive "@%s".%s`,
							arg.Name, directive.Name,
							near(arg.Name, directive.Definition.Arguments)),
						core.At(arg.Position))
				}
			}
		})
	}}
}

// knownTypeNames: variables and inline fragments name types of the schema.
// Specification: "Fragment Spread Type Existence", "Variables Are Input Types".
func knownTypeNames(suggest *suggester) core.Rule {
	return core.Rule{Name: "KnownTypeNames", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		check := func(walker *core.Walker, name string, pos *ast.Position) {
			if walker.Schema.Types[name] == nil {
				report(core.Message(`Unknown type "%s".%s`, name, suggest.typeNames(name)), core.At(pos))
			}
		}
		events.OnVariable(func(walker *core.Walker, v *ast.VariableDefinition) {
			check(walker, v.Type.Name(), v.Position)
		})
		events.OnInlineFragment(func(walker *core.Walker, f *ast.InlineFragment) {
			if f.TypeCondition != "" {
				check(walker, f.TypeCondition, f.Position)
			}
		})
	}}
}
