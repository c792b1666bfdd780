package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

var executableLocations = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
	ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition,
}

// mergeDirectiveDefinitions merges directives that clients may use: those that
// all subgraphs define, where all of them allow it.
func (c *composer) mergeDirectiveDefinitions() {
	seen := map[string]bool{}
	for _, s := range c.subs {
		for _, d := range s.directiveOrder {
			if seen[d.name] || d.builtIn || d.implied || c.custom[d.name] != nil {
				continue
			}
			if !slices.ContainsFunc(d.locations, func(l ast.DirectiveLocation) bool { return slices.Contains(executableLocations, l) }) {
				continue
			}
			seen[d.name] = true
			if m := c.mergeDirective(d.name); m != nil {
				c.super.directives = append(c.super.directives, m)
			}
		}
	}
	for _, d := range c.composed {
		if d.definition != nil {
			c.super.directives = append(c.super.directives, d.definition)
		}
	}
}

func (c *composer) mergeDirective(name string) *mergedDirective {
	coordinate := "@" + name
	var defs []*directiveDef
	var schemas []*schema
	var with, without []string
	var sites []Site
	for _, s := range c.subs {
		if d := s.directives[name]; d != nil {
			defs, schemas = append(defs, d), append(schemas, s)
			with = append(with, s.name)
			sites = append(sites, s.site(d.pos)...)
		} else {
			without = append(without, s.name)
		}
	}
	if len(without) > 0 {
		c.hint(HintInconsistentExecutableDirectivePresence, coordinate, sites, "",
			"executable directive \"@%s\" is not in the supergraph: it is defined in %s but not in %s", name, subgraphList(with), subgraphList(without))
		return nil
	}
	m := &mergedDirective{name: name, repeatable: true}
	m.description = mergeDescriptions(c, defs, coordinate, func(d *directiveDef) (string, *schema, *ast.Position) {
		return d.description, schemas[slices.Index(defs, d)], d.pos
	})
	var locations, repeatable []variantGroup
	for i, d := range defs {
		own := slices.DeleteFunc(slices.Clone(d.locations), func(l ast.DirectiveLocation) bool { return !slices.Contains(executableLocations, l) })
		if i == 0 {
			m.locations = own
		} else {
			m.locations = slices.DeleteFunc(m.locations, func(l ast.DirectiveLocation) bool { return !slices.Contains(own, l) })
		}
		m.repeatable = m.repeatable && d.repeatable
		words := make([]string, 0, len(own))
		for _, l := range own {
			words = append(words, string(l))
		}
		slices.Sort(words)
		locations = groupVariants(locations, "locations "+strings.Join(words, ", "), schemas[i].name)
		repeatable = groupVariants(repeatable, fmt.Sprintf("repeatable: %t", d.repeatable), schemas[i].name)
	}
	if len(m.locations) == 0 {
		c.hint(HintNoExecutableDirectiveIntersection, coordinate, sites, "",
			"executable directive \"@%s\" is not in the supergraph, as no location is allowed in all subgraphs: %s", name, describeVariants("it has ", locations))
		return nil
	}
	if len(locations) > 1 {
		c.hint(HintInconsistentExecutableDirectiveLocations, coordinate, sites, "",
			"executable directive \"@%s\" has different locations; the supergraph has the common ones: %s", name, describeVariants("it has ", locations))
	}
	if len(repeatable) > 1 {
		c.hint(HintInconsistentExecutableDirectiveRepeatable, coordinate, sites, "",
			"executable directive \"@%s\" is not repeatable in the supergraph, as only some subgraphs allow it: %s", name, describeVariants("it is ", repeatable))
	}
	// Arguments merge like those of a field that all subgraphs have.
	var owners []*field
	for i, d := range defs {
		owners = append(owners, &field{schema: schemas[i], name: coordinate, args: d.args, pos: d.pos})
	}
	m.args = c.mergeArguments(&mergedField{name: coordinate}, owners)
	return m
}

// A composedDirective is a directive whose applications get into the
// supergraph.
type composedDirective struct {
	key        string // canonical name, or "@" and the name of a custom one
	name       string // in the supergraph
	args       []*field
	repeatable bool
	// definition of a custom one; nil for known ones.
	definition *mergedDirective
	// by are the subgraphs that compose a custom one.
	by map[*schema]bool
}

// key tells which composed directive an application in s is of, if any.
func (c *composer) composedOf(a *application) *composedDirective {
	if a.canonical != "" {
		return c.known[a.canonical]
	}
	return c.custom[a.name]
}

// A directiveSource is what one subgraph applies to an element.
type directiveSource struct {
	schema  *schema
	applied []*application
}

// mergeApplied gives every element of the supergraph the directives that
// compose.
func (c *composer) mergeApplied() {
	var sources []directiveSource
	for _, s := range c.subs {
		sources = append(sources, directiveSource{s, s.applied})
	}
	c.super.applied = append(c.super.applied, c.mergeDirectives(sources, "")...)
	for _, t := range c.super.order {
		sources = sources[:0]
		for _, s := range t.sources {
			sources = append(sources, directiveSource{s.schema, s.applied})
		}
		t.applied = c.mergeDirectives(sources, t.name)
		for _, f := range t.fields {
			c.mergeFieldDirectives(f)
			for _, a := range f.args {
				c.mergeFieldDirectives(a)
			}
		}
		for _, v := range t.values {
			sources = sources[:0]
			for i, s := range v.sources {
				sources = append(sources, directiveSource{s, v.found[i].applied})
			}
			v.applied = c.mergeDirectives(sources, t.name+"."+v.name)
		}
	}
	for _, d := range c.super.directives {
		for _, a := range d.args {
			c.mergeFieldDirectives(a)
		}
	}
}

func (c *composer) mergeFieldDirectives(m *mergedField) {
	var sources []directiveSource
	for _, f := range m.sources {
		if len(f.applied) == 0 {
			continue
		}
		if f.external {
			for _, a := range f.applied {
				if c.composedOf(a) != nil {
					c.fail(CodeMergedDirectiveApplicationOnExternal, m.coordinate(), f.schema.site(a.pos), "put it where the field is resolved",
						"%s@%s has no effect on field %q, which is @external", f.schema.prefix(), a.name, m.coordinate())
				}
			}
			continue
		}
		sources = append(sources, directiveSource{f.schema, f.applied})
	}
	m.applied = c.mergeDirectives(sources, m.coordinate())
}

// mergeDirectives merges what the sources of one element apply.
func (c *composer) mergeDirectives(sources []directiveSource, coordinate string) []*application {
	type group struct {
		directive *composedDirective
		apps      []*application
		schemas   []*schema
		composes  bool
	}
	var groups []*group
	for _, s := range sources {
		for _, a := range s.applied {
			d := c.composedOf(a)
			if d == nil {
				continue
			}
			i := slices.IndexFunc(groups, func(g *group) bool { return g.directive == d })
			if i < 0 {
				i = len(groups)
				groups = append(groups, &group{directive: d})
			}
			g := groups[i]
			g.apps, g.schemas = append(g.apps, a), append(g.schemas, s.schema)
			g.composes = g.composes || d.definition == nil || d.by[s.schema]
		}
	}
	var merged []*application
	for _, g := range groups {
		if g.composes {
			merged = append(merged, c.mergeApplications(g.directive, g.apps, g.schemas, coordinate)...)
		}
	}
	return append(merged, c.joinDirectives(sources)...)
}

// mergeApplications merges the applications of one directive.
func (c *composer) mergeApplications(d *composedDirective, apps []*application, schemas []*schema, coordinate string) []*application {
	var distinct []*application
	var counts []int
	for i, a := range apps {
		x := &application{name: d.name, canonical: a.canonical, args: a.args, pos: a.pos, definition: schemas[i].directives[a.name]}
		if d.key == dirContext {
			x.args = ast.ArgumentList{{Name: "name", Value: stringValue(schemas[i].name + "__" + a.str("name"))}}
		}
		j := slices.IndexFunc(distinct, func(b *application) bool { return d.sameArguments(x, b) })
		if j < 0 {
			j = len(distinct)
			distinct, counts = append(distinct, x), append(counts, 0)
		}
		counts[j]++
	}
	if len(distinct) == 1 || d.repeatable {
		return distinct
	}
	var sites []Site
	for i, a := range apps {
		sites = append(sites, schemas[i].site(a.pos)...)
	}
	if merged := mergeByStrategy(d, distinct); merged != nil {
		if isAccessControl(d.key) && len(merged.args) == 0 {
			c.fail(CodeUnsupportedFeature, coordinate, sites, "ask for fewer alternatives",
				"@%s on %q, merged from all subgraphs, has more than %d alternatives", d.name, coordinate, maxAlternatives)
			return nil
		}
		c.hint(HintMergedNonRepeatableDirectiveArguments, coordinate, sites, "",
			"@%s on %q has different arguments in the subgraphs; the supergraph has them merged: %s", d.name, coordinate, argumentsString(merged.args))
		return []*application{merged}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	c.hint(HintInconsistentNonRepeatableDirectiveArguments, coordinate, sites, "",
		"@%s on %q has different arguments in the subgraphs; the supergraph has those that most have: %s", d.name, coordinate, argumentsString(distinct[best].args))
	return []*application{distinct[best]}
}

func argumentsString(args ast.ArgumentList) string {
	var b strings.Builder
	writeArguments(&b, args)
	return b.String()
}

// sameArguments compares applications, each with the defaults of its own
// subgraph filled in.
func (d *composedDirective) sameArguments(a, b *application) bool {
	for _, f := range d.args {
		if !sameValue(d.value(a, f), d.value(b, f)) {
			return false
		}
	}
	return true
}

func (d *composedDirective) value(a *application, f *field) *ast.Value {
	if v := a.arg(f.name); v != nil {
		return v
	}
	if a.definition != nil && d.definition != nil {
		for _, own := range a.definition.args {
			if own.name == f.name {
				return own.defaultValue
			}
		}
		return nil
	}
	return f.defaultValue
}

// mergeByStrategy merges the arguments of directives for which the
// specifications say how; nil for others.
func mergeByStrategy(d *composedDirective, apps []*application) *application {
	merged := &application{name: d.name, canonical: d.key}
	add := func(name string, v *ast.Value) {
		if v != nil {
			merged.args = append(merged.args, &ast.Argument{Name: name, Value: v})
		}
	}
	values := func(name string) []*ast.Value {
		var vs []*ast.Value
		for _, a := range apps {
			i := slices.IndexFunc(d.args, func(f *field) bool { return f.name == name })
			if v := d.value(a, d.args[i]); v != nil && v.Kind != ast.NullValue {
				vs = append(vs, v)
			}
		}
		return vs
	}
	switch d.key {
	case dirCost:
		add("weight", maxValue(values("weight")))
	case dirListSize:
		add("assumedSize", maxValue(values("assumedSize")))
		add("slicingArguments", unionValue(values("slicingArguments")))
		add("sizedFields", unionValue(values("sizedFields")))
		add("requireOneSlicingArgument", andValue(values("requireOneSlicingArgument")))
	case dirRequiresScopes:
		add("scopes", conjunctionValue(values("scopes")))
	case dirPolicy:
		add("policies", conjunctionValue(values("policies")))
	default:
		return nil
	}
	return merged
}

func maxValue(vs []*ast.Value) *ast.Value {
	var best *ast.Value
	for _, v := range vs {
		if best == nil || intValue(v) > intValue(best) {
			best = v
		}
	}
	return best
}

func unionValue(vs []*ast.Value) *ast.Value {
	if len(vs) == 0 {
		return nil
	}
	var items []string
	for _, v := range vs {
		for _, s := range stringItems(v) {
			if !slices.Contains(items, s) {
				items = append(items, s)
			}
		}
	}
	list := listValue()
	for _, s := range items {
		list.Children = append(list.Children, &ast.ChildValue{Value: stringValue(s)})
	}
	return list
}

func andValue(vs []*ast.Value) *ast.Value {
	if len(vs) == 0 {
		return nil
	}
	return boolValue(!slices.ContainsFunc(vs, func(v *ast.Value) bool { return v.Raw == "false" }))
}

// joinDirectives carries applications of directives that the supergraph does
// not define, as @join__directive, grouped by equal arguments.
//
// Join specification, "@join__directive".
func (c *composer) joinDirectives(sources []directiveSource) []*application {
	if c.super.join < 4 {
		return nil
	}
	type carried struct {
		name   string
		args   *ast.Value
		graphs *ast.Value
	}
	var list []*carried
	for _, s := range sources {
		for _, a := range s.applied {
			name := c.carriedName(s.schema, a)
			if name == "" {
				continue
			}
			args := &ast.Value{Kind: ast.ObjectValue}
			for _, x := range a.args {
				args.Children = append(args.Children, &ast.ChildValue{Name: x.Name, Value: x.Value})
			}
			graph := &ast.ChildValue{Value: enumLiteral(c.super.graphs[s.schema.index])}
			i := slices.IndexFunc(list, func(x *carried) bool { return x.name == name && sameValue(x.args, args) })
			if i < 0 {
				list = append(list, &carried{name, args, &ast.Value{Kind: ast.ListValue, Children: ast.ChildValueList{graph}}})
				continue
			}
			list[i].graphs.Children = append(list[i].graphs.Children, graph)
		}
	}
	var apps []*application
	for _, x := range list {
		apps = append(apps, &application{name: "join__directive", args: ast.ArgumentList{
			{Name: "graphs", Value: x.graphs}, {Name: "name", Value: stringValue(x.name)}, {Name: "args", Value: x.args},
		}})
	}
	return apps
}

// carriedName is the name under which an application travels, "" if it does
// not.
func (c *composer) carriedName(s *schema, a *application) string {
	switch a.canonical {
	case dirCacheTag:
		return "federation__cacheTag"
	case dirConnect, dirSource:
		return a.name
	case dirLink:
		if identity, _, _, _, err := parseFeatureURL(a.str("url")); err == nil && identity == specBase+"connect" {
			return "link"
		}
	}
	return ""
}
