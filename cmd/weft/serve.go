package main

import (
	"context"
	"net"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft"
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
		Name:      "serve",
		Usage:     "run the router",
		UsageText: "weft serve -c config.yaml\nweft serve --supergraph FILE --listen 127.0.0.1:4000",
		Description: "Without a configuration everything has its default; config.yaml in the repository\n" +
			"explains every key. Flags win over the configuration.",
		Flags: []cli.Flag{
			configFlag(),
			&cli.StringFlag{Name: "supergraph", Aliases: []string{"s"}, Usage: "serve the supergraph SDL in `FILE`", TakesFile: true},
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
	return r.Serve(ctx, l)
}

// serveConfig is the configuration that file and flags make together.
func serveConfig(c *cli.Command) (*config.Config, error) {
	file, super := c.String("config"), c.String("supergraph")
	if file == "" && super == "" {
		return nil, usagef(c, "there is nothing to serve: name a configuration with -c config.yaml, or a supergraph with --supergraph FILE")
	}
	cfg := config.Default(c.Bool("dev"))
	if file != "" {
		var err error
		if cfg, err = config.Load(file, config.Options{Dev: c.Bool("dev")}); err != nil {
			return nil, err
		}
	}
	if super != "" {
		cfg.Supergraph.File = super
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

func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, listenError(address, err)
	}
	return l, nil
}
