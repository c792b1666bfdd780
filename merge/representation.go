package merge

import (
	"bytes"
	"hash/maphash"
)

// A renderer writes representations and context values as JSON, straight from
// the slots of the answers that hold their fields.
type renderer struct {
	*view
	out []byte
}

// representation appends the representation of the frame's object. It tells
// whether there is one: an input has to apply to the object's type, and what
// must not be null must not be. If there is none, out is as before.
func (r *renderer) representation(inputs []input, f frame) bool {
	start := len(r.out)
	for i := range inputs {
		in := &inputs[i]
		if !r.isOf(f, in.on) {
			continue
		}
		r.out = append(r.out, `{"__typename":`...)
		if in.typename != "" {
			r.out = append(r.out, in.typename...)
		} else if !r.typenameOf(f, in.on) {
			break
		}
		if !r.fields(in.fields, f, true) {
			break
		}
		r.out = append(r.out, '}')
		return true
	}
	r.out = r.out[:start]
	return false
}

// typenameOf appends the object's type as JSON. It tells whether it is known.
func (r *renderer) typenameOf(f frame, on []string) bool {
	name := r.typename(f)
	if name == nil {
		if len(on) != 1 {
			return false
		}
		name = []byte(on[0])
	}
	r.out = append(r.out, '"')
	r.out = append(r.out, name...)
	r.out = append(r.out, '"')
	return true
}

// fields appends the fields that apply to the object, with commas between
// them. It tells whether the object is complete.
func (r *renderer) fields(fields []inputField, f frame, comma bool) bool {
	for i := range fields {
		fd := &fields[i]
		if !r.isOf(f, fd.on) {
			continue
		}
		if comma {
			r.out = append(r.out, ',')
		}
		comma = true
		r.out = append(r.out, fd.literal...)
		if isNull := r.field(fd, f); isNull && fd.nonNull {
			return false
		}
	}
	return true
}

// field appends the value of one field and tells whether it is null.
func (r *renderer) field(fd *inputField, f frame) (isNull bool) {
	switch {
	case fd.typename:
		if r.typenameOf(f, nil) {
			return false
		}
	case fd.pos == nil:
		if raw, _ := r.value(fd.candidates, f); raw != nil {
			r.out = append(r.out, raw...)
			return false
		}
	default:
		at := r.gather(fd.pos, f)
		isNull = r.composite(fd, at)
		r.vals = r.vals[:at]
		return isNull
	}
	r.out = append(r.out, "null"...)
	return true
}

// composite appends the object, or the list of objects, given as the values
// at at. An object that is not complete is null.
func (r *renderer) composite(fd *inputField, at int) (isNull bool) {
	if n := r.length(fd.pos, at); n >= 0 {
		r.out = append(r.out, '[')
		for i := range n {
			if i > 0 {
				r.out = append(r.out, ',')
			}
			next := r.element(fd.pos, at, i)
			r.composite(fd, next)
			r.vals = r.vals[:next]
		}
		r.out = append(r.out, ']')
		return false
	}
	start := len(r.out)
	if r.isObject(fd.pos, at) {
		f := r.enter(fd.pos, at)
		r.out = append(r.out, '{')
		complete := r.fields(fd.fields, f, false)
		r.out = append(r.out, '}')
		r.leave(f)
		if complete {
			return false
		}
	}
	r.out = append(r.out[:start], "null"...)
	return true
}

// chain appends the value that fields lead to: at every object the first field
// that applies to its type.
func (r *renderer) chain(fields []inputField, f frame) {
	for i := range fields {
		fd := &fields[i]
		if !r.isOf(f, fd.on) {
			continue
		}
		if fd.pos == nil {
			r.field(fd, f)
			return
		}
		at := r.gather(fd.pos, f)
		r.chainInto(fd, at)
		r.vals = r.vals[:at]
		return
	}
	r.out = append(r.out, "null"...)
}

func (r *renderer) chainInto(fd *inputField, at int) {
	if n := r.length(fd.pos, at); n >= 0 {
		r.out = append(r.out, '[')
		for i := range n {
			if i > 0 {
				r.out = append(r.out, ',')
			}
			next := r.element(fd.pos, at, i)
			r.chainInto(fd, next)
			r.vals = r.vals[:next]
		}
		r.out = append(r.out, ']')
		return
	}
	if !r.isObject(fd.pos, at) {
		r.out = append(r.out, "null"...)
		return
	}
	f := r.enter(fd.pos, at)
	r.chain(fd.fields, f)
	r.leave(f)
}

// representations are those of one lookup, without duplicates.
type representations struct {
	text []byte
	list []representation

	// table finds representations by their hash: open addressing, a place in
	// list plus one, 0 for free. Its length is a power of two.
	table []uint32
}

type representation struct {
	hash       uint64
	start, end int // in text

	// group of objects that can travel together.
	group int

	// atHand says that the entity was found in an earlier answer.
	atHand bool
}

// text returns the representation.
func (r *representation) text(rs *representations) []byte { return rs.text[r.start:r.end] }

// intern returns the number of the representation at text[start:], for which
// there may be one already in the same group; then text is cut at start.
func (rs *representations) intern(seed maphash.Seed, start, group int) (number int, added bool) {
	if 2*len(rs.list) >= len(rs.table) {
		rs.grow()
	}
	text := rs.text[start:]
	hash := maphash.Bytes(seed, text)
	at, number := rs.search(hash, text, group)
	if number >= 0 {
		rs.text = rs.text[:start]
		return number, false
	}
	rs.list = append(rs.list, representation{hash: hash, start: start, end: len(rs.text), group: group})
	rs.table[at] = uint32(len(rs.list))
	return len(rs.list) - 1, true
}

// find returns the number of a representation in group 0, -1 if it is not
// there.
func (rs *representations) find(seed maphash.Seed, text []byte) int {
	if len(rs.list) == 0 {
		return -1
	}
	_, number := rs.search(maphash.Bytes(seed, text), text, 0)
	return number
}

// search returns where in the table a representation is or belongs, and its
// number, -1 if it is not there.
func (rs *representations) search(hash uint64, text []byte, group int) (at uint64, number int) {
	mask := uint64(len(rs.table) - 1)
	for at = hash & mask; rs.table[at] != 0; at = (at + 1) & mask {
		number = int(rs.table[at] - 1)
		r := &rs.list[number]
		if r.hash == hash && r.group == group && bytes.Equal(rs.text[r.start:r.end], text) {
			return at, number
		}
	}
	return at, -1
}

func (rs *representations) grow() {
	rs.table = make([]uint32, max(16, 2*len(rs.table)))
	mask := uint64(len(rs.table) - 1)
	for n := range rs.list {
		i := rs.list[n].hash & mask
		for rs.table[i] != 0 {
			i = (i + 1) & mask
		}
		rs.table[i] = uint32(n + 1)
	}
}
