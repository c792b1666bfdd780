// Package bruteforce finds the cheapest way to answer a small query over a
// small federation by trying every way there is, to hold the planner against.
//
//	World + Query ──► Cheapest ──► Cost{Stages, Fetches}
//
// It shares nothing with the planner: a World says which subgraph resolves
// which field of which object type, by which keys objects enter it, and what
// @requires and @provides say; that is all the search knows. The planner gets
// the same world as subgraph SDL, composed.
//
// A way to have a field of an object is to enter some subgraph, at the object
// or at one above it, and to read down from there. To enter at the root costs
// nothing but the fetch; elsewhere it takes the fields of one resolvable key a
// stage earlier, and those of @requires if the field has it. All that enters one
// subgraph at one place in one stage is one fetch. The cheapest plan has the
// fewest dependent stages, and with those the fewest fetches, counted before
// fetches are joined into requests.
//
// Abstract types, arguments and lists of entities that several subgraphs share
// are outside of it: package differential has those.
package bruteforce
