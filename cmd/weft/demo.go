package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/telemetry"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "run a shop of five subgraphs and the router, in one process",
		UsageText: "weft demo [flags]",
		Description: "GraphiQL is at /, GraphQL at /graphql. Subgraphs: " + strings.Join(demo.Names(), ", ") + ".\n" +
			"Everything stays on this machine's loopback.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Aliases: []string{"l"}, Usage: "serve on `ADDRESS`, host:port", Value: "127.0.0.1:4000"},
			&cli.StringSliceFlag{Name: "latency", Usage: "let subgraphs take their time: `NAME=DURATION`, several with commas"},
			&cli.StringSliceFlag{Name: "fail", Usage: "let the subgraph `NAME` answer with HTTP 500"},
			&cli.StringSliceFlag{Name: "hang", Usage: "let the subgraph `NAME` never answer"},
			&cli.BoolFlag{Name: "chaos", Usage: "let one subgraph after the other misbehave, each time in another way"},
			&cli.StringSliceFlag{Name: "chaos-at", Usage: "let a subgraph misbehave in one way: `NAME=FAULT`, such as pricing=hang; an unknown fault lists all"},
			&cli.IntFlag{Name: "products", Usage: "`NUMBER` of products in the catalogue", Value: demo.DefaultProducts},
			&cli.StringFlag{Name: "on-error", Usage: "what a failed fetch does, `MODE` being partial or fail_fast", Value: string(config.Partial)},
			&cli.StringFlag{Name: "subgraph", Usage: "serve only the subgraph `NAME`, on the address of --listen"},
			&cli.DurationFlag{Name: "deadline", Usage: "answer within `DURATION`, with what there is by then", Value: 3 * time.Second},
		},
		Action: runDemo,
	}
}

func runDemo(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	services, err := demoSubgraphs(c)
	if err != nil {
		return err
	}
	if c.IsSet("subgraph") {
		return runDemoSubgraph(ctx, c, services)
	}
	cfg := demoConfig(c)
	if err := cfg.Validate(); err != nil {
		return err
	}
	log, err := telemetry.NewLogger(c.Root().ErrWriter, string(cfg.Log.Level), string(cfg.Log.Format))
	if err != nil {
		return err
	}
	trouble, err := newTroublemaker(c)
	if err != nil {
		return err
	}
	front, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	defer front.Close()
	s := &showcase{services: services, trouble: trouble, out: c.Root().Writer}
	defer s.close()
	if err := s.listen(ctx, cfg); err != nil {
		return err
	}
	router, err := weft.New(ctx, cfg, weft.WithLogger(log), weft.WithQuery(demoDocument))
	if err != nil {
		return err
	}
	defer router.Close()
	s.greet(c.Root().Writer, front.Addr(), c.Int("products"))
	return s.run(ctx, func(ctx context.Context) error { return router.Serve(ctx, front) })
}

// demoConfig is what the flags say, on the defaults of development.
func demoConfig(c *cli.Command) *config.Config {
	cfg := config.Default(true)
	cfg.Listen = c.String("listen")
	cfg.OnError = config.OnError(c.String("on-error"))
	cfg.Deadline = config.Duration(c.Duration("deadline"))
	cfg.Shutdown.Drain = cfg.Deadline + config.Duration(time.Second)
	return cfg
}

// demoSubgraphs makes the subgraphs and gives them the faults the flags ask
// for.
func demoSubgraphs(c *cli.Command) ([]*mock.Subgraph, error) {
	latency, err := demoLatency(c)
	if err != nil {
		return nil, err
	}
	if n := c.Int("products"); n < 1 {
		return nil, usagef(c, "--products is at least 1")
	}
	services, err := demo.Subgraphs(demo.Options{Products: c.Int("products"), Latency: latency})
	if err != nil {
		return nil, usagef(c, "%v", err)
	}
	for flag, set := range map[string]func(*mock.Subgraph){
		"fail": func(s *mock.Subgraph) { s.SetFail(true) },
		"hang": func(s *mock.Subgraph) { s.SetHang(true) },
	} {
		for _, name := range c.StringSlice(flag) {
			i := slices.IndexFunc(services, func(s *mock.Subgraph) bool { return s.Name() == name })
			if i < 0 {
				return nil, unknownSubgraph(c, flag, name)
			}
			set(services[i])
		}
	}
	return services, nil
}

// demoLatency reads --latency inventory=100ms,pricing=150ms.
func demoLatency(c *cli.Command) (map[string]time.Duration, error) {
	latency := map[string]time.Duration{}
	for _, pair := range c.StringSlice("latency") {
		name, text, ok := strings.Cut(pair, "=")
		d, err := time.ParseDuration(text)
		if !ok || err != nil || d < 0 {
			return nil, usagef(c, "--latency %q is not of the form NAME=DURATION, such as pricing=150ms", pair)
		}
		if !slices.Contains(demo.Names(), name) {
			return nil, unknownSubgraph(c, "latency", name)
		}
		latency[name] = d
	}
	return latency, nil
}

func unknownSubgraph(c *cli.Command, flag, name string) error {
	return usagef(c, "--%s: there is no subgraph %q; there are %s", flag, name, strings.Join(demo.Names(), ", "))
}

// A showcase is the demo's subgraphs, each on a port of its own.
type showcase struct {
	services  []*mock.Subgraph
	listeners []net.Listener // of services, by index
	trouble   *troublemaker  // nil for none
	out       io.Writer
}

// listen gives every subgraph a free port, and makes cfg compose them.
func (s *showcase) listen(ctx context.Context, cfg *config.Config) error {
	if s.trouble != nil {
		if err := s.trouble.listen(s.services); err != nil {
			return err
		}
	}
	cfg.Supergraph.Subgraphs = map[string]config.Composed{}
	for _, service := range s.services {
		l, err := listen(ctx, "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.listeners = append(s.listeners, l)
		url := "http://" + l.Addr().String() + "/graphql"
		if s.trouble != nil {
			url = s.trouble.url(service.Name())
		}
		cfg.Supergraph.Subgraphs[service.Name()] = config.Composed{
			RoutingURL: url,
			Schema:     config.SubgraphSchema{SDL: demo.SDL(service.Name())},
		}
	}
	return nil
}

// close frees the ports; after run they are free already.
func (s *showcase) close() {
	for _, l := range s.listeners {
		l.Close()
	}
	if s.trouble != nil {
		s.trouble.close()
	}
}

// run serves the subgraphs, and the router by front, until ctx ends. The router
// ends first, so that requests under way still find their subgraphs.
func (s *showcase) run(ctx context.Context, front func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for i, service := range s.services {
		g.Go(func() error { return serveHandler(behind, s.listeners[i], service) })
	}
	g.Go(func() error {
		defer stop()
		return front(ctx)
	})
	if s.trouble != nil {
		g.Go(func() error { return s.trouble.run(ctx, s.out) })
	}
	return g.Wait()
}

// demoDocument is what GraphiQL begins with.
const demoDocument = `# A shop of five subgraphs. Availability and price come from two of them, at
# the same time. To see how, put {"weft-explain": "true"} under Headers below.
query Product {
  product(id: "1") {
    id
    name
    availability
    price
  }
}
`

// greet says where things are and what to try.
func (s *showcase) greet(w io.Writer, addr net.Addr, products int) {
	url := "http://" + reachable(addr)
	fmt.Fprintf(w, "weft demo: %d products in %d subgraphs\n\n", products, len(s.services))
	fmt.Fprintf(w, "  GraphiQL   %s/\n  GraphQL    %s/graphql\n\n", url, url)
	for i, service := range s.services {
		fmt.Fprintf(w, "  %-10s http://%s/graphql\n", service.Name(), s.listeners[i].Addr())
	}
	fmt.Fprintf(w, `
Try it:

  curl -s %s/graphql -H 'content-type: application/json' -d '{"query":"{ product(id: \"1\") { id name availability price } }"}'

With -H 'weft-explain: true' the answer shows the plan and its timing.
`, url)
}

// reachable is the address under which a listener on all addresses can be
// reached from here.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("localhost", fmt.Sprint(tcp.Port))
}
