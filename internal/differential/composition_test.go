package differential

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/supergraph"
)

// Composing the subgraphs of a world gives the supergraph that the generator
// prints, or the error that something cannot be satisfied: worlds are valid,
// but nobody sees to it that every field can be had from everywhere.
func TestComposedSupergraphs(t *testing.T) {
	composed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := Generate(bitsOf(t))
		var subgraphs []composition.Subgraph
		for i, s := range w.Subgraphs {
			subgraphs = append(subgraphs, composition.Subgraph{Name: s.Name, URL: "http://" + s.Name + "/graphql", SDL: w.SDL(i)})
		}
		r := composition.Compose(subgraphs, composition.Options{})
		if !r.OK() {
			refused++
			for _, e := range r.Errors {
				if e.Code != "SATISFIABILITY_ERROR" {
					t.Fatalf("%s: %s\n%s", e.Code, e.Message, Report(w, nil))
				}
			}
			return
		}
		composed++
		want, err := supergraph.Parse("printed", w.Supergraph())
		if err != nil {
			t.Fatal(err)
		}
		got, err := supergraph.Parse("composed", r.SDL)
		if err != nil {
			t.Fatalf("%v\n%s", err, r.SDL)
		}
		if diff := cmp.Diff(describe(want), describe(got)); diff != "" {
			t.Fatalf("supergraph (-printed +composed):\n%s\n%s\n%s", diff, Report(w, nil), r.SDL)
		}
	})
	if composed < refused/5 {
		t.Errorf("%d worlds compose, %d do not", composed, refused)
	}
}

// describe prints everything that planning depends on in a supergraph, one
// line each.
func describe(s *supergraph.Supergraph) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		t := s.Types[name]
		lines = append(lines, fmt.Sprintf("%s %s = %v", t.Kind, name, t.Possible))
		for _, f := range slices.Sorted(maps.Keys(t.Fields)) {
			lines = append(lines, fmt.Sprintf("%s.%s: %s inaccessible=%t", name, f, t.Fields[f].Type, t.Fields[f].Inaccessible))
		}
		for g, in := range t.In {
			if in == nil || len(in.Fields) == 0 && (t.Kind == ast.Object || t.Kind == ast.Interface) {
				continue
			}
			at := s.Subgraphs[g].Name + " " + name
			lines = append(lines, fmt.Sprintf("%s = %v implements %v io=%t values=%v", at, in.Possible, in.Interfaces, in.InterfaceObject, in.EnumValues))
			for _, k := range in.Keys {
				lines = append(lines, fmt.Sprintf("%s key %s resolvable=%t", at, printSet(k.Fields), k.Resolvable))
			}
			for _, f := range slices.Sorted(maps.Keys(in.Fields)) {
				lines = append(lines, describeField(at+"."+f, in.Fields[f]))
			}
		}
	}
	return lines
}

func describeField(at string, f *supergraph.FieldIn) string {
	return fmt.Sprintf("%s: %s external=%t requires={%s} provides={%s} label=%q overrides=%t",
		at, f.Type, f.External, printSet(f.Requires), printSet(f.Provides), f.OverrideLabel, f.Overrides)
}

func printSet(s ast.SelectionSet) string {
	var parts []string
	for _, sel := range s {
		switch sel := sel.(type) {
		case *ast.Field:
			text := sel.Name
			for _, a := range sel.Arguments {
				text += "(" + a.Name + ":" + a.Value.String() + ")"
			}
			if len(sel.SelectionSet) > 0 {
				text += "{" + printSet(sel.SelectionSet) + "}"
			}
			parts = append(parts, text)
		case *ast.InlineFragment:
			parts = append(parts, "..."+sel.TypeCondition+"{"+printSet(sel.SelectionSet)+"}")
		}
	}
	return strings.Join(parts, " ")
}
