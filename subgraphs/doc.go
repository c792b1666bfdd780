// Package subgraphs sends requests to subgraphs: who they are, over which
// connections, within which time, and with how large an answer.
//
// A Request is bytes in, a Response is bytes out. What they mean is for
// package merge; which fetches there are, and in what order, for package
// executor. A subgraph that answers badly is an answer here as long as bytes
// came back; only a request that got no usable HTTP answer is an error.
package subgraphs
