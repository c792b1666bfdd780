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
// answer through done.
type execution struct {
	*Executor
	request *Request
	plan    *plan.Plan
	result  *merge.Result
	start   time.Time

	fetches []fetchState
	ready   []int // fetches whose dependencies have ended, not yet begun

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
	report FetchReport
}

// A sending is a fetch whose requests are to be sent.
type sending struct {
	fetch    int
	messages []*subgraphs.Request // at least one
}

func newExecution(x *Executor, r *Request) *execution {
	p := r.Program.Plan()
	e := &execution{
		Executor: x,
		request:  r,
		plan:     p,
		result:   r.Program.NewResult(r.Variables),
		start:    time.Now(),
		fetches:  make([]fetchState, len(p.Fetches)),
		failed:   -1,
	}
	for i, f := range p.Fetches {
		e.fetches[i].waits = len(f.DependsOn)
		e.fetches[i].report = FetchReport{ID: i, Subgraph: f.Subgraph, State: Waiting}
		if len(f.DependsOn) == 0 {
			e.ready = append(e.ready, i)
		}
	}
	return e
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
			e.take(e.send(ctx, s.fetch, 0, s.messages[0]))
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
// nothing to send has ended, and others may then be ready.
func (e *execution) begin(ctx context.Context) []sending {
	var sendings []sending
	for len(e.ready) > 0 {
		id := e.ready[0]
		e.ready = e.ready[1:]
		state := &e.fetches[id]
		if state.ended || e.failed >= 0 || ctx.Err() == context.Canceled {
			continue
		}
		requests := e.result.Requests(id, e.maxEntities(id))
		state.report.Reused = e.result.Reused(id)
		if len(requests) == 0 {
			state.report.State = Empty
			if state.report.Reused > 0 {
				state.report.State = Reused
			}
			e.end(id)
			continue
		}
		state.open = len(requests)
		state.report.begin(e.sinceStart(), requests)
		if ctx.Err() != nil {
			for range requests {
				e.take(outcome{fetch: id, failure: lateFailure(ctx.Err())})
			}
			continue
		}
		s := sending{fetch: id}
		for i := range requests {
			s.messages = append(s.messages, e.message(id, requests[i].Body))
		}
		sendings = append(sendings, s)
	}
	return sendings
}

// message makes the request to the fetch's subgraph.
func (e *execution) message(fetch int, body []byte) *subgraphs.Request {
	f := e.plan.Fetches[fetch]
	m := &subgraphs.Request{Subgraph: f.Subgraph, Body: body, Mutation: f.Operation == ast.Mutation}
	if e.request.Header != nil {
		m.Header = e.request.Header(f.Subgraph)
	}
	return m
}

func (e *execution) maxEntities(fetch int) int {
	if e.MaxEntities == nil {
		return 0
	}
	return e.MaxEntities(e.plan.Fetches[fetch].Subgraph)
}

// launch sends the requests of a fetch from goroutines of the group, some of
// them at a time. They share a context, by which they can be cancelled.
func (e *execution) launch(ctx context.Context, s sending) {
	if e.done == nil {
		e.done = make(chan outcome, len(e.fetches))
	}
	ctx, e.fetches[s.fetch].cancel = context.WithCancel(ctx)
	e.inFlight += len(s.messages)
	if len(s.messages) == 1 {
		e.group.Go(func() error {
			e.done <- e.send(ctx, s.fetch, 0, s.messages[0])
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
				e.done <- e.send(ctx, s.fetch, i, s.messages[i])
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
	state.report.add(e.sinceStart(), o)
	if o.failure != nil {
		e.result.Fail(o.fetch, o.failure)
	} else {
		e.result.Link(o.fetch, o.request, o.answer)
	}
	if state.open--; state.open > 0 {
		return
	}
	state.report.State = Done
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
// mutation in flight goes on, but nobody waits for its answer.
func (e *execution) abandon(id int) {
	state := &e.fetches[id]
	if state.ended {
		return
	}
	if state.cancel != nil && e.plan.Fetches[id].Operation == ast.Mutation {
		return
	}
	state.report.State = Cancelled
	state.report.End = e.sinceStart()
	e.result.Abandon(id)
	e.end(id)
}

func (e *execution) sinceStart() time.Duration { return time.Since(e.start) }
