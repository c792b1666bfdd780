package weft_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
)

// canary is part of every secret that is planted.
const canary = "canary-8153"

// canaryEnv are the secrets in the environment.
func canaryEnv(name string) (string, bool) {
	v, ok := map[string]string{
		"URL_SECRET":    canary + "-userinfo",
		"QUERY_SECRET":  canary + "-query",
		"HEADER_SECRET": canary + "-header",
		"LINES":         canary + "\r\nx: y",
	}[name]
	return v, ok
}

// A lockedBuffer is a bytes.Buffer that several goroutines write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// take returns what was written, and forgets it.
func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return b.b.String()
}

// canaryLog logs everything, in the format.
func canaryLog(w io.Writer, format string) *zap.Logger {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	if format == "text" {
		encoder = zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig())
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.AddSync(w), zapcore.DebugLevel))
}

// Secrets in the environment, in the configuration, in URLs, in headers of both
// ways, in variables and in what subgraphs say of their troubles: they are used,
// and show nowhere but where the configuration wants them.
func TestCanary(t *testing.T) {
	for _, tt := range []struct {
		name, more string
		dev        bool
		// clients and logs tell whether they may see what a subgraph says of
		// itself.
		clients, logs bool
		format        string
	}{
		{name: "production", logs: true, format: "json"},
		{name: "on a terminal", logs: true, format: "text"},
		{name: "by net/http", more: "all_subgraphs: {transport: net_http}", logs: true, format: "json"},
		{name: "by HTTP/2", more: "all_subgraphs: {transport: http2}", logs: true, format: "json"},
		{name: "fail fast", more: "on_error: fail_fast", logs: true, format: "json"},
		{name: "masked in logs too", more: "errors: {log: {all: {message: mask, extensions: [code]}}}", format: "json"},
		{name: "masked in logs of the subgraph", more: "errors: {log: {subgraphs: {a: {message: mask, extensions: drop}}}}", format: "json"},
		{name: "dev", dev: true, clients: true, logs: true, format: "text"},
		{name: "open to clients, masked in logs", more: "errors: {all: {message: keep, extensions: keep}, log: {all: {message: mask, extensions: drop}}}", clients: true, format: "json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			var received []string // guarded by mu
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				received = append(received, fmt.Sprint(r.Header, r.URL, string(body)))
				mu.Unlock()
				w.Header().Set("X-Internal", canary+"-answer-header")
				w.Header().Set("Set-Cookie", canary+"-cookie")
				switch text := string(body); {
				case strings.Contains(text, "int("):
					_, _ = io.WriteString(w, `{"data":{"int":null},"errors":[{"message":"table `+canary+`-message is missing","path":["int"],
						"extensions":{"code":"BAD","stack":"`+canary+`-stack","authToken":"`+canary+`-extension"}}]}`)
				case strings.Contains(text, "float"):
					w.WriteHeader(http.StatusBadGateway)
					_, _ = io.WriteString(w, "<html>"+canary+"-page</html>")
				default:
					_, _ = io.WriteString(w, `{"data":{"string":"fine"}}`)
				}
			}))
			srv.Config.Protocols = new(http.Protocols)
			srv.Config.Protocols.SetHTTP1(true)
			srv.Config.Protocols.SetUnencryptedHTTP2(true)
			srv.Start()
			defer srv.Close()

			text := fmt.Sprintf(`
dev: %v
subgraphs:
  a: {url: "http://user:${URL_SECRET}@%s/graphql?key=${QUERY_SECRET}"}
  b: {url: "http://user:${URL_SECRET}@127.0.0.1:1/?key=${QUERY_SECRET}"}
headers:
  all:
    request:
      - insert: {name: x-gateway-key, value: "${HEADER_SECRET}"}
      - insert: {name: x-literal-key, value: %s-literal}
      - propagate: {named: authorization}
log: {level: debug, request_headers: [authorization, cookie, x-api-key, x-tenant]}
metrics: {enabled: true}
%s
`, tt.dev, strings.TrimPrefix(srv.URL, "http://"), canary, tt.more)
			c, err := config.Parse("canary.yaml", []byte(text), config.Options{Env: canaryEnv})
			if err != nil {
				t.Fatal(err)
			}
			var log lockedBuffer
			r, err := weft.New(t.Context(), c, weft.WithSupergraph(canarySDL), weft.WithLogger(canaryLog(&log, tt.format)))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()

			check := func(where, out string) {
				t.Helper()
				if tt.clients {
					out = strings.NewReplacer(canary+"-message", "", canary+"-stack", "", canary+"-extension", "").Replace(out)
				}
				if i := strings.Index(out, canary); i >= 0 {
					t.Errorf("%s shows %.200s", where, out[max(0, i-80):])
				}
			}
			for _, query := range []string{
				`query ($x: Int, $s: String) { int(x: $x) string(x: $s) }`,
				`query ($x: Int, $s: String) { string(x: $s) float json(x: [$x]) }`,
				`query ($s: String) { string(x: $s) other }`,
				`query ($x: Int, $s: String) { nope(x: $x) }`,
				`query ($x: Int!, $s: Int) { int(x: $x) }`,
				`{ __typename`,
			} {
				for _, explain := range []string{"", "true", "dry-run"} {
					header := http.Header{
						"Content-Type": {"application/json"}, "Authorization": {"Bearer " + canary + "-bearer"}, "Cookie": {"s=" + canary},
						"X-Api-Key": {canary}, "X-Tenant": {"t1"}, "Weft-Explain": {explain}, "Apollographql-Client-Name": {"web"},
					}
					body := string(must(jsonOf(query, `{"x": 1, "s": "`+canary+`-variable"}`)))
					response, text := exchange(t.Context(), r, "POST", "/graphql?token="+canary, header, body)
					check(query+" "+explain, fmt.Sprint(response.Status, response.Header, text))
				}
			}
			for _, target := range []string{"/health", "/health?ready", "/metrics", "/", "/nothing", "/graphql?query={int}&token=" + canary} {
				response, text := exchange(t.Context(), r, "GET", target, http.Header{"Accept": {"*/*"}, "Apollo-Require-Preflight": {"1"}}, "")
				check(target, fmt.Sprint(response.Status, response.Header, text))
			}
			logged := log.take()
			for _, part := range []string{"t1", "[redacted]"} {
				if !strings.Contains(logged, part) {
					t.Errorf("the log does not have %q", part)
				}
			}
			if tt.logs {
				for _, said := range []string{canary + "-message", canary + "-stack", canary + "-page"} {
					if !strings.Contains(logged, said) {
						t.Errorf("the log does not have %s, which is what it is for", said)
					}
					logged = strings.ReplaceAll(logged, said, "")
				}
			}
			if i := strings.Index(logged, canary); i >= 0 {
				t.Errorf("the log shows %.300s", logged[max(0, i-150):])
			}

			// They were all planted, and got where they should.
			mu.Lock()
			defer mu.Unlock()
			all := strings.Join(received, "\n")
			for _, secret := range []string{"-query", "-header", "-literal", "-bearer", "-variable"} {
				if !strings.Contains(all, canary+secret) {
					t.Errorf("no subgraph got %s", canary+secret)
				}
			}
			if strings.Contains(all, "s="+canary) || !strings.Contains(all, "Basic ") && !strings.Contains(all, "-bearer") {
				t.Errorf("a subgraph got what is not for it: %s", all)
			}
		})
	}
}

const canarySDL = federationSDL + `
scalar JSON @join__type(graph: A)
type Query @join__type(graph: A) @join__type(graph: B) {
  int(x: Int): Int @join__field(graph: A)
  float: Float @join__field(graph: A)
  string(x: String): String @join__field(graph: A)
  json(x: JSON): JSON @join__field(graph: A)
  other: String @join__field(graph: B)
}
`

func jsonOf(query, variables string) ([]byte, error) {
	return fmt.Appendf(nil, `{"query":%q,"variables":%s}`, query, variables), nil
}

// What is said of a configuration with faults shows no value of it that may be
// a secret: weft config validate and a start that fails say no more than this.
func TestCanaryInFaultyConfigurations(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"no URL", `subgraphs: {a: {url: "gopher://user:` + canary + `@host/"}}`},
		{"no port", `subgraphs: {a: {url: "http://user:` + canary + `@host:port/"}}`},
		{"no host", `subgraphs: {a: {url: "http://user:` + canary + `@/"}}`},
		{"a URL in place of a mapping", `subgraphs: {a: "http://user:` + canary + `@host/"}`},
		{"a URL in place of all", `subgraphs: "https://user:` + canary + `@host/"`},
		{"a URL to listen on", `listen: "http://user:` + canary + `@host/"`},
		{"a URL for a path", `path: "http://user:` + canary + `@host/"`},
		{"a variable of a wrong type", `deadline: ${HEADER_SECRET}`},
		{"a variable in place of a mapping", `headers: ${HEADER_SECRET}`},
		{"an unknown key", `{headers: {all: {request: [{insert: {name: x, valeu: ` + canary + `}}]}}}`},
		{"a value of two lines", `{headers: {all: {request: [{insert: {name: x, value: "${LINES}"}}]}}}`},
		{"a name of two lines", `{headers: {all: {request: [{propagate: {named: "${LINES}"}}]}}}`},
		{"a pattern", `{headers: {all: {request: [{propagate: {matching: "(${HEADER_SECRET}"}}]}}}`},
		{"a value twice", `{headers: {all: {request: [{insert: {name: x, value: ` + canary + `, value: ` + canary + `}}]}}}`},
		{"no YAML", `{headers: {all: {request: [{insert: {name: x, value: ` + canary},
		{"no YAML, a quote", `{headers: {all: {request: [{insert: {name: x, value: "` + canary + `}}]}}}`},
		{"no YAML, a tab", "headers:\n\tall: " + canary},
		{"a tag", `dev: !secret ` + canary},
		{"a second document", "dev: true\n---\nkey: " + canary},
		{"an enumeration", `on_error: ${HEADER_SECRET}`},
		{"a size", `limits: {request_bytes: ${HEADER_SECRET}}`},
		{"a list", `csrf: {required_headers: ["${LINES}"]}`},
		{"a schema's URL", `supergraph: {subgraphs: {a: {schema: {subgraph_url: "http://user:` + canary + `@host:port/"}}}}`},
		{"a schema's URL, no scheme", `supergraph: {subgraphs: {a: {schema: {subgraph_url: "user:` + canary + `@host/?k=` + canary + `"}}}}`},
		{"a schema's header", `supergraph: {subgraphs: {a: {schema: {subgraph_url: "http://host/", headers: {x-key: "${LINES}"}}}}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Parse("canary.yaml", []byte(tt.text), config.Options{Env: canaryEnv})
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("it says %s", err)
			}
		})
	}
}

// Nor does a start at which subgraphs cannot be asked for their schemas.
func TestCanaryWhenStartingFails(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusForbidden)
	}))
	defer srv.Close()
	for _, address := range []string{"127.0.0.1:1", strings.TrimPrefix(srv.URL, "http://")} {
		text := `
supergraph:
  start_timeout: 300ms
  subgraphs:
    a:
      schema:
        subgraph_url: "http://user:${URL_SECRET}@` + address + `/?key=${QUERY_SECRET}"
        headers: {x-key: "${HEADER_SECRET}"}
`
		c, err := config.Parse("canary.yaml", []byte(text), config.Options{Env: canaryEnv})
		if err != nil {
			t.Fatal(err)
		}
		var log lockedBuffer
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r, err := weft.New(ctx, c, weft.WithLogger(canaryLog(&log, "json")))
		if err == nil {
			err = r.Run(ctx)
			r.Close()
		}
		if out := fmt.Sprint(err, log.take()); strings.Contains(out, canary) || err == nil {
			t.Errorf("%s: it says %s", address, out)
		}
	}
}
