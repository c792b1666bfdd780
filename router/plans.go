package router

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
)

// planKey is all that a plan depends on: a program is made from its key alone.
type planKey struct {
	planner    *planner.Planner // of one supergraph, with its options
	operation  string           // its normal form
	conditions flags            // of the operation's Conditions
	labels     flags            // of the override labels the operation touches: which are active
}

func hashPlan(seed maphash.Seed, k planKey) uint64 {
	const odd = 0x9e3779b97f4a7c15
	h := maphash.String(seed, k.operation) + k.conditions.first*odd ^ k.labels.first
	for _, rest := range [...]string{k.conditions.rest, k.labels.rest} {
		if rest != "" {
			h = h*odd + maphash.String(seed, rest)
		}
	}
	return h
}

// flags are truth values of a list of names: the first 64 as bits, the others
// as a string of 0 and 1. Unlike a map they can be compared, and are seldom on
// the heap.
type flags struct {
	first uint64
	rest  string
}

func flagsOf(names []string, holds func(name string) bool) flags {
	var f flags
	var rest []byte
	for i, name := range names {
		switch {
		case i < 64 && holds(name):
			f.first |= 1 << i
		case i < 64:
		case holds(name):
			rest = append(rest, '1')
		default:
			rest = append(rest, '0')
		}
	}
	f.rest = string(rest)
	return f
}

// of returns the flags by name. The names are those that the flags were made
// of.
func (f flags) of(names []string) map[string]bool {
	values := make(map[string]bool, len(names))
	for i, name := range names {
		if i < 64 {
			values[name] = f.first&(1<<i) != 0
		} else {
			values[name] = f.rest[i-64] == '1'
		}
	}
	return values
}

// within returns the flags that hold and that others, of the same names, have.
func (f flags) within(others flags) flags {
	f.first &= others.first
	if f.rest == "" || f.rest == others.rest {
		return f
	}
	rest := []byte(f.rest)
	for i := range rest {
		if others.rest[i] == '0' {
			rest[i] = '0'
		}
	}
	f.rest = string(rest)
	return f
}

// A program is a planned and compiled operation under some conditions.
type program struct {
	*merge.Program
	operation *operation.Operation
	selection []*operation.Field
	// introspects tells that a root field is answered by package operation.
	introspects bool
	planned     time.Duration // how long planning and compiling took
}

// planTimeout bounds the planning of one operation, whoever waits for it. The
// planner's own budget of steps and bytes comes first on an idle machine.
const planTimeout = 2 * time.Second

// plan returns the program of an operation under the conditions of a request's
// variables, and with some override labels active; and whether it was cached.
func (g *Graph) plan(ctx context.Context, s *prepared, vars *operation.Variables, labels flags) (p *program, hit bool, err error) {
	key := planKey{
		planner:    g.planner,
		operation:  s.Normal(),
		conditions: flagsOf(s.Conditions, vars.Holds),
		labels:     labels.within(s.labels),
	}
	if p, ok := g.programs.find(key); ok {
		return p, true, nil
	}
	p, err = g.programs.fill(ctx, key, func(ctx context.Context) (*program, error) {
		if err := g.planning.Enter(ctx); err != nil {
			return nil, err
		}
		defer g.planning.Leave()
		ctx, cancel := context.WithTimeout(ctx, planTimeout)
		defer cancel()
		return g.compile(ctx, s.Signature, key)
	})
	return p, false, err
}

// compile makes the program of a key. Of the signature, which is of whichever
// document came first, it uses what is in the normal form.
func (g *Graph) compile(ctx context.Context, s *operation.Signature, key planKey) (*program, error) {
	start := time.Now()
	op, err := s.Rebuild()
	if err != nil {
		return nil, err
	}
	selection := op.Select(key.conditions.of(op.Conditions))
	plan, err := g.planner.Plan(ctx, planner.Request{Operation: op, Selection: selection, Labels: key.labels.of(g.overrides.labels)})
	if err != nil {
		return nil, err
	}
	compiled, err := merge.Compile(op, selection, plan)
	if err != nil {
		return nil, err
	}
	return &program{
		Program:     compiled,
		operation:   op,
		selection:   selection,
		introspects: introspects(selection),
		planned:     time.Since(start),
	}, nil
}

func introspects(selection []*operation.Field) bool {
	return slices.ContainsFunc(selection, func(f *operation.Field) bool { return strings.HasPrefix(f.Name, "__") })
}

// introspection answers the root fields that no subgraph is asked for.
func (p *program) introspection(vars *operation.Variables) ([]operation.Answer, *gqlerror.Error) {
	if !p.introspects {
		return nil, nil
	}
	return operation.Introspect(p.operation, p.selection, vars)
}

// weighProgram estimates the bytes a program holds: itself, and the operation,
// the selection and the plan it was made of.
func weighProgram(k planKey, p *program) int {
	const key, document, field, fetch = 1 << 10, 40, 500, 2 << 10
	size := key + p.Size() + document*len(k.operation) + field*countFields(p.selection)
	for _, f := range p.Plan().Fetches {
		size += fetch + document*len(f.Document)
	}
	return size
}

// countFields counts the fields of a selection; its depth is bounded by
// operation.Limits.
func countFields(fields []*operation.Field) int {
	n := len(fields)
	for _, f := range fields {
		n += countFields(f.Selections)
	}
	return n
}
