// Package weft is an Apollo Federation router, as a library: it builds an
// http.Handler from a configuration, so that a Go service can embed it.
//
//	config.Config ─► New ─► Router ─► ServeHTTP   in a server of yours, or
//	                                  Run         with a server of its own
//
// New reads the supergraph and connects the stages; they are in the packages
// named in the order of the flow: router, operation, planner, executor,
// subgraphs, merge. The command in cmd/weft is made of this package.
package weft
