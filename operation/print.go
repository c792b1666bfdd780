package operation

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// The order in which appendValue prints the fields of an object value.
const (
	keepFields = false // as written
	sortFields = true  // by name, so that equal values print alike
)

// appendValue prints a literal as GraphQL, with single spaces after commas and
// colons. Whatever bounds the nesting of v bounds the recursion.
func appendValue(dst []byte, v *ast.Value, sorted bool) []byte {
	switch v.Kind {
	case ast.ListValue:
		dst = append(dst, '[')
		for i, child := range v.Children {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendValue(dst, child.Value, sorted)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		children := v.Children
		if sorted {
			children = slices.Clone(children)
			slices.SortStableFunc(children, func(a, b *ast.ChildValue) int { return cmp.Compare(a.Name, b.Name) })
		}
		dst = append(dst, '{')
		for i, child := range children {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(dst, child.Name...)
			dst = append(dst, ": "...)
			dst = appendValue(dst, child.Value, sorted)
		}
		return append(dst, '}')
	default:
		// Variables get their "$", strings are quoted and escaped; a block
		// string is printed as the string it stands for.
		return append(dst, v.String()...)
	}
}

// appendOperation prints an operation and the fragments it uses, in the order
// of their names, without comments, descriptions and insignificant space. Two
// documents print alike if they differ in nothing that has a meaning.
func appendOperation(dst []byte, op *ast.OperationDefinition, used []*ast.FragmentDefinition) []byte {
	dst = append(dst, op.Operation...)
	if op.Name != "" {
		dst = append(dst, ' ')
		dst = append(dst, op.Name...)
	}
	if len(op.VariableDefinitions) > 0 {
		dst = append(dst, '(')
		for i, v := range op.VariableDefinitions {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(dst, '$')
			dst = append(dst, v.Variable...)
			dst = append(dst, ": "...)
			dst = append(dst, v.Type.String()...)
			if v.DefaultValue != nil {
				dst = append(dst, " = "...)
				dst = appendValue(dst, v.DefaultValue, keepFields)
			}
			dst = appendDirectives(dst, v.Directives)
		}
		dst = append(dst, ')')
	}
	dst = appendDirectives(dst, op.Directives)
	dst = appendSelections(dst, op.SelectionSet)

	used = slices.Clone(used)
	slices.SortFunc(used, func(a, b *ast.FragmentDefinition) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range used {
		dst = append(dst, "\nfragment "...)
		dst = append(dst, f.Name...)
		dst = append(dst, " on "...)
		dst = append(dst, f.TypeCondition...)
		dst = appendDirectives(dst, f.Directives)
		dst = appendSelections(dst, f.SelectionSet)
	}
	return dst
}

func appendSelections(dst []byte, set ast.SelectionSet) []byte {
	if len(set) == 0 {
		return dst
	}
	dst = append(dst, " {"...)
	for _, sel := range set {
		dst = append(dst, ' ')
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Alias != sel.Name {
				dst = append(dst, sel.Alias...)
				dst = append(dst, ": "...)
			}
			dst = append(dst, sel.Name...)
			dst = appendArguments(dst, sel.Arguments)
			dst = appendDirectives(dst, sel.Directives)
			dst = appendSelections(dst, sel.SelectionSet)
		case *ast.InlineFragment:
			dst = append(dst, "..."...)
			if sel.TypeCondition != "" {
				dst = append(dst, " on "...)
				dst = append(dst, sel.TypeCondition...)
			}
			dst = appendDirectives(dst, sel.Directives)
			dst = appendSelections(dst, sel.SelectionSet)
		case *ast.FragmentSpread:
			dst = append(dst, "..."...)
			dst = append(dst, sel.Name...)
			dst = appendDirectives(dst, sel.Directives)
		}
	}
	return append(dst, " }"...)
}

func appendArguments(dst []byte, list ast.ArgumentList) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(dst, '(')
	for i, arg := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, arg.Name...)
		dst = append(dst, ": "...)
		dst = appendValue(dst, arg.Value, keepFields)
	}
	return append(dst, ')')
}

func appendDirectives(dst []byte, list ast.DirectiveList) []byte {
	for _, d := range list {
		dst = append(dst, " @"...)
		dst = append(dst, d.Name...)
		dst = appendArguments(dst, d.Arguments)
	}
	return dst
}
