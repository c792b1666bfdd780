package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A mergedLink is a @link of the supergraph.
type mergedLink struct {
	url     string
	as      string
	purpose string
	imports []linkImport
}

// composableSpecs are the specs whose directives compose, in the order in
// which the supergraph links them.
var composableSpecs = []struct {
	spec       string
	version    string
	directives []string
}{
	{"tag", "v0.3", []string{dirTag}},
	{"inaccessible", "v0.2", []string{dirInaccessible}},
	{"authenticated", "v0.1", []string{dirAuthenticated}},
	{"requiresScopes", "v0.1", []string{dirRequiresScopes}},
	{"policy", "v0.1", []string{dirPolicy}},
	{"context", "v0.1", []string{dirContext}},
	{"cost", "v0.1", []string{dirCost, dirListSize}},
}

// collectComposed finds out which directives compose, how they are called in
// the supergraph, and what the supergraph links for them.
func (c *composer) collectComposed() {
	c.known = map[string]*composedDirective{
		dirDeprecated:  {key: dirDeprecated, name: dirDeprecated, args: c.builtInArgs(dirDeprecated)},
		dirSpecifiedBy: {key: dirSpecifiedBy, name: dirSpecifiedBy, args: c.builtInArgs(dirSpecifiedBy)},
	}
	c.custom = map[string]*composedDirective{}
	uses := c.directiveUses()
	c.collectCustom(uses)
	for _, spec := range composableSpecs {
		var imports []linkImport
		used := false
		for _, directive := range spec.directives {
			name, ok := c.composedName(directive, uses[directive])
			if !ok {
				continue
			}
			used = true
			d := specDefinition(spec.spec, directive)
			def := &composedDirective{key: directive, name: name, repeatable: d.IsRepeatable}
			def.args = (&schemaBuilder{c: c, s: &schema{}}).arguments(d.Arguments, nil, nil, "@"+directive)
			c.known[directive] = def
			if plain := (&link{name: spec.spec, alias: spec.spec}).local("@" + directive); plain != "@"+name {
				imports = append(imports, linkImport{name: "@" + directive, as: "@" + name})
			}
		}
		if !used {
			continue
		}
		version := spec.version
		if spec.spec == "tag" && c.version < 3 {
			version = "v0.2"
		}
		l := mergedLink{url: specBase + spec.spec + "/" + version, purpose: knownSpec(spec.spec).purpose, imports: imports}
		if c.custom[spec.spec] != nil {
			l.as = c.freeAlias(spec.spec)
		}
		c.super.links = append(c.super.links, l)
	}
	c.linkCarried(uses)
}

// specDefinition is the newest definition of a directive of a known spec.
func specDefinition(spec, directive string) *ast.DirectiveDefinition {
	elements := elementsOf(knownSpec(spec).elements, 1000)
	i := slices.IndexFunc(elements, func(e specElement) bool { return e.name == "@"+directive })
	return specDocument(elements[i].sdl).Directives[0]
}

func (c *composer) builtInArgs(name string) []*field {
	d := builtInDirectives().Directives.ForName(name)
	return (&schemaBuilder{c: c, s: &schema{}}).arguments(d.Arguments, nil, nil, "@"+name)
}

// freeAlias is an alias for a spec whose own name is taken.
func (c *composer) freeAlias(spec string) string {
	return "_0" + strings.Map(func(r rune) rune {
		if isNameRune(r) && r != '_' {
			return r
		}
		return -1
	}, spec)
}

// A directiveUse is a subgraph that applies a directive, and its first
// application there.
type directiveUse struct {
	schema *schema
	app    *application
}

// directiveUses are the subgraphs that apply each known directive.
func (c *composer) directiveUses() map[string][]directiveUse {
	uses := map[string][]directiveUse{}
	for _, s := range c.subs {
		seen := map[string]bool{}
		s.eachApplication(func(a *application, _ string) {
			if a.canonical == "" || seen[a.canonical] {
				return
			}
			seen[a.canonical] = true
			uses[a.canonical] = append(uses[a.canonical], directiveUse{s, a})
		})
	}
	return uses
}

// composedName is the name of a federation directive in the supergraph: that
// which all subgraphs that apply it have for it. It is false if none does.
func (c *composer) composedName(directive string, uses []directiveUse) (string, bool) {
	if len(uses) == 0 {
		return "", false
	}
	var groups []variantGroup
	var sites []Site
	for _, u := range uses {
		groups = groupVariants(groups, "\"@"+u.app.name+"\"", u.schema.name)
		sites = append(sites, u.schema.site(u.app.pos)...)
	}
	if len(groups) > 1 {
		c.fail(CodeLinkImportNameMismatch, "@"+directive, sites, "import it under one name everywhere",
			"the \"@%s\" directive has different names: %s", directive, describeVariants("it is imported as ", groups))
	}
	return uses[0].app.name, true
}

// linkCarried links the specs whose applications travel as @join__directive.
func (c *composer) linkCarried(uses map[string][]directiveUse) {
	if c.super.join < 4 {
		return
	}
	if len(uses[dirCacheTag]) > 0 {
		c.super.links = append(c.super.links, mergedLink{url: specBase + "cacheTag/v0.1", purpose: "EXECUTION"})
	}
	connect := false
	minor := 3
	for _, s := range c.subs {
		if l := s.linkTo(specBase + "connect"); l != nil && l.known {
			connect = true
			minor = max(minor, l.minor)
		}
	}
	if connect {
		c.super.links = append(c.super.links, mergedLink{url: fmt.Sprintf("%sconnect/v0.%d", specBase, minor), purpose: "EXECUTION"})
	}
}

// A customUse is a valid @composeDirective.
type customUse struct {
	schema  *schema
	app     *application // the @composeDirective
	name    string       // without "@"
	link    *link
	element string // the directive's name in its spec
}

// collectCustom reads the @composeDirective applications.
func (c *composer) collectCustom(uses map[string][]directiveUse) {
	var customs []customUse
	for _, s := range c.subs {
		for _, a := range all(s.applied, dirComposeDirective) {
			if u, ok := c.readComposeDirective(s, a, uses); ok {
				customs = append(customs, u)
			}
		}
	}
	byName := map[string][]customUse{}
	var names []string
	for _, u := range customs {
		if byName[u.name] == nil {
			names = append(names, u.name)
		}
		byName[u.name] = append(byName[u.name], u)
	}
	for _, name := range names {
		c.composeCustom(name, byName[name], customs)
	}
}

func (c *composer) composeFault(u customUse, try, format string, args ...any) {
	c.fail(CodeDirectiveCompositionError, "@"+u.name, u.schema.site(u.app.pos), try, "%s%s", u.schema.prefix(), fmt.Sprintf(format, args...))
}

// notComposable are specs of federation itself.
var notComposable = []string{"federation", "join", "link", "core", "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "source", "context", "cost", "connect", "cacheTag"}

func (c *composer) readComposeDirective(s *schema, a *application, uses map[string][]directiveUse) (customUse, bool) {
	raw := a.str("name")
	name, isDirective := strings.CutPrefix(raw, "@")
	u := customUse{schema: s, app: a, name: name}
	switch {
	case raw == "":
		c.composeFault(u, "", "@%s needs the name of a directive", a.name)
		return u, false
	case !isDirective:
		c.composeFault(u, fmt.Sprintf("write \"@%s\"", raw), "the name %q of @%s must begin with \"@\"", raw, a.name)
		return u, false
	case s.directives[name] == nil:
		try := ""
		if near := nearest(name, sortedKeys(s.directives)); near != "" {
			try = fmt.Sprintf("did you mean \"@%s\"?", near)
		}
		c.composeFault(u, try, "@%s names the directive \"@%s\", which does not exist", a.name, name)
		return u, false
	}
	u.link, u.element = s.linkOf(name)
	if u.link == nil {
		c.composeFault(u, "link a specification of your own that the directive is imported from", "directive \"@%s\" belongs to no linked specification, so it cannot be composed", name)
		return u, false
	}
	if spec, ours := strings.CutPrefix(u.link.identity, specBase); ours && slices.Contains(notComposable, spec) {
		composes := s.canonical[name] == dirTag || s.canonical[name] == dirInaccessible || isAccessControl(s.canonical[name]) || s.canonical[name] == dirContext
		if composes {
			c.hint(HintDirectiveCompositionInfo, "@"+name, s.site(a.pos), "remove it", "directive \"@%s\" of subgraph %q composes by default: @%s is superfluous", name, s.name, a.name)
		} else {
			c.composeFault(u, "", "directive \"@%s\" of %s cannot be composed", name, u.link.identity)
		}
		return u, false
	}
	for _, directive := range []string{dirTag, dirInaccessible} {
		for _, use := range uses[directive] {
			if use.app.name == name {
				c.composeFault(u, "import it under another name", "directive \"@%s\" has the name of federation's \"@%s\" in subgraph %q", name, directive, use.schema.name)
				return u, false
			}
		}
	}
	return u, true
}

// composeCustom decides on one name that subgraphs compose.
func (c *composer) composeCustom(name string, uses []customUse, everything []customUse) {
	chosen := uses[0]
	for _, u := range uses[1:] {
		switch {
		case u.link.identity != chosen.link.identity:
			c.composeFault(u, "rename one of them", "directive \"@%s\" is composed from %s in subgraph %q but from %s in subgraph %q",
				name, chosen.link.identity, chosen.schema.name, u.link.identity, u.schema.name)
			return
		case u.element != chosen.element:
			c.composeFault(u, "rename one of them", "\"@%s\" stands for directive \"@%s\" in subgraph %q but for \"@%s\" in subgraph %q",
				name, chosen.element, chosen.schema.name, u.element, u.schema.name)
			return
		case u.link.major != chosen.link.major:
			c.composeFault(u, "", "directive \"@%s\" is composed from major versions %d and %d of %s", name, chosen.link.major, u.link.major, u.link.identity)
			return
		case u.link.minor > chosen.link.minor:
			chosen = u
		}
	}
	for _, u := range everything {
		if u.name != name && u.link.identity == chosen.link.identity && u.element == chosen.element {
			c.composeFault(u, "import it under one name everywhere", "directive \"@%s\" of %s is composed under two names: \"@%s\" and \"@%s\"",
				u.element, u.link.identity, name, u.name)
			return
		}
	}
	d := &composedDirective{key: "@" + name, name: name, by: map[*schema]bool{}}
	for _, u := range uses {
		d.by[u.schema] = true
	}
	for _, s := range c.subs {
		l := s.linkTo(chosen.link.identity)
		if l == nil || d.by[s] {
			continue
		}
		if l.major != chosen.link.major {
			c.hint(HintDirectiveCompositionInfo, "@"+name, s.site(l.app.pos), "", "subgraph %q links %s v%d, whose directives do not compose with v%d",
				s.name, l.identity, l.major, chosen.link.major)
		}
		if local := l.local("@" + chosen.element); local != "@"+name && s.directives[local[1:]] != nil {
			c.hint(HintDirectiveCompositionWarn, "@"+name, s.site(l.app.pos), "", "directive \"@%s\" of %s is called %q in subgraph %q, which does not compose it: it is not merged from there",
				name, l.identity, local, s.name)
		}
	}
	def := chosen.schema.directives[name]
	d.args, d.repeatable = def.args, def.repeatable
	d.definition = &mergedDirective{name: name, description: def.description, locations: def.locations, repeatable: def.repeatable}
	for _, a := range def.args {
		d.definition.args = append(d.definition.args, &mergedField{
			owner: &mergedField{name: "@" + name}, name: a.name, typ: a.typ, defaultValue: a.defaultValue, description: a.description, sources: []*field{a},
		})
	}
	c.custom[name] = d
	c.composed = append(c.composed, d)
	c.linkCustom(chosen)
}

// linkCustom links the spec of a composed directive in the supergraph.
func (c *composer) linkCustom(u customUse) {
	url := fmt.Sprintf("%s/v%d.%d", u.link.identity, u.link.major, u.link.minor)
	imported := linkImport{name: "@" + u.element, as: "@" + u.name}
	for i := range c.super.links {
		l := &c.super.links[i]
		identity, _, major, minor, err := parseFeatureURL(l.url)
		if err != nil || identity != u.link.identity {
			continue
		}
		if u.link.major == major && u.link.minor > minor {
			l.url = url
		}
		l.imports = append(l.imports, imported)
		return
	}
	l := mergedLink{url: url}
	l.imports = []linkImport{imported}
	c.super.links = append(c.super.links, l)
}
