package weft

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/delivery"
	"github.com/weft-graphql/weft/supergraph"
	"github.com/weft-graphql/weft/telemetry"
)

// maxSupergraphBytes bounds a supergraph file; the largest known supergraphs
// have a tenth of it.
const maxSupergraphBytes = 256 << 20

// newDelivery makes of the configuration what gets the supergraph. metrics may
// be nil.
func newDelivery(c *config.Config, log *zap.Logger, metrics *telemetry.Metrics, take func(context.Context, *delivery.Version) error) (*delivery.Delivery, error) {
	s := c.Supergraph
	if s.File == "" && len(s.Subgraphs) == 0 {
		return nil, config.Problems{c.Problem("supergraph.file",
			"no supergraph is configured; name a file with supergraph SDL, or list supergraph.subgraphs")}
	}
	o := delivery.Options{
		File: s.File,
		Composition: composition.Options{
			IncludeTags: s.IncludeTags,
			ExcludeTags: s.ExcludeTags,
		},
		LastGood:      s.LastGoodFile,
		FallBack:      s.LastGoodFile != "" && s.OnMissing == config.UseLastGood,
		WatchInterval: s.WatchInterval.Std(),
		PollInterval:  s.PollInterval.Std(),
		Timeout:       s.SchemaTimeout.Std(),
		StartTimeout:  s.StartTimeout.Std(),
		MaxBytes:      int64(s.MaxSchemaBytes),
		Take:          take,
		Logger:        log,
	}
	if metrics != nil {
		o.Observer = metrics
	}
	if s.File != "" {
		o.MaxBytes = maxSupergraphBytes
		return delivery.New(o), nil
	}
	for _, name := range slices.Sorted(maps.Keys(s.Subgraphs)) {
		g := s.Subgraphs[name]
		o.Subgraphs = append(o.Subgraphs, delivery.Subgraph{
			Source: sources.Source{
				Name:     name,
				URL:      g.RoutingURL,
				File:     g.Schema.File,
				Endpoint: cmp.Or(g.Schema.SubgraphURL, g.Schema.Introspect),
				Document: g.Schema.URL,
				SDL:      g.Schema.SDL,
				Headers:  either(g.Schema.Headers, g.Schema.IntrospectionHeaders),
			},
			Policy: policy(cmp.Or(g.OnMissing, s.OnMissing)),
		})
	}
	return delivery.New(o), nil
}

func either(a, b map[string]string) map[string]string {
	if len(a) > 0 {
		return a
	}
	return b
}

// policy is that of the configuration as package delivery wants it.
func policy(o config.OnMissing) delivery.Policy {
	switch o {
	case config.UseLastGood:
		return delivery.UseLastGood
	case config.SkipMissing:
		return delivery.Skip
	default:
		return delivery.Fail
	}
}

// warmLimit bounds how long a new supergraph waits for its plans to be made.
const warmLimit = 5 * time.Second

// take makes a version of the supergraph the one that serves. Everything that
// can go wrong does so before requests see anything of it.
func (r *Router) take(ctx context.Context, v *delivery.Version) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	super, err := supergraph.Parse(v.Source, v.SDL)
	if err != nil {
		return err
	}
	if err := r.settings.check(r.config, super, v.Missing, r.log); err != nil {
		return err
	}
	graph, err := newGraph(r.config, super, r.keeper, &r.shared)
	if err != nil {
		return err
	}
	warming, cancel := context.WithTimeout(ctx, warmLimit)
	plans := r.router.Warm(warming, graph)
	cancel()
	r.router.Swap(graph)
	r.log.Info("supergraph loaded",
		zap.String("source", v.Source),
		zap.Int("subgraphs", len(super.Subgraphs)),
		zap.Int("types", len(super.Types)),
		zap.Int("warm_plans", plans))
	return nil
}
