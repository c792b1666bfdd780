package mock

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// maxSchemaTokens bounds the SDL; the largest known subgraph has a tenth.
const maxSchemaTokens = 5_000_000

// schema is what a subgraph's SDL says. It is not written to once read.
type schema struct {
	sdl   string
	ast   *ast.Schema
	types map[string]*typeIn // object and interface types
}

// typeIn is an object or interface type with what federation says of it.
type typeIn struct {
	name            string
	kind            ast.DefinitionKind
	def             *ast.Definition
	keys            []*key
	interfaceObject bool
	fields          map[string]*fieldIn
	interfaces      []string

	// possible are the object types a value can have, sorted.
	possible []string
}

// A key is one @key of a type.
type key struct {
	text       string // the field set as written
	set        ast.SelectionSet
	resolvable bool
}

type fieldIn struct {
	def *ast.FieldDefinition

	// external says that the subgraph does not resolve the field, unless a
	// @provides on the way says that it does.
	external bool

	requires     ast.SelectionSet // nil for none
	requiresText string
	provides     ast.SelectionSet // nil for none
}

// readSchema reads a subgraph's SDL, of federation 1 or 2. Machinery may be
// defined in it or left out; what subgraphs add to the schema that they serve
// (_service, _entities) is replaced by the engine's own.
//
// Apollo Federation subgraph specification.
func readSchema(name, sdl string) (*schema, error) {
	doc, err := parser.ParseSchemaWithLimit(&ast.Source{Name: name, Input: sdl}, maxSchemaTokens)
	if err != nil {
		return nil, err
	}
	r := &schemaReader{
		names:  readNames(doc),
		doc:    doc,
		schema: &schema{sdl: sdl, types: map[string]*typeIn{}},
		marks:  map[fieldName]*marks{},
	}
	if err := r.readDirectives(); err != nil {
		return nil, err
	}
	r.stripMachinery()
	r.addEntryPoints()
	full, err := loadSchema(doc)
	if err != nil {
		return nil, err
	}
	r.schema.ast = full
	if err := r.link(); err != nil {
		return nil, err
	}
	return r.schema, nil
}

// loadSchema validates the document together with the built-in types.
func loadSchema(doc *ast.SchemaDocument) (*ast.Schema, error) {
	whole := validator.PreludeDocument()
	// The engine does not answer incrementally.
	whole.Directives = slices.DeleteFunc(whole.Directives, func(d *ast.DirectiveDefinition) bool {
		return d.Name == "defer"
	})
	whole.Merge(doc)
	full, err := validator.ValidateSchemaDocument(whole)
	if err != nil {
		return nil, err
	}
	if full.Query == nil {
		return nil, errors.New("no query root type")
	}
	// gqlparser lists interfaces among the possible types of the interfaces
	// they implement; a value never has such a type.
	for name, list := range full.PossibleTypes {
		full.PossibleTypes[name] = slices.DeleteFunc(list, func(d *ast.Definition) bool {
			return d == nil || d.Kind != ast.Object
		})
	}
	return full, nil
}

type fieldName struct{ typ, field string }

// marks are a field's federation directives as written.
type marks struct {
	external           bool
	requires, provides *ast.Directive
}

type keyMark struct {
	typ       string
	directive *ast.Directive
	extension bool
}

type schemaReader struct {
	names  names
	doc    *ast.SchemaDocument
	schema *schema

	marks            map[fieldName]*marks
	keys             []keyMark
	interfaceObjects map[string]bool
	extended         map[string]bool // types that occur as an extension
	keyed            map[string]bool // types with a key
}

// readDirectives collects what federation's directives say before they are
// taken out of the document.
func (r *schemaReader) readDirectives() error {
	r.interfaceObjects = map[string]bool{}
	r.extended = map[string]bool{}
	r.keyed = map[string]bool{}
	for _, def := range r.doc.Definitions {
		r.readType(def, false)
	}
	for _, def := range r.doc.Extensions {
		r.readType(def, true)
	}
	return nil
}

func (r *schemaReader) readType(def *ast.Definition, extension bool) {
	if def.Kind != ast.Object && def.Kind != ast.Interface {
		return
	}
	extension = extension || r.names.has(def.Directives, "extends")
	if extension {
		r.extended[def.Name] = true
	}
	if r.names.has(def.Directives, "interfaceObject") {
		r.interfaceObjects[def.Name] = true
	}
	// Federation 1 has no keys on interfaces.
	if def.Kind == ast.Object || r.names.federation2 {
		for _, d := range r.names.of(def.Directives, "key") {
			r.keys = append(r.keys, keyMark{def.Name, d, extension})
			r.keyed[def.Name] = true
		}
	}
	// In federation 1 @external on a type says nothing.
	all := r.names.federation2 && r.names.has(def.Directives, "external")
	for _, f := range def.Fields {
		m := &marks{external: all || r.names.has(f.Directives, "external")}
		if list := r.names.of(f.Directives, "requires"); len(list) > 0 {
			m.requires = list[0]
		}
		if list := r.names.of(f.Directives, "provides"); len(list) > 0 {
			m.provides = list[0]
		}
		if def.Kind == ast.Interface {
			m.external = false
		}
		r.marks[fieldName{def.Name, f.Name}] = m
	}
}

// stripMachinery takes out of the document what is said to a composer and what
// the engine adds itself, so that it can be validated as plain GraphQL.
func (r *schemaReader) stripMachinery() {
	doc := r.doc
	roots := r.roots()
	keep := func(def *ast.Definition) bool {
		return def.Name != "_Any" && def.Name != "_Service" && def.Name != "_Entity"
	}
	strip := func(list ast.DefinitionList) ast.DefinitionList {
		var kept ast.DefinitionList
		for _, def := range list {
			if !keep(def) {
				continue
			}
			if roots[def.Name] {
				had := len(def.Fields)
				def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool {
					return f.Name == "_service" || f.Name == "_entities"
				})
				if had > 0 && len(def.Fields) == 0 {
					continue
				}
			}
			stripDefinition(def)
			kept = append(kept, def)
		}
		return kept
	}
	doc.Definitions = strip(doc.Definitions)
	doc.Extensions = strip(doc.Extensions)
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, s := range list {
			s.Directives = nil
		}
	}
	doc.DirectiveExtensions = nil
	doc.Directives = slices.DeleteFunc(doc.Directives, func(d *ast.DirectiveDefinition) bool {
		return !isExecutable(d)
	})
	for _, d := range doc.Directives {
		d.Directives = nil
		stripArguments(d.Arguments)
	}
}

// roots are the names that the query root type may have in this document.
func (r *schemaReader) roots() map[string]bool {
	roots := map[string]bool{}
	for _, list := range []ast.SchemaDefinitionList{r.doc.Schema, r.doc.SchemaExtension} {
		for _, s := range list {
			for _, op := range s.OperationTypes {
				if op.Operation == ast.Query {
					roots[op.Type] = true
				}
			}
		}
	}
	if len(roots) == 0 {
		roots["Query"] = true
	}
	return roots
}

func stripDefinition(def *ast.Definition) {
	def.Directives = plainDirectives(def.Directives)
	for _, f := range def.Fields {
		f.Directives = plainDirectives(f.Directives)
		stripArguments(f.Arguments)
	}
	for _, v := range def.EnumValues {
		v.Directives = plainDirectives(v.Directives)
	}
}

func stripArguments(list ast.ArgumentDefinitionList) {
	for _, a := range list {
		a.Directives = plainDirectives(a.Directives)
	}
}

// plainDirectives keeps the directives that GraphQL itself defines.
func plainDirectives(list ast.DirectiveList) ast.DirectiveList {
	return slices.DeleteFunc(list, func(d *ast.Directive) bool {
		return d.Name != "deprecated" && d.Name != "specifiedBy" && d.Name != "oneOf"
	})
}

func isExecutable(d *ast.DirectiveDefinition) bool {
	for _, l := range d.Locations {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment,
			ast.LocationVariableDefinition:
			return true
		}
	}
	return false
}

// addEntryPoints adds _service and _entities, as the subgraph specification
// asks of every subgraph.
func (r *schemaReader) addEntryPoints() {
	doc := r.doc
	query := "Query"
	for name := range r.roots() {
		query = name
	}
	if len(doc.Schema) > 0 && !r.hasQueryOperation() {
		doc.SchemaExtension = append(doc.SchemaExtension, &ast.SchemaDefinition{
			OperationTypes: ast.OperationTypeDefinitionList{{Operation: ast.Query, Type: query}},
		})
	}
	source := &ast.Source{Name: "federation", Input: ""}
	at := &ast.Position{Src: source, Line: 1, Column: 1}
	fields := ast.FieldList{{
		Name: "_service", Type: ast.NonNullNamedType("_Service", at), Position: at,
	}}
	doc.Definitions = append(doc.Definitions,
		&ast.Definition{Kind: ast.Scalar, Name: "_Any", Position: at},
		&ast.Definition{Kind: ast.Object, Name: "_Service", Position: at, Fields: ast.FieldList{{
			Name: "sdl", Type: ast.NonNullNamedType("String", at), Position: at,
		}}},
	)
	if members := r.entityTypes(); len(members) > 0 {
		doc.Definitions = append(doc.Definitions, &ast.Definition{
			Kind: ast.Union, Name: "_Entity", Types: members, Position: at,
		})
		fields = append(fields, &ast.FieldDefinition{
			Name:     "_entities",
			Type:     ast.NonNullListType(ast.NamedType("_Entity", at), at),
			Position: at,
			Arguments: ast.ArgumentDefinitionList{{
				Name:     "representations",
				Type:     ast.NonNullListType(ast.NonNullNamedType("_Any", at), at),
				Position: at,
			}},
		})
	}
	doc.Extensions = append(doc.Extensions, &ast.Definition{
		Kind: ast.Object, Name: query, Fields: fields, Position: at,
	})
}

func (r *schemaReader) hasQueryOperation() bool {
	for _, list := range []ast.SchemaDefinitionList{r.doc.Schema, r.doc.SchemaExtension} {
		for _, s := range list {
			if s.OperationTypes.ForType("Query") != nil {
				return true
			}
			for _, op := range s.OperationTypes {
				if op.Operation == ast.Query {
					return true
				}
			}
		}
	}
	return false
}

// entityTypes are the object types with a key, sorted.
func (r *schemaReader) entityTypes() []string {
	objects := map[string]bool{}
	for _, list := range []ast.DefinitionList{r.doc.Definitions, r.doc.Extensions} {
		for _, def := range list {
			if def.Kind == ast.Object && r.keyed[def.Name] {
				objects[def.Name] = true
			}
		}
	}
	return sortedNames(objects)
}

// link joins what the directives said with the validated types.
func (r *schemaReader) link() error {
	for name, def := range r.schema.ast.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		t := &typeIn{
			name:            name,
			kind:            def.Kind,
			def:             def,
			interfaceObject: r.interfaceObjects[name],
			fields:          make(map[string]*fieldIn, len(def.Fields)),
			interfaces:      def.Interfaces,
		}
		for _, possible := range r.schema.ast.PossibleTypes[name] {
			t.possible = append(t.possible, possible.Name)
		}
		slices.Sort(t.possible)
		for _, f := range def.Fields {
			t.fields[f.Name] = &fieldIn{def: f}
		}
		r.schema.types[name] = t
	}
	if err := r.linkKeys(); err != nil {
		return err
	}
	for _, name := range slices.SortedFunc(keysOf(r.marks), compareFieldNames) {
		if err := r.linkField(name, r.marks[name]); err != nil {
			return err
		}
	}
	return r.unmarkFakeExternals()
}

func (r *schemaReader) linkKeys() error {
	for _, m := range r.keys {
		t := r.schema.types[m.typ]
		if t == nil {
			continue
		}
		text, set, err := r.fieldSet(m.directive, t.name)
		if err != nil {
			return err
		}
		resolvable := true
		if arg := m.directive.Arguments.ForName("resolvable"); arg != nil && arg.Value != nil {
			resolvable = arg.Value.Raw != "false"
		}
		t.keys = append(t.keys, &key{text: text, set: set, resolvable: resolvable})
	}
	return nil
}

func (r *schemaReader) linkField(name fieldName, m *marks) error {
	t := r.schema.types[name.typ]
	if t == nil || t.fields[name.field] == nil {
		return nil
	}
	f := t.fields[name.field]
	f.external = m.external
	var err error
	if m.requires != nil && t.kind == ast.Object {
		if f.requiresText, f.requires, err = r.fieldSet(m.requires, t.name); err != nil {
			return err
		}
	}
	if m.provides != nil && isComposite(r.schema.ast, f.def.Type.Name()) {
		if _, f.provides, err = r.fieldSet(m.provides, f.def.Type.Name()); err != nil {
			return err
		}
	}
	return nil
}

// unmarkFakeExternals makes local again the fields that are marked @external
// only because they are the key of an extension.
func (r *schemaReader) unmarkFakeExternals() error {
	for _, m := range r.keys {
		if !m.extension {
			continue
		}
		_, set, err := r.fieldSet(m.directive, m.typ)
		if err != nil {
			return err
		}
		r.unmark(set, m.typ)
	}
	if r.names.federation2 {
		return nil
	}
	// A federation 1 extension may leave its key to the type it extends. What
	// that key is stands in another subgraph, so none of its fields counts.
	for name := range r.extended {
		t := r.schema.types[name]
		if t == nil || r.keyed[name] {
			continue
		}
		for _, f := range t.fields {
			f.external = false
		}
	}
	return nil
}

func (r *schemaReader) unmark(set ast.SelectionSet, typ string) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.InlineFragment:
			r.unmark(sel.SelectionSet, sel.TypeCondition)
		case *ast.Field:
			t := r.schema.types[typ]
			if t == nil || t.fields[sel.Name] == nil {
				continue
			}
			t.fields[sel.Name].external = false
			r.unmark(sel.SelectionSet, t.fields[sel.Name].def.Type.Name())
		}
	}
}

// fieldSet reads the fields argument of a directive as a selection on typ.
func (r *schemaReader) fieldSet(d *ast.Directive, typ string) (string, ast.SelectionSet, error) {
	arg := d.Arguments.ForName("fields")
	if arg == nil || arg.Value == nil {
		return "", nil, gqlerror.ErrorPosf(d.Position, "@%s on %s lacks the argument fields", d.Name, typ)
	}
	text := arg.Value.Raw
	// Federation 1 also took a list of strings.
	if arg.Value.Kind == ast.ListValue {
		var parts []string
		for _, child := range arg.Value.Children {
			parts = append(parts, child.Value.Raw)
		}
		text = strings.Join(parts, " ")
	}
	set, err := parseFieldSet(text)
	if err == nil {
		err = checkFieldSet(r.schema.ast, set, typ, 0)
	}
	if err != nil {
		return "", nil, gqlerror.ErrorPosf(d.Position, "@%s(fields: %q) on %s: %s", d.Name, text, typ, err)
	}
	return text, set, nil
}

// entity returns the type with the name if representations can name it.
func (s *schema) entity(name string) *typeIn {
	if t := s.types[name]; t != nil && len(t.keys) > 0 {
		return t
	}
	return nil
}

// isPossible tells whether an object of type name can stand where a value of
// type static is expected.
func (s *schema) isPossible(static, name string) bool {
	if static == name {
		def := s.ast.Types[name]
		return def != nil && def.Kind == ast.Object
	}
	for _, def := range s.ast.PossibleTypes[static] {
		if def.Name == name {
			return true
		}
	}
	return false
}

// field returns the field of an object or interface type, nil if it has none.
func (s *schema) field(typ, field string) *fieldIn {
	if t := s.types[typ]; t != nil {
		return t.fields[field]
	}
	return nil
}

// objectTypes are the object types that a value of a type can have, by name.
func (s *schema) objectTypes(name string) []string {
	def := s.ast.Types[name]
	if def == nil || !def.IsCompositeType() {
		return nil
	}
	if def.Kind == ast.Object {
		return []string{name}
	}
	var list []string
	for _, possible := range s.ast.PossibleTypes[name] {
		list = append(list, possible.Name)
	}
	slices.Sort(list)
	return list
}

func isComposite(s *ast.Schema, name string) bool {
	def := s.Types[name]
	return def != nil && def.IsCompositeType()
}

func compareFieldNames(a, b fieldName) int {
	if c := strings.Compare(a.typ, b.typ); c != 0 {
		return c
	}
	return strings.Compare(a.field, b.field)
}

func (n fieldName) String() string { return fmt.Sprintf("%s.%s", n.typ, n.field) }
