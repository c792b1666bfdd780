package golden

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

const soundSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
schema { query: Root }
type Root { items(first: Int): [Item!]! @deprecated }
extend type Root { one: Item }
type Item @key(fields: "id") { id: ID! name(long: Boolean @deprecated): String }
`

// soundPlan is a plan nothing is wrong with.
func soundPlan() *plan.Plan {
	return &plan.Plan{Operation: ast.Query, Fetches: []*plan.Fetch{
		{
			ID: 0, Subgraph: "s", Operation: ast.Query, Name: "Q", Reasons: []string{"Query.items"},
			Document:   "query Q($n:Int){items(first:$n){__typename id}}",
			Variables:  []string{"n"},
			Selections: []*plan.Selection{{Name: "items", Key: "items", As: "items"}},
		},
		{
			ID: 1, Subgraph: "s", Operation: ast.Query, Name: "Q", Reasons: []string{"Item.name"}, DependsOn: []int{0},
			Document: "query Q($representations:[_Any!]!){_entities(representations:$representations){...on Item{name}}}",
			Lookups:  []*plan.Lookup{{Key: "_entities", Variable: "representations"}},
		},
	}}
}

func TestCheckPlan(t *testing.T) {
	schema, err := subgraphSchema("s", soundSDL)
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*ast.Schema{"s": schema}
	if faults := checkPlan(soundPlan(), schemas); len(faults) > 0 {
		t.Fatalf("a sound plan: %s", faults)
	}
	tests := []struct {
		name   string
		damage func(p *plan.Plan)
		want   string
	}{
		{"wrong ID", func(p *plan.Plan) { p.Fetches[1].ID = 2 }, "has the ID 2"},
		{"depends on itself", func(p *plan.Plan) { p.Fetches[1].DependsOn = []int{1} }, "depends on 1"},
		{"dependencies not in order", func(p *plan.Plan) { p.Fetches[1].DependsOn = []int{1, 0} }, "not ascending"},
		{"both kinds", func(p *plan.Plan) { p.Fetches[1].Selections = p.Fetches[0].Selections }, "either selections or lookups"},
		{"no reason", func(p *plan.Plan) { p.Fetches[0].Reasons = nil }, "no reason"},
		{"unknown subgraph", func(p *plan.Plan) { p.Fetches[0].Subgraph = "t" }, "no such subgraph"},
		{"syntax", func(p *plan.Plan) { p.Fetches[0].Document = "{" }, "Expected Name"},
		{"unknown field", func(p *plan.Plan) { p.Fetches[0].Document = "query Q($n:Int){items(first:$n){nope}}" }, "nope"},
		{"two operations", func(p *plan.Plan) { p.Fetches[0].Document += " query R{one{id}}" }, "2 operations"},
		{"another name", func(p *plan.Plan) { p.Fetches[0].Name = "R" }, `the document has the query "Q"`},
		{"another kind", func(p *plan.Plan) { p.Fetches[0].Operation = ast.Mutation }, "the fetch says mutation"},
		{"a variable too many", func(p *plan.Plan) { p.Fetches[1].Variables = []string{"n"} }, "the fetch sends"},
		{"a variable too few", func(p *plan.Plan) { p.Fetches[0].Variables = nil }, "the fetch sends"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := soundPlan()
			tt.damage(p)
			if got := strings.Join(checkPlan(p, schemas), "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want …%s…", got, tt.want)
			}
		})
	}
}
