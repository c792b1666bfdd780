package router

import (
	"context"
	"errors"
	"fmt"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/subgraphs"
)

func back(named string, algorithm config.HeaderAlgorithm) config.ResponseRule {
	return config.ResponseRule{Propagate: &config.PropagateBack{Named: named, Algorithm: algorithm}}
}

func backOr(named, rename, value string) config.ResponseRule {
	return config.ResponseRule{Propagate: &config.PropagateBack{Named: named, Rename: rename, Default: value}}
}

func backMatching(pattern string, algorithm config.HeaderAlgorithm) config.ResponseRule {
	return config.ResponseRule{Propagate: &config.PropagateBack{Matching: pattern, Algorithm: algorithm}}
}

func insertBack(name, value string) config.ResponseRule {
	return config.ResponseRule{Insert: &config.Insert{Name: name, Value: value}}
}

func removeBack(named, matching string) config.ResponseRule {
	return config.ResponseRule{Remove: &config.Remove{Named: named, Matching: matching}}
}

// Every rule, on the answers of a and, after it in the plan, b.
func TestReturnRules(t *testing.T) {
	type rules = []config.ResponseRule
	for _, tt := range []struct {
		name         string
		all, ofA     rules
		a, b         http.Header // b nil for a fetch without an answer
		notKeepable  bool
		already, out http.Header
	}{
		{name: "nothing by default", all: rules{back("x-other", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{}},
		{name: "first", all: rules{back("x-t", config.FirstValue)}, a: http.Header{"X-T": {"1", "2"}}, b: http.Header{"X-T": {"3"}}, out: http.Header{"X-T": {"1", "2"}}},
		{name: "first is the default", all: rules{back("X-T", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{"X-T": {"3"}}, out: http.Header{"X-T": {"1"}}},
		{name: "first that has it", all: rules{back("x-t", "")}, a: http.Header{}, b: http.Header{"X-T": {"3"}}, out: http.Header{"X-T": {"3"}}},
		{name: "last", all: rules{back("x-t", config.LastValue)}, a: http.Header{"X-T": {"1"}}, b: http.Header{"X-T": {"3", "4"}}, out: http.Header{"X-T": {"3", "4"}}},
		{name: "last that has it", all: rules{back("x-t", config.LastValue)}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{"X-T": {"1"}}},
		{name: "append", all: rules{back("x-t", config.AppendValues)}, a: http.Header{"X-T": {"1", "2"}}, b: http.Header{"X-T": {"3", "1"}}, out: http.Header{"X-T": {"1, 2, 3"}}},
		{name: "cookies stay apart", all: rules{back("set-cookie", "")}, a: http.Header{"Set-Cookie": {"a=1; Expires=Mon, 01 Jan 2029 00:00:00 GMT", "b=2"}}, b: http.Header{"Set-Cookie": {"c=3", "b=2"}},
			out: http.Header{"Set-Cookie": {"a=1; Expires=Mon, 01 Jan 2029 00:00:00 GMT", "b=2", "c=3"}}},
		{name: "cookies of the last", all: rules{back("set-cookie", config.LastValue)}, a: http.Header{"Set-Cookie": {"a=1", "b=2"}}, b: http.Header{"Set-Cookie": {"c=3", "d=4"}}, out: http.Header{"Set-Cookie": {"c=3", "d=4"}}},
		{name: "cookies by a pattern", all: rules{backMatching("set-.*", config.AppendValues)}, a: http.Header{"Set-Cookie": {"a=1"}}, b: http.Header{"Set-Cookie": {"c=3"}}, out: http.Header{"Set-Cookie": {"a=1", "c=3"}}},
		{name: "with cookies of weft's own", all: rules{back("set-cookie", "")}, a: http.Header{"Set-Cookie": {"a=1"}}, b: http.Header{}, already: http.Header{"Set-Cookie": {"w=0"}}, out: http.Header{"Set-Cookie": {"w=0", "a=1"}}},
		{name: "rename", all: rules{backOr("x-t", "x-upstream", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{"X-Upstream": {"1"}}},
		{name: "default", all: rules{backOr("x-t", "", "none")}, a: http.Header{}, b: nil, out: http.Header{"X-T": {"none"}}},
		{name: "default gives way to any answer", all: rules{backOr("x-t", "", "none")}, a: http.Header{}, b: http.Header{"X-T": {"3"}}, out: http.Header{"X-T": {"3"}}},
		{name: "default, renamed", all: rules{backOr("x-t", "x-u", "none")}, a: http.Header{}, b: http.Header{}, out: http.Header{"X-U": {"none"}}},
		{name: "matching", all: rules{backMatching("x-.*", "")}, a: http.Header{"X-T": {"1"}, "Y": {"2"}, "Xx-T": {"3"}}, b: http.Header{"X-U": {"4"}}, out: http.Header{"X-T": {"1"}, "X-U": {"4"}}},
		{name: "insert", all: rules{insertBack("x-by", "weft")}, a: http.Header{"X-By": {"a"}}, b: nil, out: http.Header{"X-By": {"weft"}}},
		{name: "insert overrides", all: rules{back("x-t", ""), insertBack("x-t", "weft")}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{"X-T": {"weft"}}},
		{name: "remove", all: rules{backMatching("x-.*", ""), removeBack("x-u", "")}, a: http.Header{"X-T": {"1"}, "X-U": {"2"}}, b: http.Header{}, out: http.Header{"X-T": {"1"}}},
		{name: "remove by a pattern", all: rules{backMatching("x-.*", ""), removeBack("", "x-u.*")}, a: http.Header{"X-T": {"1"}, "X-Uv": {"2"}}, b: http.Header{}, out: http.Header{"X-T": {"1"}}},
		{name: "remove is for what came before", all: rules{removeBack("x-t", ""), back("x-t", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{"X-T": {"1"}}},
		{name: "of one subgraph", ofA: rules{back("x-t", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{"X-T": {"3"}, "X-U": {"4"}}, out: http.Header{"X-T": {"1"}}},
		{name: "of one subgraph, after those of all", all: rules{back("x-t", config.LastValue)}, ofA: rules{removeBack("x-t", "")}, a: http.Header{"X-T": {"1"}}, b: http.Header{}, out: http.Header{}},
		{name: "of one subgraph, an insert", ofA: rules{insertBack("x-a", "asked")}, a: nil, b: http.Header{}, out: http.Header{"X-A": {"asked"}}},
		{name: "first and last of two", all: rules{back("x-t", config.LastValue)}, ofA: rules{}, a: http.Header{"X-T": {"1"}}, b: http.Header{"X-T": {"2"}}, out: http.Header{"X-T": {"2"}}},

		{name: "what no rule can return", all: rules{backMatching(".*", "")},
			a: http.Header{
				"Connection": {"close, x-hop"}, "X-Hop": {"1"}, "Keep-Alive": {"1"}, "Transfer-Encoding": {"chunked"}, "Te": {"1"}, "Trailer": {"X"}, "Upgrade": {"h2c"},
				"Proxy-Authenticate": {"Basic"}, "Content-Length": {"12"}, "Content-Type": {"text/html"}, "Content-Encoding": {"gzip"}, "Content-Security-Policy": {"x"},
				"Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Credentials": {"true"}, "Etag": {`"1"`}, "Last-Modified": {"x"}, "Date": {"x"}, "Age": {"5"},
				"Accept-Ranges": {"bytes"}, "Alt-Svc": {"h3"}, "X-Request-Id": {"theirs"}, "X-Content-Type-Options": {"x"}, "X-T": {"1"}, "Www-Authenticate": {"Basic"}, "Sec-Websocket-Accept": {"x"},
			}, b: http.Header{}, out: http.Header{"X-T": {"1"}, "Www-Authenticate": {"Basic"}}},

		{name: "vary", all: rules{back("vary", config.AppendValues)}, a: http.Header{"Vary": {"Accept-Language"}}, b: http.Header{"Vary": {"x-tenant, accept-language"}},
			already: http.Header{"Vary": {"Origin"}}, out: http.Header{"Vary": {"Origin, Accept-Language, x-tenant"}}},

		{name: "cache-control", all: rules{back("cache-control", "")}, a: http.Header{"Cache-Control": {"public, max-age=60"}}, b: http.Header{"Cache-Control": {"public, max-age=30"}}, out: http.Header{"Cache-Control": {"public, max-age=30"}}},
		{name: "cache-control in lines", all: rules{back("cache-control", config.MostRestrictive)}, a: http.Header{"Cache-Control": {"public", "max-age=60"}}, b: http.Header{"Cache-Control": {"public, max-age=90"}}, out: http.Header{"Cache-Control": {"public, max-age=60"}}},
		{name: "cache-control, with errors or a mutation", all: rules{back("cache-control", "")}, a: http.Header{"Cache-Control": {"public, max-age=60"}}, b: http.Header{"Cache-Control": {"public, max-age=30"}}, notKeepable: true, out: http.Header{"Cache-Control": {"no-store"}}},
		{name: "cache-control, one says nothing", all: rules{back("cache-control", "")}, a: http.Header{"Cache-Control": {"public, max-age=60"}}, b: http.Header{}, out: http.Header{"Cache-Control": {"no-store"}}},
		{name: "cache-control, one says nothing, which is known", all: rules{backOr("cache-control", "", "public, max-age=5")}, a: http.Header{"Cache-Control": {"public, max-age=60"}}, b: http.Header{}, out: http.Header{"Cache-Control": {"public, max-age=5"}}},
		{name: "cache-control, a rule for one subgraph", ofA: rules{back("cache-control", "")}, a: http.Header{"Cache-Control": {"public, max-age=60"}}, b: http.Header{"Cache-Control": {"public, max-age=60"}}, out: http.Header{"Cache-Control": {"no-store"}}},
		{name: "cache-control by a pattern", all: rules{backMatching("c.*", config.LastValue)}, a: http.Header{"Cache-Control": {"max-age=10"}}, b: http.Header{"Cache-Control": {"max-age=60"}}, out: http.Header{"Cache-Control": {"max-age=10"}}},
		{name: "cache-control and a cookie", all: rules{back("cache-control", ""), back("set-cookie", "")}, a: http.Header{"Cache-Control": {"public, max-age=60"}, "Set-Cookie": {"a=1"}}, b: http.Header{"Cache-Control": {"public, max-age=60"}},
			out: http.Header{"Cache-Control": {"private, max-age=60"}, "Set-Cookie": {"a=1"}}},
		{name: "cache-control inserted", all: rules{insertBack("cache-control", "public, max-age=9")}, a: http.Header{"Cache-Control": {"no-store"}}, b: http.Header{}, out: http.Header{"Cache-Control": {"public, max-age=9"}}},
		{name: "cache-control inserted, with errors", all: rules{insertBack("cache-control", "public, max-age=9")}, a: http.Header{}, b: nil, notKeepable: true, out: http.Header{"Cache-Control": {"no-store"}}},
		{name: "cache-control and age", all: rules{back("cache-control", "")}, a: http.Header{"Cache-Control": {"max-age=60"}, "Age": {"50"}}, b: http.Header{"Cache-Control": {"max-age=60"}}, out: http.Header{"Cache-Control": {"max-age=10"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := compileReturns(config.Headers{
				All:       config.HeaderRules{Response: tt.all},
				Subgraphs: map[string]config.HeaderRules{"a": {Response: tt.ofA}},
			})
			if err != nil || r == nil {
				t.Fatalf("rules %v, error %v", r, err)
			}
			report := func(subgraph string, h http.Header) executor.FetchReport {
				f := executor.FetchReport{Subgraph: subgraph, Requests: 1}
				if h != nil {
					f.Headers = []http.Header{h}
				}
				return f
			}
			a, b := tt.a.Clone(), tt.b.Clone()
			got := tt.already.Clone()
			if got == nil {
				got = http.Header{}
			}
			r.collect([]executor.FetchReport{report("a", a), report("b", b), {Subgraph: "a"}}).write(got, !tt.notKeepable)
			if diff := cmp.Diff(tt.out, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			// Answers are shared: nothing is written to them.
			if diff := cmp.Diff([]http.Header{tt.a, tt.b}, []http.Header{a, b}); diff != "" {
				t.Errorf("answers were changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReturnRulesAreNoneByDefault(t *testing.T) {
	r, err := compileReturns(config.Headers{Subgraphs: map[string]config.HeaderRules{"a": {Request: []config.RequestRule{insert("x", "y")}}}})
	if r != nil || err != nil {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestReturnedHeadersAreBounded(t *testing.T) {
	r, err := compileReturns(config.Headers{All: config.HeaderRules{Response: []config.ResponseRule{back("set-cookie", ""), backMatching("x-.*", config.LastValue)}}})
	if err != nil {
		t.Fatal(err)
	}
	f := executor.FetchReport{Subgraph: "a", Requests: 100}
	for i := range 100 {
		f.Headers = append(f.Headers, http.Header{
			"Set-Cookie":           {fmt.Sprintf("c%d=%s", i, strings.Repeat("v", 1000))},
			fmt.Sprintf("X-%d", i): {strings.Repeat("v", 1000)},
		})
	}
	out := r.collect([]executor.FetchReport{f})
	h := http.Header{}
	out.write(h, true)
	size := 0
	for name, values := range h {
		size += sizeOf(name, values)
	}
	if !out.cut || size > maxReturnedBytes || size < maxReturnedBytes/2 {
		t.Errorf("%d bytes, cut %v", size, out.cut)
	}
}

// answerWith answers with headers.
func answerWith(status int, body string, header ...string) func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return &subgraphs.Response{Status: status, Header: h, Body: []byte(body)}, nil
	}
}

// The rules hold on every path: success, error, partial answer, refusal.
func TestReturnRulesOnEveryPath(t *testing.T) {
	const query = `{ product(id: "1") { name price } }`
	entities := `{"data":{"_entities":[{"__typename":"Product","price":3}]}}`
	broken := func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return nil, errors.New("broken")
	}
	ofB := []string{"X-T", "b", "Set-Cookie", "b=2", "Cache-Control", "public, max-age=30"}
	base := http.Header{"X-By": {"weft"}, "X-T": {"a, b"}, "Set-Cookie": {"a=1", "b=2"}, "Cache-Control": {"private, max-age=30"}}
	with := func(changes http.Header) http.Header {
		h := base.Clone()
		for name, values := range changes {
			if h[name] = values; values == nil {
				delete(h, name)
			}
		}
		return h
	}
	onlyA := http.Header{"X-T": {"a"}, "Set-Cookie": {"a=1"}, "Cache-Control": {noStore}}
	nothing := http.Header{"X-T": nil, "Set-Cookie": nil, "Cache-Control": {noStore}}
	for _, tt := range []struct {
		name, body string
		b          func(context.Context, *subgraphs.Request) (*subgraphs.Response, error)
		status     int
		want       http.Header
	}{
		{"success", query, answerWith(200, entities, ofB...), 200, with(http.Header{"Vary": {"Accept"}})},
		{"an error beside data", query, answerWith(200, `{"data":{"_entities":[null]},"errors":[{"message":"no","path":["_entities",0]}]}`, ofB...), 200, with(http.Header{"Cache-Control": {noStore}})},
		{"a status of 500 with errors", query, answerWith(500, `{"errors":[{"message":"no"}]}`, ofB...), 200, with(http.Header{"Cache-Control": {noStore}})},
		{"a page in place of an answer", query, answerWith(502, `<html>`, ofB...), 200, with(http.Header{"Cache-Control": {noStore}})},
		{"no answer", query, broken, 200, with(onlyA)},
		{"a mutation", `mutation { touch }`, nil, 200, with(onlyA)},
		{"no fetch", `{ __typename }`, nil, 200, with(nothing)},
		{"refused", `{ nothing }`, nil, 200, with(nothing)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(c *config.Config) {
				c.Compression.Responses = false
				c.Headers.All.Response = []config.ResponseRule{
					back("x-t", config.AppendValues), back("set-cookie", ""), back("cache-control", ""), insertBack("x-by", "weft"),
				}
			})
			b.fetcher.answers["a"] = answerWith(200, `{"data":{"product":{"__typename":"Product","id":"1","name":"Lamp"},"touch":1}}`,
				"X-T", "a", "Set-Cookie", "a=1", "Cache-Control", "public, max-age=60")
			b.fetcher.answers["b"] = tt.b
			w := b.query(tt.body)
			got := http.Header{}
			for name, values := range w.Header() {
				if name != "Content-Type" && name != "X-Content-Type-Options" && name != "X-Request-Id" && name != "Content-Length" {
					got[name] = values
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
				t.Errorf("status %d, headers (-want +got):\n%s\n%s", w.Code, diff, w.Body)
			}
		})
	}
}

func TestReturnRulesOfOneClientOnly(t *testing.T) {
	c := config.Default(false)
	c.Headers.All.Response = []config.ResponseRule{back("x-t", ""), backMatching("x-.*", "")}
	c.Headers.Subgraphs = map[string]config.HeaderRules{
		"a": {Response: []config.ResponseRule{back("set-cookie", "")}},
		"b": {Response: []config.ResponseRule{backMatching("SET-.*", "")}},
	}
	for subgraph, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if got := c.ReturnsCookies(subgraph); got != want {
			t.Errorf("%s: got %v", subgraph, got)
		}
	}
}

// Queries that share a request share the headers of its answer, each client in
// a response of its own.
func TestReturnRulesOfSharedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newShared(t)
		rules, err := compileReturns(config.Headers{All: config.HeaderRules{Response: []config.ResponseRule{back("x-t", config.AppendValues), back("cache-control", "")}}})
		if err != nil {
			t.Fatal(err)
		}
		b.returns = rules
		for name, next := range b.fetcher.answers {
			b.fetcher.answers[name] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
				w, err := next(ctx, r)
				w.Header = http.Header{"X-T": {name}, "Cache-Control": {"public, max-age=5"}}
				return w, err
			}
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				w := b.query(`{ product(id: "1") { price } }`)
				if got := w.Header(); got.Get("X-T") != "a, b" || got.Get("Cache-Control") != "public, max-age=5" || len(got["X-T"]) != 1 {
					t.Errorf("headers %v", got)
				}
			})
		}
		wg.Wait()
		if n := len(b.fetcher.requests()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// Equal requests of clients that are executed once have its headers, its error
// ids and its lines in the log in common; but not where it gives cookies.
func TestSharedExecutions(t *testing.T) {
	for _, tt := range []struct {
		name     string
		rules    []config.ResponseRule
		requests int // to subgraphs, for four clients
	}{
		{"headers", []config.ResponseRule{back("x-t", config.AppendValues)}, 2},
		{"cookies", []config.ResponseRule{back("x-t", config.AppendValues), back("set-cookie", "")}, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newShared(t)
				core, logs := observer.New(zapcore.DebugLevel)
				b.log = zap.New(core)
				b.config.DeduplicateRequests = true
				rules, err := compileReturns(config.Headers{All: config.HeaderRules{Response: tt.rules}})
				if err != nil {
					t.Fatal(err)
				}
				b.returns = rules
				graph := b.graph.Load()
				graph.queries = &executor.Executor{Fetcher: b.fetcher} // single fetches are not shared
				for name, next := range b.fetcher.answers {
					b.fetcher.answers[name] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
						w, err := next(ctx, r)
						w.Header = http.Header{"X-T": {name}, "Set-Cookie": {name + "=1"}}
						if name == "b" {
							w.Body = []byte(`{"data":{"_entities":[null]},"errors":[{"message":"no"}]}`)
						}
						return w, err
					}
				}
				ids := make([]string, 4)
				var wg sync.WaitGroup
				for i := range ids {
					wg.Go(func() {
						w := b.query(`{ product(id: "1") { price } }`)
						if got := w.Header().Get("X-T"); got != "a, b" {
							t.Errorf("header %q", got)
						}
						ids[i] = errorIDs(t, w.Body.Bytes())[0]
					})
				}
				wg.Wait()
				if n := len(b.fetcher.requests()); n != tt.requests {
					t.Errorf("%d requests, want %d", n, tt.requests)
				}
				slices.Sort(ids)
				distinct := len(slices.Compact(ids))
				lines := logs.FilterMessage("subgraph error").Len()
				if distinct != tt.requests/2 || lines != distinct {
					t.Errorf("%d ids, %d lines; want %d", distinct, lines, tt.requests/2)
				}
				for _, line := range logs.FilterMessage("request").All() {
					if line.ContextMap()["error_ids"] == nil {
						t.Errorf("a request's line has no ids: %v", line.ContextMap())
					}
				}
			})
		})
	}
}

// FuzzReturnedHeaders: whatever headers two subgraphs answer with, the response
// has no header that is weft's own to set, none that breaks a line, and is kept
// by nobody for longer than either allows.
func FuzzReturnedHeaders(f *testing.F) {
	f.Add("Cache-Control: max-age=60, public\r\nSet-Cookie: a=1", "Cache-Control: max-age=5\r\nAge: 3\r\nVary: X-Tenant, *")
	f.Add("Cache-Control: no-store", "Cache-Control: s-maxage=\"10\", private=\"a,b\", no-cache")
	f.Add("Cache-Control: max-age=99999999999999999999, max-age=-1, max-age", "Cache-Control: \"\\\"")
	f.Add("Connection: x-a\r\nX-A: 1\r\nX-B: 2\r\nAccess-Control-Allow-Origin: *", "X-A: 1\r\nContent-Type: text/html\r\nX-Request-Id: 7")
	f.Add("Set-Cookie: a=1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2", "Set-Cookie: a=1\r\nX-C: "+strings.Repeat("c", 4000))
	compiled, err := compileReturns(config.Headers{All: config.HeaderRules{Response: []config.ResponseRule{
		{Propagate: &config.PropagateBack{Matching: ".*"}},
		back("X-B", config.AppendValues), back("X-C", config.LastValue), backOr("X-D", "X-E", "none"),
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		a, ok := headersOf(first)
		b, also := headersOf(second)
		if !ok || !also {
			return
		}
		out := http.Header{}
		compiled.collect([]executor.FetchReport{
			{Subgraph: "a", Requests: 1, Headers: []http.Header{a}},
			{Subgraph: "b", Requests: 1, Headers: []http.Header{b}},
		}).write(out, true)
		size := 0
		for name, values := range out {
			if config.Unreturnable(name) {
				t.Errorf("%s gets to the client: %q", name, values)
			}
			for _, v := range values {
				size += len(v)
				if strings.ContainsAny(v, "\r\n\x00") {
					t.Errorf("%s breaks a line: %q", name, v)
				}
			}
		}
		if size > 2*maxReturnedBytes {
			t.Errorf("%d bytes of headers", size)
		}
		var both, each cacheControl
		both.add(out["Cache-Control"], 0)
		if len(out["Cache-Control"]) == 0 {
			return // nothing said, which the router takes for no-store
		}
		for _, h := range []http.Header{a, b} {
			if len(h["Cache-Control"]) == 0 || connectionHeaders(h)["Cache-Control"] {
				if !both.noStore {
					t.Errorf("one says nothing, and together it is %q", out["Cache-Control"])
				}
				return
			}
			each = cacheControl{}
			each.add(h["Cache-Control"], ageOf(h))
			switch {
			case both.noStore:
			case each.noStore, each.noCache && !both.noCache, each.private && !both.private, each.mustRevalidate && !both.mustRevalidate,
				both.hasMaxAge && both.maxAge > each.maxAge, both.hasShared && both.sMaxAge > each.sMaxAge, !both.notPublic && each.notPublic:
				t.Errorf("together %q, of which one is %q", out["Cache-Control"], h["Cache-Control"])
			}
		}
	})
}
