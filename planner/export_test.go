package planner

import (
	"context"

	"github.com/weft-graphql/weft/supergraph"
)

// NewPatient returns a planner that makes choices greedily only where subgraphs
// are many, not where choices are; without charts if they are not wanted.
func NewPatient(super *supergraph.Supergraph, charted bool) *Planner {
	p := New(super, Options{})
	p.exact, p.uncharted = 1<<20, !charted
	return p
}

// NewHasty is NewPatient for a planner that makes all choices greedily.
func NewHasty(super *supergraph.Supergraph, charted bool) *Planner {
	p := New(super, Options{})
	p.exact, p.uncharted = -1, !charted
	return p
}

// Held plans a request and returns about how many bytes are held on to for it,
// by count, and what holds them.
func (p *Planner) Held(ctx context.Context, r Request) (bytes int, by any, err error) {
	b := newBuilder(ctx, p, r)
	err = b.run()
	return b.bytes, b, err
}
