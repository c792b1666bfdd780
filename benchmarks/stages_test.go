package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// A stages is a workload with everything that is made of it before a request
// is served, and its subgraphs in memory.
type stages struct {
	workload  *workload
	super     *supergraph.Supergraph
	planner   *planner.Planner
	operation *operation.Operation
	program   *merge.Program
	subgraphs *subgraphServer
}

func newStages(b *testing.B, name string) *stages {
	b.Helper()
	w, err := openWorkload(name)
	if err != nil {
		b.Fatal(err)
	}
	s := &stages{workload: w}
	if s.subgraphs, err = newSubgraphServer(w); err != nil {
		b.Fatal(err)
	}
	if s.super, err = supergraph.Parse(name, w.supergraph); err != nil {
		b.Fatal(err)
	}
	s.planner = planner.New(s.super, planner.Options{})
	s.operation = s.prepare(b)
	s.program = s.compile(b)
	return s
}

func (s *stages) prepare(b *testing.B) *operation.Operation {
	op, errs := operation.Prepare(s.super.API, s.workload.query, "", operation.DefaultLimits())
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	return op
}

func (s *stages) compile(b *testing.B) *merge.Program {
	selection := s.operation.Select(nil)
	p, err := s.planner.Plan(b.Context(), planner.Request{Operation: s.operation, Selection: selection})
	if err != nil {
		b.Fatal(err)
	}
	program, err := merge.Compile(s.operation, selection, p)
	if err != nil {
		b.Fatal(err)
	}
	return program
}

// Fetch answers from memory.
func (s *stages) Fetch(_ context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	text := s.subgraphs.subgraphs["/"+r.Subgraph].answer(r.Body)
	_, body, _ := bytes.Cut(text, []byte("\r\n\r\n"))
	return &subgraphs.Response{Status: http.StatusOK, Body: body}, nil
}

// run fetches and links everything, and returns the answers by fetch.
func (s *stages) run(b *testing.B) (*merge.Result, [][][]byte) { return s.timed(b, "") }

// timed is run with the benchmark's clock on in one stage only, if one is
// given.
func (s *stages) timed(b *testing.B, stage string) (*merge.Result, [][][]byte) {
	begin := func(now string) {
		if now == stage {
			b.StartTimer()
		}
	}
	end := func(now string) {
		if now == stage {
			b.StopTimer()
		}
	}
	result := s.program.NewResult(nil)
	plan := s.program.Plan()
	answers := make([][][]byte, len(plan.Fetches))
	left := make([]int, len(plan.Fetches))
	var ready []int // in an order in which dependencies come first
	for i, f := range plan.Fetches {
		if left[i] = len(f.DependsOn); left[i] == 0 {
			ready = append(ready, i)
		}
	}
	for ; len(ready) > 0; ready = ready[1:] {
		fetch := ready[0]
		begin("representations")
		requests := result.Requests(fetch, 0)
		end("representations")
		for i, r := range requests {
			response, err := s.Fetch(b.Context(), &subgraphs.Request{Subgraph: plan.Fetches[fetch].Subgraph, Body: r.Body})
			if err != nil {
				b.Fatal(err)
			}
			answer, err := s.program.Decode(fetch, response.Body)
			if err != nil {
				b.Fatal(err)
			}
			answers[fetch] = append(answers[fetch], response.Body)
			begin("link")
			result.Link(fetch, i, answer)
			end("link")
		}
		for _, d := range s.program.Dependents(fetch) {
			if left[d]--; left[d] == 0 {
				ready = append(ready, d)
			}
		}
	}
	return result, answers
}

// ofStages are the workloads of BenchmarkStage.
var ofStages = flag.String("workload", "shop,1kB,100kB", "comma-separated: our own by name, or `directories`")

func workloadsOfStages() []string { return strings.Split(*ofStages, ",") }

// BenchmarkStage is every stage of a request alone, on the workloads that run
// measures from outside.
func BenchmarkStage(b *testing.B) {
	for _, name := range workloadsOfStages() {
		s := newStages(b, name)
		name = s.workload.name
		for _, stage := range []struct {
			name string
			run  func(*stages, *testing.B)
			// interrupted says that the clock does not always run.
			interrupted bool
		}{
			{name: "prepare", run: (*stages).benchmarkPrepare},
			{name: "plan", run: (*stages).benchmarkPlan},
			{name: "coerce", run: (*stages).benchmarkCoerce},
			{name: "representations", run: (*stages).benchmarkRepresentations, interrupted: true},
			{name: "decode", run: (*stages).benchmarkDecode},
			{name: "link", run: (*stages).benchmarkLink, interrupted: true},
			{name: "merge", run: (*stages).benchmarkMerge},
			{name: "write", run: (*stages).benchmarkWrite},
			{name: "execute", run: (*stages).benchmarkExecute},
			{name: "request", run: (*stages).benchmarkRequest},
			{name: "parallel", run: (*stages).benchmarkParallel},
		} {
			b.Run(name+"/"+stage.name, func(b *testing.B) {
				b.ReportAllocs()
				start := processTime(b)
				stage.run(s, b)
				if !stage.interrupted {
					b.ReportMetric(float64(processTime(b)-start)/float64(b.N), "cpu-ns/op")
				}
			})
		}
	}
}

// processTime is the CPU time that the process has taken so far: what is left
// of a stage's cost where others have the machine, too.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// parse, validate and normalise a document that is not known yet
func (s *stages) benchmarkPrepare(b *testing.B) {
	for b.Loop() {
		s.prepare(b)
	}
}

// plan and compile an operation that is not known yet
func (s *stages) benchmarkPlan(b *testing.B) {
	for b.Loop() {
		s.compile(b)
	}
}

func (s *stages) benchmarkCoerce(b *testing.B) {
	for b.Loop() {
		if _, errs := s.operation.Coerce(nil); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

// decode all answers
func (s *stages) benchmarkDecode(b *testing.B) {
	_, answers := s.run(b)
	size := 0
	for b.Loop() {
		size = 0
		for fetch, bodies := range answers {
			for _, body := range bodies {
				size += len(body)
				if _, err := s.program.Decode(fetch, body); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.SetBytes(int64(size))
}

// representations, decode, and link: all but sending and writing
func (s *stages) benchmarkMerge(b *testing.B) {
	for b.Loop() {
		result, _ := s.run(b)
		result.Release()
	}
}

// the bodies of all requests, most of them representations
func (s *stages) benchmarkRepresentations(b *testing.B) { s.benchmarkOnly(b, "representations") }

// answers to their places
func (s *stages) benchmarkLink(b *testing.B) { s.benchmarkOnly(b, "link") }

func (s *stages) benchmarkOnly(b *testing.B, stage string) {
	b.StopTimer()
	for range b.N {
		result, _ := s.timed(b, stage)
		result.Release()
	}
}

func (s *stages) benchmarkWrite(b *testing.B) {
	result, _ := s.run(b)
	out := result.Write(nil, nil)
	b.SetBytes(int64(len(out)))
	for b.Loop() {
		out = result.Write(out[:0], nil)
	}
}

// the executor with answers from memory
func (s *stages) benchmarkExecute(b *testing.B) {
	x := &executor.Executor{Fetcher: s}
	request := &executor.Request{Program: s.program} // of the router, which has it in memory of its own
	for b.Loop() {
		response, err := x.Execute(b.Context(), request)
		if err != nil || len(response.Errors) > 0 {
			b.Fatal(err, response)
		}
		if _, err := response.JSON(nil); err != nil {
			b.Fatal(err)
		}
		response.Release()
	}
}

// a whole request to the router, but for connections
func (s *stages) benchmarkRequest(b *testing.B) { s.benchmarkRouter(b, false) }

// the same on all cores: with -cpu 1,2 it shows what they wait for each other
func (s *stages) benchmarkParallel(b *testing.B) { s.benchmarkRouter(b, true) }

func (s *stages) benchmarkRouter(b *testing.B, parallel bool) {
	c := config.Default(false)
	c.Log.Access = false
	rt, err := router.New(router.Options{Config: c, Logger: zap.NewNop()})
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	rt.Swap(router.NewGraph(s.super, router.GraphOptions{Fetcher: s, Limits: operation.DefaultLimits()}))
	body, err := s.workload.requestBody()
	if err != nil {
		b.Fatal(err)
	}
	if parallel {
		defer weft.FloorHeap()() // as weft serve has it; or one would wait for the other's garbage, too
		b.RunParallel(func(pb *testing.PB) {
			for c := newClient(rt, c.Path, body); pb.Next(); {
				c.ask(b)
			}
		})
		return
	}
	for c := newClient(rt, c.Path, body); b.Loop(); {
		c.ask(b)
	}
}

// A client asks a router without a connection.
type client struct {
	router  *router.Router
	body    []byte
	reader  *bytes.Reader
	request *http.Request
	answer  *discard
}

func newClient(rt *router.Router, path string, body []byte) *client {
	c := &client{router: rt, body: body, reader: bytes.NewReader(body), answer: &discard{header: http.Header{}}}
	c.request = httptest.NewRequest(http.MethodPost, path, nil)
	c.request.Header.Set("Content-Type", "application/json")
	c.request.ContentLength = int64(len(body))
	return c
}

func (c *client) ask(b *testing.B) {
	c.reader.Reset(c.body)
	c.request.Body = io.NopCloser(c.reader)
	clear(c.answer.header)
	c.answer.bytes = 0
	c.router.ServeHTTP(c.answer, c.request)
	if c.answer.status != http.StatusOK || c.answer.bytes < 900 {
		b.Error(c.answer.status, c.answer.bytes)
	}
}

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	status int
	bytes  int
}

func (d *discard) Header() http.Header              { return d.header }
func (d *discard) WriteHeader(status int)           { d.status = status }
func (d *discard) SetReadDeadline(time.Time) error  { return nil }
func (d *discard) SetWriteDeadline(time.Time) error { return nil }
func (d *discard) Write(p []byte) (int, error) {
	d.bytes += len(p)
	return len(p), nil
}
