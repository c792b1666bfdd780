package main

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/config"
)

func configCommand() *cli.Command {
	return &cli.Command{
		Name:   "config",
		Usage:  "check the configuration, or print its JSON Schema",
		Action: group,
		Commands: []*cli.Command{
			{
				Name:   "validate",
				Usage:  "report every fault of a configuration, with its place",
				Flags:  []cli.Flag{configFlag()},
				Action: validateConfig,
			},
			{
				Name:   "schema",
				Usage:  "print the JSON Schema of a configuration, for editors",
				Action: printSchema,
			},
		},
	}
}

func validateConfig(_ context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	file := c.String("config")
	if file == "" {
		file = "config.yaml"
		if _, err := os.Stat(file); err != nil {
			return usagef(c, "there is no config.yaml here; name a configuration with -c FILE")
		}
	}
	if _, err := config.Load(file, config.Options{}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.Root().Writer, file+" is valid")
	return err
}

func printSchema(_ context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	_, err := c.Root().Writer.Write(config.Schema())
	return err
}
