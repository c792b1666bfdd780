package router

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
)

func batching(c *config.Config) {
	c.Batching.Enabled = true
	c.Batching.MaximumSize = 5
}

func TestBatch(t *testing.T) {
	const typename = `{"query":"{ __typename }"}`
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"one", "[" + typename + "]", 200, `[{"data":{"__typename":"Query"}}]`},
		{"space around", " \n[ " + typename + " ] ", 200, `[{"data":{"__typename":"Query"}}]`},
		{"in order", `[{"query":"{ product(id: \"1\") { name } }"},{"query":"mutation { touch }"},{"query":"{ echo(n: 7) }"},` + typename + `]`, 200,
			`[{"data":{"product":{"name":"Lamp"}}},{"data":{"touch":1}},{"data":{"echo":7}},{"data":{"__typename":"Query"}}]`},
		{"variables and names", `[{"query":"query A { __typename } query B { b: __typename }","operationName":"B"},{"query":"query ($n: Int!) { echo(n: $n) }","variables":{"n":7}}]`, 200,
			`[{"data":{"b":"Query"}},{"data":{"echo":7}}]`},
		{"an element that is wrong", `[{"query":"{ nope }"},7,{},` + typename + `,{"query":"{ __typename }","variables":[]}]`, 200,
			`[{"errors":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]},` +
				`{"errors":[{"message":"the request body must be a JSON object","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]},` +
				`{"errors":[{"message":"\"query\" is missing; it holds the GraphQL document","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]},` +
				`{"data":{"__typename":"Query"}},` +
				`{"errors":[{"message":"\"variables\" must be an object","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]}]`},
		{"a subscription", `[{"query":"subscription { ticks }"},` + typename + `]`, 200,
			`[{"errors":[{"message":"subscriptions are not supported","extensions":{"code":"SUBSCRIPTIONS_NOT_SUPPORTED"}}]},{"data":{"__typename":"Query"}}]`},
		{"as many as allowed", "[" + strings.Repeat(typename+",", 4) + typename + "]", 200,
			"[" + strings.Repeat(`{"data":{"__typename":"Query"}},`, 4) + `{"data":{"__typename":"Query"}}]`},
		{"one too many", "[" + strings.Repeat(typename+",", 5) + typename + "]", 400,
			`{"errors":[{"message":"a batch has at most 5 operations","extensions":{"code":"BATCH_LIMIT_EXCEEDED"}}]}`},
		{"none", "[]", 400, `{"errors":[{"message":"the batch holds no operation","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]}`},
		{"not JSON", "[" + typename, 400,
			`{"errors":[{"message":"the request body is not JSON: unexpected end of JSON input at byte 27","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]}`},
		{"an array in an array", "[[" + typename + "]]", 200,
			`[{"errors":[{"message":"the request body must be a JSON object","extensions":{"code":"INVALID_GRAPHQL_REQUEST"}}]}]`},
	}
	b := newBench(t, batching)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, media := range []string{"application/json", "application/graphql-response+json"} {
				w := b.post(tt.body, "Accept", media)
				if diff := cmp.Diff(tt.want, w.Body.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if w.Code != tt.status || !strings.HasPrefix(w.Header().Get("Content-Type"), media) || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%d %v", w.Code, w.Header())
				}
			}
		})
	}
}

func TestBatchingIsOff(t *testing.T) {
	w := newBench(t, nil).post(`[{"query":"{ __typename }"}]`)
	if diff := cmp.Diff([]string{CodeBatchingNotEnabled}, codesIn(t, w.Body.Bytes())); diff != "" || w.Code != 400 {
		t.Errorf("%d (-want +got):\n%s", w.Code, diff)
	}
}

// Operations of a batch run at the same time and end by the one deadline: what
// has arrived by then is answered.
func TestBatchDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *config.Config) {
			batching(c)
			c.Deadline = config.Duration(2 * time.Second)
			c.AllSubgraphs.Timeout = config.Duration(time.Second)
			c.Errors.All.Extensions.All = true
		})
		b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			wait := time.Second
			if strings.Contains(string(r.Body), "touch") {
				wait = time.Hour
			}
			select {
			case <-time.After(wait):
				return &subgraphs.Response{Status: 200, Header: http.Header{}, Body: []byte(`{"data":{"echo":7}}`)}, nil
			case <-ctx.Done():
				return nil, &subgraphs.Error{Subgraph: "a", Kind: subgraphs.Timeout, Err: ctx.Err()}
			}
		}
		start := time.Now()
		w := b.post(`[{"query":"{ echo(n: 1) }"},{"query":"mutation { touch }"},{"query":"{ echo(n: 2) }"}]`)
		if took := time.Since(start); took > 2*time.Second || took < time.Second {
			t.Errorf("it took %s", took)
		}
		var answers []struct {
			Data   map[string]any
			Errors []struct{ Extensions struct{ Code string } }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answers); err != nil || len(answers) != 3 {
			t.Fatalf("%v: %s", err, w.Body)
		}
		if answers[0].Data["echo"] != 7.0 || answers[2].Data["echo"] != 7.0 || len(answers[1].Errors) != 1 || answers[1].Errors[0].Extensions.Code != CodeTimeout {
			t.Errorf("%s", w.Body)
		}
	})
}

// Each operation is held to the limits by itself, and the log has all of them
// in one line.
func TestBatchLimitsAndLog(t *testing.T) {
	b := newBench(t, batching)
	g := b.graph.Load()
	g.limits.RootFields = 2
	g.limits.Depth, g.limits.MeasureOnly.Depth = 1, true
	w := b.post(`[{"query":"query A { __typename echo }"},{"query":"query B { a: echo b: echo c: echo }"},{"query":"query C { product(id: \"1\") { name } }"}]`)
	want := fmt.Sprintf(`[{"data":{"__typename":"Query","echo":7}},{"errors":[{"message":"query B has too many root fields, more than the 2 allowed","locations":[{"line":1,"column":1}],"extensions":{"code":"MAX_ROOT_FIELDS_LIMIT"}}]},%s]`,
		`{"data":{"product":{"name":"Lamp"}}}`)
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	logged := b.logs.FilterMessage("request").All()
	if len(logged) != 1 {
		t.Fatalf("%d lines", len(logged))
	}
	var got []string
	for _, entry := range logged[0].ContextMap()["batch"].([]any) {
		e := entry.(map[string]any)
		got = append(got, fmt.Sprint(e["operation"], " ", e["codes"], " ", e["over_limits"] != nil, " ", e["fetches"] != nil))
	}
	if diff := cmp.Diff([]string{"A <nil> false true", "<nil> [MAX_ROOT_FIELDS_LIMIT] false false", "C <nil> true true"}, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// A panic in one operation is that operation's error.
func TestBatchPanic(t *testing.T) {
	b := newBench(t, batching)
	b.Router.errors = nil // asking it panics
	b.fetcher.answers["a"] = answer(`{"errors":[{"message":"no"}]}`)
	w := b.post(`[{"query":"{ echo }"},{"query":"{ __typename }"}]`)
	want := `[{"errors":[{"message":"internal server error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]},{"data":{"__typename":"Query"}}]`
	if diff := cmp.Diff(want, withoutErrorIDs(w.Body.String())); diff != "" || w.Code != 200 {
		t.Errorf("%d (-want +got):\n%s", w.Code, diff)
	}
	if n := b.logs.FilterMessage("panic while serving a request").Len(); n != 1 {
		t.Errorf("%d panics are logged", n)
	}
}

// FuzzBatch: whatever stands in an array, there is one answer for each element,
// in their order, and each the one that the element gets alone; or the array as
// a whole is refused.
func FuzzBatch(f *testing.F) {
	f.Add(`[{"query":"{ echo }"},{"query":"{ __typename }"}]`)
	f.Add(`[]`)
	f.Add(`[null]`)
	f.Add(`[{"query":"{"},{"query":"mutation { touch }"},17,"text",[],{}]`)
	f.Add(` [ {"query":"query($n:Int){echo(n:$n)}","variables":{"n":1}} , [{"query":"{ echo }"}] ]`)
	f.Add(`[{"query":"{ echo }"}`)
	f.Add(`[{"query":"{ echo }","query":"{ a: echo }"}]`)
	f.Add(`[{"query":"{ echo }"}]]`)
	f.Add("[{\"query\":\"{ echo }\\ud800\"},{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"00\"}}}]")
	f.Add(`[` + strings.Repeat(`[`, 20000))
	f.Add(`[1,2,3,4,5,6]`)
	b := newBench(f, func(c *config.Config) {
		batching(c)
		c.APQ.Enabled = false // what one element registers would change what the next gets
	})
	f.Fuzz(func(t *testing.T, body string) {
		w := b.post(body)
		for _, entry := range b.logs.TakeAll() {
			if entry.Level >= zapcore.ErrorLevel {
				t.Fatalf("%s: %v", entry.Message, entry.ContextMap())
			}
		}
		var elements, answers []json.RawMessage
		isArray := utf8.ValidString(body) && json.Unmarshal([]byte(body), &elements) == nil && elements != nil
		if !isArray || len(elements) == 0 || len(elements) > 5 {
			if codes := codesIn(t, w.Body.Bytes()); strings.HasPrefix(strings.TrimLeft(body, " \t\r\n"), "[") && (w.Code != 400 || len(codes) != 1) {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			return
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answers); err != nil || w.Code != 200 || len(answers) != len(elements) {
			t.Fatalf("status %d for %d elements (%v): %s", w.Code, len(elements), err, w.Body)
		}
		for i, element := range elements {
			if strings.HasPrefix(string(element), "[") {
				if codes := codesIn(t, answers[i]); len(codes) != 1 {
					t.Errorf("an array in the array: %s", answers[i])
				}
				continue
			}
			if alone := b.post(string(element)).Body.String(); alone != string(answers[i]) {
				t.Errorf("element %d, %s: %s, alone %s", i, element, answers[i], alone)
			}
		}
	})
}
