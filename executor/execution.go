package executor

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// An execution is one request while it runs. Only the goroutine that called
// Execute touches it; goroutines of fetches get copies of what they need and
// answer through done. Afterwards its memory serves another request: nothing of
// it may be in the response, or in a message, which others may hold for longer.
type execution struct {
	*Executor
	request *Request
	plan    *plan.Plan
	result  *merge.Result
	start   time.Time

	fetches  []fetchState
	reports  []FetchReport // by fetch; the response's
	ready    []int         // fetches whose dependencies have ended, not yet begun
	sendings []sending
	answers  []*subgraphs.Response // that the result is made of
	messages []subgraphs.Request   // memory for those to come

	group    errgroup.Group
	done     chan outcome
	inFlight int // requests, abandoned ones included

	// failed is the fetch that ended the request in mode FailFast; -1 while
	// there is none.
	failed int
}

// fetchState is where one fetch is between waiting and ended.
type fetchState struct {
	waits  int // dependencies that have not ended
	open   int // requests that have not ended
	ended  bool
	cancel context.CancelFunc // of its requests in flight; nil if there are none
}

// A sending is a fetch whose requests are to be sent.
type sending struct {
	fetch    int
	messages []subgraphs.Request // at least one
}

func (x *Executor) newExecution(r *Request) *execution {
	p := r.Program.Plan()
	e, ok := x.executions.Get().(*execution)
	if !ok {
		e = &execution{Executor: x}
	}
	e.request, e.plan, e.result, e.start, e.failed = r, p, r.Program.NewResult(r.Variables), time.Now(), -1
	if r.MaxErrors > 0 {
		e.result.LimitErrors(r.MaxErrors)
	}
	e.fetches = append(e.fetches[:0], make([]fetchState, len(p.Fetches))...)
	e.reports = make([]FetchReport, len(p.Fetches))
	for i, f := range p.Fetches {
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
	clear(e.sendings[:cap(e.sendings)])
	for _, a := range e.answers {
		a.Release()
	}
	clear(e.answers)
	*e = execution{Executor: e.Executor, fetches: e.fetches[:0], ready: e.ready[:0], sendings: e.sendings[:0], answers: e.answers[:0], done: e.done}
	e.executions.Put(e)
}

// run sends what is ready and takes in what arrives until neither is left.
// cancel ends ctx.
func (e *execution) run(ctx context.Context, cancel context.CancelFunc) {
	defer e.drain(cancel)
	for {
		// One that came late may have made the others useless.
		sendings := slices.DeleteFunc(e.begin(ctx), func(s sending) bool { return e.fetches[s.fetch].ended })
		if len(sendings) == 1 && len(sendings[0].messages) == 1 && e.inFlight == 0 {
			s := sendings[0]
			e.take(e.sendAlone(ctx, s))
			continue
		}
		for _, s := range sendings {
			e.launch(ctx, s)
		}
		if e.inFlight == 0 {
			return
		}
		e.take(e.receive())
	}
}

// receive waits for the outcome of a request in flight.
func (e *execution) receive() outcome {
	o := <-e.done
	e.inFlight--
	return o
}

// drain ends what is in flight, which is nothing unless there is a panic on
// its way, and waits for the goroutines to return.
func (e *execution) drain(cancel context.CancelFunc) {
	cancel()
	for e.inFlight > 0 {
		e.receive()
	}
	// None returns an error: what went wrong is in their outcomes.
	_ = e.group.Wait()
}

// begin prepares the requests of all fetches that are ready. A fetch with
// nothing to send has ended, and others may then be ready. The list is good
// until the next call.
func (e *execution) begin(ctx context.Context) []sending {
	e.sendings = e.sendings[:0]
	for i := 0; i < len(e.ready); i++ {
		id := e.ready[i]
		if e.fetches[id].ended || e.failed >= 0 || ctx.Err() == context.Canceled {
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
		e.fetches[id].open = len(requests)
		report.begin(e.sinceStart(), requests)
		if ctx.Err() != nil {
			for range len(requests) {
				e.take(outcome{fetch: id, failure: lateFailure(ctx.Err())})
			}
			continue
		}
		e.sendings = append(e.sendings, sending{fetch: id, messages: e.compose(id, requests)})
	}
	e.ready = e.ready[:0]
	return e.sendings
}

// compose makes the messages to the fetch's subgraph.
func (e *execution) compose(fetch int, requests []merge.Request) []subgraphs.Request {
	if cap(e.messages)-len(e.messages) < len(requests) {
		e.messages = make([]subgraphs.Request, 0, max(len(e.fetches), len(requests)))
	}
	first := len(e.messages)
	f := e.plan.Fetches[fetch]
	for i := range requests {
		m := subgraphs.Request{Subgraph: f.Subgraph, Body: requests[i].Body, Mutation: f.Operation == ast.Mutation}
		if e.request.Header != nil {
			m.Header = e.request.Header(f.Subgraph)
		}
		e.messages = append(e.messages, m)
	}
	return e.messages[first:len(e.messages):len(e.messages)]
}

func (e *execution) maxEntities(fetch int) int {
	if e.MaxEntities == nil {
		return 0
	}
	return e.MaxEntities(e.plan.Fetches[fetch].Subgraph)
}

// sendAlone sends the only request there is, from this goroutine.
func (e *execution) sendAlone(ctx context.Context, s sending) outcome {
	if e.persists(s.fetch) {
		var cancel context.CancelFunc
		ctx, cancel = e.contextOf(ctx, s.fetch)
		defer cancel()
	}
	return e.send(ctx, s.fetch, 0, &s.messages[0])
}

// persists tells whether what is sent for a fetch goes on when nobody wants
// the answer any longer.
func (e *execution) persists(fetch int) bool {
	return !e.CutMutations && e.plan.Fetches[fetch].Operation == ast.Mutation
}

// contextOf returns a context for what is sent for a fetch: one of ctx, or for
// what persists one with no more than the deadline of ctx.
func (e *execution) contextOf(ctx context.Context, fetch int) (context.Context, context.CancelFunc) {
	if !e.persists(fetch) {
		return context.WithCancel(ctx)
	}
	own := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(own, deadline)
	}
	return context.WithCancel(own)
}

// launch sends the requests of a fetch from goroutines of the group, some of
// them at a time. They share a context, by which they can be cancelled.
func (e *execution) launch(ctx context.Context, s sending) {
	if e.done == nil {
		e.done = make(chan outcome, len(e.fetches))
	}
	ctx, e.fetches[s.fetch].cancel = e.contextOf(ctx, s.fetch)
	e.inFlight += len(s.messages)
	if len(s.messages) == 1 {
		e.group.Go(func() error {
			e.done <- e.send(ctx, s.fetch, 0, &s.messages[0])
			return nil
		})
		return
	}
	parallel := e.Parallel
	if parallel == 0 {
		parallel = DefaultParallel
	}
	var next atomic.Int64
	for range min(parallel, len(s.messages)) {
		e.group.Go(func() error {
			for i := int(next.Add(1) - 1); i < len(s.messages); i = int(next.Add(1) - 1) {
				if err := ctx.Err(); err != nil {
					e.done <- outcome{fetch: s.fetch, request: i, failure: lateFailure(err)}
					continue
				}
				e.done <- e.send(ctx, s.fetch, i, &s.messages[i])
			}
			return nil
		})
	}
}

// take takes in what has become of a request.
func (e *execution) take(o outcome) {
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
	if state.cancel != nil && e.persists(id) {
		return
	}
	e.reports[id].State = Cancelled
	e.reports[id].End = e.sinceStart()
	e.result.Abandon(id)
	e.end(id)
}

func (e *execution) sinceStart() time.Duration { return time.Since(e.start) }
