package weft

import (
	"os"
	"runtime"
)

// heapFloor is by how much the heap is taken for larger than it is. A collection
// begins at twice the size, so that a small heap may grow by this much more.
const heapFloor = 24 << 20

// FloorHeap has garbage collections begin later while the heap is small, and
// returns what undoes it. It is for processes that do nothing but serve.
//
// What weft keeps is a few megabytes, which is filled again several times a
// second under load, and each time requests that are under way wait for the
// collection. Later ones are fewer; with a large heap, where it would cost much
// memory, nothing changes. To set GOGC higher would multiply that, too.
//
// If the environment has GOGC or GOMEMLIMIT, somebody has decided what memory
// there is, and FloorHeap does nothing.
func FloorHeap() (undo func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	// Never written to, so the operating system never gives memory for it; but
	// it counts for the size of the heap.
	floor := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(floor) }
}
