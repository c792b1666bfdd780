package golden

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/internal/oracle"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// An Outcome is what became of a case.
type Outcome struct {
	// Response is the body of the response.
	Response []byte

	// Plan is the plan as printed; empty if the operation was refused before
	// it was planned.
	Plan []byte

	// Unsound is what is wrong with the run whatever the case wants: faults
	// of the plan, and requests that a subgraph refused.
	Unsound []string
}

// deadline of a case. Nothing in a case waits.
const deadline = 30 * time.Second

// A Stage is a case's supergraph and subgraphs, ready for operations. It is
// safe for concurrent use.
type Stage struct {
	// API is the schema operations are validated against.
	API *ast.Schema

	labels  map[string]bool
	planner *planner.Planner
	world   *world
}

// NewStage reads what a case says about its subgraphs.
func (c *Case) NewStage() (*Stage, error) {
	super, err := supergraph.Parse(fileSupergraph, c.Supergraph)
	if err != nil {
		return nil, err
	}
	world, err := newWorld(c)
	if err != nil {
		return nil, err
	}
	var options planner.Options
	if c.Config.Reuse {
		options.Reuse = func(string) bool { return true }
	}
	return &Stage{
		API:     super.API,
		labels:  activeLabels(super),
		planner: planner.New(super, options),
		world:   world,
	}, nil
}

// A Request is an operation to run on a stage.
type Request struct {
	Query     string
	Operation string // its name; "" if the document has but one
	Variables []byte // nil for none
	Mode      executor.Mode
}

// Request returns what the case asks for.
func (c *Case) Request() Request {
	r := Request{Query: c.Query, Operation: c.Config.Operation, Variables: c.Variables}
	if c.Config.OnError == "fail_fast" {
		r.Mode = executor.FailFast
	}
	return r
}

// Run takes a request through every stage. An error means that it cannot be
// run; a request that is refused is an Outcome.
func (s *Stage) Run(ctx context.Context, r Request) (*Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	op, refused := prepare(s.API, r)
	if len(refused) > 0 {
		return refusal(refused)
	}
	p, err := s.planner.Plan(ctx, planner.Request{Operation: op.operation, Selection: op.selection, Labels: s.labels})
	var unplannable *planner.Error
	if errors.As(err, &unplannable) {
		return refusal(gqlerror.List{{Message: unplannable.Message, Extensions: map[string]any{"code": unplannable.Code}}})
	}
	if err != nil {
		return nil, err
	}
	out := &Outcome{Plan: []byte(p.Text())}
	for _, fault := range checkPlan(p, s.world.schemas) {
		out.Unsound = append(out.Unsound, "plan: "+fault)
	}
	if out.Response, err = s.execute(ctx, op, p, r.Mode); err != nil {
		return nil, err
	}
	out.Unsound = append(out.Unsound, s.world.refusals()...)
	return out, nil
}

// prepared is an operation with the variables of the case's request.
type prepared struct {
	operation     *operation.Operation
	selection     []*operation.Field
	variables     *operation.Variables
	introspection []operation.Answer
}

func prepare(api *ast.Schema, r Request) (*prepared, gqlerror.List) {
	op, refused := operation.Prepare(api, r.Query, r.Operation, operation.DefaultLimits())
	if len(refused) > 0 {
		return nil, refused
	}
	variables, refused := op.Coerce(r.Variables)
	if len(refused) > 0 {
		return nil, refused
	}
	out := &prepared{operation: op, variables: variables, selection: op.Select(variables.Conditions(op))}
	var problem *gqlerror.Error
	if out.introspection, problem = operation.Introspect(op, out.selection, variables); problem != nil {
		return nil, gqlerror.List{problem}
	}
	return out, nil
}

func (s *Stage) execute(ctx context.Context, r *prepared, p *plan.Plan, mode executor.Mode) ([]byte, error) {
	program, err := merge.Compile(r.operation, r.selection, p)
	if err != nil {
		return nil, err
	}
	x := &executor.Executor{Fetcher: s.world}
	response, err := x.Execute(ctx, &executor.Request{
		Program:       program,
		Variables:     r.variables,
		Introspection: r.introspection,
		Mode:          mode,
	})
	if err != nil {
		return nil, err
	}
	return response.JSON(nil)
}

// refusal is the outcome of a request that is not executed: errors and no
// data.
func refusal(errs gqlerror.List) (*Outcome, error) {
	body, err := json.Marshal(map[string]any{"errors": errs})
	return &Outcome{Response: body}, err
}

// activeLabels are the override labels that are active for every request:
// percent(100). Golden cases must not depend on chance, and no others are.
func activeLabels(super *supergraph.Supergraph) map[string]bool {
	labels := map[string]bool{}
	for _, t := range super.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && in.OverrideLabel == "percent(100)" {
					labels[in.OverrideLabel] = true
				}
			}
		}
	}
	return labels
}

// Oracle returns the data set of the case as package oracle has it.
func (c *Case) Oracle() (*oracle.Data, error) {
	var sources []oracle.Source
	for _, s := range c.Subgraphs {
		sources = append(sources, oracle.Source{Name: s.Name, SDL: s.SDL, Data: s.Data})
	}
	return oracle.Merge(sources)
}

// Ask returns the data that the oracle answers to a request, as decoded.
func (s *Stage) Ask(data *oracle.Data, r Request) (any, error) {
	var variables map[string]any
	if r.Variables != nil {
		if err := decode(r.Variables, &variables); err != nil {
			return nil, fmt.Errorf("%s: %w", fileVariables, err)
		}
	}
	response, err := oracle.Execute(s.API, data, r.Query, r.Operation, variables)
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	text, err := json.Marshal(response.Data)
	if err != nil {
		return nil, err
	}
	var answer any
	err = decode(text, &answer)
	return answer, err
}

// decode decodes JSON and keeps the digits of numbers.
func decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// dataOf returns the data of a response as decoded.
func dataOf(response []byte) (any, error) {
	var body struct {
		Data any `json:"data"`
	}
	err := decode(response, &body)
	return body.Data, err
}
