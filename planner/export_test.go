package planner

import "github.com/weft-graphql/weft/supergraph"

// NewUncharted returns a planner that does without charts.
func NewUncharted(super *supergraph.Supergraph, options Options) *Planner {
	p := New(super, options)
	p.uncharted = true
	return p
}
