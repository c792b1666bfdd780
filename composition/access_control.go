package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A requirement is what access control asks of a request for some element.
// The zero value asks nothing.
type requirement struct {
	authenticated bool
	scopes        dnf
	policies      dnf
}

// A dnf is a disjunction of conjunctions: one of the inner sets must be
// granted whole. nil and an empty list ask nothing. Inner sets are sorted.
type dnf [][]string

// parseDNF reads [["a", "b"], ["c"]].
func parseDNF(v *ast.Value) dnf {
	if v == nil {
		return nil
	}
	var d dnf
	for _, c := range v.Children {
		set := stringItems(c.Value)
		slices.Sort(set)
		d = append(d, slices.Compact(set))
	}
	if v.Kind != ast.ListValue && isString(v) {
		d = dnf{{v.Raw}}
	}
	return d.simplified()
}

// maxAlternatives bounds the length of a dnf. The conjunction of several has
// their product in alternatives, so a handful of long ones would have no end.
const maxAlternatives = 1000

// and is what asks both d and e. If that has more than maxAlternatives, the
// result is cut, and tooLong.
func (d dnf) and(e dnf) dnf {
	switch {
	case len(d) == 0 || e.tooLong():
		return e
	case len(e) == 0 || d.tooLong():
		return d
	}
	var product dnf
	for _, x := range d {
		for _, y := range e {
			set := slices.Concat(x, y)
			slices.Sort(set)
			product = append(product, slices.Compact(set))
		}
		if len(product) > 4*maxAlternatives {
			if product = product.simplified(); product.tooLong() {
				return product[:maxAlternatives+1]
			}
		}
	}
	product = product.simplified()
	if product.tooLong() {
		return product[:maxAlternatives+1]
	}
	return product
}

func (d dnf) tooLong() bool { return len(d) > maxAlternatives }

// simplified drops sets that contain another one.
func (d dnf) simplified() dnf {
	sorted := slices.Clone(d)
	slices.SortStableFunc(sorted, func(a, b []string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare(a, b)
	})
	var kept dnf
	for _, x := range sorted {
		if !slices.ContainsFunc(kept, func(y []string) bool { return containsAll(x, y) }) {
			kept = append(kept, x)
		}
	}
	return kept
}

// implies tells whether whoever satisfies d satisfies e.
func (d dnf) implies(e dnf) bool {
	if len(e) == 0 {
		return true
	}
	if len(d) == 0 {
		return false
	}
	for _, x := range d {
		if !slices.ContainsFunc(e, func(y []string) bool { return containsAll(x, y) }) {
			return false
		}
	}
	return true
}

func containsAll(set, subset []string) bool {
	for _, s := range subset {
		if _, ok := slices.BinarySearch(set, s); !ok {
			return false
		}
	}
	return true
}

func (d dnf) value() *ast.Value {
	list := listValue()
	for _, set := range d {
		inner := listValue()
		for _, s := range set {
			inner.Children = append(inner.Children, &ast.ChildValue{Value: stringValue(s)})
		}
		list.Children = append(list.Children, &ast.ChildValue{Value: inner})
	}
	return list
}

// conjunctionValue is the conjunction of several literals, nil if it has too
// many alternatives.
func conjunctionValue(vs []*ast.Value) *ast.Value {
	var d dnf
	for _, v := range vs {
		d = d.and(parseDNF(v))
	}
	if d.tooLong() {
		return nil
	}
	return d.value()
}

func requirementOf(applied []*application) requirement {
	var r requirement
	for _, a := range applied {
		switch a.canonical {
		case dirAuthenticated:
			r.authenticated = true
		case dirRequiresScopes:
			r.scopes = r.scopes.and(parseDNF(a.arg("scopes")))
		case dirPolicy:
			r.policies = r.policies.and(parseDNF(a.arg("policies")))
		}
	}
	return r
}

func (r requirement) and(o requirement) requirement {
	return requirement{r.authenticated || o.authenticated, r.scopes.and(o.scopes), r.policies.and(o.policies)}
}

func (r requirement) equal(o requirement) bool {
	return r.authenticated == o.authenticated && slices.EqualFunc(r.scopes, o.scopes, slices.Equal) && slices.EqualFunc(r.policies, o.policies, slices.Equal)
}

func (r requirement) isZero() bool {
	return !r.authenticated && len(r.scopes) == 0 && len(r.policies) == 0
}

// missing names the directives of o that r does not imply.
func (r requirement) missing(o requirement) []string {
	var names []string
	if o.authenticated && !r.authenticated {
		names = append(names, "@authenticated")
	}
	if !r.scopes.implies(o.scopes) {
		names = append(names, "@requiresScopes")
	}
	if !r.policies.implies(o.policies) {
		names = append(names, "@policy")
	}
	return names
}

// withRequirement replaces the access control directives of applied by r.
func (c *composer) withRequirement(applied []*application, r requirement, coordinate string, sites []Site) []*application {
	if requirementOf(applied).equal(r) {
		return applied
	}
	if r.scopes.tooLong() || r.policies.tooLong() {
		c.fail(CodeUnsupportedFeature, coordinate, sites, "ask for fewer alternatives",
			"the access rights asked for %q, taken together, have more than %d alternatives", coordinate, maxAlternatives)
		return applied
	}
	kept := slices.DeleteFunc(slices.Clone(applied), func(a *application) bool { return isAccessControl(a.canonical) })
	add := func(directive, arg string, v *ast.Value) {
		a := &application{name: c.known[directive].name, canonical: directive}
		if arg != "" {
			a.args = ast.ArgumentList{{Name: arg, Value: v}}
		}
		kept = append(kept, a)
	}
	if r.authenticated {
		add(dirAuthenticated, "", nil)
	}
	if len(r.scopes) > 0 {
		add(dirRequiresScopes, "scopes", r.scopes.value())
	}
	if len(r.policies) > 0 {
		add(dirPolicy, "policies", r.policies.value())
	}
	return kept
}

// propagateAccessControl carries requirements between interfaces and their
// implementations, so that no path to protected data goes around them: from
// fields of @interfaceObject types down to the implementations, and from
// implementations up to their interfaces.
func (c *composer) propagateAccessControl() {
	if c.known[dirAuthenticated] == nil && c.known[dirRequiresScopes] == nil && c.known[dirPolicy] == nil {
		return
	}
	down := map[*mergedField]requirement{}
	var order []*mergedField
	for _, t := range c.super.order {
		if t.kind != ast.Object {
			continue
		}
		for _, name := range t.interfaces {
			i := c.super.types[name]
			if i == nil {
				continue
			}
			for _, f := range i.fields {
				own := t.byName[f.name]
				r := requirementOf(f.applied)
				if own == nil || r.isZero() {
					continue
				}
				if _, known := down[own]; !known {
					order = append(order, own)
				}
				down[own] = down[own].and(r)
			}
		}
	}
	for _, f := range order {
		f.applied = c.withRequirement(f.applied, requirementOf(f.applied).and(down[f]), f.coordinate(), fieldSites(f))
	}
	for _, i := range c.super.order {
		if i.kind != ast.Interface {
			continue
		}
		onType := requirementOf(i.applied)
		for _, t := range c.super.implementers[i.name] {
			onType = onType.and(requirementOf(t.applied))
		}
		i.applied = c.withRequirement(i.applied, onType, i.name, typeSites(i))
		for _, f := range i.fields {
			r := requirementOf(f.applied)
			var distinct []requirement
			for _, t := range c.super.implementers[i.name] {
				own := t.byName[f.name]
				if own == nil {
					continue
				}
				asked := requirementOf(own.applied)
				r = r.and(asked)
				if !asked.isZero() && !slices.ContainsFunc(distinct, asked.equal) {
					distinct = append(distinct, asked)
				}
			}
			if asked := requirementOf(f.applied); !asked.equal(r) && len(distinct) > 1 {
				c.hint(HintMergedNonRepeatableDirectiveArguments, f.coordinate(), fieldSites(f), "",
					"the implementations of interface field %q ask different access rights; the interface field asks for all of them", f.coordinate())
			}
			f.applied = c.withRequirement(f.applied, r, f.coordinate(), fieldSites(f))
		}
	}
}

// checkTransitiveRequirements checks that a field which reads other data to
// be resolved asks at least what that data asks.
func (c *composer) checkTransitiveRequirements() {
	if c.known[dirAuthenticated] == nil && c.known[dirRequiresScopes] == nil && c.known[dirPolicy] == nil {
		return
	}
	for _, t := range c.super.order {
		for _, m := range t.fields {
			for _, f := range m.sources {
				if t.kind != ast.Object && !f.parent.interfaceObject {
					continue
				}
				granted := requirementOf(m.applied).and(requirementOf(t.applied))
				if f.requires != nil {
					c.checkGranted(m, f, "@requires", f.requires.selections, granted)
				}
				for _, a := range f.args {
					if a.contextual == nil {
						continue
					}
					for _, source := range a.contextual.sources {
						c.checkGrantedType(m, f, "@fromContext", source.typ.name, granted)
						c.checkGranted(m, f, "@fromContext", source.selections, granted)
					}
				}
			}
		}
	}
}

func (c *composer) checkGranted(m *mergedField, f *field, why string, sels []*selection, granted requirement) {
	for _, x := range sels {
		if x.fragment {
			c.checkGrantedType(m, f, why, x.on.name, granted)
		} else if x.field != nil {
			if t := c.super.types[x.parent.name]; t != nil && t.byName[x.name] != nil {
				c.reportUngranted(m, f, why, t.byName[x.name].coordinate(), requirementOf(t.byName[x.name].applied), granted)
			}
			c.checkGrantedType(m, f, why, x.field.typ.Name(), granted)
		}
		c.checkGranted(m, f, why, x.sub, granted)
	}
}

func (c *composer) checkGrantedType(m *mergedField, f *field, why, name string, granted requirement) {
	if t := c.super.types[name]; t != nil {
		c.reportUngranted(m, f, why, t.name, requirementOf(t.applied), granted)
	}
}

func (c *composer) reportUngranted(m *mergedField, f *field, why, what string, asked, granted requirement) {
	if missing := granted.missing(asked); len(missing) > 0 {
		c.fail(CodeMissingTransitiveAuthRequirements, m.coordinate(), f.schema.site(f.pos), "add the requirements of "+what+" to "+m.coordinate(),
			"%sfield %q reads %q through %s but does not ask what that asks: %s", f.schema.prefix(), m.coordinate(), what, why, strings.Join(missing, ", "))
	}
}
