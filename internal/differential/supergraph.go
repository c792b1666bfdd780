package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Supergraph prints the supergraph SDL that composing the subgraphs gives.
//
// Apollo Federation, "join" specification, v0.3 to v0.5.
func (w *World) Supergraph() string {
	p := &joinPrinter{w: w}
	p.header()
	for _, t := range w.Types {
		p.typ(t)
	}
	return p.String()
}

type joinPrinter struct {
	strings.Builder
	w *World
}

func (p *joinPrinter) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// version is the minor version of the join specification.
func (p *joinPrinter) version() int {
	switch {
	case p.w.Federation >= 8:
		return 5
	case p.w.Federation >= 7:
		return 4
	default:
		return 3
	}
}

func (p *joinPrinter) header() {
	v := p.version()
	p.printf("schema\n  @link(url: \"https://specs.apollo.dev/link/v1.0\")\n  @link(url: \"https://specs.apollo.dev/join/v0.%d\", for: EXECUTION)\n  @link(url: \"https://specs.apollo.dev/inaccessible/v0.2\", for: SECURITY)\n{\n  query: Query\n", v)
	if p.w.types["Mutation"] != nil {
		p.printf("  mutation: Mutation\n")
	}
	p.printf("}\n")
	fieldArgs := "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean"
	if v >= 4 {
		fieldArgs += ", overrideLabel: String"
		p.printf("directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION\nscalar join__DirectiveArguments\n")
	}
	if v >= 5 {
		fieldArgs += ", contextArguments: [join__ContextArgument!]"
		p.printf("input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }\nscalar join__FieldValue\n")
	}
	p.printf("directive @join__field(%s) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION\n", fieldArgs)
	p.printf(`directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
`)
	p.printf("enum join__Graph {\n")
	for _, g := range p.w.byName() {
		p.printf("  %s @join__graph(name: %q, url: \"http://%s/graphql\")\n", p.graph(g.Index), g.Name, g.Name)
	}
	p.printf("}\n")
}

// byName are the subgraphs in the order in which composition takes them.
func (w *World) byName() []*Subgraph {
	return slices.SortedFunc(slices.Values(w.Subgraphs), func(a, b *Subgraph) int { return strings.Compare(a.Name, b.Name) })
}

func (p *joinPrinter) graph(subgraph int) string {
	return strings.ToUpper(p.w.Subgraphs[subgraph].Name)
}

func (p *joinPrinter) typ(t *Type) {
	keyword := map[ast.DefinitionKind]string{ast.Enum: "enum", ast.InputObject: "input", ast.Union: "union", ast.Interface: "interface", ast.Object: "type"}[t.Kind]
	p.printf("%s %s", keyword, t.Name)
	if len(t.Implements) > 0 {
		p.printf(" implements %s", strings.Join(t.Implements, " & "))
	}
	p.printf("\n")
	var graphs []int
	for _, g := range p.w.byName() {
		if in := t.In[g.Index]; in != nil || t.Name == "Query" {
			graphs = append(graphs, g.Index)
		}
	}
	for _, g := range graphs {
		p.joinType(t, g)
	}
	switch t.Kind {
	case ast.Union:
		p.printf(" = %s\n", strings.Join(t.Members, " | "))
	case ast.Enum:
		p.printf("{\n")
		for _, v := range t.Values {
			p.printf("  %s", v)
			for _, g := range graphs {
				p.printf(" @join__enumValue(graph: %s)", p.graph(g))
			}
			p.printf("\n")
		}
		p.printf("}\n")
	case ast.InputObject:
		p.printf("{ %s }\n", inputFields(t))
	default:
		p.printf("{\n")
		for _, f := range t.Fields {
			p.field(t, f, graphs)
		}
		p.printf("}\n")
	}
}

func (p *joinPrinter) joinType(t *Type, g int) {
	in := t.In[g]
	if in == nil {
		in = &TypeIn{}
	}
	for _, name := range in.Implements {
		p.printf("  @join__implements(graph: %s, interface: %q)\n", p.graph(g), name)
	}
	about := ""
	if in.InterfaceObject {
		about = ", isInterfaceObject: true"
	}
	for _, k := range in.Keys {
		resolvable := ""
		if !k.Resolvable {
			resolvable = ", resolvable: false"
		}
		p.printf("  @join__type(graph: %s, key: %q%s%s)\n", p.graph(g), k.Fields, resolvable, about)
	}
	if len(in.Keys) == 0 {
		p.printf("  @join__type(graph: %s%s)\n", p.graph(g), about)
	}
	if t.Kind == ast.Union {
		for _, m := range in.Members {
			p.printf("  @join__unionMember(graph: %s, member: %q)\n", p.graph(g), m)
		}
	}
}

func (p *joinPrinter) field(t *Type, f *Field, graphs []int) {
	p.printf("  %s%s: %s", f.Name, arguments(f), p.w.merged(t, f))
	if p.needsJoin(t, f, graphs) {
		own := false
		for _, g := range graphs {
			if in := t.In[g]; in != nil && in.Fields[f.Name] != nil {
				own = true
				p.joinField(t, f, g)
			}
		}
		if !own {
			p.printf(" @join__field") // an interface object has it
		}
	}
	if f.Inaccessible {
		p.printf(" @inaccessible")
	}
	p.printf("\n")
}

// needsJoin tells whether a field is not simply in all subgraphs that have the
// type.
func (p *joinPrinter) needsJoin(t *Type, f *Field, graphs []int) bool {
	for _, g := range graphs {
		in := t.In[g]
		if in == nil || in.Fields[f.Name] == nil {
			return true
		}
		own := in.Fields[f.Name]
		if own.External || own.Overridden || own.Label != "" || own.Override >= 0 || own.Requires != "" || own.Provides != "" {
			return true
		}
	}
	return p.typesDiffer(t, f)
}

func (p *joinPrinter) typesDiffer(t *Type, f *Field) bool {
	types := map[string]bool{}
	for _, in := range t.In {
		if in != nil && in.Fields[f.Name] != nil {
			types[in.Fields[f.Name].typeIn().String()] = true
		}
	}
	return len(types) > 1
}

func (p *joinPrinter) joinField(t *Type, f *Field, g int) {
	in := t.In[g].Fields[f.Name]
	used := p.usedByInterface(t, f, g)
	if in.Overridden && in.Label == "" && !used {
		return
	}
	p.printf(" @join__field(graph: %s", p.graph(g))
	if p.typesDiffer(t, f) {
		p.printf(", type: %q", in.typeIn())
	}
	if in.Requires != "" {
		p.printf(", requires: %q", in.Requires)
	}
	if in.Provides != "" {
		p.printf(", provides: %q", in.Provides)
	}
	if in.External {
		p.printf(", external: true")
	}
	if in.Override >= 0 {
		p.printf(", override: %q", p.w.Subgraphs[in.Override].Name)
	}
	if in.Overridden && used {
		p.printf(", usedOverridden: true")
	}
	if in.Label != "" {
		p.printf(", overrideLabel: %q", in.Label)
	}
	p.printf(")")
}

// usedByInterface tells whether an interface of the type has the field in a
// subgraph.
func (p *joinPrinter) usedByInterface(t *Type, f *Field, g int) bool {
	return slices.ContainsFunc(t.In[g].Implements, func(name string) bool {
		return p.w.types[name].In[g].Fields[f.Name] != nil
	})
}
