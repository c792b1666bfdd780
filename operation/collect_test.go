package operation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCollect(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, `{ pet {
  name
  friend { name }
  ... on Dog { bark friend { ... on Cat { meow } } }
  ... on Cat { meow name }
  owner { name }
  friend { __typename }
} }`)
	pet := op.Select(nil)[0].Selections
	tests := []struct{ runtimeType, want string }{
		{"Dog", "name(1) friend(3: name meow __typename) bark(1) owner(1: name)"},
		{"Cat", "name(2) friend(2: name __typename) meow(1) owner(1: name)"},
		{"Person", ""},
	}
	for _, tt := range tests {
		var groups []string
		for _, g := range Collect(pet, tt.runtimeType) {
			s := fmt.Sprintf("%s(%d", g.ResponseName, len(g.Fields))
			if below := g.Selections(); below != nil {
				s += ":"
				for _, f := range below {
					s += " " + f.ResponseName
				}
			}
			groups = append(groups, s+")")
			if g.Field().ResponseName != g.ResponseName {
				t.Errorf("%s: the field of group %s is %s", tt.runtimeType, g.ResponseName, g.Field().ResponseName)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(groups, " ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.runtimeType, diff)
		}
	}
}

// Enough response names that they are indexed, each twice.
func TestCollectMany(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, "{"+numbered(" x%d: a", 100)+numbered(" x%d: a", 100)+" }")
	fields := op.Select(nil)
	groups := Collect(fields, "Query")
	if len(groups) != 100 {
		t.Fatalf("%d groups, want 100", len(groups))
	}
	for i, g := range groups {
		if want := fmt.Sprintf("x%d", i); g.ResponseName != want || len(g.Fields) != 2 || g.Fields[0] != fields[i] || g.Fields[1] != fields[100+i] {
			t.Errorf("group %d is %s with %d fields", i, g.ResponseName, len(g.Fields))
		}
	}
}

// Groups share memory with the fields they are collected from, which other
// requests read: collecting must not write there.
func TestCollectDoesNotWrite(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, "{ a b a b dog { bark } }")
	fields := op.Select(nil)
	before := dump(fields)
	for range 2 {
		Collect(fields, "Query")
	}
	if diff := cmp.Diff(before, dump(fields)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
