package executor

import (
	"context"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/deadline"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// An execution is one request while it runs. Afterwards its memory serves
// another request: nothing of it may be in the response, or in a message, which
// others may hold for longer.
type execution struct {
	*Executor
	request *Request
	plan    *plan.Plan
	start   time.Time

	ctx      context.Context // of the request
	deadline time.Time       // of fetches; zero for none
	held     []held          // by fetch
	response *Response       // to be

	group errgroup.Group // of the goroutines besides the one that called Execute

	// mu is held by who takes in an outcome and prepares what it has made ready.
	// It guards all that follows while goroutines run. What a fetch sends is set
	// before its goroutine is told, and may be read without.
	mu      sync.Mutex
	result  *merge.Result
	fetches []fetchState
	reports []FetchReport         // by fetch; those of response
	answers []*subgraphs.Response // that the result is made of
	ready   []int                 // fetches whose dependencies have ended, not yet begun
	kept    job                   // for the goroutine that has mu; noJob if there is none
	aside   int                   // goroutines of the group that have not ended
	resting bool                  // the goroutine that called Execute waits for what is handed to it

	// failed is the fetch that ended the request in mode FailFast; -1 while
	// there is none.
	failed int

	// over says that nothing is to be begun any more, since there is a panic;
	// fault is that of another goroutine than the one that called Execute.
	over  bool
	fault error

	// runs send the only request of a fetch, by fetch. They are good for every
	// request that the execution serves.
	runs []func() error

	// clientGone ends all that is sent, when the request's context ends, and
	// says so to gone. It is made once, like runs.
	clientGone func()
	gone       chan struct{}

	// handed has a job for the goroutine that called Execute, or noJob when all
	// others have ended. It has room for the one that there is at most.
	handed chan job
}

// fetchState is where one fetch is between waiting and ended.
type fetchState struct {
	waits  int // dependencies that have not ended
	open   int // requests that have not ended
	ended  bool
	ctx    context.Context    // of what is sent; nil before
	cancel context.CancelFunc // of requests that persist

	messages []subgraphs.Request
	next     int // of messages: the first that nobody has been told to send
}

// held is what others may hold for longer than the request takes.
type held struct {
	context deadline.Context
	message [1]subgraphs.Request
}

func (x *Executor) newExecution(ctx context.Context, r *Request) *execution {
	p := r.Program.Plan()
	e, ok := x.executions.Get().(*execution)
	if !ok {
		e = &execution{Executor: x, gone: make(chan struct{}, 1), handed: make(chan job, 1)}
		e.clientGone = func() {
			endAll(e.held)
			e.gone <- struct{}{}
		}
	}
	e.request, e.plan, e.result, e.start, e.failed = r, p, r.Program.NewResult(r.Variables), time.Now(), -1
	e.kept = noJob
	e.ctx, e.deadline = ctx, x.deadlineOf(ctx, r)
	if r.MaxErrors > 0 {
		e.result.LimitErrors(r.MaxErrors)
	}
	e.held = make([]held, len(p.Fetches))
	e.fetches = append(e.fetches[:0], make([]fetchState, len(p.Fetches))...)
	e.response = newResponse(len(p.Fetches))
	e.reports = e.response.Fetches
	for i, f := range p.Fetches {
		e.held[i].context.Set(ctx, e.deadline)
		e.fetches[i].waits = len(f.DependsOn)
		e.reports[i] = FetchReport{ID: i, Subgraph: f.Subgraph, State: Waiting}
		if len(f.DependsOn) == 0 {
			e.ready = append(e.ready, i)
		}
	}
	return e
}

// release makes the memory of the execution that of another one. None of its
// goroutines may be running.
func (e *execution) release() {
	e.result.Release()
	clear(e.fetches)
	for _, a := range e.answers {
		a.Release()
	}
	clear(e.answers)
	*e = execution{Executor: e.Executor, fetches: e.fetches[:0], ready: e.ready[:0], answers: e.answers[:0], runs: e.runs, clientGone: e.clientGone, gone: e.gone, handed: e.handed}
	e.executions.Put(e)
}

// begin prepares the requests of all fetches that are ready, and has somebody
// send them. A fetch with nothing to send has ended, and others may then be
// ready.
func (e *execution) begin() {
	for i := 0; i < len(e.ready); i++ {
		id := e.ready[i]
		if e.fetches[id].ended || e.failed >= 0 || e.ctx.Err() == context.Canceled {
			continue
		}
		requests := e.result.Requests(id, e.maxEntities(id))
		report := &e.reports[id]
		report.Reused = e.result.Reused(id)
		if len(requests) == 0 {
			report.State = Empty
			if report.Reused > 0 {
				report.State = Reused
			}
			e.end(id)
			continue
		}
		state := &e.fetches[id]
		state.open = len(requests)
		report.begin(e.sinceStart(), requests)
		if err := e.held[id].context.Err(); err != nil {
			for range len(requests) {
				e.take(&outcome{fetch: id, failure: lateFailure(err)})
			}
			continue
		}
		state.messages = e.compose(id, requests)
		parallel := e.Parallel
		if parallel == 0 {
			parallel = DefaultParallel
		}
		for range min(parallel, len(requests)) {
			e.sendNext(id)
		}
	}
	e.ready = e.ready[:0]
}

// compose makes the messages to the fetch's subgraph.
func (e *execution) compose(fetch int, requests []merge.Request) []subgraphs.Request {
	messages := e.held[fetch].message[:]
	if len(requests) > 1 {
		messages = make([]subgraphs.Request, len(requests))
	}
	f := e.plan.Fetches[fetch]
	for i := range messages {
		messages[i] = subgraphs.Request{Subgraph: f.Subgraph, Body: requests[i].Body, Mutation: f.Operation == ast.Mutation}
		if e.request.Header != nil {
			messages[i].Header = e.request.Header(f.Subgraph)
		}
	}
	return messages
}

func (e *execution) maxEntities(fetch int) int {
	if e.MaxEntities == nil {
		return 0
	}
	return e.MaxEntities(e.plan.Fetches[fetch].Subgraph)
}

// persists tells whether what is sent for a fetch goes on when nobody wants
// the answer any longer.
func (e *execution) persists(fetch int) bool {
	return !e.CutMutations && e.plan.Fetches[fetch].Operation == ast.Mutation
}

// contextOf returns the context for what is sent for a fetch, which ends with
// the fetch. That of what persists has no more than a deadline.
func (e *execution) contextOf(fetch int) context.Context {
	state := &e.fetches[fetch]
	switch {
	case state.ctx != nil: // several requests have it in common
	case !e.persists(fetch):
		state.ctx = &e.held[fetch].context
	case e.deadline.IsZero():
		state.ctx, state.cancel = context.WithCancel(context.WithoutCancel(e.ctx))
	default:
		state.ctx, state.cancel = context.WithDeadline(context.WithoutCancel(e.ctx), e.deadline)
	}
	return state.ctx
}

// endAll ends the contexts of all fetches.
func endAll(list []held) {
	for i := range list {
		list[i].context.End()
	}
}

// take takes in what has become of a request.
func (e *execution) take(o *outcome) {
	state := &e.fetches[o.fetch]
	if state.ended {
		return // abandoned; nobody waits for it
	}
	e.reports[o.fetch].add(e.sinceStart(), o)
	if e.request.KeepHeaders {
		e.reports[o.fetch].keep(o)
	}
	if o.failure != nil {
		e.result.Fail(o.fetch, o.failure)
	} else {
		e.result.Link(o.fetch, o.request, o.answer)
		if o.response != nil {
			e.answers = append(e.answers, o.response)
		}
	}
	if state.open--; state.open > 0 {
		e.sendNext(o.fetch)
		return
	}
	e.reports[o.fetch].State = Done
	e.end(o.fetch)
	if e.result.Failed(o.fetch) {
		e.fail(o.fetch)
	}
}

// end marks a fetch as ended and those that waited for it last as ready.
func (e *execution) end(id int) {
	state := &e.fetches[id]
	state.ended = true
	e.held[id].context.End()
	if state.cancel != nil {
		state.cancel()
	}
	for _, d := range e.request.Program.Dependents(id) {
		if e.fetches[d].waits--; e.fetches[d].waits == 0 {
			e.ready = append(e.ready, d)
		}
	}
}

// fail draws the consequences of something having gone wrong in a fetch.
func (e *execution) fail(id int) {
	if e.request.Mode == FailFast {
		if e.failed < 0 {
			e.failed = id
			for i := range e.fetches {
				e.abandon(i)
			}
		}
		return
	}
	for _, useless := range e.result.Useless() {
		e.abandon(useless)
	}
}

// abandon ends a fetch that has not ended: it is cancelled, or never sent. A
// mutation in flight goes on, unless it is to be cut off.
func (e *execution) abandon(id int) {
	state := &e.fetches[id]
	if state.ended {
		return
	}
	if state.ctx != nil && e.persists(id) {
		return
	}
	e.reports[id].State = Cancelled
	e.reports[id].End = e.sinceStart()
	e.result.Abandon(id)
	e.end(id)
}

func (e *execution) sinceStart() time.Duration { return time.Since(e.start) }
