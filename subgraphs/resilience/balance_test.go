package resilience

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

func (s *script) perReplica(n int) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make([]int, n)
	for _, r := range s.replicas {
		counts[r]++
	}
	s.replicas = nil
	return counts
}

// Those that answer sooner get more, those that do not still some.
func TestBalanceByLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{by: func(replica int) reply {
			return reply{after: []time.Duration{10, 10, 200}[replica] * time.Millisecond}
		}}
		f := New(s, map[string]Policy{"s": {Balance: &Balance{Replicas: 3, EjectAfter: 5, EjectFor: time.Second, MaxEjectedPercent: 50}}}, nil)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 500 {
					if _, err := f.Fetch(t.Context(), query()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		n := s.perReplica(3)
		if n[2] == 0 || n[2] > n[0]/4 || n[2] > n[1]/4 || n[0] > 2*n[1] || n[1] > 2*n[0] {
			t.Errorf("requests by URL: %v", n)
		}
	})
}

// One that fails is left out for a while, comes back, and is left out longer if
// it fails again.
func TestEjection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		s := &script{}
		s.by = func(replica int) reply {
			if replica == 1 && down {
				return reply{kind: subgraphs.Connect}
			}
			return reply{after: time.Millisecond}
		}
		var seen events
		f := New(s, map[string]Policy{"s": {Balance: &Balance{Replicas: 2, EjectAfter: 3, EjectFor: 10 * time.Second, MaxEjectedPercent: 50}}}, seen.add)
		ask := func(n int) []int {
			for range n {
				_, _ = f.Fetch(t.Context(), query())
			}
			return s.perReplica(2)
		}
		if n := ask(200); n[1] != 3 {
			t.Errorf("by URL: %v, want 3 for the one that fails", n)
		}
		time.Sleep(10 * time.Second)
		if n := ask(200); n[1] != 1 {
			t.Errorf("after a while: %v, want 1 for the one that fails", n)
		}
		time.Sleep(10 * time.Second)
		if n := ask(100); n[1] != 0 {
			t.Errorf("left out a second time for as long as the first: %v", n)
		}
		time.Sleep(10 * time.Second)
		down = false
		if n := ask(200); n[1] < 20 {
			t.Errorf("when it is back: %v", n)
		}
		want := []Event{
			{Subgraph: "s", Change: Ejected, Replica: 1, For: 10 * time.Second},
			{Subgraph: "s", Change: Restored, Replica: 1},
			{Subgraph: "s", Change: Ejected, Replica: 1, For: 20 * time.Second},
			{Subgraph: "s", Change: Restored, Replica: 1},
		}
		if diff := cmp.Diff(want, seen.list); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

// If all fail, most are asked all the same: to leave out everything would help
// nobody.
func TestEjectionHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{status: 503}}}
		f := New(s, map[string]Policy{"s": {Balance: &Balance{Replicas: 4, EjectAfter: 1, EjectFor: time.Hour, MaxEjectedPercent: 50}}}, nil)
		for range 1000 {
			_, _ = f.Fetch(t.Context(), query())
		}
		s.perReplica(4)
		for range 1000 {
			_, _ = f.Fetch(t.Context(), query())
		}
		asked := 0
		for _, n := range s.perReplica(4) {
			if n > 0 {
				asked++
			}
		}
		if asked != 2 {
			t.Errorf("%d of 4 URLs are asked, want 2", asked)
		}
	})
}

// A retry goes elsewhere.
func TestRetryGoesToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{by: func(replica int) reply {
			if replica == 0 {
				return reply{kind: subgraphs.Connect}
			}
			return reply{}
		}}
		f := New(s, map[string]Policy{"s": {Retry: &retries, Balance: &Balance{Replicas: 2, EjectAfter: 0}}}, nil)
		for range 100 {
			if _, err := f.Fetch(t.Context(), query()); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.perReplica(2); n[1] != 100 || n[0] == 0 {
			t.Errorf("by URL: %v", n)
		}
	})
}

// Whatever goes on at once, every place and every turn is given back.
func TestEverythingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		n := 0
		s.by = func(int) reply {
			n++
			switch n % 7 {
			case 0:
				return reply{kind: subgraphs.Connect}
			case 1:
				return reply{after: 300 * time.Millisecond, status: 503}
			default:
				return reply{after: time.Duration(n%13) * 20 * time.Millisecond}
			}
		}
		p := everything()
		p.Concurrency = &Concurrency{Max: 20, Queue: 100}
		f := New(s, map[string]Policy{"s": p}, nil)
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				for range 20 {
					r := query()
					if i%5 == 0 {
						r = mutation()
					}
					_, err := f.Fetch(t.Context(), r)
					switch kindOf(err) {
					case 0, subgraphs.Connect, subgraphs.Timeout, subgraphs.BreakerOpen, subgraphs.Crowded:
					default:
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		g := f.(*fetcher).guards["s"]
		if stats := g.limit.(fixed).gate.Stats(); stats.Inside != 0 || stats.Waiting != 0 || s.most > 20 {
			t.Errorf("%+v, and %d at most", stats, s.most)
		}
		for i, r := range g.balance.replicas {
			if r.busy != 0 {
				t.Errorf("URL %d is busy with %d", i, r.busy)
			}
		}
	})
}

// When the only URL that is not left out fails, the retry goes to one that is,
// which is taken back if it answers.
func TestLeftOutAsLastResort(t *testing.T) {
	var changes []Change
	b := newBalancer("stock", Balance{Replicas: 2, EjectAfter: 1, EjectFor: time.Hour, MaxEjectedPercent: 50},
		func(e Event) { changes = append(changes, e.Change) })
	first := b.choose(-1)
	b.end(first, bad)
	second := b.choose(-1)
	if second.index == first.index {
		t.Fatalf("%d was chosen although it is left out", second.index)
	}
	b.end(second, bad)
	retry := b.choose(second.index)
	if retry.index != first.index {
		t.Fatalf("the retry went to %d again", retry.index)
	}
	b.end(retry, good)
	if diff := cmp.Diff([]Change{Ejected, Restored}, changes); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
}
