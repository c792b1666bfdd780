package planner

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
)

// Labels returns the override labels that plans of an operation may depend on,
// sorted: those of fields that the operation selects, whatever its conditions,
// and of fields that keys, requirements and contexts on the way may ask for.
// Plans under labels that only differ in others are equal.
func (p *Planner) Labels(op *operation.Operation) []string {
	t := &touching{
		planner:   p,
		fragments: op.Document.Fragments,
		labels:    map[string]bool{},
		fields:    map[touchedField]bool{},
		types:     map[string]bool{},
		spread:    map[string]bool{},
	}
	root := op.RootType().Name
	t.enter(root)
	t.selection(root, op.Definition.SelectionSet)
	return slices.Sorted(maps.Keys(t.labels))
}

// touching walks over everything that planning an operation may look at. Each
// field of each type is walked once, so that the walk is no longer than the
// document and the field sets of the supergraph.
type touching struct {
	planner   *Planner
	fragments ast.FragmentDefinitionList

	labels map[string]bool
	fields map[touchedField]bool
	types  map[string]bool
	spread map[string]bool
}

type touchedField struct{ typ, name string }

// selection walks over selections on a type. limits.Nesting bounds the
// recursion for documents, field sets are the supergraph's.
func (t *touching) selection(typ string, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			t.field(typ, s.Name)
			if f := t.planner.super.Field(typ, s.Name); f != nil && len(s.SelectionSet) > 0 {
				t.enter(f.Type.Name())
				t.selection(f.Type.Name(), s.SelectionSet)
			}
		case *ast.InlineFragment:
			on := s.TypeCondition
			if on == "" {
				on = typ
			}
			t.selection(on, s.SelectionSet)
		case *ast.FragmentSpread:
			if f := t.fragments.ForName(s.Name); f != nil && !t.spread[s.Name] {
				t.spread[s.Name] = true
				t.selection(f.TypeCondition, f.SelectionSet)
			}
		default:
			panic("planner: a selection is none of the three kinds")
		}
	}
}

// field notes the labels of a field selected on a type, and walks over what it
// requires.
func (t *touching) field(typ, name string) {
	if t.fields[touchedField{typ, name}] {
		return
	}
	t.fields[touchedField{typ, name}] = true
	for _, as := range t.sameObjects(typ) {
		f := t.planner.super.Field(as, name)
		if f == nil {
			continue
		}
		for _, in := range f.In {
			if in == nil {
				continue
			}
			if in.OverrideLabel != "" {
				t.labels[in.OverrideLabel] = true
			}
			t.selection(as, in.Requires)
			for _, c := range in.Context {
				for _, owner := range c.Types {
					t.enter(owner)
					t.selection(owner, c.Selection)
				}
			}
		}
	}
}

// enter walks over the keys by which objects of a type may go elsewhere.
func (t *touching) enter(typ string) {
	if t.types[typ] {
		return
	}
	t.types[typ] = true
	for _, as := range t.sameObjects(typ) {
		for _, in := range t.planner.super.Types[as].In {
			if in == nil {
				continue
			}
			for _, k := range in.Keys {
				t.selection(as, k.Fields)
			}
		}
	}
}

// sameObjects are the types under which objects of a type may be known: the
// type, the object types it stands for, and the interfaces of these, which may
// be an object type somewhere.
func (t *touching) sameObjects(typ string) []string {
	of := t.planner.super.Types[typ]
	if of == nil {
		return nil // machinery of the specification
	}
	seen := map[string]bool{typ: true}
	names := []string{typ}
	for _, object := range of.Possible {
		for _, as := range append([]string{object}, t.planner.interfaces[object]...) {
			if !seen[as] {
				seen[as] = true
				names = append(names, as)
			}
		}
	}
	return names
}
