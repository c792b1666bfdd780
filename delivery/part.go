package delivery

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
)

// A part is one schema that is read: that of a subgraph, or the supergraph's.
type part struct {
	reader *sources.Reader
	policy Policy
	err    error  // of the last reading
	told   string // what the log says of it: the last error, "" if all is well

	// stored is what the last good version had of it, used until there is a
	// reading; nil if there is nothing.
	stored *composition.Subgraph
}

func (p *part) name() string { return p.reader.Source().Name }

func (p *part) local() bool { return p.reader.Source().Local() }

// current is what to compose.
func (p *part) current() (composition.Subgraph, bool) {
	switch {
	case p.reader.HasRead():
		return p.reader.Subgraph(), true
	case p.stored != nil && p.policy == UseLastGood:
		return *p.stored, true
	default:
		return composition.Subgraph{}, false
	}
}

// A set is what there is to compose at one time.
type set struct {
	subgraphs []composition.Subgraph
	missing   []string // is done without
	waited    []*part  // cannot be done without
}

// collect looks at all parts.
func (d *Delivery) collect() *set {
	s := &set{}
	for _, p := range d.parts {
		g, ok := p.current()
		switch {
		case ok && (p.err == nil || p.policy != Fail):
			s.subgraphs = append(s.subgraphs, g)
		case !ok && p.policy == Skip:
			s.missing = append(s.missing, p.name())
		default:
			s.waited = append(s.waited, p)
		}
	}
	if len(s.subgraphs) == 0 && len(s.waited) == 0 {
		s.waited = d.parts // all may be skipped, but not all at once
	}
	return s
}

// digest is different for sets that differ in what they compose.
func (s *set) digest() digest {
	h := sha256.New()
	text := func(t string) {
		_ = binary.Write(h, binary.BigEndian, uint64(len(t))) // a hash takes anything
		h.Write([]byte(t))
	}
	for _, g := range s.subgraphs {
		text(g.Name)
		text(g.SDL)
	}
	return digest(h.Sum(nil))
}
