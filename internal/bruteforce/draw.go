package bruteforce

import (
	"fmt"
	"math/bits"
	"slices"
)

// Draw makes up a world and queries on it out of random bits. Zeros make the
// plainest choice. Composition may refuse the world, since nobody sees to it
// that every field can be had from everywhere.
func Draw(draw func(bits int) uint64, queries int) (*World, []Set) {
	d := &drawer{draw: draw, w: &World{}}
	d.types()
	for i := len(d.w.Types) - 1; i >= 0; i-- {
		d.share(d.w.Types[i])
	}
	d.settle()
	for _, t := range d.w.Types {
		d.require(t)
		d.provide(t)
	}
	d.drop()
	var sets []Set
	for range queries {
		d.left = 9
		sets = append(sets, d.query(d.w.Types[0], 0))
	}
	return d.w, sets
}

type drawer struct {
	draw func(bits int) uint64
	w    *World
	left int // fields of the query
}

// below draws a number from 0 to n-1.
func (d *drawer) below(n int) int {
	if n <= 1 {
		return 0
	}
	return int(d.draw(bits.Len(uint(n-1))+1) % uint64(n))
}

// chance is true in so many cases of eight.
func (d *drawer) chance(eighths int) bool { return d.draw(3) >= uint64(8-eighths) }

// some draws some of the numbers below n, at least one, sorted: each further
// one in so many cases of eight.
func (d *drawer) some(n, eighths int) []int {
	first := d.below(n)
	var out []int
	for i := range n {
		if i == first || d.chance(eighths) {
			out = append(out, i)
		}
	}
	return out
}

// types makes up the types and their fields: Query, entities E0…, value types
// V0…. A value type only leads to types that were made up before it, so that
// queries may be deep but values are not endless.
func (d *drawer) types() {
	w := d.w
	for i := range 2 + d.below(3) {
		w.Subgraphs = append(w.Subgraphs, string(rune('a'+i)))
	}
	query := d.add("Query")
	var entities, all []*Type
	for i := range 1 + d.below(3) {
		t := d.add(fmt.Sprint("E", i))
		t.Fields = append(t.Fields, &Field{Name: "id"}, &Field{Name: "k"})
		entities = append(entities, t)
	}
	all = append(all, entities...)
	for i := range d.below(3) {
		v := d.add(fmt.Sprint("V", i))
		d.fields(v, all, 1)
		all = append(all, v)
	}
	for _, t := range entities {
		d.fields(t, all, 2)
	}
	for i := range 1 + d.below(2) {
		query.Fields = append(query.Fields, &Field{Name: fmt.Sprint("q", i), Of: all[d.below(len(all))], List: d.chance(2)})
	}
}

func (d *drawer) add(name string) *Type {
	t := &Type{Name: name, In: make([]*TypeIn, len(d.w.Subgraphs))}
	d.w.Types = append(d.w.Types, t)
	return t
}

func (d *drawer) fields(t *Type, targets []*Type, least int) {
	for i := range least + d.below(3) {
		t.Fields = append(t.Fields, &Field{Name: fmt.Sprint("f", i)})
	}
	for i := range d.below(3) {
		t.Fields = append(t.Fields, &Field{Name: fmt.Sprint("o", i), Of: targets[d.below(len(targets))], List: d.chance(2)})
	}
}

// share gives a type and its fields to subgraphs.
func (d *drawer) share(t *Type) {
	isEntity := t.field("id") != nil
	for _, f := range t.Fields {
		if isEntity && f.Of == nil && (f.Name == "id" || f.Name == "k") {
			continue
		}
		for _, g := range d.some(len(d.w.Subgraphs), 2) {
			d.own(t, g, f.Name)
			if f.List {
				break // who reads a shared list twice takes a risk that the planner avoids
			}
		}
	}
	if !isEntity {
		return
	}
	for g := range d.w.Subgraphs {
		if t.In[g] != nil || d.chance(3) {
			d.keys(t, g)
		}
	}
}

// keys gives an entity the keys it has in a subgraph.
func (d *drawer) keys(t *Type, subgraph int) {
	id, k := &Selected{Name: "id"}, &Selected{Name: "k"}
	all := [][]Set{{{id}}, {{id}}, {{id}}, {{id}, {k}}, {{k}}, {{id}, {k}}, {{id, k}}, {{id}, {id, k}}}
	for _, set := range all[d.below(len(all))] {
		for _, f := range set {
			d.own(t, subgraph, f.Name)
		}
		t.In[subgraph].Keys = append(t.In[subgraph].Keys, Key{Fields: set, Resolvable: !d.chance(1)})
	}
}

func (d *drawer) own(t *Type, subgraph int, name string) *FieldIn {
	if t.In[subgraph] == nil {
		t.In[subgraph] = &TypeIn{Fields: map[string]*FieldIn{}}
	}
	f := &FieldIn{}
	t.In[subgraph].Fields[name] = f
	return f
}

// settle sees to it that what a field leads to is there in its subgraph.
func (d *drawer) settle() {
	for changed := true; changed; {
		changed = false
		for _, t := range d.w.Types {
			for _, f := range t.Fields {
				for g := range d.w.Subgraphs {
					if f.Of == nil || t.own(g, f.Name) == nil || f.Of.In[g] != nil {
						continue
					}
					changed = true
					if f.Of.field("id") != nil {
						d.keys(f.Of, g)
					} else {
						d.own(f.Of, g, f.Of.Fields[0].Name)
					}
				}
			}
		}
	}
}

// require makes some fields of an entity require others.
func (d *drawer) require(t *Type) {
	if t.field("id") == nil {
		return
	}
	for i, f := range t.Fields {
		for g := range d.w.Subgraphs {
			own := t.own(g, f.Name)
			if own == nil || own.External || len(t.In[g].Keys) == 0 || f.Name == "id" || f.Name == "k" || d.w.resolvers(t, f.Name) > 1 || !d.chance(3) {
				continue
			}
			var set Set
			for _, of := range t.Fields[:i] {
				if s := d.external(t, g, of); s != nil && (len(set) == 0 || d.chance(2)) {
					set = append(set, s)
				}
			}
			own.Requires = set
		}
	}
}

// external makes a field, with all that is selected of it, external in a
// subgraph. It returns nil if the subgraph has the field itself, or nobody has.
func (d *drawer) external(t *Type, subgraph int, f *Field) *Selected {
	own := t.own(subgraph, f.Name)
	if own != nil && !own.External || f.List || f.Name == "id" || f.Name == "k" || d.w.resolvers(t, f.Name) == 0 {
		return nil
	}
	s := &Selected{Name: f.Name}
	if f.Of != nil {
		if f.Of == t || f.Of.field("id") != nil && f.Of.In[subgraph] == nil {
			return nil
		}
		for _, leaf := range f.Of.Fields {
			if leaf.Of == nil && (len(s.Below) == 0 || d.chance(2)) {
				if below := d.external(f.Of, subgraph, leaf); below != nil {
					s.Below = append(s.Below, below)
				}
			}
		}
		if len(s.Below) == 0 {
			return nil
		}
	}
	if own == nil {
		d.own(t, subgraph, f.Name).External = true
	}
	return s
}

// provide makes some fields provide others.
func (d *drawer) provide(t *Type) {
	for _, f := range t.Fields {
		if f.Of == nil {
			continue
		}
		for g := range d.w.Subgraphs {
			own := t.own(g, f.Name)
			if own == nil || own.External || !d.chance(2) {
				continue
			}
			for _, leaf := range f.Of.Fields {
				if leaf.Of != nil || len(own.Provides) > 0 && !d.chance(2) {
					continue
				}
				if s := d.external(f.Of, g, leaf); s != nil {
					own.Provides = append(own.Provides, s)
				}
			}
		}
	}
}

// drop leaves out external fields that nothing names, and types that are left
// with no field.
func (d *drawer) drop() {
	for g := range d.w.Subgraphs {
		named := map[*FieldIn]bool{}
		var walk func(t *Type, set Set)
		walk = func(t *Type, set Set) {
			for _, s := range set {
				named[t.own(g, s.Name)] = true
				if len(s.Below) > 0 {
					walk(t.field(s.Name).Of, s.Below)
				}
			}
		}
		for _, t := range d.w.Types {
			for _, f := range t.Fields {
				if own := t.own(g, f.Name); own != nil {
					walk(t, own.Requires)
					if f.Of != nil {
						walk(f.Of, own.Provides)
					}
				}
			}
		}
		for _, t := range d.w.Types {
			for _, f := range t.Fields {
				if own := t.own(g, f.Name); own != nil && own.External && !named[own] {
					delete(t.In[g].Fields, f.Name)
				}
			}
		}
	}
}

// query makes up a selection.
func (d *drawer) query(t *Type, depth int) Set {
	var set Set
	var leaves, others []*Field
	for _, f := range t.Fields {
		switch {
		case d.w.resolvers(t, f.Name) == 0:
		case f.Of == nil:
			leaves = append(leaves, f)
		default:
			others = append(others, f)
		}
	}
	for i, f := range leaves {
		last := len(set) == 0 && i == len(leaves)-1
		if last || d.left > 0 && d.chance(5) {
			d.left--
			set = append(set, &Selected{Name: f.Name})
		}
	}
	for _, f := range others {
		if depth == 0 || depth < 4 && d.left > 0 && d.chance(4) {
			if below := d.query(f.Of, depth+1); len(below) > 0 {
				set = append(set, &Selected{Name: f.Name, Below: below})
			}
		}
	}
	return slices.Clip(set)
}
