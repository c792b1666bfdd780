package oracle

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/scanner"
)

// evaluate returns the value of a string of the data files that has {{…}} in
// it, as package mock describes it. name gives the value of a field path,
// argument that of a $variable.
func evaluate(text string, name func(path []string) (any, error), argument func(name string) any) (any, error) {
	var out strings.Builder
	for rest := text; rest != ""; {
		before, inside, found := strings.Cut(rest, "{{")
		out.WriteString(before)
		if !found {
			break
		}
		expression, after, found := strings.Cut(inside, "}}")
		if !found {
			return nil, fmt.Errorf("{{ without }} in %q", text)
		}
		value, err := newCalculator(expression, name, argument).all()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		if before == "" && after == "" && rest == text {
			return value, nil // the whole string is one expression
		}
		if s, ok := value.(string); ok {
			out.WriteString(s)
		} else if err := json.NewEncoder(noNewline{&out}).Encode(value); err != nil {
			return nil, err
		}
		rest = after
	}
	return out.String(), nil
}

// noNewline drops the line end that a json.Encoder writes after a value.
type noNewline struct{ to *strings.Builder }

func (w noNewline) Write(p []byte) (int, error) {
	w.to.WriteString(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

// A calculator evaluates one expression while it reads it: sums of products of
// operands.
type calculator struct {
	scan     scanner.Scanner
	token    rune
	name     func(path []string) (any, error)
	argument func(name string) any
}

func newCalculator(text string, name func([]string) (any, error), argument func(string) any) *calculator {
	c := &calculator{name: name, argument: argument}
	c.scan.Init(strings.NewReader(text))
	c.scan.Mode = scanner.ScanIdents | scanner.ScanFloats | scanner.ScanStrings
	c.scan.Error = func(*scanner.Scanner, string) {}
	c.token = c.scan.Scan()
	return c
}

func (c *calculator) next() (text string) {
	text = c.scan.TokenText()
	c.token = c.scan.Scan()
	return text
}

func (c *calculator) all() (any, error) {
	value, err := c.sum()
	if err == nil && c.token != scanner.EOF {
		err = fmt.Errorf("unexpected %q", c.scan.TokenText())
	}
	return value, err
}

func (c *calculator) sum() (any, error)     { return c.chain("+-", c.product) }
func (c *calculator) product() (any, error) { return c.chain("*/", c.operand) }

func (c *calculator) chain(operators string, operand func() (any, error)) (any, error) {
	left, err := operand()
	for err == nil && strings.ContainsRune(operators, c.token) {
		operator := c.next()
		var right any
		if right, err = operand(); err == nil {
			left, err = calculate(left, operator, right)
		}
	}
	return left, err
}

func (c *calculator) operand() (any, error) {
	switch c.token {
	case '(':
		c.next()
		value, err := c.sum()
		if err == nil && c.next() != ")" {
			err = fmt.Errorf("( without )")
		}
		return value, err
	case '-':
		c.next()
		value, err := c.operand()
		if err != nil {
			return nil, err
		}
		return calculate(json.Number("0"), "-", value)
	case '$':
		c.next()
		path := c.path()
		value := c.argument(path[0])
		if list, ok := value.([]any); ok && list == nil {
			value = []any{} // what the parser makes of an empty literal
		}
		return value, nil
	case '\'':
		return c.quoted()
	case scanner.String:
		return strconv.Unquote(c.next())
	case scanner.Int, scanner.Float:
		return json.Number(c.next()), nil
	case scanner.Ident:
		path := c.path()
		switch path[0] {
		case "true", "false":
			return path[0] == "true", nil
		case "null":
			return nil, nil
		}
		return c.name(path)
	}
	return nil, fmt.Errorf("unexpected %q", c.scan.TokenText())
}

// quoted reads a text in single quotes, which the scanner has no mode for.
func (c *calculator) quoted() (any, error) {
	var b strings.Builder
	for {
		switch r := c.scan.Next(); r {
		case scanner.EOF:
			return nil, fmt.Errorf("' without '")
		case '\'':
			c.token = c.scan.Scan()
			return b.String(), nil
		default:
			b.WriteRune(r)
		}
	}
}

func (c *calculator) path() []string {
	path := []string{c.next()}
	for c.token == '.' {
		c.next()
		path = append(path, c.next())
	}
	return path
}

// calculate applies an operator to two numbers; null if either is null. Results
// are rounded to twelve digits.
func calculate(left any, operator string, right any) (any, error) {
	if left == nil || right == nil {
		return nil, nil
	}
	a, aErr := strconv.ParseFloat(fmt.Sprint(left), 64)
	b, bErr := strconv.ParseFloat(fmt.Sprint(right), 64)
	if aErr != nil || bErr != nil {
		return nil, fmt.Errorf("%v %s %v are no numbers", left, operator, right)
	}
	var f float64
	switch operator {
	case "+":
		f = a + b
	case "-":
		f = a - b
	case "*":
		f = a * b
	case "/":
		f = a / b
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fmt.Errorf("%v %s %v is no number", left, operator, right)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 12, 64), 64)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(rounded)
	return json.Number(text), err
}
