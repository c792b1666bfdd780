package weft

import (
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/resilience"
)

// addresses returns where a subgraph is: as the configuration says, or else at
// the URL of the supergraph.
func addresses(s config.Subgraph, url string) (first string, replicas []string) {
	switch {
	case len(s.URLs) > 0:
		return s.URLs[0], s.URLs[1:]
	case s.URL != "":
		return s.URL, nil
	default:
		return url, nil
	}
}

// guard puts in front of next what the configuration says about subgraphs that
// fail; that is nothing, and next itself, if it says nothing. It stands behind
// sharing, so that what several have asked for is repeated once.
func guard(endpoints map[string]subgraphs.Endpoint, traffic map[string]config.Traffic, next subgraphs.Fetcher, keeper *resilience.Keeper) subgraphs.Fetcher {
	policies := make(map[string]resilience.Policy, len(traffic))
	for name, t := range traffic {
		e := endpoints[name]
		policies[name] = policyOf(t, slices.Concat([]string{e.URL}, e.Replicas))
	}
	return keeper.Guard(next, policies)
}

// changed logs and counts what has become of a breaker or a URL.
func (r *Router) changed(e resilience.Event) {
	fields := []zap.Field{zap.String("subgraph", e.Subgraph)}
	if e.Change == resilience.Ejected || e.Change == resilience.Restored {
		fields = append(fields, zap.Int("url", e.Replica+1))
	}
	if e.For > 0 {
		fields = append(fields, zap.Duration("for", e.For))
	}
	r.log.Warn(string(e.Change), fields...)
	if r.metrics != nil {
		r.metrics.SubgraphChanged(e.Subgraph, strings.ReplaceAll(string(e.Change), " ", "_"))
	}
}

// policyOf is what is done for a subgraph with these URLs.
func policyOf(t config.Traffic, urls []string) resilience.Policy {
	p := resilience.Policy{URLs: urls, Timeout: t.Timeout.Std()}
	if r := t.Retry; *r.Enabled {
		p.Retry = &resilience.Retry{
			Attempts:      r.Attempts,
			Statuses:      r.Statuses,
			Backoff:       r.Backoff.Std(),
			MaxBackoff:    r.MaxBackoff.Std(),
			BudgetPercent: r.BudgetPercent,
		}
	}
	if h := t.Hedge; *h.Enabled {
		p.Hedge = &resilience.Hedge{After: h.After.Std(), BudgetPercent: h.BudgetPercent}
	}
	if c := t.Concurrency; *c.Enabled {
		p.Concurrency = &resilience.Concurrency{Max: c.Max, Adaptive: *c.Adaptive, Queue: c.Queue, Wait: c.Wait.Std()}
	}
	if b := t.CircuitBreaker; *b.Enabled {
		p.Breaker = &resilience.Breaker{
			FailurePercent: b.FailurePercent,
			MinRequests:    b.MinRequests,
			Window:         b.Window.Std(),
			OpenFor:        b.OpenFor.Std(),
			Probes:         b.Probes,
			Statuses:       b.Statuses,
			NoData:         *b.NoData,
			Slow:           b.Slow.Std(),
		}
	}
	if b := t.Balance; len(urls) > 1 {
		p.Balance = &resilience.Balance{
			Replicas:          len(urls),
			EjectAfter:        b.EjectAfter,
			EjectFor:          b.EjectFor.Std(),
			MaxEjectedPercent: b.MaxEjectedPercent,
		}
	}
	return p
}

// planQueue is how many operations wait to be planned, as router.GraphOptions
// has it: never so many that they take the places of those that have a plan.
func planQueue(o config.Overload) int {
	n := o.PlanQueue
	if o.Requests > 0 {
		n = min(n, o.Requests/2)
	}
	if n == 0 {
		return -1
	}
	return n
}
