package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/composition/sources"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/telemetry"
)

// configFlag names the configuration file.
func configFlag() cli.Flag {
	return &cli.StringFlag{
		Name:      "config",
		Aliases:   []string{"c"},
		Usage:     "read the configuration from `FILE`",
		Sources:   cli.EnvVars("WEFT_CONFIG"),
		TakesFile: true,
	}
}

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the router",
		UsageText: "weft serve -c config.yaml\n" +
			"weft serve --subgraph NAME=URL --subgraph NAME=FILE@URL ...\n" +
			"weft serve --supergraph FILE --listen 127.0.0.1:4000",
		Description: "Without a configuration everything has its default; config.yaml in the repository\n" +
			"explains every key. Flags win over the configuration.\n" +
			"New schemas are taken over as they come; SIGHUP makes weft look at once.",
		Flags: []cli.Flag{
			configFlag(),
			&cli.StringFlag{Name: "supergraph", Aliases: []string{"s"}, Usage: "serve the supergraph SDL in `FILE`", TakesFile: true},
			&cli.StringSliceFlag{Name: "subgraph", Usage: "compose `NAME=URL`, a running subgraph, or NAME=FILE@URL; several times"},
			&cli.StringFlag{Name: "listen", Aliases: []string{"l"}, Usage: "serve on `ADDRESS`, host:port"},
			&cli.BoolFlag{Name: "dev", Usage: "switch on GraphiQL, introspection, explain and open errors"},
			&cli.StringFlag{Name: "log", Usage: "log from `LEVEL` on: debug, info, warn or error"},
		},
		Action: serve,
	}
}

func serve(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	cfg, err := serveConfig(c)
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(c.Root().ErrWriter, string(cfg.Log.Level), string(cfg.Log.Format))
	if err != nil {
		return err
	}
	defer weft.FloorHeap()()
	// A hang-up from here on reloads, and does not end weft.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	// The port is taken first: a second weft on it should fail at once.
	l, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	r, err := weft.New(ctx, cfg, weft.WithLogger(log))
	if err != nil {
		l.Close()
		return err
	}
	defer r.Close()
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	g.Go(func() error {
		defer stop()
		return r.Serve(ctx, l)
	})
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-hangups:
				r.Reload()
			}
		}
	})
	return g.Wait()
}

// serveConfig is the configuration that file and flags make together.
func serveConfig(c *cli.Command) (*config.Config, error) {
	file, super, subgraphs := c.String("config"), c.String("supergraph"), c.StringSlice("subgraph")
	if file == "" && super == "" && len(subgraphs) == 0 {
		return nil, usagef(c, "there is nothing to serve: name a configuration with -c config.yaml, subgraphs with --subgraph NAME=URL, or a supergraph with --supergraph FILE")
	}
	if super != "" && len(subgraphs) > 0 {
		return nil, usagef(c, "--supergraph and --subgraph contradict each other: a supergraph is read or composed")
	}
	cfg := config.Default(c.Bool("dev"))
	if file != "" {
		var err error
		if cfg, err = config.Load(file, config.Options{Dev: c.Bool("dev")}); err != nil {
			return nil, err
		}
	}
	if super != "" {
		// What else the configuration says of composing does not apply.
		watch := cfg.Supergraph.WatchInterval
		cfg.Supergraph = config.Default(false).Supergraph
		cfg.Supergraph.File = super
		cfg.Supergraph.WatchInterval = watch
	}
	if len(subgraphs) > 0 {
		var err error
		cfg.Supergraph.File = ""
		if cfg.Supergraph.Subgraphs, err = flagSubgraphs(c, subgraphs); err != nil {
			return nil, err
		}
	}
	if c.IsSet("listen") {
		cfg.Listen = c.String("listen")
	}
	if c.IsSet("log") {
		cfg.Log.Level = config.LogLevel(c.String("log"))
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// flagSubgraphs reads what --subgraph names.
func flagSubgraphs(c *cli.Command, flags []string) (map[string]config.Composed, error) {
	list := map[string]config.Composed{}
	for _, text := range flags {
		s, err := sources.ParseFlag(text)
		if err != nil {
			return nil, usagef(c, "%v", err)
		}
		if _, ok := list[s.Name]; ok {
			return nil, usagef(c, "--subgraph names %q twice", s.Name)
		}
		list[s.Name] = config.Composed{RoutingURL: s.URL, Schema: config.SubgraphSchema{File: s.File, SubgraphURL: s.Endpoint}}
	}
	return list, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, listenError(address, err)
	}
	return l, nil
}
