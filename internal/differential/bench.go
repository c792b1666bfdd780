package differential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/internal/oracle"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/supergraph"
)

// A Bench is a world set up: its subgraphs running in this process, the
// planner, and the oracle. It is an executor.Fetcher, and safe for concurrent
// use.
type Bench struct {
	World *World
	Super *supergraph.Supergraph

	checker *soundness.Checker
	reach   *soundness.Reach
	api     *ast.Schema // with @defer
	oracle  *oracle.Data
	mocks   map[string]*mock.Subgraph
}

// NewBench sets a world up. An error means that what was made up is not valid.
func NewBench(w *World) (*Bench, error) { return NewBenchOn(w, w.Supergraph()) }

// NewBenchOn sets a world up on another supergraph SDL than it prints itself.
func NewBenchOn(w *World, sdl string) (*Bench, error) {
	b := &Bench{World: w, mocks: map[string]*mock.Subgraph{}}
	err := w.check()
	if err != nil {
		return nil, err
	}
	if b.Super, err = supergraph.Parse("supergraph", sdl); err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	if b.checker, err = soundness.New(b.Super); err != nil {
		return nil, err
	}
	b.reach = soundness.NewReach(b.Super, w.Labels)
	b.api = b.Super.Deferring()
	for g, s := range w.Subgraphs {
		m, err := mock.New(mock.Options{Name: s.Name, SDL: w.SDL(g), Data: w.Data(g)})
		if err != nil {
			return nil, err
		}
		b.mocks[s.Name] = m
	}
	b.oracle, err = oracle.Merge([]oracle.Source{{Name: "all", SDL: w.MergedSDL(), Data: w.MergedData()}})
	if err != nil {
		return nil, fmt.Errorf("merged data: %w", err)
	}
	return b, nil
}

// ErrUseless is returned for operations that say nothing about the planner:
// they are not valid, or cannot be answered.
var ErrUseless = errors.New("the operation is not valid or cannot be answered")

// ErrUnanswerable is the ErrUseless of an operation that no plan can answer.
var ErrUnanswerable = fmt.Errorf("no plan: %w", ErrUseless)

// Variants are ways to plan that must not change an answer.
var variants = []struct {
	name    string
	options planner.Options
}{
	{"plain", planner.Options{}},
	{"unbatched", planner.Options{NoBatching: true}},
	{"reusing", planner.Options{Reuse: func(string) bool { return true }}},
}

// Check takes an operation through everything and tells what differs; nil if
// nothing does.
func (b *Bench) Check(ctx context.Context, op *Operation) error {
	r, err := b.prepare(op)
	if err != nil {
		return err
	}
	want, err := b.answer(op)
	if err != nil {
		return err
	}
	for _, v := range variants {
		if err := b.plan(ctx, r, v.options, want); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return nil
}

// CheckRenamed checks an operation that was made up. If its response names
// clash it gets others.
func (b *Bench) CheckRenamed(ctx context.Context, op *Operation) error {
	err := b.Check(ctx, op)
	for _, all := range []bool{false, true} {
		if !errors.Is(err, ErrUseless) {
			break
		}
		op.Rename(all)
		err = b.Check(ctx, op)
	}
	return err
}

// answer is the oracle's answer to an operation.
func (b *Bench) answer(op *Operation) (*answer, error) {
	given, err := decode(op.Values())
	if err != nil {
		return nil, err
	}
	variables, _ := given.(map[string]any)
	want, err := oracle.Execute(b.api, b.oracle, op.String(), op.Name, variables)
	if err != nil && strings.HasPrefix(err.Error(), "validate:") {
		// The parser's own rules take __typename for nullable, so that they
		// see conflicts where there are none.
		return nil, ErrUseless
	}
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	a := &answer{paths: map[string][]any{}}
	for _, e := range want.Errors {
		text := fmt.Sprint(e.Path)
		a.errors = append(a.errors, text)
		a.paths[text] = e.Path
	}
	a.errors = sorted(a.errors)
	a.data, err = json.Marshal(want.Data)
	return a, err
}

// An answer is what an operation comes to.
type answer struct {
	data   []byte
	errors []string // their paths, sorted, each once
	paths  map[string][]any
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// A prepared operation is ready to be planned.
type prepared struct {
	document  string
	request   planner.Request
	variables *operation.Variables
	coerced   map[string]any
}

func (b *Bench) prepare(op *Operation) (*prepared, error) {
	r := &prepared{document: op.String()}
	values := op.Values()
	o, errs := operation.Prepare(b.api, r.document, "", operation.DefaultLimits())
	if len(errs) > 0 {
		return nil, ErrUseless
	}
	if r.variables, errs = o.Coerce(values); len(errs) > 0 {
		return nil, fmt.Errorf("variables: %w", errs)
	}
	given, err := decode(values)
	if err != nil {
		return nil, err
	}
	variables, _ := given.(map[string]any)
	if r.coerced, err = validator.VariableValues(b.api, o.Definition, variables); err != nil {
		return nil, fmt.Errorf("variables: %w", err)
	}
	for name, v := range r.coerced {
		if list, ok := v.([]any); ok && list == nil {
			r.coerced[name] = []any{} // what the parser makes of an empty default
		}
	}
	r.request = planner.Request{Operation: o, Selection: o.Select(r.variables.Conditions(o)), Labels: b.World.Labels}
	if !b.reach.CanAnswerAll(o.Kind, r.request.Selection) {
		return nil, ErrUnanswerable
	}
	return r, nil
}

// plan plans an operation and holds the plan, and what comes of it, against
// what is wanted.
func (b *Bench) plan(ctx context.Context, r *prepared, options planner.Options, want *answer) error {
	p, err := planner.New(b.Super, options).Plan(ctx, r.request)
	if err != nil {
		return b.unplanned(ctx, r, err)
	}
	faults := b.checker.Check(soundness.Request{Kind: r.request.Operation.Kind, Selection: r.request.Selection, Labels: r.request.Labels}, p)
	if len(faults) > 0 {
		return fmt.Errorf("unsound:\n%s\n%s", strings.Join(faults, "\n"), p.Text())
	}
	x := &Interpreter{Super: b.Super, Send: b.send, Tolerant: b.World.failing}
	data, err := x.Run(r.request.Operation, r.request.Selection, p, r.coerced)
	if err != nil {
		return fmt.Errorf("interpreter: %w\n%s", err, p.Text())
	}
	if err := same("interpreter", want.data, data); err != nil {
		return fmt.Errorf("%w\n%s", err, p.Text())
	}
	if err := b.execute(ctx, r, p, want); err != nil {
		return fmt.Errorf("executor: %w\n%s", err, p.Text())
	}
	return nil
}

// unplanned says what to think of an operation without a plan. A field selected
// on an interface as such must be had of every type that a subgraph can return
// there from that subgraph onwards; Reach knows nothing of that rule, which does
// not hold for fields selected on each type.
func (b *Bench) unplanned(ctx context.Context, r *prepared, err error) error {
	var refused *planner.Error
	if !errors.As(err, &refused) || refused.Code != planner.CodeUnplannable {
		return err
	}
	apart := r.request
	apart.Selection = byType(apart.Selection)
	if _, other := planner.New(b.Super, planner.Options{}).Plan(ctx, apart); other != nil {
		return err
	}
	return ErrUseless
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

// same compares decoded data with the JSON that is wanted.
func same(who string, want []byte, got any) error {
	wanted, err := decode(want)
	if err != nil {
		return err
	}
	text, err := json.Marshal(got)
	if err != nil {
		return err
	}
	if got, err = decode(text); err != nil {
		return err
	}
	if !reflect.DeepEqual(wanted, got) {
		return fmt.Errorf("%s answers\n%s\ninstead of\n%s", who, text, want)
	}
	return nil
}

func (b *Bench) execute(ctx context.Context, r *prepared, p *plan.Plan, want *answer) error {
	program, err := merge.Compile(r.request.Operation, r.request.Selection, p)
	if err != nil {
		return err
	}
	// A program is cached: the second request must not see the first.
	for range 2 {
		if err := b.run(ctx, r, program, want); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bench) run(ctx context.Context, r *prepared, program *merge.Program, want *answer) error {
	x := &executor.Executor{Fetcher: b}
	response, err := x.Execute(ctx, &executor.Request{Program: program, Variables: r.variables, MaxErrors: merge.MostErrors})
	if err != nil {
		return err
	}
	data := response.Data()
	shown, err := decode(data)
	if err != nil {
		return fmt.Errorf("%w in %s", err, data)
	}
	var errs []string
	for _, e := range response.Errors {
		path := pathOf(e.Path)
		text := fmt.Sprint(path)
		// The data of a field may be null, and what it requires fail: nobody can
		// tell that the one is not because of the other.
		if isNull(shown, path) && !slices.Contains(want.errors, text) {
			continue
		}
		errs = append(errs, text)
	}
	// A null that has risen ends what is below it, errors to come among it, and
	// one error there says why.
	wanted := slices.DeleteFunc(slices.Clone(want.errors), func(text string) bool {
		return !slices.Contains(errs, text) && slices.ContainsFunc(response.Errors, func(e *gqlerror.Error) bool {
			return isGone(shown, common(want.paths[text], pathOf(e.Path)))
		})
	})
	if errs = sorted(errs); !slices.Equal(errs, wanted) {
		return fmt.Errorf("errors at %v instead of %v: %v", errs, wanted, response.Errors)
	}
	if bytes.Equal(data, want.data) {
		return nil
	}
	if err := same("executor", want.data, shown); err != nil {
		return err
	}
	return fmt.Errorf("the order differs:\n%s\ninstead of\n%s", data, want.data)
}

// common is what two paths begin with.
func common(a, b []any) []any {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// isGone tells whether a path leads to, or past, a null in the data.
func isGone(data any, path []any) bool {
	for n := range len(path) + 1 {
		if isNull(data, path[:n]) {
			return true
		}
	}
	return false
}

// isNull tells whether a path leads to a null in the data.
func isNull(data any, path []any) bool {
	for _, e := range path {
		switch v := data.(type) {
		case map[string]any:
			name, _ := e.(string)
			next, ok := v[name]
			if !ok {
				return false
			}
			data = next
		case []any:
			i, _ := e.(int)
			if i >= len(v) {
				return false
			}
			data = v[i]
		default:
			return false
		}
	}
	return data == nil
}

// pathOf is a path as the oracle has it.
func pathOf(path ast.Path) []any {
	var out []any
	for _, e := range path {
		switch e := e.(type) {
		case ast.PathName:
			out = append(out, string(e))
		case ast.PathIndex:
			out = append(out, int(e))
		}
	}
	return out
}

func (b *Bench) send(subgraph string, body []byte) (map[string]any, error) {
	answer, err := b.Fetch(context.Background(), &subgraphs.Request{Subgraph: subgraph, Body: body})
	if err != nil {
		return nil, err
	}
	v, err := decode(answer.Body)
	if err != nil {
		return nil, err
	}
	decoded, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("subgraph %s answers %s", subgraph, answer.Body)
	}
	return decoded, nil
}

// Fetch implements executor.Fetcher.
func (b *Bench) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	m := b.mocks[r.Subgraph]
	if m == nil {
		return nil, fmt.Errorf("there is no subgraph %s", r.Subgraph)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://subgraph.test/", bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := m.RoundTrip(request)
	if err != nil {
		return nil, &subgraphs.Error{Subgraph: r.Subgraph, Kind: subgraphs.Canceled, Err: err}
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	return &subgraphs.Response{Status: answer.StatusCode, Header: answer.Header, Body: body}, nil
}
