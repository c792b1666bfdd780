package golden

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/internal/oracle"
	"github.com/weft-graphql/weft/operation"
)

// TestLifted runs every case and random queries once more with the literals
// lifted to variables, as the router does: the response is the same, and no
// subgraph refuses a request.
func TestLifted(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	lifted := 0
	for _, path := range paths {
		c, err := Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			stage := newStage(t, c)
			second := stage
			if strings.HasPrefix(c.Query, "mutation") {
				second = newStage(t, c) // the first run has changed the data
			}
			if checkLifted(t, stage, second, c.Request()) {
				lifted++
			}
		})
	}
	for _, c := range generatedCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			generate(t, c, func(t *testing.T, stage *Stage, _ *oracle.Data, r Request, _ *rand.Rand) {
				if checkLifted(t, stage, stage, r) {
					lifted++
				}
			})
		})
	}
	if lifted < 20 {
		t.Errorf("only %d operations had a literal to lift", lifted)
	}
}

func newStage(t *testing.T, c *Case) *Stage {
	t.Helper()
	stage, err := c.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// checkLifted runs a request as it is, and lifted on the second stage, and reports whether there was
// something to lift.
func checkLifted(t *testing.T, stage, second *Stage, r Request) bool {
	t.Helper()
	op, refused := operation.Prepare(stage.API, r.Query, r.Operation, operation.DefaultLimits())
	if len(refused) > 0 {
		return false
	}
	vars, refused := op.Coerce(r.Variables)
	if len(refused) > 0 {
		return false
	}
	op, literals := op.Lift()
	other := r
	other.Query, other.Operation = op.Normal(), ""
	other.Variables = given(t, op, vars.With(literals))
	want, err := stage.Run(context.Background(), r)
	if err != nil {
		t.Fatalf("%s\n%s", err, r.Query)
	}
	got, err := second.Run(context.Background(), other)
	if err != nil {
		t.Fatalf("%s\n%s", err, other.Query)
	}
	faults := got.Unsound
	if diff := cmp.Diff(indented(want.Response), indented(got.Response)); diff != "" {
		faults = append(faults, "response (-as written +lifted):\n"+diff)
	}
	report(t, other, got, faults)
	return literals.Footprint() > 0
}

// given writes all variables of an operation as a client would give them.
func given(t *testing.T, op *operation.Operation, vars *operation.Variables) []byte {
	t.Helper()
	values := map[string]json.RawMessage{}
	for _, def := range op.Definition.VariableDefinitions {
		if raw, ok := vars.Raw(def.Variable); ok {
			values[def.Variable] = raw
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
