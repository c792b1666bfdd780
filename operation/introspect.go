package operation

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// An Answer is the complete value of one root field.
type Answer struct {
	ResponseName string
	JSON         []byte
}

// Introspect answers the root fields __schema, __type and __typename of a
// selection of op, which is what Select returned for the conditions of vars. The
// other root fields are not looked at. Answers come in the order of the
// response. GraphQL specification, "Introspection".
//
// Types, directives and possible types are in the order of their names, since
// the schema does not remember another; fields, arguments and enum values are
// in the order of the schema.
//
// It is an error of code CodeIntrospectionSize if the answers exceed
// Limits.IntrospectionBytes, with the place in the document that vars are for.
func Introspect(op *Operation, selection []*Field, vars *Variables) ([]Answer, *gqlerror.Error) {
	in := &introspection{
		schema: op.Schema,
		sets:   newTypesets(op.Schema),
		vars:   vars,
		limit:  op.limits.IntrospectionBytes,
	}
	root := op.RootType().Name
	var answers []Answer
	for _, group := range Collect(selection, root) {
		field := group.Field()
		start := len(in.out)
		switch field.Name {
		case "__typename":
			in.string(root)
		case "__schema":
			in.object(in.compile(group.Selections(), "__Schema"), in.schemaField)
		case "__type":
			def := op.Schema.Types[in.stringArgument(field, "name")]
			if def == nil {
				in.null()
				break
			}
			in.typeObject(in.compile(group.Selections(), "__Type"), def, nil)
		default:
			continue
		}
		if in.over() {
			return nil, coded(CodeIntrospectionSize, placeOf(op, vars, group.ResponseName),
				"the answer to the introspection is larger than the %d bytes allowed", in.limit)
		}
		answers = append(answers, Answer{ResponseName: group.ResponseName, JSON: in.out[start:len(in.out):len(in.out)]})
	}
	return answers, nil
}

// placeOf is where the request's own document asks for a root field: op may have
// been made from another document with the same normal form.
func placeOf(op *Operation, vars *Variables, responseName string) *ast.Position {
	if vars != nil {
		return vars.op.metaPlace(responseName)
	}
	return op.metaPlace(responseName)
}

// An introspection writes answers to out. Once that is over the limit nothing
// more is begun.
type introspection struct {
	schema *ast.Schema
	sets   *typesets
	vars   *Variables
	out    []byte
	limit  int

	typeNames []string // of the schema, sorted; filled when first wanted
}

// A want is one field to write of an introspection object. All introspection
// types are object types, so fields are collected once and not per object.
type want struct {
	key        []byte // the response name, quoted, with its colon
	name       string // the field
	parent     string // the type the field is on
	deprecated bool   // argument includeDeprecated
	below      []want
}

// compile collects the fields to write of objects of typeName.
// Limits.Nesting bounds the recursion.
func (in *introspection) compile(fields []*Field, typeName string) []want {
	groups := Collect(fields, typeName)
	wants := make([]want, len(groups))
	for i, group := range groups {
		f := group.Field()
		wants[i] = want{
			key:        append(appendQuoted(nil, group.ResponseName), ':'),
			name:       f.Name,
			parent:     typeName,
			deprecated: in.boolArgument(f, "includeDeprecated"),
		}
		if f.Selections != nil {
			wants[i].below = in.compile(group.Selections(), f.Definition.Type.Name())
		}
	}
	return wants
}

// boolArgument is false for null and what is absent, the default.
func (in *introspection) boolArgument(f *Field, name string) bool {
	arg := f.Arguments.ForName(name)
	if arg == nil {
		return false
	}
	if arg.Value.Kind == ast.Variable {
		raw, _ := in.vars.Raw(arg.Value.Raw)
		return string(raw) == "true"
	}
	return arg.Value.Raw == "true"
}

func (in *introspection) stringArgument(f *Field, name string) string {
	arg := f.Arguments.ForName(name)
	if arg == nil {
		return ""
	}
	if arg.Value.Kind == ast.Variable {
		raw, ok := in.vars.Raw(arg.Value.Raw)
		if !ok || raw[0] != '"' {
			return ""
		}
		return unquote(raw)
	}
	return arg.Value.Raw
}

func (in *introspection) over() bool { return len(in.out) > in.limit }

func (in *introspection) null()           { in.out = append(in.out, "null"...) }
func (in *introspection) string(s string) { in.out = appendQuoted(in.out, s) }

// text writes a description or reason, which the schema has or has not.
func (in *introspection) text(s string) {
	if s == "" {
		in.null()
		return
	}
	in.string(s)
}

func (in *introspection) bool(b bool) {
	if b {
		in.out = append(in.out, "true"...)
	} else {
		in.out = append(in.out, "false"...)
	}
}

// object writes an object; value writes the value of one field.
func (in *introspection) object(wants []want, value func(w want)) {
	if in.over() {
		in.null()
		return
	}
	in.out = append(in.out, '{')
	for i, w := range wants {
		if i > 0 {
			in.out = append(in.out, ',')
		}
		in.out = append(in.out, w.key...)
		if w.name == "__typename" {
			in.string(w.parent)
			continue
		}
		value(w)
	}
	in.out = append(in.out, '}')
}

// list writes the items that keep lets through.
func list[T any](in *introspection, items []T, keep func(T) bool, write func(T)) {
	in.out = append(in.out, '[')
	first := true
	for _, item := range items {
		if in.over() {
			break
		}
		if keep != nil && !keep(item) {
			continue
		}
		if !first {
			in.out = append(in.out, ',')
		}
		first = false
		write(item)
	}
	in.out = append(in.out, ']')
}

func (in *introspection) schemaField(w want) {
	switch w.name {
	case "description":
		in.text(in.schema.Description)
	case "types":
		if in.typeNames == nil {
			in.typeNames = slices.Sorted(maps.Keys(in.schema.Types))
		}
		list(in, in.typeNames, nil, func(name string) { in.typeObject(w.below, in.schema.Types[name], nil) })
	case "queryType":
		in.typeObject(w.below, in.schema.Query, nil)
	case "mutationType":
		in.typeObject(w.below, in.schema.Mutation, nil)
	case "subscriptionType":
		in.typeObject(w.below, in.schema.Subscription, nil)
	case "directives":
		names := slices.Sorted(maps.Keys(in.schema.Directives))
		list(in, names, nil, func(name string) { in.directive(w.below, in.schema.Directives[name]) })
	default:
		in.null() // a field the schema defines beyond the specification
	}
}

// typeOf writes the __Type of a type reference.
func (in *introspection) typeOf(wants []want, t *ast.Type) {
	if t.NonNull || t.Elem != nil {
		in.typeObject(wants, nil, t)
		return
	}
	in.typeObject(wants, in.schema.Types[t.NamedType], nil)
}

// typeObject writes a __Type: of a named type def, or else of wrapper, which is
// a list or non-null; null if there is neither.
func (in *introspection) typeObject(wants []want, def *ast.Definition, wrapper *ast.Type) {
	switch {
	case def != nil:
		in.object(wants, func(w want) { in.typeField(w, def) })
	case wrapper != nil:
		in.object(wants, func(w want) { in.wrapperField(w, wrapper) })
	default:
		in.null()
	}
}

func (in *introspection) wrapperField(w want, t *ast.Type) {
	switch w.name {
	case "kind":
		if t.NonNull {
			in.string("NON_NULL")
		} else {
			in.string("LIST")
		}
	case "ofType":
		if t.NonNull {
			inner := *t
			inner.NonNull = false
			in.typeOf(w.below, &inner)
		} else {
			in.typeOf(w.below, t.Elem)
		}
	default:
		in.null()
	}
}

func (in *introspection) typeField(w want, def *ast.Definition) {
	isObject, isInterface := def.Kind == ast.Object, def.Kind == ast.Interface
	switch {
	case w.name == "kind":
		in.string(string(def.Kind))
	case w.name == "name":
		in.string(def.Name)
	case w.name == "description":
		in.text(def.Description)
	case w.name == "specifiedByURL" && def.Kind == ast.Scalar:
		in.text(directiveString(def.Directives, "specifiedBy", "url"))
	case w.name == "isOneOf" && def.Kind == ast.InputObject:
		in.bool(isOneOf(def))
	case w.name == "fields" && (isObject || isInterface):
		list(in, def.Fields,
			func(f *ast.FieldDefinition) bool {
				return !strings.HasPrefix(f.Name, "__") && (w.deprecated || !isDeprecated(f.Directives))
			},
			func(f *ast.FieldDefinition) { in.field(w.below, f) })
	case w.name == "interfaces" && (isObject || isInterface):
		list(in, def.Interfaces, nil, func(name string) { in.typeObject(w.below, in.schema.Types[name], nil) })
	case w.name == "possibleTypes" && def.IsAbstractType():
		list(in, in.sets.of(def.Name), nil,
			func(name string) { in.typeObject(w.below, in.schema.Types[name], nil) })
	case w.name == "enumValues" && def.Kind == ast.Enum:
		list(in, def.EnumValues,
			func(v *ast.EnumValueDefinition) bool { return w.deprecated || !isDeprecated(v.Directives) },
			func(v *ast.EnumValueDefinition) { in.enumValue(w.below, v) })
	case w.name == "inputFields" && def.Kind == ast.InputObject:
		list(in, def.Fields,
			func(f *ast.FieldDefinition) bool { return w.deprecated || !isDeprecated(f.Directives) },
			func(f *ast.FieldDefinition) {
				in.inputValue(w.below, inputValue{f.Name, f.Description, f.Type, f.DefaultValue, f.Directives})
			})
	default:
		in.null() // not for this kind of type
	}
}

func (in *introspection) field(wants []want, f *ast.FieldDefinition) {
	in.object(wants, func(w want) {
		switch w.name {
		case "name":
			in.string(f.Name)
		case "description":
			in.text(f.Description)
		case "args":
			in.arguments(w, f.Arguments)
		case "type":
			in.typeOf(w.below, f.Type)
		case "isDeprecated":
			in.bool(isDeprecated(f.Directives))
		case "deprecationReason":
			in.reason(f.Directives)
		default:
			in.null()
		}
	})
}

func (in *introspection) arguments(w want, defs ast.ArgumentDefinitionList) {
	list(in, defs,
		func(a *ast.ArgumentDefinition) bool { return w.deprecated || !isDeprecated(a.Directives) },
		func(a *ast.ArgumentDefinition) {
			in.inputValue(w.below, inputValue{a.Name, a.Description, a.Type, a.DefaultValue, a.Directives})
		})
}

// An inputValue is an argument or an input field.
type inputValue struct {
	name, description string
	typ               *ast.Type
	fallback          *ast.Value
	directives        ast.DirectiveList
}

func (in *introspection) inputValue(wants []want, v inputValue) {
	in.object(wants, func(w want) {
		switch w.name {
		case "name":
			in.string(v.name)
		case "description":
			in.text(v.description)
		case "type":
			in.typeOf(w.below, v.typ)
		case "defaultValue":
			if v.fallback == nil {
				in.null()
			} else {
				in.string(string(appendValue(nil, v.fallback, keepFields)))
			}
		case "isDeprecated":
			in.bool(isDeprecated(v.directives))
		case "deprecationReason":
			in.reason(v.directives)
		default:
			in.null()
		}
	})
}

func (in *introspection) enumValue(wants []want, v *ast.EnumValueDefinition) {
	in.object(wants, func(w want) {
		switch w.name {
		case "name":
			in.string(v.Name)
		case "description":
			in.text(v.Description)
		case "isDeprecated":
			in.bool(isDeprecated(v.Directives))
		case "deprecationReason":
			in.reason(v.Directives)
		default:
			in.null()
		}
	})
}

func (in *introspection) directive(wants []want, d *ast.DirectiveDefinition) {
	in.object(wants, func(w want) {
		switch w.name {
		case "name":
			in.string(d.Name)
		case "description":
			in.text(d.Description)
		case "isRepeatable":
			in.bool(d.IsRepeatable)
		case "locations":
			list(in, d.Locations, nil, func(l ast.DirectiveLocation) { in.string(string(l)) })
		case "args":
			in.arguments(w, d.Arguments)
		case "isDeprecated":
			in.bool(isDeprecated(d.Directives))
		case "deprecationReason":
			in.reason(d.Directives)
		default:
			in.null()
		}
	})
}

func isDeprecated(list ast.DirectiveList) bool { return list.ForName("deprecated") != nil }

// reason writes why something is deprecated, null if it is not.
func (in *introspection) reason(list ast.DirectiveList) {
	d := list.ForName("deprecated")
	switch {
	case d == nil:
		in.null()
	case d.Arguments.ForName("reason") == nil:
		in.string("No longer supported") // the default of the specification
	default:
		in.string(directiveString(list, "deprecated", "reason"))
	}
}

// directiveString returns a string argument of a directive, "" if there is no
// such directive or argument.
func directiveString(list ast.DirectiveList, directive, argument string) string {
	if d := list.ForName(directive); d != nil {
		if arg := d.Arguments.ForName(argument); arg != nil {
			return arg.Value.Raw
		}
	}
	return ""
}
