// Package soundness tells what is wrong with a plan, from the plan, the
// supergraph and the operation alone. It is a second opinion for tests: nothing
// in it is shared with the planner, and it explains each fault in a sentence.
//
//	supergraph ──► New ──► Checker
//	operation's selection + plan ──► Checker.Check ──► faults
//
// What it holds a plan to:
//
//   - every document parses, is valid in its subgraph's schema, and says what
//     the plan's selections say;
//   - a subgraph is only asked for fields that it resolves at that place: its
//     own, those provided on the way, those whose requirements travel in the
//     representation;
//   - a fetch depends on the fetches whose answers it needs: the objects at its
//     paths, their runtime types, the fields of its representations, with the
//     arguments that the requirement names;
//   - for every runtime type that objects at a place can have, everything the
//     client selects is fetched, under its response name, and no name means two
//     things;
//   - mutation fields are called once each, in order;
//   - no fetch could be left out.
//
// It also has an exhaustive search for what can be answered at all (Reach),
// by which tests make operations that must have a plan.
//
// It is slow, and bounded only by the size of what tests give it.
package soundness
