// Package planner decides which subgraph answers what, and in which order.
//
//	Supergraph × Operation ──► positions ──► choose ──► build ──► batch ──► plan.Plan
//
// The operation is a tree of positions: places in the response where objects
// lie. At each position the possible runtime types fall into classes that are
// selected from and owned alike. For a class, the planner knows in which
// subgraphs the object is already at hand (its views) and decides which
// further subgraphs to enter:
//
//	position  product            at hand: catalogue
//	  name           catalogue   ── answered in place
//	  price          pricing     ── enter pricing by key id, stage 2
//	  availability   inventory   ── enter inventory by key id, stage 2
//
// A subgraph entered at a position serves everything below it, so a choice
// only concerns the subtree: choose is a dynamic programme over (position,
// views with the stage at which each is at hand). Plans are never enumerated.
// A first pass, in which everything helpful is entered, tells the number of
// dependent stages; under that bound the fewest fetches win.
//
// Most positions have but one type, whose fields are either had or not. There
// choices are priced on a chart of bits, by the same rules, and only what is
// chosen is written down. Positions that are no different share a chart (chart),
// and charts what their type and views have in common (ground).
//
// Keys and @requires field sets are positions of their own, of the same
// object, solved by the same programme. What @defer lets come later is planned
// after the rest, at the places of its fragments. Build then walks the decisions and
// writes the fetches down, and batch joins requests to one subgraph whose time
// windows overlap.
//
// Planning is pure and deterministic: the same supergraph, operation and
// options give the same plan, byte for byte. It does not know the network,
// clocks, logs or goroutines. Work is counted against Options.Budget and stops
// with the context.
//
// Cases are in internal/golden/testdata.
package planner
