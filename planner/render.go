package planner

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// A rendering turns the nodes of one fetch into selections.
type rendering struct {
	b     *builder
	slab  slab[plan.Selection]
	typed []typed // each field

	// types are the same by field, where any are asked for.
	types map[*plan.Selection]*ast.Type
}

// typed is a field with its type in the subgraph.
type typed struct {
	field *plan.Selection
	typ   *ast.Type
}

// selections renders what a fetch asks for: the root selection, or inline
// fragments below _entities.
func (b *builder) selections(f *fetch) []*plan.Selection {
	r := &rendering{b: b}
	set := r.node(f.node)
	for _, name := range sortedKeys(f.faces) {
		set = append(set, &plan.Selection{TypeCondition: name, Selections: r.node(f.faces[name])})
	}
	r.name(set)
	return set
}

// name gives the selections of a set and all below their keys: mostly the names
// they go by, since these are all different.
func (r *rendering) name(set []*plan.Selection) {
	if !isDistinct(set) {
		r.disambiguate([][]*plan.Selection{set})
		return
	}
	for _, s := range set {
		s.Key = cmp.Or(s.As, "_weft")
		if s.Selections != nil {
			r.name(s.Selections)
		}
	}
}

// isDistinct tells whether a set is of few fields with different names.
func isDistinct(set []*plan.Selection) bool {
	if len(set) > fewEntries {
		return false
	}
	for i, s := range set {
		if s.TypeCondition != "" || slices.ContainsFunc(set[:i], func(other *plan.Selection) bool { return other.As == s.As }) {
			return false
		}
	}
	return true
}

func (r *rendering) node(n *node) []*plan.Selection {
	r.b.step()
	set := make([]*plan.Selection, 0, len(n.entries)+1)
	if n.typename {
		set = append(set, r.typename(n))
	}
	var byType map[string][]*plan.Selection
	for i := range n.entries {
		e := &n.entries[i]
		if r.plain(n, e) {
			set = append(set, r.entry(e))
			continue
		}
		for _, t := range e.on {
			if n.local == "" || contains(r.b.super.Types[n.local].In[n.subgraph].Possible, t) {
				if byType == nil {
					byType = map[string][]*plan.Selection{}
				}
				byType[t] = append(byType[t], r.entry(e))
			}
		}
	}
	if byType != nil {
		for _, t := range sortedKeys(byType) {
			set = append(set, &plan.Selection{TypeCondition: t, Selections: byType[t]})
		}
	}
	if len(set) == 0 && n.local != "" {
		filler := r.typename(n)
		if n.interfaceObject {
			// It answers the interface's name, which is nobody's type.
			filler.Key, filler.As = "_weft", ""
		}
		set = append(set, filler)
	}
	return set
}

func (r *rendering) typename(n *node) *plan.Selection {
	s := r.slab.next()
	*s = plan.Selection{Name: "__typename", Key: n.typenameAs, As: n.typenameAs}
	r.typed = append(r.typed, typed{s, nil})
	return s
}

func (r *rendering) entry(e *entry) *plan.Selection {
	s := r.slab.next()
	*s = plan.Selection{Name: e.name, Key: e.as, As: e.as, Arguments: e.arguments, Directives: e.directives}
	if e.child != nil {
		s.Selections = r.node(e.child)
	}
	r.typed = append(r.typed, typed{s, e.typ})
	return s
}

// plain tells whether an entry needs no type condition in its node.
func (r *rendering) plain(n *node, e *entry) bool {
	if n.interfaceObject {
		return true
	}
	if n.local == "" {
		return false
	}
	t := r.b.super.Types[n.local]
	in := t.In[n.subgraph]
	if t.Kind == ast.Object {
		return true
	}
	f := in.Fields[e.name]
	return f != nil && f.Type.Name() == e.typ.Name() && containsAll(e.on, in.Possible)
}

// disambiguate gives fields whose types cannot share a response name in the
// subgraph keys of their own. sets are the selections below fields of one
// response name.
//
// GraphQL specification, "Field Selection Merging": fields of different object
// types may share a response name if their shapes are the same. The client's
// operation was checked against the supergraph's types; the subgraph's may
// differ in nullability.
func (r *rendering) disambiguate(sets [][]*plan.Selection) {
	byKey := map[string][]*plan.Selection{}
	var order []string
	var visit func(set []*plan.Selection)
	visit = func(set []*plan.Selection) {
		for _, s := range set {
			if s.TypeCondition != "" {
				visit(s.Selections)
				continue
			}
			for i := 0; ; i++ {
				key := cmp.Or(s.As, "_weft")
				if i > 0 {
					key += "__alias_" + itoa(i)
				}
				same := byKey[key]
				if len(same) == 0 {
					order = append(order, key)
				} else if same[0].As != s.As || !r.sameShape(same[0], s) {
					continue
				}
				s.Key = key
				byKey[key] = append(same, s)
				break
			}
		}
	}
	for _, set := range sets {
		visit(set)
	}
	for _, key := range order {
		var below [][]*plan.Selection
		for _, s := range byKey[key] {
			if s.Selections != nil {
				below = append(below, s.Selections)
			}
		}
		switch len(below) {
		case 0:
		case 1:
			r.name(below[0])
		default:
			r.disambiguate(below)
		}
	}
}

// typeOf is a field's type in the subgraph.
func (r *rendering) typeOf(s *plan.Selection) *ast.Type {
	if r.types == nil {
		r.types = make(map[*plan.Selection]*ast.Type, len(r.typed))
		typename := ast.NonNullNamedType("String", nil)
		for _, t := range r.typed {
			r.types[t.field] = cmp.Or(t.typ, typename)
		}
	}
	return r.types[s]
}

func (r *rendering) sameShape(x, y *plan.Selection) bool {
	a, c := r.typeOf(x), r.typeOf(y)
	for {
		if a.NonNull != c.NonNull || (a.Elem == nil) != (c.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			break
		}
		a, c = a.Elem, c.Elem
	}
	if (x.Selections == nil) != (y.Selections == nil) {
		return false
	}
	return x.Selections != nil || a.NamedType == c.NamedType
}

// inputsOf are a fetch's representation shapes, one for each set of runtime
// types with the same fields.
func inputsOf(f *fetch) []*plan.Input {
	var inputs []*plan.Input
	var types []string
	for _, in := range f.inputs {
		if in.on == nil {
			inputs = append(inputs, &plan.Input{Typename: in.typename, Fields: in.fields})
			continue
		}
		types = union(types, in.on)
	}
	byShape := map[string]*plan.Input{}
	for _, t := range types {
		var fields []*plan.InputField
		typename := ""
		for _, in := range f.inputs {
			if in.on != nil && contains(in.on, t) {
				fields = joinInputs(fields, in.fields)
				typename = in.typename
			}
		}
		shape := plan.InputText(typename, fields)
		if in := byShape[shape]; in != nil {
			in.On = append(in.On, t)
			continue
		}
		in := &plan.Input{On: []string{t}, Typename: typename, Fields: fields}
		byShape[shape] = in
		inputs = append(inputs, in)
	}
	return slices.Clip(inputs)
}
