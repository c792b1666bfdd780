package operation

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// singleRootField: a subscription has exactly one root field, which is not
// introspection and depends on no condition. The library takes two aliases of
// one field for one field, and does not look at conditions.
// Specification: "Single Root Field".
func singleRootField() core.Rule {
	return core.Rule{Name: "SingleFieldSubscriptions", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		events.OnOperation(func(walker *core.Walker, op *ast.OperationDefinition) {
			if op.Operation != ast.Subscription || walker.Schema.Subscription == nil {
				return
			}
			name := "Anonymous Subscription"
			if op.Name != "" {
				name = "Subscription " + strconv.Quote(op.Name)
			}
			root := subscriptionRoot{spread: make(map[string]bool)}
			root.collect(op.SelectionSet)
			for _, directive := range root.conditions {
				report(
					core.Message(`%s must not use "@%s" at its root.`, name, directive.Name),
					core.At(directive.Position))
			}
			for _, field := range root.fields {
				if field.Alias != root.fields[0].Alias {
					report(
						core.Message(`%s must select only one top level field.`, name),
						core.At(field.Position))
					break
				}
			}
			for _, field := range root.fields {
				if strings.HasPrefix(field.Name, "__") {
					report(
						core.Message(`%s must not select an introspection top level field.`, name),
						core.At(field.Position))
				}
			}
		})
	}}
}

// A subscriptionRoot is what stands at the root of a subscription, fragments
// expanded, each once.
type subscriptionRoot struct {
	fields     []*ast.Field
	conditions []*ast.Directive
	spread     map[string]bool
}

func (r *subscriptionRoot) collect(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			r.fields = append(r.fields, sel)
			r.condition(sel.Directives)
		case *ast.InlineFragment:
			r.condition(sel.Directives)
			r.collect(sel.SelectionSet)
		case *ast.FragmentSpread:
			r.condition(sel.Directives)
			if sel.Definition != nil && !r.spread[sel.Name] {
				r.spread[sel.Name] = true
				r.collect(sel.Definition.SelectionSet)
			}
		}
	}
}

func (r *subscriptionRoot) condition(list ast.DirectiveList) {
	for _, d := range list {
		if d.Name == "skip" || d.Name == "include" {
			r.conditions = append(r.conditions, d)
		}
	}
}
