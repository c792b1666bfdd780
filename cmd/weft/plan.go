package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

func planCommand() *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "print how an operation would be answered",
		UsageText: "weft plan --supergraph FILE OPERATION\nweft plan --supergraph FILE - < operation.graphql",
		Description: "OPERATION is a file with a GraphQL document, or - for standard input. Nothing is\n" +
			"asked of any subgraph.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "supergraph", Aliases: []string{"s"}, Usage: "the supergraph SDL is in `FILE`", TakesFile: true},
			&cli.StringFlag{Name: "operation", Aliases: []string{"o"}, Usage: "plan the operation of that `NAME`, if the document has several"},
			&cli.StringFlag{Name: "format", Usage: "print as `FORMAT`: tree, json, mermaid, dot or svg", Value: "tree"},
			&cli.StringFlag{Name: "variables", Usage: "the variables as a `JSON` object; those of @skip and @include matter"},
			&cli.StringSliceFlag{Name: "override", Usage: "plan with the override label active or not: `LABEL=true|false`; repeatable, and inactive if not given"},
		},
		Action: printPlan,
	}
}

func printPlan(ctx context.Context, c *cli.Command) error {
	file := c.String("supergraph")
	switch {
	case file == "":
		return usagef(c, "name the supergraph with --supergraph FILE")
	case c.Args().Len() != 1:
		return usagef(c, "name one file with the operation, or - for standard input")
	}
	format := planFormats()[c.String("format")]
	if format == nil {
		return usagef(c, "--format %s is none of tree, json, mermaid, dot and svg", c.String("format"))
	}
	sdl, err := readInput("the supergraph", file)
	if err != nil {
		return err
	}
	super, err := supergraph.Parse(file, string(sdl))
	if err != nil {
		return err
	}
	labels, err := overrideLabels(c.StringSlice("override"), super.OverrideLabels())
	if err != nil {
		return usagef(c, "%v", err)
	}
	name := c.Args().First()
	document, err := readOperation(name, c.Root().Reader)
	if err != nil {
		return err
	}
	op, errs := operation.Prepare(super.Deferring(), document, c.String("operation"), operation.DefaultLimits())
	if len(errs) > 0 {
		return requestErrors(name, errs)
	}
	vars, errs := op.Coerce([]byte(c.String("variables")))
	if len(errs) > 0 {
		return requestErrors(name, errs)
	}
	selection := op.Select(vars.Conditions(op))
	p, err := planner.New(super, planner.Options{}).Plan(ctx, planner.Request{Operation: op, Selection: selection, Labels: labels})
	if err != nil {
		return fmt.Errorf("plan %s: %w", name, err)
	}
	_, err = io.WriteString(c.Root().Writer, strings.TrimSuffix(format(p), "\n")+"\n")
	return err
}

// overrideLabels reads LABEL=true and LABEL=false of labels the supergraph has.
func overrideLabels(settings, known []string) (map[string]bool, error) {
	labels := map[string]bool{}
	for _, setting := range settings {
		at := strings.LastIndexByte(setting, '=')
		if at < 0 || setting[at+1:] != "true" && setting[at+1:] != "false" {
			return nil, fmt.Errorf("--override %s is not LABEL=true or LABEL=false", setting)
		}
		label := setting[:at]
		if !slices.Contains(known, label) {
			return nil, fmt.Errorf("--override %s: no @override in the supergraph has the label %q%s", setting, label, oneOf(known))
		}
		labels[label] = setting[at+1:] == "true"
	}
	return labels, nil
}

func oneOf(known []string) string {
	if len(known) == 0 {
		return ", or any other"
	}
	return "; there are " + strings.Join(known, ", ")
}

// planFormats are the ways to print a plan, by the name of the format.
func planFormats() map[string]func(*plan.Plan) string {
	return map[string]func(*plan.Plan) string{
		"tree":    (*plan.Plan).Text,
		"json":    (*plan.Plan).JSON,
		"mermaid": (*plan.Plan).Mermaid,
		"dot":     (*plan.Plan).DOT,
		"svg":     (*plan.Plan).SVG,
	}
}

func readOperation(name string, stdin io.Reader) (string, error) {
	if name != "-" {
		data, err := readInput("the operation", name)
		return string(data), err
	}
	data, err := io.ReadAll(stdin)
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	return string(data), nil
}

// requestErrors puts the place of each error in front of it.
func requestErrors(name string, errs gqlerror.List) error {
	out := make([]error, len(errs))
	for i, e := range errs {
		place := name
		if len(e.Locations) > 0 {
			place = fmt.Sprintf("%s:%d:%d", name, e.Locations[0].Line, e.Locations[0].Column)
		}
		out[i] = fmt.Errorf("%s: %s (%v)", place, e.Message, e.Extensions["code"])
	}
	return errors.Join(out...)
}
