package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Overload tells how many requests are being answered, and how many were turned
// away. Its function is safe for concurrent use.
type Overload struct {
	// Requests returns those that have a place and those that wait for one at
	// the moment, and those that have been refused one, or for asking too
	// often, since the beginning.
	Requests func() (inside, waiting int, crowded, limited int64)
}

var (
	requestsInside = prometheus.NewDesc("weft_requests_in_flight",
		"Requests that are being answered, as overload.requests counts them.", nil, nil)
	requestsWaiting = prometheus.NewDesc("weft_requests_waiting",
		"Requests that wait for a place.", nil, nil)
	requestsRefused = prometheus.NewDesc("weft_requests_refused_total",
		"Requests that were turned away, by reason: crowded or rate.", []string{"reason"}, nil)
)

// ReportOverload adds the counts of o.
func (m *Metrics) ReportOverload(o Overload) { m.registry.MustRegister(o) }

// Describe implements prometheus.Collector.
func (o Overload) Describe(out chan<- *prometheus.Desc) {
	out <- requestsInside
	out <- requestsWaiting
	out <- requestsRefused
}

// Collect implements prometheus.Collector.
func (o Overload) Collect(out chan<- prometheus.Metric) {
	inside, waiting, crowded, limited := o.Requests()
	out <- prometheus.MustNewConstMetric(requestsInside, prometheus.GaugeValue, float64(inside))
	out <- prometheus.MustNewConstMetric(requestsWaiting, prometheus.GaugeValue, float64(waiting))
	out <- prometheus.MustNewConstMetric(requestsRefused, prometheus.CounterValue, float64(crowded), "crowded")
	out <- prometheus.MustNewConstMetric(requestsRefused, prometheus.CounterValue, float64(limited), "rate")
}

// SubgraphChanged counts a change of a subgraph's circuit breaker or URLs, by a
// constant word for it.
func (m *Metrics) SubgraphChanged(subgraph, change string) {
	m.subgraphChanges.WithLabelValues(subgraph, change).Inc()
}
