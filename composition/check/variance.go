package check

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// outputChange tells how severe it is that a field is of another type. What a
// field answers may become narrower.
func (d *differ) outputChange(base, revised *ast.Type) (severity Severity, changed bool) {
	if base.String() == revised.String() {
		return Safe, false
	}
	return d.narrows(base, revised), true
}

// narrows is Safe if each answer of the revised type is one of the base type,
// and selected from like one.
func (d *differ) narrows(base, revised *ast.Type) Severity {
	switch {
	case base.NonNull && !revised.NonNull:
		return Breaking
	case base.Elem != nil && revised.Elem != nil:
		return d.narrows(base.Elem, revised.Elem)
	case base.Elem != nil || revised.Elem != nil:
		return Breaking
	case base.NamedType == revised.NamedType:
		return Safe
	case d.isSubtype(base.NamedType, revised.NamedType):
		return Dangerous
	default:
		return Breaking
	}
}

// isSubtype tells whether an abstract type can give way to another type without
// making a fragment below it impossible: the other must be its subtype and stand
// for all the objects that it stood for.
func (d *differ) isSubtype(base, revised string) bool {
	old, now := d.base.Types[base], d.revised.Types[revised]
	if old == nil || now == nil {
		return false
	}
	still := d.revised.Types[base]
	if still == nil || still.Kind != old.Kind {
		return false
	}
	switch old.Kind {
	case ast.Interface:
		if !slices.Contains(now.Interfaces, base) {
			return false
		}
	case ast.Union:
		if now.Kind != ast.Object || !slices.Contains(still.Types, revised) {
			return false
		}
	default:
		return false
	}
	possible := map[string]bool{}
	for _, p := range d.revised.GetPossibleTypes(now) {
		possible[p.Name] = true
	}
	return !slices.ContainsFunc(d.base.GetPossibleTypes(old), func(p *ast.Definition) bool {
		return p.Kind == ast.Object && !possible[p.Name]
	})
}

// inputChange tells how severe it is that an argument or input field is of
// another type. What it takes may become wider.
func inputChange(base, revised *ast.Type) (severity Severity, changed bool) {
	switch {
	case base.String() == revised.String():
		return Safe, false
	case widens(base, revised):
		return Safe, true
	default:
		return Breaking, true
	}
}

// widens tells whether a variable of the base type fits where the revised type
// is asked for. GraphQL specification, "All Variable Usages Are Allowed".
func widens(base, revised *ast.Type) bool {
	switch {
	case revised.NonNull && !base.NonNull:
		return false
	case base.Elem != nil && revised.Elem != nil:
		return widens(base.Elem, revised.Elem)
	default:
		return base.Elem == nil && revised.Elem == nil && base.NamedType == revised.NamedType
	}
}
