package composition

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// federationValidator checks what federation asks of one subgraph beyond
// GraphQL.
type federationValidator struct {
	c *composer
	s *schema

	// mentioned are the names in field sets that are not valid: what they
	// were meant to use is not called unused.
	mentioned map[string]bool

	// faulty are those field sets: each may have many faults.
	faulty map[*fieldSet]bool
}

// validateFederation checks a federation 2 subgraph, or one that was upgraded.
func (c *composer) validateFederation(s *schema) {
	v := &federationValidator{c: c, s: s, mentioned: map[string]bool{}, faulty: map[*fieldSet]bool{}}
	s.analyze(v.fieldSetFault)
	v.shareableUse()
	v.keys()
	v.requires()
	v.provides()
	v.external()
	v.interfaceKeys()
	v.interfaceObjects()
	v.contexts()
	v.costs()
	v.accessControl()
	v.tags()
	v.cacheTags()
}

func (v *federationValidator) fail(code string, coordinate string, sites []Site, try, format string, args ...any) {
	v.c.errors.add(Diagnostic{
		Code: code, Coordinate: coordinate, Sites: sites, TryThis: try,
		Message: v.s.prefix() + fmt.Sprintf(format, args...),
	})
}

func (v *federationValidator) fieldSetFault(fs *fieldSet, err *fieldSetError) {
	if fields := fs.app.arg("fields"); fields != nil && !v.faulty[fs] {
		v.faulty[fs] = true
		for _, name := range strings.FieldsFunc(valueString(fields), func(r rune) bool { return !isNameRune(r) }) {
			v.mentioned[name] = true
		}
	}
	v.fail(fs.code(err.kind), fs.coordinate(), v.s.site(fs.app.pos), err.try, "%s: %s", fs.where(), err.message)
}

func (v *federationValidator) shareableUse() {
	for _, t := range v.s.order {
		seen := map[*decl]bool{}
		for _, a := range all(t.applied, dirShareable) {
			if seen[a.decl] {
				v.fail(CodeInvalidShareableUsage, t.name, v.s.site(a.pos), "", "@%s is used twice on one declaration of type %q", a.name, t.name)
			}
			seen[a.decl] = true
		}
		for _, f := range t.fields {
			applied := all(f.applied, dirShareable)
			if len(applied) > 1 {
				v.fail(CodeInvalidShareableUsage, f.coordinate(), v.s.site(applied[1].pos), "", "@%s is used twice on field %q", applied[1].name, f.coordinate())
			}
			if t.kind == ast.Interface && len(applied) > 0 {
				v.fail(CodeInvalidShareableUsage, f.coordinate(), v.s.site(applied[0].pos), "mark the fields of the implementations instead",
					"@%s is on the interface field %q, but only fields of objects are shared", applied[0].name, f.coordinate())
			}
		}
	}
}

func (v *federationValidator) keys() {
	for _, t := range v.s.order {
		if t.kind == ast.Interface && v.s.version < 3 {
			for _, a := range all(t.applied, dirKey) {
				v.fail(CodeKeyUnsupportedOnInterface, t.name, v.s.site(a.pos), "link federation v2.3 or newer",
					"@%s is on interface %q, which federation supports from v2.3", a.name, t.name)
			}
		}
		for _, fs := range t.keys {
			v.keyFields(fs, fs.selections)
		}
	}
}

func (v *federationValidator) keyFields(fs *fieldSet, sels []*selection) {
	for _, x := range sels {
		if x.field != nil {
			if len(x.field.args) > 0 {
				v.fieldSetFault(fs, &fieldSetError{kind: fieldsHaveArgs, message: fmt.Sprintf("field %q has arguments, which a key must not", x.field.coordinate())})
			}
			if named := v.s.types[x.field.typ.NamedType]; named != nil && (named.kind == ast.Interface || named.kind == ast.Union) {
				v.fieldSetFault(fs, &fieldSetError{kind: fieldsSelectInvalidType, message: fmt.Sprintf("field %q is of the %s %q, which a key cannot select",
					x.field.coordinate(), kindWord(named.kind), named.name)})
			}
		}
		v.keyFields(fs, x.sub)
	}
}

func (v *federationValidator) requires() {
	for _, t := range v.s.order {
		for _, f := range t.fields {
			a := first(f.applied, dirRequires)
			if a == nil {
				continue
			}
			if t.kind == ast.Interface {
				v.fail(CodeRequiresUnsupportedOnInterface, f.coordinate(), v.s.site(a.pos), "put it on the fields of the implementations",
					"@%s is on the interface field %q, which is not supported", a.name, f.coordinate())
			} else if f.requires != nil {
				v.needExternal(f.requires, f.requires.selections, false)
			}
		}
	}
}

func (v *federationValidator) provides() {
	for _, t := range v.s.order {
		for _, f := range t.fields {
			a := first(f.applied, dirProvides)
			if a == nil {
				continue
			}
			if f.external {
				v.fail(CodeExternalCollisionWithAnotherDirective, f.coordinate(), v.s.site(a.pos, f.pos), "",
					"field %q is @external and has @%s: a field that is not resolved here provides nothing", f.coordinate(), a.name)
			}
			if t.kind == ast.Interface {
				v.fail(CodeProvidesUnsupportedOnInterface, f.coordinate(), v.s.site(a.pos), "put it on the fields of the implementations",
					"@%s is on the interface field %q, which is not supported", a.name, f.coordinate())
				continue
			}
			if base := f.baseType(); base != nil && !base.isComposite() {
				v.fail(CodeProvidesOnNonObjectField, f.coordinate(), v.s.site(a.pos), "",
					"@%s is on field %q, whose type %q has no fields", a.name, f.coordinate(), f.typ)
				continue
			}
			if f.provides != nil {
				v.needExternal(f.provides, f.provides.selections, false)
				v.s.eachField(f.provides.selections, false, func(x *field) {
					if len(x.args) > 0 {
						v.fieldSetFault(f.provides, &fieldSetError{kind: fieldsHaveArgs, message: fmt.Sprintf("field %q has arguments", x.coordinate())})
					}
				})
			}
		}
	}
}

// needExternal reports leaves that are neither external nor below something
// external: naming them has no effect.
func (v *federationValidator) needExternal(fs *fieldSet, sels []*selection, external bool) {
	for _, x := range sels {
		below := external
		if x.field != nil {
			below = below || x.field.external
			if !below && x.sub != nil && x.parent.kind == ast.Interface {
				for _, t := range v.s.possibleTypes(x.parent) {
					if f := t.byName[x.name]; f != nil && f.external {
						below = true
					}
				}
			}
			if x.sub == nil && !below {
				try := fmt.Sprintf("mark %q as @external if another subgraph resolves it", x.field.coordinate())
				if x.field.fakeExternal {
					try = fmt.Sprintf("%q is a key field of an extension, so it counts as resolved here: remove it from the field set", x.field.coordinate())
				}
				v.fieldSetFault(fs, &fieldSetError{kind: missingExternal, try: try,
					message: fmt.Sprintf("field %q is not @external", x.field.coordinate())})
			}
		}
		v.needExternal(fs, x.sub, below)
	}
}

func (v *federationValidator) external() {
	for _, t := range v.s.order {
		for _, f := range t.fields {
			a := first(f.applied, dirExternal)
			switch {
			case t.kind == ast.Interface && a != nil:
				v.fail(CodeExternalOnInterface, f.coordinate(), v.s.site(a.pos), "remove it",
					"interface field %q is @external, but interface fields are never resolved by anyone", f.coordinate())
			case t.kind == ast.Object && f.external && !f.used && !v.mentioned[f.name]:
				pos := f.pos
				if a != nil {
					pos = a.pos
				}
				v.fail(CodeExternalUnused, f.coordinate(), v.s.site(pos), fmt.Sprintf("remove the field, or its @external if subgraph %q resolves it", v.s.name),
					"field %q is @external but nothing uses it: no @key, @requires, @provides or interface", f.coordinate())
			}
		}
	}
}

// interfaceKeys checks that implementations have the keys of their interface.
func (v *federationValidator) interfaceKeys() {
	for _, i := range v.s.order {
		if i.kind != ast.Interface {
			continue
		}
		for _, key := range i.keys {
			want := normalForm(key.selections)
			for _, t := range v.s.possibleTypes(i) {
				found, resolvable := false, false
				for _, k := range t.keys {
					if normalForm(k.selections) == want {
						found, resolvable = true, resolvable || k.resolvable
					}
				}
				switch {
				case !found:
					v.fail(CodeInterfaceKeyNotOnImplementation, i.name, v.s.site(key.app.pos, t.pos()), fmt.Sprintf("add @key(fields: %q) to %q", key.quote(), t.name),
						"interface %q has the key %q, but its implementation %q does not", i.name, key.quote(), t.name)
				case key.resolvable && !resolvable:
					v.fail(CodeInterfaceKeyNotOnImplementation, i.name, v.s.site(key.app.pos, t.pos()), "",
						"the key %q of interface %q is resolvable, but that of its implementation %q is not", key.quote(), i.name, t.name)
				}
			}
		}
	}
}

func (v *federationValidator) interfaceObjects() {
	for _, t := range v.s.order {
		if t.interfaceObject && !has(t.applied, dirKey) {
			v.fail(CodeInterfaceObjectUsageError, t.name, v.s.site(t.pos()), fmt.Sprintf("add the key that interface %q has elsewhere", t.name),
				"type %q is an @interfaceObject but has no @key", t.name)
		}
	}
}
