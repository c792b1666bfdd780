// Package sources says where the SDL of each subgraph comes from, and gets it:
// from a file, from the running subgraph, or as it stands in a configuration.
//
//	supergraph.yaml ──► Parse ───────┐
//	NAME=FILE@URL   ──► ParseFlag ───┴─► []Source ──► Load ──► []composition.Subgraph
//
// The configuration is the one that users of rover have. Reading it is strict:
// unknown keys and contradictions are errors with line and column, and all of
// them are reported.
//
// The package starts no goroutine that outlives a call. What is read is bounded
// in size, and every request ends with its context.
package sources
