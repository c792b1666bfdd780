// Package executor runs plans: which request goes out when, and what happens
// when one fails, is late, or is no longer wanted.
//
//	fetch 0 ──┬─► fetch 1 ─────┐
//	          └─► fetch 2 ──► fetch 3        each starts when its own inputs
//	                                         are there, not when a stage is
//
// Who brings an answer goes on with what it has made ready: it links the answer,
// prepares the requests that waited for it and sends one of them itself. Another
// one goes to the goroutine that called Execute, if that has nothing left to do;
// for each other one a goroutine of the request's errgroup is started. So a chain
// of fetches stays on one goroutine, the one that called Execute if there is
// nothing beside it. Linking and preparing are done by one goroutine at a time,
// under a lock; sending, waiting and decoding an answer into a part of its own
// are done without. Execute returns when every goroutine has ended.
//
// Failure is data. A failed fetch leaves nulls and errors with their paths,
// and the others go on, except for those whose answer can no longer show: when
// a null has to rise to where it takes their objects with it, they are
// cancelled at once. In mode FailFast the first failure cancels all others.
//
// Of the time until the deadline a little is kept in reserve, so that what has
// arrived is written on time. Whose client has gone is not answered at all.
//
// Mutations in flight are not cancelled because of others, nor because their
// client has gone, unless CutMutations says so: whether they took effect would
// be anybody's guess.
//
// The package does not know HTTP towards clients, nor configuration.
package executor
