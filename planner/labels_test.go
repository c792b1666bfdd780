package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// labelledSubgraphs move a field of every kind of use from old to new, each
// under a label of its own.
var labelledSubgraphs = []composition.Subgraph{
	{Name: "old", URL: "http://old.test", SDL: `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@shareable"])
type Query { item: Item node: Node free: Int }
interface Node { id: ID! rank: Int }
type Item implements Node @key(fields: "id") @key(fields: "code") { id: ID! code: ID @shareable weight: Int @shareable rank: Int @shareable plain: Int }
`},
	{Name: "new", URL: "http://new.test", SDL: `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@override", "@shareable"])
type Query { free: Int @override(from: "old", label: "free") }
type Item @key(fields: "id") {
  id: ID!
  weight: Int @shareable @override(from: "old", label: "weight")
  rank: Int @shareable @override(from: "old", label: "rank")
}
`},
	{Name: "also", URL: "http://also.test", SDL: `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable"])
type Item @key(fields: "id") { id: ID! weight: Int @shareable rank: Int @shareable }
`},
	{Name: "post", URL: "http://post.test", SDL: `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external", "@requires", "@context", "@fromContext", "@shareable"])
type Item @key(fields: "id") @context(name: "item") { id: ID! weight: Int @external shipping: Int @requires(fields: "weight") rank: Int @shareable box: Box }
type Box @key(fields: "id") { id: ID! label(of: Int @fromContext(field: "$item { rank }")): Int }
`},
}

func TestLabels(t *testing.T) {
	r := composition.Compose(t.Context(), labelledSubgraphs, composition.Options{})
	if !r.OK() {
		t.Fatalf("%s: %s", r.Errors[0].Code, r.Errors[0].Message)
	}
	super, err := supergraph.Parse("labels", r.SDL)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"free", "rank", "weight"}, super.OverrideLabels()); diff != "" {
		t.Fatalf("labels (-want +got):\n%s", diff)
	}
	tests := []struct {
		name, document string
		want           []string
	}{
		{"none", `{ item { id plain } }`, nil},
		{"the field", `{ item { weight } }`, []string{"weight"}},
		{"at the root, in a fragment", `{ ...F } fragment F on Query { x: free }`, []string{"free"}},
		{"behind a condition", `query ($x: Boolean!) { item { id ... @include(if: $x) { weight } } free @skip(if: true) }`, []string{"free", "weight"}},
		{"required", `{ item { shipping } }`, []string{"weight"}},
		{"of an implementation", `{ node { rank } }`, []string{"rank"}},
		{"of the interface", `{ node { ... on Item { id rank } } }`, []string{"rank"}},
		{"for a context", `{ item { box { label } } }`, []string{"rank"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op, errs := operation.Prepare(super.API, tt.document, "", operation.DefaultLimits())
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(tt.want, planner.New(super, planner.Options{}).Labels(op)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
