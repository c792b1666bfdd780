package weft

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
	"github.com/weft-graphql/weft/telemetry"
)

// A Router is a running weft: an http.Handler that answers GraphQL over the
// supergraph of its configuration. It is safe for concurrent use.
type Router struct {
	config *config.Config
	log    *zap.Logger
	router *router.Router
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

// New reads the supergraph and returns a router that serves it. c must not be
// changed any more.
//
// The error is of type config.Problems if the configuration is at fault, and
// *supergraph.Error if the supergraph is.
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
	super, err := readSupergraph(ctx, c, o.sdl)
	if err != nil {
		return nil, err
	}
	rt, err := router.New(router.Options{Config: c, Logger: log, Query: o.query})
	if err != nil {
		return nil, err
	}
	graph, err := newGraph(c, super)
	if err != nil {
		return nil, err
	}
	rt.Swap(graph)
	log.Info("supergraph loaded",
		zap.String("source", source(c, o.sdl)),
		zap.Int("subgraphs", len(super.Subgraphs)),
		zap.Int("types", len(super.Types)))
	return &Router{config: c, log: log, router: rt}, nil
}

func source(c *config.Config, sdl *string) string {
	if sdl != nil {
		return "embedded"
	}
	return c.Supergraph.File
}

// readSupergraph reads the supergraph from where the configuration says it is.
func readSupergraph(ctx context.Context, c *config.Config, sdl *string) (*supergraph.Supergraph, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if sdl != nil {
		return supergraph.Parse("supergraph", *sdl)
	}
	file := c.Supergraph.File
	if file == "" {
		return nil, config.Problems{c.Problem("supergraph.file", "no supergraph is configured; name a file with supergraph SDL")}
	}
	text, err := readFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no supergraph file %s; compose your subgraphs into it, or name another one", file)
	}
	if err != nil {
		return nil, fmt.Errorf("read supergraph: %w", err)
	}
	return supergraph.Parse(file, text)
}

// maxSupergraphBytes bounds the file; the largest known supergraphs have a
// tenth of it.
const maxSupergraphBytes = 256 << 20

func readFile(name string) (string, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory", name)
	case info.Size() > maxSupergraphBytes:
		return "", fmt.Errorf("%s is larger than 256 MiB", name)
	}
	data, err := os.ReadFile(name)
	return string(data), err
}

// newGraph connects the supergraph with its subgraphs.
func newGraph(c *config.Config, super *supergraph.Supergraph) (*router.Graph, error) {
	if err := checkNames(c, super); err != nil {
		return nil, err
	}
	if err := checkAccess(super); err != nil {
		return nil, err
	}
	endpoints := make(map[string]subgraphs.Endpoint, len(super.Subgraphs))
	traffic := make(map[string]config.Traffic, len(super.Subgraphs))
	var problems config.Problems
	for _, g := range super.Subgraphs {
		url := c.Subgraphs[g.Name].URL
		if url == "" {
			url = g.URL
		}
		if err := subgraphs.CheckURL(url); err != nil {
			problems = append(problems, c.Problem(config.Join("subgraphs", g.Name),
				fmt.Sprintf("the subgraph cannot be reached: it %v; set subgraphs.%s.url", err, g.Name)))
			continue
		}
		t := c.TrafficOf(g.Name)
		traffic[g.Name] = t
		endpoints[g.Name] = subgraphs.Endpoint{
			URL:              url,
			Timeout:          t.Timeout.Std(),
			ConnectTimeout:   t.ConnectTimeout.Std(),
			TLSTimeout:       t.TLSTimeout.Std(),
			FirstByteTimeout: t.FirstByteTimeout.Std(),
			IdleTimeout:      t.IdleTimeout.Std(),
			MaxResponseBytes: int64(t.MaxResponseBytes),
			Transport:        transport(t.Transport),
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	client, err := subgraphs.NewClient(subgraphs.Options{Endpoints: endpoints, DeadlineHeader: c.DeadlineHeader})
	if err != nil {
		return nil, err
	}
	return router.NewGraph(super, router.GraphOptions{
		Fetcher:        client,
		QueryFetcher:   sharing(traffic, client),
		ReuseEntities:  func(subgraph string) bool { return *traffic[subgraph].ReuseEntities },
		MaxEntities:    func(subgraph string) int { return traffic[subgraph].MaxEntities },
		Reserve:        c.DeadlineReserve.Std(),
		CutMutations:   c.CutMutations,
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

// sharing puts in front of next what sends equal queries once, for the
// subgraphs whose traffic says so.
func sharing(traffic map[string]config.Traffic, next subgraphs.Fetcher) subgraphs.Fetcher {
	var except []string
	for name, t := range traffic {
		if !*t.DeduplicateQuery {
			except = append(except, name)
		}
	}
	if len(except) == len(traffic) {
		return next
	}
	return subgraphs.NewSharing(next, except...)
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
		MeasureOnly: operation.MeasureOnly{
			Depth:      slices.Contains(l.Measure, config.MeasureDepth),
			Height:     slices.Contains(l.Measure, config.MeasureHeight),
			Aliases:    slices.Contains(l.Measure, config.MeasureAliases),
			RootFields: slices.Contains(l.Measure, config.MeasureRootFields),
			Directives: slices.Contains(l.Measure, config.MeasureDirectives),
		},
		Introspection: c.Introspection,
		// Who may not see the schema should not be told of it in errors.
		Suggestions: c.Introspection,
	}
}

// checkNames reports settings for subgraphs and override labels that do not
// exist: most likely a name was misspelt, and the setting would be without
// effect.
func checkNames(c *config.Config, super *supergraph.Supergraph) error {
	known := make([]string, len(super.Subgraphs))
	for i, g := range super.Subgraphs {
		known[i] = g.Name
	}
	var problems config.Problems
	check := func(path string, names []string) {
		for _, name := range names {
			if !slices.Contains(known, name) {
				problems = append(problems, c.Problem(config.Join(path, name), fmt.Sprintf(
					"the supergraph has no subgraph %q; it has %s", name, strings.Join(known, ", "))))
			}
		}
	}
	check("subgraphs", slices.Sorted(maps.Keys(c.Subgraphs)))
	check("headers.subgraphs", slices.Sorted(maps.Keys(c.Headers.Subgraphs)))
	check("errors.subgraphs", slices.Sorted(maps.Keys(c.Errors.Subgraphs)))
	labels := super.OverrideLabels()
	for _, label := range slices.Sorted(maps.Keys(c.OverrideLabels)) {
		if !slices.Contains(labels, label) {
			problems = append(problems, c.Problem(config.Join("override_labels", label), unknownLabel(label, labels)))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func unknownLabel(label string, labels []string) string {
	message := fmt.Sprintf("no @override in the supergraph has the label %q", label)
	if len(labels) == 0 {
		return message + ", or any other"
	}
	return message + "; there are " + strings.Join(labels, ", ")
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

// Serve is Run on a listener, which it closes.
func (r *Router) Serve(ctx context.Context, l net.Listener) error {
	r.log.Info("listening", zap.Stringer("address", l.Addr()), zap.String("path", r.config.Path))
	return r.router.Serve(ctx, l)
}

// Close waits for the requests being served and closes the connections to
// subgraphs. No requests may come any more.
func (r *Router) Close() { r.router.Close() }
