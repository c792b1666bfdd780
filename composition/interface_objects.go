package composition

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkEntityInterfaces checks that whoever can be asked for an interface's
// entities knows all implementations, and that @interfaceObject stands for a
// real interface.
func (c *composer) checkEntityInterfaces() {
	for _, t := range c.super.order {
		if t.kind != ast.Interface {
			continue
		}
		implementers := c.super.implementers[t.name]
		anyReal, anyObject := false, false
		for _, s := range t.sources {
			anyReal = anyReal || !s.interfaceObject
			anyObject = anyObject || s.interfaceObject
			if s.interfaceObject {
				c.checkNoImplementations(t, s, implementers)
				continue
			}
			if slices.ContainsFunc(s.keys, func(k *fieldSet) bool { return k.resolvable }) {
				c.checkAllImplementations(t, s, implementers)
			}
		}
		if anyObject && !anyReal {
			var sites []Site
			for _, s := range t.sources {
				sites = append(sites, s.schema.site(s.pos())...)
			}
			c.fail(CodeInterfaceObjectUsageError, t.name, sites, "define the interface, with its key, in the subgraph that knows the implementations",
				"type %q is an @interfaceObject everywhere, but no subgraph defines it as an interface", t.name)
		}
	}
}

func (c *composer) checkNoImplementations(t *mergedType, s *typeDef, implementers []*mergedType) {
	for _, o := range implementers {
		if own := o.source(s.schema); own != nil {
			c.fail(CodeInterfaceObjectUsageError, t.name, append(s.schema.site(s.pos()), s.schema.site(own.pos())...),
				fmt.Sprintf("remove %q from subgraph %q, or define %q as an interface there", o.name, s.schema.name, t.name),
				"%stype %q is an @interfaceObject, so the subgraph cannot define its implementation %q", s.schema.prefix(), t.name, o.name)
		}
	}
}

func (c *composer) checkAllImplementations(t *mergedType, s *typeDef, implementers []*mergedType) {
	var missing []string
	sites := s.schema.site(s.pos())
	for _, o := range implementers {
		if own := o.source(s.schema); own == nil || !own.implements(t.name) {
			missing = append(missing, fmt.Sprintf("%q", o.name))
			for _, x := range o.sources {
				if x.implements(t.name) {
					sites = append(sites, x.schema.site(x.pos())...)
				}
			}
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		c.fail(CodeInterfaceKeyMissingImplementationType, t.name, sites, "define them there too, or make the key resolvable: false",
			"%sinterface %q has a resolvable key, so the subgraph must define all its implementations; it lacks %s", s.schema.prefix(), t.name, joinWords(missing))
	}
}

func joinWords(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	out := words[0]
	for i, w := range words[1:] {
		if i == len(words)-2 {
			out += " and " + w
		} else {
			out += ", " + w
		}
	}
	return out
}

// injectInterfaceObjectFields gives implementations the fields that an
// @interfaceObject resolves for all of them.
func (c *composer) injectInterfaceObjectFields() {
	for _, t := range c.super.order {
		if t.kind != ast.Object {
			continue
		}
		for _, name := range t.interfaces {
			i := c.super.types[name]
			if i == nil || i.kind != ast.Interface {
				continue
			}
			for _, f := range i.fields {
				if !slices.ContainsFunc(f.sources, func(s *field) bool { return s.parent.interfaceObject && !s.external }) {
					continue
				}
				if own := t.byName[f.name]; own != nil {
					continue
				}
				c.injectField(t, f)
			}
		}
	}
}

func (c *composer) injectField(t *mergedType, f *mergedField) {
	own := &mergedField{
		parent: t, name: f.name, typ: f.typ, description: f.description, injected: true,
		joins: []joinField{{subgraph: -1}},
	}
	for _, s := range f.sources {
		if s.parent.interfaceObject {
			own.sources = append(own.sources, s)
		}
	}
	own.applied = slices.DeleteFunc(slices.Clone(f.applied), func(a *application) bool {
		return isAccessControl(a.canonical) || a.name == "join__directive"
	})
	for _, a := range f.args {
		own.args = append(own.args, &mergedField{
			parent: t, owner: own, name: a.name, typ: a.typ, defaultValue: a.defaultValue, description: a.description, applied: a.applied,
		})
	}
	t.fields = append(t.fields, own)
	t.byName[f.name] = own
	var shareable, other []*field
	for _, s := range c.standIns(t, f.name) {
		if s.fullyExternal() {
			continue
		}
		if s.shareable {
			shareable = append(shareable, s)
		} else {
			other = append(other, s)
		}
	}
	c.reportSharing(own, shareable, other)
}
