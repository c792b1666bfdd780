package operation

import "math"

// Limits are the bounds of what a request may ask. They are checked before
// anything walks or expands what they bound.
type Limits struct {
	// Tokens, Nesting, Selections and IntrospectionBytes bound the work and
	// the memory of this package itself, so there is no unlimited: zero means
	// the value of DefaultLimits.

	// Tokens is the most lexical tokens of a document, comments included.
	Tokens int
	// Nesting is how deep selection sets, fragment spreads, list and object
	// values, and list types may nest in one another, fragments followed; and
	// how deep lists and objects may nest in the variables. At most 1000.
	Nesting int
	// Selections is the most selections that all operations of a document have
	// together once every fragment spread is replaced by the fragment.
	Selections int
	// IntrospectionBytes is the size of the largest answer to introspection.
	IntrospectionBytes int

	// The following bound the operation that runs, fragments expanded. Zero is
	// unlimited.

	// Depth is how deep fields may nest; { a { b } } has depth 2.
	Depth int
	// Height is the most fields, those that merge into one response position
	// counted once; { a { b } a { c } } has height 3.
	Height int
	// Aliases is the most fields with an alias.
	Aliases int
	// RootFields is the most fields at the root.
	RootFields int
	// Directives is the most directives.
	Directives int
	// IntrospectionDepth is how deep the lists of types in an introspection
	// (fields, inputFields, interfaces, possibleTypes) may nest in one another.
	IntrospectionDepth int

	// MeasureOnly names limits that refuse nothing: Check reports what is over
	// them. Of those that bound the work of this package that is so up to ten
	// times the limit, and 1000 levels of Nesting.
	MeasureOnly MeasureOnly

	// Introspection allows __schema and __type. __typename is always allowed.
	Introspection bool
	// Suggestions adds "did you mean" with names of the schema to validation
	// errors. Where introspection is off, so should these be.
	Suggestions bool
}

// DefaultLimits are generous for operations that people write and refuse those
// made to exhaust: 15,000 tokens, 200 levels, 100,000 selections, 64 MiB of
// introspection, 100 levels of fields, 10,000 distinct fields, 1,000 aliases, 500
// root fields, 1,000 directives, 2 levels of lists in introspection.
// Introspection and suggestions are on.
func DefaultLimits() Limits {
	return Limits{
		Tokens:             15_000,
		Nesting:            200,
		Selections:         100_000,
		IntrospectionBytes: 64 << 20,
		Depth:              100,
		Height:             10_000,
		Aliases:            1_000,
		RootFields:         500,
		Directives:         1_000,
		IntrospectionDepth: 2,
		Introspection:      true,
		Suggestions:        true,
	}
}

// bounded replaces what must not be unlimited by its default.
func (l Limits) bounded() Limits {
	d := DefaultLimits()
	if l.Tokens <= 0 {
		l.Tokens = d.Tokens
	}
	if l.Nesting <= 0 {
		l.Nesting = d.Nesting
	}
	if l.Selections <= 0 {
		l.Selections = d.Selections
	}
	if l.IntrospectionBytes <= 0 {
		l.IntrospectionBytes = d.IntrospectionBytes
	}
	l.Nesting = min(l.Nesting, maxNesting)
	return l
}

const (
	// maxNesting is how deep anything may nest, whatever limits say: the stack
	// ends somewhere.
	maxNesting = 1000

	// measuredRatio is how far what is only measured may be over a limit that
	// bounds work.
	measuredRatio = 10
)

// enforced returns l with the bounds of work that hold even for limits that are
// only measured.
func (l Limits) enforced() Limits {
	if l.MeasureOnly.Tokens {
		l.Tokens = times(l.Tokens, measuredRatio)
	}
	if l.MeasureOnly.Nesting {
		l.Nesting = min(times(l.Nesting, measuredRatio), maxNesting)
	}
	if l.MeasureOnly.Selections {
		l.Selections = times(l.Selections, measuredRatio)
	}
	return l
}

// MeasureOnly are limits, each true if it is only measured. A new limit is best
// run like this until it is known what it would refuse.
type MeasureOnly struct {
	Tokens, Nesting, Selections                                        bool
	Depth, Height, Aliases, RootFields, Directives, IntrospectionDepth bool
}

// exceeds reports whether n is over an optional limit.
func exceeds(n, limit int) bool { return limit > 0 && n > limit }

// plus adds two counts. It saturates: a count that wrapped around would make
// the largest document look small.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// times multiplies a count by a number over 0. It saturates, too.
func times(a, b int) int {
	if a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}
