package merge

import (
	"bytes"
	"fmt"
	"slices"
)

// A position is a place of the merged result where objects are, whatever
// lists lie in between: root, root.products, root.products.reviews.
//
// Several fetches may have an object there, each with some of the fields. The
// tuple of these objects is a frame; sources say, once and for all, where each
// of them is found.
type position struct {
	id     uint32
	parent *position // nil for the root
	as     string    // the name of the field; "" for the root

	// sources in the order of the plan.
	sources []source
	// bases is how many of the sources are not links.
	bases int

	// leaves and children by name in the merged result.
	leaves   map[string][]leaf
	children map[string]*position

	// reach are the fetches that are linked here or below.
	reach []int

	// up is how many ancestors of an object decide, at most, about what is
	// linked to it or to something below it.
	up int

	// typenames are the places where the runtime type is found.
	typenames []candidate

	// shown are the names that clients have asked for here.
	shown map[string]bool

	// static are the types of objects here that the API schema tells, by the
	// type of the parent object: nil for an abstract type, absent where the
	// client has asked for nothing.
	static map[string][]byte
	// same is the type that all of static have, nil if they differ.
	same []byte
}

// A source is where one fetch's object of a frame is found: in a slot of the
// parent frame's object from the same fetch, or behind a link.
type source struct {
	fetch int
	shape *node

	parent int32 // source of the parent position; not for links
	slot   int32

	link *link
}

// A candidate is a slot that may hold the value of a field at a position.
type candidate struct {
	source int32
	fetch  int32
	slot   int32
}

// A leaf is a candidate with the fields that its value may be of.
type leaf struct {
	candidate
	names []string
}

// maxPositions bounds the places that a plan may have: a lookup with many
// paths that is followed by lookups with many paths multiplies them.
const maxPositions = 1 << 18

// attach adds a source to the position, and to those below what its shape
// has.
func (p *Program) attach(pos *position, s source) error {
	at := int32(len(pos.sources))
	pos.sources = append(pos.sources, s)
	s.shape.positions++
	if s.link == nil {
		pos.bases++
	} else {
		for p := pos; p != nil && !slices.Contains(p.reach, s.fetch); p = p.parent {
			p.reach = append(p.reach, s.fetch)
		}
	}
	for i := range s.shape.entries {
		e := &s.shape.entries[i]
		if e.as == "" {
			continue
		}
		if e.child == nil {
			if pos.children[e.as] != nil {
				return fmt.Errorf("%q is a leaf in one fetch and has sub-selections in another", e.as)
			}
			c := candidate{source: at, fetch: int32(s.fetch), slot: int32(i)}
			pos.leaves[e.as] = append(pos.leaves[e.as], leaf{c, e.names})
			if e.typename {
				pos.typenames = append(pos.typenames, c)
			}
			continue
		}
		if pos.leaves[e.as] != nil {
			return fmt.Errorf("%q is a leaf in one fetch and has sub-selections in another", e.as)
		}
		child := pos.children[e.as]
		if child == nil {
			if child = p.newPosition(pos, e.as); p.positions > maxPositions {
				return fmt.Errorf("the merged result has more than %d places", maxPositions)
			}
			pos.children[e.as] = child
		}
		if err := p.attach(child, source{fetch: s.fetch, shape: e.child, parent: at, slot: int32(i)}); err != nil {
			return err
		}
	}
	return nil
}

// base returns the only source that is not a link, nil if there are several.
func (p *position) base() *source {
	if p.bases != 1 {
		return nil
	}
	return &p.sources[slices.IndexFunc(p.sources, func(s source) bool { return s.link == nil })]
}

func (p *Program) newPosition(parent *position, as string) *position {
	p.positions++
	return &position{id: uint32(p.positions), parent: parent, as: as, leaves: map[string][]leaf{}, children: map[string]*position{}, shown: map[string]bool{}, static: map[string][]byte{}}
}

// candidates returns where the field called name in the schema and as in the
// merged result may be found. A subgraph that does not know types may have
// answered another field under that name: a key for objects of one type where
// the client has taken the name for a field of another type. Only fetches of
// only are looked at; nil for all.
func (p *position) candidates(as, name string, only fetchSet) []candidate {
	var out []candidate
	for _, l := range p.leaves[as] {
		if slices.Contains(l.names, name) && (only == nil || only.has(int(l.fetch))) {
			out = append(out, l.candidate)
		}
	}
	return out
}

// read notes that the objects at the position are looked into.
func (p *position) read() {
	for i := range p.sources {
		p.sources[i].shape.read = true
	}
}

// setStatic notes that by the API schema the objects here, below an object of
// type parent, are of one type; "" for several.
func (p *position) setStatic(parent, name string) {
	var of []byte
	if name != "" {
		of = []byte(name)
	}
	if len(p.static) == 0 {
		p.same = of
	} else if !bytes.Equal(p.same, of) {
		p.same = nil
	}
	p.static[parent] = of
}
