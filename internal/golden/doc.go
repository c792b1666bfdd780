// Package golden runs golden cases: one txtar archive in testdata each, which
// holds subgraphs, their data, an operation, and the plan and response that it
// must give. Reviewers judge a case, its plan included, without running
// anything.
//
//	Two lines that say what the case is about.
//	-- subgraphs/NAME.graphql --   SDL of a subgraph, as its author writes it
//	-- data/NAME.json --           its data, in the format of package mock
//	-- config.yaml --              optional; see Config
//	-- query.graphql --            the document
//	-- variables.json --           optional
//	-- want/response.json --       the whole response
//	-- want/plan --                the plan as package plan prints it
//	-- supergraph.graphql --       the supergraph SDL; last, since it is long
//
// A case goes through every stage as a request to the router does, without
// HTTP to the client and without sockets to the subgraphs, which are package
// mock's, in this process. On the way four things are checked:
//
//   - the plan and the response are the wanted ones, the response to the order
//     of its fields and the digits of its numbers;
//   - the plan keeps its invariants, and each document in it is valid in its
//     subgraph, whether or not it was sent;
//   - no subgraph refused a request: the mocks are strict, and ask for keys and
//     required fields to be there and for external fields not to be asked;
//   - the data is what package oracle answers, unless the case says why not.
//
// go test ./internal/golden -update rewrites want/ of the cases that differ.
// What it changes needs an explanation before it is committed.
//
// The subgraphs and data of every case that the oracle can judge also serve
// random queries, with and without a failing subgraph: the answer is the
// oracle's, or less than it with an error to say so. -generated 500 runs more of
// them than usual; what they find becomes a case of its own.
//
// Cases are named area first; the areas follow the federation features:
// entity, keys, fed1, fed2, requires, provides, shareable, override,
// interface, interface_object, union, enum, input, inaccessible, typename,
// conditions, mutation, alias, fragments, variables, null, errors, root,
// context, introspection, reuse.
package golden
