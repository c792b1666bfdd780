package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// validateSubgraphs checks each subgraph by itself: first as GraphQL, relaxed
// by what federation allows, then as a federation schema. Federation 1
// subgraphs are checked as federation schemas once they are upgraded.
//
// GraphQL specification, "Type system", "Validation"; Apollo Federation,
// "Subgraph specification".
func (c *composer) validateSubgraphs() {
	for _, s := range c.subs {
		if c.canceled() {
			return
		}
		before := len(c.errors)
		v := &graphQLValidator{c: c, s: s}
		v.schema()
		if len(c.errors) > before || s.fed1 {
			continue
		}
		c.validateFederation(s)
	}
	c.effectiveVersion()
}

// effectiveVersion is the highest version that any subgraph uses, itself or
// through another spec that it links.
func (c *composer) effectiveVersion() {
	for _, s := range c.subs {
		version := s.version
		for _, l := range s.links {
			known := knownSpec(l.name)
			if !l.known || known == nil || known.minFederation[l.minor] <= version {
				continue
			}
			version = known.minFederation[l.minor]
			c.hint(HintImplicitlyUpgradedFederationVersion, "@link", s.site(l.app.pos),
				fmt.Sprintf("link federation v2.%d", version),
				"subgraph %q links federation v2.%d, but %s v%d.%d needs v2.%d: it is treated as that",
				s.name, s.version, l.name, l.major, l.minor, version)
		}
		c.version = max(c.version, version)
	}
}

// graphQLValidator checks that a subgraph's schema is valid GraphQL, once
// everything implied is there.
type graphQLValidator struct {
	c *composer
	s *schema
}

func (v *graphQLValidator) invalid(pos *ast.Position, coordinate, format string, args ...any) {
	v.c.invalidGraphQL(v.s, pos, coordinate, "", format, args...)
}

func (v *graphQLValidator) schema() {
	v.applications(v.s.applied, ast.LocationSchema, "")
	for _, d := range v.s.directiveOrder {
		if d.builtIn && d.pos.Src != v.s.src {
			continue
		}
		v.name(d.name, d.pos, "@"+d.name)
		for _, a := range d.args {
			v.input(a, "@"+d.name+"("+a.name+":)", ast.LocationArgumentDefinition)
		}
	}
	for _, t := range v.s.order {
		if t.implied {
			continue
		}
		v.typeDef(t)
	}
	v.inputCycles()
}

func (v *graphQLValidator) name(name string, pos *ast.Position, coordinate string) {
	if strings.HasPrefix(name, "__") {
		v.invalid(pos, coordinate, "name %q must not begin with \"__\", which is reserved for introspection", name)
	}
}

func (v *graphQLValidator) typeDef(t *typeDef) {
	v.name(t.name, t.pos(), t.name)
	location := map[ast.DefinitionKind]ast.DirectiveLocation{
		ast.Object: ast.LocationObject, ast.Interface: ast.LocationInterface, ast.Union: ast.LocationUnion,
		ast.Enum: ast.LocationEnum, ast.InputObject: ast.LocationInputObject, ast.Scalar: ast.LocationScalar,
	}[t.kind]
	v.applications(t.applied, location, t.name)
	empty := ""
	switch t.kind {
	case ast.Object, ast.Interface:
		for _, f := range t.fields {
			v.outputField(f)
		}
		v.implementations(t)
		if len(t.fields) == 0 && t != v.s.roots[rootQuery] {
			empty = "field"
		}
	case ast.InputObject:
		for _, f := range t.fields {
			v.name(f.name, f.pos, f.coordinate())
			v.input(f, f.coordinate(), ast.LocationInputFieldDefinition)
		}
		if len(t.fields) == 0 {
			empty = "field"
		}
	case ast.Union:
		for _, m := range t.members {
			if member := v.s.types[m.name]; member == nil {
				v.unknownType(m.name, m.pos, t.name)
			} else if member.kind != ast.Object {
				v.invalid(m.pos, t.name, "union %q can only have object types as members, and %q is not", t.name, m.name)
			}
		}
		if len(t.members) == 0 {
			empty = "member"
		}
	case ast.Enum:
		for _, x := range t.values {
			v.name(x.name, x.pos, t.name+"."+x.name)
			v.applications(x.applied, ast.LocationEnumValue, t.name+"."+x.name)
			if x.name == "true" || x.name == "false" || x.name == "null" {
				v.invalid(x.pos, t.name+"."+x.name, "enum value may not be %q", x.name)
			}
		}
		if len(t.values) == 0 {
			empty = "value"
		}
	}
	if empty != "" {
		v.invalid(t.pos(), t.name, "type %q must have at least one %s", t.name, empty)
	}
}

func (v *graphQLValidator) unknownType(name string, pos *ast.Position, coordinate string) {
	try := ""
	if near := nearest(name, v.s.typeNames()); near != "" {
		try = fmt.Sprintf("did you mean %q?", near)
	}
	v.c.invalidGraphQL(v.s, pos, coordinate, try, "unknown type %q", name)
}

func (s *schema) typeNames() []string {
	names := make([]string, 0, len(s.order))
	for _, t := range s.order {
		names = append(names, t.name)
	}
	return names
}

func (v *graphQLValidator) outputField(f *field) {
	v.name(f.name, f.pos, f.coordinate())
	v.applications(f.applied, ast.LocationFieldDefinition, f.coordinate())
	switch t := f.baseType(); {
	case t == nil:
		v.unknownType(f.typ.Name(), f.pos, f.coordinate())
	case t.kind == ast.InputObject:
		v.invalid(f.pos, f.coordinate(), "field %q cannot have the input type %q", f.coordinate(), t.name)
	}
	for _, a := range f.args {
		v.name(a.name, a.pos, a.coordinate())
		v.input(a, a.coordinate(), ast.LocationArgumentDefinition)
	}
}

// input checks an argument or an input field.
func (v *graphQLValidator) input(f *field, coordinate string, location ast.DirectiveLocation) {
	v.applications(f.applied, location, coordinate)
	t := f.baseType()
	switch {
	case t == nil:
		v.unknownType(f.typ.Name(), f.pos, coordinate)
		return
	case t.isComposite():
		v.invalid(f.pos, coordinate, "%q must have an input type, and %q is not", coordinate, t.name)
		return
	}
	if f.defaultValue != nil {
		if problem := v.s.checkValue(f.defaultValue, f.typ); problem != "" {
			v.invalid(f.defaultValue.Position, coordinate, "invalid default value of %q: %s", coordinate, problem)
		}
	}
	if f.required() && has(f.applied, dirDeprecated) {
		v.invalid(f.pos, coordinate, "%q is required, so it cannot be deprecated", coordinate)
	}
}

// applications checks the directives on one element.
func (v *graphQLValidator) applications(applied []*application, location ast.DirectiveLocation, coordinate string) {
	seen := map[string]bool{}
	for _, a := range applied {
		d := v.s.directives[a.name]
		if d == nil {
			v.unknownDirective(a, coordinate)
			continue
		}
		if !slices.Contains(d.locations, location) {
			v.invalid(a.pos, coordinate, "directive \"@%s\" may not be used on %s", a.name, location)
		}
		if seen[a.name] && !d.repeatable {
			// @shareable has a code of its own for this.
			if a.canonical == dirShareable && len(v.s.links) > 0 {
				continue
			}
			v.invalid(a.pos, coordinate, "directive \"@%s\" may be used only once here", a.name)
		}
		seen[a.name] = true
		v.directiveArguments(a, d, coordinate)
	}
}

func (v *graphQLValidator) directiveArguments(a *application, d *directiveDef, coordinate string) {
	given := map[string]bool{}
	for _, x := range a.args {
		if given[x.Name] {
			v.invalid(x.Position, coordinate, "argument %q of \"@%s\" is given more than once", x.Name, a.name)
			continue
		}
		given[x.Name] = true
		i := slices.IndexFunc(d.args, func(f *field) bool { return f.name == x.Name })
		if i < 0 {
			v.invalid(x.Position, coordinate, "unknown argument %q of directive \"@%s\"", x.Name, a.name)
			continue
		}
		if x.Name == "fields" && (a.canonical == dirKey || a.canonical == dirRequires || a.canonical == dirProvides) {
			continue // has codes of its own
		}
		if problem := v.s.checkValue(x.Value, d.args[i].typ); problem != "" {
			v.invalid(x.Value.Position, coordinate, "invalid value for argument %q of \"@%s\": %s", x.Name, a.name, problem)
		}
	}
	for _, f := range d.args {
		if f.required() && !given[f.name] {
			v.invalid(a.pos, coordinate, "directive \"@%s\" lacks its required argument %q", a.name, f.name)
		}
	}
}

func (v *graphQLValidator) unknownDirective(a *application, coordinate string) {
	try := ""
	federation := v.s.linkTo(specBase + "federation")
	bare := strings.TrimPrefix(a.name, "federation__")
	newest := slices.IndexFunc(federationElements, func(e specElement) bool { return e.name == "@"+bare })
	switch {
	case newest >= 0 && federation == nil:
		try = "this subgraph is federation 1; link federation 2 to use @" + bare
	case newest >= 0 && federationElements[newest].since > federation.minor:
		try = fmt.Sprintf("@%s needs federation v2.%d or newer; v2.%d is linked", bare, federationElements[newest].since, federation.minor)
	case newest >= 0:
		try = fmt.Sprintf("add \"@%s\" to the import of the federation @link, or write @%s",
			bare, strings.TrimPrefix(federation.local("@"+bare), "@"))
	default:
		names := make([]string, 0, len(v.s.directiveOrder))
		for _, d := range v.s.directiveOrder {
			names = append(names, d.name)
		}
		if near := nearest(a.name, names); near != "" {
			try = fmt.Sprintf("did you mean \"@%s\"?", near)
		}
	}
	v.c.invalidGraphQL(v.s, a.pos, coordinate, try, "unknown directive \"@%s\"", a.name)
}

// implementations checks what an object or interface says it implements.
func (v *graphQLValidator) implementations(t *typeDef) {
	own := make(map[string]bool, len(t.interfaces))
	for _, r := range t.interfaces {
		own[r.name] = true
	}
	for _, r := range t.interfaces {
		i := v.s.types[r.name]
		switch {
		case i == nil:
			v.unknownType(r.name, r.pos, t.name)
			continue
		case i.kind != ast.Interface:
			v.invalid(r.pos, t.name, "type %q cannot implement %q, which is not an interface", t.name, r.name)
			continue
		case i == t:
			v.invalid(r.pos, t.name, "interface %q cannot implement itself", t.name)
			continue
		}
		for _, above := range i.interfaces {
			switch {
			case above.name == t.name:
				v.invalid(r.pos, t.name, "interfaces %q and %q implement each other", t.name, i.name)
			case !own[above.name]:
				v.invalid(r.pos, t.name, "type %q must also implement %q, since %q does", t.name, above.name, i.name)
			}
		}
		for _, f := range i.fields {
			v.implementation(t, i, f)
		}
	}
}

func (v *graphQLValidator) implementation(t, i *typeDef, want *field) {
	got := t.byName[want.name]
	if got == nil {
		v.c.errors.add(Diagnostic{
			Code: CodeInvalidGraphQL, Coordinate: t.name,
			Message: v.s.prefix() + fmt.Sprintf("type %q lacks the field %q of interface %q", t.name, want.name, i.name),
			Sites:   v.s.site(t.pos(), want.pos),
			TryThis: fmt.Sprintf("add \"%s: %s\" to %q", want.name, want.typ, t.name),
		})
		return
	}
	if !v.s.isSubtype(got.typ, want.typ) {
		v.invalid(got.pos, got.coordinate(), "field %q has type \"%s\", which does not fit \"%s\" of %q",
			got.coordinate(), got.typ, want.typ, want.coordinate())
	}
	for _, a := range want.args {
		b := got.arg(a.name)
		if b == nil {
			v.invalid(got.pos, got.coordinate(), "field %q lacks the argument %q of %q", got.coordinate(), a.name, want.coordinate())
		} else if !sameType(a.typ, b.typ) {
			v.invalid(b.pos, b.coordinate(), "argument %q has type \"%s\" but \"%s\" in interface %q", b.coordinate(), b.typ, a.typ, i.name)
		}
	}
	for _, b := range got.args {
		if b.required() && want.arg(b.name) == nil {
			v.invalid(b.pos, b.coordinate(), "argument %q is required, but interface field %q does not have it", b.coordinate(), want.coordinate())
		}
	}
}

// isSubtype tells whether a value of type a may stand where b is asked.
func (s *schema) isSubtype(a, b *ast.Type) bool {
	if b.NonNull && !a.NonNull {
		return false
	}
	if (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return s.isSubtype(a.Elem, b.Elem)
	}
	if a.NamedType == b.NamedType {
		return true
	}
	x, y := s.types[a.NamedType], s.types[b.NamedType]
	if x == nil || y == nil {
		return false
	}
	switch y.kind {
	case ast.Interface:
		return x.implements(y.name)
	case ast.Union:
		return slices.ContainsFunc(y.members, func(r *nameRef) bool { return r.name == x.name })
	default:
		return false
	}
}

// inputCycles finds input objects that need themselves without end.
func (v *graphQLValidator) inputCycles() {
	const (
		open = 1
		done = 2
	)
	state := map[*typeDef]int{}
	var visit func(t *typeDef)
	visit = func(t *typeDef) {
		state[t] = open
		for _, f := range t.fields {
			next := v.s.types[f.typ.NamedType]
			if !f.typ.NonNull || f.defaultValue != nil || next == nil || next.kind != ast.InputObject {
				continue
			}
			switch state[next] {
			case 0:
				visit(next)
			case open:
				v.invalid(f.pos, f.coordinate(), "input type %q needs itself without end, through the required field %q", next.name, f.coordinate())
			}
		}
		state[t] = done
	}
	for _, t := range v.s.order {
		if t.kind == ast.InputObject && state[t] == 0 {
			visit(t)
		}
	}
}
