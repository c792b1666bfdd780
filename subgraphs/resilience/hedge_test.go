package resilience

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestHedge(t *testing.T) {
	hedge := Hedge{After: 100 * time.Millisecond, BudgetPercent: 100}
	tests := []struct {
		name     string
		replies  []reply
		mutation bool
		policy   Policy
		took     time.Duration
		asked    int
		canceled int
		kind     subgraphs.Kind
	}{
		{name: "quick enough", replies: []reply{{after: 99 * time.Millisecond}}, took: 99 * time.Millisecond, asked: 1},
		{name: "the second is first", replies: []reply{{after: time.Minute}, {after: 10 * time.Millisecond}}, took: 110 * time.Millisecond, asked: 2, canceled: 1},
		{name: "the first is first all the same", replies: []reply{{after: 150 * time.Millisecond}, {after: time.Minute}}, took: 150 * time.Millisecond, asked: 2, canceled: 1},
		{name: "the second fails", replies: []reply{{after: 300 * time.Millisecond}, {kind: subgraphs.Connect}}, took: 300 * time.Millisecond, asked: 2},
		{name: "the first fails, late", replies: []reply{{after: 150 * time.Millisecond, kind: subgraphs.Protocol}, {after: time.Second}}, took: 1100 * time.Millisecond, asked: 2},
		{name: "a page with status 503 is no winner", replies: []reply{{after: 150 * time.Millisecond, status: 503}, {after: time.Second}}, took: 1100 * time.Millisecond, asked: 2},
		{name: "the first fails, soon", replies: []reply{{kind: subgraphs.Protocol}}, asked: 1, kind: subgraphs.Protocol},
		{name: "both fail", replies: []reply{{after: time.Second, kind: subgraphs.Protocol}, {after: time.Second, kind: subgraphs.Connect}}, took: 1100 * time.Millisecond, asked: 2, kind: subgraphs.Protocol},
		{name: "a mutation", mutation: true, replies: []reply{{after: time.Second}}, took: time.Second, asked: 1},
		{name: "no place for a second", policy: Policy{Concurrency: &Concurrency{Max: 1, Queue: 10}}, replies: []reply{{after: time.Second}}, took: time.Second, asked: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: tt.replies}
				p := tt.policy
				p.Hedge = &hedge
				f := New(s, map[string]Policy{"s": p}, nil)
				r := query()
				if tt.mutation {
					r = mutation()
				}
				start := time.Now()
				_, err := f.Fetch(t.Context(), r)
				if kindOf(err) != tt.kind {
					t.Errorf("%v, want kind %v", err, tt.kind)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if s.count() != tt.asked || s.canceled != tt.canceled || s.open != 0 {
					t.Errorf("asked %d times, %d canceled, %d under way; want %d, %d, 0", s.count(), s.canceled, s.open, tt.asked, tt.canceled)
				}
			})
		})
	}
}

func TestHedgeBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: []reply{{after: time.Second}}}
		f := New(s, map[string]Policy{"s": {Hedge: &Hedge{After: time.Millisecond, BudgetPercent: 5}}}, nil)
		for range 1000 {
			if _, err := f.Fetch(t.Context(), query()); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.count(); n < 1050 || n > 1050+budgetBurst {
			t.Errorf("asked %d times for 1000 queries, want a twentieth more", n)
		}
	})
}
