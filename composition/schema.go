package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A schema is one subgraph's schema: its definitions and extensions put
// together, federation's own definitions implied.
type schema struct {
	index int // place in composer.subs
	name  string
	url   string
	src   *ast.Source
	lines []string // of src, once asked for
	runes [][]rune // of lines, once asked for

	// fed1 says that the subgraph does not link federation 2.
	fed1 bool
	// upgraded says that the subgraph was federation 1.
	upgraded bool
	// version is the minor version of federation 2 in use.
	version int

	links []*link
	// canonical maps names of directives in this schema to the specification's
	// names (without "@") for directives of federation and the specs around it.
	canonical map[string]string
	// local is the inverse: how a directive of federation is called here.
	local map[string]string
	// specTypes are names of types that belong to linked specs.
	specTypes map[string]bool

	types map[string]*typeDef
	order []*typeDef

	directives     map[string]*directiveDef
	directiveOrder []*directiveDef

	// The schema definition and its extensions.
	description string
	applied     []*application
	roots       [3]*typeDef // by rootKind
	pos         *ast.Position
	explicit    bool // there is a schema definition with root types

	// implementers of interfaces, by interface name.
	implementers map[string][]*typeDef

	// renamed are root types that got their default names.
	renamed map[string]string

	keySets      []*fieldSet
	requiresSets []*fieldSet
	providesSets []*fieldSet
	contexts     map[string][]*typeDef
}

// The kinds of root types, in the order of schema.roots.
const (
	rootQuery = iota
	rootMutation
	rootSubscription
)

var rootNames = [3]string{"Query", "Mutation", "Subscription"}
var rootOperations = [3]ast.Operation{ast.Query, ast.Mutation, ast.Subscription}

// A typeDef is a type of a subgraph.
type typeDef struct {
	schema      *schema
	name        string
	kind        ast.DefinitionKind
	description string
	decls       []*decl
	applied     []*application
	fields      []*field // of objects, interfaces and inputs
	byName      map[string]*field
	interfaces  []*nameRef
	members     []*nameRef
	values      []*enumValue
	implied     bool // by a link, or built in
	keys        []*fieldSet

	interfaceObject bool
	// externalOnType says that the type itself is @external.
	externalOnType bool
}

// A decl is a definition or an extension of a type.
type decl struct {
	extension bool
	pos       *ast.Position
}

// A nameRef names a type: an interface implemented or a union member.
type nameRef struct {
	name string
	pos  *ast.Position
}

// An application is a directive applied to something.
type application struct {
	name      string // in this schema
	canonical string // in the specification, "" for directives of others
	args      ast.ArgumentList
	pos       *ast.Position
	decl      *decl // on types
	// definition in the subgraph; set while applications are merged.
	definition *directiveDef
}

// A field is a field of an object, interface or input, or an argument.
type field struct {
	schema       *schema
	parent       *typeDef // nil for arguments of directives
	owner        *field   // the field that an argument is of
	name         string
	typ          *ast.Type
	args         []*field
	defaultValue *ast.Value
	description  string
	applied      []*application
	decl         *decl
	pos          *ast.Position

	external     bool // marked and not fake
	fakeExternal bool
	provided     bool // named by a @provides of the subgraph
	used         bool
	shareable    bool
	requires     *fieldSet
	provides     *fieldSet
	contextual   *contextArgument // of arguments

	// What @override made of the field: it is overridden by another subgraph,
	// or overrides, under a label that is "" for always.
	overriddenBy  *schema
	overrides     bool
	overrideLabel string
}

type enumValue struct {
	name        string
	description string
	applied     []*application
	pos         *ast.Position
}

type directiveDef struct {
	name        string
	description string
	args        []*field
	locations   []ast.DirectiveLocation
	repeatable  bool
	implied     bool
	builtIn     bool
	pos         *ast.Position
}

// first returns the first application of the directive of that canonical
// name, or nil.
func first(applied []*application, canonical string) *application {
	for _, a := range applied {
		if a.canonical == canonical {
			return a
		}
	}
	return nil
}

func has(applied []*application, canonical string) bool { return first(applied, canonical) != nil }

func all(applied []*application, canonical string) []*application {
	var found []*application
	for _, a := range applied {
		if a.canonical == canonical {
			found = append(found, a)
		}
	}
	return found
}

func without(applied []*application, canonical string) []*application {
	if !has(applied, canonical) {
		return applied
	}
	return slices.DeleteFunc(slices.Clone(applied), func(a *application) bool { return a.canonical == canonical })
}

// arg returns the value of an argument, or nil if it is not given.
func (a *application) arg(name string) *ast.Value {
	for _, x := range a.args {
		if x.Name == name {
			return x.Value
		}
	}
	return nil
}

// str returns the value of a string argument; "" if absent or not a string.
func (a *application) str(name string) string {
	if v := a.arg(name); isString(v) {
		return v.Raw
	}
	return ""
}

func isString(v *ast.Value) bool {
	return v != nil && (v.Kind == ast.StringValue || v.Kind == ast.BlockValue)
}

func (t *typeDef) pos() *ast.Position {
	if len(t.decls) == 0 {
		return nil
	}
	return t.decls[0].pos
}

func (t *typeDef) isComposite() bool {
	return t.kind == ast.Object || t.kind == ast.Interface || t.kind == ast.Union
}

func (t *typeDef) hasDefinition() bool {
	for _, d := range t.decls {
		if !d.extension {
			return true
		}
	}
	return false
}

// isExtension tells whether the type counts as an extension as a whole.
func (t *typeDef) isExtension() bool { return !t.hasDefinition() || has(t.applied, dirExtends) }

func (t *typeDef) implements(name string) bool {
	for _, r := range t.interfaces {
		if r.name == name {
			return true
		}
	}
	return false
}

func (t *typeDef) isRoot() bool { return t.rootKind() >= 0 }

// rootKind is the kind of root type t is, or -1.
func (t *typeDef) rootKind() int {
	for k, r := range t.schema.roots {
		if r == t {
			return k
		}
	}
	return -1
}

// kindWord names a kind of type in a sentence.
func kindWord(k ast.DefinitionKind) string {
	switch k {
	case ast.Object:
		return "Object Type"
	case ast.Interface:
		return "Interface Type"
	case ast.Union:
		return "Union Type"
	case ast.Enum:
		return "Enum Type"
	case ast.InputObject:
		return "Input Object Type"
	case ast.Scalar:
		return "Scalar Type"
	default:
		return string(k)
	}
}

// coordinate is the schema coordinate of f: "T.f", "T.f(a:)" or "@d(a:)".
func (f *field) coordinate() string {
	switch {
	case f.owner != nil:
		return f.owner.coordinate() + "(" + f.name + ":)"
	case f.parent != nil:
		return f.parent.name + "." + f.name
	default:
		return f.name
	}
}

func (f *field) arg(name string) *field {
	for _, a := range f.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

// required tells whether an argument or input field must be given.
func (f *field) required() bool { return f.typ.NonNull && f.defaultValue == nil }

func (f *field) fullyExternal() bool { return f.external && !f.provided }

// baseType is the type definition under the field's lists and non-nulls, or
// nil if the schema lacks it.
func (f *field) baseType() *typeDef { return f.schema.types[f.typ.Name()] }

func sameType(a, b *ast.Type) bool {
	for {
		if a.NonNull != b.NonNull || a.NamedType != b.NamedType || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			return true
		}
		a, b = a.Elem, b.Elem
	}
}

// possibleTypes are the object types that a value of t may have in the
// subgraph, in order of definition.
func (s *schema) possibleTypes(t *typeDef) []*typeDef {
	switch t.kind {
	case ast.Object:
		return []*typeDef{t}
	case ast.Interface:
		var objects []*typeDef
		for _, i := range s.implementers[t.name] {
			if i.kind == ast.Object {
				objects = append(objects, i)
			}
		}
		return objects
	case ast.Union:
		var objects []*typeDef
		for _, m := range t.members {
			if o := s.types[m.name]; o != nil {
				objects = append(objects, o)
			}
		}
		return objects
	default:
		return nil
	}
}

// indexTypes finds the implementers of interfaces.
func (s *schema) indexTypes() {
	s.implementers = map[string][]*typeDef{}
	for _, t := range s.order {
		for _, r := range t.interfaces {
			s.implementers[r.name] = append(s.implementers[r.name], t)
		}
	}
}

// remove takes t out of the schema.
func (s *schema) remove(t *typeDef) {
	delete(s.types, t.name)
	s.order = slices.DeleteFunc(s.order, func(x *typeDef) bool { return x == t })
	for k, r := range s.roots {
		if r == t {
			s.roots[k] = nil
		}
	}
}

// removeField takes f out of its type.
func (t *typeDef) removeField(f *field) {
	delete(t.byName, f.name)
	t.fields = slices.DeleteFunc(t.fields, func(x *field) bool { return x == f })
}
