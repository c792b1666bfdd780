package weft

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/supergraph"
)

// settings knows whether the names in the configuration were found in a
// supergraph.
type settings struct{ found bool }

// check reports settings for subgraphs and override labels that do not exist:
// most likely a name was misspelt, and the setting would be without effect.
// Once they were all there it only tells of those that have gone, since the
// supergraph goes its own ways. Subgraphs that it had to do without may have
// what is not there.
func (s *settings) check(c *config.Config, super *supergraph.Supergraph, missing []string, log *zap.Logger) error {
	problems := unknownNames(c, super, missing)
	switch {
	case len(problems) == 0:
		s.found = s.found || len(missing) == 0
		return nil
	case s.found:
		for _, p := range problems {
			log.Warn("a setting has lost what it is for", zap.String("key", p.Path), zap.String("problem", p.Message))
		}
		return nil
	default:
		return problems
	}
}

func unknownNames(c *config.Config, super *supergraph.Supergraph, missing []string) config.Problems {
	known := slices.Clone(missing)
	for _, g := range super.Subgraphs {
		known = append(known, g.Name)
	}
	slices.Sort(known)
	var problems config.Problems
	check := func(path string, names []string) {
		for _, name := range names {
			if !slices.Contains(known, name) {
				problems = append(problems, c.Problem(config.Join(path, name), fmt.Sprintf(
					"the supergraph has no subgraph %q; it has %s", name, strings.Join(known, ", "))))
			}
		}
	}
	check("subgraphs", slices.Sorted(maps.Keys(c.Subgraphs)))
	check("headers.subgraphs", slices.Sorted(maps.Keys(c.Headers.Subgraphs)))
	check("errors.subgraphs", slices.Sorted(maps.Keys(c.Errors.Subgraphs)))
	if len(missing) > 0 {
		return problems
	}
	labels := super.OverrideLabels()
	for _, label := range slices.Sorted(maps.Keys(c.OverrideLabels)) {
		if !slices.Contains(labels, label) {
			problems = append(problems, c.Problem(config.Join("override_labels", label), unknownLabel(label, labels)))
		}
	}
	return problems
}

func unknownLabel(label string, labels []string) string {
	message := fmt.Sprintf("no @override in the supergraph has the label %q", label)
	if len(labels) == 0 {
		return message + ", or any other"
	}
	return message + "; there are " + strings.Join(labels, ", ")
}
