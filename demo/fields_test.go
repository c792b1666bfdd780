package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// TestEveryFieldIsResolved asks every subgraph for every field of every
// entity, and for every root field, three levels deep: each must have
// somebody who resolves it, and a value that fits its type.
func TestEveryFieldIsResolved(t *testing.T) {
	subs := newSubgraphs(t, 500)
	for _, name := range Names() {
		doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: SDL(name)})
		if err != nil {
			t.Fatal(err)
		}
		w := &selector{doc: doc}
		for _, def := range doc.Definitions {
			if len(def.Directives.ForNames("key")) == 0 || def.Kind != ast.Object {
				continue
			}
			t.Run(name+"/"+def.Name, func(t *testing.T) {
				query := fmt.Sprintf("query ($r: [_Any!]!) { _entities(representations: $r) { ... on %s %s } }", def.Name, w.set(def, 0, true))
				got := ask(t, subs[name], query, map[string]any{"r": representations(def.Name)})
				checkAnswer(t, query, got)
			})
		}
		t.Run(name+"/Query", func(t *testing.T) {
			query := w.set(doc.Definitions.ForName("Query"), 0, false)
			checkAnswer(t, query, ask(t, subs[name], query, nil))
		})
	}
}

func checkAnswer(t *testing.T, query, got string) {
	t.Helper()
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal([]byte(got), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Errors) > 0 || answer.Data == nil {
		t.Errorf("%s\n%.2000s", query, got)
	}
}

// representations of the first entities of a type, with all that any field
// requires.
func representations(typ string) []any {
	var list []any
	for n := 1; n <= 40; n++ {
		id := fmt.Sprint(n)
		if typ == "Review" {
			id = fmt.Sprintf("r%d-1", n)
		}
		list = append(list, map[string]any{
			"__typename": typ, "id": id, "weight": 10 * n, "price": 1.5 * float64(n),
			"dimensions": map[string]any{"width": n, "height": n, "depth": n},
		})
	}
	return list
}

type selector struct{ doc *ast.SchemaDocument }

// set selects all fields of a type that the subgraph answers; those that
// require something only on entities that were represented.
func (w *selector) set(def *ast.Definition, depth int, represented bool) string {
	var b strings.Builder
	b.WriteString("{ __typename")
	for _, f := range def.Fields {
		if f.Directives.ForName("external") != nil || f.Directives.ForName("requires") != nil && !represented {
			continue
		}
		below := w.doc.Definitions.ForName(f.Type.Name())
		leaf := below == nil || below.Kind == ast.Scalar || below.Kind == ast.Enum
		if !leaf && depth >= 2 {
			continue
		}
		b.WriteString(" " + f.Name + w.arguments(f))
		if leaf {
			continue
		}
		b.WriteString(" " + w.composite(below, depth+1))
	}
	b.WriteString(" }")
	return b.String()
}

func (w *selector) composite(def *ast.Definition, depth int) string {
	if def.Kind == ast.Object {
		return w.set(def, depth, false)
	}
	var b strings.Builder
	b.WriteString("{ __typename")
	for _, other := range w.doc.Definitions {
		member := false
		for _, name := range append(other.Interfaces, def.Types...) {
			member = member || name == def.Name && other.Kind == ast.Object || name == other.Name
		}
		if member {
			b.WriteString(" ... on " + other.Name + " " + w.set(other, depth, false))
		}
	}
	b.WriteString(" }")
	return b.String()
}

// arguments gives the required arguments values that find something.
func (w *selector) arguments(f *ast.FieldDefinition) string {
	var list []string
	for _, a := range f.Arguments {
		switch a.Name {
		case "id":
			id := "1"
			if f.Type.Name() == "Review" {
				id = "r1-1"
			}
			list = append(list, fmt.Sprintf("id: %q", id))
		case "query":
			list = append(list, `query: "a"`)
		case "first":
			list = append(list, "first: 5")
		}
	}
	if list == nil {
		return ""
	}
	return "(" + strings.Join(list, ", ") + ")"
}
