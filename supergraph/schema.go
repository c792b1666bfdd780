package supergraph

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/validator"
)

// fullSchema builds the schema of everything but machinery.
func (r *reader) fullSchema() (*ast.Schema, error) {
	if err := r.checkReferences(); err != nil {
		return nil, err
	}
	definitions := make(ast.DefinitionList, 0, len(r.declarations))
	for _, d := range r.declarations {
		definitions = append(definitions, d.def)
	}
	roots := r.doc.schema.OperationTypes
	if !slices.ContainsFunc(roots, func(o *ast.OperationTypeDefinition) bool { return o.Operation == ast.Query }) {
		return nil, errorAt(r.doc.schema.Position, CodeNoQueries, "the supergraph has no query root type")
	}
	return r.schema(definitions, r.directives, roots)
}

// schema validates definitions into a schema that has the introspection types
// and the built-in directives. gqlparser completes the definitions in place.
func (r *reader) schema(types ast.DefinitionList, directives ast.DirectiveDefinitionList, roots ast.OperationTypeDefinitionList) (*ast.Schema, error) {
	s, err := validator.ValidateSchemaDocument(&ast.SchemaDocument{
		Definitions: slices.Concat(r.prelude.Definitions, types),
		Directives:  slices.Concat(r.prelude.Directives, directives),
		Schema: ast.SchemaDefinitionList{{
			Description:    r.doc.schema.Description,
			Directives:     r.doc.schema.Directives,
			OperationTypes: roots,
			Position:       r.doc.schema.Position,
		}},
	})
	if err != nil {
		return nil, fromParser(r.doc.file, CodeInvalidGraphQL, err)
	}
	// The prelude has @defer, which nobody may use before the router says so.
	delete(s.Directives, "defer")
	// gqlparser counts an interface among the possible types of the
	// interfaces that it implements. No value is of such a type.
	for name, possible := range s.PossibleTypes {
		if def := s.Types[name]; def != nil && def.Kind == ast.Interface {
			s.PossibleTypes[name] = slices.DeleteFunc(possible, func(p *ast.Definition) bool { return p.Kind != ast.Object })
		}
	}
	return s, nil
}

// checkReferences refuses elements whose type belongs to a linked feature:
// clients would see a type that is not there.
func (r *reader) checkReferences() error {
	kept := make(map[string]bool, len(r.declarations))
	for _, d := range r.declarations {
		kept[d.def.Name] = true
	}
	check := func(element string, t *ast.Type) error {
		name := t.Name()
		if kept[name] || r.builtIn.types[name] {
			return nil
		}
		if f := r.fs.ofType(name); f != nil {
			return errorAt(t.Position, CodeReferencedInaccessible,
				"%s is of type %s, which belongs to the linked spec %s and is hidden from clients", element, name, f.identity)
		}
		return nil // undefined: validation says so
	}
	for _, d := range r.declarations {
		for _, f := range d.def.Fields {
			if err := check(d.def.Name+"."+f.Name, f.Type); err != nil {
				return err
			}
			for _, a := range f.Arguments {
				if err := check(d.def.Name+"."+f.Name+"("+a.Name+":)", a.Type); err != nil {
					return err
				}
			}
		}
	}
	for _, def := range r.directives {
		for _, a := range def.Arguments {
			if err := check("@"+def.Name+"("+a.Name+":)", a.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

// apiSchema builds the schema of what is not hidden. Without anything hidden
// that is full itself.
func (r *reader) apiSchema(full *ast.Schema) (*ast.Schema, error) {
	if len(r.hidden) == 0 {
		return full, nil
	}
	if err := r.checkInaccessible(full); err != nil {
		return nil, err
	}
	isHidden := func(name string) bool { return r.hidden[full.Types[name]] }
	var types ast.DefinitionList
	for _, d := range r.declarations {
		if !r.hidden[d.def] {
			types = append(types, r.visible(d.def, isHidden))
		}
	}
	directives := make(ast.DirectiveDefinitionList, 0, len(r.directives))
	for _, def := range r.directives {
		if args := r.visibleArguments(def.Arguments); len(args) != len(def.Arguments) {
			shown := *def
			shown.Arguments = args
			def = &shown
		}
		directives = append(directives, def)
	}
	roots := slices.DeleteFunc(slices.Clone(r.doc.schema.OperationTypes), func(o *ast.OperationTypeDefinition) bool {
		return isHidden(o.Type)
	})
	return r.schema(types, directives, roots)
}

// visible returns def without its hidden parts.
func (r *reader) visible(def *ast.Definition, isHidden func(string) bool) *ast.Definition {
	shown := *def
	shown.Interfaces = slices.DeleteFunc(slices.Clone(def.Interfaces), isHidden)
	shown.Types, shown.TypePositions = nil, nil
	for i, name := range def.Types {
		if isHidden(name) {
			continue
		}
		shown.Types = append(shown.Types, name)
		if len(def.TypePositions) == len(def.Types) {
			shown.TypePositions = append(shown.TypePositions, def.TypePositions[i])
		}
	}
	shown.EnumValues = nil
	for _, v := range def.EnumValues {
		if !r.hidden[v] {
			shown.EnumValues = append(shown.EnumValues, v)
		}
	}
	shown.Fields = make(ast.FieldList, 0, len(def.Fields))
	for _, f := range def.Fields {
		if r.hidden[f] || strings.HasPrefix(f.Name, "__") { // __schema and __type are added again
			continue
		}
		if args := r.visibleArguments(f.Arguments); len(args) != len(f.Arguments) {
			shown := *f
			shown.Arguments = args
			f = &shown
		}
		shown.Fields = append(shown.Fields, f)
	}
	return &shown
}

func (r *reader) visibleArguments(list ast.ArgumentDefinitionList) ast.ArgumentDefinitionList {
	for _, a := range list {
		if r.hidden[a] {
			return slices.DeleteFunc(slices.Clone(list), func(a *ast.ArgumentDefinition) bool { return r.hidden[a] })
		}
	}
	return list
}

// APISDL returns the API schema as SDL, elements of a kind sorted by name. It
// leaves out what GraphQL itself declares.
func (s *Supergraph) APISDL() string {
	doc := &ast.SchemaDocument{}
	for _, name := range sortedKeys(s.API.Directives) {
		doc.Directives = append(doc.Directives, s.API.Directives[name])
	}
	for _, name := range sortedKeys(s.API.Types) {
		doc.Definitions = append(doc.Definitions, s.API.Types[name])
	}
	roots := map[ast.Operation]*ast.Definition{
		ast.Query:        s.API.Query,
		ast.Mutation:     s.API.Mutation,
		ast.Subscription: s.API.Subscription,
	}
	schema := &ast.SchemaDefinition{Description: s.API.Description, Directives: s.API.SchemaDirectives}
	needed := schema.Description != "" || len(schema.Directives) > 0
	for _, d := range defaultRoots() {
		def := roots[d.Operation]
		if def != nil {
			schema.OperationTypes = append(schema.OperationTypes, &ast.OperationTypeDefinition{Operation: d.Operation, Type: def.Name})
		}
		// Without a schema definition a type becomes a root by its name.
		if s.API.Types[d.Type] != def {
			needed = true
		}
	}
	if needed {
		doc.Schema = ast.SchemaDefinitionList{schema}
	}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchemaDocument(doc)
	return b.String()
}
