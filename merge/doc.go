// Package merge turns the answers of subgraphs into the response.
//
//	operation, selection, plan ─► Compile ─► Program        once per operation
//	Program ─► NewResult ─► Result                          once per request
//	   Requests ─► body ─► (sent) ─► Decode ─► Link          once per fetch
//	   Write ─► "data"
//
// The plan says what every fetch will answer, so the program knows a slot for
// every value before the first byte arrives. Decoding an answer fills a part:
// the text as it came, and slots that say where in it the values are. Nothing
// is unescaped, parsed as a number, or copied; leaves are ranges of the text
// until they are written to the response or into a representation.
//
// An object of the merged result is a frame, one object per fetch that has
// contributed:
//
//	fetch 0   { product { __typename id name } }
//	fetch 1   { _entities [ { price } ] }
//
//	frame product = ( object of fetch 0, object of fetch 1 )
//	                       │ link slot: representation 0
//	                       └────► items of fetch 1 ──► object
//
// Which fetches can contribute where, and in which slot each field is, is
// settled by Compile (position, source, candidate). An entity's answer is
// linked to its places, however many they are, by one number in the object
// that its representation was made of.
//
// What need not be done is not done:
//
//   - An object that the subgraph has answered just as the client wants it, and
//     that nothing else looks into, is checked and kept as one range (verbatim).
//   - Of other objects the text of neighbouring leaves is kept as one range, if
//     they are neighbours in the response and as the client wants them (stretch).
//   - An object with the text of an earlier one at the same place is that one: it
//     is read, looked up and written once (repeats).
//   - Objects that a lookup is about are listed while they are decoded, where
//     the way to them says nothing more (listTargets).
//   - Where an earlier representation decides about another, objects that have
//     the same number in the one get the same in the other (flatInput).
//   - Of two objects that are one, or for which the same representations were
//     made, the second is copied from the output (copies).
//   - An entity that an earlier answer has is not asked for, if the plan says so
//     (reuse).
//   - The memory of one request serves the next (Release).
//
// Invariants:
//   - Slots hold no pointers, and parts are never changed once linked, except
//     for link slots, and for what is put behind them.
//   - Memory that is used again is in no response, request or error.
//   - What a fetch sends depends on the fetches it depends on, and not on
//     which of the others happen to have ended.
//   - Raw ranges have passed the scanner: they are JSON, UTF-8, and complete.
//   - Names in the response are the client's: nothing internal, and no type
//     that the API schema does not have, is ever written or named.
//
// The package knows neither network nor goroutines.
package merge
