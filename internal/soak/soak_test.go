package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

var length = flag.Duration("soak", 4*time.Second, "how long to soak")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	clients = 12

	// reload is how often schemas change in a long soak; watch how often weft
	// looks at them, which is the default.
	reload = 5 * time.Second
	watch  = time.Second

	// timeout is a subgraph's. What hangs costs as much.
	timeout = 500 * time.Millisecond
)

// A world is what soaks: two routers over the same schemas and subgraphs.
type world struct {
	routers []*router
	client  *http.Client
	servers map[string]*chaos.Server
	schemas string // directory with a file for each subgraph

	// written is the latest version of the schemas that was written.
	written atomic.Int64
	// mutated counts the mutations that have arrived at subgraphs, and meant
	// those that clients have sent.
	mutated, meant atomic.Int64

	// quiet is held by whoever sends a request, and by who wants that nobody
	// does: else what is in use depends on what is under way.
	quiet sync.RWMutex

	asked, partial, left, refused, reloads, rejected, marks, samples atomic.Int64
}

// A router serves on an address of its own.
type router struct {
	*weft.Router
	address string
	ended   chan string // what has become of new schemas
	// serving is the version that serves, at least; it may be a later one.
	serving atomic.Int64
}

// TestSoak is the whole of it.
func TestSoak(t *testing.T) {
	w := newWorld(t)
	queries := w.queries(t)
	every, start := min(reload, *length/4), time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		pause(ctx, *length)
		// A slow machine may need longer for something of everything.
		for end := time.Now().Add(5 * time.Minute); !w.hasSeenAll() && time.Now().Before(end); {
			pause(ctx, 100*time.Millisecond)
		}
	})
	for i := range clients {
		wg.Go(func() { w.ask(ctx, t, i, queries) })
	}
	wg.Go(func() { w.harm(ctx) })
	wg.Go(func() { w.deploy(ctx, t, every) })
	samples := w.watch(ctx, t)
	wg.Wait()
	for _, s := range w.servers {
		s.Set(nil)
	}
	w.wantRight(t, queries)
	took := time.Since(start)
	t.Logf("%d requests in %v, %.0f a second: %d with errors as they should be, %d whose client left, %d refused",
		w.asked.Load(), took.Round(time.Second), float64(w.asked.Load())/took.Seconds(), w.partial.Load(), w.left.Load(), w.refused.Load())
	t.Logf("%d schemas taken by both routers, %d refused by both; %d requests to subgraphs, %d mutations sent and %d of them arrived",
		w.reloads.Load(), w.rejected.Load(), w.upstream(), w.meant.Load(), w.mutated.Load())
	if w.mutated.Load() > w.meant.Load() {
		t.Errorf("%d mutations arrived, and %d were sent", w.mutated.Load(), w.meant.Load())
	}
	if !w.hasSeenAll() {
		t.Error("that was no soak")
	}
	w.wantIdle(t)
	checkSlope(t, samples)
}

// hasSeenAll tells whether there has been something of everything.
func (w *world) hasSeenAll() bool {
	for _, n := range []*atomic.Int64{&w.partial, &w.left, &w.refused, &w.reloads, &w.rejected, &w.marks, &w.mutated} {
		if n.Load() == 0 {
			return false
		}
	}
	return w.asked.Load() >= 100 && w.samples.Load() >= minSamples
}

func newWorld(t *testing.T) *world {
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	w := &world{
		servers: map[string]*chaos.Server{},
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}},
		schemas: t.TempDir(),
	}
	services, err := demo.Subgraphs(demo.Options{Products: 1000, Latency: latency, OnRequest: func(r mock.Request) {
		if strings.HasPrefix(r.Query, "mutation") {
			w.mutated.Add(1)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range services {
		if w.servers[s.Name()], err = chaos.Start(s); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.servers[s.Name()].Close)
		if err := w.write(i, 0, false); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		// The last to end; nobody is asked any more.
		for name, s := range w.servers {
			// What has been given up is still worked at for a while.
			for end := time.Now().Add(2 * time.Minute); s.Connections() > 0; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					var stacks strings.Builder
					_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
					t.Fatalf("%d connections to %s are left\n%s", s.Connections(), name, stacks.String())
				}
			}
		}
	})
	w.routers = []*router{w.start(t, func(*config.Config) {}), w.start(t, func(c *config.Config) {
		// All that there is against subgraphs that fail, and for many clients.
		r := &c.AllSubgraphs.Resilience
		r.Retry.Enabled, r.Hedge.Enabled, r.Concurrency.Enabled, r.CircuitBreaker.Enabled = new(true), new(true), new(true), new(true)
		r.Hedge.After = config.Duration(5 * time.Millisecond)
		r.CircuitBreaker.OpenFor = config.Duration(200 * time.Millisecond)
		adaptive := config.Subgraph{}
		adaptive.Concurrency.Adaptive = new(true)
		c.Subgraphs = map[string]config.Subgraph{"pricing": adaptive}
		c.RateLimit.Enabled, c.RateLimit.Rate, c.RateLimit.Burst, c.RateLimit.Status = true, 1_000_000, 1_000_000, 429
		c.DeduplicateRequests = true
	})}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// start starts a router, with the defaults but for what change changes.
func (w *world) start(t *testing.T, change func(*config.Config)) *router {
	c := config.Default(true)
	c.Deadline = config.Duration(time.Minute)
	c.AllSubgraphs.Timeout = config.Duration(timeout)
	c.AllSubgraphs.ConnectTimeout = config.Duration(timeout)
	c.AllSubgraphs.MaxResponseBytes = 1 << 20
	c.Caches = config.Caches{Operations: 4 << 20, Plans: 4 << 20, APQ: 1 << 20}
	c.Batching.Enabled = true
	c.Metrics.Enabled = true
	c.Supergraph.WatchInterval = config.Duration(max(min(watch, *length/20), 100*time.Millisecond))
	c.Supergraph.Subgraphs = map[string]config.Composed{}
	for name, s := range w.servers {
		c.Supergraph.Subgraphs[name] = config.Composed{RoutingURL: s.URL(), Schema: config.SubgraphSchema{File: w.file(name)}}
	}
	change(c)
	r := &router{ended: make(chan string, 100)}
	// Everything is logged, to nowhere.
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zapcore.InfoLevel)
	log := zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		if e.Message == loaded || e.Message == notTaken {
			r.ended <- e.Message
		}
		return nil
	}))
	var err error
	if r.Router, err = weft.New(t.Context(), c, weft.WithLogger(log)); err != nil {
		t.Fatal(err)
	}
	<-r.ended
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		r.Close()
	})
	return r
}

// What the log says when new schemas have been dealt with.
const (
	loaded   = "supergraph loaded"
	notTaken = "new supergraph refused, the last good one goes on serving"
)

func (w *world) file(subgraph string) string { return filepath.Join(w.schemas, subgraph+".graphql") }

// write replaces the schema of a subgraph by one that has the version in it, or
// by one that does not compose with the others.
func (w *world) write(subgraph int, version int64, broken bool) error {
	name := demo.Names()[subgraph]
	sdl := demo.SDL(name) + fmt.Sprintf("\n\"v%d\" enum Mark%d { X }\n", version, subgraph)
	if broken {
		sdl += "\ntype Query { nothing: Nothing }\n"
	}
	next := w.file(name) + ".next"
	if err := os.WriteFile(next, []byte(sdl), 0o600); err != nil {
		return err
	}
	return os.Rename(next, w.file(name))
}

// marked is what a supergraph of the version answers to markQuery: version v has
// changed the schema of subgraph v modulo their number.
func marked(version int64) string {
	n := int64(len(demo.Names()))
	var b strings.Builder
	b.WriteString(`{"data":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		// The latest that is not after version, and 0 before the first.
		v := version - ((version-i)%n+n)%n
		fmt.Fprintf(&b, `"m%d":{"description":"v%d"}`, i, max(v, 0))
	}
	return b.String() + "}}"
}

func markQuery() string {
	var b strings.Builder
	b.WriteString("{")
	for i := range demo.Names() {
		fmt.Fprintf(&b, ` m%d: __type(name: "Mark%[1]d") { description }`, i)
	}
	return b.String() + " }"
}

// deploy changes a schema now and then. Every fourth one does not compose, and
// the next is put in its place.
func (w *world) deploy(ctx context.Context, t *testing.T, every time.Duration) {
	next := time.NewTicker(every)
	defer next.Stop()
	for n := 1; ; n++ {
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
		version := w.written.Load() + 1
		subgraph, want := int(version)%len(demo.Names()), loaded
		broken := n%4 == 2
		if broken {
			want = notTaken
		} else {
			w.written.Add(1) // before any router can know of it
		}
		if err := w.write(subgraph, version, broken); err != nil {
			t.Error(err)
			return
		}
		for i, r := range w.routers {
			select {
			case got := <-r.ended:
				if got != want {
					t.Errorf("version %d, router %d: %s", version, i, got)
				}
			case <-time.After(time.Minute):
				t.Errorf("version %d: router %d has not noticed it", version, i)
				return
			}
			if !broken {
				r.serving.Store(version)
			}
		}
		if broken {
			w.rejected.Add(1)
		} else {
			w.reloads.Add(1)
		}
	}
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
		queries[q] = ""
	}
	answers := func(check func(query, body string)) {
		for _, q := range list {
			check(q, w.whole(t, w.routers[0], q))
		}
	}
	answers(func(q, body string) { queries[q] = body })
	// What clients change must not be in what they ask.
	for i := range clients {
		w.whole(t, w.routers[0], mutationOf(i, 1))
		w.meant.Add(1)
	}
	answers(func(q, body string) {
		if queries[q] != body {
			t.Fatalf("%s: it depends on what clients change", q)
		}
	})
	return queries
}

// mutationOf sets the price of a product that is a client's own.
func mutationOf(client int, price int) string {
	return fmt.Sprintf(`mutation { updatePrice(productId: "%d", price: %d) { id price } }`, 988+client, price)
}

// whole asks until the answer is one without errors: a slow machine may take
// more than the timeout now and then.
func (w *world) whole(t *testing.T, r *router, query string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		status, body, err := w.send(t.Context(), r, query)
		if status == 200 && !strings.Contains(body, `"errors"`) && err == nil {
			return body
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %d %s (%v)", query, status, body, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// wantRight asks for everything when all faults are over: nothing sticks.
func (w *world) wantRight(t *testing.T, queries map[string]string) {
	t.Helper()
	for _, r := range w.routers {
		for query, want := range queries {
			if body := w.whole(t, r, query); body != want {
				t.Errorf("in the end: %s: %s, want %s", query, body, want)
			}
		}
		if body, want := w.whole(t, r, markQuery()), marked(w.written.Load()); body != want {
			t.Errorf("in the end %s serves, want %s", body, want)
		}
	}
}

// wantIdle checks that nothing is counted as under way.
func (w *world) wantIdle(t *testing.T) {
	t.Helper()
	for i, r := range w.routers {
		response, err := w.client.Get("http://" + r.address + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"weft_requests_in_flight 0", "weft_requests_waiting 0", "weft_graphs 1", `weft_requests_refused_total{reason="crowded"} 0`} {
			if !bytes.Contains(text, []byte(want+"\n")) {
				t.Errorf("router %d: metrics do not have %s", i, want)
			}
		}
	}
}

// send posts a query.
func (w *world) send(ctx context.Context, r *router, query string) (status int, body string, err error) {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return 0, "", err
	}
	return w.do(ctx, r, "POST", "", string(text))
}

func (w *world) do(ctx context.Context, r *router, method, parameters, text string) (status int, body string, err error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://"+r.address+"/graphql"+parameters, strings.NewReader(text))
	if err != nil {
		return 0, "", err
	}
	q.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(q)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	return response.StatusCode, string(all), err
}

// ask is one client.
func (w *world) ask(ctx context.Context, t *testing.T, client int, queries map[string]string) {
	random := rand.New(rand.NewPCG(uint64(client), 7))
	var list []string
	for q := range queries {
		list = append(list, q)
	}
	slices.Sort(list)
	for n := 0; ctx.Err() == nil; n++ {
		w.askOnce(ctx, t, client, n, random, list, queries)
	}
}

// askOnce: most of the time the client asks and checks the answer; now and then
// it leaves before it is there, changes something, or sends what has to be
// refused.
func (w *world) askOnce(ctx context.Context, t *testing.T, client, n int, random *rand.Rand, list []string, queries map[string]string) {
	w.quiet.RLock()
	defer w.quiet.RUnlock()
	w.asked.Add(1)
	r := w.routers[random.IntN(len(w.routers))]
	query := list[random.IntN(len(list))]
	switch random.IntN(16) {
	case 0:
		short, leave := context.WithTimeout(ctx, time.Duration(random.IntN(3000))*time.Microsecond)
		if _, body, err := w.send(short, r, query); err == nil {
			w.check(t, query, body, queries[query])
		} else {
			w.left.Add(1)
		}
		leave()
	case 1:
		bad := []string{"{", "{ nope }", strings.Repeat("{a", 1000), `{ ...F } fragment F on Query { ...F }`, `subscription { __typename }`}
		status, body, err := w.send(ctx, r, bad[random.IntN(len(bad))])
		if err == nil && (status >= 500 || !strings.HasPrefix(body, `{"errors":[`)) {
			t.Errorf("%d %s", status, body)
		}
		w.refused.Add(1)
	case 2:
		// New to the caches.
		query = fmt.Sprintf(`query New%d_%d { topProducts(first: 3) { a%d: id } }`, client, n, random.IntN(1_000_000))
		if status, body, err := w.send(ctx, r, query); err == nil && (status != 200 || !json.Valid([]byte(body))) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	case 3:
		oldest := r.serving.Load()
		status, body, err := w.send(ctx, r, markQuery())
		if newest := w.written.Load(); err == nil && (status != 200 || !isMarked(body, oldest, newest)) {
			t.Errorf("%d %s is of no supergraph from version %d to %d", status, body, oldest, newest)
		}
		w.marks.Add(1)
	case 4:
		price := n + 1000
		query = mutationOf(client, price)
		w.meant.Add(1)
		status, body, err := w.send(ctx, r, query)
		w.expect(ctx, t, query, status, body, err, fmt.Sprintf(`{"data":{"updatePrice":{"id":"%d","price":%d}}}`, 988+client, price))
	case 5:
		status, body, err := w.do(ctx, r, "GET", "?query="+url.QueryEscape(query), "")
		w.expect(ctx, t, query, status, body, err, queries[query])
	case 6:
		w.askTogether(ctx, t, r, []string{query, list[random.IntN(len(list))]}, queries)
	default:
		status, body, err := w.send(ctx, r, query)
		w.expect(ctx, t, query, status, body, err, queries[query])
	}
}

// askTogether sends queries in one array.
func (w *world) askTogether(ctx context.Context, t *testing.T, r *router, list []string, queries map[string]string) {
	var batch []map[string]string
	for _, q := range list {
		batch = append(batch, map[string]string{"query": q})
	}
	text, err := json.Marshal(batch)
	if err != nil {
		t.Error(err)
		return
	}
	status, body, err := w.do(ctx, r, "POST", "", string(text))
	if ctx.Err() != nil {
		return
	}
	var answers []json.RawMessage
	if err != nil || status != 200 || json.Unmarshal([]byte(body), &answers) != nil || len(answers) != len(list) {
		t.Errorf("%s: %d %s (%v)", list, status, body, err)
		return
	}
	for i, q := range list {
		w.check(t, q, string(answers[i]), queries[q])
	}
}

// expect checks what came of a request, unless the time is over.
func (w *world) expect(ctx context.Context, t *testing.T, query string, status int, body string, err error, want string) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		t.Errorf("%s: %v", query, err)
	case status != 200:
		t.Errorf("%s: %d %s", query, status, body)
	default:
		w.check(t, query, body, want)
	}
}

// isMarked tells whether a supergraph of one of the versions has answered.
func isMarked(body string, oldest, newest int64) bool {
	for v := oldest; v <= newest; v++ {
		if body == marked(v) {
			return true
		}
	}
	return false
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
		t.Errorf("%s: %v in %s", query, err, want)
		return
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
		// What is wrong without an error cannot be told from a mistake of
		// weft's.
		return f.Name == "data is empty" // absent is null
	})
	names := demo.Names()
	for ctx.Err() == nil {
		s := w.servers[names[random.IntN(len(names))]]
		switch random.IntN(8) {
		case 0:
			s.Hangup()
		case 1, 2, 3, 4, 5:
			s.Set(nil)
		default:
			s.Set(faults[random.IntN(len(faults))])
		}
		pause(ctx, 5*time.Millisecond)
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
	at                   time.Time
	heap, resident       uint64
	goroutines, requests int64
}

// watch takes samples until ctx ends.
func (w *world) watch(ctx context.Context, t *testing.T) []sample {
	var samples []sample
	for pause(ctx, max(*length/20, 100*time.Millisecond)) {
		s := w.sample()
		samples = append(samples, s)
		w.samples.Add(1)
		t.Logf("%8d requests  %4d MiB heap  %4d MiB resident  %4d goroutines", s.requests, s.heap>>20, s.resident>>20, s.goroutines)
	}
	return samples
}

// sample waits until nothing is under way, and tells what is in use then.
func (w *world) sample() sample {
	w.quiet.Lock()
	defer w.quiet.Unlock()
	// Twice, since pools give up what they hold in a second turn.
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{time.Now(), m.HeapAlloc, resident(), int64(runtime.NumGoroutine()), w.asked.Load()}
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

// minSamples are so many that each third has some.
const minSamples = 6

// checkSlope compares the last third of the samples with the middle one. In the
// first third caches and pools fill.
func checkSlope(t *testing.T, samples []sample) {
	if len(samples) < minSamples {
		t.Fatalf("only %d samples", len(samples))
	}
	n := len(samples) / 3
	if *length >= time.Minute {
		t.Logf("resident memory: %+.2f MiB a minute over the last two thirds", slope(samples[n:])/(1<<20)*60)
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

// slope is that of the line through the resident memory of the samples, in bytes
// a second.
func slope(samples []sample) float64 {
	n := float64(len(samples))
	var x, y, xx, xy float64
	for _, s := range samples {
		at, bytes := s.at.Sub(samples[0].at).Seconds(), float64(s.resident)
		x, y, xx, xy = x+at, y+bytes, xx+at*at, xy+at*bytes
	}
	return (n*xy - x*y) / (n*xx - x*x)
}

// least is the lowest value, which is without what is under way.
func least(samples []sample, of func(sample) uint64) uint64 {
	low := of(samples[0])
	for _, s := range samples[1:] {
		low = min(low, of(s))
	}
	return low
}
