package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

// A troublemaker stands between the router and the demo's subgraphs and has
// them misbehave: for good as the flags say, or one after the other.
type troublemaker struct {
	servers map[string]*chaos.Server
	fixed   map[string]*chaos.Fault // by subgraph; empty for one after the other
}

// newTroublemaker returns what --chaos and --chaos-at ask for, nil for nothing.
func newTroublemaker(c *cli.Command) (*troublemaker, error) {
	if !c.Bool("chaos") && !c.IsSet("chaos-at") {
		return nil, nil
	}
	t := &troublemaker{servers: map[string]*chaos.Server{}, fixed: map[string]*chaos.Fault{}}
	for _, pair := range c.StringSlice("chaos-at") {
		name, fault, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef(c, "--chaos-at %q is not of the form NAME=FAULT, such as pricing=hang", pair)
		}
		if !slices.Contains(demo.Names(), name) {
			return nil, unknownSubgraph(c, "chaos-at", name)
		}
		f := faultNamed(fault)
		if f == nil {
			return nil, usagef(c, "--chaos-at: there is no fault %q; there are:\n  %s", fault, strings.Join(faultNames(), "\n  "))
		}
		t.fixed[name] = f
	}
	return t, nil
}

func faultNamed(name string) *chaos.Fault {
	faults := chaos.Faults()
	i := slices.IndexFunc(faults, func(f *chaos.Fault) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return faults[i]
}

func faultNames() []string {
	var names []string
	for _, f := range chaos.Faults() {
		names = append(names, f.Name)
	}
	return names
}

// listen gives each subgraph an address at which it misbehaves.
func (t *troublemaker) listen(services []*mock.Subgraph) error {
	for _, s := range services {
		server, err := chaos.Start(s)
		if err != nil {
			return err
		}
		server.Set(t.fixed[s.Name()])
		t.servers[s.Name()] = server
	}
	return nil
}

// url is where the router finds a subgraph.
func (t *troublemaker) url(subgraph string) string { return t.servers[subgraph].URL() }

// close ends the servers.
func (t *troublemaker) close() {
	for _, s := range t.servers {
		s.Close()
	}
}

// chaosPause is how long one fault lasts.
const chaosPause = 2 * time.Second

// chaosDemo are the faults that are shown, in their order: those that look
// different from outside, of each kind some. Their number and that of subgraphs
// have no divisor in common, so that each subgraph meets each of them.
var chaosDemo = []string{
	"delay 5ms", "reset before the first byte", "reset in the body", "close in the body", "hang", "drip",
	"page with status 503", "page with status 200", "data is a list", "an error storm",
	"errors beside the data", "gzip bomb", "endless body", "length is negative", "redirect 302",
	"more than the length says",
}

// run has one subgraph after the other misbehave, and says so, until ctx ends.
func (t *troublemaker) run(ctx context.Context, out io.Writer) error {
	if len(t.fixed) > 0 {
		for _, name := range demo.Names() {
			if f := t.fixed[name]; f != nil {
				fmt.Fprintf(out, "chaos: %s: %s\n", name, f.Name)
			}
		}
		return nil
	}
	names := demo.Names()
	timer := time.NewTicker(chaosPause)
	defer timer.Stop()
	for i := 0; ; i++ {
		name, f := names[i%len(names)], faultNamed(chaosDemo[i%len(chaosDemo)])
		t.servers[name].Set(f)
		fmt.Fprintf(out, "chaos: %s: %s\n", name, f.Name)
		select {
		case <-timer.C:
			t.servers[name].Set(nil)
		case <-ctx.Done():
			return nil
		}
	}
}
