package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// standIns are the fields of @interfaceObject types that answer a field of
// object type t in subgraphs that do not know t.
func (c *composer) standIns(t *mergedType, name string) []*field {
	if t.kind != ast.Object {
		return nil
	}
	var found []*field
	for _, i := range t.interfaces {
		m := c.super.types[i]
		if m == nil {
			continue
		}
		for _, s := range m.sources {
			if !s.interfaceObject {
				continue
			}
			if f := s.byName[name]; f != nil && t.source(s.schema) == nil {
				found = append(found, f)
			}
		}
	}
	return found
}

// checkSharing checks that a field resolved by several subgraphs is marked as
// shareable in all of them.
func (c *composer) checkSharing(t *mergedType, m *mergedField) {
	if t.kind != ast.Object {
		return
	}
	if t == c.super.roots[rootSubscription] {
		for _, f := range m.sources {
			if f.shareable && has(f.applied, dirShareable) || has(f.parent.applied, dirShareable) {
				c.fail(CodeInvalidFieldSharing, m.coordinate(), f.schema.site(f.pos), "remove @shareable",
					"%sfields of the subscription root cannot be shared: %q", f.schema.prefix(), m.coordinate())
			}
		}
	}
	var shareable, other []*field
	for _, f := range slices.Concat(m.sources, c.standIns(t, m.name)) {
		if f.fullyExternal() || f.overriddenBy != nil {
			continue
		}
		if f.shareable {
			shareable = append(shareable, f)
		} else {
			other = append(other, f)
		}
	}
	c.reportSharing(m, shareable, other)
}

func (c *composer) reportSharing(m *mergedField, shareable, other []*field) {
	if len(other) == 0 || len(shareable) == 0 && len(other) < 2 {
		return
	}
	resolved := slices.Concat(shareable, other)
	slices.SortStableFunc(resolved, func(a, b *field) int { return a.schema.index - b.schema.index })
	var names, not []string
	var sites []Site
	for _, f := range resolved {
		names = append(names, f.schema.name)
		sites = append(sites, f.schema.site(f.pos)...)
	}
	for _, f := range other {
		not = append(not, f.schema.name)
	}
	where := "all of them"
	if len(shareable) > 0 {
		where = subgraphList(slices.Compact(not))
	}
	try := "mark the field @shareable in all of them, or leave it to one of them"
	for _, f := range other {
		if a := first(f.applied, dirOverride); a != nil && c.subgraph(a.str("from")) == nil {
			try = "the @override in subgraph \"" + f.schema.name + "\" names the unknown subgraph \"" + a.str("from") + "\": correct it"
		}
	}
	c.fail(CodeInvalidFieldSharing, m.coordinate(), sites, try,
		"field %q is resolved by %s, but is not shareable in %s", m.coordinate(), subgraphList(slices.Compact(names)), where)
}
