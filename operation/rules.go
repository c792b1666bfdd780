package operation

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules are the rules of the specification's section "Validation",
// in its order. Those of the library are used where they are exact and linear;
// the others are ours. Some are not in the list, because they must hold before
// the walk, or need none, or need one that has succeeded:
//
//   - Fragment Name Uniqueness, Fragment spreads must not form cycles:
//     sortFragments
//   - Fragments Must Be Used, and on known composite types: fragmentDefinitions
//   - Field Selection Merging: merging
//
// Executable Definitions is the parser's.
func validationRules(suggest *suggester, sets *typesets) []core.Rule {
	scalarLeafs := rules.ScalarLeafsRuleWithoutSuggestions
	if suggest != nil {
		scalarLeafs = rules.ScalarLeafsRule
	}
	return []core.Rule{
		// Operations
		rules.UniqueOperationNamesRule,
		rules.LoneAnonymousOperationRule,
		rules.KnownRootTypeRule,
		singleRootField(),

		// Fields
		fieldsOnCorrectType(suggest),
		scalarLeafs,

		// Arguments
		knownArgumentNames(suggest),
		rules.UniqueArgumentNamesRule,
		rules.ProvidedRequiredArgumentsRule,

		// Fragments
		knownTypeNames(suggest),
		rules.FragmentsOnCompositeTypesRule,
		rules.KnownFragmentNamesRule,
		possibleFragmentSpreads(sets),

		// Values
		valuesOfCorrectType(suggest),
		rules.UniqueInputFieldNamesRule,

		// Directives
		rules.KnownDirectivesRule,
		rules.UniqueDirectivesPerLocationRule,
		deferrable(),

		// Variables
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedVariablesRule,
		rules.VariablesInAllowedPositionRule,
	}
}

// A report collects the errors of validation: in the order they come, at most
// maxErrors, none twice.
type report struct {
	errs gqlerror.List
	seen map[place]bool
	// calls are counted, too: applying the options is what makes a message,
	// and the walker comes by a fragment once per operation that reaches it.
	calls int
}

type place struct {
	message      string
	line, column int
}

func (r *report) add(rule string, options ...core.ErrorOption) {
	if r.calls++; len(r.errs) >= maxErrors || r.calls > 10*maxErrors {
		return
	}
	err := &gqlerror.Error{}
	for _, option := range options {
		option(err)
	}
	err.Message = truncate(err.Message, maxMessage)
	err.Rule = rule
	err.Extensions = map[string]any{"code": CodeValidation}
	p := place{message: err.Message}
	if len(err.Locations) > 0 {
		p.line, p.column = err.Locations[0].Line, err.Locations[0].Column
	}
	if r.seen == nil {
		r.seen = make(map[place]bool)
	}
	if !r.seen[p] {
		r.seen[p] = true
		r.errs = append(r.errs, err)
	}
}

// walk walks the operations of doc, and from each the fragments it reaches,
// once with all rules. It also makes the walker's annotations on doc
// (definitions, expected types), which everything later relies on.
func walk(schema *ast.Schema, doc *ast.QueryDocument, list []core.Rule, r *report) {
	events := &core.Events{}
	events.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.Name == "__typename" {
			field.Definition = typenameDefinition // the walker's is nullable
		}
	})
	for _, rule := range list {
		rule.RuleFunc(events, func(options ...core.ErrorOption) { r.add(rule.Name, options...) })
	}
	// When it is through with the operations, the walker walks each fragment
	// definition by itself and from there again all that it reaches, which is
	// quadratic in their number and says nothing new: fragments that no
	// operation reaches are errors. So once the last operation is done there
	// are no fragments left to walk.
	shown := *doc
	left := len(doc.Operations)
	events.OnOperation(func(*core.Walker, *ast.OperationDefinition) {
		if left--; left == 0 {
			shown.Fragments = nil
		}
	})
	core.Walk(schema, &shown, events)
}

// typenameDefinition stands for the field each composite type has. It is only
// read.
var typenameDefinition = &ast.FieldDefinition{
	Name: "__typename",
	Type: ast.NonNullNamedType("String", nil),
}

// sortErrors orders errors by their first location.
func sortErrors(errs gqlerror.List) {
	slices.SortStableFunc(errs, func(a, b *gqlerror.Error) int {
		if len(a.Locations) == 0 || len(b.Locations) == 0 {
			return cmp.Compare(len(a.Locations), len(b.Locations))
		}
		return cmp.Or(
			cmp.Compare(a.Locations[0].Line, b.Locations[0].Line),
			cmp.Compare(a.Locations[0].Column, b.Locations[0].Column),
		)
	})
}
