package config

import "fmt"

// resilience reports settings that cannot work, of all subgraphs or of one. In
// those of one, zero means that it is left out.
func (v *validation) resilience(path string, r Resilience, timeoutKey string, timeout Duration) {
	one := path != "all_subgraphs"
	for _, n := range []struct {
		key         string
		n           int
		least, most int
	}{
		{"retry.attempts", r.Retry.Attempts, 2, 10},
		{"retry.budget_percent", r.Retry.BudgetPercent, 1, 100},
		{"hedge.budget_percent", r.Hedge.BudgetPercent, 1, 100},
		{"concurrency.max", r.Concurrency.Max, 1, 1_000_000},
		{"concurrency.queue", r.Concurrency.Queue, 0, 1_000_000},
		{"circuit_breaker.failure_percent", r.CircuitBreaker.FailurePercent, 1, 100},
		{"circuit_breaker.min_requests", r.CircuitBreaker.MinRequests, 1, 1_000_000},
		{"circuit_breaker.probes", r.CircuitBreaker.Probes, 1, 1000},
		{"balance.eject_after", r.Balance.EjectAfter, 0, 1_000_000},
		{"balance.max_ejected_percent", r.Balance.MaxEjectedPercent, 0, 99},
	} {
		at := path + "." + n.key
		switch {
		case one && n.n == 0 && !v.source.wrote(at):
		case one && n.n == 0:
			v.report(at, "must not be 0; leave it out for what all_subgraphs says")
		case n.n < n.least || n.n > n.most:
			v.report(at, "must be from %d to %d; got %d", n.least, n.most, n.n)
		}
	}
	for _, d := range []struct {
		key  string
		d    Duration
		zero bool // is possible
		// within: one that is longer than the subgraph's timeout can never be.
		within bool
	}{
		{"retry.backoff", r.Retry.Backoff, false, true},
		{"retry.max_backoff", r.Retry.MaxBackoff, false, true},
		{"hedge.after", r.Hedge.After, false, true},
		{"concurrency.wait", r.Concurrency.Wait, true, true},
		{"circuit_breaker.window", r.CircuitBreaker.Window, false, false},
		{"circuit_breaker.open_for", r.CircuitBreaker.OpenFor, false, false},
		{"circuit_breaker.slow", r.CircuitBreaker.Slow, true, true},
		{"balance.eject_for", r.Balance.EjectFor, false, false},
	} {
		at := path + "." + d.key
		switch {
		case one && d.d == 0 && !v.source.wrote(at):
		case one && d.d == 0:
			v.report(at, "must not be 0; leave it out for what all_subgraphs says")
		case d.d < 0 || d.d == 0 && !d.zero:
			v.report(at, "must be more than 0")
		case d.within && d.d > timeout && timeout > 0 && v.source.wrote(at):
			v.report(at, "%s can never come to pass: %s is %s", d.d, timeoutKey, timeout)
		}
	}
	if most := r.Retry.MaxBackoff; most > 0 && r.Retry.Backoff > most {
		v.report(path+".retry.backoff", "%s is more than retry.max_backoff, %s", r.Retry.Backoff, most)
	}
	v.statuses(path+".retry.statuses", r.Retry.Statuses)
	v.statuses(path+".circuit_breaker.statuses", r.CircuitBreaker.Statuses)
	if one {
		return
	}
	for _, b := range []struct {
		key string
		set *bool
	}{
		{"retry.enabled", r.Retry.Enabled},
		{"hedge.enabled", r.Hedge.Enabled},
		{"concurrency.enabled", r.Concurrency.Enabled},
		{"concurrency.adaptive", r.Concurrency.Adaptive},
		{"circuit_breaker.enabled", r.CircuitBreaker.Enabled},
		{"circuit_breaker.no_data", r.CircuitBreaker.NoData},
	} {
		if b.set == nil {
			v.report(path+"."+b.key, "must be true or false")
		}
	}
}

func (v *validation) statuses(path string, list []int) {
	for i, s := range list {
		if s < 400 || s > 599 {
			v.report(fmt.Sprintf("%s[%d]", path, i), "%d is not the status of a failure, 400 to 599", s)
		}
	}
}

// urls reports what is wrong with the several URLs of a subgraph.
func (v *validation) urls(path string, s Subgraph) {
	if s.URLs == nil {
		return
	}
	at := Join(path, "urls")
	if s.URL != "" {
		v.report(at, "there is a url as well; put it in the list, or leave one of the keys out")
	}
	if len(s.URLs) == 0 {
		v.report(at, "name at least one URL")
	}
	if len(s.URLs) > 100 {
		v.report(at, "at most 100 URLs can be named")
		return
	}
	first := map[string]int{}
	for i, url := range s.URLs {
		item := fmt.Sprintf("%s[%d]", at, i)
		if err := checkURL(url); err != "" {
			v.report(item, "%s", err)
		} else if j, ok := first[url]; ok {
			v.report(item, "is the same as number %d", j+1)
		} else {
			first[url] = i
		}
	}
}
