package mock

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// An entity is an element of _entities: the object that a representation
// names, and the representation, whose fields a @requires may need.
type entity struct {
	typ            string
	value          any
	representation map[string]any
}

// entities returns the elements of _entities, an error standing for one that
// cannot be resolved: it becomes null, with the error at its place.
//
// Apollo Federation subgraph specification, "Resolving entities".
func (x *execution) entities(representations any) any {
	list, _ := representations.([]any)
	result := make([]any, len(list))
	for i, representation := range list {
		e, err := x.entity(representation)
		switch {
		case err != nil:
			result[i] = err
		case e != nil:
			result[i] = e
		}
		if x.isStopped() {
			return nil
		}
	}
	return result
}

func (x *execution) entity(representation any) (*entity, error) {
	fields, ok := representation.(map[string]any)
	if !ok {
		return nil, coded(CodeInvalidRepresentation, "a representation that is no object")
	}
	name, _ := fields["__typename"].(string)
	t := x.schema.entity(name)
	if t == nil {
		return nil, coded(CodeInvalidRepresentation, "a representation of %q, which is no entity of this subgraph", name)
	}
	complete, isNull := x.hasKey(t, fields)
	if isNull {
		return nil, nil
	}
	if !complete {
		return nil, coded(CodeInvalidRepresentation,
			"a representation of %s without a complete key; it can be one of %s", name, keyList(t))
	}
	value, err := x.source.Entity(x.ctx, Representation{Type: name, Fields: fields})
	if err != nil || value == nil {
		return nil, err
	}
	return &entity{
		typ:            typeName(x.schema.ast.Types[name], value),
		value:          value,
		representation: fields,
	}, nil
}

// hasKey tells whether the fields hold a resolvable key of t completely.
// isNull says that the only ones they hold have a null in them: such a
// representation names nothing.
func (x *execution) hasKey(t *typeIn, fields map[string]any) (complete, isNull bool) {
	for _, k := range t.keys {
		if !k.resolvable {
			continue
		}
		_, held := canonical(k.set, fields, mapField)
		switch held {
		case holdsAll:
			return true, false
		case holdsNull:
			isNull = true
		}
	}
	return false, isNull
}

func keyList(t *typeIn) string {
	var texts []string
	for _, k := range t.keys {
		if k.resolvable {
			texts = append(texts, fmt.Sprintf("%q", k.text))
		}
	}
	if len(texts) == 0 {
		return "none, for no key of the type is resolvable here"
	}
	return strings.Join(texts, ", ")
}

// required returns the part of o's representation that f requires. What is
// neither in it nor known to this subgraph is an error.
func (x *execution) required(o *object, f *fieldIn) (map[string]any, error) {
	r := &requirement{x: x, object: o}
	result, err := r.fields(f.requires, o.typ, o.representation, "")
	if err != nil {
		return nil, err
	}
	if r.missing != "" {
		what := "the representation does not hold it"
		if o.representation == nil {
			what = "the object was not reached by a representation"
		}
		return nil, coded(CodeRequiresMissing, "%s.%s requires %s, and %s", o.typ, f.def.Name, r.missing, what)
	}
	return result, nil
}

// A requirement is the reading of one @requires from one representation.
type requirement struct {
	x       *execution
	object  *object
	missing string // the path of the first field that is missing
}

func (r *requirement) fields(set ast.SelectionSet, typ string, held map[string]any, path string) (map[string]any, error) {
	result := map[string]any{}
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			value, ok, err := r.field(sel, typ, held, path)
			if err != nil {
				return nil, err
			}
			if ok {
				result[sel.Name] = value
			}
		case *ast.InlineFragment:
			// The runtime type of a required object is known only if the
			// representation says it.
			runtime, _ := held["__typename"].(string)
			if runtime == "" {
				runtime = typ
			}
			if sel.TypeCondition != "" && sel.TypeCondition != runtime && !r.x.schema.isPossible(sel.TypeCondition, runtime) {
				continue
			}
			more, err := r.fields(sel.SelectionSet, runtime, held, path)
			if err != nil {
				return nil, err
			}
			for name, v := range more {
				result[name] = v
			}
		}
	}
	return result, nil
}

func (r *requirement) field(sel *ast.Field, typ string, held map[string]any, path string) (value any, ok bool, err error) {
	at := sel.Name
	if path != "" {
		at = path + "." + sel.Name
	}
	value, ok = held[sel.Name]
	if !ok && sel.Name == "__typename" {
		return r.object.typ, path == "", nil
	}
	if !ok {
		if path == "" {
			if value, ok, err = r.local(sel); ok || err != nil {
				return value, ok, err
			}
		}
		if r.missing == "" {
			r.missing = at
		}
		return nil, false, nil
	}
	if len(sel.SelectionSet) == 0 {
		return value, true, nil
	}
	below := typ
	if f := r.x.schema.field(typ, sel.Name); f != nil {
		below = f.def.Type.Name()
	}
	value, err = r.below(sel, below, value, at)
	return value, true, err
}

func (r *requirement) below(sel *ast.Field, typ string, value any, path string) (any, error) {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			var err error
			if list[i], err = r.below(sel, typ, element, path); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		return r.fields(sel.SelectionSet, typ, v, path)
	}
	return value, nil
}

// local returns a required field that this subgraph knows by itself: one that
// is not external or that is provided here, with all that is required below it.
// A field that fails is null, as it would be had it travelled.
func (r *requirement) local(sel *ast.Field) (value any, ok bool, err error) {
	x, o := r.x, r.object
	f := x.schema.field(o.typ, sel.Name)
	if f == nil || (f.external && !x.externals && !x.isProvided(o, sel.Name)) {
		return nil, false, nil
	}
	args, err := coerceArguments(x.schema.ast, f.def.Arguments, sel.Arguments, nil)
	if err != nil {
		return nil, false, err
	}
	value, err = x.source.Field(x.ctx, &Call{
		Operation: x.doc.kind, Type: o.typ, Object: o.value, Field: f.def, Args: args,
	})
	if err != nil && x.ctx.Err() == nil {
		return nil, true, nil
	}
	if err != nil || len(sel.SelectionSet) == 0 {
		return value, err == nil, err
	}
	return r.localBelow(sel, x.schema.ast.Types[f.def.Type.Name()], value, x.providedBelow(o, sel.Name))
}

// localBelow is local for what is required below a field. ok is false if this
// subgraph lacks some of it.
func (r *requirement) localBelow(sel *ast.Field, def *ast.Definition, value any, provided []ast.SelectionSet) (result any, ok bool, err error) {
	switch v := value.(type) {
	case nil, error:
		return nil, true, nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			if list[i], ok, err = r.localBelow(sel, def, element, provided); !ok {
				return nil, false, err
			}
		}
		return list, true, nil
	}
	o := &object{value: value, typ: typeName(def, value), provided: provided}
	below := &requirement{x: r.x, object: o}
	fields, err := below.fields(sel.SelectionSet, o.typ, nil, "")
	if err != nil || below.missing != "" {
		return nil, false, err
	}
	return fields, true, nil
}
