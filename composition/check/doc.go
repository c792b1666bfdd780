// Package check says what a new supergraph means for those who use the old
// one: what changed in the API schema, and which operations stop working or
// get more expensive.
//
//	base, new supergraph ──► Changes ──► breaking / dangerous / safe ──┐
//	file or folder ──► ReadOperations ──► validate and plan on both ───┴─► Report
//
// Check is the verb. A Change has a kind, a schema coordinate and a severity:
//
//   - breaking: an operation that was valid may not be any more, or may get an
//     answer that its schema did not allow
//   - dangerous: every operation stays valid, but some may behave differently,
//     as when an enum gets a value that clients have never seen
//   - safe: nobody can tell, or only who asks for what is new
//
// What the severities say about schemas at large, operations say exactly: each
// is validated and planned against both supergraphs.
//
//	FIELD_REMOVED  Product.price  breaking
//	query Prices   prices.graphql:3:5  Cannot query field "price" on type "Product".
//	query Detail   detail.graphql:1:1  2 fetches ──► 3 fetches
//
// A report depends on nothing but the two supergraphs and the operations, not on
// the order of anything in a schema.
//
// Invariants:
//   - Recursion over types, values and documents is bounded by the nesting limit
//     of the parser that read them.
//   - An operation that fails on both supergraphs is reported but never blamed
//     on the change.
//
// The package composes nothing and does not know the network: whoever calls it
// brings the supergraphs.
//
// GraphQL specification, "Validation", "Schema Coordinates"; the two
// classifications of graphql-js, findBreakingChanges and findDangerousChanges,
// are followed but for what doc comments of the kinds say.
package check
