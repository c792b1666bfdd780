package router

import (
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/graphiql"
)

// A Router is the http.Handler of weft: GraphQL, GraphiQL and health. It is
// safe for concurrent use.
type Router struct {
	config  *config.Config
	log     *zap.Logger
	headers *headerRules
	returns *returnRules // nil if there are none
	errors  *errorPolicy
	// documents are those that clients name instead of sending them.
	documents *documents
	page      *graphiql.Page // nil if it is off
	metrics   http.Handler   // nil if they are off
	decoder   *decoder
	measured  measured
	maxErrors int                               // of a response
	edge      []func(http.Handler) http.Handler // of the GraphQL path
	handler   http.Handler
	places    *admission.Gate // of requests; nil for no limit
	rates     *rateLimiter    // nil if they are not limited

	graph    atomic.Pointer[Graph] // nil until the first Swap
	graphs   atomic.Int64          // that are not closed
	draining atomic.Bool

	// sharing of executions, if that is on.
	sharing sharing

	// open counts the requests being served.
	open gate
}

// Options of a Router.
type Options struct {
	// Config has been validated.
	Config *config.Config

	// Logger gets one line per request and what goes wrong.
	Logger *zap.Logger

	// Query is what GraphiQL begins with; "" for its own greeting.
	Query string

	// Metrics answers for them; nil for nothing there.
	Metrics http.Handler
}

// New returns a router without a graph: it answers requests with 503 until
// Swap gives it one.
func New(o Options) (*Router, error) {
	rules, err := compileHeaders(o.Config.Headers)
	if err != nil {
		return nil, err
	}
	rates, err := newRateLimiter(o.Config.RateLimit)
	if err != nil {
		return nil, err
	}
	returns, err := compileReturns(o.Config.Headers)
	if err != nil {
		return nil, err
	}
	documents, err := newDocuments(o.Config)
	if err != nil {
		return nil, err
	}
	documents.logLoaded(o.Logger)
	rt := &Router{
		documents: documents,
		returns:   returns,
		config:    o.Config,
		log:       o.Logger,
		metrics:   o.Metrics,
		headers:   rules,
		errors:    newErrorPolicy(o.Config),
		places:    newPlaces(o.Config.Overload),
		rates:     rates,
	}
	codec := coding.NewCodec()
	rt.decoder = newDecoder(o.Config, codec)
	rt.measured = newMeasured(o.Config)
	rt.maxErrors = int(enforced(o.Config, config.MeasureErrors, int64(o.Config.Limits.Errors)))
	allowOrigins, err := newCORS(o.Config.CORS)
	if err != nil {
		return nil, err
	}
	if allowOrigins != nil {
		rt.edge = append(rt.edge, allowOrigins)
	}
	if c := o.Config.Compression; c.Responses {
		rt.edge = append(rt.edge, newCompressor(c, codec).middleware)
	}
	if o.Config.GraphiQL.Enabled {
		rt.page = graphiql.New(graphiql.Options{Endpoint: o.Config.Path, AssetPath: assetPath, Query: o.Query})
	}
	rt.handler = rt.routes()
	return rt, nil
}

// ServeHTTP serves one request.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt.open.enter()
	defer rt.open.leave()
	rt.handler.ServeHTTP(w, r)
}

// Swap makes g the graph of all requests to come. Those that have begun keep
// theirs; it is closed when the last of them has ended. A nil g takes the
// graph away.
func (rt *Router) Swap(g *Graph) {
	if g != nil {
		rt.graphs.Add(1)
		g.count = &rt.graphs
	}
	if old := rt.graph.Swap(g); old != nil {
		old.release()
	}
}

// Graphs returns how many graphs there are: the live one, and those that were
// and that requests still use.
func (rt *Router) Graphs() int { return int(rt.graphs.Load()) }

// acquire returns the live graph, which the caller releases; nil if there is
// none.
func (rt *Router) acquire() *Graph {
	for {
		g := rt.graph.Load()
		// A graph that closes between the two steps has been replaced.
		if g == nil || g.acquire() {
			return g
		}
	}
}

// Drain makes the router not ready: load balancers that look at its health
// send their requests elsewhere. It goes on serving.
func (rt *Router) Drain() { rt.draining.Store(true) }

// Close waits for the requests being served and takes the graph away. No
// requests may come any more.
func (rt *Router) Close() {
	rt.open.wait()
	rt.Swap(nil)
}

// deadline is how long a request may take.
func (rt *Router) deadline() time.Duration { return rt.config.Deadline.Std() }
