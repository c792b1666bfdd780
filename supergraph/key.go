package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// keys parses the keys of a type.
func (b *builder) keys(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	for _, join := range d.joins {
		if join.key == nil {
			continue
		}
		set := &fieldSet{
			b:          b,
			kind:       keySet,
			graph:      join.graph,
			complete:   true,
			resolvable: b.isExtension(d, join),
			where:      "the key of " + t.Name,
		}
		fields, err := set.parse(join.key, t.Name)
		if err != nil {
			return err
		}
		in := t.In[join.graph]
		in.Keys = append(in.Keys, &Key{Fields: fields, Text: join.key.text, Resolvable: join.resolvable})
	}
	return nil
}

// isExtension tells whether a key is on a type extension. In join v0.1 the
// owner has the type and all others extend it.
func (b *builder) isExtension(d *declaration, join joinType) bool {
	return join.extension || (b.owned && d.owner != join.graph)
}

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
