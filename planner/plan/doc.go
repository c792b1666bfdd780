// Package plan is the plan as data: which subgraph is asked for what, what
// each request waits for, and under which names the answers are merged. It
// also prints plans.
//
// A plan says how the response comes about without saying how it is computed:
// every fetch's answer is a tree of objects, and the merged result is the
// union of these trees at their paths, where fields go by their As names.
//
//	fetch 0, root:   { product { __typename id name } }
//	fetch 1, entity at product: (Product: __typename id) { price }
//	merged:          { product { __typename id name price } }
//
// Neither who made a plan nor who runs it is known here.
//
// Invariants:
//   - Fetches are in topological order; DependsOn holds smaller IDs only.
//   - The fields of a representation are selected by fetches that the lookup's
//     fetch depends on, at the lookup's path.
//   - At one object two selections with the same As are the same field with
//     the same arguments.
//   - A plan is never written to once built.
package plan
