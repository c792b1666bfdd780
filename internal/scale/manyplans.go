package scale

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/weft-graphql/weft/composition"
)

// manyPlans tells which of the seven fields n0 … n6, and f0 … f6, each subgraph
// has: every one is in four of them.
var manyPlans = [...]string{"01356", "1246", "1345", "01234", "06", "02356", "245"}

// ManyPlans is a tree of n composite selections over seven subgraphs, of which
// four have each field: four branches at every selection, and four fields of
// its own where it ends. It has the shape of the public benchmark of this name.
func ManyPlans(n int) ([]composition.Subgraph, string) {
	f := newFederation(len(manyPlans))
	for g, names := range manyPlans {
		f.to(g, "type Query { node: Node @shareable }\ntype Node @key(fields: \"id\") { id: ID!")
		for _, i := range names {
			f.to(g, " n%c: Node @shareable f%[1]c: String @shareable", i)
		}
		f.to(g, " }\n")
	}
	var b strings.Builder
	write := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	var print func(t *manyNode)
	print = func(t *manyNode) {
		write("{ ")
		for i, c := range t.branches {
			if c == nil {
				write("f%d ", t.names[i])
			} else {
				write("n%d ", t.names[i])
				print(c)
			}
		}
		write("} ")
	}
	write("{ node ")
	print(manyTree(n))
	write("}")
	return f.done(), b.String()
}

// A manyNode is a selection of ManyPlans: four names, and what is below them,
// nil for a leaf.
type manyNode struct {
	names    [4]int
	branches [4]*manyNode
}

// manyTree is a tree of n selections. Each, in document order, has another four
// of the seven names than the one before.
func manyTree(n int) *manyNode {
	var fours [][4]int
	for set := range 1 << len(manyPlans) {
		if bits.OnesCount(uint(set)) != 4 {
			continue
		}
		var four [4]int
		k := 0
		for i := range len(manyPlans) {
			if set&(1<<i) != 0 {
				four[k] = i
				k++
			}
		}
		fours = append(fours, four)
	}
	made := 0
	var build func(i int) *manyNode
	build = func(i int) *manyNode {
		t := &manyNode{names: fours[made%len(fours)]}
		made++
		for k := range t.branches {
			if child := 4*i + k + 1; child < n {
				t.branches[k] = build(child)
			}
		}
		return t
	}
	return build(0)
}
