package supergraph

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxTypeDepth bounds the lists in a type reference written in a string.
const maxTypeDepth = 20

// stringValue returns the string that a is set to; false if a is nil or not
// a string.
func stringValue(a *ast.Argument) (string, bool) {
	if a == nil || (a.Value.Kind != ast.StringValue && a.Value.Kind != ast.BlockValue) {
		return "", false
	}
	return a.Value.Raw, true
}

func isNull(v *ast.Value) bool { return v == nil || v.Kind == ast.NullValue }

// elements returns the elements of a list. Any other value counts as a list
// of itself, as where GraphQL coerces input.
func elements(v *ast.Value) []*ast.Value {
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	out := make([]*ast.Value, len(v.Children))
	for i, c := range v.Children {
		out[i] = c.Value
	}
	return out
}

// isName tells whether s is a name in GraphQL.
func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// parseType parses a type reference such as "[Product!]!". It returns nil if
// text is none.
func parseType(text string, pos *ast.Position) *ast.Type {
	text = strings.TrimSpace(text)
	if strings.Count(text, "[") > maxTypeDepth {
		return nil
	}
	bare, nonNull := strings.CutSuffix(text, "!")
	bare = strings.TrimSpace(bare)
	if inner, isList := strings.CutPrefix(bare, "["); isList {
		inner, closed := strings.CutSuffix(inner, "]")
		elem := parseType(inner, pos)
		if !closed || elem == nil {
			return nil
		}
		return &ast.Type{Elem: elem, NonNull: nonNull, Position: pos}
	}
	if !isName(bare) {
		return nil
	}
	return &ast.Type{NamedType: bare, NonNull: nonNull, Position: pos}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
