package merge

import (
	"fmt"
	"strconv"

	"github.com/weft-graphql/weft/planner/plan"
)

// An input is a plan.Input compiled for objects at one position.
type input struct {
	on       []string
	typename string // as JSON; "" for the object's own
	fields   []inputField
}

// An inputField is a plan.InputField compiled for objects at one position.
type inputField struct {
	literal  string // the name as JSON, with the colon
	on       []string
	nonNull  bool
	typename bool // the value is the object's runtime type

	candidates []candidate

	// pos and fields of a composite.
	pos    *position
	fields []inputField
}

// A contextVariable is a plan.ContextVariable compiled for one path.
type contextVariable struct {
	variable int // place among the context variables of the fetch
	up       int
	fields   []inputField
}

// inputCompiler compiles the inputs of one lookup for one path after the
// other. At some paths a field may be missing, where objects of its types
// cannot be; at all of them it must not.
type inputCompiler struct {
	// before are the fetches that the lookup's fetch depends on.
	before fetchSet
	// missing counts the paths at which no fetch selects a field.
	missing map[*plan.InputField]int
}

func (c *inputCompiler) inputs(pos *position, inputs []*plan.Input) []input {
	out := make([]input, 0, len(inputs))
	for _, in := range inputs {
		fields := make([]*plan.InputField, 0, len(in.Fields))
		for _, f := range in.Fields {
			if f.Name != "__typename" { // it is written in any case
				fields = append(fields, f)
			}
		}
		i := input{on: in.On, fields: c.fields(pos, fields)}
		if in.Typename != "" {
			i.typename = strconv.Quote(in.Typename)
		}
		out = append(out, i)
	}
	return out
}

func (c *inputCompiler) fields(pos *position, fields []*plan.InputField) []inputField {
	out := make([]inputField, 0, len(fields))
	for _, f := range fields {
		compiled := inputField{
			literal:  strconv.Quote(f.Name) + ":",
			on:       f.On,
			nonNull:  f.NonNull,
			typename: f.Name == "__typename",
		}
		switch {
		case compiled.typename:
		case f.Fields == nil:
			if compiled.candidates = pos.candidates(f.As, f.Name, c.before); compiled.candidates == nil {
				c.missing[f]++
			}
		default:
			if compiled.pos = pos.children[f.As]; compiled.pos == nil {
				c.missing[f]++
			} else {
				compiled.pos.read()
				compiled.fields = c.fields(compiled.pos, f.Fields)
			}
		}
		out = append(out, compiled)
	}
	return out
}

// check returns an error if a field is missing at all of the paths.
func (c *inputCompiler) check(paths int) error {
	name := ""
	for f, n := range c.missing {
		if n == paths && (name == "" || f.As < name) {
			name = f.As
		}
	}
	if name != "" {
		return fmt.Errorf("no fetch selects %q, which a representation needs", name)
	}
	return nil
}
