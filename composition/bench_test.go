package composition_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/composition"
)

// federation makes subgraphs that share types objects, each in a few of them,
// with fields fields in all; every fifth is a value type that all of its
// subgraphs share.
func federation(subgraphs, types, fields int) []composition.Subgraph {
	sdl := make([]strings.Builder, subgraphs)
	for i := range sdl {
		sdl[i].WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\", \"@external\", \"@requires\", \"@tag\"])\n")
		fmt.Fprintf(&sdl[i], "type Query {\n")
		for t := i; t < types; t += subgraphs {
			fmt.Fprintf(&sdl[i], "  t%d(id: ID!): T%d\n", t, t)
		}
		sdl[i].WriteString("}\n")
	}
	each := fields / types
	for t := range types {
		value := t%5 == 0
		for k := range 3 {
			b := &sdl[(t+k*7)%subgraphs]
			if value {
				fmt.Fprintf(b, "type T%d @shareable {\n  id: ID!\n", t)
				for f := range each - 1 {
					fmt.Fprintf(b, "  f%d(n: Int = %d): String\n", f, f)
				}
				b.WriteString("}\n")
				continue
			}
			fmt.Fprintf(b, "\"\"\"Type number %d.\"\"\"\ntype T%d @key(fields: \"id\") @tag(name: \"t\") {\n  id: ID!\n", t, t)
			for f := range each - 1 {
				if f%3 == k {
					fmt.Fprintf(b, "  f%d(n: Int = %d): [String!]\n", f, f)
				}
			}
			if k == 1 {
				fmt.Fprintf(b, "  f0(n: Int = 0): [String!] @external\n  r: Int @requires(fields: \"f0\")\n")
			}
			b.WriteString("}\n")
		}
	}
	var in []composition.Subgraph
	for i := range sdl {
		in = append(in, composition.Subgraph{Name: fmt.Sprintf("s%d", i), URL: "http://s", SDL: sdl[i].String()})
	}
	return in
}

func BenchmarkCompose(b *testing.B) {
	for _, size := range []struct{ subgraphs, types, fields int }{
		{5, 50, 500}, {50, 2_000, 20_000}, {500, 20_000, 200_000},
	} {
		b.Run(fmt.Sprintf("subgraphs=%d/types=%d/fields=%d", size.subgraphs, size.types, size.fields), func(b *testing.B) {
			in := federation(size.subgraphs, size.types, size.fields)
			b.ReportAllocs()
			for b.Loop() {
				if r := composition.Compose(b.Context(), in, composition.Options{}); !r.OK() {
					b.Fatal(r.Errors[0])
				}
			}
		})
	}
}
