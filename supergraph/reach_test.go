package supergraph

// ownedCases are supergraphs of join v0.1, whose value types have to be found.
func ownedCases() []modelCase {
	return []modelCase{
		{
			name:    "v0.1: owners, extensions, requirements",
			version: "v0.1",
			types: `
type Query { t: T @join__field(graph: A) u: T @join__field(graph: B, provides: "x") }
type T @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: A, key: "o { id }") @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A)
  o: O @join__field(graph: A)
  x: Int @join__field(graph: A)
  owned: Int
  y: Int @join__field(graph: B, requires: "x id")
}
type O { id: ID! }`,
			want: `
O OBJECT
  in a:
  id: a ID!
Query OBJECT
  in a:
  in b:
  t: a T
  u: b T provides(x)
T OBJECT
  in a: key(id) key(o { id })
  in b: key(id)
  id: a ID!; b ID!
  o: a O
  owned: a Int
  x: a Int; b Int external
  y: b Int requires(x id)
`,
		},
		{
			name:    "v0.1: value types are where they are reached",
			version: "v0.1",
			graphs:  "a b c",
			types: `
type Query { t: T @join__field(graph: A) i(in: In): I @join__field(graph: B) c: Int @join__field(graph: C) }
type T implements J @join__owner(graph: A) @join__type(graph: A, key: "k { v }") @join__type(graph: C, key: "k { v }") { k: K @join__field(graph: A) e: E @join__field(graph: A) j: Int @join__field(graph: A) }
type K { v: S }
interface I { u: U }
interface J { j: Int }
type V implements I { u: U }
union U = W | T
type W { w: Int }
input In { e: E n: In2 }
input In2 { x: Int }
enum E { X Y }
scalar S`,
			want: `
E ENUM
  in a: values(X Y)
  in b: values(X Y)
I INTERFACE possible(V)
  in b: possible(V)
  u: b U
In INPUT_OBJECT
  in b: e: E n: In2
In2 INPUT_OBJECT
  in b: x: Int
J INTERFACE possible(T)
  in a: possible(T)
  in c: possible(T)
  j: a Int; c Int
K OBJECT
  in a:
  in c:
  v: a S; c S
Query OBJECT
  in a:
  in b:
  in c:
  c: c Int
  i: b I
  t: a T
S SCALAR
  in a:
  in c:
T OBJECT
  in a: key(k { v }) implements(J)
  in c: key(k { v }) implements(J)
  e: a E
  j: a Int
  k: a K; c K
U UNION possible(T W)
  in b: possible(W)
V OBJECT
  in b: implements(I)
  u: b U
W OBJECT
  in b:
  w: b Int
`,
		},
		{
			name:    "v0.1: a key field owned elsewhere is resolvable in the extension",
			version: "v0.1",
			types: `
type Query { t: T @join__field(graph: A) o: O @join__field(graph: B) }
type T @join__owner(graph: A) @join__type(graph: A, key: "o { id }") { o: O @join__field(graph: A) }
type O @join__owner(graph: B) @join__type(graph: B, key: "id") @join__type(graph: A, key: "id") { id: ID! @join__field(graph: B) }`,
			want: `
O OBJECT
  in a: key(id)
  in b: key(id)
  id: a ID!; b ID!
Query OBJECT
  in a:
  in b:
  o: b O
  t: a T
T OBJECT
  in a: key(o { id })
  o: a O
`,
		},
		{
			name:    "v0.1: root fields without a graph are everywhere",
			version: "v0.1",
			types: `
directive @d(in: In) on FIELD
type Query { x: Int }
input In { e: E }
enum E { X }`,
			want: `
E ENUM
  in a: values(X)
  in b: values(X)
In INPUT_OBJECT
  in a: e: E
  in b: e: E
Query OBJECT
  in a:
  in b:
  x: a Int; b Int
`,
		},
		{
			name:    "v0.1: a field whose entity is not in the subgraph is dropped",
			version: "v0.1",
			types: `
type Query { t: T @join__field(graph: A) u: T @join__field(graph: B) x: Int @join__field(graph: B) }
type T @join__owner(graph: A) @join__type(graph: A, key: "id") { id: ID! @join__field(graph: A) }`,
			want: `
Query OBJECT
  in a:
  in b:
  t: a T
  u: nowhere
  x: b Int
T OBJECT
  in a: key(id)
  id: a ID!
`,
		},
		{
			name:    "v0.1: a requirement may lead through an entity that is not in the subgraph",
			version: "v0.1",
			types: `
type Query { t: T @join__field(graph: A) }
type T @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! @join__field(graph: A) o: O @join__field(graph: A) v: V @join__field(graph: A) x: Int @join__field(graph: B, requires: "o { n } v { w }") }
type O @join__owner(graph: A) @join__type(graph: A, key: "n") { n: Int @join__field(graph: A) }
type V { w: Int }`,
			want: `
O OBJECT
  in a: key(n)
  in b:
  n: a Int; b Int external
Query OBJECT
  in a:
  t: a T
T OBJECT
  in a: key(id)
  in b: key(id)
  id: a ID!; b ID!
  o: a O; b O external
  v: a V; b V external
  x: b Int requires(o { n } v { w })
V OBJECT
  in a:
  in b:
  w: a Int; b Int
`,
		},
	}
}
