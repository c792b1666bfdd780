package executor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two chains of two fetches, in one of which the first is slow and in the other
// the second. Each fetch starts when what it needs is there, so the chains take
// 110 ms; if the second stage waited for the whole first, it would be 200 ms.
func TestFetchesDoNotWaitForTheirStage(t *testing.T) {
	specs := []fetchSpec{
		{subgraph: "catalogue", sel: `{ product { id name } }`},
		{subgraph: "users", sel: `{ me { id } }`},
		{subgraph: "pricing", sel: `{ price }`, at: "product", needs: []int{0}},
		{subgraph: "names", sel: `{ name }`, at: "me", needs: []int{1}},
	}
	const brief, long = 10 * time.Millisecond, 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		w := &world{subgraphs: map[string]subgraph{
			"catalogue": {delay: brief, answer: `{"data":{"product":{"id":"1","name":"Chair"}}}`},
			"users":     {delay: long, answer: `{"data":{"me":{"id":"7"}}}`},
			"pricing":   {delay: long, answer: `{"data":{"_entities":[{"price":29.99}]}}`},
			"names":     {delay: brief, answer: `{"data":{"_entities":[{"name":"Ada"}]}}`},
		}}
		start := time.Now()
		r, err := (&Executor{Fetcher: w}).Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { name price } me { name } }`, specs)})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != brief+long {
			t.Errorf("took %v, want %v", took, brief+long)
		}
		if diff := cmp.Diff(`{"data":{"product":{"name":"Chair","price":29.99},"me":{"name":"Ada"}}}`, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		windows := map[string][2]time.Duration{}
		for _, f := range r.Fetches {
			windows[f.Subgraph] = [2]time.Duration{f.Start, f.End}
		}
		want := map[string][2]time.Duration{
			"catalogue": {0, brief},
			"users":     {0, long},
			"pricing":   {brief, brief + long},
			"names":     {long, long + brief},
		}
		if diff := cmp.Diff(want, windows); diff != "" {
			t.Errorf("windows of the fetches (-want +got)\n%s", diff)
		}
	})
}
