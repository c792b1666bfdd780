package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Deduplication tells how many queries have been sent or executed, and how many
// were answered by one that equals them. Its functions are safe for concurrent
// use, and their counts never go down.
type Deduplication struct {
	// Subgraphs yields the counts of requests by subgraph.
	Subgraphs func(yield func(subgraph string, sent, joined int64))
	// Clients returns those of clients' requests.
	Clients func() (executed, joined int64)
}

var (
	subgraphQueries = prometheus.NewDesc("weft_subgraph_queries_total",
		"Queries for subgraphs that could be deduplicated, by subgraph and result: sent, or joined to an equal one under way.",
		[]string{"subgraph", "result"}, nil)
	clientQueries = prometheus.NewDesc("weft_client_queries_total",
		"Queries of clients, if they are deduplicated, by result: executed, or joined to an equal one under way.",
		[]string{"result"}, nil)
)

// ReportDeduplication adds the counts of d.
func (m *Metrics) ReportDeduplication(d Deduplication) { m.registry.MustRegister(d) }

// Describe implements prometheus.Collector.
func (d Deduplication) Describe(out chan<- *prometheus.Desc) {
	out <- subgraphQueries
	out <- clientQueries
}

// Collect implements prometheus.Collector.
func (d Deduplication) Collect(out chan<- prometheus.Metric) {
	count := func(desc *prometheus.Desc, n int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), labels...)
	}
	d.Subgraphs(func(subgraph string, sent, joined int64) {
		count(subgraphQueries, sent, subgraph, "sent")
		count(subgraphQueries, joined, subgraph, "joined")
	})
	executed, joined := d.Clients()
	count(clientQueries, executed, "executed")
	count(clientQueries, joined, "joined")
}
