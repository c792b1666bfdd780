package mock

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// The objects of an introspection answer. Each wraps what it is about.
type (
	// introspection is the __Schema.
	introspection struct{ schema *ast.Schema }

	// typeRef is a __Type: a wrapper if typ has one, else the named type.
	typeRef struct {
		schema *ast.Schema
		typ    *ast.Type
	}
)

// Typename makes the introspection objects fit their positions.
func (introspection) Typename() string { return "__Schema" }

// Typename makes the introspection objects fit their positions.
func (typeRef) Typename() string { return "__Type" }

func named(s *ast.Schema, name string) any {
	if s.Types[name] == nil {
		return nil
	}
	return typeRef{s, ast.NamedType(name, nil)}
}

func typeByName(s *ast.Schema, name any) any {
	text, _ := name.(string)
	return named(s, text)
}

func root(s *ast.Schema, def *ast.Definition) any {
	if def == nil {
		return nil
	}
	return named(s, def.Name)
}

// introspect returns a field of an introspection object.
//
// GraphQL specification, "Schema introspection".
func introspect(s *ast.Schema, object any, field string, args map[string]any) any {
	switch o := object.(type) {
	case introspection:
		return introspectSchema(s, field)
	case typeRef:
		if o.typ.NonNull || o.typ.Elem != nil {
			return introspectWrapper(o, field)
		}
		return introspectType(s, s.Types[o.typ.NamedType], field, args["includeDeprecated"] == true)
	case *ast.FieldDefinition:
		return introspectField(s, o, field, args["includeDeprecated"] == true)
	case *ast.ArgumentDefinition:
		return introspectInput(s, o.Name, o.Description, o.Type, o.DefaultValue, o.Directives, field)
	case inputField:
		return introspectInput(s, o.Name, o.Description, o.Type, o.DefaultValue, o.Directives, field)
	case *ast.EnumValueDefinition:
		switch field {
		case "name":
			return o.Name
		case "description":
			return optional(o.Description)
		}
		return introspectDeprecation(o.Directives, field)
	case *ast.DirectiveDefinition:
		return introspectDirective(o, field)
	}
	return nil
}

// inputField is a field of an input object, whose type is __InputValue.
type inputField struct{ *ast.FieldDefinition }

func introspectSchema(s *ast.Schema, field string) any {
	switch field {
	case "description":
		return optional(s.Description)
	case "queryType":
		return root(s, s.Query)
	case "mutationType":
		return root(s, s.Mutation)
	case "subscriptionType":
		return root(s, s.Subscription)
	case "types":
		var types []any
		for _, name := range sortedNames(s.Types) {
			types = append(types, named(s, name))
		}
		return types
	case "directives":
		var directives []any
		for _, name := range sortedNames(s.Directives) {
			directives = append(directives, s.Directives[name])
		}
		return directives
	}
	return nil
}

func introspectWrapper(t typeRef, field string) any {
	kind, inner := "LIST", t.typ.Elem
	if t.typ.NonNull {
		nullable := *t.typ
		nullable.NonNull = false
		kind, inner = "NON_NULL", &nullable
	}
	switch field {
	case "kind":
		return kind
	case "ofType":
		return typeRef{t.schema, inner}
	}
	return nil
}

func introspectType(s *ast.Schema, def *ast.Definition, field string, deprecated bool) any {
	switch field {
	case "kind":
		return string(def.Kind)
	case "name":
		return def.Name
	case "description":
		return optional(def.Description)
	case "specifiedByURL":
		if d := def.Directives.ForName("specifiedBy"); d != nil {
			return rawArgument(d, "url")
		}
	case "isOneOf":
		if def.Kind == ast.InputObject {
			return def.Directives.ForName("oneOf") != nil
		}
	case "fields":
		if def.Kind == ast.Object || def.Kind == ast.Interface {
			return visible(def.Fields, deprecated)
		}
	case "interfaces":
		if def.Kind == ast.Object || def.Kind == ast.Interface {
			list := []any{}
			for _, name := range def.Interfaces {
				list = append(list, named(s, name))
			}
			return list
		}
	case "possibleTypes":
		if def.IsAbstractType() {
			list := []any{}
			for _, possible := range s.PossibleTypes[def.Name] {
				list = append(list, named(s, possible.Name))
			}
			return list
		}
	case "enumValues":
		if def.Kind == ast.Enum {
			list := []any{}
			for _, v := range def.EnumValues {
				if deprecated || v.Directives.ForName("deprecated") == nil {
					list = append(list, v)
				}
			}
			return list
		}
	case "inputFields":
		if def.Kind == ast.InputObject {
			list := []any{}
			for _, f := range def.Fields {
				if deprecated || f.Directives.ForName("deprecated") == nil {
					list = append(list, inputField{f})
				}
			}
			return list
		}
	}
	return nil
}

func visible(fields ast.FieldList, deprecated bool) []any {
	list := []any{}
	for _, f := range fields {
		if len(f.Name) > 1 && f.Name[:2] == "__" {
			continue
		}
		if deprecated || f.Directives.ForName("deprecated") == nil {
			list = append(list, f)
		}
	}
	return list
}

func introspectField(s *ast.Schema, f *ast.FieldDefinition, field string, deprecated bool) any {
	switch field {
	case "name":
		return f.Name
	case "description":
		return optional(f.Description)
	case "args":
		return arguments(f.Arguments, deprecated)
	case "type":
		return typeRef{s, f.Type}
	}
	return introspectDeprecation(f.Directives, field)
}

func arguments(defs ast.ArgumentDefinitionList, deprecated bool) []any {
	list := []any{}
	for _, a := range defs {
		if deprecated || a.Directives.ForName("deprecated") == nil {
			list = append(list, a)
		}
	}
	return list
}

func introspectInput(s *ast.Schema, name, description string, typ *ast.Type, value *ast.Value, directives ast.DirectiveList, field string) any {
	switch field {
	case "name":
		return name
	case "description":
		return optional(description)
	case "type":
		return typeRef{s, typ}
	case "defaultValue":
		if value != nil {
			return value.String()
		}
		return nil
	}
	return introspectDeprecation(directives, field)
}

func introspectDeprecation(list ast.DirectiveList, field string) any {
	d := list.ForName("deprecated")
	switch field {
	case "isDeprecated":
		return d != nil
	case "deprecationReason":
		if d == nil {
			return nil
		}
		if reason := rawArgument(d, "reason"); reason != nil {
			return reason
		}
		return "No longer supported"
	}
	return nil
}

func introspectDirective(d *ast.DirectiveDefinition, field string) any {
	switch field {
	case "name":
		return d.Name
	case "description":
		return optional(d.Description)
	case "isRepeatable":
		return d.IsRepeatable
	case "args":
		return arguments(d.Arguments, true)
	case "locations":
		var names []string
		for _, l := range d.Locations {
			names = append(names, string(l))
		}
		slices.Sort(names)
		list := []any{}
		for _, name := range names {
			list = append(list, name)
		}
		return list
	}
	return nil
}

func rawArgument(d *ast.Directive, name string) any {
	if arg := d.Arguments.ForName(name); arg != nil && arg.Value != nil && arg.Value.Kind != ast.NullValue {
		return arg.Value.Raw
	}
	return nil
}

func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}
