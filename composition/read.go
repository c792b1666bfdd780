package composition

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// maxTokens bounds the size of one subgraph's SDL.
const maxTokens = 20_000_000

// readSubgraph parses a subgraph, puts definitions and extensions together,
// resolves links, and adds the result to c.subs. Definitions that are in each
// other's way are reported here, since only the first is kept.
func (c *composer) readSubgraph(in Subgraph) {
	file := in.File
	if file == "" {
		file = in.Name
	}
	s := &schema{
		name:       in.Name,
		url:        in.URL,
		src:        &ast.Source{Name: file, Input: in.SDL},
		types:      map[string]*typeDef{},
		directives: map[string]*directiveDef{},
		contexts:   map[string][]*typeDef{},
	}
	doc, err := parser.ParseSchemaWithLimit(s.src, maxTokens)
	if err != nil {
		c.syntaxError(s, err)
		return
	}
	b := &schemaBuilder{c: c, s: s}
	b.schemaDefinitions(doc)
	c.readLinks(s)
	b.directiveDefinitions(doc)
	b.typeDefinitions(doc)
	b.implyDefinitions()
	b.rootTypes(doc)
	b.canonicalize()
	s.indexTypes()
	c.subs = append(c.subs, s)
}

func (c *composer) syntaxError(s *schema, err error) {
	d := Diagnostic{Code: CodeInvalidGraphQL, Message: s.prefix() + err.Error()}
	var g *gqlerror.Error
	if errors.As(err, &g) {
		d.Message = s.prefix() + "syntax error: " + g.Message
		if len(g.Locations) > 0 {
			d.Sites = s.site(&ast.Position{Src: s.src, Line: g.Locations[0].Line, Column: g.Locations[0].Column})
		}
	}
	c.errors.add(d)
}

type schemaBuilder struct {
	c *composer
	s *schema

	// listed are the members and values that each type has so far.
	listed map[*typeDef]map[string]bool
}

// list notes a member or value of t, and tells whether it was there.
func (b *schemaBuilder) list(t *typeDef, name string) (twice bool) {
	if b.listed == nil {
		b.listed = map[*typeDef]map[string]bool{}
	}
	if b.listed[t] == nil {
		b.listed[t] = map[string]bool{}
	}
	twice = b.listed[t][name]
	b.listed[t][name] = true
	return twice
}

func (b *schemaBuilder) invalid(pos *ast.Position, coordinate, format string, args ...any) {
	b.c.invalidGraphQL(b.s, pos, coordinate, "", format, args...)
}

func (c *composer) invalidGraphQL(s *schema, pos *ast.Position, coordinate, try, format string, args ...any) {
	c.errors.add(Diagnostic{
		Code:       CodeInvalidGraphQL,
		Message:    s.prefix() + fmt.Sprintf(format, args...),
		Coordinate: coordinate,
		Sites:      s.site(pos),
		TryThis:    try,
	})
}

func (b *schemaBuilder) schemaDefinitions(doc *ast.SchemaDocument) {
	s := b.s
	for i, d := range doc.Schema {
		if i > 0 {
			b.invalid(d.Position, "", "there is more than one schema definition")
		}
		s.explicit = true
	}
	for _, d := range append(slices.Clone(doc.Schema), doc.SchemaExtension...) {
		if s.pos == nil {
			s.pos = d.Position
		}
		if d.Description != "" {
			s.description = d.Description
		}
		s.applied = append(s.applied, applications(d.Directives, nil)...)
	}
}

func applications(list ast.DirectiveList, d *decl) []*application {
	var as []*application
	for _, x := range list {
		as = append(as, &application{name: x.Name, args: x.Arguments, pos: x.Position, decl: d})
	}
	return as
}

func (b *schemaBuilder) directiveDefinitions(doc *ast.SchemaDocument) {
	s := b.s
	for _, d := range doc.Directives {
		if s.directives[d.Name] != nil {
			b.invalid(d.Position, "@"+d.Name, "there is more than one directive named \"@%s\"", d.Name)
			continue
		}
		b.addDirective(d, false)
	}
	for _, d := range doc.DirectiveExtensions {
		b.invalid(d.Position, "@"+d.Name, "extensions of directives are not supported: \"@%s\"", d.Name)
	}
}

func (b *schemaBuilder) addDirective(d *ast.DirectiveDefinition, implied bool) *directiveDef {
	def := &directiveDef{
		name: d.Name, description: d.Description, locations: d.Locations,
		repeatable: d.IsRepeatable, implied: implied, pos: d.Position,
	}
	def.args = b.arguments(d.Arguments, nil, nil, "@"+d.Name)
	b.s.directives[d.Name] = def
	b.s.directiveOrder = append(b.s.directiveOrder, def)
	return def
}

func (b *schemaBuilder) arguments(list ast.ArgumentDefinitionList, parent *typeDef, owner *field, of string) []*field {
	var args []*field
	seen := map[string]bool{}
	for _, a := range list {
		if seen[a.Name] {
			b.invalid(a.Position, of, "there is more than one argument named %q on %s", a.Name, of)
			continue
		}
		seen[a.Name] = true
		args = append(args, &field{
			schema: b.s, parent: parent, owner: owner, name: a.Name, typ: a.Type, defaultValue: a.DefaultValue,
			description: a.Description, applied: applications(a.Directives, nil), pos: a.Position,
		})
	}
	return args
}

func (b *schemaBuilder) typeDefinitions(doc *ast.SchemaDocument) {
	s := b.s
	for _, d := range doc.Definitions {
		if t := s.types[d.Name]; t != nil {
			b.c.errors.add(Diagnostic{
				Code:       CodeInvalidGraphQL,
				Message:    s.prefix() + fmt.Sprintf("there is more than one type named %q", d.Name),
				Coordinate: d.Name,
				Sites:      append(s.site(t.pos()), s.site(d.Position)...),
				TryThis:    "write \"extend\" before one of them, or remove it",
			})
			continue
		}
		b.addType(d, false)
	}
	for _, d := range doc.Extensions {
		b.addType(d, true)
	}
}

// addType adds a definition or an extension.
func (b *schemaBuilder) addType(d *ast.Definition, extension bool) *typeDef {
	s := b.s
	t := s.types[d.Name]
	if t == nil {
		t = &typeDef{schema: s, name: d.Name, kind: d.Kind, byName: map[string]*field{}}
		s.types[d.Name] = t
		s.order = append(s.order, t)
	}
	if t.kind != d.Kind {
		b.invalid(d.Position, d.Name, "cannot extend %q as %s: it is %s", d.Name, kindWord(d.Kind), kindWord(t.kind))
		return t
	}
	if d.Description != "" {
		t.description = d.Description
	}
	dec := &decl{extension: extension, pos: d.Position}
	t.decls = append(t.decls, dec)
	t.applied = append(t.applied, applications(d.Directives, dec)...)
	for _, i := range d.Interfaces {
		if t.implements(i) {
			b.invalid(d.Position, d.Name, "type %q implements %q more than once", d.Name, i)
			continue
		}
		t.interfaces = append(t.interfaces, &nameRef{i, d.Position})
	}
	for i, m := range d.Types {
		pos := d.Position
		if i < len(d.TypePositions) {
			pos = d.TypePositions[i]
		}
		if b.list(t, m) {
			b.invalid(pos, d.Name, "union %q has the member %q more than once", d.Name, m)
			continue
		}
		t.members = append(t.members, &nameRef{m, pos})
	}
	for _, v := range d.EnumValues {
		if b.list(t, v.Name) {
			b.invalid(v.Position, d.Name+"."+v.Name, "enum %q has the value %q more than once", d.Name, v.Name)
			continue
		}
		t.values = append(t.values, &enumValue{v.Name, v.Description, applications(v.Directives, nil), v.Position})
	}
	for _, f := range d.Fields {
		b.addField(t, dec, f)
	}
	return t
}

func (b *schemaBuilder) addField(t *typeDef, d *decl, f *ast.FieldDefinition) {
	if old := t.byName[f.Name]; old != nil {
		b.c.errors.add(Diagnostic{
			Code:       CodeInvalidGraphQL,
			Message:    b.s.prefix() + fmt.Sprintf("field %q is defined more than once", old.coordinate()),
			Coordinate: old.coordinate(),
			Sites:      append(b.s.site(old.pos), b.s.site(f.Position)...),
		})
		return
	}
	x := &field{
		schema: b.s, parent: t, name: f.Name, typ: f.Type, defaultValue: f.DefaultValue,
		description: f.Description, applied: applications(f.Directives, nil), decl: d, pos: f.Position,
	}
	x.args = b.arguments(f.Arguments, t, x, x.coordinate())
	t.fields = append(t.fields, x)
	t.byName[f.Name] = x
}

// implyDefinitions adds what links bring along and the subgraph does not
// define itself, and checks what it does define.
func (b *schemaBuilder) implyDefinitions() {
	s := b.s
	for _, name := range builtInScalars {
		if t := s.types[name]; t != nil {
			if t.kind != ast.Scalar {
				b.c.errors.add(Diagnostic{
					Code: CodeTypeDefinitionInvalid, Coordinate: name, Sites: s.site(t.pos()),
					Message: s.prefix() + fmt.Sprintf("invalid definition of type %q: it is a scalar of GraphQL", name),
				})
			}
			t.implied = true
			continue
		}
		t := &typeDef{schema: s, name: name, kind: ast.Scalar, implied: true}
		s.types[name] = t
		s.order = append(s.order, t)
	}
	for _, l := range s.links {
		b.implyElements(l)
	}
	if s.fed1 {
		l := &link{name: "federation", alias: "federation", elements: federation1Elements}
		for _, e := range federation1Elements {
			l.imports = append(l.imports, linkImport{name: e.name, as: e.name})
		}
		b.implyElements(l)
	}
	for _, d := range builtInDirectives().Directives {
		if own := s.directives[d.Name]; own != nil {
			own.builtIn = true
			if d.Name != "defer" && d.Name != "stream" {
				b.checkDirective(own, d, func(n string) string { return n })
			}
			continue
		}
		b.addDirective(d, true).builtIn = true
	}
	b.checkServiceTypes()
}

func (b *schemaBuilder) implyElements(l *link) {
	s := b.s
	local := func(name string) string {
		for _, e := range l.elements {
			if e.name == name {
				return l.local(name)
			}
		}
		return name
	}
	for _, e := range l.elements {
		doc := specDocument(e.sdl)
		for _, d := range doc.Directives {
			name := strings.TrimPrefix(l.local(e.name), "@")
			if own := s.directives[name]; own != nil {
				b.checkDirective(own, d, local)
				own.implied = true
				continue
			}
			d.Name = name
			for _, a := range d.Arguments {
				a.Type = renamedType(a.Type, local)
			}
			b.addDirective(d, true)
		}
		for _, d := range doc.Definitions {
			d.Name = l.local(e.name)
			if own := s.types[d.Name]; own != nil {
				own.implied = true
				if own.kind != d.Kind {
					b.c.errors.add(Diagnostic{
						Code: CodeTypeDefinitionInvalid, Coordinate: d.Name, Sites: s.site(own.pos()),
						Message: s.prefix() + fmt.Sprintf("invalid definition of type %q: it should be %s but is %s",
							d.Name, kindWord(d.Kind), kindWord(own.kind)),
					})
				}
				continue
			}
			for _, f := range d.Fields {
				f.Type = renamedType(f.Type, local)
			}
			b.addType(d, false).implied = true
		}
	}
}

// checkDirective checks a subgraph's own definition of a directive against
// the specification's: it may be narrower, not wider.
func (b *schemaBuilder) checkDirective(own *directiveDef, want *ast.DirectiveDefinition, local func(string) string) {
	invalid := func(pos *ast.Position, format string, args ...any) {
		b.c.errors.add(Diagnostic{
			Code: CodeDirectiveDefinitionInvalid, Coordinate: "@" + own.name, Sites: b.s.site(pos),
			Message: b.s.prefix() + fmt.Sprintf("invalid definition of directive \"@%s\": ", own.name) + fmt.Sprintf(format, args...),
			TryThis: "remove the definition; it is implied",
		})
	}
	for _, a := range want.Arguments {
		i := slices.IndexFunc(own.args, func(x *field) bool { return x.name == a.Name })
		if i < 0 {
			if a.Type.NonNull && a.DefaultValue == nil {
				invalid(own.pos, "it lacks the required argument %q", a.Name)
			}
			continue
		}
		x := own.args[i]
		wantType := renamedType(a.Type, local)
		if !b.compatibleArgument(x.typ, wantType) {
			invalid(x.pos, "argument %q should have type \"%s\" but has \"%s\"", a.Name, wantType, x.typ)
		} else if x.defaultValue != nil && !sameValue(x.defaultValue, a.DefaultValue) {
			invalid(x.pos, "argument %q should have the default value %s but has %s", a.Name, a.DefaultValue.String(), x.defaultValue.String())
		}
	}
	for _, x := range own.args {
		if !slices.ContainsFunc(want.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Name == x.name }) {
			invalid(x.pos, "it has an unknown argument %q", x.name)
		}
	}
	if own.repeatable && !want.IsRepeatable {
		invalid(own.pos, "it should not be repeatable")
	}
	for _, l := range own.locations {
		if !slices.Contains(want.Locations, l) {
			invalid(own.pos, "it may not have the location %s", l)
		}
	}
}

// compatibleArgument tells whether an argument of a redefined directive may
// have type own where the specification says want: an optional one may be
// required, and a custom scalar may be String.
func (b *schemaBuilder) compatibleArgument(own, want *ast.Type) bool {
	if want.NonNull && !own.NonNull {
		return false
	}
	if (want.Elem == nil) != (own.Elem == nil) {
		return false
	}
	if want.Elem != nil {
		return b.compatibleArgument(own.Elem, want.Elem)
	}
	if own.NamedType == want.NamedType {
		return true
	}
	t := b.s.types[own.NamedType]
	custom := !slices.Contains(builtInScalars, want.NamedType)
	return custom && (own.NamedType == "String" || t != nil && t.kind == ast.Scalar && b.s.isSpecType(own.NamedType))
}

func renamedType(t *ast.Type, rename func(string) string) *ast.Type {
	if t.Elem != nil {
		return &ast.Type{Elem: renamedType(t.Elem, rename), NonNull: t.NonNull, Position: t.Position}
	}
	return &ast.Type{NamedType: rename(t.NamedType), NonNull: t.NonNull, Position: t.Position}
}

// checkServiceTypes checks the definitions of the subgraph's entry points
// that authors may leave in, and takes them out.
func (b *schemaBuilder) checkServiceTypes() {
	s := b.s
	kinds := map[string]ast.DefinitionKind{"_Any": ast.Scalar, "_Service": ast.Object, "_Entity": ast.Union}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		t := s.types[name]
		if t == nil {
			continue
		}
		t.implied = true
		if t.kind != kinds[name] {
			b.c.errors.add(Diagnostic{
				Code: CodeTypeDefinitionInvalid, Coordinate: name, Sites: s.site(t.pos()),
				Message: s.prefix() + fmt.Sprintf("invalid definition of type %q: it should be %s but is %s",
					name, kindWord(kinds[name]), kindWord(t.kind)),
			})
		}
		s.remove(t)
	}
}

// rootTypes finds the root types and gives them their default names.
func (b *schemaBuilder) rootTypes(doc *ast.SchemaDocument) {
	s := b.s
	var named [3]*ast.OperationTypeDefinition
	explicit := false
	for _, d := range append(slices.Clone(doc.Schema), doc.SchemaExtension...) {
		for _, o := range d.OperationTypes {
			k := slices.Index(rootOperations[:], o.Operation)
			if k < 0 {
				continue
			}
			explicit = true
			if named[k] != nil {
				b.invalid(o.Position, "", "there is more than one root type for %s", o.Operation)
				continue
			}
			named[k] = o
		}
	}
	renames := map[string]string{}
	for k, name := range rootNames {
		t := s.types[name]
		switch {
		case named[k] != nil:
			t = s.types[named[k].Type]
			if t == nil {
				b.invalid(named[k].Position, "", "root type %q of %s is not defined", named[k].Type, rootOperations[k])
				continue
			}
			if other := s.types[name]; other != nil && other != t {
				b.rootNameUsed(k, other, named[k].Type)
				continue
			}
			if t.name != name {
				renames[t.name] = name
			}
		case t == nil:
			continue
		case explicit && s.explicit:
			// A schema definition names all root types there are.
			b.rootNameUsed(k, t, "")
			continue
		}
		if t.kind != ast.Object {
			b.invalid(t.pos(), t.name, "root type %q must be an object type", t.name)
			continue
		}
		for _, other := range s.roots {
			if other == t {
				b.invalid(t.pos(), t.name, "%q is the root type of more than one kind of operation", t.name)
			}
		}
		s.roots[k] = t
	}
	if q := s.roots[rootQuery]; q != nil {
		for _, name := range []string{"_service", "_entities"} {
			if f := q.byName[name]; f != nil {
				q.removeField(f)
			}
		}
	}
	if len(renames) > 0 {
		s.renameTypes(renames)
	}
	if s.roots[rootQuery] == nil && s.types[rootNames[rootQuery]] == nil {
		// Every subgraph has a query root: it answers _service at least.
		q := &typeDef{schema: s, name: rootNames[rootQuery], kind: ast.Object, byName: map[string]*field{}}
		s.types[q.name] = q
		s.order = append(s.order, q)
		s.roots[rootQuery] = q
	}
}

func (b *schemaBuilder) rootNameUsed(k int, t *typeDef, instead string) {
	codes := [3]string{CodeRootQueryUsed, CodeRootMutationUsed, CodeRootSubscriptionUsed}
	why := "no type is"
	if instead != "" {
		why = fmt.Sprintf("%q is", instead)
	}
	b.c.errors.add(Diagnostic{
		Code: codes[k], Coordinate: t.name, Sites: b.s.site(t.pos()),
		Message: b.s.prefix() + fmt.Sprintf("there is a type %q but it is not the root type for %s (%s), which federation does not support",
			t.name, rootOperations[k], why),
		TryThis: fmt.Sprintf("rename %q, or make it the root type", t.name),
	})
}

// renameTypes renames types everywhere but inside field sets, which are
// parsed later and name types by Renamed.
func (s *schema) renameTypes(renames map[string]string) {
	rename := func(n string) string {
		if to, ok := renames[n]; ok {
			return to
		}
		return n
	}
	s.renamed = renames
	renameFields := func(fields []*field) {
		for _, f := range fields {
			f.typ = renamedType(f.typ, rename)
		}
	}
	for _, t := range s.order {
		if to, ok := renames[t.name]; ok {
			delete(s.types, t.name)
			t.name = to
			s.types[to] = t
		}
	}
	for _, t := range s.order {
		renameFields(t.fields)
		for _, f := range t.fields {
			renameFields(f.args)
		}
		for _, r := range slices.Concat(t.interfaces, t.members) {
			r.name = rename(r.name)
		}
	}
	for _, d := range s.directiveOrder {
		renameFields(d.args)
	}
}

// canonicalize tells every application which known directive it is.
func (b *schemaBuilder) canonicalize() {
	s := b.s
	mark := func(as []*application) {
		for _, a := range as {
			a.canonical = s.canonical[a.name]
		}
	}
	var fields func([]*field)
	fields = func(list []*field) {
		for _, f := range list {
			mark(f.applied)
			fields(f.args)
		}
	}
	for _, t := range s.order {
		mark(t.applied)
		fields(t.fields)
		for _, v := range t.values {
			mark(v.applied)
		}
	}
	for _, d := range s.directiveOrder {
		fields(d.args)
	}
}
