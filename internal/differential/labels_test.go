package differential

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
)

// A plan does not depend on labels other than those that Planner.Labels names:
// it stays the same, byte for byte, when each of the others is turned around.
func TestOtherLabelsDoNotMatter(t *testing.T) {
	turned, kept := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		draw := bitsOf(t)
		w := Generate(draw)
		if len(w.Labels) == 0 {
			return
		}
		b, err := NewBench(w)
		if err != nil {
			t.Fatalf("%v\n%s", err, Report(w, nil))
		}
		for range operations {
			op := MakeOperation(draw, w, b.Super)
			if op.Kind != ast.Query {
				continue
			}
			o, errs := operation.Prepare(b.Super.API, op.String(), "", operation.DefaultLimits())
			if len(errs) > 0 {
				continue
			}
			p := planner.New(b.Super, planner.Options{})
			r := planner.Request{Operation: o, Selection: o.Select(nil), Labels: maps.Clone(w.Labels)}
			text := func() string {
				made, err := p.Plan(context.Background(), r)
				var none *planner.Error
				if errors.As(err, &none) {
					return none.Error()
				}
				if err != nil {
					t.Fatal(err)
				}
				return made.Text()
			}
			want := text()
			touched := p.Labels(o)
			for label := range w.Labels {
				if slices.Contains(touched, label) {
					kept++
					continue
				}
				turned++
				r.Labels[label] = !r.Labels[label]
				if got := text(); got != want {
					t.Fatalf("%s changes the plan of an operation that touches %q\n%s\nplan\n%s\nbecomes\n%s", label, touched, Report(w, op), want, got)
				}
			}
		}
	})
	if turned == 0 || kept == 0 {
		t.Errorf("%d labels did not matter, %d did", turned, kept)
	}
}
