package golden

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graphql/weft/planner/plan"
)

// checkPlan tells what is wrong with a plan, whatever it is a plan for: its
// order, and the documents, each of which must be valid in its subgraph.
func checkPlan(p *plan.Plan, schemas map[string]*ast.Schema) []string {
	var faults []string
	for i, f := range p.Fetches {
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Sprintf("fetch %d of %s: ", i, f.Subgraph)+fmt.Sprintf(format, args...))
		}
		if f.ID != i {
			fault("has the ID %d", f.ID)
		}
		if !slices.IsSorted(f.DependsOn) {
			fault("depends on %v, which is not ascending", f.DependsOn)
		}
		for _, id := range f.DependsOn {
			if id < 0 || id >= i {
				fault("depends on %d, which does not come before it", id)
			}
		}
		if (f.Selections == nil) == (f.Lookups == nil) {
			fault("must have either selections or lookups")
		}
		if len(f.Reasons) == 0 {
			fault("has no reason")
		}
		schema := schemas[f.Subgraph]
		if schema == nil {
			fault("there is no such subgraph")
			continue
		}
		for _, problem := range checkDocument(f, schema) {
			fault("%s", problem)
		}
	}
	return faults
}

func checkDocument(f *plan.Fetch, schema *ast.Schema) []string {
	doc, err := parser.ParseQuery(&ast.Source{Name: f.Subgraph, Input: f.Document})
	if err != nil {
		return []string{fmt.Sprintf("%s\n%s", err, f.Document)}
	}
	var faults []string
	for _, e := range validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()) {
		faults = append(faults, fmt.Sprintf("%s\n%s", e.Message, f.Document))
	}
	if len(doc.Operations) != 1 {
		return append(faults, fmt.Sprintf("%d operations in one document", len(doc.Operations)))
	}
	op := doc.Operations[0]
	if op.Operation != f.Operation || op.Name != f.Name {
		faults = append(faults, fmt.Sprintf("the document has the %s %q, the fetch says %s %q", op.Operation, op.Name, f.Operation, f.Name))
	}
	given := slices.Clone(f.Variables)
	for _, l := range f.Lookups {
		given = append(given, l.Variable)
		for _, c := range l.Context {
			given = append(given, c.Variable)
		}
	}
	var declared []string
	for _, v := range op.VariableDefinitions {
		declared = append(declared, v.Variable)
	}
	slices.Sort(given)
	slices.Sort(declared)
	if !slices.Equal(slices.Compact(given), declared) {
		faults = append(faults, fmt.Sprintf("the document declares %v, the fetch sends %v", declared, given))
	}
	return faults
}

// entryPoints are what a subgraph has besides its SDL.
//
// Apollo Federation subgraph specification, "Subgraph schema additions".
const entryPoints = `
scalar _Any
type _Service { sdl: String }
union _Entity = %s
extend type %s { _service: _Service! %s }
`

// subgraphSchema makes an executable schema of a subgraph's SDL: extensions
// become definitions, what belongs to federation is left out, and the entry
// points are put in.
func subgraphSchema(name, sdl string) (*ast.Schema, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	prelude := validator.PreludeDocument()
	merged := &ast.SchemaDocument{Definitions: prelude.Definitions, Directives: prelude.Directives}
	query := "Query"
	for _, s := range append(doc.Schema[:len(doc.Schema):len(doc.Schema)], doc.SchemaExtension...) {
		if len(s.OperationTypes) == 0 {
			continue
		}
		merged.Schema = append(merged.Schema, &ast.SchemaDefinition{OperationTypes: s.OperationTypes, Position: s.Position})
		for _, root := range s.OperationTypes {
			if root.Operation == ast.Query {
				query = root.Type
			}
		}
	}
	for _, d := range doc.Directives {
		if slices.ContainsFunc(d.Locations, isExecutable) {
			merged.Directives = append(merged.Directives, d)
		}
	}
	var entities []string
	byName := map[string]*ast.Definition{}
	for _, def := range append(doc.Definitions[:len(doc.Definitions):len(doc.Definitions)], doc.Extensions...) {
		if slices.ContainsFunc(def.Directives, func(d *ast.Directive) bool { return strings.HasSuffix(d.Name, "key") }) &&
			def.Kind == ast.Object && !slices.Contains(entities, def.Name) {
			entities = append(entities, def.Name)
		}
		there := byName[def.Name]
		if there == nil {
			there = &ast.Definition{Kind: def.Kind, Name: def.Name, Position: def.Position}
			byName[def.Name] = there
			merged.Definitions = append(merged.Definitions, there)
		}
		extend(there, def)
	}
	if err := addEntryPoints(merged, byName, query, entities); err != nil {
		return nil, err
	}
	schema, err := validator.ValidateSchemaDocument(merged)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	return schema, nil
}

func isExecutable(l ast.DirectiveLocation) bool {
	switch l {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
		ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
		return true
	}
	return false
}

// extend adds what more says about a type, without its directives.
func extend(def, more *ast.Definition) {
	def.Interfaces = append(def.Interfaces, more.Interfaces...)
	def.Types = append(def.Types, more.Types...)
	for _, v := range more.EnumValues {
		def.EnumValues = append(def.EnumValues, &ast.EnumValueDefinition{Name: v.Name, Position: v.Position})
	}
	for _, f := range more.Fields {
		bare := *f
		bare.Directives = nil
		bare.Arguments = nil
		for _, a := range f.Arguments {
			arg := *a
			arg.Directives = nil
			bare.Arguments = append(bare.Arguments, &arg)
		}
		def.Fields = append(def.Fields, &bare)
	}
}

func addEntryPoints(merged *ast.SchemaDocument, byName map[string]*ast.Definition, query string, entities []string) error {
	field := ""
	union := query // a union must have a member; without entities nothing refers to it
	if len(entities) > 0 {
		field = "_entities(representations: [_Any!]!): [_Entity]!"
		union = strings.Join(entities, " | ")
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: "entry points", Input: fmt.Sprintf(entryPoints, union, query, field)})
	if err != nil {
		return err
	}
	root := byName[query]
	if root == nil {
		root = &ast.Definition{Kind: ast.Object, Name: query, Position: doc.Extensions[0].Position}
		merged.Definitions = append(merged.Definitions, root)
	}
	extend(root, doc.Extensions[0])
	merged.Definitions = append(merged.Definitions, doc.Definitions...)
	return nil
}
