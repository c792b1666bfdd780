package chaos_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
)

// TestTrap17GoAway: a subgraph that is asked by HTTP/2 says after every so many
// answers that it takes no more on this connection. No query notices, however
// many are under way on it.
func TestTrap17GoAway(t *testing.T) {
	services, err := demo.Subgraphs(demo.Options{Products: 50, Latency: map[string]time.Duration{"pricing": time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	var asked, goAways atomic.Int64
	pricing := services[2]
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s", r.Proto)
		}
		if asked.Add(1)%5 == 0 {
			w.Header().Set("Connection", "close") // net/http makes it a GOAWAY
			goAways.Add(1)
		}
		pricing.ServeHTTP(w, r)
	}))
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	srv.Config.Protocols = &protocols
	srv.Start()
	defer srv.Close()
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		s := config.Subgraph{URL: srv.URL}
		s.Transport = "http2"
		c.Subgraphs["pricing"] = s
	})
	defer r.Close()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := range 20 {
				// Each differs, so that none is sent for several.
				response, body := ask(t.Context(), r, fmt.Sprintf(`{ product(id: "1") { p%d_%d: price } }`, i, n))
				want := fmt.Sprintf(`{"product":{"p%d_%d":29.99}}`, i, n)
				if got := decode(t, response, body); got.Data != want || len(got.Errors) > 0 {
					t.Errorf("got %s, want %s", body, want)
				}
			}
		})
	}
	wg.Wait()
	if goAways.Load() < 50 {
		t.Errorf("only %d connections were given up", goAways.Load())
	}
}
