package supergraph

// overrides settles who resolves the fields that a subgraph takes over from
// another. Taking over from a subgraph that does not exist means nothing.
//
// Federation, "@override".
func (b *builder) overrides(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	if t.Fields == nil {
		return nil
	}
	for i := range d.fields {
		def := d.def.Fields[i]
		for _, join := range d.fields[i].joins {
			if join.override == "" || join.graph == nowhere {
				continue
			}
			from := b.sg.Subgraph(join.override)
			if from == nil || from.Index == join.graph {
				continue
			}
			field := t.Fields[def.Name]
			to, old := field.InSubgraph(join.graph), field.InSubgraph(from.Index)
			switch {
			case old == nil || old.External:
				// Nobody else can resolve it, label or not.
			case join.overrideLabel == "":
				old.External = true
				b.external[old] = true
			default:
				to.OverrideLabel, to.Overrides = join.overrideLabel, true
				old.OverrideLabel = join.overrideLabel
			}
		}
	}
	return nil
}
