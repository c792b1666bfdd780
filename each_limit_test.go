package weft_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
)

// A limitCase is a limit with what is exactly at it, what is one over it, and,
// of those that guard weft itself, what is over ten times as much.
type limitCase struct {
	name     string
	key      config.MeasuredLimit
	set      func(*config.Limits)
	at       func() request
	over     func() request
	farOver  func() request // nil if measuring knows no end
	code     string
	status   int // where it is enforced
	count    int // of what is over it, as measured
	limit    int
	truncate bool // the answer is cut and not refused
}

type request struct {
	body   string
	header http.Header
}

func ask1(query, variables string) request {
	q := graphqlRequest{Query: query}
	if variables != "" {
		q.Variables = json.RawMessage(variables)
	}
	body, err := json.Marshal(q)
	if err != nil {
		panic(err) // the tests' own
	}
	return request{body: string(body)}
}

func query(format string, args ...any) func() request {
	return func() request { return ask1(fmt.Sprintf(format, args...), "") }
}

// sized is a request of exactly n bytes.
func sized(n int) request {
	const body = `{"query":"{ __typename }"}`
	return request{body: body + strings.Repeat(" ", n-len(body))}
}

// zipped is a request with r's body compressed.
func zipped(r request) request {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(r.body)) // into memory
	_ = z.Close()
	return request{b.String(), http.Header{"Content-Encoding": {"gzip"}}}
}

func limitCases() []limitCase {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+" ", i)
		}
		return b.String()
	}
	nested := func(n int) func() request {
		return func() request {
			return ask1(`query ($x: JSON) { json(x: $x) }`, `{"x": `+strings.Repeat("[", n-1)+strings.Repeat("]", n-1)+`}`)
		}
	}
	const documentLimit, variablesLimit = 2, 4
	return []limitCase{
		{name: "request_bytes", key: config.MeasureRequestBytes, set: func(l *config.Limits) { l.RequestBytes = 100 },
			at: func() request { return sized(100) }, over: func() request { return sized(101) }, farOver: func() request { return sized(1001) },
			code: "REQUEST_TOO_LARGE", status: 413, count: 101, limit: 100},
		{name: "request_bytes once inflated", key: config.MeasureRequestBytes, set: func(l *config.Limits) { l.RequestBytes = 500 },
			at: func() request { return zipped(sized(500)) }, over: func() request { return zipped(sized(501)) }, farOver: func() request { return zipped(sized(5001)) },
			code: "REQUEST_TOO_LARGE", status: 413, count: 501, limit: 500},
		{name: "tokens", key: config.MeasureTokens, set: func(l *config.Limits) { l.Tokens = 4 },
			at: query("{ int id }"), over: query("{ int id #\n }"), farOver: query("{ int %s }", many(50, "#%d\n")),
			code: "MAX_TOKENS_LIMIT", status: 200, count: 5, limit: 4},
		{name: "nesting of the document", key: config.MeasureNesting, set: func(l *config.Limits) { l.Nesting = documentLimit },
			at: query("{ ... { int } }"), over: query("{ ... { ... { int } } }"),
			farOver: query("%s int %s", strings.Repeat("{ ... ", 25)+"{", "}"+strings.Repeat("}", 25)),
			code:    "MAX_DEPTH_LIMIT", status: 200, count: documentLimit + 1, limit: documentLimit},
		{name: "nesting of variables", key: config.MeasureNesting, set: func(l *config.Limits) { l.Nesting = variablesLimit },
			at: nested(variablesLimit), over: nested(variablesLimit + 1), farOver: nested(10*variablesLimit + 1),
			code: "MAX_DEPTH_LIMIT", status: 200, count: variablesLimit + 1, limit: variablesLimit},
		{name: "selections", key: config.MeasureSelections, set: func(l *config.Limits) { l.Selections = 3 },
			at: query("{ ...F } fragment F on Query { int id }"), over: query("{ ...F } fragment F on Query { int id float }"),
			farOver: query("{ ...F } fragment F on Query { %s }", strings.Repeat("int ", 31)),
			code:    "MAX_SELECTIONS_LIMIT", status: 200, count: 4, limit: 3},
		{name: "depth", key: config.MeasureDepth, set: func(l *config.Limits) { l.Depth = 3 },
			at: query("{ __schema { queryType { name } } }"), over: query("{ __schema { queryType { fields { name } } } }"),
			code: "MAX_DEPTH_LIMIT", status: 200, count: 4, limit: 3},
		{name: "height", key: config.MeasureHeight, set: func(l *config.Limits) { l.Height = 2 },
			at: query("{ int id int id }"), over: query("{ int id float }"),
			code: "MAX_HEIGHT_LIMIT", status: 200, count: 3, limit: 2},
		{name: "aliases", key: config.MeasureAliases, set: func(l *config.Limits) { l.Aliases = 1 },
			at: query("{ a: int id }"), over: query("{ a: int ...F } fragment F on Query { b: int }"),
			code: "MAX_ALIASES_LIMIT", status: 200, count: 2, limit: 1},
		{name: "root_fields", key: config.MeasureRootFields, set: func(l *config.Limits) { l.RootFields = 2 },
			at: query("{ int __schema { queryType { name } } }"), over: query("{ int id ... { float } }"),
			code: "MAX_ROOT_FIELDS_LIMIT", status: 200, count: 3, limit: 2},
		{name: "directives", key: config.MeasureDirectives, set: func(l *config.Limits) { l.Directives = 1 },
			at: query("{ int @skip(if: false) }"), over: query("{ int @skip(if: false) @include(if: true) }"),
			code: "MAX_DIRECTIVES_LIMIT", status: 200, count: 2, limit: 1},
		{name: "introspection_depth", key: config.MeasureIntrospectionDepth, set: func(l *config.Limits) { l.IntrospectionDepth = 1 },
			at: query("{ __schema { types { fields { name } interfaces { name } } } }"), over: query("{ __schema { types { ...F } } } fragment F on __Type { fields { type { inputFields { name } } } }"),
			code: "MAX_INTROSPECTION_DEPTH_LIMIT", status: 200, count: 2, limit: 1},
		{name: "errors", key: config.MeasureErrors, set: func(l *config.Limits) { l.Errors = 2 }, truncate: true,
			at: query("{ string(x: %q) }", "2"), over: query("{ string(x: %q) }", "3"), farOver: query("{ string(x: %q) }", "21"),
			code: "TOO_MANY_ERRORS", status: 200, count: 3, limit: 2},
	}
}

// failing is a subgraph that has as many errors as it is asked for by the
// argument of string, and answers anything else with nulls.
func failing() http.Handler {
	return answers(func(q graphqlRequest) string {
		var variables map[string]any
		_ = json.Unmarshal(q.Variables, &variables) // what is no object asks for none
		n := 0
		for _, v := range variables {
			if s, ok := v.(string); ok {
				_, _ = fmt.Sscan(s, &n) // likewise
			}
		}
		if n == 0 {
			return `{"data":{}}`
		}
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"message":"no %d","path":["string"]}`, i)
		}
		return `{"data":{"string":null},"errors":[` + strings.Join(list, ",") + `]}`
	})
}

// Each limit lets pass what is at it and refuses, with its code, what is one
// over it; where it is only measured that passes, too, and is logged, up to ten
// times the limit if that guards weft itself. All of it holds for an operation
// that is cached as for a new one.
func TestEachLimit(t *testing.T) {
	nothing := answers(func(graphqlRequest) string { return `{"data":{}}` })
	for _, tt := range limitCases() {
		t.Run(tt.name, func(t *testing.T) {
			for _, measure := range []bool{false, true} {
				core, logs := observer.New(zapcore.InfoLevel)
				r := federate(t, argumentsSDL, map[string]http.Handler{"a": failing(), "b": nothing}, func(c *config.Config) {
					tt.set(&c.Limits)
					if measure {
						c.Limits.Measure = []config.MeasuredLimit{tt.key}
					}
				}, weft.WithLogger(zap.New(core)))
				// send tells the status, the codes of limits in the answer and
				// what the log says of them.
				send := func(q request) (status int, refusedWith []string, logged []string) {
					header := http.Header{"Content-Type": {"application/json"}}
					for name, values := range q.header {
						header[name] = values
					}
					before := logs.FilterMessage("request").Len()
					response, body := exchange(t.Context(), r, "POST", "/graphql", header, q.body)
					var answer struct {
						Errors []struct{ Extensions struct{ Code string } }
					}
					if err := json.Unmarshal([]byte(body), &answer); err != nil {
						t.Fatalf("%v: %s", err, body)
					}
					for _, e := range answer.Errors {
						if e.Extensions.Code != "DOWNSTREAM_SERVICE_ERROR" {
							refusedWith = append(refusedWith, e.Extensions.Code)
						}
					}
					entries := logs.FilterMessage("request").All()[before:]
					if over, ok := entries[0].ContextMap()["over_limits"].([]any); ok {
						for _, o := range over {
							m := o.(map[string]any)
							logged = append(logged, fmt.Sprint(m["limit"], " ", m["count"], "/", m["max"]))
						}
					}
					return response.StatusCode, refusedWith, logged
				}
				for _, warm := range []bool{false, true} {
					name := fmt.Sprintf("measured %t, warm %t", measure, warm)
					if status, codes, logged := send(tt.at()); status != 200 || codes != nil || logged != nil {
						t.Errorf("%s, at the limit: %d %v %v", name, status, codes, logged)
					}
					status, codes, logged := send(tt.over())
					if measure {
						want := fmt.Sprintf("%s %d/%d", tt.code, tt.count, tt.limit)
						if status != 200 || codes != nil || !slices.Equal(logged, []string{want}) {
							t.Errorf("%s, over: %d %v %v, want it logged as %s", name, status, codes, logged, want)
						}
					} else if status != tt.status || !slices.Equal(codes, []string{tt.code}) || logged != nil {
						t.Errorf("%s, over: %d %v %v, want %d %s", name, status, codes, logged, tt.status, tt.code)
					}
					if tt.farOver == nil || !measure {
						continue
					}
					if status, codes, _ := send(tt.farOver()); status != tt.status || !slices.Equal(codes, []string{tt.code}) {
						t.Errorf("%s, ten times over: %d %v, want %d %s", name, status, codes, tt.status, tt.code)
					}
				}
			}
		})
	}
}

// The size of headers is net/http's to bound, which it does within a few
// kilobytes, with 431.
func TestHeaderLimit(t *testing.T) {
	const limit = 2000
	for _, measure := range []bool{false, true} {
		core, logs := observer.New(zapcore.InfoLevel)
		r := federate(t, argumentsSDL, map[string]http.Handler{"a": failing(), "b": failing()}, func(c *config.Config) {
			c.Limits.HeaderBytes = limit
			if measure {
				c.Limits.Measure = []config.MeasuredLimit{config.MeasureHeaderBytes}
			}
		}, weft.WithLogger(zap.New(core)))
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- r.Serve(ctx, l) }()
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
		for _, tt := range []struct {
			bytes             int
			enforce, measured int
		}{{limit - 500, 200, 200}, {limit + 5000, 431, 200}, {10*limit + 5000, 431, 431}} {
			q, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+l.Addr().String()+"/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", "application/json")
			q.Header.Set("X-Filler", strings.Repeat("x", tt.bytes))
			response, err := client.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			want := tt.enforce
			if measure {
				want = tt.measured
			}
			if response.StatusCode != want {
				t.Errorf("measured %t, %d bytes: %d, want %d", measure, tt.bytes, response.StatusCode, want)
			}
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		over := 0
		for _, entry := range logs.FilterMessage("request").All() {
			if o := entry.ContextMap()["over_limits"]; o != nil {
				over++
				if !strings.Contains(fmt.Sprint(o), "HEADER_TOO_LARGE") {
					t.Errorf("logged: %v", o)
				}
			}
		}
		if want := map[bool]int{false: 0, true: 1}[measure]; over != want {
			t.Errorf("measured %t: %d requests are logged as over the limit, want %d", measure, over, want)
		}
	}
}
