package telemetry

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/delivery"
)

// Names and labels are what dashboards are made of.
func TestMetrics(t *testing.T) {
	m := NewMetrics(func() int { return 2 })
	m.SchemaRead("a", true)
	m.SchemaRead("a", false)
	m.SchemaRead(`odd "name"`, true)
	m.SchemaRead("\xff", true)
	m.Delivered(delivery.Swapped)
	m.Delivered(delivery.Invalid)
	m.Delivered(delivery.Invalid)
	m.Serving(3, 1)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("content type %s", got)
	}
	since := regexp.MustCompile(`(weft_supergraph_swapped_timestamp_seconds) [1-9]\S+`)
	var got []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "weft_") {
			got = append(got, since.ReplaceAllString(strings.TrimSpace(line), "$1 now"))
		}
	}
	slices.Sort(got)
	want := []string{
		`weft_graphs 2`,
		`weft_schema_available{subgraph="a"} 0`,
		`weft_schema_available{subgraph="odd \"name\""} 1`,
		"weft_schema_available{subgraph=\"\uFFFD\"} 1",
		`weft_schema_reads_total{result="error",subgraph="a"} 1`,
		`weft_schema_reads_total{result="ok",subgraph="a"} 1`,
		`weft_schema_reads_total{result="ok",subgraph="odd \"name\""} 1`,
		"weft_schema_reads_total{result=\"ok\",subgraph=\"\uFFFD\"} 1",
		`weft_supergraph_deliveries_total{outcome="invalid"} 2`,
		`weft_supergraph_deliveries_total{outcome="refused"} 0`,
		`weft_supergraph_deliveries_total{outcome="swapped"} 1`,
		`weft_supergraph_deliveries_total{outcome="unchanged"} 0`,
		`weft_supergraph_missing_subgraphs 1`,
		`weft_supergraph_subgraphs 3`,
		`weft_supergraph_swapped_timestamp_seconds now`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	for _, also := range []string{"go_goroutines ", "process_resident_memory_bytes "} {
		if !strings.Contains(w.Body.String(), "\n"+also) {
			t.Errorf("there is no %s", also)
		}
	}
}
