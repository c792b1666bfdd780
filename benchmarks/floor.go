package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/subgraphs"
)

// A floorPlan is what the floor does for each request: the waves of requests
// to subgraphs that weft was seen to send, and the answer it was seen to give.
type floorPlan struct {
	Waves    [][]recordedRequest `json:"waves"`
	Response []byte              `json:"response"`
}

// newFloorPlan sorts what was recorded into waves. Between two waves lies the
// delay with which the subgraphs answered.
func newFloorPlan(recorded []recordedRequest, delay time.Duration, response []byte) *floorPlan {
	p := &floorPlan{Response: response}
	last := -delay
	for _, r := range recorded {
		if r.At-last > delay/2 || len(p.Waves) == 0 {
			p.Waves = append(p.Waves, nil)
		}
		last = r.At
		p.Waves[len(p.Waves)-1] = append(p.Waves[len(p.Waves)-1], r)
	}
	return p
}

// A floor answers every request alike, by its plan.
type floor struct {
	plan   *floorPlan
	client *subgraphs.Client
	shared *subgraphs.Sharing // in front of client, as weft has it
	head   []string           // value of Content-Length
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		return // somebody asks whether we are up
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	header := subgraphs.NewHeader(http.Header{"Authorization": r.Header["Authorization"]})
	for _, wave := range f.plan.Waves {
		if err := f.send(ctx, wave, header); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = f.head
	if _, err := w.Write(f.plan.Response); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (f *floor) send(ctx context.Context, wave []recordedRequest, header *subgraphs.Header) error {
	fetch := func(r *recordedRequest) error {
		response, err := f.shared.Fetch(ctx, &subgraphs.Request{Subgraph: r.Subgraph, Body: r.Body, Header: header})
		if err == nil {
			response.Release()
		}
		return err
	}
	if len(wave) == 1 {
		return fetch(&wave[0])
	}
	var g errgroup.Group
	for i := range wave {
		g.Go(func() error { return fetch(&wave[i]) })
	}
	return g.Wait()
}

// openFloor reads the plan from a file.
func openFloor(file, upstream string) (*floor, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	plan := &floorPlan{}
	if err := json.Unmarshal(content, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return newFloor(plan, upstream)
}

func newFloor(plan *floorPlan, upstream string) (*floor, error) {
	f := &floor{plan: plan, head: []string{strconv.Itoa(len(plan.Response))}}
	endpoints := map[string]subgraphs.Endpoint{}
	for _, wave := range plan.Waves {
		for _, r := range wave {
			endpoints[r.Subgraph] = subgraphs.Endpoint{URL: "http://" + upstream + "/" + r.Subgraph, Timeout: time.Minute, MaxResponseBytes: 128 << 20}
		}
	}
	var err error
	if f.client, err = subgraphs.NewClient(subgraphs.Options{Endpoints: endpoints}); err != nil {
		return nil, err
	}
	f.shared = subgraphs.NewSharing(f.client)
	return f, nil
}

// floorCommand serves until it is told to end.
func floorCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("floor", flag.ContinueOnError)
	plan := flags.String("plan", "", "JSON `file` with what to send and to answer")
	upstream := flags.String("subgraphs", "127.0.0.1:4200", "`address` of the subgraphs")
	address := flags.String("listen", "127.0.0.1:0", "serve on `address`")
	if err := parse(flags, args); err != nil {
		return err
	}
	f, err := openFloor(*plan, *upstream)
	if err != nil {
		return err
	}
	defer f.client.Close()
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	srv := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case <-ctx.Done():
		return srv.Close()
	case err := <-failed:
		return err
	}
}
