package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeInput merges the fields of an input object: those that all subgraphs
// have, since any of them may be sent the object. Inaccessible fields are kept
// regardless: clients cannot give them.
func (c *composer) mergeInput(t *mergedType) {
	seen := map[string]bool{}
	for _, s := range t.sources {
		for _, f := range s.fields {
			if seen[f.name] {
				continue
			}
			seen[f.name] = true
			m := &mergedField{parent: t, name: f.name}
			for _, other := range t.sources {
				if x := other.byName[f.name]; x != nil {
					m.sources = append(m.sources, x)
				}
			}
			if !c.keepInputField(t, m) {
				continue
			}
			same := c.mergeInputValue(m, CodeInputFieldDefaultMismatch)
			if !same || len(m.sources) < len(t.sources) {
				for _, x := range m.sources {
					j := joinField{subgraph: x.schema.index}
					if !same {
						j.typ = x.typ.String()
					}
					m.joins = append(m.joins, j)
				}
			}
			t.byName[m.name] = m
			t.fields = append(t.fields, m)
		}
	}
	if len(t.fields) == 0 {
		var sites []Site
		var names []string
		for _, s := range t.sources {
			sites = append(sites, s.schema.site(s.pos())...)
			names = append(names, s.schema.name)
		}
		c.fail(CodeEmptyMergedInputType, t.name, sites, "give the type a field that all of them have",
			"input type %q has no field in common in %s", t.name, subgraphList(names))
	}
}

func (c *composer) keepInputField(t *mergedType, m *mergedField) bool {
	if len(m.sources) == len(t.sources) {
		return true
	}
	if slices.ContainsFunc(m.sources, func(f *field) bool { return has(f.applied, dirInaccessible) }) {
		return true
	}
	var with, without, requiring []string
	var sites []Site
	for _, s := range t.sources {
		f := s.byName[m.name]
		if f == nil {
			without = append(without, s.schema.name)
			continue
		}
		with = append(with, s.schema.name)
		sites = append(sites, f.schema.site(f.pos)...)
		if f.required() {
			requiring = append(requiring, s.schema.name)
		}
	}
	if len(requiring) > 0 {
		c.fail(CodeRequiredInputFieldMissingInSomeSubgraph, m.coordinate(), sites, "make the field optional, or add it everywhere",
			"input field %q is required in %s but does not exist in %s", m.coordinate(), subgraphList(requiring), subgraphList(without))
	} else {
		c.hint(HintInconsistentInputObjectField, m.coordinate(), sites, "",
			"input field %q is not in the supergraph: it is in %s but not in %s", m.coordinate(), subgraphList(with), subgraphList(without))
	}
	return false
}

// An enumUse is where merged fields and arguments use an enum.
type enumUse struct {
	input, output string // coordinates of the first use of each kind, or ""
}

// mergeEnums merges the values of enums. What may be lost depends on use: an
// output may have any value some subgraph has, an input only those that all
// understand.
func (c *composer) mergeEnums() {
	uses := c.enumUses()
	for _, t := range c.super.order {
		if t.kind == ast.Enum {
			c.mergeEnum(t, uses[t.name])
		}
	}
}

func (c *composer) enumUses() map[string]enumUse {
	uses := map[string]enumUse{}
	input := func(f *mergedField) {
		if t := c.super.types[f.typ.Name()]; t != nil && t.kind == ast.Enum {
			if u := uses[t.name]; u.input == "" {
				u.input = f.coordinate()
				uses[t.name] = u
			}
		}
	}
	for _, t := range c.super.order {
		for _, f := range t.fields {
			if t.kind == ast.InputObject {
				input(f)
				continue
			}
			if f.unresolved {
				continue
			}
			if e := c.super.types[f.typ.Name()]; e != nil && e.kind == ast.Enum {
				if u := uses[e.name]; u.output == "" {
					u.output = f.coordinate()
					uses[e.name] = u
				}
			}
			for _, a := range f.args {
				input(a)
			}
		}
	}
	for _, d := range c.super.directives {
		for _, a := range d.args {
			input(a)
		}
	}
	return uses
}

func (c *composer) mergeEnum(t *mergedType, use enumUse) {
	if use.input == "" && use.output == "" {
		c.hint(HintUnusedEnumType, t.name, t.sources[0].schema.site(t.sources[0].pos()), "",
			"nothing uses enum type %q; it has the values of all subgraphs", t.name)
	}
	byName := map[string]*mergedValue{}
	var values []*mergedValue
	for _, s := range t.sources {
		for _, v := range s.values {
			m := byName[v.name]
			if m == nil {
				m = &mergedValue{name: v.name}
				byName[v.name] = m
				values = append(values, m)
			}
			m.sources = append(m.sources, s.schema)
			m.found = append(m.found, v)
		}
	}
	for _, v := range values {
		if c.keepEnumValue(t, v, use) {
			v.description = mergeDescriptions(c, v.found, t.name+"."+v.name, func(x *enumValue) (string, *schema, *ast.Position) {
				return x.description, v.sources[slices.Index(v.found, x)], x.pos
			})
			t.values = append(t.values, v)
		}
	}
	if len(t.values) == 0 {
		var sites []Site
		for _, s := range t.sources {
			sites = append(sites, s.schema.site(s.pos())...)
		}
		c.fail(CodeEmptyMergedEnumType, t.name, sites, "give the type a value that all subgraphs have",
			"enum type %q is used as input (by %q) but the subgraphs have no value of it in common", t.name, use.input)
	}
}

func (c *composer) keepEnumValue(t *mergedType, v *mergedValue, use enumUse) bool {
	if len(v.sources) == len(t.sources) || slices.ContainsFunc(v.found, func(x *enumValue) bool { return has(x.applied, dirInaccessible) }) {
		return true
	}
	var with, without []string
	var sites []Site
	for i, s := range v.sources {
		with = append(with, s.name)
		sites = append(sites, s.site(v.found[i].pos)...)
	}
	for _, s := range t.sources {
		if !slices.Contains(v.sources, s.schema) {
			without = append(without, s.schema.name)
			sites = append(sites, s.schema.site(s.pos())...)
		}
	}
	coordinate := t.name + "." + v.name
	switch {
	case use.input != "" && use.output != "":
		c.fail(CodeEnumValueMismatch, coordinate, sites, "add the value everywhere, or mark it @inaccessible",
			"enum type %q is used as input (for example by %q) and as output (by %q), so all subgraphs must have the same values, but value %q is in %s and not in %s",
			t.name, use.input, use.output, v.name, subgraphList(with), subgraphList(without))
		return true
	case use.input != "":
		c.hint(HintInconsistentEnumValueForInputEnum, coordinate, sites, "",
			"value %q of enum %q is not in the supergraph, as the enum is used as input: it is in %s but not in %s", v.name, t.name, subgraphList(with), subgraphList(without))
		return false
	default:
		c.hint(HintInconsistentEnumValueForOutputEnum, coordinate, sites, "",
			"value %q of enum %q is in %s but not in %s", v.name, t.name, subgraphList(with), subgraphList(without))
		return true
	}
}
