package router

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			got := (&forwarding{rules: rules, client: client}).header("s")
			if diff := cmp.Diff(tt.want, got); diff != "" {
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
	if diff := cmp.Diff(http.Header{"X-All": {"1"}}, (&forwarding{rules: rules}).header("b")); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}
