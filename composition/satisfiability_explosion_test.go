package composition_test

import (
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
