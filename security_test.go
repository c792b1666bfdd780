package weft_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityPage: docs/security.md names tests that exist, and every test of
// a trap or an advisory.
func TestSecurityPage(t *testing.T) {
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1) {
		named[name[1]] = true
	}
	function := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	exists := map[string]bool{}
	err = filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, f := range function.FindAllStringSubmatch(string(text), -1) {
			exists[f[1]] = true
			if trap := strings.HasPrefix(f[1], "TestTrap") || strings.HasPrefix(f[1], "TestAdvisory"); trap && !named[f[1]] {
				t.Errorf("%s: %s is not in docs/security.md", name, f[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range named {
		if !exists[name] {
			t.Errorf("docs/security.md names %s, which does not exist", name)
		}
	}
}
