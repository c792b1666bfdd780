package composition

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A link is one @link of a subgraph.
type link struct {
	url      string
	identity string // without version
	name     string // of the spec
	major    int
	minor    int
	alias    string // the prefix of names that are not imported
	purpose  string
	imports  []linkImport
	app      *application
	elements []specElement // what the linked version has, nil if unknown here
	known    bool
}

// A linkImport is one element of @link(import:). Directives have their "@" in
// both names.
type linkImport struct {
	name string
	as   string
	pos  *ast.Position
}

// local is the name that an element ("@key", "FieldSet") of l has in the
// schema, "@" included.
func (l *link) local(element string) string {
	for _, i := range l.imports {
		if i.name == element {
			return i.as
		}
	}
	directive, isDirective := strings.CutPrefix(element, "@")
	switch {
	case !isDirective:
		return l.alias + "__" + element
	case directive == l.name:
		return "@" + l.alias
	default:
		return "@" + l.alias + "__" + directive
	}
}

var versionSegment = regexp.MustCompile(`^v(\d{1,6})\.(\d{1,6})$`)
var aliasForm = regexp.MustCompile(`^[_A-Za-z][-._0-9A-Za-z]*$`)
var nameForm = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)

// parseFeatureURL takes the URL of a link apart: core specification, "Spec
// URLs".
func parseFeatureURL(raw string) (identity, name string, major, minor int, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", "", 0, 0, fmt.Errorf("%q is not an absolute URL", raw)
	}
	path := strings.TrimSuffix(u.Path, "/")
	dir, version, ok := cutLast(path, "/")
	m := versionSegment.FindStringSubmatch(version)
	if !ok || m == nil {
		return "", "", 0, 0, fmt.Errorf("%q does not end in a version such as v1.2", raw)
	}
	major, _ = strconv.Atoi(m[1])
	minor, _ = strconv.Atoi(m[2])
	_, name, ok = cutLast(dir, "/")
	if !ok || name == "" {
		return "", "", 0, 0, fmt.Errorf("%q has no name before the version", raw)
	}
	return u.Scheme + "://" + u.Host + dir, name, major, minor, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(sep):], true
}

// linkReader reads the links of one schema.
type linkReader struct {
	c *composer
	s *schema
}

func (r *linkReader) fail(code string, pos *ast.Position, try, format string, args ...any) {
	r.c.errors.add(Diagnostic{
		Code:    code,
		Message: r.s.prefix() + fmt.Sprintf(format, args...),
		Sites:   r.s.site(pos),
		TryThis: try,
	})
}

// readLinks finds the links of s, which of them is federation's, and what the
// directives of known specs are called in s.
func (c *composer) readLinks(s *schema) {
	r := &linkReader{c, s}
	s.canonical = map[string]string{dirDeprecated: dirDeprecated, dirSpecifiedBy: dirSpecifiedBy}
	s.local = map[string]string{}
	s.specTypes = map[string]bool{}
	s.fed1 = true
	s.version = upgradedMinor

	linkName, bootstrapped := r.linkDirective()
	for _, a := range s.applied {
		if a.name == linkName {
			r.readLink(a)
		}
	}
	if len(s.links) > 0 && !bootstrapped {
		s.links = append(s.links, &link{
			identity: specBase + "link", name: "link", major: 1, alias: linkName, known: true,
			elements: knownSpec("link").elements, imports: []linkImport{{name: "@link", as: "@" + linkName}},
		})
	}
	r.checkNames()
	for _, l := range s.links {
		r.useSpec(l)
	}
	if s.fed1 {
		fed1 := &link{name: "federation", alias: "federation", known: true, elements: federation1Elements}
		for _, e := range federation1Elements {
			fed1.imports = append(fed1.imports, linkImport{name: e.name, as: e.name})
		}
		r.useSpec(fed1)
	}
	for _, a := range s.applied {
		a.canonical = s.canonical[a.name]
	}
}

// linkDirective is the name of the @link directive: a link to the link spec
// itself may rename it.
func (r *linkReader) linkDirective() (name string, bootstrapped bool) {
	for _, a := range r.s.applied {
		identity, specName, _, _, err := parseFeatureURL(a.str("url"))
		if err != nil || identity != specBase+"link" {
			continue
		}
		l := &link{name: specName, alias: specName}
		if as := a.str("as"); as != "" {
			l.alias = as
		}
		l.imports = r.imports(a, true)
		if "@"+a.name == l.local("@link") {
			return a.name, true
		}
	}
	return "link", false
}

func (r *linkReader) readLink(a *application) {
	v := a.arg("url")
	if !isString(v) {
		r.fail(CodeInvalidLinkDirectiveUsage, a.pos, "", "@%s needs a string argument \"url\"", a.name)
		return
	}
	identity, name, major, minor, err := parseFeatureURL(v.Raw)
	if err != nil {
		r.fail(CodeInvalidLinkIdentifier, a.pos, `write the URL like "https://specs.apollo.dev/federation/v2.9"`,
			"cannot tell what is linked: %v", err)
		return
	}
	l := &link{url: v.Raw, identity: identity, name: name, major: major, minor: minor, alias: name, app: a}
	if as := a.arg("as"); as != nil && as.Kind != ast.NullValue {
		if !isString(as) {
			r.fail(CodeInvalidLinkDirectiveUsage, a.pos, "", "argument \"as\" of @%s must be a string", a.name)
			return
		}
		l.alias = as.Raw
	}
	if v := a.arg("for"); v != nil && v.Kind == ast.EnumValue {
		l.purpose = v.Raw
	}
	if !aliasForm.MatchString(l.alias) || strings.Contains(l.alias, "__") || strings.HasSuffix(l.alias, "_") {
		r.fail(CodeInvalidLinkDirectiveUsage, a.pos, `choose another name with "as"`,
			"cannot link %s as %q: an alias must be a name, without \"__\" and not ending in \"_\"", identity, l.alias)
		return
	}
	l.imports = r.imports(a, false)
	for _, other := range r.s.links {
		if other.identity == identity {
			r.fail(CodeInvalidLinkDirectiveUsage, a.pos, "put all imports into one @link",
				"%s is linked more than once", identity)
			return
		}
		if other.alias == l.alias {
			r.fail(CodeInvalidLinkDirectiveUsage, a.pos, `choose another name with "as"`,
				"cannot link %s as %q: %s already goes by that name", identity, l.alias, other.identity)
			return
		}
	}
	if r.identify(l) {
		r.s.links = append(r.s.links, l)
		r.checkImports(l)
	}
}

// identify looks up what the linked version offers. It is false if the
// version of a spec that must be known is not.
func (r *linkReader) identify(l *link) bool {
	name, ours := strings.CutPrefix(l.identity, specBase)
	if !ours {
		return true
	}
	if name == "federation" {
		if l.major != 2 || l.minor > maxFederationMinor {
			r.fail(CodeUnknownFederationLinkVersion, l.app.pos,
				fmt.Sprintf("versions v2.0 to v2.%d are known", maxFederationMinor),
				"version v%d.%d of federation is not known", l.major, l.minor)
			return false
		}
		l.known, l.elements = true, elementsOf(federationElements, l.minor)
		r.s.fed1, r.s.version = false, max(l.minor, 0)
		return true
	}
	known := knownSpec(name)
	if known == nil {
		return true
	}
	if l.major != known.major || !slices.Contains(known.minors, l.minor) {
		if name == "link" {
			r.fail(CodeUnknownLinkVersion, l.app.pos, "link v1.0", "version v%d.%d of the link spec is not known", l.major, l.minor)
			return false
		}
		if l.purpose != "" || known.purpose != "" {
			r.fail(CodeUnsupportedLinkedFeature, l.app.pos, "",
				"version v%d.%d of %s is not supported", l.major, l.minor, l.identity)
			return false
		}
		return true
	}
	l.known, l.elements = true, elementsOf(known.elements, l.minor)
	return true
}

// imports reads the import argument of a link, silently skipping what is
// wrong if asked so.
func (r *linkReader) imports(a *application, quiet bool) []linkImport {
	v := a.arg("import")
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	fail := func(format string, args ...any) {
		if !quiet {
			r.fail(CodeInvalidLinkDirectiveUsage, v.Position, `items are "@name", "Name" or {name: "@name", as: "@other"}`, format, args...)
		}
	}
	if v.Kind != ast.ListValue {
		fail("argument \"import\" of @%s must be a list", a.name)
		return nil
	}
	var imports []linkImport
	for _, item := range v.Children {
		x, problem := readImport(item.Value)
		if problem != "" {
			fail("cannot import %s: %s", item.Value.String(), problem)
			continue
		}
		imports = append(imports, x)
	}
	return imports
}

func readImport(v *ast.Value) (i linkImport, problem string) {
	i.pos = v.Position
	switch {
	case isString(v):
		i.name, i.as = v.Raw, v.Raw
	case v.Kind == ast.ObjectValue:
		for _, c := range v.Children {
			switch {
			case c.Name == "name" && isString(c.Value):
				i.name = c.Value.Raw
			case c.Name == "as" && isString(c.Value):
				i.as = c.Value.Raw
			default:
				return i, "unexpected \"" + c.Name + "\""
			}
		}
		if i.as == "" {
			i.as = i.name
		}
	default:
		return i, "it is neither a string nor an object"
	}
	switch {
	case i.name == "":
		return i, "it has no name"
	case strings.HasPrefix(i.name, "@") != strings.HasPrefix(i.as, "@"):
		return i, "a directive's name begins with \"@\" on both sides, a type's on neither"
	case !nameForm.MatchString(strings.TrimPrefix(i.name, "@")), !nameForm.MatchString(strings.TrimPrefix(i.as, "@")):
		return i, "it is not a name"
	}
	return i, ""
}

// checkImports checks that a known spec has what is imported from it.
func (r *linkReader) checkImports(l *link) {
	if !l.known {
		return
	}
	for _, i := range l.imports {
		if slices.ContainsFunc(l.elements, func(e specElement) bool { return e.name == i.name }) {
			continue
		}
		r.fail(CodeInvalidLinkDirectiveUsage, i.pos, importAdvice(l, i.name),
			"cannot import %q: %s v%d.%d has no such element", i.name, l.name, l.major, l.minor)
	}
	l.imports = slices.DeleteFunc(l.imports, func(i linkImport) bool {
		return !slices.ContainsFunc(l.elements, func(e specElement) bool { return e.name == i.name })
	})
}

func importAdvice(l *link, name string) string {
	if l.identity != specBase+"federation" {
		return ""
	}
	for _, e := range federationElements {
		switch e.name {
		case name:
			return fmt.Sprintf("link federation v2.%d or newer", e.since)
		case "@" + name:
			return fmt.Sprintf("directives are imported with \"@\": %q", e.name)
		}
	}
	return ""
}

// checkNames finds imports that get in each other's way.
func (r *linkReader) checkNames() {
	taken := map[string]*link{}
	for _, l := range r.s.links {
		elements := map[string]string{}
		for _, i := range l.imports {
			if as, twice := elements[i.name]; twice && as != i.as {
				r.fail(CodeInvalidLinkDirectiveUsage, i.pos, "", "%q is imported both as %q and as %q", i.name, as, i.as)
				continue
			} else if twice {
				continue
			}
			elements[i.name] = i.as
			if other := taken[i.as]; other != nil {
				r.fail(CodeInvalidLinkDirectiveUsage, i.pos, `rename one of them with {name: ..., as: ...}`,
					"%q is imported from %s and already stands for something of %s", i.as, l.identity, other.identity)
				continue
			}
			taken[i.as] = l
			r.checkPrefix(l, i)
		}
	}
}

// checkPrefix finds imported names that belong to some link by default.
func (r *linkReader) checkPrefix(l *link, i linkImport) {
	bare := strings.TrimPrefix(i.as, "@")
	for _, other := range r.s.links {
		if other.app == nil {
			continue
		}
		isDefault := strings.HasPrefix(bare, other.alias+"__") || i.as == "@"+other.alias
		if !isDefault {
			continue
		}
		if other != l {
			r.fail(CodeInvalidLinkDirectiveUsage, i.pos, "import it under another name",
				"%q is imported from %s as %q, a name that belongs to %s", i.name, l.identity, i.as, other.identity)
			continue
		}
		plain := link{name: l.name, alias: l.alias}
		if plain.local(i.name) != i.as {
			r.fail(CodeInvalidLinkDirectiveUsage, i.pos, "import it under another name",
				"%q is imported as %q, which by default is another element of %s", i.name, i.as, l.identity)
		}
	}
}

// useSpec makes the elements of a linked spec known: names, implied
// definitions, and which types are not the user's.
func (r *linkReader) useSpec(l *link) {
	s := r.s
	for _, i := range l.imports {
		if !strings.HasPrefix(i.as, "@") {
			s.specTypes[i.as] = true
		}
	}
	for _, e := range l.elements {
		local := strings.TrimPrefix(l.local(e.name), "@")
		if directive, ok := strings.CutPrefix(e.name, "@"); ok {
			if _, taken := s.canonical[local]; taken {
				continue
			}
			s.canonical[local] = directive
			if s.local[directive] == "" || l.name == "federation" {
				s.local[directive] = local
			}
		} else {
			s.specTypes[local] = true
		}
	}
}

// linkTo is the link of s to a spec identity, or nil.
func (s *schema) linkTo(identity string) *link {
	for _, l := range s.links {
		if l.identity == identity {
			return l
		}
	}
	return nil
}

// linkOf is the link that a directive of s belongs to, and the directive's
// name in its spec; nil if it belongs to none.
func (s *schema) linkOf(directive string) (l *link, element string) {
	for _, l := range s.links {
		for _, i := range l.imports {
			if i.as == "@"+directive {
				return l, strings.TrimPrefix(i.name, "@")
			}
		}
	}
	for _, l := range s.links {
		if directive == l.alias {
			return l, l.name
		}
		if rest, ok := strings.CutPrefix(directive, l.alias+"__"); ok {
			return l, rest
		}
	}
	return nil, ""
}

// isSpecType tells whether a type belongs to a spec rather than to the user.
func (s *schema) isSpecType(name string) bool {
	if s.specTypes[name] {
		return true
	}
	switch name {
	case "_Any", "_Service", "_Entity":
		return true
	}
	prefix, _, ok := strings.Cut(name, "__")
	if !ok || prefix == "" {
		return false
	}
	for _, l := range s.links {
		if l.alias == prefix {
			return true
		}
	}
	return false
}

// prefix begins messages about one subgraph.
func (s *schema) prefix() string { return "[" + s.name + "] " }
