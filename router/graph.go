package router

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// A Graph is everything that depends on the schema: what a request needs from
// it, it takes from one Graph. It is immutable but for its caches, and safe
// for concurrent use.
type Graph struct {
	Supergraph *supergraph.Supergraph

	planner    *planner.Planner
	executor   *executor.Executor
	limits     operation.Limits
	operations *cache[operationKey, *operation.Operation]
	programs   *cache[programKey, *program]

	// planning bounds how many plans are made at once. Requests whose plan is
	// cached do not queue here.
	planning chan struct{}

	// users are the requests that use the graph, and one more while it is
	// the live one. Whoever takes the last away calls close.
	users   atomic.Int64
	onClose func()
}

// GraphOptions are what a Graph is made of besides the supergraph.
type GraphOptions struct {
	// Fetcher reaches the subgraphs.
	Fetcher executor.Fetcher

	// Limits of operations, introspection included.
	Limits operation.Limits

	// OperationBytes and PlanBytes bound the caches. 0 is 64 MiB.
	OperationBytes, PlanBytes int64

	// OnClose is called when no request uses the graph any longer; nil for
	// nothing to do.
	OnClose func()
}

// planTimeout bounds the planning of one operation, whoever waits for it. The
// planner's own budget of steps comes first on an idle machine.
const planTimeout = 2 * time.Second

const defaultCacheBytes = 64 << 20

// NewGraph returns a graph for the supergraph.
func NewGraph(super *supergraph.Supergraph, o GraphOptions) *Graph {
	if o.OperationBytes <= 0 {
		o.OperationBytes = defaultCacheBytes
	}
	if o.PlanBytes <= 0 {
		o.PlanBytes = defaultCacheBytes
	}
	g := &Graph{
		Supergraph: super,
		planner:    planner.New(super, planner.Options{}),
		executor:   &executor.Executor{Fetcher: o.Fetcher},
		limits:     o.Limits,
		operations: newCache(o.OperationBytes, weighOperation),
		programs:   newCache(o.PlanBytes, weighProgram),
		planning:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		onClose:    o.OnClose,
	}
	g.users.Store(1)
	return g
}

// acquire keeps the graph from being closed until release; it reports false if
// it is closed already.
func (g *Graph) acquire() bool {
	for {
		n := g.users.Load()
		if n == 0 {
			return false
		}
		if g.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (g *Graph) release() {
	if g.users.Add(-1) == 0 && g.onClose != nil {
		g.onClose()
	}
}

// operationKey is all that the preparation of an operation depends on, besides
// the graph.
type operationKey struct{ document, name string }

// programKey is all that a plan depends on, besides the graph: the operation
// by its hash, and its conditions as a string of 0 and 1.
type programKey struct{ operation, conditions string }

// A program is a planned and compiled operation under some conditions.
type program struct {
	*merge.Program
	operation *operation.Operation
	selection []*operation.Field
	// introspects tells that a root field is answered by package operation.
	introspects bool
	planned     time.Duration // how long planning and compiling took
}

// prepare returns the operation of a document.
func (g *Graph) prepare(ctx context.Context, document, name string) (op *operation.Operation, hit bool, err error) {
	return g.operations.get(ctx, operationKey{document, name}, func(context.Context) (*operation.Operation, error) {
		op, errs := operation.Prepare(g.Supergraph.API, document, name, g.limits)
		if len(errs) > 0 {
			return nil, errs
		}
		return op, nil
	})
}

// plan returns the program of an operation for the conditions.
func (g *Graph) plan(ctx context.Context, op *operation.Operation, conditions operation.Conditions) (p *program, hit bool, err error) {
	key := programKey{op.Hash(), conditionKey(op, conditions)}
	return g.programs.get(ctx, key, func(ctx context.Context) (*program, error) {
		ctx, cancel := context.WithTimeout(ctx, planTimeout)
		defer cancel()
		select {
		case g.planning <- struct{}{}:
			defer func() { <-g.planning }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return g.compile(ctx, op, conditions)
	})
}

func (g *Graph) compile(ctx context.Context, op *operation.Operation, conditions operation.Conditions) (*program, error) {
	start := time.Now()
	selection := op.Select(conditions)
	plan, err := g.planner.Plan(ctx, planner.Request{Operation: op, Selection: selection})
	if err != nil {
		return nil, err
	}
	compiled, err := merge.Compile(op, selection, plan)
	if err != nil {
		return nil, err
	}
	return &program{
		Program:     compiled,
		operation:   op,
		selection:   selection,
		introspects: introspects(selection),
		planned:     time.Since(start),
	}, nil
}

func introspects(selection []*operation.Field) bool {
	for _, f := range selection {
		if len(f.Name) > 2 && f.Name[:2] == "__" {
			return true
		}
	}
	return false
}

// introspection answers the root fields that no subgraph is asked for.
func (p *program) introspection(vars *operation.Variables) ([]operation.Answer, *gqlerror.Error) {
	if !p.introspects {
		return nil, nil
	}
	return operation.Introspect(p.operation, p.selection, vars)
}

func conditionKey(op *operation.Operation, conditions operation.Conditions) string {
	if len(op.Conditions) == 0 {
		return ""
	}
	key := make([]byte, len(op.Conditions))
	for i, name := range op.Conditions {
		key[i] = '0'
		if conditions[name] {
			key[i] = '1'
		}
	}
	return string(key)
}

// weighOperation estimates the bytes an operation holds: the syntax tree takes
// some thirty times the text.
func weighOperation(k operationKey, _ *operation.Operation) int {
	return 1024 + 32*len(k.document) + len(k.name)
}

// weighProgram estimates the bytes a program holds, from the size of its
// selections and of its plan.
func weighProgram(k programKey, p *program) int {
	size := 4096 + len(k.operation) + len(k.conditions) + 512*countFields(p.selection)
	for _, f := range p.Plan().Fetches {
		size += 2048 + 16*len(f.Document)
	}
	return size
}

// countFields counts the fields of a selection; its depth is bounded by
// operation.Limits.
func countFields(fields []*operation.Field) int {
	n := len(fields)
	for _, f := range fields {
		n += countFields(f.Selections)
	}
	return n
}
