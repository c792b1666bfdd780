package composition

import (
	"fmt"
	"regexp"
	"slices"
)

var overrideLabelForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_\-:./]*$`)
var overridePercent = regexp.MustCompile(`^percent\((\d{1,2}(\.\d{1,8})?|100)\)$`)

// mergeOverrides applies the @override directives of a field's sources.
func (c *composer) mergeOverrides(t *mergedType, m *mergedField) {
	for _, f := range m.sources {
		a := first(f.applied, dirOverride)
		if a == nil {
			continue
		}
		from, ok := c.overridden(t, m, f, a)
		if !ok {
			continue
		}
		if from.external {
			c.hint(HintOverrideDirectiveCanBeRemoved, m.coordinate(), f.schema.site(a.pos), "",
				"field %q of subgraph %q overrides that of %q, which is @external: the @override has no effect", m.coordinate(), f.schema.name, from.schema.name)
		}
		label := a.str("label")
		if !from.external {
			from.overriddenBy = f.schema
			if label == "" {
				c.hint(HintOverriddenFieldCanBeRemoved, m.coordinate(), from.schema.site(from.pos), "",
					"field %q of subgraph %q is overridden by subgraph %q and can be removed%s", m.coordinate(), from.schema.name, f.schema.name,
					map[bool]string{true: ", once nothing there refers to it"}[from.used])
			}
		}
		switch {
		case label == "":
		case !overrideLabelForm.MatchString(label) && !overridePercent.MatchString(label):
			c.fail(CodeOverrideLabelInvalid, m.coordinate(), f.schema.site(a.pos), `use a name, or "percent(10)"`,
				"the label %q of the @override on field %q is malformed", label, m.coordinate())
		default:
			f.overrides, f.overrideLabel = true, label
			from.overrideLabel = label
			c.hint(HintOverrideMigrationInProgress, m.coordinate(), f.schema.site(a.pos), "",
				"field %q is moving from subgraph %q to %q under the label %q", m.coordinate(), from.schema.name, f.schema.name, label)
		}
	}
}

// overridden is the source that the @override of f is about; false if it has
// no effect or is an error, which is reported.
func (c *composer) overridden(t *mergedType, m *mergedField, f *field, a *application) (*field, bool) {
	fail := func(code, try, format string, args ...any) (*field, bool) {
		c.fail(code, m.coordinate(), f.schema.site(a.pos), try, "%s%s", f.schema.prefix(), fmt.Sprintf(format, args...))
		return nil, false
	}
	name := a.str("from")
	source := c.subgraph(name)
	switch {
	case f.parent.interfaceObject:
		return fail(CodeOverrideCollisionWithAnotherDirective, "", "@override cannot be on field %q of an @interfaceObject", m.coordinate())
	case t.kind == "INTERFACE":
		return fail(CodeOverrideOnInterface, "override the fields of the implementations", "@override cannot be on the interface field %q", m.coordinate())
	case source == nil:
		names := make([]string, 0, len(c.subs))
		for _, s := range c.subs {
			names = append(names, s.name)
		}
		try := ""
		if near := nearest(name, names); near != "" {
			try = fmt.Sprintf("did you mean %q?", near)
		}
		c.hint(HintFromSubgraphDoesNotExist, m.coordinate(), f.schema.site(a.pos), try,
			"field %q of subgraph %q overrides that of subgraph %q, which does not exist", m.coordinate(), f.schema.name, name)
		return nil, false
	case source == f.schema:
		return fail(CodeOverrideFromSelfError, "name the subgraph that the field moves away from", "field %q overrides itself", m.coordinate())
	}
	i := slices.IndexFunc(m.sources, func(x *field) bool { return x.schema == source })
	if i < 0 {
		if slices.ContainsFunc(c.standIns(t, m.name), func(x *field) bool { return x.schema == source }) {
			return fail(CodeOverrideCollisionWithAnotherDirective, "", "field %q cannot override subgraph %q, which has it on an @interfaceObject", m.coordinate(), name)
		}
		c.hint(HintOverrideDirectiveCanBeRemoved, m.coordinate(), f.schema.site(a.pos), "",
			"field %q is no longer in subgraph %q: the @override of subgraph %q can be removed", m.coordinate(), name, f.schema.name)
		return nil, false
	}
	from := m.sources[i]
	switch {
	case has(from.applied, dirOverride):
		return fail(CodeOverrideSourceHasOverride, "", "field %q overrides that of subgraph %q, which overrides too", m.coordinate(), name)
	case has(from.applied, dirRequires):
		return fail(CodeOverrideCollisionWithAnotherDirective, "", "field %q cannot override that of subgraph %q, which has @requires", m.coordinate(), name)
	case has(from.applied, dirProvides):
		return fail(CodeOverrideCollisionWithAnotherDirective, "", "field %q cannot override that of subgraph %q, which has @provides", m.coordinate(), name)
	case f.external:
		return fail(CodeOverrideCollisionWithAnotherDirective, "", "field %q is @external, so it cannot override", m.coordinate())
	}
	return from, true
}

// subgraph returns the subgraph of that name, or nil.
func (c *composer) subgraph(name string) *schema {
	i, ok := slices.BinarySearchFunc(c.subs, name, func(s *schema, n string) int {
		switch {
		case s.name < n:
			return -1
		case s.name > n:
			return 1
		default:
			return 0
		}
	})
	if !ok {
		return nil
	}
	return c.subs[i]
}
