package supergraph

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPISchema(t *testing.T) {
	for _, tt := range []struct {
		name  string
		types string
		links []string
		want  string // API schema, Query left out if it is the usual one
	}{
		{
			name: "everything hidden is gone, and what names it",
			types: `
type T implements I & J @join__type(graph: A) {
  a: Int
  "b"
  b(x: Int, y: In @inaccessible): E @deprecated(reason: "old")
  c: H @inaccessible
}
type H implements I @join__type(graph: A) @inaccessible { a: Int }
interface I @join__type(graph: A) { a: Int }
interface J @join__type(graph: A) @inaccessible { a: Int }
union U @join__type(graph: A) = H | T
union V @join__type(graph: A) @inaccessible = T
"E"
enum E @join__type(graph: A) { "X" X Y @inaccessible Z @deprecated }
input In @join__type(graph: A) { a: Int b: S @inaccessible c: E = X }
scalar S @join__type(graph: A) @inaccessible
scalar D @join__type(graph: A) @specifiedBy(url: "https://example.com/d")
directive @d(a: Int, b: Int @inaccessible) repeatable on FIELD`,
			want: `
directive @d(a: Int) repeatable on FIELD
scalar D @specifiedBy(url: "https://example.com/d")
"""
E
"""
enum E {
  """
  X
  """
  X
  Z @deprecated
}
interface I {
  a: Int
}
input In {
  a: Int
  c: E = X
}
type T implements I {
  a: Int
  """
  b
  """
  b(x: Int): E @deprecated(reason: "old")
}
union U = T
`,
		},
		{
			name: "a hidden mutation root hides mutations",
			types: `
type Mutation @join__type(graph: A) @inaccessible { m: Int }
type Subscription @join__type(graph: A) { s: Int }`,
			want: `
type Subscription {
  s: Int
}
`,
		},
		{
			name:  "a type named as a root that is none needs a schema definition",
			types: "type Mutation\n@join__type(graph: A) { m: Int }",
			want: `
schema {
  query: Query
}
type Mutation {
  m: Int
}
`,
		},
		{
			name: "machinery is gone",
			links: []string{
				`@link(url: "https://specs.apollo.dev/tag/v0.3")`,
				`@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"])`,
				`@link(url: "https://example.com/custom/v1.0", import: ["@shout", "Volume"])`,
			},
			types: `
directive @link(url: String) repeatable on SCHEMA
directive @join__type(graph: join__Graph!) repeatable on OBJECT
directive @tag(name: String!) repeatable on OBJECT
directive @shout(v: Volume) on FIELD_DEFINITION
directive @defer(if: Boolean) on FIELD
directive @stream on FIELD
directive @skip(if: Boolean!, unless: Boolean) on FIELD
scalar join__FieldSet
scalar link__Import
scalar String
enum Volume { LOUD }
enum custom__Other { X }
type T @join__type(graph: A) @custom @tag(name: "t") { x: [Int] @listSize(assumedSize: 3) @cost(weight: 3) @shout(v: LOUD) }`,
			want: `
type T {
  x: [Int]
}
`,
		},
		{
			name:  "extensions are folded in",
			types: "type T @join__type(graph: A) { x: Int }\nextend type T @inaccessible\nextend type Query { y: Int @join__field(graph: A) }",
			want: `
type Query {
  ok: Boolean
  y: Int
}
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, compose("v0.5", "a", query+tt.types, append(tt.links, inaccessible)...))
			got := strings.Replace(s.APISDL(), "type Query {\n  ok: Boolean\n}\n", "", 1)
			if diff := cmp.Diff(strings.TrimLeft(tt.want, "\n"), got); diff != "" {
				t.Errorf("API schema (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInaccessibleRules(t *testing.T) {
	for _, tt := range []struct {
		name  string
		types string // from line 4 on, without joins
		want  string
	}{
		{"query root", `extend type Query @inaccessible`, `3:6: the query root type Query is hidden (QUERY_ROOT_TYPE_INACCESSIBLE)`},
		{"type of a field", `type T { a: H } type H @inaccessible { x: Int }`, `4:10: T.a is not hidden, but its type H is (REFERENCED_INACCESSIBLE)`},
		{"type of an argument", `type T { a(b: [H!]): Int } input H @inaccessible { x: Int }`, `4:16: T.a(b:) is not hidden, but its type H is (REFERENCED_INACCESSIBLE)`},
		{"type of an input field", `input T { a: H } scalar H @inaccessible`, `4:14: T.a is not hidden, but its type H is (REFERENCED_INACCESSIBLE)`},
		{"type of a directive's argument", `directive @d(a: H) on FIELD scalar H @inaccessible`, `4:17: @d(a:) is not hidden, but its type H is (REFERENCED_INACCESSIBLE)`},
		{"type of a hidden field", `type T { a: H @inaccessible b: Int } type H @inaccessible { x: Int }`, ``},
		{"type of a hidden argument", `type T { a(b: H @inaccessible): Int } input H @inaccessible { x: Int }`, ``},
		{"type of a field of a hidden type", `type T @inaccessible { a: H } type H @inaccessible { x: Int }`, ``},
		{"no field left", `type T { a: Int @inaccessible b: Int @inaccessible }`, `4:6: T is not hidden, but everything in it is (ONLY_INACCESSIBLE_CHILDREN)`},
		{"no query field left", `extend type Query { a: Int } type Q { a: Int }`, ``},
		{"no input field left", `input T { a: Int @inaccessible }`, `4:7: T is not hidden, but everything in it is (ONLY_INACCESSIBLE_CHILDREN)`},
		{"no member left", `union U = T type T @inaccessible { a: Int }`, `4:7: U is not hidden, but everything in it is (ONLY_INACCESSIBLE_CHILDREN)`},
		{"no value left", `enum E { A @inaccessible }`, `4:6: E is not hidden, but everything in it is (ONLY_INACCESSIBLE_CHILDREN)`},
		{"field of a visible interface", `interface I { a: Int } type T implements I { a: Int @inaccessible b: Int }`, `4:46: T.a is hidden but implements I.a, which is not (IMPLEMENTED_BY_INACCESSIBLE)`},
		{"field of a hidden interface", `interface I @inaccessible { a: Int } type T implements I { a: Int @inaccessible b: Int }`, ``},
		{"hidden field of an interface", `interface I { a: Int @inaccessible b: Int } type T implements I { a: Int @inaccessible b: Int }`, ``},
		{"field of a visible interface of an interface", `interface I { a: Int } interface J implements I { a: Int @inaccessible b: Int }`, `4:51: J.a is hidden but implements I.a, which is not (IMPLEMENTED_BY_INACCESSIBLE)`},
		{"argument of a visible interface", `interface I { a(x: Int): Int } type T implements I { a(x: Int @inaccessible): Int }`, `4:56: T.a(x:) is hidden but implements the argument of I.a, which is not (IMPLEMENTED_BY_INACCESSIBLE)`},
		{"required argument", `type T { a(x: Int! @inaccessible): Int }`, `4:12: T.a(x:) is hidden but required (REQUIRED_INACCESSIBLE)`},
		{"required argument with a default", `type T { a(x: Int! = 1 @inaccessible): Int }`, ``},
		{"required argument of a hidden field", `type T { a(x: Int! @inaccessible): Int @inaccessible b: Int }`, ``},
		{"argument required by an implementation", `interface I { a(x: Int! = 1 @inaccessible): Int } type T implements I { a(x: Int!): Int }`, `4:75: T.a(x:) is required, but the argument of I.a that it implements is hidden (REQUIRED_INACCESSIBLE)`},
		{"required input field", `input T { a: Int! @inaccessible b: Int }`, `4:11: T.a is hidden but required (REQUIRED_INACCESSIBLE)`},
		{"required input field with a default", `input T { a: Int! = 1 @inaccessible b: Int }`, ``},
		{"required argument of a directive", `directive @d(a: Int! @inaccessible) on FIELD`, `4:14: @d(a:) is hidden but required (REQUIRED_INACCESSIBLE)`},
		{"default uses a hidden value", `type T { a(x: [E!] = [B, A]): Int } enum E { A @inaccessible B }`, `4:26: T.a(x:) is not hidden, but its default value uses E.A, which is (DEFAULT_VALUE_USES_INACCESSIBLE)`},
		{"default uses a hidden input field", `type T { a(x: In = {b: {a: 1}}): Int } input In { a: Int @inaccessible b: In }`, `4:25: T.a(x:) is not hidden, but its default value uses In.a, which is (DEFAULT_VALUE_USES_INACCESSIBLE)`},
		{"default of an input field", `input T { e: E = A } enum E { A @inaccessible B }`, `4:18: T.e is not hidden, but its default value uses E.A, which is (DEFAULT_VALUE_USES_INACCESSIBLE)`},
		{"default of a directive's argument", `directive @d(e: E = A) on FIELD enum E { A @inaccessible B }`, `4:21: @d(e:) is not hidden, but its default value uses E.A, which is (DEFAULT_VALUE_USES_INACCESSIBLE)`},
		{"default of something hidden", `type T { a(x: E = A @inaccessible): Int } enum E { A @inaccessible B }`, ``},
		{"machinery", `scalar join__FieldSet @inaccessible`, `4:24: join__FieldSet is not an element that can be hidden (DISALLOWED_INACCESSIBLE)`},
		{"inside machinery", `enum link__Purpose { SECURITY @inaccessible }`, `4:32: link__Purpose is not an element that can be hidden (DISALLOWED_INACCESSIBLE)`},
		{"a built-in type", `scalar String @inaccessible`, `4:16: String is not an element that can be hidden (DISALLOWED_INACCESSIBLE)`},
		{"an argument of a type system directive", `directive @d(a: Int @inaccessible) on FIELD | OBJECT`, `4:14: the argument a of @d cannot be hidden (DISALLOWED_INACCESSIBLE)`},
		{"an argument of machinery", `directive @tag(name: String! @inaccessible) on OBJECT`, `4:16: the argument name of @tag cannot be hidden (DISALLOWED_INACCESSIBLE)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("s.graphql", compose("v0.5", "a", query+tt.types, inaccessible))
			if tt.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			var coded *Error
			if !errors.As(err, &coded) {
				t.Fatalf("error is a %T: %v", err, err)
			}
			if diff := cmp.Diff("s.graphql:"+tt.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
