package composition

import (
	"context"
	"slices"
	"strings"
)

// A Subgraph is one service to compose.
type Subgraph struct {
	// Name is the subgraph's identity. It must be unique and not "_".
	Name string

	// URL is where the service answers; it is copied to the supergraph.
	URL string

	// SDL is the service's schema.
	SDL string

	// File is what diagnostics call the source of SDL; "" means Name.
	File string
}

// Options alter composition. The zero value is what the specification says.
type Options struct {
	// JoinVersion forces the version of the join spec: "v0.3", "v0.4" or
	// "v0.5". Empty picks the highest that the federation versions of the
	// subgraphs allow. Forcing a version that cannot express what the
	// subgraphs use is an error.
	JoinVersion string

	// IncludeTags and ExcludeTags make a contract: what is not tagged with
	// any of IncludeTags (if there are any), or is tagged with one of
	// ExcludeTags, becomes inaccessible.
	IncludeTags []string
	ExcludeTags []string

	// HideUnreachable also hides the types of a contract that no visible
	// field leads to.
	HideUnreachable bool

	// MaxSteps bounds the work of the satisfiability check; zero means
	// DefaultMaxSteps.
	MaxSteps int
}

// DefaultMaxSteps is how many states the satisfiability check may look at
// before composition gives up with MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED.
const DefaultMaxSteps = 10_000_000

// A Result is what came of a composition.
type Result struct {
	// SDL is the supergraph; "" if there are Errors.
	SDL string

	// Errors are the reasons why there is no supergraph, sorted by subgraph,
	// place, code and message.
	Errors []Diagnostic

	// Hints are what composed but may not be what was meant, in the same
	// order. Hints of the stages that ran are given even if there are Errors.
	Hints []Diagnostic
}

// OK tells whether composition succeeded.
func (r *Result) OK() bool { return len(r.Errors) == 0 }

// Compose composes subgraphs. It never fails other than by Result.Errors: if ctx
// ends before it does, that is the only one. It does not modify its arguments
// and may be called concurrently.
func Compose(ctx context.Context, subgraphs []Subgraph, options Options) *Result {
	c := &composer{opts: options, canceled: func() bool { return ctx.Err() != nil }}
	sdl := c.compose(subgraphs)
	if c.canceled() {
		return &Result{Errors: []Diagnostic{{Code: CodeCompositionCanceled, Message: "composition was stopped: " + context.Cause(ctx).Error()}}}
	}
	result := &Result{Errors: c.errors.sorted(), Hints: c.hints.sorted()}
	if result.OK() {
		result.SDL = sdl
	}
	return result
}

// A composer holds the state of one composition.
type composer struct {
	opts Options

	// canceled tells that nobody waits for the result any more. What it cuts
	// short need not be right.
	canceled func() bool

	errors diagnostics
	hints  diagnostics

	// subs in the order of their names.
	subs []*schema

	// version is the effective federation version.
	version int

	super *supergraph

	// The directives that compose: known by canonical name, custom by name,
	// the latter also in order.
	known    map[string]*composedDirective
	custom   map[string]*composedDirective
	composed []*composedDirective
}

// compose is the pipeline. The SDL is only meaningful if no error was
// reported.
func (c *composer) compose(subgraphs []Subgraph) string {
	steps := []func(){
		func() { c.read(subgraphs) },
		c.validateSubgraphs,
		c.upgradeSubgraphs,
		c.merge,
		c.validateMerged,
		c.applyContract,
		c.validateInaccessible,
		c.validateSatisfiability,
	}
	for _, step := range steps {
		step()
		if len(c.errors) > 0 || c.canceled() {
			return ""
		}
	}
	return c.print()
}

// read parses the subgraphs and resolves their links.
func (c *composer) read(subgraphs []Subgraph) {
	sorted := slices.Clone(subgraphs)
	slices.SortStableFunc(sorted, func(a, b Subgraph) int { return strings.Compare(a.Name, b.Name) })
	seen := map[string]bool{}
	for _, s := range sorted {
		if c.canceled() {
			return
		}
		switch {
		case s.Name == "_" || s.Name == "":
			c.errors.add(Diagnostic{
				Code:    CodeInvalidSubgraphName,
				Message: "invalid subgraph name \"" + s.Name + "\": a name must not be empty, and \"_\" is reserved",
			})
			continue
		case seen[s.Name]:
			c.errors.add(Diagnostic{
				Code:    CodeInvalidSubgraphName,
				Message: "there is more than one subgraph named \"" + s.Name + "\"",
				TryThis: "give each subgraph its own name",
			})
			continue
		}
		seen[s.Name] = true
		c.readSubgraph(s)
	}
	if len(subgraphs) == 0 {
		c.errors.add(Diagnostic{Code: CodeNoQueries, Message: "there is no subgraph to compose"})
	}
	for i, s := range c.subs {
		s.index = i
	}
}
