package mock

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// functions is a Source for tests.
type functions struct {
	entity func(Representation) (any, error)
	field  func(*Call) (any, error)
}

func (f functions) Entity(_ context.Context, r Representation) (any, error) { return f.entity(r) }
func (f functions) Field(_ context.Context, c *Call) (any, error)           { return f.field(c) }

type typedThing struct{ name string }

func (t typedThing) Typename() string { return t.name }

func TestSource(t *testing.T) {
	s := newSubgraph(t, Options{
		SDL: federation2 + `
			type Query { a(x: Int!, e: E = ON, s: String): JSON things: [Thing] bad: Thing list: [Int] err: Int gqlErr: Int wrapped: Int numbers: [Float] ptr: JSON inf: Float }
			type Mutation { m: Int }
			interface Thing { id: ID! }
			type A implements Thing @key(fields: "id") { id: ID! weight: Int @external b: Int @requires(fields: "weight") }
			type B implements Thing { id: ID! }
			enum E { ON OFF }
			scalar JSON`,
		Source: functions{
			entity: func(r Representation) (any, error) {
				switch r.Fields["id"] {
				case "none":
					return nil, nil
				case "error":
					return nil, errors.New("entity error")
				}
				return typedThing{"A"}, nil
			},
			field: func(c *Call) (any, error) {
				switch c.Type + "." + c.Field.Name {
				case "Query.a":
					n, ok := c.IntArg("x")
					missing, none := c.IntArg("y")
					return fmt.Sprintf("%s %v %v %d %v %d %v %s", c.Operation, c.Object, c.Args, n, ok, missing, none, c.StringArg("e")), nil
				case "Query.things":
					return []any{typedThing{"A"}, typedThing{"B"}, map[string]any{"__typename": "B", "id": 5}, typedThing{"Query"}, 7, nil, errors.New("element error")}, nil
				case "Query.bad":
					return map[string]any{"id": "1"}, nil
				case "Query.list":
					return []int{1}, nil
				case "Query.err":
					return nil, errors.New("plain error")
				case "Query.gqlErr":
					return nil, Errorf("SPECIAL", "special %d", 1)
				case "Query.wrapped":
					return nil, fmt.Errorf("while: %w", &gqlerror.Error{Message: "inner"})
				case "Query.numbers":
					return []any{1, int8(2), int16(3), int32(4), int64(5), uint(6), uint8(7), uint16(8), uint32(9), uint64(10), float32(0.1), 1e21, 1e-7, -0.5}, nil
				case "Query.ptr":
					return &struct{}{}, nil
				case "Query.inf":
					zero := 0.0
					return 1 / zero, nil
				case "Mutation.m":
					if c.Operation != ast.Mutation {
						return nil, errors.New("not a mutation")
					}
					return 1, nil
				case "A.id":
					return 1, nil
				case "A.b":
					return c.Required["weight"], nil
				case "B.id":
					return "b", nil
				}
				return nil, fmt.Errorf("unexpected %s.%s", c.Type, c.Field.Name)
			},
		},
	})
	for _, tt := range []exchange{
		{query: `query($s: String) { a(x: 3, s: $s) }`, want: `{"a":"query <nil> map[e:ON x:3] 3 true 0 false ON"}`},
		{query: `mutation { m }`, want: `{"m":1}`},
		{query: `{ things { __typename id } }`, want: `{"things":[{"__typename":"A","id":"1"},{"__typename":"B","id":"b"},{"__typename":"B","id":"5"},null,null,null,null]}
["things",3] an object of type "Query" in a position of type Thing (INVALID_VALUE)
["things",4] an object of type "" in a position of type Thing (INVALID_VALUE)
["things",6] element error (INTERNAL_SERVER_ERROR)`},
		{query: `{ bad { id } list }`, want: `{"bad":null,"list":null}
["bad"] an object of type "" in a position of type Thing (INVALID_VALUE)
["list"] a value that is no list in a position of type [Int] (INVALID_VALUE)`},
		{query: `{ err gqlErr wrapped ptr inf }`, want: `{"err":null,"gqlErr":null,"wrapped":null,"ptr":null,"inf":null}
["err"] plain error (INTERNAL_SERVER_ERROR)
["gqlErr"] special 1 (SPECIAL)
["wrapped"] inner (INTERNAL_SERVER_ERROR)
["ptr"] an object in a position of type JSON (INVALID_VALUE)
["inf"] an object in a position of type Float (INVALID_VALUE)`},
		{query: `{ numbers }`, want: `{"numbers":[1,2,3,4,5,6,7,8,9,10,0.1,1e+21,1e-07,-0.5]}`},
		{query: represent + `{ ... on A { id b } } }`, variables: representations(
			map[string]any{"__typename": "A", "id": "1", "weight": 4}, map[string]any{"__typename": "A", "id": "none"}, map[string]any{"__typename": "A", "id": "error"}),
			want: `{"_entities":[{"id":"1","b":4},null,null]}` + "\n" + `["_entities",2] entity error (INTERNAL_SERVER_ERROR)`},
	} {
		tt.run(t, s)
	}
}

// TestCancelledExecutionStops: a request whose client goes away while it is
// executed does not run to its end.
func TestCancelledExecutionStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	s := newSubgraph(t, Options{SDL: `type Query { items: [Item] } type Item { a: Int }`, Source: functions{field: func(c *Call) (any, error) {
		if c.Field.Name != "items" {
			if calls++; calls == 10 {
				cancel()
			}
			return calls, nil
		}
		list := make([]any, 100_000)
		for i := range list {
			list[i] = i
		}
		return list, nil
	}}})
	_, err := s.RoundTrip(post(t, `{"query": "{ items { a } }"}`).WithContext(ctx))
	if !errors.Is(err, context.Canceled) || calls > 1000 {
		t.Errorf("got error %v after %d calls", err, calls)
	}
}

// TestAnswerTooLarge: a small document can ask for very much.
func TestAnswerTooLarge(t *testing.T) {
	s := newSubgraph(t, Options{
		SDL:       `type Query { q: Query n: Int }`,
		MaxFields: 50_000,
		Source:    functions{field: func(*Call) (any, error) { return typedThing{"Query"}, nil }},
	})
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range 15 {
		fmt.Fprintf(&b, " fragment F%d on Query { a: q { ...F%d } b: q { ...F%d } }", i, i+1, i+1)
	}
	b.WriteString(" fragment F15 on Query { __typename }")
	exchange{query: b.String(), want: "\nthe answer has more than 50000 fields (RESPONSE_TOO_LARGE)"}.run(t, s)
}

func TestDocumentsAreKept(t *testing.T) {
	s := withData(t, `type Query { a: Int }`, `{"Query": {"a": 1}}`)
	for i := range maxDocuments + 10 {
		if got := ask(t, s, fmt.Sprintf("{ x%d: a }", i), nil); got != fmt.Sprintf(`{"data":{"x%d":1}}`, i) {
			t.Fatalf("got %s", got)
		}
	}
	if n := len(s.documents.known); n != 10 {
		t.Errorf("%d documents kept", n)
	}
	first, _ := s.documents.prepare(&Request{Query: "{ a }"})
	second, _ := s.documents.prepare(&Request{Query: "{ a }"})
	if first != second {
		t.Error("the document was prepared twice")
	}
}

// TestConcurrentRequests runs queries and mutations side by side; the race
// detector is what looks on.
func TestConcurrentRequests(t *testing.T) {
	s := withData(t, storeSDL, storeData)
	queries := []string{
		`{ products { id name price reviews { text } } favourites { id name price } }`,
		`mutation { add(name: "x") { id name } }`,
		`mutation { raise(id: "7", by: 1) { price } }`,
		`mutation { a: add(name: "gone") { id } remove(id: "1") { id } }`,
		`mutation { review(product: "7", text: "t") { id product { name } } }`,
		`{ _entities(representations: [{__typename: "Product", id: "7"}, {__typename: "Product", id: "1"}]) { ... on Product { price name } } }`,
	}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			if got := ask(t, s, queries[i%len(queries)], nil); strings.Contains(got, "errors") {
				t.Errorf("%s: %s", queries[i%len(queries)], got)
			}
		})
	}
	wg.Wait()
	exchange{query: `{ product(id: "7") { price } }`, want: `{"product":{"price":30}}`}.run(t, s)
}

// BenchmarkEntities looks up 1,000 of 10,000 entities in one request.
func BenchmarkEntities(b *testing.B) {
	var data strings.Builder
	data.WriteString(`{"Product": [`)
	for i := range 10_000 {
		if i > 0 {
			data.WriteByte(',')
		}
		fmt.Fprintf(&data, `{"id": "%d", "name": "Product %d", "weight": %d}`, i, i, i)
	}
	data.WriteString("]}")
	s := withData(b, `type Product @key(fields: "id") { id: ID! name: String weight: Int }`, data.String())
	var reps []map[string]any
	for i := range 1000 {
		reps = append(reps, map[string]any{"__typename": "Product", "id": fmt.Sprint(i * 7)})
	}
	b.ReportAllocs()
	for b.Loop() {
		ask(b, s, represent+`{ ... on Product { name weight } } }`, representations(reps...))
	}
}

// TestDeepDocument: as deep as the parser allows, and by fragments deeper.
func TestDeepDocument(t *testing.T) {
	s := newSubgraph(t, Options{
		SDL:    `type Query { q: Query }`,
		Source: functions{field: func(*Call) (any, error) { return typedThing{"Query"}, nil }},
	})
	const depth = 900
	got := ask(t, s, strings.Repeat("{ q ", depth)+"{ __typename }"+strings.Repeat("}", depth), nil)
	if want := strings.Repeat(`{"q":`, depth); !strings.Contains(got, want) {
		t.Errorf("got %.200s", got)
	}
	got = ask(t, s, strings.Repeat("{ q ", 100_000), nil)
	if !strings.Contains(got, CodeParseFailed) {
		t.Errorf("got %.200s", got)
	}
	const fragments = 900
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range fragments {
		fmt.Fprintf(&b, " fragment F%d on Query { q { ...F%d } }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { __typename }", fragments)
	got = ask(t, s, b.String(), nil)
	if want := strings.Repeat(`{"q":`, fragments); !strings.Contains(got, want) {
		t.Errorf("got %.200s", got)
	}
}

// TestComplexDocuments: documents that are small and would take the validator
// very long are refused at once.
func TestComplexDocuments(t *testing.T) {
	s := newSubgraph(t, Options{
		SDL:    `type Query { q: Query n: Int }`,
		Source: functions{field: func(*Call) (any, error) { return typedThing{"Query"}, nil }},
	})
	fragments := func(count int, body string) string {
		var b strings.Builder
		for i := range count {
			fmt.Fprintf(&b, " fragment F%d on Query { %s }", i, strings.ReplaceAll(body, "NEXT", fmt.Sprintf("F%d", i+1)))
		}
		return b.String()
	}
	const tooComplex = "\nthe document is too complex (GRAPHQL_VALIDATION_FAILED)"
	for _, tt := range []exchange{
		{name: "one field again and again", query: "{" + strings.Repeat(" n", 40_000) + "}", want: tooComplex},
		{name: "in inline fragments", query: "{" + strings.Repeat(" ... { n }", 10_000) + "}", want: tooComplex},
		{name: "below", query: "{" + strings.Repeat(" q {"+strings.Repeat(" n", 100)+" }", 100) + "}", want: tooComplex},
		{name: "fragments that double", query: "{ ...F0 }" + fragments(30, "a: q { ...NEXT } b: q { ...NEXT }") + " fragment F30 on Query { n }", want: tooComplex},
		{name: "many fragments", query: "{ ...F0 }" + fragments(1001, "n"), want: "\nthe document has more than 1000 fragments (GRAPHQL_VALIDATION_FAILED)"},
		{name: "a cycle", query: "{ ...F0 } fragment F0 on Query { q { ...F1 } } fragment F1 on Query { ... { ...F0 } }",
			want: "\nCannot spread fragment \"F0\" within itself. (GRAPHQL_VALIDATION_FAILED)"},
		{name: "a cycle of one", query: "{ ...F0 } fragment F0 on Query { ...F0 }",
			want: "\nCannot spread fragment \"F0\" within itself. (GRAPHQL_VALIDATION_FAILED)"},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
	wide := "{" + strings.Repeat(" q { __typename }", 500) + "}"
	exchange{query: wide, want: `{"q":{"__typename":"Query"}}`}.run(t, s)
}
