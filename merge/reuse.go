package merge

import (
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// A reuse is a plan.Reuse compiled: where objects of one type are in the part
// of an earlier fetch, and how they become entities of a lookup.
type reuse struct {
	fetch int

	// lookup of the fetch whose entities, or what is below them, are meant;
	// -1 for objects below the root.
	lookup int
	// chain are the slots that lead from there to the objects.
	chain []int32

	// typeSlot holds the type; -1 if all objects there are of the type.
	typeSlot int32
	typename string // as JSON

	// head is how representations of the type begin.
	head string
	// key is what else is in them; nil if entities are found by the
	// representations that they were asked for with.
	key    []reusedField
	values []reusedField
	shape  *node // of the lookup's objects
}

// A reusedField is a field of an object in an earlier answer.
type reusedField struct {
	literal string // the name in the representation as JSON, with the colon
	from    int32  // its slot

	// to is the slot in the lookup's object, shape and fields of what a
	// composite value becomes.
	to     int32
	shape  *node
	fields []reusedField

	// depth of lists around a leaf, and what the leaf may be.
	depth  int
	scalar scalar
}

func (p *Program) compileReuse(f *fetch, l *lookup, pl *plan.Lookup, shape *node) error {
	for _, pr := range pl.Reuse {
		r, err := p.newReuse(f, pr, shape)
		if err != nil {
			return fmt.Errorf("reuse of %s: %w", pr.Path, err)
		}
		if len(pl.Context) > 0 || p.plan.Operation != ast.Query {
			return fmt.Errorf("reuse of %s: the answer depends on more than the representation", pr.Path)
		}
		l.reuse = append(l.reuse, r)
	}
	return nil
}

func (p *Program) newReuse(f *fetch, pr *plan.Reuse, shape *node) (*reuse, error) {
	if pr.Fetch < 0 || pr.Fetch >= f.ID || !f.before.has(pr.Fetch) {
		return nil, fmt.Errorf("the fetch does not depend on fetch %d", pr.Fetch)
	}
	r := &reuse{fetch: pr.Fetch, lookup: -1, typeSlot: -1, typename: strconv.Quote(pr.Type), shape: shape}
	r.head = `{"__typename":` + r.typename
	at, keys := p.fetches[pr.Fetch].shape, pr.Keys
	if p.fetches[pr.Fetch].IsEntity() {
		if len(keys) == 0 || at.place(keys[0]) < 0 {
			return nil, fmt.Errorf("fetch %d has no such lookup", pr.Fetch)
		}
		r.lookup = at.place(keys[0])
		at, keys = at.entries[r.lookup].child, keys[1:]
	}
	for _, key := range keys {
		i := at.place(key)
		if i < 0 || at.entries[i].child == nil {
			return nil, fmt.Errorf("fetch %d has no objects at %q", pr.Fetch, key)
		}
		r.chain = append(r.chain, int32(i))
		at = at.entries[i].child
		at.read = true
	}
	if pr.TypeKey != "" {
		if r.typeSlot = int32(at.place(pr.TypeKey)); r.typeSlot < 0 {
			return nil, fmt.Errorf("fetch %d does not select %q", pr.Fetch, pr.TypeKey)
		}
	}
	if pr.Representation == nil && (r.lookup < 0 || len(r.chain) > 0) {
		return nil, fmt.Errorf("objects that are no lookup's have no representations")
	}
	var err error
	if r.key, err = p.reusedFields(pr.Type, pr.Representation, at, nil); err != nil {
		return nil, err
	}
	r.values, err = p.reusedFields(pr.Type, pr.Values, at, shape)
	return r, err
}

// reusedFields compiles fields of objects of a type with the shape from, which
// go into objects with the shape to; nil for fields of representations.
func (p *Program) reusedFields(typeName string, fields []*plan.ReusedField, from, to *node) ([]reusedField, error) {
	var out []reusedField
	def := p.schema.Types[typeName]
	for _, pf := range fields {
		f := reusedField{literal: strconv.Quote(pf.Key) + ":", from: int32(from.place(pf.From)), to: -1}
		if f.from < 0 {
			return nil, fmt.Errorf("key %q is not in the earlier answer", pf.From)
		}
		if to != nil {
			if f.to = int32(to.place(pf.Key)); f.to < 0 {
				return nil, fmt.Errorf("key %q is not in the lookup", pf.Key)
			}
			f.shape = to.entries[f.to].child
		}
		typ := typeOf(def, pf.Name)
		child := from.entries[f.from].child
		if (child == nil) != (pf.Fields == nil) || to != nil && (child == nil) != (f.shape == nil) {
			return nil, fmt.Errorf("key %q has sub-selections in one place and none in another", pf.From)
		}
		if child == nil {
			if typ != nil {
				f.scalar = p.scalarOf(typ.Name())
				for ; typ.Elem != nil; typ = typ.Elem {
					f.depth++
				}
			}
			out = append(out, f)
			continue
		}
		name := ""
		if typ != nil {
			name = typ.Name()
		}
		child.read = true
		var err error
		if f.fields, err = p.reusedFields(name, pf.Fields, child, f.shape); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// typeOf returns the type of a field as clients see it, nil if they do not.
func typeOf(def *ast.Definition, field string) *ast.Type {
	if def == nil {
		return nil
	}
	d := def.Fields.ForName(field)
	if d == nil {
		return nil
	}
	return d.Type
}

// scalarOf returns what values of the named leaf type may be.
func (p *Program) scalarOf(name string) scalar {
	if def := p.schema.Types[name]; def != nil && def.Kind == ast.Enum {
		return enumScalar
	}
	return scalarOf(name)
}

// reuse looks for the entities of the fetch in earlier answers, so that only
// the others are asked for. Answers with errors are passed over.
func (b *requestBuilder) reuse() {
	for i, l := range b.fetch.lookups {
		state := &b.state.lookups[i]
		for _, at := range l.reuse {
			if state.reused == len(state.list) {
				break
			}
			if b.Failed(at.fetch) || b.fetches[at.fetch].pending {
				continue
			}
			ru := reuser{
				Result: b.Result, reuse: at, state: state, group: &b.groups[0].entities[i],
				source: &b.parts[at.fetch], target: &b.parts[b.fetch.ID],
			}
			ru.run()
		}
	}
}

// A reuser takes entities of one lookup from one place.
type reuser struct {
	*Result
	*reuse
	state          *lookupState
	group          *int // how many entities are to be asked for
	source, target *part
	text           []byte
}

func (u *reuser) run() {
	switch {
	case u.key == nil:
		u.byRepresentation()
	case u.lookup < 0:
		if u.source.root != 0 {
			u.walk(makeSlot(objectValue, int(u.source.root), 0), 0)
		}
	default:
		for _, item := range u.fetches[u.reuse.fetch].lookups[u.lookup].items {
			u.walk(item, 0)
		}
	}
}

// byRepresentation takes entities that were asked for with the same
// representation.
func (u *reuser) byRepresentation() {
	asked := &u.fetches[u.reuse.fetch].lookups[u.lookup]
	for number := range u.state.list {
		rep := &u.state.list[number]
		text := u.state.text[rep.start:rep.end]
		if rep.atHand || !hasPrefix(text, u.head) || text[len(u.head)] != ',' && text[len(u.head)] != '}' {
			continue
		}
		if at := asked.find(u.p.seed, text); at >= 0 && at < len(asked.items) {
			u.take(number, asked.items[at])
		}
	}
}

// walk goes through the objects that are n steps along the chain.
func (u *reuser) walk(s slot, n int) {
	switch s.kind() {
	case listValue:
		for _, item := range u.source.items(s) {
			if u.state.reused == len(u.state.list) {
				return
			}
			u.walk(item, n)
		}
	case objectValue:
		if n < len(u.chain) {
			u.walk(u.source.at(s.a, u.chain[n]), n+1)
			return
		}
		if u.typeSlot >= 0 && string(u.leaf(u.source.at(s.a, u.typeSlot))) != u.typename {
			return
		}
		u.text = append(u.text[:0], u.head...)
		if !u.render(u.key, s.a, true) {
			return
		}
		u.text = append(u.text, '}')
		if number := u.state.find(u.p.seed, u.text); number >= 0 && !u.state.list[number].atHand {
			u.take(number, s)
		}
	}
}

func (u *reuser) leaf(s slot) []byte {
	if s.kind() != leafValue {
		return nil
	}
	return s.raw(u.source.buf)
}

// render appends fields of a representation. It tells whether all of them are
// there and not null.
func (u *reuser) render(fields []reusedField, ref uint32, comma bool) bool {
	for i := range fields {
		f := &fields[i]
		if comma {
			u.text = append(u.text, ',')
		}
		comma = true
		u.text = append(u.text, f.literal...)
		if !u.renderValue(f, u.source.at(ref, f.from)) {
			return false
		}
	}
	return true
}

func (u *reuser) renderValue(f *reusedField, s slot) bool {
	switch s.kind() {
	case leafValue:
		u.text = append(u.text, s.raw(u.source.buf)...)
	case objectValue:
		u.text = append(u.text, '{')
		if !u.render(f.fields, s.a, false) {
			return false
		}
		u.text = append(u.text, '}')
	case listValue:
		u.text = append(u.text, '[')
		for i, item := range u.source.items(s) {
			if i > 0 {
				u.text = append(u.text, ',')
			}
			if !u.renderValue(f, item) {
				return false
			}
		}
		u.text = append(u.text, ']')
	default:
		return false
	}
	return true
}

// take makes an object of an earlier answer the entity with a number, if it
// has everything that is asked of it.
func (u *reuser) take(number int, s slot) {
	if s.kind() != objectValue {
		return
	}
	p := u.target
	if p.slots == nil {
		*p = part{slots: make([]slot, 1, 1+len(u.state.list)*u.shape.width), owned: true, irregular: true} // slot 0 is nobody's
	}
	text, slots := len(p.buf), len(p.slots)
	ref, ok := u.copy(u.values, u.shape, s.a)
	if !ok {
		p.buf, p.slots = p.buf[:text], p.slots[:slots]
		return
	}
	if u.state.items == nil {
		u.state.items = make([]slot, len(u.state.list))
	}
	u.state.items[number] = makeSlot(objectValue, int(ref), 0)
	u.state.list[number].atHand = true
	u.state.reused++
	*u.group--
}

// copy copies an object to the part of the lookup's fetch. It tells whether
// nothing in it was null, missing or of the wrong kind.
func (u *reuser) copy(fields []reusedField, shape *node, from uint32) (ref uint32, ok bool) {
	p := u.target
	if !p.holds(u.source) {
		return 0, false
	}
	ref = uint32(len(p.slots))
	p.slots = append(p.slots, make([]slot, shape.width)...)
	for i := range fields {
		f := &fields[i]
		s, ok := u.copyValue(f, u.source.at(from, f.from))
		if !ok {
			return 0, false
		}
		p.slots[ref+uint32(f.to)] = s
	}
	return ref, true
}

func (u *reuser) copyValue(f *reusedField, s slot) (slot, bool) {
	p := u.target
	switch s.kind() {
	case leafValue:
		raw := s.raw(u.source.buf)
		if !f.scalar.fits(raw, f.depth) {
			return slot{}, false
		}
		p.buf = append(p.buf, raw...)
		return makeSlot(leafValue, len(p.buf)-len(raw), len(raw)), true
	case objectValue:
		ref, ok := u.copy(f.fields, f.shape, s.a)
		return makeSlot(objectValue, int(ref), 0), ok
	case listValue:
		items := u.source.items(s)
		first := len(p.slots)
		p.slots = append(p.slots, make([]slot, len(items))...)
		for i, item := range items {
			copied, ok := u.copyValue(f, item)
			if !ok {
				return slot{}, false
			}
			p.slots[first+i] = copied
		}
		return makeSlot(listValue, first, len(items)), true
	default:
		return slot{}, false
	}
}

// fits tells whether raw JSON is a list of values of the scalar, depth lists
// deep, without a null.
func (s scalar) fits(raw []byte, depth int) bool {
	if depth == 0 {
		return raw[0] != 'n' && s.accepts(raw)
	}
	if raw[0] != '[' {
		return false
	}
	for item := range elements(raw) {
		if !s.fits(item, depth-1) {
			return false
		}
	}
	return true
}
