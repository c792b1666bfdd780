package oracle

import "github.com/vektah/gqlparser/v2/ast"

// A group is the fields of one response name.
type group struct {
	name   string
	fields []*ast.Field
}

func (g *group) selections() []ast.SelectionSet {
	var sets []ast.SelectionSet
	for _, f := range g.fields {
		sets = append(sets, f.SelectionSet)
	}
	return sets
}

// collect groups the fields that apply to an object of type def by response
// name, in the order of first occurrence.
//
// GraphQL specification, "Field collection".
func (x *execution) collect(def *ast.Definition, sets []ast.SelectionSet) []*group {
	var groups []*group
	byName := map[string]*group{}
	spread := map[string]bool{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if !x.isIncluded(s.Directives) {
					continue
				}
				g := byName[s.Alias]
				if g == nil {
					g = &group{name: s.Alias}
					byName[s.Alias] = g
					groups = append(groups, g)
				}
				g.fields = append(g.fields, s)
			case *ast.InlineFragment:
				if x.isIncluded(s.Directives) && x.applies(s.TypeCondition, def) {
					walk(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if !x.isIncluded(s.Directives) || spread[s.Name] {
					continue
				}
				spread[s.Name] = true
				if x.applies(s.Definition.TypeCondition, def) {
					walk(s.Definition.SelectionSet)
				}
			default:
				panic("oracle: unknown kind of selection")
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return groups
}

// applies tells whether an object of type def fits a type condition, "" being
// none.
func (x *execution) applies(condition string, def *ast.Definition) bool {
	return condition == "" || condition == def.Name ||
		isPossible(x.schema, x.schema.Types[condition], def)
}

func (x *execution) isIncluded(directives ast.DirectiveList) bool {
	if skip := directives.ForName("skip"); skip != nil && skip.ArgumentMap(x.variables)["if"] == true {
		return false
	}
	if include := directives.ForName("include"); include != nil && include.ArgumentMap(x.variables)["if"] == false {
		return false
	}
	return true
}
