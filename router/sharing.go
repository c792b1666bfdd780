package router

import (
	"context"
	"encoding/binary"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/executor"
)

// sharing has requests that are equal, and there at the same time, executed
// once. Equal means all that the response depends on: the program, which is the
// operation under its conditions, the variables with the literals of the
// document, and all headers that reach a subgraph. Only queries are shared.
//
// Nobody fails because somebody else has left: an execution has a context of
// its own, and ends when the last of those who wait for it leaves. Its deadline
// is that of the request it was begun for. Those who have joined later have one
// that comes later; if the execution runs out of time, they share another one,
// begun for the first of them, as they would have had each on its own. So nobody
// waits beyond his deadline, and nobody gets less for another's.
type sharing struct {
	flights          flight[executionKey, *execution]
	executed, joined atomic.Int64
}

// executionKey is compared as a whole, so that nobody can get another's
// response by a collision.
type executionKey struct {
	program *program // of one graph
	rest    string   // variables and headers
}

// An execution is what several requests get.
type execution struct {
	response *executor.Response
	body     [][]byte
	failures *failures

	// late says that the time of whom it was begun for was over before all was
	// there.
	late bool
}

// SharingStats count the queries that could have been shared since the router
// began: those that were executed, and those that others were executed for.
type SharingStats struct{ Executed, Joined int64 }

// SharingStats returns the counts of equal queries; they are 0 if executions are
// not shared.
func (rt *Router) SharingStats() SharingStats {
	return SharingStats{Executed: rt.sharing.executed.Load(), Joined: rt.sharing.joined.Load()}
}

// shares tells whether the request may be answered together with others. What
// is explained is what this one does, and cookies are for one client.
func (x *exchange) shares() bool {
	return x.router.config.DeduplicateRequests && x.operation.Kind == ast.Query && x.explaining == explainNot && x.rate == nil &&
		!x.router.returns.cookies(x.program.Plan())
}

// executeShared executes r, or waits for the execution of a request that equals
// it, and sets the body of the response, and whether nobody else has it.
func (x *exchange) executeShared(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	s := &x.router.sharing
	key, headers := x.executionKey()
	r.Header = func(subgraph string) *executor.Header { return headers[subgraph] }
	graph, failures := x.graph, x.failures
	for {
		led := false // read only after what sets it has ended
		done, alone, err := s.flights.ask(ctx, key, func(ctx context.Context) (*execution, error) {
			led = true
			response, err := graph.queries.Execute(ctx, r)
			if err != nil {
				return nil, err
			}
			body, err := response.Pieces(nil)
			return &execution{response, body, failures, response.Late}, err
		})
		// A round that this one has not led has ended at an earlier deadline
		// than its own, so the rounds have an end.
		if late := err == nil && done.late; late && !led && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		return x.takeExecution(done, alone, led), nil
	}
}

// takeExecution makes what was executed the response.
func (x *exchange) takeExecution(done *execution, alone, led bool) *executor.Response {
	s := &x.router.sharing
	if led {
		s.executed.Add(1)
	} else {
		s.joined.Add(1)
		x.record.joined = true
	}
	x.body, x.alone, x.failures = done.body, alone, done.failures
	return done.response
}

// executionKey returns what the response depends on, and the headers by
// subgraph that are part of it.
func (x *exchange) executionKey() (executionKey, map[string]*executor.Header) {
	rest := x.variables.AppendTo(nil)
	headers := map[string]*executor.Header{}
	for _, fetch := range x.program.Plan().Fetches {
		if _, known := headers[fetch.Subgraph]; known {
			continue
		}
		h := x.forwarding.header(fetch.Subgraph)
		headers[fetch.Subgraph] = h
		rest = appendHeader(rest, h.Fields())
	}
	return executionKey{program: x.program, rest: string(rest)}, headers
}

// appendHeader appends a header in a form that is equal where headers are, and
// of which none is the beginning of another.
func appendHeader(dst []byte, h http.Header) []byte {
	text := func(s string) {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(h)))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		text(name)
		text(strconv.Itoa(len(h[name])))
		for _, value := range h[name] {
			text(value)
		}
	}
	return dst
}
