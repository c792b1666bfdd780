package router

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// mutationSDL has a mutation whose answer needs an entity of b.
const mutationSDL = `
type Query @join__type(graph: A) @join__type(graph: B) {
  product(id: ID!): Product @join__field(graph: A)
}
type Mutation @join__type(graph: A) @join__type(graph: B) {
  rename: Product @join__field(graph: A)
}
type Subscription @join__type(graph: A) { s: Int }
type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  price: Int @join__field(graph: B)
}
`

// Queries that are equal in all that reaches the subgraph are sent once. What
// header rules make of the clients' headers is part of that. A mutation's own
// queries are always sent: they have to see what it has written.
func TestQueriesShareRequests(t *testing.T) {
	query := func(id string) string { return `{"query":"{ product(id: \"` + id + `\") { price } }"}` }
	mutation := `{"query":"mutation { rename { price } }"}`
	type client struct{ body, token string }
	tests := []struct {
		name    string
		clients []client
		want    map[string]int // requests by subgraph
	}{
		{"equal", []client{{query("1"), ""}, {query("1"), ""}, {query("1"), ""}}, map[string]int{"a": 1, "b": 1}},
		{"another argument", []client{{query("1"), ""}, {query("2"), ""}}, map[string]int{"a": 2, "b": 1}},
		{"equal tokens", []client{{query("1"), "x"}, {query("1"), "x"}}, map[string]int{"a": 1, "b": 1}},
		{"another token", []client{{query("1"), "x"}, {query("1"), "y"}, {query("1"), ""}}, map[string]int{"a": 3, "b": 3}},
		{"mutations", []client{{mutation, ""}, {mutation, ""}}, map[string]int{"a": 2, "b": 2}},
		{"a mutation beside a query", []client{{query("1"), ""}, {mutation, ""}}, map[string]int{"a": 2, "b": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newShared(t)
				var wg sync.WaitGroup
				for _, c := range tt.clients {
					wg.Go(func() {
						w := b.post(c.body, "Token", c.token)
						if w.Code != 200 || codesIn(t, w.Body.Bytes()) != nil {
							t.Errorf("%d %s", w.Code, w.Body)
						}
					})
				}
				wg.Wait()
				got := map[string]int{}
				for _, r := range b.fetcher.requests() {
					got[r.Subgraph]++
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// newShared is a router on mutationSDL whose subgraphs take a second each, and
// get the header Token.
func newShared(t *testing.T) *bench { return newSharing(t, func(*config.Config) {}) }

func newSharing(t *testing.T, change func(*config.Config)) *bench {
	t.Helper()
	c := config.Default(false)
	change(c)
	c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Named: "token"}}}
	core, logs := observer.New(zapcore.DebugLevel)
	rt, err := New(Options{Config: c, Logger: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse("mutation.graphql", testSDL[:strings.Index(testSDL, "type Query")]+mutationSDL)
	if err != nil {
		t.Fatal(err)
	}
	slow := func(body string) func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
		return func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
			time.Sleep(time.Second)
			return &subgraphs.Response{Status: http.StatusOK, Header: http.Header{}, Body: []byte(body)}, nil
		}
	}
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": slow(`{"data":{"product":{"__typename":"Product","id":"1"},"rename":{"__typename":"Product","id":"1"}}}`),
		"b": slow(`{"data":{"_entities":[{"__typename":"Product","price":3}]}}`),
	}}
	rt.Swap(NewGraph(super, GraphOptions{Fetcher: f, QueryFetcher: subgraphs.NewSharing(f), Limits: operation.DefaultLimits()}))
	t.Cleanup(rt.Close)
	return &bench{Router: rt, fetcher: f, logs: logs}
}

// shareExecutions is newShared with executions shared, and explained.
func shareExecutions(t *testing.T) *bench {
	return newSharing(t, func(c *config.Config) {
		c.DeduplicateRequests = true
		c.Explain = true
	})
}

// Queries of clients that are equal in everything that the response depends on
// are executed once.
func TestClientsShareExecutions(t *testing.T) {
	const variable = `query($id: ID!, $all: Boolean! = true) { product(id: $id) { id price @include(if: $all) } }`
	literal := func(id string) string { return `{"query":"{ product(id: \"` + id + `\") { price } }"}` }
	given := func(variables string) string {
		return `{"query":` + strconv.Quote(variable) + `,"variables":` + variables + `}`
	}
	mutation := `{"query":"mutation { rename { price } }"}`
	type client struct {
		body    string
		headers []string
	}
	tests := []struct {
		name     string
		clients  []client
		executed int64
		joined   int64
		sent     int
	}{
		{"equal", []client{{body: literal("1")}, {body: literal("1")}, {body: literal("1")}}, 1, 2, 2},
		{"equal but for layout", []client{{body: literal("1")}, {body: `{"query":"query { product( id: \"1\") {\n price } }","extensions":{}}`}}, 1, 1, 2},
		{"another literal", []client{{body: literal("1")}, {body: literal("2")}}, 2, 0, 3},
		{"equal variables", []client{{body: given(`{"id":"1"}`)}, {body: given(`{"all":true,"id":"1"}`)}}, 1, 1, 2},
		{"another variable", []client{{body: given(`{"id":"1"}`)}, {body: given(`{"id":"11"}`)}}, 2, 0, 3},
		{"another condition", []client{{body: given(`{"id":"1"}`)}, {body: given(`{"id":"1","all":false}`)}}, 2, 0, 2},
		{"equal tokens", []client{{literal("1"), []string{"Token", "x"}}, {literal("1"), []string{"Token", "x"}}}, 1, 1, 2},
		{"another token", []client{{literal("1"), []string{"Token", "x"}}, {literal("1"), []string{"Token", "y"}}, {body: literal("1")}}, 3, 0, 6},
		{"two tokens for one", []client{{literal("1"), []string{"Token", "x", "Token", "y"}}, {literal("1"), []string{"Token", "x,y"}}}, 2, 0, 4},
		{"a header that stays here", []client{{literal("1"), []string{"Accept", "application/json"}}, {literal("1"), []string{"Accept", "application/graphql-response+json"}}}, 1, 1, 2},
		{"mutations", []client{{body: mutation}, {body: mutation}}, 0, 0, 4},
		{"explained", []client{{literal("1"), []string{"Weft-Explain", "true"}}, {body: literal("1")}}, 1, 0, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := shareExecutions(t)
				var wg sync.WaitGroup
				for _, c := range tt.clients {
					wg.Go(func() {
						w := b.post(c.body, c.headers...)
						if w.Code != 200 || codesIn(t, w.Body.Bytes()) != nil || !strings.Contains(w.Body.String(), `"data":{"`) {
							t.Errorf("%d %s", w.Code, w.Body)
						}
					})
				}
				wg.Wait()
				if diff := cmp.Diff(SharingStats{tt.executed, tt.joined}, b.SharingStats()); diff != "" {
					t.Errorf("executions (-want +got):\n%s", diff)
				}
				// Requests that are equal at the subgraph are shared there.
				if got := len(b.fetcher.requests()); got != tt.sent {
					t.Errorf("%d requests to subgraphs, want %d", got, tt.sent)
				}
				joined := 0
				for _, line := range b.logs.FilterMessage("request").All() {
					if line.ContextMap()["joined"] == true {
						joined++
					}
				}
				if int64(joined) != tt.joined {
					t.Errorf("%d lines in the log say so, want %d", joined, tt.joined)
				}
			})
		})
	}
}

// Who leaves takes nothing from those who stay, whether he was first or not;
// when all have left, what was under way ends.
func TestClientsLeaveSharedExecutions(t *testing.T) {
	body := `{"query":"{ product(id: \"1\") { price } }"}`
	tests := []struct {
		name  string
		leave []int // which of three clients leave after half a second
		sent  int
	}{
		{"nobody", nil, 2},
		{"the first", []int{0}, 2},
		{"a follower", []int{1}, 2},
		{"all but the last", []int{0, 1}, 2},
		{"all", []int{0, 1, 2}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := shareExecutions(t)
				var wg sync.WaitGroup
				for i := range 3 {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					leaves := slices.Contains(tt.leave, i)
					wg.Go(func() {
						r := newRequestWith("POST", "/graphql", body, "Content-Type", "application/json").WithContext(ctx)
						w := b.do(r)
						if got := strings.Contains(w.Body.String(), `"price":3`); got == leaves {
							t.Errorf("client %d got %q", i, w.Body)
						}
					})
					synctest.Wait() // until it waits, too
					if leaves {
						time.AfterFunc(500*time.Millisecond, cancel)
					}
				}
				wg.Wait()
				if got := len(b.fetcher.requests()); got != tt.sent {
					t.Errorf("%d requests to subgraphs, want %d", got, tt.sent)
				}
			})
		})
	}
}

// Who has joined another's execution gets what he would have got alone: not the
// other's timeout, and not a moment later than his own.
func TestFollowersHaveTheirOwnTime(t *testing.T) {
	const deadline = 10 * time.Second
	tests := []struct {
		name    string
		joinsAt time.Duration
		slow    []time.Duration // how long b takes, one request after the other
		full    []bool          // whether the first client, and the second, get the price
		ends    []time.Duration // when
		sent    int64
	}{
		{"in time for both", 5 * time.Second, []time.Duration{9 * time.Second}, []bool{true, true}, []time.Duration{9 * time.Second, 9 * time.Second}, 1},
		// The first one's time is 50 ms shorter, for the answer. Then the second
		// begins anew.
		{"late for the first", 5 * time.Second, []time.Duration{time.Hour, time.Second}, []bool{false, true},
			[]time.Duration{deadline - 50*time.Millisecond, deadline - 50*time.Millisecond + time.Second}, 2},
		{"late for both", 5 * time.Second, []time.Duration{time.Hour, time.Hour}, []bool{false, false},
			[]time.Duration{deadline - 50*time.Millisecond, 15*time.Second - 50*time.Millisecond}, 2},
		{"almost as old", time.Millisecond, []time.Duration{time.Hour, time.Hour}, []bool{false, false},
			[]time.Duration{deadline - 50*time.Millisecond, deadline - 4*time.Millisecond}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newSharing(t, func(c *config.Config) {
					c.DeduplicateRequests = true
					c.Deadline = config.Duration(deadline)
				})
				b.fetcher.answers["a"] = answer(`{"data":{"product":{"__typename":"Product","id":"1"}}}`)
				good := answer(`{"data":{"_entities":[{"__typename":"Product","price":3}]}}`)
				requests := 0
				b.fetcher.answers["b"] = func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
					// No two executions overlap, so nobody else writes it.
					after := tt.slow[min(requests, len(tt.slow)-1)]
					requests++
					timer := time.NewTimer(after)
					defer timer.Stop()
					select {
					case <-timer.C:
						return good(ctx, r)
					case <-ctx.Done():
						return nil, &subgraphs.Error{Subgraph: "b", Kind: subgraphs.Timeout, Err: ctx.Err()}
					}
				}
				start := time.Now()
				var wg sync.WaitGroup
				for i := range 2 {
					wg.Go(func() {
						time.Sleep(time.Duration(i) * tt.joinsAt)
						w := b.post(`{"query":"{ product(id: \"1\") { price } }"}`)
						if full := strings.Contains(w.Body.String(), `"price":3`); full != tt.full[i] {
							t.Errorf("client %d got %s", i, w.Body)
						}
						// What is left of a time that is almost over is cut finely.
						if took := time.Since(start).Round(time.Millisecond); took > tt.ends[i] || took < tt.ends[i]-2*time.Millisecond {
							t.Errorf("client %d got it after %v, want %v", i, took, tt.ends[i])
						}
					})
				}
				wg.Wait()
				if got := b.SharingStats().Executed; got != tt.sent {
					t.Errorf("%d executions, want %d", got, tt.sent)
				}
			})
		})
	}
}

// Those who share one response all see it as it was, while its memory and that
// of others comes and goes.
func TestSharedResponsesStayAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := shareExecutions(t)
		var wg sync.WaitGroup
		for i := range 40 {
			// Every second one is shared with nineteen others.
			id, token := "1", "everybody"
			if i%2 == 0 {
				token = strconv.Itoa(i)
			}
			wg.Go(func() {
				w := b.post(`{"query":"{ product(id: \"`+id+`\") { id price } }"}`, "Token", token)
				if diff := cmp.Diff(`{"data":{"product":{"id":"1","price":3}}}`, w.Body.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", token, diff)
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff(SharingStats{21, 19}, b.SharingStats()); diff != "" {
			t.Errorf("executions (-want +got):\n%s", diff)
		}
	})
}
