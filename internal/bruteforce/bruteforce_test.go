package bruteforce

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

var (
	worlds = flag.Int("worlds", 500, "how many worlds to try")
	survey = flag.Bool("survey", false, "do not fail, but count complaints and print the shortest")
	seed   = flag.Uint64("seed", 1, "what the worlds are made of; 0 for something new each time")
)

// queries are made up per world, maxSteps are spent on one search, and what is
// not possible in mostStages is not possible at all.
const (
	queries    = 6
	maxSteps   = 30_000
	mostStages = 12
)

func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{
		"rapid.checks":     strconv.Itoa(*worlds),
		"rapid.seed":       strconv.FormatUint(*seed, 10),
		"rapid.nofailfile": "true",
	} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}

// bitsOf draws from a rapid test case, bit by bit, since rapid prefers small
// numbers otherwise.
func bitsOf(t *rapid.T) func(n int) uint64 {
	bit := rapid.Bool()
	return func(n int) uint64 {
		var u uint64
		for range n {
			u <<= 1
			if bit.Draw(t, "") {
				u++
			}
		}
		return u
	}
}

// TestPlansAreTheCheapest: no way of answering a query takes fewer dependent
// stages than the plan, or as many with fewer fetches. That the search can
// afford just what the plan does shows that it is not blind.
func TestPlansAreTheCheapest(t *testing.T) {
	var tally struct{ refused, impossible, compared, long, given, complaints int }
	shortest := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		w, sets := Draw(bitsOf(t), queries)
		b, err := compose(w)
		if errors.Is(err, errRefused) {
			tally.refused++
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, w)
		}
		for _, query := range sets {
			p, err := b.plan(query)
			var none *planner.Error
			if errors.As(err, &none) && none.Code == planner.CodeUnplannable && !NewSearch(w, query, maxSteps).Possible(mostStages) {
				tally.impossible++
				continue
			}
			if err != nil {
				t.Fatalf("{ %s }: %v\n%s", query, err, w)
			}
			switch complaint, known := judge(w, query, costOf(p)); {
			case !known:
				tally.given++
			case complaint != "" && *survey:
				tally.complaints++
				kind, _, _ := strings.Cut(complaint, ":")
				text := fmt.Sprintf("%s\n{ %s }\n%s\n%s", complaint, query, p.Text(), w)
				if old := shortest[kind]; old == "" || len(text) < len(old) {
					shortest[kind] = text
				}
			case complaint != "":
				t.Fatalf("%s\n{ %s }\n%s\n%s", complaint, query, p.Text(), w)
			default:
				tally.compared++
				if len(p.Fetches) > 2 {
					tally.long++
				}
			}
		}
	})
	t.Logf("%+v", tally)
	for _, text := range shortest {
		t.Log(text)
	}
	if tally.long < tally.compared/4 || tally.given > tally.compared/50 || tally.refused > *worlds*2/3 {
		t.Errorf("the test is worth little: %+v", tally)
	}
}

// judge holds what a plan costs against what the search finds. The complaint
// is "" if they agree; known is false if the search was given up.
func judge(w *World, query Set, planned Cost) (complaint string, known bool) {
	s := NewSearch(w, query, maxSteps)
	for n := range planned.Stages {
		if s.Possible(n) {
			return fmt.Sprintf("stages: %d are enough instead of %d", n, planned.Stages), true
		}
	}
	cheaper := Cost{planned.Stages, planned.Fetches - 1}
	yes, known := s.Affordable(cheaper)
	switch {
	case yes:
		return fmt.Sprintf("fetches: %d are enough instead of %d:\n%s", len(s.Found()), planned.Fetches, strings.Join(s.Found(), "\n")), true
	case !known:
		return "", false
	}
	if yes, known = s.Affordable(planned); known && !yes {
		return fmt.Sprintf("blind: the plan takes %+v, which the search does not find possible", planned), true
	}
	return "", known
}

func costOf(p *plan.Plan) Cost { return Cost{len(p.Stages()), len(p.Fetches)} }

// A bench is a world as the planner has it.
type bench struct {
	super   *supergraph.Supergraph
	planner *planner.Planner
	checker *soundness.Checker
}

var errRefused = errors.New("the world cannot be composed")

func compose(w *World) (*bench, error) {
	var subgraphs []composition.Subgraph
	for g, name := range w.Subgraphs {
		subgraphs = append(subgraphs, composition.Subgraph{Name: name, URL: "http://" + name + ".test", SDL: w.SDL(g)})
	}
	r := composition.Compose(context.Background(), subgraphs, composition.Options{})
	if !r.OK() {
		return nil, fmt.Errorf("%w: %s: %s", errRefused, r.Errors[0].Code, r.Errors[0].Message)
	}
	super, err := supergraph.Parse("supergraph", r.SDL)
	if err != nil {
		return nil, err
	}
	checker, err := soundness.New(super)
	if err != nil {
		return nil, err
	}
	return &bench{super, planner.New(super, planner.Options{NoBatching: true}), checker}, nil
}

// plan plans a query and sees to it that the plan is sound: what is wrong may
// be cheap.
func (b *bench) plan(query Set) (*plan.Plan, error) {
	op, errs := operation.Prepare(b.super.API, "{ "+query.String()+" }", "", operation.DefaultLimits())
	if len(errs) > 0 {
		return nil, errs
	}
	selection := op.Select(nil)
	p, err := b.planner.Plan(context.Background(), planner.Request{Operation: op, Selection: selection})
	if err != nil {
		return nil, err
	}
	if faults := b.checker.Check(soundness.Request{Kind: op.Kind, Selection: selection}, p); len(faults) > 0 {
		return nil, fmt.Errorf("unsound: %s\n%s", strings.Join(faults, "\n"), p.Text())
	}
	return p, nil
}
