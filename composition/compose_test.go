package composition_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
)

const link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@tag\", \"@shareable\", \"@override\", \"@inaccessible\", \"@external\", \"@requires\", \"@context\", \"@fromContext\"])\n"

func one(sdl string) []composition.Subgraph {
	return []composition.Subgraph{{Name: "a", URL: "http://a", SDL: link + sdl}}
}

func TestJoinVersion(t *testing.T) {
	fed := func(minor int) []composition.Subgraph {
		return []composition.Subgraph{{Name: "a", SDL: fmt.Sprintf(
			"extend schema @link(url: \"https://specs.apollo.dev/federation/v2.%d\", import: [\"@key\"])\ntype Query { a: Int }", minor)}}
	}
	label := []composition.Subgraph{
		{Name: "a", SDL: link + "type Query { a: Int }"},
		{Name: "b", SDL: link + "type Query { a: Int @override(from: \"a\", label: \"l\") }"},
	}
	tests := []struct {
		name      string
		subgraphs []composition.Subgraph
		version   string
		want      string
		codes     []string
	}{
		{"federation 1", []composition.Subgraph{{Name: "a", SDL: "type Query { a: Int }"}}, "", "join/v0.3", nil},
		{"v2.0", fed(0), "", "join/v0.3", nil},
		{"v2.7", fed(7), "", "join/v0.4", nil},
		{"v2.8", fed(8), "", "join/v0.5", nil},
		{"v2.14", fed(14), "", "join/v0.5", nil},
		{"forced down", fed(14), "v0.3", "join/v0.3", nil},
		{"forced up", fed(0), "v0.5", "join/v0.5", nil},
		{"unknown", fed(0), "v0.2", "", []string{"UNSUPPORTED_FEATURE"}},
		{"nonsense", fed(0), "latest", "", []string{"UNSUPPORTED_FEATURE"}},
		{"a label needs v0.4", label, "v0.3", "", []string{"UNSUPPORTED_FEATURE"}},
		{"a label with v0.4", label, "v0.4", "join/v0.4", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := composition.Compose(t.Context(), tt.subgraphs, composition.Options{JoinVersion: tt.version})
			if diff := cmp.Diff(tt.codes, codesOf(got.Errors)); diff != "" {
				t.Fatalf("codes (-want +got):\n%s%v", diff, got.Errors)
			}
			if !strings.Contains(got.SDL, tt.want) {
				t.Errorf("no %s in:\n%s", tt.want, got.SDL)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	in := one("type Query { a: A }\ntype A @key(fields: \"id\") { id: ID! a: A b: B }\ntype B { a: A }")
	if got := composition.Compose(t.Context(), in, composition.Options{MaxSteps: 2}); !slices.Equal(codesOf(got.Errors), []string{"MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"}) {
		t.Errorf("with 2 steps: %v", got.Errors)
	}
	if got := composition.Compose(t.Context(), in, composition.Options{MaxSteps: 100}); !got.OK() {
		t.Errorf("with 100 steps: %v", got.Errors)
	}
}

func TestNames(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  []string
	}{
		{"plain", []string{"a", "b"}, []string{"A", "B"}},
		{"signs", []string{"a-b", "a.b c"}, []string{"A_B", "A_B_C"}},
		{"digits", []string{"1st", "a_2"}, []string{"_1ST", "A_2_"}},
		{"same", []string{"a-b", "a_b", "A_b"}, []string{"A_B_1", "A_B_2", "A_B_3"}},
		{"not taken by the suffix", []string{"a", "A", "a_1"}, []string{"A_1", "A_2", "A_1_"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in []composition.Subgraph
			for i, n := range tt.names {
				in = append(in, composition.Subgraph{Name: n, URL: "http://x", SDL: fmt.Sprintf("type Query { f%d: Int }", i)})
			}
			got := composition.Compose(t.Context(), in, composition.Options{})
			if !got.OK() {
				t.Fatal(got.Errors)
			}
			for _, w := range tt.want {
				if !strings.Contains(got.SDL, "  "+w+" @join__graph(") {
					t.Errorf("no %s in:\n%s", w, got.SDL)
				}
			}
		})
	}
}

func TestContracts(t *testing.T) {
	in := one(`
type Query { a: A @tag(name: "public") s: S internal: Int @tag(name: "internal") }
type A @tag(name: "public") { id: ID! x(n: Int @tag(name: "internal"), m: Int): Int secret: Int @tag(name: "internal") }
type S { s: Int }
enum E @tag(name: "public") { A B @tag(name: "internal") }
`)
	tests := []struct {
		name    string
		options composition.Options
		hidden  []string
		visible []string
		codes   []string
	}{
		{
			"exclude", composition.Options{ExcludeTags: []string{"internal"}},
			[]string{"internal: Int", "secret: Int", "n: Int", "  B @"}, []string{"  s: S", "type S", "id: ID!"}, nil,
		},
		{
			"include and exclude", composition.Options{IncludeTags: []string{"public"}, ExcludeTags: []string{"internal"}},
			[]string{"internal: Int", "secret: Int", "n: Int", "  s: S", "type S"}, []string{"a: A", "id: ID!"}, nil,
		},
		{
			"unreachable", composition.Options{ExcludeTags: []string{"internal"}, HideUnreachable: true},
			[]string{"enum E"}, []string{"type S", "type A"}, nil,
		},
		{
			"nothing left", composition.Options{IncludeTags: []string{"nothing"}},
			nil, nil, []string{"QUERY_ROOT_TYPE_INACCESSIBLE"},
		},
		{
			"a field whose type is not included", composition.Options{IncludeTags: []string{"internal"}},
			nil, nil, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := composition.Compose(t.Context(), in, tt.options)
			if diff := cmp.Diff(tt.codes, codesOf(got.Errors)); diff != "" {
				t.Fatalf("codes (-want +got):\n%s%v", diff, got.Errors)
			}
			if !got.OK() {
				return
			}
			if !strings.Contains(got.SDL, "https://specs.apollo.dev/inaccessible/v0.2") {
				t.Errorf("@inaccessible is not linked:\n%s", got.SDL)
			}
			for _, what := range tt.hidden {
				if !strings.Contains(definitionOf(got.SDL, what), "@inaccessible") {
					t.Errorf("%q is visible in:\n%s", what, got.SDL)
				}
			}
			for _, what := range tt.visible {
				if d := definitionOf(got.SDL, what); d == "" || strings.Contains(d, "@inaccessible") {
					t.Errorf("%q is hidden or missing in:\n%s", what, got.SDL)
				}
			}
		})
	}
}

// definitionOf is the text from what to the end of its line, or to its "{"
// for types; "" if it is not in sdl.
func definitionOf(sdl, what string) string {
	_, after, ok := strings.Cut(sdl, what)
	if !ok {
		return ""
	}
	end := "\n"
	if strings.HasPrefix(what, "type ") || strings.HasPrefix(what, "enum ") {
		end = "{"
	} else if strings.HasPrefix(what, "n:") {
		end = ","
	}
	text, _, _ := strings.Cut(after, end)
	return text + " "
}

func TestExplanation(t *testing.T) {
	got := composition.Compose(t.Context(), []composition.Subgraph{
		{Name: "catalog", File: "catalog.graphql", SDL: link + "type Query { product(id: ID!): Product }\ntype Product @key(fields: \"id\") { id: ID! @external name: String }"},
		{Name: "pricing", File: "pricing.graphql", SDL: link + "type Product @key(fields: \"id\") { id: ID! price: Int }"},
		{Name: "stock", File: "stock.graphql", SDL: link + "type Product @key(fields: \"id\", resolvable: false) { id: ID! amount: Int }"},
	}, composition.Options{})
	var messages []string
	for _, d := range got.Errors {
		if d.Coordinate == "Product.amount" || d.Coordinate == "Product.price" {
			messages = append(messages, d.Message)
		}
	}
	want := []string{
		`no plan can resolve this operation:
{
  product(id: "id") {
    price
  }
}
because
- from subgraph "catalog":
  - it has no field "Product.price".
  - it cannot move to subgraph "pricing" with the key "id" of "Product", which cannot be resolved from there (nothing leads to "Product.id").`,
		`no plan can resolve this operation:
{
  product(id: "id") {
    amount
  }
}
because
- from subgraph "catalog":
  - it has no field "Product.amount".
  - it cannot move to subgraph "pricing" with the key "id" of "Product", which cannot be resolved from there (nothing leads to "Product.id").
  - it cannot move to subgraph "stock", which has field "Product.amount", because no @key of "Product" there is resolvable (they say resolvable: false).`,
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostile holds that input which is made to be expensive ends in time, with
// a coded error or a supergraph.
func TestHostile(t *testing.T) {
	many := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	access := "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@requiresScopes\"])\n"
	tests := []struct {
		name  string
		sdl   string
		codes []string
	}{
		{"nested lists", "type Query { a: " + strings.Repeat("[", 5000) + "Int" + strings.Repeat("]", 5000) + " }", []string{"INVALID_GRAPHQL"}},
		{"nested values", "type Query { a(x: Int = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "): Int }", []string{"INVALID_GRAPHQL"}},
		{"nested field set", link + "type Query { a: A }\ntype A @key(fields: \"" + strings.Repeat("a { ", 5000) + "\") { a: A }", []string{"KEY_INVALID_FIELDS"}},
		{
			"alternatives without end",
			access + "type Query { i: I }\ninterface I { x: Int }\n" + many(40, func(i int) string {
				return fmt.Sprintf("type T%d implements I { x: Int @requiresScopes(scopes: [[\"a%d\"], [\"b%d\"]]) }\n", i, i, i)
			}),
			[]string{"UNSUPPORTED_FEATURE"},
		},
		{"a long chain of inputs", "type Query { a(i: I0): Int }\n" + many(20_000, func(i int) string {
			return fmt.Sprintf("input I%d { i: I%d! = null }\n", i, (i+1)%20_000)
		}), []string{"INVALID_GRAPHQL"}},
		{"many enum values", "type Query { a: E }\nenum E {" + many(50_000, func(i int) string { return fmt.Sprintf(" V%d", i) }) + " }", nil},
		{"a byte order mark", "\uFEFFtype Query { a: Int }", nil},
		{"windows line ends", "type Query {\r\n  a: Int\r\n}\r\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := composition.Compose(t.Context(), []composition.Subgraph{{Name: "a", SDL: tt.sdl}}, composition.Options{})
			if diff := cmp.Diff(tt.codes, codesOf(got.Errors)); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEverywhere holds that an entity in very many subgraphs composes.
func TestEverywhere(t *testing.T) {
	var in []composition.Subgraph
	for i := range 120 {
		in = append(in, composition.Subgraph{Name: fmt.Sprintf("s%d", i), SDL: link + fmt.Sprintf(
			"type Query { q%d: A }\ntype A @key(fields: \"id\") @key(fields: \"k%d\") { id: ID! k%d: ID! r%d: Int @requires(fields: \"k%d\") k%d: ID! @external }",
			i, i, i, i, (i+1)%120, (i+1)%120)})
	}
	for i := range in {
		// Every subgraph resolves its own key field, and requires the next's.
		in[i].SDL = strings.Replace(in[i].SDL, fmt.Sprintf("k%d: ID! r", i), fmt.Sprintf("k%d: ID! @shareable r", i), 1)
	}
	if got := composition.Compose(t.Context(), in, composition.Options{}); !got.OK() {
		t.Errorf("does not compose: %v", got.Errors[0])
	}
}

// stopsAfter is a context that ends when it has been looked at so often.
type stopsAfter struct {
	context.Context
	looks int
}

func (c *stopsAfter) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever a composition is stopped, that is all it says, and soon.
func TestComposeStops(t *testing.T) {
	in := federation(20, 200, 2_000)
	whole := &stopsAfter{t.Context(), math.MaxInt}
	if r := composition.Compose(whole, in, composition.Options{}); !r.OK() {
		t.Fatal(r.Errors)
	}
	looks := math.MaxInt - whole.looks
	if looks < 500 {
		t.Errorf("it was asked %d times only whether to stop", looks)
	}
	for _, n := range []int{0, 1, 10, 25, 100, looks / 2, looks - 1} {
		ctx := &stopsAfter{t.Context(), n}
		r := composition.Compose(ctx, in, composition.Options{})
		if got := codesOf(r.Errors); !slices.Equal(got, []string{composition.CodeCompositionCanceled}) || r.SDL != "" || len(r.Hints) > 0 {
			t.Errorf("stopped after %d looks: %v and %d bytes", n, got, len(r.SDL))
		}
		if ctx.looks < -10 {
			t.Errorf("stopped after %d looks, it looked %d times more", n, -ctx.looks)
		}
	}
}

// What is said of a schema is not much larger than it, however many faults it
// has in one place, and however long that is.
func TestDiagnosticsAreBounded(t *testing.T) {
	var fields, set strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&fields, "x%d: Int ", i)
		fmt.Fprintf(&set, "x%d ", i)
	}
	long := strings.Repeat("x", 100_000)
	for name, sdl := range map[string]string{
		"a fault in each field of a set": fmt.Sprintf("type Query { t: T } type T @key(fields: \"id\") { id: ID! %s y: Int @requires(fields: %q) }", &fields, &set),
		"a long set":                     fmt.Sprintf("type Query { t: T } type T @key(fields: \"id { %s }\") { id: ID! }", &set),
		"a long name":                    fmt.Sprintf("type Query { %s: Int %s: Int }", long, long),
	} {
		t.Run(name, func(t *testing.T) {
			got := composition.Compose(t.Context(), one(sdl), composition.Options{})
			if got.OK() {
				t.Fatal("it composes")
			}
			var text strings.Builder
			if err := composition.WriteText(&text, got.Errors); err != nil {
				t.Fatal(err)
			}
			if most := 5_000 * (1 + len(got.Errors)); text.Len() > most {
				t.Errorf("%d errors are %d bytes", len(got.Errors), text.Len())
			}
			if first := got.Errors[0].Message; !strings.Contains(first, "…") || !utf8.ValidString(first) {
				t.Errorf("%.500s", first)
			}
		})
	}
}
