package buffer

import (
	"math/bits"
	"sync"
)

// A Buffer is memory for bytes.
type Buffer struct {
	// Bytes may be appended to, and be replaced by what append returns.
	Bytes []byte
}

// A Pool keeps Buffers, in classes by size: powers of two. The zero Pool is
// ready. It is safe for concurrent use.
type Pool struct {
	classes [largest - smallest + 1]sync.Pool
}

// Bounds of what is kept, as powers of two. What is smaller costs as little to
// make anew, and what is larger is so seldom needed that it would only lie
// there.
const (
	smallest = 10
	largest  = 20

	// MaxKept is the size of the largest Buffers that are kept.
	MaxKept = 1 << largest
)

// Take returns a Buffer without bytes and room for size of them.
func (p *Pool) Take(size int) *Buffer {
	if size > MaxKept {
		return &Buffer{Bytes: make([]byte, 0, size)}
	}
	class := max(bits.Len(uint(max(size, 1)-1)), smallest) // size is at most 1<<class
	if b, ok := p.classes[class-smallest].Get().(*Buffer); ok {
		return b
	}
	return &Buffer{Bytes: make([]byte, 0, 1<<class)}
}

// Give takes a Buffer back, from wherever it is. Nobody may use it, or what was
// in it, any more.
func (p *Pool) Give(b *Buffer) {
	b.Bytes = b.Bytes[:0]
	class := bits.Len(uint(cap(b.Bytes))) - 1 // 1<<class is at most its size
	if class < smallest || cap(b.Bytes) > MaxKept {
		return
	}
	if poison {
		all := b.Bytes[:cap(b.Bytes)]
		for i := range all {
			all[i] = 0xff // which is nowhere in UTF-8
		}
	}
	p.classes[class-smallest].Put(b)
}
