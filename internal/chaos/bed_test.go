package chaos_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A bed is the demo's federation, each subgraph behind a chaos server.
type bed struct {
	servers  map[string]*chaos.Server
	services map[string]*mock.Subgraph

	mu      sync.Mutex
	mutated []string // the subgraphs that were sent mutations, in order; guarded by mu
}

// mutations returns the subgraphs that were sent mutations, in order.
func (b *bed) mutations() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mutated)
}

func newBed(t testing.TB) *bed {
	t.Helper()
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	b := &bed{servers: map[string]*chaos.Server{}, services: map[string]*mock.Subgraph{}}
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: latency, OnRequest: func(r mock.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if strings.HasPrefix(r.Query, "mutation") {
			b.mutated = append(b.mutated, r.Subgraph)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range services {
		b.services[service.Name()] = service
		if b.servers[service.Name()], err = chaos.Start(service); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.servers[service.Name()].Close)
	}
	return b
}

// second returns another server of a subgraph.
func (b *bed) second(t testing.TB, subgraph string) *chaos.Server {
	t.Helper()
	s, err := chaos.Start(b.services[subgraph])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// maxResponse is how large a subgraph's answer may be.
const maxResponse = 256 << 10

// router returns a router over the bed with generous times; change changes its
// configuration. The test closes it.
func (b *bed) router(t testing.TB, change func(*config.Config)) *weft.Router {
	t.Helper()
	c := config.Default(true)
	// Pooled connections stay, so that they can be counted.
	c.Deadline = config.Duration(5 * time.Minute)
	c.AllSubgraphs.Timeout = config.Duration(2 * time.Minute)
	c.AllSubgraphs.ConnectTimeout = config.Duration(time.Minute)
	c.AllSubgraphs.IdleTimeout = config.Duration(time.Hour)
	c.AllSubgraphs.MaxResponseBytes = maxResponse
	c.Subgraphs = map[string]config.Subgraph{}
	for name, s := range b.servers {
		c.Subgraphs[name] = config.Subgraph{URL: s.URL()}
	}
	if change != nil {
		change(c)
	}
	r, err := weft.New(t.Context(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// connections are those open at all subgraphs.
func (b *bed) connections() (n int) {
	for _, s := range b.servers {
		n += s.Connections()
	}
	return n
}

// An answer is a GraphQL response as far as the tests look at it.
type answer struct {
	Status int
	Data   string
	Errors []failure
}

// A failure is an error of a response.
type failure struct {
	Path    string // as JSON; "" for none
	Code    string
	Service string
	Message string
	Status  int // of the subgraph's answer, where it matters
}

// ask sends a query to a router.
func ask(ctx context.Context, h http.Handler, query string) (*http.Response, []byte) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err) // a string can be encoded
	}
	r := httptest.NewRequestWithContext(ctx, "POST", "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	response := w.Result()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err) // it is in memory
	}
	return response, text
}

// decode reads a response. What is not one, byte for byte, fails the test.
func decode(t testing.TB, response *http.Response, body []byte) answer {
	t.Helper()
	var r struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Path       json.RawMessage
			Extensions struct {
				Code, Service string
				HTTP          struct{ Status int }
			}
		}
	}
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("the answer is not a response: %v in %.500q", err, body)
	}
	out := answer{Status: response.StatusCode, Data: string(r.Data)}
	for _, e := range r.Errors {
		out.Errors = append(out.Errors, failure{string(e.Path), e.Extensions.Code, e.Extensions.Service, e.Message, e.Extensions.HTTP.Status})
	}
	return out
}

// A baseline is what there is while nothing is going on.
type baseline struct{ goroutines, descriptors, connections int }

func (b *bed) measure() baseline {
	return baseline{runtime.NumGoroutine(), descriptors(), b.connections()}
}

// descriptors counts the open files of the process; 0 where that cannot be
// told.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// exceeds tells whether there is more of anything.
func (x baseline) exceeds(y baseline) bool {
	return x.goroutines > y.goroutines || x.descriptors > y.descriptors || x.connections > y.connections
}

// wantBaseline waits until there is nothing that was not there before: what the
// other end of a socket does takes a moment.
func (b *bed) wantBaseline(t testing.TB, want baseline) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); b.measure().exceeds(want); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			t.Fatalf("not as before: %+v, want %+v\n%s", b.measure(), want, stacks.String())
		}
	}
}

// heap is how much memory is in use after collecting garbage.
func heap() uint64 {
	// Twice, since finalizers and sync.Pools give up what they hold in a
	// second turn.
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// wantHeap checks that no more memory is in use than before, give or take what
// the runtime, the tests and caches keep.
func wantHeap(t testing.TB, before uint64) {
	t.Helper()
	const slack = 2 << 20
	if now := heap(); now > before+slack {
		t.Errorf("%d bytes of heap are in use, %d before", now, before)
	}
}
