package operation

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// A Defer is one fragment with @defer as it stands in a selection: what is
// selected in it may be answered later than the rest. Fragments whose "if" is
// false are none.
type Defer struct {
	// Label as written; "" for none.
	Label string

	// Parent is the deferred fragment of the same selection set that this one
	// stands in; nil if it stands in none.
	Parent *Defer

	Position *ast.Position
}

// deferred returns what the directives of a fragment make of its selections,
// where within is what they are in already.
func (s *selector) deferred(list ast.DirectiveList, within *Defer) *Defer {
	d := list.ForName("defer")
	if d == nil {
		return within
	}
	if v := condition(d); v != nil {
		active := v.Raw == "true"
		if v.Kind == ast.Variable {
			active = s.conditions[v.Raw]
		}
		if !active {
			return within
		}
	}
	deferred := &Defer{Parent: within, Position: d.Position}
	if label := d.Arguments.ForName("label"); label != nil && label.Value.Kind != ast.NullValue {
		deferred.Label = label.Value.Raw
	}
	return deferred
}

// deferrable: labels of @defer are literals, each one used once; what a mutation
// does is not deferred, and a subscription has no @defer.
// Specification: incremental delivery, "Defer And Stream Directive Labels Are
// Unique" and "... Are Used On Valid Root Field" and "... Operations".
func deferrable() core.Rule {
	return core.Rule{Name: "DeferDirective", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		labels := map[string]bool{}
		events.OnDirective(func(walker *core.Walker, d *ast.Directive) {
			if d.Name != "defer" || d.Definition == nil {
				return
			}
			if arg := d.Arguments.ForName("label"); arg != nil {
				switch label := arg.Value; {
				case label.Kind == ast.Variable:
					report(core.Message(`The label of "@defer" must be written out, it cannot be a variable.`), core.At(d.Position))
				case label.Kind == ast.StringValue && labels[label.Raw]:
					report(core.Message(`The label %s of "@defer" is used twice.`, strconv.Quote(label.Raw)), core.At(d.Position))
				default:
					labels[label.Raw] = true
				}
			}
			schema := walker.Schema
			switch {
			case d.ParentDefinition != nil && d.ParentDefinition == schema.Mutation:
				report(core.Message(`"@defer" cannot be used on the root fields of a mutation.`), core.At(d.Position))
			case walker.CurrentOperation != nil && walker.CurrentOperation.Operation == ast.Subscription,
				d.ParentDefinition != nil && d.ParentDefinition == schema.Subscription:
				report(core.Message(`"@defer" cannot be used in a subscription.`), core.At(d.Position))
			}
		})
	}}
}
