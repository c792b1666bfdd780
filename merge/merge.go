package merge

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// A Program is an operation and its plan compiled: how requests are built, how
// answers are decoded and linked, and how the response is written. It is
// immutable and safe for concurrent use.
type Program struct {
	plan    *plan.Plan
	fetches []*fetch
	root    *position
	query   *object // how "data" is written

	// copies of all fields that have them, by their number.
	copies []*copies

	// dependents are the fetches that depend on each fetch, directly.
	dependents [][]int

	positions int // number of positions
	joints    int // number of joint tables
	fields    int // number of fields of the response, by type

	size int

	schema *ast.Schema

	// objectTypes are the names that are known to be of object types.
	objectTypes map[string]bool

	seed maphash.Seed

	// results are released Results.
	results sync.Pool

	// growth is how many bytes of response there were lately for 1024 bytes
	// of answers; 0 while there was none.
	growth atomic.Int64

	// bodies is how many bytes of requests a Result has come to lately.
	bodies atomic.Int64
}

// Compile makes a program of an operation, its root selection under some
// condition values, and the plan for that selection. None of them may be
// written to afterwards.
//
// An error means that the plan is broken: it does not keep an invariant of
// package plan, or is too large to be a plan for an operation within limits.
func Compile(op *operation.Operation, selection []*operation.Field, p *plan.Plan) (*Program, error) {
	prog := &Program{
		plan:        p,
		schema:      op.Schema,
		objectTypes: objectTypes(op.Schema, p),
		dependents:  make([][]int, len(p.Fetches)),
		seed:        maphash.MakeSeed(),
	}
	prog.root = prog.newPosition(nil, "")
	for i, pf := range p.Fetches {
		if pf.ID != i {
			return nil, fmt.Errorf("compile plan: fetch %d has the ID %d", i, pf.ID)
		}
		f, err := prog.compileFetch(pf)
		if err != nil {
			return nil, fmt.Errorf("compile plan: fetch %d of %s: %w", i, pf.Subgraph, err)
		}
		prog.fetches = append(prog.fetches, f)
		for _, id := range pf.DependsOn {
			prog.dependents[id] = append(prog.dependents[id], i)
		}
	}
	prog.root.setUp()
	c := compiler{p: prog, schema: op.Schema, memo: map[string]*object{}, ids: map[*operation.Field]uint32{}}
	var err error
	if prog.query, err = c.object(prog.root, op.RootType(), selection); err != nil {
		return nil, fmt.Errorf("compile response: %w", err)
	}
	prog.listTargets()
	prog.setRepeats()
	prog.size = prog.measure()
	return prog, nil
}

// Size returns about how many bytes of memory the program holds, besides the
// operation and the plan it was made of.
func (p *Program) Size() int { return p.size }

// SizeHint guesses how long the value of "data" is if answers of so many bytes
// go into it.
func (p *Program) SizeHint(answers int) int {
	growth := int(p.growth.Load())
	if growth == 0 {
		return min(answers, maxUnknown)
	}
	return answers/1024*growth + answers/64 + 512
}

// maxUnknown bounds the guess for a first response, of which nobody knows how
// much will be copied to it.
const maxUnknown = 1 << 20

// maxGrowth bounds what a guess can cost.
const maxGrowth = 8 * 1024

// measure adds up what the parts of a program typically take.
func (p *Program) measure() int {
	const program, position, entry, field, fetch = 1 << 10, 700, 120, 250, 500
	size := program + position*p.positions + field*p.fields
	for _, f := range p.fetches {
		size += fetch + len(f.prefix) + entry*f.shape.count()
	}
	return size
}

// Plan returns the plan the program was made of.
func (p *Program) Plan() *plan.Plan { return p.plan }

// Dependents returns the IDs of the fetches that depend on a fetch directly,
// ascending. They must not be written to.
func (p *Program) Dependents(fetch int) []int { return p.dependents[fetch] }

// objectTypes collects the names of object types from the API schema and, for
// those that clients do not see, from the plan.
func objectTypes(schema *ast.Schema, p *plan.Plan) map[string]bool {
	names := map[string]bool{}
	add := func(on []string) {
		for _, name := range on {
			names[name] = true
		}
	}
	for name, t := range schema.Types {
		if t.Kind == ast.Object {
			names[name] = true
		}
	}
	var addFields func(fields []*plan.InputField)
	addFields = func(fields []*plan.InputField) {
		for _, f := range fields {
			add(f.On)
			addFields(f.Fields)
		}
	}
	for _, f := range p.Fetches {
		for _, l := range f.Lookups {
			for _, path := range l.Paths {
				for _, e := range path {
					add(e.On)
				}
			}
			for _, in := range l.Inputs {
				add(in.On)
				addFields(in.Fields)
			}
		}
	}
	return names
}
