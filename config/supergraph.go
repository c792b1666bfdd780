package config

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Supergraph says where the supergraph comes from: a file, or subgraphs that
// weft composes.
type Supergraph struct {
	// File holds the supergraph SDL. A relative path is relative to the
	// configuration file.
	File string `yaml:"file"`

	// Subgraphs are composed, by name.
	Subgraphs map[string]Composed `yaml:"subgraphs"`

	// OnMissing is what is done about subgraphs whose schema cannot be read.
	OnMissing OnMissing `yaml:"on_missing"`

	// PollInterval is how often schemas are asked for over the network, and
	// WatchInterval how often files are looked at; 0 is never.
	PollInterval  Duration `yaml:"poll_interval"`
	WatchInterval Duration `yaml:"watch_interval"`

	// StartTimeout is how long subgraphs may take to be there at the start.
	StartTimeout Duration `yaml:"start_timeout"`

	// SchemaTimeout and MaxSchemaBytes bound one schema that is read.
	SchemaTimeout  Duration `yaml:"schema_timeout"`
	MaxSchemaBytes Bytes    `yaml:"max_schema_bytes"`

	// LastGoodFile keeps the schemas that serve, for a start at which some
	// cannot be read; "" for none.
	LastGoodFile string `yaml:"last_good_file"`

	// IncludeTags and ExcludeTags make a contract of what is composed.
	IncludeTags []string `yaml:"include_tags"`
	ExcludeTags []string `yaml:"exclude_tags"`
}

// A Composed subgraph is one of those that weft composes.
type Composed struct {
	// RoutingURL is where it answers; "" for its Schema's SubgraphURL.
	RoutingURL string `yaml:"routing_url"`

	Schema SubgraphSchema `yaml:"schema"`

	// OnMissing in place of that for all; "" for that.
	OnMissing OnMissing `yaml:"on_missing"`
}

// A SubgraphSchema is where a subgraph's SDL comes from: one of File, SubgraphURL,
// Introspect, URL and SDL.
type SubgraphSchema struct {
	File string `yaml:"file"`

	// SubgraphURL is asked for _service { sdl }. Introspect is the same.
	SubgraphURL string `yaml:"subgraph_url"`
	Introspect  string `yaml:"introspect"`

	// URL has the SDL itself.
	URL string `yaml:"url"`

	SDL string `yaml:"sdl"`

	// Headers to send to SubgraphURL or URL. IntrospectionHeaders is the
	// same.
	Headers              map[string]string `yaml:"headers"`
	IntrospectionHeaders map[string]string `yaml:"introspection_headers"`
}

// OnMissing says what is done about a subgraph whose schema cannot be read.
type OnMissing string

const (
	// FailMissing does not start without it, and later composes nothing new
	// until it is back.
	FailMissing OnMissing = "fail"
	// UseLastGood takes the schema that was read last.
	UseLastGood OnMissing = "use_last_good"
	// SkipMissing starts without it.
	SkipMissing OnMissing = "skip"
)

func (o *OnMissing) set(text string) error {
	return oneOf(o, text, FailMissing, UseLastGood, SkipMissing)
}

func defaultSupergraph() Supergraph {
	return Supergraph{
		OnMissing:      FailMissing,
		PollInterval:   Duration(10 * time.Second),
		WatchInterval:  Duration(time.Second),
		StartTimeout:   Duration(30 * time.Second),
		SchemaTimeout:  Duration(5 * time.Second),
		MaxSchemaBytes: 16 << 20,
	}
}

// relativeTo makes relative paths relative to the directory.
func (s *Supergraph) relativeTo(dir string) {
	abs := func(name *string) {
		if *name != "" && !filepath.IsAbs(*name) {
			*name = filepath.Join(dir, *name)
		}
	}
	abs(&s.File)
	abs(&s.LastGoodFile)
	for name, g := range s.Subgraphs {
		abs(&g.Schema.File)
		s.Subgraphs[name] = g
	}
}

// minInterval keeps a slip of the unit from asking subgraphs all the time.
const minInterval = Duration(100 * time.Millisecond)

func (v *validation) supergraph() {
	s := v.Supergraph
	if s.File != "" && len(s.Subgraphs) > 0 {
		v.report("supergraph.subgraphs", "there is a supergraph.file already; one of the two is the supergraph")
	}
	if len(s.Subgraphs) == 0 {
		useless := func(key string, set bool) {
			if set {
				v.report(Join("supergraph", key), "works with supergraph.subgraphs only, from which weft composes")
			}
		}
		useless("last_good_file", s.LastGoodFile != "")
		useless("include_tags", len(s.IncludeTags) > 0)
		useless("exclude_tags", len(s.ExcludeTags) > 0)
	}
	interval := func(key string, d Duration) {
		if d != 0 && d < minInterval {
			v.report(Join("supergraph", key), "must be at least %s, or 0s for never", minInterval)
		}
	}
	interval("poll_interval", s.PollInterval)
	interval("watch_interval", s.WatchInterval)
	limit := func(key string, d Duration) {
		if d <= 0 {
			v.report(Join("supergraph", key), "must be more than 0")
		}
	}
	limit("start_timeout", s.StartTimeout)
	limit("schema_timeout", s.SchemaTimeout)
	if n := s.MaxSchemaBytes; n < 1 || n > 1<<30 {
		v.report("supergraph.max_schema_bytes", "must be from 1 to %d; got %d", 1<<30, n)
	}
	v.onMissing("supergraph.on_missing", s.OnMissing)
	for _, name := range slices.Sorted(maps.Keys(s.Subgraphs)) {
		v.composed(Join("supergraph.subgraphs", name), name, s.Subgraphs[name])
	}
}

// onMissing checks what decoding has checked for what is in a file.
func (v *validation) onMissing(path string, o OnMissing) {
	if err := new(OnMissing).set(string(o)); err != nil {
		v.report(path, "%s; got %s", err, quote(string(o)))
	}
}

func (v *validation) composed(path, name string, g Composed) {
	if name == "" {
		v.report(path, "a subgraph has a name")
	}
	if g.OnMissing != "" {
		v.onMissing(Join(path, "on_missing"), g.OnMissing)
	}
	if g.RoutingURL != "" {
		if err := checkURL(g.RoutingURL); err != "" {
			v.report(Join(path, "routing_url"), "%s", err)
		}
	}
	s, at := g.Schema, Join(path, "schema")
	var from []string
	remote := false
	for _, f := range []struct {
		key, value string
		url        bool
	}{
		{"file", s.File, false},
		{"subgraph_url", s.SubgraphURL, true},
		{"introspect", s.Introspect, true},
		{"url", s.URL, true},
		{"sdl", s.SDL, false},
	} {
		if f.value == "" {
			continue
		}
		from = append(from, f.key)
		if !f.url {
			continue
		}
		remote = true
		if err := checkURL(f.value); err != "" {
			v.report(Join(at, f.key), "%s", err)
		} else if strings.HasPrefix(f.value, "unix:") {
			v.report(Join(at, f.key), "schemas are asked for over http:// and https:// only")
		}
	}
	switch {
	case len(from) == 0:
		v.report(at, "says nothing of where the schema is: file, subgraph_url, url or sdl")
	case len(from) > 1:
		v.report(at, "the schema comes from several places: %s", strings.Join(from, ", "))
	}
	if len(s.Headers) > 0 && len(s.IntrospectionHeaders) > 0 {
		v.report(Join(at, "introspection_headers"), "is the same as headers; use one of them")
	}
	v.schemaHeaders(Join(at, "headers"), s.Headers, remote)
	v.schemaHeaders(Join(at, "introspection_headers"), s.IntrospectionHeaders, remote)
}

func (v *validation) schemaHeaders(path string, headers map[string]string, remote bool) {
	if len(headers) > 0 && !remote {
		v.report(path, "works with subgraph_url or url only")
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if name == "" {
			v.report(path, "a header has a name")
		}
		v.name(Join(path, name), name, towardsSubgraph)
		v.value(Join(path, name), headers[name])
	}
}
