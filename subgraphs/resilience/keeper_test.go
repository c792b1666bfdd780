package resilience

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

// What is known about a subgraph outlives the fetcher, unless it is about other
// settings or addresses.
func TestKeeper(t *testing.T) {
	policy := func(url string, minRequests int) Policy {
		b := breaking
		b.MinRequests, b.Statuses = minRequests, []int{503} // equal, and not the same
		return Policy{URLs: []string{url}, Breaker: &b}
	}
	tests := []struct {
		name  string
		next  []map[string]Policy // of the fetchers to come, the last of which is asked
		opens bool                // whether it knows that the breaker is open
	}{
		{"the same", []map[string]Policy{{"s": policy("a", 10)}}, true},
		{"the same, again and again", []map[string]Policy{{"s": policy("a", 10)}, {"s": policy("a", 10)}, {"s": policy("a", 10)}}, true},
		{"with another subgraph", []map[string]Policy{{"s": policy("a", 10), "t": policy("b", 5)}}, true},
		{"elsewhere", []map[string]Policy{{"s": policy("b", 10)}}, false},
		{"elsewhere for a while", []map[string]Policy{{"s": policy("b", 10)}, {"s": policy("a", 10)}}, false},
		{"other settings", []map[string]Policy{{"s": policy("a", 11)}}, false},
		{"away for a while", []map[string]Policy{{"t": policy("a", 10)}, {"s": policy("a", 10)}}, false},
		{"another's", []map[string]Policy{{"t": policy("a", 10), "s": {URLs: []string{"a"}, Retry: &Retry{Attempts: 2}}}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen events
				k := NewKeeper(seen.add)
				down := &script{replies: []reply{{kind: subgraphs.Connect}}}
				f := k.Guard(down, map[string]Policy{"s": policy("a", 10)})
				for range 10 {
					_, _ = f.Fetch(t.Context(), query())
				}
				if diff := cmp.Diff([]Change{BreakerOpened}, seen.changes()); diff != "" {
					t.Fatalf("changes (-want +got):\n%s", diff)
				}
				up := &script{replies: []reply{{}}}
				for _, policies := range tt.next {
					f = k.Guard(up, policies)
				}
				_, err := f.Fetch(t.Context(), query())
				if opens := kindOf(err) == subgraphs.BreakerOpen; opens != tt.opens || !opens && err != nil {
					t.Errorf("open %v, want %v (%v)", opens, tt.opens, err)
				}
				if want := map[bool]int{false: 1, true: 0}[tt.opens]; up.count() != want {
					t.Errorf("asked %d times, want %d", up.count(), want)
				}
				// The one from before has not come back to life.
				if _, err := k.Guard(up, nil).Fetch(t.Context(), query()); err != nil {
					t.Errorf("without policies: %v", err)
				}
			})
		})
	}
}

// A limit of what is under way holds for the old fetcher and the new together,
// and so does a URL's ejection.
func TestKeeperCountsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policies := func() map[string]Policy {
			return map[string]Policy{"s": {
				URLs:        []string{"a", "b"},
				Concurrency: &Concurrency{Max: 2},
				Balance:     &Balance{Replicas: 2, EjectAfter: 1, EjectFor: time.Hour, MaxEjectedPercent: 50},
			}}
		}
		s := &script{by: func(replica int) reply {
			if replica == 0 {
				return reply{kind: subgraphs.Connect}
			}
			return reply{after: time.Second}
		}}
		k := NewKeeper(nil)
		old := k.Guard(s, policies())
		for out := false; !out; {
			_, err := old.Fetch(t.Context(), query())
			out = kindOf(err) == subgraphs.Connect // once, and it is left out
		}
		done := make(chan error)
		for range 2 {
			go func() {
				_, err := old.Fetch(t.Context(), query())
				done <- err
			}()
		}
		synctest.Wait()
		fresh := k.Guard(s, policies())
		if _, err := fresh.Fetch(t.Context(), query()); kindOf(err) != subgraphs.Crowded {
			t.Errorf("beside two of the old one: %v", err)
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for range 20 {
			if _, err := fresh.Fetch(t.Context(), query()); err != nil {
				t.Fatalf("a URL that was left out was asked: %v", err)
			}
		}
	})
}
