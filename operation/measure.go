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
	nodes      int // selections, directives and literals
	rootFields int // fields that are not below another field
	aliases    int
	directives int
	depth      int // levels of fields
	nesting    int // levels of everything that nests
	lists      int // levels of fields that would be lists of types in introspection
	inspected  int // levels of these below __schema and __type
}

// A measurer computes sizes bottom-up: each fragment once, from those it
// spreads. What it measures is never expanded.
type measurer struct {
	fragments *fragments
	// longName is the place of the first name that is too long.
	longName *ast.Position
}

// nodesPerSelection is how many directives and literals selections may have on
// average. Validation walks the fragments once per operation, so a large
// argument in a document of many operations is walked many times.
const nodesPerSelection = 4

// checkStructure refuses documents that would be too large to walk: too long
// names, too deep nesting, too much once expanded. It returns the size of each
// operation and that of the whole, and sets that of each fragment.
func checkStructure(doc *ast.QueryDocument, fs *fragments, limits Limits) (map[*ast.OperationDefinition]size, size, gqlerror.List) {
	m := &measurer{fragments: fs}
	for _, f := range fs.order {
		m.name(f.def.Name, f.def.Position)
		m.name(f.def.TypeCondition, f.def.Position)
		f.size = m.set(f.def.SelectionSet)
		m.directives(&f.size, f.def.Directives)
		m.variables(&f.size, f.def.VariableDefinition)
	}
	sizes := make(map[*ast.OperationDefinition]size, len(doc.Operations))
	var total size
	for _, op := range doc.Operations {
		m.name(op.Name, op.Position)
		s := m.set(op.SelectionSet)
		m.directives(&s, op.Directives)
		m.variables(&s, op.VariableDefinitions)
		sizes[op] = s
		total.add(s)
	}

	if m.longName != nil {
		return nil, total, gqlerror.List{coded(CodeMaxName, m.longName, "a name is longer than %d bytes", maxName)}
	}
	var errs gqlerror.List
	for _, f := range fs.order {
		total.nesting = max(total.nesting, f.size.nesting)
		if f.size.nesting > limits.Nesting && len(errs) < maxErrors {
			errs = append(errs, coded(CodeMaxDepth, f.def.Position,
				"fragment %q nests deeper than the %d levels allowed", f.def.Name, limits.Nesting))
		}
	}
	for _, op := range doc.Operations {
		if sizes[op].nesting > limits.Nesting && len(errs) < maxErrors {
			errs = append(errs, coded(CodeMaxDepth, op.Position,
				"%s nests deeper than the %d levels allowed", describe(op.Operation, op.Name), limits.Nesting))
		}
	}
	if total.selections > limits.Selections || total.nodes > nodesPerSelection*limits.Selections {
		errs = append(errs, coded(CodeMaxSelections, nil,
			"with its fragments expanded the document has more than the %d selections allowed", limits.Selections))
	}
	return sizes, total, errs
}

// measurements are what limits look at. height comes from merging the
// operation's fields, total is the size of its document.
func (s size) measurements(height int, total size) Measurements {
	return Measurements{
		IntrospectionDepth: s.inspected,
		Nesting:            total.nesting,
		Expanded:           max(total.selections, (total.nodes-1)/nodesPerSelection+1),

		Depth:      s.depth,
		Height:     height,
		Aliases:    s.aliases,
		RootFields: s.rootFields,
		Directives: s.directives,
		Selections: s.selections,
	}
}

// describe names an operation in messages.
func describe(kind ast.Operation, name string) string {
	if name == "" {
		return "the anonymous " + string(kind)
	}
	return string(kind) + " " + name
}

// set measures one selection set. The parser bounds the recursion, spreads are
// looked up.
func (m *measurer) set(set ast.SelectionSet) size {
	var s size
	for _, sel := range set {
		s.selections = plus(s.selections, 1)
		s.nodes = plus(s.nodes, 1)
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
			switch sel.Name {
			case "fields", "inputFields", "interfaces", "possibleTypes":
				sub.lists = plus(sub.lists, 1)
			case "__schema", "__type":
				sub.inspected = max(sub.inspected, sub.lists)
			}
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
	s.nodes = plus(s.nodes, inner.nodes)
	s.rootFields = plus(s.rootFields, inner.rootFields)
	s.aliases = plus(s.aliases, inner.aliases)
	s.directives = plus(s.directives, inner.directives)
	s.depth = max(s.depth, inner.depth)
	s.nesting = max(s.nesting, inner.nesting)
	s.lists = max(s.lists, inner.lists)
	s.inspected = max(s.inspected, inner.inspected)
}

func (m *measurer) directives(s *size, list ast.DirectiveList) {
	s.directives = plus(s.directives, len(list))
	s.nodes = plus(s.nodes, len(list))
	for _, d := range list {
		m.name(d.Name, d.Position)
		m.arguments(s, d.Arguments)
	}
}

func (m *measurer) arguments(s *size, list ast.ArgumentList) {
	for _, arg := range list {
		m.name(arg.Name, arg.Position)
		s.nesting = max(s.nesting, m.value(s, arg.Value))
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
		s.nesting = max(s.nesting, levels, m.value(s, v.DefaultValue))
		m.directives(s, v.Directives)
	}
}

// value counts the literals in v and returns the levels of lists and objects.
func (m *measurer) value(s *size, v *ast.Value) int {
	if v == nil {
		return 0
	}
	s.nodes = plus(s.nodes, 1)
	if v.Kind == ast.Variable || v.Kind == ast.EnumValue {
		m.name(v.Raw, v.Position)
	}
	levels := 0
	for _, child := range v.Children {
		m.name(child.Name, child.Position)
		levels = max(levels, m.value(s, child.Value))
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
