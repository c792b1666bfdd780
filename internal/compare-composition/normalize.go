package main

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// normalize writes a schema as sorted lines, one for each element, so that two
// schemas that mean the same give the same lines.
func normalize(sdl string) ([]string, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "supergraph", Input: sdl})
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(parts ...string) { out = append(out, strings.TrimSpace(strings.Join(parts, " "))) }
	for _, s := range append(slices.Clone(doc.Schema), doc.SchemaExtension...) {
		add("schema description", s.Description)
		for _, d := range s.Directives {
			add("schema", directive(d))
		}
		for _, o := range s.OperationTypes {
			add("schema", string(o.Operation), o.Type)
		}
	}
	for _, d := range doc.Directives {
		var locations []string
		for _, l := range d.Locations {
			locations = append(locations, string(l))
		}
		slices.Sort(locations)
		repeatable := ""
		if d.IsRepeatable {
			repeatable = "repeatable"
		}
		add("directive @"+d.Name, repeatable, strings.Join(locations, "|"), d.Description)
		for _, a := range d.Arguments {
			add("directive @"+d.Name, argument(a))
		}
	}
	for _, d := range doc.Definitions {
		definition(d, add)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func definition(d *ast.Definition, add func(...string)) {
	name := string(d.Kind) + " " + d.Name
	described := func(text string) string {
		if strings.HasPrefix(d.Name, "link__") {
			return "" // the specification's own words
		}
		return text
	}
	add(name, described(d.Description))
	for _, x := range d.Directives {
		add(name, directive(x))
	}
	for _, i := range d.Interfaces {
		add(name, "implements", i)
	}
	for _, m := range d.Types {
		add(name, "member", m)
	}
	for _, v := range d.EnumValues {
		add(name+"."+v.Name, described(v.Description))
		for _, x := range v.Directives {
			add(name+"."+v.Name, directive(x))
		}
	}
	for _, f := range d.Fields {
		add(name+"."+f.Name, f.Type.String(), "=", value(f.DefaultValue), f.Description)
		for _, a := range f.Arguments {
			add(name+"."+f.Name, argument(a))
		}
		for _, x := range f.Directives {
			add(name+"."+f.Name, directive(x))
		}
	}
}

func argument(a *ast.ArgumentDefinition) string {
	return "(" + a.Name + ": " + a.Type.String() + " = " + value(a.DefaultValue) + " " + a.Description + ") " + directives(a.Directives)
}

func directives(list ast.DirectiveList) string {
	var out []string
	for _, d := range list {
		out = append(out, directive(d))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func directive(d *ast.Directive) string {
	var args []string
	for _, a := range d.Arguments {
		v := value(a.Value)
		switch a.Name {
		case "scopes", "policies", "graphs", "import", "slicingArguments", "sizedFields":
			v = unordered(a.Value)
		}
		args = append(args, a.Name+": "+v)
	}
	slices.Sort(args)
	return "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
}

// unordered writes a list that stands for a set.
func unordered(v *ast.Value) string {
	if v.Kind != ast.ListValue {
		return value(v)
	}
	var items []string
	for _, c := range v.Children {
		items = append(items, unordered(c.Value))
	}
	slices.Sort(items)
	return "[" + strings.Join(items, ", ") + "]"
}

func value(v *ast.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Kind == ast.ObjectValue:
		var fields []string
		for _, c := range v.Children {
			fields = append(fields, c.Name+": "+value(c.Value))
		}
		slices.Sort(fields)
		return "{" + strings.Join(fields, ", ") + "}"
	case v.Kind == ast.ListValue:
		var items []string
		for _, c := range v.Children {
			items = append(items, value(c.Value))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.Kind == ast.BlockValue || v.Kind == ast.StringValue:
		return (&ast.Value{Kind: ast.StringValue, Raw: v.Raw}).String()
	default:
		return v.String()
	}
}
