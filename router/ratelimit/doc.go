// Package ratelimit says how many requests each of many keys may make: an API
// key, an address, a user.
//
//	Take(key, limit) ─► State: whether this one may, how many are left, when
//	                          there will be more
//
// A Store keeps the counts. Memory is one for a single process, bounded in the
// number of keys. One that several processes share, in Redis say, implements the
// same interface: a key's whole state is one instant, so it takes one
// conditional write.
//
// The algorithm is the generic cell rate algorithm: a bucket of Burst requests
// that fills evenly. There is no window at whose edge twice as many pass, and
// nothing that has to be done in the background.
package ratelimit
