package mock

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// A group is the selections under one response name of one object type.
// Groups belong to one execution.
type group struct {
	name  string
	field *ast.Field // the first of the selections

	sets []ast.SelectionSet // the selection sets of all of them

	args    map[string]any
	argsErr error
	hasArgs bool

	// below are the groups of the sub-selections by object type. Every
	// element of a list has the same ones, so they are collected once.
	below map[string][]*group
}

// top returns the group that stands for the operation itself.
func (d *document) top(op *ast.OperationDefinition) *group {
	return &group{sets: []ast.SelectionSet{op.SelectionSet}}
}

// arguments returns the field's coerced arguments; they are the same for
// every object.
func (g *group) arguments(x *execution) (map[string]any, error) {
	if !g.hasArgs {
		g.args, g.argsErr = coerceArguments(x.schema.ast, g.field.Definition.Arguments, g.field.Arguments, x.vars)
		g.hasArgs = true
	}
	return g.args, g.argsErr
}

// collect returns the fields to execute on an object of type typ below g, in
// the order of their first occurrence.
//
// GraphQL specification, "CollectFields".
func (x *execution) collect(g *group, typ string) []*group {
	if groups, ok := g.below[typ]; ok {
		return groups
	}
	c := &collector{x: x, typ: typ}
	for _, set := range g.sets {
		c.set(set)
	}
	if g.below == nil {
		g.below = map[string][]*group{}
	}
	g.below[typ] = c.groups
	return c.groups
}

type collector struct {
	x       *execution
	typ     string
	groups  []*group
	byName  map[string]*group // nil while there are few
	visited map[string]bool   // fragments, each of which adds its fields once
}

// fewGroups is up to how many groups a search is faster than a map.
const fewGroups = 16

func (c *collector) set(set ast.SelectionSet) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if c.isIncluded(sel.Directives) {
				c.field(sel)
			}
		case *ast.InlineFragment:
			if c.isIncluded(sel.Directives) && c.applies(sel.TypeCondition) {
				c.set(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			if !c.isIncluded(sel.Directives) || c.visited[sel.Name] || sel.Definition == nil {
				continue
			}
			if c.visited == nil {
				c.visited = map[string]bool{}
			}
			c.visited[sel.Name] = true
			if c.applies(sel.Definition.TypeCondition) {
				c.set(sel.Definition.SelectionSet)
			}
		}
	}
}

func (c *collector) field(f *ast.Field) {
	g := c.find(f.Alias)
	if g == nil {
		g = &group{name: f.Alias, field: f}
		c.groups = append(c.groups, g)
		switch {
		case c.byName != nil:
			c.byName[g.name] = g
		case len(c.groups) > fewGroups:
			c.byName = map[string]*group{}
			for _, known := range c.groups {
				c.byName[known.name] = known
			}
		}
	}
	if len(f.SelectionSet) > 0 {
		g.sets = append(g.sets, f.SelectionSet)
	}
}

func (c *collector) find(name string) *group {
	if c.byName != nil {
		return c.byName[name]
	}
	for _, g := range c.groups {
		if g.name == name {
			return g
		}
	}
	return nil
}

func (c *collector) applies(condition string) bool {
	return condition == "" || c.x.schema.isPossible(condition, c.typ)
}

// isIncluded evaluates @skip and @include.
func (c *collector) isIncluded(list ast.DirectiveList) bool {
	if d := list.ForName("skip"); d != nil && c.condition(d) {
		return false
	}
	if d := list.ForName("include"); d != nil && !c.condition(d) {
		return false
	}
	return true
}

func (c *collector) condition(d *ast.Directive) bool {
	arg := d.Arguments.ForName("if")
	if arg == nil {
		return false
	}
	value, _ := literal(arg.Value, c.x.vars)
	yes, _ := value.(bool)
	return yes
}
