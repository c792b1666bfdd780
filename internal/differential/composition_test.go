package differential

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// Composing the subgraphs of a world gives the supergraph that the generator
// prints, or the error that something cannot be satisfied: worlds are valid,
// but nobody sees to it that every field can be had from everywhere.
func TestComposedSupergraphs(t *testing.T) {
	composed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := Generate(bitsOf(t))
		r := composition.Compose(context.Background(), subgraphsOf(w), composition.Options{})
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

// subgraphsOf are the subgraphs of a world as composition wants them.
func subgraphsOf(w *World) []composition.Subgraph {
	var list []composition.Subgraph
	for i, s := range w.Subgraphs {
		list = append(list, composition.Subgraph{Name: s.Name, URL: "http://" + s.Name + "/graphql", SDL: w.SDL(i)})
	}
	return list
}

// A world that composes does so in any order of its subgraphs to the same
// supergraph. On that every operation has a plan, as composition promises, and
// its answer is the oracle's.
func TestAnswersOnComposedSupergraphs(t *testing.T) {
	checked, useless := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		draw := bitsOf(t)
		w := Generate(draw)
		list := subgraphsOf(w)
		r := composition.Compose(context.Background(), list, composition.Options{})
		d := &drawer{draw}
		for i := range list {
			j := i + d.below(len(list)-i)
			list[i], list[j] = list[j], list[i]
		}
		if diff := cmp.Diff(r, composition.Compose(context.Background(), list, composition.Options{})); diff != "" {
			t.Fatalf("the order of subgraphs matters (-given +shuffled):\n%s\n%s", diff, Report(w, nil))
		}
		if !r.OK() {
			return
		}
		// However the labels are.
		for turned := range 2 {
			if turned == 1 && len(w.Labels) == 0 {
				break
			}
			for label, active := range w.Labels {
				w.Labels[label] = active == (turned == 0)
			}
			b, err := NewBenchOn(w, r.SDL)
			if err != nil {
				t.Fatalf("%v\n%s", err, Report(w, nil))
			}
			for range operations / 4 {
				op := MakeOperation(draw, w, b.Super)
				err := check(b.CheckRenamed, op)
				switch checked++; {
				case errors.Is(err, ErrUnanswerable) && plans(b, op):
					// Reach thinks of objects that a plan can do without.
					useless++
				case errors.Is(err, ErrUnanswerable):
					t.Fatalf("composition says that everything can be answered, and this cannot:\n%s", Report(w, op))
				case errors.Is(err, ErrUseless):
					useless++
				case err != nil:
					t.Fatalf("%v\n%s", err, Report(w, op))
				}
			}
		}
	})
	if checked == 0 || useless > checked/10 {
		t.Errorf("%d of %d operations were of no use", useless, checked)
	}
}

// plans tells whether there is a plan for an operation.
func plans(b *Bench, op *Operation) bool {
	o, errs := operation.Prepare(b.api, op.String(), "", operation.DefaultLimits())
	if len(errs) > 0 {
		return false
	}
	vars, errs := o.Coerce(op.Values())
	if len(errs) > 0 {
		return false
	}
	_, err := planner.New(b.Super, planner.Options{}).Plan(context.Background(), planner.Request{
		Operation: o, Selection: o.Select(vars.Conditions(o)), Labels: b.World.Labels,
	})
	return err == nil
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
