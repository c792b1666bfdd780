// Package executor runs plans: which request goes out when, and what happens
// when one fails, is late, or is no longer wanted.
//
//	fetch 0 ──┬─► fetch 1 ─────┐
//	          └─► fetch 2 ──► fetch 3        each starts when its own inputs
//	                                         are there, not when a stage is
//
// One goroutine, the one that calls Execute, owns everything of a request: the
// merged result, the counters, what is rendered and linked. A fetch that is
// ready gets a goroutine of the request's errgroup, which sends, waits, decodes
// the answer into a part of its own and hands it over on a channel. A fetch
// that is alone runs on the calling goroutine; one that has to be split into
// many requests gets a few goroutines that send them. So nothing is locked, and
// Execute returns when every goroutine it has started has ended.
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
