package telemetry

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graphql/weft/delivery"
)

// Metrics counts what weft does. It implements delivery.Observer, and is safe
// for concurrent use.
//
// Label values come from the configuration only, never from requests.
type Metrics struct {
	registry *prometheus.Registry

	schemaReads     *prometheus.CounterVec
	schemaAvailable *prometheus.GaugeVec
	deliveries      *prometheus.CounterVec
	serving         prometheus.Gauge
	missing         prometheus.Gauge
	since           prometheus.Gauge
	subgraphChanges *prometheus.CounterVec
}

// NewMetrics returns metrics that are all zero. graphs tells how many graphs
// there are: one, and while requests on an old one end, more.
func NewMetrics(graphs func() int) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		schemaReads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_schema_reads_total",
			Help: "Readings of schemas, by subgraph and result: ok or error. The subgraph of a supergraph file is empty.",
		}, []string{"subgraph", "result"}),
		schemaAvailable: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "weft_schema_available",
			Help: "Whether the last reading of the schema succeeded, by subgraph.",
		}, []string{"subgraph"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_supergraph_deliveries_total",
			Help: "What came of new schemas, by outcome: swapped, unchanged, invalid (they do not compose) or refused (the supergraph cannot be served).",
		}, []string{"outcome"}),
		serving: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "weft_supergraph_subgraphs",
			Help: "Schemas that the supergraph in service was made of; 1 for a supergraph file.",
		}),
		missing: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "weft_supergraph_missing_subgraphs",
			Help: "Subgraphs that the supergraph in service had to be composed without.",
		}),
		since: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "weft_supergraph_swapped_timestamp_seconds",
			Help: "When the supergraph in service was swapped in, as Unix time.",
		}),
	}
	m.subgraphChanges = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weft_subgraph_changes_total",
		Help: "Changes of circuit breakers and of the URLs in use, by subgraph and change.",
	}, []string{"subgraph", "change"})
	live := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "weft_graphs",
		Help: "Graphs in memory: the live one, and those that requests still use.",
	}, func() float64 { return float64(graphs()) })
	m.registry.MustRegister(m.schemaReads, m.schemaAvailable, m.deliveries, m.serving, m.missing, m.since, live, m.subgraphChanges,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, o := range []delivery.Outcome{delivery.Swapped, delivery.Unchanged, delivery.Invalid, delivery.Refused} {
		m.deliveries.WithLabelValues(string(o)) // a rate needs the zero too
	}
	return m
}

// Handler answers with all metrics in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// SchemaRead implements delivery.Observer.
func (m *Metrics) SchemaRead(subgraph string, ok bool) {
	subgraph = strings.ToValidUTF8(subgraph, "\uFFFD") // labels are nothing else
	result, available := "error", 0.0
	if ok {
		result, available = "ok", 1
	}
	m.schemaReads.WithLabelValues(subgraph, result).Inc()
	m.schemaAvailable.WithLabelValues(subgraph).Set(available)
}

// Delivered implements delivery.Observer.
func (m *Metrics) Delivered(o delivery.Outcome) { m.deliveries.WithLabelValues(string(o)).Inc() }

// Serving implements delivery.Observer.
func (m *Metrics) Serving(subgraphs, missing int) {
	m.serving.Set(float64(subgraphs))
	m.missing.Set(float64(missing))
	m.since.Set(float64(time.Now().UnixMilli()) / 1000)
}
