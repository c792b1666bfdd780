package plan_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files that differ")

func leaf(name string) *plan.Selection { return &plan.Selection{Name: name, Key: name, As: name} }

func field(name string, below ...*plan.Selection) *plan.Selection {
	s := leaf(name)
	s.Selections = below
	return s
}

func on(typ string, below ...*plan.Selection) *plan.Selection {
	return &plan.Selection{TypeCondition: typ, Selections: below}
}

func input(typ string, fields ...*plan.InputField) *plan.Input {
	return &plan.Input{Typename: typ, Fields: fields}
}

func read(name string) *plan.InputField { return &plan.InputField{Name: name, As: name} }

var topProducts = plan.Path{{As: "topProducts", Lists: 1}}

// plans to print, by name. Between them they have everything a plan can have.
func plans() map[string]*plan.Plan {
	return map[string]*plan.Plan{
		"empty": {Operation: ast.Query},
		"single": {Operation: ast.Query, Fetches: []*plan.Fetch{{
			Subgraph: "products", Operation: ast.Query, Document: `{products(filter:"<&\"")}`,
			Selections: []*plan.Selection{leaf("products")}, Reasons: []string{"Query.products"},
		}}},
		"entities":     entities(),
		"mutation":     mutation(),
		"subscription": subscription(),
	}
}

// entities is a plan with a fetch after two others, one of which it waits for
// through the other, with several lookups and with everything a lookup can
// have.
func entities() *plan.Plan {
	renamed := leaf("name")
	renamed.Key = "name__alias_1"
	return &plan.Plan{Operation: ast.Query, Fetches: []*plan.Fetch{
		{
			ID: 0, Subgraph: "products", Operation: ast.Query, Name: "Top__products__0", Variables: []string{"first"},
			Document:   "query Top__products__0($first:Int){topProducts(first:$first){__typename upc price:name _weft_0:price}}",
			Selections: []*plan.Selection{field("topProducts", leaf("__typename"), leaf("upc"), leaf("price"), leaf("_weft_0"))},
			Reasons:    []string{"Query.topProducts"},
		},
		{
			ID: 1, Subgraph: "users", Operation: ast.Query, Name: "Top__users__1", Document: "query Top__users__1{me{id}}",
			Selections: []*plan.Selection{field("me", leaf("id"))}, Reasons: []string{"Query.me"},
		},
		{
			ID: 2, Subgraph: "shipping", Operation: ast.Query, Name: "Top__shipping__2", DependsOn: []int{0},
			Document: "query Top__shipping__2($representations:[_Any!]!){_entities(representations:$representations){...on Product{cost}}}",
			Lookups: []*plan.Lookup{{
				Key: "_entities", Variable: "representations",
				Paths: []plan.Path{topProducts, {{As: "me"}, {As: "cart", Lists: 1, On: []string{"Product", "Voucher"}}}},
				Inputs: []*plan.Input{input("Product", read("upc"), &plan.InputField{Name: "price", As: "_weft_0"},
					&plan.InputField{Name: "size", As: "size", Fields: []*plan.InputField{read("weight"), {Name: "height", As: "height", On: []string{"Box"}}}})},
				Selections: []*plan.Selection{on("Product", leaf("cost"))},
			}},
			Reasons: []string{`Product.cost by key "upc", with what it requires`},
		},
		{
			ID: 3, Subgraph: "reviews", Operation: ast.Query, Name: "Top__reviews__3", DependsOn: []int{0, 1, 2},
			Document: "query Top__reviews__3($representations_0:[_Any!]!,$representations_1:[_Any!]!,$contextualArgument_1_0:String){" +
				"_e0:_entities(representations:$representations_0){...on Media{stars}} " +
				"_e1:_entities(representations:$representations_1){...on User{name__alias_1:name reviews(currency:$contextualArgument_1_0){body}}}}",
			Lookups: []*plan.Lookup{
				{
					Key: "_e0", Variable: "representations_0", Paths: []plan.Path{topProducts},
					Inputs:     []*plan.Input{{On: []string{"Book", "Film"}, Typename: "Media", Fields: []*plan.InputField{read("id")}}},
					Selections: []*plan.Selection{on("Media", leaf("stars"))},
				},
				{
					Key: "_e1", Variable: "representations_1", Paths: []plan.Path{{{As: "me"}}},
					Inputs:     []*plan.Input{input("User", read("id"))},
					Selections: []*plan.Selection{on("User", renamed, field("reviews", leaf("body")))},
					Context: []*plan.ContextVariable{{Variable: "contextualArgument_1_0", Type: "String", Up: 1,
						Fields: []*plan.InputField{{Name: "locale", As: "locale", On: []string{"Query"}, Fields: []*plan.InputField{read("currency")}}}}},
					Reuse: []*plan.Reuse{{Fetch: 1, Path: plan.Path{{As: "me"}}, Type: "User"}},
				},
			},
			Reasons: []string{`Media.stars by key "id"`, `User.name, User.reviews by key "id"`, "a third reason", "a fourth reason"},
		},
		{
			ID: 4, Subgraph: "users", Operation: ast.Query, DependsOn: []int{2},
			Document: "{site}", Path: plan.Path{{As: "me"}, {As: "query"}},
			Selections: []*plan.Selection{leaf("site")}, Reasons: []string{"Query.site"},
		},
	}}
}

func mutation() *plan.Plan {
	return &plan.Plan{Operation: ast.Mutation, Fetches: []*plan.Fetch{
		{ID: 0, Subgraph: "a", Operation: ast.Mutation, Document: "mutation{one}", Selections: []*plan.Selection{leaf("one")}, Reasons: []string{"Mutation.one"}},
		{ID: 1, Subgraph: "b", Operation: ast.Mutation, Document: "mutation{two}", Selections: []*plan.Selection{leaf("two")}, DependsOn: []int{0}, Reasons: []string{"Mutation.two"}},
	}}
}

func subscription() *plan.Plan {
	p := entities()
	p.Operation = ast.Subscription
	p.Fetches = []*plan.Fetch{p.Fetches[0], p.Fetches[2]}
	p.Fetches[0].Operation = ast.Subscription
	p.Fetches[0].Document = "subscription{topProducts{upc}}"
	p.Fetches[1].ID = 1
	return p
}

func TestPrint(t *testing.T) {
	formats := map[string]func(*plan.Plan) string{
		"tree":    (*plan.Plan).Text,
		"json":    indented,
		"mermaid": (*plan.Plan).Mermaid,
		"dot":     (*plan.Plan).DOT,
		"svg":     (*plan.Plan).SVG,
	}
	for name, p := range plans() {
		for format, print := range formats {
			t.Run(name+"/"+format, func(t *testing.T) {
				got := print(p)
				path := filepath.Join("testdata", name+"."+format)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// indented is the JSON in a form that people can compare.
func indented(p *plan.Plan) string {
	var v json.RawMessage = []byte(p.JSON())
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(out) + "\n"
}

// A picture is well-formed XML, its boxes lie inside it, and those of one row
// do not overlap.
func TestPicturesAreSound(t *testing.T) {
	wide := &plan.Plan{Operation: ast.Query}
	for i := range 40 {
		f := &plan.Fetch{
			ID: i, Subgraph: fmt.Sprint("s", i%7), Operation: ast.Query, Document: "{a}",
			Selections: []*plan.Selection{leaf(strings.Repeat("a", 1+i%60))}, Reasons: []string{"because"},
		}
		for d := range i {
			if (i*7+d*3)%5 == 0 {
				f.DependsOn = append(f.DependsOn, d)
			}
		}
		wide.Fetches = append(wide.Fetches, f)
	}
	all := plans()
	all["wide"] = wide
	for name, p := range all {
		t.Run(name, func(t *testing.T) { checkPicture(t, p.SVG(), len(p.Fetches)) })
	}
}

func checkPicture(t *testing.T, svg string, fetches int) {
	type rect struct{ X, Y, Width, Height int }
	var boxes []rect
	var width, height int
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		numbers := map[string]int{}
		for _, a := range e.Attr {
			var n int
			if _, err := fmt.Sscan(a.Value, &n); err == nil {
				numbers[a.Name.Local] = n
			}
		}
		switch {
		case e.Name.Local == "svg":
			width, height = numbers["width"], numbers["height"]
		case e.Name.Local == "rect" && numbers["rx"] > 0:
			boxes = append(boxes, rect{numbers["x"], numbers["y"], numbers["width"], numbers["height"]})
		}
	}
	if len(boxes) != fetches {
		t.Fatalf("%d boxes for %d fetches", len(boxes), fetches)
	}
	for i, b := range boxes {
		if b.X < 0 || b.Y < 0 || b.X+b.Width > width || b.Y+b.Height > height {
			t.Errorf("box %+v is outside of %d×%d", b, width, height)
		}
		for _, other := range boxes[i+1:] {
			if b.Y == other.Y && b.X < other.X+other.Width && other.X < b.X+b.Width {
				t.Errorf("boxes %+v and %+v overlap", b, other)
			}
		}
	}
}
