package weft_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

// outcomes are the log lines that end a reload.
var outcomes = map[string]bool{
	"supergraph loaded":                                         true,
	"the supergraph is the same as before":                      true,
	"new supergraph refused, the last good one goes on serving": true,
	"reloaded, nothing is new":                                  true,
}

// told returns a logger, and its lines that end a reload as they come.
func told() (*zap.Logger, <-chan string, *observer.ObservedLogs) {
	ended := make(chan string, 1000)
	core, logs := observer.New(zapcore.InfoLevel)
	return zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		if outcomes[e.Message] {
			ended <- e.Message
		}
		return nil
	})), ended, logs
}

// watching runs r.Watch until stop is called, which waits for it.
func watching(t *testing.T, r *weft.Router) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Watch(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// shopConfig is the demo's subgraphs to be composed, each on a server of its
// own, that end with the returned function.
func shopConfig(t *testing.T) (*config.Config, func()) {
	t.Helper()
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: map[string]time.Duration{"inventory": 2 * time.Millisecond, "pricing": 5 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default(true)
	c.Supergraph.Subgraphs = map[string]config.Composed{}
	var servers []*httptest.Server
	for _, s := range services {
		srv := httptest.NewServer(s)
		servers = append(servers, srv)
		c.Supergraph.Subgraphs[s.Name()] = config.Composed{RoutingURL: srv.URL, Schema: config.SubgraphSchema{SDL: demo.SDL(s.Name())}}
	}
	return c, func() {
		for _, srv := range servers {
			srv.Close()
		}
	}
}

// marked is the catalogue's schema with a mark in two places.
func marked(mark string) string {
	return demo.SDL("catalogue") + fmt.Sprintf("\n\"%s\" enum MarkA { X }\n\"%[1]s\" enum MarkB { X }\n", mark)
}

// TestTrap24Reloads changes a schema a few hundred times, in every way in
// which files change, and half of the times into something that cannot serve.
// Meanwhile clients ask: every one gets the whole answer, of one supergraph. At
// the end nothing is left of all the graphs but the last.
func TestTrap24Reloads(t *testing.T) {
	const rounds = 120
	before := goleak.IgnoreCurrent()
	c, stopServers := shopConfig(t)
	dir := t.TempDir()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// As Kubernetes does it: dir/schema.graphql -> ..data/schema.graphql.
	file, data := filepath.Join(dir, "schema.graphql"), filepath.Join(dir, "..data")
	target := filepath.Join(dir, "..0")
	do(os.Mkdir(target, 0o700))
	do(os.WriteFile(filepath.Join(target, "schema.graphql"), []byte(marked("v0")), 0o600))
	do(os.Symlink(filepath.Base(target), data))
	do(os.Symlink(filepath.Join("..data", "schema.graphql"), file))
	g := c.Supergraph.Subgraphs["catalogue"]
	g.Schema = config.SubgraphSchema{File: file}
	c.Supergraph.Subgraphs["catalogue"] = g
	c.Supergraph.WatchInterval = 0 // changes are told by Reload
	c.Metrics.Enabled = true
	log, ended, logs := told()
	r, err := weft.New(t.Context(), c, weft.WithLogger(log))
	do(err)
	<-ended
	stopWatch := watching(t, r)

	ctx, stopClients := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	var requests atomic.Int64
	const product = `{"data":{"product":{"id":"1","name":"Aurora Wireless Headphones","availability":"In Stock","price":29.99}}}`
	for range 4 {
		clients.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				// Some documents are new to every graph, most are not.
				q := fmt.Sprintf(`query Q%d { product(id: "1") { id name availability price } }`, i%7)
				if status, body := post(context.Background(), r, graphqlRequest{Query: q}); status != 200 || body != product {
					t.Errorf("status %d: %s", status, body)
					return
				}
				requests.Add(1)
			}
		})
	}
	clients.Go(func() {
		for ctx.Err() == nil {
			_, body := post(context.Background(), r, graphqlRequest{Query: `{ a: __type(name: "MarkA") { description } b: __type(name: "MarkB") { description } }`})
			var got struct {
				Data struct{ A, B struct{ Description string } }
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || got.Data.A != got.Data.B || got.Data.A.Description == "" {
				t.Errorf("an answer of no one supergraph: %s", body)
				return
			}
			if status, health := get(r, "/health/ready"); status != 200 {
				t.Errorf("health %d %s", status, health)
			}
			requests.Add(1)
		}
	})

	swaps := 1
	for i := range rounds {
		text := marked(fmt.Sprintf("v%d", i+1))
		want := "supergraph loaded"
		switch i % 10 {
		case 3:
			text, want = text[:len(text)/2], "new supergraph refused, the last good one goes on serving"
		case 5:
			text, want = "type Query { a: Nothing }", "new supergraph refused, the last good one goes on serving"
		case 7:
			text, want = marked(fmt.Sprintf("v%d", i-2)), "supergraph loaded"
		case 8:
			text, want = marked(fmt.Sprintf("v%d", i-3))+"# a comment", "the supergraph is the same as before"
		case 9:
			text = "" // stays as it is
		}
		if want == "supergraph loaded" && text != "" {
			swaps++
		}
		switch {
		case text == "":
			want = "reloaded, nothing is new"
		case i%3 == 0:
			do(os.WriteFile(file, []byte(text), 0o600))
		case i%3 == 1:
			next := filepath.Join(target, "next")
			do(os.WriteFile(next, []byte(text), 0o600))
			do(os.Rename(next, filepath.Join(target, "schema.graphql")))
		default:
			old := target
			target = filepath.Join(dir, fmt.Sprintf("..%d", i+1))
			do(os.Mkdir(target, 0o700))
			do(os.WriteFile(filepath.Join(target, "schema.graphql"), []byte(text), 0o600))
			do(os.Symlink(filepath.Base(target), data+"_tmp"))
			do(os.Rename(data+"_tmp", data))
			do(os.RemoveAll(old))
		}
		r.Reload()
		if got := <-ended; got != want {
			t.Fatalf("round %d: %q, want %q", i, got, want)
		}
	}
	stopClients()
	clients.Wait()
	t.Logf("%d requests over %d swaps", requests.Load(), swaps)
	if requests.Load() < rounds {
		t.Errorf("only %d requests were made", requests.Load())
	}
	_, metrics := get(r, "/metrics")
	for _, want := range []string{
		fmt.Sprintf(`weft_supergraph_deliveries_total{outcome="swapped"} %d`, swaps),
		fmt.Sprintf(`weft_supergraph_deliveries_total{outcome="invalid"} %d`, rounds/5),
		`weft_schema_available{subgraph="catalogue"} 1`,
		"weft_supergraph_subgraphs 5",
		"weft_supergraph_missing_subgraphs 0",
		"weft_graphs 1",
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("metrics do not have %s", want)
		}
	}
	if n := logs.FilterMessage("new supergraph refused, the last good one goes on serving").Len(); n != rounds/5 {
		t.Errorf("%d refusals were told of, want %d", n, rounds/5)
	}
	stopWatch()
	r.Close()
	stopServers()
	goleak.VerifyNone(t, before)
}

// A breaker that is open stays so when a new supergraph serves, and one of a
// subgraph that has moved does not.
func TestReloadKeepsBreakers(t *testing.T) {
	c, stopServers := shopConfig(t)
	defer stopServers()
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	down := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer down.Close()
	// The pricing of the demo is elsewhere, and broken.
	write := func(mark, pricing string) {
		sdl := demo.Supergraph() + fmt.Sprintf("\n%q enum Mark @join__type(graph: CATALOGUE) { X @join__enumValue(graph: CATALOGUE) }\n", mark)
		for name, g := range c.Supergraph.Subgraphs {
			url := g.RoutingURL
			if name == "pricing" {
				url = pricing
			}
			sdl = regexp.MustCompile(`(name: "`+name+`", url: ")[^"]*`).ReplaceAllString(sdl, "${1}"+url)
		}
		if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pricing := c.Supergraph.Subgraphs["pricing"].RoutingURL
	write("0", down.URL)
	own := config.Default(true)
	own.Supergraph.File, own.Supergraph.WatchInterval = file, 0
	breaker := &own.AllSubgraphs.CircuitBreaker
	breaker.Enabled, breaker.MinRequests, breaker.OpenFor = new(true), 3, config.Duration(time.Hour)
	log, ended, _ := told()
	r, err := weft.New(t.Context(), own, weft.WithLogger(log))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	<-ended
	defer watching(t, r)()
	reload := func(mark, pricing string) {
		t.Helper()
		write(mark, pricing)
		r.Reload()
		if got := <-ended; got != "supergraph loaded" {
			t.Fatal(got)
		}
	}
	ask := func(want string) {
		t.Helper()
		if _, body := post(t.Context(), r, graphqlRequest{Query: `{ product(id: "1") { price } }`}); !strings.Contains(body, want) {
			t.Errorf("%s, want %s", body, want)
		}
	}
	// As many failures as it takes, each with another supergraph.
	for i := range 3 {
		ask("SUBREQUEST_HTTP_ERROR")
		reload(fmt.Sprint("a", i), down.URL)
	}
	for i := range 3 {
		ask("SUBGRAPH_CIRCUIT_BREAKER_REJECTED")
		reload(fmt.Sprint("b", i), down.URL)
	}
	ask("SUBGRAPH_CIRCUIT_BREAKER_REJECTED")
	reload("c", pricing)
	ask(`{"data":{"product":{"price":29.99}}}`)
}

func get(h http.Handler, target string) (int, string) {
	response, body := exchange(context.Background(), h, "GET", target, nil, "")
	return response.StatusCode, body
}

// While subgraphs are waited for, weft answers what can be answered.
func TestServeWaitsForSubgraphs(t *testing.T) {
	before := goleak.IgnoreCurrent()
	var up atomic.Bool
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		answers(func(q graphqlRequest) string {
			if strings.Contains(q.Query, "_service") {
				return `{"data":{"_service":{"sdl":"type Query { a: Int }"}}}`
			}
			return `{"data":{"a":1}}`
		}).ServeHTTP(w, r)
	}))
	live := func() *config.Config {
		c := config.Default(false)
		c.Supergraph.Subgraphs = map[string]config.Composed{"a": {Schema: config.SubgraphSchema{SubgraphURL: subgraph.URL}}}
		c.Subgraphs = map[string]config.Subgraph{"a": {Traffic: config.Traffic{Timeout: config.Duration(time.Second)}}}
		return c
	}
	log, ended, _ := told()
	r, err := weft.New(t.Context(), live(), weft.WithLogger(log))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, l) }()
	tr := &http.Transport{DisableKeepAlives: true}
	if resp, err := (&http.Client{Transport: tr}).Get("http://" + l.Addr().String() + "/health/live"); err != nil || resp.StatusCode != 200 {
		t.Errorf("it does not listen yet: %v %v", resp, err)
	} else {
		resp.Body.Close()
	}
	for target, want := range map[string]int{"/health/live": 200, "/health/ready": 503, "/health?ready": 503} {
		if status, _ := get(r, target); status != want {
			t.Errorf("%s: %d, want %d", target, status, want)
		}
	}
	if status, body := post(t.Context(), r, graphqlRequest{Query: "{ a }"}); status != 503 || !strings.Contains(body, "NO_SUPERGRAPH_AVAILABLE") {
		t.Errorf("status %d: %s", status, body)
	}
	up.Store(true)
	<-ended
	if status, _ := get(r, "/health/ready"); status != 200 {
		t.Errorf("ready: %d", status)
	}
	if status, body := post(t.Context(), r, graphqlRequest{Query: "{ a }"}); status != 200 || body != `{"data":{"a":1}}` {
		t.Errorf("status %d: %s", status, body)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	r.Close()

	// And in vain.
	up.Store(false)
	c := live()
	c.Supergraph.StartTimeout = config.Duration(300 * time.Millisecond)
	if r, err = weft.New(t.Context(), c, weft.WithLogger(zap.NewNop())); err != nil {
		t.Fatal(err)
	}
	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	err = r.Serve(t.Context(), l)
	if err == nil || !regexp.MustCompile(`(?s)no supergraph within 300ms: .*subgraph "a": http://127.0.0.1:\d+ answered with status 503 .*on_missing`).MatchString(err.Error()) {
		t.Errorf("error %v", err)
	}
	// Or until it is told to end.
	if r, err = weft.New(t.Context(), live(), weft.WithLogger(zap.NewNop())); err != nil {
		t.Fatal(err)
	}
	soon, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if err := r.Watch(soon); err != nil {
		t.Error(err)
	}
	r.Close()
	subgraph.Close()
	goleak.VerifyNone(t, before)
}

// What a supergraph may bring at the start and what it may bring later: names
// in the configuration are checked once, protection always.
func TestReloadRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	write := func(sdl string) {
		if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(federationSDL + "type Query @join__type(graph: A) @join__type(graph: B) { a: Int @join__field(graph: A) b: Int @join__field(graph: B) }")
	c := config.Default(false)
	c.Supergraph.File = file
	c.Supergraph.WatchInterval = 0
	c.Subgraphs = map[string]config.Subgraph{"b": {URL: "http://127.0.0.1:1"}}
	log, ended, logs := told()
	r, err := weft.New(t.Context(), c, weft.WithLogger(log))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	<-ended
	defer watching(t, r)()
	one := strings.Replace(federationSDL, `  B @join__graph(name: "b", url: "http://b.example/graphql")`, "", 1)
	for _, tt := range []struct{ name, sdl, want, warning string }{
		{"a subgraph that has settings goes", one + "type Query @join__type(graph: A) { a: Int }", "supergraph loaded", "a setting has lost what it is for"},
		{"no supergraph", "type Query { a: Int }", "new supergraph refused, the last good one goes on serving", ""},
		{"empty", "", "new supergraph refused, the last good one goes on serving", ""},
		{"protection", one + `directive @authenticated on OBJECT
extend schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
type Query @join__type(graph: A) @authenticated { a: Int }`, "new supergraph refused, the last good one goes on serving", ""},
		{"no URL", strings.Replace(one, "http://a.example/graphql", "", 1) + "type Query @join__type(graph: A) { a: Int }", "new supergraph refused, the last good one goes on serving", ""},
		{"good again", one + "type Query @join__type(graph: A) { c: Int }", "supergraph loaded", "a setting has lost what it is for"},
	} {
		logs.TakeAll()
		write(tt.sdl)
		r.Reload()
		if got := <-ended; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.warning != "" && logs.FilterMessage(tt.warning).Len() != 1 {
			t.Errorf("%s: the log has %v", tt.name, logs.All())
		}
		if status, _ := get(r, "/health/ready"); status != 200 {
			t.Errorf("%s: not ready", tt.name)
		}
	}
}

// Settings of a subgraph that has to be done without meanwhile are not taken for
// misspelt.
func TestSkippedSubgraphHasSettings(t *testing.T) {
	for _, tt := range []struct {
		setting string
		ok      bool
	}{{"gone", true}, {"goen", false}} {
		c := config.Default(false)
		c.Supergraph.Subgraphs = map[string]config.Composed{
			"a":    {RoutingURL: "http://a", Schema: config.SubgraphSchema{SDL: "type Query { a: Int }"}},
			"gone": {RoutingURL: "http://gone", Schema: config.SubgraphSchema{File: filepath.Join(t.TempDir(), "none.graphql")}, OnMissing: config.SkipMissing},
		}
		c.Subgraphs = map[string]config.Subgraph{tt.setting: {Traffic: config.Traffic{Timeout: config.Duration(time.Second)}}}
		c.OverrideLabels = map[string]bool{"percent(5)": true} // that of "gone", for all one knows
		r, err := weft.New(t.Context(), c, weft.WithLogger(zap.NewNop()))
		if (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.setting, err)
		}
		if err == nil {
			r.Close()
		}
	}
}

func TestMetricsAreOffByDefault(t *testing.T) {
	r := shop(t, nil)
	if status, _ := get(r, "/metrics"); status != 404 {
		t.Errorf("status %d", status)
	}
}
