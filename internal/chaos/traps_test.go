package chaos_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/merge"
)

// The traps of this file are those that need sockets. They are numbered as in
// docs/security.md.

// serve gives a router a socket, and returns its address. It ends with the
// test, when no connection of a client may be left.
func serve(t *testing.T, r *weft.Router) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		r.Close()
	})
	return l.Addr().String()
}

// post is a request as it goes over the wire.
func post(query string) string {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err) // a string can be encoded
	}
	return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: weft\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// TestTrap01ClientsLeave: clients vanish at any moment, in order or by reset,
// and nothing of them stays.
func TestTrap01ClientsLeave(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	address := serve(t, r)
	request := post(`{ topProducts(first: 5) { name price availability reviews(first: 2) { nodes { author { email } } } } }`)
	for _, s := range b.servers {
		s.Set(chaos.Delay(time.Millisecond))
	}
	leave := func(seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if random.IntN(2) == 0 {
			_ = c.(*net.TCPConn).SetLinger(0) // by reset
		}
		n := len(request)
		if random.IntN(3) == 0 {
			n = random.IntN(n)
		}
		if _, err := io.WriteString(c, request[:n]); err != nil {
			return
		}
		switch random.IntN(3) {
		case 0: // at once
		case 1:
			time.Sleep(time.Duration(random.IntN(8000)) * time.Microsecond)
		case 2: // in the middle of the answer
			if n == len(request) {
				_, _ = io.ReadFull(c, make([]byte, random.IntN(400)))
			}
		}
	}
	storm := func(first uint64) {
		var wg sync.WaitGroup
		for i := range uint64(100) {
			wg.Go(func() { leave(first + i) })
		}
		wg.Wait()
	}
	storm(0) // opens connections to subgraphs
	b.settle(t, address)
	before := b.measure()
	storm(1000)
	b.settle(t, address)
	// The second storm may have needed more connections at once.
	before.goroutines += max(0, b.connections()-before.connections)
	before.descriptors += 2 * max(0, b.connections()-before.connections)
	before.connections = max(before.connections, b.connections())
	b.wantBaseline(t, before)
}

// settle waits until the router has nothing to do, which is when requests that
// came before this have ended.
func (b *bed) settle(t *testing.T, address string) {
	t.Helper()
	for quiet := 0; quiet < 20; {
		is := b.measure()
		time.Sleep(5 * time.Millisecond)
		if b.measure() == is {
			quiet++
		} else {
			quiet = 0
		}
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// TestUselessFetchesFreeTheirConnections: a subgraph that hangs is not waited for
// when a null takes all of it with it, when on_error is fail_fast, or when the
// client has gone. There are minutes until the deadline, so that the answer is
// there at all is the proof; and the connection is closed.
func TestUselessFetchesFreeTheirConnections(t *testing.T) {
	const (
		strict  = `{ product(id: "1") { currency availability } }` // currency must not be null
		lenient = `{ product(id: "1") { price availability } }`
	)
	failed := []failure{{`["product"]`, merge.CodeHTTP, "pricing", `subgraph "pricing" gave no complete answer`, 0}}
	tests := []struct {
		name   string
		mode   config.OnError
		query  string
		leaves bool // the client, rather than that pricing fails
		want   answer
	}{
		{"a null takes it with it", config.Partial, strict, false, answer{200, `{"product":null}`, failed}},
		{"fail fast", config.FailFast, lenient, false, answer{200, "null", failed}},
		{"the client has gone", config.Partial, lenient, true, answer{}},
		{"the client has gone, fail fast", config.FailFast, strict, true, answer{}},
	}
	b := newBed(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.router(t, func(c *config.Config) { c.OnError = tt.mode })
			defer r.Close()
			pricing, inventory := b.servers["pricing"], b.servers["inventory"]
			defer pricing.Set(nil)
			defer inventory.Set(nil)
			inventory.Set(faultNamed(t, "hang"))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			asked := inventory.Requests()
			underWay := func() {
				for end := time.Now().Add(30 * time.Second); inventory.Requests() == asked; time.Sleep(100 * time.Microsecond) {
					if time.Now().After(end) {
						t.Error("inventory is not asked")
						return
					}
				}
			}
			if tt.leaves {
				go func() {
					underWay()
					leave()
				}()
			} else {
				// It fails when the other one is under way.
				pricing.Set(chaos.Raw("late", func([]byte) string {
					underWay()
					return "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"
				}))
			}
			response, body := ask(ctx, r, tt.query)
			b.wantConnections(t, "inventory", 0)
			if tt.leaves {
				return // and nobody reads it
			}
			if diff := cmp.Diff(tt.want, decode(t, response, body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTrap02ConnectionsAreReused: answers of whatever kind leave a connection
// that is used again, or one that is closed; never one that is open and lost.
func TestTrap02ConnectionsAreReused(t *testing.T) {
	const requests = 10
	keeps := map[string]bool{
		"page with status 500": true, "page with status 200": true, "redirect 302": true, "chunked": true,
		"gzip": true, "errors without data": true, "no body with status 204": true, "interim responses": true,
		"an error storm": true, "drip": true,
	}
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	s := b.servers["pricing"]
	for _, f := range chaos.Faults() {
		if f.Hangs {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			s.Set(nil)
			ask(t.Context(), r, `{ product(id: "1") { price } }`)
			accepted, asked := s.Accepted(), s.Requests()
			s.Set(f)
			for range requests {
				ask(t.Context(), r, `{ product(id: "1") { price } }`)
			}
			if keeps[f.Name] {
				if n := s.Accepted() - accepted; n != 0 {
					t.Errorf("%d new connections for %d requests", n, requests)
				}
				if n := s.Requests() - asked; n != requests {
					t.Errorf("%d requests arrived of %d", n, requests)
				}
			}
			b.wantConnections(t, "pricing", 1)
		})
	}
}

// wantConnections waits until a subgraph has no more than n connections.
func (b *bed) wantConnections(t *testing.T, subgraph string, n int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); b.servers[subgraph].Connections() > n; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatalf("%s has %d connections, want at most %d", subgraph, b.servers[subgraph].Connections(), n)
		}
	}
}

// TestTrap03AnswersKeepTheirBytes: answers of requests that run at the same
// time do not share a byte.
func TestTrap03AnswersKeepTheirBytes(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	queries := make([]string, 64)
	want := make([]string, len(queries))
	for i := range queries {
		queries[i] = fmt.Sprintf(`{ a%d: product(id: "%d") { id name price availability reviews(first: %d) { nodes { title author { name email } } } } }`, i, i%50+1, i%5+1)
		_, body := ask(t.Context(), r, queries[i])
		want[i] = string(body)
		if strings.Contains(want[i], `"errors"`) {
			t.Fatal(want[i])
		}
	}
	var wg sync.WaitGroup
	for i := range queries {
		wg.Go(func() {
			for range 10 {
				if _, body := ask(t.Context(), r, queries[i]); string(body) != want[i] {
					t.Errorf("%s:\n got %s\nwant %s", queries[i], body, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// TestTrap06FollowersSurvive: many ask for the same at the same time, and share
// the work of preparing it and the requests to subgraphs. The first one leaves,
// and the others get their answers.
func TestTrap06FollowersSurvive(t *testing.T) {
	const rounds = 20
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	for _, s := range b.servers {
		s.Set(chaos.Delay(2 * time.Millisecond))
	}
	defer func() {
		if n := b.servers["pricing"].Requests(); n >= 10*rounds {
			t.Errorf("%d requests to pricing: nothing was shared", n)
		}
	}()
	for round := range rounds {
		query := fmt.Sprintf(`query Round%d { topProducts(first: 5) { name price availability } }`, round)
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { ask(ctx, r, query) })
		for range 10 {
			wg.Go(func() {
				response, body := ask(t.Context(), r, query)
				if got := decode(t, response, body); got.Status != 200 || len(got.Errors) > 0 {
					t.Errorf("answer %s", body)
				}
			})
		}
		// At every moment of the request in turn.
		time.Sleep(time.Duration(round) * 300 * time.Microsecond)
		leave()
		wg.Wait()
	}
}

// TestTrap06IdentitiesAreKeptApart: the same operation under different tokens
// is never answered with another's data.
func TestTrap06IdentitiesAreKeptApart(t *testing.T) {
	// A subgraph that calls every product by the token it was asked with.
	s, err := chaos.Start(roundTripper(func(r *http.Request) (*http.Response, error) {
		body := fmt.Sprintf(`{"data":{"product":{"__typename":"Product","id":"1","name":%q}}}`, r.Header.Get("Authorization"))
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		c.Subgraphs["catalogue"] = config.Subgraph{URL: s.URL()}
		c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Named: "authorization"}}}
	})
	address := serve(t, r)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			token := fmt.Sprint("token-", i)
			for range 10 {
				q, err := http.NewRequest("POST", "http://"+address+"/graphql", strings.NewReader(`{"query":"{ product(id: \"1\") { name } }"}`))
				if err != nil {
					t.Error(err)
					return
				}
				q.Header.Set("Content-Type", "application/json")
				q.Header.Set("Authorization", token)
				response, err := client.Do(q)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if want := fmt.Sprintf(`{"data":{"product":{"name":%q}}}`, token); err != nil || string(body) != want {
					t.Errorf("got %s, want %s (%v)", body, want, err)
				}
			}
		})
	}
	wg.Wait()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestTrap16MutationsOnce: whatever goes wrong with a mutation, it has been
// sent once.
func TestTrap16MutationsOnce(t *testing.T) {
	b := newBed(t)
	patient := b.router(t, nil)
	defer patient.Close()
	hasty := b.router(t, func(c *config.Config) { c.AllSubgraphs.Timeout = config.Duration(20 * time.Millisecond) })
	defer hasty.Close()
	const mutation = `mutation { updatePrice(productId: "1", price: 5) { price } }`
	for _, f := range chaos.Faults() {
		t.Run(f.Name, func(t *testing.T) {
			s := b.servers["pricing"]
			s.Set(nil)
			ask(t.Context(), patient, `{ product(id: "1") { price } }`) // a connection to reuse
			before := s.Requests()
			s.Set(f)
			r := patient
			if f.Hangs {
				r = hasty
			}
			ask(t.Context(), r, mutation)
			if n := s.Requests() - before; n != 1 {
				t.Errorf("the mutation was sent %d times", n)
			}
		})
	}
}

// TestTrap16MutationsInOrder: root fields of a mutation run one after the
// other, however long each takes.
func TestTrap16MutationsInOrder(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	for name, d := range map[string]time.Duration{"pricing": 20 * time.Millisecond, "accounts": 0, "inventory": 10 * time.Millisecond} {
		b.servers[name].Set(chaos.Delay(d))
	}
	const mutation = `mutation {
		a: updatePrice(productId: "1", price: 5) { id }
		b: addToWishlist(productId: "1") { id }
		c: reserve(productId: "1") { id }
		d: updatePrice(productId: "1", price: 6) { id }
		e: addToWishlist(productId: "2") { id }
	}`
	response, body := ask(t.Context(), r, mutation)
	if got := decode(t, response, body); len(got.Errors) > 0 {
		t.Fatalf("answer %s", body)
	}
	if diff := cmp.Diff([]string{"pricing", "accounts", "inventory", "pricing", "accounts"}, b.mutations()); diff != "" {
		t.Errorf("subgraphs in the order they were asked (-want +got):\n%s", diff)
	}
}

// TestTrap17Attempts: how often a query is sent, by what becomes of it. The
// only reason to send one again is a kept connection that turns out to be dead.
func TestTrap17Attempts(t *testing.T) {
	tests := []struct {
		fault string
		// fresh and reused are the requests on a new connection, and on one
		// that had been used before.
		fresh, reused int64
	}{
		{"close before the first byte", 1, 2},
		{"reset before the first byte", 1, 2},
		{"close after the first byte", 1, 1},
		{"reset after the first byte", 1, 1},
		{"close in the body", 1, 1},
		{"page with status 429", 1, 1},
		{"page with status 502", 1, 1},
		{"page with status 503", 1, 1},
		{"not HTTP", 1, 1},
		{"empty body", 1, 1},
	}
	b := newBed(t)
	faults := chaos.Faults()
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			i := slices.IndexFunc(faults, func(f *chaos.Fault) bool { return f.Name == tt.fault })
			s := b.servers["catalogue"]
			for _, reuse := range []bool{false, true} {
				r := b.router(t, nil)
				s.Set(nil)
				want := tt.fresh
				if reuse {
					want = tt.reused
					ask(t.Context(), r, `{ product(id: "1") { name } }`)
				}
				before := s.Requests()
				s.Set(faults[i])
				ask(t.Context(), r, `{ product(id: "1") { name } }`)
				if n := s.Requests() - before; n != want {
					t.Errorf("%d requests, want %d (connection used before: %t)", n, want, reuse)
				}
				r.Close()
			}
		})
	}
}

// TestTrap17StaleConnections: a subgraph closes its idle connections, and no
// request notices, a mutation included.
func TestTrap17StaleConnections(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	for i := range 50 {
		query := `{ product(id: "1") { name price } }`
		if i%2 == 1 {
			query = fmt.Sprintf(`mutation { updatePrice(productId: "1", price: %d) { price } }`, i)
		}
		response, body := ask(t.Context(), r, query)
		if got := decode(t, response, body); len(got.Errors) > 0 {
			t.Fatalf("%s: %s", query, body)
		}
		for name, s := range b.servers {
			s.Hangup()
			b.wantConnections(t, name, 0)
		}
	}
}

// TestTrap17StaleEverywhere: the same at every position, in both modes.
func TestTrap17StaleEverywhere(t *testing.T) {
	b := newBed(t)
	for _, mode := range modes {
		r := b.router(t, func(c *config.Config) { c.OnError = mode })
		defer r.Close()
		for _, p := range positions {
			b.wantFine(t, r, p)
			before := b.measure()
			for range 20 {
				for name, s := range b.servers {
					s.Hangup()
					b.wantConnections(t, name, 0)
				}
				b.wantFine(t, r, p)
				b.wantBaseline(t, before)
			}
		}
	}
}

// TestTrap17Refused: a subgraph that is not there is an error at its path, and
// is found again as soon as it is back.
func TestTrap17Refused(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	const query = `{ product(id: "1") { availability price } }`
	for range 3 {
		b.servers["pricing"].Refuse()
		b.wantConnections(t, "pricing", 0)
		response, body := ask(t.Context(), r, query)
		want := answer{Status: 200, Data: `{"product":{"availability":"In Stock","price":null}}`, Errors: []failure{{
			`["product"]`, "SUBREQUEST_HTTP_ERROR", "pricing", `subgraph "pricing" could not be reached`, 0}}}
		if diff := cmp.Diff(want, decode(t, response, body)); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		if err := b.servers["pricing"].Accept(); err != nil {
			t.Fatal(err)
		}
		response, body = ask(t.Context(), r, query)
		if diff := cmp.Diff(answer{Status: 200, Data: `{"product":{"availability":"In Stock","price":29.99}}`}, decode(t, response, body)); diff != "" {
			t.Errorf("back again (-want +got):\n%s", diff)
		}
	}
}

// TestTrap19Encodings: the same answer in every encoding, at sizes around the
// edges of buffers.
func TestTrap19Encodings(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	encodings := map[string]func(body []byte) string{
		"sized": func(body []byte) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		},
		"identity": func(body []byte) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		},
		"one chunk": func(body []byte) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		},
		"chunks": func(body []byte) string {
			var text strings.Builder
			text.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			for part := range slices.Chunk(body, 1000) {
				fmt.Fprintf(&text, "%X;ext=1\r\n%s\r\n", len(part), part)
			}
			return text.String() + "0\r\nTrailer: 1\r\n\r\n"
		},
		"gzip": func(body []byte) string {
			z := zipped(t, body)
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(z), z)
		},
		"gzip in chunks": func(body []byte) string {
			z := zipped(t, body)
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(z), z)
		},
	}
	for name, encode := range encodings {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{0, 1, 100, 4095, 4096, 4097, 8191, 8192, 8193, 32767, 32768, 32769, 65535, 65536, 65537, 200_000} {
				title := strings.Repeat("a", size)
				b.servers["catalogue"].Set(chaos.Raw(name, func([]byte) string {
					return encode([]byte(`{"data":{"product":{"name":"` + title + `"}}}`))
				}))
				response, body := ask(t.Context(), r, `{ product(id: "1") { name } }`)
				if got := decode(t, response, body); got.Data != `{"product":{"name":"`+title+`"}}` {
					t.Fatalf("%d bytes: answer %.200s…", size, body)
				}
			}
		})
	}
}

func zipped(t *testing.T, body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
