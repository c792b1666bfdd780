package mock

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// store is the Source that a data file makes.
//
// Everything that a Field hands out is never written to afterwards: a mutation
// replaces records.
type store struct {
	schema *schema

	// fallback generates what the data does not mention; nil for null.
	fallback *generator

	// roots by the name of a root type. A root type without a record has all
	// its fields answered from the lists.
	roots map[string]*record

	mu sync.RWMutex

	// lists are the entities (and other objects) of each object type, in the
	// order of the data.
	lists map[string][]*cell

	// cells by identity; see identities.
	cells map[string]*cell

	// deleted holds the identities of entities that a mutation deleted, so
	// that what refers to them can tell.
	deleted map[string]bool
}

// A cell is an entity of the data: what mutations change.
type cell struct {
	record *record

	// changed are the fields that mutations have set. They win over what is
	// written where the entity is referred to.
	changed map[string]bool
}

// A record is an object of the data, compiled. It is not written to once it is
// in a store.
type record struct {
	typ string

	// fields by name: nil, a leaf, *template, *action, error, []any, *record,
	// or *connection.
	fields map[string]any

	// calls are the values for particular arguments, by field name.
	calls map[string][]call

	// ids are the identities of the entity that the record is or refers to;
	// none if it is no entity or holds no complete key.
	ids []string
}

// Typename returns the object type of the record.
func (r *record) Typename() string { return r.typ }

// A call is the value of a field for particular arguments.
type call struct {
	args  map[string]any
	value any
}

// A connection is a list in a position whose type has edges.
type connection struct {
	list []any
	typ  string // the type of its nodes
}

// newStore reads a data file and checks it against the schema.
func newStore(s *schema, name string, data []byte) (*store, error) {
	raw, err := decodeData(name, data)
	if err != nil {
		return nil, err
	}
	st := &store{
		schema:  s,
		roots:   map[string]*record{},
		lists:   map[string][]*cell{},
		cells:   map[string]*cell{},
		deleted: map[string]bool{},
	}
	l := &loader{schema: s, listed: map[string]bool{}}
	if err := l.file(st, raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	st.index(l)
	return st, nil
}

// index gives every record its identities and finds out which are the same.
func (s *store) index(l *loader) {
	// A key may hold another entity, whose own key is complete only once that
	// one is indexed. Every pass knows at least one level more.
	for pass := range maxFieldSetDepth {
		changed := false
		for _, typ := range sortedNames(s.lists) {
			for _, c := range s.lists[typ] {
				changed = s.indexCell(c) || changed
			}
		}
		for _, r := range l.inline {
			ids := s.identities(r)
			changed = changed || len(ids) != len(r.ids)
			r.ids = ids
			if len(ids) > 0 && !l.listed[r.typ] {
				changed = s.adopt(r) || changed
			}
		}
		if !changed && pass > 0 {
			return
		}
	}
}

// indexCell registers a cell under the identities it has by now. The first
// entity of an identity keeps it.
func (s *store) indexCell(c *cell) (changed bool) {
	ids := s.identities(c.record)
	changed = len(ids) != len(c.record.ids)
	c.record.ids = ids
	for _, id := range ids {
		if s.cells[id] == nil {
			s.cells[id] = c
		}
	}
	return changed
}

// adopt makes an object that is written in passing an entity: its type has no
// list of its own. Objects with a common identity are one entity, which has
// the fields of all of them; the first value of a field stays.
func (s *store) adopt(r *record) (changed bool) {
	var c *cell
	for _, id := range r.ids {
		if c = s.cells[id]; c != nil {
			break
		}
	}
	if c == nil {
		c = &cell{record: &record{typ: r.typ, fields: map[string]any{}, calls: map[string][]call{}}}
		s.lists[r.typ] = append(s.lists[r.typ], c)
		changed = true
	}
	for name, v := range r.fields {
		if _, ok := c.record.fields[name]; !ok {
			c.record.fields[name] = v
			changed = true
		}
	}
	for name, v := range r.calls {
		if _, ok := c.record.calls[name]; !ok {
			c.record.calls[name] = v
			changed = true
		}
	}
	return s.indexCell(c) || changed
}

// identities returns the names under which an entity is known: one for each
// key that it holds completely, of its own type and of the interfaces it
// implements, by which it can be looked up too.
func (s *store) identities(r *record) []string {
	t := s.schema.types[r.typ]
	if t == nil {
		return nil
	}
	var ids []string
	add := func(t *typeIn) {
		for _, k := range t.keys {
			if text, held := canonical(k.set, r, s.keyField); held == holdsAll {
				ids = append(ids, identity(t.name, k, text))
			}
		}
	}
	add(t)
	for _, name := range t.interfaces {
		if i := s.schema.types[name]; i != nil {
			add(i)
		}
	}
	return ids
}

func identity(typ string, k *key, text string) string { return typ + "\x00" + k.text + "\x00" + text }

// keyField reads a field of a record, or of an object in a key, completing it
// from the entity it refers to.
func (s *store) keyField(object any, field string) (any, bool) {
	r, ok := object.(*record)
	if !ok {
		return mapField(object, field)
	}
	v, ok := s.held(r, field)
	if _, dynamic := v.(*template); dynamic {
		return nil, false
	}
	return v, ok
}

// held returns the value of a field as it is written: by a mutation, here, or
// where the entity is.
func (s *store) held(r *record, field string) (value any, ok bool) {
	c := s.cell(r)
	if c != nil && c.changed[field] {
		value, ok = c.record.fields[field]
		return value, ok
	}
	if value, ok = r.fields[field]; !ok && c != nil {
		value, ok = c.record.fields[field]
	}
	return value, ok
}

// cell returns the entity that a record is or refers to, nil for none.
func (s *store) cell(r *record) *cell {
	for _, id := range r.ids {
		if c := s.cells[id]; c != nil {
			return c
		}
	}
	return nil
}

// isDeleted tells whether a record refers to an entity that a mutation has
// deleted.
func (s *store) isDeleted(v any) bool {
	r, ok := v.(*record)
	if !ok || len(s.deleted) == 0 || len(r.ids) == 0 || s.cell(r) != nil {
		return false
	}
	return slices.ContainsFunc(r.ids, func(id string) bool { return s.deleted[id] })
}

// Entity implements Source.
func (s *store) Entity(ctx context.Context, r Representation) (any, error) {
	s.mu.RLock()
	c := s.lookup(r)
	var found any
	if c != nil {
		found = c.record
	}
	isDeleted := found == nil && s.wasDeleted(r)
	s.mu.RUnlock()
	if found == nil && !isDeleted && s.fallback != nil {
		return s.fallback.Entity(ctx, r)
	}
	return found, nil
}

func (s *store) lookup(r Representation) *cell {
	for _, id := range s.representationIDs(r) {
		if c := s.cells[id]; c != nil {
			return c
		}
	}
	return nil
}

func (s *store) wasDeleted(r Representation) bool {
	return slices.ContainsFunc(s.representationIDs(r), func(id string) bool { return s.deleted[id] })
}

func (s *store) representationIDs(r Representation) []string {
	var ids []string
	t := s.schema.types[r.Type]
	for _, k := range t.keys {
		if !k.resolvable {
			continue
		}
		if text, held := canonical(k.set, r.Fields, mapField); held == holdsAll {
			ids = append(ids, identity(t.name, k, text))
		}
	}
	return ids
}

// Field implements Source.
func (s *store) Field(ctx context.Context, c *Call) (any, error) {
	if c.Object == nil && c.Operation == ast.Mutation {
		s.mu.Lock()
		defer s.mu.Unlock()
	} else {
		s.mu.RLock()
		defer s.mu.RUnlock()
	}
	v := &evaluation{store: s, ctx: ctx, call: c}
	return v.field()
}
