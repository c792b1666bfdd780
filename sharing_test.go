package weft

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
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
	off, on := config.Traffic{DeduplicateQuery: new(false)}, config.Traffic{DeduplicateQuery: new(true)}
	tests := []struct {
		name    string
		traffic map[string]config.Traffic
		want    map[string]int
	}{
		{"on", map[string]config.Traffic{"a": on, "b": on}, map[string]int{"a": 1, "b": 1}},
		{"off for one", map[string]config.Traffic{"a": off, "b": on}, map[string]int{"a": 2, "b": 1}},
		{"off", map[string]config.Traffic{"a": off, "b": off}, map[string]int{"a": 2, "b": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slow{sent: map[string]int{}}
				fetcher := sharing(tt.traffic, s, &subgraphs.SharingCounts{})
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
