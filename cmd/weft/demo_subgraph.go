package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// runDemoSubgraph serves one subgraph of the showcase and no router, for
// deployments in which each has a process of its own.
func runDemoSubgraph(ctx context.Context, c *cli.Command, services []*mock.Subgraph) error {
	name := c.String("subgraph")
	i := slices.IndexFunc(services, func(s *mock.Subgraph) bool { return s.Name() == name })
	if i < 0 {
		return unknownSubgraph(c, "subgraph", name)
	}
	l, err := listen(ctx, c.String("listen"))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Root().Writer, "subgraph %s at http://%s/graphql\n", name, l.Addr())
	return serveHandler(ctx, l, services[i])
}
