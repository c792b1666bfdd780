// Command benchmarks measures what a request costs a router: CPU time, memory,
// latency and requests to subgraphs.
//
//	go run ./benchmarks                          weft, on our own workloads
//	go run ./benchmarks -workload DIR            on another one
//	go run ./benchmarks -gateway NAME=URL,PID    and other gateways beside it
//
// One run is several processes on 127.0.0.1:
//
//	run ──load──► gateway (weft, floor, others) ──► subgraphs
//	 └─ reads /proc of the gateway, asks the subgraphs what they have seen
//
// The subgraphs answer from memory: package mock computes an answer when a
// request is seen for the first time, afterwards it is a look-up of bytes. The
// floor is a program that sends the same requests to the subgraphs as weft
// does, over the same client, answers with the same bytes and does nothing
// else: what is left of a router when it costs nothing.
//
// Every answer is compared: the first one with what the workload expects, or
// with the answer of the first gateway, as JSON; the others with the first one,
// byte for byte. Every request has an authorization header of its own, which is
// forwarded, so that no two requests are alike; -authorization same lets
// gateways share what they can.
//
// Runs are bounded in time, connections and rate. See README.md for the flags
// and for how to measure other gateways.
package main
