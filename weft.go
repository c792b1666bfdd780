package weft

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/delivery"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/resilience"
	"github.com/weft-graphql/weft/supergraph"
	"github.com/weft-graphql/weft/telemetry"
)

// A Router is a running weft: an http.Handler that answers GraphQL over the
// supergraph of its configuration. It is safe for concurrent use.
type Router struct {
	config   *config.Config
	log      *zap.Logger
	router   *router.Router
	delivery *delivery.Delivery // nil if the supergraph was handed over
	started  bool               // the first supergraph is there
	settings settings
	shared   subgraphs.SharingCounts // of all supergraphs so far
	keeper   *resilience.Keeper      // of all supergraphs so far
	metrics  *telemetry.Metrics      // nil if they are off
}

// An Option changes what a configuration cannot say.
type Option func(*options)

type options struct {
	logger *zap.Logger
	query  string
	sdl    *string
}

// WithLogger makes the router log to l rather than to standard error.
func WithLogger(l *zap.Logger) Option { return func(o *options) { o.logger = l } }

// WithQuery sets what GraphiQL's editor begins with.
func WithQuery(query string) Option { return func(o *options) { o.query = query } }

// WithSupergraph makes the router serve sdl, whatever the configuration says
// about the supergraph's source.
func WithSupergraph(sdl string) Option { return func(o *options) { o.sdl = &sdl } }

// New returns a router. c must not be changed any more.
//
// If the supergraph, or all it is composed of, is on this machine, the router
// serves it. What has to be asked for over the network is left to Serve, Run
// or Watch; until it is there, requests are answered with 503.
//
// The error is of type config.Problems if the configuration is at fault,
// *supergraph.Error if the supergraph is, and *delivery.CompositionError if
// subgraphs do not compose.
func New(ctx context.Context, c *config.Config, opts ...Option) (*Router, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	log := o.logger
	if log == nil {
		var err error
		log, err = telemetry.NewLogger(os.Stderr, string(c.Log.Level), string(c.Log.Format))
		if err != nil {
			return nil, err
		}
	}
	r := &Router{config: c, log: log}
	r.keeper = resilience.NewKeeper(r.changed)
	var metrics *telemetry.Metrics
	ro := router.Options{Config: c, Logger: log, Query: o.query}
	if c.Metrics.Enabled {
		metrics = telemetry.NewMetrics(func() int { return r.router.Graphs() })
		ro.Metrics = metrics.Handler()
		metrics.ReportDeduplication(r.deduplication())
		metrics.ReportOverload(telemetry.Overload{Requests: func() (inside, waiting int, crowded, limited int64) {
			return r.router.Load()
		}})
		r.metrics = metrics
	}
	var err error
	if r.router, err = router.New(ro); err != nil {
		return nil, err
	}
	if o.sdl != nil {
		if err := r.take(ctx, &delivery.Version{SDL: *o.sdl, Source: "supergraph"}); err != nil {
			return nil, err
		}
		return r, nil
	}
	if r.delivery, err = newDelivery(c, log, metrics, r.take); err != nil {
		return nil, err
	}
	if r.delivery.Local() {
		if err := r.delivery.Start(ctx); err != nil {
			return nil, err
		}
		r.started = true
	}
	return r, nil
}

// newGraph connects the supergraph with its subgraphs.
func newGraph(c *config.Config, super *supergraph.Supergraph, keeper *resilience.Keeper, counts *subgraphs.SharingCounts) (*router.Graph, error) {
	if err := checkAccess(super); err != nil {
		return nil, err
	}
	endpoints := make(map[string]subgraphs.Endpoint, len(super.Subgraphs))
	traffic := make(map[string]config.Traffic, len(super.Subgraphs))
	var problems config.Problems
	for _, g := range super.Subgraphs {
		url, replicas := addresses(c.Subgraphs[g.Name], g.URL)
		if err := subgraphs.CheckURL(url); err != nil {
			problems = append(problems, c.Problem(config.Join("subgraphs", g.Name),
				fmt.Sprintf("the subgraph cannot be reached: it %v; set subgraphs.%s.url", err, g.Name)))
			continue
		}
		t := c.TrafficOf(g.Name)
		if c.ReturnsCookies(g.Name) {
			// A cookie that is made for one client must not get to others,
			// who have asked the same at the same time.
			t.DeduplicateQuery = new(false)
		}
		traffic[g.Name] = t
		endpoints[g.Name] = subgraphs.Endpoint{
			URL:              url,
			Replicas:         replicas,
			Timeout:          t.Timeout.Std(),
			ConnectTimeout:   t.ConnectTimeout.Std(),
			TLSTimeout:       t.TLSTimeout.Std(),
			FirstByteTimeout: t.FirstByteTimeout.Std(),
			IdleTimeout:      t.IdleTimeout.Std(),
			MaxResponseBytes: int64(t.MaxResponseBytes),
			Transport:        transport(t.Transport),
			Compression:      compression(t.Compression),
			AcceptCompressed: *t.AcceptCompressed,
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	client, err := subgraphs.NewClient(subgraphs.Options{Endpoints: endpoints, DeadlineHeader: c.DeadlineHeader, AllHeaders: c.Headers.Return()})
	if err != nil {
		return nil, err
	}
	guarded := guard(endpoints, traffic, client, keeper)
	return router.NewGraph(super, router.GraphOptions{
		Fetcher:        guarded,
		QueryFetcher:   sharing(traffic, guarded, counts),
		ReuseEntities:  func(subgraph string) bool { return *traffic[subgraph].ReuseEntities },
		MaxEntities:    func(subgraph string) int { return traffic[subgraph].MaxEntities },
		Reserve:        c.DeadlineReserve.Std(),
		CutMutations:   c.CutMutations,
		Plans:          c.Overload.Plans,
		PlanQueue:      planQueue(c.Overload),
		Limits:         limits(c),
		OverrideLabels: c.OverrideLabels,
		OperationBytes: int64(c.Caches.Operations),
		PlanBytes:      int64(c.Caches.Plans),
		OnClose:        client.Close,
	}), nil
}

// transport is that of the configuration as package subgraphs wants it.
func transport(t config.Transport) subgraphs.Transport {
	switch t {
	case config.NetHTTP:
		return subgraphs.TransportNetHTTP
	case config.HTTP2:
		return subgraphs.TransportHTTP2
	default:
		return subgraphs.TransportAuto
	}
}

// compression is that of the configuration as package coding names it.
func compression(e config.Encoding) coding.Coding {
	if e == config.IdentityEncoding {
		return coding.Identity
	}
	return coding.Coding(e)
}

// sharing puts in front of next what sends equal queries once, for the
// subgraphs whose traffic says so.
func sharing(traffic map[string]config.Traffic, next subgraphs.Fetcher, counts *subgraphs.SharingCounts) subgraphs.Fetcher {
	var except []string
	for name, t := range traffic {
		if !*t.DeduplicateQuery {
			except = append(except, name)
		}
	}
	if len(except) == len(traffic) {
		return next
	}
	s := subgraphs.NewSharing(next, except...)
	s.Counts = counts
	return s
}

// limits are those of the configuration as package operation wants them.
func limits(c *config.Config) operation.Limits {
	l := c.Limits
	return operation.Limits{
		Tokens:             l.Tokens,
		Nesting:            l.Nesting,
		Selections:         l.Selections,
		IntrospectionBytes: int(l.IntrospectionBytes),
		Depth:              l.Depth,
		Height:             l.Height,
		Aliases:            l.Aliases,
		RootFields:         l.RootFields,
		Directives:         l.Directives,
		IntrospectionDepth: l.IntrospectionDepth,
		MeasureOnly: operation.MeasureOnly{
			Tokens:             slices.Contains(l.Measure, config.MeasureTokens),
			Nesting:            slices.Contains(l.Measure, config.MeasureNesting),
			Selections:         slices.Contains(l.Measure, config.MeasureSelections),
			IntrospectionDepth: slices.Contains(l.Measure, config.MeasureIntrospectionDepth),
			Depth:              slices.Contains(l.Measure, config.MeasureDepth),
			Height:             slices.Contains(l.Measure, config.MeasureHeight),
			Aliases:            slices.Contains(l.Measure, config.MeasureAliases),
			RootFields:         slices.Contains(l.Measure, config.MeasureRootFields),
			Directives:         slices.Contains(l.Measure, config.MeasureDirectives),
		},
		Introspection: c.Introspection,
		// Who may not see the schema should not be told of it in errors.
		Suggestions: c.Introspection,
	}
}

// ServeHTTP serves one request, in whatever server the router is mounted.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.router.ServeHTTP(w, req) }

// Run listens on the configured address and serves until ctx ends and the
// requests under way have ended, or the time for that is over. See Serve.
func (r *Router) Run(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", r.config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", r.config.Listen, err)
	}
	return r.Serve(ctx, l)
}

// Serve is Run on a listener, which it closes. It does what Watch does, too:
// an error of that ends it.
func (r *Router) Serve(ctx context.Context, l net.Listener) error {
	r.log.Info("listening", zap.Stringer("address", l.Addr()), zap.String("path", r.config.Path))
	if r.delivery == nil {
		return r.router.Serve(ctx, l)
	}
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	g.Go(func() error {
		defer stop()
		return r.router.Serve(ctx, l)
	})
	g.Go(func() error { return r.Watch(ctx) })
	return g.Wait()
}

// Watch gets the first supergraph, if New has not, and every later one, until
// ctx ends. The error says why there is no first one; a later one that cannot
// serve is logged, and the one before stays. Watch is for servers other than
// Serve's, and is called once.
func (r *Router) Watch(ctx context.Context) error {
	if r.delivery == nil {
		<-ctx.Done()
		return nil
	}
	if !r.started {
		if err := r.delivery.Start(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	return r.delivery.Run(ctx)
}

// Reload makes a running Watch, or Serve, read the supergraph's sources at
// once. It does not wait for that.
func (r *Router) Reload() {
	if r.delivery != nil {
		r.delivery.Reload()
	}
}

// Close waits for the requests being served and closes the connections to
// subgraphs. No requests may come any more.
func (r *Router) Close() { r.router.Close() }
