package mock

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// create adds an entity. Key fields that are not set get the next free number.
func (v *evaluation) create(a *action, owner *record) (any, error) {
	fields, err := v.assignments(a, owner)
	if err != nil {
		return nil, err
	}
	r := &record{typ: a.typ, fields: fields, calls: map[string][]call{}}
	v.store.number(r)
	r.ids = v.store.identities(r)
	for _, id := range r.ids {
		if v.store.cells[id] != nil {
			return nil, coded(CodeBadUserInput, "there is a %s with this key already", a.typ)
		}
	}
	c := &cell{record: r}
	v.store.lists[a.typ] = append(v.store.lists[a.typ], c)
	v.store.register(c)
	return r, nil
}

// assignments are the fields that $set sets; without a $set those that the
// arguments mean.
func (v *evaluation) assignments(a *action, owner *record) (map[string]any, error) {
	if a.set != nil {
		made, err := v.instantiate(a.set, owner)
		if err != nil {
			return nil, err
		}
		return made.(*record).fields, nil
	}
	fields := map[string]any{}
	t := v.store.schema.types[a.typ]
	args := flatten(v.call.Args)
	for _, name := range sortedNames(args) {
		path := v.store.schema.argumentField(t, name, false)
		switch len(path) {
		case 1:
			fields[path[0]] = args[name]
		case 2:
			inner := &record{
				typ:    t.fields[path[0]].def.Type.Name(),
				fields: map[string]any{path[1]: args[name]},
			}
			if v.store.schema.ast.Types[inner.typ].Kind != ast.Object || args[name] == nil {
				continue
			}
			inner.ids = v.store.identities(inner)
			fields[path[0]] = inner
		}
	}
	return fields, nil
}

// number gives r's missing key fields the next free number of its type.
func (s *store) number(r *record) {
	t := s.schema.types[r.typ]
	for _, k := range t.keys {
		for _, selection := range k.set {
			sel, ok := selection.(*ast.Field)
			if !ok || len(sel.SelectionSet) > 0 || sel.Name == "__typename" || r.fields[sel.Name] != nil {
				continue
			}
			f := t.fields[sel.Name]
			next := strconv.Itoa(s.nextNumber(r.typ, sel.Name))
			switch f.def.Type.Name() {
			case "Int":
				r.fields[sel.Name] = jsonNumber(next)
			case "ID", "String":
				r.fields[sel.Name] = next
			}
		}
	}
}

// nextNumber is one more than the largest number in the field, deleted
// entities included, so that a number is never given twice.
func (s *store) nextNumber(typ, field string) int {
	largest := 0
	count := func(text string) {
		if n, err := strconv.Atoi(strings.TrimLeft(text, "0")); err == nil && n > largest && n < 1<<31-1 {
			largest = n
		}
	}
	for _, c := range s.lists[typ] {
		if text, ok := leafText(c.record.fields[field]); ok {
			count(text)
		}
	}
	for id := range s.deleted {
		if rest, ok := strings.CutPrefix(id, typ+"\x00"+field+"\x00{"); ok {
			if text, err := strconv.Unquote(strings.TrimSuffix(rest, ",}")); err == nil {
				count(text)
			}
		}
	}
	return largest + 1
}

// register makes an entity known under its identities.
func (s *store) register(c *cell) {
	for _, id := range c.record.ids {
		if s.cells[id] == nil {
			s.cells[id] = c
		}
		delete(s.deleted, id)
	}
}

// forget takes an entity out of the index.
func (s *store) forget(c *cell) {
	for _, id := range c.record.ids {
		if s.cells[id] == c {
			delete(s.cells, id)
		}
	}
}

// actWhere carries out an action on the entities that $where, or else the
// arguments, mean.
func (v *evaluation) actWhere(a *action, owner *record) (any, error) {
	if a.kind == createAction {
		return nil, fmt.Errorf("%s cannot have $where", a.kind)
	}
	meant, err := v.meant(a, owner)
	if err != nil {
		return nil, err
	}
	if a.kind == listAction {
		return v.list(a.typ, meant)
	}
	if len(meant) == 0 {
		return nil, nil
	}
	found := meant[0].(*record)
	switch a.kind {
	case updateAction:
		return v.update(a, found)
	case deleteAction:
		v.store.remove(found)
	}
	return found, nil
}

// meant returns the objects that $where describes, or the arguments if there
// is none.
func (v *evaluation) meant(a *action, owner *record) ([]any, error) {
	args := v.call.Args
	if a.where != nil {
		made, err := v.instantiate(a.where, owner)
		if err != nil {
			return nil, err
		}
		args = made.(*record).fields
		for _, name := range sortedNames(args) {
			if failed, ok := args[name].(error); ok {
				return nil, failed
			}
		}
	}
	inner := *v.call
	inner.Args = args
	n := newNarrowing(v.store.schema, &inner, v.narrowing().read)
	if a.where == nil && a.set == nil && a.kind == updateAction {
		// The arguments both name the entity and hold its new values.
		n.keysOnly = true
	}
	var list []any
	for _, candidate := range v.store.all(a.typ) {
		if n.matches(candidate) {
			list = append(list, candidate)
		}
	}
	if !n.meansSomething(a.typ) && a.kind != listAction && a.kind != findAction {
		return nil, coded(CodeBadUserInput, "no argument says which %s is meant", a.typ)
	}
	return list, nil
}

func (v *evaluation) update(a *action, found *record) (any, error) {
	fields, err := v.assignments(a, found)
	if err != nil {
		return nil, err
	}
	c := v.store.cellOf(found)
	if c == nil {
		return nil, nil
	}
	v.store.forget(c)
	next := copyFields(c.record)
	maps.Copy(next.fields, fields)
	if c.changed == nil {
		c.changed = map[string]bool{}
	}
	for name := range fields {
		c.changed[name] = true
	}
	next.ids = nil
	next.ids = v.store.identities(next)
	c.record = next
	v.store.register(c)
	return next, nil
}

// cellOf returns the cell that holds exactly this record.
func (s *store) cellOf(r *record) *cell {
	if c := s.cell(r); c != nil && c.record == r {
		return c
	}
	for _, c := range s.lists[r.typ] {
		if c.record == r {
			return c
		}
	}
	return nil
}

func (s *store) remove(r *record) {
	c := s.cellOf(r)
	if c == nil {
		return
	}
	s.forget(c)
	for _, id := range r.ids {
		s.deleted[id] = true
	}
	s.lists[r.typ] = slices.DeleteFunc(s.lists[r.typ], func(other *cell) bool { return other == c })
}
