package router

import (
	"context"
	"hash/maphash"

	"github.com/weft-graphql/weft/operation"
)

// operationKey is all that the preparation of an operation depends on, besides
// the graph: the text of the document, and the name of the operation.
type operationKey struct{ document, name string }

func hashOperation(seed maphash.Seed, k operationKey) uint64 {
	h := maphash.String(seed, k.document)
	if k.name != "" {
		h = h*31 + maphash.String(seed, k.name)
	}
	return h
}

// A prepared is what requests need of their document, besides the plan: the
// signature of its operation with literals lifted, and these literals.
type prepared struct {
	*operation.Signature
	literals operation.Literals

	// labels are the override labels that the operation's plan depends on.
	labels flags
}

// prepare returns the operation of a document, and whether it was cached.
func (g *Graph) prepare(ctx context.Context, document, name string) (p *prepared, hit bool, err error) {
	key := operationKey{document, name}
	if p, ok := g.operations.find(key); ok {
		return p, true, nil
	}
	p, err = g.operations.fill(ctx, key, func(ctx context.Context) (*prepared, error) {
		if err := g.preparing.Enter(ctx); err != nil {
			return nil, err
		}
		defer g.preparing.Leave()
		op, errs := operation.Prepare(g.Supergraph.API, document, name, g.limits)
		if len(errs) > 0 {
			return nil, errs
		}
		lifted, literals := op.Lift()
		made := &prepared{Signature: lifted.Signature, literals: literals}
		if len(g.overrides.labels) > 0 {
			made.labels = g.overrides.flags(g.planner.Labels(op))
		}
		return made, nil
	})
	return p, false, err
}

// weighOperation estimates the bytes that an entry holds.
func weighOperation(k operationKey, p *prepared) int {
	return 256 + len(k.document) + len(k.name) + p.Footprint() + p.literals.Footprint() + len(p.labels.rest)
}
