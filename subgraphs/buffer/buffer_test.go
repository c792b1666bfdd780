package buffer

import (
	"bytes"
	"testing"
)

func TestTake(t *testing.T) {
	for _, size := range []int{0, 1, 1023, 1024, 1025, 5000, MaxKept - 1, MaxKept, MaxKept + 1} {
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
	for _, size := range []int{0, 1, 1000, 1024, 1500, 2047, 2048, 3000, MaxKept, MaxKept + 1} {
		p.Give(&Buffer{Bytes: make([]byte, size/2, size)})
	}
	for size := 1; size <= 2*MaxKept; size *= 2 {
		for range 3 {
			if b := p.Take(size); len(b.Bytes) != 0 || cap(b.Bytes) < size {
				t.Fatalf("Take(%d) has length %d and capacity %d", size, len(b.Bytes), cap(b.Bytes))
			}
		}
	}
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
