package composition

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkValue says what is wrong with a literal for an input type of s; "" if
// nothing.
//
// GraphQL specification, "Values of Correct Type".
func (s *schema) checkValue(v *ast.Value, t *ast.Type) string {
	if v.Kind == ast.NullValue {
		if t.NonNull {
			return fmt.Sprintf("null for the non-null type \"%s\"", t)
		}
		return ""
	}
	if v.Kind == ast.Variable {
		return "variables are not allowed here"
	}
	if t.Elem != nil {
		if v.Kind != ast.ListValue {
			return s.checkValue(v, t.Elem)
		}
		for _, c := range v.Children {
			if problem := s.checkValue(c.Value, t.Elem); problem != "" {
				return problem
			}
		}
		return ""
	}
	def := s.types[t.NamedType]
	if def == nil {
		return "" // reported where the type is named
	}
	unfit := fmt.Sprintf("%s is not of type %q", v.String(), t.NamedType)
	switch def.kind {
	case ast.Enum:
		if v.Kind != ast.EnumValue || !slices.ContainsFunc(def.values, func(x *enumValue) bool { return x.name == v.Raw }) {
			return unfit
		}
	case ast.InputObject:
		return s.checkInputObject(v, def, unfit)
	case ast.Scalar:
		if !fitsScalar(v, t.NamedType) {
			return unfit
		}
	default:
		return unfit
	}
	return ""
}

func (s *schema) checkInputObject(v *ast.Value, def *typeDef, unfit string) string {
	if v.Kind != ast.ObjectValue {
		return unfit
	}
	given := map[string]bool{}
	for _, c := range v.Children {
		f := def.byName[c.Name]
		if f == nil {
			return fmt.Sprintf("%q has no field %q", def.name, c.Name)
		}
		if given[c.Name] {
			return fmt.Sprintf("field %q is given more than once", c.Name)
		}
		given[c.Name] = true
		if problem := s.checkValue(c.Value, f.typ); problem != "" {
			return problem
		}
	}
	for _, f := range def.fields {
		if f.required() && !given[f.name] {
			return fmt.Sprintf("required field %q is not given", f.coordinate())
		}
	}
	return ""
}

func fitsScalar(v *ast.Value, scalar string) bool {
	switch scalar {
	case "Int":
		n, ok := new(big.Int).SetString(v.Raw, 10)
		return v.Kind == ast.IntValue && ok && n.IsInt64() && n.Int64() == int64(int32(n.Int64()))
	case "Float":
		return v.Kind == ast.IntValue || v.Kind == ast.FloatValue
	case "String":
		return isString(v)
	case "Boolean":
		return v.Kind == ast.BooleanValue
	case "ID":
		return isString(v) || v.Kind == ast.IntValue
	default:
		return true
	}
}

// sameValue compares literals by what they mean: the order of object fields
// and the way a string is quoted are of no matter.
func sameValue(a, b *ast.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if isString(a) && isString(b) {
		return a.Raw == b.Raw
	}
	if a.Kind != b.Kind || len(a.Children) != len(b.Children) {
		return false
	}
	switch a.Kind {
	case ast.ListValue:
		for i := range a.Children {
			if !sameValue(a.Children[i].Value, b.Children[i].Value) {
				return false
			}
		}
		return true
	case ast.ObjectValue:
		for _, x := range a.Children {
			i := slices.IndexFunc(b.Children, func(y *ast.ChildValue) bool { return y.Name == x.Name })
			if i < 0 || !sameValue(x.Value, b.Children[i].Value) {
				return false
			}
		}
		return true
	default:
		return a.Raw == b.Raw
	}
}

// writeValue writes a literal as the supergraph has it.
func writeValue(b *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.ListValue:
		b.WriteByte('[')
		for i, c := range v.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, c.Value)
		}
		b.WriteByte(']')
	case ast.ObjectValue:
		b.WriteByte('{')
		for i, c := range v.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(c.Name)
			b.WriteString(": ")
			writeValue(b, c.Value)
		}
		b.WriteByte('}')
	case ast.StringValue, ast.BlockValue:
		writeString(b, v.Raw)
	default:
		b.WriteString(v.String())
	}
}

func valueString(v *ast.Value) string {
	if v == nil {
		return ""
	}
	var b strings.Builder
	writeValue(&b, v)
	return b.String()
}

// writeString writes a GraphQL string literal.
func writeString(b *strings.Builder, s string) {
	b.WriteString((&ast.Value{Kind: ast.StringValue, Raw: s}).String())
}

func stringValue(s string) *ast.Value { return &ast.Value{Kind: ast.StringValue, Raw: s} }
func enumLiteral(s string) *ast.Value { return &ast.Value{Kind: ast.EnumValue, Raw: s} }

func boolValue(b bool) *ast.Value {
	return &ast.Value{Kind: ast.BooleanValue, Raw: fmt.Sprint(b)}
}

func listValue(items ...*ast.Value) *ast.Value {
	v := &ast.Value{Kind: ast.ListValue}
	for _, i := range items {
		v.Children = append(v.Children, &ast.ChildValue{Value: i})
	}
	return v
}

// nearest is the candidate that differs least from name, or "" if none is
// near.
func nearest(name string, candidates []string) string {
	best, distance := "", max(len(name)/3, 1)+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance of a and b, or most if it is at
// least that.
func editDistance(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return min(row[len(b)], most)
}
