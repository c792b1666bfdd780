package operation

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Literals are the values of the variables that Lift put in the place of
// literals: what one document has of its own, besides its normal form. They are
// immutable and safe for concurrent use.
type Literals struct {
	op    *Signature // the lifted operation's; nil if there are no literals
	text  []byte
	spans []span // one per lifted variable, in order of definition
}

// Footprint is the bytes of memory the literals take.
func (l Literals) Footprint() int { return len(l.text) + 16*len(l.spans) }

// Lift replaces the literals in arguments of fields by variables, so that
// operations that differ in nothing else have the same normal form:
//
//	query { product(id: 5) { name } }
//	query($_l0: ID!) { product(id: $_l0) { name } }     and _l0 = "5"
//
// The operation it returns means the same as o for the variables of a request
// With the literals; both have the same places. If there is nothing to lift it
// is o.
//
// A variable has the type of what it replaces, non-null: a subgraph may be
// stricter than the API schema where a value may be null. Equal literals of one
// type share a variable, so fields with equal arguments still have equal
// arguments. Names begin with a prefix that no variable of the client has.
//
// A literal is lifted whole if it means the same as JSON. Otherwise it stays in
// the document, and the lists and input objects in it are lifted part by part.
// These stay:
//
//   - variables, and null where it is a whole argument or such a part;
//   - in custom scalars, enum values, objects, and numbers that a reader of
//     JSON may change: a scalar may take the digits of 1.10 from a document,
//     and not from JSON;
//   - arguments of directives: they decide what is selected, and @defer and its
//     like want literals.
//
// The JSON is coerced as that of variables is (ID is a string, a value where a
// list belongs is a list of one), except that defaults of input fields are not
// filled in: whoever gets the value does that, as he does with the literal.
func (o *Operation) Lift() (*Operation, Literals) {
	l := &lifter{
		schema:    o.Schema,
		prefix:    unusedPrefix(o.variables),
		names:     make(map[string]*ast.VariableDefinition),
		fragments: make(map[*ast.FragmentDefinition]*ast.FragmentDefinition),
		writer:    literals{schema: o.Schema, limit: math.MaxInt, nesting: o.limits.Nesting},
	}
	set, lifted := l.set(o.Definition.SelectionSet)
	if !lifted {
		return o, Literals{}
	}
	op := l.operation(o, set)
	return op, Literals{op: op.Signature, text: l.text, spans: l.spans}
}

// unusedPrefix returns what no variable's name begins with.
func unusedPrefix(variables []variable) string {
	prefix := "_l"
	for slices.ContainsFunc(variables, func(v variable) bool { return strings.HasPrefix(v.name, prefix) }) {
		prefix = "_" + prefix
	}
	return prefix
}

// A lifter copies the syntax tree where a literal is lifted, and shares it
// elsewhere: the tree it reads is never written to.
type lifter struct {
	schema *ast.Schema
	prefix string
	writer literals

	text      []byte
	spans     []span
	variables ast.VariableDefinitionList
	names     map[string]*ast.VariableDefinition // by type and literal, printed

	// fragments are the copies of those that have been visited. A fragment
	// with nothing to lift is its own.
	fragments map[*ast.FragmentDefinition]*ast.FragmentDefinition

	// stays has the values that are not lifted whole.
	stays map[*ast.Value]bool
}

// operation returns o with another selection set.
func (l *lifter) operation(o *Operation, set ast.SelectionSet) *Operation {
	def := *o.Definition
	def.SelectionSet = set
	def.VariableDefinitions = slices.Concat(def.VariableDefinitions, l.variables)
	used := make([]*ast.FragmentDefinition, len(o.used))
	for i, f := range o.used {
		used[i] = l.fragment(f)
	}
	signature := *o.Signature
	lifted := &Operation{
		Signature:  &signature,
		Document:   &ast.QueryDocument{Operations: ast.OperationList{&def}, Fragments: used, Position: o.Document.Position},
		Definition: &def,
		used:       used,
		selections: o.selections,
	}
	lifted.print()
	lifted.declare(l.variables)
	return lifted
}

// declare adds variables that a client does not give.
func (s *Signature) declare(defs ast.VariableDefinitionList) {
	s.variables = slices.Clone(s.variables)
	byName := make(map[string]int, len(s.variables)+len(defs))
	for i, v := range s.variables {
		byName[v.name] = i
	}
	for _, def := range defs {
		byName[def.Variable] = len(s.variables)
		s.variables = append(s.variables, variable{name: def.Variable, typ: def.Type, place: def.Position})
	}
	s.byName = byName
}

// set returns set with its literals lifted, and whether there were any. The
// order of visits, and so the names of variables, depend on nothing that the
// normal form leaves out. Limits.Nesting bounds the recursion, which enters
// each fragment once.
func (l *lifter) set(set ast.SelectionSet) (ast.SelectionSet, bool) {
	lifted := false
	for i, sel := range set {
		if other, ok := l.selection(sel); ok {
			if !lifted {
				set = slices.Clone(set)
				lifted = true
			}
			set[i] = other
		}
	}
	return set, lifted
}

func (l *lifter) selection(sel ast.Selection) (ast.Selection, bool) {
	switch sel := sel.(type) {
	case *ast.Field:
		arguments, lifted := l.arguments(sel)
		set, below := l.set(sel.SelectionSet)
		if !lifted && !below {
			return sel, false
		}
		field := *sel
		field.Arguments, field.SelectionSet = arguments, set
		return &field, true
	case *ast.InlineFragment:
		set, lifted := l.set(sel.SelectionSet)
		if !lifted {
			return sel, false
		}
		fragment := *sel
		fragment.SelectionSet = set
		return &fragment, true
	case *ast.FragmentSpread:
		def := l.fragment(sel.Definition)
		if def == sel.Definition {
			return sel, false
		}
		spread := *sel
		spread.Definition = def
		return &spread, true
	default:
		panic("operation: unknown kind of selection")
	}
}

func (l *lifter) fragment(def *ast.FragmentDefinition) *ast.FragmentDefinition {
	if done := l.fragments[def]; done != nil {
		return done
	}
	copied := def
	if set, lifted := l.set(def.SelectionSet); lifted {
		other := *def
		other.SelectionSet = set
		copied = &other
	}
	l.fragments[def] = copied
	return copied
}

func (l *lifter) arguments(field *ast.Field) (ast.ArgumentList, bool) {
	list, lifted := field.Arguments, false
	for i, arg := range list {
		def := field.Definition.Arguments.ForName(arg.Name)
		if def == nil {
			continue
		}
		l.liftable(arg.Value, def.Type)
		value := l.value(arg.Value, def.Type)
		if value == arg.Value {
			continue
		}
		if !lifted {
			list = slices.Clone(list)
			lifted = true
		}
		other := *arg
		other.Value = value
		list[i] = &other
	}
	return list, lifted
}

// liftable reports whether v, a valid value of type t, is lifted whole, and
// notes in stays all values in it that are not.
func (l *lifter) liftable(v *ast.Value, t *ast.Type) bool {
	whole := true
	switch v.Kind {
	case ast.NullValue:
		return true // as a part of a whole
	case ast.Variable:
		whole = false
	default:
		if t != nil && v.Kind == ast.ListValue && t.Elem != nil {
			for _, child := range v.Children {
				whole = l.liftable(child.Value, t.Elem) && whole
			}
			break
		}
		def := l.namedType(t)
		switch {
		case def == nil:
			whole = false
		case def.Kind == ast.InputObject:
			for _, child := range v.Children {
				whole = l.liftable(child.Value, fieldType(def, child.Name)) && whole
			}
		case def.Kind == ast.Scalar && !isSpecified(def.Name):
			whole = isPortable(v)
		}
	}
	if !whole {
		if l.stays == nil {
			l.stays = make(map[*ast.Value]bool)
		}
		l.stays[v] = true
	}
	return whole
}

// namedType is the type inside the lists of t; nil if it is not known.
func (l *lifter) namedType(t *ast.Type) *ast.Definition {
	if t == nil {
		return nil
	}
	return l.schema.Types[t.Name()]
}

// fieldType is the type of an input field; nil if there is no such field.
func fieldType(def *ast.Definition, name string) *ast.Type {
	if f := def.Fields.ForName(name); f != nil {
		return f.Type
	}
	return nil
}

// isSpecified tells the scalars that the specification defines.
func isSpecified(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	default:
		return false
	}
}

// isPortable reports whether the literal of a custom scalar is the same value
// as JSON, whoever reads it.
func isPortable(v *ast.Value) bool {
	switch v.Kind {
	case ast.NullValue, ast.BooleanValue, ast.StringValue, ast.BlockValue:
		return true
	case ast.IntValue:
		const most = 1<<53 - 1 // in a double; the next may be one or another
		n, err := strconv.ParseInt(v.Raw, 10, 64)
		return err == nil && -most <= n && n <= most && strconv.FormatInt(n, 10) == v.Raw
	case ast.FloatValue:
		f, err := strconv.ParseFloat(v.Raw, 64)
		return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == v.Raw
	case ast.ListValue:
		return !slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return !isPortable(c.Value) })
	default: // enum values and objects have no JSON, and variables none yet
		return false
	}
}

// value returns what takes the place of v.
func (l *lifter) value(v *ast.Value, t *ast.Type) *ast.Value {
	if v.Kind == ast.NullValue {
		return v
	}
	if !l.stays[v] {
		return l.variable(v, t)
	}
	if v.Kind == ast.ListValue {
		if t == nil || t.Elem == nil {
			return v
		}
		return l.parts(v, func(*ast.ChildValue) *ast.Type { return t.Elem })
	}
	if def := l.namedType(t); v.Kind == ast.ObjectValue && def != nil && def.Kind == ast.InputObject {
		return l.parts(v, func(c *ast.ChildValue) *ast.Type { return fieldType(def, c.Name) })
	}
	return v
}

// parts lifts what is inside a list or an input object.
func (l *lifter) parts(v *ast.Value, typeOf func(*ast.ChildValue) *ast.Type) *ast.Value {
	copied := v
	for i, child := range v.Children {
		value := l.value(child.Value, typeOf(child))
		if value == child.Value {
			continue
		}
		if copied == v {
			other := *v
			other.Children = slices.Clone(v.Children)
			copied = &other
		}
		part := *child
		part.Value = value
		copied.Children[i] = &part
	}
	return copied
}

// variable returns the variable for a literal; the literal itself if lists of
// one make it nest too deep.
func (l *lifter) variable(v *ast.Value, t *ast.Type) *ast.Value {
	if !t.NonNull {
		required := *t
		required.NonNull = true
		t = &required
	}
	key := string(appendValue([]byte(t.String()), v, sortFields))
	def := l.names[key]
	if def == nil {
		start := len(l.text)
		l.text = l.writer.append(l.text, v, t)
		if l.writer.over {
			l.writer.over = false
			l.text = l.text[:start]
			return v
		}
		def = &ast.VariableDefinition{
			Variable:   l.prefix + strconv.Itoa(len(l.variables)),
			Type:       t,
			Definition: v.Definition,
			Position:   v.Position,
			Used:       true,
		}
		l.names[key] = def
		l.variables = append(l.variables, def)
		l.spans = append(l.spans, span{start: start, end: len(l.text)})
	}
	return &ast.Value{
		Kind:                   ast.Variable,
		Raw:                    def.Variable,
		Position:               v.Position,
		Definition:             v.Definition,
		ExpectedType:           v.ExpectedType,
		ExpectedTypeHasDefault: v.ExpectedTypeHasDefault,
		VariableDefinition:     def,
	}
}
