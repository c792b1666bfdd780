package check

import "github.com/vektah/gqlparser/v2/ast"

// An input is an argument or a field of an input object.
type input struct {
	typ         *ast.Type
	fallback    *ast.Value
	description string
	directives  ast.DirectiveList
}

// isRequired tells whether an operation must give a value. GraphQL
// specification, "Required Arguments" and "Input Object Required Fields".
func (i *input) isRequired() bool { return i.typ.NonNull && i.fallback == nil }

// inputKinds are how changes of inputs are called.
type inputKinds struct {
	word                               string
	removed, added, retyped, defaulted Kind

	// coordinate of an input of an element.
	coordinate func(owner, name string) string

	// harmless says that no operation can give a value, so all is safe.
	harmless bool
}

var ofArguments = inputKinds{
	word: "argument", removed: ArgumentRemoved, added: ArgumentAdded, retyped: ArgumentTypeChanged, defaulted: ArgumentDefaultChanged,
	coordinate: func(owner, name string) string { return owner + "(" + name + ":)" },
}

var ofInputObjects = inputKinds{
	word: "input field", removed: InputFieldRemoved, added: InputFieldAdded, retyped: InputFieldTypeChanged, defaulted: InputFieldDefaultChanged,
	coordinate: func(owner, name string) string { return owner + "." + name },
}

func inputsOfArguments(list ast.ArgumentDefinitionList) map[string]*input {
	m := make(map[string]*input, len(list))
	for _, a := range list {
		m[a.Name] = &input{a.Type, a.DefaultValue, a.Description, a.Directives}
	}
	return m
}

func (d *differ) inputFields(owner string, base, revised ast.FieldList) {
	inputs := func(list ast.FieldList) map[string]*input {
		m := make(map[string]*input, len(list))
		for _, f := range list {
			m[f.Name] = &input{f.Type, f.DefaultValue, f.Description, f.Directives}
		}
		return m
	}
	d.inputs(ofInputObjects, owner, inputs(base), inputs(revised))
}

func (d *differ) inputs(kinds inputKinds, owner string, before, after map[string]*input) {
	severity := func(s Severity) Severity {
		if kinds.harmless {
			return Safe
		}
		return s
	}
	for _, name := range both(before, after) {
		old, now, coordinate := before[name], after[name], kinds.coordinate(owner, name)
		what := kinds.word + " " + coordinate
		switch {
		case now == nil:
			d.add(severity(Breaking), kinds.removed, coordinate, "%s is gone%s", what, wasDeprecated(old.directives))
			continue
		case old == nil && now.isRequired():
			d.add(severity(Breaking), kinds.added, coordinate, "%s is new and required, of type %s", what, now.typ)
			continue
		case old == nil:
			d.add(severity(Dangerous), kinds.added, coordinate, "%s is new and optional, of type %s", what, now.typ)
			continue
		}
		if s, changed := inputChange(old.typ, now.typ); changed {
			d.add(severity(s), kinds.retyped, coordinate, "%s is of type %s; it was of type %s", what, now.typ, old.typ)
		}
		d.fallback(severity, kinds, coordinate, what, old, now)
		d.description(coordinate, what, old.description, now.description)
		d.deprecation(coordinate, what, old.directives, now.directives)
		d.applied(coordinate, what, old.directives, now.directives)
	}
}

// fallback compares default values.
func (d *differ) fallback(severity func(Severity) Severity, kinds inputKinds, coordinate, what string, old, now *input) {
	switch {
	case sameValue(old.fallback, now.fallback):
	case now.fallback == nil && now.isRequired():
		d.add(severity(Breaking), kinds.defaulted, coordinate, "%s is required: its default %s is gone", what, excerpt(old.fallback))
	case now.fallback == nil:
		d.add(severity(Dangerous), kinds.defaulted, coordinate, "%s has no default any more; it was %s", what, excerpt(old.fallback))
	case old.fallback == nil && old.isRequired():
		d.add(Safe, kinds.defaulted, coordinate, "%s is not required any more: its default is %s", what, excerpt(now.fallback))
	case old.fallback == nil:
		d.add(severity(Dangerous), kinds.defaulted, coordinate, "%s has the default %s; it had none", what, excerpt(now.fallback))
	default:
		d.add(severity(Dangerous), kinds.defaulted, coordinate, "%s has the default %s; it was %s", what, excerpt(now.fallback), excerpt(old.fallback))
	}
}

// sameValue tells whether two constant values mean the same: the order of the
// fields of an object does not matter, nor how a string is quoted.
func sameValue(a, b *ast.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if valueKind(a) != valueKind(b) || len(a.Children) != len(b.Children) {
		return false
	}
	switch a.Kind {
	case ast.ListValue:
		for i := range a.Children {
			if !sameValue(a.Children[i].Value, b.Children[i].Value) {
				return false
			}
		}
		return true
	case ast.ObjectValue:
		byName := make(map[string]*ast.Value, len(b.Children))
		for _, c := range b.Children {
			byName[c.Name] = c.Value
		}
		for _, c := range a.Children {
			if v := byName[c.Name]; v == nil || !sameValue(c.Value, v) {
				return false
			}
		}
		return true
	default:
		return a.Raw == b.Raw
	}
}

func valueKind(v *ast.Value) ast.ValueKind {
	if v.Kind == ast.BlockValue {
		return ast.StringValue
	}
	return v.Kind
}

// excerpt is the beginning of a value as it is written.
func excerpt(v *ast.Value) string { return shorten(v.String()) }

// shorten cuts what would make a message unreadable.
func shorten(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
