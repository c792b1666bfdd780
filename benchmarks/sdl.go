package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/supergraph"
)

// subgraphSDL writes the SDL of one subgraph as the supergraph tells of it:
// types, keys, and what is external, required and provided. The error is that
// the supergraph has what benchmarks do not need.
func subgraphSDL(super *supergraph.Supergraph, index int) (string, error) {
	var b strings.Builder
	b.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",` +
		` import: ["@key", "@external", "@requires", "@provides", "@shareable"])` + "\n")
	for _, name := range slices.Sorted(maps.Keys(super.Types)) {
		t := super.Types[name]
		in := t.InSubgraph(index)
		if in == nil {
			continue
		}
		if in.InterfaceObject {
			return "", fmt.Errorf("%s is an interface object, which is not supported", name)
		}
		b.WriteString("\n")
		if err := writeType(&b, t, in); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func writeType(b *strings.Builder, t *supergraph.Type, in *supergraph.TypeIn) error {
	switch t.Kind {
	case ast.Scalar:
		fmt.Fprintf(b, "scalar %s\n", t.Name)
	case ast.Union:
		fmt.Fprintf(b, "union %s = %s\n", t.Name, strings.Join(in.Possible, " | "))
	case ast.Enum:
		fmt.Fprintf(b, "enum %s {\n  %s\n}\n", t.Name, strings.Join(in.EnumValues, "\n  "))
	case ast.InputObject:
		fmt.Fprintf(b, "input %s {\n", t.Name)
		for _, name := range slices.Sorted(maps.Keys(in.InputFields)) {
			fmt.Fprintf(b, "  %s: %s\n", name, in.InputFields[name])
		}
		b.WriteString("}\n")
	case ast.Object, ast.Interface:
		return writeComposite(b, t, in)
	default:
		return fmt.Errorf("%s has the unknown kind %s", t.Name, t.Kind)
	}
	return nil
}

func writeComposite(b *strings.Builder, t *supergraph.Type, in *supergraph.TypeIn) error {
	keyword := "type"
	if t.Kind == ast.Interface {
		keyword = "interface"
	}
	fmt.Fprintf(b, "%s %s", keyword, t.Name)
	if len(in.Interfaces) > 0 {
		fmt.Fprintf(b, " implements %s", strings.Join(in.Interfaces, " & "))
	}
	for _, key := range in.Keys {
		fmt.Fprintf(b, " @key(fields: %q", key.Text)
		if !key.Resolvable {
			b.WriteString(", resolvable: false")
		}
		b.WriteString(")")
	}
	b.WriteString(" {\n")
	for _, name := range slices.Sorted(maps.Keys(in.Fields)) {
		if err := writeField(b, t.Fields[name], in.Fields[name]); err != nil {
			return fmt.Errorf("%s.%s: %w", t.Name, name, err)
		}
	}
	b.WriteString("}\n")
	return nil
}

func writeField(b *strings.Builder, f *supergraph.Field, in *supergraph.FieldIn) error {
	if len(in.Context) > 0 || in.OverrideLabel != "" {
		return fmt.Errorf("contexts and override labels are not supported")
	}
	fmt.Fprintf(b, "  %s", f.Name)
	for i, a := range f.Arguments {
		b.WriteString([]string{"(", ", "}[min(i, 1)])
		fmt.Fprintf(b, "%s: %s", a.Name, a.Type)
		if a.DefaultValue != nil {
			fmt.Fprintf(b, " = %s", a.DefaultValue)
		}
	}
	if len(f.Arguments) > 0 {
		b.WriteString(")")
	}
	fmt.Fprintf(b, ": %s", in.Type)
	if in.External {
		b.WriteString(" @external")
	}
	for directive, set := range map[string]ast.SelectionSet{"requires": in.Requires, "provides": in.Provides} {
		if set == nil {
			continue
		}
		text, err := fieldSet(set)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, " @%s(fields: %q)", directive, text)
	}
	b.WriteString("\n")
	return nil
}

// fieldSet prints a field set. How deep it nests is bounded by its parser.
func fieldSet(set ast.SelectionSet) (string, error) {
	var words []string
	for _, s := range set {
		f, ok := s.(*ast.Field)
		if !ok || len(f.Arguments) > 0 {
			return "", fmt.Errorf("a field set with fragments or arguments is not supported")
		}
		words = append(words, f.Name)
		if len(f.SelectionSet) > 0 {
			inner, err := fieldSet(f.SelectionSet)
			if err != nil {
				return "", err
			}
			words = append(words, "{", inner, "}")
		}
	}
	return strings.Join(words, " "), nil
}
