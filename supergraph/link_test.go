package supergraph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFeatureURL(t *testing.T) {
	for _, tt := range []struct {
		url  string
		want featureURL // zero for an error
	}{
		{"https://specs.apollo.dev/join/v0.3", featureURL{"https://specs.apollo.dev/join", "join", version{0, 3}}},
		{"http://user:pass@example.com:8080/a/b/my-spec/v12.34?q=1#f", featureURL{"http://example.com:8080/a/b/my-spec", "my-spec", version{12, 34}}},
		{"https://specs.apollo.dev/join/v0.3/", featureURL{}},
		{"https://specs.apollo.dev/join", featureURL{}},
		{"https://specs.apollo.dev/join/0.3", featureURL{}},
		{"https://specs.apollo.dev/join/v0", featureURL{}},
		{"https://specs.apollo.dev/join/v0.x", featureURL{}},
		{"https://specs.apollo.dev/join/v-1.0", featureURL{}},
		{"https://specs.apollo.dev/join/v1.99999999999", featureURL{}},
		{"https://specs.apollo.dev//v1.0", featureURL{}},
		{"https:///join/v1.0", featureURL{}},
		{"join/v1.0", featureURL{}},
		{"http://[::1/join/v1.0", featureURL{}},
		{"", featureURL{}},
	} {
		got, err := parseFeatureURL(tt.url)
		if (err != nil) != (tt.want == featureURL{}) {
			t.Errorf("%q: error is %v", tt.url, err)
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(featureURL{}, version{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.url, diff)
		}
	}
}

func TestSatisfies(t *testing.T) {
	for _, tt := range []struct {
		v, r version
		want bool
	}{
		{version{0, 3}, version{0, 3}, true},
		{version{0, 4}, version{0, 3}, false},
		{version{0, 2}, version{0, 3}, false},
		{version{1, 0}, version{1, 0}, true},
		{version{1, 3}, version{1, 0}, true},
		{version{1, 0}, version{1, 3}, false},
		{version{2, 0}, version{1, 0}, false},
		{version{1, 0}, version{0, 1}, false},
	} {
		if got := tt.v.satisfies(tt.r); got != tt.want {
			t.Errorf("%s satisfies %s: got %t", tt.v, tt.r, got)
		}
	}
}

// TestRecognised checks the ways in which a supergraph can say that it is one.
func TestRecognised(t *testing.T) {
	const rest = " { query: Query }\nenum NS__Graph { A @NS__graph(name: \"a\", url: \"\") }\ntype Query @NS__type(graph: A) { x: Int }\n"
	for _, tt := range []struct{ name, schema, namespace string }{
		{"link", `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)`, "join"},
		{"later link", `schema @link(url: "https://specs.apollo.dev/link/v1.1") @link(url: "https://specs.apollo.dev/join/v0.3")`, "join"},
		{"core", `schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.2")`, "join"},
		{"core with purpose", `schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`, "join"},
		{"other order", `schema @link(url: "https://specs.apollo.dev/join/v0.3") @link(url: "https://specs.apollo.dev/link/v1.0")`, "join"},
		{"link under an alias", `schema @uses(url: "https://specs.apollo.dev/link/v1.0", as: "uses") @uses(url: "https://specs.apollo.dev/join/v0.4")`, "join"},
		{"join under an alias", `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", as: "j")`, "j"},
		{"unknown features", `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5") @link(url: "https://example.com/foo/v1.0", as: null, for: null, import: null) @link(url: "https://specs.apollo.dev/tag/v0.9")`, "join"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, tt.schema+strings.ReplaceAll(rest, "NS", tt.namespace))
			want := "Query OBJECT\n  in a:\n  x: a Int\n"
			if diff := cmp.Diff(want, describe(s)); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinksInExtensions checks that links are read from the schema's
// extensions too.
func TestLinksInExtensions(t *testing.T) {
	s := mustParse(t, `extend schema @link(url: "https://specs.apollo.dev/link/v1.0")
extend schema @link(url: "https://specs.apollo.dev/join/v0.3", import: ["@type", {name: "@field", as: "@in"}, "Graph"])
enum Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @type(graph: A) @type(graph: B) { x: Int @in(graph: B) }
`)
	want := "Query OBJECT\n  in b:\n  x: b Int\n"
	if diff := cmp.Diff(want, describe(s)); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	if got, want := s.APISDL(), "type Query {\n  x: Int\n}\n"; got != want {
		t.Errorf("API schema is %s", got)
	}
}

func TestMembership(t *testing.T) {
	f := &feature{featureURL: featureURL{name: "tag"}, alias: "federation__tag"}
	g := &feature{featureURL: featureURL{identity: "g", name: "gee"}, alias: "g", imports: map[string]string{"@x": "@y", "T": "U"}}
	fs := &features{byIdentity: map[string]*feature{}, byAlias: map[string]*feature{}, byImport: map[string]*feature{}}
	for _, f := range []*feature{f, g} {
		if err := fs.add(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name            string
		directive, typ_ *feature
	}{
		{"federation__tag", f, nil},
		{"federation__tag__x", f, f},
		{"federation__x", nil, nil},
		{"federation", nil, nil},
		{"g", g, nil},
		{"g__a__b", g, g},
		{"gg__a", nil, nil},
		{"y", g, nil},
		{"x", nil, nil},
		{"U", nil, g},
		{"T", nil, nil},
		{"__g", nil, nil},
		{"", nil, nil},
	} {
		if got := fs.ofDirective(tt.name); got != tt.directive {
			t.Errorf("the directive %q belongs to %v", tt.name, got)
		}
		if got := fs.ofType(tt.name); got != tt.typ_ {
			t.Errorf("the type %q belongs to %v", tt.name, got)
		}
	}
	for element, want := range map[string]string{"x": "y", "gee": "g", "z": "g__z"} {
		if got := g.directive(element); got != want {
			t.Errorf("@%s is called %q, want %q", element, got, want)
		}
	}
	for element, want := range map[string]string{"T": "U", "V": "g__V"} {
		if got := g.typeName(element); got != want {
			t.Errorf("%s is called %q, want %q", element, got, want)
		}
	}
}
