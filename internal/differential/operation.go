package differential

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/internal/soundness"
	"github.com/weft-graphql/weft/supergraph"
)

// An Operation is one made up, with its variables.
type Operation struct {
	Kind      ast.Operation
	Name      string
	Set       []*Selection
	Fragments []*Fragment
	Variables []*Variable
}

// A Selection is a field, an inline fragment or, if Spread is set, a named
// fragment.
type Selection struct {
	Alias string // of a field; "" for none
	Name  string // of a field; "" for fragments
	Args  []Argument

	Condition string // of an inline fragment; "" for none
	Spread    *Fragment

	Conditions []Condition
	Set        []*Selection
}

// A Fragment is a named fragment.
type Fragment struct {
	Name, Condition string
	Set             []*Selection
}

// An Argument has a literal value, or a variable's, or a literal with %s where a
// variable is in it.
type Argument struct {
	Name, Literal string
	Variable      *Variable
}

// A Condition is a @skip, an @include or, of a fragment, a @defer.
type Condition struct {
	Directive string
	Value     bool
	Variable  *Variable // nil for a literal
}

// A Variable is one of an operation's.
type Variable struct {
	Name, Type, Default string
	Given               bool
	Value               any
}

// MakeOperation makes up an operation on a world. Everything it selects can be
// answered; but it may not be valid, since names may happen to clash: see
// Rename.
func MakeOperation(draw func(bits int) uint64, w *World, super *supergraph.Supergraph) *Operation {
	m := &operationMaker{
		drawer: &drawer{draw},
		world:  w,
		super:  super,
		reach:  soundness.NewReach(super, w.Labels),
		left:   40,
		op:     &Operation{Kind: ast.Query},
	}
	root := super.API.Query
	if super.API.Mutation != nil && m.chance(3) {
		m.op.Kind, root = ast.Mutation, super.API.Mutation
	}
	if m.chance(8) {
		m.op.Name = "Op"
	}
	m.op.Set = m.set(root.Name, []soundness.Objects{m.reach.Root(m.op.Kind)}, 0)
	return m.op
}

// Rename makes response names clash less: fields with arguments get aliases of
// their own and others lose theirs, or if all is set every field gets one.
func (op *Operation) Rename(all bool) {
	n := 0
	seen := map[*Selection]bool{}
	var walk func(set []*Selection)
	walk = func(set []*Selection) {
		for _, s := range set {
			if s.Name != "" && !seen[s] {
				seen[s] = true
				s.Alias = ""
				if all || len(s.Args) > 0 {
					n++
					s.Alias = fmt.Sprint("u", n)
				}
			}
			walk(s.Set)
		}
	}
	walk(op.Set)
	for _, f := range op.Fragments {
		walk(f.Set)
	}
}

type operationMaker struct {
	*drawer
	world *World
	super *supergraph.Supergraph
	reach *soundness.Reach
	left  int // selections
	op    *Operation
}

const maxOperationDepth = 5

// set makes up a selection set on a type, for the objects that can be there.
func (m *operationMaker) set(typ string, objects []soundness.Objects, depth int) []*Selection {
	var set []*Selection
	for range m.between(1, 4) {
		if m.left--; m.left < 0 {
			break
		}
		if s := m.selection(typ, objects, depth); s != nil {
			set = append(set, s)
			if s.Name == "" && m.chance(1) {
				set = append(set, s) // twice the same
			}
		}
	}
	if len(set) == 0 {
		set = append(set, &Selection{Alias: m.alias(), Name: "__typename"})
	}
	return set
}

func (m *operationMaker) selection(typ string, objects []soundness.Objects, depth int) *Selection {
	fields := m.answerable(typ, objects, depth)
	switch {
	case m.chance(4) && depth < maxOperationDepth && depth > 0:
		return m.fragment(typ, objects, depth)
	case len(fields) == 0 && m.super.API.Types[typ].Kind == ast.Object:
		return nil
	case len(fields) == 0:
		return m.fragment(typ, objects, depth)
	case m.chance(2):
		return &Selection{Alias: m.alias(), Name: "__typename", Conditions: m.conditions()}
	}
	return m.field(one(m.drawer, fields), objects, depth)
}

// answerable are the fields of a type that all objects can answer.
func (m *operationMaker) answerable(typ string, objects []soundness.Objects, depth int) ast.FieldList {
	var fields ast.FieldList
	for _, f := range m.super.API.Types[typ].Fields {
		if strings.HasPrefix(f.Name, "__") || depth >= maxOperationDepth && m.world.isComposite(f.Type.Name()) {
			continue
		}
		if !slices.ContainsFunc(objects, func(o soundness.Objects) bool { return !m.reach.CanAnswer(o, f.Name) }) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (m *operationMaker) field(f *ast.FieldDefinition, objects []soundness.Objects, depth int) *Selection {
	s := &Selection{Alias: m.alias(), Name: f.Name, Args: m.arguments(f), Conditions: m.conditions()}
	if m.world.isComposite(f.Type.Name()) {
		var below []soundness.Objects
		for _, o := range objects {
			below = append(below, m.reach.Below(o, f.Name)...)
		}
		s.Set = m.set(f.Type.Name(), below, depth+1)
	}
	return s
}

// fragment makes up an inline or a named fragment on a type that shares
// objects with typ.
func (m *operationMaker) fragment(typ string, objects []soundness.Objects, depth int) *Selection {
	var conditions []string
	for _, t := range m.world.Types {
		if t.isComposite() && m.overlap(t.Name, typ) {
			conditions = append(conditions, t.Name)
		}
	}
	condition := one(m.drawer, conditions)
	var narrowed []soundness.Objects
	for _, o := range objects {
		if m.super.IsPossible(condition, o.Type) {
			narrowed = append(narrowed, o)
		}
	}
	set := m.set(condition, narrowed, depth+1)
	s := &Selection{Condition: condition, Conditions: m.conditions(), Set: set}
	if m.op.Kind == ast.Query && m.chance(8) {
		s.Conditions = append(s.Conditions, Condition{Directive: "defer", Value: true})
	}
	switch {
	case m.chance(4):
		f := &Fragment{Name: fmt.Sprint("F", len(m.op.Fragments)), Condition: condition, Set: set}
		m.op.Fragments = append(m.op.Fragments, f)
		s.Spread, s.Set = f, nil
	case condition == typ && m.chance(4):
		s.Condition = ""
	}
	return s
}

// overlap tells whether two types have an object type in common.
func (m *operationMaker) overlap(a, b string) bool {
	api := m.super.API
	if api.Types[a] == nil || api.Types[b] == nil {
		return false
	}
	return slices.ContainsFunc(api.GetPossibleTypes(api.Types[a]), func(d *ast.Definition) bool {
		return slices.Contains(api.GetPossibleTypes(api.Types[b]), d)
	})
}

// alias makes up an alias that others might have, or be; mostly none.
func (m *operationMaker) alias() string {
	if !m.chance(4) {
		return ""
	}
	return one(m.drawer, []string{"a", "b", "id", "k", "r", "z1", "z2", "z3"})
}

func (m *operationMaker) arguments(f *ast.FieldDefinition) []Argument {
	var args []Argument
	for _, a := range f.Arguments {
		if m.chance(11) {
			args = append(args, m.argument(Arg{Name: a.Name, Type: a.Type.String()}))
		}
	}
	return args
}

// argument makes up a value: a literal, or a variable that has it.
func (m *operationMaker) argument(a Arg) Argument {
	if !m.chance(7) {
		return Argument{Name: a.Name, Literal: m.literal(a)}
	}
	around := ""
	typ := a.Type
	switch {
	case typ == "Int!":
		typ = "Int" // what stands there has a default
	case typ == "[Int!]" && m.chance(4):
		typ, around = "Int", "[1, %s]"
	}
	v := m.variable("v", typ)
	switch typ {
	case "Int":
		v.Value = m.below(3)
	case "String":
		v.Value = one(m.drawer, []string{"p", "q"})
	case "Color":
		v.Value = one(m.drawer, []string{"RED", "BLUE"})
	case "Filter":
		v.Value = map[string]any{"in0": m.below(3)}
	case "[Int!]":
		v.Value = []int{m.below(3)}
	}
	if m.chance(2) {
		v.Value = nil
	}
	if around != "" || m.chance(3) {
		v.Default = m.literal(Arg{Type: typ})
	}
	v.Given = !m.chance(3)
	return Argument{Name: a.Name, Literal: around, Variable: v}
}

func (m *operationMaker) variable(prefix, typ string) *Variable {
	v := &Variable{Name: fmt.Sprint(prefix, len(m.op.Variables)), Type: typ}
	m.op.Variables = append(m.op.Variables, v)
	return v
}

// conditions makes up @skip and @include, mostly none.
func (m *operationMaker) conditions() []Condition {
	if !m.chance(2) {
		return nil
	}
	var all []Condition
	for _, directive := range some(m.drawer, []string{"include", "skip"}, 3) {
		c := Condition{Directive: directive, Value: m.chance(5) != (directive == "include")} // most selections stay
		if m.chance(10) {
			c.Variable = m.variable("c", "Boolean!")
			c.Variable.Value, c.Variable.Given = c.Value, true
			if m.chance(4) {
				c.Variable.Default, c.Variable.Given = fmt.Sprint(c.Value), false
			}
		}
		all = append(all, c)
	}
	return all
}

// String prints the document.
func (op *Operation) String() string {
	p := &operationPrinter{used: map[*Variable]bool{}, spread: map[*Fragment]bool{}}
	set := p.set(op.Set)
	fragments := ""
	for _, f := range slices.Backward(op.Fragments) { // what a fragment spreads was made before it
		if p.spread[f] {
			fragments += "\nfragment " + f.Name + " on " + f.Condition + " " + p.set(f.Set)
		}
	}
	head := string(op.Kind)
	if op.Name != "" {
		head += " " + op.Name
	}
	var definitions []string
	for _, v := range op.Variables {
		if p.used[v] {
			text := "$" + v.Name + ": " + v.Type
			if v.Default != "" {
				text += " = " + v.Default
			}
			definitions = append(definitions, text)
		}
	}
	if len(definitions) > 0 {
		head += "(" + strings.Join(definitions, ", ") + ")"
	}
	return head + " " + set + fragments
}

// Values are the values of the variables, as JSON.
func (op *Operation) Values() []byte {
	values := map[string]any{}
	for _, v := range op.Variables {
		if v.Given {
			values[v.Name] = v.Value
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("differential: " + err.Error())
	}
	return text
}

type operationPrinter struct {
	used   map[*Variable]bool
	spread map[*Fragment]bool
}

func (p *operationPrinter) set(set []*Selection) string {
	var parts []string
	for _, s := range set {
		parts = append(parts, p.selection(s))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (p *operationPrinter) selection(s *Selection) string {
	var text string
	switch {
	case s.Spread != nil:
		p.spread[s.Spread] = true
		return "..." + s.Spread.Name + p.conditions(s)
	case s.Name == "" && s.Condition == "":
		text = "..."
	case s.Name == "":
		text = "... on " + s.Condition
	case s.Alias != "":
		text = s.Alias + ": " + s.Name
	default:
		text = s.Name
	}
	text += p.arguments(s) + p.conditions(s)
	if len(s.Set) > 0 {
		text += " " + p.set(s.Set)
	}
	return text
}

func (p *operationPrinter) arguments(s *Selection) string {
	if len(s.Args) == 0 {
		return ""
	}
	var parts []string
	for _, a := range s.Args {
		value := a.Literal
		if a.Variable != nil {
			p.used[a.Variable] = true
			value = "$" + a.Variable.Name
			if a.Literal != "" {
				value = fmt.Sprintf(a.Literal, value)
			}
		}
		parts = append(parts, a.Name+": "+value)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (p *operationPrinter) conditions(s *Selection) string {
	text := ""
	for _, c := range s.Conditions {
		value := fmt.Sprint(c.Value)
		if c.Variable != nil {
			p.used[c.Variable] = true
			value = "$" + c.Variable.Name
		}
		text += fmt.Sprintf(" @%s(if: %s)", c.Directive, value)
	}
	return text
}
