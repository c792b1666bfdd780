package supergraph

import (
	"fmt"
	"strings"
	"testing"
)

// largeSDL writes a supergraph with that many subgraphs and about that many
// fields: entities owned by one subgraph and extended by two, half of the
// extending fields with requirements, and enums, inputs, interfaces and unions
// in between.
func largeSDL(subgraphs, fields int) string {
	var b strings.Builder
	b.WriteString(`schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
{
  query: Query
}
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM_VALUE
enum join__Graph {
`)
	for g := range subgraphs {
		fmt.Fprintf(&b, "  S%d_ @join__graph(name: \"s%d\", url: \"http://s%d.example/graphql\")\n", g, g, g)
	}
	b.WriteString("}\n")
	const perType = 20
	types := fields / perType
	graph := func(n int) string { return fmt.Sprintf("S%d_", n%subgraphs) }
	b.WriteString("type Query")
	for g := range subgraphs {
		fmt.Fprintf(&b, "\n  @join__type(graph: %s)", graph(g))
	}
	b.WriteString("\n{\n")
	for t := 0; t < types; t += 10 {
		fmt.Fprintf(&b, "  t%d(id: ID!): T%d @join__field(graph: %s)\n", t, t, graph(t))
	}
	b.WriteString("}\n")
	for t := range types {
		owner, second, third := graph(t), graph(t+1), graph(t+2)
		fmt.Fprintf(&b, "\"\"\"\nThe type T%d.\n\"\"\"\ntype T%d\n", t, t)
		fmt.Fprintf(&b, "  @join__type(graph: %s, key: \"f0\")\n  @join__type(graph: %s, key: \"f0\")\n  @join__type(graph: %s, key: \"f0\", extension: true)\n{\n", owner, second, third)
		b.WriteString("  f0: ID!\n")
		for f := 1; f < perType; f++ {
			switch {
			case f == 1:
				fmt.Fprintf(&b, "  f1: T%d @join__field(graph: %s)\n", t, owner)
			case f == 2:
				fmt.Fprintf(&b, "  f2: Int @join__field(graph: %s) @join__field(graph: %s, external: true)\n", owner, second)
			case f == 3:
				fmt.Fprintf(&b, "  f3(a: Int = 1, b: String): [String!]! @join__field(graph: %s, requires: \"f2\") @deprecated(reason: \"old\")\n", second)
			case f == 4:
				fmt.Fprintf(&b, "  f4: Int @join__field(graph: %s) @inaccessible @tag(name: \"hidden\")\n", owner)
			case f%2 == 0:
				fmt.Fprintf(&b, "  \"The field f%d.\"\n  f%d: String @join__field(graph: %s)\n", f, f, owner)
			default:
				fmt.Fprintf(&b, "  f%d(first: Int): [Float] @join__field(graph: %s)\n", f, third)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func BenchmarkParse(bm *testing.B) {
	for _, size := range []struct{ subgraphs, fields int }{{5, 200}, {50, 10_000}, {500, 200_000}} {
		sdl := largeSDL(size.subgraphs, size.fields)
		bm.Run(fmt.Sprintf("subgraphs=%d/fields=%d", size.subgraphs, size.fields), func(bm *testing.B) {
			bm.SetBytes(int64(len(sdl)))
			bm.ReportAllocs()
			for bm.Loop() {
				if _, err := Parse("large.graphql", sdl); err != nil {
					bm.Fatal(err)
				}
			}
		})
	}
}
