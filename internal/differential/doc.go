// Package differential makes up federated worlds and holds weft to what a
// plain executor answers on them.
//
//	bits ──► Generate ──► World ──┬─► SDL, Data of each subgraph ──► mock subgraphs
//	                              ├─► Supergraph ──► planner ──► merge, executor ──► answer
//	                              └─► MergedSDL, MergedData ──► oracle ──► the same answer
//
// A World is a schema split over subgraphs in a way that federation allows:
// entities with several keys, values, interfaces, unions, enums, lists of lists,
// any nullability; @requires with arguments and below other fields, @provides,
// @shareable, @override with and without labels, @interfaceObject,
// @inaccessible, @external keys. Its data is what all subgraphs agree on; texts
// in it show the arguments and requirements they were computed from, and what a
// subgraph must not be asked for is wrong there or not there at all.
//
// Operations are made up so that they can be answered (soundness.Reach), with
// aliases that get in each other's way, fragments, conditions and variables.
//
// A Bench checks that however an operation is planned
//
//   - there is a plan, and it is sound (package soundness);
//   - an Interpreter that shares nothing with merge and executor gets the
//     oracle's answer out of it;
//   - merge and executor give the same answer, byte for byte, with errors at
//     the same paths.
//
// What fails is made smaller by Reduce and printed as a golden case.
//
//	go test ./internal/differential -cases 100000 -seed 7
package differential
