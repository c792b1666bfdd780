package mock

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Bounds of a field set: no key comes near, and walking it is recursive.
const (
	maxFieldSetTokens = 10_000
	maxFieldSetDepth  = 50
)

// parseFieldSet parses a field set; the outer braces are optional.
func parseFieldSet(text string) (ast.SelectionSet, error) {
	source := strings.TrimSpace(text)
	if !strings.HasPrefix(source, "{") {
		source = "{" + source + "}"
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "field set", Input: source}, maxFieldSetTokens)
	if err != nil {
		return nil, fmt.Errorf("not a field set: %w", err)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) > 0 || len(doc.Operations[0].SelectionSet) == 0 {
		return nil, errors.New("not a field set")
	}
	return doc.Operations[0].SelectionSet, nil
}

// checkFieldSet tells whether set can be selected on type typ.
func checkFieldSet(s *ast.Schema, set ast.SelectionSet, typ string, depth int) error {
	if depth > maxFieldSetDepth {
		return errors.New("nested too deeply")
	}
	def := s.Types[typ]
	if def == nil || !def.IsCompositeType() {
		return fmt.Errorf("%s has no fields", typ)
	}
	for _, selection := range set {
		var err error
		switch sel := selection.(type) {
		case *ast.Field:
			err = checkFieldOfSet(s, sel, def, depth)
		case *ast.InlineFragment:
			condition := sel.TypeCondition
			if condition == "" {
				condition = typ
			}
			err = checkFieldSet(s, sel.SelectionSet, condition, depth+1)
		default:
			err = errors.New("named fragments are not allowed")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkFieldOfSet(s *ast.Schema, sel *ast.Field, parent *ast.Definition, depth int) error {
	if sel.Name == "__typename" {
		return nil
	}
	field := parent.Fields.ForName(sel.Name)
	if field == nil {
		return fmt.Errorf("%s has no field %s", parent.Name, sel.Name)
	}
	if sel.Alias != "" && sel.Alias != sel.Name {
		return fmt.Errorf("%s.%s has an alias", parent.Name, sel.Name)
	}
	if isComposite(s, field.Type.Name()) {
		if len(sel.SelectionSet) == 0 {
			return fmt.Errorf("%s.%s lacks a selection", parent.Name, sel.Name)
		}
		return checkFieldSet(s, sel.SelectionSet, field.Type.Name(), depth+1)
	}
	if len(sel.SelectionSet) > 0 {
		return fmt.Errorf("%s.%s cannot have a selection", parent.Name, sel.Name)
	}
	return nil
}

// fieldsFor yields the fields of a field set that apply to an object of type
// typ: those in fragments on other types are left out.
func (s *schema) fieldsFor(set ast.SelectionSet, typ string) iter.Seq[*ast.Field] {
	return func(yield func(*ast.Field) bool) {
		s.eachField(set, typ, yield)
	}
}

func (s *schema) eachField(set ast.SelectionSet, typ string, yield func(*ast.Field) bool) bool {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if !yield(sel) {
				return false
			}
		case *ast.InlineFragment:
			if sel.TypeCondition != "" && !s.isPossible(sel.TypeCondition, typ) {
				continue
			}
			if !s.eachField(sel.SelectionSet, typ, yield) {
				return false
			}
		}
	}
	return true
}

func sortedNames[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

func keysOf[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }
