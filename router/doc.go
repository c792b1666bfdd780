// Package router is weft's HTTP edge: it takes requests in, leads each through
// the stages, and writes the response.
//
//	bytes ─► negotiate ─► csrf ─► decode ─► rate ─► admit ─► operation ─► variables ─► plan ─► execute ─► respond ─► bytes
//	                                                              │                       │        │
//	                                                          (cached)                (cached)     └─► graph's executor
//
// pipeline.go lists the stages, one method each. A stage that cannot go on
// returns a refusal, which is written as a GraphQL response of errors only.
//
// What depends on the schema is one immutable Graph behind an atomic pointer:
// a request loads it once and keeps it alive until its last byte is written.
// Swap puts another in its place; the old one is closed when its last request
// has ended.
//
// Operations are cached by their text, programs by all that a plan depends on;
// neither holds anything of a request (cache.go, operations.go, plans.go).
//
//	Router   routes, live graph, and the settings that do not depend on it
//	Graph    supergraph, planner, executor, connections, caches
//	Server   a listener with its time limits, and its orderly end
//
// The router does not know how a plan is made or run.
//
// GraphQL over HTTP; behaviour towards clients is that of well-known routers
// where the specification leaves a choice.
package router
