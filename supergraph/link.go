package supergraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A feature is one spec that the schema links.
type feature struct {
	featureURL

	// alias is the namespace of the feature's elements in the schema.
	alias string

	// purpose is "SECURITY", "EXECUTION" or "".
	purpose string

	// imports are the names in the schema of elements that were imported, by
	// their names in the spec. Directives begin with "@" on both sides.
	imports map[string]string

	pos *ast.Position
}

// directive returns the name that a directive of the feature has in the
// schema, without "@".
func (f *feature) directive(name string) string {
	if as, ok := f.imports["@"+name]; ok {
		return as[1:]
	}
	return f.unimported("@" + name)[1:]
}

// unimported returns the name that an element has if it is not imported.
// Directives begin with "@" on both sides.
func (f *feature) unimported(element string) string {
	name, isDirective := strings.CutPrefix(element, "@")
	switch {
	case !isDirective:
		return f.alias + "__" + name
	case name == f.name:
		return "@" + f.alias
	default:
		return "@" + f.alias + "__" + name
	}
}

// typeName returns the name that a type of the feature has in the schema.
func (f *feature) typeName(name string) string {
	if as, ok := f.imports[name]; ok {
		return as
	}
	return f.unimported(name)
}

// features are all specs that a schema links.
type features struct {
	list       []*feature
	byIdentity map[string]*feature
	byAlias    map[string]*feature

	// byImport finds features by the schema's names of imported elements.
	byImport map[string]*feature

	longestAlias int
}

// directive returns the schema's name of a spec's directive, or "" if the
// spec is not linked.
func (fs *features) directive(identity, name string) string {
	f := fs.byIdentity[identity]
	if f == nil {
		return ""
	}
	return f.directive(name)
}

// ofDirective returns the feature that the directive belongs to, or nil.
func (fs *features) ofDirective(name string) *feature {
	if f := fs.byImport["@"+name]; f != nil {
		return f
	}
	if f := fs.byAlias[name]; f != nil {
		return f
	}
	return fs.byPrefix(name)
}

// ofType returns the feature that the type belongs to, or nil.
func (fs *features) ofType(name string) *feature {
	if f := fs.byImport[name]; f != nil {
		return f
	}
	return fs.byPrefix(name)
}

// byPrefix finds the feature of "<alias>__<element>". An alias can have two
// underscores itself: old composers wrote "federation__tag".
func (fs *features) byPrefix(name string) *feature {
	for at := 1; at <= fs.longestAlias && at+2 <= len(name); at++ {
		if name[at:at+2] != "__" {
			continue
		}
		if f := fs.byAlias[name[:at]]; f != nil {
			return f
		}
	}
	return nil
}

// bootstrap finds the directive that links features: the one whose own
// application links the link spec (or its ancestor, core) under its name.
// argument is the name of its URL argument.
//
//	schema @link(url: "https://specs.apollo.dev/link/v1.0")
//	schema @core(feature: "https://specs.apollo.dev/core/v0.2")
func bootstrap(directives ast.DirectiveList) (name, argument string) {
	for _, d := range directives {
		for _, b := range []struct{ identity, argument, name string }{
			{linkSpec, "url", "link"},
			{coreSpec, "feature", "core"},
		} {
			text, ok := stringValue(d.Arguments.ForName(b.argument))
			if !ok {
				continue
			}
			u, err := parseFeatureURL(text)
			if err != nil || u.identity != b.identity {
				continue
			}
			as, ok := stringValue(d.Arguments.ForName("as"))
			if !ok {
				as = b.name
			}
			if as == d.Name {
				return d.Name, b.argument
			}
		}
	}
	return "", ""
}

// links tells whether an application of the directive links the spec.
func links(directives ast.DirectiveList, name, argument, identity string) bool {
	for _, d := range directives {
		if text, ok := stringValue(d.Arguments.ForName(argument)); ok && d.Name == name {
			if u, err := parseFeatureURL(text); err == nil && u.identity == identity {
				return true
			}
		}
	}
	return false
}

// readFeatures reads the applications of the directive called name. It
// refuses what weft must not ignore.
func readFeatures(directives ast.DirectiveList, name, argument string) (*features, error) {
	fs := &features{
		byIdentity: map[string]*feature{},
		byAlias:    map[string]*feature{},
		byImport:   map[string]*feature{},
	}
	known := knownSpecs()
	for _, d := range directives {
		if d.Name != name {
			continue
		}
		f, err := readFeature(d, argument)
		if err != nil {
			return nil, err
		}
		if err := checkSupport(f, known); err != nil {
			return nil, err
		}
		if err := fs.add(f); err != nil {
			return nil, err
		}
	}
	return fs, fs.checkImports()
}

func readFeature(d *ast.Directive, argument string) (*feature, error) {
	f := &feature{imports: map[string]string{}, pos: d.Position}
	usage := func(pos *ast.Position, format string, args ...any) error {
		return errorAt(pos, CodeLinkUsage, "@%s: %s", d.Name, fmt.Sprintf(format, args...))
	}
	hasURL := false
	for i, a := range d.Arguments {
		if d.Arguments[:i].ForName(a.Name) != nil {
			return nil, usage(a.Position, "%s is given twice", a.Name)
		}
		var err error
		switch a.Name {
		case argument:
			text, ok := stringValue(a)
			if !ok {
				return nil, usage(a.Position, "%s must be a string", argument)
			}
			if f.featureURL, err = parseFeatureURL(text); err != nil {
				return nil, errorAt(a.Position, CodeLinkIdentifier, "%s", err)
			}
			hasURL = true
		case "as":
			if isNull(a.Value) {
				continue
			}
			text, ok := stringValue(a)
			if !ok {
				return nil, usage(a.Position, "as must be a string")
			}
			f.alias = text
		case "for":
			if isNull(a.Value) {
				continue
			}
			if a.Value.Kind != ast.EnumValue || (a.Value.Raw != "SECURITY" && a.Value.Raw != "EXECUTION") {
				return nil, usage(a.Position, "for must be SECURITY or EXECUTION, not %s", a.Value)
			}
			f.purpose = a.Value.Raw
		case "import":
			if err = readImports(f, a.Value); err != nil {
				return nil, err
			}
		default:
			return nil, usage(a.Position, "there is no argument %q", a.Name)
		}
	}
	if !hasURL {
		return nil, usage(d.Position, "%s is missing", argument)
	}
	if f.alias == "" {
		f.alias = f.name
	} else if err := checkAlias(f); err != nil {
		return nil, err
	}
	return f, nil
}

// readImports reads ["@name", "Name", {name: "@name", as: "@other"}].
func readImports(f *feature, list *ast.Value) error {
	if isNull(list) {
		return nil
	}
	for _, item := range elements(list) {
		name, as, err := readImport(item)
		if err != nil {
			return err
		}
		if isDirective := strings.HasPrefix(name, "@"); isDirective != strings.HasPrefix(as, "@") {
			return errorAt(item.Position, CodeLinkUsage,
				"import of %q as %q: both names of a directive begin with @, and none of a type does", name, as)
		}
		if !isName(strings.TrimPrefix(name, "@")) || !isName(strings.TrimPrefix(as, "@")) {
			return errorAt(item.Position, CodeLinkUsage, "import of %q as %q: not a name", name, as)
		}
		if _, twice := f.imports[name]; twice {
			return errorAt(item.Position, CodeLinkUsage, "%q is imported twice", name)
		}
		f.imports[name] = as
	}
	return nil
}

func readImport(item *ast.Value) (name, as string, err error) {
	switch item.Kind {
	case ast.StringValue, ast.BlockValue:
		return item.Raw, item.Raw, nil
	case ast.ObjectValue:
		for _, c := range item.Children {
			isString := c.Value.Kind == ast.StringValue || c.Value.Kind == ast.BlockValue
			switch {
			case c.Name == "name" && isString:
				name = c.Value.Raw
			case c.Name == "as" && isString:
				as = c.Value.Raw
			case c.Name == "as" && isNull(c.Value):
			default:
				return "", "", errorAt(c.Position, CodeLinkUsage, "an import has a name and an as, both strings; found %s: %s", c.Name, c.Value)
			}
		}
		if name == "" {
			return "", "", errorAt(item.Position, CodeLinkUsage, "an import needs a name")
		}
		if as == "" {
			as = name
		}
		return name, as, nil
	default:
		return "", "", errorAt(item.Position, CodeLinkUsage, `an import is a name or {name: "…", as: "…"}; found %s`, item)
	}
}

func checkAlias(f *feature) error {
	// Composers of the first federation 2 versions wrote such aliases.
	old := (f.identity == tagSpec && f.alias == "federation__tag") ||
		(f.identity == inaccessibleSpec && f.alias == "federation__inaccessible")
	if old && len(f.imports) == 0 {
		return nil
	}
	name := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' {
			return '_'
		}
		return r
	}, f.alias)
	if !isName(name) || f.alias[0] == '.' || f.alias[0] == '-' ||
		strings.Contains(f.alias, "__") || strings.HasSuffix(f.alias, "_") {
		return errorAt(f.pos, CodeLinkUsage,
			"the alias %q of %s must be a name without double underscores that does not end in one", f.alias, f.identity)
	}
	return nil
}

// checkSupport refuses features that weft must not serve without knowing
// them.
func checkSupport(f *feature, known map[string]spec) error {
	if f.identity == connectSpec {
		return errorAt(f.pos, CodeUnsupportedFeature,
			"the supergraph uses connectors (%s/%s), which weft does not run: compose without the subgraphs that have @connect",
			f.identity, f.version)
	}
	s, ok := known[f.identity]
	switch {
	case f.identity == joinSpec && !s.knows(f.version):
		return errorAt(f.pos, CodeNotSupergraph,
			"the supergraph is of join %s, but weft reads join %s: upgrade weft, or compose with an older federation version",
			f.version, s.span())
	case ok && !s.knows(f.version) && (s.binding || f.purpose != ""):
		return errorAt(f.pos, CodeUnsupportedFeature,
			"the supergraph needs %s %s, but weft knows %s: upgrade weft, or compose with an older federation version",
			f.identity, f.version, s.span())
	case !ok && f.purpose != "":
		return errorAt(f.pos, CodeUnsupportedFeature,
			"the supergraph needs the feature %s/%s for %s, which weft does not know: remove the feature from the subgraphs, or its purpose if it can be ignored",
			f.identity, f.version, f.purpose)
	}
	if !ok || !s.knows(f.version) {
		return nil
	}
	for _, name := range sortedKeys(f.imports) {
		if !slices.Contains(s.elements, name) {
			return errorAt(f.pos, CodeLinkUsage, "cannot import unknown element %q from %s/%s", name, f.identity, f.version)
		}
	}
	return nil
}

// add registers f under its names, each of which must be free.
func (fs *features) add(f *feature) error {
	if fs.byIdentity[f.identity] != nil {
		return errorAt(f.pos, CodeLinkUsage, "%s is linked twice", f.identity)
	}
	if g := fs.byAlias[f.alias]; g != nil {
		return errorAt(f.pos, CodeLinkUsage, "%s and %s are both linked as %q: rename one of them with as", g.identity, f.identity, f.alias)
	}
	for _, name := range sortedKeys(f.imports) {
		as := f.imports[name]
		switch g := fs.byImport[as]; g {
		case nil:
		case f:
			return errorAt(f.pos, CodeLinkUsage, "two elements of %s are imported as %q", f.identity, as)
		default:
			return errorAt(f.pos, CodeLinkUsage, "%q is imported from both %s and %s: rename one of them with as", as, g.identity, f.identity)
		}
		fs.byImport[as] = f
	}
	fs.byIdentity[f.identity] = f
	fs.byAlias[f.alias] = f
	fs.longestAlias = max(fs.longestAlias, len(f.alias))
	fs.list = append(fs.list, f)
	return nil
}

// checkImports refuses imports under names that another element already has:
// one in the namespace of another feature, or a different one in its own.
func (fs *features) checkImports() error {
	for _, f := range fs.list {
		for _, name := range sortedKeys(f.imports) {
			as := f.imports[name]
			bare, isDirective := strings.CutPrefix(as, "@")
			owner := fs.byPrefix(bare)
			if g := fs.byAlias[bare]; g != nil && isDirective {
				owner = g
			}
			if owner == nil {
				continue
			}
			if owner != f || as != f.unimported(name) {
				return errorAt(f.pos, CodeLinkUsage,
					"%q of %s is imported as %q, a name that belongs to %s: choose another with as", name, f.identity, as, owner.identity)
			}
		}
	}
	return nil
}
