package mock

import (
	"context"
	"errors"
	"maps"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxTemplateDepth bounds how far templates refer to fields with templates.
const maxTemplateDepth = 16

// An evaluation makes the value of one field from what the store holds. The
// store is locked as long as it lasts, for writing if the field is one of
// Mutation.
type evaluation struct {
	store *store
	ctx   context.Context
	call  *Call
	depth int
}

func (v *evaluation) field() (any, error) {
	c := v.call
	switch o := c.Object.(type) {
	case nil:
		return v.root()
	case *record:
		if raw, ok := v.store.written(o, c.Field.Name, c.Args); ok {
			return v.value(raw, o)
		}
	case *generated:
		return v.store.fallback.Field(v.ctx, c)
	}
	return v.absent()
}

// absent is the value of a field that the data does not mention.
func (v *evaluation) absent() (any, error) {
	g := v.store.fallback
	if g == nil {
		return nil, nil
	}
	c := *v.call
	if r, ok := c.Object.(*record); ok {
		c.Object = g.known(r.typ, v.store.plainKeys(r))
	} else if c.Object != nil {
		return nil, nil
	}
	return g.Field(v.ctx, &c)
}

// plainKeys are the key fields that a record has.
func (s *store) plainKeys(r *record) map[string]any {
	fields := map[string]any{}
	t := s.schema.types[r.typ]
	if t == nil {
		return fields
	}
	for _, k := range t.keys {
		for _, selection := range k.set {
			sel, ok := selection.(*ast.Field)
			if !ok {
				continue
			}
			if value, ok := s.keyField(r, sel.Name); ok {
				fields[sel.Name] = value
			}
		}
	}
	return fields
}

// written returns what is written for a field with arguments.
func (s *store) written(r *record, field string, args map[string]any) (value any, ok bool) {
	c := s.cell(r)
	if c != nil && c.changed[field] {
		value, ok = c.record.fields[field]
		return value, ok
	}
	if value, ok = matchingCall(r.calls[field], args); ok {
		return value, true
	}
	if value, ok = r.fields[field]; ok || c == nil {
		return value, ok
	}
	if value, ok = matchingCall(c.record.calls[field], args); ok {
		return value, true
	}
	value, ok = c.record.fields[field]
	return value, ok
}

// matchingCall returns the value of the first call all of whose arguments are
// as given.
func matchingCall(calls []call, args map[string]any) (any, bool) {
	for _, c := range calls {
		matches := true
		for name, want := range c.args {
			given, ok := args[name]
			if !ok || !equalInputs(want, given) {
				matches = false
				break
			}
		}
		if matches {
			return c.value, true
		}
	}
	return nil, false
}

func equalInputs(a, b any) bool {
	if x, ok := number(a); ok {
		f, _ := toFloat(a)
		g, isNumber := toFloat(b)
		y, _ := number(b)
		return isNumber && (x == y || f == g)
	}
	return reflect.DeepEqual(a, b)
}

func (v *evaluation) root() (any, error) {
	c := v.call
	r := v.store.roots[c.Type]
	if r == nil {
		return v.rootFromLists()
	}
	raw, ok := v.store.written(r, c.Field.Name, c.Args)
	if !ok {
		return v.absent()
	}
	if c.Operation == ast.Mutation {
		return v.instantiate(raw, nil)
	}
	value, err := v.value(raw, nil)
	if err != nil || value == nil {
		return nil, err
	}
	// A single object that the arguments do not mean is not there. An action
	// has looked at them already.
	if found, ok := value.(*record); ok {
		if _, made := raw.(*action); !made && !v.narrowing().matches(found) {
			return nil, nil
		}
	}
	return value, nil
}

// rootFromLists answers a root field when the data says nothing about its root
// type: from the lists, as $list and $find do.
func (v *evaluation) rootFromLists() (any, error) {
	c := v.call
	if c.Operation == ast.Query {
		typ := c.Field.Type
		name := typ.Name()
		if node := v.store.schema.nodeType(name); node != nil && typ.Elem == nil {
			name = node.Name()
		}
		if v.store.hasList(name) {
			if typ.Elem == nil && name == typ.Name() {
				return v.find(name)
			}
			return v.list(name, v.store.all(name))
		}
	}
	return v.absent()
}

// hasList tells whether there are objects of the type, or could be if they had
// not been deleted.
func (s *store) hasList(typ string) bool {
	if _, ok := s.lists[typ]; ok {
		return true
	}
	t := s.schema.ast.Types[typ]
	if t == nil || !t.IsAbstractType() {
		return false
	}
	for _, possible := range s.schema.ast.PossibleTypes[typ] {
		if _, ok := s.lists[possible.Name]; ok {
			return true
		}
	}
	return false
}

// all returns the objects of an object type, or of all the possible types of
// an abstract one, in the order of their names.
func (s *store) all(typ string) []any {
	var list []any
	for _, name := range s.schema.objectTypes(typ) {
		for _, c := range s.lists[name] {
			list = append(list, c.record)
		}
	}
	return list
}

// value makes a value from a compiled one; owner is the object that has the
// field, nil for a root.
func (v *evaluation) value(raw any, owner *record) (any, error) {
	switch x := raw.(type) {
	case error:
		return nil, x
	case *template:
		return x.eval(v.scope(owner))
	case *action:
		return v.act(x, owner)
	case *connection:
		elements, err := v.elements(x.list, owner)
		if err != nil {
			return nil, err
		}
		return v.narrowing().connection(elements)
	case []any:
		elements, err := v.elements(x, owner)
		if err != nil {
			return nil, err
		}
		return v.narrowing().list(elements)
	case *record:
		if v.store.isDeleted(x) {
			return nil, nil
		}
	}
	return raw, nil
}

// elements makes the elements of a list. Entities that are deleted are not in
// it any more; an element that fails is an error at its place.
func (v *evaluation) elements(raw []any, owner *record) ([]any, error) {
	list := make([]any, 0, len(raw))
	for _, element := range raw {
		switch x := element.(type) {
		case *template, *action:
			made, err := v.value(x, owner)
			if err != nil {
				return nil, err
			}
			list = append(list, made)
		case []any:
			inner, err := v.elements(x, owner)
			if err != nil {
				return nil, err
			}
			list = append(list, inner)
		default:
			if !v.store.isDeleted(element) {
				list = append(list, element)
			}
		}
	}
	return list, nil
}

func (v *evaluation) scope(owner *record) *scope {
	return &scope{
		argument: func(name string) any { return v.call.Args[name] },
		field: func(name string) (any, error) {
			if value, ok := v.call.Required[name]; ok {
				return value, nil
			}
			if owner == nil {
				return nil, errors.New("a root field has no fields beside it: " + name)
			}
			return v.read(owner, name)
		},
	}
}

// read returns a field of an object without arguments.
func (v *evaluation) read(object any, field string) (any, error) {
	if v.depth >= maxTemplateDepth {
		return nil, errors.New("templates refer to each other without end")
	}
	switch o := object.(type) {
	case map[string]any:
		return o[field], nil
	case *record:
		raw, ok := v.store.written(o, field, nil)
		if !ok {
			return nil, nil
		}
		inner := &evaluation{store: v.store, ctx: v.ctx, call: &Call{Required: v.call.Required}, depth: v.depth + 1}
		switch x := raw.(type) {
		case *template:
			return x.eval(inner.scope(o))
		case error, *action, *connection:
			return nil, nil
		}
		return raw, nil
	case *generated:
		return v.store.fallback.read(v.ctx, o, field), nil
	}
	return nil, nil
}

func (v *evaluation) narrowing() *narrowing {
	return newNarrowing(v.store.schema, v.call, func(object any, field string) any {
		value, err := v.read(object, field)
		if err != nil {
			return nil
		}
		return value
	})
}

// act carries out an action.
func (v *evaluation) act(a *action, owner *record) (any, error) {
	if a.where != nil {
		return v.actWhere(a, owner)
	}
	switch a.kind {
	case listAction:
		return v.list(a.typ, v.store.all(a.typ))
	case findAction:
		return v.find(a.typ)
	case createAction:
		return v.create(a, owner)
	}
	return v.actWhere(a, owner)
}

// list narrows a list by the field's arguments and fits it to the field's
// type, which may have edges.
func (v *evaluation) list(typ string, list []any) (any, error) {
	if v.call.Field.Type.Elem == nil && v.store.schema.nodeType(v.call.Field.Type.Name()) != nil {
		return v.narrowing().connection(list)
	}
	return v.narrowing().list(list)
}

// find returns the first object of a type that the field's arguments mean.
func (v *evaluation) find(typ string) (any, error) {
	n := v.narrowing()
	if t := v.store.schema.types[typ]; t != nil {
		for _, k := range t.keys {
			text, held := canonical(k.set, v.call.Args, mapField)
			if held != holdsAll {
				continue
			}
			if c := v.store.cells[identity(typ, k, text)]; c != nil && n.matches(c.record) {
				return c.record, nil
			}
		}
	}
	for _, candidate := range v.store.all(typ) {
		if n.matches(candidate) {
			return candidate, nil
		}
	}
	return nil, nil
}

// instantiate makes the value of a mutation's field: everything in it is made
// now, so that what the client reads is what the mutation did. An $error stays
// where it is, for those who ask for it.
func (v *evaluation) instantiate(raw any, owner *record) (any, error) {
	switch x := raw.(type) {
	case *record:
		r := &record{typ: x.typ, fields: map[string]any{}, calls: x.calls}
		for _, name := range sortedNames(x.fields) {
			made, err := v.part(x.fields[name], owner)
			if err != nil {
				return nil, err
			}
			r.fields[name] = made
		}
		r.ids = v.store.identities(r)
		return r, nil
	case []any:
		list := make([]any, len(x))
		for i, element := range x {
			var err error
			if list[i], err = v.part(element, owner); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v.value(raw, owner)
}

// part makes a field or an element of what is instantiated.
func (v *evaluation) part(raw any, owner *record) (any, error) {
	if failed, ok := raw.(error); ok {
		return failed, nil
	}
	return v.instantiate(raw, owner)
}

// copyFields returns the fields of a record to be changed.
func copyFields(r *record) *record {
	return &record{typ: r.typ, fields: maps.Clone(r.fields), calls: r.calls, ids: r.ids}
}
