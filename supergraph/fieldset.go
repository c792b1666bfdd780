package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Bounds of one field set. What people write has a handful of fields, three or
// four levels deep.
const (
	maxFieldSetTokens = 10_000
	maxFieldSetDepth  = 100
)

// A fieldSetKind says what a field set is for.
type fieldSetKind int

const (
	keySet fieldSetKind = iota
	requiresSet
	providesSet
	contextSet
)

// codes returns the codes of faults: of a field set in general, and of one
// that has a directive.
func (k fieldSetKind) codes() (invalid, directive string) {
	switch k {
	case keySet:
		return CodeKeyFields, CodeKeyDirective
	case requiresSet:
		return CodeRequiresFields, CodeRequiresDirective
	case providesSet:
		return CodeProvidesFields, CodeProvidesDirective
	case contextSet:
		return CodeContextFields, CodeContextFields
	default:
		panic(fmt.Sprintf("supergraph: unknown kind of field set: %d", k))
	}
}

// A fieldSet is a field set to be parsed, as one subgraph wrote it.
type fieldSet struct {
	b     *builder
	kind  fieldSetKind
	graph int
	where string // for messages

	// complete says that the subgraph gets the fields that it lacks: what it
	// refers to it must know, but not all versions of join say so.
	// resolvable says that it resolves the fields added.
	complete   bool
	resolvable bool

	pos     *ast.Position // of the string, behind its quote
	inline  bool          // the string is on one line
	wrapped bool          // the text was put into braces
}

// parse parses a selection set on the type, with or without braces. Fields
// have their types in the subgraph, and their definitions in Full.
//
// Federation, "Apollo Federation subgraph specification: scalar FieldSet".
func (s *fieldSet) parse(set *fieldSetText, typeName string) (ast.SelectionSet, error) {
	s.pos, s.inline = set.value.Position, set.value.Kind == ast.StringValue
	input := set.text
	if strings.TrimSpace(input) == "" {
		return nil, s.fail(nil, "it is empty")
	}
	if !strings.HasPrefix(strings.TrimLeft(input, " \t\r\n,\ufeff"), "{") {
		input, s.wrapped = "{"+input+"}", true
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: input}, maxFieldSetTokens)
	if err != nil {
		return nil, s.fail(nil, "%s", fromParser("", "", err).Message)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, s.fail(nil, "it is not one selection set")
	}
	op := doc.Operations[0]
	if op.Operation != ast.Query || op.Name != "" || len(op.VariableDefinitions) != 0 || len(op.Directives) != 0 || len(op.SelectionSet) == 0 {
		return nil, s.fail(nil, "it is not a selection set")
	}
	return op.SelectionSet, s.resolve(op.SelectionSet, typeName, 1)
}

// fail returns a fault of the field set, at pos within it or, if that is nil,
// at its beginning.
func (s *fieldSet) fail(pos *ast.Position, format string, args ...any) error {
	code, _ := s.kind.codes()
	return s.failWith(code, pos, format, args...)
}

// failDirective returns the fault of a directive within the field set.
func (s *fieldSet) failDirective(pos *ast.Position, on string) error {
	_, code := s.kind.codes()
	return s.failWith(code, pos, "%s has a directive", on)
}

func (s *fieldSet) failWith(code string, pos *ast.Position, format string, args ...any) error {
	if pos == nil {
		pos = s.pos
	}
	return errorAt(pos, code, "%s in the subgraph %q is invalid: %s",
		s.where, s.b.sg.Subgraphs[s.graph].Name, fmt.Sprintf(format, args...))
}

// shift makes a position within the text one within the file: the exact one
// for strings on one line without escapes, that of the string for others.
func (s *fieldSet) shift(pos *ast.Position) {
	if !s.inline {
		*pos = *s.pos
		return
	}
	offset := 0
	if s.wrapped {
		offset-- // the brace
	}
	*pos = ast.Position{
		Start:  s.pos.Start + pos.Start + offset,
		End:    s.pos.Start + pos.End + offset,
		Line:   s.pos.Line,
		Column: s.pos.Column + pos.Column - 1 + offset,
		Src:    s.pos.Src,
	}
}

// resolve checks the selections on the named type and gives them their
// definitions.
func (s *fieldSet) resolve(selections ast.SelectionSet, typeName string, depth int) error {
	if depth > maxFieldSetDepth {
		return s.fail(nil, "it is nested more than %d deep", maxFieldSetDepth)
	}
	def := s.b.full.Types[typeName]
	if def == nil || !def.IsCompositeType() {
		return s.fail(nil, "%s has no fields", typeName)
	}
	for _, selection := range selections {
		s.shift(selection.GetPosition())
		var err error
		switch selection := selection.(type) {
		case *ast.Field:
			err = s.field(selection, def, depth)
		case *ast.InlineFragment:
			err = s.fragment(selection, def, depth)
		default:
			err = s.fail(selection.GetPosition(), "there are no named fragments here")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *fieldSet) field(f *ast.Field, parent *ast.Definition, depth int) error {
	if len(f.Directives) > 0 {
		return s.failDirective(f.Position, f.Name)
	}
	if f.Alias != f.Name {
		return s.fail(f.Position, "%s has an alias", f.Name)
	}
	f.ObjectDefinition = parent
	if f.Name == "__typename" {
		if len(f.SelectionSet) > 0 || len(f.Arguments) > 0 {
			return s.fail(f.Position, "__typename has neither fields nor arguments")
		}
		f.Definition = typenameDefinition(f.Position)
		return nil
	}
	field := s.b.sg.Field(parent.Name, f.Name)
	if field == nil {
		return s.fail(f.Position, "%s has no field %s", parent.Name, f.Name)
	}
	f.Definition = field.Definition
	if err := s.arguments(f); err != nil {
		return err
	}
	typ := field.Type
	in := field.InSubgraph(s.graph)
	if in == nil && s.complete {
		var err error
		if in, err = s.add(f, parent); err != nil {
			return err
		}
	}
	if in != nil {
		typ = in.Type
	}
	next := s.b.full.Types[typ.Name()]
	switch isComposite := next.IsCompositeType(); {
	case isComposite && len(f.SelectionSet) == 0:
		return s.fail(f.Position, "%s.%s is of type %s and needs a selection of fields", parent.Name, f.Name, typ)
	case !isComposite && len(f.SelectionSet) > 0:
		return s.fail(f.Position, "%s.%s is of type %s, which has no fields", parent.Name, f.Name, typ)
	case !isComposite:
		return nil
	}
	return s.resolve(f.SelectionSet, next.Name, depth+1)
}

// typenameDefinition returns the definition of __typename.
func typenameDefinition(pos *ast.Position) *ast.FieldDefinition {
	return &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil), Position: pos}
}

func (s *fieldSet) fragment(f *ast.InlineFragment, parent *ast.Definition, depth int) error {
	if len(f.Directives) > 0 {
		return s.failDirective(f.Position, "a fragment")
	}
	f.ObjectDefinition = parent
	next := parent.Name
	if f.TypeCondition != "" {
		next = f.TypeCondition
		if t := s.b.sg.Types[next]; t == nil || !t.IsComposite() {
			return s.fail(f.Position, "there is no type %s with fields", next)
		}
	}
	return s.resolve(f.SelectionSet, next, depth+1)
}

// arguments checks that the field's arguments exist and are literals.
func (s *fieldSet) arguments(f *ast.Field) error {
	for i, a := range f.Arguments {
		s.shift(a.Position)
		if f.Definition.Arguments.ForName(a.Name) == nil {
			return s.fail(f.Position, "%s has no argument %s", f.Name, a.Name)
		}
		if f.Arguments[:i].ForName(a.Name) != nil {
			return s.fail(f.Position, "%s has the argument %s twice", f.Name, a.Name)
		}
		if err := s.literal(a.Value); err != nil {
			return err
		}
	}
	for _, a := range f.Definition.Arguments {
		if isRequired(a.Type, a.DefaultValue) && f.Arguments.ForName(a.Name) == nil {
			return s.fail(f.Position, "%s lacks the required argument %s", f.Name, a.Name)
		}
	}
	return nil
}

// literal refuses variables. It recurses no deeper than the parser lets values
// nest.
func (s *fieldSet) literal(v *ast.Value) error {
	s.shift(v.Position)
	if v.Kind == ast.Variable {
		return s.fail(v.Position, "there are no variables here")
	}
	for _, child := range v.Children {
		if err := s.literal(child.Value); err != nil {
			return err
		}
	}
	return nil
}

// add gives the subgraph a field that it refers to.
func (s *fieldSet) add(f *ast.Field, parent *ast.Definition) (*FieldIn, error) {
	t := s.b.sg.Types[parent.Name]
	if t.In[s.graph] == nil {
		if !s.b.owned {
			return nil, s.fail(f.Position, "the subgraph does not have the type %s", t.Name)
		}
		s.b.reach(t.Name, s.graph)
		if t.In[s.graph] == nil {
			s.b.enter(t, s.graph)
		}
		if in := t.Fields[f.Name].InSubgraph(s.graph); in != nil {
			return in, nil
		}
	}
	in := s.b.put(t, f.Definition, joinField{graph: s.graph, external: true})
	in.External = !s.resolvable
	return in, nil
}
