package config

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate reports every setting of c that cannot work. The error is a
// Problems. Parse does this already; it is for configurations made or changed
// by code.
func (c *Config) Validate() error { return c.problems().err() }

// validation collects what is wrong with a Config.
type validation struct {
	*Config
	found Problems
}

func (c *Config) problems() Problems {
	v := &validation{Config: c}
	v.addresses()
	v.supergraph()
	v.times()
	v.sizes()
	v.measured()
	v.overload()
	v.rateLimit()
	v.subgraphs()
	v.overrideLabels()
	v.headers()
	v.persisted()
	v.clients()
	v.cors()
	v.compression()
	v.batching()
	v.enums()
	return v.found
}

func (v *validation) report(path, format string, args ...any) {
	message := v.source.conceal(path, fmt.Sprintf(format, args...))
	v.found = append(v.found, Problem{v.source.file, v.source.position(path), path, message})
}

func (v *validation) addresses() {
	if host, port, err := net.SplitHostPort(v.Listen); err != nil {
		v.report("listen", "want host:port, such as 127.0.0.1:4000 or :4000; got %s", quote(v.Listen))
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		v.report("listen", "%s is not a port, a number from 0 to 65535", quote(port))
	} else if strings.ContainsAny(host, " /\t\n") {
		v.report("listen", "%s is not a host", quote(host))
	}
	taken := map[string]string{}
	for _, p := range []struct {
		key, path string
		on        bool
	}{
		{"path", v.Path, true},
		{"graphiql.path", v.GraphiQL.Path, v.GraphiQL.Enabled},
		{"health.path", v.Health.Path, v.Health.Enabled},
		{"metrics.path", v.Metrics.Path, v.Metrics.Enabled},
	} {
		if !p.on {
			continue
		}
		if !validPath(p.path) {
			v.report(p.key, "want a path such as /graphql, without ?, #, * or braces; got %s", quote(p.path))
			continue
		}
		// GraphiQL may share the GraphQL path: browsers get the page there.
		if other, ok := taken[p.path]; ok && !(p.key == "graphiql.path" && other == "path") {
			v.report(p.key, "%s is taken by %s already", quote(p.path), other)
		}
		taken[p.path] = p.key
	}
}

func validPath(p string) bool {
	return strings.HasPrefix(p, "/") && !strings.ContainsAny(p, "?#*{} \t\r\n\\") && !strings.Contains(p, "//")
}

func (v *validation) times() {
	if v.Deadline <= 0 {
		v.report("deadline", "must be more than 0; a request without an end can hold everything up")
	}
	if most := v.Deadline / 10; v.DeadlineReserve > most && v.Deadline > 0 && v.source.wrote("deadline_reserve") {
		v.report("deadline_reserve", "must be at most a tenth of deadline, %s", most)
	} else if v.DeadlineReserve < 0 {
		v.report("deadline_reserve", "must not be negative")
	}
	v.traffic("all_subgraphs", v.AllSubgraphs)
	if v.AllSubgraphs.Timeout <= 0 {
		v.report("all_subgraphs.timeout", "must be more than 0")
	}
	if v.AllSubgraphs.ConnectTimeout <= 0 {
		v.report("all_subgraphs.connect_timeout", "must be more than 0")
	}
	if v.AllSubgraphs.DeduplicateQuery == nil {
		v.report("all_subgraphs.deduplicate_query", "must be true or false")
	}
	if v.AllSubgraphs.ReuseEntities == nil {
		v.report("all_subgraphs.reuse_entities", "must be true or false")
	}
	if v.AllSubgraphs.AcceptCompressed == nil {
		v.report("all_subgraphs.accept_compressed", "must be true or false")
	}
	if v.Shutdown.Drain < 0 {
		v.report("shutdown.drain", "must not be negative")
	}
}

// traffic reports times that can never come to pass. Defaults are not held
// against anybody: they are cut short in silence.
func (v *validation) traffic(path string, t Traffic) {
	never := func(key string, d Duration, outerKey string, outer Duration) {
		if d > outer && outer > 0 && v.source.wrote(Join(path, key)) {
			v.report(Join(path, key), "%s can never fire: %s is %s", d, outerKey, outer)
		}
	}
	never("timeout", t.Timeout, "deadline", v.Deadline)
	outerKey, outer := Join(path, "timeout"), t.Timeout
	if outer == 0 {
		outerKey, outer = "all_subgraphs.timeout", v.AllSubgraphs.Timeout
	}
	never("connect_timeout", t.ConnectTimeout, outerKey, outer)
	never("tls_timeout", t.TLSTimeout, outerKey, outer)
	never("first_byte_timeout", t.FirstByteTimeout, outerKey, outer)
	v.resilience(path, t.Resilience, outerKey, outer)
}

func (v *validation) sizes() {
	for _, s := range []struct {
		key     string
		n, most int64
	}{
		{"limits.request_bytes", int64(v.Limits.RequestBytes), 1 << 30},
		{"limits.header_bytes", int64(v.Limits.HeaderBytes), 1 << 24},
		{"limits.tokens", int64(v.Limits.Tokens), 10_000_000},
		// Beyond, walking a document could exhaust the stack.
		{"limits.nesting", int64(v.Limits.Nesting), 1000},
		{"limits.selections", int64(v.Limits.Selections), 100_000_000},
		{"limits.errors", int64(v.Limits.Errors), 1000},
		{"limits.introspection_bytes", int64(v.Limits.IntrospectionBytes), 1 << 32},
		{"all_subgraphs.max_response_bytes", int64(v.AllSubgraphs.MaxResponseBytes), 1 << 32},
		{"caches.operations", int64(v.Caches.Operations), 1 << 40},
		{"caches.plans", int64(v.Caches.Plans), 1 << 40},
		{"caches.apq", int64(v.Caches.APQ), 1 << 40},
	} {
		if s.n < 1 || s.n > s.most {
			v.report(s.key, "must be from 1 to %d; got %d", s.most, s.n)
		}
	}
	for _, s := range []struct {
		key string
		n   int
	}{
		{"limits.depth", v.Limits.Depth},
		{"limits.height", v.Limits.Height},
		{"limits.aliases", v.Limits.Aliases},
		{"limits.root_fields", v.Limits.RootFields},
		{"limits.directives", v.Limits.Directives},
		{"limits.introspection_depth", v.Limits.IntrospectionDepth},
		{"all_subgraphs.max_entities_per_request", v.AllSubgraphs.MaxEntities},
	} {
		if s.n < 0 {
			v.report(s.key, "must not be negative; 0 means no limit")
		}
	}
}

// measured reports limits without a value: nothing is over them.
func (v *validation) measured() {
	l := v.Limits
	values := map[MeasuredLimit]int{
		MeasureDepth:      l.Depth,
		MeasureHeight:     l.Height,
		MeasureAliases:    l.Aliases,
		MeasureRootFields: l.RootFields,
		MeasureDirectives: l.Directives,

		MeasureIntrospectionDepth: l.IntrospectionDepth,

		// These always have a value.
		MeasureRequestBytes: int(l.RequestBytes),
		MeasureHeaderBytes:  int(l.HeaderBytes),
		MeasureTokens:       l.Tokens,
		MeasureNesting:      l.Nesting,
		MeasureSelections:   l.Selections,
		MeasureErrors:       l.Errors,
	}
	for i, name := range l.Measure {
		path := fmt.Sprintf("limits.measure[%d]", i)
		if err := new(MeasuredLimit).set(string(name)); err != nil {
			// Of what was written in a file decoding has told already.
			if !v.source.wrote("limits.measure") {
				v.report(path, "%s; got %s", err, quote(string(name)))
			}
		} else if values[name] == 0 {
			v.report(path, "there is nothing to measure by: limits.%s is 0, no limit", name)
		}
	}
}

func (v *validation) subgraphs() {
	for _, name := range slices.Sorted(maps.Keys(v.Subgraphs)) {
		s, path := v.Subgraphs[name], Join("subgraphs", name)
		if name == "" {
			v.report(path, "a subgraph has a name")
		}
		if s.URL != "" {
			if err := checkURL(s.URL); err != "" {
				v.report(Join(path, "url"), "%s", err)
			}
		}
		v.urls(path, s)
		v.traffic(path, s.Traffic)
		if most := Join(path, "max_entities_per_request"); s.MaxEntities < 0 || s.MaxEntities == 0 && v.source.wrote(most) {
			v.report(most, "must be at least 1; leave it out for what all_subgraphs says")
		}
		if s.MaxResponseBytes < 0 || s.MaxResponseBytes > 1<<32 {
			v.report(Join(path, "max_response_bytes"), "must be from 1 to %d; got %d", int64(1<<32), s.MaxResponseBytes)
		}
	}
}

// overrideLabel is what composition takes for a label. Federation, "@override".
var overrideLabel = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9_\-:./]*|percent\((\d{1,2}(\.\d{1,8})?|100)\))$`)

func (v *validation) overrideLabels() {
	for _, label := range slices.Sorted(maps.Keys(v.OverrideLabels)) {
		if !overrideLabel.MatchString(label) {
			v.report(Join("override_labels", label), "a label begins with a letter and has letters, digits and _-:./ only, or is of the form percent(10)")
		}
	}
}

// checkURL says what is wrong with a subgraph's URL, without repeating it: it
// may hold a password.
func checkURL(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "want a URL such as http://accounts:4001/graphql; this is not one"
	case u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return ""
	case u.Scheme == "unix":
		return "want unix:///path/to.sock?path=/graphql"
	case u.Scheme != "http" && u.Scheme != "https":
		return "want a URL that begins with http://, https:// or unix://"
	case u.Hostname() == "":
		return "the URL has no host"
	}
	return ""
}

func (v *validation) headers() {
	v.headerRules()
	if h := v.DeadlineHeader; h != "" && !isToken(h) {
		v.report("deadline_header", "%s is not a header name", quote(h))
	} else if unforwardable[http.CanonicalHeaderKey(h)] {
		v.report("deadline_header", "%s says something else about a request", h)
	}
	if v.CSRF.Enabled && len(v.CSRF.RequiredHeaders) == 0 {
		v.report("csrf.required_headers", "name at least one header, or set csrf.enabled to false")
	}
	for i, h := range v.CSRF.RequiredHeaders {
		path := fmt.Sprintf("csrf.required_headers[%d]", i)
		switch {
		case !isToken(h):
			v.report(path, "%s is not a header name", quote(h))
		case simpleHeaders[http.CanonicalHeaderKey(h)]:
			v.report(path, "browsers send %s to other origins without asking first, so it protects nothing", h)
		}
	}
}

// simpleHeaders are those a page may set towards another origin, or that
// browsers set themselves. Fetch standard, "CORS-safelisted request-header".
var simpleHeaders = map[string]bool{
	"Accept": true, "Accept-Language": true, "Content-Language": true, "Content-Type": true, "Range": true,
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Cookie": true, "Host": true,
	"Origin": true, "Referer": true, "User-Agent": true,
}

// isToken tells whether s can be a header's name (RFC 9110, "Tokens").
func isToken(s string) bool {
	for _, c := range s {
		alphanumeric := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alphanumeric && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) {
			return false
		}
	}
	return s != ""
}

// isFieldValue tells whether s can be a header's value: no control characters
// but the tab (RFC 9110, "Field Values").
func isFieldValue(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

// enums checks what decoding has checked already for a Config that was made
// by code.
func (v *validation) enums() {
	check := func(path, text string, s scalar) {
		if err := s.set(text); err != nil {
			v.report(path, "%s; got %s", err, quote(text))
		}
	}
	check("on_error", string(v.OnError), new(OnError))
	check("all_subgraphs.transport", string(v.AllSubgraphs.Transport), new(Transport))
	for _, name := range slices.Sorted(maps.Keys(v.Subgraphs)) {
		if t := v.Subgraphs[name].Transport; t != "" {
			check(Join(Join("subgraphs", name), "transport"), string(t), new(Transport))
		}
	}
	check("all_subgraphs.compression", string(v.AllSubgraphs.Compression), new(Encoding))
	for _, name := range slices.Sorted(maps.Keys(v.Subgraphs)) {
		if e := v.Subgraphs[name].Compression; e != "" {
			check(Join(Join("subgraphs", name), "compression"), string(e), new(Encoding))
		}
	}
	check("request_error_status", string(v.RequestErrorStatus), new(RequestErrorStatus))
	check("log.level", string(v.Log.Level), new(LogLevel))
	check("log.format", string(v.Log.Format), new(LogFormat))
	for _, e := range []struct {
		path      string
		all       Exposure
		subgraphs map[string]Exposure
	}{
		{"errors", v.Errors.All, v.Errors.Subgraphs},
		{"errors.log", v.Errors.Log.All, v.Errors.Log.Subgraphs},
	} {
		check(e.path+".all.message", string(e.all.Message), new(MessagePolicy))
		for _, name := range slices.Sorted(maps.Keys(e.subgraphs)) {
			if message := e.subgraphs[name].Message; message != "" {
				check(Join(Join(e.path+".subgraphs", name), "message"), string(message), new(MessagePolicy))
			}
		}
	}
}

// Std returns the duration as the standard library's.
func (d Duration) Std() time.Duration { return time.Duration(d) }
