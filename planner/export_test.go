package planner

import (
	"context"

	"github.com/weft-graphql/weft/supergraph"
)

// NewUncharted returns a planner that does without charts.
func NewUncharted(super *supergraph.Supergraph, options Options) *Planner {
	p := New(super, options)
	p.uncharted = true
	return p
}

// Held plans a request and returns about how many bytes are held on to for it,
// by count, and what holds them.
func (p *Planner) Held(ctx context.Context, r Request) (bytes int, by any, err error) {
	b := newBuilder(ctx, p, r)
	err = b.run()
	return b.bytes, b, err
}
