package merge

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of execution errors, in extensions.code.
const (
	// CodeDownstream marks an error of a subgraph's own that has no code:
	// {"message": "out of stock"} in its "errors".
	CodeDownstream = "DOWNSTREAM_SERVICE_ERROR"

	// CodeHTTP says that a request got no answer, or one with a status that
	// is not 2xx and a body that is not a GraphQL response: a proxy's 502.
	CodeHTTP = "SUBREQUEST_HTTP_ERROR"

	// CodeMalformed says that an answer is not a GraphQL response or not of
	// the shape that was asked for: an HTML page, three entities for four
	// representations, "many" where an Int belongs.
	CodeMalformed = "SUBREQUEST_MALFORMED_RESPONSE"

	// CodeTimeout says that an answer was not there in time.
	CodeTimeout = "GATEWAY_TIMEOUT"

	// CodeBreakerOpen and CodeCrowded say that a subgraph was not asked: it
	// has failed too often, or enough is under way to it.
	CodeBreakerOpen = "SUBGRAPH_CIRCUIT_BREAKER_REJECTED"
	CodeCrowded     = "SUBGRAPH_CONCURRENCY_LIMITED"

	// CodeInternal says that weft itself has failed at a fetch.
	CodeInternal = "INTERNAL_SERVER_ERROR"

	// CodeTooMany marks the last of the errors of a response that has more
	// than it may.
	CodeTooMany = "TOO_MANY_ERRORS"
)

const (
	// MaxErrors is how many errors a response has at most if nothing else is
	// said, not counting the note that some were left out.
	MaxErrors = 100

	// MostErrors is the most that can be said, see LimitErrors.
	MostErrors = 1000
)

// An Error is an execution error: what went wrong between weft and a subgraph,
// or in the subgraph, at a place of the response. It holds everything that is
// known; GraphQL gives what a client may see if nothing is redacted.
type Error struct {
	// Subgraph is the name of the subgraph, "" if none is to blame.
	Subgraph string

	// Fetch is the ID of the fetch; -1 if there is none.
	Fetch int

	Code    string
	Message string

	// Path in the client's response; nil if the error is about all of it. Of a
	// hidden error, in the merged result.
	Path ast.Path

	// Extensions as the subgraph sent them, json.RawMessage values by key,
	// for errors of its own; otherwise nil.
	Extensions map[string]any

	// Downstream says that the subgraph itself reported the error. Message,
	// Extensions and possibly Code are then the subgraph's words.
	Downstream bool

	// Hidden says that the error is of something that the client has not asked
	// for, and that nothing he has asked for is null because of it: it is for
	// logs only.
	Hidden bool

	// Status is the HTTP status of the answer, 0 if there is none or it does
	// not matter.
	Status int

	// Reason tells more than Message, in words of ours; "" for nothing more.
	Reason string

	// Err is the cause of a failed request, for logs: it may name hosts.
	Err error
}

// Error returns all there is to know, for logs.
func (e *Error) Error() string {
	s := e.Message
	if e.Path != nil {
		s += " at " + e.Path.String()
	}
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// GraphQL returns the error as a client sees it if nothing is redacted:
// without the cause, and with code, service, reason and http.status in
// extensions.
func (e *Error) GraphQL() *gqlerror.Error {
	extensions := make(map[string]any, len(e.Extensions)+4)
	maps.Copy(extensions, e.Extensions)
	extensions["code"] = e.Code
	if e.Subgraph != "" {
		extensions["service"] = e.Subgraph
	}
	if e.Reason != "" {
		extensions["reason"] = e.Reason
	}
	if e.Status != 0 {
		extensions["http"] = map[string]any{"status": e.Status}
	}
	return &gqlerror.Error{Err: e.Err, Message: e.Message, Path: e.Path, Extensions: extensions}
}

// answerErrors are the errors of one answer as they came.
type answerErrors struct {
	list []answerError // at most MostErrors
	// count may be larger than the list is long.
	count int
}

type answerError struct {
	message    string
	code       string
	path       []pathStep // nil if there is none that can be read
	extensions map[string]any
}

// A pathStep is one step of a path in an answer or in the response.
type pathStep struct {
	name  string // "" for an element of a list
	index int
}

// decodeErrors reads the value of "errors", leniently: subgraphs that are in
// trouble do not always stick to the format, and what they say must not be
// lost over that. raw is valid JSON and not null.
func decodeErrors(raw []byte) answerErrors {
	var e answerErrors
	if raw[0] != '[' {
		e.add(raw)
		return e
	}
	for item := range elements(raw) {
		e.add(item)
	}
	return e
}

// add reads one entry of "errors".
func (e *answerErrors) add(raw []byte) {
	if e.count++; e.count > MostErrors {
		return
	}
	var out answerError
	// Not into a struct: encoding/json would take "Message" for "message".
	var fields map[string]json.RawMessage
	if raw[0] != '{' {
		out.message = textOf(raw)
	} else if err := json.Unmarshal(raw, &fields); err == nil {
		out.message = textOf(fields["message"])
		out.path = pathOf(fields["path"])
		out.extensions = extensionsOf(fields["extensions"])
	}
	if out.message == "" {
		out.message = "the subgraph reported an error without a message"
	}
	if code, ok := out.extensions["code"].(json.RawMessage); ok {
		if s := textOf(code); s != "" {
			out.code = s
			delete(out.extensions, "code")
		}
	}
	e.list = append(e.list, out)
}

// textOf returns a string's text, the JSON of anything else, and "" for null
// and nothing.
func textOf(raw []byte) string {
	if len(raw) == 0 || raw[0] == 'n' {
		return ""
	}
	if raw[0] == '"' {
		return unescape(raw[1 : len(raw)-1])
	}
	return string(raw)
}

// pathOf reads a path, nil if it is not a list of names and indexes.
func pathOf(raw []byte) []pathStep {
	if len(raw) == 0 || raw[0] != '[' {
		return nil
	}
	path := []pathStep{}
	for item := range elements(raw) {
		if item[0] == '"' {
			path = append(path, pathStep{name: textOf(item)})
			continue
		}
		i, err := strconv.Atoi(string(item))
		if err != nil || i < 0 {
			return nil
		}
		path = append(path, pathStep{index: i})
		if len(path) > maxDepth {
			return nil
		}
	}
	return path
}

// extensionsOf reads extensions; what is not an object is kept under "value".
func extensionsOf(raw json.RawMessage) map[string]any {
	if len(raw) == 0 || raw[0] == 'n' {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return map[string]any{"value": raw}
	}
	out := make(map[string]any, len(fields))
	for name, value := range fields {
		out[name] = value
	}
	return out
}

// elements yields the raw elements of a JSON list that has passed the
// scanner.
func elements(raw []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		s := scanner{buf: raw, cursor: cursor{pos: 1, slash: -1, control: -1}}
		s.space()
		for s.peek() != ']' {
			start := s.pos
			if err := s.value(); err != nil {
				panic("merge: list has not been checked: " + err.Error())
			}
			if !yield(s.buf[start:s.pos]) {
				return
			}
			s.space()
			if s.peek() == ',' {
				s.pos++
				s.space()
			}
		}
	}
}

// tooMany is the note that takes the place of n errors or more.
func tooMany(n int) *Error {
	return &Error{Fetch: -1, Code: CodeTooMany, Message: fmt.Sprintf("at least %d more errors were left out", n)}
}
