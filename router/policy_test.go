package router

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/subgraphs"
)

// What clients see and what logs show are decided apart, for all subgraphs and
// for one.
func TestErrorPolicy(t *testing.T) {
	own := &merge.Error{
		Subgraph: "a", Code: "OUT", Message: "sold out", Path: ast.Path{ast.PathName("p")}, Downstream: true,
		Extensions: map[string]any{"sku": json.RawMessage(`7`), "apiToken": json.RawMessage(`"s"`)},
	}
	down := &merge.Error{Subgraph: "a", Code: merge.CodeHTTP, Message: `subgraph "a" could not be reached`, Reason: "connection failed", Err: errors.New("dial 10.0.0.7")}
	keep := config.Exposure{Message: config.KeepMessage, Extensions: config.ExtensionPolicy{All: true}}
	mask := config.Exposure{Message: config.MaskMessage, Extensions: config.ExtensionPolicy{Keys: []string{"code"}}}
	drop := config.Exposure{Message: config.KeepMessage, Extensions: config.ExtensionPolicy{Keys: []string{}}}
	some := config.Exposure{Message: config.MaskMessage, Extensions: config.ExtensionPolicy{Keys: []string{"sku", "service"}}}
	for _, tt := range []struct {
		name         string
		err          *merge.Error
		client, log  config.Exposure
		ofA, logOfA  config.Exposure
		want, logged string
	}{
		{name: "open, open", err: own, client: keep, log: keep,
			want:   `{"message":"sold out","path":["p"],"extensions":{"apiToken":"s","code":"OUT","service":"a","sku":7}}`,
			logged: `sold out at p {"apiToken":"[redacted]","sku":7}`},
		{name: "masked, open", err: own, client: mask, log: keep,
			want:   `{"message":"MASKED","path":["p"],"extensions":{"code":"OUT"}}`,
			logged: `sold out at p {"apiToken":"[redacted]","sku":7}`},
		{name: "open, masked", err: own, client: keep, log: mask,
			want:   `{"message":"sold out","path":["p"],"extensions":{"apiToken":"s","code":"OUT","service":"a","sku":7}}`,
			logged: `MASKED at p {}`},
		{name: "some keys", err: own, client: some, log: some,
			want:   `{"message":"MASKED","path":["p"],"extensions":{"service":"a","sku":7}}`,
			logged: `MASKED at p {"sku":7}`},
		{name: "no extensions", err: own, client: drop, log: drop,
			want:   `{"message":"sold out","path":["p"]}`,
			logged: `sold out at p {}`},
		{name: "one subgraph, the other way round", err: own, client: mask, log: keep, ofA: keep, logOfA: mask,
			want:   `{"message":"sold out","path":["p"],"extensions":{"apiToken":"s","code":"OUT","service":"a","sku":7}}`,
			logged: `MASKED at p {}`},
		{name: "one subgraph, the message only", err: own, client: mask, log: mask, ofA: config.Exposure{Message: config.KeepMessage}, logOfA: config.Exposure{Extensions: config.ExtensionPolicy{All: true}},
			want:   `{"message":"sold out","path":["p"],"extensions":{"code":"OUT"}}`,
			logged: `MASKED at p {"apiToken":"[redacted]","sku":7}`},
		{name: "no answer, open", err: down, client: keep, log: keep,
			want:   `{"message":"subgraph \"a\" could not be reached","extensions":{"code":"SUBREQUEST_HTTP_ERROR","reason":"connection failed","service":"a"}}`,
			logged: `subgraph "a" could not be reached: connection failed: dial 10.0.0.7 null`},
		{name: "no answer, masked", err: down, client: mask, log: mask,
			want:   `{"message":"MASKED","extensions":{"code":"SUBREQUEST_HTTP_ERROR"}}`,
			logged: `MASKED: connection failed null`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config.Default(false)
			c.Errors.RedactedMessage = "MASKED"
			c.Errors.All, c.Errors.Log.All = tt.client, tt.log
			c.Errors.Subgraphs = map[string]config.Exposure{"a": tt.ofA, "b": mask}
			c.Errors.Log.Subgraphs = map[string]config.Exposure{"a": tt.logOfA}
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			p := newErrorPolicy(c)
			seen, err := json.Marshal(p.see(tt.err))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Replace(string(seen), `,"extensions":{}`, "", 1)); diff != "" {
				t.Errorf("client (-want +got):\n%s", diff)
			}
			text, extensions := p.log(tt.err)
			shown, _ := json.Marshal(extensions)
			if diff := cmp.Diff(tt.logged, text+" "+string(shown)); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// Of extensions no secret is logged, by whatever name and at whatever depth,
// and no more than a line bears.
func TestExtensionsAreRedacted(t *testing.T) {
	s := newSecrets([]string{"token", "api-key", "Cookie"})
	raw := func(text string) any { return json.RawMessage(text) }
	in := map[string]any{
		"accessToken": raw(`"s"`), "API_KEY": raw(`"s"`), "x-api-key": raw(`["s"]`), "set-cookie": raw(`{"a":"s"}`),
		"token": raw(`null`), "count": raw(`12345678901234567890`), "reason": raw(`"<a>"`),
		"request": raw(`{"headers":{"Cookie":"s","x-a":"b"},"list":[{"token":"s"},1]}`),
		"long":    raw(`"` + strings.Repeat("x", 2000) + `"`),
		"deep":    raw(strings.Repeat("[", 20) + strings.Repeat("]", 20)),
	}
	want := `{"API_KEY":"[redacted]","accessToken":"[redacted]","count":12345678901234567890,"deep":[[[[[[[["[deep]"]]]]]]]],` +
		`"long":"[long]","reason":"\u003ca\u003e","request":{"headers":{"Cookie":"[redacted]","x-a":"b"},"list":[{"token":"[redacted]"},1]},` +
		`"set-cookie":"[redacted]","token":"[redacted]","x-api-key":"[redacted]"}`
	got, err := json.Marshal(s.redact(in))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

// errorIDs returns those of a response.
func errorIDs(t *testing.T, body []byte) []string {
	t.Helper()
	var response struct {
		Errors []struct{ Extensions map[string]any }
	}
	if err := json.Unmarshal(body, &response); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range response.Errors {
		id, _ := e.Extensions[errorIDKey].(string)
		ids = append(ids, id)
	}
	return ids
}

// An id leads from an error in the response to its line in the log, and to that
// of the request.
func TestErrorIDs(t *testing.T) {
	const query = `{ product(id: "1") { name price } }`
	for _, tt := range []struct {
		name   string
		answer string
		errors int // in the response
		lines  int
	}{
		{"one", `{"data":{"_entities":[null]},"errors":[{"message":"no","path":["_entities",0]}]}`, 1, 1},
		{"two for different reasons", `{"data":{"_entities":[null]},"errors":[{"message":"no"},{"message":"nor this"}]}`, 2, 2},
		{"two with different extensions", `{"data":{"_entities":[null]},"errors":[{"message":"no","extensions":{"a":1}},{"message":"no","extensions":{"a":2}}]}`, 2, 2},
		{"the same twice", `{"data":{"_entities":[null]},"errors":[{"message":"no"},{"message":"no"}]}`, 2, 1},
		{"more than are logged", `{"data":{"_entities":[null]},"errors":[` + strings.Join(numbered(30), ",") + `]}`, 30, maxFailures + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.fetcher.answers["b"] = answer(tt.answer)
			w := b.query(query, "X-Request-Id", "r1")
			ids := errorIDs(t, w.Body.Bytes())
			lines := b.logs.Filter(func(e observer.LoggedEntry) bool {
				return strings.HasSuffix(e.Message, "subgraph error") || strings.HasSuffix(e.Message, "subgraph errors")
			}).All()
			var logged []string
			count := int64(0)
			for _, line := range lines {
				fields := line.ContextMap()
				if fields["request_id"] != "r1" {
					t.Errorf("line %v", fields)
				}
				logged = append(logged, fields["error_id"].(string))
				if n, ok := fields["count"].(int64); ok {
					count += n
				} else {
					count++
				}
			}
			access := b.logs.FilterMessage("request").All()[0].ContextMap()["error_ids"]
			if diff := cmp.Diff(logged, slices.Compact(slices.Clone(ids))); diff != "" || len(ids) != tt.errors || len(logged) != tt.lines || count != int64(tt.errors) {
				t.Errorf("%d errors in %d lines for %d; ids logged and of the response:\n%s", len(ids), len(logged), count, diff)
			}
			if got := fmt.Sprint(access); got != fmt.Sprint(logged) {
				t.Errorf("the request's line has %s, want %v", got, logged)
			}
			if len(ids[0]) != 18 {
				t.Errorf("id %q", ids[0])
			}
			if again := errorIDs(t, b.query(query).Body.Bytes()); again[0] == ids[0] {
				t.Errorf("two requests have the id %s", again[0])
			}
		})
	}
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"message":"no %d"}`, i)
	}
	return out
}

// A fault of weft's own has an id too, and says no more to the client.
func TestInternalErrorsHaveIDs(t *testing.T) {
	b := newBench(t, nil)
	b.fetcher.answers["a"] = func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) { panic("secret") }
	w := b.query(`{ echo }`)
	ids := errorIDs(t, w.Body.Bytes())
	line := b.logs.FilterMessage("subgraph error").All()[0].ContextMap()
	if ids[0] == "" || line["error_id"] != ids[0] || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("ids %v, line %v, %s", ids, line, w.Body)
	}
}

// An error of something that the client has not asked for, and that leaves him
// with all he has, is in the log alone.
func TestHiddenErrorsAreLogged(t *testing.T) {
	b := newBench(t, nil)
	b.fetcher.answers["a"] = answer(`{"data":{"product":{"__typename":"Product","id":"1","name":"Lamp"}},"errors":[{"message":"odd","path":["product","id"]}]}`)
	wantBody(t, b.query(`{ product(id: 1) { name price } }`), `{"data":{"product":{"name":"Lamp","price":3}}}`)
	lines := b.logs.FilterMessage("subgraph error").All()
	if len(lines) != 1 || lines[0].ContextMap()["subgraph"] != "a" {
		t.Fatalf("lines %v", lines)
	}
	access := b.logs.FilterMessage("request").All()[0].ContextMap()
	if access["error_ids"] == nil || access["codes"] != nil {
		t.Errorf("access %v", access)
	}
}

func TestWaited(t *testing.T) {
	report := func(start, end int) executor.FetchReport {
		return executor.FetchReport{Start: time.Duration(start), End: time.Duration(end)}
	}
	for _, tt := range []struct {
		name string
		in   []executor.FetchReport
		want time.Duration
	}{
		{"none", nil, 0},
		{"one", []executor.FetchReport{report(10, 30)}, 20},
		{"one after the other", []executor.FetchReport{report(10, 30), report(50, 60)}, 30},
		{"overlapping", []executor.FetchReport{report(20, 60), report(10, 30)}, 50},
		{"one in the other", []executor.FetchReport{report(10, 60), report(20, 30), report(55, 70)}, 60},
		{"not sent", []executor.FetchReport{report(0, 0), report(5, 0)}, 0},
	} {
		if got := waited(tt.in); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// The line of a request has all there is to know of it, and no secret.
func TestAccessLogFields(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Log.RequestHeaders = []string{"x-tenant", "authorization", "X-Session-Token", "x-absent"}
	})
	body := `{"query":"query Q { product(id: \"1\") { price } }"}`
	w := b.post(body,
		"apollographql-client-name", "web", "graphql-client-version", "1.2",
		"X-Tenant", "t1", "Authorization", "Bearer sesame", "X-Session-Token", "sesame", "X-Request-Id", "r1")
	line := b.logs.FilterMessage("request").All()[0].ContextMap()
	duration, overhead := line["duration"].(time.Duration), line["overhead"].(time.Duration)
	if overhead < 0 || overhead > duration || duration == 0 {
		t.Errorf("overhead %s of %s", overhead, duration)
	}
	for _, varies := range []string{"duration", "overhead", "hash", "fetches"} {
		if line[varies] == nil {
			t.Errorf("there is no %s", varies)
		}
		delete(line, varies)
	}
	want := map[string]any{
		"request_id": "r1", "method": "POST", "path": "/graphql", "status": int64(200),
		"request_bytes": int64(len(body)), "bytes": int64(w.Body.Len()),
		"operation": "Q", "type": "query", "client": "web", "client_version": "1.2",
		"headers": map[string]any{"x-tenant": "t1", "authorization": "[redacted]", "x-session-token": "[redacted]"},
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}

	b.post(apq(hashOf("{ echo }"), "{ echo }"))
	b.post(apq(hashOf("{ echo }"), ""), "graphql-client-name", strings.Repeat("n", 1_000_000))
	lines := b.logs.FilterMessage("request").All()
	if got := []any{lines[1].ContextMap()["document"], lines[2].ContextMap()["document"]}; got[0] != "registered" || got[1] != "apq" {
		t.Errorf("documents %v", got)
	}
	if name := lines[2].ContextMap()["client"].(string); len(name) > 200 {
		t.Errorf("the name of the client has %d bytes", len(name))
	}
}

// A request that is not asked to be logged costs nothing for it.
func TestBodyIsNotTimedWithoutAccessLog(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Log.Access = false })
	r := newRequestWith("POST", "/graphql", `{"query":"{ echo }"}`, "Content-Type", "application/json")
	var seen http.Handler = b.Router.visits(http.HandlerFunc(func(_ http.ResponseWriter, got *http.Request) {
		if got.Body != r.Body {
			t.Errorf("the body is a %T", got.Body)
		}
	}))
	seen.ServeHTTP(httptest.NewRecorder(), r)
}
