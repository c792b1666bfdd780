package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// An Interpreter runs plans in the plainest way, fetch by fetch over maps. It
// is a second opinion on packages merge and executor, and has nothing in
// common with them but the plan.
type Interpreter struct {
	Super *supergraph.Supergraph

	// Send answers a request body with the decoded response, numbers as
	// json.Number.
	Send func(subgraph string, body []byte) (map[string]any, error)

	// Tolerant says that answers may have errors.
	Tolerant bool
}

// Run answers an operation by its plan. variables are coerced. The result is
// the decoded "data". An error means that a subgraph answered with errors, or
// that the plan cannot be run.
func (x *Interpreter) Run(op *operation.Operation, selection []*operation.Field, p *plan.Plan, variables map[string]any) (any, error) {
	r := &interpretation{Interpreter: x, op: op, variables: variables}
	r.root = &object{typ: op.RootType().Name, fields: map[string]any{}}
	for _, f := range p.Fetches {
		if err := r.fetch(f); err != nil {
			return nil, fmt.Errorf("fetch %d: %w", f.ID, err)
		}
	}
	data, ok := r.shape(selection, r.root)
	if !ok {
		return nil, nil
	}
	return data, nil
}

type interpretation struct {
	*Interpreter
	op        *operation.Operation
	variables map[string]any
	root      *object
}

// An object is one of the merged result: nil, leaves, []any and *object by the
// names of the plan.
type object struct {
	typ    string // "" as long as nobody has told
	fields map[string]any
}

func (r *interpretation) fetch(f *plan.Fetch) error {
	if !f.IsEntity() {
		targets := r.at(f.Path)
		if len(targets) == 0 {
			return nil
		}
		data, err := r.send(f, nil)
		if err != nil {
			return err
		}
		for _, o := range targets {
			r.merge(o, r.Super.Subgraph(f.Subgraph).Index, o.typ, f.Selections, data)
		}
		return nil
	}
	representations := map[string]any{}
	objects := make([]map[int][]*object, len(f.Lookups))
	wanted := false
	for i, l := range f.Lookups {
		if len(l.Context) > 0 {
			return errors.New("variables filled from ancestors are not interpreted")
		}
		var list []any
		list, objects[i] = r.representations(l)
		representations[l.Variable] = list
		wanted = wanted || len(list) > 0
	}
	if !wanted {
		return nil
	}
	data, err := r.send(f, representations)
	if err != nil {
		return err
	}
	for i, l := range f.Lookups {
		list, _ := data[l.Key].([]any)
		for n, answer := range list {
			if fields, ok := answer.(map[string]any); ok {
				for _, o := range objects[i][n] {
					r.merge(o, r.Super.Subgraph(f.Subgraph).Index, "", l.Selections, fields)
				}
			}
		}
	}
	return nil
}

// at lists the objects at a path.
func (r *interpretation) at(path plan.Path) []*object {
	objects := []*object{r.root}
	for _, e := range path {
		var next []*object
		for _, o := range objects {
			next = appendObjects(next, o.fields[e.As], e.On)
		}
		objects = next
	}
	return objects
}

func appendObjects(to []*object, v any, on []string) []*object {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			to = appendObjects(to, element, on)
		}
	case *object:
		if on == nil || slices.Contains(on, v.typ) {
			to = append(to, v)
		}
	}
	return to
}

// representations lists what a lookup sends, and the objects each stands for.
func (r *interpretation) representations(l *plan.Lookup) ([]any, map[int][]*object) {
	list := []any{}
	objects := map[int][]*object{}
	known := map[string]int{}
	for _, path := range l.Paths {
		for _, o := range r.at(path) {
			fields, ok := represent(l, o)
			if !ok {
				continue
			}
			text := string(encode(fields))
			at, there := known[text]
			if !there {
				at = len(list)
				known[text] = at
				list = append(list, fields)
			}
			objects[at] = append(objects[at], o)
		}
	}
	return list, objects
}

func represent(l *plan.Lookup, o *object) (map[string]any, bool) {
	for _, in := range l.Inputs {
		if in.On != nil && !slices.Contains(in.On, o.typ) {
			continue
		}
		fields, ok := representFields(in.Fields, o)
		fields["__typename"] = in.Typename
		if in.Typename == "" {
			fields["__typename"] = o.typ
		}
		return fields, ok && fields["__typename"] != ""
	}
	return nil, false
}

func representFields(fields []*plan.InputField, o *object) (map[string]any, bool) {
	out := map[string]any{}
	for _, f := range fields {
		if f.On != nil && !slices.Contains(f.On, o.typ) {
			continue
		}
		v := inputValue(f, o.fields[f.As])
		if f.Name == "__typename" && o.typ != "" {
			v = o.typ
		}
		if v == nil && f.NonNull {
			return out, false
		}
		out[f.Name] = v
	}
	return out, true
}

func inputValue(f *plan.InputField, v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = inputValue(f, v[i])
		}
		return list
	case *object:
		fields, ok := representFields(f.Fields, v)
		if !ok {
			return nil
		}
		return fields
	}
	return v
}

func (r *interpretation) send(f *plan.Fetch, representations map[string]any) (map[string]any, error) {
	variables := map[string]any{}
	for name, v := range representations {
		variables[name] = v
	}
	for _, name := range f.Variables {
		if v, ok := r.variables[name]; ok {
			variables[name] = v
		}
	}
	body := map[string]any{"query": f.Document, "variables": variables}
	if f.Name != "" {
		body["operationName"] = f.Name
	}
	answer, err := r.Send(f.Subgraph, encode(body))
	if err != nil {
		return nil, err
	}
	if answer["errors"] != nil && !r.Tolerant {
		return nil, fmt.Errorf("subgraph %s answers %s to %s", f.Subgraph, encode(answer), encode(body))
	}
	data, _ := answer["data"].(map[string]any)
	return data, nil
}

// merge adds an answer to an object that the subgraph has as local.
func (r *interpretation) merge(o *object, subgraph int, local string, set []*plan.Selection, answer map[string]any) {
	for _, s := range set {
		if s.TypeCondition != "" {
			if o.typ != "" && !r.Super.IsPossible(s.TypeCondition, o.typ) {
				continue // what has this name here is another field
			}
			r.merge(o, subgraph, s.TypeCondition, s.Selections, answer)
			continue
		}
		v, ok := answer[s.Key]
		if !ok {
			continue
		}
		if s.Name == "__typename" {
			if name, _ := v.(string); r.isObject(name) {
				o.typ = name
			}
			continue
		}
		below := ""
		if s.Selections != nil {
			below = r.localType(subgraph, local, o.typ, s.Name)
		}
		o.fields[s.As] = r.mergeValue(o.fields[s.As], subgraph, below, s, v)
	}
}

func (r *interpretation) isObject(name string) bool {
	t := r.Super.Types[name]
	return t != nil && t.Kind == ast.Object
}

// localType is the type that a field has in a subgraph.
func (r *interpretation) localType(subgraph int, local, typ, field string) string {
	for _, name := range []string{typ, local} {
		if t := r.Super.Types[name]; t != nil && t.In[subgraph] != nil && t.In[subgraph].Fields[field] != nil {
			return t.In[subgraph].Fields[field].Type.Name()
		}
	}
	return ""
}

func (r *interpretation) mergeValue(old any, subgraph int, local string, s *plan.Selection, v any) any {
	switch v := v.(type) {
	case nil:
		return old
	case []any:
		if s.Selections == nil {
			return v
		}
		merged, _ := old.([]any)
		for len(merged) < len(v) {
			merged = append(merged, nil)
		}
		for i := range v {
			merged[i] = r.mergeValue(merged[i], subgraph, local, s, v[i])
		}
		return merged
	case map[string]any:
		if s.Selections == nil {
			return v
		}
		o, _ := old.(*object)
		if o == nil {
			o = &object{fields: map[string]any{}}
		}
		if r.isObject(local) {
			o.typ = local
		}
		r.merge(o, subgraph, local, s.Selections, v)
		return o
	}
	return v
}

// shape makes the client's object of a merged one. ok is false if null must
// rise.
func (r *interpretation) shape(selection []*operation.Field, o *object) (map[string]any, bool) {
	out := map[string]any{}
	groups := map[string][]*operation.Field{}
	for _, f := range selection {
		if o.typ == "" || slices.Contains(f.On, o.typ) {
			groups[f.ResponseName] = append(groups[f.ResponseName], f)
		}
	}
	ok := true
	for name, group := range groups {
		f := group[0]
		switch {
		case f.Refused != nil:
			out[name] = nil
			def := r.op.Schema.Types[o.typ]
			if def == nil {
				def = r.op.Schema.Types[f.On[0]]
			}
			ok = ok && !def.Fields.ForName(f.Refused.Field).Type.NonNull
			continue
		case f.Name == "__typename":
			out[name] = o.typ
			continue
		}
		var below []*operation.Field
		for _, f := range group {
			below = append(below, f.Selections...)
		}
		typ := f.Definition.Type
		if own := r.op.Schema.Types[o.typ]; own != nil {
			typ = own.Fields.ForName(f.Name).Type
		}
		v, valid := r.complete(typ, below, o.fields[name])
		out[name] = v
		ok = ok && valid
	}
	return out, ok
}

func (r *interpretation) complete(typ *ast.Type, below []*operation.Field, v any) (any, bool) {
	switch x := v.(type) {
	case []any:
		if typ.Elem == nil {
			break
		}
		list := make([]any, len(x))
		for i := range x {
			var ok bool
			if list[i], ok = r.complete(typ.Elem, below, x[i]); !ok {
				return nil, !typ.NonNull
			}
		}
		return list, true
	case *object:
		if r.op.Schema.Types[x.typ] == nil && x.typ != "" {
			v = nil
			break
		}
		if fields, ok := r.shape(below, x); ok {
			return fields, true
		}
		v = nil
	}
	return v, v != nil || !typ.NonNull
}

// decode decodes JSON, numbers as json.Number.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
