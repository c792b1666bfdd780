package router

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/planner/plan"
)

// returnRules make headers of the client's response from those of subgraphs'
// answers. They are immutable.
//
//	answer ─► rules of all, then of its subgraph ─► its contribution ─┐
//	answer ─► …                                                        ├─► response
//	(a fetch without an answer: inserts and defaults)                  ┘
//
// Contributions are merged in the order of the plan, not in that of arrival:
// the same request has the same headers however fast subgraphs are.
type returnRules struct {
	all       []headerRule
	subgraphs map[string][]headerRule // the rules of all in front
}

// compileReturns returns the rules, nil if there are none: nothing is kept of
// answers' headers then.
func compileReturns(c config.Headers) (*returnRules, error) {
	if !c.Return() {
		return nil, nil
	}
	all, err := compileRules(c.All.Response, returnedBy)
	if err != nil {
		return nil, err
	}
	rules := &returnRules{all: all, subgraphs: map[string][]headerRule{}}
	for name, r := range c.Subgraphs {
		own, err := compileRules(r.Response, returnedBy)
		if err != nil {
			return nil, err
		}
		rules.subgraphs[name] = slices.Concat(all, own)
	}
	return rules, nil
}

func returnedBy(r config.ResponseRule) headerRule {
	return headerRule{propagate: r.Propagate, insert: r.Insert, remove: r.Remove}
}

// cookies tells whether the response of a plan may set some.
func (r *returnRules) cookies(p *plan.Plan) bool {
	return r != nil && slices.ContainsFunc(p.Fetches, func(f *plan.Fetch) bool {
		return slices.ContainsFunc(r.rulesOf(f.Subgraph), func(rule headerRule) bool {
			return rule.propagate != nil && (rule.propagate.Named == "Set-Cookie" || rule.matching != nil && rule.matching.MatchString("Set-Cookie"))
		})
	})
}

// rulesOf returns the rules for answers of a subgraph.
func (r *returnRules) rulesOf(subgraph string) []headerRule {
	if rules, ok := r.subgraphs[subgraph]; ok {
		return rules
	}
	return r.all
}

// A contribution is what one answer has to say about a header.
type contribution struct {
	values    []string
	algorithm config.HeaderAlgorithm
	// byDefault says that no answer has said it: it counts if none does.
	byDefault bool
}

// of returns the contributions of a subgraph's answer, by the name of the
// header in the response. A nil answer is one that did not come.
func (r *returnRules) of(rules []headerRule, answer http.Header) map[string]contribution {
	out := map[string]contribution{}
	hop := connectionHeaders(answer)
	propagate := func(from, to string, algorithm config.HeaderAlgorithm) bool {
		values := answer[from]
		if len(values) == 0 || hop[from] || config.Unreturnable(from) || config.Unreturnable(to) {
			return false
		}
		if c, filled := out[to]; filled && !c.byDefault {
			return true
		}
		if algorithm == "" {
			algorithm = config.AlgorithmOf(to)
		}
		out[to] = contribution{values: values, algorithm: algorithm}
		return true
	}
	for i := range rules {
		rule := &rules[i]
		switch {
		case rule.propagate != nil && rule.matching != nil:
			for name := range answer {
				if rule.matching.MatchString(name) {
					algorithm := rule.propagate.Algorithm
					if name == "Cache-Control" {
						algorithm = config.MostRestrictive
					}
					propagate(name, name, algorithm)
				}
			}
		case rule.propagate != nil:
			p := rule.propagate
			if propagate(p.Named, p.Rename, p.Algorithm) || p.Default == "" {
				continue
			}
			if _, filled := out[p.Rename]; !filled {
				out[p.Rename] = contribution{values: []string{p.Default}, algorithm: config.FirstValue, byDefault: true}
			}
		case rule.insert != nil:
			out[rule.insert.Name] = contribution{values: []string{rule.insert.Value}, algorithm: config.LastValue}
		case rule.remove != nil:
			for name := range out {
				if rule.remove.Named == name || rule.matching != nil && rule.matching.MatchString(name) {
					delete(out, name)
				}
			}
		}
	}
	return out
}

// A returned is what the answers of a request have come to.
type returned struct {
	headers  map[string][]string
	joined   map[string]bool // by the algorithm append: into one line
	defaults map[string][]string
	cache    cacheControl
	unknown  bool // an answer without a word on how long it may be kept
	bytes    int
	cut      bool // something was left out, since it was too much
}

// maxReturnedBytes bounds the headers that are taken from answers: clients and
// proxies refuse responses with more.
const maxReturnedBytes = 32 << 10

// collect merges the contributions of all answers to a request, in the order
// of its plan. Without rules there are none.
func (r *returnRules) collect(fetches []executor.FetchReport) *returned {
	if r == nil {
		return &returned{}
	}
	out := &returned{headers: map[string][]string{}, joined: map[string]bool{}, defaults: map[string][]string{}}
	out.add(r.of(r.all, nil), nil, false)
	for i := range fetches {
		f := &fetches[i]
		if f.Requests == 0 {
			continue
		}
		rules := r.rulesOf(f.Subgraph)
		if f.Headers == nil {
			out.add(r.of(rules, nil), nil, false)
		}
		for _, answer := range f.Headers {
			out.add(r.of(rules, answer), answer, answer != nil)
		}
	}
	return out
}

// add takes in the contributions of one answer.
func (o *returned) add(contributions map[string]contribution, answer http.Header, answered bool) {
	if answered {
		if c, ok := contributions["Cache-Control"]; ok {
			o.cache.add(c.values, ageOf(answer))
		} else {
			o.unknown = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(contributions)) {
		c := contributions[name]
		switch {
		case name == "Cache-Control":
		case c.byDefault:
			if o.defaults[name] == nil {
				o.defaults[name] = c.values
			}
		case c.algorithm == config.LastValue || o.headers[name] == nil:
			o.set(name, c)
		case c.algorithm == config.AppendValues:
			o.append(name, c)
		}
	}
}

func (o *returned) set(name string, c contribution) {
	size := sizeOf(name, c.values) - sizeOf(name, o.headers[name])
	if o.bytes+size > maxReturnedBytes {
		o.cut = true
		return
	}
	o.bytes += size
	o.headers[name] = c.values
	o.joined[name] = c.algorithm == config.AppendValues
}

// append adds what is not there yet: of three answers of a subgraph each may
// set the same cookie.
func (o *returned) append(name string, c contribution) {
	values := slices.Clip(o.headers[name]) // the first are those of an answer
	for _, v := range c.values {
		if slices.Contains(values, v) {
			continue
		}
		if o.bytes += sizeOf(name, []string{v}); o.bytes > maxReturnedBytes {
			o.cut = true
			return
		}
		values = append(values, v)
	}
	o.headers[name] = values
	o.joined[name] = true
}

func sizeOf(name string, values []string) int {
	n := 0
	for _, v := range values {
		n += len(name) + len(v) + 4
	}
	return n
}

// write puts the headers into the response. Nobody may keep one with errors,
// or one that has changed something.
func (o *returned) write(h http.Header, keepable bool) {
	for name, values := range o.defaults {
		if o.headers[name] == nil {
			o.headers[name] = values
		}
	}
	for name, values := range o.headers {
		switch {
		case name == "Set-Cookie":
			h[name] = append(h[name], values...)
		case name == "Vary":
			addVary(h, values)
		case o.joined[name]:
			h[name] = []string{strings.Join(values, ", ")}
		default:
			h[name] = slices.Clone(values)
		}
	}
	if o.cache.answers == 0 {
		return // nothing is said, which is no-store
	}
	if !keepable || o.unknown {
		h.Set("Cache-Control", noStore)
		return
	}
	// A cookie is for this client.
	o.cache.private = o.cache.private || len(h["Set-Cookie"]) > 0
	h.Set("Cache-Control", o.cache.String())
}

// addVary adds names to a Vary that weft may have set already.
func addVary(h http.Header, lines []string) {
	var names []string
	for _, line := range slices.Concat(h["Vary"], lines) {
		for _, name := range splitList(line) {
			name = strings.TrimSpace(name)
			if name != "" && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 {
		h["Vary"] = []string{strings.Join(names, ", ")}
	}
}
