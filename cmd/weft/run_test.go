package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/demo"
)

// A process is the command running in this process.
type process struct {
	stdout, stderr *output
	finish         func() int // waits until it ends and returns its status
	end            func() int // tells it to end before
}

// runWeft starts the command. At the end of the test nothing of it may be
// left.
func runWeft(t *testing.T, args ...string) *process {
	t.Helper()
	before := goleak.IgnoreCurrent()
	w := &process{stdout: newOutput(), stderr: newOutput()}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		status := run(ctx, append([]string{"weft"}, args...), strings.NewReader(""), w.stdout, w.stderr)
		w.stdout.close()
		w.stderr.close()
		done <- status
	}()
	status := sync.OnceValue(func() int { return <-done })
	w.finish = status
	w.end = func() int {
		cancel()
		return status()
	}
	t.Cleanup(func() {
		w.end()
		goleak.VerifyNone(t, before)
	})
	return w
}

// output is what a command writes, for somebody who waits for it.
type output struct {
	mu     sync.Mutex
	more   *sync.Cond   // of mu; when text or ended has changed
	text   bytes.Buffer // guarded by mu
	closed bool         // guarded by mu
}

func newOutput() *output {
	o := &output{}
	o.more = sync.NewCond(&o.mu)
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.more.Broadcast()
	return o.text.Write(p)
}

func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.more.Broadcast()
}

// await returns what the pattern's group matches, as soon as it does.
func (o *output) await(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if m := re.FindStringSubmatch(o.text.String()); m != nil {
			return m[1]
		}
		if o.closed {
			t.Fatalf("%s does not come in\n%s", pattern, o.text.String())
		}
		o.more.Wait()
	}
}

// ask posts a query and returns status and body.
func ask(t *testing.T, url, query string, header ...string) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return send(t, r)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: tr}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

const article = `{ product(id: "1") { id name availability price } }`

func TestDemo(t *testing.T) {
	w := runWeft(t, "demo", "--listen", "127.0.0.1:0", "--latency", "inventory=1ms,pricing=1ms", "--products", "20")
	graphql := w.stdout.await(t, `GraphQL +(http://\S+/graphql)\n`)
	w.stdout.await(t, `(curl -s http://\S+/graphql)`)
	const want = `{"data":{"product":{"id":"1","name":"Aurora Wireless Headphones","availability":"In Stock","price":29.99}}}`
	if status, body := ask(t, graphql, article); status != 200 || body != want {
		t.Errorf("%d %s, want %s", status, body, want)
	}
	if _, body := ask(t, graphql, article, "weft-explain", "true"); !strings.Contains(body, `"extensions":{"explain":{`) {
		t.Errorf("explained %s", body)
	}
	if _, body := ask(t, graphql, "{ __schema { queryType { name } } }"); body != `{"data":{"__schema":{"queryType":{"name":"Query"}}}}` {
		t.Errorf("introspected %s", body)
	}
	base := strings.TrimSuffix(graphql, "/graphql")
	if status, body := get(t, base+"/"); status != 200 || !strings.Contains(body, "GraphiQL") || !strings.Contains(body, "weft-explain") {
		t.Errorf("page: %d %.200s", status, body)
	}
	if status, body := get(t, base+"/health?ready"); status != 200 || body != `{"status":"UP"}` {
		t.Errorf("health: %d %s", status, body)
	}
	if status := w.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}

func TestDemoFaults(t *testing.T) {
	const partial = `{"data":{"product":{"id":"1","name":"Aurora Wireless Headphones","availability":"In Stock","price":null}},"errors":[`
	tests := []struct {
		name string
		args []string
		want string // how the answer begins
		also string
	}{
		{"fail", []string{"--fail", "pricing"}, partial, `"path":["product"]`},
		{"fail fast", []string{"--fail", "pricing", "--on-error", "fail_fast"}, `{"data":null,"errors":[`, `"service":"pricing"`},
		{"hang", []string{"--hang", "pricing", "--deadline", "300ms"}, partial, `"code":"GATEWAY_TIMEOUT"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := runWeft(t, append([]string{"demo", "--listen", "127.0.0.1:0", "--products", "20", "--latency", "inventory=0s,pricing=1ms"}, tt.args...)...)
			_, body := ask(t, w.stdout.await(t, `GraphQL +(http://\S+/graphql)\n`), article)
			if !strings.HasPrefix(body, tt.want) || !strings.Contains(body, tt.also) {
				t.Errorf("answer %s, want %s… with %s", body, tt.want, tt.also)
			}
			if status := w.end(); status != 0 {
				t.Errorf("it ended with %d", status)
			}
		})
	}
}

// The whole path by the commands alone: mocks of the demo's subgraphs, and a
// router that a configuration sends to them.
func TestServeOverMocks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var yaml strings.Builder
	yaml.WriteString("supergraph: {file: super.graphql}\nlog: {format: json}\nsubgraphs:\n")
	for _, name := range demo.Names() {
		mock := runWeft(t, "mock", "--schema", write(name+".graphql", demo.SDL(name)), "--listen", "127.0.0.1:0")
		yaml.WriteString("  " + name + ": {url: \"" + mock.stdout.await(t, `subgraph `+name+` at (http://\S+)\n`) + "\"}\n")
	}
	write("super.graphql", demo.Supergraph())
	w := runWeft(t, "serve", "-c", write("c.yaml", yaml.String()), "--listen", "127.0.0.1:0")
	address := w.stderr.await(t, `"msg":"listening","address":"([^"]+)"`)
	status, body := ask(t, "http://"+address+"/graphql", article)
	if status != 200 || !strings.HasPrefix(body, `{"data":{"product":{"id":"1","name":"`) || strings.Contains(body, "null") || strings.Contains(body, `"errors"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := ask(t, "http://"+address+"/graphql", article, "weft-explain", "true"); status != 403 || !strings.Contains(body, "EXPLAIN_DISABLED") {
		t.Errorf("explain outside dev: %d %s", status, body)
	}
	if status := w.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	w.stderr.await(t, `"msg":"(request)".*"type":"query"`)
}

func TestServeDev(t *testing.T) {
	file := filepath.Join(t.TempDir(), "super.graphql")
	if err := os.WriteFile(file, []byte(demo.Supergraph()), 0o600); err != nil {
		t.Fatal(err)
	}
	w := runWeft(t, "serve", "-s", file, "--listen", "127.0.0.1:0", "--dev")
	address := w.stderr.await(t, `"msg":"listening","address":"([^"]+)"`)
	if _, body := ask(t, "http://"+address+"/graphql", "{ __typename }", "weft-explain", "true"); !strings.Contains(body, `"explain"`) {
		t.Errorf("explain in dev: %s", body)
	}
}

func TestMock(t *testing.T) {
	dir := t.TempDir()
	schema, data := filepath.Join(dir, "things.graphql"), filepath.Join(dir, "things.json")
	for file, text := range map[string]string{
		schema: `type Query { thing(id: ID!): Thing } type Thing @key(fields: "id") { id: ID! name: String }`,
		data:   `{"Thing": [{"id": "1", "name": "Lamp"}]}`,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := runWeft(t, "mock", "--schema", schema, "--data", data, "--listen", "127.0.0.1:0")
	url := w.stdout.await(t, `subgraph things at (http://\S+)\n`)
	if _, body := ask(t, url, `{ thing(id: "1") { name } _entities(representations: [{__typename: "Thing", id: "1"}]) { ... on Thing { name } } }`); body != `{"data":{"thing":{"name":"Lamp"},"_entities":[{"name":"Lamp"}]}}` {
		t.Errorf("answer %s", body)
	}
	if status := w.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	failing := runWeft(t, "mock", "--schema", schema, "--listen", "127.0.0.1:0", "--fail-rate", "1")
	if status, _ := ask(t, failing.stdout.await(t, `at (http://\S+)\n`), "{ __typename }"); status != 500 {
		t.Errorf("with --fail-rate 1 the status is %d", status)
	}
}

func TestHealth(t *testing.T) {
	router := runWeft(t, "demo", "--listen", "127.0.0.1:0", "--products", "20")
	base := router.stdout.await(t, `GraphQL +(http://\S+)/graphql\n`)
	for url, want := range map[string]int{
		base + "/health/ready": 0,
		base + "/nowhere":      1,
		"http://127.0.0.1:1/":  1,
		"://":                  2,
	} {
		if status := runWeft(t, "health", url).finish(); status != want {
			t.Errorf("%s: it ended with %d, want %d", url, status, want)
		}
	}
}

// A second weft on the same address says what is wrong, and what to do.
func TestAddressInUse(t *testing.T) {
	first := runWeft(t, "demo", "--listen", "127.0.0.1:0", "--products", "20")
	address := first.stdout.await(t, `GraphQL +http://(\S+)/graphql\n`)
	second := runWeft(t, "demo", "--listen", address, "--products", "20")
	second.stderr.await(t, `(?m)^weft: the address (\S+) is in use; choose another one with --listen`)
	if status := second.end(); status != 1 {
		t.Errorf("it ended with %d, want 1", status)
	}
}
