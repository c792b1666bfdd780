package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft/composition/sources"
	"github.com/weft-graphql/weft/delivery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// network is subgraphs by host: their SDL, or no answer.
type network struct {
	mu    sync.Mutex
	sdl   map[string]string // "" for one that refuses connections
	hang  map[string]bool
	asked int
	same  int // answers with 304
}

func (n *network) set(host, sdl string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sdl == nil {
		n.sdl = map[string]string{}
	}
	n.sdl[host] = sdl
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	sdl, hang := n.sdl[r.URL.Host], n.hang[r.URL.Host]
	n.asked++
	n.mu.Unlock()
	if hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if sdl == "" {
		return nil, errors.New("connection refused")
	}
	etag := `"` + strings.ReplaceAll(sdl, `"`, "'") + `"`
	h := http.Header{"Etag": {etag}}
	if r.Header.Get("If-None-Match") == etag {
		n.mu.Lock()
		n.same++
		n.mu.Unlock()
		return &http.Response{StatusCode: http.StatusNotModified, Header: h, Body: http.NoBody}, nil
	}
	body, err := json.Marshal(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": sdl}}})
	return &http.Response{StatusCode: http.StatusOK, Header: h, Body: io.NopCloser(strings.NewReader(string(body)))}, err
}

// A bench is a delivery over a network, and what has come of it.
type bench struct {
	*network
	log      *observer.ObservedLogs
	delivery *delivery.Delivery

	mu      sync.Mutex
	taken   []*delivery.Version
	counted []string
	refuse  error
}

func newBench(n *network, o delivery.Options) *bench {
	b := &bench{network: n}
	core, log := observer.New(zapcore.DebugLevel)
	b.log = log
	o.Logger = zap.New(core)
	o.Client = &http.Client{Transport: n}
	o.Observer = b
	o.Take = func(_ context.Context, v *delivery.Version) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.refuse == nil {
			b.taken = append(b.taken, v)
		}
		return b.refuse
	}
	if o.PollInterval == 0 {
		o.PollInterval = 10 * time.Second
	}
	if o.WatchInterval == 0 {
		o.WatchInterval = time.Second
	}
	o.Timeout = 5 * time.Second
	o.StartTimeout = 30 * time.Second
	o.MaxBytes = 1 << 20
	b.delivery = delivery.New(o)
	return b
}

func (b *bench) SchemaRead(string, bool) {}

func (b *bench) Delivered(o delivery.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counted = append(b.counted, string(o))
}

func (b *bench) Serving(int, int) {}

// versions are those that were taken.
func (b *bench) versions() []*delivery.Version {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.taken)
}

// has tells which of the fields the version that serves has.
func (b *bench) has(fields ...string) []string {
	taken := b.versions()
	if len(taken) == 0 {
		return nil
	}
	var has []string
	for _, f := range fields {
		if strings.Contains(taken[len(taken)-1].SDL, "  "+f+":") {
			has = append(has, f)
		}
	}
	return has
}

func (b *bench) outcomes() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.counted)
}

// live is a subgraph on the network under its name.
func live(name string, p delivery.Policy) delivery.Subgraph {
	return delivery.Subgraph{Source: sources.Source{Name: name, Endpoint: "http://" + name + "/graphql"}, Policy: p}
}

func query(field string) string { return "type Query { " + field + ": Int }" }

func expect[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// logged returns the messages from the level on, debug and info aside.
func (b *bench) logged() []string {
	var list []string
	for _, e := range b.log.All() {
		if e.Level >= zapcore.WarnLevel {
			list = append(list, e.Message)
		}
	}
	return list
}

func TestStart(t *testing.T) {
	t.Run("waits for those that are not up yet", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := &network{}
			n.set("a", query("a"))
			b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail), live("b", delivery.Fail)}})
			go func() {
				time.Sleep(20 * time.Second)
				n.set("b", query("b"))
			}()
			began := time.Now()
			if err := b.delivery.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < 20*time.Second || took > 23*time.Second {
				t.Errorf("it took %s", took)
			}
			expect(t, "fields", []string{"a", "b"}, b.has("a", "b"))
			expect(t, "log", []string{"waiting for the schemas of subgraphs"}, b.logged())
		})
	})
	t.Run("gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := &network{hang: map[string]bool{"c": true}}
			n.set("a", query("a"))
			b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail), live("b", delivery.Fail), live("c", delivery.UseLastGood)}})
			err := b.delivery.Start(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range []string{"within 30s", `subgraph "b": ask http://b/graphql for its schema: connection refused`, `subgraph "c": http://c/graphql does not answer within 5s`, "on_missing"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not contain %q", err, want)
				}
			}
		})
	})
	t.Run("ends with its context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&network{}, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail)}})
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			if err := b.delivery.Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
		})
	})
	t.Run("skips", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := &network{}
			n.set("a", query("a"))
			b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail), live("b", delivery.Skip)}})
			began := time.Now()
			if err := b.delivery.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 0 {
				t.Errorf("it waited for %s", took)
			}
			expect(t, "missing", []string{"b"}, b.versions()[0].Missing)
		})
	})
	t.Run("does not skip all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&network{}, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Skip), live("b", delivery.Skip)}})
			if err := b.delivery.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") {
				t.Errorf("error %v", err)
			}
		})
	})
	t.Run("waits for a skipped one that the others need", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := &network{}
			n.set("a", "type T @key(fields: \"id\") { id: ID! }") // no Query
			b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail), live("b", delivery.Skip)}})
			go func() {
				time.Sleep(10 * time.Second)
				n.set("b", query("b"))
			}()
			if err := b.delivery.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			expect(t, "fields", []string{"b"}, b.has("b"))
		})
	})
	t.Run("says what does not compose", func(t *testing.T) {
		n := &network{}
		n.set("a", query("x"))
		n.set("b", query("x"))
		b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{{Source: sources.Source{Name: "a", SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\")\n" + query("x")}}, {Source: sources.Source{Name: "b", SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\")\n" + query("x")}}}})
		err := b.delivery.Start(t.Context())
		var invalid *delivery.CompositionError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "error[INVALID_FIELD_SHARING]") || !strings.Contains(err.Error(), "^") {
			t.Errorf("error %v", err)
		}
		expect(t, "outcomes", []string{"invalid"}, b.outcomes())
	})
	t.Run("does not wait for files", func(t *testing.T) {
		for _, o := range []delivery.Options{
			{File: "none.graphql"},
			{Subgraphs: []delivery.Subgraph{{Source: sources.Source{Name: "a", File: "none.graphql"}}}},
		} {
			b := newBench(&network{}, o)
			began := time.Now()
			if err := b.delivery.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "none.graphql") {
				t.Errorf("error %v", err)
			}
			if time.Since(began) > 5*time.Second {
				t.Error("it waited")
			}
		}
	})
}

// running starts the delivery and lets Run go until the test ends.
func (b *bench) running(t *testing.T) {
	t.Helper()
	if err := b.delivery.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.delivery.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// soon is longer than a poll takes to come.
const soon = 12 * time.Second

func TestPolicies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy delivery.Policy
		during []string // once a has changed while b is away
		after  []string
		log    []string
	}{
		{"fail", delivery.Fail, []string{"a", "b"}, []string{"a2", "b"}, []string{"schema cannot be read"}},
		{"use last good", delivery.UseLastGood, []string{"a2", "b"}, []string{"a2", "b"}, []string{"schema cannot be read"}},
		{"skip", delivery.Skip, []string{"a2", "b"}, []string{"a2", "b"}, []string{"schema cannot be read"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &network{}
				n.set("a", query("a"))
				n.set("b", query("b"))
				b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", tt.policy), live("b", tt.policy)}})
				b.running(t)
				all := []string{"a", "a2", "b"}
				expect(t, "at first", []string{"a", "b"}, b.has(all...))
				n.set("b", "")
				time.Sleep(soon)
				n.set("a", query("a2"))
				time.Sleep(soon)
				expect(t, "while b is away", tt.during, b.has(all...))
				n.set("b", query("b"))
				time.Sleep(soon)
				expect(t, "when b is back", tt.after, b.has(all...))
				expect(t, "outcomes", []string{"swapped", "swapped"}, b.outcomes())
				expect(t, "log", tt.log, b.logged())
				for _, e := range b.log.FilterMessage("schema cannot be read").All() {
					if try, _ := e.ContextMap()["try"].(string); !strings.Contains(try, "start the subgraph or correct supergraph.subgraphs.b; until then ") {
						t.Errorf("what to do: %q", try)
					}
				}
				if again := b.log.FilterMessage("schema can be read now").Len(); again != 1 {
					t.Errorf("told %d times that it is back", again)
				}
			})
		})
	}
}

func TestSkippedJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		n.set("a", query("a"))
		b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Skip), live("b", delivery.Skip)}})
		b.running(t)
		expect(t, "at first", []string{"a"}, b.has("a", "b"))
		n.set("b", query("b"))
		time.Sleep(soon)
		expect(t, "then", []string{"a", "b"}, b.has("a", "b"))
		expect(t, "missing", nil, b.versions()[1].Missing)
	})
}

// What nothing has changed about costs a 304 each, and no composition.
func TestUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		n.set("a", query("a"))
		b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail)}})
		b.running(t)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		n.mu.Lock()
		if n.asked < 55 || n.asked > 67 || n.same != n.asked-1 {
			t.Errorf("asked %d times, %d of them for 304", n.asked, n.same)
		}
		n.mu.Unlock()
		expect(t, "outcomes", []string{"swapped"}, b.outcomes())
		// Another SDL that composes to the same.
		n.set("a", "# a comment\n"+query("a"))
		time.Sleep(soon)
		expect(t, "outcomes", []string{"swapped", "unchanged"}, b.outcomes())
		expect(t, "versions", 1, len(b.versions()))
	})
}

// What is wrong is told once, and what serves goes on serving.
func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		n.set("a", query("a"))
		b := newBench(n, delivery.Options{Subgraphs: []delivery.Subgraph{live("a", delivery.Fail)}})
		b.running(t)
		n.set("a", "type Query { a: Nothing }")
		time.Sleep(10 * soon)
		b.mu.Lock()
		b.refuse = errors.New("it protects what weft does not")
		b.mu.Unlock()
		n.set("a", query("a2"))
		time.Sleep(10 * soon)
		expect(t, "outcomes", []string{"swapped", "invalid", "refused"}, b.outcomes())
		expect(t, "log", slices.Repeat([]string{"new supergraph refused, the last good one goes on serving"}, 2), b.logged())
		entries := b.log.FilterMessage("new supergraph refused, the last good one goes on serving").All()
		expect(t, "first", map[string]any{
			"error":  "the subgraphs do not compose",
			"count":  int64(1),
			"errors": []any{`INVALID_GRAPHQL: [a] unknown type "Nothing" (http://a/graphql:1:14)`},
			"try":    "correct the subgraphs' schemas; weft compose shows every error with its source lines",
		}, entries[0].ContextMap())
		expect(t, "second", map[string]any{
			"error": "it protects what weft does not",
			"try":   "correct the supergraph; weft serve with it says the same",
		}, entries[1].ContextMap())
		b.mu.Lock()
		b.refuse = nil
		b.mu.Unlock()
		b.delivery.Reload() // somebody who has mended what was wrong asks for it
		synctest.Wait()
		expect(t, "fields", []string{"a2"}, b.has("a", "a2"))
	})
}

func TestLastGood(t *testing.T) {
	file := filepath.Join(t.TempDir(), "last.json")
	n := &network{}
	n.set("a", query("a"))
	n.set("b", query("b"))
	options := delivery.Options{
		Subgraphs: []delivery.Subgraph{live("a", delivery.UseLastGood), live("b", delivery.UseLastGood)},
		LastGood:  file,
		FallBack:  true,
	}
	start := func(t *testing.T) *bench {
		t.Helper()
		b := newBench(n, options)
		if err := b.delivery.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		return b
	}
	start(t) // writes it
	all := []string{"a", "a2", "b"}
	for _, tt := range []struct {
		name, a, b string
		want, log  []string
	}{
		{"one is away", query("a2"), "", []string{"a2", "b"}, []string{"schema cannot be read"}},
		{"all are away", "", "", []string{"a2", "b"}, slices.Repeat([]string{"schema cannot be read"}, 2)},
		{"they do not compose", "type Query { a: Nothing }", query("b"), []string{"a2", "b"}, []string{"starting with the schemas that were last good"}},
		{"all is well", query("a"), query("b"), []string{"a", "b"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n.set("a", tt.a)
			n.set("b", tt.b)
			b := start(t)
			expect(t, "fields", tt.want, b.has(all...))
			expect(t, "log", tt.log, b.logged())
		})
	}
	t.Run("damaged", func(t *testing.T) {
		for _, content := range []string{"", "{", `{"format": 7}`, "[]", strings.Repeat("x", 5<<20)} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t)
			expect(t, "fields", []string{"a", "b"}, b.has(all...))
			expect(t, "log", []string{"last good schemas cannot be read"}, b.logged())
		}
	})
	t.Run("not writable", func(t *testing.T) {
		options.LastGood = filepath.Join(t.TempDir(), "no", "such", "directory")
		b := start(t)
		expect(t, "log", []string{"last good schemas cannot be kept"}, b.logged())
	})
	t.Run("of other subgraphs", func(t *testing.T) {
		options.LastGood = file
		options.Subgraphs = append(options.Subgraphs, delivery.Subgraph{Source: sources.Source{Name: "c", SDL: "type Query { c: Nothing }"}, Policy: delivery.UseLastGood})
		b := newBench(n, options)
		var invalid *delivery.CompositionError
		if err := b.delivery.Start(t.Context()); !errors.As(err, &invalid) {
			t.Errorf("error %v", err)
		}
	})
}
