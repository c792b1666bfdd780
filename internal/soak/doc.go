// Package soak lets weft work for a while under everything at once: queries,
// mutations and hostile documents from clients that stay or leave, subgraphs
// that fail in all the ways of package chaos, and the router replaced again and
// again. What is asserted is little and hard: no wrong answer, no status that
// the scenario does not explain, and memory and goroutines that do not grow.
//
//	go test ./internal/soak                                  some seconds
//	go test ./internal/soak -soak 10m -timeout 0 -v          ten minutes
//
// With -v it prints what was done and the memory over time.
package soak
