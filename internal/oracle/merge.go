package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Source is one subgraph: its SDL, and its data file as the mock subgraphs
// read it (nil for none).
type Source struct {
	Name string
	SDL  string
	Data []byte
}

// Merge makes one data set of all subgraphs'.
//
// Objects with an equal key are one entity, whichever subgraph speaks of it
// and under whichever of its keys; other objects are one if they stand at the
// same place. A field's value is that of a subgraph that owns the field; what
// a subgraph says about a field that is @external there counts only if no
// owner says anything, and about an overridden field it counts for nothing.
func Merge(sources []Source) (*Data, error) {
	m := &merger{
		data:    &Data{roots: map[ast.Operation]*Object{}, lists: map[listName][]*Object{}},
		parent:  map[string]string{},
		objects: map[string]*Object{},
	}
	for _, source := range sources {
		s, err := readSubgraph(source.Name, source.SDL)
		if err != nil {
			return nil, err
		}
		m.data.subgraphs = append(m.data.subgraphs, s)
	}
	raws := make([]map[string]any, len(sources))
	for i, source := range sources {
		if source.Data == nil {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(source.Data))
		decoder.UseNumber()
		if err := decoder.Decode(&raws[i]); err != nil {
			return nil, fmt.Errorf("data of %s: %w", source.Name, err)
		}
	}
	// First which objects are the same, then what they hold: owners first.
	for _, p := range []pass{identify, own, borrow} {
		for i, s := range m.data.subgraphs {
			if err := m.file(p, s, raws[i]); err != nil {
				return nil, fmt.Errorf("data of %s: %w", s.name, err)
			}
		}
	}
	return m.data, nil
}

type pass int

const (
	identify pass = iota // find out which objects are one entity
	own                  // take the values of fields that are not external
	borrow               // take those of external fields nobody owns
)

type merger struct {
	data    *Data
	parent  map[string]string  // union-find over identities
	objects map[string]*Object // by the root of an entity's identities
}

func (m *merger) file(p pass, s *subgraph, raw map[string]any) error {
	for _, name := range sortedNames(raw) {
		typ := name
		if root, ok := s.roots[name]; ok {
			typ = root
		}
		if !s.isComposite(typ) {
			return fmt.Errorf("%s is not a type with fields", name)
		}
		if typ == "Query" || typ == "Mutation" {
			if err := m.root(p, s, typ, raw[name]); err != nil {
				return err
			}
			continue
		}
		if err := m.list(p, s, typ, raw[name]); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) root(p pass, s *subgraph, typ string, raw any) error {
	fields, ok := raw.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is not an object", typ)
	}
	s.hasRootData = s.hasRootData || typ == "Query"
	return m.fill(p, s, m.rootObject(typ), typ, fields)
}

// rootObject returns the one object of a root type, which stands wherever a
// field has that type.
func (m *merger) rootObject(typ string) *Object {
	kind := ast.Operation(strings.ToLower(typ))
	if m.data.roots[kind] == nil {
		m.data.roots[kind] = newObject(typ)
		m.data.roots[kind].isRoot = true
	}
	return m.data.roots[kind]
}

func (m *merger) list(p pass, s *subgraph, typ string, raw any) error {
	elements, ok := raw.([]any)
	if !ok {
		return fmt.Errorf("%s is not a list", typ)
	}
	at := listName{s.name, typ}
	for i, element := range elements {
		var existing any
		if list := m.data.lists[at]; i < len(list) {
			existing = list[i]
		}
		value, err := m.value(p, s, &fieldIn{}, ast.NamedType(typ, nil), existing, element)
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", typ, i, err)
		}
		if object, ok := value.(*Object); ok && p == own {
			m.data.lists[at] = append(m.data.lists[at], object)
		}
	}
	return nil
}

// fill takes over into object what fields says about it, typ being its type in
// the subgraph.
func (m *merger) fill(p pass, s *subgraph, object *Object, typ string, fields map[string]any) error {
	for _, key := range sortedNames(fields) {
		if key == "__typename" {
			continue
		}
		name, arguments, err := splitCall(key)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", typ, key, err)
		}
		f := s.types[typ].fields[name]
		if f == nil {
			return fmt.Errorf("%s has no field %s", typ, name)
		}
		if m.isOverridden(s, typ, name) {
			continue
		}
		if arguments != nil {
			err = m.call(p, s, f, object, name, arguments, fields[key])
		} else {
			err = m.field(p, s, f, object, name, fields[key])
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", typ, key, err)
		}
	}
	return nil
}

func (m *merger) field(p pass, s *subgraph, f *fieldIn, object *Object, name string, raw any) error {
	existing, present := object.Fields[name]
	switch {
	case p == own && f.external:
		return nil
	case p == borrow && present && existing == nil:
		return nil // the owner says null
	}
	value, err := m.value(p, s, f, f.typ, existing, raw)
	if err == nil && p != identify {
		object.Fields[name] = value
	}
	return err
}

// call takes over the value of a field for particular arguments.
func (m *merger) call(p pass, s *subgraph, f *fieldIn, object *Object, name string, arguments map[string]any, raw any) error {
	if p == own && f.external {
		return nil
	}
	calls := object.Calls[name]
	at := slices.IndexFunc(calls, func(c Call) bool { return reflect.DeepEqual(c.Arguments, arguments) })
	var existing any
	if at >= 0 {
		existing = calls[at].Value
	}
	value, err := m.value(p, s, f, f.typ, existing, raw)
	switch {
	case err != nil || p == identify:
	case at >= 0:
		calls[at].Value = value
	default:
		calls = append(calls, Call{arguments, value})
		// The one that says most about the arguments is tried first.
		slices.SortStableFunc(calls, func(a, b Call) int { return len(b.Arguments) - len(a.Arguments) })
		object.Calls[name] = calls
	}
	return err
}

// splitCall splits a data file's price(currency: "EUR") into the field and its
// arguments; nil for none.
func splitCall(key string) (name string, arguments map[string]any, err error) {
	if !strings.Contains(key, "(") {
		return key, nil, nil
	}
	set, err := fieldSet(key)
	if err != nil {
		return "", nil, err
	}
	field := set[0].(*ast.Field)
	arguments, err = constantArguments(field.Arguments)
	return field.Name, arguments, err
}

func constantArguments(list ast.ArgumentList) (map[string]any, error) {
	arguments := map[string]any{}
	for _, a := range list {
		value, err := a.Value.Value(nil)
		if err != nil {
			return nil, err
		}
		arguments[a.Name] = value
	}
	return arguments, nil
}

// value merges raw into the value that is there already. typ is the type of
// the position: that of field f, or of an element of its lists. What is there
// wins, except null.
func (m *merger) value(p pass, s *subgraph, f *fieldIn, typ *ast.Type, existing, raw any) (any, error) {
	if raw == nil {
		return existing, nil
	}
	if text, ok := raw.(string); ok && strings.Contains(text, "{{") {
		if existing != nil {
			return existing, nil
		}
		return &formula{text: text, requires: f.requires}, nil
	}
	if fields, ok := raw.(map[string]any); ok && fields["$error"] != nil {
		return raw, nil
	}
	if typ.Elem != nil {
		elements, ok := raw.([]any)
		if !ok {
			return nil, fmt.Errorf("%v is not a list", raw)
		}
		return m.elements(p, s, f, typ, existing, elements)
	}
	if !s.isComposite(typ.NamedType) {
		if existing != nil {
			return existing, nil
		}
		return raw, nil
	}
	fields, ok := raw.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%v is not an object", raw)
	}
	runtime, err := runtimeType(s, typ.NamedType, fields)
	if err != nil {
		return nil, err
	}
	return m.object(p, s, runtime, existing, fields)
}

func (m *merger) elements(p pass, s *subgraph, f *fieldIn, typ *ast.Type, existing any, raw []any) (any, error) {
	there, _ := existing.([]any)
	merged := make([]any, max(len(there), len(raw)))
	copy(merged, there)
	for i := range raw {
		var err error
		if merged[i], err = m.value(p, s, f, typ.Elem, merged[i], raw[i]); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return merged, nil
}

func (m *merger) object(p pass, s *subgraph, runtime string, existing any, fields map[string]any) (any, error) {
	if runtime == "Query" {
		return m.rootObject(runtime), m.fill(p, s, m.rootObject(runtime), runtime, fields)
	}
	ids := m.identities(runtime, fields)
	if p == identify {
		for _, id := range ids {
			m.unite(ids[0], id)
		}
		return nil, m.fill(p, s, newObject(runtime), runtime, fields)
	}
	object, _ := existing.(*Object)
	if len(ids) > 0 {
		object = m.entity(m.find(ids[0]), object)
	}
	if object == nil {
		object = newObject(runtime)
	}
	if object.Type == "" || !s.types[runtime].interfaceObject {
		object.Type = runtime
	}
	return object, m.fill(p, s, object, runtime, fields)
}

// entity returns the object of an identity, to which there belongs, if not nil,
// what other subgraphs have said about the same place without naming a key.
func (m *merger) entity(id string, there *Object) *Object {
	object := m.objects[id]
	if object == nil {
		object = there
	}
	if object == nil {
		object = newObject("")
	}
	m.objects[id] = object
	if there != nil && there != object {
		for name, value := range there.Fields {
			if object.Fields[name] == nil {
				object.Fields[name] = value
			}
		}
	}
	return object
}

func runtimeType(s *subgraph, static string, fields map[string]any) (string, error) {
	name, ok := fields["__typename"].(string)
	if !ok {
		name = static
	}
	t := s.types[name]
	if t == nil || t.kind != ast.Object {
		return "", fmt.Errorf("an object of type %s needs a __typename that is an object type of the subgraph", static)
	}
	return name, nil
}

// isOverridden tells whether another subgraph has taken the field over, or has
// not yet taken the field over from elsewhere.
func (m *merger) isOverridden(s *subgraph, typ, field string) bool {
	own := s.types[typ].fields[field]
	for _, other := range m.data.subgraphs {
		t := other.types[typ]
		if t == nil || t.fields[field] == nil {
			continue
		}
		if f := t.fields[field]; f.from == s.name && isActive(f.label) {
			return true
		}
		if own.from == other.name && !isActive(own.label) {
			return true
		}
	}
	return false
}

// identities returns the names under which an object is known: one for each
// key, of any subgraph, that its fields hold completely. A key of an interface
// names objects of all its implementations.
func (m *merger) identities(typ string, fields map[string]any) []string {
	var ids []string
	names := map[string]bool{typ: true}
	for _, s := range m.data.subgraphs {
		if t := s.types[typ]; t != nil {
			for _, i := range t.interfaces {
				names[i] = true
			}
		}
	}
	for _, name := range sortedNames(names) {
		for _, s := range m.data.subgraphs {
			t := s.types[name]
			if t == nil {
				continue
			}
			for _, key := range t.keys {
				if value, ok := project(key, fields); ok {
					ids = append(ids, name+value)
				}
			}
		}
	}
	sort.Strings(ids)
	return ids
}

// project renders the part of an object that a field set selects, the same
// for the same values however the set is written. ok is false if some of it is
// null or absent.
func project(set ast.SelectionSet, fields map[string]any) (text string, ok bool) {
	var parts []string
	for _, selection := range set {
		f, isField := selection.(*ast.Field)
		if !isField {
			return "", false
		}
		part, ok := projectValue(f.SelectionSet, fields[f.Name])
		if !ok {
			return "", false
		}
		parts = append(parts, f.Name+":"+part)
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ",") + "}", true
}

func projectValue(set ast.SelectionSet, value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case map[string]any:
		return project(set, v)
	case []any:
		var parts []string
		for _, element := range v {
			part, ok := projectValue(set, element)
			if !ok {
				return "", false
			}
			parts = append(parts, part)
		}
		return "[" + strings.Join(parts, ",") + "]", true
	default:
		return fmt.Sprintf("%q", fmt.Sprint(v)), true
	}
}

func (m *merger) find(id string) string {
	for m.parent[id] != "" {
		id = m.parent[id]
	}
	return id
}

func (m *merger) unite(a, b string) {
	if a, b = m.find(a), m.find(b); a != b {
		m.parent[b] = a
	}
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
