package supergraph

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A modelCase is a supergraph and its model as describe writes it. The types
// named Query are left out of want unless it mentions them.
type modelCase struct {
	name    string
	version string // of join; v0.5 if ""
	graphs  string // "a b" if ""
	links   []string
	types   string
	want    string
}

// query is a root for cases that need none of their own.
const query = "type Query @join__type(graph: A) { ok: Boolean }\n"

func (c modelCase) sdl() string {
	version, graphs := c.version, c.graphs
	if version == "" {
		version = "v0.5"
	}
	if graphs == "" {
		graphs = "a b"
	}
	types := c.types
	if !strings.Contains(types, "type Query") {
		types = query + types
	}
	return compose(version, graphs, types, c.links...)
}

func TestModel(t *testing.T) {
	for _, tt := range slices.Concat(modelCases(), ownedCases()) {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, tt.sdl())
			if !strings.Contains(tt.want, "Query OBJECT") {
				delete(s.Types, "Query")
			}
			if diff := cmp.Diff(strings.TrimLeft(tt.want, "\n"), describe(s)); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}

func modelCases() []modelCase {
	return []modelCase{
		{
			name: "a field without join__field is in every graph of its type",
			types: `
type T @join__type(graph: A) @join__type(graph: B) { x: Int }`,
			want: `
T OBJECT
  in a:
  in b:
  x: a Int; b Int
`,
		},
		{
			name: "join__field names the graphs, type the type there",
			types: `
type T @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  x: Int @join__field(graph: C, type: "Int!") @join__field(graph: A, type: "Int")
  y: [U] @join__field(graph: B, type: "[V!]!")
}
interface U @join__type(graph: B) { z: Int }
type V implements U @join__type(graph: B) @join__implements(graph: B, interface: "U") { z: Int }`,
			graphs: "a b c",
			want: `
T OBJECT
  in a:
  in b:
  in c:
  x: a Int; c Int!
  y: b [V!]!
U INTERFACE possible(V)
  in b: possible(V)
  z: b Int
V OBJECT
  in b: implements(U)
  z: b Int
`,
		},
		{
			name: "a join__field without graph puts the field nowhere",
			types: `
interface I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
  id: ID!
  x: Int @join__field(graph: B)
}
type T implements I @join__type(graph: A, key: "id") @join__implements(graph: A, interface: "I") {
  id: ID!
  x: Int @join__field
}`,
			want: `
I INTERFACE possible(T)
  in a: key(id) possible(T)
  in b: interfaceObject key(id)
  id: a ID!; b ID!
  x: b Int
T OBJECT
  in a: key(id) implements(I)
  id: a ID!
  x: nowhere
`,
		},
		{
			name: "keys in order, resolvable or not, with and without braces",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: A, key: "{ o { id } }") @join__type(graph: B, key: "id", resolvable: false) {
  id: ID!
  o: O @join__field(graph: A)
}
type O @join__type(graph: A) { id: ID! }`,
			want: `
O OBJECT
  in a:
  id: a ID!
T OBJECT
  in a: key(id) key(o { id })
  in b: key(id)!
  id: a ID!; b ID!
  o: a O
`,
		},
		{
			name: "external, requires and provides",
			types: `
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) u: T @join__field(graph: B, provides: "x") }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  x: Int @join__field(graph: A) @join__field(graph: B, external: true)
  y(n: Int = 1): Int @join__field(graph: A) @join__field(graph: B, external: true)
  z: Int @join__field(graph: B, requires: "x y(n: 7)")
}`,
			want: `
Query OBJECT
  in a:
  in b:
  t: a T
  u: b T provides(x)
T OBJECT
  in a: key(id)
  in b: key(id)
  id: a ID!; b ID!
  x: a Int; b Int external
  y: a Int; b Int external
  z: b Int requires(x y(n: 7))
`,
		},
		{
			name: "what a subgraph resolves by itself is dropped from requires and provides",
			types: `
type Query @join__type(graph: B) { ts: [T] @join__field(graph: B, provides: "id x o { p q } i { n ... on T { __typename } }") }
type T implements I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__implements(graph: B, interface: "I") {
  id: ID!
  n: Int @join__field(graph: A) @join__field(graph: B, external: true)
  x: Int
  o: O
  i: I @join__field(graph: B)
  e: E @join__field(graph: A) @join__field(graph: B, external: true)
  z: Int @join__field(graph: B, requires: "x e { v }")
  w: Int @join__field(graph: B, requires: "x __typename")
}
interface I @join__type(graph: B) { n: Int }
type E @join__type(graph: A) @join__type(graph: B) { v: Int }
type O @join__type(graph: A) @join__type(graph: B) {
  p: Int @join__field(graph: A) @join__field(graph: B, external: true)
  q: Int
}`,
			want: `
E OBJECT
  in a:
  in b:
  v: a Int; b Int
I INTERFACE possible(T)
  in b: possible(T)
  n: b Int
O OBJECT
  in a:
  in b:
  p: a Int; b Int external
  q: a Int; b Int
Query OBJECT
  in b:
  ts: b [T] provides(o { p } i { n })
T OBJECT
  in a: key(id)
  in b: key(id) implements(I)
  e: a E; b E external
  i: b I
  id: a ID!; b ID!
  n: a Int; b Int external
  o: a O; b O
  w: b Int
  x: a Int; b Int
  z: b Int requires(e { v })
`,
		},
		{
			name: "external key fields of an extension are resolvable, at any depth",
			types: `
type T @join__type(graph: A, key: "id o { i { k } }") @join__type(graph: B, key: "id o { i { k } }", extension: true) {
  id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
  o: O @join__field(graph: A) @join__field(graph: B, external: true)
  x: Int @join__field(graph: A) @join__field(graph: B, external: true)
  y: Int @join__field(graph: B, requires: "x id")
}
type O @join__type(graph: A) @join__type(graph: B) { i: I @join__field(graph: A) @join__field(graph: B, external: true) }
interface I @join__type(graph: A) @join__type(graph: B) { k: Int }
type P implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") @join__implements(graph: B, interface: "I") {
  k: Int @join__field(graph: A) @join__field(graph: B, external: true)
}`,
			want: `
I INTERFACE possible(P)
  in a: possible(P)
  in b: possible(P)
  k: a Int; b Int
O OBJECT
  in a:
  in b:
  i: a I; b I
P OBJECT
  in a: implements(I)
  in b: implements(I)
  k: a Int; b Int
T OBJECT
  in a: key(id o { i { k } })
  in b: key(id o { i { k } })
  id: a ID!; b ID!
  o: a O; b O
  x: a Int; b Int external
  y: b Int requires(x id)
`,
		},
		{
			name: "external key fields of a plain type stay external",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
  x: Int @join__field(graph: B)
}`,
			want: `
T OBJECT
  in a: key(id)
  in b: key(id)
  id: a ID!; b ID! external
  x: b Int
`,
		},
		{
			name: "override: the old owner is external, an unknown one means nothing",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  used: Int @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a")
  kept: Int @join__field(graph: A) @join__field(graph: B, override: "a")
  gone: Int @join__field(graph: B, override: "a")
  ext: Int @join__field(graph: A, external: true) @join__field(graph: B, override: "a")
  lost: Int @join__field(graph: A) @join__field(graph: B, override: "nobody")
  self: Int @join__field(graph: B, override: "b")
  y: Int @join__field(graph: A, requires: "used ext")
}`,
			want: `
T OBJECT
  in a: key(id)
  in b: key(id)
  ext: a Int external; b Int
  gone: b Int
  id: a ID!; b ID!
  kept: a Int external; b Int
  lost: a Int; b Int
  self: b Int
  used: a Int external; b Int
  y: a Int requires(used ext)
`,
		},
		{
			name: "override goes by the subgraph's name, not by its graph",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  x: Int @join__field(graph: A) @join__field(graph: B, override: "A")
}`,
			want: `
T OBJECT
  in a: key(id)
  in b: key(id)
  id: a ID!; b ID!
  x: a Int; b Int
`,
		},
		{
			name: "override with a label",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  x: Int @join__field(graph: A, overrideLabel: "percent(5)") @join__field(graph: B, override: "a", overrideLabel: "percent(5)")
  used: Int @join__field(graph: A, usedOverridden: true, overrideLabel: "l") @join__field(graph: B, override: "a", overrideLabel: "l")
  half: Int @join__field(graph: A) @join__field(graph: B, override: "a", overrideLabel: "l")
  gone: Int @join__field(graph: B, override: "a", overrideLabel: "l")
  ext: Int @join__field(graph: A, external: true) @join__field(graph: B, override: "a", overrideLabel: "l")
  lost: Int @join__field(graph: B, override: "nobody", overrideLabel: "l")
}`,
			want: `
T OBJECT
  in a: key(id)
  in b: key(id)
  ext: a Int external; b Int
  gone: b Int
  half: a Int when(l is false); b Int when(l is true)
  id: a ID!; b ID!
  lost: b Int
  used: a Int when(l is false); b Int when(l is true)
  x: a Int when(percent(5) is false); b Int when(percent(5) is true)
`,
		},
		{
			name: "interfaces and their possible types differ by subgraph",
			types: `
interface N @join__type(graph: A) @join__type(graph: B) { id: ID! }
interface M implements N @join__type(graph: B) @join__implements(graph: B, interface: "N") { id: ID! }
type T implements N & M @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "N") @join__implements(graph: B, interface: "N") @join__implements(graph: B, interface: "M") { id: ID! }
type U implements N @join__type(graph: A) @join__type(graph: B) @join__implements(graph: B, interface: "N") { id: ID! }`,
			want: `
M INTERFACE possible(T)
  in b: implements(N) possible(T)
  id: b ID!
N INTERFACE possible(T U)
  in a: possible(T)
  in b: possible(T U)
  id: a ID!; b ID!
T OBJECT
  in a: implements(N)
  in b: implements(M N)
  id: a ID!; b ID!
U OBJECT
  in a:
  in b: implements(N)
  id: a ID!; b ID!
`,
		},
		{
			name: "union members and enum values differ by subgraph",
			types: `
union U @join__type(graph: A) @join__type(graph: B) @join__unionMember(graph: A, member: "T") @join__unionMember(graph: B, member: "T") @join__unionMember(graph: B, member: "S") = T | S
type T @join__type(graph: A) @join__type(graph: B) { x: Int }
type S @join__type(graph: A) @join__type(graph: B) { x: Int }
enum E @join__type(graph: A) @join__type(graph: B) { X @join__enumValue(graph: A) @join__enumValue(graph: B) Y @join__enumValue(graph: B) }`,
			want: `
E ENUM
  in a: values(X)
  in b: values(X Y)
S OBJECT
  in a:
  in b:
  x: a Int; b Int
T OBJECT
  in a:
  in b:
  x: a Int; b Int
U UNION possible(S T)
  in a: possible(T)
  in b: possible(S T)
`,
		},
		{
			name:    "before v0.3 members and values are where their types are",
			version: "v0.2",
			types: `
union U @join__type(graph: A) @join__type(graph: B) = T | S
type T @join__type(graph: A) @join__type(graph: B) { x: Int }
type S @join__type(graph: B) { x: Int }
enum E @join__type(graph: A) @join__type(graph: B) { X Y }`,
			want: `
E ENUM
  in a: values(X Y)
  in b: values(X Y)
S OBJECT
  in b:
  x: b Int
T OBJECT
  in a:
  in b:
  x: a Int; b Int
U UNION possible(S T)
  in a: possible(T)
  in b: possible(S T)
`,
		},
		{
			name: "input objects and scalars",
			types: `
input I @join__type(graph: A) @join__type(graph: B) { x: Int = 3 y: [S!] @join__field(graph: A, type: "[S!]!") @join__field(graph: B, type: "[S!]") z: I @join__field(graph: A) }
scalar S @join__type(graph: A) @join__type(graph: B)`,
			want: `
I INPUT_OBJECT
  in a: x: Int y: [S!]! z: I
  in b: x: Int y: [S!]
S SCALAR
  in a:
  in b:
`,
		},
		{
			name: "interface objects",
			types: `
interface I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
  id: ID!
  n: Int @join__field(graph: A) @join__field(graph: B, external: true)
  x: Int @join__field(graph: B, requires: "n")
}
type T implements I @join__type(graph: A, key: "id") @join__implements(graph: A, interface: "I") {
  id: ID!
  n: Int @join__field(graph: A)
  x: Int @join__field
}`,
			want: `
I INTERFACE possible(T)
  in a: key(id) possible(T)
  in b: interfaceObject key(id)
  id: a ID!; b ID!
  n: a Int; b Int external
  x: b Int requires(n)
T OBJECT
  in a: key(id) implements(I)
  id: a ID!
  n: a Int
  x: nowhere
`,
		},
		{
			name:  "contexts",
			links: []string{`@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)`},
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B) @context(name: "a__c") { id: ID! p: Int u: U @join__field(graph: A) }
type S @join__type(graph: A, key: "id") @context(name: "a__c") @context(name: "a__d") { id: ID! p: Int q: Int }
type U @join__type(graph: A, key: "id") {
  id: ID!
  x(n: Int): Int @join__field(graph: A, contextArguments: [
    {context: "a__c", name: "k", type: "Int!", selection: " { p }"}
    {context: "a__c", name: "l", type: "[Int]", selection: "... on T { p } ... on S { q }"}
  ])
  y: Int @join__field(graph: A, contextArguments: {context: "a__d", name: "k", type: "Int", selection: "q"})
}`,
			want: `
S OBJECT
  in a: key(id)
  id: a ID!
  p: a Int
  q: a Int
T OBJECT
  in a: key(id)
  in b:
  id: a ID!; b ID!
  p: a Int; b Int
  u: a U
U OBJECT
  in a: key(id)
  id: a ID!
  x: a Int k: Int! from S|T(p) l: [Int] from S|T(... on T { p } ... on S { q })
  y: a Int k: Int from S(q)
`,
		},
		{
			name: "access control is recorded, under any name",
			links: []string{
				`@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)`,
				`@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{name: "@requiresScopes", as: "@scopes"}], for: SECURITY)`,
				`@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rules", for: SECURITY)`,
			},
			types: `
type T @join__type(graph: A) @authenticated @rules(policies: [["p"]]) { x: S @scopes(scopes: [["a", "b"], ["c"]]) y: Int @scopes(scopes: "d") }
scalar S @join__type(graph: A) @authenticated`,
			want: `
S SCALAR access(true [] [])
  in a:
T OBJECT access(true [] [[p]])
  in a:
  x: a S access(false [[a b] [c]] [])
  y: a Int access(false [[d]] [])
`,
		},
		{
			name:  "hidden elements are in the model",
			links: []string{inaccessible},
			types: `
type T @join__type(graph: A, key: "id") { id: ID! @inaccessible x: H @inaccessible y: E }
type H @join__type(graph: A) @inaccessible { z: Int }
union U @join__type(graph: A) @join__unionMember(graph: A, member: "T") @join__unionMember(graph: A, member: "H") = T | H
enum E @join__type(graph: A) { V @join__enumValue(graph: A) W @join__enumValue(graph: A) @inaccessible }`,
			want: `
E ENUM
  in a: values(V W)
H OBJECT hidden
  in a:
  z: a Int
T OBJECT
  in a: key(id)
  id: a ID! hidden
  x: a H hidden
  y: a E
U UNION possible(H T)
  in a: possible(H T)
`,
		},
		{
			name: "a type without fields in a subgraph is not there, nor what refers to it",
			types: `
type Query @join__type(graph: A) @join__type(graph: B) { t: T u: U v: Int @join__field(graph: A) }
type T @join__type(graph: A) @join__type(graph: B) { x: Int @join__field(graph: A) }
union U @join__type(graph: A) @join__type(graph: B) @join__unionMember(graph: A, member: "T") @join__unionMember(graph: B, member: "T") = T`,
			want: `
Query OBJECT
  in a:
  t: a T
  u: a U
  v: a Int
T OBJECT
  in a:
  x: a Int
U UNION possible(T)
  in a: possible(T)
`,
		},
		{
			name: "a root type without fields stays where a field leads to it",
			types: `
type Query @join__type(graph: A) @join__type(graph: B) { x: Int @join__field(graph: A) }
type Mutation @join__type(graph: B) { m: P }
type P @join__type(graph: B) { query: Query }`,
			want: `
Mutation OBJECT
  in b:
  m: b P
P OBJECT
  in b:
  query: b Query
Query OBJECT
  in a:
  in b:
  x: a Int
`,
		},
		{
			name: "a field set may name fields that the supergraph does not put into the subgraph",
			types: `
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "id", extension: true) {
  id: ID! @join__field(graph: A)
  x: Int @join__field(graph: A)
  y: Int @join__field(graph: B, requires: "x")
}`,
			graphs: "a b c",
			want: `
T OBJECT
  in a: key(id)
  in b: key(id)
  in c: key(id)
  id: a ID!; b ID! external; c ID!
  x: a Int; b Int external
  y: b Int requires(x)
`,
		},
		{
			name: "field sets follow the types of the subgraph",
			types: `
interface I @join__type(graph: A) @join__type(graph: B) { id: ID! }
type T implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") @join__implements(graph: B, interface: "I") {
  id: ID!
  x: Int @join__field(graph: A) @join__field(graph: B, external: true)
}
type R @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  i: I @join__field(graph: A, type: "I") @join__field(graph: B, type: "T", provides: "x")
  j: I @join__field(graph: A, type: "I") @join__field(graph: B, type: "T", external: true)
  k: Int @join__field(graph: B, requires: "j { x }")
}`,
			want: `
I INTERFACE possible(T)
  in a: possible(T)
  in b: possible(T)
  id: a ID!; b ID!
R OBJECT
  in a: key(id)
  in b: key(id)
  i: a I; b T provides(x)
  id: a ID!; b ID!
  j: a I; b T external
  k: b Int requires(j { x })
T OBJECT
  in a: implements(I)
  in b: implements(I)
  id: a ID!; b ID!
  x: a Int; b Int external
`,
		},
		{
			name: "names by alias and import",
			links: []string{
				`@link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide", for: SECURITY)`,
				`@link(url: "https://specs.apollo.dev/tag/v0.3", as: "federation__tag")`,
				`@link(url: "https://example.com/custom/v1.0", import: ["@shout", "Volume"])`,
			},
			types: `
directive @shout(v: Volume) on FIELD_DEFINITION
enum Volume { LOUD }
enum custom__Other { X }
type T @join__type(graph: A) @custom @custom__x { x: Int @hide @federation__tag(name: "t") y: Int @shout(v: LOUD) }`,
			want: `
T OBJECT
  in a:
  x: a Int hidden
  y: a Int
`,
		},
		{
			name: "field sets with fragments",
			types: `
interface I @join__type(graph: A) @join__type(graph: B) { k: Int }
type P implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") @join__implements(graph: B, interface: "I") {
  k: Int
  p: Int @join__field(graph: A) @join__field(graph: B, external: true)
  q: Int
}
type T @join__type(graph: A, key: "i { ... on P { p } }") @join__type(graph: B, key: "i { ... on P { p } }", extension: true) {
  i: I
  x: Int @join__field(graph: B, requires: "i { k ... on P { p q } ... on I { k } }")
}`,
			want: `
I INTERFACE possible(P)
  in a: possible(P)
  in b: possible(P)
  k: a Int; b Int
P OBJECT
  in a: implements(I)
  in b: implements(I)
  k: a Int; b Int
  p: a Int; b Int
  q: a Int; b Int
T OBJECT
  in a: key(i { ... on P { p } })
  in b: key(i { ... on P { p } })
  i: a I; b I
  x: b Int requires(i { ... on P { p } })
`,
		},
		{
			name: "types that no subgraph has",
			types: `
interface I @join__type(graph: A) { x: Int }
type T implements I { x: Int }
type S @join__type(graph: A) { x: Int @join__field }`,
			want: `
I INTERFACE possible(T)
  in a: possible()
  x: a Int
S OBJECT
  x: nowhere
T OBJECT
  x: nowhere
`,
		},
	}
}
