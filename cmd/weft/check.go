package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/check"
	"github.com/weft-graphql/weft/composition/sources"
	"github.com/weft-graphql/weft/supergraph"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "say what a new supergraph would break",
		UsageText: "weft check --base OLD --new NEW\nweft check --base OLD --new NEW --operations DIR --format json",
		Description: "OLD and NEW are supergraph SDL, or lists of subgraphs (named *.yaml or *.yml) that\n" +
			"are composed first. The report goes to standard output: what changed in the API\n" +
			"schema, each change breaking, dangerous or safe; and with operations, which are not\n" +
			"valid or cannot be planned any more, and which take more fetches or stages.\n" +
			"Ends with status 1 if NEW does not compose, a change is breaking or an operation\n" +
			"fails that did not fail before.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "compare with the supergraph in `OLD`", TakesFile: true},
			&cli.StringFlag{Name: "new", Usage: "check the supergraph in `NEW`", TakesFile: true},
			&cli.StringFlag{Name: "operations", Usage: "check the operations in `DIR`: a folder of *.graphql and *.gql, one such file, or a *.json manifest of persisted operations (Apollo's or Relay's)", TakesFile: true},
			&cli.StringFlag{Name: "format", Usage: "report as `FORMAT`: text or json", Value: "text"},
		},
		Action: checkSupergraph,
	}
}

func checkSupergraph(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	switch {
	case c.String("base") == "":
		return usagef(c, "name what there is now with --base OLD")
	case c.String("new") == "":
		return usagef(c, "name what is to be checked with --new NEW")
	case !slices.Contains([]string{"text", "json"}, c.String("format")):
		return usagef(c, "--format %s is none of text and json", c.String("format"))
	}
	report, err := makeReport(ctx, c)
	if err != nil {
		return err
	}
	write := check.WriteText
	if c.String("format") == "json" {
		write = check.WriteJSON
	}
	if err := write(c.Root().Writer, report); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return verdict(report)
}

func makeReport(ctx context.Context, c *cli.Command) (*check.Report, error) {
	base, refused, err := readSupergraph(ctx, c.String("base"))
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		if err := composition.WriteText(c.Root().ErrWriter, refused); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("there is nothing to compare with: the subgraphs of %s do not compose", c.String("base"))
	}
	var operations []check.Operation
	if path := c.String("operations"); path != "" {
		if operations, err = check.ReadOperations(path); err != nil {
			return nil, err
		}
	}
	revised, refused, err := readSupergraph(ctx, c.String("new"))
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return check.NotComposed(refused), nil
	}
	return check.Check(ctx, base, revised, operations)
}

// readSupergraph reads a supergraph, or composes one. refused are the reasons
// why that cannot be.
func readSupergraph(ctx context.Context, file string) (super *supergraph.Supergraph, refused []composition.Diagnostic, err error) {
	var sdl string
	switch strings.ToLower(filepath.Ext(file)) {
	case ".yaml", ".yml":
		cfg, err := sources.LoadConfig(file, os.LookupEnv)
		if err != nil {
			return nil, nil, err
		}
		subgraphs, err := loadSources(ctx, cfg.Sources)
		if err != nil {
			return nil, nil, err
		}
		result := composition.Compose(ctx, subgraphs, composition.Options{})
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if !result.OK() {
			return nil, result.Errors, nil
		}
		sdl = result.SDL
	default:
		if sdl, err = readSupergraphSDL(file); err != nil {
			return nil, nil, err
		}
	}
	super, err = supergraph.Parse(file, sdl)
	return super, nil, err
}

func readSupergraphSDL(file string) (string, error) {
	f, err := os.Open(file)
	switch {
	case os.IsNotExist(err):
		return "", fmt.Errorf("there is no file %s for the supergraph", file)
	case err != nil:
		return "", fmt.Errorf("read the supergraph: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, sources.MaxSDL+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the supergraph: %w", err)
	case len(data) > sources.MaxSDL:
		return "", fmt.Errorf("read the supergraph: %s is longer than %d bytes", file, sources.MaxSDL)
	}
	return string(data), nil
}

// verdict is what remains to be said after the report.
func verdict(r *check.Report) error {
	if r.OK() {
		return nil
	}
	if len(r.Composition) > 0 {
		return errNotComposed
	}
	var what []string
	if n := r.Count(check.Breaking); n > 0 {
		what = append(what, fmt.Sprintf("breaking changes: %d", n))
	}
	if n := r.CountOperations(check.Invalid) + r.CountOperations(check.Unplannable); n > 0 {
		what = append(what, fmt.Sprintf("operations that fail: %d", n))
	}
	return errors.New(strings.Join(what, "; "))
}
