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

func newInputs(pos *position, inputs []*plan.Input) ([]input, error) {
	out := make([]input, 0, len(inputs))
	for _, in := range inputs {
		fields := make([]*plan.InputField, 0, len(in.Fields))
		for _, f := range in.Fields {
			if f.Name != "__typename" { // it is written in any case
				fields = append(fields, f)
			}
		}
		compiled, err := newInputFields(pos, fields)
		if err != nil {
			return nil, err
		}
		i := input{on: in.On, fields: compiled}
		if in.Typename != "" {
			i.typename = strconv.Quote(in.Typename)
		}
		out = append(out, i)
	}
	return out, nil
}

func newInputFields(pos *position, fields []*plan.InputField) ([]inputField, error) {
	out := make([]inputField, 0, len(fields))
	for _, f := range fields {
		c := inputField{
			literal:  strconv.Quote(f.Name) + ":",
			on:       f.On,
			nonNull:  f.NonNull,
			typename: f.Name == "__typename",
		}
		switch {
		case c.typename:
		case f.Fields == nil:
			if c.candidates = pos.leaves[f.As]; c.candidates == nil {
				return nil, fmt.Errorf("no fetch selects the leaf %q for a representation", f.As)
			}
		default:
			if c.pos = pos.children[f.As]; c.pos == nil {
				return nil, fmt.Errorf("no fetch selects %q for a representation", f.As)
			}
			var err error
			if c.fields, err = newInputFields(c.pos, f.Fields); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}
