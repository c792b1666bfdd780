package oracle

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// A subgraph is what the merge of data needs to know of one subgraph.
type subgraph struct {
	name  string
	types map[string]*typeIn

	// roots maps the names of the root types here to their names in the
	// supergraph: Query, Mutation.
	roots map[string]string

	// hasRootData says that the data file says something about Query.
	hasRootData bool
}

// A typeIn is one type in one subgraph, its extensions included.
type typeIn struct {
	kind            ast.DefinitionKind
	interfaceObject bool
	interfaces      []string
	members         []string // of a union
	keys            []ast.SelectionSet
	fields          map[string]*fieldIn
}

// A fieldIn is one field of a type in one subgraph.
type fieldIn struct {
	typ       *ast.Type
	arguments ast.ArgumentDefinitionList
	external  bool
	from      string // the subgraph it is overridden from; "" for none
	label     string
	requires  ast.SelectionSet
}

// isComposite tells whether the subgraph has the type as one with fields or
// members, rather than as a leaf.
func (s *subgraph) isComposite(name string) bool {
	t := s.types[name]
	return t != nil && (t.kind == ast.Object || t.kind == ast.Interface || t.kind == ast.Union)
}

// readSubgraph reads what subgraphs/NAME.graphql says. It looks at nothing
// that composition would refuse.
func readSubgraph(name, sdl string) (*subgraph, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	s := &subgraph{name: name, types: map[string]*typeIn{}, roots: map[string]string{
		"Query": "Query", "Mutation": "Mutation",
	}}
	for _, schema := range append(doc.Schema[:len(doc.Schema):len(doc.Schema)], doc.SchemaExtension...) {
		for _, op := range schema.OperationTypes {
			s.roots[op.Type] = strings.ToUpper(string(op.Operation[:1])) + string(op.Operation[1:])
		}
	}
	local := directiveNames(doc)
	for _, def := range append(doc.Definitions[:len(doc.Definitions):len(doc.Definitions)], doc.Extensions...) {
		if err := s.add(def, local); err != nil {
			return nil, fmt.Errorf("subgraph %s, type %s: %w", name, def.Name, err)
		}
	}
	return s, nil
}

func (s *subgraph) add(def *ast.Definition, local func(string) string) error {
	name := def.Name
	if root, ok := s.roots[name]; ok {
		name = root
	}
	t := s.types[name]
	if t == nil {
		t = &typeIn{kind: def.Kind, fields: map[string]*fieldIn{}}
		s.types[name] = t
	}
	t.interfaces = append(t.interfaces, def.Interfaces...)
	t.members = append(t.members, def.Types...)
	if def.Directives.ForName(local("interfaceObject")) != nil {
		t.interfaceObject = true
	}
	for _, d := range def.Directives.ForNames(local("key")) {
		key, err := fieldSet(d.Arguments.ForName("fields").Value.Raw)
		if err != nil {
			return err
		}
		t.keys = append(t.keys, key)
	}
	typeExternal := def.Directives.ForName(local("external")) != nil
	for _, f := range def.Fields {
		in := &fieldIn{typ: f.Type, arguments: f.Arguments}
		in.external = typeExternal || f.Directives.ForName(local("external")) != nil
		if d := f.Directives.ForName(local("override")); d != nil {
			in.from = d.Arguments.ForName("from").Value.Raw
			if label := d.Arguments.ForName("label"); label != nil {
				in.label = label.Value.Raw
			}
		}
		if d := f.Directives.ForName(local("requires")); d != nil {
			var err error
			if in.requires, err = fieldSet(d.Arguments.ForName("fields").Value.Raw); err != nil {
				return err
			}
		}
		t.fields[f.Name] = in
	}
	return nil
}

// directiveNames tells the name a federation directive has in a document.
//
// Apollo Federation, "@link: renaming".
func directiveNames(doc *ast.SchemaDocument) func(string) string {
	imported := map[string]string{}
	prefix := ""
	for _, schema := range append(doc.Schema[:len(doc.Schema):len(doc.Schema)], doc.SchemaExtension...) {
		for _, link := range schema.Directives.ForNames("link") {
			url := link.Arguments.ForName("url")
			if url == nil || !strings.HasPrefix(url.Value.Raw, "https://specs.apollo.dev/federation/") {
				continue
			}
			prefix = "federation__"
			if as := link.Arguments.ForName("as"); as != nil {
				prefix = as.Value.Raw + "__"
			}
			list := link.Arguments.ForName("import")
			if list == nil {
				continue
			}
			for _, item := range list.Value.Children {
				name, as := item.Value.Raw, item.Value.Raw
				if item.Value.Kind == ast.ObjectValue {
					name = item.Value.Children.ForName("name").Raw
					as = item.Value.Children.ForName("as").Raw
				}
				imported[strings.TrimPrefix(name, "@")] = strings.TrimPrefix(as, "@")
			}
		}
	}
	return func(name string) string {
		if as, ok := imported[name]; ok {
			return as
		}
		return prefix + name
	}
}

func fieldSet(text string) (ast.SelectionSet, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "field set", Input: "{" + text + "}"})
	if err != nil {
		return nil, err
	}
	return doc.Operations[0].SelectionSet, nil
}

// isActive tells whether a label of a progressive override is active: those
// that are for every request. All others depend on who asks, and are inactive
// for one who does not say.
func isActive(label string) bool {
	return label == "" || label == "percent(100)"
}
