package supergraph

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// nowhere is the graph of a @join__field that names none.
const nowhere = -1

// A joinType is one @join__type: the type exists in the graph, with at most
// one key.
type joinType struct {
	graph           int
	key             *fieldSetText // nil if none
	extension       bool
	resolvable      bool
	interfaceObject bool
}

// A joinField is one @join__field: the field exists in the graph.
type joinField struct {
	graph    int // or nowhere
	requires *fieldSetText
	provides *fieldSetText

	// typ is the field's type in the graph, nil if as in the supergraph.
	typ *ast.Type

	external       bool
	usedOverridden bool

	override      string // a subgraph's name, not a graph's
	overrideLabel string

	context []joinContext
	pos     *ast.Position
}

// A joinContext is one element of @join__field(contextArguments:).
type joinContext struct {
	name      string
	typ       *ast.Type
	context   string
	selection *fieldSetText
	pos       *ast.Position
}

// A joinName is a @join__implements or @join__unionMember.
type joinName struct {
	graph int
	name  string
	pos   *ast.Position
}

// A fieldSetText is a field set as written.
type fieldSetText struct {
	text  string
	value *ast.Value // for its place
}

// A machineryKind says what a directive of a linked spec means to weft.
type machineryKind int

const (
	// ignored directives belong to a spec that concerns the model, but do not
	// concern it themselves.
	ignored machineryKind = iota
	joinTypeKind
	joinFieldKind
	joinOwnerKind
	joinGraphKind
	joinImplementsKind
	joinUnionMemberKind
	joinEnumValueKind
	inaccessibleKind
	authenticatedKind
	requiresScopesKind
	policyKind
	contextKind
)

// machinery returns what the directives of the linked specs mean, by their
// names in this schema.
func machinery(fs *features) map[string]machineryKind {
	kinds := map[string]machineryKind{}
	for _, m := range []struct {
		identity, name string
		kind           machineryKind
		minor          int // of the first version that has it
	}{
		{joinSpec, "graph", joinGraphKind, 1},
		{joinSpec, "type", joinTypeKind, 1},
		{joinSpec, "field", joinFieldKind, 1},
		{joinSpec, "implements", joinImplementsKind, 2},
		{joinSpec, "unionMember", joinUnionMemberKind, 2},
		{joinSpec, "enumValue", joinEnumValueKind, 2},
		{joinSpec, "directive", ignored, 2},
		{inaccessibleSpec, "inaccessible", inaccessibleKind, 1},
		{authenticatedSpec, "authenticated", authenticatedKind, 1},
		{requiresScopesSpec, "requiresScopes", requiresScopesKind, 1},
		{policySpec, "policy", policyKind, 1},
		{contextSpec, "context", contextKind, 1},
		{contextSpec, "fromContext", ignored, 1},
		{linkSpec, "link", ignored, 0},
		{coreSpec, "core", ignored, 0},
	} {
		if f := fs.byIdentity[m.identity]; f != nil && f.version.minor >= m.minor {
			kinds[f.directive(m.name)] = m.kind
		}
	}
	if fs.isOwned() {
		kinds[fs.directive(joinSpec, "owner")] = joinOwnerKind
	}
	return kinds
}

// isOwned tells whether the supergraph is one of join v0.1, in which entities
// have owners and only they say where they are.
func (fs *features) isOwned() bool { return fs.byIdentity[joinSpec].version == version{0, 1} }

// A decoder takes the arguments out of one application of a directive (or out
// of an input object) and remembers the first fault.
type decoder struct {
	what   string // for messages
	pos    *ast.Position
	values map[string]*ast.Value
	graphs map[string]int
	err    error
}

// decode starts decoding d, which may have no other arguments than allowed.
// A null argument counts as absent.
func (r *reader) decode(d *ast.Directive, allowed ...string) *decoder {
	dec := &decoder{
		what:   "@" + d.Name,
		pos:    d.Position,
		values: make(map[string]*ast.Value, len(d.Arguments)),
		graphs: r.graphs,
	}
	for _, a := range d.Arguments {
		dec.put(a.Name, a.Value, a.Position, allowed)
	}
	return dec
}

// decodeObject is decode for an input object.
func (r *reader) decodeObject(what string, v *ast.Value, allowed ...string) *decoder {
	dec := &decoder{what: what, pos: v.Position, values: make(map[string]*ast.Value, len(v.Children)), graphs: r.graphs}
	if v.Kind != ast.ObjectValue {
		dec.fail(v.Position, "expected an object, found %s", v)
		return dec
	}
	for _, c := range v.Children {
		dec.put(c.Name, c.Value, c.Position, allowed)
	}
	return dec
}

func (dec *decoder) put(name string, v *ast.Value, pos *ast.Position, allowed []string) {
	if !slices.Contains(allowed, name) {
		dec.fail(pos, "there is no argument %q", name)
		return
	}
	if _, twice := dec.values[name]; twice {
		dec.fail(pos, "the argument %q is given twice", name)
		return
	}
	if isNull(v) {
		v = nil
	}
	dec.values[name] = v
}

func (dec *decoder) fail(pos *ast.Position, format string, args ...any) {
	if dec.err == nil {
		dec.err = errorAt(pos, CodeNotSupergraph, "%s: %s", dec.what, fmt.Sprintf(format, args...))
	}
}

// text returns a string argument and where it is; nil if it is absent.
func (dec *decoder) text(name string) *fieldSetText {
	v := dec.values[name]
	if v == nil {
		return nil
	}
	if v.Kind != ast.StringValue && v.Kind != ast.BlockValue {
		dec.fail(v.Position, "%s must be a string, found %s", name, v)
		return nil
	}
	return &fieldSetText{text: v.Raw, value: v}
}

// str returns a string argument, "" if it is absent.
func (dec *decoder) str(name string) string {
	if t := dec.text(name); t != nil {
		return t.text
	}
	return ""
}

// required is str for an argument that must be there and not be empty.
func (dec *decoder) required(name string) string {
	s := dec.str(name)
	if s == "" {
		dec.fail(dec.pos, "%s is missing", name)
	}
	return s
}

func (dec *decoder) boolean(name string, absent bool) bool {
	v := dec.values[name]
	if v == nil {
		return absent
	}
	if v.Kind != ast.BooleanValue {
		dec.fail(v.Position, "%s must be true or false, found %s", name, v)
		return absent
	}
	return v.Raw == "true"
}

// graph returns the index of the subgraph that the argument names, or
// nowhere if it is absent.
func (dec *decoder) graph() int {
	v := dec.values["graph"]
	if v == nil {
		return nowhere
	}
	if v.Kind == ast.EnumValue {
		if i, ok := dec.graphs[v.Raw]; ok {
			return i
		}
	}
	dec.fail(v.Position, "graph must be a value of the graph enum, found %s", v)
	return nowhere
}

// requiredGraph is graph for an argument that must be there.
func (dec *decoder) requiredGraph() int {
	i := dec.graph()
	if i == nowhere {
		dec.fail(dec.pos, "graph is missing")
	}
	return i
}

// typeRef returns a type reference that is given as a string; nil if absent.
func (dec *decoder) typeRef(name string) *ast.Type {
	text := dec.text(name)
	if text == nil {
		return nil
	}
	t := parseType(text.text, text.value.Position)
	if t == nil {
		dec.fail(text.value.Position, "%s must be a type, found %s", name, text.value)
	}
	return t
}

func (r *reader) joinType(d *ast.Directive) (joinType, error) {
	dec := r.decode(d, "graph", "key", "extension", "resolvable", "isInterfaceObject")
	return joinType{
		graph:           dec.requiredGraph(),
		key:             dec.text("key"),
		extension:       dec.boolean("extension", false),
		resolvable:      dec.boolean("resolvable", true),
		interfaceObject: dec.boolean("isInterfaceObject", false),
	}, dec.err
}

func (r *reader) joinField(d *ast.Directive) (joinField, error) {
	dec := r.decode(d, "graph", "requires", "provides", "type", "external",
		"override", "usedOverridden", "overrideLabel", "contextArguments")
	f := joinField{
		graph:          dec.graph(),
		requires:       dec.text("requires"),
		provides:       dec.text("provides"),
		typ:            dec.typeRef("type"),
		external:       dec.boolean("external", false),
		usedOverridden: dec.boolean("usedOverridden", false),
		override:       dec.str("override"),
		overrideLabel:  dec.str("overrideLabel"),
		pos:            d.Position,
	}
	if dec.err != nil {
		return f, dec.err
	}
	list := dec.values["contextArguments"]
	if list == nil {
		return f, nil
	}
	for _, item := range elements(list) {
		c, err := r.joinContext(dec.what+"(contextArguments:)", item)
		if err != nil {
			return f, err
		}
		f.context = append(f.context, c)
	}
	return f, nil
}

func (r *reader) joinContext(what string, v *ast.Value) (joinContext, error) {
	dec := r.decodeObject(what, v, "name", "type", "context", "selection")
	c := joinContext{
		name:      dec.required("name"),
		typ:       dec.typeRef("type"),
		context:   dec.required("context"),
		selection: dec.text("selection"),
		pos:       v.Position,
	}
	if c.typ == nil {
		dec.fail(v.Position, "type is missing")
	}
	if c.selection == nil {
		dec.fail(v.Position, "selection is missing")
	}
	return c, dec.err
}

// joinName decodes @join__implements (argument "interface") and
// @join__unionMember (argument "member").
func (r *reader) joinName(d *ast.Directive, argument string) (joinName, error) {
	dec := r.decode(d, "graph", argument)
	return joinName{
		graph: dec.requiredGraph(),
		name:  dec.required(argument),
		pos:   d.Position,
	}, dec.err
}

// graphOf decodes @join__owner and @join__enumValue, which only name a graph.
func (r *reader) graphOf(d *ast.Directive) (int, error) {
	dec := r.decode(d, "graph")
	return dec.requiredGraph(), dec.err
}
