package sources_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func environment(name string) (string, bool) {
	v, ok := map[string]string{"TOKEN": "secret", "HOST": "reviews"}[name]
	return v, ok
}

func TestParseConfig(t *testing.T) {
	got, err := sources.ParseConfig("supergraph.yaml", []byte(`
federation_version: =2.9.0
subgraphs:
  products:
    routing_url: http://products/graphql
    schema:
      file: ./products.graphql
  reviews:
    schema:
      subgraph_url: http://${env.HOST}/graphql
      introspection_headers:
        Authorization: Bearer ${env.TOKEN}
        X-Other: ${env.MISSING:-none}
  stock:
    routing_url: http://stock
    schema:
      sdl: |
        type Query { amount: Int }
  live: {routing_url: "http://live", schema: {introspect: "https://live/graphql"}}
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	want := &sources.Config{FederationVersion: "=2.9.0", Sources: []sources.Source{
		{Name: "products", URL: "http://products/graphql", File: "./products.graphql"},
		{Name: "reviews", URL: "http://reviews/graphql", Endpoint: "http://reviews/graphql", Headers: map[string]string{"Authorization": "Bearer secret", "X-Other": "none"}},
		{Name: "stock", URL: "http://stock", SDL: "type Query { amount: Int }\n"},
		{Name: "live", URL: "http://live", Endpoint: "https://live/graphql"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseConfigProblems(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"empty", "", `s.yaml:1:1: there must be one YAML document with the key "subgraphs"`},
		{"no subgraphs", "federation_version: 2", `s.yaml:1:19: the key "subgraphs" is missing`},
		{"not a mapping", "subgraphs: 3", `s.yaml:1:12: "subgraphs" must be a mapping` + "\n" + `s.yaml:1:1: "subgraphs" is empty`},
		{"unknown key", "subgraph: {}\nsubgraphs: {a: {schema: {sdl: x}}}", `s.yaml:1:1: unknown key "subgraph": the configuration has "federation_version" and "subgraphs"`},
		{"federation 1", "federation_version: 1\nsubgraphs: {a: {schema: {sdl: x}}}", `s.yaml:1:21: federation_version 1 is not supported: use 2, under which federation 1 subgraphs compose as well`},
		{"unknown version", "federation_version: =2.99.0\nsubgraphs: {a: {schema: {sdl: x}}}", `s.yaml:1:21: federation_version =2.99.0 is not known: the newest known is 2.14`},
		{"no version", "federation_version: new\nsubgraphs: {a: {schema: {sdl: x}}}", `s.yaml:1:21: federation_version "new" is not a version such as 2 or =2.9.0`},
		{
			"several at once", "subgraphs:\n  a:\n    routing: x\n  b:\n    schema: {}\n  c:\n    schema: {file: x, sdl: y, other: z}\n  d:\n    schema: {subgraph_url: d, introspection_headers: {}}\n  e:\n    schema: {file: x, introspection_headers: {A: b}}\n  f:\n    schema: {graphref: a@b, subgraph: c}\n",
			`s.yaml:3:5: unknown key "routing": subgraph "a" has "routing_url" and "schema"
s.yaml:2:3: subgraph "a" has no "schema"
s.yaml:5:5: subgraph "b" says nothing of where its schema is: "file", "subgraph_url" or "sdl"
s.yaml:7:31: unknown key "other": a schema has "file", "subgraph_url" or "sdl"
s.yaml:7:5: subgraph "c" has its schema from several places: file, sdl
s.yaml:9:28: "subgraph_url" of subgraph "d" is not an http or https URL: "d"
s.yaml:11:5: subgraph "e" has "introspection_headers" without "subgraph_url"
s.yaml:13:14: "graphref": schemas from a registry are not supported
s.yaml:13:29: "subgraph": schemas from a registry are not supported`,
		},
		{"too deep", "subgraphs: " + strings.Repeat("[", 1000), `s.yaml:1:76: values are nested deeper than 64 levels`},
		{"variable", "subgraphs: {a: {routing_url: '${env.NOPE}', schema: {sdl: x}}}", `s.yaml:1:30: the environment variable NOPE is not set`},
		{"alias", "subgraphs: {a: &x {schema: {sdl: x}}, b: *x}", `s.yaml:1:16: subgraph "a" must be a mapping`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sources.ParseConfig("s.yaml", []byte(tt.yaml), environment)
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error()
			if tt.name == "alias" {
				got, _, _ = strings.Cut(got, "\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "_service") || r.Header.Get("X-Key") != "k" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": "type Query { live: Int }"}}})
	}))
	defer server.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.graphql"), []byte("type Query { a: Int }"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "supergraph.yaml")
	yaml := fmt.Sprintf("subgraphs:\n  a: {routing_url: 'http://a', schema: {file: a.graphql}}\n  live: {schema: {subgraph_url: %q, introspection_headers: {X-Key: k}}}\n", server.URL)
	if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := sources.LoadConfig(config, environment)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sources.Load(t.Context(), server.Client(), c.Sources)
	if err != nil {
		t.Fatal(err)
	}
	want := []composition.Subgraph{
		{Name: "a", URL: "http://a", SDL: "type Query { a: Int }", File: filepath.Join(dir, "a.graphql")},
		{Name: "live", URL: server.URL, SDL: "type Query { live: Int }", File: server.URL},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := composition.Compose(t.Context(), got, composition.Options{}); !r.OK() {
		t.Errorf("does not compose: %v", r.Errors)
	}
}

func TestLoadFailures(t *testing.T) {
	answer := func(status int, body string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s
	}
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		// The server notices that a client is gone once it has read the body.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(hanging.Close)
	tests := []struct {
		name, endpoint, want string
	}{
		{"html", answer(502, "<html>").URL, "answered with status 502 and no GraphQL response"},
		{"errors", answer(200, `{"errors": [{"message": "not allowed"}]}`).URL, "answered _service { sdl } with status 200 and error: not allowed"},
		{"null", answer(200, `{"data": {"_service": null}}`).URL, "and no SDL"},
		{"deadline", hanging.URL, "context deadline exceeded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			_, err := sources.Load(ctx, client, []sources.Source{{Name: "s", Endpoint: tt.endpoint}})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), `subgraph "s": `) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	_, err := sources.Load(t.Context(), http.DefaultClient, []sources.Source{{Name: "x", File: "missing-1"}, {Name: "y", File: "missing-2"}})
	if err == nil || !strings.Contains(err.Error(), "missing-1") || !strings.Contains(err.Error(), "missing-2") {
		t.Errorf("both failures should be told: %v", err)
	}
}

func TestParseFlag(t *testing.T) {
	tests := []struct {
		text string
		want sources.Source
		ok   bool
	}{
		{"a=a.graphql", sources.Source{Name: "a", File: "a.graphql"}, true},
		{"a=a.graphql@http://a/graphql", sources.Source{Name: "a", File: "a.graphql", URL: "http://a/graphql"}, true},
		{"a=dir@2/a.graphql@https://u@a", sources.Source{Name: "a", File: "dir@2/a.graphql@https://u@a"}, true},
		{"a=http://a/graphql", sources.Source{Name: "a", Endpoint: "http://a/graphql", URL: "http://a/graphql"}, true},
		{"a", sources.Source{}, false},
		{"=x", sources.Source{}, false},
		{"a=", sources.Source{}, false},
		{"a=@http://a", sources.Source{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := sources.ParseFlag(tt.text)
			if (err == nil) != tt.ok {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add("federation_version: 2\nsubgraphs:\n  a: {routing_url: x, schema: {file: y}}\n")
	f.Add("subgraphs: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := sources.ParseConfig("s.yaml", []byte(text), environment)
		if (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
	})
}
