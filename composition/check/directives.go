package check

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isExecutable tells the locations of operations from those of schemas.
func isExecutable(l ast.DirectiveLocation) bool {
	switch l {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
		ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
		return true
	default:
		return false
	}
}

// directive compares definitions of one directive.
func (d *differ) directive(name string, base, revised *ast.DirectiveDefinition) {
	coordinate := "@" + name
	what := "directive " + coordinate
	harm := func(def *ast.DirectiveDefinition) Severity {
		if slices.ContainsFunc(def.Locations, isExecutable) {
			return Breaking
		}
		return Safe
	}
	switch {
	case revised == nil:
		d.add(harm(base), DirectiveRemoved, coordinate, "%s is gone", what)
		return
	case base == nil:
		d.add(Safe, DirectiveAdded, coordinate, "%s is new", what)
		return
	}
	for _, l := range base.Locations {
		if !slices.Contains(revised.Locations, l) {
			severity := Safe
			if isExecutable(l) {
				severity = Breaking
			}
			d.add(severity, DirectiveLocationRemoved, coordinate, "%s is not for %s any more", what, l)
		}
	}
	for _, l := range revised.Locations {
		if !slices.Contains(base.Locations, l) {
			d.add(Safe, DirectiveLocationAdded, coordinate, "%s is for %s too", what, l)
		}
	}
	switch {
	case base.IsRepeatable && !revised.IsRepeatable:
		d.add(harm(base), RepeatableRemoved, coordinate, "%s is not repeatable any more", what)
	case !base.IsRepeatable && revised.IsRepeatable:
		d.add(Safe, RepeatableAdded, coordinate, "%s is repeatable", what)
	}
	d.description(coordinate, what, base.Description, revised.Description)
	kinds := ofArguments
	kinds.harmless = harm(base) == Safe
	d.inputs(kinds, coordinate, inputsOfArguments(base.Arguments), inputsOfArguments(revised.Arguments))
}

func (d *differ) description(coordinate, what, base, revised string) {
	if base != revised {
		d.add(Safe, DescriptionChanged, coordinate, "the description of %s is another", what)
	}
}

// defaultReason is that of @deprecated without one.
const defaultReason = "No longer supported"

func (d *differ) deprecation(coordinate, what string, base, revised ast.DirectiveList) {
	reason := func(list ast.DirectiveList) (string, bool) {
		x := list.ForName("deprecated")
		if x == nil {
			return "", false
		}
		if a := x.Arguments.ForName("reason"); a != nil && a.Value != nil {
			return a.Value.Raw, true
		}
		return defaultReason, true
	}
	old, was := reason(base)
	now, is := reason(revised)
	switch {
	case !was && is:
		d.add(Safe, DeprecationAdded, coordinate, "%s is deprecated: %s", what, shorten(now))
	case was && !is:
		d.add(Safe, DeprecationRemoved, coordinate, "%s is not deprecated any more", what)
	case old != now:
		d.add(Safe, DeprecationChanged, coordinate, "%s is deprecated for another reason: %s", what, shorten(now))
	}
}

func (d *differ) oneOf(name string, base, revised ast.DirectiveList) {
	was, is := base.ForName("oneOf") != nil, revised.ForName("oneOf") != nil
	switch {
	case !was && is:
		d.add(Breaking, OneOfAdded, name, "input object %s takes exactly one field", name)
	case was && !is:
		d.add(Safe, OneOfRemoved, name, "input object %s takes any number of fields", name)
	}
}

func (d *differ) specifiedBy(name string, base, revised ast.DirectiveList) {
	url := func(list ast.DirectiveList) string {
		if x := list.ForName("specifiedBy"); x != nil {
			if a := x.Arguments.ForName("url"); a != nil && a.Value != nil {
				return a.Value.Raw
			}
		}
		return ""
	}
	switch old, now := url(base), url(revised); {
	case old == now:
	case old == "":
		d.add(Safe, SpecifiedByChanged, name, "scalar %s is specified by %s", name, shorten(now))
	case now == "":
		d.add(Dangerous, SpecifiedByChanged, name, "scalar %s is not specified any more; it was by %s", name, shorten(old))
	default:
		d.add(Dangerous, SpecifiedByChanged, name, "scalar %s is specified by %s; it was by %s", name, shorten(now), shorten(old))
	}
}

// applied compares the directives an element has, those aside that are looked at
// one by one and those of the supergraph's machinery.
func (d *differ) applied(coordinate, what string, base, revised ast.DirectiveList) {
	old, now := d.own(d.base, base), d.own(d.revised, revised)
	if slices.Equal(old, now) {
		return
	}
	var parts []string
	if list := missing(now, old); len(list) > 0 {
		parts = append(parts, "has got "+shorten(strings.Join(list, " ")))
	}
	if list := missing(old, now); len(list) > 0 {
		parts = append(parts, "has lost "+shorten(strings.Join(list, " ")))
	}
	if len(parts) == 0 {
		return // the same ones more or less often
	}
	d.add(Safe, AppliedDirectivesChanged, coordinate, "%s %s", what, strings.Join(parts, " and "))
}

// own writes the directives of a list that are the schema's own, sorted.
func (d *differ) own(s *ast.Schema, list ast.DirectiveList) []string {
	var texts []string
	for _, x := range list {
		switch x.Name {
		case "deprecated", "specifiedBy", "oneOf":
			continue
		}
		if s.Directives[x.Name] == nil {
			continue
		}
		args := make([]string, len(x.Arguments))
		for i, a := range x.Arguments {
			args[i] = a.Name + ": " + a.Value.String()
		}
		slices.Sort(args)
		text := "@" + x.Name
		if len(args) > 0 {
			text += "(" + strings.Join(args, ", ") + ")"
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return texts
}
