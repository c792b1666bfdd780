package operation

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// Prepare parses a document, holds it against limits and the validation rules,
// and selects the operation to run; an empty operationName selects the only
// one. It returns an Operation, or at least one and at most 100 errors, each
// with a code of this package and, where there is one, a location.
//
// Its time and memory are bounded by limits and the length of document: nothing
// expands fragments, recurses or compares before it is known how much of that
// there is. schema is only read, and may be shared by concurrent calls.
func Prepare(schema *ast.Schema, document, operationName string, limits Limits) (*Operation, gqlerror.List) {
	limits = limits.bounded()
	enforced := limits.enforced()
	doc, err := parse(document, enforced)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	fs, errs := sortFragments(doc)
	if len(errs) > 0 {
		return nil, errs
	}
	sizes, total, errs := checkStructure(doc, fs, enforced)
	if len(errs) > 0 {
		return nil, errs
	}
	// A wrong operation name is told after the rules, which say more about a
	// wrong document; the limits come first, which spare the rules' work.
	def, unknown := choose(doc, operationName)
	var measured Measurements
	if def != nil {
		measured = sizes[def].measurements(0, total)
		if limits.MeasureOnly.Tokens {
			measured.Tokens = countTokens(document)
		}
		if errs, _ := limits.check(measured, def.Operation, def.Name, def.Position); len(errs) > 0 {
			return nil, errs
		}
	}
	positions, errs := checkRules(schema, doc, fs, enforced)
	if len(errs) > 0 {
		return nil, errs
	}
	if def == nil {
		return nil, gqlerror.List{unknown}
	}
	used := usedFragments(fs, def)
	if len(doc.Operations) > 1 {
		// Validation leaves in the fragments the variables of the operation it
		// looked at last. The others are dropped and it is done again.
		doc.Operations = ast.OperationList{def}
		doc.Fragments = used
		walk(schema, doc, nil, nil)
	}
	op := &Operation{Document: doc, Definition: def, used: used, selections: sizes[def].selections}
	measured.Height = positions[def]
	if err := op.sign(schema, enforced, measured); err != nil {
		return nil, gqlerror.List{err}
	}
	if refused, _ := op.Check(limits); len(refused) > 0 {
		return nil, refused
	}
	return op, nil
}

// parse parses within the token limit. The parser itself nests at most 1000
// levels deep.
func parse(document string, limits Limits) (*ast.QueryDocument, *gqlerror.Error) {
	if !utf8.ValidString(document) {
		return nil, coded(CodeParsing, nil, "the document is not valid UTF-8")
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: document}, limits.Tokens)
	if err == nil {
		if err := checkSurrogates(document); err != nil {
			return nil, err
		}
		switch {
		case len(doc.Operations) > 0:
			return doc, nil
		case len(doc.Fragments) > 0:
			return nil, coded(CodeValidation, doc.Fragments[0].Position, "the document contains no operation")
		default:
			return nil, coded(CodeParsing, nil, "the document is empty")
		}
	}

	code := CodeParsing
	var syntax *gqlerror.Error
	if !errors.As(err, &syntax) {
		return nil, coded(code, nil, "%s", err)
	}
	// The parser tells its limits by their text alone.
	switch {
	case strings.HasPrefix(syntax.Message, "exceeded token limit"):
		return nil, coded(CodeMaxTokens, nil, "the document has more than the %d tokens allowed", limits.Tokens)
	case strings.HasPrefix(syntax.Message, "exceeded maximum nesting depth"):
		coding := coded(CodeMaxDepth, nil, "the document nests deeper than the %d levels allowed", limits.Nesting)
		coding.Locations = syntax.Locations
		return nil, coding
	}
	failure := coded(code, nil, "%s", syntax.Message)
	failure.Locations = syntax.Locations
	return nil, failure
}

// countTokens counts as the parser does: comments are tokens, the end is none.
// The document has been parsed.
func countTokens(document string) int {
	lex := lexer.New(&ast.Source{Input: document})
	for n := 0; ; n++ {
		if token, err := lex.ReadToken(); err != nil || token.Kind == lexer.EOF {
			return n
		}
	}
}

// choose returns the operation to run, or the error that there is none.
func choose(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	if name == "" {
		if len(doc.Operations) == 1 {
			return doc.Operations[0], nil
		}
		return nil, coded(CodeUnknownOperationName, nil,
			"the document has %d operations, so the request must name one", len(doc.Operations))
	}
	for _, op := range doc.Operations {
		if op.Name == name {
			return op, nil
		}
	}
	return nil, coded(CodeUnknownOperationName, nil, "the document has no operation named %q", truncate(name, maxQuote))
}

// mergingSteps relates the steps of the merging rule to the selections allowed.
const mergingSteps = 10

// checkRules runs all validation rules over the document, and returns the
// number of response positions of each operation.
func checkRules(schema *ast.Schema, doc *ast.QueryDocument, fs *fragments, limits Limits) (map[*ast.OperationDefinition]int, gqlerror.List) {
	var suggest *suggester
	if limits.Suggestions {
		suggest = newSuggester(schema)
	}
	var r report
	walk(schema, doc, validationRules(suggest, newTypesets(schema)), &r)
	fragmentDefinitions(schema, doc, fs, suggest, &r)
	if len(r.errs) > 0 {
		sortErrors(r.errs)
		return nil, r.errs
	}
	m := newMerging(schema, mergingSteps*limits.Selections)
	positions := make(map[*ast.OperationDefinition]int, len(doc.Operations))
	for _, op := range doc.Operations {
		positions[op] = m.check(op)
	}
	sortErrors(m.errs)
	return positions, m.errs
}

// usedFragments returns the fragments an operation reaches, in the order of
// the document's dependencies.
func usedFragments(fs *fragments, def *ast.OperationDefinition) []*ast.FragmentDefinition {
	reached := make(map[*fragment]bool)
	mark := func(spreads []*ast.FragmentSpread) {
		for _, spread := range spreads {
			reached[fs.byName[spread.Name]] = true
		}
	}
	mark(appendSpreads(nil, def.SelectionSet))
	var used []*ast.FragmentDefinition
	// In order, what a fragment spreads comes before it; so from the end.
	for _, f := range slices.Backward(fs.order) {
		if reached[f] {
			used = append(used, f.def)
			mark(f.spreads)
		}
	}
	return used
}

// conditionVariables returns the variables that decide the given directives,
// each of which is @skip, @include or @defer, in the operation, sorted.
func conditionVariables(def *ast.OperationDefinition, used []*ast.FragmentDefinition, of ...string) []string {
	names := make(map[string]bool)
	var collect func(set ast.SelectionSet)
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			if v := condition(d); v != nil && v.Kind == ast.Variable && slices.Contains(of, d.Name) {
				names[v.Raw] = true
			}
		}
	}
	collect = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				directives(sel.Directives)
				collect(sel.SelectionSet)
			case *ast.InlineFragment:
				directives(sel.Directives)
				collect(sel.SelectionSet)
			case *ast.FragmentSpread:
				directives(sel.Directives)
			}
		}
	}
	collect(def.SelectionSet)
	for _, f := range used {
		collect(f.SelectionSet)
	}
	if len(names) == 0 {
		return nil
	}
	return slices.SortedFunc(maps.Keys(names), cmp.Compare[string])
}

// condition returns the value that decides a @skip, @include or @defer, nil for
// other directives and where there is no such value.
func condition(d *ast.Directive) *ast.Value {
	if d.Name != "skip" && d.Name != "include" && d.Name != "defer" {
		return nil
	}
	if arg := d.Arguments.ForName("if"); arg != nil {
		return arg.Value
	}
	return nil
}
