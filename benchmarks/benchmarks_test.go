package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
)

// startSubgraphs serves the workload's subgraphs and returns their address.
func startSubgraphs(t *testing.T, w *workload) (*subgraphServer, string) {
	t.Helper()
	s, err := newSubgraphServer(w)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.serve(l) }()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return s, l.Addr().String()
}

// startRouter serves the workload by weft.
func startRouter(t *testing.T, w *workload, subgraphs string) *url.URL {
	t.Helper()
	r, err := weft.New(t.Context(), config.Default(false), weft.WithSupergraph(w.at(subgraphs)), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r)
	t.Cleanup(func() {
		srv.Close()
		r.Close()
	})
	u, err := url.Parse(srv.URL + "/graphql")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Our own workloads are answered without errors, and as expected where an
// expectation is written down; the sizes are what the names promise.
func TestOwnWorkloads(t *testing.T) {
	for name, size := range map[string][2]int{"shop": {80_000, 120_000}, "1kB": {900, 1_200}, "100kB": {95_000, 110_000}} {
		t.Run(name, func(t *testing.T) {
			w, err := openWorkload(name)
			if err != nil {
				t.Fatal(err)
			}
			_, address := startSubgraphs(t, w)
			body, err := w.requestBody()
			if err != nil {
				t.Fatal(err)
			}
			r := newRequester(&load{url: startRouter(t, w, address), body: body, unique: true})
			defer r.close()
			answer, err := r.do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(answer) < size[0] || len(answer) > size[1] {
				t.Errorf("the answer has %d bytes, want %d to %d", len(answer), size[0], size[1])
			}
			var got struct {
				Data   map[string]any `json:"data"`
				Errors []any          `json:"errors"`
			}
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Errors) > 0 {
				t.Errorf("errors: %v", got.Errors)
			}
			if w.expected == nil {
				return
			}
			var want struct {
				Data map[string]any `json:"data"`
			}
			if err := json.Unmarshal(w.expected, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Data, got.Data); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
		})
	}
}

// A load counts what it has sent as the subgraphs count it, tells requests
// apart where it should, and notices a wrong answer.
func TestLoad(t *testing.T) {
	seen := make(chan string, 10_000)
	answer := "right"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != "{}" {
			t.Errorf("body %q", body)
		}
		seen <- r.Header.Get("Authorization")
		io.WriteString(w, answer)
	}))
	defer srv.Close()
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := &load{url: u, body: []byte("{}"), connections: 2, duration: 50 * time.Millisecond, rate: 200, unique: true, want: []byte("right")}
	got := l.run(t.Context())
	if got.failures > 0 || got.requests == 0 || got.requests > 11 || got.requests != len(seen) || got.requests != len(got.latencies) {
		t.Errorf("%d requests, %d failures (%v), %d latencies, %d seen; want at most 11", got.requests, got.failures, got.example, len(got.latencies), len(seen))
	}
	close(seen)
	different := map[string]bool{}
	for a := range seen {
		different[a] = true
	}
	if len(different) != got.requests {
		t.Errorf("%d authorizations in %d requests", len(different), got.requests)
	}
	seen = make(chan string, 10_000)
	l.want = []byte("other")
	if got := l.run(t.Context()); got.requests != 0 || got.failures == 0 {
		t.Errorf("%d right answers, %d wrong ones", got.requests, got.failures)
	}
}

// What is recorded becomes waves, and the floor repeats them.
func TestFloor(t *testing.T) {
	const delay = 40 * time.Millisecond
	w, err := openWorkload("shop")
	if err != nil {
		t.Fatal(err)
	}
	s, address := startSubgraphs(t, w)
	body, err := w.requestBody()
	if err != nil {
		t.Fatal(err)
	}
	r := newRequester(&load{url: startRouter(t, w, address), body: body})
	defer r.close()
	var out bytes.Buffer
	if err := s.control(strings.NewReader("record "+delay.String()+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	answer, err := r.do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := s.control(strings.NewReader("stop\n"), &out); err != nil {
		t.Fatal(err)
	}
	var state subgraphsState
	if err := json.Unmarshal(out.Bytes(), &state); err != nil {
		t.Fatal(err)
	}
	plan := newFloorPlan(state.Recorded, delay, bytes.Clone(answer))
	if len(plan.Waves) < 2 {
		t.Errorf("%d waves, want several", len(plan.Waves))
	}
	content, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "floor.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := openFloor(file, address)
	if err != nil {
		t.Fatal(err)
	}
	defer f.client.Close()
	before := s.requests.Load()
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader("{}")))
	if diff := cmp.Diff(string(answer), rec.Body.String()); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if got := int(s.requests.Load() - before); got != len(state.Recorded) || got != int(before) {
		t.Errorf("the floor sent %d requests, weft %d", got, len(state.Recorded))
	}
}

// The literals are of the form that the public benchmark's sources have.
func TestRustList(t *testing.T) {
	const source = `
lazy_static! {
    static ref HOOKS: Vec<Hook> = vec![
        Hook {
            id: ID("1".to_string()),
            long_name: Some("Hook, \"bent\"".to_string()),
            weight: Some(12),
            maker: Some(Maker {
                code: "m1".to_string()
            })
        },
        Hook {
            id: ID("2".to_string()),
            long_name: None,
            in_use: Some(true),
        }
    ];
}`
	got, err := rustList(source)
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"id": "1", "longName": `Hook, "bent"`, "weight": 12.0, "maker": map[string]any{"code": "m1"}},
		{"id": "2", "longName": nil, "inUse": true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestUsageOf(t *testing.T) {
	for sink := 0; ; sink++ {
		u, err := usageOf(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if u.cpu >= clockTick && u.peak > 1<<20 {
			return
		}
		if context.Cause(t.Context()) != nil {
			t.Fatalf("no CPU time after %d rounds: %+v", sink, u)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	good := settings{connections: 1, duration: time.Second, rounds: 1, authorizations: "unique,same", workloads: "shop"}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*settings){
		"connections":     func(s *settings) { s.connections = maxConnections + 1 },
		"duration":        func(s *settings) { s.duration = maxDuration + 1 },
		"rate":            func(s *settings) { s.rate = maxRate + 1 },
		"rounds":          func(s *settings) { s.rounds = 0 },
		"authorization":   func(s *settings) { s.authorizations = "none" },
		"several at once": func(s *settings) { s.workloads, s.gateways = "shop,1kB", gatewayFlags{{}} },
	} {
		s := good
		change(&s)
		if s.check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, text := range []string{"", "a=http://127.0.0.1:1", "a=http://example.com/,12", "a=https://127.0.0.1/,12", "a=http://127.0.0.1/,x"} {
		if err := new(gatewayFlags).Set(text); err == nil {
			t.Errorf("-gateway %q: no error", text)
		}
	}
}
