package router

import (
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/merge"
)

// errorPolicy decides what is seen of errors from and about subgraphs, by
// clients and in logs, each on its own. What weft has to say about itself is
// always seen.
type errorPolicy struct {
	redacted string
	clients  exposures
	logs     exposures
	secrets  secrets
}

// exposures are what is seen, by subgraph.
type exposures struct {
	all       config.Exposure
	subgraphs map[string]config.Exposure // where it differs from all
}

func newErrorPolicy(c *config.Config) *errorPolicy {
	p := &errorPolicy{
		redacted: c.Errors.RedactedMessage,
		clients:  exposures{c.Errors.All, map[string]config.Exposure{}},
		logs:     exposures{c.Errors.Log.All, map[string]config.Exposure{}},
		secrets:  newSecrets(c.Log.Redact),
	}
	for name := range c.Errors.Subgraphs {
		p.clients.subgraphs[name] = c.ExposureOf(name)
	}
	for name := range c.Errors.Log.Subgraphs {
		p.logs.subgraphs[name] = c.LoggedOf(name)
	}
	return p
}

func (e exposures) of(subgraph string) config.Exposure {
	if own, ok := e.subgraphs[subgraph]; ok {
		return own
	}
	return e.all
}

// see returns the error as clients see it. The place in the response always
// stays.
func (p *errorPolicy) see(e *merge.Error) *gqlerror.Error {
	seen := e.GraphQL()
	seen.Err = nil // names hosts; not for anything that might print it
	if e.Subgraph == "" {
		return seen
	}
	exposure := p.clients.of(e.Subgraph)
	if exposure.Message == config.MaskMessage {
		seen.Message = p.redacted
	}
	filter(seen.Extensions, exposure.Extensions)
	return seen
}

// filter takes away what may not be seen of extensions.
func filter(extensions map[string]any, seen config.ExtensionPolicy) {
	if seen.All {
		return
	}
	for key := range extensions {
		if !slices.Contains(seen.Keys, key) {
			delete(extensions, key)
		}
	}
}

// log returns the error as logs show it: its text, and the extensions that the
// subgraph sent, without secrets; nil for none.
func (p *errorPolicy) log(e *merge.Error) (text string, extensions map[string]any) {
	exposure := p.logs.of(e.Subgraph)
	text = e.Error()
	if exposure.Message == config.MaskMessage && e.Subgraph != "" {
		// The cause may quote the answer, and so may the message.
		masked := *e
		masked.Err, masked.Message = nil, p.redacted
		text = masked.Error()
	}
	if len(e.Extensions) == 0 {
		return text, nil
	}
	extensions = p.secrets.redact(e.Extensions)
	filter(extensions, exposure.Extensions)
	return text, extensions
}
