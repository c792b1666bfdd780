package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// stuck reports that the last step of path cannot be made from s: which
// operation shows it, and from each place that was reached why not.
func (w *walker) stuck(s *state, at *situation, path *step) {
	e := &explainer{w: w, at: at}
	coordinate := s.typ.name
	var sites []Site
	if path.field != nil {
		coordinate = path.field.coordinate()
		sites = fieldSites(path.field)
		e.field(s, path.field)
	} else {
		sites = typeSites(path.typ)
		e.cast(s, path.typ)
	}
	var b strings.Builder
	b.WriteString("no plan can resolve this operation:\n")
	writeWitness(&b, w.c.super, s.root, path)
	b.WriteString("because")
	for _, g := range e.groups {
		fmt.Fprintf(&b, "\n- from subgraph %q:", g.names[0])
		reasons := strings.Split(g.what, "\n")
		if len(reasons) == 1 {
			b.WriteString(" " + reasons[0] + ".")
			continue
		}
		for _, r := range reasons {
			b.WriteString("\n  - " + r + ".")
		}
	}
	w.errors = append(w.errors, Diagnostic{
		Code: CodeSatisfiabilityError, Coordinate: coordinate, Sites: append(sites, e.sites...), Message: b.String(), TryThis: e.try,
	})
}

// An explainer collects reasons, by the subgraph one was in.
type explainer struct {
	w      *walker
	at     *situation
	groups []variantGroup // names[0] is the subgraph, what its reasons by line
	sites  []Site
	try    string
}

func (e *explainer) reason(s *schema, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	i := slices.IndexFunc(e.groups, func(g variantGroup) bool { return g.names[0] == s.name })
	if i < 0 {
		e.groups = append(e.groups, variantGroup{text, []string{s.name}})
		return
	}
	if !slices.Contains(strings.Split(e.groups[i].what, "\n"), text) {
		e.groups[i].what += "\n" + text
	}
}

func (e *explainer) site(s *schema, pos *ast.Position) { e.sites = append(e.sites, s.site(pos)...) }

// field explains why f cannot be had at s.
func (e *explainer) field(s *state, f *mergedField) {
	places := e.w.r.closure(s.nodes)
	reached := map[*schema]bool{}
	for _, n := range places {
		reached[n.schema()] = true
	}
	for _, n := range places {
		e.direct(n, f)
		e.moves(n, reached, f)
	}
	for _, n := range s.nodes {
		e.unreachable(n, reached, f)
	}
}

// direct explains why f cannot be had from n itself.
func (e *explainer) direct(n *node, f *mergedField) {
	own := n.typ.byName[f.name]
	s := n.schema()
	coordinate := f.coordinate()
	if own == nil {
		if n.typ.interfaceObject && n.typ.name != f.parent.name {
			e.reason(s, "it knows %q only as part of the @interfaceObject %q, which has no field %q", f.parent.name, n.typ.name, f.name)
			return
		}
		e.reason(s, "it has no field %q", coordinate)
		return
	}
	switch e.w.r.obstacle(n, own, e.at) {
	case passable:
	case isExternal:
		e.reason(s, "its field %q is @external", coordinate)
	case isOverridden:
		e.reason(s, "its field %q is overridden by subgraph %q", coordinate, own.overriddenBy.name)
	case otherLabel:
		e.reason(s, "its field %q is not the one to use when label %q is %s", coordinate, own.overrideLabel, map[bool]string{true: "inactive", false: "active"}[own.overrides])
	case requiresUnsatisfied:
		e.reason(s, "what its field %q requires, %q, cannot be resolved from there%s", coordinate, own.requires.quote(), e.firstMissing(n, own.requires))
		e.site(s, own.requires.app.pos)
	case contextUnset:
		e.reason(s, "no object above sets the context that its field %q needs, or what is read of it cannot be resolved", coordinate)
	case noKeyToReturn:
		e.reason(s, "its field %q needs data from elsewhere, but %q has no @key there to come back with", coordinate, n.typ.name)
		e.suggest("add a @key to %q in subgraph %q", n.typ.name, s.name)
	case differsByImplementation:
		e.reason(s, "not all implementations of %q resolve %q there", n.typ.name, f.name)
	}
}

func (e *explainer) suggest(format string, args ...any) {
	if e.try == "" {
		e.try = fmt.Sprintf(format, args...)
	}
}

// firstMissing names the first field of a set that cannot be had from n.
func (e *explainer) firstMissing(n *node, set *fieldSet) string {
	for _, x := range set.selections {
		if !e.w.r.selectionSatisfied([]*node{n}, x, nil) {
			if x.fragment {
				return fmt.Sprintf(" (nothing leads to what is selected on %q)", x.cond)
			}
			return fmt.Sprintf(" (nothing leads to %q)", x.parent.name+"."+x.name)
		}
	}
	return ""
}

// moves explains why n does not lead to subgraphs that can be entered by key.
func (e *explainer) moves(n *node, reached map[*schema]bool, f *mergedField) {
	for _, target := range e.w.r.targets(n.typ) {
		if reached[target.schema] {
			continue
		}
		for _, key := range target.keys {
			if !key.resolvable {
				continue
			}
			missing := ""
			if e.w.r.keyFits(n.typ, key) {
				missing = e.firstMissing(n, key)
			}
			e.reason(n.schema(), "it cannot move to subgraph %q with the key %q of %q, which cannot be resolved from there%s", target.schema.name, key.quote(), target.name, missing)
			e.site(target.schema, key.app.pos)
			if target.byName[f.name] != nil {
				e.suggest("add the fields of the key %q to %q in subgraph %q, or give %q a key there that both subgraphs have", key.quote(), n.typ.name, n.schema().name, n.typ.name)
			}
		}
	}
}

// unreachable explains why subgraphs that do have f cannot be entered.
func (e *explainer) unreachable(n *node, reached map[*schema]bool, f *mergedField) {
	for _, x := range f.sources {
		s := x.schema
		if reached[s] || x.external || x.overriddenBy != nil && x.overrideLabel == "" {
			continue
		}
		if slices.ContainsFunc(e.w.r.targets(n.typ), func(t *typeDef) bool { return t.schema == s }) {
			continue
		}
		t := s.types[n.typ.name]
		switch {
		case t == nil:
			e.reason(n.schema(), "it cannot move to subgraph %q, which has field %q, because %q is not defined there", s.name, f.coordinate(), n.typ.name)
		case len(t.keys) == 0:
			e.reason(n.schema(), "it cannot move to subgraph %q, which has field %q, because type %q has no @key there", s.name, f.coordinate(), t.name)
			e.suggest("add a @key to %q in subgraph %q, or resolve %q in subgraph %q too and mark it @shareable", t.name, s.name, f.coordinate(), n.schema().name)
		default:
			e.reason(n.schema(), "it cannot move to subgraph %q, which has field %q, because no @key of %q there is resolvable (they say resolvable: false)", s.name, f.coordinate(), t.name)
			e.site(s, t.keys[0].app.pos)
			e.suggest("remove \"resolvable: false\" from a @key of %q in subgraph %q", t.name, s.name)
		}
	}
}

// cast explains why objects of type t cannot be had at s.
func (e *explainer) cast(s *state, t *mergedType) {
	places := e.w.r.closure(s.nodes)
	reached := map[*schema]bool{}
	for _, n := range places {
		reached[n.schema()] = true
	}
	for _, n := range places {
		switch {
		case n.typ.interfaceObject:
			e.reason(n.schema(), "it knows %q as an @interfaceObject, and no subgraph can be reached that knows which implementation an object is", n.typ.name)
			e.suggest("give interface %q a resolvable @key in the subgraph that defines it", n.typ.name)
		default:
			e.reason(n.schema(), "it has no type %q", t.name)
		}
		for _, target := range e.w.r.targets(n.typ) {
			if reached[target.schema] {
				continue
			}
			for _, key := range target.keys {
				if key.resolvable {
					e.reason(n.schema(), "it cannot move to subgraph %q with the key %q of %q, which cannot be resolved from there%s", target.schema.name, key.quote(), target.name, e.firstMissing(n, key))
				}
			}
		}
	}
}

// writeWitness writes the operation that gets stuck: the fields on the way
// and, if the last one has fields, "...".
func writeWitness(b *strings.Builder, g *supergraph, root int, path *step) {
	var steps []*step
	for x := path; x != nil; x = x.previous {
		steps = append(steps, x)
	}
	slices.Reverse(steps)
	if root != rootQuery {
		b.WriteString(string(rootOperations[root]) + " ")
	}
	b.WriteString("{\n")
	indent := "  "
	for i, x := range steps {
		b.WriteString(indent)
		composite := x.field == nil
		if x.field != nil {
			b.WriteString(x.field.name)
			writeWitnessArguments(b, g, x.field)
			if t := g.types[x.field.typ.Name()]; t != nil {
				composite = t.kind == ast.Object || t.kind == ast.Interface || t.kind == ast.Union
			}
		} else {
			b.WriteString("... on " + x.typ.name)
		}
		if composite {
			b.WriteString(" {")
		}
		if x.label != "" {
			fmt.Fprintf(b, " # label %q is %s", x.label, map[bool]string{true: "active", false: "inactive"}[x.active])
		}
		b.WriteByte('\n')
		if i < len(steps)-1 {
			indent += "  "
			continue
		}
		if composite {
			b.WriteString(indent + "  ...\n" + indent + "}\n")
		}
	}
	for len(indent) > 2 {
		indent = indent[2:]
		b.WriteString(indent + "}\n")
	}
	b.WriteString("}\n")
}

func writeWitnessArguments(b *strings.Builder, g *supergraph, f *mergedField) {
	var parts []string
	for _, a := range f.args {
		if a.required() && !hidden(a.applied) {
			parts = append(parts, a.name+": "+sampleValue(g, a.typ, 0))
		}
	}
	if len(parts) > 0 {
		b.WriteString("(" + strings.Join(parts, ", ") + ")")
	}
}

// maxSample bounds how deep sample input objects nest; required fields cannot
// nest without end, but far.
const maxSample = 8

func sampleValue(g *supergraph, t *ast.Type, depth int) string {
	if t.Elem != nil {
		return "[]"
	}
	switch t.NamedType {
	case "Int":
		return "0"
	case "Float":
		return "1.5"
	case "Boolean":
		return "true"
	case "String":
		return `"text"`
	case "ID":
		return `"id"`
	}
	m := g.types[t.NamedType]
	switch {
	case m == nil || m.kind == ast.Scalar || depth > maxSample:
		return `"value"`
	case m.kind == ast.Enum && len(m.values) > 0:
		for _, v := range m.values {
			if !hidden(v.applied) {
				return v.name
			}
		}
		return m.values[0].name
	default:
		var parts []string
		for _, f := range m.fields {
			if f.required() {
				parts = append(parts, f.name+": "+sampleValue(g, f.typ, depth+1))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
}
