package composition

import (
	"fmt"
	"regexp"
	"strings"
)

var trailingNumber = regexp.MustCompile(`_[0-9]+$`)

// nameGraphs gives each subgraph its join__Graph value: the name made a
// GraphQL name, upper-cased, and numbered where several would be the same.
//
// Join specification, "Graph enum".
func (c *composer) nameGraphs() {
	count := map[string]int{}
	for _, s := range c.subs {
		n := graphName(s.name)
		if strings.HasPrefix(n, "__") {
			c.fail(CodeInvalidSubgraphName, "", nil, "choose a name that begins with a letter",
				"subgraph %q would be %q in the supergraph, and names that begin with \"__\" are reserved", s.name, n)
		}
		c.super.graphs = append(c.super.graphs, n)
		count[n]++
	}
	next := map[string]int{}
	for i, n := range c.super.graphs {
		if count[n] > 1 {
			next[n]++
			c.super.graphs[i] = fmt.Sprintf("%s_%d", n, next[n])
		}
	}
}

func graphName(name string) string {
	n := strings.Map(func(r rune) rune {
		if isNameRune(r) {
			return r
		}
		return '_'
	}, name)
	if n[0] >= '0' && n[0] <= '9' {
		n = "_" + n
	}
	if trailingNumber.MatchString(n) {
		n += "_"
	}
	return strings.ToUpper(n)
}

// joinMinFederation is the federation version that a join version asks for.
var joinMinFederation = map[int]int{3: 0, 4: 7, 5: 8}

// chooseJoin picks the version of the join spec.
func (c *composer) chooseJoin() {
	for minor := 3; minor <= 5; minor++ {
		if joinMinFederation[minor] <= c.version {
			c.super.join = minor
		}
	}
	if c.opts.JoinVersion == "" {
		return
	}
	forced := 0
	if _, err := fmt.Sscanf(c.opts.JoinVersion, "v0.%d", &forced); err != nil || joinMinFederation[forced] == 0 && forced != 3 {
		c.fail(CodeUnsupportedFeature, "", nil, "use v0.3, v0.4 or v0.5", "join version %q cannot be written", c.opts.JoinVersion)
		return
	}
	if forced < c.super.join {
		c.checkJoin(forced)
	}
	c.super.join = forced
}

// checkJoin reports what an older join version than the subgraphs ask for
// cannot say.
func (c *composer) checkJoin(minor int) {
	for _, s := range c.subs {
		s.eachApplication(func(a *application, coordinate string) {
			needs := 0
			switch {
			case a.canonical == dirOverride && a.arg("label") != nil:
				needs = 4
			case a.canonical == dirConnect, a.canonical == dirSource, a.canonical == dirCacheTag:
				needs = 4
			case a.canonical == dirFromContext:
				needs = 5
			}
			if needs > minor {
				c.fail(CodeUnsupportedFeature, coordinate, s.site(a.pos), "", "%s@%s at %q needs join v0.%d, but v0.%d is asked for", s.prefix(), a.name, coordinate, needs, minor)
			}
		})
	}
}
