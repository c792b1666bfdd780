package golden

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/internal/oracle"
)

var generated = flag.Int("generated", 20, "how many random queries to run on the subgraphs of each case")

// TestGeneratedQueries runs random queries on the subgraphs of every case that
// the oracle can judge: whatever is asked, the federated answer is the
// oracle's, and no subgraph refuses a request.
func TestGeneratedQueries(t *testing.T) {
	for _, c := range generatedCases(t) {
		t.Run(c.Name, func(t *testing.T) { checkGenerated(t, c) })
	}
}

func checkGenerated(t *testing.T, c *Case) {
	generate(t, c, func(t *testing.T, stage *Stage, data *oracle.Data, r Request, _ *rand.Rand) {
		out, err := stage.Run(context.Background(), r)
		if err != nil {
			t.Fatalf("%s\n%s", err, r.Query)
		}
		faults := out.Unsound
		if diff := diffOracle(t, stage, data, r, out); diff != "" {
			faults = append(faults, "data (-oracle +got):\n"+diff)
		}
		report(t, r, out, faults)
	})
}

// TestGeneratedFaults runs random queries while a random subgraph fails in a
// random way: what the response holds is still the oracle's, and where it holds
// less there is an error to say so.
func TestGeneratedFaults(t *testing.T) {
	kinds := []Fault{
		FaultDown, FaultTimeout, FaultStatus, FaultHTML, FaultTruncated, FaultNotGraphQL,
		FaultErrorWithoutData, FaultErrorStatus, FaultNullData, FaultErrorWithoutPath, FaultShortEntities,
	}
	for _, c := range generatedCases(t) {
		if slices.ContainsFunc(c.Subgraphs, func(s Subgraph) bool { return strings.Contains(s.SDL, "@requires") }) {
			continue // a required field that is missing is sent as null, and what is made of it differs
		}
		t.Run(c.Name, func(t *testing.T) {
			generate(t, c, func(t *testing.T, stage *Stage, data *oracle.Data, r Request, random *rand.Rand) {
				failing := c.Subgraphs[random.IntN(len(c.Subgraphs))].Name
				fault := kinds[random.IntN(len(kinds))]
				stage.world.faults = map[string]Fault{failing: fault}
				out, err := stage.Run(context.Background(), r)
				if err != nil {
					t.Fatalf("%s\n%s", err, r.Query)
				}
				report(t, r, out, append(out.Unsound, checkPruned(t, stage, data, r, out, failing, fault)...))
			})
		})
	}
}

func checkPruned(t *testing.T, stage *Stage, data *oracle.Data, r Request, out *Outcome, failing string, fault Fault) []string {
	t.Helper()
	want, err := stage.Ask(data, r)
	if err != nil {
		t.Fatalf("%s\n%s", err, r.Query)
	}
	var got struct {
		Data   any
		Errors []any
	}
	if err := decode(out.Response, &got); err != nil {
		t.Fatalf("%s\n%s", err, out.Response)
	}
	place, pruned := compare(want, got.Data)
	switch {
	case place != "":
		return []string{fmt.Sprintf("with subgraph %s failing (%s) the data has what the oracle has not, at %s", failing, fault, place)}
	case pruned && len(got.Errors) == 0:
		return []string{fmt.Sprintf("with subgraph %s failing (%s) the data lacks something and there is no error", failing, fault)}
	}
	return nil
}

// compare finds the first place where got has something else than want, null
// not counting. pruned tells whether there was such a null.
func compare(want, got any) (place string, pruned bool) {
	if got == nil {
		return "", want != nil
	}
	switch g := got.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		if !ok || len(w) != len(g) {
			return "an object", false
		}
		for _, name := range slices.Sorted(maps.Keys(g)) {
			if _, ok := w[name]; !ok {
				return name, false
			}
			inner, less := compare(w[name], g[name])
			if pruned = pruned || less; inner != "" {
				return name + "." + inner, false
			}
		}
	case []any:
		w, ok := want.([]any)
		if !ok || len(w) != len(g) {
			return "a list", false
		}
		for i := range g {
			inner, less := compare(w[i], g[i])
			if pruned = pruned || less; inner != "" {
				return fmt.Sprint(i, ".", inner), false
			}
		}
	default:
		if want != got {
			return fmt.Sprintf("%v for %v", got, want), false
		}
	}
	return "", pruned
}

// generate calls run with random requests on a case's subgraphs. It stops at
// the first that fails the test.
func generate(t *testing.T, c *Case, run func(*testing.T, *Stage, *oracle.Data, Request, *rand.Rand)) {
	stage, err := c.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.Oracle()
	if err != nil {
		t.Fatal(err)
	}
	seed := fnv.New64a()
	seed.Write([]byte(c.Name))
	random := rand.New(rand.NewPCG(seed.Sum64(), 0))
	g, err := newGenerator(stage.API, c.Query, random)
	if err != nil {
		t.Fatal(err)
	}
	for range *generated {
		run(t, stage, data, g.request(), random)
	}
}

func report(t *testing.T, r Request, out *Outcome, faults []string) {
	t.Helper()
	if len(faults) > 0 {
		t.Fatalf("%s\nquery: %s\nvariables: %s\nresponse: %s\n%s", strings.Join(faults, "\n"), r.Query, r.Variables, out.Response, out.Plan)
	}
}

// generatedCases are the cases that the oracle can judge whatever is asked.
func generatedCases(t *testing.T) []*Case {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var cases []*Case
	for _, path := range paths {
		c, err := Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Config.Oracle == "" && c.Config.Generated == "" {
			cases = append(cases, c)
		}
	}
	return cases
}
