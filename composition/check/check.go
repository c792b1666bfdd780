package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// A Report says what a new supergraph means for the users of the old one.
type Report struct {
	// Composition holds the reasons why there is no new supergraph; there is
	// nothing else to report then.
	Composition []composition.Diagnostic

	// Changes of the API schema, the worst first.
	Changes []Change

	// Operations in the order they were given.
	Operations []OperationReport
}

// OK tells whether nothing breaks: the subgraphs compose, no change is breaking
// and no operation fails that did not fail before.
func (r *Report) OK() bool {
	return len(r.Composition) == 0 && r.Count(Breaking) == 0 && r.CountOperations(Invalid) == 0 && r.CountOperations(Unplannable) == 0
}

// Count returns how many changes are of a severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, c := range r.Changes {
		if c.Severity == s {
			n++
		}
	}
	return n
}

// CountOperations returns how many operations have a status.
func (r *Report) CountOperations(s Status) int {
	n := 0
	for _, o := range r.Operations {
		if o.Status == s {
			n++
		}
	}
	return n
}

// An OperationReport says what becomes of one operation.
type OperationReport struct {
	Name   string `json:"name"`         // "" if anonymous
	ID     string `json:"id,omitempty"` // in the manifest
	Place  Place  `json:"place"`
	Status Status `json:"status"`

	// Errors against the new supergraph; for what was AlreadyFailing there are
	// some, and for what is Fixed there are none.
	Errors []Failure `json:"errors,omitempty"`

	// Before and After are what the plans cost; nil where there is none. Of
	// the values that the variables of @skip and @include can have, those of
	// Conditions are meant: where the difference is largest, and then the
	// cost.
	Before     *Cost                `json:"before,omitempty"`
	After      *Cost                `json:"after,omitempty"`
	Conditions operation.Conditions `json:"conditions,omitempty"`
}

// A Status is what becomes of an operation.
type Status string

// The statuses. Only Invalid and Unplannable make a report not OK.
const (
	// Same: valid and planned, at the same cost.
	Same Status = "same"
	// Invalid: it was valid and is not any more.
	Invalid Status = "invalid"
	// Unplannable: it could be planned and cannot be any more.
	Unplannable Status = "unplannable"
	// Costlier: for some values of its conditions it takes more fetches or
	// more stages.
	Costlier Status = "costlier"
	// Cheaper: it takes fewer, and for no condition values more.
	Cheaper Status = "cheaper"
	// AlreadyFailing: it could not be run before and cannot be now.
	AlreadyFailing Status = "already_failing"
	// Fixed: it could not be run before.
	Fixed Status = "fixed"
)

// A Failure is why an operation cannot be run.
type Failure struct {
	// Code is one of packages operation and planner.
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Places  []Place `json:"places,omitempty"`
}

// A Cost is what a plan takes.
type Cost struct {
	// Fetches is the number of requests, and Stages how many of them must
	// wait for one another at most.
	Fetches int `json:"fetches"`
	Stages  int `json:"stages"`
}

// NotComposed is the report on subgraphs that do not compose.
func NotComposed(errors []composition.Diagnostic) *Report { return &Report{Composition: errors} }

// Check compares two supergraphs and runs the operations against both, one
// after the other, without asking any subgraph. Override labels count as
// inactive. The error is ctx's.
func Check(ctx context.Context, base, revised *supergraph.Supergraph, operations []Operation) (*Report, error) {
	r := &Report{Changes: Changes(base.API, revised.API)}
	old := side{base, planner.New(base, planner.Options{})}
	now := side{revised, planner.New(revised, planner.Options{})}
	for i := range operations {
		o, err := checkOperation(ctx, old, now, &operations[i])
		if err != nil {
			return nil, fmt.Errorf("check operation %d of %d: %w", i+1, len(operations), err)
		}
		r.Operations = append(r.Operations, o)
	}
	return r, nil
}

// A side is one of the two supergraphs.
type side struct {
	super   *supergraph.Supergraph
	planner *planner.Planner
}

func checkOperation(ctx context.Context, base, revised side, o *Operation) (OperationReport, error) {
	report := OperationReport{Name: o.Name, ID: o.ID, Place: o.Place}
	doc, ok := o.assemble()
	if !ok {
		report.Status = AlreadyFailing
		report.Errors = []Failure{{operation.CodeMaxTokens, fmt.Sprintf("the operation and its fragments are longer than %d bytes", maxDocument), []Place{o.Place}}}
		return report, nil
	}
	before, err := base.run(ctx, &doc)
	if err != nil {
		return report, err
	}
	after, err := revised.run(ctx, &doc)
	if err != nil {
		return report, err
	}
	report.Errors = after.failures
	switch {
	case before.failures != nil && after.failures != nil:
		report.Status = AlreadyFailing
	case before.failures != nil:
		report.Status = Fixed
		report.After, report.Conditions = dearest(after)
	case after.failures != nil:
		report.Status = Invalid
		if after.valid {
			report.Status = Unplannable
		}
		report.Before, report.Conditions = dearest(before)
	default:
		report.compare(before, after)
	}
	return report, nil
}

// An outcome is what became of an operation on one side.
type outcome struct {
	failures []Failure
	valid    bool // even if there are failures: then of planning

	// costs by the condition values of variants.
	variants []operation.Conditions
	costs    []Cost
}

func (s side) run(ctx context.Context, doc *assembled) (outcome, error) {
	var out outcome
	if err := ctx.Err(); err != nil {
		return out, err
	}
	op, errs := operation.Prepare(s.super.API, doc.text, "", operation.DefaultLimits())
	for _, e := range errs {
		code, _ := e.Extensions["code"].(string)
		f := Failure{Code: code, Message: e.Message}
		for _, l := range e.Locations {
			f.Places = append(f.Places, doc.place(l.Line, l.Column))
		}
		out.failures = append(out.failures, f)
	}
	if len(errs) > 0 {
		return out, nil
	}
	out.valid = true
	out.variants = variants(op.Conditions)
	for _, conditions := range out.variants {
		p, err := s.planner.Plan(ctx, planner.Request{Operation: op, Selection: op.Select(conditions)})
		if err != nil {
			failure := (*planner.Error)(nil)
			if !errors.As(err, &failure) {
				return out, err
			}
			place := doc.place(op.Definition.Position.Line, op.Definition.Position.Column)
			out.failures = []Failure{{string(failure.Code), failure.Message, []Place{place}}}
			return out, nil
		}
		out.costs = append(out.costs, Cost{len(p.Fetches), len(p.Stages())})
	}
	return out, nil
}

// allVariants is how many condition variables are tried in all combinations.
const allVariants = 4

// mostVariants bounds the plans of one operation.
const mostVariants = 64

// variants returns values of the condition variables: all there are if the
// variables are few, and else all false, all true, and each one alone true and
// alone false, as far as mostVariants goes. There is always one.
func variants(conditions []string) []operation.Conditions {
	names := slices.DeleteFunc(slices.Clone(conditions), func(name string) bool {
		_, null := operation.IsNullCondition(name) // costs nothing more
		return null
	})
	var list []operation.Conditions
	add := func(is func(i int) bool) {
		c := make(operation.Conditions, len(names))
		for i, name := range names {
			c[name] = is(i)
		}
		list = append(list, c)
	}
	if len(names) <= allVariants {
		for bits := range 1 << len(names) {
			add(func(i int) bool { return bits&(1<<i) != 0 })
		}
		return list
	}
	add(func(int) bool { return false })
	add(func(int) bool { return true })
	for k := range names {
		if len(list)+2 > mostVariants {
			break
		}
		add(func(i int) bool { return i == k })
		add(func(i int) bool { return i != k })
	}
	return list
}

// compare sets what the report says of costs.
func (r *OperationReport) compare(before, after outcome) {
	r.Status = Same
	at := 0
	for i := range before.costs {
		grows := func(i int) Cost {
			return Cost{after.costs[i].Fetches - before.costs[i].Fetches, after.costs[i].Stages - before.costs[i].Stages}
		}
		switch g := grows(i); {
		case g.Fetches > 0 || g.Stages > 0:
			if r.Status != Costlier || compareCosts(g, grows(at)) > 0 {
				at = i
			}
			r.Status = Costlier
		case r.Status == Costlier:
		case g != Cost{}:
			if r.Status != Cheaper || compareCosts(g, grows(at)) < 0 {
				at = i
			}
			r.Status = Cheaper
		case r.Status == Same && compareCosts(after.costs[i], after.costs[at]) > 0:
			at = i
		}
	}
	r.Before, r.After = &before.costs[at], &after.costs[at]
	r.Conditions = maps.Clone(before.variants[at])
}

// compareCosts orders by stages, which are waited for, and then by fetches.
func compareCosts(a, b Cost) int {
	return cmp.Or(cmp.Compare(a.Stages, b.Stages), cmp.Compare(a.Fetches, b.Fetches))
}

// dearest returns the greatest cost, and when it occurs.
func dearest(o outcome) (*Cost, operation.Conditions) {
	at := 0
	for i := range o.costs {
		if compareCosts(o.costs[i], o.costs[at]) > 0 {
			at = i
		}
	}
	return &slices.Clone(o.costs)[at], maps.Clone(o.variants[at])
}
