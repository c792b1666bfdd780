package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// validateInaccessible checks that the API schema, which is the supergraph
// without what is @inaccessible, is a schema.
//
// Inaccessible specification, "Validations".
func (c *composer) validateInaccessible() {
	c.checkDisallowed()
	if c.known[dirInaccessible] == nil {
		return
	}
	if q := c.super.roots[rootQuery]; q != nil && hidden(q.applied) {
		c.fail(CodeQueryRootTypeInaccessible, q.name, c.hiddenSites(typeSources(q)), "hide fields of it instead", "the query root type %q cannot be @inaccessible", q.name)
	}
	for _, t := range c.super.order {
		if !hidden(t.applied) {
			c.checkVisibleType(t)
		}
	}
}

func hidden(applied []*application) bool { return has(applied, dirInaccessible) }

// hiddenType tells whether a type of that name is hidden.
func (c *composer) hiddenType(name string) bool {
	t := c.super.types[name]
	return t != nil && hidden(t.applied)
}

func typeSources(t *mergedType) []directiveSource {
	var sources []directiveSource
	for _, s := range t.sources {
		sources = append(sources, directiveSource{s.schema, s.applied})
	}
	return sources
}

func fieldSources(f *mergedField) []directiveSource {
	var sources []directiveSource
	for _, s := range f.sources {
		sources = append(sources, directiveSource{s.schema, s.applied})
	}
	return sources
}

// hiddenSites are the places of @inaccessible in sources.
func (c *composer) hiddenSites(sources []directiveSource) []Site {
	var sites []Site
	for _, s := range sources {
		if a := first(s.applied, dirInaccessible); a != nil {
			sites = append(sites, s.schema.site(a.pos)...)
		}
	}
	return sites
}

func (c *composer) checkDisallowed() {
	for _, s := range c.subs {
		for _, t := range s.order {
			if a := first(t.applied, dirInaccessible); a != nil && t.implied {
				c.fail(CodeDisallowedInaccessible, t.name, s.site(a.pos), "remove it", "%stype %q, which is built in or belongs to a specification, cannot be @inaccessible", s.prefix(), t.name)
			}
		}
		for _, d := range s.directiveOrder {
			typeSystem := slices.ContainsFunc(d.locations, func(l ast.DirectiveLocation) bool { return !slices.Contains(executableLocations, l) })
			for _, arg := range d.args {
				if a := first(arg.applied, dirInaccessible); a != nil && (typeSystem || d.builtIn || d.implied) {
					c.fail(CodeDisallowedInaccessible, "@"+d.name, s.site(a.pos), "remove it", "%sargument %q of directive \"@%s\", which may be used in schemas, cannot be @inaccessible", s.prefix(), arg.name, d.name)
				}
			}
		}
	}
}

func (c *composer) checkVisibleType(t *mergedType) {
	visible := 0
	for _, f := range t.fields {
		if !hidden(f.applied) {
			visible++
		}
	}
	for _, v := range t.values {
		if !hidden(v.applied) {
			visible++
		}
	}
	for _, m := range t.members {
		if !c.hiddenType(m) {
			visible++
		}
	}
	if visible == 0 && t.kind != ast.Scalar {
		var sites []Site
		for _, f := range t.fields {
			sites = append(sites, c.hiddenSites(fieldSources(f))...)
		}
		c.fail(CodeOnlyInaccessibleChildren, t.name, append(sites, typeSites(t)...), "make the type @inaccessible too", "type %q is visible, but everything in it is @inaccessible", t.name)
	}
	for _, f := range t.fields {
		if hidden(f.applied) {
			if t.kind == ast.InputObject && f.required() {
				c.fail(CodeRequiredInaccessible, f.coordinate(), c.hiddenSites(fieldSources(f)), "give it a default value", "input field %q is @inaccessible but required", f.coordinate())
			}
			continue
		}
		c.checkVisibleField(t, f)
	}
	for _, name := range t.interfaces {
		if i := c.super.types[name]; i != nil && !hidden(i.applied) {
			c.checkVisibleImplementation(t, i)
		}
	}
}

func (c *composer) checkVisibleField(t *mergedType, f *mergedField) {
	c.checkReference(f)
	if t.kind == ast.InputObject {
		c.checkDefault(f)
	}
	for _, a := range f.args {
		if hidden(a.applied) {
			if a.required() {
				c.fail(CodeRequiredInaccessible, a.coordinate(), c.hiddenSites(fieldSources(a)), "give it a default value", "argument %q is @inaccessible but required", a.coordinate())
			}
			continue
		}
		c.checkReference(a)
		c.checkDefault(a)
	}
}

// checkReference checks that something visible has a visible type.
func (c *composer) checkReference(f *mergedField) {
	if t := c.super.types[f.typ.Name()]; t != nil && hidden(t.applied) {
		c.fail(CodeReferencedInaccessible, f.coordinate(), append(fieldSites(f), c.hiddenSites(typeSources(t))...), "make it @inaccessible too",
			"%q is visible, but its type %q is @inaccessible", f.coordinate(), t.name)
	}
}

func (c *composer) checkDefault(f *mergedField) {
	if f.defaultValue == nil {
		return
	}
	if what := c.hiddenInValue(f.defaultValue, f.typ); what != "" {
		c.fail(CodeDefaultValueUsesInaccessible, f.coordinate(), fieldSites(f), "change the default value", "the default value of %q uses %q, which is @inaccessible", f.coordinate(), what)
	}
}

// hiddenInValue is the coordinate of something hidden that a literal names.
func (c *composer) hiddenInValue(v *ast.Value, typ *ast.Type) string {
	if v.Kind == ast.ListValue {
		elem := typ
		if typ.Elem != nil {
			elem = typ.Elem
		}
		for _, x := range v.Children {
			if what := c.hiddenInValue(x.Value, elem); what != "" {
				return what
			}
		}
		return ""
	}
	t := c.super.types[typ.Name()]
	if t == nil {
		return ""
	}
	switch {
	case t.kind == ast.Enum && v.Kind == ast.EnumValue:
		for _, x := range t.values {
			if x.name == v.Raw && hidden(x.applied) {
				return t.name + "." + x.name
			}
		}
	case t.kind == ast.InputObject && v.Kind == ast.ObjectValue:
		for _, x := range v.Children {
			f := t.byName[x.Name]
			if f == nil {
				continue
			}
			if hidden(f.applied) {
				return f.coordinate()
			}
			if what := c.hiddenInValue(x.Value, f.typ); what != "" {
				return what
			}
		}
	}
	return ""
}

func (c *composer) checkVisibleImplementation(t, i *mergedType) {
	for _, want := range i.fields {
		got := t.byName[want.name]
		if got == nil || hidden(want.applied) {
			continue
		}
		if hidden(got.applied) {
			c.fail(CodeImplementedByInaccessible, got.coordinate(), append(c.hiddenSites(fieldSources(got)), fieldSites(want)...), "hide the interface's field too",
				"field %q is @inaccessible, but it implements %q, which is visible", got.coordinate(), want.coordinate())
			continue
		}
		for _, a := range want.args {
			b := got.arg(a.name)
			switch {
			case b == nil:
			case !hidden(a.applied) && hidden(b.applied):
				c.fail(CodeImplementedByInaccessible, b.coordinate(), append(c.hiddenSites(fieldSources(b)), fieldSites(a)...), "hide the interface's argument too",
					"argument %q is @inaccessible, but it implements %q, which is visible", b.coordinate(), a.coordinate())
			case hidden(a.applied) && !hidden(b.applied) && b.required():
				c.fail(CodeRequiredInaccessible, a.coordinate(), append(c.hiddenSites(fieldSources(a)), fieldSites(b)...), "",
					"argument %q is @inaccessible, but it is required where it is implemented, by %q", a.coordinate(), b.coordinate())
			}
		}
	}
}
