// Package admission bounds how much goes on at a time.
//
//	Enter ──► a place is free ──► nil, and later Leave
//	      └─► the queue has room ──► waits, first come first served
//	      └─► neither ──► ErrFull, at once
//
// A Gate knows nothing of what goes on behind it. It starts no goroutines.
package admission
