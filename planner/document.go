package planner

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// A document is the text of a fetch's operation being printed, minified.
type document struct {
	text strings.Builder
	used map[string]bool // client variables
}

// print sets f.Document and f.Variables. variables are the client's
// definitions.
func printDocument(f *plan.Fetch, variables ast.VariableDefinitionList) {
	d := &document{used: map[string]bool{}}
	if f.IsEntity() {
		d.text.WriteByte('{')
		for i, l := range f.Lookups {
			if i > 0 {
				d.text.WriteByte(' ')
			}
			if l.Key != "_entities" {
				d.text.WriteString(l.Key)
				d.text.WriteByte(':')
			}
			d.text.WriteString("_entities(representations:$")
			d.text.WriteString(l.Variable)
			d.text.WriteByte(')')
			d.set(l.Selections)
		}
		d.text.WriteByte('}')
	} else {
		d.set(f.Selections)
	}
	var head strings.Builder
	var declared []string
	for _, l := range f.Lookups {
		declared = append(declared, "$"+l.Variable+":[_Any!]!")
	}
	for _, l := range f.Lookups {
		for _, c := range l.Context {
			declared = append(declared, "$"+c.Variable+":"+c.Type)
		}
	}
	for _, v := range variables {
		if d.used[v.Variable] {
			f.Variables = append(f.Variables, v.Variable)
			// Without its default a nullable variable may not stand where the
			// subgraph wants a value. The value itself is always sent.
			text := "$" + v.Variable + ":" + v.Type.String()
			if v.DefaultValue != nil {
				text += "=" + v.DefaultValue.String()
			}
			declared = append(declared, text)
		}
	}
	if f.Operation != ast.Query || f.Name != "" || len(declared) > 0 {
		head.WriteString(string(f.Operation))
		if f.Name != "" {
			head.WriteByte(' ')
			head.WriteString(f.Name)
		}
		if len(declared) > 0 {
			head.WriteByte('(')
			head.WriteString(strings.Join(declared, ","))
			head.WriteByte(')')
		}
	}
	f.Document = head.String() + d.text.String()
}

func (d *document) set(set []*plan.Selection) {
	d.text.WriteByte('{')
	for i, s := range set {
		if i > 0 {
			d.text.WriteByte(' ')
		}
		if s.TypeCondition != "" {
			d.text.WriteString("...on ")
			d.text.WriteString(s.TypeCondition)
			d.set(s.Selections)
			continue
		}
		if s.Key != s.Name {
			d.text.WriteString(s.Key)
			d.text.WriteByte(':')
		}
		d.text.WriteString(s.Name)
		d.arguments(s.Arguments)
		for _, x := range s.Directives {
			d.text.WriteString(" @")
			d.text.WriteString(x.Name)
			d.arguments(x.Arguments)
		}
		if s.Selections != nil {
			d.set(s.Selections)
		}
	}
	d.text.WriteByte('}')
}

func (d *document) arguments(args ast.ArgumentList) {
	for i, a := range args {
		d.text.WriteByte("(,"[min(i, 1)])
		d.text.WriteString(a.Name)
		d.text.WriteByte(':')
		d.text.WriteString(a.Value.String())
		d.variables(a.Value)
	}
	if len(args) > 0 {
		d.text.WriteByte(')')
	}
}

func (d *document) variables(v *ast.Value) {
	if v.Kind == ast.Variable {
		d.used[v.Raw] = true
	}
	for _, c := range v.Children {
		d.variables(c.Value)
	}
}

// fetchName is the name of a fetch's operation: the client's, the subgraph's
// and the fetch's number; "" if the client's operation is anonymous.
func fetchName(operation, subgraph string, id int) string {
	if operation == "" {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			return r
		case r == '-':
			return '_'
		default:
			return -1
		}
	}, subgraph)
	return operation + "__" + clean + "__" + itoa(id)
}
