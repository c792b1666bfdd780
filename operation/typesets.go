package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// typesets computes which object types a selection can apply to. A set is a
// sorted []string that is never written to; equal sets are the same slice, so
// a selection on an interface with 500 implementations costs a pointer and not
// 500 strings. Not safe for concurrent use.
type typesets struct {
	schema *ast.Schema
	byType map[string][]string
	byKey  map[string][]string // every set, by its members
	meets  map[meet][]string
}

// A meet is a set narrowed by a type condition. The address of its first
// element and its length identify a set, for equal sets are one slice.
type meet struct {
	first     *string
	length    int
	condition string
}

func newTypesets(schema *ast.Schema) *typesets {
	return &typesets{
		schema: schema,
		byType: make(map[string][]string),
		byKey:  make(map[string][]string),
		meets:  make(map[meet][]string),
	}
}

// of returns the possible object types of a composite type; none for others.
func (s *typesets) of(typeName string) []string {
	if set, ok := s.byType[typeName]; ok {
		return set
	}
	var names []string
	switch def := s.schema.Types[typeName]; {
	case def == nil:
	case def.Kind == ast.Object:
		names = []string{typeName}
	case def.IsAbstractType():
		// For an interface the schema lists interfaces that implement it, too.
		for _, t := range s.schema.PossibleTypes[typeName] {
			if t.Kind == ast.Object {
				names = append(names, t.Name)
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
		if len(names) == 0 {
			// An interface that nothing implements stands for itself: its
			// objects come from subgraphs that know no implementations.
			names = []string{typeName}
		}
	}
	set := s.intern(names)
	s.byType[typeName] = set
	return set
}

// narrow returns the members of set, which must come from s, that the type
// condition lets through.
func (s *typesets) narrow(set []string, condition string) []string {
	if len(set) == 0 {
		return nil
	}
	key := meet{first: &set[0], length: len(set), condition: condition}
	if result, ok := s.meets[key]; ok {
		return result
	}
	var common []string
	for a, b := set, s.of(condition); len(a) > 0 && len(b) > 0; {
		switch c := strings.Compare(a[0], b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			common = append(common, a[0])
			a, b = a[1:], b[1:]
		}
	}
	result := s.intern(common)
	s.meets[key] = result
	return result
}

// intern returns the one slice with these members; nil if there are none.
func (s *typesets) intern(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	key := strings.Join(names, " ")
	if set, ok := s.byKey[key]; ok {
		return set
	}
	names = slices.Clip(names)
	s.byKey[key] = names
	return names
}
