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

// Run takes the case through every stage. An error means that it cannot be
// run; a request that is refused is an Outcome.
func (c *Case) Run(ctx context.Context) (*Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	super, err := supergraph.Parse(fileSupergraph, c.Supergraph)
	if err != nil {
		return nil, err
	}
	world, err := newWorld(c)
	if err != nil {
		return nil, err
	}
	r, refused := c.prepare(super)
	if len(refused) > 0 {
		return refusal(refused)
	}
	p, err := planner.New(super, planner.Options{}).Plan(ctx, planner.Request{Operation: r.operation, Selection: r.selection, Labels: activeLabels(super)})
	var unplannable *planner.Error
	if errors.As(err, &unplannable) {
		return refusal(gqlerror.List{{Message: unplannable.Message, Extensions: map[string]any{"code": unplannable.Code}}})
	}
	if err != nil {
		return nil, err
	}
	out := &Outcome{Plan: []byte(p.Text())}
	for _, fault := range checkPlan(p, world.schemas()) {
		out.Unsound = append(out.Unsound, "plan: "+fault)
	}
	if out.Response, err = c.execute(ctx, r, p, world); err != nil {
		return nil, err
	}
	out.Unsound = append(out.Unsound, world.refusals()...)
	return out, nil
}

// prepared is an operation with the variables of the case's request.
type prepared struct {
	operation     *operation.Operation
	selection     []*operation.Field
	variables     *operation.Variables
	introspection []operation.Answer
}

func (c *Case) prepare(super *supergraph.Supergraph) (*prepared, gqlerror.List) {
	op, refused := operation.Prepare(super.API, c.Query, c.Config.Operation, operation.DefaultLimits())
	if len(refused) > 0 {
		return nil, refused
	}
	variables, refused := op.Coerce(c.Variables)
	if len(refused) > 0 {
		return nil, refused
	}
	r := &prepared{operation: op, variables: variables, selection: op.Select(variables.Conditions(op))}
	var problem *gqlerror.Error
	if r.introspection, problem = operation.Introspect(op, r.selection, variables); problem != nil {
		return nil, gqlerror.List{problem}
	}
	return r, nil
}

func (c *Case) execute(ctx context.Context, r *prepared, p *plan.Plan, world *world) ([]byte, error) {
	program, err := merge.Compile(r.operation, r.selection, p)
	if err != nil {
		return nil, err
	}
	mode := executor.Partial
	if c.Config.OnError == "fail_fast" {
		mode = executor.FailFast
	}
	x := &executor.Executor{Fetcher: world}
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

// Oracle returns the data that the oracle answers.
func (c *Case) Oracle(api *ast.Schema) ([]byte, error) {
	var sources []oracle.Source
	for _, s := range c.Subgraphs {
		sources = append(sources, oracle.Source{Name: s.Name, SDL: s.SDL, Data: s.Data})
	}
	data, err := oracle.Merge(sources)
	if err != nil {
		return nil, err
	}
	var variables map[string]any
	if c.Variables != nil {
		if err := decode(c.Variables, &variables); err != nil {
			return nil, fmt.Errorf("%s: %w", fileVariables, err)
		}
	}
	response, err := oracle.Execute(api, data, c.Query, c.Config.Operation, variables)
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	return json.Marshal(response.Data)
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
