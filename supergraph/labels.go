package supergraph

import (
	"maps"
	"slices"
)

// OverrideLabels returns the labels of the supergraph's progressive overrides,
// sorted; nil if there are none.
//
// Federation, "@override", "Incremental migration with progressive @override".
func (s *Supergraph) OverrideLabels() []string {
	labels := map[string]bool{}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && in.OverrideLabel != "" {
					labels[in.OverrideLabel] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(labels))
}
