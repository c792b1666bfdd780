package differential

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// uid tells entities apart in the merged data.
const uid = "_uid"

// data are the objects of a world and their fields' values: what all subgraphs
// know together. A value is nil, a leaf, []any, *entity, *valueObject, or a
// failure.
type data struct {
	w        *World
	entities map[string][]*entity
	roots    map[string]map[string]any
}

type entity struct {
	typ    string
	index  int
	fields map[string]any
}

type valueObject struct {
	typ    string
	fields map[string]any
}

// A failure is a field that answers with an error. In data files it looks like
// this.
type failure struct {
	Message string `json:"$error"`
}

// makeData makes up the data of a world whose types are as they are.
func makeData(w *World) *data {
	all := &data{
		w:        w,
		entities: map[string][]*entity{},
		roots:    map[string]map[string]any{},
	}
	for _, t := range w.Types {
		if t.isEntity() {
			for i := range instances {
				all.entities[t.Name] = append(all.entities[t.Name], &entity{typ: t.Name, index: i})
			}
		}
	}
	for _, t := range w.Types {
		switch {
		case t.isEntity():
			for _, e := range all.entities[t.Name] {
				e.fields = all.fields(t, e.name())
			}
		case t.Name == "Query", t.Name == "Mutation":
			all.roots[t.Name] = all.fields(t, t.Name)
		}
	}
	return all
}

// name is the entity's name over all types.
func (e *entity) name() string { return fmt.Sprintf("%s-%d", e.typ, e.index) }

func (all *data) fields(t *Type, key string) map[string]any {
	fields := map[string]any{}
	for _, f := range t.Fields {
		fields[f.Name] = all.field(t, f, key)
	}
	return fields
}

// field makes up the value of a field of the object called key.
func (all *data) field(t *Type, f *Field, key string) any {
	if f.Plain {
		return all.plain(f, key)
	}
	h := fnv.New64a()
	h.Write([]byte(key + "." + f.Name))
	m := &maker{
		data:  all,
		rng:   rand.New(rand.NewPCG(all.w.seed, h.Sum64())),
		typ:   t,
		field: f,
		types: nil,
		never: all.w.excludesNull(t, f),
	}
	if all.w.isComposite(f.Base) {
		m.types = all.w.runtimeTypes(t, f)
	}
	if all.w.failing && m.rng.IntN(4) == 0 && !insideMutation(key) && all.w.mayFail(t, f) {
		return failure{"no " + key + "." + f.Name}
	}
	return m.value(key+"."+f.Name, 0)
}

// insideMutation tells whether a value is part of what a mutation returns. That
// is made at once in the mock subgraphs, before anybody asks for its fields, so
// that it cannot depend on how they are asked for.
func insideMutation(key string) bool { return strings.HasPrefix(key, "Mutation.") }

// plain values differ between the entities of a type.
func (all *data) plain(f *Field, key string) any {
	index := int(key[len(key)-1] - '0')
	switch f.Name {
	case "id":
		return key
	case "k":
		return "k" + key
	case "m":
		return index % 2
	case "n":
		return fmt.Sprint("n", index)
	case "kr":
		return all.entities[f.Base][index]
	}
	panic("differential: no plain value of " + f.Name)
}

// A maker makes up the value of one field.
type maker struct {
	*data
	rng   *rand.Rand
	typ   *Type
	field *Field
	types []string // that objects can have
	never []bool   // null, by list level
}

func (m *maker) value(key string, level int) any {
	if m.w.nulls && !m.never[level] && m.rng.IntN(6) == 0 {
		return nil
	}
	if level < m.field.Lists {
		if m.w.isComposite(m.field.Base) && len(m.types) == 0 {
			return []any{}
		}
		list := make([]any, m.rng.IntN(4))
		for i := range list {
			list[i] = m.value(fmt.Sprint(key, "[", i, "]"), level+1)
		}
		return list
	}
	if m.w.isComposite(m.field.Base) {
		return m.object(key)
	}
	return m.leaf(key)
}

func (m *maker) object(key string) any {
	if len(m.types) == 0 {
		return nil
	}
	t := m.w.types[m.types[m.rng.IntN(len(m.types))]]
	if t.isEntity() {
		return m.entities[t.Name][m.rng.IntN(instances)]
	}
	return &valueObject{typ: t.Name, fields: m.fields(t, key)}
}

func (m *maker) leaf(key string) any {
	switch m.field.Base {
	case "String":
		if insideMutation(key) && strings.Count(key, ".") > 1 {
			return key
		}
		return key + m.formula()
	case "Int":
		return m.rng.IntN(100) - 20
	case "Boolean":
		return m.rng.IntN(2) == 0
	case "Float":
		return json.Number(fmt.Sprintf("%d.%d", m.rng.IntN(100), 1+m.rng.IntN(9)))
	case "ID":
		return "id " + key
	case "Color":
		return []string{"RED", "GREEN", "BLUE"}[m.rng.IntN(3)]
	}
	panic("differential: a leaf of type " + m.field.Base)
}

// formula shows in a text what the field was given: its arguments, and what it
// requires.
func (m *maker) formula() string {
	var text strings.Builder
	if m.field.Lists == 0 {
		for _, a := range m.field.Args {
			if a.Type != "Filter" {
				fmt.Fprintf(&text, " %s={{$%s}}", a.Name, a.Name)
			}
		}
	}
	if r := m.w.requires(m.typ, m.field); r != "" {
		for _, path := range leafPaths(fieldSet(r), "") {
			fmt.Fprintf(&text, " %s={{%s}}", path, path)
		}
	}
	return text.String()
}

// fieldSet parses a field set that the generator has written.
func fieldSet(text string) ast.SelectionSet {
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "}"})
	if err != nil {
		panic("differential: the field set " + text + ": " + err.Error())
	}
	return doc.Operations[0].SelectionSet
}

func leafPaths(set ast.SelectionSet, prefix string) []string {
	var paths []string
	for _, s := range set {
		f := s.(*ast.Field)
		if len(f.SelectionSet) == 0 {
			paths = append(paths, prefix+f.Name)
			continue
		}
		paths = append(paths, leafPaths(f.SelectionSet, prefix+f.Name+".")...)
	}
	return paths
}

// MergedData is the data file of the schema that MergedSDL prints.
func (w *World) MergedData() []byte {
	file := map[string]any{}
	for name, fields := range w.data.roots {
		file[name] = mergedFields(fields)
	}
	for name, list := range w.data.entities {
		var out []any
		for _, e := range list {
			fields := mergedFields(e.fields)
			fields[uid] = e.name()
			out = append(out, fields)
		}
		file[name] = out
	}
	return encode(file)
}

func mergedFields(fields map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range fields {
		out[name] = mergedValue(v)
	}
	return out
}

func mergedValue(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = mergedValue(v[i])
		}
		return out
	case *entity:
		return map[string]any{"__typename": v.typ, uid: v.name()}
	case *valueObject:
		fields := mergedFields(v.fields)
		fields["__typename"] = v.typ
		return fields
	}
	return v
}

// Data is a subgraph's data file, in the format of package mock.
func (w *World) Data(subgraph int) []byte {
	p := &projection{w: w, subgraph: subgraph}
	file := map[string]any{}
	for _, t := range w.Types {
		in := t.In[subgraph]
		switch {
		case in == nil:
		case t.isEntity():
			file[t.Name] = p.list(t, in, w.data.entities[t.Name])
		case in.InterfaceObject:
			var all []*entity
			for _, m := range t.Members {
				all = append(all, w.data.entities[m]...)
			}
			file[t.Name] = p.list(t, in, all)
		case t.Name == "Query" || t.Name == "Mutation":
			file[t.Name] = p.fields(t, in, w.data.roots[t.Name], nil)
		}
	}
	return encode(file)
}

// A projection is what one subgraph knows of the data.
type projection struct {
	w        *World
	subgraph int
}

func (p *projection) list(t *Type, in *TypeIn, entities []*entity) []any {
	var list []any
	for _, e := range entities {
		object := p.fields(t, in, e.fields, nil)
		for name, v := range p.reference(t, in, e) {
			object[name] = v
		}
		list = append(list, object)
	}
	return list
}

// fields are the fields of an object that the subgraph resolves, or provides
// where it stands.
func (p *projection) fields(t *Type, in *TypeIn, fields map[string]any, provided []ast.SelectionSet) map[string]any {
	out := map[string]any{}
	for _, f := range t.Fields {
		own := in.Fields[f.Name]
		if own == nil {
			continue
		}
		sets, isProvided := provisions(provided, f.Name)
		switch {
		case own.isReal() || isProvided:
			if own.Provides != "" {
				sets = append(sets, fieldSet(own.Provides))
			}
			out[f.Name] = p.value(own, fields[f.Name], sets)
		case own.Overridden && f.Base == "String" && f.Lists == 0:
			out[f.Name] = "overridden"
		}
	}
	return out
}

// provisions finds a field in field sets: what they provide below it, and
// whether it is in one.
func provisions(sets []ast.SelectionSet, name string) (below []ast.SelectionSet, found bool) {
	for _, set := range sets {
		for _, s := range set {
			if f, ok := s.(*ast.Field); ok && f.Name == name {
				found = true
				if len(f.SelectionSet) > 0 {
					below = append(below, f.SelectionSet)
				}
			}
		}
	}
	return below, found
}

// onType resolves the fragments of field sets for objects of a type.
func onType(sets []ast.SelectionSet, typ string) []ast.SelectionSet {
	var out []ast.SelectionSet
	for _, set := range sets {
		var fields ast.SelectionSet
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				fields = append(fields, s)
			case *ast.InlineFragment:
				if s.TypeCondition == typ {
					fields = append(fields, s.SelectionSet...)
				}
			}
		}
		out = append(out, fields)
	}
	return out
}

func (p *projection) value(in *FieldIn, v any, provided []ast.SelectionSet) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = p.value(in, v[i], provided)
		}
		return out
	case *entity:
		return p.entity(in, v, provided)
	case *valueObject:
		t := p.w.types[v.typ]
		fields := p.fields(t, t.In[p.subgraph], v.fields, onType(provided, v.typ))
		fields["__typename"] = v.typ
		return fields
	}
	return v
}

// entity refers to an entity, with the fields that are provided there.
func (p *projection) entity(in *FieldIn, e *entity, provided []ast.SelectionSet) any {
	t := p.w.types[e.typ]
	own := t.In[p.subgraph]
	if own == nil {
		t = p.w.types[in.Base]
		own = t.In[p.subgraph]
	}
	out := p.reference(t, own, e)
	for name, v := range p.providedOnly(t, own, e.fields, onType(provided, e.typ)) {
		out[name] = v
	}
	out["__typename"] = t.Name
	return out
}

// providedOnly are the fields of an entity that are provided where it stands,
// the others being where it is listed.
func (p *projection) providedOnly(t *Type, in *TypeIn, fields map[string]any, provided []ast.SelectionSet) map[string]any {
	out := map[string]any{}
	for _, f := range t.Fields {
		if sets, ok := provisions(provided, f.Name); ok && in.Fields[f.Name] != nil {
			out[f.Name] = p.value(in.Fields[f.Name], fields[f.Name], sets)
		}
	}
	return out
}

// reference holds the fields of all keys that the subgraph has of an entity.
func (p *projection) reference(t *Type, in *TypeIn, e *entity) map[string]any {
	out := map[string]any{}
	for _, k := range in.Keys {
		for _, name := range k.names() {
			v := e.fields[name]
			if to, ok := v.(*entity); ok {
				t := p.w.types[to.typ]
				nested := p.reference(t, t.In[p.subgraph], to)
				nested["id"] = to.fields["id"]
				v = nested
			}
			out[name] = v
		}
	}
	return out
}

func encode(file map[string]any) []byte {
	text, err := json.Marshal(file)
	if err != nil {
		panic("differential: " + err.Error())
	}
	return text
}
