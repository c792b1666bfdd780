package mock

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// maxFragments bounds the fragments of a document. The time that the
	// validator takes grows with the square of their number.
	maxFragments = 1000

	// maxComparisons bounds how often the validator compares two fields of
	// one response name, and how many places of the response there are to
	// look at.
	maxComparisons = 500_000
)

// checkComplexity refuses a document that the validator would take too long
// for: it compares each field with each other of the same response name at the
// same place. What it counts is what the GraphQL specification's
// "FieldsInSetCanMerge" does, without looking at types.
func checkComplexity(doc *ast.QueryDocument) *gqlerror.Error {
	if len(doc.Fragments) > maxFragments {
		return coded(CodeValidationFailed, "the document has more than %d fragments", maxFragments)
	}
	c := &comparisons{fragments: map[string]*ast.FragmentDefinition{}, state: map[string]visit{}, reached: map[string]bool{}}
	for _, f := range doc.Fragments {
		c.fragments[f.Name] = f
	}
	for _, f := range doc.Fragments {
		if name := c.cycle(f.Name, f.SelectionSet); name != "" {
			return coded(CodeValidationFailed, "Cannot spread fragment %q within itself.", name)
		}
	}
	for _, op := range doc.Operations {
		c.sets([]ast.SelectionSet{op.SelectionSet})
	}
	for _, f := range doc.Fragments {
		if !c.reached[f.Name] { // the validator looks at unused ones, too
			c.sets([]ast.SelectionSet{f.SelectionSet})
		}
	}
	if c.count > maxComparisons {
		return coded(CodeValidationFailed, "the document is too complex")
	}
	return nil
}

type visit int

const (
	unvisited visit = iota
	open
	done
)

type comparisons struct {
	fragments map[string]*ast.FragmentDefinition
	state     map[string]visit
	reached   map[string]bool
	count     int
}

// cycle returns the name of a fragment that spreads itself, "" for none. Its
// recursion is as deep as there are fragments, times the parser's own limit.
func (c *comparisons) cycle(name string, set ast.SelectionSet) string {
	if name != "" {
		if c.state[name] != unvisited {
			return ""
		}
		c.state[name] = open
		defer func() { c.state[name] = done }()
	}
	for _, selection := range set {
		found := ""
		switch sel := selection.(type) {
		case *ast.Field:
			found = c.cycle("", sel.SelectionSet)
		case *ast.InlineFragment:
			found = c.cycle("", sel.SelectionSet)
		case *ast.FragmentSpread:
			if c.state[sel.Name] == open {
				return sel.Name
			}
			if f := c.fragments[sel.Name]; f != nil {
				found = c.cycle(f.Name, f.SelectionSet)
			}
		}
		if found != "" {
			return found
		}
	}
	return ""
}

// sets counts the comparisons at one place of the response and below.
func (c *comparisons) sets(sets []ast.SelectionSet) {
	var names []string
	byName := map[string]*sameName{}
	visited := map[string]bool{}
	var collect func(set ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			if c.count++; c.count > maxComparisons {
				return
			}
			switch sel := selection.(type) {
			case *ast.Field:
				g := byName[sel.Alias]
				if g == nil {
					g = &sameName{}
					byName[sel.Alias] = g
					names = append(names, sel.Alias)
				}
				c.count += g.fields
				g.fields++
				if len(sel.SelectionSet) > 0 {
					g.below = append(g.below, sel.SelectionSet)
				}
			case *ast.InlineFragment:
				collect(sel.SelectionSet)
			case *ast.FragmentSpread:
				if f := c.fragments[sel.Name]; f != nil && !visited[sel.Name] {
					visited[sel.Name] = true
					c.reached[sel.Name] = true
					collect(f.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	for _, name := range names {
		if c.count > maxComparisons {
			return
		}
		c.sets(byName[name].below)
	}
}

// sameName are the fields of one response name at one place.
type sameName struct {
	fields int
	below  []ast.SelectionSet
}
