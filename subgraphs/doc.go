// Package subgraphs sends requests to subgraphs: who they are, over which
// connections, within which time, and with how large an answer.
//
// A Request is bytes in, a Response is bytes out. What they mean is for
// package merge; which fetches there are, and in what order, for package
// executor. A subgraph that answers badly is an answer here as long as bytes
// came back; only a request that got no usable HTTP answer is an error.
//
//	Client.Fetch ──► endpoint ──► transport ── wire      HTTP/1.1 of our own
//	                                       └─ standard  net/http: TLS, HTTP/2, proxies
//
// The wire exists because a round trip is most of what a request costs: it
// writes head and body at once, reads into where the body stays, and has no
// goroutines. It is strict about where answers end, and closes what it has
// doubts about.
//
// Invariants: a connection belongs to one request at a time, and is used again
// only when the answer before has been read to its last byte and nothing has
// come since; no goroutine outlives the Fetch that started it.
package subgraphs
