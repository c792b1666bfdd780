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

	// contextTypes are the names of the types that set a context, sorted.
	contextTypes      map[string][]string
	contextSelections int // parsed so far
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
		owned:        r.fs.isOwned(),
		declarations: make(map[string]*declaration, len(r.declarations)),
		external:     map[*FieldIn]bool{},
		contextTypes: map[string][]string{},
	}
	for _, d := range r.declarations {
		b.declarations[d.def.Name] = d
		b.declare(d)
		for _, name := range d.contexts {
			b.contextTypes[name] = append(b.contextTypes[name], d.def.Name)
		}
	}
	for _, names := range b.contextTypes {
		slices.Sort(names)
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
	return b.sg, b.checkQuery()
}

// checkQuery refuses a supergraph of which nothing can be asked.
func (b *builder) checkQuery() error {
	for _, in := range b.sg.Types[b.full.Query.Name].In {
		if in != nil {
			return nil
		}
	}
	return errorAt(b.full.Query.Position, CodeNoQueries, "no subgraph has a field of the query root type %s: compose the supergraph again", b.full.Query.Name)
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

func (b *builder) hasType(name string, graph int) bool {
	if b.r.builtIn.types[name] {
		return true
	}
	t := b.sg.Types[name]
	return t != nil && t.In[graph] != nil
}

func (b *builder) isRoot(t *Type) bool {
	def := t.Definition
	return def == b.full.Query || def == b.full.Mutation || def == b.full.Subscription
}

// finish sorts what is to be sorted, and sets what spans subgraphs.
func (b *builder) finish() {
	for _, t := range b.sg.Types {
		for _, in := range t.In {
			if in == nil {
				continue
			}
			for _, list := range []*[]string{&in.Interfaces, &in.Possible, &in.EnumValues} {
				slices.Sort(*list)
				*list = slices.Compact(*list)
			}
		}
		if !t.IsComposite() {
			continue
		}
		for _, def := range b.full.PossibleTypes[t.Name] {
			t.Possible = append(t.Possible, def.Name)
		}
		slices.Sort(t.Possible)
		t.Possible = slices.Compact(t.Possible)
	}
}
