package merge

import "encoding/binary"

// A literal is text that is expected in an answer: a name with what surrounds
// it. Most are so short that two words tell.
type literal struct {
	text string

	// The first 16 bytes of the text, and which bits of them count.
	low, high         uint64
	lowMask, highMask uint64

	// The last 8 bytes of a text of more than 16.
	last uint64
}

func newLiteral(text string) literal {
	var bytes, mask [16]byte
	for i := range min(len(text), 16) {
		bytes[i], mask[i] = text[i], 0xff
	}
	var last uint64
	if len(text) > 16 {
		last = binary.LittleEndian.Uint64([]byte(text[len(text)-8:]))
	}
	return literal{
		last:     last,
		text:     text,
		low:      binary.LittleEndian.Uint64(bytes[:8]),
		high:     binary.LittleEndian.Uint64(bytes[8:]),
		lowMask:  binary.LittleEndian.Uint64(mask[:8]),
		highMask: binary.LittleEndian.Uint64(mask[8:]),
	}
}

// isAt tells whether the literal is at a place in buf.
func (l *literal) isAt(buf []byte, i int) bool {
	if i+16 > len(buf) {
		return hasPrefix(buf[i:], l.text)
	}
	p := (*[16]byte)(buf[i:])
	if (binary.LittleEndian.Uint64(p[:8])^l.low)&l.lowMask|(binary.LittleEndian.Uint64(p[8:])^l.high)&l.highMask != 0 {
		return false
	}
	return len(l.text) <= 16 || hasPrefix(buf[i+16:], l.text[16:])
}
