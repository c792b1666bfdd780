// Package oracle is the second opinion: it answers an operation from one
// schema and one merged data set, as if there were no subgraphs. A federated
// answer must have the same data.
//
//	subgraph SDLs + their data files ──► Merge ──► Data
//	API schema + Data + operation    ──► Execute ──► Response
//
// It is as plain as it can be and slow: maps, recursion, no plan, no cache,
// and nothing in common with the pipeline it checks but the GraphQL parser.
// It trusts its input, which is written by those who write tests; documents
// are bounded only by the parser.
//
// What it cannot say: what a failing subgraph does to the answer, which of two
// disagreeing subgraphs is asked, and introspection. Cases about those opt out.
//
// GraphQL specification, "Execution".
package oracle
