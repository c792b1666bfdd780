package router

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
)

// Five times as many requests come as are answered at a time. Those that are
// let in are answered, and as many are answered in a time as without the others;
// those that are not know at once.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *config.Config) {
			c.Overload = config.Overload{Requests: 4, Queue: 4, Wait: config.Duration(10 * time.Second), PlanQueue: 10}
		})
		slow := answer(`{"data":{"echo":7}}`)
		b.fetcher.answers["a"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			time.Sleep(time.Second)
			return slow(ctx, r)
		}
		var mu sync.Mutex
		answered := map[time.Duration]int{} // after how long
		refused := 0
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				w := b.query(`{ echo }`)
				took := time.Since(start)
				mu.Lock()
				defer mu.Unlock()
				switch w.Code {
				case 200:
					answered[took]++
				case 503:
					refused++
					if took != 0 || w.Header().Get("Retry-After") != "1" {
						t.Errorf("refused after %v with %v", took, w.Header())
					}
					if diff := cmp.Diff([]string{CodeCrowded}, codesIn(t, w.Body.Bytes())); diff != "" {
						t.Errorf("codes (-want +got):\n%s", diff)
					}
				default:
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff(map[time.Duration]int{time.Second: 4, 2 * time.Second: 4}, answered); diff != "" {
			t.Errorf("answered (-want +got):\n%s", diff)
		}
		if refused != 12 {
			t.Errorf("%d were refused, want 12", refused)
		}
		if diff := cmp.Diff(admission.Stats{Refused: 12}, b.places.Stats()); diff != "" {
			t.Errorf("afterwards (-want +got):\n%s", diff)
		}
	})
}

// Health and GraphiQL are there while requests are turned away, and a place is
// given back however a request ends.
func TestOverloadLeavesTheRest(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Overload = config.Overload{Requests: 1}
		c.GraphiQL.Enabled = true
	})
	if !b.places.TryEnter() {
		t.Fatal("no place")
	}
	if w := b.query(`{ echo }`); w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for path, want := range map[string]int{"/health": 200, "/health/ready": 200, "/": 200} {
		if w := b.do(newRequestWith("GET", path, "", "Accept", "text/html")); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	b.places.Leave()
	b.fetcher.answers["a"] = func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) { panic("boom") }
	for _, query := range []string{`{ echo }`, `{ nope }`, `{`, `subscription { ticks }`, `{ __typename }`} {
		if w := b.query(query); w.Code == 503 {
			t.Errorf("%s: %s", query, w.Body)
		}
		if n := b.places.Stats().Inside; n != 0 {
			t.Fatalf("%s: %d places are taken", query, n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.do(newRequestWith("POST", "/graphql", `{"query":"{ echo }"}`, "Content-Type", "application/json").WithContext(ctx))
	if n := b.places.Stats().Inside; n != 0 {
		t.Errorf("a client that has gone: %d places are taken", n)
	}
}

// Who reads the answer slowly, or sends slowly, takes no place.
func TestOverloadIgnoresSlowClients(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Overload = config.Overload{Requests: 1} })
	w := &stuckWriter{ResponseRecorder: httptest.NewRecorder(), inside: make(chan struct{}), free: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.ServeHTTP(w, newRequestWith("POST", "/graphql", `{"query":"{ echo }"}`, "Content-Type", "application/json"))
	}()
	<-w.inside
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Errorf("beside a slow reader: %d %s", w.Code, w.Body)
	}
	close(w.free)
	<-done
	body := &stuckReader{Reader: strings.NewReader(`{"query":"{ echo }"}`), inside: make(chan struct{}), free: make(chan struct{})}
	done = make(chan struct{})
	go func() {
		defer close(done)
		r := httptest.NewRequest("POST", "/graphql", body)
		r.Header.Set("Content-Type", "application/json")
		b.do(r)
	}()
	<-body.inside
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Errorf("beside a slow sender: %d %s", w.Code, w.Body)
	}
	close(body.free)
	<-done
}

// A stuckWriter tells when something is written to it, and takes it when it is
// free.
type stuckWriter struct {
	*httptest.ResponseRecorder
	once         sync.Once
	inside, free chan struct{}
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.inside) })
	<-w.free
	return w.ResponseRecorder.Write(p)
}

type stuckReader struct {
	*strings.Reader
	once         sync.Once
	inside, free chan struct{}
}

func (r *stuckReader) Read(p []byte) (int, error) {
	r.once.Do(func() { close(r.inside) })
	<-r.free
	return r.Reader.Read(p)
}

// Operations that wait to be planned are few, those that are more are refused,
// and those that have a plan are answered all the while.
func TestPlanningHasItsOwnPool(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Fatal(w.Body)
	}
	g.planning = newPlanning(1, 2)
	if !g.planning.TryEnter() {
		t.Fatal("no place")
	}
	var wg sync.WaitGroup
	for _, query := range []string{`{ a: echo }`, `{ b: echo }`} {
		wg.Go(func() {
			if w := b.query(query); w.Code != 200 {
				t.Errorf("%s, which waited: %d %s", query, w.Code, w.Body)
			}
		})
	}
	for g.planning.Stats().Waiting < 2 {
		time.Sleep(time.Millisecond)
	}
	w := b.query(`{ c: echo }`)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), CodeCrowded) {
		t.Errorf("one too many: %d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Errorf("one with a plan: %d %s", w.Code, w.Body)
	}
	g.planning.Leave()
	wg.Wait()
	if w := b.query(`{ c: echo }`); w.Code != 200 {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

// Documents that are new wait for each other; those that are known do not, nor
// does anybody who has gone.
func TestNewDocumentsHaveTheirOwnPool(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Fatal(w.Body)
	}
	taken := 0
	for g.preparing.TryEnter() {
		taken++
	}
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if w := b.query(`query Stays { echo }`); w.Code != 200 {
			t.Errorf("one that waited: %d %s", w.Code, w.Body)
		}
	})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		b.do(newRequestWith("POST", "/graphql", `{"query":"query Leaves { echo }"}`, "Content-Type", "application/json").WithContext(ctx))
	}()
	for g.preparing.Stats().Waiting < 2 {
		time.Sleep(time.Millisecond)
	}
	if w := b.query(`{ echo }`); w.Code != 200 {
		t.Errorf("one that is known: %d %s", w.Code, w.Body)
	}
	leave()
	<-gone
	if n := g.preparing.Stats().Waiting; n != 1 {
		t.Errorf("%d wait, and one has gone", n)
	}
	for range taken {
		g.preparing.Leave()
	}
	wg.Wait()
	if diff := cmp.Diff(admission.Stats{}, g.preparing.Stats()); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}

// apollo-router#8810: a limit that was only measured before was not held
// against operations that were cached by then.
func TestAdvisoryVerdictsAreNotCached(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	g.limits.Depth, g.limits.MeasureOnly.Depth = 1, true
	const query = `{ product(id: 1) { name } }`
	for range 2 {
		if w := b.query(query); w.Code != 200 || !strings.Contains(w.Body.String(), `"data":{`) {
			t.Fatalf("while it is measured: %d %s", w.Code, w.Body)
		}
	}
	g.limits.MeasureOnly.Depth = false
	w := b.query(query)
	if diff := cmp.Diff([]string{"MAX_DEPTH_LIMIT"}, codesIn(t, w.Body.Bytes())); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}
