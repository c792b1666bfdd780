package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxName is the longest name in bytes. Names end up in messages, logs and
// edit distances; none that people use is anywhere near.
const maxName = 512

// size is what a selection set comes to with its fragments expanded. Counts
// saturate.
type size struct {
	selections int // fields, inline fragments and spreads
	rootFields int // fields that are not below another field
	aliases    int
	directives int
	depth      int // levels of fields
	nesting    int // levels of everything that nests
}

// A measurer computes sizes bottom-up: each fragment once, from those it
// spreads. What it measures is never expanded.
type measurer struct {
	fragments *fragments
	// longName is the place of the first name that is too long.
	longName *ast.Position
}

// checkStructure refuses documents that would be too large to walk: too long
// names, too deep nesting, too many expanded selections, too entangled
// fragments. It returns the size of each operation, and sets that of each
// fragment.
func checkStructure(doc *ast.QueryDocument, fs *fragments, limits Limits) (map[*ast.OperationDefinition]size, gqlerror.List) {
	m := &measurer{fragments: fs}
	for _, f := range fs.order {
		m.name(f.def.Name, f.def.Position)
		m.name(f.def.TypeCondition, f.def.Position)
		f.size = m.set(f.def.SelectionSet)
		m.directives(&f.size, f.def.Directives)
		m.variables(&f.size, f.def.VariableDefinition)
	}
	sizes := make(map[*ast.OperationDefinition]size, len(doc.Operations))
	total := 0
	for _, op := range doc.Operations {
		m.name(op.Name, op.Position)
		s := m.set(op.SelectionSet)
		m.directives(&s, op.Directives)
		m.variables(&s, op.VariableDefinitions)
		sizes[op] = s
		total = plus(total, s.selections)
	}

	if m.longName != nil {
		return nil, gqlerror.List{coded(CodeMaxName, m.longName, "a name is longer than %d bytes", maxName)}
	}
	var errs gqlerror.List
	for _, f := range fs.order {
		if f.size.nesting > limits.Nesting && len(errs) < maxErrors {
			errs = append(errs, coded(CodeMaxDepth, f.def.Position,
				"fragment %q nests deeper than the %d levels allowed", f.def.Name, limits.Nesting))
		}
	}
	for _, op := range doc.Operations {
		if sizes[op].nesting > limits.Nesting && len(errs) < maxErrors {
			errs = append(errs, coded(CodeMaxDepth, op.Position,
				"%s nests deeper than the %d levels allowed", describe(op), limits.Nesting))
		}
	}
	for _, f := range fs.order {
		// A fragment no operation uses is expanded by nothing, but refusing
		// it here keeps the bound independent of who uses it.
		total = max(total, f.size.selections)
	}
	if total > limits.Selections {
		errs = append(errs, coded(CodeMaxSelections, nil,
			"with its fragments expanded the document has more than the %d selections allowed", limits.Selections))
	}
	if len(errs) == 0 && !reachWithin(doc, fs, visitsPerSelection*limits.Selections) {
		errs = append(errs, coded(CodeMaxSelections, nil,
			"the document spreads its fragments in too many places to be checked"))
	}
	return sizes, errs
}

// checkOperation holds the operation that is to run against the limits that
// count per operation.
func checkOperation(op *ast.OperationDefinition, s size, limits Limits) gqlerror.List {
	var errs gqlerror.List
	check := func(code, what string, n, limit int) {
		if exceeds(n, limit) {
			errs = append(errs, coded(code, op.Position, "%s has %s, more than the %d allowed", describe(op), what, limit))
		}
	}
	check(CodeMaxDepth, "too many levels of fields", s.depth, limits.Depth)
	check(CodeMaxAliases, "too many aliases", s.aliases, limits.Aliases)
	check(CodeMaxRootFields, "too many root fields", s.rootFields, limits.RootFields)
	check(CodeMaxDirectives, "too many directives", s.directives, limits.Directives)
	return errs
}

// describe names an operation in messages.
func describe(op *ast.OperationDefinition) string {
	if op.Name == "" {
		return "the anonymous " + string(op.Operation)
	}
	return string(op.Operation) + " " + op.Name
}

// set measures one selection set. The parser bounds the recursion, spreads are
// looked up.
func (m *measurer) set(set ast.SelectionSet) size {
	var s size
	for _, sel := range set {
		s.selections = plus(s.selections, 1)
		switch sel := sel.(type) {
		case *ast.Field:
			m.name(sel.Name, sel.Position)
			m.name(sel.Alias, sel.Position)
			s.rootFields = plus(s.rootFields, 1)
			if sel.Alias != sel.Name {
				s.aliases = plus(s.aliases, 1)
			}
			m.directives(&s, sel.Directives)
			m.arguments(&s, sel.Arguments)
			sub := m.set(sel.SelectionSet)
			sub.rootFields = 0
			sub.depth = plus(sub.depth, 1)
			s.add(sub)
		case *ast.InlineFragment:
			m.name(sel.TypeCondition, sel.Position)
			m.directives(&s, sel.Directives)
			s.add(m.set(sel.SelectionSet))
		case *ast.FragmentSpread:
			m.name(sel.Name, sel.Position)
			m.directives(&s, sel.Directives)
			if f := m.fragments.byName[sel.Name]; f != nil {
				s.add(f.size)
			}
		}
	}
	if len(set) > 0 {
		s.nesting = plus(s.nesting, 1)
	}
	return s
}

// add counts what stands inside one selection of s.
func (s *size) add(inner size) {
	s.selections = plus(s.selections, inner.selections)
	s.rootFields = plus(s.rootFields, inner.rootFields)
	s.aliases = plus(s.aliases, inner.aliases)
	s.directives = plus(s.directives, inner.directives)
	s.depth = max(s.depth, inner.depth)
	s.nesting = max(s.nesting, inner.nesting)
}

func (m *measurer) directives(s *size, list ast.DirectiveList) {
	s.directives = plus(s.directives, len(list))
	for _, d := range list {
		m.name(d.Name, d.Position)
		m.arguments(s, d.Arguments)
	}
}

func (m *measurer) arguments(s *size, list ast.ArgumentList) {
	for _, arg := range list {
		m.name(arg.Name, arg.Position)
		s.nesting = max(s.nesting, m.value(arg.Value))
	}
}

func (m *measurer) variables(s *size, list ast.VariableDefinitionList) {
	for _, v := range list {
		m.name(v.Variable, v.Position)
		levels := 0
		t := v.Type
		for t.Elem != nil {
			t = t.Elem
			levels++
		}
		m.name(t.NamedType, v.Position)
		s.nesting = max(s.nesting, levels, m.value(v.DefaultValue))
		m.directives(s, v.Directives)
	}
}

// value returns the levels of lists and objects in v.
func (m *measurer) value(v *ast.Value) int {
	if v == nil {
		return 0
	}
	if v.Kind == ast.Variable || v.Kind == ast.EnumValue {
		m.name(v.Raw, v.Position)
	}
	levels := 0
	for _, child := range v.Children {
		m.name(child.Name, child.Position)
		levels = max(levels, m.value(child.Value))
	}
	if v.Kind == ast.ListValue || v.Kind == ast.ObjectValue {
		levels++
	}
	return levels
}

func (m *measurer) name(name string, pos *ast.Position) {
	if len(name) > maxName && m.longName == nil {
		m.longName = pos
	}
}

// visitsPerSelection relates the steps validation may take to the selections
// allowed.
const visitsPerSelection = 4

// reachWithin reports whether validation visits at most budget nodes. It walks
// every operation and every fragment definition, and in each of these walks
// every fragment that can be reached once. So 1,000 fragments that all spread
// one fragment of 5,000 fields cost five million visits, though little is
// expanded.
func reachWithin(doc *ast.QueryDocument, fs *fragments, budget int) bool {
	weights := make(map[*fragment]int, len(fs.order))
	for _, f := range fs.order {
		weights[f] = weight(f.def.SelectionSet, f.def.Directives)
	}
	steps := 0
	mark := 0
	var stack []*fragment
	reach := func(spreads []*ast.FragmentSpread) bool {
		mark++
		for {
			for _, spread := range spreads {
				f := fs.byName[spread.Name]
				if f != nil && f.mark != mark {
					f.mark = mark
					stack = append(stack, f)
				}
			}
			if len(stack) == 0 {
				return true
			}
			f := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if steps = plus(steps, weights[f]); steps > budget {
				return false
			}
			spreads = f.spreads
		}
	}
	for _, op := range doc.Operations {
		steps = plus(steps, weight(op.SelectionSet, op.Directives))
		if !reach(appendSpreads(nil, op.SelectionSet)) {
			return false
		}
	}
	for _, f := range fs.order {
		steps = plus(steps, weights[f])
		if !reach(f.spreads) {
			return false
		}
	}
	return steps <= budget
}

// weight counts the nodes that a walk of a definition visits, spreads not
// followed.
func weight(set ast.SelectionSet, directives ast.DirectiveList) int {
	n := directivesWeight(directives)
	for _, sel := range set {
		n++
		switch sel := sel.(type) {
		case *ast.Field:
			n += argumentsWeight(sel.Arguments) + weight(sel.SelectionSet, sel.Directives)
		case *ast.InlineFragment:
			n += weight(sel.SelectionSet, sel.Directives)
		case *ast.FragmentSpread:
			n += directivesWeight(sel.Directives)
		}
	}
	return n
}

func directivesWeight(list ast.DirectiveList) int {
	n := len(list)
	for _, d := range list {
		n += argumentsWeight(d.Arguments)
	}
	return n
}

func argumentsWeight(list ast.ArgumentList) int {
	n := 0
	for _, arg := range list {
		n += valueWeight(arg.Value)
	}
	return n
}

func valueWeight(v *ast.Value) int {
	n := 1
	for _, child := range v.Children {
		n += valueWeight(child.Value)
	}
	return n
}
