package composition

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeFields merges the fields of an object or interface: the union of what
// the subgraphs have.
func (c *composer) mergeFields(t *mergedType) {
	for _, s := range t.sources {
		for _, f := range s.fields {
			m := t.byName[f.name]
			if m == nil {
				m = &mergedField{parent: t, name: f.name}
				t.byName[f.name] = m
				t.fields = append(t.fields, m)
			}
			m.sources = append(m.sources, f)
		}
	}
	for _, m := range t.fields {
		c.mergeField(t, m)
	}
	c.hintValueType(t)
}

func (c *composer) mergeField(t *mergedType, m *mergedField) {
	c.mergeOverrides(t, m)
	c.checkSharing(t, m)

	var real, external []*field
	for _, f := range m.sources {
		if f.external {
			external = append(external, f)
		} else {
			real = append(real, f)
		}
	}
	if len(real) == 0 {
		if len(c.standIns(t, m.name)) == 0 {
			c.externalMissingOnBase(m, external)
			m.unresolved = true
			real = external
		} else {
			// Another subgraph resolves the field for all implementations.
			real = external
		}
		external = nil
	}
	m.description = mergeDescriptions(c, real, m.coordinate(), func(f *field) (string, *schema, *ast.Position) { return f.description, f.schema, f.pos })
	m.args = c.mergeArguments(m, real)
	same := c.mergeType(m, real, false)
	c.checkExternals(m, external, same)
	c.joinField(t, m, same)
}

func (c *composer) externalMissingOnBase(m *mergedField, external []*field) {
	var names []string
	var sites []Site
	for _, f := range external {
		names = append(names, f.schema.name)
		sites = append(sites, f.schema.site(f.pos)...)
	}
	c.fail(CodeExternalMissingOnBase, m.coordinate(), sites, "remove @external where the field is resolved",
		"field %q is @external in %s, but no subgraph resolves it", m.coordinate(), subgraphList(names))
}

// mergeType merges the types of an element: the supertype for output, the
// subtype for input. It returns whether all are the same.
func (c *composer) mergeType(m *mergedField, sources []*field, input bool) (same bool) {
	m.typ = sources[0].typ
	same, compatible := true, true
	for _, f := range sources[1:] {
		switch {
		case sameType(m.typ, f.typ):
			continue
		case c.super.isSubtype(f.typ, m.typ):
			if input {
				m.typ = f.typ
			}
		case c.super.isSubtype(m.typ, f.typ):
			if !input {
				m.typ = f.typ
			}
		default:
			compatible = false
		}
		same = false
	}
	if same {
		return true
	}
	var groups []variantGroup
	var sites []Site
	sorted := slices.Clone(sources)
	slices.SortStableFunc(sorted, func(a, b *field) int {
		return boolOrder(sameType(a.typ, m.typ), sameType(b.typ, m.typ))
	})
	for _, f := range sorted {
		groups = groupVariants(groups, fmt.Sprintf("type \"%s\"", f.typ), f.schema.name)
		sites = append(sites, f.schema.site(f.pos)...)
	}
	variants := describeVariants("it has ", groups)
	isArgument := m.owner != nil || m.parent == nil
	switch {
	case !compatible && isArgument:
		c.fail(CodeFieldArgumentTypeMismatch, m.coordinate(), sites, "make the types the same", "argument %q has incompatible types: %s", m.coordinate(), variants)
	case !compatible:
		c.fail(CodeFieldTypeMismatch, m.coordinate(), sites, "make the types the same", "field %q has incompatible types: %s", m.coordinate(), variants)
	case isArgument:
		c.hint(HintInconsistentButCompatibleArgumentType, m.coordinate(), sites, "", "argument %q has different but compatible types; the supergraph has \"%s\": %s", m.coordinate(), m.typ, variants)
	default:
		c.hint(HintInconsistentButCompatibleFieldType, m.coordinate(), sites, "", "field %q has different but compatible types; the supergraph has \"%s\": %s", m.coordinate(), m.typ, variants)
	}
	return false
}

// boolOrder sorts true first.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// mergeArguments merges the arguments of a field: those that all sources have.
func (c *composer) mergeArguments(m *mergedField, sources []*field) []*mergedField {
	var args []*mergedField
	seen := map[string]bool{}
	for _, f := range sources {
		for _, a := range f.args {
			if seen[a.name] {
				continue
			}
			seen[a.name] = true
			arg := &mergedField{parent: m.parent, owner: m, name: a.name}
			if c.mergeArgument(arg, sources) {
				args = append(args, arg)
			}
		}
	}
	return args
}

// mergeArgument merges one argument and tells whether the supergraph has it.
func (c *composer) mergeArgument(m *mergedField, sources []*field) bool {
	var missing, requiring []string
	for _, f := range sources {
		a := f.arg(m.name)
		if a == nil {
			missing = append(missing, f.schema.name)
			continue
		}
		m.sources = append(m.sources, a)
		if a.required() && !has(a.applied, dirFromContext) {
			requiring = append(requiring, f.schema.name)
		}
	}
	if slices.ContainsFunc(m.sources, func(a *field) bool { return has(a.applied, dirFromContext) }) {
		c.checkContextual(m)
		return false
	}
	if len(missing) > 0 {
		var having []string
		var sites []Site
		for _, f := range sources {
			if a := f.arg(m.name); a != nil {
				having = append(having, f.schema.name)
				sites = append(sites, f.schema.site(a.pos)...)
			} else {
				sites = append(sites, f.schema.site(f.pos)...)
			}
		}
		if len(requiring) > 0 {
			c.fail(CodeRequiredArgumentMissingInSomeSubgraph, m.coordinate(), sites,
				"make the argument optional, or add it everywhere",
				"argument %q is required in %s but does not exist in %s", m.coordinate(), subgraphList(requiring), subgraphList(missing))
		} else {
			c.hint(HintInconsistentArgumentPresence, m.coordinate(), sites, "",
				"optional argument %q is not in the supergraph: it is in %s but not in %s", m.coordinate(), subgraphList(having), subgraphList(missing))
		}
		return false
	}
	c.mergeInputValue(m, CodeFieldArgumentDefaultMismatch)
	return true
}

// mergeInputValue merges type, default and description of an argument or input
// field that all sources have.
func (c *composer) mergeInputValue(m *mergedField, mismatch string) (same bool) {
	m.description = mergeDescriptions(c, m.sources, m.coordinate(), func(f *field) (string, *schema, *ast.Position) { return f.description, f.schema, f.pos })
	same = c.mergeType(m, m.sources, true)
	c.mergeDefault(m, mismatch)
	return same
}

func (c *composer) mergeDefault(m *mergedField, mismatch string) {
	var found *ast.Value
	missing, different := false, false
	for _, f := range m.sources {
		switch {
		case f.defaultValue == nil:
			missing = true
		case found == nil:
			found = f.defaultValue
		default:
			different = different || !sameValue(found, f.defaultValue)
		}
	}
	switch {
	case found == nil:
	case different:
		c.fail(mismatch, m.coordinate(), fieldSites(m), "use one default value", "%q has incompatible default values: %s", m.coordinate(), describeDefaults(m))
	case missing:
		c.hint(HintInconsistentDefaultValuePresence, m.coordinate(), fieldSites(m), "",
			"%q has no default value in the supergraph, as only some subgraphs have it: %s", m.coordinate(), describeDefaults(m))
	default:
		m.defaultValue = found
	}
}

func describeDefaults(m *mergedField) string {
	var groups []variantGroup
	for _, f := range m.sources {
		what := "no default value"
		if f.defaultValue != nil {
			what = "default value " + valueString(f.defaultValue)
		}
		groups = groupVariants(groups, what, f.schema.name)
	}
	return describeVariants("it has ", groups)
}

// checkContextual checks an argument that some subgraph fills from a context:
// clients do not see it, so no other subgraph may insist on it.
func (c *composer) checkContextual(m *mergedField) {
	for _, a := range m.sources {
		if has(a.applied, dirFromContext) {
			continue
		}
		if a.required() {
			c.fail(CodeContextualArgumentNotContextualInAllSubgraphs, m.coordinate(), a.schema.site(a.pos), "make it optional there, or fill it from a context too",
				"argument %q is filled from a context in some subgraph, but required in subgraph %q", m.coordinate(), a.schema.name)
		} else {
			c.hint(HintContextualArgumentNotContextualInAllSubgraphs, m.coordinate(), a.schema.site(a.pos), "",
				"argument %q is filled from a context in some subgraph, so clients cannot give it to subgraph %q", m.coordinate(), a.schema.name)
		}
	}
}

// checkExternals checks that external declarations agree with the field.
func (c *composer) checkExternals(m *mergedField, external []*field, same bool) {
	for _, f := range external {
		if !sameType(f.typ, m.typ) && (same || !c.super.isSubtype(f.typ, m.typ)) {
			c.fail(CodeExternalTypeMismatch, m.coordinate(), append(f.schema.site(f.pos), otherSites(m, f)...), fmt.Sprintf("declare it as \"%s\"", m.typ),
				"field %q is @external with type \"%s\" in subgraph %q, but its type is \"%s\"", m.coordinate(), f.typ, f.schema.name, m.typ)
		}
		for _, arg := range m.args {
			a := f.arg(arg.name)
			switch {
			case a == nil:
				c.fail(CodeExternalArgumentMissing, m.coordinate(), append(f.schema.site(f.pos), otherSites(m, f)...), fmt.Sprintf("add \"%s: %s\"", arg.name, arg.typ),
					"field %q is @external without argument %q in subgraph %q", m.coordinate(), arg.name, f.schema.name)
			case !c.super.isSubtype(arg.typ, a.typ):
				c.fail(CodeExternalArgumentTypeMismatch, arg.coordinate(), f.schema.site(a.pos), fmt.Sprintf("declare it as \"%s\"", arg.typ),
					"argument %q has type \"%s\" in subgraph %q, where the field is @external, but its type is \"%s\"", arg.coordinate(), a.typ, f.schema.name, arg.typ)
			case !sameValue(a.defaultValue, arg.defaultValue):
				c.fail(CodeExternalArgumentDefaultMismatch, arg.coordinate(), f.schema.site(a.pos), "",
					"argument %q has another default value in subgraph %q, where the field is @external", arg.coordinate(), f.schema.name)
			}
		}
	}
}

// otherSites are the places of the sources of m other than f.
func otherSites(m *mergedField, f *field) []Site {
	var sites []Site
	for _, s := range m.sources {
		if s != f && !s.external {
			sites = append(sites, s.schema.site(s.pos)...)
		}
	}
	return sites
}

// joinField decides whether the field needs @join__field, and with what.
//
// Join specification, "@join__field".
func (c *composer) joinField(t *mergedType, m *mergedField, same bool) {
	contextual := func(f *field) bool {
		return slices.ContainsFunc(f.args, func(a *field) bool { return has(a.applied, dirFromContext) })
	}
	needed := !same || len(m.sources) < len(t.sources)
	for _, f := range m.sources {
		needed = needed || f.overriddenBy != nil || f.overrideLabel != "" || contextual(f) ||
			f.external || has(f.applied, dirRequires) || has(f.applied, dirProvides)
	}
	if !needed {
		return
	}
	for _, f := range m.sources {
		if f.overriddenBy != nil && !f.used && f.overrideLabel == "" {
			continue
		}
		j := joinField{subgraph: f.schema.index, external: f.external}
		if a := first(f.applied, dirRequires); a != nil {
			j.requires = a.str("fields")
		}
		if a := first(f.applied, dirProvides); a != nil {
			j.provides = a.str("fields")
		}
		if a := first(f.applied, dirOverride); a != nil {
			j.override = a.str("from")
		}
		if !same {
			j.typ = f.typ.String()
		}
		j.usedOverriden = f.overriddenBy != nil && f.used
		j.overrideLabel = f.overrideLabel
		for _, a := range f.args {
			if a.contextual != nil {
				j.contexts = append(j.contexts, joinContext{
					name: a.name, typ: a.typ.String(),
					context: f.schema.name + "__" + a.contextual.context, selection: a.contextual.text,
				})
			}
		}
		m.joins = append(m.joins, j)
	}
}

// hintValueType tells of fields of value types that not all subgraphs have.
func (c *composer) hintValueType(t *mergedType) {
	if len(t.sources) < 2 || c.super.isRoot(t) || t.isEntity() {
		return
	}
	code := HintInconsistentObjectValueTypeField
	if t.kind == ast.Interface {
		code = HintInconsistentInterfaceValueTypeField
	}
	for _, m := range t.fields {
		if len(m.sources) == len(t.sources) {
			continue
		}
		var with, without []string
		for _, s := range t.sources {
			switch {
			case s.byName[m.name] != nil:
				with = append(with, s.schema.name)
			case !slices.ContainsFunc(s.fields, func(f *field) bool { return !f.external }):
			default:
				without = append(without, s.schema.name)
			}
		}
		if len(without) > 0 {
			c.hint(code, m.coordinate(), m.sources[0].schema.site(m.sources[0].pos), "",
				"field %q of type %q, which has no key, is in %s but not in %s", m.name, t.name, subgraphList(with), subgraphList(without))
		}
	}
}
