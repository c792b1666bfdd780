package mock_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// A subgraph whose shipping costs are computed from the weight that the router
// brings along.
func Example() {
	subgraph, err := mock.New(mock.Options{
		Name: "shipping",
		SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
			type Product @key(fields: "upc") {
				upc: ID!
				weight: Int @external
				cost: Float @requires(fields: "weight")
			}`,
		Data: []byte(`
Product:
  - upc: "1"
    cost: "{{weight * 0.5 + 2}}"
`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := http.Client{Transport: subgraph}
	resp, err := client.Post("http://shipping/", "application/json", strings.NewReader(`{
		"query": "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { cost } } }",
		"variables": {"r": [{"__typename": "Product", "upc": "1", "weight": 7}]}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body))
	// Output: {"data":{"_entities":[{"cost":5.5}]}}
}
