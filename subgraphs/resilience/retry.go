package resilience

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Retry says which queries are sent again, and how soon. Mutations never are.
type Retry struct {
	// Attempts are the most there may be, the first included; at least 2.
	Attempts int

	// Statuses that are worth another attempt, besides connections that fail
	// or break.
	Statuses []int

	// Backoff is how long the first retry waits, at most; it doubles with each
	// up to MaxBackoff. Half of it is left to chance, so that clients that
	// failed together do not come back together. An answer with Retry-After is
	// waited for as long as that says, or if that is more than MaxBackoff it
	// is taken for the answer.
	Backoff, MaxBackoff time.Duration

	// BudgetPercent is how many retries there may be for 100 fetches, on
	// average. When a subgraph is down, more would keep it there.
	BudgetPercent int
}

// budgetBurst is how many retries there may be at once after a quiet time.
const budgetBurst = 10

type retrier struct {
	Retry
	budget budget
}

func newRetrier(r Retry) *retrier {
	return &retrier{Retry: r, budget: budget{rate: float64(r.BudgetPercent) / 100, tokens: budgetBurst}}
}

// wait waits before the attempt after the n-th, which was a, and reports whether
// there shall be one.
func (t *retrier) wait(ctx context.Context, n int, a attempt) bool {
	if n >= t.Attempts || !t.isWorthIt(a) {
		return false
	}
	pause := t.pause(n)
	if a.response != nil {
		if asked := retryAfter(a.response.Header, time.Now()); asked > t.MaxBackoff {
			return false
		} else if asked > pause {
			pause = asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Add(pause).Before(deadline) {
		return false
	}
	if !t.budget.withdraw() {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// isWorthIt tells whether an attempt failed in a way that the next may not.
func (t *retrier) isWorthIt(a attempt) bool {
	if a.err == nil {
		return slices.Contains(t.Statuses, a.response.Status)
	}
	e, ok := a.err.(*subgraphs.Error)
	return ok && (e.Kind == subgraphs.Connect || e.Kind == subgraphs.Protocol)
}

// pause is how long to wait after the n-th attempt.
func (t *retrier) pause(n int) time.Duration {
	most := t.Backoff
	for range n - 1 {
		if most >= t.MaxBackoff {
			break
		}
		most *= 2
	}
	most = min(most, t.MaxBackoff)
	return most/2 + rand.N(most/2+1)
}

// retryAfter is what an answer says about when to come back: seconds or a date;
// 0 if it says nothing, or nothing that can be understood. RFC 9110,
// "Retry-After".
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if text == "" {
		return 0
	}
	const most = 24 * time.Hour
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(most/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), most)
}

// A budget is what may be spent on extra attempts: each fetch adds a little,
// each extra attempt takes one.
type budget struct {
	rate float64 // per fetch

	mu     sync.Mutex
	tokens float64 // guarded by mu
}

func (b *budget) deposit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+b.rate, budgetBurst)
}

// withdraw takes one and reports whether there was one.
func (b *budget) withdraw() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
