package executor

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

// The goroutine that called Execute sends what others have made ready rather
// than doing nothing, and no request waits for that.
func TestCallerTakesWhatIsReady(t *testing.T) {
	specs := append(slices.Clone(product), fetchSpec{subgraph: "users", sel: `{ me { id } }`})
	for _, tt := range []struct {
		name  string
		users time.Duration // that the answer takes which the caller waits for first
		want  []string      // what the caller sends
	}{
		{"it has nothing to do", 10 * time.Millisecond, []string{"users", "inventory"}},
		{"it waits for an answer", time.Second, []string{"users"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := productWorld()
				w.subgraphs["users"] = subgraph{delay: tt.users, answer: `{"data":{"me":{"id":"7"}}}`}
				var mu sync.Mutex
				var own []string
				x := &Executor{Fetcher: fetcherFunc(func(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
					if strings.Contains(string(debug.Stack()), "(*Executor).Execute(") {
						mu.Lock()
						own = append(own, r.Subgraph)
						mu.Unlock()
					}
					return w.Fetch(ctx, r)
				})}
				start := time.Now()
				r, err := x.Execute(t.Context(), &Request{Program: compile(t, shop, `{ product { name availability price } me { id } }`, specs)})
				if err != nil || len(r.Causes) > 0 {
					t.Fatal(err, r)
				}
				if diff := cmp.Diff(tt.want, own); diff != "" {
					t.Errorf("what the caller has sent (-want +got):\n%s", diff)
				}
				chain := w.subgraphs["catalogue"].delay + max(w.subgraphs["inventory"].delay, w.subgraphs["pricing"].delay)
				if took := time.Since(start); took != max(chain, tt.users) {
					t.Errorf("took %v, want %v", took, max(chain, tt.users))
				}
			})
		})
	}
}

// A panic in what is prepared between two fetches is the request's own, on
// whichever goroutine it happens, and what is in flight is ended and waited for.
func TestPanicBetweenFetches(t *testing.T) {
	specs := []fetchSpec{
		{subgraph: "catalogue", sel: `{ product { id name } }`},
		{subgraph: "users", sel: `{ me { id } }`},
		{subgraph: "pricing", sel: `{ price }`, at: "product", needs: []int{0}},
		{subgraph: "names", sel: `{ name }`, at: "me", needs: []int{1}},
	}
	for _, first := range []string{"catalogue", "users"} {
		t.Run(first, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{subgraphs: map[string]subgraph{
					"catalogue": {hang: true, answer: `{"data":{"product":{"id":"1","name":"Chair"}}}`},
					"users":     {hang: true, answer: `{"data":{"me":{"id":"7"}}}`},
				}}
				quick := w.subgraphs[first]
				quick.hang = false
				w.subgraphs[first] = quick
				defer func() {
					p := recover()
					if err, ok := p.(error); ok {
						p = err.Error()
					}
					if text, _ := p.(string); !strings.Contains(text, "no header") {
						t.Errorf("Execute has panicked with %v", p)
					}
					synctest.Wait()
					for name, s := range w.subgraphs {
						if s.hang && !w.has(name+" canceled") {
							t.Errorf("log %v", w.log)
						}
					}
				}()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, _ = (&Executor{Fetcher: w}).Execute(ctx, &Request{
					Program: compile(t, shop, `{ product { name price } me { name } }`, specs),
					Header: func(subgraph string) *subgraphs.Header {
						if subgraph == "pricing" || subgraph == "names" {
							panic("no header")
						}
						return nil
					},
				})
				t.Error("Execute has returned")
			})
		})
	}
}
