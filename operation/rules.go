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
// the others are ours. Three are not in the list, because they must hold
// before or can only run after a walk:
//
//   - Fragment Name Uniqueness and Fragment spreads must not form cycles:
//     sortFragments
//   - Field Selection Merging: checkMerging
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
		rules.NoUnusedFragmentsRule,
		rules.KnownFragmentNamesRule,
		possibleFragmentSpreads(sets),

		// Values
		valuesOfCorrectType(suggest),
		rules.UniqueInputFieldNamesRule,

		// Directives
		rules.KnownDirectivesRule,
		rules.UniqueDirectivesPerLocationRule,

		// Variables
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedVariablesRule,
		rules.VariablesInAllowedPositionRule,

		// Not in the specification
		rules.MaxIntrospectionDepth,
	}
}

// validate walks doc once with all rules. It also makes the walk's annotations
// on doc (definitions, expected types), which everything later relies on. The
// errors are in document order, at most maxErrors, none twice.
func validate(schema *ast.Schema, doc *ast.QueryDocument, list []core.Rule) gqlerror.List {
	type place struct {
		message      string
		line, column int
	}
	var errs gqlerror.List
	seen := make(map[place]bool)
	// The walker comes by a fragment once per definition that reaches it, and
	// reports the same error each time. Reports are counted, too: applying the
	// options is what makes a message.
	reports := 0

	events := &core.Events{}
	for _, rule := range list {
		rule.RuleFunc(events, func(options ...core.ErrorOption) {
			if reports++; len(errs) >= maxErrors || reports > 10*maxErrors {
				return
			}
			err := &gqlerror.Error{}
			for _, option := range options {
				option(err)
			}
			err.Message = truncate(err.Message, maxMessage)
			err.Rule = rule.Name
			err.Extensions = map[string]any{"code": CodeValidation}
			if rule.Name == rules.MaxIntrospectionDepth.Name {
				err.Extensions["code"] = CodeIntrospectionDepth
			}
			p := place{message: err.Message}
			if len(err.Locations) > 0 {
				p.line, p.column = err.Locations[0].Line, err.Locations[0].Column
			}
			if !seen[p] {
				seen[p] = true
				errs = append(errs, err)
			}
		})
	}
	core.Walk(schema, doc, events)
	sortErrors(errs)
	return errs
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
