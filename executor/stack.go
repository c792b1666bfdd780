package executor

// stackSize is about what it takes to send a request and to decode an answer of
// some depth. Much deeper ones grow the stack once more.
const stackSize = 8 << 10

// growStack makes the stack of a new goroutine as large as it is going to be
// while there is next to nothing on it. Otherwise it would grow step by step deep
// in an answer, and each time all frames on it would have to be gone through.
//
//go:noinline
func growStack(n int) byte {
	var frame [stackSize]byte
	frame[n] = 1 // or there would be no frame
	return frame[n/2]
}
