package soak

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

var step = flag.Duration("saturate", 300*time.Millisecond, "how long each step of TestSaturation takes")

const (
	// places are how many requests are answered at a time, and slowness how long
	// a subgraph takes for each: together they are what weft can answer in a
	// second, as long as there is processor time enough.
	places   = 16
	slowness = 100 * time.Millisecond

	cheap       = `{ product(id: "1") { name price } }`
	cheapAnswer = `{"data":{"product":{"name":"Aurora Wireless Headphones","price":29.99}}}`
)

// TestSaturation sends more requests than weft is set to answer. Whatever the
// number, a request gets the right answer or 503 with Retry-After, and nothing
// else; and afterwards all places are free. How many were answered, and how
// soon the others knew, is printed.
func TestSaturation(t *testing.T) {
	s := newSaturated(t, slowness, func(c *config.Config) {
		c.Overload = config.Overload{Requests: places, Queue: places, Wait: config.Duration(2 * slowness), PlanQueue: places}
	})
	s.ask(t, cheap) // so that it has a plan
	// As many clients as places, each with one request at a time.
	var most tally
	ctx, cancel := context.WithTimeout(t.Context(), *step)
	defer cancel()
	var wg sync.WaitGroup
	for range places {
		wg.Go(func() {
			for ctx.Err() == nil {
				most.add(s.ask(t, cheap))
			}
		})
	}
	wg.Wait()
	capacity := float64(len(most.answered)) / step.Seconds()
	t.Logf("%d clients, one request after the other: %.0f answers a second, %s", places, capacity, most.times())
	if capacity < 1 {
		t.Fatal("nothing was answered")
	}
	for _, times := range []float64{1, 2, 5} {
		tally, took := s.send(t, capacity*times)
		t.Logf("%.0f x %.0f a second sent: %.0f answers a second, %s; %.0f refusals a second, %s",
			times, capacity, float64(len(tally.answered))/took.Seconds(), tally.times(), float64(len(tally.refused))/took.Seconds(), quantiles(tally.refused))
		if len(tally.answered) == 0 || times == 5 && len(tally.refused) == 0 {
			t.Errorf("%d answers and %d refusals", len(tally.answered), len(tally.refused))
		}
	}
	s.wantFree(t)
}

// TestSaturationByPlanning asks for what has a plan, while others send what is
// hard to plan and new each time. They only want to know the plan, so that it is
// planning that has to be borne, and not the subgraphs' work.
func TestSaturationByPlanning(t *testing.T) {
	s := newSaturated(t, 0, func(*config.Config) {})
	s.ask(t, cheap)
	measure := func(what string) {
		var got tally
		for end := time.Now().Add(*step); time.Now().Before(end); time.Sleep(time.Millisecond) {
			a := s.ask(t, cheap)
			got.add(a)
			if a.status != http.StatusOK {
				t.Errorf("%s, what has a plan was refused", what)
			}
		}
		t.Logf("%s: %d answers, %s", what, len(got.answered), got.times())
	}
	measure("alone")
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var answered, refused atomic.Int64
	for i := range 50 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				status, body, _, err := s.post(ctx, hostile(1_000_000*i+n), "Weft-Explain", "dry-run")
				switch {
				case err != nil: // it has left
				case status == http.StatusServiceUnavailable:
					refused.Add(1)
				case status != http.StatusOK:
					t.Errorf("%d %.300s", status, body)
				default:
					answered.Add(1)
				}
			}
		})
	}
	measure("beside 50 clients with what is hard to plan")
	stop()
	wg.Wait()
	t.Logf("of theirs %d were answered and %d refused", answered.Load(), refused.Load())
	s.wantFree(t)
}

// hostile is an operation that is hard to plan, and unlike all others.
func hostile(seed int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "query Q%d {", seed)
	for i := range 40 {
		fmt.Fprintf(&b, ` s%d: search(query: "%d") {`, i, seed)
		for _, typ := range []string{"Product", "Brand", "Category", "Article", "Listed"} {
			fmt.Fprintf(&b, " ... on %s { id ... on Product { price availability stock reviewCount wishlistCount shippingEstimate related { price availability } } }", typ)
		}
		b.WriteString(" }")
	}
	return b.String() + " }"
}

// A saturated is a router that gets too much.
type saturated struct {
	address string
	client  *http.Client
}

// newSaturated starts a router over the demo, one of whose subgraphs is slow.
func newSaturated(t *testing.T, slowness time.Duration, change func(*config.Config)) *saturated {
	latency := map[string]time.Duration{}
	for _, name := range demo.Names() {
		latency[name] = 0
	}
	latency["pricing"] = slowness
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: latency})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default(true)
	c.Metrics.Enabled = true
	c.AllSubgraphs.DeduplicateQuery = new(false) // each answer is to be worked for
	c.Subgraphs = map[string]config.Subgraph{}
	for _, service := range services {
		srv := httptest.NewServer(service)
		t.Cleanup(srv.Close)
		c.Subgraphs[service.Name()] = config.Subgraph{URL: srv.URL}
	}
	change(c)
	r, err := weft.New(t.Context(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, l) }()
	s := &saturated{l.Addr().String(), &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10_000}}}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		r.Close()
	})
	return s
}

func (s *saturated) post(ctx context.Context, query string, header ...string) (status int, body []byte, retryAfter string, err error) {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return 0, nil, "", err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+s.address+"/graphql", strings.NewReader(string(text)))
	if err != nil {
		return 0, nil, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := s.client.Do(r)
	if err != nil {
		return 0, nil, "", err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, response.Header.Get("Retry-After"), err
}

// An outcome is what a request got, and when.
type outcome struct {
	status int
	took   time.Duration
}

// ask asks for the cheap query. What is neither the answer nor a proper refusal
// fails the test.
func (s *saturated) ask(t *testing.T, query string) outcome {
	start := time.Now()
	status, body, retryAfter, err := s.post(context.WithoutCancel(t.Context()), query)
	o := outcome{status, time.Since(start)}
	switch {
	case err != nil:
		t.Errorf("no answer: %v", err)
	case status == http.StatusOK:
		if string(body) != cheapAnswer {
			t.Errorf("answer %s", body)
		}
	case status == http.StatusServiceUnavailable:
		if seconds, err := strconv.Atoi(retryAfter); err != nil || seconds < 1 || !strings.Contains(string(body), `"code":"REQUEST_CONCURRENCY_LIMITED"`) {
			t.Errorf("Retry-After %q, %s", retryAfter, body)
		}
	default:
		t.Errorf("%d %s", status, body)
	}
	return o
}

// send sends so many requests a second, whether they are answered or not, and
// returns what came of them, and in what time.
func (s *saturated) send(t *testing.T, rate float64) (*tally, time.Duration) {
	got := &tally{}
	var wg sync.WaitGroup
	start := time.Now()
	for sent := 0; ; time.Sleep(time.Millisecond) {
		since := time.Since(start)
		for ; float64(sent) < rate*min(since, *step).Seconds(); sent++ {
			wg.Go(func() { got.add(s.ask(t, cheap)) })
		}
		if since >= *step {
			break
		}
	}
	wg.Wait()
	return got, time.Since(start)
}

// wantFree checks that nothing is under way or waits.
func (s *saturated) wantFree(t *testing.T) {
	t.Helper()
	// Of those who have left something may still go on for a moment.
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		text := s.metrics(t)
		if strings.Contains(text, "weft_requests_in_flight 0\n") && strings.Contains(text, "weft_requests_waiting 0\n") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("something is still under way:\n%s", text)
		}
	}
	if o := s.ask(t, cheap); o.status != http.StatusOK {
		t.Errorf("afterwards: status %d", o.status)
	}
}

func (s *saturated) metrics(t *testing.T) string {
	response, err := s.client.Get("http://" + s.address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A tally collects outcomes. It is safe for concurrent use.
type tally struct {
	mu                sync.Mutex
	answered, refused []time.Duration // guarded by mu
}

func (t *tally) add(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch o.status {
	case http.StatusOK:
		t.answered = append(t.answered, o.took)
	case http.StatusServiceUnavailable:
		t.refused = append(t.refused, o.took)
	}
}

func (t *tally) times() string { return quantiles(t.answered) }

// quantiles says how long things took.
func quantiles(list []time.Duration) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	at := func(q float64) time.Duration { return list[int(q*float64(len(list)-1))].Round(10 * time.Microsecond) }
	return fmt.Sprintf("p50 %v p99 %v", at(0.5), at(0.99))
}
