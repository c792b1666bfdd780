package operation

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Variables are the coerced variables of one request. They are immutable and
// safe for concurrent use. A nil *Variables has none.
type Variables struct {
	op    *Signature
	text  []byte
	spans []span // one per variable the client may give, in order of definition
	// literals are the values of the others.
	literals Literals
	nesting  int // levels of lists and objects in what the client gave
}

// A span is the part of text that is a variable's value; empty if it has none.
type span struct{ start, end int }

// Raw returns the coerced value of a variable as JSON, without "$" in its name.
// It reports false if the request does not give the variable and it has no
// default; such a variable is not null but absent, and so is what it is the
// value of. The bytes must not be written to.
func (v *Variables) Raw(name string) ([]byte, bool) {
	if v == nil {
		return nil, false
	}
	i, ok := v.op.variable(name)
	if !ok {
		return nil, false
	}
	text, spans := v.text, v.spans
	if i >= len(spans) {
		i -= len(spans)
		text, spans = v.literals.text, v.literals.spans
	}
	if i >= len(spans) || spans[i].end == 0 {
		return nil, false
	}
	s := spans[i]
	return text[s.start:s.end:s.end], true
}

// AppendTo appends all values in a form that is equal where they are: those of
// two requests whose operations have one normal form.
func (v *Variables) AppendTo(dst []byte) []byte {
	if v == nil {
		return dst
	}
	dst = appendSpans(dst, v.text, v.spans)
	return appendSpans(dst, v.literals.text, v.literals.spans)
}

// appendSpans appends each value behind its length, 0 for none.
func appendSpans(dst, text []byte, spans []span) []byte {
	for _, s := range spans {
		dst = binary.AppendUvarint(dst, uint64(s.end-s.start))
		dst = append(dst, text[s.start:s.end]...)
	}
	return dst
}

// With returns the variables of the lifted operation: those of a request, which
// either operation has coerced, and the literals that Lift has taken out of its
// document. v stays as it is.
func (v *Variables) With(literals Literals) *Variables {
	if literals.op == nil {
		return v
	}
	if len(v.spans) != literals.op.given {
		panic("operation: variables and literals of different operations")
	}
	return &Variables{op: literals.op, text: v.text, spans: v.spans, literals: literals, nesting: v.nesting}
}

// Conditions are the values of op's Conditions. Coerce has made sure that all
// variables that decide something have one; one that only decides a @defer may
// be missing, and then is true.
func (v *Variables) Conditions(op *Operation) Conditions {
	if len(op.Conditions) == 0 {
		return nil
	}
	conditions := make(Conditions, len(op.Conditions))
	for _, name := range op.Conditions {
		conditions[name] = v.Holds(name)
	}
	return conditions
}

// Holds tells whether one of the operation's Conditions is true.
func (v *Variables) Holds(condition string) bool {
	if name, ok := IsNullCondition(condition); ok {
		raw, _ := v.Raw(name)
		return len(raw) > 0 && raw[0] == 'n'
	}
	raw, _ := v.Raw(condition)
	return len(raw) == 0 || string(raw) == "true"
}

// A variable is one variable definition of an operation.
type variable struct {
	name  string
	typ   *ast.Type
	place *ast.Position
	// fallback is the coerced default value as JSON; nil if there is none.
	fallback []byte
}

// prepareVariables coerces the default values, which are the same for each
// request, and indexes the variables.
func (s *Signature) prepareVariables(defs ast.VariableDefinitionList) *gqlerror.Error {
	s.variables = make([]variable, len(defs))
	s.byName = make(map[string]int, len(defs))
	s.given = len(defs)
	l := literals{schema: s.Schema, limit: maxDefault, nesting: s.limits.Nesting, defaults: true}
	for i, def := range defs {
		v := variable{name: def.Variable, typ: def.Type, place: def.Position}
		if def.DefaultValue != nil {
			v.fallback = l.append(nil, def.DefaultValue, def.Type)
			if l.over {
				return coded(CodeInvalidVariable, def.Position,
					"the default of variable \"$%s\" is too large once the defaults of its input fields are filled in", def.Variable)
			}
			l.limit -= len(v.fallback)
		}
		s.variables[i] = v
		s.byName[def.Variable] = i
	}
	return nil
}

// maxDefault is the size in bytes of the largest coerced default values of an
// operation.
const maxDefault = 4 << 20

func (s *Signature) variable(name string) (index int, ok bool) {
	index, ok = s.byName[name]
	return index, ok
}

// Coerce turns the variables of a request, a JSON object or nil or null, into
// values of the variables' types. GraphQL specification, "Coercing Variable
// Values" and "Input Coercion" of each type:
//
//   - What is not given takes the default of the variable, and inside input
//     objects that of the field. What has none stays absent; null stays null.
//   - A value that is not a list, where a list belongs, is a list of one.
//   - Int is a whole number of 32 bits, written in any way JSON has: 1, 1.0, 1e0
//     all become 1. Float keeps its digits and must be finite as a double. ID
//     may be a whole number of any size and becomes a string. String and
//     Boolean are what they are; enum values are strings.
//   - Custom scalars are passed on byte for byte.
//   - Unknown input fields are errors, and so are names given twice, which
//     readers understand differently. Variables that the operation does not
//     define are ignored, and so are those that stand for literals: they come
//     with Variables.With.
//
// It returns Variables, or at least one and at most 100 errors: of code
// CodeInvalidRequest if raw is not a JSON object, CodeMaxDepth if it nests
// deeper than Limits.Nesting, else CodeInvalidVariable with the location of the
// variable's definition and the path inside the value. raw is not kept.
func (s *Signature) Coerce(raw []byte) (*Variables, gqlerror.List) {
	object, nesting, err := checkVariables(raw, s.limits)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	c := &coercer{
		op:    s,
		text:  make([]byte, 0, len(raw)+64),
		limit: 8*len(raw) + 2*maxDefault,
		spans: make([]span, s.given),
	}
	given := c.members(object)
	for i := range given {
		c.variable(i, given[i])
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	vars := &Variables{op: s, text: c.text, spans: c.spans, nesting: nesting}
	for _, name := range s.Conditions {
		// The type Boolean is allowed where Boolean! is expected if there is a
		// default; then null still gets here.
		raw, _ := vars.Raw(name)
		if len(raw) == 0 && !slices.Contains(s.decisive, name) {
			continue
		}
		if len(raw) == 0 || raw[0] == 'n' {
			i, _ := s.variable(name)
			c.now = &s.variables[i]
			c.fail("it decides a @skip or @include, so it must not be null")
		}
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return vars, nil
}

// Check holds the variables against the Nesting of limits, which need not be
// those that their operation was prepared with. See Signature.Check.
func (v *Variables) Check(limits Limits) (refused gqlerror.List, measured []Excess) {
	switch {
	case v == nil || !exceeds(v.nesting, limits.Nesting):
		return nil, nil
	case limits.MeasureOnly.Nesting:
		return nil, []Excess{{Code: CodeMaxDepth, Count: v.nesting, Max: limits.Nesting}}
	default:
		return gqlerror.List{tooDeep(limits)}, nil
	}
}

func tooDeep(limits Limits) *gqlerror.Error {
	return coded(CodeMaxDepth, nil, "the variables nest deeper than the %d levels allowed", limits.Nesting)
}

// checkVariables returns raw if it is a JSON object that may be walked, and how
// deep it nests; nil if there are no variables.
func checkVariables(raw []byte, limits Limits) (object []byte, nesting int, err *gqlerror.Error) {
	if len(raw) == 0 {
		return nil, 0, nil
	}
	if nesting = jsonDepth(raw); nesting > limits.Nesting {
		return nil, 0, tooDeep(limits)
	}
	if !json.Valid(raw) || !utf8.Valid(raw) {
		return nil, 0, coded(CodeInvalidRequest, nil, "the variables are not valid JSON")
	}
	c := cursor{text: raw}
	switch c.peek() {
	case 'n':
		return nil, 0, nil
	case '{':
		return raw[c.at:], nesting, nil
	default:
		return nil, 0, coded(CodeInvalidRequest, nil, "the variables are %s, but must be an object", kindOf(raw[c.at]))
	}
}

// kindOf names the kind of a JSON value by its first byte.
func kindOf(first byte) string {
	switch first {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
