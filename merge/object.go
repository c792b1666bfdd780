package merge

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
)

// An object says how the objects at one place of the response are written: for
// each runtime type a list of fields.
type object struct {
	// one is how to write the objects if they can only be of one type;
	// otherwise nil.
	one *objectType
	// lenient says that what a subgraph calls the type does not matter: root
	// types can have any name there, and where conditions have left no field
	// the objects are empty whatever their type.
	lenient bool

	// types by name of those the API schema allows here.
	types map[string]*objectType

	// untyped is how to write objects of which no fetch tells the type, since
	// it makes no difference: interface objects of which the same fields are
	// selected whatever their type. nil if it does make one. Of other objects
	// at the same place the type may well be told.
	untyped *objectType
}

// An objectType says how objects of one type are written.
type objectType struct {
	name   string
	quoted string // name as JSON
	fields []*field

	// behind are the fetches that are linked below such an object where the
	// client has not asked for anything: they serve others.
	behind []int
}

// A field says how one field of an object is written.
type field struct {
	// literal is the response name as JSON, with the colon after it and the
	// brace or comma before it.
	literal string
	as      string // the response name
	name    string // in the schema, for messages
	typ     string // in the schema

	kind    fieldKind
	nonNull bool

	// elements tells for each list level, from the outside, whether its
	// elements are non-null.
	elements []bool

	// run is the run that begins with the field; nil if none does.
	run *run

	// candidates of a leaf, and what its values may be.
	candidates []candidate
	scalar     scalar
	enum       map[string]bool // the values that clients may see
	values     []literal       // the same as JSON, if they are few
	plain      bool            // neither a list nor an enum

	// pos and object of a composite; pos is nil if no fetch asks for it. base is
	// the source of the position that is not a link, nil if there are several.
	pos    *position
	object *object
	base   *source
	// plainObject is the type that all objects are written as, nil where a
	// subgraph may tell another one.
	plainObject *objectType

	// verbatim says that values may be ranges of the answer, to be written as
	// they are.
	verbatim bool

	// copies says how objects are recognised that have been written before;
	// nil if they are not.
	copies *copies

	refusal string // why a refused field is null
}

// isNullable tells whether the field, or an element at a list level of it, can be
// null.
func (f *field) isNullable(level int) bool {
	if level > 0 {
		return !f.elements[level-1]
	}
	return !f.nonNull
}

type fieldKind uint8

const (
	leafField fieldKind = iota
	compositeField
	typenameField
	givenField   // introspection: the value is given by the caller
	refusedField // null, and an error
)

// fewValues is how many values of an enum are looked through one by one.
const fewValues = 8

// maxFields bounds the fields of the response times the types they may be on.
const maxFields = 1 << 20

// compiler builds the objects of a program.
type compiler struct {
	p      *Program
	schema *ast.Schema
	memo   map[string]*object
	ids    map[*operation.Field]uint32
}

// object compiles the selections on objects of type def at pos.
func (c *compiler) object(pos *position, def *ast.Definition, selections []*operation.Field) (*object, error) {
	key := c.objectKey(pos, def, selections)
	if o := c.memo[key]; o != nil {
		return o, nil
	}
	o := &object{}
	c.memo[key] = o
	if def.Kind == ast.Object {
		o.lenient = def == c.schema.Query || def == c.schema.Mutation || def == c.schema.Subscription
		var err error
		if o.one, err = c.objectType(pos, def, selections, nil); err == nil {
			o.one.setRuns(pos, !o.lenient)
		}
		return o, err
	}
	if len(selections) == 0 {
		o.lenient, o.one = true, &objectType{}
		if pos != nil {
			o.one.behind = behind(pos, nil)
		}
		return o, nil
	}
	o.types = map[string]*objectType{}
	shared := map[string]*objectType{}
	for _, t := range c.schema.GetPossibleTypes(def) {
		ot, err := c.objectType(pos, t, selections, shared)
		if err != nil {
			return nil, err
		}
		ot.setRuns(pos, false)
		o.types[t.Name] = ot
	}
	if len(o.types) == 0 && def.Kind == ast.Interface {
		// Nothing implements the interface; its objects have no other type.
		var err error
		o.untyped, err = c.objectType(pos, def, selections, nil)
		return o, err
	}
	if len(shared) == 1 && pos != nil {
		for _, ot := range shared {
			if !ot.asksTypename() {
				o.untyped = &objectType{name: def.Name, fields: ot.fields, behind: ot.behind}
			}
		}
	}
	return o, nil
}

// asksTypename tells whether the type's name is among the fields.
func (t *objectType) asksTypename() bool {
	return slices.ContainsFunc(t.fields, func(f *field) bool { return f.kind == typenameField })
}

// setStatic notes at the field's position which type its objects have below an
// object of type parent.
func (f *field) setStatic(parent string) {
	switch {
	case f.pos == nil:
	case f.object != nil && f.object.one != nil:
		f.pos.setStatic(parent, f.object.one.name)
	default:
		f.pos.setStatic(parent, "")
	}
}

// objectKey identifies what object compiles. Selections are compared by
// identity: equal ones at different places are different.
func (c *compiler) objectKey(pos *position, def *ast.Definition, selections []*operation.Field) string {
	key := make([]byte, 0, 4*len(selections)+32)
	id := uint32(0) // no position's
	if pos != nil {
		id = pos.id
	}
	key = binary.LittleEndian.AppendUint32(key, id)
	for _, s := range selections {
		key = binary.LittleEndian.AppendUint32(key, c.id(s))
	}
	return string(append(key, def.Name...))
}

func (c *compiler) id(f *operation.Field) uint32 {
	id, ok := c.ids[f]
	if !ok {
		id = uint32(len(c.ids))
		c.ids[f] = id
	}
	return id
}

// objectType compiles the selections for objects of the object type def. Types
// with the same fields share them.
func (c *compiler) objectType(pos *position, def *ast.Definition, selections []*operation.Field, shared map[string]*objectType) (*objectType, error) {
	ot := &objectType{name: def.Name, quoted: strconv.Quote(def.Name)}
	groups := operation.Collect(selections, def.Name)
	if c.p.fields += 1 + len(groups); c.p.fields > maxFields {
		return nil, fmt.Errorf("the response has more than %d fields, counted for each type", maxFields)
	}
	key := ""
	if shared != nil {
		key = c.fieldsKey(def, groups)
		if same, ok := shared[key]; ok {
			ot.fields, ot.behind = same.fields, same.behind
			for _, f := range ot.fields {
				f.setStatic(def.Name)
			}
			return ot, nil
		}
	}
	ot.fields = make([]*field, 0, len(groups))
	for _, g := range groups {
		f, err := c.field(pos, def, g)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", def.Name, g.Field().Name, err)
		}
		before := ","
		if len(ot.fields) == 0 {
			before = "{"
		}
		f.literal = before + strconv.Quote(f.as) + ":"
		ot.fields = append(ot.fields, f)
	}
	if pos != nil {
		ot.behind = behind(pos, ot.fields)
	}
	if shared != nil {
		shared[key] = ot
	}
	return ot, nil
}

// behind collects the fetches that are linked below pos other than in fields.
func behind(pos *position, fields []*field) []int {
	var out []int
	for _, child := range pos.children {
		if slices.ContainsFunc(fields, func(f *field) bool { return f.pos == child }) {
			continue
		}
		out = append(out, child.reach...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fieldsKey identifies a list of fields on a type as far as writing them goes:
// two implementations of an interface may differ in how non-null a field is.
func (c *compiler) fieldsKey(def *ast.Definition, groups []operation.Group) string {
	var key []byte
	for _, g := range groups {
		key = binary.LittleEndian.AppendUint32(key, uint32(len(g.Fields)))
		for _, f := range g.Fields {
			key = binary.LittleEndian.AppendUint32(key, c.id(f))
		}
		if d := def.Fields.ForName(g.Field().Name); d != nil {
			key = append(key, d.Type.String()...)
		}
		key = append(key, 0)
	}
	return string(key)
}

func (c *compiler) field(pos *position, def *ast.Definition, g operation.Group) (*field, error) {
	f := &field{as: g.ResponseName, name: g.Field().Name}
	if refused := g.Field().Refused; refused != nil {
		f.kind, f.name, f.refusal = refusedField, refused.Field, refused.Message
		d := def.Fields.ForName(f.name)
		f.nonNull = d != nil && d.Type.NonNull // __type is not among them
		return f, nil
	}
	switch f.name {
	case "__typename":
		f.kind, f.nonNull = typenameField, true
		return f, nil
	case "__schema", "__type":
		f.kind = givenField
		f.nonNull = f.name == "__schema"
		return f, nil
	}
	d := def.Fields.ForName(f.name)
	if d == nil {
		return nil, fmt.Errorf("the type has no such field")
	}
	if pos != nil {
		pos.shown[f.as] = true
	}
	t := d.Type
	f.typ = t.String()
	f.nonNull = t.NonNull
	for t.Elem != nil {
		t = t.Elem
		f.elements = append(f.elements, t.NonNull)
	}
	named := c.schema.Types[t.NamedType]
	if named == nil {
		return nil, fmt.Errorf("unknown type %q", t.NamedType)
	}
	switch named.Kind {
	case ast.Object, ast.Interface, ast.Union:
		f.kind = compositeField
		if pos != nil {
			f.pos = pos.children[f.as]
		}
		if f.pos != nil {
			f.base = f.pos.base()
		}
		var err error
		f.object, err = c.object(f.pos, named, g.Selections())
		f.setStatic(def.Name)
		if err == nil {
			if f.pos != nil && (f.object.lenient || len(f.pos.typenames) == 0) {
				f.plainObject = f.object.one
			}
			f.copies = c.p.newCopies(f)
			f.setVerbatim()
		}
		return f, err
	case ast.Enum:
		f.scalar = enumScalar
		f.enum = make(map[string]bool, len(named.EnumValues))
		for _, v := range named.EnumValues {
			f.enum[v.Name] = true
			if len(named.EnumValues) <= fewValues {
				f.values = append(f.values, newLiteral(strconv.Quote(v.Name)))
			}
		}
	default:
		f.scalar = scalarOf(named.Name)
	}
	f.plain = f.elements == nil && f.enum == nil
	if pos != nil {
		f.candidates = pos.candidates(f.as, f.name, nil)
	}
	return f, nil
}
