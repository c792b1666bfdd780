package buffer

import (
	"slices"
	"sync"
	"weak"
)

// A list keeps large Buffers until the collector runs. It knows them by weak
// pointers only, so that what is not used again costs no more memory than if it
// had been thrown away. Unlike a sync.Pool it has one place for all processors:
// a Buffer lies idle on none of them while another makes one more.
type list struct {
	mu   sync.Mutex
	free []weak.Pointer[Buffer] // guarded by mu
}

// maxListed is how many Buffers are known at a time.
const maxListed = 64

// take returns the smallest Buffer with room for size bytes that is not more
// than twice as large, or a new one.
func (l *list) take(size int) *Buffer {
	if b := l.find(size); b != nil {
		return b
	}
	// Answers to one question differ a little.
	return &Buffer{Bytes: make([]byte, 0, size+size/32)}
}

func (l *list) find(size int) *Buffer {
	l.mu.Lock()
	defer l.mu.Unlock()
	var best *Buffer
	at := -1
	kept := l.free[:0]
	for _, p := range l.free {
		b := p.Value()
		if b == nil {
			continue
		}
		if room := cap(b.Bytes); room >= size && room/2 <= size && (best == nil || room < cap(best.Bytes)) {
			best, at = b, len(kept)
		}
		kept = append(kept, p)
	}
	l.free = kept
	if best != nil {
		l.free = slices.Delete(l.free, at, at+1)
	}
	return best
}

func (l *list) give(b *Buffer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.free) == maxListed {
		l.free = slices.DeleteFunc(l.free, func(p weak.Pointer[Buffer]) bool { return p.Value() == nil })
	}
	if len(l.free) < maxListed {
		l.free = append(l.free, weak.Make(b))
	}
}
