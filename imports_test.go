package weft_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/weft-graphql/weft"

// allowed names the packages of this module that each package may import, its
// tests aside. The arrow never turns back; a new edge is a change of design.
var allowed = map[string][]string{
	"supergraph":           {},
	"operation":            {},
	"planner/plan":         {},
	"composition":          {},
	"composition/sources":  {"composition", "config/nesting"},
	"admission":            {},
	"config":               {"config/nesting"},
	"config/nesting":       {},
	"coding":               {},
	"subgraphs":            {"coding", "subgraphs/buffer"},
	"subgraphs/buffer":     {},
	"subgraphs/mock":       {},
	"subgraphs/resilience": {"admission", "subgraphs"},
	"delivery":             {"composition", "composition/sources"},
	"telemetry":            {"delivery"},
	"router/graphiql":      {},
	"router/ratelimit":     {},
	"router/persisted":     {},
	"planner":              {"supergraph", "operation", "planner/plan"},
	"composition/check":    {"composition", "operation", "planner", "supergraph"},
	"merge":                {"operation", "planner/plan"},
	"deadline":             {},
	"executor":             {"deadline", "merge", "operation", "planner/plan", "subgraphs", "subgraphs/buffer"},
	"router":               {"admission", "coding", "config", "deadline", "executor", "merge", "operation", "planner", "planner/plan", "router/graphiql", "router/persisted", "router/ratelimit", "supergraph"},
	"":                     {"coding", "composition", "composition/sources", "config", "delivery", "operation", "router", "subgraphs", "subgraphs/resilience", "supergraph", "telemetry"},
	"demo":                 {"composition", "subgraphs/mock"},
	"benchmarks":           {"", "config", "subgraphs", "subgraphs/mock", "supergraph"},
	"cmd/weft":             {"", "composition", "composition/check", "composition/sources", "config", "demo", "internal/chaos", "operation", "planner", "planner/plan", "subgraphs/mock", "supergraph", "telemetry"},
}

// confined names the packages that alone may import another module's.
var confined = map[string][]string{
	"github.com/andybalholm/":    {"coding"},
	"github.com/failsafe-go/":    {"subgraphs/resilience"},
	"github.com/go-chi/chi/":     {"router"},
	"github.com/klauspost/":      {"coding"},
	"github.com/rs/cors":         {"router"},
	"github.com/maypok86/otter/": {"router"},
	"github.com/urfave/cli/":     {"cmd/weft"},
	"github.com/prometheus/":     {"telemetry"},
	"go.uber.org/zap":            {"", "cmd/weft", "delivery", "router", "telemetry"},
	"net/http":                   {"", "benchmarks", "cmd/weft", "composition/sources", "delivery", "executor", "router", "router/graphiql", "subgraphs", "subgraphs/mock", "subgraphs/resilience", "config", "telemetry"},
	"os/signal":                  {"benchmarks", "cmd/weft"},
}

// TestImports holds the direction of imports. What is under internal serves
// tests and tools; it may look at all that a package may, but for the router
// and what is above it, and no package may look at it but the command, whose
// demo shows chaos.
func TestImports(t *testing.T) {
	for dir, files := range packages(t) {
		internal := strings.HasPrefix(dir, "internal/")
		edges, known := allowed[dir]
		if !known && !internal {
			t.Errorf("package %q is not in the list of allowed imports", dir)
			continue
		}
		for _, f := range files {
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				for prefix, users := range confined {
					if strings.HasPrefix(path, prefix) && !internal && !slices.Contains(users, dir) {
						t.Errorf("%q imports %s, which only %q may", dir, path, users)
					}
				}
				to, ours := strings.CutPrefix(path, module)
				if !ours {
					continue
				}
				to = strings.TrimPrefix(to, "/")
				switch {
				case internal && (to == "router" || to == "" || to == "cmd/weft"):
					t.Errorf("%q imports %q", dir, to)
				case !internal && !slices.Contains(edges, to):
					t.Errorf("%q imports %q", dir, to)
				}
			}
		}
	}
}

// TestImportsHaveNoCycle would be the compiler's business if allowed were only
// what is used: it keeps the list itself honest.
func TestImportsHaveNoCycle(t *testing.T) {
	done := map[string]bool{}
	var visit func(string, []string)
	visit = func(dir string, path []string) {
		if slices.Contains(path, dir) {
			t.Fatalf("the allowed imports have a cycle: %q", append(path, dir))
		}
		if done[dir] {
			return
		}
		for _, to := range allowed[dir] {
			visit(to, append(path, dir))
		}
		done[dir] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(allowed)) {
		visit(dir, nil)
	}
}

// TestPackageDocs: every package says in doc.go what it is for; a command may
// say it in main.go. A blank line above the package clause would lose it.
func TestPackageDocs(t *testing.T) {
	for dir, files := range packages(t) {
		var documented []string
		for name, f := range files {
			if f.Doc != nil && len(f.Doc.Text()) > 0 {
				documented = append(documented, filepath.Base(name))
			}
			want := "Package " + f.Name.Name
			if f.Name.Name == "main" {
				want = "Command "
			}
			if f.Doc != nil && !strings.HasPrefix(f.Doc.Text(), want) {
				t.Errorf("the package comment of %s does not begin with %q", name, want)
			}
		}
		if !slices.Equal(documented, []string{"doc.go"}) && !slices.Equal(documented, []string{"main.go"}) {
			t.Errorf("package %q has its comment in %q, want it in doc.go alone", dir, documented)
		}
	}
}

// packages returns the parsed files of every package of the module, tests
// aside, by folder and then by name. The root is "".
func packages(t *testing.T) map[string]map[string]*ast.File {
	t.Helper()
	found := map[string]map[string]*ast.File{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, name, src, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(name))
		if dir == "." {
			dir = ""
		}
		if found[dir] == nil {
			found[dir] = map[string]*ast.File{}
		}
		found[dir][name] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("only %d packages were found", len(found))
	}
	return found
}
