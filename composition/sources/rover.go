package sources

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weft-graphql/weft/config/nesting"
)

// A Config is a supergraph.yaml as rover reads it:
//
//	federation_version: =2.9.0
//	subgraphs:
//	  products:
//	    routing_url: http://products/graphql
//	    schema:
//	      file: ./products.graphql
//	  reviews:
//	    schema:
//	      subgraph_url: http://reviews/graphql
//	      introspection_headers: {Authorization: "Bearer ${env.TOKEN}"}
//	  stock:
//	    routing_url: http://stock/graphql
//	    schema:
//	      sdl: "type Query { amount: Int }"
//
// "introspect" is accepted in place of "subgraph_url". ${env.NAME} and
// ${env.NAME:-default} in values are replaced.
type Config struct {
	// FederationVersion as written, "" if absent. It must be some 2.x that is
	// known; composition itself goes by what the subgraphs link.
	FederationVersion string

	// Sources in the order of the file.
	Sources []Source
}

// A Problem is something wrong in a configuration.
type Problem struct {
	File         string
	Line, Column int // from 1
	Message      string
}

// Error is "file:line:column: message".
func (p *Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

const (
	// maxConfig bounds the size of a configuration.
	maxConfig = 16 << 20
	// maxNesting bounds how deep its values nest.
	maxNesting = 64
)

// LoadConfig reads a configuration file. Relative paths of schemas are taken
// from where the file is. lookup finds environment variables (os.LookupEnv).
func LoadConfig(path string, lookup func(string) (string, bool)) (*Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read supergraph configuration: %w", err)
	}
	if info.Size() > maxConfig {
		return nil, fmt.Errorf("read supergraph configuration: %s is longer than %d bytes", path, maxConfig)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read supergraph configuration: %w", err)
	}
	c, err := ParseConfig(path, data, lookup)
	if err != nil {
		return nil, err
	}
	for i := range c.Sources {
		if f := c.Sources[i].File; f != "" && !filepath.IsAbs(f) {
			c.Sources[i].File = filepath.Join(filepath.Dir(path), f)
		}
	}
	return c, nil
}

// ParseConfig reads a configuration. The error joins a *Problem for each thing
// that is wrong.
func ParseConfig(file string, data []byte, lookup func(string) (string, bool)) (*Config, error) {
	if len(data) > maxConfig {
		return nil, &Problem{file, 1, 1, fmt.Sprintf("the configuration is longer than %d bytes", maxConfig)}
	}
	if line, column, deep := nesting.Beyond(string(data), maxNesting); deep {
		return nil, &Problem{file, line, column, fmt.Sprintf("values are nested deeper than %d levels", maxNesting)}
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		p := &Problem{file, 1, 1, "not YAML: " + err.Error()}
		if syntax := (yaml.Error)(nil); errors.As(err, &syntax) {
			p.Message = "not YAML: " + syntax.GetMessage()
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				p.Line, p.Column = t.Position.Line, t.Position.Column
			}
		}
		return nil, p
	}
	r := &configReader{file: file, lookup: lookup}
	c := &Config{}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		return nil, &Problem{file, 1, 1, "there must be one YAML document with the key \"subgraphs\""}
	}
	r.config(c, parsed.Docs[0].Body)
	if len(r.problems) > 0 {
		return nil, errors.Join(r.problems...)
	}
	return c, nil
}

type configReader struct {
	file     string
	lookup   func(string) (string, bool)
	problems []error
}

func (r *configReader) fail(n ast.Node, format string, args ...any) {
	p := &Problem{File: r.file, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}
	if t := n.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	r.problems = append(r.problems, p)
}

// entry is one key of a mapping.
type entry struct {
	key   string
	name  ast.Node
	value ast.Node
}

// mapping reads the entries of a mapping; what names it in messages.
func (r *configReader) mapping(n ast.Node, what string) []entry {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.fail(n, "%s must be a mapping", what)
		return nil
	}
	var entries []entry
	for _, v := range values {
		name, ok := v.Key.(ast.ScalarNode)
		if !ok {
			r.fail(v.Key, "a key of %s is not a plain name", what)
			continue
		}
		key := fmt.Sprint(name.GetValue())
		if slices.ContainsFunc(entries, func(e entry) bool { return e.key == key }) {
			r.fail(v.Key, "%q is given more than once in %s", key, what)
			continue
		}
		entries = append(entries, entry{key, v.Key, v.Value})
	}
	return entries
}

// text reads a scalar.
func (r *configReader) text(e entry) string {
	var s string
	switch n := e.value.(type) {
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s = n.GetToken().Value
	default:
		r.fail(e.value, "%q must be text", e.key)
		return ""
	}
	return r.expand(e.value, s)
}

var variable = regexp.MustCompile(`\$\{env\.([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

func (r *configReader) expand(n ast.Node, s string) string {
	return variable.ReplaceAllStringFunc(s, func(ref string) string {
		m := variable.FindStringSubmatch(ref)
		if value, ok := r.lookup(m[1]); ok {
			return value
		}
		if m[2] == "" {
			r.fail(n, "the environment variable %s is not set", m[1])
		}
		return m[3]
	})
}

func (r *configReader) config(c *Config, n ast.Node) {
	found := false
	for _, e := range r.mapping(n, "the configuration") {
		switch e.key {
		case "federation_version":
			c.FederationVersion = r.text(e)
			r.checkVersion(e, c.FederationVersion)
		case "subgraphs":
			found = true
			for _, s := range r.mapping(e.value, "\"subgraphs\"") {
				c.Sources = append(c.Sources, r.source(s))
			}
			if len(c.Sources) == 0 {
				r.fail(e.name, "\"subgraphs\" is empty")
			}
		default:
			r.fail(e.name, "unknown key %q: the configuration has \"federation_version\" and \"subgraphs\"", e.key)
		}
	}
	if !found {
		r.fail(n, "the key \"subgraphs\" is missing")
	}
}

var version = regexp.MustCompile(`^=?v?2(\.(\d{1,4})(\.\d{1,4})?)?$`)

// newestVersion is the newest federation 2 version that composition knows.
const newestVersion = 14

func (r *configReader) checkVersion(e entry, v string) {
	m := version.FindStringSubmatch(v)
	switch {
	case v == "1" || strings.HasPrefix(strings.TrimPrefix(v, "="), "0."):
		r.fail(e.value, "federation_version %s is not supported: use 2, under which federation 1 subgraphs compose as well", v)
	case m == nil:
		r.fail(e.value, "federation_version %q is not a version such as 2 or =2.9.0", v)
	default:
		if minor, err := strconv.Atoi(m[2]); err == nil && minor > newestVersion {
			r.fail(e.value, "federation_version %s is not known: the newest known is 2.%d", v, newestVersion)
		}
	}
}

func (r *configReader) source(s entry) Source {
	out := Source{Name: s.key}
	what := fmt.Sprintf("subgraph %q", s.key)
	hasSchema := false
	for _, e := range r.mapping(s.value, what) {
		switch e.key {
		case "routing_url":
			out.URL = r.text(e)
		case "schema":
			hasSchema = true
			r.schema(&out, e, what)
		default:
			r.fail(e.name, "unknown key %q: %s has \"routing_url\" and \"schema\"", e.key, what)
		}
	}
	if !hasSchema {
		r.fail(s.name, "%s has no \"schema\"", what)
	}
	if out.URL == "" {
		out.URL = out.Endpoint
	}
	return out
}

func (r *configReader) schema(out *Source, s entry, what string) {
	var from []string
	for _, e := range r.mapping(s.value, "the schema of "+what) {
		switch e.key {
		case "file":
			from = append(from, e.key)
			if out.File = r.text(e); out.File == "" {
				r.fail(e.value, "\"file\" of %s is empty", what)
			}
		case "subgraph_url", "introspect":
			from = append(from, e.key)
			if out.Endpoint = r.text(e); !isURL(out.Endpoint) {
				r.fail(e.value, "%q of %s is not an http or https URL: %q", e.key, what, out.Endpoint)
			}
		case "sdl":
			from = append(from, e.key)
			out.SDL = r.text(e)
		case "introspection_headers":
			out.Headers = map[string]string{}
			for _, h := range r.mapping(e.value, "\"introspection_headers\"") {
				out.Headers[h.key] = r.text(h)
			}
		case "graphref", "subgraph":
			r.fail(e.name, "%q: schemas from a registry are not supported", e.key)
			from = append(from, e.key)
		default:
			r.fail(e.name, "unknown key %q: a schema has \"file\", \"subgraph_url\" or \"sdl\"", e.key)
		}
	}
	switch {
	case len(from) == 0:
		r.fail(s.name, "%s says nothing of where its schema is: \"file\", \"subgraph_url\" or \"sdl\"", what)
	case len(from) > 1 && !slices.Contains(from, "graphref"):
		r.fail(s.name, "%s has its schema from several places: %s", what, strings.Join(from, ", "))
	}
	if out.Headers != nil && out.Endpoint == "" {
		r.fail(s.name, "%s has \"introspection_headers\" without \"subgraph_url\"", what)
	}
}
