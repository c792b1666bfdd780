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
	op    *Signature
	in    cursor
	text  []byte
	spans []span
	errs  gqlerror.List

	// limit bounds text: a schema's defaults and lists of one can make much
	// out of little.
	limit   int
	stopped bool // over the limit, or too many errors

	now  *variable // being coerced
	path []step    // to the place inside its value

	// indexes are of the members of large types, by name; filled when wanted.
	indexes map[*ast.Definition]map[string]int
}

// A step is one step of the path inside a variable's value.
type step struct {
	field string
	index int // of an element; -1 for a field
}

// members returns the values given for the operation's variables, nil where
// there is none.
func (c *coercer) members(object []byte) [][]byte {
	given := make([][]byte, c.op.given)
	if object == nil {
		return given
	}
	in := cursor{text: object}
	for first := true; in.more(first); first = false {
		i, ok := c.op.variable(in.key())
		value := in.value()
		if !ok || i >= len(given) {
			continue
		}
		if given[i] != nil {
			c.now = &c.op.variables[i]
			c.fail("it is given twice")
			continue
		}
		given[i] = value
	}
	return given
}

// variable coerces the value given for one variable.
func (c *coercer) variable(i int, given []byte) {
	v := &c.op.variables[i]
	c.now = v
	start := len(c.text)
	switch {
	case c.stopped:
		return
	case given != nil:
		c.in = cursor{text: given}
		c.value(v.typ)
	case v.fallback != nil:
		c.text = append(c.text, v.fallback...)
	case v.typ.NonNull:
		c.fail("it is of the required type %q, but was not given", v.typ)
		return
	default:
		return
	}
	c.spans[i] = span{start: start, end: len(c.text)}
}

// value coerces the value the cursor is at and moves behind it. The nesting of
// the variables and of their types is limited, and so is the recursion.
func (c *coercer) value(t *ast.Type) {
	first := c.in.peek()
	switch {
	case c.stopped || !c.fits():
		c.in.value()
	case first == 'n':
		raw := c.in.value()
		if t.NonNull {
			c.fail("expected a value of type %q, found null", t)
			return
		}
		c.text = append(c.text, raw...)
	case t.Elem != nil && first == '[':
		c.list(t.Elem)
	case t.Elem != nil:
		c.text = append(c.text, '[')
		c.value(t.Elem)
		c.text = append(c.text, ']')
	default:
		c.named(c.op.Schema.Types[t.NamedType], first)
	}
}

func (c *coercer) list(elem *ast.Type) {
	c.text = append(c.text, '[')
	for i := 0; c.in.more(i == 0); i++ {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.path = append(c.path, step{index: i})
		c.value(elem)
		c.path = c.path[:len(c.path)-1]
	}
	c.text = append(c.text, ']')
}

func (c *coercer) named(def *ast.Definition, first byte) {
	switch def.Kind {
	case ast.InputObject:
		if first != '{' {
			c.mismatch(def, first)
			return
		}
		c.object(def)
	case ast.Enum:
		if first != '"' {
			c.mismatch(def, first)
			return
		}
		name := unquote(c.in.value())
		if c.member(def, name) < 0 {
			c.fail("enum %q has no value %q", def.Name, truncate(name, maxQuote))
			return
		}
		c.text = appendQuoted(c.text, name)
	default:
		c.scalar(def, first)
	}
}

func (c *coercer) scalar(def *ast.Definition, first byte) {
	isString := first == '"'
	isNumber := first == '-' || '0' <= first && first <= '9'
	switch def.Name {
	case "String":
		if !isString {
			c.mismatch(def, first)
			return
		}
	case "Boolean":
		if first != 't' && first != 'f' {
			c.mismatch(def, first)
			return
		}
	case "Int":
		if !isNumber {
			c.mismatch(def, first)
			return
		}
		raw := c.in.value()
		n, ok := int32Of(string(raw))
		if !ok {
			c.fail("Int cannot represent the number %s: it is not whole or exceeds 32 bits", truncate(string(raw), maxQuote))
			return
		}
		c.text = strconv.AppendInt(c.text, int64(n), 10)
		return
	case "Float":
		if !isNumber {
			c.mismatch(def, first)
			return
		}
		raw := c.in.value()
		if !isFinite(string(raw)) {
			c.fail("Float cannot represent the number %s: it exceeds a double", truncate(string(raw), maxQuote))
			return
		}
		c.text = append(c.text, raw...)
		return
	case "ID":
		if isNumber {
			raw := c.in.value()
			if strings.ContainsAny(string(raw), ".eE") {
				c.fail("ID cannot represent the number %s: it is not whole", truncate(string(raw), maxQuote))
				return
			}
			c.text = append(c.text, '"')
			c.text = append(c.text, raw...)
			c.text = append(c.text, '"')
			return
		}
		if !isString {
			c.mismatch(def, first)
			return
		}
	}
	c.text = append(c.text, c.in.value()...)
}

func (c *coercer) object(def *ast.Definition) {
	c.text = append(c.text, '{')
	seen := make([]bool, len(def.Fields))
	written, nulls := 0, 0
	for first := true; c.in.more(first); first = false {
		name := c.in.key()
		i := c.member(def, name)
		if i < 0 || seen[i] {
			c.in.value()
			if i < 0 {
				c.failAt(truncate(name, maxQuote), "input type %q has no such field", def.Name)
			} else {
				c.failAt(name, "the field is given twice")
			}
			continue
		}
		seen[i] = true
		c.key(&written, name)
		if c.in.peek() == 'n' {
			nulls++
		}
		c.path = append(c.path, step{field: name, index: -1})
		c.value(def.Fields[i].Type)
		c.path = c.path[:len(c.path)-1]
	}
	if isOneOf(def) {
		if written != 1 || nulls > 0 {
			c.fail("input type %q takes exactly one field, and not null", def.Name)
		}
	} else {
		c.missing(def, seen, &written)
	}
	c.text = append(c.text, '}')
}

// missing fills in the defaults of the fields that were not given.
func (c *coercer) missing(def *ast.Definition, seen []bool, written *int) {
	for i, f := range def.Fields {
		switch {
		case c.stopped:
			return
		case seen[i]:
		case f.DefaultValue != nil:
			c.key(written, f.Name)
			l := literals{schema: c.op.Schema, limit: c.limit, nesting: c.op.limits.Nesting, defaults: true}
			c.text = l.append(c.text, f.DefaultValue, f.Type)
			if c.fits(); l.over && !c.stopped {
				c.failAt(f.Name, "its default is too large once the defaults inside it are filled in")
			}
		case f.Type.NonNull:
			c.failAt(f.Name, "the field of the required type %q was not given", f.Type)
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
		c.fail("its value becomes too large with the defaults of its input fields")
		c.stopped = true
	}
	return false
}

// mismatch reports a value of the wrong kind and skips it.
func (c *coercer) mismatch(def *ast.Definition, first byte) {
	c.in.value()
	what := string(def.Name)
	switch def.Kind {
	case ast.Enum:
		what = "enum " + what
	case ast.InputObject:
		what = "input type " + what
	}
	c.fail("%s cannot represent %s", what, kindOf(first))
}

// fail reports an error at the place that is being coerced.
func (c *coercer) fail(format string, args ...any) {
	if len(c.errs) >= maxErrors {
		return
	}
	err := coded(CodeInvalidVariable, c.now.place, format, args...)
	place := ""
	if len(c.path) > 0 {
		place = " at " + strconv.Quote(pathString(c.path))
	}
	err.Message = truncate(`Variable "$`+c.now.name+`" is invalid`+place+": "+err.Message+".", maxMessage)
	c.errs = append(c.errs, err)
	c.stopped = c.stopped || len(c.errs) >= maxErrors
}

// failAt reports an error at a field of the object that is being coerced.
func (c *coercer) failAt(field, format string, args ...any) {
	c.path = append(c.path, step{field: field, index: -1})
	c.fail(format, args...)
	c.path = c.path[:len(c.path)-1]
}

// pathString prints a path as "list[2].name".
func pathString(path []step) string {
	var b strings.Builder
	for _, s := range path {
		switch {
		case s.index >= 0:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.field)
		default:
			b.WriteString(s.field)
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
