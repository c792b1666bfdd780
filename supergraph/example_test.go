package supergraph_test

import (
	"errors"
	"fmt"

	"github.com/weft-graphql/weft/supergraph"
)

const shop = `schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{ query: Query }

enum join__Graph {
  CATALOGUE @join__graph(name: "catalogue", url: "http://catalogue/graphql")
  PRICING @join__graph(name: "pricing", url: "http://pricing/graphql")
}

type Query @join__type(graph: CATALOGUE) @join__type(graph: PRICING) {
  product(id: ID!): Product @join__field(graph: CATALOGUE)
}

type Product @join__type(graph: CATALOGUE, key: "id") @join__type(graph: PRICING, key: "id") {
  id: ID!
  weight: Int @inaccessible @join__field(graph: CATALOGUE) @join__field(graph: PRICING, external: true)
  price: Float @join__field(graph: PRICING, requires: "weight")
}
`

func ExampleParse() {
	s, err := supergraph.Parse("shop.graphql", shop)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"weight", "price"} {
		f := s.Field("Product", name)
		for _, in := range f.In {
			fmt.Printf("%s in %s: external %t, requires %d fields\n",
				name, s.Subgraphs[in.Subgraph].Name, in.External, len(in.Requires))
		}
	}
	fmt.Print(s.APISDL())
	// Output:
	// weight in catalogue: external false, requires 0 fields
	// weight in pricing: external true, requires 0 fields
	// price in pricing: external false, requires 1 fields
	// type Product {
	//   id: ID!
	//   price: Float
	// }
	// type Query {
	//   product(id: ID!): Product
	// }
}

func ExampleError() {
	_, err := supergraph.Parse("shop.graphql", "type Query { hello: String }")
	var coded *supergraph.Error
	if errors.As(err, &coded) {
		fmt.Println(coded.Code)
	}
	// Output: INVALID_FEDERATION_SUPERGRAPH
}
