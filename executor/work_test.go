package executor

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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
					Header: func(subgraph string) http.Header {
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
