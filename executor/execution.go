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

	ctx      context.Context // of the request
	deadline time.Time       // of fetches; zero for none

	fetches  []fetchState
	reports  []FetchReport // by fetch; the response's
	held     []held        // by fetch
	ready    []int         // fetches whose dependencies have ended, not yet begun
	sendings []sending
	answers  []*subgraphs.Response // that the result is made of

	// runs send the only request of a fetch, by fetch. They are good for every
	// request that the execution serves.
	runs []func() error

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
	sent   bool
	ended  bool
	ctx    context.Context    // of what is sent
	cancel context.CancelFunc // of requests that persist
}

// held is what others may hold for longer than the request takes.
type held struct {
	context fetchContext
	message [1]subgraphs.Request
}

// A sending is a fetch whose requests are to be sent.
type sending struct {
	fetch    int
	messages []subgraphs.Request // at least one
}

func (x *Executor) newExecution(ctx context.Context, r *Request) *execution {
	p := r.Program.Plan()
	e, ok := x.executions.Get().(*execution)
	if !ok {
		e = &execution{Executor: x}
	}
	e.request, e.plan, e.result, e.start, e.failed = r, p, r.Program.NewResult(r.Variables), time.Now(), -1
	e.ctx, e.deadline = ctx, x.deadlineOf(ctx)
	if r.MaxErrors > 0 {
		e.result.LimitErrors(r.MaxErrors)
	}
	e.held = make([]held, len(p.Fetches))
	e.fetches = append(e.fetches[:0], make([]fetchState, len(p.Fetches))...)
	e.reports = make([]FetchReport, len(p.Fetches))
	for i, f := range p.Fetches {
		e.held[i].context.request, e.held[i].context.deadline = ctx, e.deadline
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
	*e = execution{Executor: e.Executor, fetches: e.fetches[:0], ready: e.ready[:0], sendings: e.sendings[:0], answers: e.answers[:0], runs: e.runs, done: e.done}
	e.executions.Put(e)
}

// run sends what is ready and takes in what arrives until neither is left.
func (e *execution) run() {
	if e.ctx.Done() != nil {
		all := e.held // of this request, should it be over by then
		defer context.AfterFunc(e.ctx, func() { endAll(all) })()
	}
	defer e.drain()
	for {
		// One that came late may have made the others useless.
		sendings := slices.DeleteFunc(e.begin(), func(s sending) bool { return e.fetches[s.fetch].ended })
		if len(sendings) == 1 && len(sendings[0].messages) == 1 && e.inFlight == 0 {
			s := &sendings[0]
			e.take(e.send(e.contextOf(s.fetch), s.fetch, 0, &s.messages[0]))
			continue
		}
		for _, s := range sendings {
			e.launch(s)
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
func (e *execution) drain() {
	endAll(e.held)
	for e.inFlight > 0 {
		e.receive()
	}
	// None returns an error: what went wrong is in their outcomes.
	_ = e.group.Wait()
}

// begin prepares the requests of all fetches that are ready. A fetch with
// nothing to send has ended, and others may then be ready. The list is good
// until the next call.
func (e *execution) begin() []sending {
	e.sendings = e.sendings[:0]
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
		e.fetches[id].open = len(requests)
		report.begin(e.sinceStart(), requests)
		if err := e.held[id].context.Err(); err != nil {
			for range len(requests) {
				e.take(outcome{fetch: id, failure: lateFailure(err)})
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
	state.sent = true
	if !e.persists(fetch) {
		return &e.held[fetch].context
	}
	own := context.WithoutCancel(e.ctx)
	if e.deadline.IsZero() {
		own, state.cancel = context.WithCancel(own)
	} else {
		own, state.cancel = context.WithDeadline(own, e.deadline)
	}
	return own
}

// launch sends the requests of a fetch from goroutines of the group, some of
// them at a time. They share a context, by which they can be cancelled.
func (e *execution) launch(s sending) {
	if e.done == nil {
		e.done = make(chan outcome, len(e.fetches))
	}
	ctx := e.contextOf(s.fetch)
	e.inFlight += len(s.messages)
	if len(s.messages) == 1 {
		e.fetches[s.fetch].ctx = ctx
		e.group.Go(e.runOf(s.fetch))
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

// runOf returns what sends the only request of a fetch.
func (e *execution) runOf(fetch int) func() error {
	for i := len(e.runs); i <= fetch; i++ {
		e.runs = append(e.runs, func() error {
			e.done <- e.send(e.fetches[i].ctx, i, 0, &e.held[i].message[0])
			return nil
		})
	}
	return e.runs[fetch]
}

// endAll ends the contexts of all fetches.
func endAll(list []held) {
	for i := range list {
		list[i].context.end()
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
	e.held[id].context.end()
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
	if state.sent && e.persists(id) {
		return
	}
	e.reports[id].State = Cancelled
	e.reports[id].End = e.sinceStart()
	e.result.Abandon(id)
	e.end(id)
}

func (e *execution) sinceStart() time.Duration { return time.Since(e.start) }
