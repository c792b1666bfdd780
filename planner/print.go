package planner

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

func itoa(i int) string { return strconv.Itoa(i) }

// printArguments prints arguments as they stand in a document, in the order of
// their names so that equal arguments print alike; "" for none.
func printArguments(args ast.ArgumentList) string {
	if len(args) == 0 {
		return ""
	}
	sorted := slices.SortedFunc(slices.Values(args), func(a, b *ast.Argument) int { return strings.Compare(a.Name, b.Name) })
	var w strings.Builder
	for i, a := range sorted {
		w.WriteByte("(,"[min(i, 1)])
		w.WriteString(a.Name)
		w.WriteByte(':')
		w.WriteString(a.Value.String())
	}
	w.WriteByte(')')
	return w.String()
}
