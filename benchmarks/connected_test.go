package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"testing"
	"time"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
)

// connectedClients ask at a time, as in run.
const connectedClients = 50

// BenchmarkConnected is whole requests over connections of this machine, with
// clients, gateway and subgraphs in one process, which has as many cores as
// -cpu says: what weft takes more than the floor is what it costs, and the time
// with one core by that with two is what the second is good for.
func BenchmarkConnected(b *testing.B) {
	defer weft.FloorHeap()() // as weft serve has it
	for _, name := range workloadsOfStages() {
		s := newStages(b, name)
		upstream := listen(b)
		go func() { _ = s.subgraphs.serve(upstream) }()
		defer upstream.Close()
		gateway := s.serveWeft(b, upstream.Addr().String())
		plan := s.recordFloor(b, gateway)
		b.Run(s.workload.name+"/weft", func(b *testing.B) { s.askAll(b, gateway, plan.Response) })
		f, err := newFloor(plan, upstream.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer f.client.Close()
		l := listen(b)
		srv := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = srv.Serve(l) }()
		defer srv.Close()
		b.Run(s.workload.name+"/floor", func(b *testing.B) { s.askAll(b, l.Addr(), plan.Response) })
	}
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// serveWeft serves with weft until the benchmark ends.
func (s *stages) serveWeft(b *testing.B, upstream string) net.Addr {
	b.Helper()
	c := config.Default(false)
	c.Log.Access, c.Log.Level = false, "warn"
	c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Named: "authorization"}}}
	ctx, cancel := context.WithCancel(b.Context())
	r, err := weft.New(ctx, c, weft.WithSupergraph(s.workload.at(upstream)))
	if err != nil {
		b.Fatal(err)
	}
	l := listen(b)
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, l) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		r.Close()
	})
	return l.Addr()
}

// loadOf is what clients ask a gateway.
func (s *stages) loadOf(b *testing.B, gateway net.Addr) *load {
	body, err := s.workload.requestBody()
	if err != nil {
		b.Fatal(err)
	}
	return &load{url: &url.URL{Scheme: "http", Host: gateway.String(), Path: "/graphql"}, body: body, unique: true}
}

// recordFloor watches what weft asks for one request.
func (s *stages) recordFloor(b *testing.B, gateway net.Addr) *floorPlan {
	b.Helper()
	r := newRequester(s.loadOf(b, gateway))
	defer r.close()
	if _, err := r.do(b.Context()); err != nil { // which fills caches
		b.Fatal(err)
	}
	s.subgraphs.delay.Store(int64(recordDelay))
	s.subgraphs.recording.Store(true)
	answer, err := r.do(b.Context())
	s.subgraphs.recording.Store(false)
	s.subgraphs.delay.Store(0)
	if err != nil {
		b.Fatal(err)
	}
	return newFloorPlan(s.subgraphs.recorded, recordDelay, append([]byte(nil), answer...))
}

// askAll shares the requests between clients.
func (s *stages) askAll(b *testing.B, gateway net.Addr, want []byte) {
	l := s.loadOf(b, gateway)
	b.ReportAllocs()
	b.SetParallelism(max(connectedClients/runtime.GOMAXPROCS(0), 1))
	start := processTime(b)
	b.RunParallel(func(pb *testing.PB) {
		r := newRequester(l)
		defer r.close()
		for pb.Next() {
			body, err := r.do(b.Context())
			if err != nil || len(body) != len(want) {
				b.Error(len(body), err)
				return
			}
		}
	})
	b.ReportMetric(float64(processTime(b)-start)/float64(b.N), "cpu-ns/op")
}
