package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A template is a string of the data file with expressions in it: "{{…}}".
// A string that is one expression and nothing else has the expression's value,
// whatever its kind; otherwise values are written into the text.
//
//	"{{weight * 2}}"             → 14
//	"{{$currency}} {{amount}}"   → "EUR 7"
//
// Expressions:
//
//	weight, dimensions.width     a field: of the representation's required
//	                             fields, else of the object itself; through a
//	                             list, the list of the elements' fields
//	$first, $input.body          an argument of the field
//	12, 1.5, "text", 'text'      literals; true, false, null
//	a + b, a - b, a * b, a / b   of numbers; null if either is null
//	(…), -a
type template struct {
	parts []any // string or expression, alternating as written
}

// A scope is where an expression's names are looked up.
type scope struct {
	field    func(name string) (any, error)
	argument func(name string) any
}

type expression interface {
	eval(s *scope) (any, error)
}

type (
	constantExpr struct{ value any }
	nameExpr     struct {
		argument bool
		path     []string
	}
	binaryExpr struct {
		op          byte
		left, right expression
	}
)

// isTemplate tells whether a string of the data file has expressions.
func isTemplate(text string) bool { return strings.Contains(text, "{{") }

func parseTemplate(text string) (*template, error) {
	t := &template{}
	for text != "" {
		before, rest, ok := strings.Cut(text, "{{")
		if before != "" {
			t.parts = append(t.parts, before)
		}
		if !ok {
			break
		}
		p := &expressionParser{text: rest}
		e, err := p.parse()
		if err != nil {
			return nil, fmt.Errorf("in %q: %w", "{{"+rest, err)
		}
		t.parts = append(t.parts, e)
		text = rest[p.at:]
	}
	return t, nil
}

func (t *template) eval(s *scope) (any, error) {
	if len(t.parts) == 1 {
		if e, ok := t.parts[0].(expression); ok {
			return e.eval(s)
		}
	}
	var b strings.Builder
	for _, part := range t.parts {
		if text, ok := part.(string); ok {
			b.WriteString(text)
			continue
		}
		value, err := part.(expression).eval(s)
		if err != nil {
			return nil, err
		}
		if text, ok := leafText(value); ok {
			b.WriteString(text)
		} else if isJSON(value, 0) {
			b.Write(appendValue(nil, value))
		} else {
			return nil, errors.New("an object in a text")
		}
	}
	return b.String(), nil
}

func (e constantExpr) eval(*scope) (any, error) { return e.value, nil }

func (e nameExpr) eval(s *scope) (any, error) {
	var value any
	var err error
	if e.argument {
		value = s.argument(e.path[0])
	} else if value, err = s.field(e.path[0]); err != nil {
		return nil, err
	}
	return descend(value, e.path[1:]), nil
}

// descend follows a path through objects and, element by element, lists.
func descend(value any, path []string) any {
	if len(path) == 0 {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		return descend(v[path[0]], path[1:])
	case *record:
		return descend(v.fields[path[0]], path[1:])
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = descend(element, path)
		}
		return list
	}
	return nil
}

func (e binaryExpr) eval(s *scope) (any, error) {
	left, err := e.left.eval(s)
	if err != nil {
		return nil, err
	}
	right, err := e.right.eval(s)
	if err != nil || left == nil || right == nil {
		return nil, err
	}
	return arithmetic(e.op, left, right)
}

func arithmetic(op byte, left, right any) (any, error) {
	a, aOK := toFloat(left)
	b, bOK := toFloat(right)
	if !aOK || !bOK {
		return nil, fmt.Errorf("%s %c %s: not numbers", describe(left), op, describe(right))
	}
	var f float64
	switch op {
	case '+':
		f = a + b
	case '-':
		f = a - b
	case '*':
		f = a * b
	case '/':
		f = a / b
	}
	// Twelve digits hide what binary fractions do to decimal ones: 0.1 + 0.2.
	text := strconv.FormatFloat(f, 'g', 12, 64)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fmt.Errorf("%s %c %s is no number", describe(left), op, describe(right))
	}
	text, _ = formatFloat(rounded, 64)
	return json.Number(text), nil
}

// maxExpressionDepth bounds the parentheses in an expression.
const maxExpressionDepth = 50

// expressionParser parses one expression up to and including its "}}".
type expressionParser struct {
	text  string
	at    int
	depth int
}

func (p *expressionParser) parse() (expression, error) {
	e, err := p.sum()
	if err != nil {
		return nil, err
	}
	p.space()
	if !strings.HasPrefix(p.text[p.at:], "}}") {
		return nil, errors.New("expected an operator or }}")
	}
	p.at += 2
	return e, nil
}

func (p *expressionParser) sum() (expression, error) {
	return p.chain("+-", func() (expression, error) { return p.chain("*/", p.operand) })
}

func (p *expressionParser) chain(operators string, operand func() (expression, error)) (expression, error) {
	left, err := operand()
	for err == nil {
		op := p.peek()
		if op == 0 || !strings.ContainsRune(operators, rune(op)) {
			return left, nil
		}
		p.at++
		var right expression
		if right, err = operand(); err == nil {
			left = binaryExpr{op, left, right}
		}
	}
	return nil, err
}

func (p *expressionParser) operand() (expression, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxExpressionDepth {
		return nil, errors.New("nested too deeply")
	}
	switch c := p.peek(); {
	case c == '(':
		p.at++
		e, err := p.sum()
		if err != nil {
			return nil, err
		}
		if p.peek() != ')' {
			return nil, errors.New("expected )")
		}
		p.at++
		return e, nil
	case c == '-':
		p.at++
		e, err := p.operand()
		if err != nil {
			return nil, err
		}
		return binaryExpr{'-', constantExpr{json.Number("0")}, e}, nil
	case c == '"' || c == '\'':
		return p.quoted(c)
	case c >= '0' && c <= '9':
		return p.number()
	case c == '$':
		p.at++
		return p.name(true)
	default:
		return p.name(false)
	}
}

func (p *expressionParser) quoted(quote byte) (expression, error) {
	end := strings.IndexByte(p.text[p.at+1:], quote)
	if end < 0 {
		return nil, errors.New("a text without its closing quote")
	}
	text := p.text[p.at+1 : p.at+1+end]
	p.at += end + 2
	return constantExpr{text}, nil
}

func (p *expressionParser) number() (expression, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("0123456789.", p.text[p.at]) >= 0 {
		p.at++
	}
	text := p.text[start:p.at]
	if _, err := strconv.ParseFloat(text, 64); err != nil || strings.HasSuffix(text, ".") {
		return nil, fmt.Errorf("%q is no number", text)
	}
	return constantExpr{json.Number(text)}, nil
}

func (p *expressionParser) name(argument bool) (expression, error) {
	e := nameExpr{argument: argument}
	for {
		start := p.at
		for p.at < len(p.text) && isNameByte(p.text[p.at], p.at == start) {
			p.at++
		}
		if start == p.at {
			return nil, errors.New("expected a name, a number or a text")
		}
		e.path = append(e.path, p.text[start:p.at])
		if p.at >= len(p.text) || p.text[p.at] != '.' {
			break
		}
		p.at++
	}
	if !argument && len(e.path) == 1 {
		switch e.path[0] {
		case "true":
			return constantExpr{true}, nil
		case "false":
			return constantExpr{false}, nil
		case "null":
			return constantExpr{nil}, nil
		}
	}
	return e, nil
}

func isNameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

func (p *expressionParser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n') {
		p.at++
	}
}

// peek returns the next byte that is no space; 0 at the end.
func (p *expressionParser) peek() byte {
	p.space()
	if p.at >= len(p.text) {
		return 0
	}
	return p.text[p.at]
}
