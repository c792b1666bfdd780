package executor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// A list that is too long goes out in several requests, a few at a time.
func TestSplitList(t *testing.T) {
	const sdl = `type Query { items: [Item] } type Item { id: Int price: Int }`
	var ids, want []string
	for i := range 20 {
		ids = append(ids, fmt.Sprintf(`{"id":%d}`, i))
		want = append(want, fmt.Sprintf(`{"price":%d}`, i))
	}
	synctest.Test(t, func(t *testing.T) {
		var flying, most, sent atomic.Int32
		x := &Executor{
			MaxEntities: func(subgraph string) int { return map[string]int{"prices": 2}[subgraph] },
			Parallel:    3,
			Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
				if r.Subgraph == "items" {
					return &subgraphs.Response{Status: 200, Body: []byte(`{"data":{"items":[` + strings.Join(ids, ",") + `]}}`)}, nil
				}
				sent.Add(1)
				now := flying.Add(1)
				most.Store(max(most.Load(), now))
				time.Sleep(time.Second)
				flying.Add(-1)
				var body struct {
					Variables struct{ Representations []struct{ ID int } }
				}
				if err := json.Unmarshal(r.Body, &body); err != nil {
					return nil, err
				}
				var entities []string
				for _, rep := range body.Variables.Representations {
					entities = append(entities, fmt.Sprintf(`{"price":%d}`, rep.ID))
				}
				return &subgraphs.Response{Status: 200, Body: []byte(`{"data":{"_entities":[` + strings.Join(entities, ",") + `]}}`)}, nil
			}),
		}
		p := compile(t, sdl, `{ items { price } }`, []fetchSpec{{subgraph: "items", sel: `{ items { id } }`}, {subgraph: "prices", sel: `{ price }`, at: "items.@", needs: []int{0}}})
		start := time.Now()
		r, err := x.Execute(t.Context(), &Request{Program: p})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"data":{"items":[`+strings.Join(want, ",")+`]}}`, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		if sent.Load() != 10 || most.Load() != 3 || time.Since(start) != 4*time.Second {
			t.Errorf("%d requests, %d at a time, took %s", sent.Load(), most.Load(), time.Since(start))
		}
		if f := r.Fetches[1]; f.Requests != 10 || f.Entities != 20 || f.State != Done {
			t.Errorf("report %+v", f)
		}
	})
}

// What there is no time for is not sent.
func TestSplitListLate(t *testing.T) {
	const sdl = `type Query { items: [Item!]! } type Item { id: Int price: Int! }`
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		x := &Executor{
			MaxEntities: func(string) int { return 1 },
			Parallel:    2,
			Fetcher: fetcherFunc(func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
				if r.Subgraph == "items" {
					return &subgraphs.Response{Status: 200, Body: []byte(`{"data":{"items":[{"id":1},{"id":2},{"id":3},{"id":4},{"id":5},{"id":6}]}}`)}, nil
				}
				sent.Add(1)
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
				return nil, errors.New("down")
			}),
		}
		p := compile(t, sdl, `{ items { price } }`, []fetchSpec{{subgraph: "items", sel: `{ items { id } }`}, {subgraph: "prices", sel: `{ price }`, at: "items.@", needs: []int{0}}})
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		r, err := x.Execute(ctx, &Request{Program: p})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Data()); got != "null" {
			t.Errorf("data %s", got)
		}
		if sent.Load() != 4 {
			t.Errorf("%d requests were sent in the time there was for 4", sent.Load())
		}
	})
}

// A fetch all of whose entities are in an earlier answer is not sent.
func TestReused(t *testing.T) {
	fetches := []fetchSpec{
		{subgraph: "shop", sel: `{ product { id name } me { id } }`},
		{subgraph: "shop", sel: `{ name }`, at: "me", needs: []int{0}},
	}
	p := compileWith(t, shop, `{ product { name } me { name } }`, fetches, func(p *plan.Plan) {
		p.Fetches[1].Lookups[0].Reuse = []*plan.Reuse{{
			Keys:           []string{"product"},
			Type:           "T",
			Representation: []*plan.ReusedField{{Name: "id", Key: "id", From: "id"}},
			Values:         []*plan.ReusedField{{Name: "name", Key: "name", From: "name"}},
		}}
	})
	for id, want := range map[int]FetchReport{
		1: {ID: 1, Subgraph: "shop", State: Reused, Reused: 1},
		2: {ID: 1, Subgraph: "shop", State: Done, Requests: 1, Entities: 1, Status: 200},
	} {
		x := &Executor{Fetcher: fetcherFunc(func(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
			answer := fmt.Sprintf(`{"data":{"product":{"id":1,"name":"n"},"me":{"id":%d}}}`, id)
			if strings.Contains(string(r.Body), "representations") {
				answer = `{"data":{"_entities":[{"name":"n"}]}}`
			}
			return &subgraphs.Response{Status: 200, Body: []byte(answer)}, nil
		})}
		r, err := x.Execute(t.Context(), &Request{Program: p})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"data":{"product":{"name":"n"},"me":{"name":"n"}}}`, body(t, r)); diff != "" {
			t.Errorf("response (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(want, r.Fetches[1], cmpopts.IgnoreFields(FetchReport{}, "Start", "End", "Bytes")); diff != "" {
			t.Errorf("report (-want +got)\n%s", diff)
		}
	}
}
