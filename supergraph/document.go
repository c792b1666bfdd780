package supergraph

import (
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// A document is a parsed supergraph SDL with its extensions folded into what
// they extend.
type document struct {
	file  string
	types ast.DefinitionList
	named map[string]*ast.Definition

	directives ast.DirectiveDefinitionList

	// schema joins the schema definition and its extensions; its Position is
	// nil if there is neither.
	schema *ast.SchemaDefinition
	// explicit says that the schema names its root types.
	explicit bool
}

// readDocument parses sdl. Its errors say what to do about input that is not
// GraphQL at all.
func readDocument(file, sdl string) (*document, error) {
	whole := &ast.Position{Src: &ast.Source{Name: file}}
	if reason := notSDL(sdl); reason != "" {
		return nil, errorAt(whole, CodeNotSupergraph, "%s", reason)
	}
	parsed, err := parser.ParseSchema(&ast.Source{Name: file, Input: strings.TrimPrefix(sdl, byteOrderMark)})
	if err != nil {
		e := fromParser(file, CodeInvalidGraphQL, err)
		e.Message = "the supergraph SDL does not parse: " + e.Message
		return nil, e
	}
	doc := &document{
		file:       file,
		types:      parsed.Definitions,
		named:      make(map[string]*ast.Definition, len(parsed.Definitions)),
		directives: parsed.Directives,
		schema:     &ast.SchemaDefinition{},
	}
	if err := doc.foldTypes(parsed.Extensions); err != nil {
		return nil, err
	}
	if err := doc.foldDirectives(parsed.DirectiveExtensions); err != nil {
		return nil, err
	}
	if len(parsed.Schema) > 1 {
		return nil, errorAt(parsed.Schema[1].Position, CodeInvalidGraphQL, "there can be only one schema definition")
	}
	for _, s := range append(parsed.Schema, parsed.SchemaExtension...) {
		if doc.schema.Position == nil {
			doc.schema.Position = s.Position
			doc.schema.Description = s.Description
		}
		doc.schema.Directives = append(doc.schema.Directives, s.Directives...)
		doc.schema.OperationTypes = append(doc.schema.OperationTypes, s.OperationTypes...)
	}
	if len(doc.types) == 0 && len(doc.directives) == 0 && doc.schema.Position == nil {
		return nil, errorAt(whole, CodeNotSupergraph,
			"the supergraph is empty: compose the subgraphs and use the supergraph SDL that comes out")
	}
	doc.inferRoots()
	return doc, nil
}

func (doc *document) foldTypes(extensions ast.DefinitionList) error {
	for _, def := range doc.types {
		if doc.named[def.Name] != nil {
			return errorAt(def.Position, CodeInvalidGraphQL, "the type %s is defined twice", def.Name)
		}
		doc.named[def.Name] = def
	}
	for _, ext := range extensions {
		def := doc.named[ext.Name]
		if def == nil {
			return errorAt(ext.Position, CodeInvalidGraphQL, "cannot extend %s, which is not defined", ext.Name)
		}
		if def.Kind != ext.Kind {
			return errorAt(ext.Position, CodeInvalidGraphQL, "cannot extend %s, which is of kind %s, as %s", ext.Name, def.Kind, ext.Kind)
		}
		def.Directives = append(def.Directives, ext.Directives...)
		def.Interfaces = append(def.Interfaces, ext.Interfaces...)
		def.Fields = append(def.Fields, ext.Fields...)
		def.Types = append(def.Types, ext.Types...)
		def.TypePositions = append(def.TypePositions, ext.TypePositions...)
		def.EnumValues = append(def.EnumValues, ext.EnumValues...)
	}
	return nil
}

func (doc *document) foldDirectives(extensions ast.DirectiveDefinitionList) error {
	if len(extensions) == 0 {
		return nil
	}
	named := make(map[string]*ast.DirectiveDefinition, len(doc.directives))
	for _, def := range doc.directives {
		named[def.Name] = def
	}
	for _, ext := range extensions {
		def := named[ext.Name]
		if def == nil {
			return errorAt(ext.Position, CodeInvalidGraphQL, "cannot extend @%s, which is not defined", ext.Name)
		}
		def.Directives = append(def.Directives, ext.Directives...)
	}
	return nil
}

// inferRoots gives the schema its root types by their default names if it
// does not name any.
func (doc *document) inferRoots() {
	doc.explicit = len(doc.schema.OperationTypes) > 0
	if doc.explicit {
		return
	}
	for _, root := range defaultRoots() {
		if def := doc.named[root.Type]; def != nil {
			doc.schema.OperationTypes = append(doc.schema.OperationTypes, &ast.OperationTypeDefinition{
				Operation: root.Operation, Type: root.Type, Position: def.Position,
			})
		}
	}
}

func defaultRoots() []ast.OperationTypeDefinition {
	return []ast.OperationTypeDefinition{
		{Operation: ast.Query, Type: "Query"},
		{Operation: ast.Mutation, Type: "Mutation"},
		{Operation: ast.Subscription, Type: "Subscription"},
	}
}

const byteOrderMark = "\ufeff"

// notSDL tells in a sentence what the text is if it is plainly something
// else than SDL, and "" otherwise.
func notSDL(text string) string {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "the supergraph is not UTF-8 text: use the supergraph SDL as composed, uncompressed"
	}
	start := strings.TrimSpace(strings.TrimPrefix(text, byteOrderMark))
	switch {
	case strings.HasPrefix(start, "<"):
		return "this is a web page (HTML or XML), not a supergraph SDL: check where it was loaded from"
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		return "this is JSON, not a supergraph SDL: take the SDL text out of it, or compose the subgraphs"
	case strings.HasPrefix(start, "federation_version:"), strings.HasPrefix(start, "subgraphs:"):
		return "this is a composition config, not a supergraph SDL: compose with it first and use the SDL that comes out"
	}
	return ""
}

// notSupergraph tells what a schema without the link and join specs is and
// what to do about it.
func (doc *document) notSupergraph() error {
	pos := doc.schema.Position
	if pos == nil {
		pos = &ast.Position{Src: &ast.Source{Name: doc.file}}
	}
	if doc.isSubgraph() {
		return errorAt(pos, CodeNotSupergraph,
			"this is the schema of one subgraph, not a supergraph: compose it with the other subgraphs and use the SDL that comes out")
	}
	return errorAt(pos, CodeNotSupergraph,
		"this is a schema, but not a supergraph, as it does not link the join spec (%s/v0.5): compose the subgraphs and use the SDL that comes out", joinSpec)
}

// isSubgraph tells whether the schema has signs of a federation subgraph: a
// link to the federation spec, or its most used directives and types.
func (doc *document) isSubgraph() bool {
	for _, d := range doc.schema.Directives {
		if text, ok := stringValue(d.Arguments.ForName("url")); ok {
			if u, err := parseFeatureURL(text); err == nil && u.identity == federationSpec {
				return true
			}
		}
	}
	if doc.named["_Service"] != nil || doc.named["_Entity"] != nil {
		return true
	}
	for _, def := range doc.types {
		if def.Directives.ForName("key") != nil || def.Directives.ForName("extends") != nil {
			return true
		}
	}
	return false
}
