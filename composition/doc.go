// Package composition composes subgraph schemas into a supergraph schema, or
// says why they do not compose.
//
//	subgraph SDLs ──► read ──► upgrade ──► merge ──► validate ──► print ──► supergraph SDL
//	                  links    fed1        by name   inaccessible,
//	                  GraphQL              and kind  satisfiability
//	                  federation
//
// Federation 1 and 2 (to v2.14) subgraphs are read; the supergraph is written
// with the join spec that the highest version in use asks for, v0.3 to v0.5.
//
// Compose is the verb. Every stage reports all it finds, and the next stage
// runs only if the one before reported no error: errors of a later stage would
// be consequences. A Diagnostic has a code, names every place in every
// subgraph that is involved, and can be printed with the source lines (Text),
// as JSON or as SARIF.
//
// Subgraphs are processed in the order of their names, so neither the
// supergraph nor the diagnostics depend on the order in which they are given.
//
// Invariants:
//   - The schema of a subgraph is read-only once upgraded; merging reads it.
//   - Recursion over what a user wrote is bounded: by the parser's nesting limit
//     for documents and field sets, by the schema's size elsewhere.
//
// The package knows neither operations nor HTTP.
//
// Apollo Federation, "Composition", "Federated directives", "Subgraph
// specification"; join, link, tag, inaccessible and cost specifications.
package composition
