package weft_test

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
)

// What is turned away, and what becomes of a breaker, can be counted.
func TestOverloadMetrics(t *testing.T) {
	r := shop(t, func(c *config.Config) {
		c.Metrics.Enabled = true
		c.RateLimit.Enabled, c.RateLimit.Rate, c.RateLimit.Per, c.RateLimit.Burst = true, 1, config.Duration(time.Hour), 3
		s := c.Subgraphs["pricing"]
		s.URL = "http://127.0.0.1:1/nobody"
		s.CircuitBreaker.Enabled, s.CircuitBreaker.MinRequests = new(true), 2
		c.Subgraphs["pricing"] = s
	})
	for i, want := range []string{"SUBREQUEST_HTTP_ERROR", "SUBREQUEST_HTTP_ERROR", "SUBGRAPH_CIRCUIT_BREAKER_REJECTED", "RATE_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED"} {
		if got := ask(t.Context(), r, `{ product(id: "1") { name price } }`); !strings.Contains(got, want) {
			t.Errorf("request %d: %s, want %s", i+1, got, want)
		}
	}
	_, metrics := get(r, "/metrics")
	for _, want := range []string{
		`weft_requests_refused_total{reason="rate"} 2`,
		`weft_requests_refused_total{reason="crowded"} 0`,
		"weft_requests_in_flight 0",
		"weft_requests_waiting 0",
		`weft_subgraph_changes_total{change="circuit_breaker_opened",subgraph="pricing"} 1`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("metrics do not have %s:\n%s", want, metrics)
		}
	}
}
