package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A builder makes the model out of what a reader has read. Its methods follow
// the order in which build calls them.
type builder struct {
	r    *reader
	full *ast.Schema
	sg   *Supergraph

	// owned is set for join v0.1, in which only entities say where they are.
	owned bool

	// declarations by type name.
	declarations map[string]*declaration

	// external are the fields marked @external or overridden, also where that
	// does not keep the subgraph from resolving them.
	external map[*FieldIn]bool
}

func build(r *reader, full, api *ast.Schema) (*Supergraph, error) {
	b := &builder{
		r:    r,
		full: full,
		sg: &Supergraph{
			Subgraphs:    r.subgraphs,
			Types:        make(map[string]*Type, len(r.declarations)),
			API:          api,
			Full:         full,
			Query:        nameOf(api.Query),
			Mutation:     nameOf(api.Mutation),
			Subscription: nameOf(api.Subscription),
		},
		owned:        r.fs.byIdentity[joinSpec].version == version{0, 1},
		declarations: make(map[string]*declaration, len(r.declarations)),
		external:     map[*FieldIn]bool{},
	}
	for _, d := range r.declarations {
		b.declarations[d.def.Name] = d
		b.declare(d)
	}
	for _, step := range []func(*declaration) error{
		b.fields,
		b.overrides,
		b.keys,
		b.requirements,
	} {
		for _, d := range r.declarations {
			if err := step(d); err != nil {
				return nil, err
			}
		}
	}
	if b.owned {
		b.reachAll()
	}
	for _, step := range []func(*declaration) error{
		b.checkFieldTypes,
		b.interfaces,
		b.members,
		b.contexts,
	} {
		for _, d := range r.declarations {
			if err := step(d); err != nil {
				return nil, err
			}
		}
	}
	b.resolveFakeExternals()
	b.pruneRequirements()
	b.dropEmpty()
	b.finish()
	return b.sg, nil
}

func nameOf(def *ast.Definition) string {
	if def == nil {
		return ""
	}
	return def.Name
}

// declare puts the type into the subgraphs that say they have it.
func (b *builder) declare(d *declaration) {
	t := &Type{
		Name:         d.def.Name,
		Kind:         d.def.Kind,
		Definition:   d.def,
		In:           make([]*TypeIn, len(b.sg.Subgraphs)),
		Inaccessible: b.r.hidden[d.def],
		Access:       d.access,
	}
	b.sg.Types[t.Name] = t
	for _, join := range d.joins {
		in := b.enter(t, join.graph)
		in.InterfaceObject = in.InterfaceObject || join.interfaceObject
	}
	if b.owned && d.owner != nowhere {
		b.enter(t, d.owner)
	}
}

// enter returns the type in the graph, which has it from now on.
func (b *builder) enter(t *Type, graph int) *TypeIn {
	in := t.In[graph]
	if in == nil {
		in = &TypeIn{Subgraph: graph}
		switch t.Kind {
		case ast.Object, ast.Interface:
			in.Fields = map[string]*FieldIn{}
		case ast.InputObject:
			in.InputFields = map[string]*ast.Type{}
		}
		t.In[graph] = in
	}
	return in
}

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

func (b *builder) isRoot(t *Type) bool {
	def := t.Definition
	return def == b.full.Query || def == b.full.Mutation || def == b.full.Subscription
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

// keys parses the keys of a type.
func (b *builder) keys(d *declaration) error {
	t := b.sg.Types[d.def.Name]
	for _, join := range d.joins {
		if join.key == nil {
			continue
		}
		set := &fieldSet{
			b:          b,
			rules:      keyRules,
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
				set := &fieldSet{b: b, rules: requiresRules, graph: join.graph, complete: true, where: "what " + at + " requires"}
				if f.Requires, err = set.parse(join.requires, t.Name); err != nil {
					return err
				}
			}
			if join.provides != nil {
				set := &fieldSet{b: b, rules: providesRules, graph: join.graph, complete: true, where: "what " + at + " provides"}
				if f.Provides, err = set.parse(join.provides, f.Type.Name()); err != nil {
					return err
				}
			}
		}
	}
	return nil
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

func (b *builder) hasType(name string, graph int) bool {
	if b.r.builtIn.types[name] {
		return true
	}
	t := b.sg.Types[name]
	return t != nil && t.In[graph] != nil
}

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
		if slices.Contains(in.Interfaces, join.name) {
			continue
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
		for _, join := range joins {
			in := t.In[join.graph]
			if in == nil || !slices.Contains(d.def.Types, join.name) || !b.hasType(join.name, join.graph) {
				return errorAt(join.pos, CodeNotSupergraph, "%s cannot be a member of %s in the subgraph %q, which does not have both as a member and a union",
					join.name, t.Name, b.sg.Subgraphs[join.graph].Name)
			}
			if !slices.Contains(in.Possible, join.name) {
				in.Possible = append(in.Possible, join.name)
			}
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

// finish sorts what is to be sorted, and sets what spans subgraphs.
func (b *builder) finish() {
	for name, t := range b.sg.Types {
		exists := false
		for _, in := range t.In {
			if in == nil {
				continue
			}
			exists = true
			slices.Sort(in.Interfaces)
			slices.Sort(in.Possible)
			slices.Sort(in.EnumValues)
			in.EnumValues = slices.Compact(in.EnumValues)
		}
		if !exists {
			delete(b.sg.Types, name)
		}
	}
	for _, t := range b.sg.Types {
		if !t.IsComposite() {
			continue
		}
		for _, def := range b.full.PossibleTypes[t.Name] {
			if b.sg.Types[def.Name] != nil {
				t.Possible = append(t.Possible, def.Name)
			}
		}
		slices.Sort(t.Possible)
		t.Possible = slices.Compact(t.Possible)
	}
}
