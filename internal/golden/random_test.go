package golden

import (
	"context"
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

var generated = flag.Int("generated", 20, "how many random queries to run on the subgraphs of each case")

// TestGeneratedQueries runs random queries on the subgraphs of every case that
// the oracle can judge: whatever is asked, the federated answer is the
// oracle's, and no subgraph refuses a request.
func TestGeneratedQueries(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		c, err := Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Config.Oracle != "" || c.Config.Generated != "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) { checkGenerated(t, c) })
	}
}

func checkGenerated(t *testing.T, c *Case) {
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
	g, err := newGenerator(stage.API, c.Query, rand.New(rand.NewPCG(seed.Sum64(), 0)))
	if err != nil {
		t.Fatal(err)
	}
	for range *generated {
		r := Request{Query: g.query()}
		out, err := stage.Run(context.Background(), r)
		if err != nil {
			t.Fatalf("%s\n%s", err, r.Query)
		}
		faults := out.Unsound
		if diff := diffOracle(t, stage, data, r, out); diff != "" {
			faults = append(faults, "data (-oracle +got):\n"+diff)
		}
		if len(faults) > 0 {
			t.Fatalf("%s\nquery: %s\nresponse: %s\n%s", strings.Join(faults, "\n"), r.Query, out.Response, out.Plan)
		}
	}
}
