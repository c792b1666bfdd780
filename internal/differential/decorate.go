package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// agree takes fields from subgraphs that have no type of object in common with
// the others.
func (g *generator) agree() {
	for _, t := range g.w.Types {
		if t.Kind != ast.Object {
			continue
		}
		for _, f := range t.Fields {
			owners := g.w.owners(t, f.Name)
			for n := len(owners); g.w.isComposite(f.Base) && n > 1 && len(g.w.runtimeTypes(t, f)) == 0; n-- {
				delete(t.In[owners[n-1]].Fields, f.Name)
			}
		}
		for i, in := range t.In {
			if in != nil && len(in.Fields) == 0 {
				t.In[i] = nil // a root type
			}
		}
	}
}

// overrides moves fields from one subgraph to another.
func (g *generator) overrides() {
	for _, t := range g.w.Types {
		if t.Kind != ast.Object {
			continue
		}
		for _, f := range t.Fields {
			owners := g.w.owners(t, f.Name)
			if f.KeyOnly || len(owners) != 1 || !g.chance(2) {
				continue
			}
			var from []int
			for i, in := range t.In {
				if in != nil && in.Fields[f.Name] == nil && g.can(f.Base, i) {
					from = append(from, i)
				}
			}
			if len(from) > 0 {
				g.override(t, f, owners[0], one(g.drawer, from))
			}
		}
	}
}

func (g *generator) override(t *Type, f *Field, to, from int) {
	g.field(t, f, from)
	old, now := t.In[from].Fields[f.Name], t.In[to].Fields[f.Name]
	old.NonNull = slices.Clone(now.NonNull)
	old.Overridden = true
	now.Override = from
	if g.w.Federation >= 7 && g.chance(6) {
		label := one(g.drawer, []string{"percent(100)", "percent(0)", "beta"})
		g.w.Labels[label] = label == "percent(100)" || label == "beta" && (g.w.Labels[label] || g.chance(8))
		old.Label, now.Label = label, label
	}
}

// requirements makes fields need others of their objects.
func (g *generator) requirements() {
	for _, t := range g.w.Types {
		if t.Kind == ast.Object && !t.isEntity() {
			continue
		}
		for i, in := range t.In {
			if in == nil || len(in.Keys) == 0 {
				continue
			}
			for _, f := range t.Fields {
				own := in.Fields[f.Name]
				if own == nil || !own.isReal() || own.Label != "" || f.KeyOnly || f.Base != "String" || f.Lists > 0 ||
					len(g.w.sources(t, f.Name)) != 1 || t.Kind == ast.Interface && !in.InterfaceObject || !g.chance(7) {
					continue
				}
				own.Requires = g.requirement(t, f, i)
			}
		}
	}
}

// followers makes up fields that require those of which a label decides who
// resolves them.
func (g *generator) followers() {
	for _, t := range g.w.Types {
		if t.Kind != ast.Object || !t.isEntity() {
			continue
		}
		for _, f := range slices.Clone(t.Fields) {
			if !slices.ContainsFunc(g.w.sources(t, f.Name), func(in *FieldIn) bool { return in.Label != "" }) {
				continue
			}
			for i, in := range t.In {
				if in == nil || len(in.Keys) == 0 || in.Fields[f.Name] != nil || !g.can(f.Base, i) || !g.chance(8) {
					continue
				}
				follower := &Field{Name: "follows_" + f.Name, Base: "String"}
				if set := g.required(t, f, t, follower, i, 0); set != "" {
					t.Fields = append(t.Fields, follower)
					g.field(t, follower, i)
					in.Fields[follower.Name].Requires = set
				}
				break
			}
		}
	}
}

// requirement makes up a field set that a field in a subgraph requires; "" if
// there is nothing to require. Fields only require earlier ones.
func (g *generator) requirement(t *Type, f *Field, subgraph int) string {
	var candidates []*Field
	for _, c := range t.Fields {
		in := t.In[subgraph].Fields[c.Name]
		if g.before(t, c, t, f) && !c.KeyOnly && (in == nil || in.External) && g.can(c.Base, subgraph) && g.hasOwner(t, c) {
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		return ""
	}
	var parts []string
	for _, c := range some(g.drawer, candidates, 4) {
		if part := g.required(t, c, t, f, subgraph, 0); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// hasOwner tells whether somebody resolves a field of a type.
func (g *generator) hasOwner(t *Type, f *Field) bool {
	return slices.ContainsFunc(g.w.sources(t, f.Name), (*FieldIn).isReal)
}

// before tells whether a field comes before another, of whatever type.
func (g *generator) before(t *Type, f *Field, u *Type, e *Field) bool {
	if t == u {
		return slices.Index(t.Fields, f) < slices.Index(u.Fields, e)
	}
	return slices.Index(g.w.Types, t) < slices.Index(g.w.Types, u)
}

// required makes up the selection of a field c of t in a requirement of field
// f of u, and makes the fields in it external where the subgraph lacks them.
func (g *generator) required(t *Type, c *Field, u *Type, f *Field, subgraph, depth int) string {
	if !g.w.isComposite(c.Base) {
		g.external(t, c, subgraph)
		return c.Name + g.literals(c)
	}
	target := g.w.types[c.Base]
	if target.Kind == ast.Union || depth > 1 {
		return ""
	}
	g.need(c.Base, subgraph)
	in := target.In[subgraph]
	var below []*Field
	for _, p := range target.Fields {
		if g.w.isComposite(p.Base) && target.Kind == ast.Interface || !g.can(p.Base, subgraph) || p.KeyOnly {
			continue
		}
		if target.Kind == ast.Interface {
			if in.InterfaceObject || slices.ContainsFunc(in.Members, func(m string) bool {
				object := g.w.types[m]
				return !g.before(object, object.field(p.Name), u, f) || !g.hasOwner(object, object.field(p.Name))
			}) {
				continue
			}
		} else if !g.before(target, p, u, f) || !g.hasOwner(target, p) {
			continue
		}
		below = append(below, p)
	}
	if len(below) == 0 {
		return ""
	}
	var parts []string
	for _, p := range some(g.drawer, below, 3) {
		if target.Kind == ast.Object {
			if part := g.required(target, p, u, f, subgraph, depth+1); part != "" {
				parts = append(parts, part)
			}
			continue
		}
		for _, m := range in.Members {
			g.external(g.w.types[m], g.w.types[m].field(p.Name), subgraph)
		}
		parts = append(parts, p.Name+g.literals(p))
	}
	if len(parts) == 0 {
		return ""
	}
	g.external(t, c, subgraph)
	return c.Name + g.literals(c) + " { " + strings.Join(parts, " ") + " }"
}

// external makes a field external in a subgraph that does not have it.
func (g *generator) external(t *Type, f *Field, subgraph int) {
	if t.In[subgraph].Fields[f.Name] != nil {
		return
	}
	g.field(t, f, subgraph)
	t.In[subgraph].Fields[f.Name].External = true
}

// literals makes up constant arguments for a field of a requirement.
func (g *generator) literals(f *Field) string {
	var parts []string
	for _, a := range f.Args {
		// The oracle computes requirements without the schema's defaults.
		if a.Default != "" || g.chance(10) {
			parts = append(parts, a.Name+": "+g.literal(a))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (g *drawer) literal(a Arg) string {
	switch a.Type {
	case "Int", "Int!":
		return fmt.Sprint(g.below(3))
	case "String":
		return one(g, []string{`"p"`, `"q"`})
	case "Color":
		return one(g, []string{"RED", "BLUE"})
	case "Filter":
		return one(g, []string{"{in0: 1}", `{in1: "p"}`, `{in0: 2, in1: "q"}`})
	case "[Int!]":
		return one(g, []string{"[]", "[1]", "[1, 2]"})
	}
	panic("differential: an argument of type " + a.Type)
}

// provisions lets fields bring fields of other subgraphs along. Fields of
// values do not: what they provide might be the value again, without end.
func (g *generator) provisions() {
	for _, t := range g.w.Types {
		if t.Kind != ast.Object || t.isValue() {
			continue
		}
		for i, in := range t.In {
			if in == nil {
				continue
			}
			for _, f := range t.Fields {
				own := in.Fields[f.Name]
				if own == nil || !own.isReal() || own.Overridden || !g.w.isComposite(f.Base) || f.KeyOnly || !g.chance(4) {
					continue
				}
				own.Provides = g.provision(f.Base, i, 0)
				if t.Name == "Mutation" && own.Provides != "" && g.providesArguments(f.Base, i, fieldSet(own.Provides)) {
					own.Provides = ""
				}
			}
		}
	}
}

// providesArguments tells whether what a field set provides has fields with
// arguments beside it: a value is written where it is provided, and there
// mutations compute texts at once, from arguments of their own.
func (g *generator) providesArguments(typ string, subgraph int, set ast.SelectionSet) bool {
	for _, s := range set {
		if f, ok := s.(*ast.InlineFragment); ok {
			if g.providesArguments(f.TypeCondition, subgraph, f.SelectionSet) {
				return true
			}
			continue
		}
		f := s.(*ast.Field)
		if len(f.SelectionSet) == 0 {
			continue
		}
		base := g.w.types[typ].field(f.Name).Base
		below := g.w.types[base]
		if below.isValue() && slices.ContainsFunc(below.Fields, func(f *Field) bool { return len(f.Args) > 0 && below.In[subgraph].Fields[f.Name] != nil }) ||
			g.providesArguments(base, subgraph, f.SelectionSet) {
			return true
		}
	}
	return false
}

// provision makes up a field set that a field of a type provides; "" if there
// is nothing to provide.
func (g *generator) provision(typ string, subgraph, depth int) string {
	t := g.w.types[typ]
	in := t.In[subgraph]
	if t.Kind != ast.Object {
		if in.InterfaceObject {
			return ""
		}
		member := one(g.drawer, in.Members)
		if inner := g.provision(member, subgraph, depth); inner != "" {
			return "... on " + member + " { " + inner + " }"
		}
		return ""
	}
	var candidates []*Field
	for _, f := range t.Fields {
		own := in.Fields[f.Name]
		if f.KeyOnly || len(f.Args) > 0 || own != nil && !own.External || !g.can(f.Base, subgraph) || !g.hasOwner(t, f) ||
			slices.ContainsFunc(g.w.sources(t, f.Name), func(s *FieldIn) bool { return s.Requires != "" }) {
			continue
		}
		if g.w.isComposite(f.Base) && (depth > 0 || g.w.types[f.Base].Kind != ast.Object) {
			continue
		}
		candidates = append(candidates, f)
	}
	if len(candidates) == 0 {
		return ""
	}
	var parts []string
	for _, f := range some(g.drawer, candidates, 3) {
		if !g.w.isComposite(f.Base) {
			g.external(t, f, subgraph)
			in.Fields[f.Name].Provided = true
			parts = append(parts, f.Name)
			continue
		}
		g.need(f.Base, subgraph)
		if inner := g.provision(f.Base, subgraph, depth+1); inner != "" {
			g.external(t, f, subgraph)
			in.Fields[f.Name].Provided = true
			parts = append(parts, f.Name+" { "+inner+" }")
		}
	}
	return strings.Join(parts, " ")
}

// hide makes fields inaccessible, and key fields external.
func (g *generator) hide() {
	for _, t := range g.w.Types {
		if !t.isEntity() {
			continue
		}
		for _, f := range t.Fields {
			inInterface := slices.ContainsFunc(t.Implements, func(i string) bool { return g.w.types[i].field(f.Name) != nil })
			if f.Name != "id" && !inInterface && g.chance(1) {
				f.Inaccessible = true
			}
			if !f.KeyOnly || inInterface || !g.chance(1) {
				continue
			}
			if owners := g.w.owners(t, f.Name); len(owners) > 1 {
				in := t.In[one(g.drawer, owners)]
				if !slices.ContainsFunc(in.Keys, func(k Key) bool { return slices.Contains(k.names(), f.Name) }) {
					continue // nobody there uses it
				}
				in.Fields[f.Name].External = true
				in.Fields[f.Name].Shareable = false
			}
		}
	}
}

// settle takes stock of what was made up: who implements what, which fields
// are shared, and of which type external fields are.
func (g *generator) settle() {
	w := g.w
	w.Types = slices.DeleteFunc(w.Types, func(t *Type) bool {
		if slices.ContainsFunc(t.In, func(in *TypeIn) bool { return in != nil }) {
			return false
		}
		delete(w.types, t.Name)
		return true
	})
	w.recount()
	g.dropUnused()
	for _, t := range w.Types {
		t.Fields = slices.DeleteFunc(t.Fields, func(f *Field) bool {
			return t.isComposite() && len(w.sources(t, f.Name)) == 0
		})
		if t.Kind != ast.Object {
			continue
		}
		for _, f := range t.Fields {
			g.settleField(t, f)
		}
	}
	g.complete() // of external fields the nullability may have changed
	for g.dropUnused() {
		g.complete() // an interface has lost what not all have any longer
	}
	for _, t := range w.Types {
		if len(t.Fields) > 0 && !slices.ContainsFunc(t.Fields, func(f *Field) bool { return !f.Inaccessible }) {
			t.Fields[0].Inaccessible = false // clients must see something of it
		}
		for _, in := range t.In {
			if in == nil || !in.InterfaceObject {
				continue
			}
			for _, f := range t.Fields {
				if own := in.Fields[f.Name]; own != nil && own.External {
					own.NonNull = nonNull(w.merged(t, f))
				}
			}
		}
	}
}

// dropUnused leaves out external fields whose requirement has gone, and reports
// whether there were any.
func (g *generator) dropUnused() (dropped bool) {
	for i := range g.w.Subgraphs {
		used := g.w.named(i)
		for _, t := range g.w.Types {
			in := t.In[i]
			if in == nil {
				continue
			}
			for name, own := range in.Fields {
				inInterface := slices.ContainsFunc(in.Implements, func(n string) bool { return g.w.types[n].In[i].Fields[name] != nil })
				if own.External && !used[own] && !inInterface {
					delete(in.Fields, name)
					dropped = true
				}
			}
		}
	}
	return dropped
}

// named are the fields that some field set in a subgraph names.
func (w *World) named(subgraph int) map[*FieldIn]bool {
	used := map[*FieldIn]bool{}
	var walk func(typ string, set ast.SelectionSet)
	walk = func(typ string, set ast.SelectionSet) {
		for _, s := range set {
			if f, ok := s.(*ast.InlineFragment); ok {
				walk(f.TypeCondition, f.SelectionSet)
				continue
			}
			sel := s.(*ast.Field)
			for _, name := range append(slices.Clone(w.possible(typ, subgraph)), typ) {
				in := w.types[name].In[subgraph]
				if in == nil || in.Fields[sel.Name] == nil {
					continue
				}
				own := in.Fields[sel.Name]
				used[own] = true
				if len(sel.SelectionSet) > 0 {
					walk(own.Base, sel.SelectionSet)
				}
			}
		}
	}
	for _, t := range w.Types {
		in := t.In[subgraph]
		if in == nil {
			continue
		}
		for _, k := range in.Keys {
			walk(t.Name, fieldSet(k.Fields))
		}
		for _, own := range in.Fields {
			if own.Requires != "" {
				walk(t.Name, fieldSet(own.Requires))
			}
			if own.Provides != "" {
				walk(own.Base, fieldSet(own.Provides))
			}
		}
	}
	return used
}

func (g *generator) settleField(t *Type, f *Field) {
	if g.w.isComposite(f.Base) && len(g.w.runtimeTypes(t, f)) == 0 {
		for _, in := range g.w.sources(t, f.Name) {
			clear(in.NonNull) // there is nothing it could be
		}
	}
	var real []*FieldIn
	provided := 0
	for _, in := range g.w.sources(t, f.Name) {
		switch {
		case in.isReal() && !in.Overridden:
			real = append(real, in)
		case in.Provided:
			provided++
		}
	}
	for _, in := range real {
		in.Shareable = in.Shareable || len(real)+provided > 1
	}
	merged := g.w.merged(t, f)
	for _, in := range g.w.sources(t, f.Name) {
		if in.External {
			in.Base = merged.Name()
			in.NonNull = nonNull(merged)
		}
	}
}

func nonNull(t *ast.Type) []bool {
	levels := []bool{t.NonNull}
	for t = t.Elem; t != nil; t = t.Elem {
		levels = append(levels, t.NonNull)
	}
	return levels
}

func union(a, b []string) []string {
	u := append(slices.Clone(a), b...)
	slices.Sort(u)
	return slices.Compact(u)
}
