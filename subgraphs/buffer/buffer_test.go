package buffer

import (
	"bytes"
	"runtime"
	"testing"
)

// sizeOfMuch is a large size.
const sizeOfMuch = 4 << 20

func TestTake(t *testing.T) {
	for _, size := range []int{0, 1, 1023, 1024, 1025, 5000, 1 << 20, 1<<20 + 1, 5 << 18, 5<<18 + 1, sizeOfMuch - 1, sizeOfMuch, sizeOfMuch + 1} {
		var p Pool
		for range 3 {
			b := p.Take(size)
			if len(b.Bytes) != 0 || cap(b.Bytes) < size || cap(b.Bytes) > max(2*size, 1<<smallest) {
				t.Fatalf("Take(%d) has length %d and capacity %d", size, len(b.Bytes), cap(b.Bytes))
			}
			b.Bytes = append(b.Bytes, bytes.Repeat([]byte("x"), size)...)
			p.Give(b)
		}
	}
}

// What grew, or came from elsewhere, has odd sizes; it must never serve for
// more than it has room for.
func TestGiveOddSizes(t *testing.T) {
	var p Pool
	for _, size := range []int{0, 1, 1000, 1024, 1500, 2047, 2048, 3000, 1 << 20, 5<<18 - 1, 5 << 18, 3 << 20, sizeOfMuch, sizeOfMuch + 1} {
		p.Give(&Buffer{Bytes: make([]byte, size/2, size)})
	}
	for size := 1; size <= 2*sizeOfMuch; size *= 2 {
		for _, size := range []int{size, size + size/4, size + size/2 + 1} {
			for range 3 {
				if b := p.Take(size); len(b.Bytes) != 0 || cap(b.Bytes) < size {
					t.Fatalf("Take(%d) has length %d and capacity %d", size, len(b.Bytes), cap(b.Bytes))
				}
			}
		}
	}
}

// A large Buffer that was given back serves for what it has room for, and for
// nothing that would leave most of it empty.
func TestLarge(t *testing.T) {
	const size = 4 << 20
	for _, tt := range []struct {
		name string
		size int
		want bool
	}{
		{"the same size", size, true},
		{"a little less", size - 1000, true},
		{"half", size / 2, false},
		{"more", 2 * size, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p Pool
			given := p.Take(size)
			p.Give(given)
			if taken := p.Take(tt.size); (taken == given) != tt.want {
				t.Errorf("the Buffer was used again: %v", !tt.want)
			}
			runtime.KeepAlive(given)
		})
	}
}

// Large Buffers that nobody has taken are the collector's.
func TestLargeIsCollected(t *testing.T) {
	var p Pool
	p.Give(p.Take(4 << 20))
	for range 3 {
		runtime.GC()
	}
	if b := p.list.find(4 << 20); b != nil {
		t.Error("a large Buffer has outlived three collections")
	}
}

// The list does not grow with what is given.
func TestLargeIsBounded(t *testing.T) {
	var p Pool
	var kept []*Buffer
	for range maxListed + 1 {
		b := &Buffer{Bytes: make([]byte, 0, 1<<large+1)}
		kept = append(kept, b)
		p.Give(b)
	}
	if n := len(p.list.free); n != maxListed {
		t.Errorf("%d Buffers are listed, want %d", n, maxListed)
	}
	runtime.KeepAlive(kept)
}

func TestPoison(t *testing.T) {
	if !poison {
		return // nothing to see without the race detector
	}
	var p Pool
	b := p.Take(2000)
	b.Bytes = append(b.Bytes, "still read"...)
	kept := b.Bytes
	p.Give(b)
	if bytes.Contains(kept, []byte("read")) {
		t.Errorf("bytes given back are still %q", kept)
	}
}

func BenchmarkTakeGive(b *testing.B) {
	var p Pool
	b.ReportAllocs()
	for b.Loop() {
		p.Give(p.Take(90_000))
	}
}
