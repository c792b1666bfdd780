package golden

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// newTestWorld is one subgraph with two entities and a fault.
func newTestWorld(t *testing.T, fault Fault) *world {
	t.Helper()
	c := &Case{Subgraphs: []Subgraph{{
		Name: "s",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
			type Query { one: Item }
			type Item @key(fields: "id") { id: ID! name: String far: Int @external near: Int @requires(fields: "far") }`,
		Data: []byte(`{"Item": [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]}`),
	}}}
	if fault != "" {
		c.Config.Faults = map[string]Fault{"s": fault}
	}
	w, err := newWorld(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func entities(t *testing.T, w *world, fields string) (*subgraphs.Response, error) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"query": `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Item { ` + fields + ` } } }`,
		"variables": map[string]any{"representations": []any{
			map[string]any{"__typename": "Item", "id": "1"},
			map[string]any{"__typename": "Item", "id": "2"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.Fetch(context.Background(), &subgraphs.Request{Subgraph: "s", Body: body})
}

func TestFaults(t *testing.T) {
	tests := []struct {
		fault  Fault
		status int
		body   string
	}{
		{"", 200, `{"data":{"_entities":[{"name":"a"},{"name":"b"}]}}`},
		{FaultStatus, 503, `upstream connect error`},
		{FaultHTML, 200, `<!doctype html><title>Sign in</title>`},
		{FaultTruncated, 200, `{"data":{"_entities":[{"n`},
		{FaultNotGraphQL, 200, `{"hello": "world"}`},
		{FaultErrorWithoutData, 200, `{"errors": [{"message": "the database is away"}]}`},
		{FaultErrorStatus, 500, `{"errors": [{"message": "the database is away", "extensions": {"code": "DB_AWAY"}}]}`},
		{FaultNullData, 200, `{"data": null, "errors": [{"message": "the database is away"}]}`},
		{FaultErrorWithoutPath, 200, `{"errors": [{"message": "half of the replicas are away"}], "data":{"_entities":[{"name":"a"},{"name":"b"}]}}`},
		{FaultShortEntities, 200, `{"data":{"_entities":[{"name":"a"}]}}`},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault), func(t *testing.T) {
			got, err := entities(t, newTestWorld(t, tt.fault), "name")
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != tt.status || string(got.Body) != tt.body {
				t.Errorf("got %d %s, want %d %s", got.Status, got.Body, tt.status, tt.body)
			}
		})
	}
	for fault, kind := range map[Fault]subgraphs.Kind{FaultDown: subgraphs.Connect, FaultTimeout: subgraphs.Timeout} {
		_, err := entities(t, newTestWorld(t, fault), "name")
		var failed *subgraphs.Error
		if !errors.As(err, &failed) || failed.Kind != kind {
			t.Errorf("%s: got %v, want the kind %s", fault, err, kind)
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct{ fields, want string }{
		{"name", ""},
		{"nope", "GRAPHQL_VALIDATION_FAILED"},
		{"far", "EXTERNAL_FIELD"},
		{"near", "REQUIRES_MISSING"},
	}
	for _, tt := range tests {
		w := newTestWorld(t, "")
		if _, err := entities(t, w, tt.fields); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(w.refusals(), "\n")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want …%s…", tt.fields, got, tt.want)
		}
	}
}
