package differential

import (
	"fmt"
	"slices"
	"strings"
)

// Reduce makes a world and an operation smaller as long as they fail in the
// same way, which fails tells. Both are changed in place. It takes hundreds of
// runs.
func Reduce(w *World, op *Operation, fails func(*World, *Operation) bool) {
	r := &reducer{w: w, op: op, fails: fails}
	defer func() { w.data = makeData(w) }()
	for again := true; again; {
		again = false
		for _, step := range []func() bool{r.selections, r.types, r.parts} {
			for step() {
				again = true
			}
		}
	}
}

type reducer struct {
	w     *World
	op    *Operation
	fails func(*World, *Operation) bool
}

// try makes a change and undoes it unless it still fails.
func (r *reducer) try(do func(), undo func()) bool {
	do()
	if r.stillFails() {
		return true
	}
	undo()
	r.w.recount()
	return false
}

// stillFails tells whether what is left fails. What is left may be no world at
// all, which shows in a panic.
func (r *reducer) stillFails() (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	r.w.recount()
	r.w.data = makeData(r.w)
	return r.fails(r.w, r.op)
}

// set tries another value of a variable.
func set[T any](r *reducer, at *T, value T) bool {
	old := *at
	return r.try(func() { *at = value }, func() { *at = old })
}

// drop tries to leave elements out of a list, one after the other.
func drop[T any](r *reducer, list *[]T) (changed bool) {
	for i := len(*list) - 1; i >= 0; i-- {
		if set(r, list, slices.Delete(slices.Clone(*list), i, i+1)) {
			changed = true
		}
	}
	return changed
}

// forget tries to leave an entry out of a map.
func forget[K comparable, V any](r *reducer, m map[K]V, key K) bool {
	old := m[key]
	return r.try(func() { delete(m, key) }, func() { m[key] = old })
}

func (r *reducer) selections() bool {
	changed := r.dropFrom(&r.op.Set)
	for _, f := range r.op.Fragments {
		changed = r.dropFrom(&f.Set) || changed
	}
	return changed
}

func (r *reducer) dropFrom(list *[]*Selection) bool {
	changed := false
	for i := len(*list) - 1; i >= 0; i-- {
		if len(*list) > 1 && set(r, list, slices.Delete(slices.Clone(*list), i, i+1)) {
			changed = true
			continue
		}
		s := (*list)[i]
		below := s.Set
		if s.Spread != nil {
			below = s.Spread.Set
		}
		if s.Name == "" && set(r, list, slices.Replace(slices.Clone(*list), i, i+1, below...)) {
			changed = true
		}
	}
	for _, s := range *list {
		if s.Spread != nil {
			copied := *s
			copied.Spread, copied.Condition, copied.Set = nil, s.Spread.Condition, s.Spread.Set
			changed = set(r, s, copied) || changed
		}
		if s.Alias != "" {
			changed = set(r, &s.Alias, "") || changed
		}
		changed = drop(r, &s.Args) || changed
		changed = drop(r, &s.Conditions) || changed
		if s.Set != nil {
			changed = r.dropFrom(&s.Set) || changed
		}
	}
	return changed
}

// types leaves out types, fields and where they are.
func (r *reducer) types() bool {
	changed := false
	for i := len(r.w.Types) - 1; i >= 0; i-- {
		t := r.w.Types[i]
		old := r.w.Types
		without := slices.Delete(slices.Clone(old), i, i+1)
		if r.try(func() { r.w.Types = without; delete(r.w.types, t.Name) }, func() { r.w.Types = old; r.w.types[t.Name] = t }) {
			changed = true
			continue
		}
		if r.withoutField(t) {
			changed = true
		}
		for g := range t.In {
			if t.In[g] != nil && set(r, &t.In[g], nil) {
				changed = true
			}
		}
	}
	for g := len(r.w.Subgraphs) - 1; g >= 0; g-- {
		old := r.w.Subgraphs
		unused := !slices.ContainsFunc(r.w.Types, func(t *Type) bool { return t.In[g] != nil })
		if unused && g == len(old)-1 && set(r, &r.w.Subgraphs, old[:g]) {
			changed = true
		}
	}
	return changed
}

// withoutField leaves fields out of a type and, for an interface's, out of its
// implementations.
func (r *reducer) withoutField(t *Type) bool {
	changed := false
	for i := len(t.Fields) - 1; i >= 0; i-- {
		name := t.Fields[i].Name
		var undo []func()
		do := func() {
			for _, u := range r.w.Types {
				if u != t && !slices.Contains(t.Members, u.Name) {
					continue
				}
				fields := u.Fields
				undo = append(undo, func() { u.Fields = fields })
				u.Fields = slices.DeleteFunc(slices.Clone(fields), func(f *Field) bool { return f.Name == name })
				for _, in := range u.In {
					if in != nil && in.Fields[name] != nil {
						own := in.Fields[name]
						undo = append(undo, func() { in.Fields[name] = own })
						delete(in.Fields, name)
					}
				}
			}
		}
		if r.try(do, func() {
			for _, u := range undo {
				u()
			}
		}) {
			changed = true
		}
	}
	return changed
}

// parts leaves out what types and fields have in single subgraphs.
func (r *reducer) parts() bool {
	changed := false
	note := func(done bool) { changed = changed || done }
	if r.w.nulls {
		note(set(r, &r.w.nulls, false))
	}
	if r.w.failing {
		note(set(r, &r.w.failing, false))
	}
	for _, t := range r.w.Types {
		for _, f := range t.Fields {
			note(drop(r, &f.Args))
			if f.Inaccessible {
				note(set(r, &f.Inaccessible, false))
			}
			if f.Lists > 0 {
				note(r.flatten(t, f))
			}
		}
		for _, in := range t.In {
			if in != nil {
				note(r.part(t, in))
			}
		}
	}
	return changed
}

func (r *reducer) flatten(t *Type, f *Field) bool {
	var undo []func()
	do := func() {
		lists := f.Lists
		undo = append(undo, func() { f.Lists = lists })
		f.Lists = 0
		for _, in := range t.In {
			if in == nil || in.Fields[f.Name] == nil {
				continue
			}
			own := in.Fields[f.Name]
			old := own.NonNull
			undo = append(undo, func() { own.NonNull = old })
			own.NonNull = old[:1]
		}
	}
	return r.try(do, func() {
		for _, u := range undo {
			u()
		}
	})
}

func (r *reducer) part(t *Type, in *TypeIn) bool {
	changed := false
	note := func(done bool) { changed = changed || done }
	note(drop(r, &in.Keys))
	note(drop(r, &in.Members))
	for i := range in.Keys {
		if !in.Keys[i].Resolvable {
			note(set(r, &in.Keys[i].Resolvable, true))
		}
	}
	for _, f := range t.Fields {
		own := in.Fields[f.Name]
		if own == nil {
			continue
		}
		if forget(r, in.Fields, f.Name) {
			changed = true
			continue
		}
		if own.Requires != "" {
			note(set(r, &own.Requires, ""))
		}
		if own.Provides != "" {
			note(set(r, &own.Provides, ""))
		}
		if slices.Contains(own.NonNull, true) {
			note(set(r, &own.NonNull, make([]bool, len(own.NonNull))))
		}
	}
	return changed
}

// Report prints a world and an operation on it, which may be nil, in the form
// of a golden case.
func Report(w *World, op *Operation) string {
	var out strings.Builder
	for g, s := range w.Subgraphs {
		fmt.Fprintf(&out, "-- subgraphs/%s.graphql --\n%s", s.Name, w.SDL(g))
	}
	for g, s := range w.Subgraphs {
		fmt.Fprintf(&out, "-- data/%s.json --\n%s\n", s.Name, w.Data(g))
	}
	if op != nil {
		fmt.Fprintf(&out, "-- query.graphql --\n%s\n-- variables.json --\n%s\n", op, op.Values())
	}
	fmt.Fprintf(&out, "-- supergraph.graphql --\n%s", w.Supergraph())
	return out.String()
}
