package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// fragmentDefinitions: each fragment definition is on a composite type of the
// schema and used by an operation. It sets their Definition.
// Specification: "Fragment Spread Type Existence", "Fragments on Object,
// Interface or Union Types", "Fragments Must Be Used".
func fragmentDefinitions(schema *ast.Schema, doc *ast.QueryDocument, fs *fragments, suggest *suggester, r *report) {
	for _, def := range doc.Fragments {
		def.Definition = schema.Types[def.TypeCondition]
		if def.Definition == nil {
			r.add("KnownTypeNames",
				core.Message(`Unknown type "%s".%s`, def.TypeCondition, suggest.typeNames(def.TypeCondition)),
				core.At(def.Position))
		} else if !def.Definition.IsCompositeType() {
			r.add("FragmentsOnCompositeTypes",
				core.Message(`Fragment "%s" cannot condition on non composite type "%s".`, def.Name, def.TypeCondition),
				core.At(def.Position))
		}
		if !fs.byName[def.Name].used {
			r.add("NoUnusedFragments",
				core.Message(`Fragment "%s" is never used.`, def.Name),
				core.At(def.Position))
		}
	}
}

// possibleFragmentSpreads: a fragment can apply where it is spread. The
// library compares each possible type of one side with each of the other, for
// each spread; typesets remembers the answer per pair of types.
// Specification: "Fragment Spread Is Possible".
func possibleFragmentSpreads(sets *typesets) core.Rule {
	return core.Rule{Name: "PossibleFragmentSpreads", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		impossible := func(schema *ast.Schema, parent *ast.Definition, condition string) bool {
			if parent == nil || !parent.IsCompositeType() {
				return false
			}
			def := schema.Types[condition]
			if def == nil || !def.IsCompositeType() {
				return false // other rules report these
			}
			return len(sets.narrow(sets.of(parent.Name), condition)) == 0
		}
		events.OnInlineFragment(func(walker *core.Walker, f *ast.InlineFragment) {
			if impossible(walker.Schema, f.ObjectDefinition, f.TypeCondition) {
				report(
					core.Message(`Fragment cannot be spread here as objects of type "%s" can never be of type "%s".`,
						f.ObjectDefinition.Name, f.TypeCondition),
					core.At(f.Position))
			}
		})
		events.OnFragmentSpread(func(walker *core.Walker, f *ast.FragmentSpread) {
			if f.Definition != nil && impossible(walker.Schema, f.ObjectDefinition, f.Definition.TypeCondition) {
				report(
					core.Message(`Fragment "%s" cannot be spread here as objects of type "%s" can never be of type "%s".`,
						f.Name, f.ObjectDefinition.Name, f.Definition.TypeCondition),
					core.At(f.Position))
			}
		})
	}}
}
