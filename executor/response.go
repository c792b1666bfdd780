package executor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A Response is the answer to a Request.
type Response struct {
	// Errors as the client sees them.
	Errors gqlerror.List

	// Causes are the errors before Policy, with everything that is known.
	Causes []*merge.Error

	// Completions are nulls that had to rise without an error to explain
	// them. They go out as extensions.valueCompletion.
	Completions []merge.Completion

	// Fetches tells how each fetch of the plan went, by ID.
	Fetches []FetchReport

	// Late says that the time for fetches was over before all was there. With
	// more time the response might have held more.
	Late bool

	data []byte
	body []byte // {"data":… up to the end of data; nil once completed

	memory *buffer.Buffer // what all of it lies in; nil if that is not to be used again
	pool   *buffer.Pool   // where it is from
}

const dataPrefix = `{"data":`

// Data returns the value of "data". It must not be written to.
func (r *Response) Data() []byte { return r.data }

// Release ends the use of the response's text: the memory of it serves another
// one. Nobody has to call it; whoever does must not use what Data and JSON have
// returned any more, nor anybody whom he has given it to.
func (r *Response) Release() {
	if r.memory != nil {
		r.pool.Give(r.memory)
		r.memory, r.data, r.body = nil, nil, nil
	}
}

// JSON completes the response body with errors and extensions. It may be
// called once, since it writes behind the data instead of copying it.
// extensions may be nil and is not written to. The error is that extensions
// cannot be encoded.
func (r *Response) JSON(extensions map[string]any) ([]byte, error) {
	if r.body == nil {
		panic("executor: the response has been completed before")
	}
	if len(r.Errors) == 0 && len(r.Completions) == 0 && len(extensions) == 0 {
		whole := append(r.body, '}')
		if r.memory != nil {
			r.memory.Bytes = whole
		}
		r.body = nil
		return whole, nil
	}
	body := bytes.NewBuffer(r.body)
	r.body = nil
	if len(r.Errors) > 0 {
		if err := appendMember(body, "errors", r.Errors); err != nil {
			return nil, err
		}
	}
	if len(r.Completions) > 0 {
		extensions = maps.Clone(extensions)
		if extensions == nil {
			extensions = map[string]any{}
		}
		extensions["valueCompletion"] = r.Completions
	}
	if len(extensions) > 0 {
		if err := appendMember(body, "extensions", extensions); err != nil {
			return nil, err
		}
	}
	body.WriteByte('}')
	if r.memory != nil {
		r.memory.Bytes = body.Bytes() // which may have grown
	}
	return body.Bytes(), nil
}

func appendMember(b *bytes.Buffer, name string, value any) error {
	fmt.Fprintf(b, `,"%s":`, name)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("encode %s of the response: %w", name, err)
	}
	b.Truncate(b.Len() - 1) // the line feed that Encode adds
	return nil
}

// respond makes the response of what there is when all fetches have ended.
func (e *execution) respond() *Response {
	r := &Response{Fetches: e.reports}
	if e.failed >= 0 {
		r.body = []byte(dataPrefix + "null")
		r.Causes = e.result.ErrorsOf(e.failed)
	} else {
		r.pool = &e.buffers
		r.memory = r.pool.Take(e.sizeHint())
		r.body = e.result.Write(append(r.memory.Bytes, dataPrefix...), e.request.Introspection)
		r.memory.Bytes = r.body
		r.Causes = e.result.Errors()
		r.Completions = e.result.Completions()
	}
	r.data = r.body[len(dataPrefix):len(r.body):len(r.body)]
	for _, cause := range r.Causes {
		var seen *gqlerror.Error
		if e.request.Policy != nil {
			seen = e.request.Policy(cause)
		} else {
			seen = cause.GraphQL()
		}
		if seen != nil {
			r.Errors = append(r.Errors, seen)
		}
	}
	return r
}

// sizeHint guesses the size of the response from those of the answers.
func (e *execution) sizeHint() int {
	size := 256
	for i := range e.reports {
		size += e.reports[i].Bytes
	}
	size = e.request.Program.SizeHint(size)
	for _, a := range e.request.Introspection {
		size += len(a.JSON)
	}
	return size
}
