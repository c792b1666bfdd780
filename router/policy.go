package router

import (
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/merge"
)

// errorPolicy decides what clients see of errors from and about subgraphs.
// What weft has to say about itself is always seen.
type errorPolicy struct {
	redacted  string
	all       config.Exposure
	subgraphs map[string]config.Exposure // where it differs from all
}

func newErrorPolicy(c *config.Config) *errorPolicy {
	p := &errorPolicy{redacted: c.Errors.RedactedMessage, all: c.Errors.All, subgraphs: map[string]config.Exposure{}}
	for name := range c.Errors.Subgraphs {
		p.subgraphs[name] = c.ExposureOf(name)
	}
	return p
}

// see returns the error as clients see it. The place in the response always
// stays.
func (p *errorPolicy) see(e *merge.Error) *gqlerror.Error {
	seen := e.GraphQL()
	seen.Err = nil // names hosts; not for anything that might print it
	if e.Subgraph == "" {
		return seen
	}
	exposure, ok := p.subgraphs[e.Subgraph]
	if !ok {
		exposure = p.all
	}
	if exposure.Message == config.MaskMessage {
		seen.Message = p.redacted
	}
	if !exposure.Extensions.All {
		for key := range seen.Extensions {
			if !slices.Contains(exposure.Extensions.Keys, key) {
				delete(seen.Extensions, key)
			}
		}
	}
	return seen
}
