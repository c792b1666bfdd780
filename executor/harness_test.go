package executor

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fetchSpec is a fetch of a hand-made plan.
type fetchSpec struct {
	subgraph string
	sel      string // of a root fetch, or below _entities
	at       string // path of an entity fetch: products.@
	needs    []int
	mutation bool
	context  []*plan.ContextVariable
}

// compile makes a program of an operation and a plan.
func compile(t testing.TB, sdl, query string, specs []fetchSpec) *merge.Program {
	t.Helper()
	return compileWith(t, sdl, query, specs, func(*plan.Plan) {})
}

// compileWith is compile with a plan that is finished by hand.
func compileWith(t testing.TB, sdl, query string, specs []fetchSpec, finish func(*plan.Plan)) *merge.Program {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "api.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	op, errs := operation.Prepare(schema, query, "", operation.DefaultLimits())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	pl := &plan.Plan{Operation: op.Kind}
	for i, s := range specs {
		f := &plan.Fetch{ID: i, Subgraph: s.subgraph, Operation: ast.Query, Document: fmt.Sprint("document ", i), DependsOn: s.needs}
		if s.mutation {
			f.Operation = ast.Mutation
		}
		if s.at == "" {
			f.Selections = selections(t, s.sel)
		} else {
			l := &plan.Lookup{Key: "_entities", Variable: "representations", Selections: selections(t, s.sel), Context: s.context}
			l.Inputs = []*plan.Input{{Typename: "T", Fields: []*plan.InputField{{Name: "id", As: "id", NonNull: true}}}}
			l.Paths = []plan.Path{path(s.at)}
			f.Lookups = []*plan.Lookup{l}
		}
		pl.Fetches = append(pl.Fetches, f)
	}
	finish(pl)
	p, err := merge.Compile(op, op.Select(nil), pl)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func path(text string) plan.Path {
	var p plan.Path
	for _, name := range strings.Split(text, ".") {
		if name == "@" {
			p[len(p)-1].Lists++
			continue
		}
		p = append(p, plan.Element{As: name})
	}
	return p
}

func selections(t testing.TB, text string) []*plan.Selection {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return convert(doc.Operations[0].SelectionSet)
}

func convert(set ast.SelectionSet) []*plan.Selection {
	var out []*plan.Selection
	for _, s := range set {
		f := s.(*ast.Field)
		c := &plan.Selection{Name: f.Name, Key: f.Alias, As: f.Alias}
		if len(f.SelectionSet) > 0 {
			c.Selections = convert(f.SelectionSet)
		}
		out = append(out, c)
	}
	return out
}

// A subgraph is how one subgraph behaves.
type subgraph struct {
	delay  time.Duration
	answer string
	status int // default 200
	err    error
	hang   bool // until the context ends
	panics bool
}

// world is an in-memory Fetcher. It remembers what happened.
type world struct {
	subgraphs map[string]subgraph

	mu  sync.Mutex
	log []string // "pricing sent", "pricing cancelled", …
}

func (w *world) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	s, ok := w.subgraphs[r.Subgraph]
	if !ok {
		return nil, fmt.Errorf("no subgraph %s", r.Subgraph)
	}
	w.note(r.Subgraph + " sent")
	if s.panics {
		panic("boom")
	}
	timer := time.NewTimer(s.delay)
	defer timer.Stop()
	var alarm <-chan time.Time
	if !s.hang {
		alarm = timer.C
	}
	select {
	case <-ctx.Done():
		kind := subgraphs.Canceled
		if ctx.Err() == context.DeadlineExceeded {
			kind = subgraphs.Timeout
		}
		w.note(r.Subgraph + " " + kind.String())
		return nil, &subgraphs.Error{Subgraph: r.Subgraph, Kind: kind, Err: ctx.Err()}
	case <-alarm:
	}
	w.note(r.Subgraph + " answered")
	if s.err != nil {
		return nil, s.err
	}
	if s.status == 0 {
		s.status = 200
	}
	return &subgraphs.Response{Status: s.status, Body: []byte(s.answer)}, nil
}

func (w *world) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, what)
}

func (w *world) has(what string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.log {
		if l == what {
			return true
		}
	}
	return false
}

// body renders the response and checks that it is JSON.
func body(t testing.TB, r *Response) string {
	t.Helper()
	out, err := r.JSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out) {
		t.Fatalf("the response is not JSON: %s", out)
	}
	return string(out)
}
