package planner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

const deferLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])
`

func deferSupergraph(t *testing.T) *supergraph.Supergraph {
	t.Helper()
	r := composition.Compose(context.Background(), []composition.Subgraph{
		{Name: "goods", URL: "http://goods", SDL: deferLink + `
			type Query { goods: [Good!] good: Good box: Box @shareable }
			type Mutation { rename: Good }
			type Good @key(fields: "id") { id: ID! name: String maker: Maker size: Size }
			type Maker @key(fields: "id") { id: ID! town: String }
			type Size { width: Int height: Int }
			type Box { width: Int @shareable }`},
		{Name: "stock", URL: "http://stock", SDL: deferLink + `
			type Query { box: Box @shareable }
			type Good @key(fields: "id") { id: ID! left: Int near: [Good!] }
			type Maker @key(fields: "id") { id: ID! rank: Int }
			type Box { width: Int @shareable depth: Int }`},
	}, composition.Options{})
	if !r.OK() {
		t.Fatal(r.Errors)
	}
	super, err := supergraph.Parse("supergraph.graphql", r.SDL)
	if err != nil {
		t.Fatal(err)
	}
	return super
}

// outline prints what matters of deferral: per fetch the part, the subgraph,
// what it waits for and its document; per part where it comes and what it holds.
func outline(p *plan.Plan) string {
	var w strings.Builder
	for _, f := range p.Fetches {
		document := f.Document
		if at := strings.Index(document, "...on"); f.IsEntity() && at >= 0 {
			document = strings.TrimSuffix(document[at:], "}}")
		}
		fmt.Fprintf(&w, "%d: part %d, %s after %v: %s\n", f.ID, f.Deferred, f.Subgraph, f.DependsOn, document)
	}
	if len(p.Deferred) > 0 {
		fmt.Fprintf(&w, "first %s\n", p.First)
	}
	for _, d := range p.Deferred {
		fmt.Fprintf(&w, "part %d %q in %d at %q after %v %s\n", d.ID, d.Label, d.Parent, d.Path, d.DependsOn, d.Selections)
	}
	return w.String()
}

func TestDefer(t *testing.T) {
	super := deferSupergraph(t)
	tests := []struct{ name, document, want string }{
		{"another subgraph", `{ good { name ... @defer(label: "x") { left } } }`,
			`0: part 0, goods after []: {good{name id}}
1: part 1, stock after [0]: ...on Good{left}
first {good {name}}
part 1 "x" in 0 at "good" after [0] {left}
`},
		{"the same subgraph, by its key", "{ goods { name ... @defer { maker { town } } } }",
			`0: part 0, goods after []: {goods{name id}}
1: part 1, goods after [0]: ...on Good{maker{town}}
first {goods {name}}
part 1 "" in 0 at "goods.@" after [0] {maker {town}}
`},
		{"root fields", `{ good { name } ... @defer { goods { name } } }`,
			`0: part 0, goods after []: {good{name}}
1: part 1, goods after []: {goods{name}}
first {good {name}}
part 1 "" in 0 at "" after [] {goods {name}}
`},
		{"the key itself", "{ good { name ... @defer { id } } }",
			`0: part 0, goods after []: {good{name id}}
first {good {name}}
part 1 "" in 0 at "good" after [0] {id}
`},
		{"objects without a key", "{ good { size { width ... @defer { height } } } }",
			`0: part 0, goods after []: {good{size{width height}}}
first {good {size {width}}}
part 1 "" in 0 at "good.size" after [0] {height}
`},
		{"objects without a key, in two subgraphs", "{ box { width ... @defer { depth } } }",
			`0: part 0, stock after []: {box{width depth}}
first {box {width}}
part 1 "" in 0 at "box" after [0] {depth}
`},
		{"what is wanted anyway", "{ good { name ... @defer { name } } }",
			`0: part 0, goods after []: {good{name}}
`},
		{"in part", "{ good { maker { town } ... @defer { maker { town rank } } } }",
			`0: part 0, goods after []: {good{maker{town} id}}
1: part 1, goods after [0]: ...on Good{maker{id}}
2: part 1, stock after [1]: ...on Maker{rank}
first {good {maker {town}}}
part 1 "" in 0 at "good" after [0] {maker {rank}}
`},
		{"one within another", `{ good { ... @defer(label: "x") { left ... @defer(label: "y") { near { name } } } } }`,
			`0: part 0, goods after []: {good{id}}
1: part 1, stock after [0]: ...on Good{left}
2: part 2, stock after [0]: ...on Good{near{id}}
3: part 2, goods after [2]: ...on Good{name}
first {good {}}
part 1 "x" in 0 at "good" after [0] {left}
part 2 "y" in 1 at "good" after [0] {near {name}}
`},
		{"one below another", `{ good { name ... @defer(label: "x") { near { id ... @defer(label: "y") { name } } } } }`,
			`0: part 0, goods after []: {good{name id}}
1: part 1, stock after [0]: ...on Good{near{id}}
2: part 2, goods after [1]: ...on Good{name}
first {good {name}}
part 1 "x" in 0 at "good" after [0] {near {id}}
part 2 "y" in 1 at "good.near.@" after [1] {name}
`},
		{"one below another without a key", `{ good { ... @defer(label: "x") { name size { width ... @defer(label: "y") { height } } } } }`,
			`0: part 0, goods after []: {good{id}}
1: part 1, goods after [0]: ...on Good{name size{width height}}
first {good {}}
part 1 "x" in 0 at "good" after [0] {name size {width}}
part 2 "y" in 1 at "good.size" after [1] {height}
`},
		{"beside each other", "{ good { ... @defer { left } ... @defer { name } } }",
			`0: part 0, goods after []: {good{id}}
1: part 1, stock after [0]: ...on Good{left}
2: part 2, goods after [0]: ...on Good{name}
first {good {}}
part 1 "" in 0 at "good" after [0] {left}
part 2 "" in 0 at "good" after [0] {name}
`},
		{"after a mutation", "mutation { rename { name ... @defer { left } } }",
			`0: part 0, goods after []: mutation{rename{name id}}
1: part 1, stock after [0]: ...on Good{left}
first {rename {name}}
part 1 "" in 0 at "rename" after [0] {left}
`},
		{"not deferred", "{ good { name ... @defer(if: false) { left } } }",
			`0: part 0, goods after []: {good{name id}}
1: part 0, stock after [0]: ...on Good{left}
`},
	}
	checker, err := soundness.New(super)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op, errs := operation.Prepare(super.Deferring(), tt.document, "", operation.DefaultLimits())
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			r := planner.Request{Operation: op, Selection: op.Select(nil)}
			p, err := planner.New(super, planner.Options{}).Plan(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, outline(p)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, fault := range checker.Check(soundRequest(r), p) {
				t.Error(fault)
			}
		})
	}
}
