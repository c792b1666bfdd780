package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the messages in testdata")

func testEnv(name string) (string, bool) {
	v, ok := map[string]string{
		"PORT":         "4321",
		"EMPTY":        "",
		"TRUE":         "true",
		"DURATION":     "7s",
		"DIGITS":       "0123",
		"TOKEN":        "sesame",
		"SECRET_URL":   "gopher://sesame",
		"SECRET_LINES": "sesame\r\nX-Admin: 1",
		"INJECTION":    "x\ndev: true",
	}[name]
	return v, ok
}

var testOptions = Options{Env: testEnv}

// Every testdata/*.bad.yaml ends in comments "# want " with what is said
// about it.
func TestBad(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.bad.yaml")
	if len(files) == 0 {
		t.Fatal("no cases")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			body, _, _ := strings.Cut(string(data), "\n# want ")
			body = strings.TrimSuffix(body, "\n") + "\n"
			_, err = Parse("c.yaml", []byte(body), testOptions)
			if err == nil {
				t.Fatal("nothing is said about it")
			}
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error is a %T, want Problems", err)
			}
			if strings.Contains(err.Error(), "sesame") {
				t.Errorf("a secret shows in %s", err)
			}
			got := body
			for _, line := range strings.Split(err.Error(), "\n") {
				got += "# want " + line + "\n"
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(data), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse("dir/c.yaml", []byte(text), testOptions)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmptyFileIsDefault(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "{}", "log:\nheaders:\n"} {
		if diff := cmp.Diff(Default(false), parse(t, text), cmpopts.IgnoreUnexported(Config{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestDefaultIsValid(t *testing.T) {
	for _, dev := range []bool{false, true} {
		if err := Default(dev).Validate(); err != nil {
			t.Errorf("dev %v: %v", dev, err)
		}
	}
}

// What a subgraph says of itself is joined with what is said of all.
func TestTrafficOfOneSubgraph(t *testing.T) {
	c := parse(t, `
all_subgraphs:
  retry: {enabled: true, attempts: 4}
  circuit_breaker: {statuses: [503]}
subgraphs:
  a:
    urls: ["http://a1/", "http://a2/"]
    retry: {enabled: false, backoff: 1ms, statuses: []}
    hedge: {enabled: true, after: 10ms}
    circuit_breaker: {enabled: true, probes: 7}
`)
	got := c.TrafficOf("a").Resilience
	want := defaultResilience()
	want.Retry.Attempts, want.Retry.Backoff, want.Retry.Statuses = 4, Duration(time.Millisecond), []int{}
	want.Hedge.Enabled, want.Hedge.After = new(true), Duration(10*time.Millisecond)
	want.CircuitBreaker.Enabled, want.CircuitBreaker.Probes, want.CircuitBreaker.Statuses = new(true), 7, []int{503}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("of a (-want +got):\n%s", diff)
	}
	want = defaultResilience()
	want.Retry.Enabled, want.Retry.Attempts, want.CircuitBreaker.Statuses = new(true), 4, []int{503}
	if diff := cmp.Diff(want, c.TrafficOf("b").Resilience); diff != "" {
		t.Errorf("of another (-want +got):\n%s", diff)
	}
}

func TestDev(t *testing.T) {
	c := parse(t, "dev: true\nexplain: false\n")
	if !c.Introspection || !c.GraphiQL.Enabled || c.Errors.All.Message != KeepMessage {
		t.Errorf("dev has not switched on what is for development: %+v", c)
	}
	if c.Explain {
		t.Error("what the file says must win over dev")
	}
	c, err := Parse("c.yaml", []byte("explain: false\n"), Options{Dev: true})
	if err != nil || !c.Dev || !c.Introspection || !c.Explain {
		t.Errorf("Options.Dev must win over the file: %v %+v", err, c)
	}
	if c := parse(t, "dev: ${TRUE}"); !c.Introspection {
		t.Error("dev by a variable has no effect")
	}
}

func TestValues(t *testing.T) {
	c := parse(t, `
listen: 0.0.0.0:${PORT}
path: /api/graphql
supergraph: {file: schema/super.graphql}
deadline: 1m30s
all_subgraphs: {timeout: 500ms, max_response_bytes: 2MB}
subgraphs:
  plain: {transport: net_http, deduplicate_query: false, reuse_entities: true, max_entities_per_request: 200}
  accounts: &common
    url: http://${HOST:-127.0.0.1}:4001/graphql
    timeout: ${DURATION}
  reviews:
    <<: *common
    url: http://reviews
  "9": {max_response_bytes: 64KiB}
override_labels: {next: true, percent(2.5): "${TRUE}", percent(10): false}
on_error: fail_fast
introspection: ${TRUE}
graphiql: {enabled: '${TRUE}', path: /graphql}
limits: {depth: "${DEPTH:-12}", request_bytes: 500, measure: [depth, "${LIMIT:-aliases}"]}
headers:
  all:
    request:
      - propagate: {named: authorization}
      - propagate: {matching: "x-.*"}
      - insert: {name: x-key, value: "${DIGITS}"}
      - insert: {name: x-number, value: 5}
      - remove: {named: x-internal}
  subgraphs:
    accounts:
      request: [propagate: {named: tenant, rename: x-tenant, default: none}]
      response:
        - propagate: {named: x-trace, algorithm: last}
        - propagate: {named: cache-control, default: max-age=60}
        - remove: {matching: "x-internal.*"}
errors:
  all: {extensions: drop}
  subgraphs:
    accounts: {message: keep, extensions: [code, reason]}
    reviews: {extensions: keep}
  log: {subgraphs: {accounts: {message: mask, extensions: [code]}}}
log: {level: debug, format: json, access: false, request_headers: [x-tenant]}
apq: {enabled: false}
persisted_queries:
  enabled: true
  local_manifests: [ops.json, /etc/ops.json]
  hot_reload: false
  log_unknown: true
  safelist: {enabled: true, require_id: true}
clients: {name_headers: [x-client]}
`)
	want := Default(false)
	want.Listen = "0.0.0.0:4321"
	want.Path = "/api/graphql"
	want.Supergraph.File = "dir/schema/super.graphql"
	want.Deadline = Duration(90 * time.Second)
	want.AllSubgraphs.Timeout = Duration(500 * time.Millisecond)
	want.AllSubgraphs.MaxResponseBytes = 2_000_000
	want.Subgraphs = map[string]Subgraph{
		"accounts": {URL: "http://127.0.0.1:4001/graphql", Traffic: Traffic{Timeout: Duration(7 * time.Second)}},
		"reviews":  {URL: "http://reviews", Traffic: Traffic{Timeout: Duration(7 * time.Second)}},
		"9":        {Traffic: Traffic{MaxResponseBytes: 64 << 10}},
		"plain":    {Traffic: Traffic{Transport: NetHTTP, DeduplicateQuery: new(false), ReuseEntities: new(true), MaxEntities: 200}},
	}
	want.OverrideLabels = map[string]bool{"next": true, "percent(2.5)": true, "percent(10)": false}
	want.OnError = FailFast
	want.Introspection = true
	want.GraphiQL = GraphiQL{Enabled: true, Path: "/graphql"}
	want.Limits.Depth = 12
	want.Limits.RequestBytes = 500
	want.Limits.Measure = []MeasuredLimit{MeasureDepth, MeasureAliases}
	want.Headers = Headers{
		All: HeaderRules{Request: []RequestRule{
			{Propagate: &Propagate{Named: "authorization"}},
			{Propagate: &Propagate{Matching: "x-.*"}},
			{Insert: &Insert{Name: "x-key", Value: "0123"}},
			{Insert: &Insert{Name: "x-number", Value: "5"}},
			{Remove: &Remove{Named: "x-internal"}},
		}},
		Subgraphs: map[string]HeaderRules{"accounts": {Request: []RequestRule{
			{Propagate: &Propagate{Named: "tenant", Rename: "x-tenant", Default: "none"}},
		}, Response: []ResponseRule{
			{Propagate: &PropagateBack{Named: "x-trace", Algorithm: LastValue}},
			{Propagate: &PropagateBack{Named: "cache-control", Default: "max-age=60"}},
			{Remove: &Remove{Matching: "x-internal.*"}},
		}}},
	}
	want.Errors.All.Extensions = ExtensionPolicy{Keys: []string{}}
	want.Errors.Subgraphs = map[string]Exposure{
		"accounts": {Message: KeepMessage, Extensions: ExtensionPolicy{Keys: []string{"code", "reason"}}},
		"reviews":  {Extensions: ExtensionPolicy{All: true}},
	}
	want.Errors.Log.Subgraphs = map[string]Exposure{"accounts": {Message: MaskMessage, Extensions: ExtensionPolicy{Keys: []string{"code"}}}}
	want.Log = Log{Level: "debug", Format: "json", RequestHeaders: []string{"x-tenant"}, Redact: defaultRedact()}
	want.APQ.Enabled = false
	want.PersistedQueries = PersistedQueries{
		Enabled: true, LocalManifests: []string{"dir/ops.json", "/etc/ops.json"}, LogUnknown: true,
		Safelist: Safelist{Enabled: true, RequireID: true},
	}
	want.Clients.NameHeaders = []string{"x-client"}
	if diff := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}

	wantTraffic := want.AllSubgraphs
	wantTraffic.MaxResponseBytes = 64 << 10
	if diff := cmp.Diff(wantTraffic, c.TrafficOf("9")); diff != "" {
		t.Errorf("traffic of 9 (-want +got):\n%s", diff)
	}
	wantTraffic = want.AllSubgraphs
	wantTraffic.Transport, wantTraffic.DeduplicateQuery = NetHTTP, new(false)
	wantTraffic.ReuseEntities, wantTraffic.MaxEntities = new(true), 200
	if diff := cmp.Diff(wantTraffic, c.TrafficOf("plain")); diff != "" {
		t.Errorf("traffic of plain (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Exposure{MaskMessage, ExtensionPolicy{All: true}}, c.ExposureOf("reviews")); diff != "" {
		t.Errorf("exposure of reviews (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Exposure{MaskMessage, ExtensionPolicy{Keys: []string{}}}, c.ExposureOf("9")); diff != "" {
		t.Errorf("exposure of 9 (-want +got):\n%s", diff)
	}
}

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("s3cret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := expander{env: testEnv, dir: dir}
	tests := []struct{ text, want, wantErr string }{
		{"plain", "plain", ""},
		{"${PORT}", "4321", ""},
		{"${env.PORT}", "4321", ""},
		{"a${PORT}b${PORT}c", "a4321b4321c", ""},
		{"${NOT_SET:-x y}", "x y", ""},
		{"${EMPTY:-x}", "x", ""},
		{"[${EMPTY}]", "[]", ""},
		{"${NOT_SET:-}", "", ""},
		{"${NOT_SET:-${PORT}}", "4321", ""},
		{"${NOT_SET:-http://${HOST:-h}:1/}", "http://h:1/", ""},
		{"$${PORT}", "${PORT}", ""},
		{"$${${PORT}", "${4321", ""},
		{"$PORT {PORT}", "$PORT {PORT}", ""},
		{"${file:token}", "s3cret", ""},
		{"${file." + dir + "/token}", "s3cret", ""},
		{"Bearer ${file:token}", "Bearer s3cret", ""},
		{"${file:none:-d}", "d", ""},
		{"${INJECTION}", "x\ndev: true", ""},
		{"${file:none}", "", "the file none cannot be read: no such file or directory"},
		{"${file:}", "", "${file:} names no file"},
		{"${NOT_SET}", "", "the environment variable NOT_SET is not set; set it or give a default, ${NOT_SET:-default}"},
		{"${PORT", "", "a ${ is not closed; write $${ for the characters themselves"},
		{"${1A}", "", `"1A" is not the name of a variable; write ${NAME}, ${NAME:-default} or ${file:PATH}`},
		{strings.Repeat("${X:-", 100) + strings.Repeat("}", 100), "", "references are nested too deep"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, _, err := e.expand(tt.text, 0)
			gotErr := ""
			if err != nil {
				gotErr = err.Error()
			}
			if got != tt.want || gotErr != tt.wantErr {
				t.Errorf("got %q, error %q; want %q, error %q", got, gotErr, tt.want, tt.wantErr)
			}
		})
	}
}

// What a variable holds is a value, whatever it looks like.
func TestExpansionCannotAddKeys(t *testing.T) {
	c := parse(t, "supergraph: {file: \"${INJECTION}\"}\n")
	if c.Dev || c.Supergraph.File != "dir/x\ndev: true" {
		t.Errorf("file %q, dev %v", c.Supergraph.File, c.Dev)
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"0": 0, "500": 500, "1KB": 1000, "1kB": 1000, "1KiB": 1024, "2MB": 2e6, "1.5MiB": 3 << 19, "3 GB": 3e9, "7B": 7,
		"": -1, "MB": -1, "-1": -1, "1.5": -1, "1e3": -1, "0x10": -1, "inf": -1, "1..2MB": -1, "2mb": -1, "99999999GB": -1,
	} {
		b := Bytes(-1)
		err := b.set(text)
		if b != want || (err != nil) != (want < 0) {
			t.Errorf("%q is %d, error %v; want %d", text, b, err, want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.yaml"), Options{}); err == nil || !strings.HasPrefix(err.Error(), "there is no configuration file") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Load(dir, Options{}); err == nil {
		t.Error("a directory is no configuration")
	}
	name := filepath.Join(dir, "c.yaml")
	if err := os.WriteFile(name, []byte("supergraph: {file: s.graphql}"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "s.graphql"); c.Supergraph.File != want {
		t.Errorf("supergraph file %s, want %s", c.Supergraph.File, want)
	}
	if err := os.WriteFile(name, []byte("#"+strings.Repeat(" ", maxFileBytes)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(name, Options{}); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("large file: %v", err)
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	c := Default(false)
	c.Listen = "x"
	c.OnError = "never"
	c.Log.Level = ""
	c.Deadline = 0
	c.Limits.Measure = []MeasuredLimit{"introspection_bytes", MeasureHeight}
	c.AllSubgraphs.Transport = ""
	c.AllSubgraphs.DeduplicateQuery = nil
	c.AllSubgraphs.ReuseEntities = nil
	c.Subgraphs = map[string]Subgraph{"a": {Traffic: Traffic{Transport: "http3", MaxEntities: -1}}}
	err := c.Validate()
	want := strings.Join([]string{
		`listen: want host:port, such as 127.0.0.1:4000 or :4000; got "x"`,
		`deadline: must be more than 0; a request without an end can hold everything up`,
		`all_subgraphs.deduplicate_query: must be true or false`,
		`all_subgraphs.reuse_entities: must be true or false`,
		`limits.measure[0]: want "request_bytes", "header_bytes", "tokens", "nesting", "selections", "depth", "height", "aliases", "root_fields", "directives", "introspection_depth" or "errors"; got "introspection_bytes"`,
		`subgraphs.a.max_entities_per_request: must be at least 1; leave it out for what all_subgraphs says`,
		`on_error: want "partial" or "fail_fast"; got "never"`,
		`all_subgraphs.transport: want "auto", "net_http" or "http2"; got ""`,
		`subgraphs.a.transport: want "auto", "net_http" or "http2"; got "http3"`,
		`log.level: want "debug", "info", "warn" or "error"; got ""`,
	}, "\n")
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// FuzzParse looks for input that is neither a valid Config nor Problems.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range append(files, "../config.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("c.yaml", data, testOptions)
		var problems Problems
		switch {
		case err == nil && c == nil:
			t.Error("neither a configuration nor an error")
		case err == nil:
			if err := c.Validate(); err != nil {
				t.Errorf("accepted, and then: %v", err)
			}
		case !errors.As(err, &problems) || len(problems) == 0:
			t.Errorf("error %T %v", err, err)
		case strings.Contains(err.Error(), "sesame"):
			t.Errorf("a secret shows: %v", err)
		}
	})
}

// config.yaml is the reference: it names every key, and says of each what
// its default is.
func TestReference(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	c, err := Load("../config.yaml", Options{Env: none})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range allKeys(reflect.TypeFor[Config](), "") {
		if !c.source.named[key] {
			t.Errorf("%s is missing", key)
		}
	}
	// What the file sets for the demo is all that differs from the defaults.
	want := Default(false)
	want.Supergraph.Subgraphs = c.Supergraph.Subgraphs
	want.Subgraphs = c.Subgraphs
	if diff := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("values differ from the defaults (-want +got):\n%s", diff)
	}
}

// allKeys returns the paths of the keys that every configuration can have:
// those under maps and in lists are not among them.
func allKeys(t reflect.Type, path string) []string {
	var all []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			all = append(all, allKeys(f.Type, path)...)
			continue
		}
		key := f.Tag.Get("yaml")
		if f.Anonymous {
			all = append(all, allKeys(f.Type, path)...)
			continue
		}
		if !f.IsExported() || key == "" {
			continue
		}
		key = Join(path, key)
		all = append(all, key)
		if _, ok := reflect.New(f.Type).Interface().(scalar); !ok && f.Type.Kind() == reflect.Struct {
			all = append(all, allKeys(f.Type, key)...)
		}
	}
	return all
}
