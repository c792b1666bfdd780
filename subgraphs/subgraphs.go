package subgraphs

import (
	"net/http"
	"time"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// A Request is one GraphQL request to one subgraph. It is not modified by
// whoever sends it. Body and Header may not be by whoever made them either, even
// after Fetch has returned: others may still wait for the answer.
type Request struct {
	// Subgraph is the name of the subgraph.
	Subgraph string

	// Body is the JSON request body.
	Body []byte

	// Header holds the headers to send besides those that the transport sets
	// itself.
	Header *Header

	// Mutation says that sending the request twice is not harmless.
	Mutation bool

	// Replica is which of the subgraph's URLs it goes to: 0 is Endpoint.URL,
	// the others are Endpoint.Replicas from 1 on.
	Replica int

	// askedUntil is what the deadline header counts to if it comes before the
	// context's deadline: a shared request has its first asker's, without
	// ending by it. Zero for the context's alone.
	askedUntil time.Time

	// coding is that of Body.
	coding coding.Coding
}

// A Response is a subgraph's answer with its body read completely. It is never
// written to: several may have received it.
type Response struct {
	Status int
	Header http.Header // see Options.AllHeaders
	Body   []byte

	// Attempts is how many times the request was sent, if more than once.
	Attempts int

	// Joined says that the request was not sent, since another one that equals
	// it was under way.
	Joined bool

	// memory is what Body lies in if nobody else has the Response; otherwise
	// nil.
	memory *buffer.Buffer
	pool   *buffer.Pool // where it is from
}

// Release ends the use of the response: the memory of its body serves another
// one, unless somebody else may have the response too. Nobody has to call it,
// and nobody more than once.
func (r *Response) Release() {
	if r.memory != nil {
		r.pool.Give(r.memory)
		r.memory, r.Body = nil, nil
	}
}

// share makes Release do nothing: somebody else gets the response.
func (r *Response) share() { r.memory = nil }
