package composition_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
)

func clash() *composition.Result {
	return composition.Compose(context.Background(), []composition.Subgraph{
		{Name: "products", File: "products.graphql", SDL: "type Query {\n\tp: Product\n}\ntype Product {\n\tname(n: Int): String\n}\n"},
		{Name: "reviews", File: "reviews.graphql", SDL: "type Product {\n  name: Int\n}\n"},
	}, composition.Options{})
}

func TestWriteText(t *testing.T) {
	var b strings.Builder
	if err := composition.WriteText(&b, clash().Errors); err != nil {
		t.Fatal(err)
	}
	want := `error[FIELD_TYPE_MISMATCH]: field "Product.name" has incompatible types: it has type "String" in subgraph "products" but type "Int" in subgraph "reviews"
  --> products.graphql:5:2 (subgraph "products")
   |
 5 | ` + "\t" + `name(n: Int): String
   | ` + "\t" + `^^^^
  --> reviews.graphql:2:3 (subgraph "reviews")
   |
 2 |   name: Int
   |   ^^^^
  try: make the types the same
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteJSON(t *testing.T) {
	var b strings.Builder
	if err := composition.WriteJSON(&b, clash()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Errors []struct {
			Code, Severity, Coordinate string
			Sites                      []struct {
				Subgraph, File       string
				Line, Column, Length int
			}
		}
		Hints []struct{ Code, Severity string }
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Errors) != 1 || len(got.Errors[0].Sites) != 2 {
		t.Fatalf("got %+v", got)
	}
	e := got.Errors[0]
	if e.Code != "FIELD_TYPE_MISMATCH" || e.Severity != "error" || e.Coordinate != "Product.name" || e.Sites[1].File != "reviews.graphql" || e.Sites[1].Line != 2 || e.Sites[1].Column != 3 || e.Sites[1].Length != 4 {
		t.Errorf("got %+v", e)
	}
	if len(got.Hints) != 1 || got.Hints[0].Code != "INCONSISTENT_ARGUMENT_PRESENCE" || got.Hints[0].Severity != "warning" {
		t.Errorf("hints %+v", got.Hints)
	}
	b.Reset()
	if err := composition.WriteJSON(&b, &composition.Result{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\n  \"errors\": [],\n  \"hints\": []\n}\n", b.String()); diff != "" {
		t.Errorf("empty (-want +got):\n%s", diff)
	}
}

func TestWriteSARIF(t *testing.T) {
	var b strings.Builder
	if err := composition.WriteSARIF(&b, clash()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndColumn int }
					}
				}
				RelatedLocations []any
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || len(got.Runs) != 1 || len(got.Runs[0].Results) != 2 || len(got.Runs[0].Tool.Driver.Rules) != 2 {
		t.Fatalf("got %+v", got)
	}
	r := got.Runs[0].Results[0]
	l := r.Locations[0].PhysicalLocation
	if r.RuleID != "FIELD_TYPE_MISMATCH" || r.Level != "error" || l.ArtifactLocation.URI != "products.graphql" || l.Region.StartLine != 5 || l.Region.StartColumn != 2 || l.Region.EndColumn != 6 || len(r.RelatedLocations) != 1 {
		t.Errorf("got %+v", r)
	}
	if hint := got.Runs[0].Results[1]; hint.Level != "warning" {
		t.Errorf("got %+v", hint)
	}
}

// TestLongLines holds that of a schema in one line only the part around the
// place is shown.
func TestLongLines(t *testing.T) {
	sdl := "type Query { a: Int" + strings.Repeat(" ", 5000) + "b: Missing" + strings.Repeat(" ", 5000) + "}"
	got := composition.Compose(t.Context(), []composition.Subgraph{{Name: "a", SDL: sdl}}, composition.Options{})
	if len(got.Errors) != 1 || len(got.Errors[0].Sites) != 1 {
		t.Fatalf("got %v", got.Errors)
	}
	s := got.Errors[0].Sites[0]
	if len(s.Excerpt) > 300 || s.Column < 5000 || !strings.HasPrefix(s.Excerpt[s.ExcerptColumn-1:], "b: Missing") {
		t.Errorf("got %+v", s)
	}
	var b strings.Builder
	if err := composition.WriteText(&b, got.Errors); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if at := strings.Index(lines[3], "b: Missing"); at < 0 || strings.Index(lines[4], "^") != at {
		t.Errorf("the caret is not under the word:\n%s", b.String())
	}
}
