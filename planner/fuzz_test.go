package planner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/golden"
	"github.com/weft-graphql/weft/internal/scale"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// fuzzBudget keeps one input short.
const fuzzBudget = 100_000

// A fuzzed is a supergraph to fuzz with, and operations to begin with. It is
// made ready when it is needed first, since there are many.
type fuzzed struct {
	name, sdl string
	documents []string

	// broken says that the supergraph promises what its subgraphs cannot do.
	broken bool

	super   *supergraph.Supergraph
	planner *planner.Planner
	checker *soundness.Checker
	labels  []string
}

// fuzzedGraphs are the supergraphs of the golden cases, which have every
// feature of federation in every setting we know, and those of the adversaries.
func fuzzedGraphs(t testing.TB) []*fuzzed {
	t.Helper()
	paths, err := filepath.Glob("../internal/golden/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	var all []*fuzzed
	bySDL := map[string]*fuzzed{}
	for _, path := range paths {
		c, err := golden.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		g := bySDL[c.Supergraph]
		if g == nil {
			g = &fuzzed{name: c.Name, sdl: c.Supergraph}
			bySDL[c.Supergraph] = g
			all = append(all, g)
		}
		g.documents = append(g.documents, c.Query)
		g.broken = g.broken || bytes.Contains(c.WantResponse, []byte(planner.CodeUnplannable))
	}
	for _, a := range scale.Adversaries() {
		subgraphs, document := a.Make(max(a.Small, 3))
		r := composition.Compose(context.Background(), subgraphs, composition.Options{})
		if !r.OK() {
			t.Fatalf("%s: %s", a.Name, r.Errors[0].Message)
		}
		all = append(all, &fuzzed{name: a.Name, sdl: r.SDL, documents: []string{document}})
	}
	return all
}

func (g *fuzzed) prepare(t testing.TB) {
	t.Helper()
	if g.super != nil {
		return
	}
	super, err := supergraph.Parse(g.name, g.sdl)
	if err != nil {
		t.Fatal(err)
	}
	if g.checker, err = soundness.New(super); err != nil {
		t.Fatal(err)
	}
	g.super, g.labels = super, super.OverrideLabels()
	g.planner = planner.New(super, planner.Options{Budget: fuzzBudget})
}

// FuzzPlan: a document on any of the supergraphs, under any conditions and
// labels, gives a sound plan or a coded error; and there is a plan whenever all
// of it can be had from somewhere.
func FuzzPlan(f *testing.F) {
	graphs := fuzzedGraphs(f)
	for i, g := range graphs {
		for _, document := range g.documents {
			f.Add(uint16(i), uint64(i%3), document)
		}
	}
	f.Fuzz(func(t *testing.T, graph uint16, flags uint64, document string) {
		g := graphs[int(graph)%len(graphs)]
		g.prepare(t)
		g.check(t, flags, document)
	})
}

// FuzzPlanChoices does as FuzzPlan with documents made up of choices, so that
// they are valid.
func FuzzPlanChoices(f *testing.F) {
	graphs := fuzzedGraphs(f)
	for i := range graphs {
		f.Add(uint16(i), uint64(i), []byte(strings.Repeat("\x01\x05\x0a\x03\x10\x02", 8)))
		f.Add(uint16(i), uint64(i), []byte(strings.Repeat("\x07\x00\xfe\x33", 12)))
	}
	f.Fuzz(func(t *testing.T, graph uint16, flags uint64, choices []byte) {
		g := graphs[int(graph)%len(graphs)]
		g.prepare(t)
		c := &chooser{schema: g.super.API, choices: choices, left: 40}
		g.check(t, flags, c.document())
	})
}

// check plans a document. The flags are the values of its condition variables,
// from the lowest bit up, and whether labels are active, from the highest down.
func (g *fuzzed) check(t *testing.T, flags uint64, document string) {
	op, errs := operation.Prepare(g.super.API, document, "", operation.DefaultLimits())
	if len(errs) > 0 {
		return // FuzzPrepare is about these
	}
	conditions := operation.Conditions{}
	for i, name := range op.Conditions {
		conditions[name] = flags>>(i%64)&1 == 1
	}
	labels := map[string]bool{}
	for i, label := range g.labels {
		labels[label] = flags<<(i%64)>>63 == 1
	}
	selection := op.Select(conditions)
	p, err := g.planner.Plan(context.Background(), planner.Request{Operation: op, Selection: selection, Labels: labels})
	var refused *planner.Error
	switch {
	case errors.As(err, &refused) && refused.Code == planner.CodeBudget:
		return
	case errors.As(err, &refused) && refused.Code == planner.CodeUnplannable:
		if g.broken || !soundness.NewReach(g.super, labels).CanAnswerAll(op.Kind, selection) {
			return
		}
		// What is selected on an interface as such must be had of every type
		// from each subgraph that returns it. Reach does not know that rule,
		// and it does not hold for what is selected on each type.
		if _, err := g.planner.Plan(context.Background(), planner.Request{Operation: op, Selection: byType(selection), Labels: labels}); err != nil {
			t.Fatalf("%s: all of it can be had, but %v\n%s", g.name, err, document)
		}
		return
	case err != nil:
		t.Fatalf("%s: %#v\n%s", g.name, err, document)
	}
	for _, fault := range g.checker.Check(soundness.Request{Kind: op.Kind, Selection: selection, Labels: labels}, p) {
		t.Errorf("%s: %s", g.name, fault)
	}
	if t.Failed() {
		t.Fatalf("%s\n%s", document, p.Text())
	}
}

// byType selects every field for each runtime type apart.
func byType(selection []*operation.Field) []*operation.Field {
	var apart []*operation.Field
	for _, f := range selection {
		for _, on := range f.On {
			one := *f
			one.On, one.Selections = []string{on}, byType(f.Selections)
			apart = append(apart, &one)
		}
	}
	return apart
}

// A chooser writes operations by choices: each byte decides something, and when
// they are used up, or enough is selected, it comes to an end.
type chooser struct {
	schema  *ast.Schema
	choices []byte
	left    int // fields
	used    [3]bool
}

func (c *chooser) next(n int) int {
	if len(c.choices) == 0 || n <= 1 {
		return 0
	}
	b := int(c.choices[0])
	c.choices = c.choices[1:]
	return b % n
}

func (c *chooser) document() string {
	kind, root := "query", c.schema.Query
	if c.schema.Mutation != nil && c.next(6) == 5 {
		kind, root = "mutation", c.schema.Mutation
	}
	set := c.set(root, 0)
	var variables []string
	for i, used := range c.used {
		if used {
			variables = append(variables, fmt.Sprintf("$v%d: Boolean!", i))
		}
	}
	if len(variables) > 0 {
		kind += " (" + strings.Join(variables, ", ") + ")"
	}
	return kind + " " + set
}

func (c *chooser) set(def *ast.Definition, depth int) string {
	var parts []string
	for range 1 + c.next(5) {
		if part := c.part(def, depth); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (c *chooser) part(def *ast.Definition, depth int) string {
	what := c.next(12)
	if def.Kind != ast.Object && what < 6 || what == 0 {
		return c.fragment(def, depth)
	}
	if what == 1 || len(def.Fields) == 0 {
		return c.alias("__typename") + c.condition()
	}
	f := def.Fields[c.next(len(def.Fields))]
	if c.left--; c.left < 0 || strings.HasPrefix(f.Name, "__") {
		return ""
	}
	var arguments []string
	for _, a := range f.Arguments {
		if value := c.value(a.Type, 0); a.Type.NonNull && a.DefaultValue == nil || value != "" && c.next(3) == 2 {
			arguments = append(arguments, a.Name+": "+value)
		}
	}
	text := c.alias(f.Name)
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	text += c.condition()
	if below := c.schema.Types[f.Type.Name()]; below.IsCompositeType() {
		if depth > 8 {
			return ""
		}
		text += " " + c.set(below, depth+1)
	}
	return text
}

func (c *chooser) alias(name string) string {
	if n := c.next(16); n == 1 || n == 2 {
		return fmt.Sprintf("x%d: %s", n, name)
	}
	return name
}

func (c *chooser) fragment(def *ast.Definition, depth int) string {
	conditions := []*ast.Definition{nil, def}
	for _, object := range c.schema.GetPossibleTypes(def) {
		conditions = append(conditions, object)
		conditions = append(conditions, c.schema.GetImplements(object)...)
	}
	if depth > 8 {
		return ""
	}
	on := conditions[c.next(len(conditions))]
	if on == nil {
		return "..." + c.condition() + " " + c.set(def, depth+1)
	}
	return "... on " + on.Name + c.condition() + " " + c.set(on, depth+1)
}

func (c *chooser) condition() string {
	n := c.next(24)
	if n == 0 || n > 6 {
		return ""
	}
	c.used[n%3] = true
	return fmt.Sprintf(" @%s(if: $v%d)", []string{"skip", "include"}[n%2], n%3)
}

// value is a literal of a type, "" for none where null is allowed and the type
// nests too deep.
func (c *chooser) value(t *ast.Type, depth int) string {
	if t.Elem != nil {
		return "[" + c.value(t.Elem, depth+1) + "]"
	}
	def := c.schema.Types[t.NamedType]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[c.next(len(def.EnumValues))].Name
	case def.Kind == ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil || depth < 3 && c.next(3) == 2 {
				fields = append(fields, f.Name+": "+c.value(f.Type, depth+1))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case def.Name == "String":
		return `"s"`
	case def.Name == "Boolean":
		return "true"
	default:
		return fmt.Sprint(1 + c.next(2))
	}
}
