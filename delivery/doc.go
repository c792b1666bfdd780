// Package delivery gets the supergraph to the router, at first and whenever it
// has changed.
//
//	supergraph file ───────────────────────────┐
//	                                           ├─► Take ──► serves, or is refused
//	subgraph schemas ──► read ──► compose ─────┘              the last good stays
//	files, URLs,          ▲
//	_service { sdl }      └─ watched, polled, asked for by Reload
//
// Start gets the first version, Run every later one. What a version becomes is
// not decided here: Take builds it and swaps it in, or says why not.
//
// A version is composed of what was read last of each subgraph. What is done
// about a subgraph whose schema cannot be read is its Policy; one that has been
// read never vanishes from the supergraph because it does not answer for a
// while.
//
// Nothing is composed or offered twice: a reading that brings nothing new ends
// there. The package starts no goroutine that outlives a call. Every reading
// has a deadline and a limit in bytes.
package delivery
