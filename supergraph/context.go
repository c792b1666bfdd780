package supergraph

import "slices"

// maxContextSelections bounds the contextual arguments, each counted for every
// type that sets its context.
const maxContextSelections = 100_000

// contexts reads the arguments that a subgraph wants filled from an ancestor.
//
// Federation, "@fromContext"; "join v0.5: join__ContextArgument".
func (b *builder) contexts(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	for i := range d.fields {
		def := d.def.Fields[i]
		for _, join := range d.fields[i].joins {
			if len(join.context) == 0 || join.graph == nowhere {
				continue
			}
			at := t.Name + "." + def.Name
			if t.Fields == nil {
				return errorAt(join.pos, CodeNotSupergraph, "the input field %s cannot have contextual arguments", at)
			}
			for _, c := range join.context {
				argument, err := b.contextArgument(at, join.graph, c)
				if err != nil {
					return err
				}
				f := t.Fields[def.Name].InSubgraph(join.graph)
				f.Context = append(f.Context, argument)
			}
		}
	}
	return nil
}

func (b *builder) contextArgument(at string, graph int, c joinContext) (*ContextArgument, error) {
	at += "(" + c.name + ":)"
	if b.full.Types[c.typ.Name()] == nil {
		return nil, errorAt(c.pos, CodeNotSupergraph, "%s has an unknown type %s", at, c.typ)
	}
	// A context goes by its subgraph and name, "subgraph__name", so only types
	// of that subgraph set it.
	argument := &ContextArgument{Name: c.name, Type: c.typ}
	for _, name := range b.contextTypes[c.context] {
		if b.hasType(name, graph) {
			argument.Types = append(argument.Types, name)
		}
	}
	argument.Types = slices.Compact(argument.Types)
	if len(argument.Types) == 0 {
		return nil, errorAt(c.pos, CodeContextNotSet, "%s is filled from the context %q, which no type sets", at, c.context)
	}
	if b.contextSelections += len(argument.Types); b.contextSelections > maxContextSelections {
		return nil, errorAt(c.pos, CodeTooLarge, "the contextual arguments times the types they can come from are more than %d, more than weft reads", maxContextSelections)
	}
	// Parsed last for the first type, so that its definitions stay.
	for _, name := range slices.Backward(argument.Types) {
		set := &fieldSet{b: b, kind: contextSet, graph: graph, where: "the selection of " + at}
		var err error
		if argument.Selection, err = set.parse(c.selection, name); err != nil {
			return nil, err
		}
	}
	return argument, nil
}
