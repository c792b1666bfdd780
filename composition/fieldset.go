package composition

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// maxFieldSetTokens bounds one field set.
const maxFieldSetTokens = 20_000

// A fieldSet is the fields argument of one @key, @requires or @provides.
type fieldSet struct {
	directive  string // canonical
	app        *application
	on         *typeDef // the type that has the directive, or whose field has it
	field      *field   // the field that has the directive; nil for keys
	parent     *typeDef // the type the set selects on
	text       string   // as written
	place      string   // see where
	selections []*selection

	resolvable     bool // of keys
	saysResolvable bool // the author wrote so
	extension      bool // the key is on an extension
}

// A selection is a field or a fragment of a field set.
type selection struct {
	parent   *typeDef
	name     string // of a field
	field    *field // nil for fragments and __typename
	args     ast.ArgumentList
	fragment bool
	on       *typeDef // the type that sub is selected on; nil for leaves
	cond     string   // the type condition of a fragment, "" for none
	sub      []*selection
}

// A fieldSetError says what is wrong with a field set.
type fieldSetError struct {
	kind    fieldSetFault
	message string
	try     string
}

// The faults that have codes of their own.
type fieldSetFault int

const (
	invalidFields fieldSetFault = iota
	invalidFieldsType
	directiveInFields
	fieldsHaveArgs
	fieldsSelectInvalidType
	missingExternal
)

// parseFieldSet parses text as selections on parent. The error is nil if the
// set is valid GraphQL on parent.
func (s *schema) parseFieldSet(text string, parent *typeDef) ([]*selection, *fieldSetError) {
	body := strings.TrimSpace(text)
	if body == "" {
		return nil, &fieldSetError{message: "it is empty"}
	}
	if !strings.HasPrefix(body, "{") {
		body = "{" + body + "}"
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "fields", Input: body}, maxFieldSetTokens)
	if err != nil {
		var g *gqlerror.Error
		if errors.As(err, &g) {
			return nil, &fieldSetError{message: "syntax error: " + g.Message}
		}
		return nil, &fieldSetError{message: err.Error()}
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 || len(doc.Operations[0].VariableDefinitions) != 0 {
		return nil, &fieldSetError{message: "it is not one selection set"}
	}
	return s.resolveSelections(doc.Operations[0].SelectionSet, parent)
}

func (s *schema) resolveSelections(set ast.SelectionSet, parent *typeDef) ([]*selection, *fieldSetError) {
	var out []*selection
	for _, x := range set {
		var sel *selection
		var err *fieldSetError
		switch x := x.(type) {
		case *ast.Field:
			sel, err = s.resolveField(x, parent)
		case *ast.InlineFragment:
			sel, err = s.resolveFragment(x, parent)
		default:
			err = &fieldSetError{message: "named fragments are not allowed"}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, sel)
	}
	return out, nil
}

func (s *schema) resolveField(x *ast.Field, parent *typeDef) (*selection, *fieldSetError) {
	if x.Alias != "" && x.Alias != x.Name {
		return nil, &fieldSetError{message: fmt.Sprintf("cannot use alias %q: aliases are not allowed", x.Alias)}
	}
	if len(x.Directives) > 0 {
		return nil, &fieldSetError{kind: directiveInFields, message: fmt.Sprintf("cannot have the directive \"@%s\" on field %q", x.Directives[0].Name, x.Name)}
	}
	if x.Name == "__typename" {
		return &selection{parent: parent, name: x.Name}, nil
	}
	f := parent.byName[x.Name]
	if f == nil || !parent.isComposite() {
		names := make([]string, 0, len(parent.fields))
		for _, f := range parent.fields {
			names = append(names, f.name)
		}
		try := ""
		if near := nearest(x.Name, names); near != "" {
			try = fmt.Sprintf("did you mean %q?", near)
		} else if slices.ContainsFunc(parent.decls, func(d *decl) bool { return d.extension }) || len(names) > 0 {
			try = fmt.Sprintf("if the field is in another subgraph, add it to %q with @external", parent.name)
		}
		return nil, &fieldSetError{message: fmt.Sprintf("type %q has no field %q", parent.name, x.Name), try: try}
	}
	for _, a := range x.Arguments {
		def := f.arg(a.Name)
		if def == nil {
			return nil, &fieldSetError{message: fmt.Sprintf("field %q has no argument %q", f.coordinate(), a.Name)}
		}
		if problem := s.checkValue(a.Value, def.typ); problem != "" {
			return nil, &fieldSetError{message: fmt.Sprintf("invalid value for argument %q: %s", def.coordinate(), problem)}
		}
	}
	for _, def := range f.args {
		if def.required() && x.Arguments.ForName(def.name) == nil {
			return nil, &fieldSetError{message: fmt.Sprintf("argument %q is required", def.coordinate())}
		}
	}
	sel := &selection{parent: parent, name: x.Name, field: f, args: x.Arguments}
	base := f.baseType()
	if base == nil {
		return nil, &fieldSetError{message: fmt.Sprintf("field %q has an unknown type", f.coordinate())}
	}
	switch {
	case base.isComposite() && len(x.SelectionSet) == 0 && base.kind != ast.Object:
		return nil, &fieldSetError{kind: fieldsSelectInvalidType, message: fmt.Sprintf("field %q is of the %s %q and nothing of it is selected", f.coordinate(), kindWord(base.kind), base.name)}
	case base.isComposite() && len(x.SelectionSet) == 0:
		return nil, &fieldSetError{message: fmt.Sprintf("field %q has the composite type %q, so it needs a selection of its fields", f.coordinate(), f.typ)}
	case !base.isComposite() && len(x.SelectionSet) > 0:
		return nil, &fieldSetError{message: fmt.Sprintf("field %q has type %q, which has no fields to select", f.coordinate(), f.typ)}
	case base.isComposite():
		var err *fieldSetError
		sel.on = base
		if sel.sub, err = s.resolveSelections(x.SelectionSet, base); err != nil {
			return nil, err
		}
	}
	return sel, nil
}

func (s *schema) resolveFragment(x *ast.InlineFragment, parent *typeDef) (*selection, *fieldSetError) {
	if len(x.Directives) > 0 {
		return nil, &fieldSetError{kind: directiveInFields, message: fmt.Sprintf("cannot have the directive \"@%s\" on a fragment", x.Directives[0].Name)}
	}
	sel := &selection{parent: parent, fragment: true, on: parent}
	if x.TypeCondition != "" {
		name := x.TypeCondition
		if to, ok := s.renamed[name]; ok {
			name = to
		}
		on := s.types[name]
		if on == nil || !on.isComposite() {
			return nil, &fieldSetError{message: fmt.Sprintf("%q is not a type that a fragment can be on", x.TypeCondition)}
		}
		if !s.overlap(on, parent) {
			return nil, &fieldSetError{message: fmt.Sprintf("a value of type %q is never of type %q", parent.name, on.name)}
		}
		sel.on, sel.cond = on, name
	}
	var err *fieldSetError
	sel.sub, err = s.resolveSelections(x.SelectionSet, sel.on)
	return sel, err
}

// overlap tells whether some object is of both types.
func (s *schema) overlap(a, b *typeDef) bool {
	if a == b {
		return true
	}
	possible := s.possibleTypes(b)
	return slices.ContainsFunc(s.possibleTypes(a), func(t *typeDef) bool { return slices.Contains(possible, t) })
}

// eachField calls do for every field at any depth; with implementations, also
// for the fields of the objects that an interface field may stand for.
func (s *schema) eachField(sels []*selection, implementations bool, do func(*field)) {
	for _, x := range sels {
		if x.field != nil {
			do(x.field)
			if implementations && x.parent.kind == ast.Interface {
				for _, t := range s.possibleTypes(x.parent) {
					if f := t.byName[x.name]; f != nil {
						do(f)
					}
				}
			}
		}
		s.eachField(x.sub, implementations, do)
	}
}

// normalForm writes selections so that sets which mean the same are equal:
// fragments on the parent's own type dissolved, sorted, without duplicates.
func normalForm(sels []*selection) string {
	var parts []string
	for _, x := range sels {
		var b strings.Builder
		if x.fragment {
			if x.cond == "" || x.cond == x.parent.name {
				parts = append(parts, normalForm(x.sub))
				continue
			}
			b.WriteString("... on " + x.cond)
		} else {
			b.WriteString(x.name)
			writeArguments(&b, x.args)
		}
		if x.sub != nil {
			b.WriteString(" { " + normalForm(x.sub) + " }")
		}
		parts = append(parts, b.String())
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " ")
}

// writeSelections writes selections as they stand.
func writeSelections(b *strings.Builder, sels []*selection) {
	for i, x := range sels {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case x.fragment && x.cond == "":
			b.WriteString("...")
		case x.fragment:
			b.WriteString("... on " + x.cond)
		default:
			b.WriteString(x.name)
			writeArguments(b, x.args)
		}
		if x.sub != nil {
			b.WriteString(" { ")
			writeSelections(b, x.sub)
			b.WriteString(" }")
		}
	}
}

func writeArguments(b *strings.Builder, args ast.ArgumentList) {
	for i, a := range args {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(a.Name + ": ")
		writeValue(b, a.Value)
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
}

// quote is the set as messages show it.
func (fs *fieldSet) quote() string { return shorten(fs.text, maxQuote) }

// where names the place of a field set in messages.
func (fs *fieldSet) where() string {
	if fs.place != "" {
		return fs.place // there may be a fault at each of its fields
	}
	fields := fs.app.arg("fields")
	text := ""
	if fields != nil {
		text = shorten(valueString(fields), maxQuote)
	}
	if fs.field != nil {
		fs.place = fmt.Sprintf("on field %q, for @%s(fields: %s)", fs.field.coordinate(), fs.app.name, text)
	} else {
		fs.place = fmt.Sprintf("on type %q, for @%s(fields: %s)", fs.on.name, fs.app.name, text)
	}
	return fs.place
}

func (fs *fieldSet) coordinate() string {
	if fs.field != nil {
		return fs.field.coordinate()
	}
	return fs.on.name
}

// code is the error code of a fault in a field set of this directive.
func (fs *fieldSet) code(kind fieldSetFault) string {
	codes := map[string][6]string{
		dirKey: {CodeKeyInvalidFields, CodeKeyInvalidFieldsType, CodeKeyDirectiveInFieldsArg,
			CodeKeyFieldsHasArgs, CodeKeyFieldsSelectInvalidType, CodeKeyInvalidFields},
		dirRequires: {CodeRequiresInvalidFields, CodeRequiresInvalidFieldsType, CodeRequiresDirectiveInFieldsArg,
			CodeRequiresInvalidFields, CodeRequiresInvalidFields, CodeRequiresFieldsMissingExternal},
		dirProvides: {CodeProvidesInvalidFields, CodeProvidesInvalidFieldsType, CodeProvidesDirectiveInFieldsArg,
			CodeProvidesFieldsHasArgs, CodeProvidesInvalidFields, CodeProvidesFieldsMissingExternal},
	}
	return codes[fs.directive][kind]
}
