package executor

import (
	"context"
	"fmt"
	"runtime/debug"
)

// A job is a request to send: which one of which fetch.
type job struct{ fetch, request int }

// noJob is the absence of one.
var noJob = job{fetch: -1}

// run sends what is ready, and what becomes ready by that, and returns when all
// of it has ended.
func (e *execution) run() {
	if e.ctx.Done() != nil {
		stop := context.AfterFunc(e.ctx, e.clientGone)
		defer func() {
			if !stop() {
				<-e.gone // or it would end the next request
			}
		}()
	}
	ended := false
	defer func() {
		if !ended { // but in panic
			e.stop(nil)
			_ = e.group.Wait()
		}
	}()
	e.work(e.advance(nil))
	for j := e.rest(); j != noJob; j = e.rest() {
		e.work(j)
	}
	// None returns an error: what went wrong is in their outcomes, or a fault.
	_ = e.group.Wait()
	ended = true
	if e.fault != nil {
		panic(e.fault)
	}
}

// work sends a request and goes on with what that has made ready, until there
// is nothing left for this goroutine.
func (e *execution) work(j job) {
	for j != noJob {
		state := &e.fetches[j.fetch]
		m := &state.messages[j.request]
		if j.request > 0 && state.ctx.Err() != nil {
			// It has waited for others of its fetch.
			j = e.advance(&outcome{fetch: j.fetch, request: j.request, failure: lateFailure(state.ctx.Err())})
			continue
		}
		o := e.send(state.ctx, j.fetch, j.request, m)
		j = e.advance(&o)
	}
}

// rest waits until there is something to send for the goroutine that called
// Execute, which has nothing left to do, and returns it; noJob if the others have
// ended.
func (e *execution) rest() job {
	e.mu.Lock()
	if e.aside == 0 {
		e.mu.Unlock()
		return noJob
	}
	e.resting = true
	e.mu.Unlock()
	return <-e.handed
}

// hand gives a job to the goroutine that called Execute, if that has nothing to
// do, and tells so. mu is held.
func (e *execution) hand(j job) bool {
	if !e.resting {
		return false
	}
	e.resting = false
	e.handed <- j // there is room
	return true
}

// advance takes in an outcome, if there is one, and begins what is ready then.
// Of the requests that are now to be sent the caller gets the last to send, the
// others have got goroutines.
func (e *execution) advance(o *outcome) job {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return noJob
	}
	if o != nil {
		e.take(o)
	}
	e.begin()
	j := e.kept
	e.kept = noJob
	if j == noJob || e.fetches[j.fetch].ended {
		return noJob // one that came late may have made the others useless
	}
	e.contextOf(j.fetch)
	return j
}

// sendNext has the next request of a fetch sent, if there is one.
func (e *execution) sendNext(fetch int) {
	state := &e.fetches[fetch]
	if state.next == len(state.messages) {
		return
	}
	if e.kept != noJob {
		e.launch(e.kept)
	}
	e.kept = job{fetch, state.next}
	state.next++
}

// launch has a request sent on another goroutine: that which called Execute, whose
// stack has grown already, or else a new one of the group.
func (e *execution) launch(j job) {
	if e.fetches[j.fetch].ended {
		return
	}
	e.contextOf(j.fetch)
	if e.hand(j) {
		return
	}
	e.aside++
	if j.request == 0 {
		e.group.Go(e.runOf(j.fetch))
		return
	}
	e.group.Go(func() error {
		e.workAside(j)
		return nil
	})
}

// runOf returns what sends the first request of a fetch.
func (e *execution) runOf(fetch int) func() error {
	for i := len(e.runs); i <= fetch; i++ {
		e.runs = append(e.runs, func() error {
			e.workAside(job{fetch: i})
			return nil
		})
	}
	return e.runs[fetch]
}

// workAside is work on a goroutine of the group. A panic outside of send is one
// of the request: it is for the goroutine that called Execute, when the others
// have ended.
func (e *execution) workAside(j job) {
	defer func() {
		if p := recover(); p != nil {
			e.stop(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.aside--; e.aside == 0 {
			e.hand(noJob)
		}
	}()
	growStack(stackSize - 1)
	e.work(j)
}

// stop has nothing more begun, and ends what is in flight.
func (e *execution) stop(fault error) {
	e.mu.Lock()
	e.over = true
	if e.fault == nil {
		e.fault = fault
	}
	e.mu.Unlock()
	endAll(e.held)
}
