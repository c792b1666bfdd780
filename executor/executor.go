package executor

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A Fetcher sends a request to a subgraph. It must return soon after ctx has
// ended; Execute waits for it. subgraphs.Client is one.
type Fetcher interface {
	Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error)
}

// An Executor runs programs. It is safe for concurrent use.
type Executor struct {
	Fetcher Fetcher

	// Reserve is how long before a request's deadline its fetches end, so
	// that what has arrived can be written. It is never more than a tenth of
	// the time there is. 0 is DefaultReserve.
	Reserve time.Duration

	// MaxEntities returns how many representations one list in a request to
	// a subgraph may hold; a longer list is split over several requests. 0 is
	// no limit, nil none for any subgraph.
	MaxEntities func(subgraph string) int

	// Parallel is how many requests of one fetch are under way at a time,
	// where it needs several. 0 is DefaultParallel.
	Parallel int

	// CutMutations has a mutation that was sent end with its client, or with
	// the first failure in mode FailFast. Otherwise it goes on to its own end
	// or the deadline: cutting it off would not undo it.
	CutMutations bool

	// executions are those that have ended, with the memory for more.
	executions sync.Pool

	// buffers are for responses.
	buffers buffer.Pool
}

// DefaultParallel is how many requests of one fetch are under way at a time if
// nothing else is said.
const DefaultParallel = 8

// DefaultReserve is the time kept for writing if nothing else is said.
const DefaultReserve = 50 * time.Millisecond

// A Mode says what a failure does to the rest of the request.
type Mode int

const (
	// Partial delivers what there is: nulls and errors where a subgraph
	// failed, the data of the others.
	Partial Mode = iota
	// FailFast ends the request at the first failure. The response is
	// {"data": null} and the errors of the fetch that failed first.
	FailFast
)

// A Request is one operation to execute for one client.
type Request struct {
	Program *merge.Program

	// Variables are the coerced variables; nil if there are none.
	Variables *operation.Variables

	// Introspection are the answers to the root fields that weft answers
	// itself.
	Introspection []operation.Answer

	// Header returns the headers for requests to a subgraph. It is called
	// once per request that is sent, never twice at a time. nil sends none.
	Header func(subgraph string) *Header

	// KeepHeaders says that the reports of fetches are to hold the headers of
	// the answers.
	KeepHeaders bool

	Mode Mode

	// Deadline is that of the request, if it comes before the context's. Zero
	// for the context's alone.
	Deadline time.Time

	// MaxErrors is how many errors the response has at most, besides a note
	// that there are more; at most merge.MostErrors. 0 is merge.MaxErrors.
	MaxErrors int

	// Policy decides what a client sees of an error; nil leaves it out of the
	// response. If Policy itself is nil, clients see (*merge.Error).GraphQL. It
	// is called with those that are hidden, too, and clients see none of them.
	Policy func(*merge.Error) *gqlerror.Error
}

// A Header is headers of requests to subgraphs; those that have it in common
// should get the same one.
type Header = subgraphs.Header

// NewHeader returns the Header with these fields, which must not be written to
// any more.
func NewHeader(fields http.Header) *Header { return subgraphs.NewHeader(fields) }

// Execute runs the request and returns when the response is there and all
// goroutines have ended. A subgraph that fails is no error here: it is in the
// response.
//
// The request should have a deadline. When it comes, fetches in flight and those not
// started fail with code GATEWAY_TIMEOUT, and the response holds the rest.
// When ctx is cancelled, which is a client that has gone away, Execute returns
// the context's error, and a response that tells how the fetches went and
// nothing else; a mutation that has been sent is waited for (CutMutations).
func (x *Executor) Execute(ctx context.Context, r *Request) (*Response, error) {
	e := x.newExecution(ctx, r)
	e.run()
	late := !e.deadline.IsZero() && !time.Now().Before(e.deadline)
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		response := e.response
		e.release()
		return response, err
	}
	response := e.respond()
	response.Late = late && len(response.Causes) > 0
	e.release()
	return response, nil
}

// deadlineOf returns until when fetches have time, which is a little before the
// request's deadline; zero if there is none.
func (x *Executor) deadlineOf(ctx context.Context, r *Request) time.Time {
	deadline := r.Deadline
	if own, ok := ctx.Deadline(); ok && (deadline.IsZero() || own.Before(deadline)) {
		deadline = own
	}
	if deadline.IsZero() {
		return deadline
	}
	reserve := x.Reserve
	if reserve == 0 {
		reserve = DefaultReserve
	}
	return deadline.Add(-min(reserve, max(0, time.Until(deadline)/10)))
}
