package planner_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

func TestZZAudit(t *testing.T) {
	files, _ := filepath.Glob("/tmp/audit/dump/*/supergraph.graphql")
	n := 0
	for _, f := range files {
		sdl, _ := os.ReadFile(f)
		sg, err := supergraph.Parse(f, string(sdl))
		if err != nil {
			t.Error(f, err)
			continue
		}
		checker, err := soundness.New(sg)
		if err != nil {
			t.Error(f, err)
			continue
		}
		var tests []struct{ Query string }
		data, _ := os.ReadFile(filepath.Dir(f) + "/tests.json")
		json.Unmarshal(data, &tests)
		for i, tt := range tests {
			op, errs := operation.Prepare(sg.API, tt.Query, "", operation.DefaultLimits())
			if len(errs) > 0 {
				continue
			}
			r := planner.Request{Operation: op, Selection: op.Select(nil)}
			p, err := planner.New(sg, planner.Options{}).Plan(context.Background(), r)
			if err != nil {
				continue
			}
			n++
			bad := false
			for _, fault := range checker.Check(soundRequest(r), p) {
				t.Errorf("%s %d: %s", filepath.Base(filepath.Dir(f)), i, fault)
				bad = true
			}
			if bad {
				t.Logf("%s\n%s", tt.Query, printed(p))
			}
		}
	}
	t.Log(n)
}
