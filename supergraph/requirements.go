package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// resolveFakeExternals makes the fields of an extension's keys resolvable.
// Such fields had to be marked @external, although a subgraph that extends a
// type knows the keys of its own entities.
//
// Federation, "Entities: extending" (federation 1).
func (b *builder) resolveFakeExternals() {
	for _, d := range b.r.declarations {
		t := b.sg.Types[d.def.Name]
		key := map[int]int{} // keys seen per graph
		for _, join := range d.joins {
			if join.key == nil {
				continue
			}
			fields := t.In[join.graph].Keys[key[join.graph]].Fields
			key[join.graph]++
			if b.isExtension(d, join) {
				b.resolveAll(fields, join.graph)
			}
		}
	}
}

func (b *builder) resolveAll(selections ast.SelectionSet, graph int) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			for _, f := range b.fieldAndImplementations(selection, graph) {
				if b.external[f] {
					f.External = false
				}
			}
			b.resolveAll(selection.SelectionSet, graph)
		case *ast.InlineFragment:
			b.resolveAll(selection.SelectionSet, graph)
		}
	}
}

// fieldAndImplementations returns the field that f selects in the graph and,
// if it is an interface's, those of the objects that the graph knows to
// implement it.
func (b *builder) fieldAndImplementations(f *ast.Field, graph int) []*FieldIn {
	if f.Name == "__typename" {
		return nil
	}
	t := b.sg.Types[f.ObjectDefinition.Name]
	in := t.In[graph]
	if in == nil {
		return nil
	}
	var out []*FieldIn
	if field := in.Fields[f.Name]; field != nil {
		out = append(out, field)
	}
	if t.Kind == ast.Interface {
		for _, name := range in.Possible {
			if field := b.sg.Types[name].In[graph].Fields[f.Name]; field != nil {
				out = append(out, field)
			}
		}
	}
	return out
}

// pruneRequirements drops the parts of requires and provides that the subgraph
// resolves by itself: leaves that are not external and not below something
// external.
func (b *builder) pruneRequirements() {
	for _, d := range b.r.declarations {
		for _, f := range b.sg.Types[d.def.Name].Fields {
			for _, in := range f.In {
				in.Requires = b.prune(in.Requires, in.Subgraph)
				in.Provides = b.prune(in.Provides, in.Subgraph)
			}
		}
	}
}

func (b *builder) prune(selections ast.SelectionSet, graph int) ast.SelectionSet {
	var kept ast.SelectionSet
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			if b.isExternal(selection, graph) {
				kept = append(kept, selection)
				continue
			}
			if below := b.prune(selection.SelectionSet, graph); below != nil {
				selection.SelectionSet = below
				kept = append(kept, selection)
			}
		case *ast.InlineFragment:
			if below := b.prune(selection.SelectionSet, graph); below != nil {
				selection.SelectionSet = below
				kept = append(kept, selection)
			}
		}
	}
	return kept
}

// isExternal tells whether the field is marked external in the graph. For an
// interface's field one implementation with the mark is enough.
func (b *builder) isExternal(f *ast.Field, graph int) bool {
	for _, in := range b.fieldAndImplementations(f, graph) {
		if b.external[in] {
			return true
		}
	}
	return false
}
