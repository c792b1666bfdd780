package supergraph

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// checkInaccessible refuses hidden elements without which the API schema would
// be invalid, or would show that something is hidden.
//
// Apollo Federation, "inaccessible v0.2: Rules for applying @inaccessible".
func (r *reader) checkInaccessible(full *ast.Schema) error {
	c := &hiddenCheck{hidden: r.hidden, full: full, implementers: map[string][]*ast.Definition{}}
	for _, d := range r.declarations {
		for _, name := range d.def.Interfaces {
			c.implementers[name] = append(c.implementers[name], d.def)
		}
	}
	for _, d := range r.declarations {
		if err := c.typ(d.def); err != nil {
			return err
		}
	}
	for _, def := range r.directives {
		for _, a := range def.Arguments {
			at := "@" + def.Name + "(" + a.Name + ":)"
			if r.hidden[a] && isRequired(a.Type, a.DefaultValue) {
				return errorAt(a.Position, CodeRequiredInaccessible, "%s is hidden but required", at)
			}
			if err := c.input(at, a.Type, a.DefaultValue, r.hidden[a]); err != nil {
				return err
			}
		}
	}
	return nil
}

type hiddenCheck struct {
	hidden       map[any]bool
	full         *ast.Schema
	implementers map[string][]*ast.Definition // of an interface, hidden ones included
}

func (c *hiddenCheck) isHiddenType(name string) bool { return c.hidden[c.full.Types[name]] }

func (c *hiddenCheck) typ(def *ast.Definition) error {
	if c.hidden[def] {
		if def == c.full.Query {
			return errorAt(def.Position, CodeQueryRootInaccessible, "the query root type %s is hidden", def.Name)
		}
		return nil
	}
	if !c.hasVisibleChild(def) {
		return errorAt(def.Position, CodeOnlyInaccessibleChildren, "%s is not hidden, but everything in it is", def.Name)
	}
	for _, f := range def.Fields {
		var err error
		switch {
		case def.Kind == ast.InputObject:
			at := def.Name + "." + f.Name
			if c.hidden[f] && isRequired(f.Type, f.DefaultValue) {
				return errorAt(f.Position, CodeRequiredInaccessible, "%s is hidden but required", at)
			}
			err = c.input(at, f.Type, f.DefaultValue, c.hidden[f])
		case c.hidden[f]:
			err = c.hiddenField(def, f)
		default:
			err = c.visibleField(def, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *hiddenCheck) hasVisibleChild(def *ast.Definition) bool {
	for _, f := range def.Fields {
		if !c.hidden[f] && f.Position != nil { // __schema and __type have no position
			return true
		}
	}
	for _, name := range def.Types {
		if !c.isHiddenType(name) {
			return true
		}
	}
	for _, v := range def.EnumValues {
		if !c.hidden[v] {
			return true
		}
	}
	return def.Kind == ast.Scalar
}

// hiddenField checks that no visible interface asks for the hidden field.
func (c *hiddenCheck) hiddenField(def *ast.Definition, f *ast.FieldDefinition) error {
	for _, name := range def.Interfaces {
		if g := c.visibleFieldOf(c.full.Types[name], f.Name); g != nil {
			return errorAt(f.Position, CodeImplementedByInaccessible,
				"%s.%s is hidden but implements %s.%s, which is not", def.Name, f.Name, name, f.Name)
		}
	}
	return nil
}

func (c *hiddenCheck) visibleField(def *ast.Definition, f *ast.FieldDefinition) error {
	at := def.Name + "." + f.Name
	if name := f.Type.Name(); c.isHiddenType(name) {
		return errorAt(f.Position, CodeReferencedInaccessible, "%s is not hidden, but its type %s is", at, name)
	}
	for _, a := range f.Arguments {
		if c.hidden[a] {
			if err := c.hiddenArgument(def, f, a); err != nil {
				return err
			}
		}
		if err := c.input(at+"("+a.Name+":)", a.Type, a.DefaultValue, c.hidden[a]); err != nil {
			return err
		}
	}
	return nil
}

// hiddenArgument checks the hidden argument a of a visible field.
func (c *hiddenCheck) hiddenArgument(def *ast.Definition, f *ast.FieldDefinition, a *ast.ArgumentDefinition) error {
	at := def.Name + "." + f.Name + "(" + a.Name + ":)"
	if isRequired(a.Type, a.DefaultValue) {
		return errorAt(a.Position, CodeRequiredInaccessible, "%s is hidden but required", at)
	}
	for _, name := range def.Interfaces {
		if b := c.visibleArgumentOf(c.full.Types[name], f.Name, a.Name); b != nil {
			return errorAt(a.Position, CodeImplementedByInaccessible,
				"%s is hidden but implements the argument of %s.%s, which is not", at, name, f.Name)
		}
	}
	if def.Kind != ast.Interface {
		return nil
	}
	for _, impl := range c.implementers[def.Name] {
		if b := c.visibleArgumentOf(impl, f.Name, a.Name); b != nil && isRequired(b.Type, b.DefaultValue) {
			return errorAt(b.Position, CodeRequiredInaccessible,
				"%s.%s(%s:) is required, but the argument of %s.%s that it implements is hidden", impl.Name, f.Name, a.Name, def.Name, f.Name)
		}
	}
	return nil
}

// visibleFieldOf returns the field of def, or nil if one of both is hidden.
func (c *hiddenCheck) visibleFieldOf(def *ast.Definition, name string) *ast.FieldDefinition {
	if def == nil || c.hidden[def] {
		return nil
	}
	f := def.Fields.ForName(name)
	if f == nil || c.hidden[f] {
		return nil
	}
	return f
}

func (c *hiddenCheck) visibleArgumentOf(def *ast.Definition, field, name string) *ast.ArgumentDefinition {
	f := c.visibleFieldOf(def, field)
	if f == nil {
		return nil
	}
	a := f.Arguments.ForName(name)
	if a == nil || c.hidden[a] {
		return nil
	}
	return a
}

// input checks the type and the default value of an argument or input field.
func (c *hiddenCheck) input(at string, t *ast.Type, value *ast.Value, isHidden bool) error {
	if isHidden {
		return nil
	}
	if name := t.Name(); c.isHiddenType(name) {
		return errorAt(t.Position, CodeReferencedInaccessible, "%s is not hidden, but its type %s is", at, name)
	}
	return c.defaultValue(at, t, value)
}

// defaultValue recurses no deeper than the parser lets values nest.
func (c *hiddenCheck) defaultValue(at string, t *ast.Type, v *ast.Value) error {
	if isNull(v) {
		return nil
	}
	if t.Elem != nil {
		for _, item := range elements(v) {
			if err := c.defaultValue(at, t.Elem, item); err != nil {
				return err
			}
		}
		return nil
	}
	def := c.full.Types[t.NamedType]
	switch {
	case def.Kind == ast.Enum && v.Kind == ast.EnumValue:
		if value := def.EnumValues.ForName(v.Raw); value != nil && c.hidden[value] {
			return errorAt(v.Position, CodeDefaultUsesInaccessible, "%s is not hidden, but its default value uses %s.%s, which is", at, def.Name, v.Raw)
		}
	case def.Kind == ast.InputObject && v.Kind == ast.ObjectValue:
		for _, child := range v.Children {
			f := def.Fields.ForName(child.Name)
			if f == nil {
				continue
			}
			if c.hidden[f] {
				return errorAt(child.Position, CodeDefaultUsesInaccessible, "%s is not hidden, but its default value uses %s.%s, which is", at, def.Name, child.Name)
			}
			if err := c.defaultValue(at, f.Type, child.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// isRequired tells whether an argument or input field must be given.
func isRequired(t *ast.Type, defaultValue *ast.Value) bool { return t.NonNull && defaultValue == nil }
