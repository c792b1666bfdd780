package mock

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// generator is the Source of values that nobody wrote down. They depend on the
// seed, the type, the entity's number and the field only, so the same entity
// has the same keys and the same shared values in every subgraph.
//
// The entities of a type are numbered from 1; their keys are made from the
// number and name it: id "7", sku "SKU-7". An entity with any other key exists
// too, for whoever asks for it.
type generator struct {
	schema   *schema
	seed     uint64
	entities int
}

// generated is an object of the generator.
type generated struct {
	typ   string
	n     int            // number of the entity; 0 for a value object
	seed  uint64         // of a value object
	known map[string]any // fields that are not up to the generator

	// inherited are a mutation's arguments, which show in what it returns.
	inherited map[string]any
}

// Typename returns the object type.
func (o *generated) Typename() string { return o.typ }

// Entity implements Source. Every representation names an entity.
func (g *generator) Entity(_ context.Context, r Representation) (any, error) {
	return g.known(r.Type, g.keyFields(r.Type, r.Fields)), nil
}

// keyFields returns the top-level fields of an object that belong to a key.
func (g *generator) keyFields(typ string, fields map[string]any) map[string]any {
	t := g.schema.types[typ]
	known := map[string]any{}
	for name, v := range fields {
		if t.isKeyField(name) && v != nil {
			known[name] = v
		}
	}
	return known
}

// known returns the object of which some fields are known: the entity that
// they name, or a value object.
func (g *generator) known(typ string, fields map[string]any) *generated {
	t := g.schema.types[typ]
	o := &generated{typ: typ, known: fields}
	if len(t.keys) > 0 {
		o.n = g.number(t, fields)
	} else {
		o.seed = mixString(g.seed, typ, text(fields))
	}
	if t.kind == ast.Interface {
		o.typ = g.pick(typ, o.n)
	}
	return o
}

// number returns the number that the key fields name: the one they are made
// from, or for other keys one that is theirs.
func (g *generator) number(t *typeIn, fields map[string]any) int {
	for _, name := range sortedNames(fields) {
		value, ok := leafText(fields[name])
		if !ok || t.fields[name] == nil {
			continue
		}
		n, err := strconv.Atoi(value[strings.LastIndexByte(value, '-')+1:])
		if err == nil && n > 0 && keyText(name, n) == value {
			return n
		}
	}
	return 1_000_000 + int(mixString(g.seed, text(fields))%1_000_000_000)
}

// keyText is a leaf of the key of entity n.
func keyText(field string, n int) string {
	lower := strings.ToLower(field)
	if strings.HasSuffix(lower, "id") || lower == "number" || lower == "no" {
		return strconv.Itoa(n)
	}
	return strings.ToUpper(field) + "-" + strconv.Itoa(n)
}

// pick returns the object type of number n among those a type can have. It
// prefers the same type whichever others there are to choose from, so that
// subgraphs that know different implementations mostly agree.
func (g *generator) pick(typ string, n int) string {
	best, highest := "", uint64(0)
	for _, name := range g.schema.objectTypes(typ) {
		if h := mixString(g.seed, name, strconv.Itoa(n)); best == "" || h > highest {
			best, highest = name, h
		}
	}
	return best
}

// Field implements Source.
func (g *generator) Field(ctx context.Context, c *Call) (any, error) {
	switch o := c.Object.(type) {
	case nil:
		return g.root(ctx, c)
	case *generated:
		return g.field(ctx, o, c)
	}
	return nil, nil
}

func (g *generator) root(ctx context.Context, c *Call) (any, error) {
	n := g.narrowing(ctx, c)
	typ := c.Field.Type
	if node := g.schema.nodeType(typ.Name()); node != nil && typ.Elem == nil {
		return n.connection(g.all(node.Name()))
	}
	if !isComposite(g.schema.ast, typ.Name()) {
		return g.fit(typ, g.callSeed(mixString(g.seed, c.Type), c), func(h uint64) any {
			return g.leaf(c.Type, c.Field, h, 0)
		}), nil
	}
	if typ.Elem != nil {
		list := n.choose(g.all(typ.Name()))
		if len(list) == 0 {
			list = g.named(typ.Name(), n)
		}
		return n.page.slice(list, n.cursor)
	}
	if c.Operation == ast.Mutation {
		return g.mutated(c), nil
	}
	if list := g.named(typ.Name(), n); len(list) > 0 {
		return list[0], nil
	}
	for _, candidate := range g.all(typ.Name()) {
		if n.matches(candidate) {
			return candidate, nil
		}
	}
	return nil, nil
}

// all returns the objects of a type that lists hold.
func (g *generator) all(typ string) []any {
	list := make([]any, g.entities)
	for i := range list {
		list[i] = g.numbered(typ, i+1)
	}
	return list
}

func (g *generator) numbered(typ string, n int) *generated {
	name := g.pick(typ, n)
	o := &generated{typ: name, n: n}
	if t := g.schema.types[name]; len(t.keys) == 0 {
		o.n, o.seed = 0, mixString(g.seed, name, strconv.Itoa(n))
	}
	return o
}

// named returns the entities whose keys the arguments say, beyond those that
// lists hold.
func (g *generator) named(typ string, n *narrowing) []any {
	t := g.schema.types[typ]
	if t == nil || len(t.keys) == 0 {
		return nil
	}
	for _, test := range n.tests {
		path := g.schema.argumentField(t, test.name, isList(test.want))
		if test.search || len(path) != 1 || !t.isKeyField(path[0]) {
			continue
		}
		wants, ok := test.want.([]any)
		if !ok {
			wants = []any{test.want}
		}
		var list []any
		for _, want := range wants {
			if o := g.known(typ, map[string]any{path[0]: want}); n.matches(o) {
				list = append(list, o)
			}
		}
		return list
	}
	return nil
}

// mutated returns what a mutation answers: an object with the arguments in it.
func (g *generator) mutated(c *Call) *generated {
	typ := c.Field.Type.Name()
	args := flatten(c.Args)
	seed := mixString(g.seed, c.Type, c.Field.Name, text(c.Args))
	o := g.numbered(typ, 1+int(seed%uint64(g.entities)))
	o.inherited = args
	t := g.schema.types[o.typ]
	keys := map[string]any{}
	for name, v := range args {
		if path := g.schema.argumentField(t, name, false); len(path) == 1 && t.isKeyField(path[0]) && v != nil {
			keys[path[0]] = v
		}
	}
	if len(keys) > 0 && len(t.keys) > 0 {
		o.known, o.n = keys, g.number(t, keys)
	}
	return o
}

func (g *generator) field(ctx context.Context, o *generated, c *Call) (any, error) {
	t := g.schema.types[o.typ]
	if v, ok := o.known[c.Field.Name]; ok {
		return g.wrap(c.Field.Type, v), nil
	}
	if v, ok := g.inherited(t, o, c.Field); ok {
		return v, nil
	}
	if o.n > 0 && t.isKeyField(c.Field.Name) && !isComposite(g.schema.ast, c.Field.Type.Name()) {
		return g.key(c.Field, o.n), nil
	}
	h := g.callSeed(g.objectSeed(o), c)
	if !isComposite(g.schema.ast, c.Field.Type.Name()) {
		value := g.fit(c.Field.Type, h, func(h uint64) any { return g.leaf(o.typ, c.Field, h, o.n) })
		if s, ok := value.(string); ok && c.Required != nil && c.Field.Type.Name() == "String" {
			value = s + " " + text(c.Required)
		}
		return value, nil
	}
	n := g.narrowing(ctx, c)
	if node := g.schema.nodeType(c.Field.Type.Name()); node != nil && c.Field.Type.Elem == nil {
		list, _ := g.objects(ast.ListType(node, nil), h).([]any)
		return n.connection(list)
	}
	value := g.objects(c.Field.Type, h)
	if list, ok := value.([]any); ok {
		return n.page.slice(n.choose(list), n.cursor)
	}
	if child, ok := value.(*generated); ok && o.inherited != nil && len(t.keys) == 0 {
		child.inherited = o.inherited // the payload of a mutation hands them on
	}
	return value, nil
}

// inherited returns the mutation's argument that shows in a field.
func (g *generator) inherited(t *typeIn, o *generated, f *ast.FieldDefinition) (any, bool) {
	for _, name := range sortedNames(o.inherited) {
		path := g.schema.argumentField(t, name, false)
		if len(path) == 0 || path[0] != f.Name || o.inherited[name] == nil {
			continue
		}
		if len(path) == 2 {
			inner := g.schema.types[f.Type.Name()]
			if f.Type.Elem != nil || inner == nil || len(inner.keys) == 0 {
				continue
			}
			return g.known(inner.name, map[string]any{path[1]: o.inherited[name]}), true
		}
		return o.inherited[name], true
	}
	return nil, false
}

// wrap makes objects of the known values of a composite field.
func (g *generator) wrap(typ *ast.Type, v any) any {
	switch x := v.(type) {
	case []any:
		list := make([]any, len(x))
		for i, element := range x {
			list[i] = g.wrap(typ, element)
		}
		return list
	case map[string]any:
		t := g.schema.types[typ.Name()]
		if t == nil {
			return v
		}
		name, _ := x["__typename"].(string)
		if !g.schema.isPossible(t.name, name) {
			name = t.name
		}
		fields := maps.Clone(x)
		delete(fields, "__typename")
		return g.known(name, fields)
	}
	return v
}

func (g *generator) key(f *ast.FieldDefinition, n int) any {
	var v any = keyText(f.Name, n)
	switch f.Type.Name() {
	case "Int", "Float":
		v = n
	case "ID", "String":
	default:
		v = g.leaf("", f, mix(g.seed, uint64(n)), n)
	}
	for typ := f.Type; typ.Elem != nil; typ = typ.Elem {
		v = []any{v}
	}
	return v
}

func (g *generator) objectSeed(o *generated) uint64 {
	if o.n > 0 {
		return mixString(g.seed, o.typ, strconv.Itoa(o.n))
	}
	return o.seed
}

// callSeed mixes what a field's value depends on into the seed of its object:
// its name, its arguments but for those that page, and its required inputs.
func (g *generator) callSeed(seed uint64, c *Call) uint64 {
	h := mixString(seed, c.Field.Name)
	p := &paging{}
	for _, name := range sortedNames(c.Args) {
		if v := c.Args[name]; !p.take(name, v) {
			h = mixString(h, name, text(v))
		}
	}
	if c.Required != nil {
		h = mixString(h, text(c.Required))
	}
	return h
}

// fit makes a leaf, or lists of leaves, of a type.
func (g *generator) fit(typ *ast.Type, h uint64, leaf func(uint64) any) any {
	if typ.Elem == nil {
		return leaf(h)
	}
	list := make([]any, 2+h%2)
	for i := range list {
		list[i] = g.fit(typ.Elem, mix(h, uint64(i)), leaf)
	}
	return list
}

// objects makes an object, or lists of objects, of a type.
func (g *generator) objects(typ *ast.Type, h uint64) any {
	if typ.Elem == nil {
		return g.object(typ.NamedType, h, 0)
	}
	list := make([]any, min(2+int(h%3), g.entities))
	for i := range list {
		if typ.Elem.Elem != nil {
			list[i] = g.objects(typ.Elem, mix(h, uint64(i)))
			continue
		}
		list[i] = g.object(typ.Elem.NamedType, h, i)
	}
	return list
}

// object returns the i-th object of a list that belongs to h: neighbouring
// entities, so that none occurs twice.
func (g *generator) object(typ string, h uint64, i int) *generated {
	n := 1 + int((h%uint64(g.entities)+uint64(i))%uint64(g.entities))
	o := g.numbered(typ, n)
	if o.n == 0 {
		o.seed = mix(h, uint64(i))
	}
	return o
}

// read returns a field of an object without arguments.
func (g *generator) read(ctx context.Context, o *generated, field string) any {
	f := g.schema.field(o.typ, field)
	if f == nil || f.requires != nil || isComposite(g.schema.ast, f.def.Type.Name()) && len(f.def.Arguments) > 0 {
		return nil
	}
	value, err := g.field(ctx, o, &Call{Type: o.typ, Object: o, Field: f.def})
	if err != nil {
		return nil
	}
	return value
}

func (g *generator) narrowing(ctx context.Context, c *Call) *narrowing {
	return newNarrowing(g.schema, c, func(object any, field string) any {
		if o, ok := object.(*generated); ok {
			return g.read(ctx, o, field)
		}
		return nil
	})
}

// leaf makes a value of a leaf type for a field.
func (g *generator) leaf(typ string, f *ast.FieldDefinition, h uint64, n int) any {
	name := f.Type.Name()
	if def := g.schema.ast.Types[name]; def.Kind == ast.Enum {
		return def.EnumValues[h%uint64(len(def.EnumValues))].Name
	}
	words := wordsOf(f.Name)
	switch name {
	case "Int":
		return wholeNumber(words, h)
	case "Float":
		return decimalNumber(words, h)
	case "Boolean":
		return h&1 == 0
	case "ID":
		return strconv.Itoa(1 + int(h%uint64(g.entities)))
	case "String":
		return sentence(typ, f.Name, words, h, n)
	}
	return customScalar(name, words, h)
}

// text renders a value, the same for equal values.
func text(v any) string {
	b, err := json.Marshal(v) // maps are written in the order of their keys
	if err != nil {
		return ""
	}
	return string(b)
}

// wordsOf splits a field's name: "releaseDate" is release, date.
func wordsOf(name string) []string {
	var words []string
	start := 0
	for i := 1; i <= len(name); i++ {
		if i < len(name) && name[i] != '_' && !(isUpper(name[i]) && !isUpper(name[i-1])) {
			continue
		}
		if word := strings.ToLower(strings.Trim(name[start:i], "_")); word != "" {
			words = append(words, word)
		}
		start = i
	}
	return words
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func hasWord(words []string, any ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(any, w) })
}
