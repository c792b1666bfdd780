package scale

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/composition"
)

// An Adversary is a shape that is hard to plan.
type Adversary struct {
	Name string

	// Small is a size at which it must have a plan; 0 if it may be refused at
	// any size. Size is how large it is at its hardest.
	Small, Size int

	// Doubled is a size from which on planning grows with a small power of it;
	// 0 for shapes where only the budget ends the search.
	Doubled int

	// Make makes the subgraphs and the operation of some size.
	Make func(size int) (subgraphs []composition.Subgraph, document string)
}

// Adversaries are the shapes we know.
func Adversaries() []Adversary {
	return []Adversary{
		{"implementations", 40, 500, 40, implementations},
		{"implementations by interface", 60, 500, 60, byInterface},
		{"interfaces in interfaces, wide", 3, 24, 0, func(n int) ([]composition.Subgraph, string) { return nestedInterfaces(n, 3) }},
		{"interfaces in interfaces, deep", 3, 12, 0, func(n int) ([]composition.Subgraph, string) { return nestedInterfaces(4, n) }},
		{"unions in unions", 12, 24, 12, nestedUnions},
		{"shared fields", 10, 30, 10, shared},
		{"a field of each", 4, 30, 10, ownEach},
		{"deep selections", 12, 100, 8, deep},
		{"fields", 200, 10_000, 200, fields},
		{"fragments", 0, 64, 0, fragments},
		{"fragments on interfaces", 0, 40, 0, fragmentsOnInterfaces},
		{"many plans", 21, 341, 21, ManyPlans},
		{"requirements in a row", 12, 48, 12, requirements},
		{"keys in a row", 5, 24, 0, keys},
		{"keys of all", 3, 16, 10, allKeys},
		{"roots of all", 16, 64, 16, roots},
	}
}

// federation builds subgraphs.
type federation struct {
	subgraphs []*strings.Builder
}

// newFederation has n subgraphs with nothing in them.
func newFederation(n int) *federation {
	f := &federation{}
	for range n {
		b := &strings.Builder{}
		b.WriteString(link)
		f.subgraphs = append(f.subgraphs, b)
	}
	return f
}

// to adds to the SDL of a subgraph.
func (f *federation) to(subgraph int, format string, args ...any) {
	fmt.Fprintf(f.subgraphs[subgraph], format, args...)
}

func (f *federation) done() []composition.Subgraph {
	var all []composition.Subgraph
	for i, b := range f.subgraphs {
		name := fmt.Sprintf("s%03d", i)
		all = append(all, composition.Subgraph{Name: name, URL: "http://" + name + ".test", SDL: b.String()})
	}
	return all
}

// repeat concatenates what format makes of 0 to n-1.
func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// nest puts text into itself n times, in the place of "@".
func nest(n int, text, innermost string) string {
	at := strings.IndexByte(text, '@')
	return strings.Repeat(text[:at], n) + innermost + strings.Repeat(text[at+1:], n)
}

// implementations of one interface, each with fields of its own in two
// subgraphs.
func implementations(n int) ([]composition.Subgraph, string) {
	f := newFederation(2)
	f.to(0, "type Query { all: [Node] }\ninterface Node { id: ID! }\n")
	f.to(0, "%s", repeat(n, "type T# implements Node @key(fields: \"id\") { id: ID! a#: Int }\n"))
	f.to(1, "%s", repeat(n, "type T# @key(fields: \"id\") { id: ID! name: String b#: Int }\n"))
	return f.done(), "{ all { id " + repeat(n, "... on T# { name a# b# } ") + "} }"
}

// byInterface asks for a field of the interface that no one subgraph has for
// all implementations.
func byInterface(n int) ([]composition.Subgraph, string) {
	f := newFederation(3)
	f.to(0, "type Query { all: [Node] }\ninterface Node { id: ID! }\n")
	for g := 1; g < 3; g++ {
		f.to(g, "interface Node { id: ID! name: String }\n")
	}
	for i := range n {
		f.to(0, "type T%d implements Node @key(fields: \"id\") { id: ID! }\n", i)
		f.to(1+i%2, "type T%d implements Node @key(fields: \"id\") { id: ID! name: String }\n", i)
	}
	return f.done(), "{ all { id name } }"
}

// nestedInterfaces are n implementations that lead to the interface again, so
// many levels deep.
func nestedInterfaces(n, levels int) ([]composition.Subgraph, string) {
	f := newFederation(2)
	f.to(0, "type Query { all: [Node] }\ninterface Node { id: ID! next: Node }\n")
	f.to(0, "%s", repeat(n, "type T# implements Node @key(fields: \"id\") { id: ID! next: Node a#: Node }\n"))
	f.to(1, "%s", repeat(n, "type T# @key(fields: \"id\") { id: ID! name: String }\n"))
	names := repeat(n, "... on T# { name a# { id } } ")
	return f.done(), "{ all { " + nest(levels, "id "+names+"next { @ } ", "id "+names) + "} }"
}

// nestedUnions are members that lead to the union again.
func nestedUnions(n int) ([]composition.Subgraph, string) {
	f := newFederation(3)
	f.to(0, "type Query { all: [U] }\nunion U = T0%s\n", strings.TrimPrefix(repeat(n, " | T#"), " | T0"))
	f.to(0, "%s", repeat(n, "type T# @key(fields: \"id\") { id: ID! next: [U] }\n"))
	for i := range n {
		f.to(1+i%2, "type T%d @key(fields: \"id\") { id: ID! name: String size: Int }\n", i)
	}
	f.to(1, "type Query { one: Int }\n")
	each := repeat(n, "... on T# { name } ")
	return f.done(), "{ all { " + nest(6, each+"... on T0 { next { @ } } ... on T1 { next { __typename } } ", each) + "} }"
}

// shared fields: n of them in each of n subgraphs, ten levels deep.
func shared(n int) ([]composition.Subgraph, string) {
	f := newFederation(n)
	for g := range n {
		f.to(g, "type Query { p: P @shareable }\ntype P @key(fields: \"id\") { id: ID! next: P @shareable %s own%d: Int }\n", repeat(n, "f#: Int @shareable "), g)
	}
	each := "id " + repeat(n, "f# ")
	return f.done(), "{ p { " + nest(9, each+"next { @ } ", each) + "} }"
}

// ownEach is a field that only one subgraph has, of each, ten levels deep.
func ownEach(n int) ([]composition.Subgraph, string) {
	subgraphs, _ := shared(n)
	each := repeat(n, "own# ")
	return subgraphs, "{ p { " + nest(9, each+"next { @ } ", each) + "} }"
}

// deep is a selection whose every level needs two subgraphs besides the one
// that leads on.
func deep(n int) ([]composition.Subgraph, string) {
	subgraphs, _ := shared(8)
	return subgraphs, "{ p { " + nest(n, "id own3 own7 next { @ } ", "id own5") + " } }"
}

// fields are many in one selection, under names of their own.
func fields(n int) ([]composition.Subgraph, string) {
	subgraphs, _ := shared(8)
	var b strings.Builder
	b.WriteString("{ p { ")
	for i := range n {
		fmt.Fprintf(&b, "a%d: own%d ", i, i%8)
	}
	b.WriteString("} }")
	return subgraphs, b.String()
}

// fragments spread each other twice, so that there are two to the power of n
// fields if they are expanded.
func fragments(n int) ([]composition.Subgraph, string) {
	subgraphs, _ := shared(8)
	var b strings.Builder
	b.WriteString("{ p { ...F0 } } ")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on P { a: next { ...F%d } b: next { ...F%[2]d } } ", i, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on P { id own1 }", n)
	return subgraphs, b.String()
}

// fragmentsOnInterfaces spread each other at one place, by type.
func fragmentsOnInterfaces(n int) ([]composition.Subgraph, string) {
	subgraphs, _ := nestedInterfaces(8, 1)
	var b strings.Builder
	b.WriteString("{ all { ...F0 } } ")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Node { ... on T0 { ...F%d } ... on T1 { ...F%[2]d } ... on T2 { ...F%[2]d } } ", i, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on Node { id ... on T0 { name } }", n)
	return subgraphs, b.String()
}

// requirements form a chain back and forth between two subgraphs.
func requirements(n int) ([]composition.Subgraph, string) {
	f := newFederation(2)
	f.to(0, "type Query { p: P }\n")
	for g := range 2 {
		f.to(g, "type P @key(fields: \"id\") { id: ID!\n")
		for i := range n {
			switch {
			case i%2 != g && i+1 < n:
				f.to(g, "f%d: Int @external\n", i)
			case i%2 == g && i == 0:
				f.to(g, "f0: Int\n")
			case i%2 == g:
				f.to(g, "f%d: Int @requires(fields: \"f%d\")\n", i, i-1)
			}
		}
		f.to(g, "}\n")
	}
	return f.done(), fmt.Sprintf("{ p { f%d } }", n-1)
}

// keys form a chain: each subgraph knows the key of the one before and that of
// the next.
func keys(n int) ([]composition.Subgraph, string) {
	f := newFederation(n)
	f.to(0, "type Query { p: P }\n")
	for g := range n {
		f.to(g, "type P @key(fields: \"k%d\") @key(fields: \"k%d\") { k%[1]d: ID! k%[2]d: ID! f%[1]d: Int }\n", g, g+1)
	}
	return f.done(), fmt.Sprintf("{ p { f%d f%d } }", n-1, n/2)
}

// allKeys is n subgraphs with the same six keys.
func allKeys(n int) ([]composition.Subgraph, string) {
	f := newFederation(n)
	for g := range n {
		f.to(g, "type Query { p: P @shareable }\ntype P%s { %s own%d: Int next: P @shareable }\n", repeat(6, " @key(fields: \"k#\")"), repeat(6, "k#: ID! "), g)
	}
	each := repeat(n, "own# ")
	return f.done(), "{ p { " + nest(4, each+"next { @ } ", each) + "} }"
}

// roots are as many as subgraphs, each leading to an object of all.
func roots(n int) ([]composition.Subgraph, string) {
	f := newFederation(n)
	for g := range n {
		f.to(g, "type Query { r%d: P }\ntype P @key(fields: \"id\") { id: ID! own%[1]d: Int }\n", g)
	}
	return f.done(), "{ " + repeat(n, "r# { own0 own1 own2 } ") + "}"
}
