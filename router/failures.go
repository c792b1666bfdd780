package router

import (
	"crypto/rand"
	"encoding/hex"
	"reflect"
	"strconv"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/merge"
)

// errorIDKey is the extension by which an error in a response is found in the
// log.
const errorIDKey = "errorId"

// failures are what went wrong at subgraphs in one execution, with an id for
// each line of the log.
type failures struct {
	policy *errorPolicy
	prefix string // of the ids, random; "" before the first
	lines  []failure
	logged atomic.Bool // by one of those whom the execution has answered
}

// A failure is one line of the log: an error, or several that differ by their
// place in the response only.
type failure struct {
	id    string
	cause *merge.Error // the first
	count int
}

// maxFailures is how many of a request's failures are logged one by one. The
// errors beyond have an id and a line in common.
const maxFailures = 10

// id returns the id of an error.
func (f *failures) id(e *merge.Error) string {
	for i := range f.lines {
		line := &f.lines[i]
		if i == maxFailures || line.cause.Fetch == e.Fetch && line.cause.Code == e.Code && line.cause.Message == e.Message &&
			line.cause.Err == e.Err && reflect.DeepEqual(line.cause.Extensions, e.Extensions) {
			line.count++
			return line.id
		}
	}
	if f.prefix == "" {
		f.prefix = newErrorID()
	}
	id := f.prefix + "-" + strconv.Itoa(len(f.lines)+1)
	f.lines = append(f.lines, failure{id, e, 1})
	return id
}

// newErrorID returns an id that no other error has.
func newErrorID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// see returns an error as the client sees it, with the id that leads to its
// line in the log if a subgraph is to blame.
func (f *failures) see(e *merge.Error) *gqlerror.Error {
	seen := f.policy.see(e)
	if e.Subgraph != "" {
		if seen.Extensions == nil {
			seen.Extensions = map[string]any{}
		}
		seen.Extensions[errorIDKey] = f.id(e)
	}
	return seen
}

// logFailures logs what went wrong at subgraphs, as much of it as the policy
// for logs lets through, whatever clients see. Requests that share an execution
// share its lines, too.
func (x *exchange) logFailures() {
	for _, cause := range x.response.Causes {
		if !cause.Hidden {
			x.record.codes = append(x.record.codes, cause.Code)
		}
	}
	if len(x.failures.lines) == 0 {
		return
	}
	logged := x.failures.logged.Swap(true)
	for i := range x.failures.lines {
		f := &x.failures.lines[i]
		x.record.errorIDs = append(x.record.errorIDs, f.id)
		if logged {
			continue
		}
		message := "subgraph error"
		if i == maxFailures {
			message = "more subgraph errors"
		}
		text, extensions := x.router.errors.log(f.cause)
		fields := []zap.Field{
			zap.String("request_id", requestIDFrom(x.http.Context())),
			zap.String("error_id", f.id),
			zap.String("operation", logWord(x.operation.Name)),
			zap.String("subgraph", f.cause.Subgraph),
			zap.String("code", logWord(f.cause.Code)),
			zap.String("error", logText(text)),
		}
		if f.count > 1 {
			fields = append(fields, zap.Int("count", f.count))
		}
		if len(extensions) > 0 {
			fields = append(fields, zap.Any("extensions", extensions))
		}
		x.router.log.Warn(message, fields...)
	}
}

// logCause logs the cause of a refusal that is weft's own fault, and gives the
// client the id of the line.
func (x *exchange) logCause(f *refusal) {
	id := newErrorID()
	f.identify(id)
	x.record.errorIDs = append(x.record.errorIDs, id)
	x.router.log.Error("request failed",
		zap.String("request_id", requestIDFrom(x.http.Context())), zap.String("error_id", id), zap.Error(f.cause))
}

// identify puts an id into the errors of a refusal.
func (f *refusal) identify(id string) {
	for _, e := range f.errors {
		if e.Extensions == nil {
			e.Extensions = map[string]any{}
		}
		e.Extensions[errorIDKey] = id
	}
}
