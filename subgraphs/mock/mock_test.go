package mock

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// federation2 begins SDLs of tests.
const federation2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [
	"@key", "@external", "@requires", "@provides", "@shareable", "@interfaceObject", "@extends", "@override"])
`

func newSubgraph(t testing.TB, o Options) *Subgraph {
	t.Helper()
	if o.Name == "" {
		o.Name = "test"
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withData is a subgraph of federation 2 with a data file.
func withData(t testing.TB, sdl, data string) *Subgraph {
	t.Helper()
	return newSubgraph(t, Options{SDL: federation2 + sdl, Data: []byte(data)})
}

func post(t testing.TB, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://subgraph/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// ask returns the body of the answer to a query.
func ask(t testing.TB, s *Subgraph, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return do(t, s, post(t, string(body)))
}

func do(t testing.TB, s *Subgraph, req *http.Request) string {
	t.Helper()
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// An exchange is a query and the answer it must have. In want, {"message",
// path, code} of errors stand without their locations.
type exchange struct {
	name, query string
	variables   map[string]any
	want        string
}

func (e exchange) run(t *testing.T, s *Subgraph) {
	t.Helper()
	got := withoutLocations(t, ask(t, s, e.query, e.variables))
	if diff := cmp.Diff(e.want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", e.query, diff)
	}
}

// withoutLocations writes an answer with the data as it is and each error as
// {"path": [...], "message": …, "code": …}.
func withoutLocations(t testing.TB, answer string) string {
	t.Helper()
	var parsed struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Path       []any
			Extensions map[string]any
		}
	}
	if err := json.Unmarshal([]byte(answer), &parsed); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	var b strings.Builder
	if parsed.Data != nil {
		b.Write(parsed.Data)
	}
	for _, e := range parsed.Errors {
		path, err := json.Marshal(e.Path)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
		if e.Path != nil {
			b.Write(path)
			b.WriteString(" ")
		}
		b.WriteString(e.Message)
		if code, ok := e.Extensions["code"].(string); ok {
			b.WriteString(" (" + code + ")")
		}
	}
	return b.String()
}

func TestNewErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no name", Options{SDL: "type Query { a: Int }"}, "mock subgraph: no name"},
		{"fail rate", Options{Name: "a", FailRate: 1.5}, "mock subgraph a: a fail rate of 1.5 is not between 0 and 1"},
		{"latency", Options{Name: "a", Latency: -1}, "mock subgraph a: a latency of -1ns is negative"},
		{"syntax", Options{Name: "a", SDL: "type Query {"}, "mock subgraph a: schema: a:1:13: Expected Name, found <EOF>"},
		{"unknown type", Options{Name: "a", SDL: "type Query {\n a: B }"}, "mock subgraph a: schema: a:2:5: Undefined type B."},
		{"key", Options{Name: "a", SDL: "type A @key(fields: \"id\") {\n b: Int }"},
			`mock subgraph a: schema: a:1:9: @key(fields: "id") on A: A has no field id`},
		{"key without a selection", Options{Name: "a", SDL: "type A @key(fields: \"b\") { b: B } type B { c: Int }"},
			`mock subgraph a: schema: a:1:9: @key(fields: "b") on A: A.b lacks a selection`},
		{"key with too much", Options{Name: "a", SDL: "type A @key(fields: \"b { c }\") { b: Int }"},
			`mock subgraph a: schema: a:1:9: @key(fields: "b { c }") on A: A.b cannot have a selection`},
		{"key that is none", Options{Name: "a", SDL: "type A @key(fields: \"b }\") { b: Int }"},
			`mock subgraph a: schema: a:1:9: @key(fields: "b }") on A: not a field set: field set:1:5: Unexpected }`},
		{"key without fields", Options{Name: "a", SDL: "type A @key { b: Int }"},
			`mock subgraph a: schema: a:1:9: @key on A lacks the argument fields`},
		{"alias", Options{Name: "a", SDL: "type A @key(fields: \"x: b\") { b: Int }"},
			`mock subgraph a: schema: a:1:9: @key(fields: "x: b") on A: A.b has an alias`},
		{"requires", Options{Name: "a", SDL: "type A @key(fields: \"b\") { b: Int c: Int @requires(fields: \"d\") }"},
			`mock subgraph a: schema: a:1:43: @requires(fields: "d") on A: A has no field d`},
		{"provides", Options{Name: "a", SDL: "type A @key(fields: \"b\") { b: Int c: A @provides(fields: \"d\") }"},
			`mock subgraph a: schema: a:1:41: @provides(fields: "d") on A: A has no field d`},
		{"source and data", Options{Name: "a", SDL: "type Query { a: Int }", Source: &generator{}, Data: []byte("{}")},
			"mock subgraph a: a source excludes data and generated values"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.o)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
