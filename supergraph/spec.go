package supergraph

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Identities of the specs whose elements mean something to weft.
const (
	specs = "https://specs.apollo.dev/"

	coreSpec           = specs + "core"
	linkSpec           = specs + "link"
	joinSpec           = specs + "join"
	tagSpec            = specs + "tag"
	inaccessibleSpec   = specs + "inaccessible"
	authenticatedSpec  = specs + "authenticated"
	requiresScopesSpec = specs + "requiresScopes"
	policySpec         = specs + "policy"
	contextSpec        = specs + "context"
	costSpec           = specs + "cost"
	cacheTagSpec       = specs + "cacheTag"
	connectSpec        = specs + "connect"
	federationSpec     = specs + "federation"
)

// A spec is what weft knows of one linkable feature.
type spec struct {
	versions []version

	// elements can be imported; directives begin with "@".
	elements []string

	// binding specs must not be ignored in a version that weft does not know,
	// even if the schema does not say what they are for.
	binding bool
}

// knownSpecs returns the specs that weft knows, by identity.
//
// Apollo Federation, "Federated schemas: Apollo federation specs".
func knownSpecs() map[string]spec {
	zero := func(minors ...int) []version {
		var out []version
		for _, m := range minors {
			out = append(out, version{0, m})
		}
		return out
	}
	return map[string]spec{
		coreSpec: {versions: zero(1, 2), elements: []string{"@core", "Purpose"}, binding: true},
		linkSpec: {versions: []version{{1, 0}}, elements: []string{"@link", "Import", "Purpose"}, binding: true},
		joinSpec: {
			versions: zero(1, 2, 3, 4, 5),
			elements: []string{
				"@directive", "@enumValue", "@field", "@graph", "@implements", "@owner", "@type", "@unionMember",
				"ContextArgument", "DirectiveArguments", "FieldSet", "FieldValue", "Graph",
			},
			binding: true,
		},
		tagSpec:            {versions: zero(1, 2, 3), elements: []string{"@tag"}},
		inaccessibleSpec:   {versions: zero(1, 2), elements: []string{"@inaccessible"}, binding: true},
		authenticatedSpec:  {versions: zero(1), elements: []string{"@authenticated"}, binding: true},
		requiresScopesSpec: {versions: zero(1), elements: []string{"@requiresScopes", "Scope"}, binding: true},
		policySpec:         {versions: zero(1), elements: []string{"@policy", "Policy"}, binding: true},
		contextSpec:        {versions: zero(1), elements: []string{"@context", "@fromContext", "ContextFieldValue"}, binding: true},
		costSpec:           {versions: zero(1), elements: []string{"@cost", "@listSize"}},
		cacheTagSpec:       {versions: zero(1), elements: []string{"@cacheTag"}},
	}
}

// A version of a spec.
type version struct{ major, minor int }

func (v version) String() string { return fmt.Sprintf("v%d.%d", v.major, v.minor) }

// satisfies tells whether a feature of version v can be read by something
// made for version r: minor versions add, but before 1.0 they may break.
func (v version) satisfies(r version) bool {
	if v.major == 0 || r.major == 0 {
		return v == r
	}
	return v.major == r.major && v.minor >= r.minor
}

// knows tells whether weft can read version v of the spec.
func (s spec) knows(v version) bool {
	return slices.ContainsFunc(s.versions, v.satisfies)
}

// span returns the versions in words: "v0.1", "v0.1 to v0.5".
func (s spec) span() string {
	first, last := s.versions[0], s.versions[len(s.versions)-1]
	if first == last {
		return first.String()
	}
	return first.String() + " to " + last.String()
}

// A featureURL names a spec and its version.
type featureURL struct {
	// identity is the URL without version, query, fragment and credentials.
	identity string
	name     string
	version  version
}

// parseFeatureURL parses a URL of the form https://host/path/name/v1.2.
func parseFeatureURL(text string) (featureURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return featureURL{}, fmt.Errorf("%q is not a feature URL: expected a form such as %s/v0.3", text, joinSpec)
	}
	path, last, _ := cutLast(u.Path, "/")
	v, ok := parseVersion(last)
	if !ok {
		return featureURL{}, fmt.Errorf("the feature URL %q does not end in a version such as /v1.0", text)
	}
	_, name, _ := cutLast(path, "/")
	if name == "" {
		return featureURL{}, fmt.Errorf("the feature URL %q has no name before its version", text)
	}
	return featureURL{
		identity: u.Scheme + "://" + u.Host + path,
		name:     name,
		version:  v,
	}, nil
}

func parseVersion(text string) (version, bool) {
	digits, ok := strings.CutPrefix(text, "v")
	if !ok {
		return version{}, false
	}
	major, minor, ok := strings.Cut(digits, ".")
	if !ok {
		return version{}, false
	}
	var v version
	for _, part := range []struct {
		text string
		to   *int
	}{{major, &v.major}, {minor, &v.minor}} {
		n, err := strconv.ParseUint(part.text, 10, 31)
		if err != nil {
			return version{}, false
		}
		*part.to = int(n)
	}
	return v, true
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}
