package router

import (
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/executor"
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
	queries    *executor.Executor
	mutations  *executor.Executor
	limits     operation.Limits
	overrides  *overrides
	operations *cache[operationKey, *prepared]
	programs   *cache[planKey, *program]

	// preparing bounds how many documents are parsed and validated at once, so
	// that those that are new, of which one can send any number, leave the
	// processors to those that are known.
	preparing *admission.Gate

	// planning bounds how many plans are made at once. Requests whose plan is
	// cached do not queue here.
	planning *admission.Gate

	// users are the requests that use the graph, and one more while it is
	// the live one. Whoever takes the last away calls close.
	users   atomic.Int64
	onClose func()

	// count is of the graphs that are not closed, this one included, since it
	// was swapped in.
	count *atomic.Int64
}

// GraphOptions are what a Graph is made of besides the supergraph.
type GraphOptions struct {
	// Fetcher reaches the subgraphs.
	Fetcher executor.Fetcher

	// QueryFetcher reaches them for operations that are queries, and may
	// answer one with what another has asked at the same time; nil is Fetcher.
	// An operation that is a mutation has to see what it has written, so what
	// it asks after that is never answered by what somebody asked before.
	QueryFetcher executor.Fetcher

	// ReuseEntities tells whether what a subgraph has answered about an entity
	// is good for the rest of the query; nil is no for all. It always gives
	// the same answer.
	ReuseEntities func(subgraph string) bool

	// MaxEntities returns how many representations one list in a request to a
	// subgraph may hold, 0 for any number; nil is no limit for all.
	MaxEntities func(subgraph string) int

	// Reserve is how long before a request's deadline its fetches end; 0 is
	// executor.DefaultReserve. CutMutations has mutations that were sent end
	// with their client.
	Reserve      time.Duration
	CutMutations bool

	// Plans are made at a time; 0 is one less than there are processors, and
	// at least one. PlanQueue is how many operations wait to be planned: 0 is
	// 256, a negative number none.
	Plans, PlanQueue int

	// Limits of operations, introspection included.
	Limits operation.Limits

	// OverrideLabels says which labels of progressive overrides are active
	// for every request, and which for none. Of the labels it does not name
	// percent(n) is active for n percent of requests, the others for none.
	OverrideLabels map[string]bool

	// OperationBytes and PlanBytes bound the caches. 0 is 64 MiB.
	OperationBytes, PlanBytes int64

	// OnClose is called when no request uses the graph any longer; nil for
	// nothing to do.
	OnClose func()
}

const defaultCacheBytes = 64 << 20

// NewGraph returns a graph for the supergraph.
func NewGraph(super *supergraph.Supergraph, o GraphOptions) *Graph {
	if o.OperationBytes <= 0 {
		o.OperationBytes = defaultCacheBytes
	}
	if o.PlanBytes <= 0 {
		o.PlanBytes = defaultCacheBytes
	}
	if o.QueryFetcher == nil {
		o.QueryFetcher = o.Fetcher
	}
	g := &Graph{
		Supergraph: super,
		overrides:  newOverrides(super, o.OverrideLabels),
		planner:    planner.New(super, planner.Options{Reuse: o.ReuseEntities}),
		queries:    &executor.Executor{Fetcher: o.QueryFetcher, MaxEntities: o.MaxEntities, Reserve: o.Reserve},
		mutations:  &executor.Executor{Fetcher: o.Fetcher, MaxEntities: o.MaxEntities, Reserve: o.Reserve, CutMutations: o.CutMutations},
		limits:     o.Limits,
		operations: newCache(o.OperationBytes, hashOperation, weighOperation),
		programs:   newCache(o.PlanBytes, hashPlan, weighProgram),
		preparing:  newPreparing(),
		planning:   newPlanning(o.Plans, o.PlanQueue),
		onClose:    o.OnClose,
	}
	g.users.Store(1)
	return g
}

// defaultPlanQueue is how many operations wait to be planned unless it is said.
const defaultPlanQueue = 256

// planWait is how long an operation waits to be planned.
const planWait = 5 * time.Second

// newPlanning returns the gate of plans. A processor is left to the operations
// that have one.
func newPlanning(plans, queue int) *admission.Gate {
	if queue == 0 {
		queue = defaultPlanQueue
	}
	if plans == 0 {
		plans = max(runtime.GOMAXPROCS(0)-1, 1)
	}
	return admission.NewGate(admission.Options{Places: plans, Queue: queue, Wait: planWait})
}

// newPreparing returns the gate of documents. It is another one than that of
// plans, so that a document whose operation has a plan, under another text, does
// not wait for those that are hard to plan. Everybody may wait: the number of
// requests is limited before, and each has its deadline.
func newPreparing() *admission.Gate {
	return admission.NewGate(admission.Options{Places: max(runtime.GOMAXPROCS(0)-1, 1), Queue: math.MaxInt})
}

// executorOf returns the executor for operations of a kind.
func (g *Graph) executorOf(kind ast.Operation) *executor.Executor {
	if kind == ast.Query {
		return g.queries
	}
	return g.mutations
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
	if g.users.Add(-1) > 0 {
		return
	}
	if g.onClose != nil {
		g.onClose()
	}
	if g.count != nil {
		g.count.Add(-1)
	}
}
