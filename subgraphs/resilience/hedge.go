package resilience

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Hedge says when a query that is not answered yet is sent a second time, to
// take whichever answer comes first. Mutations never are.
type Hedge struct {
	// After is how long the first is waited for alone.
	After time.Duration

	// BudgetPercent is how many second requests there may be for 100 fetches,
	// on average.
	BudgetPercent int
}

type hedger struct {
	after  time.Duration
	budget budget
}

func newHedger(h Hedge) *hedger {
	return &hedger{after: h.After, budget: budget{rate: float64(h.BudgetPercent) / 100, tokens: budgetBurst}}
}

// race makes an attempt, and a second one if the first takes long. The other
// one is cancelled when one is good, and has ended when race returns.
func (h *hedger) race(ctx context.Context, g *guard, c *call) attempt {
	h.budget.deposit()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan runner, 2)
	run := func(avoid int, patient bool) {
		r := runner{}
		defer func() {
			if p := recover(); p != nil {
				r.panicked = fmt.Errorf("%v\n%s", p, debug.Stack())
			}
			done <- r
		}()
		r.attempt = g.send(ctx, c.request, avoid, patient)
	}
	go run(c.avoid, true)
	timer := time.NewTimer(h.after)
	defer timer.Stop()
	running, started := 1, timer.C
	var first *attempt
	for running > 0 {
		select {
		case r := <-done:
			running--
			if r.panicked != nil {
				cancel()
				for range running {
					<-done
				}
				panic(r.panicked)
			}
			a := c.note(r.attempt)
			started = nil // one that failed is for the retries
			if first == nil || judge(*first, leastBlame) != good && judge(a, leastBlame) == good {
				first = &a
			}
			if judge(*first, leastBlame) == good {
				cancel()
			}
		case <-started:
			started = nil
			if h.budget.withdraw() {
				running++
				// The first has not told yet where it went; the balancer sees
				// that it is busy there.
				go run(c.avoid, false)
			}
		}
	}
	return *first
}

// A runner is an attempt that has ended, or a panic in it.
type runner struct {
	attempt  attempt
	panicked error
}
