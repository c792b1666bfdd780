// Package operation turns a request's document into an Operation that is
// parsed, limited, validated and normalised, and a request's variables into
// coerced variables.
//
//	document, name ──► Prepare ──► Operation ──► Select(conditions) ──► []*Field
//	variables JSON ──► Coerce  ──► coerced variables, or a coded request error
//
// Introspection is answered here, from the API schema; no subgraph is asked.
//
// The package does not know subgraphs. Recursion over documents is bounded by
// Limits before anything walks them.
//
// GraphQL specification, "Executable definitions", "Validation", "Coercing
// variable values", "Field collection".
package operation
