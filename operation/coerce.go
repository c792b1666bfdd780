package operation

import (
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A coercer turns the variables of one request into values of their types,
// writing them to text as it reads.
type coercer struct {
	op    *Operation
	in    cursor
	text  []byte
	spans []span
	errs  gqlerror.List

	// limit bounds text: a schema's defaults and lists of one can make much
	// out of little.
	limit   int
	stopped bool // over the limit, or too many errors

	now *variable // being coerced

	// indexes are of the members of large types, by name; filled when wanted.
	indexes map[*ast.Definition]map[string]int
}

// A step is one step of the path inside a variable's value; nil is the value
// itself.
type step struct {
	parent *step
	name   string // an input field, or "" for
	index  int    // an element
}

// members returns the values given for the operation's variables, nil where
// there is none.
func (c *coercer) members(object []byte) [][]byte {
	given := make([][]byte, len(c.op.variables))
	if object == nil {
		return given
	}
	in := cursor{text: object}
	for first := true; in.more(first); first = false {
		i, ok := c.op.variable(in.key())
		value := in.value()
		if !ok {
			continue
		}
		if given[i] != nil {
			c.fail(&c.op.variables[i], nil, "it is given twice")
			continue
		}
		given[i] = value
	}
	return given
}

// variable coerces the value given for one variable.
func (c *coercer) variable(i int, given []byte) {
	v := &c.op.variables[i]
	start := len(c.text)
	switch {
	case c.stopped:
		return
	case given != nil:
		c.now = v
		c.in = cursor{text: given}
		c.value(v.def.Type, nil)
	case v.fallback != nil:
		c.text = append(c.text, v.fallback...)
	case v.def.Type.NonNull:
		c.fail(v, nil, "it is of the required type %q, but was not given", v.def.Type)
		return
	default:
		return
	}
	c.spans[i] = span{start: start, end: len(c.text)}
}

// value coerces the value the cursor is at and moves behind it. The nesting of
// the variables and of their types is limited, and so is the recursion.
func (c *coercer) value(t *ast.Type, at *step) {
	first := c.in.peek()
	switch {
	case c.stopped || !c.fits():
		c.in.value()
	case first == 'n':
		raw := c.in.value()
		if t.NonNull {
			c.fail(c.now, at, "expected a value of type %q, found null", t)
			return
		}
		c.text = append(c.text, raw...)
	case t.Elem != nil && first == '[':
		c.list(t.Elem, at)
	case t.Elem != nil:
		c.text = append(c.text, '[')
		c.value(t.Elem, at)
		c.text = append(c.text, ']')
	default:
		c.named(c.op.Schema.Types[t.NamedType], first, at)
	}
}

func (c *coercer) list(elem *ast.Type, at *step) {
	c.text = append(c.text, '[')
	for i := 0; c.in.more(i == 0); i++ {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.value(elem, &step{parent: at, index: i})
	}
	c.text = append(c.text, ']')
}

func (c *coercer) named(def *ast.Definition, first byte, at *step) {
	switch def.Kind {
	case ast.InputObject:
		if first != '{' {
			c.mismatch(def, first, at)
			return
		}
		c.object(def, at)
	case ast.Enum:
		if first != '"' {
			c.mismatch(def, first, at)
			return
		}
		name := unquote(c.in.value())
		if c.member(def, name) < 0 {
			c.fail(c.now, at, "enum %q has no value %q", def.Name, truncate(name, maxQuote))
			return
		}
		c.text = appendQuoted(c.text, name)
	default:
		c.scalar(def, first, at)
	}
}

func (c *coercer) scalar(def *ast.Definition, first byte, at *step) {
	isString := first == '"'
	isNumber := first == '-' || '0' <= first && first <= '9'
	switch def.Name {
	case "String":
		if !isString {
			c.mismatch(def, first, at)
			return
		}
	case "Boolean":
		if first != 't' && first != 'f' {
			c.mismatch(def, first, at)
			return
		}
	case "Int":
		if !isNumber {
			c.mismatch(def, first, at)
			return
		}
		raw := c.in.value()
		n, ok := int32Of(string(raw))
		if !ok {
			c.fail(c.now, at, "Int cannot represent the number %s: it is not whole or exceeds 32 bits", truncate(string(raw), maxQuote))
			return
		}
		c.text = strconv.AppendInt(c.text, int64(n), 10)
		return
	case "Float":
		if !isNumber {
			c.mismatch(def, first, at)
			return
		}
		raw := c.in.value()
		if !isFinite(string(raw)) {
			c.fail(c.now, at, "Float cannot represent the number %s: it exceeds a double", truncate(string(raw), maxQuote))
			return
		}
		c.text = append(c.text, raw...)
		return
	case "ID":
		if isNumber {
			raw := c.in.value()
			if strings.ContainsAny(string(raw), ".eE") {
				c.fail(c.now, at, "ID cannot represent the number %s: it is not whole", truncate(string(raw), maxQuote))
				return
			}
			c.text = append(c.text, '"')
			c.text = append(c.text, raw...)
			c.text = append(c.text, '"')
			return
		}
		if !isString {
			c.mismatch(def, first, at)
			return
		}
	}
	c.text = append(c.text, c.in.value()...)
}

func (c *coercer) object(def *ast.Definition, at *step) {
	c.text = append(c.text, '{')
	seen := make([]bool, len(def.Fields))
	written, nulls := 0, 0
	for first := true; c.in.more(first); first = false {
		name := c.in.key()
		i := c.member(def, name)
		if i < 0 || seen[i] {
			c.in.value()
			here := &step{parent: at, name: truncate(name, maxQuote)}
			if i < 0 {
				c.fail(c.now, here, "input type %q has no such field", def.Name)
			} else {
				c.fail(c.now, here, "the field is given twice")
			}
			continue
		}
		seen[i] = true
		c.key(&written, name)
		if c.in.peek() == 'n' {
			nulls++
		}
		c.value(def.Fields[i].Type, &step{parent: at, name: name})
	}
	if isOneOf(def) {
		if written != 1 || nulls > 0 {
			c.fail(c.now, at, "input type %q takes exactly one field, and not null", def.Name)
		}
	} else {
		c.missing(def, seen, &written, at)
	}
	c.text = append(c.text, '}')
}

// missing fills in the defaults of the fields that were not given.
func (c *coercer) missing(def *ast.Definition, seen []bool, written *int, at *step) {
	for i, f := range def.Fields {
		switch {
		case c.stopped:
			return
		case seen[i]:
		case f.DefaultValue != nil:
			c.key(written, f.Name)
			l := literals{schema: c.op.Schema, limit: c.limit, nesting: c.op.limits.Nesting}
			c.text = l.append(c.text, f.DefaultValue, f.Type)
			if c.fits(); l.over && !c.stopped {
				c.fail(c.now, &step{parent: at, name: f.Name}, "its default is too large once the defaults inside it are filled in")
			}
		case f.Type.NonNull:
			c.fail(c.now, &step{parent: at, name: f.Name}, "the field of the required type %q was not given", f.Type)
		}
	}
}

func (c *coercer) key(written *int, name string) {
	if *written > 0 {
		c.text = append(c.text, ',')
	}
	*written++
	c.text = append(c.text, '"')
	c.text = append(c.text, name...)
	c.text = append(c.text, `":`...)
}

// fits reports whether text is within its limit, and stops the coercion if not.
func (c *coercer) fits() bool {
	if len(c.text) <= c.limit {
		return true
	}
	if !c.stopped {
		c.fail(c.now, nil, "its value becomes too large with the defaults of its input fields")
		c.stopped = true
	}
	return false
}

// mismatch reports a value of the wrong kind and skips it.
func (c *coercer) mismatch(def *ast.Definition, first byte, at *step) {
	c.in.value()
	what := string(def.Name)
	switch def.Kind {
	case ast.Enum:
		what = "enum " + what
	case ast.InputObject:
		what = "input type " + what
	}
	c.fail(c.now, at, "%s cannot represent %s", what, kindOf(first))
}

// fail reports an error at a place inside a variable's value.
func (c *coercer) fail(v *variable, at *step, format string, args ...any) {
	if len(c.errs) >= maxErrors {
		return
	}
	err := coded(CodeInvalidVariable, v.def.Position, format, args...)
	place := ""
	if path := at.String(); path != "" {
		place = " at " + strconv.Quote(path)
	}
	err.Message = truncate(`Variable "$`+v.def.Variable+`" is invalid`+place+": "+err.Message+".", maxMessage)
	c.errs = append(c.errs, err)
	c.stopped = c.stopped || len(c.errs) >= maxErrors
}

// String prints the path as "list[2].name".
func (s *step) String() string {
	if s == nil {
		return ""
	}
	var steps []*step
	for ; s != nil; s = s.parent {
		steps = append(steps, s)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		switch {
		case steps[i].name == "":
			b.WriteString("[" + strconv.Itoa(steps[i].index) + "]")
		case b.Len() > 0:
			b.WriteString("." + steps[i].name)
		default:
			b.WriteString(steps[i].name)
		}
	}
	return b.String()
}

// member returns the index of an input field or enum value, -1 if there is
// none. Large types are not searched value by value: a list of 400,000 enum
// values fits into a request.
func (c *coercer) member(def *ast.Definition, name string) int {
	n := len(def.Fields) + len(def.EnumValues)
	at := func(i int) string {
		if def.Kind == ast.Enum {
			return def.EnumValues[i].Name
		}
		return def.Fields[i].Name
	}
	if n > linear {
		index := c.indexes[def]
		if index == nil {
			index = make(map[string]int, n)
			for i := range n {
				index[at(i)] = i
			}
			if c.indexes == nil {
				c.indexes = make(map[*ast.Definition]map[string]int)
			}
			c.indexes[def] = index
		}
		if i, ok := index[name]; ok {
			return i
		}
		return -1
	}
	for i := range n {
		if at(i) == name {
			return i
		}
	}
	return -1
}

// int32Of returns the value of a JSON number that is whole and of 32 bits,
// however it is written. It does not compute with the number: that may be as
// long as the request, and 1e1000000000 is a number.
func int32Of(text string) (int32, bool) {
	if !strings.ContainsAny(text, ".eE") {
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err == nil
	}
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		n, err := strconv.Atoi(text[i+1:])
		if err != nil {
			n = math.MaxInt32 // out of range; only zero can have it
			if strings.HasPrefix(text[i+1:], "-") {
				n = -n
			}
		}
		mantissa, exponent = text[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	if trimmed := strings.TrimRight(digits, "0"); len(trimmed) < len(digits) {
		exponent += len(digits) - len(trimmed)
		digits = trimmed
	}
	switch {
	case digits == "":
		return 0, true
	case exponent < 0 || len(digits)+exponent > 10:
		return 0, false
	}
	n, err := strconv.ParseInt(sign+digits+strings.Repeat("0", exponent), 10, 32)
	return int32(n), err == nil
}
