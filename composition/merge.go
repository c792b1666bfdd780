package composition

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A supergraph is the merged schema, before printing.
type supergraph struct {
	graphs []string // the join__Graph value of each subgraph
	join   int      // minor version of the join spec

	types map[string]*mergedType
	order []*mergedType
	roots [3]*mergedType

	directives []*mergedDirective
	links      []mergedLink

	description string
	applied     []*application

	// implementers are the object types of each interface.
	implementers map[string][]*mergedType
}

// A mergedType is one type over all subgraphs.
type mergedType struct {
	name        string
	kind        ast.DefinitionKind
	description string
	sources     []*typeDef // in subgraph order
	interfaces  []string
	fields      []*mergedField
	byName      map[string]*mergedField
	members     []string
	values      []*mergedValue
	applied     []*application // that compose
}

// A mergedField is one field of an object, interface or input, or one
// argument, over all subgraphs.
type mergedField struct {
	parent       *mergedType  // nil for arguments of directives
	owner        *mergedField // the field an argument is of
	name         string
	typ          *ast.Type
	args         []*mergedField
	defaultValue *ast.Value
	description  string
	sources      []*field // in subgraph order
	applied      []*application
	joins        []joinField
	injected     bool // comes from @interfaceObject types only
	unresolved   bool // every source is external; reported
}

type mergedValue struct {
	name        string
	description string
	sources     []*schema
	found       []*enumValue // parallel to sources
	applied     []*application
}

type mergedDirective struct {
	name        string
	description string
	args        []*mergedField
	locations   []ast.DirectiveLocation
	repeatable  bool
}

// A joinField is one @join__field.
type joinField struct {
	subgraph      int // -1 for none
	requires      string
	provides      string
	typ           string
	override      string
	overrideLabel string
	external      bool
	usedOverriden bool
	contexts      []joinContext
}

type joinContext struct {
	name, typ, context, selection string
}

func (f *mergedField) coordinate() string {
	switch {
	case f.owner != nil:
		return f.owner.coordinate() + "(" + f.name + ":)"
	case f.parent != nil:
		return f.parent.name + "." + f.name
	default:
		return f.name
	}
}

func (f *mergedField) arg(name string) *mergedField {
	for _, a := range f.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

func (f *mergedField) required() bool { return f.typ.NonNull && f.defaultValue == nil }

// source returns the type as subgraph s has it, or nil.
func (t *mergedType) source(s *schema) *typeDef {
	i, ok := slices.BinarySearchFunc(t.sources, s.index, func(t *typeDef, i int) int { return t.schema.index - i })
	if !ok {
		return nil
	}
	return t.sources[i]
}

func (t *mergedType) implements(name string) bool { return slices.Contains(t.interfaces, name) }

func (t *mergedType) isEntity() bool {
	return slices.ContainsFunc(t.sources, func(s *typeDef) bool { return len(s.keys) > 0 })
}

func (g *supergraph) isRoot(t *mergedType) bool { return slices.Contains(g.roots[:], t) }

// hint reports something that composes.
func (c *composer) hint(code, coordinate string, sites []Site, try, format string, args ...any) {
	c.hints.add(Diagnostic{
		Code: code, Severity: hintSeverity(code), Coordinate: coordinate, Sites: sites, TryThis: try,
		Message: fmt.Sprintf(format, args...),
	})
}

// fail reports something that does not compose.
func (c *composer) fail(code, coordinate string, sites []Site, try, format string, args ...any) {
	c.errors.add(Diagnostic{Code: code, Coordinate: coordinate, Sites: sites, TryThis: try, Message: fmt.Sprintf(format, args...)})
}

// merge merges the subgraphs. The order matters: which type is a subtype of
// which is judged on merged interfaces and unions, and what an enum may lose
// depends on where merged fields use it.
func (c *composer) merge() {
	c.super = &supergraph{types: map[string]*mergedType{}, implementers: map[string][]*mergedType{}}
	c.nameGraphs()
	c.chooseJoin()
	c.collectTypes()
	c.collectComposed()
	c.mergeInterfacesAndMembers()
	for _, t := range c.super.order {
		if c.canceled() {
			return
		}
		switch t.kind {
		case ast.InputObject:
			c.mergeInput(t)
		case ast.Object, ast.Interface:
			c.mergeFields(t)
		}
	}
	c.checkEntityInterfaces()
	c.mergeDirectiveDefinitions()
	c.mergeEnums()
	c.mergeApplied()
	c.injectInterfaceObjectFields()
	c.dropEmptyTypes()
	c.propagateAccessControl()
}

// collectTypes finds what types there are, of what kind, and their sources.
func (c *composer) collectTypes() {
	for _, s := range c.subs {
		for _, t := range s.order {
			if t.implied || s.isSpecType(t.name) {
				continue
			}
			m := c.super.types[t.name]
			if m == nil {
				m = &mergedType{name: t.name, kind: sourceKind(t), byName: map[string]*mergedField{}}
				c.super.types[t.name] = m
				c.super.order = append(c.super.order, m)
			}
			m.sources = append(m.sources, t)
		}
	}
	for k, name := range rootNames {
		if t := c.super.types[name]; t != nil && t.sources[0].isRoot() {
			c.super.roots[k] = t
		}
	}
	c.super.order = slices.DeleteFunc(c.super.order, func(t *mergedType) bool { return !c.checkKind(t) })
	for _, t := range c.super.order {
		c.checkBase(t)
		c.hintEntity(t)
		t.description = mergeDescriptions(c, t.sources, t.name, func(s *typeDef) (string, *schema, *ast.Position) { return s.description, s.schema, s.pos() })
	}
	c.super.description = mergeDescriptions(c, c.subs, "", func(s *schema) (string, *schema, *ast.Position) { return s.description, s, s.pos })
}

// sourceKind is the kind a type has in the supergraph.
func sourceKind(t *typeDef) ast.DefinitionKind {
	if t.interfaceObject {
		return ast.Interface
	}
	return t.kind
}

func (c *composer) checkKind(t *mergedType) bool {
	if !slices.ContainsFunc(t.sources, func(s *typeDef) bool { return sourceKind(s) != t.kind }) {
		return true
	}
	var groups []variantGroup
	for _, s := range t.sources {
		what := kindWord(s.kind)
		if s.interfaceObject {
			what = "Interface Object Type (Object Type with @interfaceObject)"
		}
		groups = groupVariants(groups, what, s.schema.name)
	}
	c.fail(CodeTypeKindMismatch, t.name, typeSites(t), "rename the type in some subgraph",
		"type %q is of different kinds: %s", t.name, describeVariants("it is defined as ", groups))
	delete(c.super.types, t.name)
	return false
}

// checkBase reports types that are only ever extended.
func (c *composer) checkBase(t *mergedType) {
	if c.super.isRoot(t) {
		return
	}
	if slices.ContainsFunc(t.sources, func(s *typeDef) bool {
		return !slices.ContainsFunc(s.decls, func(d *decl) bool { return d.extension }) || s.hasDefinition()
	}) {
		return
	}
	for _, s := range t.sources {
		c.extensionWithNoBase(s.schema, s)
	}
}

func (c *composer) hintEntity(t *mergedType) {
	if t.kind != ast.Object || c.super.isRoot(t) || !t.isEntity() {
		return
	}
	var with, without []string
	var sites []Site
	for _, s := range t.sources {
		if len(s.keys) > 0 {
			with = append(with, s.schema.name)
		} else {
			without = append(without, s.schema.name)
			sites = append(sites, s.schema.site(s.pos())...)
		}
	}
	if len(without) > 0 {
		c.hint(HintInconsistentEntity, t.name, sites, "",
			"type %q has a @key in %s but not in %s", t.name, subgraphList(with), subgraphList(without))
	}
}

// mergeDescriptions takes the description that most sources have, the first
// of them if there are several.
func mergeDescriptions[S any](c *composer, sources []S, coordinate string, describe func(S) (text string, schema *schema, pos *ast.Position)) string {
	best, most := "", 0
	var texts []string
	var counts []int
	for _, s := range sources {
		text, _, _ := describe(s)
		if text == "" {
			continue
		}
		i := slices.Index(texts, text)
		if i < 0 {
			i = len(texts)
			texts = append(texts, text)
			counts = append(counts, 0)
		}
		counts[i]++
	}
	for i, n := range counts {
		if n > most {
			best, most = texts[i], n
		}
	}
	if len(texts) > 1 {
		var sites []Site
		for _, s := range sources {
			if text, schema, pos := describe(s); text != "" {
				sites = append(sites, schema.site(pos)...)
			}
		}
		what := "the schema"
		if coordinate != "" {
			what = fmt.Sprintf("%q", coordinate)
		}
		c.hint(HintInconsistentDescription, coordinate, sites, "",
			"%s has different descriptions in the subgraphs; the supergraph has the one that most have", what)
	}
	return best
}

func (c *composer) mergeInterfacesAndMembers() {
	for _, t := range c.super.order {
		for _, s := range t.sources {
			for _, r := range s.interfaces {
				if !slices.Contains(t.interfaces, r.name) {
					t.interfaces = append(t.interfaces, r.name)
				}
			}
			for _, r := range s.members {
				if !slices.Contains(t.members, r.name) {
					t.members = append(t.members, r.name)
				}
			}
		}
		for _, i := range t.interfaces {
			if t.kind == ast.Object {
				c.super.implementers[i] = append(c.super.implementers[i], t)
			}
		}
		for _, m := range t.members {
			c.hintUnionMember(t, m)
		}
	}
}

func (c *composer) hintUnionMember(t *mergedType, member string) {
	var with, without []string
	var refs []*nameRef
	var schemas []*schema
	for _, s := range t.sources {
		if i := slices.IndexFunc(s.members, func(r *nameRef) bool { return r.name == member }); i >= 0 {
			with = append(with, s.schema.name)
			refs, schemas = append(refs, s.members[i]), append(schemas, s.schema)
		} else {
			without = append(without, s.schema.name)
		}
	}
	if len(without) == 0 {
		return
	}
	var sites []Site
	for i, r := range refs {
		sites = append(sites, schemas[i].site(r.pos)...)
	}
	c.hint(HintInconsistentUnionMember, t.name, sites, "",
		"union %q has the member %q in %s but not in %s", t.name, member, subgraphList(with), subgraphList(without))
}

// possible are the object types a value of t may have in the supergraph.
func (g *supergraph) possible(t *mergedType) []*mergedType {
	switch t.kind {
	case ast.Object:
		return []*mergedType{t}
	case ast.Interface:
		return g.implementers[t.name]
	case ast.Union:
		var objects []*mergedType
		for _, m := range t.members {
			if o := g.types[m]; o != nil {
				objects = append(objects, o)
			}
		}
		return objects
	default:
		return nil
	}
}

// isSubtype tells whether a is b or strictly below it, by the merged schema.
func (g *supergraph) isSubtype(a, b *ast.Type) bool {
	if b.NonNull && !a.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return g.isSubtype(a.Elem, b.Elem)
	}
	if a.NamedType == b.NamedType {
		return true
	}
	x, y := g.types[a.NamedType], g.types[b.NamedType]
	if x == nil || y == nil {
		return false
	}
	switch y.kind {
	case ast.Interface:
		return x.implements(y.name)
	case ast.Union:
		return slices.Contains(y.members, x.name)
	default:
		return false
	}
}

// dropEmptyTypes removes the roots that have no field of their own. That
// leaves no query if Query is among them.
func (c *composer) dropEmptyTypes() {
	for k, t := range c.super.roots {
		if t == nil || len(t.fields) > 0 {
			continue
		}
		c.super.roots[k] = nil
		delete(c.super.types, t.name)
		c.super.order = slices.DeleteFunc(c.super.order, func(x *mergedType) bool { return x == t })
	}
	if c.super.roots[rootQuery] == nil && len(c.errors) == 0 {
		c.fail(CodeNoQueries, "", nil, "add a field to type Query of some subgraph", "no subgraph has a query field")
	}
}
