package router

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
)

// headerRules make the headers of a fetch from those of the client's request.
// They are immutable.
type headerRules struct {
	all       []headerRule
	subgraphs map[string][]headerRule // the rules of all in front
}

// A headerRule is one of propagate, insert and remove: the config's rule, for
// either direction, with names in canonical spelling and patterns compiled.
type headerRule struct {
	propagate *config.PropagateBack
	insert    *config.Insert
	remove    *config.Remove
	matching  *regexp.Regexp // of propagate or remove; nil if named
}

func compileHeaders(c config.Headers) (*headerRules, error) {
	all, err := compileRules(c.All.Request, forwarded)
	if err != nil {
		return nil, err
	}
	rules := &headerRules{all: all, subgraphs: map[string][]headerRule{}}
	for name, r := range c.Subgraphs {
		own, err := compileRules(r.Request, forwarded)
		if err != nil {
			return nil, err
		}
		rules.subgraphs[name] = slices.Concat(all, own)
	}
	return rules, nil
}

func forwarded(r config.RequestRule) headerRule {
	rule := headerRule{insert: r.Insert, remove: r.Remove}
	if p := r.Propagate; p != nil {
		rule.propagate = &config.PropagateBack{Named: p.Named, Matching: p.Matching, Rename: p.Rename, Default: p.Default}
	}
	return rule
}

// compileRules compiles the rules for one direction, which rule takes out of the
// config.
func compileRules[R any](c []R, rule func(R) headerRule) ([]headerRule, error) {
	rules := make([]headerRule, 0, len(c))
	for _, r := range c {
		compiled, err := rule(r).compile()
		if err != nil {
			return nil, err
		}
		rules = append(rules, compiled)
	}
	return rules, nil
}

// compile returns the rule with its names spelt and its pattern compiled. What
// it was made of stays as it is.
func (r headerRule) compile() (headerRule, error) {
	pattern := ""
	switch {
	case r.propagate != nil:
		p := *r.propagate
		p.Named = http.CanonicalHeaderKey(p.Named)
		p.Rename = http.CanonicalHeaderKey(p.Rename)
		if p.Rename == "" {
			p.Rename = p.Named
		}
		r.propagate, pattern = &p, p.Matching
	case r.insert != nil:
		i := *r.insert
		i.Name = http.CanonicalHeaderKey(i.Name)
		r.insert = &i
	case r.remove != nil:
		m := *r.remove
		m.Named = http.CanonicalHeaderKey(m.Named)
		r.remove, pattern = &m, m.Matching
	}
	if pattern == "" {
		return r, nil
	}
	var err error
	if r.matching, err = regexp.Compile(config.WholeName(pattern)); err != nil {
		return r, fmt.Errorf("header rule: %w", err)
	}
	return r, nil
}

// A forwarding makes the headers for the subgraphs that one request of a client
// leads to. Those without rules of their own get the same ones. It belongs to
// one goroutine.
type forwarding struct {
	rules  *headerRules
	client http.Header

	common *executor.Header // made by the rules for all
	made   bool             // that common is
}

// header returns the headers to send to a subgraph.
func (f *forwarding) header(subgraph string) *executor.Header {
	if rules, own := f.rules.subgraphs[subgraph]; own {
		return executor.NewHeader(apply(rules, f.client))
	}
	if !f.made {
		f.common, f.made = executor.NewHeader(apply(f.rules.all, f.client)), true
	}
	return f.common
}

// apply returns the headers to send that rules make of the client's, nil without
// rules. What belongs to the client's connection or body never passes.
func apply(rules []headerRule, client http.Header) http.Header {
	if len(rules) == 0 {
		return nil
	}
	out := http.Header{}
	var filled map[string]bool // by propagation; one rule does so once per name
	if len(rules) > 1 {
		filled = map[string]bool{}
	}
	hop := connectionHeaders(client)
	propagate := func(from, to string) bool {
		values := client[from]
		if len(values) == 0 || filled[to] || hop[from] || config.Unforwardable(from) || config.Unforwardable(to) {
			return false
		}
		out[to] = slices.Clone(values)
		if filled != nil {
			filled[to] = true
		}
		return true
	}
	for _, r := range rules {
		switch {
		case r.propagate != nil && r.matching != nil:
			for name := range client {
				if r.matching.MatchString(name) {
					propagate(name, name)
				}
			}
		case r.propagate != nil:
			p := r.propagate
			if !propagate(p.Named, p.Rename) && p.Default != "" && out[p.Rename] == nil {
				out[p.Rename] = []string{p.Default}
			}
		case r.insert != nil:
			out[r.insert.Name] = []string{r.insert.Value}
		case r.remove != nil:
			for name := range out {
				if r.remove.Named == name || r.matching != nil && r.matching.MatchString(name) {
					delete(out, name)
					delete(filled, name)
				}
			}
		}
	}
	return out
}

// connectionHeaders are the headers that the client's Connection header says
// are for this connection only. RFC 9110, "Connection".
func connectionHeaders(client http.Header) map[string]bool {
	if len(client["Connection"]) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, line := range client["Connection"] {
		for _, name := range splitList(line) {
			names[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	return names
}
