// Package soak lets weft work for a while under everything at once: queries,
// mutations and hostile documents from clients that stay or leave, subgraphs
// that fail in all the ways of package chaos, and schemas that change again and
// again, as a deployment changes them: a file is replaced, weft notices, composes
// and swaps. What is asserted is little and hard: no wrong answer, none of a
// supergraph that is over, no mutation twice, no status that the scenario does
// not explain, and memory and goroutines that do not grow.
//
//	go test ./internal/soak                                  some seconds
//	go test ./internal/soak -run TestSoak -soak 10m -timeout 0 -v
//	                                                         ten minutes
//	go test ./internal/soak -run TestSaturation -saturate 10s -v
//	                                                         too many requests
//
// With -v they print what was done, and the memory over time. TestSaturation
// sends one, two and five times as much as is answered at a time, and then asks
// for what is planned while others send what is hard to plan. How long things
// took is printed and not asserted.
package soak
