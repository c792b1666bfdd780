package soundness

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// A Reach finds out what can be answered at all: where objects can be had, and
// which of their fields, if every subgraph that could be entered is. It does
// not look for a good way, nor at what it costs.
type Reach struct {
	super  *supergraph.Supergraph
	labels map[string]bool
}

// NewReach makes a search with the override labels that are active.
func NewReach(s *supergraph.Supergraph, labels map[string]bool) *Reach {
	return &Reach{super: s, labels: labels}
}

// Objects are the objects of one runtime type at a place, and the subgraphs in
// which they can be had.
type Objects struct {
	Type  string
	hands []hand
}

// A hand is an object as one subgraph has it.
type hand struct {
	subgraph int
	local    string
	provided []ast.SelectionSet
}

// Root are the objects that an operation starts from. A mutation's fields are
// had from one subgraph alone.
func (r *Reach) Root(kind ast.Operation) Objects {
	name := r.super.Query
	switch kind {
	case ast.Mutation:
		name = r.super.Mutation
	case ast.Subscription:
		name = r.super.Subscription
	}
	o := Objects{Type: name}
	for _, g := range r.super.Subgraphs {
		if t := r.super.Types[name]; t != nil && t.In[g.Index] != nil {
			o.hands = append(o.hands, hand{subgraph: g.Index, local: name})
		}
	}
	return o
}

// maxDetour bounds how deep keys of keys and requirements of requirements are
// looked into.
const maxDetour = 8

// CanAnswerAll tells whether a whole selection can be answered, which is
// normalised as package operation has it. Mutation fields are answered by one
// subgraph each.
func (r *Reach) CanAnswerAll(kind ast.Operation, selection []*operation.Field) bool {
	root := r.Root(kind)
	if kind == ast.Query {
		return r.all(root.Type, []Objects{root}, selection)
	}
	for _, f := range selection {
		group := slices.DeleteFunc(slices.Clone(selection), func(o *operation.Field) bool { return o.ResponseName != f.ResponseName })
		if !isMeta(f) && !slices.ContainsFunc(root.hands, func(h hand) bool {
			return r.all(root.Type, []Objects{{root.Type, []hand{h}}}, group)
		}) {
			return false
		}
	}
	return true
}

// all tells whether a selection can be answered at a place whose field has the
// type static, for all the objects that can be there.
func (r *Reach) all(static string, objects []Objects, selection []*operation.Field) bool {
	for _, f := range selection {
		if isMeta(f) {
			if slices.ContainsFunc(objects, func(o Objects) bool { return slices.Contains(f.On, o.Type) && !r.typed(o) }) {
				return false
			}
			continue
		}
		var below []Objects
		for _, o := range objects {
			if !slices.Contains(f.On, o.Type) {
				continue
			}
			through := r.answering(o, f.Name, 0)
			if len(f.On) == len(r.super.Types[static].Possible) {
				through = slices.DeleteFunc(through, func(h hand) bool { return r.withheld(h, objects, f.Name) })
			}
			if len(through) == 0 {
				return false
			}
			if len(f.Selections) > 0 {
				below = append(below, r.below(o, through, f.Name, 0)...)
			}
		}
		if len(f.Selections) > 0 && !r.all(f.Definition.Type.Name(), below, f.Selections) {
			return false
		}
	}
	return true
}

// withheld tells whether a field that is selected of all objects at a place
// must not be asked for where a subgraph returns them, because some of what it
// may return cannot answer it from there onwards.
//
// Apollo Federation, "interface fields": a plan begins in one subgraph, and
// has to hold for whatever that returns.
func (r *Reach) withheld(h hand, objects []Objects, name string) bool {
	local := r.super.Types[h.local]
	if local.Kind == ast.Object || local.In[h.subgraph].InterfaceObject {
		return false
	}
	return slices.ContainsFunc(objects, func(o Objects) bool {
		if !canBe(r.super, h.subgraph, h.local, o.Type) {
			return false
		}
		return !r.CanAnswer(r.closure(Objects{o.Type, []hand{h}}, 0), name)
	})
}

// CanAnswer tells whether a field of the objects can be answered.
func (r *Reach) CanAnswer(o Objects, name string) bool {
	return name == "__typename" && r.typed(o) || len(r.answering(o, name, 0)) > 0
}

// Below are the objects that a field leads to, by runtime type: all that some
// subgraph may answer with, whether or not the others could.
func (r *Reach) Below(o Objects, name string) []Objects {
	return r.below(o, r.answering(o, name, 0), name, 0)
}

func (r *Reach) below(o Objects, through []hand, name string, depth int) []Objects {
	var all []Objects
	for _, typ := range r.super.Types[r.super.Field(o.Type, name).Type.Name()].Possible {
		child := Objects{Type: typ}
		for _, h := range through {
			f := r.fieldIn(h, o.Type, name)
			if canBe(r.super, h.subgraph, f.Type.Name(), typ) {
				child.hands = append(child.hands, hand{
					subgraph: h.subgraph,
					local:    f.Type.Name(),
					provided: provided(r.super, h.provided, f, o.Type, name),
				})
			}
		}
		if len(child.hands) > 0 {
			all = append(all, r.closure(child, depth))
		}
	}
	return all
}

func (r *Reach) fieldIn(h hand, typ, name string) *supergraph.FieldIn {
	host := typ
	if in := r.super.Types[h.local]; in != nil && in.In[h.subgraph] != nil && in.In[h.subgraph].InterfaceObject {
		host = h.local
	}
	t := r.super.Types[host]
	if t == nil || t.In[h.subgraph] == nil {
		return nil
	}
	return t.In[h.subgraph].Fields[name]
}

// answering lists the hands from which a field can be read.
func (r *Reach) answering(o Objects, name string, depth int) []hand {
	if depth > maxDetour {
		return nil
	}
	var out []hand
	for _, h := range o.hands {
		f := r.fieldIn(h, o.Type, name)
		switch {
		case f == nil:
		case isProvided(r.super, h.provided, o.Type, name):
			out = append(out, h)
		case f.External:
		case f.OverrideLabel != "" && r.labels[f.OverrideLabel] != f.Overrides:
		case f.Requires == nil || r.enterable(o, h, depth+1) && r.has(o, f.Requires, depth+1):
			out = append(out, h)
		}
	}
	return out
}

// enterable tells whether a hand's subgraph can be entered by a key, so that a
// representation can carry requirements.
func (r *Reach) enterable(o Objects, h hand, depth int) bool {
	for _, key := range r.keys(o, h.subgraph) {
		if r.has(o, key.Fields, depth) {
			return true
		}
	}
	return false
}

// has tells whether all of a field set can be read of the objects.
func (r *Reach) has(o Objects, set ast.SelectionSet, depth int) bool {
	for _, f := range fieldsFor(r.super, set, o.Type) {
		if f.Name == "__typename" {
			if !r.typed(o) {
				return false
			}
			continue
		}
		through := r.answering(o, f.Name, depth)
		if len(through) == 0 {
			return false
		}
		if len(f.SelectionSet) == 0 {
			continue
		}
		for _, child := range r.below(o, through, f.Name, depth+1) {
			if !r.has(child, f.SelectionSet, depth+1) {
				return false
			}
		}
	}
	return true
}

// typed tells whether somebody knows the objects' own type.
func (r *Reach) typed(o Objects) bool {
	return slices.ContainsFunc(o.hands, func(h hand) bool {
		in := r.super.Types[h.local].In[h.subgraph]
		return !in.InterfaceObject
	})
}

// closure adds the hands of all subgraphs that can be entered.
func (r *Reach) closure(o Objects, depth int) Objects {
	if depth > maxDetour || len(o.hands) == 0 {
		return o
	}
	for again := true; again; {
		again = false
		for _, g := range r.super.Subgraphs {
			if o.Type == r.super.Query {
				if r.super.Types[o.Type].In[g.Index] != nil {
					again = r.add(&o, hand{subgraph: g.Index, local: o.Type}) || again
				}
				continue
			}
			for _, key := range r.keys(o, g.Index) {
				h := hand{subgraph: g.Index, local: key.local}
				if !r.holds(o, h) && r.has(o, key.Fields, depth+1) {
					again = r.add(&o, h) || again
				}
			}
		}
	}
	return o
}

func (r *Reach) holds(o Objects, h hand) bool {
	return slices.ContainsFunc(o.hands, func(x hand) bool {
		return x.subgraph == h.subgraph && x.local == h.local && len(x.provided) == 0
	})
}

func (r *Reach) add(o *Objects, h hand) bool {
	if r.holds(*o, h) {
		return false
	}
	o.hands = append(slices.Clip(o.hands), h)
	return true
}

// A key that objects can enter a subgraph by, and the type they are there.
type entryKey struct {
	*supergraph.Key
	local string
}

// keys lists the keys by which the objects can enter a subgraph, given what is
// known of their type.
func (r *Reach) keys(o Objects, subgraph int) []entryKey {
	var keys []entryKey
	add := func(local string) {
		t := r.super.Types[local]
		if t == nil || t.In[subgraph] == nil {
			return
		}
		for _, k := range t.In[subgraph].Keys {
			if k.Resolvable {
				keys = append(keys, entryKey{k, local})
			}
		}
	}
	typed := r.typed(o)
	if typed {
		add(o.Type)
	}
	for _, t := range sortedValues(r.super.Types) {
		in := t.In[subgraph]
		if t.Kind != ast.Interface || in == nil || !t.IsPossible(o.Type) {
			continue
		}
		asInterface := slices.ContainsFunc(o.hands, func(h hand) bool { return h.local == t.Name })
		switch {
		case in.InterfaceObject && (typed || asInterface):
			add(t.Name)
		case !in.InterfaceObject && in.IsPossible(o.Type) && asInterface && !typed:
			add(t.Name)
		}
	}
	return keys
}
