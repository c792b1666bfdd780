// Package resilience stands between the executor and the subgraphs' client and
// keeps one subgraph's trouble from becoming everybody's: it repeats queries
// that are worth it, stops asking a subgraph that does not answer, bounds how
// much it is asked at a time, asks twice where waiting is worse, and chooses
// among a subgraph's URLs.
//
//	Fetch ─► retry ─► hedge ─► concurrency ─► breaker ─► balance ─► client
//	           │        │           └────────────┴─ refuse at once, nothing is sent
//	           └────────┴─ queries only, and only as far as the budget goes
//
// Retries are outermost, so that each attempt is judged, counted and routed
// anew; a retry that the breaker refuses ends there. A hedge is an attempt like
// any other, but never waits for a place. Sharing of equal queries stands in
// front of all of this: what is asked once is repeated once.
//
// All of it is inside the subgraph's timeout, which counts from the first
// attempt to the last byte of the last one, and inside the request's deadline.
//
// What is learnt about a subgraph outlives the supergraph it was learnt with: a
// Keeper hands it from one fetcher to the next.
//
// What a subgraph has nothing of costs it nothing: New leaves such subgraphs to
// the client, and is the client itself if there is nothing for any.
//
// Invariants: a mutation is sent once; no goroutine outlives the Fetch that
// started it; every place and every judgement is given back exactly once.
package resilience
