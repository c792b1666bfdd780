package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition/check"
)

// read returns the operations of one file as "name id line:column".
func names(ops []check.Operation) []string {
	var list []string
	for _, o := range ops {
		list = append(list, strings.TrimSpace(o.Name+" "+o.ID)+" "+strings.TrimPrefix(o.Place.String(), o.Place.File))
	}
	return list
}

func TestReadOperations(t *testing.T) {
	const apollo = `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": `
	tests := []struct {
		name, file, text string
		want             []string
		err              string
	}{
		{"document", "a.graphql", "query A { a } { b }\r\n\"d { } \\\" é\" mutation M($x: I = {y: \"}\"}) { m(x: $x) }", []string{"A :1:1", " :1:15", "M :2:1"}, ""},
		{"upper case", "A.GQL", "{ a }", []string{" :1:1"}, ""},
		{"block strings", "a.graphql", "\"\"\"\n  }} \\\"\"\" é\n\"\"\" query A(\"\"\"\n{\n\"\"\" $a: Int = 1) { a(x: \"\"\"\n }\n\"\"\") }\n  query B { b }", []string{"A :1:1", "B :8:3"}, ""},
		{"no document", "a.graphql", "query A {", []string{" "}, ""},
		{"not UTF-8", "a.graphql", "{ a } # \xff", []string{" "}, ""},
		{"fragments alone", "a.graphql", "fragment F on Query { a }", nil, "there are no operations in"},
		{"empty", "a.graphql", "", nil, "there are no operations in"},
		{"of another name", "a.txt", "{ a }", nil, "neither a folder nor named *.graphql, *.gql or *.json"},

		{"Relay", "m.json", `{"x": "query A { a }", "b": "{ b }", "operations": "query C { c }"}`, []string{"A x :1:1", "b :1:1", "C operations :1:1"}, ""},
		{"Relay, several", "m.json", `{"x": "query A { a } query B { b }"}`, []string{"A x :1:1", "B x :1:15"}, ""},
		{"Relay, fragments alone", "m.json", `{"x": "fragment F on Query { a }"}`, []string{"x "}, ""},
		{"Relay, null", "m.json", `{"x": null}`, nil, `the operation with the id "x" is not a text`},
		{"Relay, number", "m.json", `{"x": 1}`, nil, `the operation with the id "x" is not a text`},
		{"Relay, twice", "m.json", `{"x": "{ a }", "x": "{ b }"}`, nil, `more than one operation with the id "x"`},
		{"Relay, empty", "m.json", `{}`, nil, "there are no operations in"},

		{"Apollo", "m.json", apollo + `[{"id": "1", "name": "A", "type": "query", "body": "query A { a }"}]}`, []string{"A 1 :1:1"}, ""},
		{"Apollo, one of several", "m.json", apollo + `[{"id": "1", "name": "B", "type": "query", "body": "query A { a } query B { b }"}]}`, []string{"B 1 :1:15"}, ""},
		{"Apollo, by client", "m.json", apollo + `[{"id": "1", "clientName": "x", "body": "{ a }"}, {"id": "1", "body": "{ b }"}]}`, []string{"1 :1:1", "1 :1:1"}, ""},
		{"Apollo, twice", "m.json", apollo + `[{"id": "1", "body": "{ a }"}, {"id": "1", "body": "{ a }"}]}`, nil, "operation 2 of the manifest"},
		{"Apollo, without body", "m.json", apollo + `[{"id": "1"}]}`, nil, "operation 1 of the manifest has no id or no body"},
		{"Apollo, of another version", "m.json", `{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}`, nil, "version 2; known is"},
		{"Apollo, of another format", "m.json", `{"format": "other", "operations": []}`, nil, `the format "other"`},
		{"Apollo, wrong", "m.json", apollo + `[1]}`, nil, `the manifest's "operations"`},

		{"list", "m.json", `["{ a }"]`, nil, "not a JSON object: it begins with ["},
		{"no JSON", "m.json", `{"a": `, nil, "not a JSON object"},
		{"two", "m.json", `{} {}`, nil, "something follows it"},
		{"deep", "m.json", `{"a": ` + strings.Repeat("[", 1_000_000), nil, "not a JSON object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			ops, err := check.ReadOperations(path)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("the error is %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(ops)); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReadOperationsFragments: a fragment is the document's own, then that of
// any other; several different ones are an error of the operation alone.
func TestReadOperationsFragments(t *testing.T) {
	dir := write(t, `
-- a.graphql --
query Own { product { ...F } }
fragment F on Product { id }
-- b.graphql --
query Other { product { ...G } }
-- c.graphql --
fragment G on Product { id }
fragment H on Product { id }
-- d.graphql --
fragment G on Product { id }
fragment H on Product { price }
fragment F on Product { old }
-- e.graphql --
query Several { product { ...H } }
-- f.graphql --
query None { product { ...None } }
-- g.graphql --
query Cycle { product { ...C } }
fragment C on Product { ...C }
`)
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), before(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	want := `no changes of the API schema

5 operations: 3 failing as before, 2 the same

failing as before:
  Several (e.graphql:1:1)
    d.graphql:2:1: There can be only one fragment named "H". (GRAPHQL_VALIDATION_FAILED)
  None (f.graphql:1:1)
    f.graphql:1:27: Unknown fragment "None". (GRAPHQL_VALIDATION_FAILED)
  Cycle (g.graphql:1:1)
    g.graphql:2:28: Cannot spread fragment "C" within itself. (GRAPHQL_VALIDATION_FAILED)
`
	if diff := cmp.Diff(want, text(t, r, dir)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestHugeOperation: fragments that are long in themselves are refused before
// they are put together.
func TestHugeOperation(t *testing.T) {
	pad := "# " + strings.Repeat("x", 3<<20) + "\n"
	dir := write(t, "-- a.graphql --\nquery A { product { ...F } }\nfragment F on Product { id\n"+pad+" ...G }\nfragment G on Product {\n"+pad+" id }\n-- b.graphql --\n"+strings.Repeat("{ product ", 2000)+"\n")
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), before(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, o := range r.Operations {
		codes = append(codes, string(o.Status)+" "+o.Errors[0].Code)
	}
	if diff := cmp.Diff([]string{"already_failing MAX_TOKENS_LIMIT", "already_failing MAX_DEPTH_LIMIT"}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

// TestReadOperationsPipe: what is no file is not waited for.
func TestReadOperationsPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "a.graphql"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := check.ReadOperations(dir); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("the error is %v", err)
	}
	if _, err := check.ReadOperations(filepath.Join(dir, "nosuch")); err == nil || !strings.Contains(err.Error(), "there is no folder or file") {
		t.Errorf("the error is %v", err)
	}
}
