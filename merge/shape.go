package merge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/plan"
)

// A node is the shape of the objects at one place of one fetch's answer: the
// response keys in the order they are asked for, each with a slot. Inline
// fragments of different types are merged into one node, since the answer has
// at most one value under a key, whatever the type.
//
//	{ product { ... on Book { id isbn } ... on Film { id length } } }
//
//	product ─► 0 id   1 isbn   2 length   (3… link slots)
type node struct {
	entries []entry

	// members are the entries as they are expected in an object, the brace before
	// the first, and stretches those between composites. Text of a stretch can be
	// part of the response.
	members   []member
	stretches []stretch

	// places finds entries by key where there are too many to search.
	places map[string]int

	// width is the number of slots of an object: one per entry, then those
	// reserved for links and for stretches.
	width int

	// spans is how many of the stretches have a slot.
	spans int

	// linked says that there are slots for links.
	linked bool

	// positions is how many positions objects of this shape lie at.
	positions int

	// read says that something looks into the objects before the response is
	// written: what is linked to them, or made of them.
	read bool

	// verbatim says what an object looks like that can go into the response
	// as it is; nil if none can. written is how these objects are written.
	verbatim *verbatim
	written  *object

	// set is one more than the number of the set that the objects are listed
	// in as they are decoded; 0 if they are not listed.
	set int

	// single says that each object is at one place only, whatever its text;
	// repeat is one more than the number of the shape among the others, 0 if
	// it is none of them.
	single bool
	repeat int
}

// An entry is one response key of a node. Its place is its slot.
type entry struct {
	key    string
	quoted string // the key as JSON with the colon

	// as is the name in the merged result, "" if it is not to be there; names
	// are those in the schema: one key can stand for different fields of
	// different types.
	as    string
	names []string

	// child is the shape of a composite value; nil for leaves, whose raw JSON
	// is kept whatever it is.
	child *node

	typename bool // the entry is or may be __typename

	// stretch is the place of the stretch that the entry is in; -1 for
	// composites.
	stretch int
}

// manyEntries is from when on a node's entries are found through a map.
const manyEntries = 12

// newNode merges selections, fragments included, into a node.
func newNode(selections []*plan.Selection) (*node, error) {
	n := &node{}
	if err := n.add(selections); err != nil {
		return nil, err
	}
	n.seal()
	return n, nil
}

// add merges selections into the node. Two selections with one key must have
// one name in the merged result: a slot cannot stand for both.
func (n *node) add(selections []*plan.Selection) error {
	for _, s := range selections {
		if s.TypeCondition != "" || s.Name == "" {
			if err := n.add(s.Selections); err != nil {
				return err
			}
			continue
		}
		i := n.place(s.Key)
		if i < 0 {
			i = len(n.entries)
			n.entries = append(n.entries, entry{key: s.Key})
			if s.Selections != nil {
				n.entries[i].child = &node{}
			}
		}
		e := &n.entries[i]
		if e.as == "" {
			e.as = s.As
		}
		if s.As != "" && !slices.Contains(e.names, s.Name) {
			e.names = append(e.names, s.Name)
			e.typename = e.typename || s.Name == "__typename"
		}
		switch {
		case s.As != "" && e.as != s.As:
			return fmt.Errorf("key %q stands for both %q and %q", s.Key, e.as, s.As)
		case (e.child == nil) != (s.Selections == nil):
			return fmt.Errorf("key %q has sub-selections in one place and none in another", s.Key)
		case e.child == nil:
			continue
		}
		if err := e.child.add(s.Selections); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) place(key string) int {
	if n.places != nil {
		if i, ok := n.places[key]; ok {
			return i
		}
		return -1
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return i
		}
	}
	return -1
}

// seal sets what follows from the entries, in the whole trie.
func (n *node) seal() {
	n.sealTop()
	for i := range n.entries {
		if child := n.entries[i].child; child != nil {
			child.seal()
		}
	}
}

// sealTop is seal for the node alone, whose children are sealed.
func (n *node) sealTop() {
	n.width = len(n.entries)
	n.setMembers()
	if len(n.entries) <= manyEntries {
		return
	}
	n.places = make(map[string]int, len(n.entries))
	for i := range n.entries {
		n.places[n.entries[i].key] = i
	}
}

// count returns the number of entries in the whole trie.
func (n *node) count() int {
	count := len(n.entries)
	for i := range n.entries {
		if child := n.entries[i].child; child != nil {
			count += child.count()
		}
	}
	return count
}

// reserve sets a slot for a link aside in every object of this shape.
func (n *node) reserve() int32 {
	n.linked = true
	return n.widen()
}

func (n *node) widen() int32 {
	n.width++
	return int32(n.width - 1)
}

// find returns the entry whose key is raw, the text between two quotes, or
// -1. The search starts at next, where the key most likely is.
func (n *node) find(raw []byte, next int, escaped bool) int {
	if escaped {
		return n.place(unescape(raw))
	}
	if n.places != nil {
		if i, ok := n.places[string(raw)]; ok {
			return i
		}
		return -1
	}
	for i := next; i < len(n.entries); i++ {
		if n.entries[i].key == string(raw) {
			return i
		}
	}
	for i := range min(next, len(n.entries)) {
		if n.entries[i].key == string(raw) {
			return i
		}
	}
	return -1
}

// unescape returns the text of a JSON string without its quotes. The string
// has passed the scanner.
func unescape(raw []byte) string {
	var b strings.Builder
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			b.WriteByte(raw[i])
			i++
			continue
		}
		if c := strings.IndexByte("bfnrt", raw[i+1]); c >= 0 {
			b.WriteByte("\b\f\n\r\t"[c])
			i += 2
			continue
		}
		if raw[i+1] != 'u' {
			b.WriteByte(raw[i+1])
			i += 2
			continue
		}
		r, _ := unicodeEscape(raw[i:])
		i += 6
		if r >= 0xD800 && r < 0xDC00 {
			// Half pairs do not get past the scanner.
			low, _ := unicodeEscape(raw[i:])
			r = (r-0xD800)<<10 | (low - 0xDC00) + 0x10000
			i += 6
		}
		b.WriteRune(r)
	}
	return b.String()
}
