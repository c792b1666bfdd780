package supergraph

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// A reader takes the machinery of linked specs off a document and keeps what
// it said.
type reader struct {
	doc   *document
	fs    *features
	specs map[string]spec
	kinds map[string]machineryKind

	// builtIn are the names that GraphQL itself declares.
	builtIn struct{ types, directives map[string]bool }
	prelude *ast.SchemaDocument

	subgraphs []*Subgraph
	graphs    map[string]int // indexes of subgraphs by graph enum value

	declarations []*declaration // in the order of the document
	directives   ast.DirectiveDefinitionList

	// hidden are the elements marked @inaccessible: *ast.Definition,
	// *ast.FieldDefinition, *ast.ArgumentDefinition, *ast.EnumValueDefinition.
	hidden map[any]bool
}

// A declaration is one type definition, machinery taken off, with what the
// machinery said.
type declaration struct {
	def *ast.Definition

	joins      []joinType
	owner      int // the graph of @join__owner, or nowhere
	implements []joinName
	members    []joinName
	contexts   []string
	access     *Access

	fields []fieldDeclaration // parallel to def.Fields

	// values holds the graphs of each enum value, parallel to def.EnumValues.
	values [][]int
}

// A fieldDeclaration is what the machinery said on a field.
type fieldDeclaration struct {
	joins  []joinField
	access *Access
}

// newReader recognises the specs that the document links.
func newReader(doc *document) (*reader, error) {
	name, argument := bootstrap(doc.schema.Directives)
	if name == "" || !links(doc.schema.Directives, name, argument, joinSpec) {
		return nil, doc.notSupergraph()
	}
	fs, err := readFeatures(doc.schema.Directives, name, argument)
	if err != nil {
		return nil, err
	}
	r := &reader{
		doc:     doc,
		fs:      fs,
		specs:   knownSpecs(),
		kinds:   machinery(fs),
		prelude: validator.PreludeDocument(),
		graphs:  map[string]int{},
		hidden:  map[any]bool{},
	}
	r.builtIn.types = map[string]bool{}
	for _, def := range r.prelude.Definitions {
		r.builtIn.types[def.Name] = true
	}
	// Whether @defer and @stream work is for the router to say, not for the
	// supergraph.
	r.builtIn.directives = map[string]bool{"defer": true, "stream": true}
	for _, def := range r.prelude.Directives {
		r.builtIn.directives[def.Name] = true
	}
	return r, nil
}

// read reads the whole document.
func (r *reader) read() error {
	if err := r.readGraphs(); err != nil {
		return err
	}
	if err := r.checkTypes(); err != nil {
		return err
	}
	for _, def := range r.doc.types {
		if r.builtIn.types[def.Name] || r.fs.ofType(def.Name) != nil {
			if err := r.disallowInaccessible(def); err != nil {
				return err
			}
			continue
		}
		d, err := r.readType(def)
		if err != nil {
			return err
		}
		r.declarations = append(r.declarations, d)
	}
	if err := r.checkFields(); err != nil {
		return err
	}
	return r.readDirectives()
}

// readGraphs reads the enum of subgraphs.
func (r *reader) readGraphs() error {
	name := r.fs.byIdentity[joinSpec].typeName("Graph")
	def := r.doc.named[name]
	if def == nil || def.Kind != ast.Enum {
		return errorAt(r.doc.schema.Position, CodeNotSupergraph,
			"the supergraph has no enum %s that lists its subgraphs: compose it again", name)
	}
	seen := map[string]bool{}
	values := map[*Subgraph]string{}
	for _, v := range def.EnumValues {
		g := (*Subgraph)(nil)
		for _, d := range v.Directives {
			if r.kinds[d.Name] != joinGraphKind {
				continue
			}
			dec := r.decode(d, "name", "url")
			g = &Subgraph{Name: dec.required("name"), URL: dec.str("url")}
			if dec.err != nil {
				return dec.err
			}
		}
		if g == nil {
			return errorAt(v.Position, CodeNotSupergraph, "%s.%s does not say which subgraph it is: it has no @%s",
				name, v.Name, r.fs.directive(joinSpec, "graph"))
		}
		if seen[g.Name] {
			return errorAt(v.Position, CodeNotSupergraph, "two values of %s are the subgraph %q", name, g.Name)
		}
		seen[g.Name] = true
		if _, twice := r.graphs[v.Name]; twice {
			return errorAt(v.Position, CodeNotSupergraph, "%s has the value %s twice", name, v.Name)
		}
		r.graphs[v.Name] = nowhere // until the order is known
		values[g] = v.Name
		r.subgraphs = append(r.subgraphs, g)
	}
	slices.SortFunc(r.subgraphs, func(a, b *Subgraph) int { return cmp.Compare(a.Name, b.Name) })
	for i, g := range r.subgraphs {
		g.Index = i
		r.graphs[values[g]] = i
	}
	return nil
}

// Bounds of the model's memory. A type has a place of 8 bytes for each
// subgraph; a field has one of about 150 bytes for each subgraph that has it.
const (
	maxTypePlaces  = 1 << 27
	maxFieldPlaces = 1 << 24
)

// checkTypes refuses documents whose types are too many or too large.
func (r *reader) checkTypes() error {
	if len(r.doc.types)*len(r.subgraphs) > maxTypePlaces {
		return errorAt(r.doc.schema.Position, CodeTooLarge,
			"the supergraph has %d types over %d subgraphs, more than weft reads", len(r.doc.types), len(r.subgraphs))
	}
	comparisons := 0
	for _, def := range r.doc.types {
		for _, name := range def.Interfaces {
			if above := r.doc.named[name]; above != nil {
				comparisons += len(above.Interfaces) * len(def.Interfaces)
			}
		}
		if comparisons > maxComparisons {
			return errorAt(def.Position, CodeTooLarge, "the interfaces of interfaces up to %s are more than weft reads", def.Name)
		}
		if n := len(def.Fields) + len(def.EnumValues) + len(def.Types) + len(def.Interfaces); n > maxMembers {
			return errorAt(def.Position, CodeTooLarge, "%s has %d fields, values, members or interfaces, more than weft reads (%d)", def.Name, n, maxMembers)
		}
		for _, f := range def.Fields {
			if n := len(f.Arguments); n > maxArguments {
				return errorAt(f.Position, CodeTooLarge, "%s.%s has %d arguments, more than weft reads (%d)", def.Name, f.Name, n, maxArguments)
			}
		}
	}
	return nil
}

// checkFields refuses documents whose fields are in too many subgraphs.
func (r *reader) checkFields() error {
	places := 0
	for _, d := range r.declarations {
		graphs := len(d.joins)
		if r.fs.isOwned() {
			graphs = len(r.subgraphs)
		}
		for _, f := range d.fields {
			if len(f.joins) > 0 {
				places += len(f.joins)
			} else {
				places += graphs
			}
		}
		if places > maxFieldPlaces {
			return errorAt(d.def.Position, CodeTooLarge,
				"the supergraph has more than %d fields, each counted in every subgraph that has it, more than weft reads", maxFieldPlaces)
		}
	}
	return nil
}

// Bounds of what validation compares in pairs: the fields, values, members and
// interfaces of one type, the arguments of one field or directive.
const (
	maxMembers   = 20_000
	maxArguments = 1_000

	// maxComparisons bounds those of the interfaces of a type with the
	// interfaces that each of them implements.
	maxComparisons = 1 << 30
)

// disallowInaccessible refuses a definition of a linked feature, or of
// GraphQL itself, that hides something: it is not for hiding.
func (r *reader) disallowInaccessible(def *ast.Definition) error {
	lists := []ast.DirectiveList{def.Directives}
	for _, f := range def.Fields {
		lists = append(lists, f.Directives)
		for _, a := range f.Arguments {
			lists = append(lists, a.Directives)
		}
	}
	for _, v := range def.EnumValues {
		lists = append(lists, v.Directives)
	}
	for _, list := range lists {
		for _, d := range list {
			if r.kinds[d.Name] == inaccessibleKind {
				return errorAt(d.Position, CodeDisallowedInaccessible, "%s is not an element that can be hidden", def.Name)
			}
		}
	}
	return nil
}

// strip takes the machinery out of a directive list, in place, and hands each
// piece to use.
func (r *reader) strip(list ast.DirectiveList, use func(machineryKind, *ast.Directive) error) (ast.DirectiveList, error) {
	kept := list[:0]
	for _, d := range list {
		if n := len(d.Arguments); n > maxArguments {
			return nil, errorAt(d.Position, CodeTooLarge, "@%s is given %d arguments, more than weft reads (%d)", d.Name, n, maxArguments)
		}
		kind, isMachinery := r.kinds[d.Name]
		if !isMachinery {
			f := r.fs.ofDirective(d.Name)
			switch {
			case f == nil || r.builtIn.directives[d.Name]:
				kept = append(kept, d)
			case r.specs[f.identity].binding:
				return nil, errorAt(d.Position, CodeNotSupergraph, "@%s is not a directive of %s/%s", d.Name, f.identity, f.version)
			}
			continue
		}
		if kind == ignored {
			continue
		}
		if err := use(kind, d); err != nil {
			return nil, err
		}
	}
	clear(list[len(kept):])
	if len(kept) == 0 {
		return nil, nil
	}
	return kept, nil
}

// hide returns a use of strip for elements that can be hidden and nothing
// else.
func (r *reader) hide(element any) func(machineryKind, *ast.Directive) error {
	return func(kind machineryKind, d *ast.Directive) error {
		if kind != inaccessibleKind {
			return misplaced(d)
		}
		r.hidden[element] = true
		return nil
	}
}

func misplaced(d *ast.Directive) error {
	return errorAt(d.Position, CodeNotSupergraph, "@%s means nothing here", d.Name)
}

func (r *reader) readType(def *ast.Definition) (*declaration, error) {
	t := &declaration{def: def, owner: nowhere}
	var err error
	if def.Directives, err = r.strip(def.Directives, func(kind machineryKind, d *ast.Directive) error {
		return r.readTypeDirective(t, kind, d)
	}); err != nil {
		return nil, err
	}
	if len(def.Fields) > 0 {
		t.fields = make([]fieldDeclaration, len(def.Fields))
	}
	for i, f := range def.Fields {
		if err := r.readField(&t.fields[i], f); err != nil {
			return nil, err
		}
	}
	if len(def.EnumValues) > 0 {
		t.values = make([][]int, len(def.EnumValues))
	}
	for i, v := range def.EnumValues {
		if v.Directives, err = r.strip(v.Directives, func(kind machineryKind, d *ast.Directive) error {
			switch kind {
			case joinEnumValueKind:
				graph, err := r.graphOf(d)
				t.values[i] = append(t.values[i], graph)
				return err
			case inaccessibleKind:
				r.hidden[v] = true
				return nil
			default:
				return misplaced(d)
			}
		}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (r *reader) readTypeDirective(t *declaration, kind machineryKind, d *ast.Directive) (err error) {
	switch kind {
	case joinTypeKind:
		join, err := r.joinType(d)
		if err == nil && join.interfaceObject && t.def.Kind != ast.Interface {
			err = errorAt(d.Position, CodeNotSupergraph, "%s cannot be an interface object in one subgraph, as it is no interface", t.def.Name)
		}
		t.joins = append(t.joins, join)
		return err
	case joinOwnerKind:
		t.owner, err = r.graphOf(d)
		return err
	case joinImplementsKind:
		if t.def.Kind != ast.Object && t.def.Kind != ast.Interface {
			return misplaced(d)
		}
		join, err := r.joinName(d, "interface")
		t.implements = append(t.implements, join)
		return err
	case joinUnionMemberKind:
		if t.def.Kind != ast.Union {
			return misplaced(d)
		}
		join, err := r.joinName(d, "member")
		t.members = append(t.members, join)
		return err
	case inaccessibleKind:
		r.hidden[t.def] = true
		return nil
	case contextKind:
		dec := r.decode(d, "name")
		t.contexts = append(t.contexts, dec.required("name"))
		return dec.err
	case authenticatedKind, requiresScopesKind, policyKind:
		t.access, err = r.readAccess(t.access, kind, d)
		return err
	default:
		return misplaced(d)
	}
}

func (r *reader) readField(t *fieldDeclaration, f *ast.FieldDefinition) (err error) {
	f.Directives, err = r.strip(f.Directives, func(kind machineryKind, d *ast.Directive) (err error) {
		switch kind {
		case joinFieldKind:
			join, err := r.joinField(d)
			t.joins = append(t.joins, join)
			return err
		case inaccessibleKind:
			r.hidden[f] = true
			return nil
		case authenticatedKind, requiresScopesKind, policyKind:
			t.access, err = r.readAccess(t.access, kind, d)
			return err
		default:
			return misplaced(d)
		}
	})
	if err != nil {
		return err
	}
	for _, a := range f.Arguments {
		if a.Directives, err = r.strip(a.Directives, r.hide(a)); err != nil {
			return err
		}
	}
	return nil
}

// readDirectives keeps the directive definitions that are neither machinery
// nor GraphQL's own.
func (r *reader) readDirectives() (err error) {
	for _, def := range r.doc.directives {
		if n := len(def.Arguments); n > maxArguments {
			return errorAt(def.Position, CodeTooLarge, "@%s has %d arguments, more than weft reads (%d)", def.Name, n, maxArguments)
		}
		foreign := r.builtIn.directives[def.Name] || r.fs.ofDirective(def.Name) != nil
		for _, a := range def.Arguments {
			if a.Directives, err = r.strip(a.Directives, r.hide(a)); err != nil {
				return err
			}
			if r.hidden[a] && (foreign || hasTypeSystemLocation(def)) {
				return errorAt(a.Position, CodeDisallowedInaccessible, "the argument %s of @%s cannot be hidden", a.Name, def.Name)
			}
		}
		if !foreign {
			r.directives = append(r.directives, def)
		}
	}
	r.doc.schema.Directives, err = r.strip(r.doc.schema.Directives, func(_ machineryKind, d *ast.Directive) error {
		return misplaced(d)
	})
	return err
}

func hasTypeSystemLocation(def *ast.DirectiveDefinition) bool {
	return slices.ContainsFunc(def.Locations, func(l ast.DirectiveLocation) bool {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment,
			ast.LocationVariableDefinition:
			return false
		default:
			return true
		}
	})
}
