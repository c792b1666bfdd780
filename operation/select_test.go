package operation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
