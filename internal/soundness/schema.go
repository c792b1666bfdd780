package soundness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/supergraph"
)

// SubgraphSDL prints the schema that a subgraph has according to the
// supergraph, with the entry points of federation and without its directives.
func SubgraphSDL(s *supergraph.Supergraph, subgraph int) string {
	p := &schemaPrinter{super: s, subgraph: subgraph}
	for _, d := range sortedValues(s.Full.Directives) {
		p.directive(d)
	}
	for _, t := range sortedValues(s.Types) {
		if in := t.In[subgraph]; in != nil {
			p.typ(t, in)
		}
	}
	p.entryPoints()
	return p.String()
}

func subgraphSchema(s *supergraph.Supergraph, subgraph int) (*ast.Schema, error) {
	name := s.Subgraphs[subgraph].Name
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: SubgraphSDL(s, subgraph)})
	if err != nil {
		return nil, fmt.Errorf("schema of subgraph %s: %w", name, err)
	}
	return schema, nil
}

type schemaPrinter struct {
	strings.Builder
	super    *supergraph.Supergraph
	subgraph int
	entities []string
}

func (p *schemaPrinter) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// builtIn are the directives that every schema has.
var builtIn = []string{"skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"}

func (p *schemaPrinter) directive(d *ast.DirectiveDefinition) {
	if slices.Contains(builtIn, d.Name) {
		return
	}
	var locations []string
	for _, l := range d.Locations {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
			locations = append(locations, string(l))
		}
	}
	if len(locations) > 0 {
		p.printf("directive @%s%s on %s\n", d.Name, argumentDefinitions(d.Arguments), strings.Join(locations, " | "))
	}
}

func (p *schemaPrinter) typ(t *supergraph.Type, in *supergraph.TypeIn) {
	switch t.Kind {
	case ast.Scalar:
		p.printf("scalar %s\n", t.Name)
	case ast.Enum:
		p.printf("enum %s { %s }\n", t.Name, strings.Join(in.EnumValues, " "))
	case ast.Union:
		if len(in.Possible) > 0 {
			p.printf("union %s = %s\n", t.Name, strings.Join(in.Possible, " | "))
		}
	case ast.InputObject:
		p.printf("input %s {", t.Name)
		for _, f := range t.Definition.Fields {
			if typ := in.InputFields[f.Name]; typ != nil {
				p.printf(" %s: %s", f.Name, typ)
				if f.DefaultValue != nil {
					p.printf(" = %s", f.DefaultValue)
				}
			}
		}
		p.printf(" }\n")
	case ast.Object, ast.Interface:
		p.composite(t, in)
	default:
		panic("soundness: a type of kind " + string(t.Kind))
	}
}

func (p *schemaPrinter) composite(t *supergraph.Type, in *supergraph.TypeIn) {
	keyword := "type"
	if t.Kind == ast.Interface && !in.InterfaceObject {
		keyword = "interface"
	}
	if keyword == "type" && len(in.Keys) > 0 {
		p.entities = append(p.entities, t.Name)
	}
	if len(in.Fields) == 0 && t.Name != p.super.Query {
		return
	}
	p.printf("%s %s", keyword, t.Name)
	if len(in.Interfaces) > 0 {
		p.printf(" implements %s", strings.Join(in.Interfaces, " & "))
	}
	p.printf(" {\n")
	for _, name := range slices.Sorted(maps.Keys(in.Fields)) {
		f, field := in.Fields[name], t.Fields[name]
		args := slices.Clone(field.Arguments)
		for _, c := range f.Context {
			args = append(args, &ast.ArgumentDefinition{Name: c.Name, Type: c.Type})
		}
		p.printf("  %s%s: %s\n", name, argumentDefinitions(args), f.Type)
	}
	if t.Name == p.super.Query {
		p.printf("  _service: _Service\n")
	}
	p.printf("}\n")
}

func (p *schemaPrinter) entryPoints() {
	p.printf("scalar _Any\ntype _Service { sdl: String }\n")
	if len(p.entities) > 0 {
		p.printf("union _Entity = %s\n", strings.Join(p.entities, " | "))
		p.printf("extend type %s { _entities(representations: [_Any!]!): [_Entity]! }\n", p.query())
	}
	p.printf("schema { query: %s", p.query())
	for _, root := range [][2]string{{"mutation", p.super.Mutation}, {"subscription", p.super.Subscription}} {
		if t := p.super.Types[root[1]]; t != nil && t.In[p.subgraph] != nil {
			p.printf(" %s: %s", root[0], root[1])
		}
	}
	p.printf(" }\n")
}

// query is the name of the query root, which every subgraph has at least for
// its entry points.
func (p *schemaPrinter) query() string {
	name := p.super.Query
	if t := p.super.Types[name]; t.In[p.subgraph] == nil {
		if !strings.Contains(p.String(), "type "+name+" {") {
			p.printf("type %s { _service: _Service }\n", name)
		}
	}
	return name
}

func argumentDefinitions(args ast.ArgumentDefinitionList) string {
	if len(args) == 0 {
		return ""
	}
	var parts []string
	for _, a := range args {
		part := a.Name + ": " + a.Type.String()
		if a.DefaultValue != nil {
			part += " = " + a.DefaultValue.String()
		}
		parts = append(parts, part)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// sortedValues returns the values of a map in the order of their names.
func sortedValues[V any](m map[string]V) []V {
	values := make([]V, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[name])
	}
	return values
}
