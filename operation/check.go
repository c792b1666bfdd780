package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Measurements are how large an operation is, its fragments expanded. They
// depend on the document and the schema alone: whether they are too large is
// for each request to say, by the limits of its time. A count that is too large
// for an int is math.MaxInt.
type Measurements struct {
	Depth      int // levels of fields
	Height     int // fields, those that merge into one response position counted once
	Aliases    int
	RootFields int
	Directives int
	Selections int // fields, inline fragments and spreads

	// IntrospectionDepth is how deep lists of types nest in introspection.
	IntrospectionDepth int

	// Of the document: how deep anything nests in it; its selections, with
	// those that its directives and literals stand for; and its tokens, which
	// are only counted for a limit that is only measured.
	Nesting  int
	Expanded int
	Tokens   int
}

// An Excess is a limit that an operation is over.
type Excess struct {
	Code  string // of the error it is, or would be
	Count int
	Max   int
}

// Measurements returns how large the operation is.
func (s *Signature) Measurements() Measurements { return s.measurements }

// Check holds the operation against limits, which need not be those it was
// prepared with: all but IntrospectionBytes, which bounds the work of Introspect
// and is applied there. What is over a limit gives an error, or is in measured
// if the limit is MeasureOnly.
//
// It costs a few comparisons, and is for every request: an operation in a cache
// has passed the limits of another time.
func (s *Signature) Check(limits Limits) (refused gqlerror.List, measured []Excess) {
	refused, measured = limits.check(s.measurements, s.Kind, s.Name, s.place)
	if !limits.Introspection && len(s.meta) > 0 {
		refused = append(refused, coded(CodeIntrospectionDisabled, s.meta[0].place,
			"introspection is disabled, so %q cannot be asked for", s.meta[0].name))
	}
	return refused, measured
}

// check holds measurements against the limits of the operation.
func (l Limits) check(m Measurements, kind ast.Operation, name string, place *ast.Position) (refused gqlerror.List, measured []Excess) {
	check := func(code, of string, n, limit int, measureOnly bool) {
		switch {
		case !exceeds(n, limit):
		case measureOnly:
			measured = append(measured, Excess{Code: code, Count: n, Max: limit})
		default:
			refused = append(refused, coded(code, place, "%s has %s, more than the %d allowed",
				describe(kind, name), of, limit))
		}
	}
	check(CodeMaxTokens, "too many tokens in its document", m.Tokens, l.Tokens, l.MeasureOnly.Tokens)
	check(CodeMaxDepth, "too many levels in its document", m.Nesting, l.Nesting, l.MeasureOnly.Nesting)
	check(CodeMaxSelections, "too many selections in its document", m.Expanded, l.Selections, l.MeasureOnly.Selections)
	check(CodeMaxDepth, "too many levels of fields", m.Depth, l.Depth, l.MeasureOnly.Depth)
	check(CodeMaxHeight, "too many fields", m.Height, l.Height, l.MeasureOnly.Height)
	check(CodeMaxAliases, "too many aliases", m.Aliases, l.Aliases, l.MeasureOnly.Aliases)
	check(CodeMaxRootFields, "too many root fields", m.RootFields, l.RootFields, l.MeasureOnly.RootFields)
	check(CodeMaxDirectives, "too many directives", m.Directives, l.Directives, l.MeasureOnly.Directives)
	check(CodeIntrospectionDepth, "too many levels of lists in its introspection", m.IntrospectionDepth, l.IntrospectionDepth, l.MeasureOnly.IntrospectionDepth)
	return refused, measured
}
