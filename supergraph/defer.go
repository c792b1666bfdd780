package supergraph

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
)

// Deferring is the API schema with the directive that lets clients have parts of
// an answer later:
//
//	directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
//
// All but the list of directives is shared with API.
func (s *Supergraph) Deferring() *ast.Schema {
	place := &ast.Position{Src: &ast.Source{Name: "@defer", BuiltIn: true}, Line: 1, Column: 1}
	schema := *s.API
	schema.Directives = maps.Clone(s.API.Directives)
	schema.Directives["defer"] = &ast.DirectiveDefinition{
		Name: "defer",
		Arguments: ast.ArgumentDefinitionList{
			{Name: "label", Type: ast.NamedType("String", place), Position: place},
			{Name: "if", Type: ast.NonNullNamedType("Boolean", place), Position: place,
				DefaultValue: &ast.Value{Kind: ast.BooleanValue, Raw: "true", Definition: s.API.Types["Boolean"], Position: place}},
		},
		Locations: []ast.DirectiveLocation{ast.LocationFragmentSpread, ast.LocationInlineFragment},
		Position:  place,
	}
	return &schema
}
