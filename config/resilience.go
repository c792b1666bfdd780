package config

import (
	"cmp"
	"time"
)

// Retry says which queries to a subgraph are sent again. As the setting of one
// subgraph, zero values stand for those of all; this holds for the other types
// here, too.
type Retry struct {
	Enabled *bool `yaml:"enabled"`
	// Attempts are the most there may be, the first included.
	Attempts int `yaml:"attempts"`
	// Statuses that are worth another attempt.
	Statuses   []int    `yaml:"statuses"`
	Backoff    Duration `yaml:"backoff"`
	MaxBackoff Duration `yaml:"max_backoff"`
	// BudgetPercent is how many retries there may be for 100 requests.
	BudgetPercent int `yaml:"budget_percent"`
}

// Hedge says when a query that is not answered yet is sent a second time.
type Hedge struct {
	Enabled       *bool    `yaml:"enabled"`
	After         Duration `yaml:"after"`
	BudgetPercent int      `yaml:"budget_percent"`
}

// Concurrency bounds the requests to a subgraph that are under way.
type Concurrency struct {
	Enabled  *bool `yaml:"enabled"`
	Max      int   `yaml:"max"`
	Adaptive *bool `yaml:"adaptive"`
	// Queue is how many may wait, and Wait how long.
	Queue int      `yaml:"queue"`
	Wait  Duration `yaml:"wait"`
}

// CircuitBreaker says when a subgraph is not asked for a while.
type CircuitBreaker struct {
	Enabled        *bool    `yaml:"enabled"`
	FailurePercent int      `yaml:"failure_percent"`
	MinRequests    int      `yaml:"min_requests"`
	Window         Duration `yaml:"window"`
	OpenFor        Duration `yaml:"open_for"`
	Probes         int      `yaml:"probes"`
	Statuses       []int    `yaml:"statuses"`
	NoData         *bool    `yaml:"no_data"`
	Slow           Duration `yaml:"slow"`
}

// Balance says when one of several URLs of a subgraph is left out.
type Balance struct {
	EjectAfter        int      `yaml:"eject_after"`
	EjectFor          Duration `yaml:"eject_for"`
	MaxEjectedPercent int      `yaml:"max_ejected_percent"`
}

// Resilience is what is done about subgraphs that fail.
type Resilience struct {
	Retry          Retry          `yaml:"retry"`
	Hedge          Hedge          `yaml:"hedge"`
	Concurrency    Concurrency    `yaml:"concurrency"`
	CircuitBreaker CircuitBreaker `yaml:"circuit_breaker"`
	Balance        Balance        `yaml:"balance"`
}

func defaultResilience() Resilience {
	return Resilience{
		Retry: Retry{
			Enabled:       new(false),
			Attempts:      3,
			Statuses:      []int{502, 503, 504},
			Backoff:       Duration(50 * time.Millisecond),
			MaxBackoff:    Duration(time.Second),
			BudgetPercent: 20,
		},
		Hedge: Hedge{
			Enabled:       new(false),
			After:         Duration(200 * time.Millisecond),
			BudgetPercent: 10,
		},
		Concurrency: Concurrency{
			Enabled:  new(false),
			Max:      200,
			Adaptive: new(false),
			Queue:    200,
			Wait:     Duration(time.Second),
		},
		CircuitBreaker: CircuitBreaker{
			Enabled:        new(false),
			FailurePercent: 50,
			MinRequests:    20,
			Window:         Duration(10 * time.Second),
			OpenFor:        Duration(5 * time.Second),
			Probes:         1,
			Statuses:       []int{500, 502, 503, 504},
			NoData:         new(false),
		},
		Balance: Balance{EjectAfter: 5, EjectFor: Duration(10 * time.Second), MaxEjectedPercent: 50},
	}
}

// within returns r with what it leaves out as in all.
func (r Resilience) within(all Resilience) Resilience {
	return Resilience{
		Retry: Retry{
			Enabled:       cmp.Or(r.Retry.Enabled, all.Retry.Enabled),
			Attempts:      cmp.Or(r.Retry.Attempts, all.Retry.Attempts),
			Statuses:      either(r.Retry.Statuses, all.Retry.Statuses),
			Backoff:       cmp.Or(r.Retry.Backoff, all.Retry.Backoff),
			MaxBackoff:    cmp.Or(r.Retry.MaxBackoff, all.Retry.MaxBackoff),
			BudgetPercent: cmp.Or(r.Retry.BudgetPercent, all.Retry.BudgetPercent),
		},
		Hedge: Hedge{
			Enabled:       cmp.Or(r.Hedge.Enabled, all.Hedge.Enabled),
			After:         cmp.Or(r.Hedge.After, all.Hedge.After),
			BudgetPercent: cmp.Or(r.Hedge.BudgetPercent, all.Hedge.BudgetPercent),
		},
		Concurrency: Concurrency{
			Enabled:  cmp.Or(r.Concurrency.Enabled, all.Concurrency.Enabled),
			Max:      cmp.Or(r.Concurrency.Max, all.Concurrency.Max),
			Adaptive: cmp.Or(r.Concurrency.Adaptive, all.Concurrency.Adaptive),
			Queue:    cmp.Or(r.Concurrency.Queue, all.Concurrency.Queue),
			Wait:     cmp.Or(r.Concurrency.Wait, all.Concurrency.Wait),
		},
		CircuitBreaker: CircuitBreaker{
			Enabled:        cmp.Or(r.CircuitBreaker.Enabled, all.CircuitBreaker.Enabled),
			FailurePercent: cmp.Or(r.CircuitBreaker.FailurePercent, all.CircuitBreaker.FailurePercent),
			MinRequests:    cmp.Or(r.CircuitBreaker.MinRequests, all.CircuitBreaker.MinRequests),
			Window:         cmp.Or(r.CircuitBreaker.Window, all.CircuitBreaker.Window),
			OpenFor:        cmp.Or(r.CircuitBreaker.OpenFor, all.CircuitBreaker.OpenFor),
			Probes:         cmp.Or(r.CircuitBreaker.Probes, all.CircuitBreaker.Probes),
			Statuses:       either(r.CircuitBreaker.Statuses, all.CircuitBreaker.Statuses),
			NoData:         cmp.Or(r.CircuitBreaker.NoData, all.CircuitBreaker.NoData),
			Slow:           cmp.Or(r.CircuitBreaker.Slow, all.CircuitBreaker.Slow),
		},
		Balance: Balance{
			EjectAfter:        cmp.Or(r.Balance.EjectAfter, all.Balance.EjectAfter),
			EjectFor:          cmp.Or(r.Balance.EjectFor, all.Balance.EjectFor),
			MaxEjectedPercent: cmp.Or(r.Balance.MaxEjectedPercent, all.Balance.MaxEjectedPercent),
		},
	}
}

// either returns the first list that is set; an empty one is.
func either(list, all []int) []int {
	if list != nil {
		return list
	}
	return all
}
