package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A place is a type in a subgraph.
type place struct {
	name  string
	graph int
}

// dropEmpty takes types that have nothing in them out of their subgraphs, and
// then what refers to them. A type is empty somewhere if all its fields went
// to other subgraphs.
func (b *builder) dropEmpty() {
	var queue []place
	for _, d := range b.r.declarations {
		t := b.sg.Types[d.def.Name]
		for graph, in := range t.In {
			if in != nil && isEmpty(t.Kind, in) {
				queue = append(queue, place{t.Name, graph})
			}
		}
	}
	queue = append(queue, b.unplaced()...)
	if len(queue) == 0 {
		return
	}
	users := b.users()
	// A field may lead to a root type in a subgraph that has no root fields:
	// the operation goes on in another subgraph.
	queue = slices.DeleteFunc(queue, func(p place) bool {
		t := b.sg.Types[p.name]
		return t != nil && b.isRoot(t) && len(users[p]) > 0
	})
	gone := map[place]bool{}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if gone[p] {
			continue
		}
		gone[p] = true
		if t := b.sg.Types[p.name]; t != nil {
			t.In[p.graph] = nil
		}
		for _, use := range users[p] {
			t := b.sg.Types[use.name]
			in := t.In[p.graph]
			if in == nil {
				continue
			}
			if use.field != "" {
				delete(in.Fields, use.field)
				t.Fields[use.field].drop(p.graph)
			} else {
				in.Possible = slices.DeleteFunc(in.Possible, func(name string) bool { return name == p.name })
			}
			if isEmpty(t.Kind, in) {
				queue = append(queue, place{t.Name, p.graph})
			}
		}
	}
	b.dropNames(gone)
}

// drop takes the field out of a subgraph.
func (f *Field) drop(graph int) {
	if at, found := f.find(graph); found {
		f.In = slices.Delete(f.In, at, at+1)
	}
}

func isEmpty(kind ast.DefinitionKind, in *TypeIn) bool {
	switch kind {
	case ast.Object, ast.Interface:
		return len(in.Fields) == 0
	case ast.InputObject:
		return len(in.InputFields) == 0
	case ast.Union:
		return len(in.Possible) == 0
	default:
		return false
	}
}

// unplaced returns the types of fields that are not where the fields are.
// Only a v0.1 supergraph comes so far.
func (b *builder) unplaced() []place {
	if !b.owned {
		return nil
	}
	var out []place
	for _, d := range b.r.declarations {
		t := b.sg.Types[d.def.Name]
		if t.Fields == nil {
			continue
		}
		for i := range d.fields {
			for _, f := range t.Fields[d.def.Fields[i].Name].In {
				if !b.hasType(f.Type.Name(), f.Subgraph) {
					out = append(out, place{f.Type.Name(), f.Subgraph})
				}
			}
		}
	}
	return out
}

// A use is a field of a type, or a union if field is "".
type use struct{ name, field string }

// users returns what ceases to exist, or becomes smaller, with a type.
func (b *builder) users() map[place][]use {
	users := map[place][]use{}
	for _, d := range b.r.declarations {
		t := b.sg.Types[d.def.Name]
		for graph, in := range t.In {
			if in == nil {
				continue
			}
			for i := range d.fields {
				name := d.def.Fields[i].Name
				if f := in.Fields[name]; f != nil && !b.r.builtIn.types[f.Type.Name()] {
					p := place{f.Type.Name(), graph}
					users[p] = append(users[p], use{t.Name, name})
				}
			}
			if t.Kind == ast.Union {
				for _, member := range in.Possible {
					p := place{member, graph}
					users[p] = append(users[p], use{name: t.Name})
				}
			}
		}
	}
	return users
}

// dropNames takes the types that are gone out of the lists of names.
func (b *builder) dropNames(gone map[place]bool) {
	for _, t := range b.sg.Types {
		for graph, in := range t.In {
			if in == nil {
				continue
			}
			for _, list := range []*[]string{&in.Possible, &in.Interfaces} {
				*list = slices.DeleteFunc(*list, func(name string) bool { return gone[place{name, graph}] })
			}
		}
	}
}
