package operation

import (
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// valuesOfCorrectType: each literal can be coerced to the type its position
// expects. The library lets pass Int literals over 32 bits, and {} where a
// string, a number or an enum value belongs; it refuses integers over 64 bits
// where a Float or an ID belongs.
// Specification: "Values of Correct Type", "Input Object Required Fields",
// "Input Object Field Names", "OneOf Input Objects Have Exactly One Field", and
// "Input Coercion" of each type.
func valuesOfCorrectType(suggest *suggester) core.Rule {
	return core.Rule{Name: "ValuesOfCorrectType", RuleFunc: func(events *core.Events, report core.AddErrFunc) {
		c := valueChecker{report: report, suggest: suggest}
		events.OnValue(func(_ *core.Walker, v *ast.Value) { c.check(v) })
	}}
}

type valueChecker struct {
	report  core.AddErrFunc
	suggest *suggester
}

// check looks at v alone; the walker comes by the values inside it.
func (c valueChecker) check(v *ast.Value) {
	def, t := v.Definition, v.ExpectedType
	if def == nil || t == nil || v.Kind == ast.Variable {
		return // unknown types and variables have their own rules
	}
	if v.Kind == ast.NullValue {
		if t.NonNull {
			c.report(core.Message(`Expected value of type "%s", found null.`, t), core.At(v.Position))
		}
		return
	}
	if t.Elem != nil && v.Kind == ast.ListValue {
		return
	}
	// A value that is not a list stands for a list of one, at any depth.
	switch def.Kind {
	case ast.Scalar:
		c.scalar(v, def)
	case ast.Enum:
		c.enum(v, def)
	case ast.InputObject:
		c.object(v, def)
	}
}

func (c valueChecker) scalar(v *ast.Value, def *ast.Definition) {
	var ok bool
	problem := ""
	switch def.Name {
	case "Int":
		problem = "Int cannot represent non-integer value: %s"
		if v.Kind == ast.IntValue {
			_, err := strconv.ParseInt(v.Raw, 10, 32)
			ok = err == nil
			problem = "Int cannot represent non 32-bit signed integer value: %s"
		}
	case "Float":
		problem = "Float cannot represent non numeric value: %s"
		if v.Kind == ast.IntValue || v.Kind == ast.FloatValue {
			ok = isFinite(v.Raw)
			problem = "Float cannot represent a value that is not finite: %s"
		}
	case "String":
		ok = v.Kind == ast.StringValue || v.Kind == ast.BlockValue
		problem = "String cannot represent a non string value: %s"
	case "Boolean":
		ok = v.Kind == ast.BooleanValue
		problem = "Boolean cannot represent a non boolean value: %s"
	case "ID":
		ok = v.Kind == ast.StringValue || v.Kind == ast.BlockValue || v.Kind == ast.IntValue
		problem = "ID cannot represent a non-string and non-integer value: %s"
	default:
		return // what a custom scalar takes is its owner's to say
	}
	if !ok {
		c.report(core.Message(problem, quote(v)), core.At(v.Position))
	}
}

func (c valueChecker) enum(v *ast.Value, def *ast.Definition) {
	if v.Kind != ast.EnumValue && v.Kind != ast.StringValue {
		c.report(core.Message(`Enum "%s" cannot represent non-enum value: %s.`, def.Name, quote(v)), core.At(v.Position))
		return
	}
	if v.Kind == ast.EnumValue && def.EnumValues.ForName(v.Raw) != nil {
		return
	}
	near := c.suggest.near(v.Raw, len(def.EnumValues), func(i int) string { return def.EnumValues[i].Name })
	message := `Value "%s" does not exist in "%s" enum.%s`
	if v.Kind == ast.StringValue {
		message = `Enum "%[2]s" cannot represent non-enum value: "%[1]s".%[3]s`
	}
	c.report(
		core.Message(message, truncate(v.Raw, maxQuote), def.Name, near),
		core.At(v.Position))
}

func (c valueChecker) object(v *ast.Value, def *ast.Definition) {
	if v.Kind != ast.ObjectValue {
		c.report(core.Message(`Expected value of type "%s", found %s.`, def.Name, quote(v)), core.At(v.Position))
		return
	}
	for _, child := range v.Children {
		if def.Fields.ForName(child.Name) == nil {
			near := c.suggest.near(child.Name, len(def.Fields), func(i int) string { return def.Fields[i].Name })
			c.report(
				core.Message(`Field "%s" is not defined by type "%s".%s`,
					child.Name, def.Name, near),
				core.At(child.Position))
		}
	}
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil && v.Children.ForName(f.Name) == nil {
			c.report(
				core.Message(`Field "%s.%s" of required type "%s" was not provided.`, def.Name, f.Name, f.Type),
				core.At(v.Position))
		}
	}
	if isOneOf(def) {
		switch {
		case len(v.Children) != 1:
			c.report(core.Message(`OneOf Input Object "%s" must specify exactly one key.`, def.Name), core.At(v.Position))
		case v.Children[0].Value.Kind == ast.NullValue:
			c.report(
				core.Message(`Field "%s.%s" must be non-null.`, def.Name, v.Children[0].Name),
				core.At(v.Children[0].Value.Position))
		}
	}
}

func isOneOf(def *ast.Definition) bool { return def.Directives.ForName("oneOf") != nil }

// isFinite reports whether a decimal number is within the range of a double.
func isFinite(digits string) bool {
	f, err := strconv.ParseFloat(digits, 64)
	return err == nil && !math.IsInf(f, 0)
}

// maxQuote is how many bytes of a value a message quotes.
const maxQuote = 100

// quote prints a value for a message. Lists and objects are not printed: they
// may be as large as the document.
func quote(v *ast.Value) string {
	switch v.Kind {
	case ast.ListValue:
		return "a list"
	case ast.ObjectValue:
		return "an object"
	case ast.StringValue, ast.BlockValue:
		return `"` + truncate(v.Raw, maxQuote) + `"`
	default:
		return truncate(v.Raw, maxQuote)
	}
}
