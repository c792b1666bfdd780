package operation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const petsSDL = `
directive @tag(name: String) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION | VARIABLE_DEFINITION

type Query {
  a(n: Int, f: Float, s: String, id: ID, b: Boolean, color: Color, list: [Int!], lists: [[Int]], in: In, any: Any, pick: Pick): Int
  b: Int
  pet: Pet
  pets(first: Int! = 10): [Pet!]!
  dog: Dog
  named: Named
  catOrDog: CatOrDog
  need(n: Int!): Int
  empty: Empty
}
type Mutation { set(n: Int): Int, reset: Int }
type Subscription { tick: Int, tock: Int }

interface Named { name: String }
interface Pet implements Named { name: String owner: Person friend: Pet }
interface Empty { x: Int }
type Dog implements Pet & Named { name: String owner: Person friend: Pet bark: Int! volume: Int! best: Dog }
type Cat implements Pet & Named { name: String owner: Person friend: Pet meow: String volume(unit: String): Float best: Cat }
type Person implements Named { name: String pets: [Pet] }
union CatOrDog = Cat | Dog

enum Color { RED GREEN }
input In { need: Int! opt: String list: [Int!] = [1] in: In color: Color any: Any def: Int! = 7 }
input Pick @oneOf { x: Int y: String }
scalar Any
`

func loadSchema(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func prepare(t testing.TB, schema *ast.Schema, document string) *Operation {
	t.Helper()
	op, errs := Prepare(schema, document, "", DefaultLimits())
	if len(errs) > 0 {
		t.Fatalf("Prepare(%q): %v", document, errs)
	}
	return op
}

// show prints errors one a line, as "CODE line:column,… message".
func show(errs gqlerror.List) string {
	var b strings.Builder
	for _, err := range errs {
		fmt.Fprint(&b, err.Extensions["code"])
		for i, loc := range err.Locations {
			fmt.Fprintf(&b, "%c%d:%d", " ,"[min(i, 1)], loc.Line, loc.Column)
		}
		fmt.Fprintf(&b, " %s\n", err.Message)
	}
	return b.String()
}

// dump prints a selection set, one field a line, with the types it applies to.
func dump(fields []*Field) string {
	var b strings.Builder
	var walk func(fields []*Field, indent string)
	walk = func(fields []*Field, indent string) {
		for _, f := range fields {
			fmt.Fprintf(&b, "%s%s", indent, f.ResponseName)
			if f.Name != f.ResponseName {
				fmt.Fprintf(&b, ": %s", f.Name)
			}
			fmt.Fprintf(&b, " [%s]\n", strings.Join(f.On, " "))
			walk(f.Selections, indent+"  ")
		}
	}
	walk(fields, "")
	return b.String()
}

func TestSelectNarrows(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, `
query ($yes: Boolean!) {
  pet { __typename ...P ... on Named { n: name ... on Person { name } ... on Cat { meow } } ... @include(if: $yes) { owner { pets { ... on Dog { bark } } } } }
  b @skip(if: $yes)
  x: b @skip(if: true)
  empty { x }
  catOrDog { ... on Pet { name } ... on Dog { volume } }
}
fragment P on Pet { name ... on Dog { bark friend { name } } }`)
	want := `pet [Query]
  __typename [Cat Dog]
  name [Cat Dog]
  bark [Dog]
  friend [Dog]
    name [Cat Dog]
  n: name [Cat Dog]
  meow [Cat]
  owner [Cat Dog]
    pets [Person]
      bark [Dog]
empty [Query]
catOrDog [Query]
  name [Cat Dog]
  volume [Dog]
`
	if diff := cmp.Diff(want, dump(op.Select(Conditions{"yes": true}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"yes"}, op.Conditions); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
