package chaos_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/merge"
)

func retrying(c *config.Config) {
	c.AllSubgraphs.Retry.Enabled = new(true)
	c.AllSubgraphs.Retry.Backoff = config.Duration(time.Millisecond)
	c.AllSubgraphs.Retry.MaxBackoff = config.Duration(5 * time.Millisecond)
}

func faultNamed(t *testing.T, name string) *chaos.Fault {
	t.Helper()
	faults := chaos.Faults()
	i := slices.IndexFunc(faults, func(f *chaos.Fault) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no fault %q", name)
	}
	return faults[i]
}

// TestTrap17Retries: with retries on, what is sent again and what is not, how
// often, and that a mutation never is.
func TestTrap17Retries(t *testing.T) {
	b := newBed(t)
	for fault, want := range map[string]int64{
		"reset before the first byte": 3,
		"close after the first byte":  3,
		"close in the body":           3,
		"reset in the body":           3,
		"not HTTP":                    3,
		"page with status 502":        3,
		"page with status 503":        3,
		"page with status 429":        1,
		"page with status 500":        1,
		"page with status 200":        1,
		"empty body":                  1,
		"errors without data":         1,
		"an error storm":              1,
		"endless body":                1,
	} {
		t.Run(fault, func(t *testing.T) {
			r := b.router(t, retrying)
			defer r.Close()
			s := b.servers["catalogue"]
			s.Set(faultNamed(t, fault))
			defer s.Set(nil)
			before := s.Requests()
			_, body := ask(t.Context(), r, `{ product(id: "1") { name } }`)
			if n := s.Requests() - before; n != want {
				t.Errorf("%d requests, want %d: %s", n, want, body)
			}
			s = b.servers["pricing"]
			s.Set(faultNamed(t, fault))
			defer s.Set(nil)
			before = s.Requests()
			ask(t.Context(), r, `mutation { updatePrice(productId: "1", price: 5) { price } }`)
			if n := s.Requests() - before; n != 1 {
				t.Errorf("a mutation was sent %d times", n)
			}
		})
	}
}

// TestTrap17RetriesHeal: one failure is not seen, wherever it strikes, and
// nothing is left of it.
func TestTrap17RetriesHeal(t *testing.T) {
	b := newBed(t)
	r := b.router(t, retrying)
	defer r.Close()
	for _, p := range positions {
		t.Run(p.name, func(t *testing.T) {
			b.wantFine(t, r, p)
			before := b.measure()
			for _, name := range []string{"reset before the first byte", "reset in the body", "close in a chunk", "page with status 503"} {
				f := chaos.Once(faultNamed(t, name))
				b.servers[p.subgraph].Set(f)
				b.wantFine(t, r, p)
				b.servers[p.subgraph].Set(nil)
			}
			b.wantBaseline(t, before)
		})
	}
}

// TestBreakerSparesASubgraph: a subgraph that fails is not asked any more; the
// answer says so at its place, and at once.
func TestBreakerSparesASubgraph(t *testing.T) {
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		breaker := &c.AllSubgraphs.CircuitBreaker
		breaker.Enabled, breaker.MinRequests, breaker.OpenFor = new(true), 5, config.Duration(time.Hour)
	})
	defer r.Close()
	s := b.servers["pricing"]
	s.Set(faultNamed(t, "reset before the first byte"))
	const query = `{ product(id: "1") { availability price } }`
	for range 5 {
		ask(t.Context(), r, query)
	}
	before := s.Requests()
	for range 20 {
		response, body := ask(t.Context(), r, query)
		want := answer{Status: http.StatusOK, Data: `{"product":{"availability":"In Stock","price":null}}`, Errors: []failure{{
			`["product"]`, merge.CodeBreakerOpen, "pricing", `subgraph "pricing" was not asked`, 0}}}
		if diff := cmp.Diff(want, decode(t, response, body)); diff != "" {
			t.Fatalf("answer (-want +got):\n%s", diff)
		}
	}
	if n := s.Requests() - before; n != 0 {
		t.Errorf("it was asked %d times", n)
	}
	// Others are asked as ever.
	if _, body := ask(t.Context(), r, `{ product(id: "1") { name } }`); string(body) != `{"data":{"product":{"name":"Aurora Wireless Headphones"}}}` {
		t.Errorf("another subgraph: %s", body)
	}
}

// TestSeveralURLs: a subgraph at two addresses, one of which goes away: with a
// retry nobody sees it.
func TestSeveralURLs(t *testing.T) {
	b := newBed(t)
	second := b.second(t, "pricing")
	first := b.servers["pricing"]
	r := b.router(t, func(c *config.Config) {
		retrying(c)
		c.Subgraphs["pricing"] = config.Subgraph{URLs: []string{first.URL(), second.URL()}}
	})
	defer r.Close()
	p := positions[2]
	for range 50 {
		b.wantFine(t, r, p)
	}
	if first.Requests() == 0 || second.Requests() == 0 {
		t.Errorf("%d and %d requests", first.Requests(), second.Requests())
	}
	first.Refuse()
	for range 50 {
		b.wantFine(t, r, p)
	}
	if err := first.Accept(); err != nil {
		t.Fatal(err)
	}
	second.Refuse()
	for range 50 {
		b.wantFine(t, r, p)
	}
}
