package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Change is one difference between two API schemas.
type Change struct {
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`

	// Coordinate of the element that changed: "Type", "Type.field",
	// "Type.field(argument:)", "Enum.VALUE", "@directive",
	// "@directive(argument:)"; "schema" for the schema itself.
	Coordinate string `json:"coordinate"`

	// Message is a sentence without its full stop.
	Message string `json:"message"`
}

// Changes returns what differs between two schemas, by severity, coordinate,
// kind and message. The schemas must be valid, and are only read.
func Changes(base, revised *ast.Schema) []Change {
	d := &differ{base: base, revised: revised, outputs: map[string]bool{}}
	d.findOutputs(base)
	d.findOutputs(revised)
	d.schema()
	for _, name := range both(base.Types, revised.Types) {
		d.typ(name, base.Types[name], revised.Types[name])
	}
	for _, name := range both(base.Directives, revised.Directives) {
		d.directive(name, base.Directives[name], revised.Directives[name])
	}
	slices.SortFunc(d.changes, compareChanges)
	return d.changes
}

func compareChanges(a, b Change) int {
	return cmp.Or(
		cmp.Compare(a.Severity, b.Severity),
		strings.Compare(a.Coordinate, b.Coordinate),
		strings.Compare(string(a.Kind), string(b.Kind)),
		strings.Compare(a.Message, b.Message),
	)
}

// both returns the keys of two maps, sorted.
func both[T any](a, b map[string]T) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	return slices.Compact(names)
}

type differ struct {
	base, revised *ast.Schema
	changes       []Change

	// outputs are the types that fields of one schema or the other answer
	// with.
	outputs map[string]bool
}

func (d *differ) add(severity Severity, kind Kind, coordinate, format string, args ...any) {
	d.changes = append(d.changes, Change{severity, kind, coordinate, fmt.Sprintf(format, args...)})
}

func (d *differ) findOutputs(s *ast.Schema) {
	for name, t := range s.Types {
		if (t.Kind == ast.Object || t.Kind == ast.Interface) && !isIntrospection(name) {
			for _, f := range t.Fields {
				d.outputs[f.Type.Name()] = true
			}
		}
	}
}

// isIntrospection tells what GraphQL itself adds to each schema.
func isIntrospection(name string) bool { return strings.HasPrefix(name, "__") }

func (d *differ) schema() {
	d.description("schema", "the schema", d.base.Description, d.revised.Description)
	for _, root := range []struct {
		operation     ast.Operation
		base, revised *ast.Definition
	}{
		{ast.Query, d.base.Query, d.revised.Query},
		{ast.Mutation, d.base.Mutation, d.revised.Mutation},
		{ast.Subscription, d.base.Subscription, d.revised.Subscription},
	} {
		switch {
		case root.base == nil && root.revised == nil:
		case root.base == nil:
			d.add(Safe, RootTypeChanged, "schema", "the schema has got the type %s for each %s", root.revised.Name, root.operation)
		case root.revised == nil:
			d.add(Breaking, RootTypeChanged, "schema", "the schema has no type for each %s any more; it was %s", root.operation, root.base.Name)
		case root.base.Name != root.revised.Name:
			d.add(Breaking, RootTypeChanged, "schema", "the type for each %s is %s; it was %s", root.operation, root.revised.Name, root.base.Name)
		}
	}
	d.applied("schema", "the schema", d.base.SchemaDirectives, d.revised.SchemaDirectives)
}

// kindName is a kind of type with its article, for messages.
func kindName(k ast.DefinitionKind) string {
	switch k {
	case ast.Scalar:
		return "a scalar"
	case ast.Object:
		return "an object type"
	case ast.Interface:
		return "an interface"
	case ast.Union:
		return "a union"
	case ast.Enum:
		return "an enum"
	case ast.InputObject:
		return "an input object"
	default:
		panic("check: unknown kind of type " + string(k))
	}
}

func (d *differ) typ(name string, base, revised *ast.Definition) {
	switch {
	case isIntrospection(name):
		return
	case revised == nil:
		d.add(Breaking, TypeRemoved, name, "type %s is gone; it was %s", name, kindName(base.Kind))
		return
	case base == nil:
		d.add(Safe, TypeAdded, name, "type %s is new, %s", name, kindName(revised.Kind))
		return
	case base.Kind != revised.Kind:
		d.add(Breaking, TypeKindChanged, name, "type %s is %s; it was %s", name, kindName(revised.Kind), kindName(base.Kind))
		return
	}
	what := "type " + name
	d.description(name, what, base.Description, revised.Description)
	d.applied(name, what, base.Directives, revised.Directives)
	switch base.Kind {
	case ast.Scalar:
		d.specifiedBy(name, base.Directives, revised.Directives)
	case ast.Object, ast.Interface:
		d.interfaces(name, base.Interfaces, revised.Interfaces)
		d.fields(name, base.Fields, revised.Fields)
	case ast.Union:
		d.members(name, base.Types, revised.Types)
	case ast.Enum:
		d.values(name, base.EnumValues, revised.EnumValues)
	case ast.InputObject:
		d.oneOf(name, base.Directives, revised.Directives)
		d.inputFields(name, base.Fields, revised.Fields)
	default:
		panic("check: unknown kind of type " + string(base.Kind))
	}
}

func (d *differ) fields(owner string, base, revised ast.FieldList) {
	before, after := fieldsByName(base), fieldsByName(revised)
	for _, name := range both(before, after) {
		if isIntrospection(name) {
			continue
		}
		old, now, coordinate := before[name], after[name], owner+"."+name
		what := "field " + coordinate
		switch {
		case now == nil:
			d.add(Breaking, FieldRemoved, coordinate, "%s is gone%s", what, wasDeprecated(old.Directives))
			continue
		case old == nil:
			d.add(Safe, FieldAdded, coordinate, "%s is new, of type %s", what, now.Type)
			continue
		}
		if severity, changed := d.outputChange(old.Type, now.Type); changed {
			d.add(severity, FieldTypeChanged, coordinate, "%s is of type %s; it was of type %s", what, now.Type, old.Type)
		}
		d.description(coordinate, what, old.Description, now.Description)
		d.deprecation(coordinate, what, old.Directives, now.Directives)
		d.applied(coordinate, what, old.Directives, now.Directives)
		d.inputs(ofArguments, coordinate, inputsOfArguments(old.Arguments), inputsOfArguments(now.Arguments))
	}
}

func fieldsByName(list ast.FieldList) map[string]*ast.FieldDefinition {
	m := make(map[string]*ast.FieldDefinition, len(list))
	for _, f := range list {
		m[f.Name] = f
	}
	return m
}

// wasDeprecated is what to add to the message that an element is gone.
func wasDeprecated(directives ast.DirectiveList) string {
	if directives.ForName("deprecated") != nil {
		return "; it was deprecated"
	}
	return ""
}

func (d *differ) interfaces(name string, base, revised []string) {
	for _, i := range missing(base, revised) {
		// An interface that is none any more says so itself.
		if t := d.revised.Types[i]; t != nil && t.Kind == ast.Interface {
			d.add(Breaking, InterfaceRemoved, name, "type %s does not implement %s any more", name, i)
		}
	}
	for _, i := range missing(revised, base) {
		severity := Dangerous
		if d.base.Types[i] == nil {
			severity = Safe // no operation can have named it
		}
		d.add(severity, InterfaceAdded, name, "type %s implements %s", name, i)
	}
}

func (d *differ) members(name string, base, revised []string) {
	for _, m := range missing(base, revised) {
		if t := d.revised.Types[m]; t != nil && t.Kind == ast.Object {
			d.add(Breaking, UnionMemberRemoved, name, "union %s does not have the member %s any more", name, m)
		}
	}
	for _, m := range missing(revised, base) {
		d.add(Dangerous, UnionMemberAdded, name, "union %s has the new member %s", name, m)
	}
}

// missing returns what is in a and not in b.
func missing(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, s := range b {
		in[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return in[s] })
}

func (d *differ) values(owner string, base, revised ast.EnumValueList) {
	before, after := valuesByName(base), valuesByName(revised)
	for _, name := range both(before, after) {
		old, now, coordinate := before[name], after[name], owner+"."+name
		what := "enum value " + coordinate
		switch {
		case now == nil:
			d.add(Breaking, EnumValueRemoved, coordinate, "%s is gone%s", what, wasDeprecated(old.Directives))
		case old == nil && d.outputs[owner]:
			d.add(Dangerous, EnumValueAdded, coordinate, "%s is new", what)
		case old == nil:
			d.add(Safe, EnumValueAdded, coordinate, "%s is new; no field answers with it", what)
		default:
			d.description(coordinate, what, old.Description, now.Description)
			d.deprecation(coordinate, what, old.Directives, now.Directives)
			d.applied(coordinate, what, old.Directives, now.Directives)
		}
	}
}

func valuesByName(list ast.EnumValueList) map[string]*ast.EnumValueDefinition {
	m := make(map[string]*ast.EnumValueDefinition, len(list))
	for _, v := range list {
		m[v.Name] = v
	}
	return m
}
