package planner

import (
	"context"
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// Options tune planning. The zero value is what a router wants.
type Options struct {
	// Budget is how many steps planning one operation may take before it ends
	// with CodeBudget; 0 is DefaultBudget. Well before that the search for the
	// best plan gives way to a greedy one, so that operations with a plan
	// nearly always get one.
	Budget int

	// Memory is how many bytes planning one operation may hold on to, about;
	// beyond them it ends as beyond the budget. 0 is DefaultMemory.
	Memory int

	// NoBatching keeps every entity fetch a request of its own, instead of
	// joining fetches to one subgraph whose time windows overlap.
	NoBatching bool

	// Reuse tells whether what a subgraph has answered about an entity is
	// good for the rest of the request: lookups of queries then say where
	// their entities may already be (plan.Lookup.Reuse). It holds where the
	// subgraph resolves an entity alike wherever it is asked for it. nil is
	// no for all subgraphs. It is called when an operation is planned and
	// must always give the same answer.
	Reuse func(subgraph string) bool
}

// DefaultBudget of steps. A step is one look at one field of one class of a
// position under one choice of subgraphs.
const DefaultBudget = 2_000_000

// DefaultMemory in bytes, for one operation. They are counted where they are
// held, by what things of a kind take, and so are an estimate.
const DefaultMemory = 64 << 20

// A Planner plans operations over one supergraph. It is immutable and safe for
// concurrent use.
type Planner struct {
	super   *supergraph.Supergraph
	options Options

	// interfaces of each object type over all subgraphs, sorted.
	interfaces map[string][]string

	// contextual are the fields that have @fromContext arguments in some
	// subgraph, by name.
	contextual map[string]bool

	// exact is how many choices may be evaluated for one operation before all
	// further ones are made greedily.
	exact int

	// uncharted has tests compare what is found with charts and without.
	uncharted bool
}

// New returns a planner for the supergraph.
func New(super *supergraph.Supergraph, options Options) *Planner {
	if options.Budget == 0 {
		options.Budget = DefaultBudget
	}
	if options.Memory == 0 {
		options.Memory = DefaultMemory
	}
	p := &Planner{super: super, options: options, exact: maxExact, interfaces: map[string][]string{}, contextual: map[string]bool{}}
	for _, name := range sortedKeys(super.Types) {
		for _, f := range super.Types[name].Fields {
			for _, in := range f.In {
				if in != nil && in.Context != nil {
					p.contextual[f.Name] = true
				}
			}
		}
		if t := super.Types[name]; t.Kind == ast.Interface {
			for _, object := range t.Possible {
				p.interfaces[object] = append(p.interfaces[object], name)
			}
		}
	}
	return p
}

// A Request is one operation to plan.
type Request struct {
	Operation *operation.Operation

	// Selection is the operation's root selection under one set of condition
	// values, as Operation.Select returns it.
	Selection []*operation.Field

	// Labels are the override labels that are active for this request.
	Labels map[string]bool
}

// Plan returns the plan for the request. Root fields that the router answers
// itself (__schema, __type, __typename) are left out of it.
//
// An operation that no plan can answer gives an *Error with code
// CodeUnplannable; one that takes too much work, CodeBudget. If ctx ends,
// Plan returns its error.
func (p *Planner) Plan(ctx context.Context, r Request) (*plan.Plan, error) {
	steps := 0
	eager := map[*operation.Defer]bool{}
	for {
		b := newBuilder(ctx, p, r)
		b.steps, b.eager = steps, eager
		err := b.run()
		var whole *inseparable
		if errors.As(err, &whole) {
			// Now that this is known, all is planned anew.
			eager[whole.fragment], steps = true, b.steps
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", nameOf(r.Operation), err)
		}
		return b.finish()
	}
}

func nameOf(op *operation.Operation) string {
	if op.Name == "" {
		return "anonymous " + string(op.Kind)
	}
	return string(op.Kind) + " " + op.Name
}
