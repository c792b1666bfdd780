package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// merging is the rule "Field Selection Merging": fields that may end up under
// one response name must be the same field with the same arguments, or belong
// to different object types and have the same shape.
//
// The specification compares each pair of fields, and a document of 10,000
// equal fields has 50 million of them. This does it in two passes.
//
// The first merges the expanded operation into a tree of response positions,
// whatever the parent types, and holds each field at a position against the
// first one there. That is all there is to shapes, since having the same shape
// is an equivalence. Where in addition all fields at a position are the same
// field with the same arguments, parent types cannot matter.
//
// The second looks only at positions where they do matter, or above such. It
// groups the fields of a position by (parent type, field, arguments), where all
// abstract parents count as one, for they overlap with the same types. Two
// groups are compared if their parents overlap. Fields of different object
// types never do, so there is little to compare:
//
//	{ pet { ... on Dog { v: bark }    position pet.v, groups (Dog, bark) and
//	        ... on Cat { v: meow } } } (Cat, meow): never compared
//
// The steps of the second pass are counted; a document that needs more than
// budget is refused. The document must have passed the other rules.
type merging struct {
	schema    *ast.Schema
	arguments map[*ast.Field]string // printed, see differ
	reported  map[[2]*ast.Field]bool
	positions int // of the operation being checked
	budget    int
	errs      gqlerror.List
}

func newMerging(schema *ast.Schema, budget int) *merging {
	return &merging{
		schema:    schema,
		arguments: make(map[*ast.Field]string),
		reported:  make(map[[2]*ast.Field]bool),
		budget:    budget,
	}
}

// check looks at one operation, adds what it finds to m.errs, and returns the
// number of distinct response positions.
func (m *merging) check(op *ast.OperationDefinition) int {
	m.positions = 0
	found := len(m.errs)
	root := m.merge([]ast.SelectionSet{op.SelectionSet})
	if !root.mixed || len(m.errs) > found || m.budget < 0 {
		return m.positions
	}
	m.within(root, &group{sets: []ast.SelectionSet{op.SelectionSet}})
	if m.budget < 0 {
		m.errs = append(m.errs, coded(CodeMaxSelections, op.Position,
			"%s has too many different fields under the same response names to be checked", describe(op.Operation, op.Name)))
	}
	return m.positions
}

// A position is one place of the response, with the fields of all parents.
type position struct {
	below map[string]*position // by response name; nil for leaves

	// mixed says that here or below, fields differ in name or arguments.
	mixed bool
}

// merge builds the position whose selection sets are sets. Nesting bounds the
// recursion, the expanded selections bound the work.
func (m *merging) merge(sets []ast.SelectionSet) *position {
	pos := &position{}
	names, fields := collectFields(sets)
	if len(names) > 0 {
		pos.below = make(map[string]*position, len(names))
	}
	for _, name := range names {
		m.positions++
		list := fields[name]
		mixed := false
		var below []ast.SelectionSet
		for _, f := range list {
			if !m.sameShape(list[0].Definition.Type, f.Definition.Type) {
				m.conflict(list[0], f, fmt.Sprintf("they return conflicting types %q and %q",
					list[0].Definition.Type, f.Definition.Type))
				break
			}
			mixed = mixed || m.differ(list[0], f) != ""
			if len(f.SelectionSet) > 0 {
				below = append(below, f.SelectionSet)
			}
		}
		child := m.merge(below)
		child.mixed = child.mixed || mixed
		pos.below[name] = child
		pos.mixed = pos.mixed || child.mixed
	}
	return pos
}

// A group holds the fields of one response position that overlap with exactly
// the same others: same parent type, or all abstract parents; same field, same
// arguments.
type group struct {
	parent string // object type, or "" for any abstract one
	field  *ast.Field
	sets   []ast.SelectionSet

	below map[string][]*group // by response name, filled by groups
	names []string            // of below, in document order
}

// within compares the fields inside g with one another.
func (m *merging) within(pos *position, g *group) {
	m.groups(g)
	for _, name := range g.names {
		child := pos.below[name]
		if !child.mixed || m.done() {
			continue
		}
		var abstract *group
		for _, inner := range g.below[name] {
			m.within(child, inner)
			if inner.parent == "" {
				abstract = inner
			}
		}
		if abstract == nil {
			continue
		}
		for _, inner := range g.below[name] {
			if inner != abstract {
				m.pair(child, abstract, inner)
			}
		}
	}
}

// pair compares two groups of one position whose parents overlap.
func (m *merging) pair(pos *position, a, b *group) {
	if m.budget--; m.done() {
		return
	}
	if reason := m.differ(a.field, b.field); reason != "" {
		m.conflict(a.field, b.field, reason)
		return
	}
	if !pos.mixed {
		return
	}
	m.groups(a)
	m.groups(b)
	for _, name := range a.names {
		child := pos.below[name]
		if !child.mixed {
			continue
		}
		for _, x := range a.below[name] {
			for _, y := range b.below[name] {
				if m.budget--; m.done() {
					return
				}
				if x.parent == y.parent || x.parent == "" || y.parent == "" {
					m.pair(child, x, y)
				}
			}
		}
	}
}

// groups fills g.below. Fields of one parent that differ are reported, and
// only the first of them is kept.
func (m *merging) groups(g *group) {
	if g.below != nil {
		return
	}
	g.below = make(map[string][]*group)
	names, fields := collectFields(g.sets)
	g.names = names
	for _, name := range names {
		byParent := make(map[string]*group)
		for _, f := range fields[name] {
			m.budget--
			parent := ""
			if !f.ObjectDefinition.IsAbstractType() {
				parent = f.ObjectDefinition.Name
			}
			inner := byParent[parent]
			if inner == nil {
				inner = &group{parent: parent, field: f}
				byParent[parent] = inner
				g.below[name] = append(g.below[name], inner)
			}
			if reason := m.differ(inner.field, f); reason != "" {
				m.conflict(inner.field, f, reason)
				break
			}
			if len(f.SelectionSet) > 0 {
				inner.sets = append(inner.sets, f.SelectionSet)
			}
		}
	}
}

func (m *merging) done() bool { return m.budget < 0 || len(m.errs) >= maxErrors }

func (m *merging) conflict(a, b *ast.Field, reason string) {
	if len(m.errs) >= maxErrors || m.reported[[2]*ast.Field{a, b}] {
		return
	}
	m.reported[[2]*ast.Field{a, b}] = true
	m.reported[[2]*ast.Field{b, a}] = true
	err := coded(CodeValidation, a.Position,
		`Fields "%s" conflict because %s. Use different aliases on the fields to fetch both if this was intentional.`,
		a.Alias, reason)
	err.Rule = "OverlappingFieldsCanBeMerged"
	if b.Position != nil {
		err.Locations = append(err.Locations, location(b.Position))
	}
	m.errs = append(m.errs, err)
}

// differ says in what way two fields are not the same, "" if they are.
func (m *merging) differ(a, b *ast.Field) string {
	if a.Name != b.Name {
		return fmt.Sprintf("%q and %q are different fields", a.Name, b.Name)
	}
	if len(a.Arguments) != len(b.Arguments) || m.printed(a) != m.printed(b) {
		return "they have differing arguments"
	}
	return ""
}

// printed writes a field's arguments so that equal ones are equal strings:
// neither arguments nor input fields have an order.
func (m *merging) printed(f *ast.Field) string {
	if len(f.Arguments) == 0 {
		return ""
	}
	if s, ok := m.arguments[f]; ok {
		return s
	}
	parts := make([]string, len(f.Arguments))
	for i, arg := range f.Arguments {
		parts[i] = arg.Name + ":" + string(appendValue(nil, arg.Value, sortFields))
	}
	slices.Sort(parts)
	s := strings.Join(parts, ",")
	m.arguments[f] = s
	return s
}

// sameShape reports whether two types have the same lists and non-nulls around
// the same leaf type, or around any two composite types: their fields are
// compared when it is their turn.
func (m *merging) sameShape(a, b *ast.Type) bool {
	for {
		if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			break
		}
		a, b = a.Elem, b.Elem
	}
	if a.NamedType == b.NamedType {
		return true
	}
	x, y := m.schema.Types[a.NamedType], m.schema.Types[b.NamedType]
	return x != nil && y != nil && x.IsCompositeType() && y.IsCompositeType()
}

// collectFields returns the fields of sets by response name, and the names in
// document order. A fragment is followed once, however often it is spread.
func collectFields(sets []ast.SelectionSet) (names []string, fields map[string][]*ast.Field) {
	if len(sets) == 0 {
		return nil, nil
	}
	fields = make(map[string][]*ast.Field)
	var followed map[string]bool
	var collect func(set ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if _, ok := fields[sel.Alias]; !ok {
					names = append(names, sel.Alias)
				}
				fields[sel.Alias] = append(fields[sel.Alias], sel)
			case *ast.InlineFragment:
				collect(sel.SelectionSet)
			case *ast.FragmentSpread:
				if sel.Definition == nil || followed[sel.Name] {
					continue
				}
				if followed == nil {
					followed = make(map[string]bool)
				}
				followed[sel.Name] = true
				collect(sel.Definition.SelectionSet)
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	return names, fields
}
