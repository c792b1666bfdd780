package subgraphs

import "net/http"

// A Request is one GraphQL request to one subgraph. It is not modified by
// whoever sends it.
type Request struct {
	// Subgraph is the name of the subgraph.
	Subgraph string

	// Body is the JSON request body.
	Body []byte

	// Header holds the headers to send besides those that the transport sets
	// itself. nil for none.
	Header http.Header

	// Mutation says that sending the request twice is not harmless.
	Mutation bool
}

// A Response is a subgraph's answer with its body read completely. The
// receiver owns Body: it is never reused.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}
