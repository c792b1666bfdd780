package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
)

// loadTimeout bounds how long the schemas of running subgraphs are waited for.
const loadTimeout = 30 * time.Second

// watchInterval is how often --watch looks at the sources.
const watchInterval = time.Second

func composeCommand() *cli.Command {
	return &cli.Command{
		Name:      "compose",
		Usage:     "compose subgraphs into a supergraph",
		UsageText: "weft compose -c supergraph.yaml\nweft compose --subgraph NAME=FILE@URL --subgraph NAME=URL ...",
		Description: "The supergraph SDL goes to --out, or to standard output; what is wrong with the\n" +
			"subgraphs to standard error, or with --format json or sarif to standard output.\n" +
			"Ends with status 1 if the subgraphs do not compose.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Usage: "the subgraphs are listed in `FILE`: federation_version, subgraphs.NAME.{routing_url, schema.{file, subgraph_url}}", TakesFile: true},
			&cli.StringSliceFlag{Name: "subgraph", Usage: "compose `NAME=FILE@URL`, or NAME=URL for a running subgraph; several times"},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write the supergraph to `FILE`", TakesFile: true},
			&cli.StringFlag{Name: "format", Usage: "report as `FORMAT`: text, json or sarif", Value: "text"},
			&cli.StringFlag{Name: "join-version", Usage: "use the join spec of `VERSION`: v0.3, v0.4 or v0.5 (default: the lowest that can say it all)"},
			&cli.StringSliceFlag{Name: "include-tag", Usage: "make a contract of what has the tag `NAME`; several times"},
			&cli.StringSliceFlag{Name: "exclude-tag", Usage: "leave out of the contract what has the tag `NAME`; several times"},
			&cli.BoolFlag{Name: "watch", Usage: "compose again whenever a schema changes, until interrupted; needs --out"},
		},
		Action: compose,
	}
}

// errNotComposed is what remains to be said once the diagnostics are printed.
var errNotComposed = errors.New("the subgraphs do not compose")

func compose(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "json", "sarif"}, c.String("format")) {
		return usagef(c, "--format %s is none of text, json and sarif", c.String("format"))
	}
	if v := c.String("join-version"); v != "" && !slices.Contains([]string{"v0.3", "v0.4", "v0.5"}, v) {
		return usagef(c, "--join-version %s is none of v0.3, v0.4 and v0.5", v)
	}
	if c.Bool("watch") && c.String("out") == "" {
		return usagef(c, "--watch needs a file to write to; add --out FILE")
	}
	list, err := composeSources(c)
	if err != nil {
		return err
	}
	if c.Bool("watch") {
		return watchSources(ctx, c, list)
	}
	subgraphs, err := loadSources(ctx, list)
	if err != nil {
		return err
	}
	return composeOnce(ctx, c, subgraphs)
}

// composeSources are the subgraphs that flags and file name.
func composeSources(c *cli.Command) ([]sources.Source, error) {
	var list []sources.Source
	if file := c.String("config"); file != "" {
		cfg, err := sources.LoadConfig(file, os.LookupEnv)
		if err != nil {
			return nil, err
		}
		list = cfg.Sources
	}
	for _, text := range c.StringSlice("subgraph") {
		s, err := sources.ParseFlag(text)
		if err != nil {
			return nil, usagef(c, "%v", err)
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, usagef(c, "there is nothing to compose: list the subgraphs with -c supergraph.yaml, or name them with --subgraph NAME=FILE@URL")
	}
	return list, nil
}

func loadSources(ctx context.Context, list []sources.Source) ([]composition.Subgraph, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	return sources.Load(ctx, http.DefaultClient, list)
}

// composeOnce composes, reports, and writes the supergraph if there is one.
func composeOnce(ctx context.Context, c *cli.Command, subgraphs []composition.Subgraph) error {
	result := composition.Compose(ctx, subgraphs, composition.Options{
		JoinVersion: c.String("join-version"),
		IncludeTags: c.StringSlice("include-tag"),
		ExcludeTags: c.StringSlice("exclude-tag"),
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := reportComposition(c, result); err != nil {
		return err
	}
	switch out := c.String("out"); {
	case !result.OK():
		return errNotComposed
	case out != "":
		return replaceFile(out, []byte(result.SDL))
	case c.String("format") == "text":
		_, err := io.WriteString(c.Root().Writer, result.SDL)
		return err
	default:
		return nil // standard output has the report
	}
}

func reportComposition(c *cli.Command, result *composition.Result) error {
	switch c.String("format") {
	case "json":
		return composition.WriteJSON(c.Root().Writer, result)
	case "sarif":
		return composition.WriteSARIF(c.Root().Writer, result)
	default:
		return composition.WriteText(c.Root().ErrWriter, append(slices.Clone(result.Errors), result.Hints...))
	}
}

// watchSources composes at once and again when a schema has changed. What does
// not load or compose is reported, and the file is left as it is.
func watchSources(ctx context.Context, c *cli.Command, list []sources.Source) error {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	var last []composition.Subgraph
	var complained string
	for {
		subgraphs, err := loadSources(ctx, list)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if complained != err.Error() {
				complained = err.Error()
				fmt.Fprintln(c.Root().ErrWriter, "weft:", err)
			}
		case !slices.Equal(subgraphs, last):
			last, complained = subgraphs, ""
			if err := composeOnce(ctx, c, subgraphs); ctx.Err() != nil {
				return nil
			} else if errors.Is(err, errNotComposed) {
				fmt.Fprintf(c.Root().ErrWriter, "weft: %v; %s stays as it is\n", err, c.String("out"))
			} else if err != nil {
				return err
			} else {
				fmt.Fprintf(c.Root().ErrWriter, "weft: composed %d subgraphs into %s\n", len(subgraphs), c.String("out"))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// replaceFile writes a file so that readers find the old content or the new,
// and leaves it alone if nothing would change.
func replaceFile(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".weft-*")
	if err != nil {
		return fmt.Errorf("write the supergraph: %w", err)
	}
	defer os.Remove(temp.Name()) // after the rename it is not there any more
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Chmod(0o644), temp.Close()); err != nil {
		return fmt.Errorf("write the supergraph: %w", err)
	}
	if err := os.Rename(temp.Name(), name); err != nil {
		return fmt.Errorf("write the supergraph: %w", err)
	}
	return nil
}
