package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

const (
	// suggestLength is the longest name in bytes that is compared; an edit
	// distance costs the product of the lengths.
	suggestLength = 64

	// suggestBudget is the most names compared for one document.
	suggestBudget = 5_000
)

// A suggester finds names of the schema that are near a wrong one, for the
// "did you mean" of messages. Its work is bounded: a document may hold
// thousands of wrong names, a schema thousands of types. A nil suggester
// suggests nothing.
type suggester struct {
	schema *ast.Schema
	budget int
	types  []string // of the schema, sorted; filled when first wanted
}

func newSuggester(schema *ast.Schema) *suggester {
	return &suggester{schema: schema, budget: suggestBudget}
}

// near returns ` Did you mean "a" or "b"?` for those of n options that are
// near name, or "".
func (s *suggester) near(name string, n int, option func(i int) string) string {
	if s == nil || len(name) > suggestLength {
		return ""
	}
	if s.budget -= n; s.budget < 0 {
		return ""
	}
	options := make([]string, n)
	for i := range options {
		options[i] = option(i)
	}
	return s.list("Did you mean ", core.SuggestionList(name, options))
}

// typeNames is near for the names of all types but those of introspection.
func (s *suggester) typeNames(name string) string {
	if s == nil {
		return ""
	}
	if s.types == nil {
		for t := range s.schema.Types {
			if !strings.HasPrefix(t, "__") {
				s.types = append(s.types, t)
			}
		}
		slices.Sort(s.types)
	}
	return s.near(name, len(s.types), func(i int) string { return s.types[i] })
}

// fields is near for the fields of a type; for an abstract type it names
// instead the types that do have the field, if any.
func (s *suggester) fields(parent *ast.Definition, name string) string {
	if s == nil {
		return ""
	}
	if parent.IsAbstractType() {
		if types := s.typesWith(parent, name); len(types) > 0 {
			return s.list("Did you mean to use an inline fragment on ", types)
		}
	}
	return s.near(name, len(parent.Fields), func(i int) string { return parent.Fields[i].Name })
}

// typesWith returns the possible types of parent that have the field, sorted.
func (s *suggester) typesWith(parent *ast.Definition, field string) []string {
	possible := s.schema.PossibleTypes[parent.Name]
	if s.budget -= len(possible); s.budget < 0 {
		return nil
	}
	var types []string
	for _, t := range possible {
		if t.Name != parent.Name && t.Fields.ForName(field) != nil {
			types = append(types, t.Name)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func (s *suggester) list(prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " " + prefix + core.QuotedOrList(names...) + "?"
}
