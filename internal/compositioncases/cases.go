package compositioncases

import (
	"fmt"
	"regexp"
	"strings"
)

// A Case is a set of subgraphs and what should come of composing it.
type Case struct {
	// Title is the line after "===".
	Title string

	// Codes are the error and hint codes that the title begins with.
	Codes []string

	// Near is the code that must not be reported; "" for none.
	Near string

	Subgraphs []Subgraph
}

// A Subgraph is one subgraph of a case. Its SDL keeps the line numbers of the
// case.
type Subgraph struct {
	Name string
	URL  string
	SDL  string
}

var codes = regexp.MustCompile(`^[A-Z][A-Z_0-9]+(\+[A-Z][A-Z_0-9]+)*$`)

// Parse reads the cases of a file.
func Parse(text string) []Case {
	var cases []Case
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(line, "=== "); ok {
			cases = append(cases, newCase(strings.TrimSpace(title)))
			continue
		}
		if len(cases) == 0 {
			continue
		}
		c := &cases[len(cases)-1]
		if name, ok := strings.CutPrefix(line, "--- "); ok {
			name = strings.TrimSpace(name)
			c.Subgraphs = append(c.Subgraphs, Subgraph{Name: name, URL: "http://" + name})
			continue
		}
		if len(c.Subgraphs) > 0 {
			c.Subgraphs[len(c.Subgraphs)-1].SDL += expand(line)
		}
	}
	return cases
}

func newCase(title string) Case {
	c := Case{Title: title}
	first, rest, _ := strings.Cut(title, " ")
	near, _, _ := strings.Cut(rest, " ")
	switch {
	case codes.MatchString(first):
		c.Codes = strings.Split(first, "+")
	case first == "near" && codes.MatchString(near):
		c.Near = near
	}
	return c
}

// since are the directives of federation 2 by the minor version that brought
// them.
var since = []struct {
	minor int
	names string
}{
	{0, "@key @requires @provides @external @extends @shareable @override @inaccessible @tag"},
	{1, "@composeDirective"},
	{3, "@interfaceObject"},
	{5, "@authenticated @requiresScopes"},
	{6, "@policy"},
	{8, "@context @fromContext"},
	{9, "@cost @listSize"},
	{12, "@cacheTag"},
}

func expand(line string) string {
	minor := 0
	if n, err := fmt.Sscanf(line, "#fed 2.%d", &minor); n != 1 || err != nil {
		return line
	}
	var imports []string
	for _, s := range since {
		if s.minor <= minor {
			for _, name := range strings.Fields(s.names) {
				imports = append(imports, `"`+name+`"`)
			}
		}
	}
	return fmt.Sprintf("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.%d\", import: [%s])\n", minor, strings.Join(imports, ", "))
}
