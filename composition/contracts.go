package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// applyContract hides what the tags in Options say, by making it
// @inaccessible: the supergraph stays whole, clients see less.
//
//   - What has one of ExcludeTags is hidden, whatever else it is tagged with.
//   - With IncludeTags, a type that has one of them is visible with all its
//     fields, values or members; of another type only the fields or values that
//     have one are, and the type is hidden if none is. Arguments are visible
//     with their field.
//   - With HideUnreachable, types no visible field or argument leads to are
//     hidden as well.
func (c *composer) applyContract() {
	if len(c.opts.IncludeTags) == 0 && len(c.opts.ExcludeTags) == 0 {
		return
	}
	for _, t := range c.super.order {
		c.contractType(t)
	}
	if c.opts.HideUnreachable {
		c.hideUnreachable()
	}
}

func tagged(applied []*application, tags []string) bool {
	return slices.ContainsFunc(all(applied, dirTag), func(a *application) bool { return slices.Contains(tags, a.str("name")) })
}

func (c *composer) contractType(t *mergedType) {
	include, exclude := c.opts.IncludeTags, c.opts.ExcludeTags
	if tagged(t.applied, exclude) {
		c.hide(&t.applied)
		return
	}
	whole := len(include) == 0 || tagged(t.applied, include)
	any := false
	contract := func(applied *[]*application) {
		if tagged(*applied, exclude) || !whole && !tagged(*applied, include) {
			c.hide(applied)
			return
		}
		any = true
	}
	for _, f := range t.fields {
		contract(&f.applied)
		for _, a := range f.args {
			if tagged(a.applied, exclude) {
				c.hide(&a.applied)
			}
		}
	}
	for _, v := range t.values {
		contract(&v.applied)
	}
	if !whole && !any {
		c.hide(&t.applied)
	}
}

// hide makes something @inaccessible.
func (c *composer) hide(applied *[]*application) {
	if hidden(*applied) {
		return
	}
	d := c.known[dirInaccessible]
	if d == nil {
		d = &composedDirective{key: dirInaccessible, name: dirInaccessible}
		c.known[dirInaccessible] = d
		l := mergedLink{url: specBase + "inaccessible/v0.2", purpose: "SECURITY"}
		if c.custom[dirInaccessible] != nil {
			d.name = "federation__inaccessible"
			l.as = c.freeAlias(dirInaccessible)
			l.imports = []linkImport{{name: "@inaccessible", as: "@" + d.name}}
		}
		c.super.links = append(c.super.links, l)
	}
	*applied = append(slices.Clone(*applied), &application{name: d.name, canonical: dirInaccessible})
}

func (c *composer) hideUnreachable() {
	reached := map[*mergedType]bool{}
	var queue []*mergedType
	reach := func(name string) {
		if t := c.super.types[name]; t != nil && !reached[t] && !hidden(t.applied) {
			reached[t] = true
			queue = append(queue, t)
		}
	}
	for _, r := range c.super.roots {
		if r != nil {
			reach(r.name)
		}
	}
	for _, d := range c.super.directives {
		for _, a := range d.args {
			reach(a.typ.Name())
		}
	}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		for _, f := range t.fields {
			if hidden(f.applied) {
				continue
			}
			reach(f.typ.Name())
			for _, a := range f.args {
				if !hidden(a.applied) {
					reach(a.typ.Name())
				}
			}
		}
		for _, m := range t.members {
			reach(m)
		}
		for _, i := range t.interfaces {
			reach(i)
		}
		if t.kind == ast.Interface {
			for _, o := range c.super.implementers[t.name] {
				reach(o.name)
			}
		}
	}
	for _, t := range c.super.order {
		if !reached[t] {
			c.hide(&t.applied)
		}
	}
}
