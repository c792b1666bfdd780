// Package supergraph reads a supergraph SDL into a typed, immutable model: who
// owns which field, how entities are keyed, and what clients may see.
//
//	supergraph SDL ──► Supergraph ──► planner (who can answer what)
//	                       └────────► API schema (what clients may ask)
//
// Every version of the join spec from v0.1 to v0.5 is accepted, under any
// names that @link or @core give to it. The model keeps hidden (@inaccessible)
// elements, since plans may need them as keys or requirements; only API leaves
// them out.
//
// Parse reads in four steps:
//
//	document   the text, extensions folded into what they extend
//	reader     recognises the linked specs and takes their machinery off
//	schema     Full, and API without the hidden elements
//	builder    what each subgraph has, resolves, requires and provides
//
// What the model says of a field in a subgraph is settled already: fields that
// another subgraph overrides are external, key fields of type extensions are
// not, and requirements hold only what the subgraph does not resolve itself.
//
//	type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
//	  id: ID!                                         in A and B
//	  name: String @join__field(graph: A)             in A
//	    @join__field(graph: B, external: true)        in B, External
//	  hello: String                                   in B, Requires name
//	    @join__field(graph: B, requires: "name")
//	}
//
// Invariants of a Supergraph:
//   - lists of names are sorted, and name things that exist in the subgraph
//   - a TypeIn's Fields and the Fields' In hold the same FieldIn values
//   - a subgraph that has a field has the field's type
//   - all fields of field sets have their definitions in Full
//   - API is a valid schema, and so is Full
//
// The package does not know operations, HTTP, or how a plan is made. It records
// @authenticated, @requiresScopes and @policy, and enforces none of them. It
// refuses supergraphs that link what must not be ignored and that it does not
// know, connectors among them.
//
// Apollo Federation, "Federated schemas: supergraph specification (join)",
// "link v1.0", "inaccessible v0.2".
package supergraph
