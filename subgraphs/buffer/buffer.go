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

// A Pool keeps Buffers: small ones in classes by size, powers of two, and large
// ones in a list. The zero Pool is ready. It is safe for concurrent use.
type Pool struct {
	classes [large - smallest + 1]sync.Pool
	list    list
}

// Bounds as powers of two. What is smaller than the smallest costs as little to
// make anew.
const (
	smallest = 10
	large    = 20
)

// Take returns a Buffer without bytes and room for size of them.
func (p *Pool) Take(size int) *Buffer {
	if size > 1<<large {
		return p.list.take(size)
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
	if class < smallest {
		return
	}
	if poison {
		all := b.Bytes[:cap(b.Bytes)]
		for i := range all {
			all[i] = 0xff // which is nowhere in UTF-8
		}
	}
	if cap(b.Bytes) > 1<<large {
		p.list.give(b)
		return
	}
	p.classes[class-smallest].Put(b)
}
