package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// upgradeSubgraphs turns federation 1 subgraphs into what they mean in
// federation 2, and validates them as that. Each is judged against the other
// subgraphs as they were written, so upgrading works on copies.
func (c *composer) upgradeSubgraphs() {
	originals := slices.Clone(c.subs)
	var interfaceObjects []*typeDef
	for _, s := range originals {
		if s.fed1 {
			(&upgrader{s: s}).coerceFieldSets()
			s.analyze(nil)
			continue
		}
		for _, t := range s.order {
			if t.interfaceObject {
				interfaceObjects = append(interfaceObjects, t)
			}
		}
	}
	for i, s := range originals {
		if !s.fed1 {
			continue
		}
		for _, t := range interfaceObjects {
			if own := s.types[t.name]; own != nil && own.kind == ast.Interface && has(own.applied, dirKey) {
				c.errors.add(Diagnostic{
					Code: CodeInterfaceObjectUsageError, Coordinate: t.name,
					Message: fmt.Sprintf("@interfaceObject %q of subgraph %q cannot go with the @key of interface %q in subgraph %q, which is federation 1",
						t.name, t.schema.name, t.name, s.name),
					Sites:   append(s.site(own.pos()), t.schema.site(t.pos())...),
					TryThis: fmt.Sprintf("link federation v2.3 or newer in subgraph %q", s.name),
				})
			}
		}
		upgraded := c.reread(s)
		u := &upgrader{c: c, s: upgraded, original: s}
		for j, other := range originals {
			if j != i {
				u.others = append(u.others, other)
			}
		}
		before := len(c.errors)
		u.upgrade()
		c.subs[i] = upgraded
		if len(c.errors) == before {
			c.validateFederation(upgraded)
		}
	}
}

// reread builds the schema of s anew.
func (c *composer) reread(s *schema) *schema {
	quiet := &composer{opts: c.opts}
	quiet.readSubgraph(Subgraph{Name: s.name, URL: s.url, SDL: s.src.Input, File: s.src.Name})
	if len(quiet.subs) != 1 {
		panic("composition: a schema that was read cannot be read again")
	}
	again := quiet.subs[0]
	again.index = s.index
	return again
}

type upgrader struct {
	c        *composer
	s        *schema
	original *schema
	others   []*schema // as written
}

func (u *upgrader) upgrade() {
	u.useFederation2()
	u.extensionsNeedBase()
	u.coerceFieldSets()
	u.cleanInterfaces()
	u.s.analyze(nil)
	u.extensionKeys()
	u.s.analyze(nil)
	u.inactiveFieldSets()
	u.extensionsAreDefinitions()
	u.providesOnLeaves()
	u.s.fed1, u.s.upgraded = false, true
	u.s.analyze(nil)
	u.unusedExternals()
	u.shareables()
	u.externalTags()
	u.s.indexTypes()
}

// useFederation2 makes the directives of federation 2 known under their plain
// names.
func (u *upgrader) useFederation2() {
	b := &schemaBuilder{c: u.c, s: u.s}
	for _, e := range elementsOf(federationElements, upgradedMinor) {
		directive, ok := strings.CutPrefix(e.name, "@")
		if !ok {
			u.s.specTypes["federation__"+e.name] = true
			continue
		}
		if own := u.s.directives[directive]; own != nil && !own.implied {
			want := specDocument(e.sdl).Directives[0]
			b.checkDirective(own, want, func(n string) string { return n })
			own.implied = true
		}
		u.s.canonical[directive] = directive
		u.s.local[directive] = directive
	}
	b.canonicalize()
}

// federationExtension tells whether t is an extension of a type that some
// other subgraph defines, in federation 1 terms.
func federationExtension(t *typeDef) bool {
	return (t.kind == ast.Object || t.kind == ast.Interface) && t.isExtension() && !t.isRoot()
}

func (u *upgrader) extensionsNeedBase() {
	for _, t := range u.s.order {
		if !federationExtension(t) {
			continue
		}
		based := slices.ContainsFunc(u.others, func(o *schema) bool {
			other := o.types[t.name]
			return other != nil && other.hasDefinition()
		})
		if !based {
			u.c.extensionWithNoBase(u.s, t)
		}
	}
}

func (c *composer) extensionWithNoBase(s *schema, t *typeDef) {
	c.errors.add(Diagnostic{
		Code: CodeExtensionWithNoBase, Coordinate: t.name, Sites: s.site(t.pos()),
		Message: s.prefix() + fmt.Sprintf("type %q is an extension, but no subgraph defines %q", t.name, t.name),
		TryThis: "remove \"extend\" (or @extends) if this subgraph defines the type",
	})
}

// coerceFieldSets turns lists of strings and bare names, which federation 1
// let pass, into strings.
func (u *upgrader) coerceFieldSets() {
	u.s.eachApplication(func(a *application, _ string) {
		if a.canonical != dirKey && a.canonical != dirRequires && a.canonical != dirProvides {
			return
		}
		for i, x := range a.args {
			if x.Name != "fields" {
				continue
			}
			if text, ok := coerceFieldSet(x.Value); ok {
				a.args = slices.Clone(a.args)
				a.args[i] = &ast.Argument{Name: x.Name, Value: &ast.Value{Kind: ast.StringValue, Raw: text, Position: x.Value.Position}, Position: x.Position}
			}
		}
	})
}

func coerceFieldSet(v *ast.Value) (string, bool) {
	switch v.Kind {
	case ast.EnumValue:
		return v.Raw, true
	case ast.ListValue:
		var parts []string
		for _, c := range v.Children {
			if !isString(c.Value) {
				return "", false
			}
			parts = append(parts, c.Value.Raw)
		}
		return strings.Join(parts, " "), true
	default:
		return "", false
	}
}

// cleanInterfaces takes off what federation 1 ignored on interfaces and
// objects.
func (u *upgrader) cleanInterfaces() {
	for _, t := range u.s.order {
		switch t.kind {
		case ast.Interface:
			t.applied = without(t.applied, dirKey)
			for _, f := range t.fields {
				f.applied = without(without(without(f.applied, dirExternal), dirProvides), dirRequires)
			}
		case ast.Object:
			t.applied = without(t.applied, dirExternal)
		}
	}
}

// extensionKeys makes key fields of extensions resolvable: every federation 1
// extension had to mark them external.
func (u *upgrader) extensionKeys() {
	for _, t := range u.s.order {
		if t.kind != ast.Object || !t.isExtension() {
			continue
		}
		if len(t.keys) > 0 {
			for _, k := range t.keys {
				u.dropExternal(t, k.selections)
			}
			continue
		}
		for _, o := range u.others {
			other := o.types[t.name]
			if other == nil || !other.hasDefinition() || has(other.applied, dirExtends) || len(other.keys) == 0 {
				continue
			}
			u.dropExternal(t, other.keys[0].selections)
		}
	}
}

func (u *upgrader) dropExternal(t *typeDef, sels []*selection) {
	for _, x := range sels {
		if f := t.byName[x.name]; f != nil && x.name != "" {
			f.applied = without(f.applied, dirExternal)
		}
		if x.fragment {
			u.dropExternal(t, x.sub)
		}
	}
}

// inactiveFieldSets takes the fields that are resolved here out of @provides
// and @requires, where federation 2 does not want them.
func (u *upgrader) inactiveFieldSets() {
	for _, t := range u.s.order {
		for _, f := range t.fields {
			for _, fs := range []*fieldSet{f.requires, f.provides} {
				if fs == nil {
					continue
				}
				active, changed := u.active(fs.selections)
				switch {
				case !changed:
				case len(active) == 0:
					f.applied = slices.DeleteFunc(slices.Clone(f.applied), func(a *application) bool { return a == fs.app })
				default:
					var b strings.Builder
					writeSelections(&b, active)
					fs.app.args = ast.ArgumentList{{Name: "fields", Value: stringValue(b.String()), Position: fs.app.pos}}
				}
			}
		}
	}
}

func (u *upgrader) active(sels []*selection) (kept []*selection, changed bool) {
	for _, x := range sels {
		if x.field != nil && u.externalSomewhere(x) {
			kept = append(kept, x)
			continue
		}
		if x.sub != nil {
			sub, subChanged := u.active(x.sub)
			if len(sub) > 0 {
				copied := *x
				copied.sub = sub
				kept = append(kept, &copied)
				changed = changed || subChanged
				continue
			}
		}
		changed = true
	}
	return kept, changed
}

func (u *upgrader) externalSomewhere(x *selection) bool {
	if x.field.external {
		return true
	}
	if x.parent.kind != ast.Interface {
		return false
	}
	return slices.ContainsFunc(u.s.possibleTypes(x.parent), func(t *typeDef) bool {
		f := t.byName[x.name]
		return f != nil && f.external
	})
}

// extensionsAreDefinitions forgets which declarations were extensions. Types
// with @extends stay extensions.
func (u *upgrader) extensionsAreDefinitions() {
	for _, t := range u.s.order {
		for _, d := range t.decls {
			d.extension = false
		}
	}
}

func (u *upgrader) providesOnLeaves() {
	for _, t := range u.s.order {
		for _, f := range t.fields {
			if base := f.baseType(); base != nil && !base.isComposite() {
				f.applied = without(f.applied, dirProvides)
			}
		}
	}
}

// unusedExternals removes external fields that nothing uses, and types of
// which nothing is left.
func (u *upgrader) unusedExternals() {
	for _, t := range slices.Clone(u.s.order) {
		if t.kind != ast.Object && t.kind != ast.Interface || t.implied || len(t.fields) == 0 {
			continue
		}
		for _, f := range slices.Clone(t.fields) {
			if f.external && !f.used {
				t.removeField(f)
			}
		}
		if len(t.fields) > 0 || t.isRoot() {
			continue
		}
		if u.referenced(t) {
			u.c.errors.add(Diagnostic{
				Code: CodeTypeWithOnlyUnusedExternal, Coordinate: t.name, Sites: u.s.site(t.pos()),
				Message: u.s.prefix() + fmt.Sprintf("type %q has only external fields that nothing uses, but it is referred to", t.name),
				TryThis: "remove the type, or give it a key",
			})
			continue
		}
		u.s.remove(t)
	}
}

func (u *upgrader) referenced(t *typeDef) bool {
	for _, o := range u.s.order {
		if slices.ContainsFunc(o.members, func(r *nameRef) bool { return r.name == t.name }) || o.implements(t.name) {
			return true
		}
		for _, f := range o.fields {
			if f.typ.Name() == t.name {
				return true
			}
		}
	}
	return false
}

// shareables marks what several subgraphs resolve: federation 1 asked for no
// mark.
func (u *upgrader) shareables() {
	mark := func(d *decl, pos *ast.Position) *application {
		return &application{name: dirShareable, canonical: dirShareable, decl: d, pos: pos}
	}
	for _, t := range u.s.order {
		if t.kind != ast.Object || t.implied || t == u.s.roots[rootSubscription] {
			continue
		}
		if !has(t.applied, dirKey) && !t.isRoot() {
			if !slices.ContainsFunc(u.others, func(o *schema) bool { return o.types[t.name] != nil }) {
				continue
			}
			for _, d := range t.decls {
				if !slices.ContainsFunc(t.applied, func(a *application) bool { return a.canonical == dirShareable && a.decl == d }) {
					t.applied = append(t.applied, mark(d, d.pos))
				}
			}
			continue
		}
		for _, f := range t.fields {
			if f.shareable && !f.external {
				continue // a key field
			}
			elsewhere := slices.ContainsFunc(u.others, func(o *schema) bool {
				other := o.types[t.name]
				if other == nil || other.kind != ast.Object && other.kind != ast.Interface {
					return false
				}
				x := other.byName[f.name]
				return x != nil && !x.fullyExternal()
			})
			if elsewhere && !has(f.applied, dirShareable) {
				f.applied = append(slices.Clone(f.applied), mark(nil, f.pos))
			}
		}
	}
}

// externalTags drops tags of external fields that the field has elsewhere.
func (u *upgrader) externalTags() {
	for _, t := range u.s.order {
		for _, f := range t.fields {
			if !f.external {
				continue
			}
			f.applied = slices.DeleteFunc(slices.Clone(f.applied), func(a *application) bool {
				return a.canonical == dirTag && slices.ContainsFunc(u.others, func(o *schema) bool {
					other := o.types[t.name]
					if other == nil {
						return false
					}
					x := other.byName[f.name]
					return x != nil && !x.external && slices.ContainsFunc(all(x.applied, dirTag), func(b *application) bool { return b.str("name") == a.str("name") })
				})
			})
		}
	}
}
