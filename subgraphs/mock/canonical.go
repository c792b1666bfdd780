package mock

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// holds tells how much of a field set an object has.
type holds int

const (
	holdsAll  holds = iota
	holdsNull       // all of it, with a null somewhere
	holdsPart       // something is absent
)

// A fieldReader returns a field of an object; ok is false if it is absent or
// object is none.
type fieldReader func(object any, field string) (value any, ok bool)

// mapField reads objects as decoded from JSON.
func mapField(object any, field string) (any, bool) {
	m, ok := object.(map[string]any)
	if !ok {
		return nil, false
	}
	value, ok := m[field]
	return value, ok
}

// canonical renders the part of an object that a key's field set selects, the
// same for equal values: two objects with equal texts are the same entity.
// The text means something only with holdsAll.
func canonical(set ast.SelectionSet, object any, read fieldReader) (string, holds) {
	b, h := appendCanonical(nil, set, object, read)
	return string(b), h
}

func appendCanonical(b []byte, set ast.SelectionSet, object any, read fieldReader) ([]byte, holds) {
	result := holdsAll
	b = append(b, '{')
	for _, selection := range set {
		var h holds
		switch sel := selection.(type) {
		case *ast.Field:
			if sel.Name == "__typename" {
				continue
			}
			value, ok := read(object, sel.Name)
			if !ok {
				return b, holdsPart
			}
			b, h = appendKeyValue(b, sel.SelectionSet, value, read)
		case *ast.InlineFragment:
			b, h = appendCanonical(b, sel.SelectionSet, object, read)
		default:
			return b, holdsPart
		}
		if result = max(result, h); result == holdsPart {
			return b, holdsPart
		}
		b = append(b, ',')
	}
	return append(b, '}'), result
}

func appendKeyValue(b []byte, set ast.SelectionSet, value any, read fieldReader) ([]byte, holds) {
	if value == nil {
		return b, holdsNull
	}
	if list, ok := value.([]any); ok {
		result := holdsAll
		b = append(b, '[')
		for _, element := range list {
			var h holds
			b, h = appendKeyValue(b, set, element, read)
			result = max(result, h)
			b = append(b, ',')
		}
		return append(b, ']'), result
	}
	if len(set) > 0 {
		return appendCanonical(b, set, value, read)
	}
	text, ok := leafText(value)
	if !ok {
		return b, holdsPart
	}
	return strconv.AppendQuote(b, text), holdsAll
}
