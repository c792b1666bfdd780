package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// fields puts the fields of a type into the subgraphs that have them. Fields
// of input objects count as fields.
//
// Federation, "join v0.5: @join__field".
func (b *builder) fields(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	switch t.Kind {
	case ast.Object, ast.Interface:
		b.declareFields(t, d)
	case ast.InputObject:
	default:
		return nil
	}
	if b.owned && b.isRoot(t) && len(t.In) > 0 && !hasJoins(d) {
		for graph := range t.In {
			b.enter(t, graph)
		}
	}
	for i := range d.fields {
		if err := b.placeField(t, d, i); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) declareFields(t *Type, d *declaration) {
	t.Fields = make(map[string]*Field, len(d.fields))
	for i := range d.fields {
		def := d.def.Fields[i]
		t.Fields[def.Name] = &Field{
			Name:         def.Name,
			Definition:   def,
			Type:         def.Type,
			Arguments:    def.Arguments,
			Inaccessible: b.r.hidden[def],
			Access:       d.fields[i].access,
		}
	}
}

// placeField puts the i-th field of a type into its subgraphs.
func (b *builder) placeField(t *Type, d *declaration, i int) error {
	def, joins := d.def.Fields[i], d.fields[i].joins
	if len(joins) == 0 {
		for graph, in := range t.In {
			if in != nil && (!b.owned || d.owner == nowhere || d.owner == graph) {
				b.put(t, def, joinField{graph: graph})
			}
		}
		return nil
	}
	seen := make(map[int]bool, len(joins))
	for _, join := range joins {
		if join.graph == nowhere {
			continue
		}
		at := t.Name + "." + def.Name
		subgraph := b.sg.Subgraphs[join.graph].Name
		if seen[join.graph] {
			return errorAt(join.pos, CodeNotSupergraph, "%s is put into the subgraph %q twice", at, subgraph)
		}
		seen[join.graph] = true
		if join.typ != nil && b.full.Types[join.typ.Name()] == nil {
			return errorAt(join.pos, CodeNotSupergraph, "%s has an unknown type %s in the subgraph %q", at, join.typ, subgraph)
		}
		if t.In[join.graph] == nil {
			if !b.owned {
				return errorAt(join.pos, CodeNotSupergraph, "%s is put into the subgraph %q, which does not have %s", at, subgraph, t.Name)
			}
			b.enter(t, join.graph)
		}
		b.put(t, def, join)
	}
	return nil
}

// put puts a field into one subgraph.
func (b *builder) put(t *Type, def *ast.FieldDefinition, join joinField) *FieldIn {
	typ := def.Type
	if join.typ != nil {
		typ = join.typ
	}
	if t.Kind == ast.InputObject {
		t.In[join.graph].InputFields[def.Name] = typ
		return nil
	}
	f := &FieldIn{
		Subgraph: join.graph,
		Type:     typ,
		External: join.external || (join.usedOverridden && join.overrideLabel == ""),
	}
	if f.External {
		b.external[f] = true
	}
	t.In[join.graph].Fields[def.Name] = f
	field := t.Fields[def.Name]
	at, _ := field.find(join.graph)
	field.In = slices.Insert(field.In, at, f)
	return f
}

// hasJoins tells whether a type or one of its fields says where it is.
func hasJoins(d *declaration) bool {
	if len(d.joins) > 0 || d.owner != nowhere {
		return true
	}
	for _, f := range d.fields {
		if len(f.joins) > 0 {
			return true
		}
	}
	return false
}

// checkFieldTypes checks that a subgraph that has a field has the field's
// type. In join v0.1 types do not say where they are; there, dropEmpty removes
// such fields.
func (b *builder) checkFieldTypes(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	if b.owned || t.Fields == nil {
		return nil
	}
	for i := range d.fields {
		def := d.def.Fields[i]
		for _, f := range t.Fields[def.Name].In {
			if b.hasType(f.Type.Name(), f.Subgraph) {
				continue
			}
			return errorAt(def.Position, CodeNotSupergraph, "%s.%s is of type %s in the subgraph %q, which does not have that type",
				t.Name, def.Name, f.Type, b.sg.Subgraphs[f.Subgraph].Name)
		}
	}
	return nil
}
