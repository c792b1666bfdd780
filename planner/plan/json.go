package plan

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// JSON prints the plan as a tree in the JSON form of federation query plans,
// compact, with its fields in their usual order.
//
//	{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[
//	  {"kind":"Fetch","serviceName":"products","variableUsages":[],
//	   "operation":"{topProducts{upc}}", … },
//	  {"kind":"Flatten","path":["topProducts","@"],"node":
//	   {"kind":"Fetch","serviceName":"reviews","requires":[ … ], … }}]}}
//
// What the usual form has no place for is added behind it: the IDs of the
// fetches that a fetch waits for (dependsOn), why it exists (reasons), and
// where entities are looked for first (reuse). The tree shows each fetch in the
// earliest stage it could start at; running is by dependsOn alone.
//
// A lookup for objects at several paths is a Flatten with paths instead of
// path. A request with several lookups is a BatchFetch, whose lookups have what
// a Flatten and a Fetch otherwise have. requires gives the names under which
// the merged result holds values where they are not those of the
// representation, as {"name":"_weft_0","alias":"price"}.
func (p *Plan) JSON() string {
	plan := jsonPlan{Kind: "QueryPlan"}
	if len(p.Fetches) > 0 {
		plan.Node = p.jsonNode()
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(plan); err != nil {
		panic("plan: " + err.Error()) // there are only strings and numbers
	}
	return strings.TrimSuffix(out.String(), "\n")
}

type jsonPlan struct {
	Kind string `json:"kind"`
	Node any    `json:"node,omitempty"`
}

type jsonNodes struct {
	Kind  string `json:"kind"` // Sequence or Parallel
	Nodes []any  `json:"nodes"`
}

type jsonFlatten struct {
	Kind  string     `json:"kind"`
	Path  []string   `json:"path,omitempty"`
	Paths [][]string `json:"paths,omitempty"`
	Node  any        `json:"node"`
}

type jsonSubscription struct {
	Kind    string `json:"kind"`
	Primary any    `json:"primary"`
	Rest    any    `json:"rest,omitempty"`
}

type jsonFetch struct {
	Kind            string          `json:"kind"`
	ServiceName     string          `json:"serviceName"`
	Requires        []jsonSelection `json:"requires,omitempty"`
	VariableUsages  []string        `json:"variableUsages"`
	Operation       string          `json:"operation"`
	OperationName   *string         `json:"operationName"`
	OperationKind   ast.Operation   `json:"operationKind"`
	ID              int             `json:"id"`
	InputRewrites   []jsonRewrite   `json:"inputRewrites"`
	OutputRewrites  []jsonRewrite   `json:"outputRewrites"`
	ContextRewrites []jsonRewrite   `json:"contextRewrites"`
	Lookups         []jsonLookup    `json:"lookups,omitempty"`
	DependsOn       []int           `json:"dependsOn,omitempty"`
	Reuse           []jsonReuse     `json:"reuse,omitempty"`
	Reasons         []string        `json:"reasons,omitempty"`
}

// A jsonLookup is one _entities field of a BatchFetch.
type jsonLookup struct {
	Alias           string          `json:"alias"`
	Variable        string          `json:"variable"`
	Paths           [][]string      `json:"paths"`
	Requires        []jsonSelection `json:"requires"`
	InputRewrites   []jsonRewrite   `json:"inputRewrites"`
	OutputRewrites  []jsonRewrite   `json:"outputRewrites"`
	ContextRewrites []jsonRewrite   `json:"contextRewrites"`
	Reuse           []jsonReuse     `json:"reuse,omitempty"`
}

type jsonSelection struct {
	Kind          string          `json:"kind"` // Field or InlineFragment
	TypeCondition string          `json:"typeCondition,omitempty"`
	Alias         string          `json:"alias,omitempty"`
	Name          string          `json:"name,omitempty"`
	Selections    []jsonSelection `json:"selections,omitempty"`
}

type jsonRewrite struct {
	Kind        string   `json:"kind"` // ValueSetter or KeyRenamer
	Path        []string `json:"path"`
	SetValueTo  string   `json:"setValueTo,omitempty"`
	RenameKeyTo string   `json:"renameKeyTo,omitempty"`
}

type jsonReuse struct {
	Fetch int      `json:"fetch"`
	Path  []string `json:"path"`
	Type  string   `json:"type"`
}

func (p *Plan) jsonNode() any {
	if len(p.Deferred) > 0 {
		return p.jsonPart(0)
	}
	stages := p.Stages()
	if p.Operation == ast.Subscription && len(stages[0]) == 1 {
		s := jsonSubscription{Kind: "Subscription", Primary: jsonNodeOf(stages[0][0])}
		if len(stages) > 1 {
			s.Rest = jsonStages(stages[1:])
		}
		return s
	}
	return jsonStages(stages)
}

type jsonDefer struct {
	Kind     string         `json:"kind"`
	Primary  jsonPrimary    `json:"primary"`
	Deferred []jsonDeferred `json:"deferred"`
}

type jsonPrimary struct {
	Subselection string `json:"subselection"`
	Node         any    `json:"node,omitempty"`
}

type jsonDeferred struct {
	Depends      []jsonDepends `json:"depends"`
	Label        *string       `json:"label"`
	QueryPath    []string      `json:"queryPath"`
	Subselection string        `json:"subselection"`
	Node         any           `json:"node,omitempty"`
}

type jsonDepends struct {
	ID string `json:"id"`
}

// jsonPart is one part of the answer with those that come after it; nil if it
// needs no fetch of its own.
func (p *Plan) jsonPart(id int) any {
	var node any
	if stages := p.StagesOf(id); len(stages) > 0 {
		node = jsonStages(stages)
	}
	rest := p.after(id)
	if len(rest) == 0 {
		return node
	}
	j := jsonDefer{Kind: "Defer", Primary: jsonPrimary{p.selectionsOf(id), node}}
	for _, d := range rest {
		part := jsonDeferred{Depends: []jsonDepends{}, QueryPath: d.Path.elements(), Subselection: d.Selections, Node: p.jsonPart(d.ID)}
		if d.Label != "" {
			part.Label = &d.Label
		}
		for _, on := range d.DependsOn {
			part.Depends = append(part.Depends, jsonDepends{strconv.Itoa(on)})
		}
		j.Deferred = append(j.Deferred, part)
	}
	return j
}

func jsonStages(stages [][]*Fetch) any {
	nodes := make([]any, len(stages))
	for i, stage := range stages {
		parallel := make([]any, len(stage))
		for j, f := range stage {
			parallel[j] = jsonNodeOf(f)
		}
		nodes[i] = oneOr("Parallel", parallel)
	}
	return oneOr("Sequence", nodes)
}

func oneOr(kind string, nodes []any) any {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return jsonNodes{kind, nodes}
}

func jsonNodeOf(f *Fetch) any {
	j := jsonFetch{
		Kind:           "Fetch",
		ServiceName:    f.Subgraph,
		VariableUsages: append([]string{}, f.Variables...),
		Operation:      f.Document,
		OperationKind:  f.Operation,
		ID:             f.ID,
		DependsOn:      f.DependsOn,
		Reasons:        f.Reasons,
	}
	if f.Name != "" {
		j.OperationName = &f.Name
	}
	switch {
	case !f.IsEntity():
		j.OutputRewrites = renames(f.Selections, nil)
		return flattened([]Path{f.Path}, j)
	case len(f.Lookups) == 1:
		l := jsonLookupOf(f.Lookups[0])
		j.Requires, j.Reuse = l.Requires, l.Reuse
		j.InputRewrites, j.OutputRewrites, j.ContextRewrites = l.InputRewrites, l.OutputRewrites, l.ContextRewrites
		return flattened(f.Lookups[0].Paths, j)
	default:
		j.Kind = "BatchFetch"
		for _, l := range f.Lookups {
			j.Lookups = append(j.Lookups, jsonLookupOf(l))
		}
		return j
	}
}

func flattened(paths []Path, node jsonFetch) any {
	switch {
	case len(paths) > 1:
		return jsonFlatten{Kind: "Flatten", Paths: pathsElements(paths), Node: node}
	case len(paths[0]) > 0:
		return jsonFlatten{Kind: "Flatten", Path: paths[0].elements(), Node: node}
	default:
		return node
	}
}

func pathsElements(paths []Path) [][]string {
	all := make([][]string, len(paths))
	for i, p := range paths {
		all[i] = p.elements()
	}
	return all
}

// elements are the path as a list: names, and "@" for every element of a list.
// The types that objects must have stand behind the name of the field that
// leads to them.
func (p Path) elements() []string {
	out := []string{}
	for _, e := range p {
		name := e.As
		if e.On != nil {
			name += "|[" + strings.Join(e.On, ",") + "]"
		}
		out = append(out, name)
		for range e.Lists {
			out = append(out, "@")
		}
	}
	return out
}

func jsonLookupOf(l *Lookup) jsonLookup {
	j := jsonLookup{
		Alias:          l.Key,
		Variable:       l.Variable,
		Paths:          pathsElements(l.Paths),
		OutputRewrites: renames(l.Selections, nil),
	}
	for _, in := range l.Inputs {
		j.addInput(in)
	}
	for _, c := range l.Context {
		var above []string
		for range c.Up {
			above = append(above, "..")
		}
		j.ContextRewrites = append(j.ContextRewrites, contextPaths(c.Fields, above, c.Variable)...)
	}
	for _, r := range l.Reuse {
		j.Reuse = append(j.Reuse, jsonReuse{r.Fetch, r.Path.elements(), r.Type})
	}
	return j
}

func (j *jsonLookup) addInput(in *Input) {
	types := in.On
	if types == nil {
		types = []string{in.Typename}
	}
	for _, t := range types {
		selections := append([]jsonSelection{{Kind: "Field", Name: "__typename"}}, jsonInputFields(in.Fields)...)
		j.Requires = append(j.Requires, jsonSelection{Kind: "InlineFragment", TypeCondition: t, Selections: selections})
		if in.Typename != "" && in.Typename != t {
			j.InputRewrites = append(j.InputRewrites, jsonRewrite{Kind: "ValueSetter", Path: []string{"... on " + t, "__typename"}, SetValueTo: in.Typename})
		}
	}
}

func jsonInputFields(fields []*InputField) []jsonSelection {
	var out []jsonSelection
	for _, f := range fields {
		s := jsonSelection{Kind: "Field", Name: f.As, Selections: jsonInputFields(f.Fields)}
		if f.As != f.Name {
			s.Alias = f.Name
		}
		if f.On == nil {
			out = append(out, s)
			continue
		}
		for _, t := range f.On {
			out = append(out, jsonSelection{Kind: "InlineFragment", TypeCondition: t, Selections: []jsonSelection{s}})
		}
	}
	return out
}

// renames are the keys of an answer that are not the names its values go by.
func renames(set []*Selection, path []string) []jsonRewrite {
	var out []jsonRewrite
	for _, s := range set {
		step := s.Key
		if s.TypeCondition != "" {
			step = "... on " + s.TypeCondition
		}
		at := append(path[:len(path):len(path)], step)
		if s.TypeCondition == "" && s.Key != s.As && s.As != "" {
			out = append(out, jsonRewrite{Kind: "KeyRenamer", Path: at, RenameKeyTo: s.As})
		}
		out = append(out, renames(s.Selections, at)...)
	}
	return out
}

// contextPaths are the ways to the values of a context variable.
func contextPaths(fields []*InputField, path []string, variable string) []jsonRewrite {
	var out []jsonRewrite
	for _, f := range fields {
		types := f.On
		if types == nil {
			types = []string{""}
		}
		for _, t := range types {
			at := path[:len(path):len(path)]
			if t != "" {
				at = append(at, "... on "+t)
			}
			at = append(at, f.As)
			if f.Fields == nil {
				out = append(out, jsonRewrite{Kind: "KeyRenamer", Path: at, RenameKeyTo: variable})
			} else {
				out = append(out, contextPaths(f.Fields, at, variable)...)
			}
		}
	}
	return out
}
