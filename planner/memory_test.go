package planner_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/weft-graphql/weft/internal/scale"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
)

// TestMemoryIsCounted holds the count of what planning holds on to against the
// heap, where it is so much that the rest does not matter, and has a planner
// that may hold half of it refuse the operation.
func TestMemoryIsCounted(t *testing.T) {
	const least = 256 << 10
	counted := 0
	for _, a := range scale.Adversaries() {
		if a.Small == 0 {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			subgraphs, document := a.Make(a.Size)
			super := composed(t, subgraphs)
			limits := operation.DefaultLimits()
			limits.Tokens, limits.Aliases, limits.Height, limits.Depth, limits.RootFields = 1_000_000, 0, 0, 0, 0
			op, errs := operation.Prepare(super.API, document, "", limits)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			request := planner.Request{Operation: op, Selection: op.Select(nil)}
			p := planner.New(super, planner.Options{})
			before := heap()
			bytes, by, err := p.Held(context.Background(), request)
			if err != nil {
				t.Fatal(err)
			}
			held := heap() - before
			runtime.KeepAlive(by)
			runtime.KeepAlive(p)
			runtime.KeepAlive(request)
			if held < least {
				return
			}
			counted++
			if bytes > 4*held || held > 3*bytes {
				t.Errorf("%d bytes counted, %d held", bytes, held)
			}
			_, err = planner.New(super, planner.Options{Memory: bytes / 2}).Plan(context.Background(), request)
			var refused *planner.Error
			if !errors.As(err, &refused) || refused.Code != planner.CodeBudget {
				t.Errorf("with half of the memory: %v", err)
			}
		})
	}
	if counted < 5 {
		t.Errorf("only %d operations hold enough to be counted", counted)
	}
}

// heap is how many bytes are in use after a collection.
func heap() int {
	runtime.GC()
	runtime.GC() // what had a finalizer, too
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
