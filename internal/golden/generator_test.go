package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// A generator writes random queries over an API schema. The same seed gives
// the same queries.
type generator struct {
	schema *ast.Schema
	random *rand.Rand

	// arguments by coordinate are argument lists that a case's own document
	// uses; a field with required arguments is asked with one of these only.
	arguments map[string][]string

	left int // fields that may be written yet

	// used are the condition variables of the query being written.
	used map[string]bool
}

const (
	generatedFields = 25
	generatedDepth  = 6
)

func newGenerator(schema *ast.Schema, document string, random *rand.Rand) (*generator, error) {
	g := &generator{schema: schema, random: random, arguments: map[string][]string{}}
	doc, err := parser.ParseQuery(&ast.Source{Name: fileQuery, Input: document})
	if err != nil {
		return nil, err
	}
	validator.Walk(schema, doc, observer(func(f *ast.Field) {
		if len(f.Arguments) == 0 || f.ObjectDefinition == nil || hasVariable(f.Arguments) {
			return
		}
		var list []string
		for _, a := range f.Arguments {
			list = append(list, a.Name+": "+a.Value.String())
		}
		at := f.ObjectDefinition.Name + "." + f.Name
		g.arguments[at] = append(g.arguments[at], "("+strings.Join(list, ", ")+")")
	}))
	return g, nil
}

func observer(see func(*ast.Field)) *validator.Events {
	var e validator.Events
	e.OnField(func(_ *validator.Walker, f *ast.Field) { see(f) })
	return &e
}

func hasVariable(list ast.ArgumentList) bool {
	var walk func(v *ast.Value) bool
	walk = func(v *ast.Value) bool {
		return v.Kind == ast.Variable || slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return walk(c.Value) })
	}
	return slices.ContainsFunc(list, func(a *ast.Argument) bool { return walk(a.Value) })
}

// request returns a valid query with its variables. Random selections under
// one response name may conflict; such a query is thrown away and another one
// is tried.
func (g *generator) request() Request {
	for {
		g.left, g.used = generatedFields, map[string]bool{}
		text := g.selection(g.schema.Query, 0)
		variables := map[string]bool{}
		var declared []string
		for _, name := range slices.Sorted(maps.Keys(g.used)) {
			declared = append(declared, "$"+name+": Boolean!")
			variables[name] = g.random.IntN(2) == 0
		}
		if len(declared) > 0 {
			text = "query (" + strings.Join(declared, ", ") + ") " + text
		}
		doc, err := parser.ParseQuery(&ast.Source{Name: "generated", Input: text})
		if err != nil || len(validator.ValidateWithRules(g.schema, doc, rules.NewDefaultRules())) > 0 {
			continue
		}
		raw, err := json.Marshal(variables)
		if err != nil {
			panic("golden: booleans cannot be encoded: " + err.Error())
		}
		return Request{Query: text, Variables: raw}
	}
}

// condition returns a @skip or @include for one selection in ten.
func (g *generator) condition() string {
	if g.random.IntN(10) > 0 {
		return ""
	}
	name := fmt.Sprintf("v%d", g.random.IntN(3))
	g.used[name] = true
	return " @" + []string{"skip", "include"}[g.random.IntN(2)] + "(if: $" + name + ")"
}

func (g *generator) selection(def *ast.Definition, depth int) string {
	var parts []string
	for range 1 + g.random.IntN(4) {
		if part := g.part(def, depth); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (g *generator) part(def *ast.Definition, depth int) string {
	if depth > 0 && g.random.IntN(4) == 0 {
		return g.fragment(def, depth)
	}
	if def.Kind == ast.Union || g.random.IntN(12) == 0 {
		return "__typename"
	}
	f := def.Fields[g.random.IntN(len(def.Fields))]
	if strings.HasPrefix(f.Name, "__") {
		return ""
	}
	return g.field(def, f, depth)
}

func (g *generator) field(def *ast.Definition, f *ast.FieldDefinition, depth int) string {
	if g.left--; g.left < 0 || depth >= generatedDepth {
		return ""
	}
	arguments := ""
	if known := g.arguments[def.Name+"."+f.Name]; len(known) > 0 {
		arguments = known[g.random.IntN(len(known))]
	} else if slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
		return ""
	}
	text := f.Name + arguments
	if g.random.IntN(4) == 0 {
		// Names of other fields are the interesting ones.
		alias := def.Fields[g.random.IntN(len(def.Fields))].Name
		if strings.HasPrefix(alias, "__") || g.random.IntN(2) == 0 {
			alias = fmt.Sprintf("a%d", g.random.IntN(3))
		}
		text = alias + ": " + text
	}
	text += g.condition()
	if below := g.schema.Types[f.Type.Name()]; below.IsCompositeType() {
		text += " " + g.selection(below, depth+1)
	}
	return text
}

// fragment narrows to a type that shares an object type with def.
func (g *generator) fragment(def *ast.Definition, depth int) string {
	var types []string
	for _, name := range slices.Sorted(maps.Keys(g.schema.Types)) {
		other := g.schema.Types[name]
		if strings.HasPrefix(name, "__") || !other.IsCompositeType() {
			continue
		}
		if slices.ContainsFunc(g.schema.GetPossibleTypes(def), func(d *ast.Definition) bool {
			return slices.Contains(g.schema.GetPossibleTypes(other), d)
		}) {
			types = append(types, name)
		}
	}
	if len(types) == 0 {
		return ""
	}
	condition := types[g.random.IntN(len(types))]
	return "... on " + condition + g.condition() + " " + g.selection(g.schema.Types[condition], depth)
}
