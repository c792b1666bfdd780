package soundness

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// owned checks that each source of a place is only asked for what its subgraph
// resolves there.
func (k *check) owned(p *place) {
	for i := range p.sources {
		s := &p.sources[i]
		for _, c := range k.chosen(p, s) {
			if c.Name == "__typename" {
				continue
			}
			f := k.fieldIn(s.subgraph, c.local, p.typ, c.Name)
			if f == nil {
				k.fault(s.fetch, "%s: the subgraph has no field %s.%s", path(p), p.typ, c.Name)
				continue
			}
			if isProvided(k.super, s.provided, p.typ, c.Name) {
				continue
			}
			if f.External {
				k.fault(s.fetch, "%s: %s.%s is external and not provided there", path(p), p.typ, c.Name)
			}
			if f.OverrideLabel != "" && k.request.Labels[f.OverrideLabel] != f.Overrides {
				k.fault(s.fetch, "%s: %s.%s belongs to another subgraph under these labels", path(p), p.typ, c.Name)
			}
			switch {
			case f.Requires == nil:
			case k.beside(s, p.typ, f.Requires):
				k.use(s.set, f.Requires)
			case s.input == nil:
				k.fault(s.fetch, "%s: %s.%s has requirements and is not asked through a representation", path(p), p.typ, c.Name)
			default:
				k.carries(p, s.fetch, s.input.Fields, f.Requires, "requirement of "+p.typ+"."+c.Name)
			}
		}
	}
}

// use notes that the fields of a set are selected for a field beside them.
func (k *check) use(selections []*plan.Selection, set ast.SelectionSet) {
	for _, s := range selections {
		if s.TypeCondition != "" {
			k.use(s.Selections, set)
			continue
		}
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if sel.Name == s.Name {
					k.used[s] = true
					k.use(s.Selections, sel.SelectionSet)
				}
			case *ast.InlineFragment:
				k.use([]*plan.Selection{s}, sel.SelectionSet)
			}
		}
	}
}

// beside tells whether a source itself resolves all of a field set.
func (k *check) beside(s *source, typ string, set ast.SelectionSet) bool {
	var whole func(typ, local string, provisions []ast.SelectionSet, set ast.SelectionSet) bool
	whole = func(typ, local string, provisions []ast.SelectionSet, set ast.SelectionSet) bool {
		for _, sel := range fieldsFor(k.super, set, typ) {
			f := k.fieldIn(s.subgraph, local, typ, sel.Name)
			if f == nil || f.External && !isProvided(k.super, provisions, typ, sel.Name) || f.Requires != nil {
				return false
			}
			if len(sel.SelectionSet) == 0 {
				continue
			}
			below := provided(k.super, provisions, f, typ, sel.Name)
			for _, t := range k.super.Types[f.Type.Name()].Possible {
				if canBe(k.super, s.subgraph, f.Type.Name(), t) && !whole(t, f.Type.Name(), below, sel.SelectionSet) {
					return false
				}
			}
		}
		return true
	}
	return whole(typ, s.local, s.provided, set)
}

// unambiguous checks that a name means one thing at a place, and what the
// client means by it if it is one of the client's.
func (k *check) unambiguous(p *place) {
	meaning := map[string]string{}
	for _, f := range p.asked {
		if slices.Contains(f.On, p.typ) {
			meaning[f.ResponseName] = f.Name + "(" + arguments(f.Arguments) + ")"
		}
	}
	for i := range p.sources {
		for _, c := range k.chosen(p, &p.sources[i]) {
			m := c.Name + "(" + arguments(k.clientArguments(p, c)) + ")"
			if known, ok := meaning[c.As]; ok && known != m {
				k.fault(c.source.fetch, "%s: %q stands for %s and for %s", path(p), c.As, known, m)
			}
			meaning[c.As] = m
		}
	}
}

// clientArguments are a selection's arguments without those that the router
// fills in.
func (k *check) clientArguments(p *place, c chosen) ast.ArgumentList {
	f := k.fieldIn(c.source.subgraph, c.local, p.typ, c.Name)
	if f == nil || len(f.Context) == 0 {
		return c.Arguments
	}
	return slices.DeleteFunc(slices.Clone(c.Arguments), func(a *ast.Argument) bool {
		return slices.ContainsFunc(f.Context, func(c *supergraph.ContextArgument) bool { return c.Name == a.Name })
	})
}

// covered checks that everything the client selects at a place is fetched.
func (k *check) covered(p *place) {
	for _, f := range p.asked {
		if !slices.Contains(f.On, p.typ) || p.above == nil && isMeta(f) {
			continue
		}
		if f.Name == "__typename" {
			if !k.typeKnown(p, nil) {
				k.fault(nil, "%s: nobody tells __typename of %s", path(p), p.typ)
			}
			continue
		}
		if len(k.find(p, f.ResponseName, nil)) == 0 {
			k.fault(nil, "%s: nobody fetches %s (%s) of %s", path(p), f.ResponseName, f.Name, p.typ)
		}
	}
	if k.isSelective(p) && !k.typeKnown(p, nil) {
		k.fault(nil, "%s: what is selected depends on the runtime type, which nobody tells", path(p))
	}
}

func isMeta(f *operation.Field) bool {
	return f.Name == "__typename" || f.Name == "__schema" || f.Name == "__type"
}

// isSelective tells whether the client selects different things of different
// types at a place.
func (k *check) isSelective(p *place) bool {
	if p.above == nil {
		return false
	}
	siblings := p.above.children[p.as]
	for _, f := range p.asked {
		for _, s := range siblings {
			if slices.Contains(f.On, p.typ) != slices.Contains(f.On, s.typ) {
				return true
			}
		}
	}
	return false
}

// opening checks what a fetch needs that begins at a place: the way there, and
// for an entity fetch its representation.
func (k *check) opening(p *place, o opened) {
	before := k.before[o.fetch.ID]
	for at, n := p, len(o.path)-1; n >= 0; at, n = at.above, n-1 {
		if len(k.find(at.above, o.path[n].As, before)) == 0 {
			k.fault(o.fetch, "does not wait for a fetch that has %q of its path %s", o.path[n].As, o.path)
		}
		if o.path[n].On != nil && !k.typeKnown(at, before) {
			k.fault(o.fetch, "does not wait for a fetch that tells the types on its path %s", o.path)
		}
	}
	if o.lookup == nil {
		return
	}
	in := inputFor(o.lookup, p.typ)
	if in == nil {
		return
	}
	if (in.On != nil || in.Typename == "") && !k.typeKnown(p, before) {
		k.fault(o.fetch, "%s: does not wait for a fetch that tells the type of its objects", path(p))
	}
	k.available(p, o.fetch, in.Fields)
	k.hasKey(p, o.fetch, in)
	for _, c := range o.lookup.Context {
		k.context(p, o.fetch, c)
	}
}

// context checks that the value of an ancestor is there when a fetch starts.
func (k *check) context(p *place, f *plan.Fetch, c *plan.ContextVariable) {
	for range c.Up {
		if p = p.above; p == nil {
			k.fault(f, "variable %s is filled from above the root", c.Variable)
			return
		}
	}
	var lead func(p *place, fields []*plan.InputField)
	lead = func(p *place, fields []*plan.InputField) {
		at := slices.IndexFunc(fields, func(in *plan.InputField) bool { return in.On == nil || slices.Contains(in.On, p.typ) })
		if at < 0 {
			return
		}
		in := fields[at]
		if in.On != nil && !k.typeKnown(p, k.before[f.ID]) {
			k.fault(f, "%s: does not wait for a fetch that tells the type of variable %s", path(p), c.Variable)
		}
		if len(k.find(p, in.As, k.before[f.ID])) == 0 {
			k.fault(f, "%s: fills variable %s from %q but does not wait for it", path(p), c.Variable, in.As)
		}
		for _, child := range k.reached(p, in.As) {
			lead(child, in.Fields)
		}
	}
	lead(p, c.Fields)
}

// available checks that the fields of a representation are there when a fetch
// starts.
func (k *check) available(p *place, f *plan.Fetch, fields []*plan.InputField) {
	for _, in := range fields {
		if in.On != nil && !slices.Contains(in.On, p.typ) {
			continue
		}
		if in.Name == "__typename" {
			if !k.typeKnown(p, k.before[f.ID]) {
				k.fault(f, "%s: does not wait for a fetch that tells __typename", path(p))
			}
			continue
		}
		found := k.find(p, in.As, k.before[f.ID])
		if len(found) == 0 {
			k.fault(f, "%s: sends %s.%s but does not wait for a fetch that selects %q", path(p), p.typ, in.Name, in.As)
			continue
		}
		if found[0].Name != in.Name {
			k.fault(f, "%s: sends %s.%s, but %q is %s", path(p), p.typ, in.Name, in.As, found[0].Name)
		}
		for _, child := range k.reached(p, in.As) {
			k.available(child, f, in.Fields)
		}
	}
}

// reached are the places below one, with the faults of building them noted.
func (k *check) reached(p *place, as string) []*place {
	for _, c := range k.find(p, as, nil) {
		if c.Selections != nil {
			return k.below(p, as)
		}
	}
	return nil
}

// hasKey checks that a representation holds a key by which the subgraph can be
// entered as the type it names.
func (k *check) hasKey(p *place, f *plan.Fetch, in *plan.Input) {
	name := in.Typename
	if name == "" {
		name = p.typ
	}
	t := k.super.Types[name]
	subgraph := k.super.Subgraph(f.Subgraph).Index
	if t == nil || t.In[subgraph] == nil || !t.IsPossible(p.typ) {
		k.fault(f, "%s: sends a %s as %s", path(p), p.typ, name)
		return
	}
	for _, key := range t.In[subgraph].Keys {
		if key.Resolvable && k.holds(p, f, in.Fields, key.Fields) == "" {
			return
		}
	}
	k.fault(f, "%s: the representation of %s holds no resolvable key", path(p), name)
}

// carries checks that the fields of a representation hold all of a field set.
func (k *check) carries(p *place, f *plan.Fetch, fields []*plan.InputField, set ast.SelectionSet, what string) {
	if missing := k.holds(p, f, fields, set); missing != "" {
		k.fault(f, "%s: the %s lacks %s", path(p), what, missing)
	}
}

// holds tells what of a field set is not among the fields of a representation;
// "" for nothing.
func (k *check) holds(p *place, f *plan.Fetch, fields []*plan.InputField, set ast.SelectionSet) (missing string) {
	for _, want := range fieldsFor(k.super, set, p.typ) {
		at := slices.IndexFunc(fields, func(in *plan.InputField) bool {
			return in.Name == want.Name && (in.On == nil || slices.Contains(in.On, p.typ))
		})
		if at < 0 {
			return want.Name
		}
		if want.Name == "__typename" {
			continue
		}
		in := fields[at]
		for _, c := range k.find(p, in.As, k.before[f.ID]) {
			if arguments(c.Arguments) != arguments(want.Arguments) {
				return want.Name + "(" + arguments(want.Arguments) + ")"
			}
		}
		if len(want.SelectionSet) == 0 {
			continue
		}
		for _, child := range k.reached(p, in.As) {
			if m := k.holds(child, f, in.Fields, want.SelectionSet); m != "" {
				return want.Name + "." + m
			}
		}
	}
	return ""
}

// path prints where a place is, with the runtime types on the way.
func path(p *place) string {
	if p.above == nil {
		return p.typ
	}
	return path(p.above) + "." + p.as + "(" + p.typ + ")"
}

// unused checks that every leaf is selected for somebody: the client, a
// representation, or the way to an object. __typename is not looked at, nor is
// what is selected of types that no object can have.
func (k *check) unused() {
	for _, f := range k.plan.Fetches {
		var walk func(set []*plan.Selection)
		walk = func(set []*plan.Selection) {
			for _, s := range set {
				if s.Selections == nil && s.Name != "__typename" && k.seen[s] && !k.used[s] {
					k.fault(f, "selects %s (%s), which nobody uses", s.As, s.Name)
				}
				walk(s.Selections)
			}
		}
		walk(f.Selections)
		for _, l := range f.Lookups {
			walk(l.Selections)
		}
	}
}
