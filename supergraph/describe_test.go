package supergraph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// compose wraps type definitions into a supergraph SDL of a join version. The
// graph enum has the given subgraphs in upper case; the definitions begin on
// line 3. links are further lines of @link applications.
func compose(version, graphs, types string, links ...string) string {
	var b strings.Builder
	if version == "v0.1" {
		b.WriteString(`schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`)
	} else {
		fmt.Fprintf(&b, `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/%s", for: EXECUTION)`, version)
	}
	for _, l := range links {
		b.WriteString(" " + l)
	}
	b.WriteString(" { query: Query ")
	for _, root := range []string{"Mutation", "Subscription"} {
		if strings.Contains(types, "type "+root+" ") {
			b.WriteString(strings.ToLower(root) + ": " + root + " ")
		}
	}
	b.WriteString("}\nenum join__Graph {")
	for g := range strings.FieldsSeq(graphs) {
		fmt.Fprintf(&b, " %s @join__graph(name: %q, url: %q)", strings.ToUpper(g), g, "http://"+g)
	}
	b.WriteString(" }\n")
	b.WriteString(types)
	return b.String()
}

const inaccessible = `@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)`

// mustParse parses or ends the test.
func mustParse(t testing.TB, sdl string) *Supergraph {
	t.Helper()
	s, err := Parse("s.graphql", sdl)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// describe writes the model, types and their fields by name:
//
//	User OBJECT
//	  in a: key(id) key(org { id }) unresolvable
//	  in b: interfaceObject; implements Node; possible User
//	  name: a String; b String external requires(x)
//
// An object's only possible type is left out.
func describe(s *Supergraph) string {
	var b strings.Builder
	for _, name := range sortedKeys(s.Types) {
		describeType(&b, s, s.Types[name])
	}
	return b.String()
}

func describeType(b *strings.Builder, s *Supergraph, t *Type) {
	fmt.Fprintf(b, "%s %s", t.Name, t.Kind)
	if t.Inaccessible {
		b.WriteString(" hidden")
	}
	if t.IsAbstract() {
		fmt.Fprintf(b, " possible(%s)", strings.Join(t.Possible, " "))
	}
	describeAccess(b, t.Access)
	b.WriteByte('\n')
	for i, in := range t.In {
		if in == nil {
			continue
		}
		fmt.Fprintf(b, "  in %s:", s.Subgraphs[i].Name)
		if in.InterfaceObject {
			b.WriteString(" interfaceObject")
		}
		for _, k := range in.Keys {
			fmt.Fprintf(b, " key(%s)", fieldSetString(k.Fields))
			if !k.Resolvable {
				b.WriteString("!")
			}
		}
		if len(in.Interfaces) > 0 {
			fmt.Fprintf(b, " implements(%s)", strings.Join(in.Interfaces, " "))
		}
		if t.IsAbstract() && !in.InterfaceObject {
			fmt.Fprintf(b, " possible(%s)", strings.Join(in.Possible, " "))
		}
		if len(in.EnumValues) > 0 {
			fmt.Fprintf(b, " values(%s)", strings.Join(in.EnumValues, " "))
		}
		for _, name := range sortedKeys(in.InputFields) {
			fmt.Fprintf(b, " %s: %s", name, in.InputFields[name])
		}
		b.WriteByte('\n')
	}
	for _, name := range sortedKeys(t.Fields) {
		describeField(b, s, t.Fields[name])
	}
}

func describeField(b *strings.Builder, s *Supergraph, f *Field) {
	fmt.Fprintf(b, "  %s:", f.Name)
	for i, in := range f.In {
		if i > 0 {
			b.WriteByte(';')
		}
		fmt.Fprintf(b, " %s %s", s.Subgraphs[in.Subgraph].Name, in.Type)
		if in.External {
			b.WriteString(" external")
		}
		if in.Requires != nil {
			fmt.Fprintf(b, " requires(%s)", fieldSetString(in.Requires))
		}
		if in.Provides != nil {
			fmt.Fprintf(b, " provides(%s)", fieldSetString(in.Provides))
		}
		if in.OverrideLabel != "" {
			fmt.Fprintf(b, " when(%s is %t)", in.OverrideLabel, in.Overrides)
		}
		for _, c := range in.Context {
			fmt.Fprintf(b, " %s: %s from %s(%s)", c.Name, c.Type, strings.Join(c.Types, "|"), fieldSetString(c.Selection))
		}
	}
	if len(f.In) == 0 {
		b.WriteString(" nowhere")
	}
	if f.Inaccessible {
		b.WriteString(" hidden")
	}
	describeAccess(b, f.Access)
	b.WriteByte('\n')
}

func describeAccess(b *strings.Builder, a *Access) {
	if a == nil {
		return
	}
	fmt.Fprintf(b, " access(%t %v %v)", a.Authenticated, a.Scopes, a.Policies)
}

func fieldSetString(set ast.SelectionSet) string {
	var parts []string
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			part := s.Name
			for _, a := range s.Arguments {
				part += fmt.Sprintf("(%s: %s)", a.Name, a.Value)
			}
			if s.SelectionSet != nil {
				part += " { " + fieldSetString(s.SelectionSet) + " }"
			}
			parts = append(parts, part)
		case *ast.InlineFragment:
			parts = append(parts, fmt.Sprintf("... on %s { %s }", s.TypeCondition, fieldSetString(s.SelectionSet)))
		default:
			panic(fmt.Sprintf("unexpected selection %T", s))
		}
	}
	return strings.Join(parts, " ")
}
