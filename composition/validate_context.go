package composition

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A contextArgument is an argument that the router fills from an ancestor.
type contextArgument struct {
	context string
	text    string // the selection as written
	// sources are the types that set the context, with what is read of each.
	sources []contextSource
}

type contextSource struct {
	typ        *typeDef
	selections []*selection
}

var contextName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
var contextValue = regexp.MustCompile(`(?s)^[\s,]*\$[\s,]*([_A-Za-z][_0-9A-Za-z]*)(.*)$`)

// A contextFault is why an argument cannot be filled.
type contextFault struct {
	code    string
	message string
	try     string
}

// readContexts finds the types that set contexts and the arguments filled
// from them. Faulty arguments are left out and given to report.
func (s *schema) readContexts(report func(*field, *application, *contextFault)) {
	s.contexts = map[string][]*typeDef{}
	for _, t := range s.order {
		for _, a := range all(t.applied, dirContext) {
			name := a.str("name")
			s.contexts[name] = append(s.contexts[name], t)
		}
	}
	for _, t := range s.order {
		for _, f := range t.fields {
			for _, arg := range f.args {
				arg.contextual = nil
				a := first(arg.applied, dirFromContext)
				if a == nil {
					continue
				}
				contextual, fault := s.contextual(t, f, arg, a)
				if fault != nil {
					report(arg, a, fault)
					continue
				}
				arg.contextual = contextual
			}
		}
	}
}

func (s *schema) contextual(t *typeDef, f, arg *field, a *application) (*contextArgument, *contextFault) {
	if t.kind != ast.Object {
		return nil, &contextFault{CodeContextNotSet, fmt.Sprintf("%q is an argument of an interface field", arg.coordinate()), "use it on fields of objects"}
	}
	for _, r := range t.interfaces {
		if i := s.types[r.name]; i != nil && i.byName[f.name] != nil {
			return nil, &contextFault{CodeContextNotSet, fmt.Sprintf("field %q implements %q, so its arguments cannot be filled from a context", f.coordinate(), i.name+"."+f.name), ""}
		}
	}
	if arg.defaultValue != nil {
		return nil, &contextFault{CodeContextNotSet, fmt.Sprintf("argument %q is filled from a context, so it cannot have a default value", arg.coordinate()), "remove the default value"}
	}
	m := contextValue.FindStringSubmatch(a.str("field"))
	if m == nil {
		return nil, &contextFault{CodeNoContextInSelection, fmt.Sprintf("the value %q for argument %q does not begin with the name of a context", a.str("field"), arg.coordinate()), `write it like "$name { field }"`}
	}
	c := &contextArgument{context: m[1], text: m[2]}
	types := s.contexts[c.context]
	if len(types) == 0 {
		try := ""
		if near := nearest(c.context, sortedKeys(s.contexts)); near != "" {
			try = fmt.Sprintf("did you mean \"$%s\"?", near)
		}
		return nil, &contextFault{CodeContextNotSet, fmt.Sprintf("argument %q uses the context %q, which no type of this subgraph sets", arg.coordinate(), c.context), try}
	}
	if strings.TrimSpace(c.text) == "" {
		return nil, &contextFault{CodeNoContextInSelection, fmt.Sprintf("the value for argument %q names the context %q but selects nothing", arg.coordinate(), c.context), `write it like "$name { field }"`}
	}
	if problem := s.selectContext(c, types, arg); problem != "" {
		return nil, &contextFault{CodeContextInvalidSelection, fmt.Sprintf("the selection of context %q for argument %q is not valid: %s", c.context, arg.coordinate(), problem), ""}
	}
	return c, nil
}

// selectContext resolves the selection on every type that sets the context.
func (s *schema) selectContext(c *contextArgument, types []*typeDef, arg *field) string {
	used := map[string]bool{}
	fragments := 0
	for _, t := range types {
		sels, problem := s.parseContextSelection(c.text, t)
		if problem != "" {
			return problem
		}
		if !sels[0].fragment {
			if len(sels) > 1 {
				return "it selects more than one field"
			}
			typ, problem := s.selectedType(sels[0])
			if problem != "" {
				return problem
			}
			if !s.isSubtype(typ, arg.typ) {
				return fmt.Sprintf("its type \"%s\" does not fit \"%s\"", typ, arg.typ)
			}
			c.sources = append(c.sources, contextSource{t, sels})
			continue
		}
		fragments = len(sels)
		matched := false
		for _, x := range sels {
			if x.on.kind != ast.Object {
				return fmt.Sprintf("a fragment is on %q, which is not an object type", x.on.name)
			}
			if !slices.Contains(s.possibleTypes(t), x.on) {
				continue
			}
			if len(x.sub) != 1 || x.sub[0].fragment {
				return "a fragment must select exactly one field"
			}
			typ, problem := s.selectedType(x.sub[0])
			if problem != "" {
				return problem
			}
			nullable := *typ
			nullable.NonNull = false
			if !s.isSubtype(&nullable, arg.typ) {
				return fmt.Sprintf("the type \"%s\" does not fit \"%s\"", &nullable, arg.typ)
			}
			matched = true
			used[x.cond] = true
			c.sources = append(c.sources, contextSource{x.on, x.sub})
		}
		if !matched {
			return fmt.Sprintf("no fragment is for type %q, which sets the context", t.name)
		}
	}
	if fragments > 0 && len(used) < fragments {
		return "a fragment is for a type that does not set the context"
	}
	return ""
}

// parseContextSelection parses the selection on t: one field, or fragments on
// different types.
func (s *schema) parseContextSelection(text string, t *typeDef) ([]*selection, string) {
	body := strings.TrimSpace(text)
	// Fragments may name types that t can never be: another type that sets
	// the context. So the set is resolved piece by piece.
	sels, err := s.parseFieldSet(body, t)
	if err != nil {
		loose, looseErr := s.parseFieldSet(body, s.anyOf(t))
		if looseErr != nil || len(loose) == 0 || !loose[0].fragment {
			return nil, err.message
		}
		sels = loose
	}
	seen := map[string]bool{}
	for _, x := range sels {
		switch {
		case x.fragment != sels[0].fragment:
			return nil, "it mixes fields and fragments"
		case x.fragment && x.cond == "":
			return nil, "a fragment has no type"
		case x.fragment && seen[x.cond]:
			return nil, fmt.Sprintf("two fragments are on %q", x.cond)
		}
		seen[x.cond] = true
	}
	return sels, ""
}

// anyOf is a stand-in for t that any object may be, so that fragments resolve
// whatever they are on.
func (s *schema) anyOf(t *typeDef) *typeDef {
	u := &typeDef{schema: s, name: t.name, kind: ast.Union, byName: map[string]*field{}}
	for _, x := range s.order {
		if x.kind == ast.Object {
			u.members = append(u.members, &nameRef{name: x.name})
		}
	}
	return u
}

// selectedType is the type of the one leaf that x leads to, in as many lists
// as there are on the way.
func (s *schema) selectedType(x *selection) (*ast.Type, string) {
	if x.fragment {
		return nil, "it mixes fields and fragments"
	}
	if x.field == nil {
		return ast.NonNullNamedType("String", nil), ""
	}
	if x.sub == nil {
		return x.field.typ, ""
	}
	if x.on.interfaceObject || x.parent.interfaceObject {
		return nil, "it goes through an @interfaceObject"
	}
	if len(x.sub) != 1 {
		return nil, "it selects more than one field"
	}
	inner, problem := s.selectedType(x.sub[0])
	if problem != "" {
		return nil, problem
	}
	return wrapLike(x.field.typ, inner), ""
}

// wrapLike puts the lists and non-nulls of outer around inner.
func wrapLike(outer, inner *ast.Type) *ast.Type {
	var wrapped *ast.Type
	if outer.Elem != nil {
		wrapped = &ast.Type{Elem: wrapLike(outer.Elem, inner)}
	} else {
		copied := *inner
		wrapped = &copied
	}
	wrapped.NonNull = wrapped.NonNull || outer.NonNull
	return wrapped
}

// contexts checks @context and @fromContext.
func (v *federationValidator) contexts() {
	for _, t := range v.s.order {
		for _, a := range all(t.applied, dirContext) {
			if name := a.str("name"); !contextName.MatchString(name) {
				v.fail(CodeContextNameInvalid, t.name, v.s.site(a.pos), "use letters and digits, beginning with a letter", "the context name %q is malformed", name)
			}
		}
	}
	v.s.readContexts(func(arg *field, a *application, fault *contextFault) {
		v.fail(fault.code, arg.coordinate(), v.s.site(a.pos), fault.try, "%s", fault.message)
	})
	for _, t := range v.s.order {
		for _, f := range t.fields {
			for _, arg := range f.args {
				a := first(arg.applied, dirFromContext)
				if a == nil || t.kind != ast.Object || t.isRoot() {
					continue
				}
				if !slices.ContainsFunc(t.keys, func(k *fieldSet) bool { return k.resolvable }) {
					v.fail(CodeContextNoResolvableKey, arg.coordinate(), v.s.site(a.pos, t.pos()), fmt.Sprintf("add a @key to %q", t.name),
						"argument %q is filled from a context, so type %q needs a resolvable key", arg.coordinate(), t.name)
				}
			}
		}
	}
	for _, d := range v.s.directiveOrder {
		for _, arg := range d.args {
			if a := first(arg.applied, dirFromContext); a != nil {
				v.fail(CodeContextNotSet, "@"+d.name, v.s.site(a.pos), "", "argument %q of directive \"@%s\" cannot be filled from a context", arg.name, d.name)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
