package config

import (
	"net/http"
	"regexp"
)

// Headers are the rules by which headers travel, from clients to subgraphs and
// back. Nothing travels without one.
type Headers struct {
	All       HeaderRules            `yaml:"all"`
	Subgraphs map[string]HeaderRules `yaml:"subgraphs"`
}

// Return tells whether there are rules for responses.
func (h Headers) Return() bool {
	for _, rules := range h.Subgraphs {
		if len(rules.Response) > 0 {
			return true
		}
	}
	return len(h.All.Response) > 0
}

// HeaderRules are the rules of one subgraph, or of all.
type HeaderRules struct {
	// Request rules make the headers of a fetch from those of the client's
	// request. They run in order, those of all subgraphs first.
	Request []RequestRule `yaml:"request"`

	// Response rules make headers of the client's response from those of the
	// subgraph's answers. They run in order for each answer, those of all
	// subgraphs first.
	Response []ResponseRule `yaml:"response"`
}

// A RequestRule is one of propagate, insert and remove.
type RequestRule struct {
	Propagate *Propagate `yaml:"propagate" doc:"Copies a header of the client's request. One that an earlier rule has filled stays as it is."`
	Insert    *Insert    `yaml:"insert" doc:"Sets a header to a fixed value, whatever was there before."`
	Remove    *Remove    `yaml:"remove" doc:"Takes away what earlier rules have set."`
}

// Propagate copies a header of the client's request, or all whose whole name
// matches a pattern. A header that an earlier rule has filled stays as it is.
type Propagate struct {
	Named    string `yaml:"named" doc:"The header's name. Either this or matching."`
	Matching string `yaml:"matching" doc:"A regular expression for the whole name, without regard to case: all headers that match are copied."`
	Rename   string `yaml:"rename" doc:"The name towards the subgraph. Works with named only."`
	Default  string `yaml:"default" doc:"The value if the client has sent none. Works with named only."`
}

// Insert sets a header to a fixed value, whatever was there before.
type Insert struct {
	Name  string `yaml:"name" doc:"The header's name."`
	Value string `yaml:"value" doc:"Its value. Secrets are best written as ${NAME} or ${file:PATH}."`
}

// Remove takes away what earlier rules have set.
type Remove struct {
	Named    string `yaml:"named" doc:"The header's name. Either this or matching."`
	Matching string `yaml:"matching" doc:"A regular expression for the whole name, without regard to case."`
}

// A ResponseRule is one of propagate, insert and remove.
type ResponseRule struct {
	Propagate *PropagateBack `yaml:"propagate" doc:"Copies a header of a subgraph's answer to the client's response."`
	Insert    *Insert        `yaml:"insert" doc:"Sets a header to a fixed value, whatever was there before. With a rule for all subgraphs it is in every response to a GraphQL request, refusals included."`
	Remove    *Remove        `yaml:"remove" doc:"Takes away what earlier rules have taken from the same answer."`
}

// PropagateBack copies a header of an answer, or all whose whole name matches a
// pattern.
type PropagateBack struct {
	Named    string `yaml:"named" doc:"The header's name. Either this or matching."`
	Matching string `yaml:"matching" doc:"A regular expression for the whole name, without regard to case: all headers that match are copied."`
	Rename   string `yaml:"rename" doc:"The name towards the client. Works with named only."`
	Default  string `yaml:"default" doc:"The value if no subgraph has answered with one. Works with named only. For cache-control it is what an answer without the header is taken to say, in place of no-store."`

	Algorithm HeaderAlgorithm `yaml:"algorithm" doc:"What becomes of the header if several answers have it. They are taken in the order of the plan, whichever came first. Default: append for set-cookie, most_restrictive for cache-control, first for others.\n  first             of the first answer that has it, all its lines\n  last              of the last one\n  append            of all, joined with commas; lines of set-cookie stay apart\n  most_restrictive  for cache-control, which has no other: what all answers allow, and no-store if there are errors or a mutation"`
}

// HeaderAlgorithm says what becomes of a header that several answers have. ""
// is what suits the header.
type HeaderAlgorithm string

const (
	FirstValue      HeaderAlgorithm = "first"
	LastValue       HeaderAlgorithm = "last"
	AppendValues    HeaderAlgorithm = "append"
	MostRestrictive HeaderAlgorithm = "most_restrictive"
)

func (a *HeaderAlgorithm) set(text string) error {
	return oneOf(a, text, FirstValue, LastValue, AppendValues, MostRestrictive)
}

// AlgorithmOf returns what becomes of a header by its name, in canonical
// spelling, if nothing is said.
func AlgorithmOf(name string) HeaderAlgorithm {
	switch name {
	case "Set-Cookie":
		return AppendValues
	case "Cache-Control":
		return MostRestrictive
	default:
		return FirstValue
	}
}

// ReturnsCookies tells whether rules may send a client cookies of a subgraph,
// which are then for this client alone.
func (c *Config) ReturnsCookies(subgraph string) bool {
	for _, rules := range [][]ResponseRule{c.Headers.All.Response, c.Headers.Subgraphs[subgraph].Response} {
		for _, r := range rules {
			p := r.Propagate
			if p == nil {
				continue
			}
			if http.CanonicalHeaderKey(p.Named) == "Set-Cookie" {
				return true
			}
			if p.Matching != "" {
				// One that cannot be compiled has been reported.
				if re, err := regexp.Compile(WholeName(p.Matching)); err == nil && re.MatchString("Set-Cookie") {
					return true
				}
			}
		}
	}
	return false
}

// WholeName is a rule's pattern as the regular expression it stands for.
func WholeName(pattern string) string { return "(?i)^(?:" + pattern + ")$" }
