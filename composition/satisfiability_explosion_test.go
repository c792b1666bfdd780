package composition_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/composition"
)

// A required field of an interface object is looked for on the interface's
// implementations, and those lead back to the interface by its key. Found by
// random worlds.
func TestExplosionThatLeadsToItself(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@interfaceObject"])
`
	r := composition.Compose(t.Context(), []composition.Subgraph{
		{Name: "a", SDL: link + `
type Query { stars: [Media] }
type Media @key(fields: "id") @interfaceObject { id: ID title: String @external stars: String @requires(fields: "title") }`},
		{Name: "b", SDL: link + `
type Query { media: Media }
interface Media @key(fields: "id") { id: ID }
type Book implements Media @key(fields: "id") { id: ID title: String @external length: Int @requires(fields: "title") }`},
		{Name: "c", SDL: link + `
interface Media { title: String }
type Book implements Media @key(fields: "isbn") { isbn: ID title: String }`},
	}, composition.Options{})
	if r.OK() {
		t.Errorf("composed, although nobody who has the id of a book has its title")
	}
}

// What is selected below a field is not looked at once more for each level above
// it: twice a level would be 2^100 times.
func TestDeepFieldSet(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@shareable"])
`
	const depth = 100
	set := strings.Repeat("t { ", depth) + "x" + strings.Repeat(" }", depth)
	for _, tt := range []struct {
		name, key string // of the subgraph that has x
		ok        bool
	}{
		{"that can be had", `@key(fields: "id")`, true},
		{"that cannot be had", `@key(fields: "id", resolvable: false) @key(fields: "k")`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := composition.Compose(t.Context(), []composition.Subgraph{
				{Name: "a", SDL: link + `type Query { q: T } type T @key(fields: "id") { id: ID! t: T @external x: Int @external f: Int @requires(fields: "` + set + `") }`},
				{Name: "b", SDL: link + `type T @key(fields: "id") { id: ID! t: T @shareable }`},
				{Name: "c", SDL: link + `type T ` + tt.key + ` { id: ID! @shareable k: ID! t: T @shareable x: Int }`},
			}, composition.Options{})
			if r.OK() != tt.ok {
				t.Errorf("composed: %t, want %t: %v", r.OK(), tt.ok, r.Errors)
			}
		})
	}
}
