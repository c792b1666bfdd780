package demo_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/demo"
)

// A subgraph of the showcase answers without a network when it is the
// transport of an http.Client.
func ExampleSubgraphs() {
	subgraphs, err := demo.Subgraphs(demo.Options{Products: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	catalogue := http.Client{Transport: subgraphs[0]}
	resp, err := catalogue.Post("http://catalogue/", "application/json",
		strings.NewReader(`{"query": "{ product(id: \"1\") { name brand { name country } } }"}`))
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
	// Output: {"data":{"product":{"name":"Aurora Wireless Headphones","brand":{"name":"Tonewell","country":"Denmark"}}}}
}
