package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"
)

// healthCommand asks a running weft how it is. An image without a shell has no
// curl to do it.
func healthCommand() *cli.Command {
	return &cli.Command{
		Name:      "health",
		Usage:     "ask a running weft whether it is well",
		UsageText: "weft health [URL]",
		Description: "Ends with status 0 if URL answers 200 in time, else with 1. The URL is\n" +
			"http://127.0.0.1:4000/health?ready unless given.",
		Flags: []cli.Flag{
			&cli.DurationFlag{Name: "timeout", Usage: "wait `DURATION` at most", Value: 2 * time.Second},
		},
		Action: checkHealth,
	}
}

func checkHealth(ctx context.Context, c *cli.Command) error {
	url := "http://127.0.0.1:4000/health?ready"
	switch c.NArg() {
	case 0:
	case 1:
		url = c.Args().First()
	default:
		return usagef(c, "one URL at most")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Duration("timeout"))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usagef(c, "%q is not a URL", url)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", url, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %s", url, resp.Status, body)
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s\n", body)
	return err
}
