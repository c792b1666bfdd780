// Package chaos is a subgraph that misbehaves, on a real socket, and the table
// of what weft answers when it does.
//
//	client ─► weft ─► chaos.Server ─► the subgraph's own answer
//	                      │
//	                      └─ Fault: what goes over the wire instead
//
// A Server speaks HTTP/1.1 by hand, so that a Fault can write any bytes at any
// pace, and end the connection in any way. Faults returns all of them, and
// EntityFaults those of answers that hold entities. The tests of the package put
// every fault at every place of a federated request and compare the answer with
// what it has to be; after each, goroutines, descriptors, memory and connections
// have to be where they were. "weft demo --chaos" shows some of them.
//
// What HTTP/2 adds, which subgraphs are only asked by if they are configured so,
// is in the tests only: a relay before a server that writes frames of its own.
package chaos
