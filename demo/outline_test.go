package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/supergraph"
)

// outlineOfSDL lists what a subgraph says: a line for each field, key, enum
// value and union member.
func outlineOfSDL(t *testing.T, name string) []string {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: SDL(name)})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, def := range doc.Definitions {
		for _, key := range def.Directives.ForNames("key") {
			lines = append(lines, fmt.Sprintf("%s key %s", def.Name, key.Arguments.ForName("fields").Value.Raw))
		}
		if def.Directives.ForName("interfaceObject") != nil {
			lines = append(lines, def.Name+" interfaceObject")
		}
		for _, f := range def.Fields {
			line := fmt.Sprintf("%s.%s: %s", def.Name, f.Name, f.Type)
			for _, directive := range []string{"external", "requires", "provides"} {
				if f.Directives.ForName(directive) != nil {
					line += " " + directive
				}
			}
			lines = append(lines, line)
		}
		for _, v := range def.EnumValues {
			lines = append(lines, def.Name+" value "+v.Name)
		}
		if def.Kind == ast.Union {
			lines = append(lines, def.Name+" members "+strings.Join(sorted(def.Types), " "))
		}
		for _, i := range def.Interfaces {
			lines = append(lines, def.Name+" implements "+i)
		}
	}
	return sorted(lines)
}

// outlineOfSupergraph lists the same of one subgraph of a supergraph.
func outlineOfSupergraph(super *supergraph.Supergraph, at int) []string {
	var lines []string
	for name, typ := range super.Types {
		in := typ.In[at]
		if in == nil {
			continue
		}
		for _, key := range in.Keys {
			lines = append(lines, fmt.Sprintf("%s key %s", name, key.Text))
		}
		if in.InterfaceObject {
			lines = append(lines, name+" interfaceObject")
		}
		for field, f := range in.Fields {
			line := fmt.Sprintf("%s.%s: %s", name, field, f.Type)
			for _, is := range []struct {
				what string
				yes  bool
			}{{"external", f.External}, {"requires", f.Requires != nil}, {"provides", f.Provides != nil}} {
				if is.yes {
					line += " " + is.what
				}
			}
			lines = append(lines, line)
		}
		for field, inputType := range in.InputFields {
			lines = append(lines, fmt.Sprintf("%s.%s: %s", name, field, inputType))
		}
		for _, v := range in.EnumValues {
			lines = append(lines, name+" value "+v)
		}
		if typ.Kind == ast.Union {
			lines = append(lines, name+" members "+strings.Join(sorted(in.Possible), " "))
		}
		for _, i := range in.Interfaces {
			lines = append(lines, name+" implements "+i)
		}
	}
	return sorted(lines)
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
