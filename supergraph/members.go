package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// interfaces sets what each subgraph says a type implements, and the possible
// types of the interfaces there.
//
// Federation, "join v0.5: @join__implements".
func (b *builder) interfaces(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	if t.Kind != ast.Object && t.Kind != ast.Interface {
		return nil
	}
	joins := d.implements
	if b.owned {
		joins = b.everywhere(t, d.def.Interfaces)
	}
	for _, join := range joins {
		in, i := t.In[join.graph], b.sg.Types[join.name]
		if i == nil || i.Kind != ast.Interface || in == nil || i.In[join.graph] == nil {
			return errorAt(join.pos, CodeNotSupergraph, "%s cannot implement %s in the subgraph %q, which does not have both as a type and an interface",
				t.Name, join.name, b.sg.Subgraphs[join.graph].Name)
		}
		in.Interfaces = append(in.Interfaces, join.name)
		if iface := i.In[join.graph]; t.Kind == ast.Object && !iface.InterfaceObject {
			iface.Possible = append(iface.Possible, t.Name)
		}
	}
	if t.Kind == ast.Object {
		for _, in := range t.In {
			if in != nil {
				in.Possible = []string{t.Name}
			}
		}
	}
	return nil
}

// everywhere joins t and each of names in all subgraphs that have both.
func (b *builder) everywhere(t *Type, names []string) []joinName {
	var joins []joinName
	for _, name := range names {
		for graph, in := range t.In {
			if in != nil && b.hasType(name, graph) {
				joins = append(joins, joinName{graph: graph, name: name, pos: t.Definition.Position})
			}
		}
	}
	return joins
}

// members sets the union members and enum values that each subgraph knows.
// Before join v0.3 the supergraph does not say: they are where their types
// are.
//
// Federation, "join v0.5: @join__unionMember, @join__enumValue".
func (b *builder) members(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	switch t.Kind {
	case ast.Union:
		joins := d.members
		if len(joins) == 0 {
			joins = b.everywhere(t, d.def.Types)
		}
		isMember := make(map[string]bool, len(d.def.Types))
		for _, name := range d.def.Types {
			isMember[name] = true
		}
		for _, join := range joins {
			in := t.In[join.graph]
			if in == nil || !isMember[join.name] || !b.hasType(join.name, join.graph) {
				return errorAt(join.pos, CodeNotSupergraph, "%s cannot be a member of %s in the subgraph %q, which does not have both as a member and a union",
					join.name, t.Name, b.sg.Subgraphs[join.graph].Name)
			}
			in.Possible = append(in.Possible, join.name)
		}
	case ast.Enum:
		return b.enumValues(t, d)
	}
	return nil
}

func (b *builder) enumValues(t *Type, d *declaration) error {
	joined := slices.ContainsFunc(d.values, func(graphs []int) bool { return len(graphs) > 0 })
	for i, v := range d.def.EnumValues {
		if !joined {
			for _, in := range t.In {
				if in != nil {
					in.EnumValues = append(in.EnumValues, v.Name)
				}
			}
			continue
		}
		for _, graph := range d.values[i] {
			in := t.In[graph]
			if in == nil {
				return errorAt(v.Position, CodeNotSupergraph, "%s.%s is put into the subgraph %q, which does not have %s",
					t.Name, v.Name, b.sg.Subgraphs[graph].Name, t.Name)
			}
			in.EnumValues = append(in.EnumValues, v.Name)
		}
	}
	return nil
}
