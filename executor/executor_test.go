package executor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
)

const shop = `
type Query { product: Product strict: Strict products: [Strict] me: User }
type Mutation { a: Int b: Int c: Strict }
type Product { id: ID! name: String availability: String price: Float }
type Strict { id: ID! name: String availability: String price: Float! stock: Stock }
type Stock { id: ID! count: Int }
type User { id: ID! name: String }
`

// product is the showcase: the catalogue first, then inventory and pricing at
// the same time.
var product = []fetchSpec{
	{subgraph: "catalogue", sel: `{ product { id name } }`},
	{subgraph: "inventory", sel: `{ availability }`, at: "product", needs: []int{0}},
	{subgraph: "pricing", sel: `{ price }`, at: "product", needs: []int{0}},
}

func productWorld() *world {
	return &world{subgraphs: map[string]subgraph{
		"catalogue": {delay: 20 * time.Millisecond, answer: `{"data":{"product":{"id":"1","name":"Chair"}}}`},
		"inventory": {delay: 100 * time.Millisecond, answer: `{"data":{"_entities":[{"availability":"In Stock"}]}}`},
		"pricing":   {delay: 150 * time.Millisecond, answer: `{"data":{"_entities":[{"price":29.99}]}}`},
	}}
}

func TestIndependentFetchesRunTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := productWorld()
		x := &Executor{Fetcher: w}
		start := time.Now()
		r, err := x.Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { id name availability price } }`, product)})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 170*time.Millisecond {
			t.Errorf("took %v, want the catalogue and the slower of the two", took)
		}
		if diff := cmp.Diff(`{"data":{"product":{"id":"1","name":"Chair","availability":"In Stock","price":29.99}}}`, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		want := []FetchReport{
			{ID: 0, Subgraph: "catalogue", State: Done, End: 20 * time.Millisecond, Requests: 1, Bytes: 46, Status: 200},
			{ID: 1, Subgraph: "inventory", State: Done, Start: 20 * time.Millisecond, End: 120 * time.Millisecond, Requests: 1, Entities: 1, Bytes: 52, Status: 200},
			{ID: 2, Subgraph: "pricing", State: Done, Start: 20 * time.Millisecond, End: 170 * time.Millisecond, Requests: 1, Entities: 1, Bytes: 40, Status: 200},
		}
		if diff := cmp.Diff(want, r.Fetches); diff != "" {
			t.Errorf("reports (-want +got)\n%s", diff)
		}
	})
}

func TestClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := productWorld()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		start := time.Now()
		r, err := (&Executor{Fetcher: w}).Execute(ctx, &Request{Program: compile(t, shop, `{ product { availability price } }`, product)})
		if err != context.Canceled {
			t.Errorf("error %v", err)
		}
		if r == nil || len(r.Fetches) != 3 || r.Fetches[0].State != Done || r.Fetches[1].Failure == nil {
			t.Errorf("response %+v, want the reports of the fetches", r)
		}
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if !w.has("inventory canceled") || !w.has("pricing canceled") {
			t.Errorf("log %v", w.log)
		}
	})
}

func TestClientGoneWhileAloneInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{subgraphs: map[string]subgraph{"catalogue": {hang: true}}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := (&Executor{Fetcher: w}).Execute(ctx, &Request{Program: compile(t, shop, `{ product { name } }`, product[:1])})
		if err != context.Canceled {
			t.Errorf("error %v", err)
		}
		if !w.has("catalogue canceled") {
			t.Errorf("log %v", w.log)
		}
	})
}

// What a failing subgraph does to the response, to the others and to the time
// it takes.
func TestFailures(t *testing.T) {
	const query = `{ product { name availability price } }`
	tests := []struct {
		name    string
		pricing subgraph
		mode    Mode
		want    string
		took    time.Duration
		logged  []string
	}{
		{
			name:    "an HTTP status",
			pricing: subgraph{delay: 10 * time.Millisecond, status: 503, answer: "<html>sorry</html>"},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 503","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":503},"service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "an HTTP status, with a GraphQL response",
			pricing: subgraph{status: 500, answer: `{"data":{"_entities":[{"price":5}]},"errors":[{"message":"half","path":["_entities",0,"price"]}]}`},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":5}},"errors":[{"message":"half","path":["product","price"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "a page",
			pricing: subgraph{answer: "<html>welcome</html>"},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" gave a wrong answer","path":["product"],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","http":{"status":200},"reason":"an object is expected at byte 0","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "no connection",
			pricing: subgraph{err: &subgraphs.Error{Subgraph: "pricing", Kind: subgraphs.Connect, Err: errors.New("dial 10.1.2.3")}},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" could not be reached","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","reason":"connection failed","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "a broken connection",
			pricing: subgraph{err: &subgraphs.Error{Subgraph: "pricing", Kind: subgraphs.Protocol, Err: errors.New("reset")}},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" gave no complete answer","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","reason":"connection broke before the answer was complete","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "an error nobody knows",
			pricing: subgraph{err: errors.New("dial 10.1.2.3")},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" could not be reached","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "the subgraph's own time limit",
			pricing: subgraph{delay: 30 * time.Millisecond, err: context.DeadlineExceeded},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"subgraph \"pricing\" did not answer in time","path":["product"],"extensions":{"code":"GATEWAY_TIMEOUT","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "a panic",
			pricing: subgraph{panics: true},
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[{"message":"the request to subgraph \"pricing\" failed","path":["product"],"extensions":{"code":"INTERNAL_SERVER_ERROR","service":"pricing"}}]}`,
			took:    120 * time.Millisecond,
		},
		{
			name:    "fail fast",
			pricing: subgraph{delay: 10 * time.Millisecond, status: 503},
			mode:    FailFast,
			want:    `{"data":null,"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 503","path":["product"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":503},"service":"pricing"}}]}`,
			took:    30 * time.Millisecond,
			logged:  []string{"inventory canceled"},
		},
		{
			name:    "fail fast at an error of the subgraph's own",
			pricing: subgraph{delay: 10 * time.Millisecond, answer: `{"data":{"_entities":[null]},"errors":[{"message":"a","path":["_entities",0]},{"message":"b"}]}`},
			mode:    FailFast,
			want: `{"data":null,"errors":[{"message":"a","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"pricing"}},` +
				`{"message":"b","path":["product"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"pricing"}}]}`,
			took:   30 * time.Millisecond,
			logged: []string{"inventory canceled"},
		},
		{
			name:    "fail fast without a failure",
			pricing: subgraph{answer: `{"data":{"_entities":[{"price":5}]}}`},
			mode:    FailFast,
			want:    `{"data":{"product":{"name":"Chair","availability":"In Stock","price":5}}}`,
			took:    120 * time.Millisecond,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := productWorld()
				w.subgraphs["pricing"] = tt.pricing
				start := time.Now()
				r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: compile(t, shop, query, product), Mode: tt.mode})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if diff := cmp.Diff(tt.want, body(t, r)); diff != "" {
					t.Errorf("response (-want +got)\n%s", diff)
				}
				for _, l := range tt.logged {
					if !w.has(l) {
						t.Errorf("log %v lacks %q", w.log, l)
					}
				}
			})
		})
	}
}

// When the deadline comes, what has arrived is delivered, on time.
func TestDeadline(t *testing.T) {
	const timeout = `{"message":"subgraph \"%s\" did not answer in time","path":["product"],"extensions":{"code":"GATEWAY_TIMEOUT","reason":"%s","service":"%s"}}`
	tests := []struct {
		name    string
		reserve time.Duration
		hang    string
		want    string
		took    time.Duration
	}{
		{
			name: "one hangs", hang: "pricing",
			want: `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[` + fmt.Sprintf(timeout, "pricing", "no answer before the request's deadline", "pricing") + `]}`,
			took: 950 * time.Millisecond,
		},
		{
			name: "one hangs, small reserve", hang: "pricing", reserve: time.Millisecond,
			want: `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[` + fmt.Sprintf(timeout, "pricing", "no answer before the request's deadline", "pricing") + `]}`,
			took: 999 * time.Millisecond,
		},
		{
			name: "a reserve beyond reason", hang: "pricing", reserve: time.Hour,
			want: `{"data":{"product":{"name":"Chair","availability":"In Stock","price":null}},"errors":[` + fmt.Sprintf(timeout, "pricing", "no answer before the request's deadline", "pricing") + `]}`,
			took: 900 * time.Millisecond,
		},
		{
			name: "the first hangs, and the others find nothing", hang: "catalogue",
			want: `{"data":{"product":null},"errors":[` + fmt.Sprintf(timeout, "catalogue", "no answer before the request's deadline", "catalogue") + `]}`,
			took: 950 * time.Millisecond,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := productWorld()
				w.subgraphs[tt.hang] = subgraph{hang: true}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				r, err := (&Executor{Fetcher: w, Reserve: tt.reserve}).Execute(ctx, &Request{Program: compile(t, shop, `{ product { name availability price } }`, product)})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if diff := cmp.Diff(tt.want, body(t, r)); diff != "" {
					t.Errorf("response (-want +got)\n%s", diff)
				}
			})
		})
	}
}

// A fetch that becomes ready when the time is over is not sent, and says so.
func TestNoTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := productWorld()
		// It answers without looking at the context.
		x := &Executor{Fetcher: fetcherFunc(func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			if r.Subgraph == "catalogue" {
				time.Sleep(960 * time.Millisecond)
				return &subgraphs.Response{Status: 200, Body: []byte(w.subgraphs["catalogue"].answer)}, nil
			}
			t.Errorf("%s was sent", r.Subgraph)
			return nil, errors.New("no")
		})}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := x.Execute(ctx, &Request{Program: compile(t, shop, `{ product { name availability price } }`, product)})
		if err != nil {
			t.Fatal(err)
		}
		want := `{"data":{"product":{"name":"Chair","availability":null,"price":null}},"errors":[` +
			`{"message":"subgraph \"inventory\" did not answer in time","path":["product"],"extensions":{"code":"GATEWAY_TIMEOUT","reason":"no time was left to send it","service":"inventory"}},` +
			`{"message":"subgraph \"pricing\" did not answer in time","path":["product"],"extensions":{"code":"GATEWAY_TIMEOUT","reason":"no time was left to send it","service":"pricing"}}]}`
		if diff := cmp.Diff(want, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
	})
}

type fetcherFunc func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error)

func (f fetcherFunc) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	return f(ctx, r)
}

// In partial mode siblings are cancelled exactly when their answer can no
// longer show.
func TestUselessFetchesAreCancelled(t *testing.T) {
	strict := []fetchSpec{
		{subgraph: "catalogue", sel: `{ strict { id name } me { id name } }`},
		{subgraph: "inventory", sel: `{ availability }`, at: "strict", needs: []int{0}},
		{subgraph: "pricing", sel: `{ price }`, at: "strict", needs: []int{0}},
		{subgraph: "warehouse", sel: `{ stock { id } }`, at: "strict", needs: []int{1}},
	}
	catalogue := subgraph{answer: `{"data":{"strict":{"id":"1","name":"Chair"},"me":{"id":"7","name":"Ann"}}}`}
	tests := []struct {
		name    string
		fetches []fetchSpec
		query   string
		want    string
		took    time.Duration
		states  []State
	}{
		{
			name: "the object goes down", fetches: strict, query: `{ strict { availability price stock { id } } me { name } }`,
			want:   `{"data":{"strict":null,"me":{"name":"Ann"}},"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 500","path":["strict"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"pricing"}}]}`,
			took:   10 * time.Millisecond,
			states: []State{Done, Cancelled, Done, Cancelled},
		},
		{
			name: "the price was not asked for by the client", fetches: strict[:3], query: `{ strict { availability } me { name } }`,
			want:   `{"data":{"strict":{"availability":"In Stock"},"me":{"name":"Ann"}},"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 500","path":["strict"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"pricing"}}]}`,
			took:   100 * time.Millisecond,
			states: []State{Done, Done, Done},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := productWorld()
				w.subgraphs["catalogue"] = catalogue
				w.subgraphs["pricing"] = subgraph{delay: 10 * time.Millisecond, status: 500}
				start := time.Now()
				r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: compile(t, shop, tt.query, tt.fetches)})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				var states []State
				for _, f := range r.Fetches {
					states = append(states, f.State)
				}
				if diff := cmp.Diff(tt.states, states); diff != "" {
					t.Errorf("states (-want +got)\n%s", diff)
				}
				if got := w.has("inventory canceled"); got != (tt.states[1] == Cancelled) {
					t.Errorf("log %v", w.log)
				}
				if w.has("warehouse sent") {
					t.Errorf("a useless fetch was sent: %v", w.log)
				}
				if diff := cmp.Diff(tt.want, body(t, r)); diff != "" {
					t.Errorf("response (-want +got)\n%s", diff)
				}
			})
		})
	}
}

// Root fields of a mutation run in order, each once, whatever becomes of the
// others; one in flight is not cancelled.
func TestMutations(t *testing.T) {
	mutation := []fetchSpec{
		{subgraph: "one", sel: `{ a }`, mutation: true},
		{subgraph: "two", sel: `{ b }`, mutation: true, needs: []int{0}},
		{subgraph: "three", sel: `{ c { id } }`, mutation: true, needs: []int{0, 1}},
		{subgraph: "pricing", sel: `{ price }`, at: "c", needs: []int{2}},
	}
	parallel := []fetchSpec{
		{subgraph: "one", sel: `{ c { id } }`, mutation: true},
		{subgraph: "pricing", sel: `{ price }`, at: "c", needs: []int{0}},
		{subgraph: "two", sel: `{ b }`, mutation: true, needs: []int{0}},
	}
	tests := []struct {
		name    string
		fetches []fetchSpec
		world   map[string]subgraph
		mode    Mode
		want    string
		log     []string
		gone    bool
		cut     bool
	}{
		{
			name: "in order", fetches: mutation,
			world: map[string]subgraph{"one": {delay: 3, answer: `{"data":{"a":1}}`}, "two": {delay: 2, answer: `{"data":{"b":2}}`},
				"three": {delay: 1, answer: `{"data":{"c":{"id":1}}}`}, "pricing": {answer: `{"data":{"_entities":[{"price":1.5}]}}`}},
			want: `{"data":{"a":1,"b":2,"c":{"price":1.5}}}`,
			log:  []string{"one sent", "one answered", "two sent", "two answered", "three sent", "three answered", "pricing sent", "pricing answered"},
		},
		{
			name: "a failure does not stop the next", fetches: mutation[:3],
			world: map[string]subgraph{"one": {status: 500}, "two": {answer: `{"data":{"b":2}}`}, "three": {answer: `{"data":{"c":null}}`}},
			want:  `{"data":{"a":null,"b":2,"c":null},"errors":[{"message":"subgraph \"one\" answered with HTTP status 500","path":["a"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"one"}}]}`,
			log:   []string{"one sent", "one answered", "two sent", "two answered", "three sent", "three answered"},
		},
		{
			name: "fail fast starts no other", fetches: mutation[:3], mode: FailFast,
			world: map[string]subgraph{"one": {status: 500}},
			want:  `{"data":null,"errors":[{"message":"subgraph \"one\" answered with HTTP status 500","path":["a"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"one"}}]}`,
			log:   []string{"one sent", "one answered"},
		},
		{
			name: "fail fast lets one in flight end", fetches: parallel, mode: FailFast,
			world: map[string]subgraph{"one": {answer: `{"data":{"c":{"id":1}}}`}, "pricing": {delay: time.Second, status: 500}, "two": {delay: time.Minute, answer: `{"data":{"b":2}}`}},
			want:  `{"data":null,"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 500","path":["c"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"pricing"}}]}`,
			log:   []string{"one sent", "one answered", "pricing answered", "two answered"},
		},
		{
			name: "fail fast cuts one off if it shall", fetches: parallel, mode: FailFast, cut: true,
			world: map[string]subgraph{"one": {answer: `{"data":{"c":{"id":1}}}`}, "pricing": {delay: time.Second, status: 500}, "two": {delay: time.Minute, answer: `{"data":{"b":2}}`}},
			want:  `{"data":null,"errors":[{"message":"subgraph \"pricing\" answered with HTTP status 500","path":["c"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"service":"pricing"}}]}`,
			log:   []string{"one sent", "one answered", "pricing answered", "two canceled"},
		},
		{
			name: "the client going does not end it, and the next is not sent", fetches: mutation[:2], gone: true,
			world: map[string]subgraph{"one": {delay: time.Minute, answer: `{"data":{"a":1}}`}},
			log:   []string{"one sent", "one answered"},
		},
		{
			name: "nor does it end those side by side", fetches: parallel, gone: true,
			world: map[string]subgraph{"one": {answer: `{"data":{"c":{"id":1}}}`}, "pricing": {delay: time.Hour}, "two": {delay: time.Minute, answer: `{"data":{"b":2}}`}},
			log:   []string{"one sent", "one answered", "pricing canceled", "two answered"},
		},
		{
			name: "the client going ends it if it shall", fetches: mutation[:2], gone: true, cut: true,
			world: map[string]subgraph{"one": {hang: true}},
			log:   []string{"one sent", "one canceled"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				query := `mutation { a b c { price } }`
				switch len(tt.fetches) {
				case 2:
					query = `mutation { a b }`
				case 3:
					query = `mutation { a b c { id } }`
				}
				if tt.fetches[0].sel != `{ a }` {
					query = `mutation { b c { price } }`
				}
				w := &world{subgraphs: tt.world}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.gone {
					time.AfterFunc(time.Second, cancel)
				}
				r, err := (&Executor{Fetcher: w, CutMutations: tt.cut}).Execute(ctx, &Request{Program: compile(t, shop, query, tt.fetches), Mode: tt.mode})
				if (err != nil) != tt.gone {
					t.Fatalf("error %v", err)
				}
				if err == nil {
					if diff := cmp.Diff(tt.want, body(t, r)); diff != "" {
						t.Errorf("response (-want +got)\n%s", diff)
					}
				}
				log := slices.DeleteFunc(w.log, func(l string) bool {
					// Which of two is sent first is up to the scheduler.
					return tt.fetches[0].sel != `{ a }` && strings.HasSuffix(l, "sent") && l != "one sent"
				})
				if diff := cmp.Diff(tt.log, log); diff != "" {
					t.Errorf("log (-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestRequestToSubgraph(t *testing.T) {
	var got []*subgraphs.Request
	x := &Executor{Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		got = append(got, r)
		return &subgraphs.Response{Status: 200, Body: []byte(`{"data":{"a":1}}`)}, nil
	})}
	_, err := x.Execute(t.Context(), &Request{
		Program: compile(t, shop, `mutation { a }`, []fetchSpec{{subgraph: "one", sel: `{ a }`, mutation: true}}),
		Header:  func(subgraph string) *subgraphs.Header { return subgraphs.NewHeader(http.Header{"X-For": {subgraph}}) },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []*subgraphs.Request{{Subgraph: "one", Body: []byte(`{"query":"document 0"}`), Header: subgraphs.NewHeader(http.Header{"X-For": {"one"}}), Mutation: true}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(subgraphs.Request{}), cmp.Transformer("Fields", (*subgraphs.Header).Fields)); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

func TestPolicy(t *testing.T) {
	w := productWorld()
	w.subgraphs["pricing"] = subgraph{err: errors.New("secret")}
	w.subgraphs["inventory"] = subgraph{answer: `{"data":{"_entities":[null]},"errors":[{"message":"internal"}]}`}
	r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{
		Program: compile(t, shop, `{ product { availability price } }`, product),
		Policy: func(e *merge.Error) *gqlerror.Error {
			if e.Downstream {
				return nil
			}
			return &gqlerror.Error{Message: "redacted", Path: e.Path}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Causes) != 2 || r.Causes[0].Message != "internal" || r.Causes[1].Err.Error() != "secret" {
		t.Errorf("causes %v", r.Causes)
	}
	if f := r.Fetches[2].Failure; f == nil || f.Err.Error() != "secret" {
		t.Errorf("failure of the report %v", f)
	}
	want := `{"data":{"product":{"availability":null,"price":null}},"errors":[{"message":"redacted","path":["product"]}]}`
	if diff := cmp.Diff(want, body(t, r)); diff != "" {
		t.Errorf("response (-want +got)\n%s", diff)
	}
}

// What is hidden is among the causes, and nowhere in the response.
func TestHidden(t *testing.T) {
	w := productWorld()
	w.subgraphs["catalogue"] = subgraph{answer: `{"data":{"product":{"id":"1","name":"Chair"}},"errors":[{"message":"odd","path":["product","id"]}]}`}
	w.subgraphs["pricing"] = subgraph{answer: `{"data":{"_entities":[{"price":null}]},"errors":[{"message":"sold","path":["_entities",0,"price"]}]}`}
	r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { availability } }`, product[:2])})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Causes) != 1 || !r.Causes[0].Hidden || r.Causes[0].Message != "odd" {
		t.Errorf("causes %v", r.Causes)
	}
	if diff := cmp.Diff(`{"data":{"product":{"availability":"In Stock"}}}`, body(t, r)); diff != "" {
		t.Errorf("response (-want +got)\n%s", diff)
	}
	// With the price null, the same error may be the reason.
	r, err = (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { availability price } }`, product)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Errors {
		got = append(got, e.Message+" "+e.Path.String())
	}
	if diff := cmp.Diff([]string{"odd product.price", "sold product.price"}, got); diff != "" {
		t.Errorf("errors (-want +got)\n%s", diff)
	}
}

func TestResponseExtensions(t *testing.T) {
	w := &world{subgraphs: map[string]subgraph{"catalogue": {answer: `{"data":{"strict":{"price":null}}}`}}}
	p := compile(t, shop, `{ strict { price } }`, []fetchSpec{{subgraph: "catalogue", sel: `{ strict { price } }`}})
	for _, tt := range []struct {
		extensions map[string]any
		want       string
	}{
		{nil, `{"data":{"strict":null},"extensions":{"valueCompletion":[{"message":"Cannot return null for non-nullable field Strict.price","path":["strict","price"]}]}}`},
		{map[string]any{"explain": "<>"}, `{"data":{"strict":null},"extensions":{"explain":"<>","valueCompletion":[{"message":"Cannot return null for non-nullable field Strict.price","path":["strict","price"]}]}}`},
	} {
		r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: p})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Data()); got != `{"strict":null}` {
			t.Errorf("data %s", got)
		}
		got, err := r.JSON(tt.extensions)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		if len(tt.extensions) > 1 {
			t.Error("the caller's extensions have been written to")
		}
	}
}

// An operation that no subgraph is asked for.
func TestIntrospectionOnly(t *testing.T) {
	x := &Executor{}
	r, err := x.Execute(t.Context(), &Request{
		Program:       compile(t, shop, `{ __typename s: __schema { queryType { name } } }`, nil),
		Introspection: []operation.Answer{{ResponseName: "s", JSON: []byte(`{"queryType":{"name":"Query"}}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"data":{"__typename":"Query","s":{"queryType":{"name":"Query"}}}}`, body(t, r)); diff != "" {
		t.Errorf("response (-want +got)\n%s", diff)
	}
}

// One program serves many requests at once.
func TestConcurrentRequests(t *testing.T) {
	p := compile(t, shop, `{ product { id name availability price } }`, product)
	x := &Executor{Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
		id := r.Header.Fields().Get("Id")
		answers := map[string]string{
			"catalogue": `{"data":{"product":{"id":` + id + `,"name":"n` + id + `"}}}`,
			"inventory": `{"data":{"_entities":[{"availability":"a` + id + `"}]}}`,
			"pricing":   `{"data":{"_entities":[{"price":` + id + `}]}}`,
		}
		return &subgraphs.Response{Status: 200, Body: []byte(answers[r.Subgraph])}, nil
	})}
	var group errgroup.Group
	for i := range 64 {
		group.Go(func() error {
			id := strconv.Itoa(i)
			for range 20 {
				r, err := x.Execute(context.Background(), &Request{Program: p, Header: func(string) *subgraphs.Header { return subgraphs.NewHeader(http.Header{"Id": {id}}) }})
				if err != nil {
					return err
				}
				got, err := r.JSON(nil)
				if err != nil {
					return err
				}
				if want := fmt.Sprintf(`{"data":{"product":{"id":%s,"name":"n%s","availability":"a%s","price":%s}}}`, id, id, id, id); string(got) != want {
					return fmt.Errorf("request %s got %s", id, got)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
