package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/check"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@inaccessible"])
`

// compose makes a supergraph of subgraphs named a, b, ...
func compose(t *testing.T, sdls ...string) *supergraph.Supergraph {
	t.Helper()
	var subgraphs []composition.Subgraph
	for i, sdl := range sdls {
		name := string(rune('a' + i))
		subgraphs = append(subgraphs, composition.Subgraph{Name: name, URL: "http://" + name, SDL: link + sdl})
	}
	r := composition.Compose(t.Context(), subgraphs, composition.Options{})
	if !r.OK() {
		t.Fatalf("the subgraphs do not compose: %v", r.Errors)
	}
	s, err := supergraph.Parse("supergraph.graphql", r.SDL)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write makes files of a txtar archive and returns their folder.
func write(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// text writes a report, with the names of files as they are in the archive.
func text(t *testing.T, r *check.Report, dir string) string {
	t.Helper()
	var b bytes.Buffer
	if err := check.WriteText(&b, r); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), filepath.ToSlash(dir)+"/", "")
}

// before and after differ so that there is an operation of each status: price
// moves away and stock with it, name moves to where the product is, and old is
// gone.
func before(t *testing.T) *supergraph.Supergraph {
	return compose(t,
		`type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Int old: Int }`,
		`type Product @key(fields: "id") { id: ID! name: String }`,
		`type Query { version: Int } type Product @key(fields: "id") { id: ID! weight: Int }`)
}

func after(t *testing.T) *supergraph.Supergraph {
	return compose(t,
		`type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }`,
		`type Product @key(fields: "id") { id: ID! price: Int fresh: Int }`,
		`type Query { version: Int } type Product @key(fields: "id") { id: ID! price: Int @external weight: Int @requires(fields: "price") }`)
}

const operations = `
-- a.graphql --
# Two operations, and a fragment that only one uses.
query Price { product { price } }

query Old($on: Boolean!) {
  product { ...Used @include(if: $on) }
  version
}
fragment Used on Product { id
  old }
fragment Unused on Product { nothing }
-- b.gql --
query Name { product { name } } query Shared { product { ...Everywhere } }
query Conditional($price: Boolean!) { product { name @skip(if: $price) price @include(if: $price) } }
-- deep/fragments.graphql --

fragment Everywhere on Product { weight ...Below }
  fragment Below on Product { name old }
-- deep/more.graphql --
"""
Described.
"""
query Same { version }
{ product { fresh } }
-- wrong.graphql --
query {
-- .hidden/x.graphql --
query { version }
-- readme.md --
query { version }
`

func TestCheck(t *testing.T) {
	dir := write(t, operations)
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), after(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	if r.OK() {
		t.Error("the report is OK")
	}
	want := `2 changes of the API schema: 1 breaking, 0 dangerous, 1 safe
  breaking   field Product.old is gone (FIELD_REMOVED)
  safe       field Product.fresh is new, of type Int (FIELD_ADDED)

8 operations: 2 not valid any more, 2 costlier, 1 cheaper, 1 working only now, 1 failing as before, 1 the same

not valid any more:
  Old (a.graphql:4:1)
    a.graphql:9:3: Cannot query field "old" on type "Product". Did you mean "id"? (GRAPHQL_VALIDATION_FAILED)
  Shared (b.gql:1:33)
    deep/fragments.graphql:3:36: Cannot query field "old" on type "Product". Did you mean "id"? (GRAPHQL_VALIDATION_FAILED)

costlier:
  Price (a.graphql:2:1): fetches 1 → 2, stages 1 → 2
  Conditional (b.gql:2:1): fetches 1 → 2, stages 1 → 2 with $price: true

cheaper:
  Name (b.gql:1:1): fetches 2 → 1, stages 2 → 1

working only now:
  anonymous (deep/more.graphql:5:1): fetches 2, stages 2

failing as before:
  anonymous (wrong.graphql)
    wrong.graphql:2:1: Expected Name, found <EOF> (PARSING_ERROR)
`
	if diff := cmp.Diff(want, text(t, r, dir)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestCheckSame is the near miss: with itself, nothing changes.
func TestCheckSame(t *testing.T) {
	dir := write(t, "-- a.graphql --\nquery A($on: Boolean!) { product { price name @include(if: $on) } }\n")
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), before(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	want := []check.OperationReport{{
		Name: "A", Place: check.Place{File: filepath.ToSlash(dir) + "/a.graphql", Line: 1, Column: 1}, Status: check.Same,
		Before: &check.Cost{Fetches: 2, Stages: 2}, After: &check.Cost{Fetches: 2, Stages: 2}, Conditions: operation.Conditions{"on": true},
	}}
	if diff := cmp.Diff(want, r.Operations); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if !r.OK() {
		t.Error("the report is not OK")
	}
	if want, got := "no changes of the API schema\n\n1 operation: 1 the same\n", text(t, r, dir); want != got {
		t.Errorf("the text is %q, want %q", got, want)
	}
}

// TestCheckUnplannable has a supergraph that promises what its subgraphs cannot
// do, which composition would have refused.
func TestCheckUnplannable(t *testing.T) {
	parse := func(external string) *supergraph.Supergraph {
		s, err := supergraph.Parse("s.graphql", strings.ReplaceAll(`
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) u: Int @join__field(graph: B) }
type T @join__type(graph: A) @join__type(graph: B) { a: Int @join__field(graph: A) b: Int @join__field(graph: GRAPH) }
`, "GRAPH", external))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	dir := write(t, "-- a.graphql --\n\n  query B { t { b } }\n-- b.graphql --\nquery A { t { a } }\n")
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), parse("A"), parse("B"), ops)
	if err != nil {
		t.Fatal(err)
	}
	if r.OK() || len(r.Changes) != 0 {
		t.Errorf("OK is %t with the changes %v", r.OK(), r.Changes)
	}
	if r.Operations[1].Status != check.Same {
		t.Errorf("the status of A is %s", r.Operations[1].Status)
	}
	b := r.Operations[0]
	if b.Status != check.Unplannable || len(b.Errors) != 1 || b.Errors[0].Code != "QUERY_PLAN_NOT_FOUND" ||
		b.Errors[0].Places[0].Line != 2 || b.Errors[0].Places[0].Column != 3 || b.Before == nil || b.After != nil {
		t.Errorf("the report on B is %+v", b)
	}
}

// TestCheckConditions plans under many condition variables, some of which cost
// more and some less; the largest growth is told.
func TestCheckConditions(t *testing.T) {
	var b strings.Builder
	b.WriteString("query Q(")
	for i := range 100 {
		fmt.Fprintf(&b, "$v%d: Boolean! ", i)
	}
	b.WriteString(") { product { id name @include(if: $v0) price @include(if: $v1) ")
	for i := range 98 {
		fmt.Fprintf(&b, "x%d: id @include(if: $v%d) ", i, i+2)
	}
	b.WriteString("} }")
	dir := write(t, "-- a.graphql --\n"+b.String()+"\n")
	ops, err := check.ReadOperations(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), after(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	o := r.Operations[0]
	if o.Status != check.Costlier || *o.Before != (check.Cost{Fetches: 1, Stages: 1}) || *o.After != (check.Cost{Fetches: 2, Stages: 2}) {
		t.Errorf("the report is %+v, before %v, after %v", o, o.Before, o.After)
	}
	if o.Conditions["v0"] || !o.Conditions["v1"] {
		t.Errorf("the conditions are %v", o.Conditions)
	}
}

func TestCheckEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ops, err := check.ReadOperations(write(t, operations))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := check.Check(ctx, before(t), after(t), ops); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// TestCheckSeesTheAPI: what clients cannot see changes nothing for them.
func TestCheckSeesTheAPI(t *testing.T) {
	base := compose(t, `type Query { a: Int b: Int @inaccessible }`)
	revised := compose(t, `type Query { a: Int c: Int @inaccessible }`, `type Query { a2: Int @inaccessible }`)
	r, err := check.Check(t.Context(), base, revised, nil)
	if err != nil || len(r.Changes) != 0 {
		t.Errorf("the changes are %v, the error %v", r.Changes, err)
	}
	r, err = check.Check(t.Context(), compose(t, `type Query { a: Int b: Int }`), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"breaking FIELD_REMOVED Query.b"}, lines(r.Changes)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestWriteJSON(t *testing.T) {
	dir := write(t, "-- m.json --\n"+`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
{"id": "1", "name": "A", "type": "query", "body": "query A {\n product { old } }"}, {"id": "2", "name": "B", "type": "query", "body": "query B { product { price } }"}]}`)
	ops, err := check.ReadOperations(dir + "/m.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Check(t.Context(), before(t), after(t), ops)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"ok": false, "composes": true,
"counts": {"changes": {"breaking": 1, "dangerous": 0, "safe": 1}, "operations": {"invalid": 1, "unplannable": 0, "costlier": 1, "cheaper": 0, "fixed": 0, "already_failing": 0, "same": 0}},
"errors": [],
"changes": [
 {"severity": "breaking", "kind": "FIELD_REMOVED", "coordinate": "Product.old", "message": "field Product.old is gone"},
 {"severity": "safe", "kind": "FIELD_ADDED", "coordinate": "Product.fresh", "message": "field Product.fresh is new, of type Int"}],
"operations": [
 {"name": "A", "id": "1", "place": {"file": "m.json", "line": 1, "column": 1}, "status": "invalid",
  "errors": [{"code": "GRAPHQL_VALIDATION_FAILED", "message": "Cannot query field \"old\" on type \"Product\". Did you mean \"id\"?", "places": [{"file": "m.json", "line": 2, "column": 12}]}],
  "before": {"fetches": 1, "stages": 1}},
 {"name": "B", "id": "2", "place": {"file": "m.json", "line": 1, "column": 1}, "status": "costlier", "before": {"fetches": 1, "stages": 1}, "after": {"fetches": 2, "stages": 2}}]}`
	compareJSON(t, want, r, dir)
	compareJSON(t, `{"ok": true, "composes": true, "errors": [], "changes": [], "operations": [],
"counts": {"changes": {"breaking": 0, "dangerous": 0, "safe": 0}, "operations": {"invalid": 0, "unplannable": 0, "costlier": 0, "cheaper": 0, "fixed": 0, "already_failing": 0, "same": 0}}}`,
		&check.Report{}, dir)

	refused := check.NotComposed([]composition.Diagnostic{{Code: "X", Message: "no"}})
	if refused.OK() {
		t.Error("what does not compose is OK")
	}
	compareJSON(t, `{"ok": false, "composes": false, "errors": [{"code": "X", "severity": "error", "message": "no"}], "changes": [], "operations": [],
"counts": {"changes": {"breaking": 0, "dangerous": 0, "safe": 0}, "operations": {"invalid": 0, "unplannable": 0, "costlier": 0, "cheaper": 0, "fixed": 0, "already_failing": 0, "same": 0}}}`,
		refused, dir)
	if want, got := "error[X]: no\n\nthe new subgraphs do not compose: 1 error\n", text(t, refused, dir); want != got {
		t.Errorf("the text is %q, want %q", got, want)
	}
}

func compareJSON(t *testing.T, want string, r *check.Report, dir string) {
	t.Helper()
	var b bytes.Buffer
	if err := check.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(b.String(), filepath.ToSlash(dir)+"/", "")), &g); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

// TestWriteTextIsPlain: names in a manifest do not reach the terminal as they
// are.
func TestWriteTextIsPlain(t *testing.T) {
	r := &check.Report{Operations: []check.OperationReport{{
		ID: "\x1b[2J\n" + strings.Repeat("x", 1000), Place: check.Place{File: "a\x07"}, Status: check.Invalid,
		Errors: []check.Failure{{"A", "1\u202e", nil}, {"B", "2", nil}, {"C", "3", nil}, {"D", "4", nil}, {"E", "5", nil}, {"F", "6", nil}, {"G", "7", nil}},
	}}}
	got := text(t, r, "/")
	want := "no changes of the API schema\n\n1 operation: 1 not valid any more\n\nnot valid any more:\n" +
		"  anonymous (id \ufffd[2J " + strings.Repeat("x", 75) + "… in a\ufffd)\n" +
		"    1\ufffd (A)\n    2 (B)\n    3 (C)\n    4 (D)\n    5 (E)\n    and 2 errors more\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}
