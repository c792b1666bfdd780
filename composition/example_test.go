package composition_test

import (
	"context"
	"fmt"
	"os"

	"github.com/weft-graphql/weft/composition"
)

func ExampleCompose() {
	result := composition.Compose(context.Background(), []composition.Subgraph{
		{Name: "products", URL: "http://products/graphql", File: "products.graphql", SDL: `
type Query { top: Product }
type Product @key(fields: "upc") { upc: ID! name: String }`},
		{Name: "reviews", URL: "http://reviews/graphql", File: "reviews.graphql", SDL: `
extend type Product @key(fields: "upc") { upc: ID! @external reviews: [Review] }
type Review { body: Text }`},
	}, composition.Options{})
	fmt.Println("composed:", result.OK())
	_ = composition.WriteText(os.Stdout, result.Errors)
	// Output:
	// composed: false
	// error[INVALID_GRAPHQL]: [reviews] unknown type "Text"
	//   --> reviews.graphql:3:15 (subgraph "reviews")
	//    |
	//  3 | type Review { body: Text }
	//    |               ^^^^
}
