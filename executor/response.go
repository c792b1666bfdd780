package executor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A Response is the answer to a Request.
type Response struct {
	// Errors as the client sees them.
	Errors gqlerror.List

	// Causes are the errors before Policy, with everything that is known: first
	// those that are hidden, if there are any, which are not among Errors.
	Causes []*merge.Error

	// Completions are nulls that had to rise without an error to explain
	// them. They go out as extensions.valueCompletion.
	Completions []merge.Completion

	// Fetches tells how each fetch of the plan went, by ID.
	Fetches []FetchReport

	// Late says that the time for fetches was over before all was there. With
	// more time the response might have held more.
	Late bool

	body    []byte         // {"data":… up to the end of data; nil once completed
	splices []merge.Splice // parts of data that are not in body
	data    int            // where the data ends in body
	text    []byte         // body, once completed
	whole   [1][]byte      // the same as a list

	memory  *buffer.Buffer        // what body lies in; nil if that is not to be used again
	pool    *buffer.Pool          // where it is from
	answers []*subgraphs.Response // what the splices lie in

	few [fewFetches]FetchReport // where Fetches are, unless there are more
}

// fewFetches is how many most plans have at most.
const fewFetches = 8

// newResponse returns one with reports of so many fetches.
func newResponse(fetches int) *Response {
	r := new(Response)
	if fetches > fewFetches {
		r.Fetches = make([]FetchReport, fetches)
	} else {
		r.Fetches = r.few[:fetches:fetches]
	}
	return r
}

const dataPrefix = `{"data":`

// Data returns the value of "data". It must not be written to.
func (r *Response) Data() []byte {
	text := r.body
	if text == nil {
		text = r.text
	}
	data := bytes.Join(splice(text[:r.data:r.data], r.splices, nil), nil)
	return data[len(dataPrefix):]
}

// Release ends the use of the response's text: the memory of it serves another
// one. Nobody has to call it; whoever does must not use what Data, JSON and
// Pieces have returned any more, nor anybody whom he has given it to.
func (r *Response) Release() {
	if r.memory == nil {
		return
	}
	r.pool.Give(r.memory)
	for _, a := range r.answers {
		a.Release()
	}
	r.memory, r.body, r.text, r.whole, r.splices, r.answers = nil, nil, nil, [1][]byte{}, nil, nil
}

// JSON is Pieces in one.
func (r *Response) JSON(extensions map[string]any) ([]byte, error) {
	pieces, err := r.Pieces(extensions)
	if err != nil {
		return nil, err
	}
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	return bytes.Join(pieces, nil), nil
}

// Pieces completes the response body with errors and extensions, and returns it
// in pieces: mostly one, but long parts of answers are not copied. It may be
// called once, JSON included, since it writes behind the data instead of copying
// it. extensions may be nil and is not written to. The error is that extensions
// cannot be encoded.
func (r *Response) Pieces(extensions map[string]any) ([][]byte, error) {
	if r.body == nil {
		panic("executor: the response has been completed before")
	}
	if len(r.Errors) == 0 && len(r.Completions) == 0 && len(extensions) == 0 {
		return r.complete(append(r.body, '}')), nil
	}
	body := bytes.NewBuffer(r.body)
	r.body, r.text = nil, r.body
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
	return r.complete(body.Bytes()), nil
}

// complete takes the body, which may have grown, and returns all pieces.
func (r *Response) complete(text []byte) [][]byte {
	r.body, r.text = nil, text
	if r.memory != nil {
		r.memory.Bytes = text
	}
	return splice(text, r.splices, r.whole[:0])
}

// splice appends the pieces of text with splices in between.
func splice(text []byte, splices []merge.Splice, pieces [][]byte) [][]byte {
	done := 0
	for _, s := range splices {
		if s.At > done {
			pieces = append(pieces, text[done:s.At])
		}
		pieces = append(pieces, s.Text)
		done = s.At
	}
	return append(pieces, text[done:])
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
	r := e.response
	if e.failed >= 0 {
		r.body = []byte(dataPrefix + "null")
		r.Causes = e.result.ErrorsOf(e.failed)
	} else {
		r.pool = &e.buffers
		r.memory = r.pool.Take(e.sizeHint())
		r.body, r.splices = e.result.WriteSpliced(append(r.memory.Bytes, dataPrefix...), e.request.Introspection)
		r.memory.Bytes = r.body
		if len(r.splices) > 0 {
			r.answers = slices.Clone(e.answers)
			e.answers = e.answers[:0]
		}
		r.Causes = e.result.Errors()
		if hidden := e.result.Hidden(); len(hidden) > 0 {
			r.Causes = slices.Concat(hidden, r.Causes)
		}
		r.Completions = e.result.Completions()
	}
	r.data = len(r.body)
	for _, cause := range r.Causes {
		var seen *gqlerror.Error
		if e.request.Policy != nil {
			seen = e.request.Policy(cause)
		} else {
			seen = cause.GraphQL()
		}
		if seen != nil && !cause.Hidden {
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
