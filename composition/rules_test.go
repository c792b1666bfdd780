package composition_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gql "github.com/vektah/gqlparser/v2/ast"
	gqlparser "github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/compositioncases"
)

// ruleCases reads testdata/rules: one file per area of rules.
func ruleCases(t testing.TB) map[string][]compositioncases.Case {
	t.Helper()
	files, err := filepath.Glob("testdata/rules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	cases := map[string][]compositioncases.Case{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		cases[strings.TrimSuffix(filepath.Base(f), ".txt")] = compositioncases.Parse(string(data))
	}
	return cases
}

func subgraphsOf(c compositioncases.Case) []composition.Subgraph {
	var in []composition.Subgraph
	for _, s := range c.Subgraphs {
		in = append(in, composition.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
	}
	return in
}

func codesOf(list []composition.Diagnostic) []string {
	var codes []string
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func TestRules(t *testing.T) {
	for area, cases := range ruleCases(t) {
		for _, c := range cases {
			t.Run(area+"/"+c.Title, func(t *testing.T) {
				in := subgraphsOf(c)
				got := composition.Compose(t.Context(), in, composition.Options{})
				checkCase(t, c, got)
				if got.OK() {
					if _, err := gqlparser.ParseSchema(&gql.Source{Input: got.SDL}); err != nil {
						t.Errorf("the supergraph does not parse: %v\n%s", err, got.SDL)
					}
				}
				slices.Reverse(in)
				if diff := cmp.Diff(got, composition.Compose(t.Context(), in, composition.Options{})); diff != "" {
					t.Errorf("the order of subgraphs matters (-given +reversed):\n%s", diff)
				}
			})
		}
	}
}

func checkCase(t *testing.T, c compositioncases.Case, got *composition.Result) {
	t.Helper()
	errors, hints := codesOf(got.Errors), codesOf(got.Hints)
	codes := codeNames(t)
	var want []string
	for _, code := range c.Codes {
		switch {
		case codes.hints[code] && (!codes.errors[code] || slices.Contains(hints, code)):
			if !slices.Contains(hints, code) {
				t.Errorf("hint %s is missing among %v", code, hints)
			}
		case codes.errors[code]:
			want = append(want, code)
		default:
			t.Errorf("unknown code %s", code)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, errors); diff != "" {
		t.Errorf("error codes (-want +got):\n%s\n%v", diff, got.Errors)
	}
	if c.Near != "" && slices.Contains(hints, c.Near) {
		t.Errorf("hint %s was not expected: %v", c.Near, got.Hints)
	}
	for _, d := range slices.Concat(got.Errors, got.Hints) {
		if d.Message == "" || d.Code == "" {
			t.Errorf("empty diagnostic: %+v", d)
		}
		if len(d.Sites) == 0 && !slices.Contains([]string{composition.CodeNoQueries, composition.CodeInvalidSubgraphName}, d.Code) {
			t.Errorf("diagnostic without a place: %+v", d)
		}
	}
}

// TestEveryCode holds that each code has a case that provokes it and a near
// miss that does not.
func TestEveryCode(t *testing.T) {
	provoked, near := map[string]bool{}, map[string]bool{}
	for _, cases := range ruleCases(t) {
		for _, c := range cases {
			for _, code := range c.Codes {
				provoked[code] = true
			}
			near[c.Near] = true
		}
	}
	// These depend on options or the context and have tests of their own.
	elsewhere := []string{composition.CodeUnsupportedFeature, composition.CodeCompositionCanceled, composition.CodeMaxValidationSubgraphPathsExceeded}
	codes := codeNames(t)
	for _, set := range []map[string]bool{codes.errors, codes.hints} {
		for code := range set {
			if slices.Contains(elsewhere, code) {
				continue
			}
			if !provoked[code] {
				t.Errorf("no case provokes %s", code)
			}
			if !near[code] {
				t.Errorf("no near miss of %s", code)
			}
		}
	}
}

type codeSets struct{ errors, hints map[string]bool }

// codeNames reads the constants of codes.go.
func codeNames(t testing.TB) codeSets {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	sets := codeSets{map[string]bool{}, map[string]bool{}}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			continue
		}
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(spec.Names[0].Name, "Code") {
				sets.errors[value] = true
			} else {
				sets.hints[value] = true
			}
		}
	}
	return sets
}
