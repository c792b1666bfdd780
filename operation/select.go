package operation

import "github.com/vektah/gqlparser/v2/ast"

// Select returns the operation's root selection set, normalised: see Field.
// Selections that conditions rule out are left out, as are those that apply to
// no type. A condition variable that is missing from conditions is false.
//
// The selections are new, the definitions, arguments and type lists in them are
// shared and must not be written to. Limits.Selections bounds their number.
// Root fields __schema, __type and __typename are entries like others.
func (o *Operation) Select(conditions Conditions) []*Field {
	s := selector{sets: newTypesets(o.Schema), conditions: conditions, left: o.selections}
	for name, holds := range conditions {
		if _, ok := IsNullCondition(name); ok && holds {
			s.refuses = true
		}
	}
	return s.collect([]*Field{}, o.Definition.SelectionSet, s.sets.of(o.RootType().Name), nil)
}

// RootType is the object type the operation's root fields belong to.
func (s *Signature) RootType() *ast.Definition {
	switch s.Kind {
	case ast.Mutation:
		return s.Schema.Mutation
	case ast.Subscription:
		return s.Schema.Subscription
	default:
		return s.Schema.Query
	}
}

type selector struct {
	sets       *typesets
	conditions Conditions
	refuses    bool // fields, for a variable that is null

	// Fields are allocated many at a time; left is how many there can be yet.
	slab []Field
	left int
}

// collect appends the normalised selections of set, where the enclosing
// selection applies to the types on and stands in a deferred fragment, or none.
// Limits.Nesting bounds the recursion.
func (s *selector) collect(dst []*Field, set ast.SelectionSet, on []string, within *Defer) []*Field {
	if len(on) == 0 {
		return dst
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if s.included(sel.Directives) {
				dst = append(dst, s.field(sel, on, within))
			}
		case *ast.InlineFragment:
			if s.included(sel.Directives) {
				narrowed := on
				if sel.TypeCondition != "" {
					narrowed = s.sets.narrow(on, sel.TypeCondition)
				}
				dst = s.collect(dst, sel.SelectionSet, narrowed, s.deferred(sel.Directives, within))
			}
		case *ast.FragmentSpread:
			if s.included(sel.Directives) {
				on := s.sets.narrow(on, sel.Definition.TypeCondition)
				dst = s.collect(dst, sel.Definition.SelectionSet, on, s.deferred(sel.Directives, within))
			}
		}
	}
	return dst
}

func (s *selector) field(sel *ast.Field, on []string, within *Defer) *Field {
	f := s.next()
	f.ResponseName = sel.Alias
	f.Name = sel.Name
	f.On = on
	f.Definition = sel.Definition
	f.Arguments = sel.Arguments
	f.Directives = otherDirectives(sel.Directives)
	f.Position = sel.Position
	f.Defer = within
	if s.refuses {
		if f.Refused = refusal(s.sets.schema, sel, s.conditions); f.Refused != nil {
			f.Name, f.Definition, f.Arguments, f.Directives = typenameDefinition.Name, typenameDefinition, nil, nil
			return f
		}
	}
	if len(sel.SelectionSet) > 0 {
		f.Selections = s.collect(make([]*Field, 0, len(sel.SelectionSet)), sel.SelectionSet,
			s.sets.of(f.Definition.Type.Name()), nil)
	}
	return f
}

// next returns a new zero Field.
func (s *selector) next() *Field {
	if len(s.slab) == 0 {
		n := min(max(s.left, 1), 64)
		s.slab = make([]Field, n)
		s.left -= n
	}
	f := &s.slab[0]
	s.slab = s.slab[1:]
	return f
}

// included decides @skip and @include: both must let the selection through.
func (s *selector) included(list ast.DirectiveList) bool {
	for _, d := range list {
		v := condition(d)
		if v == nil || d.Name == "defer" {
			continue
		}
		value := v.Raw == "true"
		if v.Kind == ast.Variable {
			value = s.conditions[v.Raw]
		}
		if value == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// otherDirectives returns list without @skip and @include; nil if nothing is
// left.
func otherDirectives(list ast.DirectiveList) ast.DirectiveList {
	var others ast.DirectiveList
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			others = append(others, d)
		}
	}
	return others
}
