package golden

import (
	"context"
	"flag"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/internal/oracle"
)

var update = flag.Bool("update", false, "rewrite want/ of the cases that differ")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatal("there are no cases")
	}
	for _, path := range paths {
		c, err := Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(c.Name, func(t *testing.T) { check(t, c) })
	}
}

func check(t *testing.T, c *Case) {
	stage, err := c.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	out, err := stage.Run(context.Background(), c.Request())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range out.Unsound {
		t.Errorf("unsound: %s", fault)
	}
	if c.Config.Oracle == "" {
		data, err := c.Oracle()
		if err != nil {
			t.Fatal(err)
		}
		if diff := diffOracle(t, stage, data, c.Request(), out); diff != "" {
			t.Errorf("data (-oracle +got):\n%s", diff)
		}
	}
	if *update {
		rewrite(t, c, out)
		return
	}
	if diff := cmp.Diff(string(c.WantPlan), string(out.Plan)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if !isSame(c.WantResponse, out.Response) {
		t.Errorf("response (-want +got):\n%s", cmp.Diff(indented(c.WantResponse), indented(out.Response)))
	}
}

// diffOracle tells how the data of an outcome differs from the oracle's.
func diffOracle(t *testing.T, stage *Stage, data *oracle.Data, r Request, out *Outcome) string {
	t.Helper()
	want, err := stage.Ask(data, r)
	if err != nil {
		t.Fatalf("%s\n%s", err, r.Query)
	}
	got, err := dataOf(out.Response)
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(want, got)
}

// rewrite writes what the case gives now where it is not what it wants. The
// difference is for people to judge, with the version control's help.
func rewrite(t *testing.T, c *Case, out *Outcome) {
	response := c.WantResponse
	if !isSame(response, out.Response) {
		var err error
		if response, err = formatResponse(out.Response, c.WantResponse); err != nil {
			t.Fatal(err)
		}
	}
	if string(response) == string(c.WantResponse) && string(out.Plan) == string(c.WantPlan) {
		return
	}
	if err := c.write(response, out.Plan); err != nil {
		t.Fatal(err)
	}
}
