package composition

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// validateMerged checks what can only be seen once everything is merged.
func (c *composer) validateMerged() {
	for _, t := range c.super.order {
		if t.kind == ast.Object || t.kind == ast.Interface {
			own := make(map[string]bool, len(t.interfaces))
			for _, name := range t.interfaces {
				own[name] = true
			}
			for _, name := range t.interfaces {
				if i := c.super.types[name]; i != nil && i.kind == ast.Interface {
					c.checkImplementation(t, own, i)
				}
			}
		}
	}
	c.checkRequiresArguments()
	c.checkTransitiveRequirements()
}

func (c *composer) invalidMerged(coordinate string, sites []Site, format string, args ...any) {
	c.fail(CodeInvalidGraphQL, coordinate, sites, "", "%s", "once merged, "+fmt.Sprintf(format, args...))
}

// checkImplementation checks that t, whose interfaces own are, implements all of
// i in the supergraph, which each subgraph alone need not show.
func (c *composer) checkImplementation(t *mergedType, own map[string]bool, i *mergedType) {
	for _, above := range i.interfaces {
		if above != t.name && !own[above] {
			c.invalidMerged(t.name, typeSites(t), "type %q must implement %q, since %q does", t.name, above, i.name)
		}
	}
	for _, want := range i.fields {
		got := t.byName[want.name]
		if got == nil {
			c.interfaceFieldNoImplementation(t, i, want)
			continue
		}
		if !c.super.isSubtype(got.typ, want.typ) {
			c.invalidMerged(got.coordinate(), fieldSites(got), "field %q has type \"%s\", which does not fit \"%s\" of interface field %q", got.coordinate(), got.typ, want.typ, want.coordinate())
		}
		for _, a := range want.args {
			b := got.arg(a.name)
			switch {
			case b == nil:
				c.invalidMerged(got.coordinate(), fieldSites(got), "field %q lacks the argument %q of interface field %q", got.coordinate(), a.name, want.coordinate())
			case !sameType(a.typ, b.typ):
				c.invalidMerged(b.coordinate(), fieldSites(b), "argument %q has type \"%s\" but \"%s\" in interface %q", b.coordinate(), b.typ, a.typ, i.name)
			}
		}
		for _, b := range got.args {
			if b.required() && want.arg(b.name) == nil {
				c.invalidMerged(b.coordinate(), fieldSites(b), "argument %q is required, but interface field %q does not have it", b.coordinate(), want.coordinate())
			}
		}
	}
}

func (c *composer) interfaceFieldNoImplementation(t, i *mergedType, want *mergedField) {
	var declared, implementing []string
	var sites []Site
	for _, f := range want.sources {
		declared = append(declared, f.schema.name)
		sites = append(sites, f.schema.site(f.pos)...)
	}
	for _, s := range t.sources {
		if s.implements(i.name) {
			implementing = append(implementing, s.schema.name)
			sites = append(sites, s.schema.site(s.pos())...)
		}
	}
	c.fail(CodeInterfaceFieldNoImplem, t.name, sites, fmt.Sprintf("add %q to %q in some subgraph", want.name, t.name),
		"interface field %q is declared in %s, but type %q, which implements %q in %s, does not have it",
		want.coordinate(), subgraphList(declared), t.name, i.name, subgraphList(implementing))
}

func typeSites(t *mergedType) []Site {
	var sites []Site
	for _, s := range t.sources {
		sites = append(sites, s.schema.site(s.pos())...)
	}
	return sites
}

func fieldSites(f *mergedField) []Site {
	var sites []Site
	for _, s := range f.sources {
		sites = append(sites, s.schema.site(s.pos)...)
	}
	return sites
}

// checkRequiresArguments checks the arguments in @requires against the merged
// fields: another subgraph may lack one, or insist on one.
func (c *composer) checkRequiresArguments() {
	for _, s := range c.subs {
		for _, fs := range s.requiresSets {
			c.checkRequires(s, fs, fs.selections)
		}
	}
}

func (c *composer) checkRequires(s *schema, fs *fieldSet, sels []*selection) {
	for _, x := range sels {
		if x.field != nil {
			if t := c.super.types[x.parent.name]; t != nil && t.byName[x.name] != nil {
				c.checkRequiresField(s, fs, x, t.byName[x.name])
			}
		}
		c.checkRequires(s, fs, x.sub)
	}
}

func (c *composer) checkRequiresField(s *schema, fs *fieldSet, x *selection, m *mergedField) {
	fail := func(others []string, format string, args ...any) {
		c.fail(CodeRequiresInvalidFields, fs.coordinate(), s.site(fs.app.pos), "",
			"%s%s: %s", s.prefix(), fs.where(), fmt.Sprintf(format, args...)+" ("+subgraphList(others)+")")
	}
	for _, a := range x.args {
		if m.arg(a.Name) != nil {
			continue
		}
		var lacking []string
		for _, f := range m.sources {
			if !f.external && f.arg(a.Name) == nil {
				lacking = append(lacking, f.schema.name)
			}
		}
		if len(lacking) > 0 {
			fail(lacking, "argument %q of %q is given, but some subgraphs that resolve the field do not have it", a.Name, m.coordinate())
		}
	}
	for _, arg := range m.args {
		if !arg.required() || x.args.ForName(arg.name) != nil {
			continue
		}
		var insisting []string
		for _, a := range arg.sources {
			if a.required() && !slices.Contains(insisting, a.schema.name) {
				insisting = append(insisting, a.schema.name)
			}
		}
		if len(insisting) > 0 {
			fail(insisting, "argument %q is not given, but some subgraphs require it", arg.coordinate())
		}
	}
}
