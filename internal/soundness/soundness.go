package soundness

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// A Checker checks plans over one supergraph. It is safe for concurrent use.
type Checker struct {
	super   *supergraph.Supergraph
	schemas []*ast.Schema // by subgraph
}

// New makes a checker. An error means that a subgraph's schema, as the
// supergraph has it, is no GraphQL schema.
func New(s *supergraph.Supergraph) (*Checker, error) {
	c := &Checker{super: s}
	for _, g := range s.Subgraphs {
		schema, err := subgraphSchema(s, g.Index)
		if err != nil {
			return nil, err
		}
		c.schemas = append(c.schemas, schema)
	}
	return c, nil
}

// A Request is what a plan was made for.
type Request struct {
	Kind ast.Operation

	// Selection of the operation under its condition values.
	Selection []*operation.Field

	// Labels are the override labels that were active.
	Labels map[string]bool
}

// maxFaults is how many faults Check reports, and maxPlaces how many places of
// the merged result it looks at: types times types times types, on the way
// down through interfaces.
const (
	maxFaults = 20
	maxPlaces = 50_000
)

// Check tells what is wrong with a plan, nil if nothing is.
func (c *Checker) Check(r Request, p *plan.Plan) []string {
	k := newCheck(c, r, p)
	k.structure()
	if len(k.faults) > 0 {
		return k.faults
	}
	for _, f := range p.Fetches {
		k.document(f)
	}
	k.run()
	if len(k.faults) > 0 {
		return k.faults
	}
	k.unused()
	k.faults = append(k.faults, c.first(r, p)...)
	for _, f := range p.Fetches {
		// Parts of the answer that come at different times may hold the same.
		if len(p.Deferred) == 0 && c.isSpare(r, p, f) {
			k.fault(f, "the plan is as good without it")
		}
	}
	return k.faults
}

// Faults tells what is wrong with a plan without looking at its documents, nor
// at what it could do without.
func (c *Checker) Faults(r Request, p *plan.Plan) []string {
	k := newCheck(c, r, p)
	k.structure()
	if len(k.faults) == 0 {
		k.run()
	}
	return k.faults
}

// isSpare tells whether a plan is sound without one of its fetches. The planner
// need not know that all subgraphs with a field exclude some type, if some of
// them cannot be reached; so that types are impossible does not count here.
func (c *Checker) isSpare(r Request, p *plan.Plan, f *plan.Fetch) bool {
	k := newCheck(c, r, p)
	k.doubtful = true
	k.without[f.ID] = true
	k.run()
	return len(k.faults) == 0
}

// A check is one run of a Checker over a plan.
type check struct {
	*Checker
	request Request
	plan    *plan.Plan

	faults []string
	places int

	// before holds, for each fetch, the fetches that have ended when it
	// starts.
	before []map[int]bool

	// without are fetches to act as if they were not in the plan.
	without map[int]bool

	// doubtful says to count every type that some source could have.
	doubtful bool

	// seen are the selections that apply to some object, used those that
	// somebody asked for.
	seen, used map[*plan.Selection]bool
}

func newCheck(c *Checker, r Request, p *plan.Plan) *check {
	k := &check{Checker: c, request: r, plan: p, without: map[int]bool{}, seen: map[*plan.Selection]bool{}, used: map[*plan.Selection]bool{}}
	for i, f := range p.Fetches {
		before := map[int]bool{}
		for _, d := range f.DependsOn {
			if d < 0 || d >= i {
				continue // structure tells
			}
			before[d] = true
			for e := range k.before[d] {
				before[e] = true
			}
		}
		k.before = append(k.before, before)
	}
	return k
}

func (k *check) fault(f *plan.Fetch, format string, args ...any) {
	where := "plan: "
	if f != nil {
		where = fmt.Sprintf("fetch %d of %s: ", f.ID, f.Subgraph)
	}
	text := where + fmt.Sprintf(format, args...)
	if len(k.faults) < maxFaults && !slices.Contains(k.faults, text) {
		k.faults = append(k.faults, text)
	}
}

// structure checks what can be said about fetches without looking into them.
func (k *check) structure() {
	for i, f := range k.plan.Fetches {
		if f.ID != i {
			k.fault(f, "has the place %d", i)
		}
		if !slices.IsSorted(f.DependsOn) || len(slices.Compact(slices.Clone(f.DependsOn))) != len(f.DependsOn) {
			k.fault(f, "depends on %v, which is not ascending", f.DependsOn)
		}
		for _, d := range f.DependsOn {
			if d < 0 || d >= i {
				k.fault(f, "depends on %d, which does not come before it", d)
			} else if f.Deferred == 0 && k.plan.Fetches[d].Deferred != 0 {
				k.fault(f, "depends on %d, which is deferred", d)
			}
		}
		if (f.Selections == nil) == (f.Lookups == nil) {
			k.fault(f, "must have either selections or lookups")
		}
		if len(f.Reasons) == 0 {
			k.fault(f, "has no reason")
		}
		if k.super.Subgraph(f.Subgraph) == nil {
			k.fault(f, "there is no such subgraph")
		}
		k.kind(f)
		for _, l := range f.Lookups {
			if len(l.Paths) == 0 || len(l.Inputs) == 0 || len(l.Selections) == 0 {
				k.fault(f, "lookup %s lacks paths, inputs or selections", l.Key)
			}
			for _, p := range l.Paths {
				if len(p) == 0 {
					k.fault(f, "lookup %s is for the root", l.Key)
				}
			}
		}
	}
	k.mutation()
}

func (k *check) kind(f *plan.Fetch) {
	want := ast.Query
	if !f.IsEntity() && len(f.Path) == 0 {
		want = k.request.Kind
	}
	if f.Operation != want {
		k.fault(f, "is a %s", f.Operation)
	}
}

// mutation checks that mutation fields are called once each, one after the
// other, and whatever came of one before the next.
func (k *check) mutation() {
	if k.request.Kind == ast.Query {
		return
	}
	var order []string
	for _, f := range k.request.Selection {
		if f.Name != "__typename" && !slices.Contains(order, f.ResponseName) {
			order = append(order, f.ResponseName)
		}
	}
	var called []string
	var last *plan.Fetch
	for _, f := range k.plan.Fetches {
		if f.IsEntity() || len(f.Path) > 0 {
			continue
		}
		for _, s := range f.Selections {
			if s.Name != "__typename" {
				called = append(called, s.As)
			}
		}
		if last != nil {
			for id := range f.ID {
				if !k.before[f.ID][id] {
					k.fault(f, "does not wait for fetch %d, which is part of an earlier root field", id)
				}
			}
		}
		last = f
	}
	if !slices.Equal(order, called) {
		k.fault(nil, "calls the root fields %v instead of %v", called, order)
	}
}
