package weft

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// slow counts requests, each of which takes a second.
type slow struct {
	mu   sync.Mutex
	sent map[string]int // by subgraph; guarded by mu
}

func (s *slow) Fetch(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	s.mu.Lock()
	s.sent[r.Subgraph]++
	s.mu.Unlock()
	time.Sleep(time.Second)
	return &subgraphs.Response{}, nil
}

// Equal queries are sent once, but for the subgraphs whose settings say
// otherwise.
func TestSharing(t *testing.T) {
	super, err := supergraph.Parse("supergraph", demo.Supergraph())
	if err != nil {
		t.Fatal(err)
	}
	off, on := config.Traffic{DeduplicateQuery: new(false)}, config.Traffic{DeduplicateQuery: new(true)}
	tests := []struct {
		name   string
		change func(*config.Config)
		want   map[string]int
	}{
		{"default", func(*config.Config) {}, map[string]int{"pricing": 1, "reviews": 1}},
		{"off for one", func(c *config.Config) { c.Subgraphs = map[string]config.Subgraph{"pricing": {Traffic: off}} }, map[string]int{"pricing": 2, "reviews": 1}},
		{"off", func(c *config.Config) { c.AllSubgraphs.DeduplicateQuery = new(false) }, map[string]int{"pricing": 2, "reviews": 2}},
		{"on for one", func(c *config.Config) {
			c.AllSubgraphs.DeduplicateQuery = new(false)
			c.Subgraphs = map[string]config.Subgraph{"pricing": {Traffic: on}}
		}, map[string]int{"pricing": 1, "reviews": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := config.Default(false)
				tt.change(c)
				s := &slow{sent: map[string]int{}}
				fetcher := sharing(c, super, s)
				var wg sync.WaitGroup
				for range 2 {
					for name := range tt.want {
						wg.Go(func() {
							if _, err := fetcher.Fetch(t.Context(), &subgraphs.Request{Subgraph: name}); err != nil {
								t.Error(err)
							}
						})
					}
				}
				wg.Wait()
				if diff := cmp.Diff(tt.want, s.sent); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestTransport(t *testing.T) {
	for in, want := range map[config.Transport]subgraphs.Transport{
		config.AutoTransport: subgraphs.TransportAuto,
		config.NetHTTP:       subgraphs.TransportNetHTTP,
		config.HTTP2:         subgraphs.TransportHTTP2,
	} {
		if got := transport(in); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
}
