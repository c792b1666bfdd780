package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const minimal = `What it is about.
-- subgraphs/b.graphql --
type Query { b: Int }
-- subgraphs/a.graphql --
type Query { a: Int }
-- data/b.json --
{}
-- query.graphql --
{ a b }
-- supergraph.graphql --
schema { query: Query }
`

func TestParse(t *testing.T) {
	c, err := parse("minimal", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("What it is about.", c.Description); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
	want := []Subgraph{
		{Name: "a", SDL: "type Query { a: Int }\n"},
		{Name: "b", SDL: "type Query { b: Int }\n", Data: []byte("{}\n")},
	}
	if diff := cmp.Diff(want, c.Subgraphs); diff != "" {
		t.Errorf("subgraphs (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no description", "What it is about.\n", "", "there is no description"},
		{"unknown file", "query.graphql", "qwery.graphql", "there is no use for qwery.graphql"},
		{"a file twice", "subgraphs/b", "subgraphs/a", "subgraphs/a.graphql is there twice"},
		{"data of nobody", "data/b", "data/c", "data/c.json has no subgraph"},
		{"no query", "-- query.graphql --\n{ a b }\n", "", "query.graphql is missing"},
		{"no supergraph", "-- supergraph.graphql --\nschema { query: Query }\n", "", "supergraph.graphql is missing"},
		{"unknown knob", "-- query", "-- config.yaml --\nknob: 1\n-- query", "config.yaml: "},
		{"unknown mode", "-- query", "-- config.yaml --\non_error: stop\n-- query", `on_error is "stop"`},
		{"fault of nobody", "-- query", "-- config.yaml --\nfaults: {c: down}\n-- query", `there is no subgraph "c"`},
		{"unknown fault", "-- query", "-- config.yaml --\nfaults: {a: sulky}\n-- query", `there is no fault "sulky"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(minimal, tt.old, tt.new, 1)
			_, err := parse("case", []byte(text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want …%s…", err, tt.want)
			}
		})
	}
}

func TestWritePutsWantedFilesBeforeTheSupergraph(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.txtar")
	if err := os.WriteFile(path, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, plan := range []string{"one\n", "two\n"} { // the second time in place
		if err := c.write([]byte("{}\n"), []byte(plan)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(minimal, "-- supergraph", "-- want/response.json --\n{}\n-- want/plan --\ntwo\n-- supergraph", 1)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormatResponse(t *testing.T) {
	tests := []struct{ name, response, old, want string }{
		{"keeps the data as written", `{"data":{"a":[1,2.0]},"errors":[{"message":"x"},{"message":"y"}]}`, `{"data": {"a": [1, 2.0]}}`,
			"{\"data\": {\"a\": [1, 2.0]},\n \"errors\": [\n  {\"message\":\"x\"},\n  {\"message\":\"y\"}]}\n"},
		{"replaces other data", `{"data":{"a":1}}`, `{"data": {"a": 1.0}}`, "{\"data\": {\"a\":1}}\n"},
		{"no data", `{"errors":[]}`, ``, "{\"errors\": []}\n"},
		{"null data", `{"data":null,"extensions":{"x":1}}`, `nonsense`, "{\"data\": null,\n \"extensions\": {\"x\":1}}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := formatResponse([]byte(tt.response), []byte(tt.old))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !isSame(got, []byte(tt.response)) {
				t.Errorf("%s is not the same as %s", got, tt.response)
			}
		})
	}
}

func TestIsSame(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`{"a": 1}`, "{\n\"a\":1}\n", true},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, false},
		{`1.0`, `1`, false},
		{`"\u0041"`, `"A"`, false},
		{``, ``, false},
	}
	for _, tt := range tests {
		if got := isSame([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("isSame(%s, %s) = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}
