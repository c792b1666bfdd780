package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// satisfied tells whether every selection can be had from some of the nodes,
// which are alternatives, whatever the labels that at does not know.
func (r *reachability) satisfied(nodes []*node, sels []*selection, at *situation) bool {
	for _, x := range sels {
		if !r.selectionSatisfied(nodes, x, at) {
			return false
		}
	}
	return true
}

func (r *reachability) selectionSatisfied(nodes []*node, x *selection, at *situation) bool {
	if x.fragment {
		return r.fragmentSatisfied(nodes, x, at)
	}
	// Most leaves can be had without going anywhere. What else is selected below a
	// field is looked at once, from everywhere: to look at it twice would be to
	// look at what is below it four times.
	leaf := len(x.sub) == 0
	if leaf && r.fieldSatisfied(nodes, x, at) {
		return true
	}
	everywhere := r.closure(nodes)
	if (!leaf || len(everywhere) > len(nodes)) && r.fieldSatisfied(everywhere, x, at) {
		return true
	}
	// An interface that does not resolve the field itself may stand for
	// objects that all do.
	for _, m := range everywhere {
		if m.typ.kind == ast.Interface && r.explodes(m, x, at) {
			return true
		}
	}
	// A label may decide which subgraph has the field: then it must be had both
	// ways. Where a label is known it stays so for what is selected below.
	label := undecided(everywhere, x.name, at)
	return label != "" &&
		r.selectionSatisfied(nodes, x, at.with(label, true)) && r.selectionSatisfied(nodes, x, at.with(label, false))
}

// undecided is the first label that at does not know on a field of some of the
// nodes; "" if there is none.
func undecided(nodes []*node, name string, at *situation) string {
	if at != nil && len(at.labels) >= maxLabels {
		return ""
	}
	label := ""
	for _, n := range nodes {
		f := n.typ.byName[name]
		if f == nil || f.overrideLabel == "" || label != "" && label <= f.overrideLabel {
			continue
		}
		known := false
		if at != nil {
			_, known = at.labels[f.overrideLabel]
		}
		if !known {
			label = f.overrideLabel
		}
	}
	return label
}

// maxLabels is how many labels a field of a field set may depend on: each way
// they can be is looked at.
const maxLabels = 4

// fieldSatisfied tells whether some of the nodes resolve a field directly, and
// what is selected below it can be had from where it leads.
func (r *reachability) fieldSatisfied(nodes []*node, x *selection, at *situation) bool {
	var next []*node
	for _, m := range nodes {
		target, ok := r.follow(m, x.name, at)
		if !ok {
			continue
		}
		if x.sub == nil {
			return true
		}
		next = appendNode(next, target)
	}
	return len(next) > 0 && r.satisfied(next, x.sub, at)
}

func (r *reachability) explodes(m *node, x *selection, at *situation) bool {
	e := explosion{m, x}
	if r.exploding[e] || r.c.canceled() {
		return false // what rests on itself is no answer
	}
	r.exploding[e] = true
	defer delete(r.exploding, e)
	possible := m.schema().possibleTypes(m.typ)
	for _, t := range possible {
		if !r.selectionSatisfied([]*node{r.cast(m, t)}, x, at) {
			return false
		}
	}
	return len(possible) > 0
}

func (r *reachability) fragmentSatisfied(nodes []*node, x *selection, at *situation) bool {
	if x.cond == "" {
		return r.satisfied(nodes, x.sub, at)
	}
	for _, m := range nodes {
		if r.castSatisfied(m, x, at) {
			return true
		}
	}
	return false
}

// castSatisfied tells whether the selections of a fragment can be had from m
// whenever the object is of the fragment's type.
func (r *reachability) castSatisfied(m *node, x *selection, at *situation) bool {
	if m.typ.name == x.cond {
		return r.satisfied([]*node{m}, x.sub, at)
	}
	if m.typ.interfaceObject {
		return r.knowsTypename(m) && r.satisfied([]*node{m}, x.sub, at)
	}
	if m.typ.kind == ast.Object {
		// Either the condition always holds or it never does.
		cond := r.c.super.types[x.cond]
		if cond != nil && slices.ContainsFunc(r.c.super.possible(cond), func(t *mergedType) bool { return t.name == m.typ.name }) {
			return r.satisfied([]*node{m}, x.sub, at)
		}
		return true
	}
	cond := r.c.super.types[x.cond]
	if cond == nil {
		return true
	}
	for _, t := range m.schema().possibleTypes(m.typ) {
		if !slices.ContainsFunc(r.c.super.possible(cond), func(o *mergedType) bool { return o.name == t.name }) {
			continue
		}
		if !r.satisfied([]*node{r.cast(m, t)}, x.sub, at) {
			return false
		}
	}
	return true
}
