package planner

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// findContexts notes, for each field of the operation whose arguments a
// subgraph takes from a context, which fields of which ancestor are read for
// it. above are the selections on the way from the root.
//
// Apollo Federation, "Use contexts to share data along type hierarchies".
func (b *builder) findContexts(fields []*operation.Field, above []*operation.Field) {
	for _, f := range fields {
		b.step()
		if b.planner.contextual[f.Name] {
			for _, object := range f.On {
				for _, in := range b.super.Types[object].Fields[f.Name].In {
					if in == nil {
						continue
					}
					for _, ca := range in.Context {
						b.findContext(ca, above)
					}
				}
			}
		}
		b.findContexts(f.Selections, append(above, f))
	}
}

// findContext notes the context at the nearest ancestor of each type that sets
// it: the objects that the last field leads to are the field's own parent, so
// the search starts one above, among the types that the last field is of.
func (b *builder) findContext(ca *supergraph.ContextArgument, above []*operation.Field) {
	for up := len(above) - 1; up >= 0; up-- {
		var owner *operation.Field
		if up > 0 {
			owner = above[up-1]
		}
		var types []string
		for _, object := range above[up].On {
			if b.sets(ca, object) {
				types = append(types, object)
			}
		}
		if len(types) == 0 {
			continue
		}
		b.contexts[owner] = append(b.contexts[owner], b.fieldsOf(ca.Selection, types)...)
		if len(types) == len(above[up].On) {
			return
		}
	}
}

// sets tells whether objects of the type set the context.
func (b *builder) sets(ca *supergraph.ContextArgument, object string) bool {
	return slices.ContainsFunc(ca.Types, func(t string) bool { return b.super.IsPossible(t, object) })
}

// context gives the arguments of a field that are taken from contexts, and
// makes the fetch that asks for the field wait for them.
func (cb *classBuild) context(f *fetch, in *supergraph.FieldIn) ast.ArgumentList {
	var args ast.ArgumentList
	for _, ca := range in.Context {
		up, owner, sc := 1, cb.class.pos.above, cb.sc.above
		for owner != nil && !cb.b.sets(ca, owner.object()) {
			up, owner, sc = up+1, owner.pos.above, sc.above
		}
		if owner == nil {
			continue // no ancestor sets it: the argument stays away
		}
		for _, d := range sc.context {
			f.deps[d] = true
		}
		v := &plan.ContextVariable{Type: ca.Type.String(), Up: up, Fields: cb.b.contextFields(ca.Selection, owner.types, sc)}
		v.Variable = f.contextVariable(cb.b.unusedPrefix("contextualArgument"), v)
		args = append(args, &ast.Argument{Name: ca.Name, Value: &ast.Value{Kind: ast.Variable, Raw: v.Variable}})
	}
	return args
}

// contextVariable adds v to the fetch, or finds its like, and returns its
// name.
func (f *fetch) contextVariable(prefix string, v *plan.ContextVariable) string {
	text := v.Type + plan.InputText("", v.Fields)
	for _, old := range f.context {
		if old.Up == v.Up && old.Type+plan.InputText("", old.Fields) == text {
			return old.Variable
		}
	}
	v.Variable = prefix + "_" + strconv.Itoa(f.subgraph+1) + "_" + strconv.Itoa(f.order) + "_" + strconv.Itoa(len(f.context))
	f.context = append(f.context, v)
	return v.Variable
}

// contextFields tells where in the merged result the fields of a context's
// selection are.
func (b *builder) contextFields(set ast.SelectionSet, types []string, sc *scope) []*plan.InputField {
	var fields []*plan.InputField
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			as := sc.name(types, s.Name, printArguments(s.Arguments), len(s.SelectionSet) == 0)
			f := &plan.InputField{Name: s.Name, As: as, On: types}
			if len(s.SelectionSet) > 0 {
				lists := 0
				for t := s.Definition.Type; t.Elem != nil; t = t.Elem {
					lists++
				}
				possible := b.possible(s.Definition.Type.Name())
				f.Fields = b.contextFields(s.SelectionSet, possible, b.scopeBelow(sc, types, as, lists, possible, false, nil))
			}
			fields = append(fields, f)
		case *ast.InlineFragment:
			on := types
			if s.TypeCondition != "" {
				on = nil
				for _, t := range types {
					if b.super.IsPossible(s.TypeCondition, t) {
						on = append(on, t)
					}
				}
			}
			if len(on) > 0 {
				fields = append(fields, b.contextFields(s.SelectionSet, on, sc)...)
			}
		}
	}
	return fields
}
