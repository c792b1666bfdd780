package soak

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/internal/chaos"
)

var length = flag.Duration("soak", 4*time.Second, "how long to soak")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const clients = 8

// A world is what soaks.
type world struct {
	router  atomic.Pointer[weft.Router]
	address string
	client  *http.Client
	servers map[string]*chaos.Server
	config  func() *config.Config
	made    int // routers; of whoever replaces them

	// replacing is held while the router is replaced, and by whoever uses it.
	replacing sync.RWMutex

	asked, partial, left, refused, replaced atomic.Int64
}

// TestSoak is the whole of it.
func TestSoak(t *testing.T) {
	w := newWorld(t)
	queries := w.queries(t)
	ctx, cancel := context.WithTimeout(t.Context(), *length)
	defer cancel()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { w.ask(ctx, t, uint64(i), queries) })
	}
	wg.Go(func() { w.harm(ctx) })
	wg.Go(func() { w.replace(ctx, t) })
	samples := w.watch(ctx, t)
	wg.Wait()
	for _, s := range w.servers {
		s.Set(nil)
	}
	// Nothing sticks: right afterwards all is well.
	for query, want := range queries {
		if status, body, err := w.send(t.Context(), query); status != 200 || body != want || err != nil {
			t.Errorf("in the end: %s: %d %s (%v), want %s", query, status, body, err, want)
		}
	}
	t.Logf("%d requests: %d with errors as they should be, %d whose client left, %d refused; %d routers, %d requests to subgraphs",
		w.asked.Load(), w.partial.Load(), w.left.Load(), w.refused.Load(), w.replaced.Load()+1, w.upstream())
	if w.asked.Load() < 100 || w.partial.Load() == 0 || w.left.Load() == 0 || w.refused.Load() == 0 || w.replaced.Load() == 0 {
		t.Error("that was no soak")
	}
	checkSlope(t, samples)
}

func newWorld(t *testing.T) *world {
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	services, err := demo.Subgraphs(demo.Options{Products: 1000, Latency: latency})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{servers: map[string]*chaos.Server{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
	for _, s := range services {
		if w.servers[s.Name()], err = chaos.Start(s); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.servers[s.Name()].Close)
	}
	w.config = func() *config.Config {
		c := config.Default(true)
		c.Deadline = config.Duration(time.Minute)
		c.AllSubgraphs.Timeout = config.Duration(time.Minute)
		c.AllSubgraphs.MaxResponseBytes = 1 << 20
		c.Caches = config.Caches{Operations: 4 << 20, Plans: 4 << 20, APQ: 1 << 20}
		c.Subgraphs = map[string]config.Subgraph{}
		for name, s := range w.servers {
			c.Subgraphs[name] = config.Subgraph{URL: s.URL()}
		}
		return c
	}
	w.router.Store(w.newRouter(t))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = l.Addr().String()
	srv := &http.Server{Handler: w, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		if err := srv.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		<-served
		w.router.Load().Close()
	})
	return w
}

// newRouter returns a router as it is by default, and every other time one with
// all that there is against subgraphs that fail.
func (w *world) newRouter(t *testing.T) *weft.Router {
	c := w.config()
	if w.made++; w.made%2 == 0 {
		r := &c.AllSubgraphs.Resilience
		r.Retry.Enabled, r.Hedge.Enabled, r.Concurrency.Enabled, r.CircuitBreaker.Enabled = new(true), new(true), new(true), new(true)
		r.Concurrency.Adaptive = new(w.made%4 == 0)
		r.Hedge.After = config.Duration(5 * time.Millisecond)
		r.CircuitBreaker.OpenFor = config.Duration(200 * time.Millisecond)
		c.RateLimit.Enabled, c.RateLimit.Rate, c.RateLimit.Burst, c.RateLimit.Status = true, 1_000_000, 1_000_000, 429
	}
	r, err := weft.New(context.Background(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ServeHTTP lets the router of the moment serve.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.replacing.RLock()
	defer w.replacing.RUnlock()
	w.router.Load().ServeHTTP(rw, r)
}

// queries are what is asked, with the right answers.
func (w *world) queries(t *testing.T) map[string]string {
	list := []string{`{ __typename }`, `{ __type(name: "Product") { fields { name type { name } } } }`}
	for _, op := range demo.Operations() {
		if strings.Contains(op.Text, "mutation ") || strings.Contains(op.Text, "($") {
			continue
		}
		list = append(list, op.Text)
	}
	for i := range 50 {
		list = append(list, fmt.Sprintf(`{ product(id: "%d") { id name price availability reviews(first: %d) { nodes { rating author { name email } } } } }`, 17*i+1, i%6+1))
	}
	queries := map[string]string{}
	for _, q := range list {
		status, body, err := w.send(t.Context(), q)
		if status != 200 || strings.Contains(body, `"errors"`) || err != nil {
			t.Fatalf("%s: %d %s (%v)", q, status, body, err)
		}
		queries[q] = body
	}
	return queries
}

func (w *world) send(ctx context.Context, query string) (status int, body string, err error) {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return 0, "", err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+w.address+"/graphql", strings.NewReader(string(text)))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	return response.StatusCode, string(all), err
}

// ask is one client: most of the time it asks and checks the answer; now and
// then it leaves before it is there, or sends what has to be refused.
func (w *world) ask(ctx context.Context, t *testing.T, seed uint64, queries map[string]string) {
	random := rand.New(rand.NewPCG(seed, 7))
	var list []string
	for q := range queries {
		list = append(list, q)
	}
	slices.Sort(list)
	for n := 0; ctx.Err() == nil; n++ {
		w.asked.Add(1)
		query := list[random.IntN(len(list))]
		switch random.IntN(12) {
		case 0:
			short, leave := context.WithTimeout(ctx, time.Duration(random.IntN(3000))*time.Microsecond)
			if _, body, err := w.send(short, query); err == nil {
				w.check(t, query, body, queries[query])
			} else {
				w.left.Add(1)
			}
			leave()
		case 1:
			bad := []string{"{", "{ nope }", strings.Repeat("{a", 1000), `{ ...F } fragment F on Query { ...F }`, `subscription { __typename }`}
			status, body, err := w.send(ctx, bad[random.IntN(len(bad))])
			if err == nil && (status >= 500 || !strings.HasPrefix(body, `{"errors":[`)) {
				t.Errorf("%d %s", status, body)
			}
			w.refused.Add(1)
		case 2:
			// New to the caches.
			query = fmt.Sprintf(`query New%d_%d { topProducts(first: 3) { a%d: id } }`, seed, n, random.IntN(1_000_000))
			if status, body, err := w.send(ctx, query); err == nil && (status != 200 || !json.Valid([]byte(body))) {
				t.Errorf("%s: %d %s", query, status, body)
			}
		default:
			status, body, err := w.send(ctx, query)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				t.Errorf("%s: %v", query, err)
			case status != 200:
				t.Errorf("%s: %d %s", query, status, body)
			default:
				w.check(t, query, body, queries[query])
			}
		}
	}
}

// check compares an answer: it is the right one, or it has errors and every
// value that it does have is the right one.
func (w *world) check(t *testing.T, query, body, want string) {
	if body == want {
		return
	}
	var got, right struct {
		Data   any
		Errors []any
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Errorf("%s: %v in %s", query, err, body)
		return
	}
	if err := json.Unmarshal([]byte(want), &right); err != nil {
		t.Fatal(err)
	}
	if len(got.Errors) == 0 {
		t.Errorf("%s: wrong, and no error:\n got %s\nwant %s", query, body, want)
		return
	}
	if where := foreign(got.Data, right.Data); where != "" {
		t.Errorf("%s: wrong at %s:\n got %s\nwant %s", query, where, body, want)
	}
	w.partial.Add(1)
}

// foreign says where a value is neither null nor the right one; "" for nowhere.
func foreign(got, right any) string {
	switch got := got.(type) {
	case nil:
		return ""
	case map[string]any:
		right, ok := right.(map[string]any)
		if !ok || len(got) != len(right) {
			return "an object"
		}
		for name, v := range got {
			if where := foreign(v, right[name]); where != "" {
				return name + "." + where
			}
		}
		return ""
	case []any:
		right, ok := right.([]any)
		if !ok || len(got) != len(right) {
			return "a list"
		}
		for i, v := range got {
			if where := foreign(v, right[i]); where != "" {
				return fmt.Sprint(i, ".", where)
			}
		}
		return ""
	default:
		if got != right {
			return fmt.Sprint("value ", got)
		}
		return ""
	}
}

// harm gives subgraphs faults, one after the other.
func (w *world) harm(ctx context.Context) {
	random := rand.New(rand.NewPCG(1, 2))
	faults := slices.DeleteFunc(chaos.Faults(), func(f *chaos.Fault) bool {
		// What is waited for until the deadline is package chaos's; and what
		// is wrong without an error cannot be told from a mistake of weft's.
		return f.Hangs || f.Name == "data is empty" // absent is null
	})
	names := demo.Names()
	for ctx.Err() == nil {
		s := w.servers[names[random.IntN(len(names))]]
		switch random.IntN(8) {
		case 0:
			s.Hangup()
		case 1, 2, 3, 4:
			s.Set(nil)
		default:
			s.Set(faults[random.IntN(len(faults))])
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// replace puts a new router in the place of the old one, which ends in order.
func (w *world) replace(ctx context.Context, t *testing.T) {
	for pause(ctx, min(5*time.Second, *length/4)) {
		next := w.newRouter(t)
		w.replacing.Lock()
		old := w.router.Swap(next)
		w.replacing.Unlock()
		old.Close()
		w.replaced.Add(1)
	}
}

// pause waits and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (w *world) upstream() (n int64) {
	for _, s := range w.servers {
		n += s.Requests()
	}
	return n
}

// A sample is what is in use at a moment.
type sample struct {
	heap, resident       uint64
	goroutines, requests int64
}

// watch takes samples until ctx ends.
func (w *world) watch(ctx context.Context, t *testing.T) []sample {
	var samples []sample
	for pause(ctx, max(*length/20, 100*time.Millisecond)) {
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s := sample{m.HeapAlloc, resident(), int64(runtime.NumGoroutine()), w.asked.Load()}
		samples = append(samples, s)
		t.Logf("%8d requests  %4d MiB heap  %4d MiB resident  %4d goroutines", s.requests, s.heap>>20, s.resident>>20, s.goroutines)
	}
	return samples
}

// resident is the memory of the process in bytes; 0 where it cannot be told.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages uint64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// checkSlope compares the last third of the samples with the middle one. In the
// first third caches and pools fill.
func checkSlope(t *testing.T, samples []sample) {
	n := len(samples) / 3
	if n < 2 {
		t.Fatalf("only %d samples", len(samples))
	}
	for _, is := range []struct {
		what  string
		of    func(sample) uint64
		slack uint64
	}{
		{"heap", func(s sample) uint64 { return s.heap }, 8 << 20},
		{"resident memory", func(s sample) uint64 { return s.resident }, 24 << 20},
		{"goroutines", func(s sample) uint64 { return uint64(s.goroutines) }, 64},
	} {
		middle, last := least(samples[n:2*n], is.of), least(samples[2*n:], is.of)
		if last > middle+is.slack {
			t.Errorf("%s: %d at least in the middle, %d in the end", is.what, middle, last)
		}
	}
}

// least is the lowest value, which is without what is under way.
func least(samples []sample, of func(sample) uint64) uint64 {
	low := of(samples[0])
	for _, s := range samples[1:] {
		low = min(low, of(s))
	}
	return low
}
