// Package scale makes large federations, and hard ones, for benchmarks and
// tests.
//
//	Company(500)  ──► 500 subgraphs as companies have them, and operations
//	Adversaries() ──► shapes that make planners slow, in any size
//
// Company is for measuring: what a supergraph costs to load and to hold, and
// what its operations cost to plan. An Adversary is for bounds: whatever its
// size, an operation on it is planned or refused with a code, and what that
// takes grows with a small power of the size.
//
// Everything is made from the size alone and is the same each time.
package scale
