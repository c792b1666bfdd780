package executor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/subgraphs"
)

// An outcome is what has become of one request: an answer or a failure.
type outcome struct {
	fetch, request int

	answer  *merge.Answer
	failure *merge.Failure

	response *subgraphs.Response // that the answer is made of, if it may be released with it

	status   int
	bytes    int
	attempts int // if more than one
	header   http.Header
	joined   bool // see subgraphs.Response
}

// send sends one request and decodes its answer. It runs without a lock and
// shares nothing with the others. A panic in it, ours or the fetcher's, fails
// this request alone.
func (e *execution) send(ctx context.Context, fetch, request int, m *subgraphs.Request) (o outcome) {
	o = outcome{fetch: fetch, request: request}
	defer func() {
		if p := recover(); p != nil {
			o.answer = nil
			o.failure = &merge.Failure{Code: merge.CodeInternal, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	response, err := e.Fetcher.Fetch(ctx, m)
	if err != nil {
		o.failure, o.attempts = failureOf(err), attemptsOf(err)
		return o
	}
	o.status, o.bytes, o.attempts = response.Status, len(response.Body), response.Attempts
	o.header = response.Header
	o.joined = response.Joined
	o.answer, err = e.request.Program.Decode(fetch, response.Body)
	if err != nil {
		o.answer, o.failure = nil, unreadable(response, err)
		return o
	}
	if !o.answer.HasErrors() { // errors keep parts of the text
		o.response = response
	}
	return o
}

// failureOf says what a request that got no answer means.
func failureOf(err error) *merge.Failure {
	f := &merge.Failure{Code: merge.CodeHTTP, Err: err}
	var known *subgraphs.Error
	switch {
	case errors.As(err, &known):
		f.Reason = known.Reason()
		switch known.Kind {
		case subgraphs.Timeout:
			f.Code = merge.CodeTimeout
		case subgraphs.TooLarge, subgraphs.Protocol:
			f.Incomplete = true
		case subgraphs.BreakerOpen:
			f.Code = merge.CodeBreakerOpen
		case subgraphs.Crowded:
			f.Code = merge.CodeCrowded
		}
	case isTimeout(err):
		f.Code = merge.CodeTimeout
	}
	return f
}

// attemptsOf returns how many attempts an error tells of, if more than one.
func attemptsOf(err error) int {
	var known *subgraphs.Error
	if errors.As(err, &known) {
		return known.Attempts
	}
	return 0
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// unreadable says what an answer that is not a GraphQL response means. With a
// status that is not 2xx that is what one expects of it.
func unreadable(r *subgraphs.Response, err error) *merge.Failure {
	f := &merge.Failure{
		Code:   merge.CodeMalformed,
		Status: r.Status,
		Reason: err.Error(),
		Err:    fmt.Errorf("%w; the answer of type %q begins with: %s", err, r.MediaType(), r.Excerpt()),
	}
	if r.Status < 200 || r.Status > 299 {
		f.Code, f.Reason = merge.CodeHTTP, ""
	}
	return f
}

// lateFailure is that of a request that was not sent for lack of time.
func lateFailure(err error) *merge.Failure {
	return &merge.Failure{Code: merge.CodeTimeout, Reason: "no time was left to send it", Err: err}
}

// A State is how far a fetch has come.
type State string

const (
	// Waiting: it has not begun, since the request ended before.
	Waiting State = "waiting"
	// Empty: there was nothing to ask for.
	Empty State = "empty"
	// Reused: all that it would have asked for was in earlier answers.
	Reused State = "reused"
	// Cancelled: it was ended, or not begun, because its answer was no
	// longer wanted.
	Cancelled State = "cancelled"
	// Done: it has ended, well or not.
	Done State = "done"
)

// A FetchReport tells how one fetch went. Times are from the beginning of
// Execute.
type FetchReport struct {
	ID       int
	Subgraph string
	State    State

	// Start and End of its requests, from before the first is built to after
	// the last is taken in; 0 if none was sent.
	Start, End time.Duration

	Requests int // sent
	Repeated int // times that one of them was sent again, or twice at once
	Entities int // representations in them
	Reused   int // entities that were in earlier answers, and not asked for
	Joined   int // requests that were not sent, but answered by equal ones of others
	Bytes    int // of the answers' bodies
	Status   int // HTTP status of the answer that came last; 0 if none came

	// Headers of the answers, by request; nil for one that gave none. They are
	// there if the Request has KeepHeaders, and must not be written to.
	Headers []http.Header

	// Failure says why it failed, for logs; nil if it did not, even if the
	// answer holds errors.
	Failure *merge.Failure
}

func (r *FetchReport) begin(now time.Duration, requests []merge.Request) {
	r.Start, r.Requests = now, len(requests)
	for i := range requests {
		r.Entities += requests[i].Entities
	}
}

func (r *FetchReport) add(now time.Duration, o *outcome) {
	r.End = now
	r.Bytes += o.bytes
	r.Repeated += max(o.attempts-1, 0)
	if o.joined {
		r.Joined++
	}
	if o.status != 0 {
		r.Status = o.status
	}
	if o.failure != nil {
		r.Failure = o.failure
	}
}

// keep notes the headers of an answer.
func (r *FetchReport) keep(o *outcome) {
	if o.header == nil {
		return
	}
	if r.Headers == nil {
		r.Headers = make([]http.Header, r.Requests)
	}
	r.Headers[o.request] = o.header
}
