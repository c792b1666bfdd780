package router

import (
	"bufio"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/config"
)

func propagate(named, rename, def string) config.RequestRule {
	return config.RequestRule{Propagate: &config.Propagate{Named: named, Rename: rename, Default: def}}
}

func propagateMatching(pattern string) config.RequestRule {
	return config.RequestRule{Propagate: &config.Propagate{Matching: pattern}}
}

func insert(name, value string) config.RequestRule {
	return config.RequestRule{Insert: &config.Insert{Name: name, Value: value}}
}

func remove(named, matching string) config.RequestRule {
	return config.RequestRule{Remove: &config.Remove{Named: named, Matching: matching}}
}

func TestHeaderRules(t *testing.T) {
	client := http.Header{
		"Authorization":     {"Bearer t"},
		"X-A":               {"1", "2"},
		"X-B":               {"3"},
		"X-Hop":             {"4"},
		"Accept":            {"*/*"},
		"Accept-Encoding":   {"gzip"},
		"Connection":        {"keep-alive, x-hop"},
		"Content-Length":    {"12"},
		"Content-Type":      {"application/json"},
		"Cookie":            {"c=1"},
		"Host":              {"client"},
		"Keep-Alive":        {"1"},
		"Proxy-Connection":  {"1"},
		"Te":                {"trailers"},
		"Trailer":           {"X"},
		"Transfer-Encoding": {"chunked"},
		"Upgrade":           {"h2c"},
		"Expect":            {"100-continue"},
		"Range":             {"bytes=0-1"},
		"If-None-Match":     {"*"},
		"If-Modified-Since": {"x"},
		"Http2-Settings":    {"x"},
		"Sec-Websocket-Key": {"x"},
		"Content-Language":  {"en"},
		"Accept-Charset":    {"x"},
	}
	tests := []struct {
		name     string
		all, own []config.RequestRule
		want     http.Header
	}{
		{"nothing by default", nil, nil, nil},
		{"named", []config.RequestRule{propagate("authorization", "", "")}, nil,
			http.Header{"Authorization": {"Bearer t"}}},
		{"several values", []config.RequestRule{propagate("X-A", "", "")}, nil,
			http.Header{"X-A": {"1", "2"}}},
		{"renamed", []config.RequestRule{propagate("x-a", "x-new", "")}, nil,
			http.Header{"X-New": {"1", "2"}}},
		{"absent", []config.RequestRule{propagate("x-none", "", "")}, nil, http.Header{}},
		{"absent with default", []config.RequestRule{propagate("x-none", "x-new", "d")}, nil,
			http.Header{"X-New": {"d"}}},
		{"present with default", []config.RequestRule{propagate("x-b", "", "d")}, nil,
			http.Header{"X-B": {"3"}}},
		{"everything, without what belongs to the connection or body", []config.RequestRule{propagateMatching(".*")}, nil,
			http.Header{"Authorization": {"Bearer t"}, "X-A": {"1", "2"}, "X-B": {"3"}, "Cookie": {"c=1"}}},
		{"a pattern is for the whole name, case ignored", []config.RequestRule{propagateMatching("x-[a-z]")}, nil,
			http.Header{"X-A": {"1", "2"}, "X-B": {"3"}}},
		{"an alternative is anchored too", []config.RequestRule{propagateMatching("x-a|b")}, nil,
			http.Header{"X-A": {"1", "2"}}},
		{"the client's connection headers never", []config.RequestRule{propagate("x-hop", "", "")}, nil, http.Header{}},
		{"insert", []config.RequestRule{insert("x-key", "v")}, nil,
			http.Header{"X-Key": {"v"}}},
		{"insert overrides propagate", []config.RequestRule{propagate("x-b", "", ""), insert("x-b", "v")}, nil,
			http.Header{"X-B": {"v"}}},
		{"propagate overrides insert", []config.RequestRule{insert("x-b", "v"), propagate("x-b", "", "")}, nil,
			http.Header{"X-B": {"3"}}},
		{"a default does not override insert", []config.RequestRule{insert("x-b", "v"), propagate("x-none", "x-b", "d")}, nil,
			http.Header{"X-B": {"v"}}},
		{"filled once", []config.RequestRule{propagate("x-b", "x-new", ""), propagate("x-a", "x-new", "")}, nil,
			http.Header{"X-New": {"3"}}},
		{"remove", []config.RequestRule{propagateMatching("x-.*"), remove("x-a", "")}, nil,
			http.Header{"X-B": {"3"}}},
		{"remove by pattern", []config.RequestRule{propagateMatching("x-.*"), insert("y", "1"), remove("", "x-.*")}, nil,
			http.Header{"Y": {"1"}}},
		{"removed, it may be filled again", []config.RequestRule{propagate("x-b", "", ""), remove("x-b", ""), propagate("x-a", "x-b", "")}, nil,
			http.Header{"X-B": {"1", "2"}}},
		{"remove before has no effect", []config.RequestRule{remove("x-b", ""), propagate("x-b", "", "")}, nil,
			http.Header{"X-B": {"3"}}},
		{"the subgraph's own rules come after", []config.RequestRule{insert("x-k", "all")}, []config.RequestRule{insert("x-k", "own")},
			http.Header{"X-K": {"own"}}},
		{"and add to those of all", []config.RequestRule{propagate("x-b", "", "")}, []config.RequestRule{propagate("authorization", "", "")},
			http.Header{"X-B": {"3"}, "Authorization": {"Bearer t"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config.Headers{All: config.HeaderRules{Request: tt.all}}
			if tt.own != nil {
				c.Subgraphs = map[string]config.HeaderRules{"s": {Request: tt.own}}
			}
			rules, err := compileHeaders(c)
			if err != nil {
				t.Fatal(err)
			}
			before := client.Clone()
			got := (&forwarding{rules: rules, client: client}).header("s").Fields()
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			for _, values := range got {
				values[0] = "overwritten"
			}
			if diff := cmp.Diff(before, client); diff != "" {
				t.Errorf("the client's headers are shared (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaderRulesOfAnotherSubgraph(t *testing.T) {
	rules, err := compileHeaders(config.Headers{
		All:       config.HeaderRules{Request: []config.RequestRule{insert("x-all", "1")}},
		Subgraphs: map[string]config.HeaderRules{"a": {Request: []config.RequestRule{insert("x-a", "1")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(http.Header{"X-All": {"1"}}, (&forwarding{rules: rules}).header("b").Fields()); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

// headersOf are the headers that net/http reads of raw lines; false if it
// refuses them.
func headersOf(raw string) (http.Header, bool) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST / HTTP/1.1\r\nHost: weft\r\n" + raw + "\r\n\r\n")))
	if err != nil {
		return nil, false
	}
	return r.Header, true
}

// FuzzHeaderRules: whatever headers a client sends, nothing of its connection
// or body reaches a subgraph, and no value but its own and the rules'.
func FuzzHeaderRules(f *testing.F) {
	f.Add("Authorization: Bearer t\r\nX-Tenant: a\r\nX-Tenant: b")
	f.Add("Connection: close, X-Tenant , \"x-secret, x\"\r\nX-Tenant: a\r\nX-Secret: b")
	f.Add("connection: ,,\\\"\r\nTransfer-Encoding: chunked\r\nContent-Length: 3")
	f.Add("Keep-Alive: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nSec-WebSocket-Key: x\r\nExpect: 100-continue\r\nProxy-Authorization: p")
	f.Add("X-Old: \x80\xff\r\n folded: no")
	rules := &config.Headers{
		All: config.HeaderRules{Request: []config.RequestRule{
			propagateMatching(".*"), propagate("x-old", "X-New", ""), propagate("x-absent", "", "default"), remove("", "x-internal-.*"), insert("X-Via", "weft"),
		}},
		Subgraphs: map[string]config.HeaderRules{"a": {Request: []config.RequestRule{remove("Authorization", "")}}},
	}
	compiled, err := compileHeaders(*rules)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		client, ok := headersOf(raw)
		if !ok {
			return
		}
		before := client.Clone()
		forwarded := &forwarding{rules: compiled, client: client}
		for _, subgraph := range []string{"a", "b"} {
			for name, values := range forwarded.header(subgraph).Fields() {
				from := client[name]
				switch {
				case config.Unforwardable(name):
					t.Errorf("%s reaches a subgraph", name)
				case subgraph == "a" && name == "Authorization", strings.HasPrefix(name, "X-Internal-"):
					t.Errorf("%s reaches a subgraph in spite of the rules", name)
				case name == "X-Via":
					from = []string{"weft"}
				case name == "X-Absent" && from == nil:
					from = []string{"default"}
				case name == "X-New" && from == nil:
					from = client["X-Old"]
				}
				if !slices.Equal(values, from) {
					t.Errorf("%s is %q, and the client's %q", name, values, from)
				}
				for _, line := range client["Connection"] {
					// By the letter, quotes or not, a list's names are its own.
					for part := range strings.SplitSeq(line, ",") {
						if !strings.Contains(line, `"`) && http.CanonicalHeaderKey(strings.TrimSpace(part)) == name && name != "X-Via" && name != "X-Absent" {
							t.Errorf("%s, which is named by Connection, reaches a subgraph", name)
						}
					}
				}
			}
		}
		if diff := cmp.Diff(before, client); diff != "" {
			t.Errorf("the client's headers have changed (-before +after):\n%s", diff)
		}
	})
}
