package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// requirements parses what the fields of a type require and provide.
func (b *builder) requirements(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	for i := range d.fields {
		def := d.def.Fields[i]
		for _, join := range d.fields[i].joins {
			if join.requires == nil && join.provides == nil || join.graph == nowhere {
				continue
			}
			if t.Fields == nil {
				return errorAt(join.pos, CodeNotSupergraph, "the input field %s.%s cannot require or provide anything", t.Name, def.Name)
			}
			f := t.Fields[def.Name].InSubgraph(join.graph)
			at := t.Name + "." + def.Name
			var err error
			if join.requires != nil {
				set := &fieldSet{b: b, kind: requiresSet, graph: join.graph, complete: true, where: "what " + at + " requires"}
				if f.Requires, err = set.parse(join.requires, t.Name); err != nil {
					return err
				}
			}
			if join.provides != nil {
				set := &fieldSet{b: b, kind: providesSet, graph: join.graph, complete: true, where: "what " + at + " provides"}
				if f.Provides, err = set.parse(join.provides, f.Type.Name()); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
