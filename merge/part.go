package merge

import (
	"math"
	"slices"
)

// A slot holds one value of a decoded answer. It has no pointers, so that the
// collector need not look into the slots of an answer however large it is.
//
//	kind      a                    size
//	absent    -                    -        the zero slot
//	null      -                    -
//	leaf      offset in buf        length of the raw JSON; also of composites
//	                               that are written as they are
//	object    first of its slots   -
//	list      first of its items   number of items
//	stray     offset in buf        length    a scalar where a composite belongs
//	linked    representation       -         set in link slots only
type slot struct {
	a uint32
	b uint32 // size<<3 | kind
}

type kind uint32

const (
	absentValue kind = iota
	nullValue
	leafValue
	objectValue
	listValue
	strayValue
	linkedValue
)

// maxSize is the largest size a slot can hold, and so the longest answer that
// can be decoded.
const maxSize = 1<<29 - 1

func makeSlot(k kind, a, size int) slot {
	return slot{a: uint32(a), b: uint32(size)<<3 | uint32(k)}
}

func (s slot) kind() kind { return kind(s.b & 7) }
func (s slot) size() int  { return int(s.b >> 3) }

// isValue tells whether there is anything but null.
func (s slot) isValue() bool { return s.kind() > nullValue }

// raw returns the JSON of a leaf or stray.
func (s slot) raw(buf []byte) []byte { return buf[s.a : int(s.a)+s.size()] }

// A part is what one fetch has answered: the text, and slots that say where
// in the text the values are. An object is a run of slots as wide as its
// shape, its ref the place of the first. Ref 0 means no object.
type part struct {
	buf   []byte
	slots []slot
	root  uint32 // of the object under "data"; 0 for none

	// sets list the objects of some shapes, in the order of the text.
	sets [][]uint32
	// irregular says that sets are not the objects that can be reached, in
	// their order: keys came twice, or objects from other answers.
	irregular bool

	// shared says that some objects are at several places.
	shared bool

	// owned says that nobody else has the memory behind buf, so that more can be
	// put behind them.
	owned bool
}

// at returns slot i of the object ref, which must not be 0.
func (p *part) at(ref uint32, i int32) slot { return p.slots[int(ref)+int(i)] }

// items returns the elements of a list.
func (p *part) items(s slot) []slot { return p.slots[s.a : int(s.a)+s.size()] }

// holds tells whether refs can reach as far as they would if other were put
// behind.
func (p *part) holds(other *part) bool {
	return len(p.buf)+len(other.buf) <= math.MaxUint32 && len(p.slots)+len(other.slots) <= math.MaxUint32
}

// append adds the objects of other, so that one fetch that needed several
// requests is one part all the same. It returns how far other's refs have
// moved.
func (p *part) append(other *part) uint32 {
	p.own()
	text, moved := uint32(len(p.buf)), uint32(len(p.slots))
	p.buf = append(p.buf, other.buf...)
	for _, s := range other.slots {
		switch s.kind() {
		case leafValue, strayValue:
			s.a += text
		case objectValue, listValue:
			s.a += moved
		}
		p.slots = append(p.slots, s)
	}
	p.irregular = true // which answer is the first is a matter of chance
	return moved
}

// own makes sure that what is appended is written to memory of the part's own.
func (p *part) own() {
	if !p.owned {
		p.buf, p.owned = slices.Clip(p.buf), true
	}
}
