// Package supergraph reads a supergraph SDL into a typed, immutable model: who
// owns which field, how entities are keyed, and what clients may see.
//
//	supergraph SDL ──► Supergraph ──► planner (who can answer what)
//	                       └────────► API schema (what clients may ask)
//
// Every version of the join spec from v0.1 to v0.5 is accepted. The model
// keeps hidden (@inaccessible) elements, since plans may need them as keys or
// requirements; only API leaves them out.
//
// The package does not know operations, HTTP, or how a plan is made.
//
// Apollo Federation, "Federated schemas: supergraph specification (join)".
package supergraph
