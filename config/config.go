package config

import (
	"cmp"
	"time"
)

// A Config is everything that can be set. Each field is a key of the YAML
// file; config.yaml in the root of the repository explains them one by one.
type Config struct {
	// Dev switches on what is for development: GraphiQL, introspection,
	// explain and subgraph errors as they are. Each can still be set alone.
	Dev bool `yaml:"dev"`

	// Listen is the address to serve on, host:port. An empty host means all
	// addresses, port 0 a free one.
	Listen string `yaml:"listen"`

	// Path of the GraphQL endpoint.
	Path string `yaml:"path"`

	Supergraph Supergraph `yaml:"supergraph"`

	// AllSubgraphs are the settings of every subgraph, Subgraphs those of
	// single ones, by name. What is zero there is as in AllSubgraphs.
	AllSubgraphs Traffic             `yaml:"all_subgraphs"`
	Subgraphs    map[string]Subgraph `yaml:"subgraphs"`

	// OverrideLabels says for every request whether a label of a progressive
	// override is active. Of those it does not name, percent(n) is active for
	// n percent of requests, the others for none.
	OverrideLabels map[string]bool `yaml:"override_labels"`

	// Deadline of a request, from its arrival to the last byte of its answer.
	Deadline Duration `yaml:"deadline"`

	// DeadlineReserve is how long before the deadline fetches end, so that
	// what has arrived is written on time.
	DeadlineReserve Duration `yaml:"deadline_reserve"`

	// DeadlineHeader names the header that tells subgraphs how many
	// milliseconds they have left; "" for none.
	DeadlineHeader string `yaml:"deadline_header"`

	// CutMutations ends a mutation that was sent when its client has gone, or
	// by on_error fail_fast.
	CutMutations bool `yaml:"cut_mutations"`

	// DeduplicateRequests executes queries of clients that are equal, and there
	// at the same time, once.
	DeduplicateRequests bool `yaml:"deduplicate_requests"`

	OnError OnError `yaml:"on_error"`

	Introspection bool     `yaml:"introspection"`
	Explain       bool     `yaml:"explain"`
	GraphiQL      GraphiQL `yaml:"graphiql"`
	Health        Health   `yaml:"health"`
	Metrics       Metrics  `yaml:"metrics"`
	CSRF          CSRF     `yaml:"csrf"`
	APQ           APQ      `yaml:"apq"`

	PersistedQueries PersistedQueries `yaml:"persisted_queries"`
	Clients          Clients          `yaml:"clients"`

	CORS               CORS               `yaml:"cors"`
	Compression        Compression        `yaml:"compression"`
	Batching           Batching           `yaml:"batching"`
	RequestErrorStatus RequestErrorStatus `yaml:"request_error_status"`

	Headers   Headers   `yaml:"headers"`
	Errors    Errors    `yaml:"errors"`
	Limits    Limits    `yaml:"limits"`
	Overload  Overload  `yaml:"overload"`
	RateLimit RateLimit `yaml:"rate_limit"`
	Caches    Caches    `yaml:"caches"`
	Log       Log       `yaml:"log"`
	Shutdown  Shutdown  `yaml:"shutdown"`

	source source
}

// Traffic is how a subgraph is asked. As the settings of one subgraph, zero
// values stand for those of all.
type Traffic struct {
	Timeout          Duration `yaml:"timeout"`
	ConnectTimeout   Duration `yaml:"connect_timeout"`
	TLSTimeout       Duration `yaml:"tls_timeout"`
	FirstByteTimeout Duration `yaml:"first_byte_timeout"`
	IdleTimeout      Duration `yaml:"idle_timeout"`
	MaxResponseBytes Bytes    `yaml:"max_response_bytes"`

	Transport Transport `yaml:"transport"`

	// DeduplicateQuery sends queries that are equal, and asked for at the same
	// time, once. nil is not set.
	DeduplicateQuery *bool `yaml:"deduplicate_query"`

	// Compression is that of requests' bodies. Answers may always be
	// compressed, and AcceptCompressed asks for it. nil is not set.
	Compression      Encoding `yaml:"compression"`
	AcceptCompressed *bool    `yaml:"accept_compressed"`

	// ReuseEntities takes entities from what the subgraph has answered before
	// in the same request. nil is not set.
	ReuseEntities *bool `yaml:"reuse_entities"`

	// MaxEntities is how many representations one list in a request may hold;
	// a longer one is split over several requests. 0 is no limit.
	MaxEntities int `yaml:"max_entities_per_request"`

	Resilience `yaml:",inline"`
}

// A Subgraph holds the settings of one subgraph.
type Subgraph struct {
	// URL in place of the one in the supergraph; "" to keep that. URLs are
	// several, at which the same subgraph is.
	URL     string   `yaml:"url"`
	URLs    []string `yaml:"urls" doc:"Several URLs at which the same subgraph is, in place of url; see balance."`
	Traffic `yaml:",inline"`
}

// GraphiQL is the page with which people try queries.
type GraphiQL struct {
	Enabled bool `yaml:"enabled"`
	// Path serves the page; the GraphQL path serves it to browsers as well.
	Path string `yaml:"path"`
}

// Health is the endpoint that says whether weft is up: Path, Path/live,
// Path/ready, and the first with ?live and ?ready.
type Health struct {
	Enabled bool   `yaml:"enabled"`
	Path    string `yaml:"path"`
}

// Metrics is the endpoint for Prometheus and what reads its text format.
type Metrics struct {
	Enabled bool   `yaml:"enabled"`
	Path    string `yaml:"path"`
}

// CSRF refuses requests that a page of another origin can make a browser send
// without asking first.
type CSRF struct {
	Enabled bool `yaml:"enabled"`
	// RequiredHeaders are the headers of which one makes a request pass:
	// browsers ask before they send any of them to another origin.
	RequiredHeaders []string `yaml:"required_headers"`
}

// Errors says how much of subgraphs' errors clients see, and how much logs.
type Errors struct {
	// RedactedMessage stands in for messages that are masked.
	RedactedMessage string `yaml:"redacted_message"`

	All       Exposure            `yaml:"all"`
	Subgraphs map[string]Exposure `yaml:"subgraphs"`

	Log ErrorLog `yaml:"log"`
}

// ErrorLog says how much of subgraphs' errors is logged.
type ErrorLog struct {
	All       Exposure            `yaml:"all"`
	Subgraphs map[string]Exposure `yaml:"subgraphs"`
}

// An Exposure is what is seen of a subgraph's errors. As the setting of one
// subgraph, zero values stand for those of all.
type Exposure struct {
	Message    MessagePolicy   `yaml:"message"`
	Extensions ExtensionPolicy `yaml:"extensions"`
}

// Limits bound what a request may be, and how many errors its answer has. 0
// means no limit for depth, height, aliases, root fields, directives and the
// depth of introspection, since the others bound the work.
type Limits struct {
	RequestBytes       Bytes `yaml:"request_bytes"`
	HeaderBytes        Bytes `yaml:"header_bytes"`
	Tokens             int   `yaml:"tokens"`
	Nesting            int   `yaml:"nesting"`
	Selections         int   `yaml:"selections"`
	Depth              int   `yaml:"depth"`
	Height             int   `yaml:"height"`
	Aliases            int   `yaml:"aliases"`
	RootFields         int   `yaml:"root_fields"`
	Directives         int   `yaml:"directives"`
	IntrospectionDepth int   `yaml:"introspection_depth"`
	Errors             int   `yaml:"errors"`
	IntrospectionBytes Bytes `yaml:"introspection_bytes"`

	// Measure are the limits that refuse nothing: the access log tells what is
	// over them.
	Measure []MeasuredLimit `yaml:"measure"`
}

// Caches are bounded by the bytes their entries hold, by estimate.
type Caches struct {
	Operations Bytes `yaml:"operations"`
	Plans      Bytes `yaml:"plans"`
	APQ        Bytes `yaml:"apq"`
}

// Log says what is logged and how.
type Log struct {
	Level  LogLevel  `yaml:"level"`
	Format LogFormat `yaml:"format"`
	// Access writes one line per request.
	Access bool `yaml:"access"`
	// RequestHeaders are the client's headers that the line shows, Redact the
	// names of headers and of errors' extensions whose values never show.
	RequestHeaders []string `yaml:"request_headers"`
	Redact         []string `yaml:"redact"`
}

// Shutdown says how weft ends.
type Shutdown struct {
	// Drain is how long requests under way are waited for.
	Drain Duration `yaml:"drain"`
}

// Default returns the configuration of an empty file. dev tells whether the
// file, or whoever starts weft, asks for development.
func Default(dev bool) *Config {
	c := &Config{
		Listen: "127.0.0.1:4000",
		Path:   "/graphql",

		Supergraph: defaultSupergraph(),
		AllSubgraphs: Traffic{
			Timeout:          Duration(10 * time.Second),
			ConnectTimeout:   Duration(2 * time.Second),
			TLSTimeout:       Duration(2 * time.Second),
			IdleTimeout:      Duration(4 * time.Second),
			MaxResponseBytes: 32 << 20,
			Transport:        AutoTransport,
			DeduplicateQuery: new(true),
			ReuseEntities:    new(false),
			Resilience:       defaultResilience(),
			Compression:      IdentityEncoding,
			AcceptCompressed: new(false),
		},
		Deadline:        Duration(30 * time.Second),
		DeadlineReserve: Duration(50 * time.Millisecond),
		DeadlineHeader:  "weft-deadline-ms",
		OnError:         Partial,
		GraphiQL:        GraphiQL{Path: "/"},
		Health:          Health{Enabled: true, Path: "/health"},
		Metrics:         Metrics{Path: "/metrics"},
		CSRF: CSRF{
			Enabled:         true,
			RequiredHeaders: []string{"x-apollo-operation-name", "apollo-require-preflight", "weft-require-preflight"},
		},
		Compression:        defaultCompression(),
		Batching:           Batching{MaximumSize: 10},
		RequestErrorStatus: StatusByMediaType,
		Errors: Errors{
			RedactedMessage: "Subgraph errors redacted",
			All:             Exposure{Message: MaskMessage, Extensions: ExtensionPolicy{Keys: []string{"code"}}},
			Log:             ErrorLog{All: Exposure{Message: KeepMessage, Extensions: ExtensionPolicy{All: true}}},
		},
		Limits: Limits{
			RequestBytes:       2_000_000,
			HeaderBytes:        64 << 10,
			Tokens:             15_000,
			Nesting:            200,
			Selections:         100_000,
			Depth:              100,
			Height:             10_000,
			Aliases:            1_000,
			RootFields:         500,
			Directives:         1_000,
			IntrospectionDepth: 2,
			Errors:             100,
			IntrospectionBytes: 64 << 20,
		},
		APQ:              APQ{Enabled: true},
		PersistedQueries: PersistedQueries{HotReload: true},
		Clients:          defaultClients(),
		Overload:         Overload{Requests: 5000, Queue: 1000, Wait: Duration(500 * time.Millisecond), PlanQueue: 256},
		RateLimit: RateLimit{
			By:     ByIP,
			Rate:   100,
			Per:    Duration(time.Second),
			Burst:  200,
			Keys:   100_000,
			Status: 429,
			Report: ReportRefused,
		},
		Caches:   Caches{Operations: 64 << 20, Plans: 64 << 20, APQ: 16 << 20},
		Log:      Log{Level: "info", Format: "auto", Access: true, Redact: defaultRedact()},
		Shutdown: Shutdown{Drain: Duration(30 * time.Second)},
	}
	if dev {
		c.develop()
	}
	return c
}

// develop switches on what is for development.
func (c *Config) develop() {
	c.Dev = true
	c.Introspection = true
	c.Explain = true
	c.GraphiQL.Enabled = true
	c.CORS.AllowAnyOrigin = true
	c.Errors.All = Exposure{Message: KeepMessage, Extensions: ExtensionPolicy{All: true}}
}

// TrafficOf returns the settings for the named subgraph, those of all filled
// in. Nothing in it is nil if nothing in AllSubgraphs is.
func (c *Config) TrafficOf(subgraph string) Traffic {
	t, all := c.Subgraphs[subgraph].Traffic, c.AllSubgraphs
	return Traffic{
		Timeout:          cmp.Or(t.Timeout, all.Timeout),
		ConnectTimeout:   cmp.Or(t.ConnectTimeout, all.ConnectTimeout),
		TLSTimeout:       cmp.Or(t.TLSTimeout, all.TLSTimeout),
		FirstByteTimeout: cmp.Or(t.FirstByteTimeout, all.FirstByteTimeout),
		IdleTimeout:      cmp.Or(t.IdleTimeout, all.IdleTimeout),
		MaxResponseBytes: cmp.Or(t.MaxResponseBytes, all.MaxResponseBytes),
		Transport:        cmp.Or(t.Transport, all.Transport),
		DeduplicateQuery: cmp.Or(t.DeduplicateQuery, all.DeduplicateQuery),
		ReuseEntities:    cmp.Or(t.ReuseEntities, all.ReuseEntities),
		MaxEntities:      cmp.Or(t.MaxEntities, all.MaxEntities),
		Resilience:       t.Resilience.within(all.Resilience),
		Compression:      cmp.Or(t.Compression, all.Compression),
		AcceptCompressed: cmp.Or(t.AcceptCompressed, all.AcceptCompressed),
	}
}

// ExposureOf returns what clients see of the named subgraph's errors.
func (c *Config) ExposureOf(subgraph string) Exposure {
	return c.Errors.Subgraphs[subgraph].or(c.Errors.All)
}

// LoggedOf returns what logs show of the named subgraph's errors.
func (c *Config) LoggedOf(subgraph string) Exposure {
	return c.Errors.Log.Subgraphs[subgraph].or(c.Errors.Log.All)
}

// or fills in what e does not say.
func (e Exposure) or(all Exposure) Exposure {
	if e.Message == "" {
		e.Message = all.Message
	}
	if !e.Extensions.All && e.Extensions.Keys == nil {
		e.Extensions = all.Extensions
	}
	return e
}
