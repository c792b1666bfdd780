package scale

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weft-graphql/weft/composition"
)

const (
	link       = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@provides"])` + "\n"
	ownTypes   = 4 // entities that a subgraph of a company owns
	companyOps = 200
)

// A Federation is subgraphs, and operations on them.
type Federation struct {
	Subgraphs  []composition.Subgraph
	Operations []string
}

// Company makes a federation of n subgraphs. Each owns a few entities, which
// refer to those of others, adds fields to some of them, one of these with a
// requirement, and has an interface, an enum and value types, one of which all
// subgraphs share.
func Company(n int) *Federation {
	c := &company{n: n}
	f := &Federation{}
	for i := range n {
		name := fmt.Sprintf("team%03d", i)
		f.Subgraphs = append(f.Subgraphs, composition.Subgraph{Name: name, URL: "http://" + name + ".test/graphql", SDL: c.subgraph(i)})
	}
	random := rand.New(rand.NewPCG(uint64(n), 1))
	for range companyOps {
		f.Operations = append(f.Operations, c.operation(random))
	}
	return f
}

type company struct{ n int }

// entity is the name of the j-th entity of a subgraph.
func entity(subgraph, j int) string { return fmt.Sprintf("E%d_%d", subgraph, j) }

// refers is the entity that the j-th entity of a subgraph refers to in another.
func (c *company) refers(subgraph, j int) (int, int) {
	return (subgraph + 3*j + 1) % c.n, (j + 1) % ownTypes
}

// extended are the entities of others that a subgraph adds fields to.
func (c *company) extended(subgraph int) [][2]int {
	if c.n < 2 {
		return nil
	}
	return [][2]int{{(subgraph + c.n - 1) % c.n, 0}, {(subgraph + c.n/2) % c.n, 1}}
}

func (c *company) subgraph(i int) string {
	var b strings.Builder
	b.WriteString(link)
	fmt.Fprintf(&b, "type Query { one%[1]d(id: ID!): %[2]s all%[1]d(first: Int = 10): [%[2]s!]! any%[1]d: [I%[1]d] }\n", i, entity(i, 0))
	fmt.Fprintf(&b, "enum S%d { NEW OPEN CLOSED }\ninterface I%[1]d { id: ID! name: String }\n", i)
	fmt.Fprintf(&b, "type V%d { amount: Int unit: String }\ntype Page @shareable { first: Int last: Int }\n", i)
	stubs := map[string]bool{}
	for j := range ownTypes {
		of, at := c.refers(i, j)
		target := entity(of, at)
		stubs[target] = of != i
		implements, more := "", ""
		if j < 2 {
			implements = fmt.Sprintf(" implements I%d", i)
		}
		if j == 0 {
			more = ` @key(fields: "code")`
		}
		fmt.Fprintf(&b, "type %s%s @key(fields: \"id\")%s {\n  id: ID!\n  code: String\n  name: String\n  size: Int\n  price: Float\n  state: S%d\n  value: V%[4]d\n  page: Page\n  next: %s\n  others(first: Int): [%[5]s!]\n}\n",
			entity(i, j), implements, more, i, target)
	}
	for k, x := range c.extended(i) {
		name := entity(x[0], x[1])
		if x[0] == i {
			continue
		}
		delete(stubs, name)
		fmt.Fprintf(&b, "type %s @key(fields: \"id\") {\n  id: ID!\n  size: Int @external\n  x%d_%d: Int @requires(fields: \"size\")\n  y%[2]d_%[3]d: String\n  z%[2]d_%[3]d: [%[4]s!]\n}\n", name, i, k, entity(i, 2))
	}
	for of := range c.n {
		for j := range ownTypes {
			if name := entity(of, j); stubs[name] {
				fmt.Fprintf(&b, "type %s @key(fields: \"id\", resolvable: false) { id: ID! }\n", name)
			}
		}
	}
	return b.String()
}

// operation makes up a query as clients have them: a page that shows something
// and what is connected with it, a few levels deep.
func (c *company) operation(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("query Page {")
	for range 1 + r.IntN(3) {
		i := r.IntN(c.n)
		switch r.IntN(3) {
		case 0:
			fmt.Fprintf(&b, " a%d: one%d(id: \"1\") {", b.Len(), i)
			c.selection(&b, r, i, 0, 4)
		case 1:
			fmt.Fprintf(&b, " a%d: all%d(first: 3) {", b.Len(), i)
			c.selection(&b, r, i, 0, 4)
		default:
			fmt.Fprintf(&b, " a%d: any%d { id name ... on %s {", b.Len(), i, entity(i, 1))
			c.selection(&b, r, i, 1, 3)
			b.WriteString(" }")
		}
		b.WriteString(" }")
	}
	b.WriteString(" }")
	return b.String()
}

func (c *company) selection(b *strings.Builder, r *rand.Rand, i, j, depth int) {
	b.WriteString(" id name")
	for _, field := range []string{" code", " size", " price", " state", " value { amount unit }", " page { first }"} {
		if r.IntN(3) == 0 {
			b.WriteString(field)
		}
	}
	for by := range c.n {
		for k, x := range c.extended(by) {
			if x[0] != i || x[1] != j || by == i || r.IntN(2) == 0 {
				continue
			}
			fmt.Fprintf(b, " x%d_%d y%[1]d_%[2]d", by, k)
			if depth > 1 && r.IntN(3) == 0 {
				fmt.Fprintf(b, " z%d_%d {", by, k)
				c.selection(b, r, by, 2, depth-2)
				b.WriteString(" }")
			}
		}
	}
	if depth > 0 && r.IntN(4) > 0 {
		of, at := c.refers(i, j)
		b.WriteString(" next {")
		c.selection(b, r, of, at, depth-1)
		b.WriteString(" }")
	}
}
