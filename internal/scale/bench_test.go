package scale

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

var sizes = []int{5, 50, 500}

// BenchmarkLoad is supergraph SDL to a planner. heap-B is what they hold on to.
func BenchmarkLoad(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			sdl := compose(b, Company(n).Subgraphs)
			var held *planner.Planner
			heap := func() uint64 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			before := heap()
			b.ReportAllocs()
			for b.Loop() {
				super, err := supergraph.Parse("supergraph.graphql", sdl)
				if err != nil {
					b.Fatal(err)
				}
				held = planner.New(super, planner.Options{})
			}
			b.StopTimer()
			b.ReportMetric(float64(heap()-before), "heap-B")
			b.ReportMetric(float64(len(sdl)), "sdl-B")
			runtime.KeepAlive(held)
		})
	}
}

// BenchmarkPlan is a cold plan: a document to a plan. An op is one of the
// operations of the company.
func BenchmarkPlan(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			f := Company(n)
			super := load(b, f.Subgraphs)
			by := planner.New(super, planner.Options{})
			var took []time.Duration
			fetches := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				p, _, code := attemptWith(b, super, by, f.Operations[i%len(f.Operations)], operation.DefaultLimits())
				took = append(took, time.Since(start))
				if code != "" {
					b.Fatal(code)
				}
				fetches += len(p.Fetches)
			}
			slices.Sort(took)
			at := func(percent int) float64 { return float64(took[len(took)*percent/100].Microseconds()) }
			b.ReportMetric(at(50), "p50-µs")
			b.ReportMetric(at(99), "p99-µs")
			b.ReportMetric(float64(fetches)/float64(len(took)), "fetches/op")
		})
	}
}

// BenchmarkAdversaries is each at its hardest; refused is 1 for those that are.
func BenchmarkAdversaries(b *testing.B) {
	for _, a := range Adversaries() {
		b.Run(a.Name, func(b *testing.B) {
			super, document := made(b, a, a.Size)
			by := planner.New(super, planner.Options{})
			b.ReportAllocs()
			for b.Loop() {
				p, _, code := attemptWith(b, super, by, document, wide())
				if code != "" {
					b.ReportMetric(1, "refused")
					continue
				}
				b.ReportMetric(float64(len(p.Fetches)), "requests")
				b.ReportMetric(float64(len(p.Stages())), "stages")
			}
		})
	}
}
