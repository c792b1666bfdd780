package soundness

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graphql/weft/planner/plan"
)

// document checks that a fetch's document is valid in its subgraph and says
// what the fetch says.
func (k *check) document(f *plan.Fetch) {
	schema := k.schemas[k.super.Subgraph(f.Subgraph).Index]
	doc, err := parser.ParseQuery(&ast.Source{Name: f.Subgraph, Input: f.Document})
	if err != nil {
		k.fault(f, "%s in %s", err, f.Document)
		return
	}
	for _, e := range validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()) {
		k.fault(f, "%s in %s", e.Message, f.Document)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) > 0 {
		k.fault(f, "the document has not one operation and nothing else: %s", f.Document)
		return
	}
	op := doc.Operations[0]
	if op.Operation != f.Operation || op.Name != f.Name {
		k.fault(f, "the document has the %s %q, the fetch says %s %q", op.Operation, op.Name, f.Operation, f.Name)
	}
	k.variables(f, op)
	if !f.IsEntity() {
		k.sameSet(f, f.Selections, op.SelectionSet)
		return
	}
	if len(op.SelectionSet) != len(f.Lookups) {
		k.fault(f, "the document has %d fields for %d lookups", len(op.SelectionSet), len(f.Lookups))
		return
	}
	for i, l := range f.Lookups {
		field, ok := op.SelectionSet[i].(*ast.Field)
		if !ok || field.Name != "_entities" || field.Alias != l.Key || len(field.Arguments) != 1 || field.Arguments[0].Value.Raw != l.Variable {
			k.fault(f, "the document's field %d is not the lookup %s: %s", i, l.Key, f.Document)
			return
		}
		k.sameSet(f, l.Selections, field.SelectionSet)
	}
}

func (k *check) variables(f *plan.Fetch, op *ast.OperationDefinition) {
	given := slices.Clone(f.Variables)
	for _, l := range f.Lookups {
		given = append(given, l.Variable)
		for _, c := range l.Context {
			given = append(given, c.Variable)
		}
	}
	var declared []string
	for _, v := range op.VariableDefinitions {
		declared = append(declared, v.Variable)
	}
	slices.Sort(given)
	slices.Sort(declared)
	if !slices.Equal(slices.Compact(given), declared) {
		k.fault(f, "the document declares %v, the fetch sends %v", declared, given)
	}
}

// sameSet checks that selections and a set of the document are the same.
func (k *check) sameSet(f *plan.Fetch, set []*plan.Selection, doc ast.SelectionSet) {
	if len(set) != len(doc) {
		k.fault(f, "%d selections stand for %d in the document", len(set), len(doc))
		return
	}
	for i, s := range set {
		switch d := doc[i].(type) {
		case *ast.InlineFragment:
			if s.TypeCondition != d.TypeCondition || s.TypeCondition == "" {
				k.fault(f, "the fragment on %q stands as one on %q in the document", s.TypeCondition, d.TypeCondition)
			}
			k.sameSet(f, s.Selections, d.SelectionSet)
		case *ast.Field:
			if s.TypeCondition != "" || s.Name != d.Name || s.Key != d.Alias || arguments(s.Arguments) != arguments(d.Arguments) {
				k.fault(f, "the selection %s: %s stands as %s: %s in the document", s.Key, s.Name, d.Alias, d.Name)
			}
			k.sameSet(f, s.Selections, d.SelectionSet)
		default:
			k.fault(f, "the document has a fragment spread")
		}
	}
}

// arguments prints arguments so that equal ones print alike.
func arguments(args ast.ArgumentList) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, a.Name+":"+a.Value.String())
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}
