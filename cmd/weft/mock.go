package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

func mockCommand() *cli.Command {
	return &cli.Command{
		Name:      "mock",
		Usage:     "run a subgraph out of its SDL",
		UsageText: "weft mock --schema FILE [--data FILE] [flags]",
		Description: "Serves any federated subgraph: _service, _entities by each key, and the schema's\n" +
			"own fields. Without data all values are generated, the same in every run, with keys\n" +
			"that agree between subgraphs.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "schema", Usage: "the subgraph's SDL is in `FILE`", TakesFile: true},
			&cli.StringFlag{Name: "data", Usage: "values are in `FILE`, JSON or YAML", TakesFile: true},
			&cli.BoolFlag{Name: "generate", Usage: "generate what the data does not mention"},
			&cli.StringFlag{Name: "name", Usage: "the subgraph's `NAME`, for logs and errors (default: that of the schema file)"},
			&cli.StringFlag{Name: "listen", Aliases: []string{"l"}, Usage: "serve on `ADDRESS`, host:port", Value: "127.0.0.1:4001"},
			&cli.DurationFlag{Name: "latency", Usage: "wait `DURATION` before every answer, such as 100ms"},
			&cli.FloatFlag{Name: "fail-rate", Usage: "answer this `SHARE` of requests, from 0 to 1, with HTTP 500"},
			&cli.Uint64Flag{Name: "seed", Usage: "of generated values; the same for all subgraphs of a supergraph"},
		},
		Action: runMock,
	}
}

func runMock(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	o, err := mockOptions(c)
	if err != nil {
		return err
	}
	s, err := mock.New(o)
	if err != nil {
		return err
	}
	l, err := listen(ctx, c.String("listen"))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Root().Writer, "subgraph %s at http://%s/graphql\n", s.Name(), l.Addr())
	return serveHandler(ctx, l, s)
}

func mockOptions(c *cli.Command) (o mock.Options, err error) {
	schema := c.String("schema")
	switch {
	case schema == "":
		return o, usagef(c, "name the subgraph's SDL with --schema FILE")
	case c.Duration("latency") < 0:
		return o, usagef(c, "--latency cannot be negative")
	case !(c.Float("fail-rate") >= 0 && c.Float("fail-rate") <= 1):
		return o, usagef(c, "--fail-rate is a share, from 0 to 1")
	}
	sdl, err := readInput("the schema", schema)
	if err != nil {
		return o, err
	}
	o = mock.Options{
		Name:     c.String("name"),
		SDL:      string(sdl),
		Generate: c.Bool("generate"),
		Seed:     c.Uint64("seed"),
		Latency:  c.Duration("latency"),
		FailRate: c.Float("fail-rate"),
	}
	if o.Name == "" {
		base := filepath.Base(schema)
		o.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if data := c.String("data"); data != "" {
		o.DataName = data
		if o.Data, err = readInput("the data", data); err != nil {
			return o, err
		}
	}
	return o, nil
}

// readInput reads a file that a flag names.
func readInput(what, file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("there is no file %s for %s", file, what)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return data, nil
}
