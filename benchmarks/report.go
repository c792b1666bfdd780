package main

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A table collects the measurements of one workload.
type table struct {
	workload *workload
	body     []byte
	answer   int // bytes
	rows     []*row
}

// A row is one gateway in one mode.
type row struct {
	gateway, authorization string
	rounds                 []*measurement
}

func (t *table) add(gateway, authorization string, m *measurement) {
	for _, r := range t.rows {
		if r.gateway == gateway && r.authorization == authorization {
			r.rounds = append(r.rounds, m)
			return
		}
	}
	t.rows = append(t.rows, &row{gateway, authorization, []*measurement{m}})
}

// print writes the medians, one row a gateway and mode.
func (t *table) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s: request of %d bytes, answer of %d bytes, medians of %d\n",
		t.workload.name, len(t.body), t.answer, len(t.rows[0].rounds))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "gateway\tauthorization\trps\tp50 ms\tp95 ms\tp99 ms\tCPU ms/req\tCPU range\tpeak MB\tsubgraph req/req\tfailures\t")
	for _, r := range t.rows {
		failures := 0
		for _, m := range r.rounds {
			failures += m.failures
			if m.example != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", r.gateway, m.example)
			}
		}
		cpu := func(m *measurement) time.Duration { return m.cpu }
		least, most := r.rounds[0].cpu, r.rounds[0].cpu
		for _, m := range r.rounds {
			least, most = min(least, m.cpu), max(most, m.cpu)
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%s\t%s\t%s\t%.3f\t%.3f-%.3f\t%.0f\t%.2f\t%d\t\n",
			r.gateway, r.authorization,
			median(r.rounds, func(m *measurement) float64 { return m.rate }),
			ms(median(r.rounds, func(m *measurement) time.Duration { return m.p50 })),
			ms(median(r.rounds, func(m *measurement) time.Duration { return m.p95 })),
			ms(median(r.rounds, func(m *measurement) time.Duration { return m.p99 })),
			median(r.rounds, cpu).Seconds()*1000, least.Seconds()*1000, most.Seconds()*1000,
			float64(median(r.rounds, func(m *measurement) int64 { return m.peak }))/(1<<20),
			median(r.rounds, func(m *measurement) float64 { return m.subgraphs }),
			failures)
	}
	w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }

func median[V cmp.Ordered](rounds []*measurement, of func(*measurement) V) V {
	values := make([]V, len(rounds))
	for i, m := range rounds {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// machine says what the figures were measured on.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				model = strings.Trim(name, "\t: \n")
				break
			}
		}
	}
	load := "unknown"
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(text), " ")
	}
	return fmt.Sprintf("%d x %s, %s, load %s at the start; gateway, subgraphs and clients share it",
		runtime.NumCPU(), model, runtime.Version(), load)
}

// freeAddress returns a port that was free a moment ago.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
