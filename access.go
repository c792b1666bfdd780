package weft

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-graphql/weft/supergraph"
)

// checkAccess refuses a supergraph that asks for what weft does not do: to
// serve a field to those only who are authenticated or have a scope. Serving
// it to everybody would be the worst way of not supporting it.
func checkAccess(super *supergraph.Supergraph) error {
	var protected []string
	for _, name := range slices.Sorted(maps.Keys(super.Types)) {
		t := super.Types[name]
		if t.Access != nil {
			protected = append(protected, name)
		}
		for _, field := range slices.Sorted(maps.Keys(t.Fields)) {
			if t.Fields[field].Access != nil {
				protected = append(protected, name+"."+field)
			}
		}
	}
	if len(protected) == 0 {
		return nil
	}
	return fmt.Errorf("the supergraph protects %s%s with @authenticated, @requiresScopes or @policy, which weft does not enforce: "+
		"everybody could read it; take the directives out of the subgraphs' schemas if something else protects them",
		protected[0], others(len(protected)-1))
}

// others tells of n more.
func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " and one more"
	default:
		return fmt.Sprintf(" and %d more", n)
	}
}
