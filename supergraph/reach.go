package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// In join v0.1 value types do not say where they are. They are put into every
// subgraph from whose root fields or entities they can be reached: as the type
// of a field or argument, as a member, an interface or an implementation.

// isValueType tells whether the place of a type in a v0.1 supergraph has to be
// found out.
func (b *builder) isValueType(d *declaration) bool {
	return b.owned && len(d.joins) == 0 && d.owner == nowhere
}

// reachAll puts the value types into the subgraphs that reach them.
func (b *builder) reachAll() {
	for _, d := range b.r.declarations {
		t := b.sg.Types[d.def.Name]
		for graph, in := range t.In {
			if in == nil {
				continue
			}
			for i := range d.fields {
				def := d.def.Fields[i]
				if t.Fields != nil && in.Fields[def.Name] != nil {
					b.reachField(def, graph)
				}
			}
			for _, name := range d.def.Interfaces {
				b.reach(name, graph)
			}
		}
	}
	// Directives of operations are for all subgraphs.
	for _, def := range b.r.directives {
		for _, a := range def.Arguments {
			for graph := range b.sg.Subgraphs {
				b.reach(a.Type.Name(), graph)
			}
		}
	}
}

func (b *builder) reachField(def *ast.FieldDefinition, graph int) {
	b.reach(def.Type.Name(), graph)
	for _, a := range def.Arguments {
		b.reach(a.Type.Name(), graph)
	}
}

// reach puts the named type, if it is a value type, into the graph, with all
// that can be reached from it.
func (b *builder) reach(name string, graph int) {
	for queue := []string{name}; len(queue) > 0; {
		name, queue = queue[0], queue[1:]
		d := b.declarations[name]
		if d == nil || !b.isValueType(d) {
			continue
		}
		t := b.sg.Types[name]
		if t.In[graph] != nil {
			continue
		}
		b.enter(t, graph)
		for i := range d.fields {
			def := d.def.Fields[i]
			if len(d.fields[i].joins) > 0 {
				continue
			}
			b.put(t, def, joinField{graph: graph})
			queue = append(queue, def.Type.Name())
			for _, a := range def.Arguments {
				queue = append(queue, a.Type.Name())
			}
		}
		queue = append(queue, d.def.Types...)
		queue = append(queue, d.def.Interfaces...)
		if d.def.Kind == ast.Interface {
			for _, impl := range b.full.PossibleTypes[name] {
				queue = append(queue, impl.Name)
			}
		}
	}
}
