package config

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func reference(t *testing.T) (r *Reference, text []byte) {
	t.Helper()
	text, err := os.ReadFile("../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err = NewReference(text)
	if err != nil {
		t.Fatal(err)
	}
	return r, text
}

// A key that nobody describes fails in reference; one that was added or
// changed since the files were written fails here.
func TestReferenceIsFresh(t *testing.T) {
	r, _ := reference(t)
	for name, want := range map[string][]byte{
		"schema.json":              r.Schema(),
		"../docs/configuration.md": r.Markdown(),
	} {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is stale: run go generate ./config (-want +got):\n%s", name, diff)
		}
	}
	if !bytes.Equal(Schema(), r.Schema()) {
		t.Error("Schema is not what the reference makes")
	}
}

// config.yaml shows every key, those of lists in its comments.
func TestReferenceNamesEveryKey(t *testing.T) {
	r, text := reference(t)
	var walk func(k *key)
	walk = func(k *key) {
		if k.text != "" && !regexp.MustCompile(`\b`+regexp.QuoteMeta(k.name)+`:`).Match(text) {
			t.Errorf("config.yaml does not show %s", k.path)
		}
		for i := range k.keys {
			walk(&k.keys[i])
		}
		if k.each != nil {
			walk(k.each)
		}
	}
	walk(&r.root)
}

func TestReferenceWantsDescriptions(t *testing.T) {
	_, err := NewReference([]byte("# Words.\ndev: false\n\n# Default: /graphql.\npath: /graphql\n"))
	if err == nil || strings.Contains(err.Error(), " dev,") || !strings.Contains(err.Error(), " path,") || !strings.Contains(err.Error(), "limits.depth") {
		t.Errorf("got %v", err)
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("weft.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("weft.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// accepts tells whether the schema takes a YAML document.
func accepts(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(instance)
}

// What the schema says of keys and types is what decoding says of them.
func TestSchemaAgreesWithParse(t *testing.T) {
	s := compiledSchema(t)
	documents := map[string]bool{}
	for _, values := range []struct {
		key   string
		right []string
		wrong []string
	}{
		{"dev", []string{"true", "${TRUE}", "", "null"}, []string{"1", "yes", "[true]", `"true"`}},
		{"limits: {depth", []string{"3", `"${NUMBER:-7}"`, "null"}, []string{`"3"`, "1.5", "many", "{}"}},
		{"deadline", []string{"1m30s", "300ms", "1.5s", "${DURATION}", ""}, []string{"30", "fast", "1 s", "-1s", "true", "[1s]", "s", "1d"}},
		{"caches: {plans", []string{"500", "64KiB", "2MB", `"1 GB"`, `"${NUMBER:-7}"`, "1.5MiB"}, []string{"1.5", "2 parsecs", "-1", "2mb", "{}"}},
		{"path", []string{"/x", "${NONE:-/x}"}, []string{"[/x]", "{}"}},
		{"on_error", []string{"partial", "fail_fast", "${NONE:-partial}", "null"}, []string{"Partial", "1", "[partial]"}},
		{"log: {level", []string{"debug", "error"}, []string{"loud", "{}"}},
		{"errors: {all: {extensions", []string{"keep", "drop", "[code, 5]", "[]", "null"}, []string{"some", "{}", "true"}},
		{"errors: {subgraphs", []string{"{}", "null", "{a: {message: keep}}", "{a: }"}, []string{"[]", "none", "{a: keep}", "{a: {msg: keep}}"}},
		{"csrf: {required_headers", []string{"[x-a]", `["${NONE:-x-a}"]`}, []string{"x-a", "[[x-a]]", "{}"}},
		{"subgraphs", []string{"{a: {url: 'http://a', timeout: 1s, deduplicate_query: true}}"}, []string{"{a: {uri: 'http://a'}}", "{a: 5}", "[a]"}},
		{"headers: {all: {request", []string{"[]", "null", "[{propagate: {named: a}}]", "[{insert: {name: a, value: 5}}]"}, []string{"{}", "[{propagat: {named: a}}]", "[{propagate: a}]", "[{insert: {name: a, value: []}}]", "[null]"}},
		{"override_labels", []string{"{}", "{next: true}", "{next: '${TRUE}'}"}, []string{"[next]", "{next: 1}"}},
		{"limits: {measure", []string{"[height]", "[]"}, []string{"height", "[token]", "[{}]"}},
		{"supergraph: {subgraphs", []string{"{}", "{a: {schema: {file: x}}}", "{a: {schema: {url: 'http://a', headers: {x-key: 5}}, on_missing: skip}}"}, []string{"[a]", "{a: {schema: x}}", "{a: {schema: {file: x}, on_missing: wait}}", "{a: {schema: {url: 'http://a', headers: [x]}}}"}},
		{"Path", nil, []string{"/x"}},
		{"limits: {deep", nil, []string{"3"}},
	} {
		document := func(value string) string {
			return values.key + ": " + value + strings.Repeat("}", strings.Count(values.key, "{")) + "\n"
		}
		for _, v := range values.right {
			documents[document(v)] = true
		}
		for _, v := range values.wrong {
			documents[document(v)] = false
		}
	}
	for text, want := range documents {
		_, problems := Parse("c.yaml", []byte(text), testOptions)
		wrong := accepts(t, s, text)
		if (problems == nil) != want || (wrong == nil) != want {
			t.Errorf("%q: want accepted %v\nParse: %v\nschema: %v", text, want, problems, wrong)
		}
	}
}

func TestSchemaOfFiles(t *testing.T) {
	s := compiledSchema(t)
	for file, want := range map[string]bool{
		"../config.yaml":                  true,
		"testdata/types.bad.yaml":         false,
		"testdata/unknown_key.bad.yaml":   false,
		"testdata/not_a_mapping.bad.yaml": false,
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := accepts(t, s, string(data)); (wrong == nil) != want {
			t.Errorf("%s: want accepted %v, and the schema says %v", file, want, wrong)
		}
	}
}
