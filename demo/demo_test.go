package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/supergraph"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noLatency makes tests wait for nothing.
func noLatency() map[string]time.Duration {
	return map[string]time.Duration{"inventory": 0, "pricing": 0}
}

func newSubgraphs(t testing.TB, products int) map[string]*mock.Subgraph {
	t.Helper()
	list, err := Subgraphs(Options{Products: products, Latency: noLatency()})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*mock.Subgraph{}
	for _, s := range list {
		byName[s.Name()] = s
	}
	return byName
}

// ask returns the body of a subgraph's answer.
func ask(t testing.TB, s *mock.Subgraph, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://subgraph/", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

const representOne = `($r: [_Any!]!) { _entities(representations: $r) { ... on Product `

func productOne() map[string]any {
	return map[string]any{"r": []any{map[string]any{"__typename": "Product", "id": "1"}}}
}

func TestHeadline(t *testing.T) {
	subs := newSubgraphs(t, 0)
	for _, tt := range []struct{ subgraph, query, want string }{
		{"catalogue", `{ product(id: "1") { id name } }`,
			`{"data":{"product":{"id":"1","name":"Aurora Wireless Headphones"}}}`},
		{"inventory", `query ` + representOne + `{ availability } } }`,
			`{"data":{"_entities":[{"availability":"In Stock"}]}}`},
		{"pricing", `query ` + representOne + `{ price } } }`,
			`{"data":{"_entities":[{"price":29.99}]}}`},
	} {
		variables := productOne()
		if tt.subgraph == "catalogue" {
			variables = nil
		}
		if diff := cmp.Diff(tt.want, ask(t, subs[tt.subgraph], tt.query, variables)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.subgraph, diff)
		}
	}
}

func TestSubgraphAnswers(t *testing.T) {
	subs := newSubgraphs(t, 240)
	for _, tt := range []struct{ name, subgraph, query, want string }{
		{"no such product", "catalogue", `{ product(id: "241") { id } a: product(id: "01") { id } b: product(id: "x") { id } }`,
			`{"data":{"product":null,"a":null,"b":null}}`},
		{"page", "catalogue", `{ products(first: 2, after: "238") { totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
			`{"data":{"products":{"totalCount":240,"nodes":[{"id":"239"},{"id":"240"}],"edges":[{"cursor":"239","node":{"id":"239"}},{"cursor":"240","node":{"id":"240"}}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true,"startCursor":"239","endCursor":"240"}}}}`},
		{"category", "catalogue", `{ products(first: 3, category: "1", after: "1") { totalCount nodes { id category { name } } } category(id: 1) { productCount } }`,
			`{"data":{"products":{"totalCount":20,"nodes":[{"id":"24","category":{"name":"Audio"}},{"id":"36","category":{"name":"Audio"}},{"id":"48","category":{"name":"Audio"}}]},"category":{"productCount":20}}}`},
		{"category and brand", "catalogue", `{ products(first: 1, category: "1", brand: "1") { nodes { brand { id } category { id } } } none: products(category: "1", brand: "24") { totalCount } unknown: products(category: "99") { totalCount } }`,
			`{"data":{"products":{"nodes":[{"brand":{"id":"1"},"category":{"id":"1"}}]},"none":{"totalCount":0},"unknown":{"totalCount":0}}}`},
		{"unknown cursor", "catalogue", `{ products(first: 2, after: "no") { totalCount } }`,
			`{"errors":[{"message":"after: no element of the list has the cursor \"no\"","path":["products"],"locations":[{"line":1,"column":3}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
		{"page too large", "catalogue", `{ category(id: "1") { products(first: 1001) { id } } }`,
			`{"errors":[{"message":"first is 1001; it can be from 0 to 1000","path":["category","products"],"locations":[{"line":1,"column":23}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"category":null}}`},
		{"search finds all kinds", "catalogue", `{ search(query: "COFFEE", first: 4) { __typename ... on Listed { name } } nothing: search(query: " ") { __typename } }`,
			`{"data":{"search":[{"__typename":"Category","name":"Coffee and Tea"},{"__typename":"Article","name":"The coffee grinder, taken apart"},{"__typename":"Product","name":"Rowan Coffee Grinder"},{"__typename":"Product","name":"Sable Coffee Grinder"}],"nothing":[]}}`},
		{"by stock keeping unit", "catalogue", `{ _entities(representations: [{__typename: "Product", sku: "TON-000001"}, {__typename: "Product", sku: "XXX-000001"}]) { ... on Product { id sku } } }`,
			`{"data":{"_entities":[{"id":"1","sku":"TON-000001"},null]}}`},
		{"shipping", "inventory", `{ _entities(representations: [{__typename: "Product", id: "1", weight: 210, dimensions: {width: 100, height: 200, depth: 90}, price: 29.99}, {__typename: "Product", id: "2", weight: 10000, dimensions: {width: 1, height: 1, depth: 1}, price: null}]) { ... on Product { shippingEstimate freeShipping } } }`,
			`{"data":{"_entities":[{"shippingEstimate":4.65,"freeShipping":false},{"shippingEstimate":22,"freeShipping":null}]}}`},
		{"stock adds up", "inventory", `{ _entities(representations: [{__typename: "Product", id: "1"}, {__typename: "Product", id: "5"}]) { ... on Product { stock availability stockLevels { quantity } } } }`,
			`{"data":{"_entities":[{"stock":142,"availability":"In Stock","stockLevels":[{"quantity":35},{"quantity":35},{"quantity":36},{"quantity":36}]},{"stock":0,"availability":"Out of Stock","stockLevels":[]}]}}`},
		{"promotion by its interface", "pricing", `{ _entities(representations: [{__typename: "Promotion", id: "2"}, {__typename: "PercentOff", id: "2"}, {__typename: "Bundle", id: "2"}]) { __typename ... on Promotion { label } } }`,
			`{"data":{"_entities":[{"__typename":"Bundle","label":"Three for Two"},null,{"__typename":"Bundle","label":"Three for Two"}]}}`},
		{"promotion without its type", "accounts", `{ _entities(representations: [{__typename: "Promotion", id: "2"}]) { __typename ... on Promotion { id } } }`,
			`{"data":{"_entities":[{"__typename":"Promotion","id":"2"}]}}`},
		{"users after", "accounts", `{ users(first: 1, after: "599") { id } }`,
			`{"data":{"users":[{"id":"600"}]}}`},
		{"users after nobody", "accounts", `{ users(first: 1, after: "601") { id } }`,
			`{"errors":[{"message":"after: there is no user \"601\"","path":["users"],"locations":[{"line":1,"column":3}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ask(t, subs[tt.subgraph], tt.query, nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMutations(t *testing.T) {
	type step struct{ subgraph, query, want string }
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"reserve", []step{
			{"inventory", `mutation { reserve(productId: "10", quantity: 3) { id quantity product { stock availability } } }`,
				`{"data":{"reserve":{"id":"1","quantity":3,"product":{"stock":1,"availability":"Low Stock"}}}}`},
			{"inventory", `mutation { reserve(productId: "10", quantity: 2) { id } }`,
				`{"errors":[{"message":"1 pieces of product 10 are left, fewer than 2","path":["reserve"],"locations":[{"line":1,"column":12}],"extensions":{"code":"OUT_OF_STOCK"}}],"data":null}`},
			{"inventory", `{ _entities(representations: [{__typename: "Reservation", id: "1"}, {__typename: "Reservation", id: "2"}]) { ... on Reservation { product { id } } } }`,
				`{"data":{"_entities":[{"product":{"id":"10"}},null]}}`},
			{"inventory", `mutation { reserve(productId: "10", quantity: 0) { id } }`,
				`{"errors":[{"message":"a quantity of 0 cannot be reserved","path":["reserve"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
			{"inventory", `mutation { reserve(productId: "none") { id } }`,
				`{"errors":[{"message":"there is no product \"none\"","path":["reserve"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
		}},
		{"update a price", []step{
			{"pricing", `mutation { updatePrice(productId: "1", price: 19.5) { price listPrice discount } }`,
				`{"data":{"updatePrice":{"price":19.5,"listPrice":19.5,"discount":0}}}`},
			{"pricing", `query { _entities(representations: [{__typename: "Product", id: "1"}]) { ... on Product { price } } }`,
				`{"data":{"_entities":[{"price":19.5}]}}`},
			{"pricing", `mutation { updatePrice(productId: "1000000", price: 1) { price } }`,
				`{"data":{"updatePrice":null}}`},
			{"pricing", `mutation { updatePrice(productId: "1", price: -1) { price } }`,
				`{"errors":[{"message":"a price is from 0 to 1000000","path":["updatePrice"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"updatePrice":null}}`},
		}},
		{"add a review", []step{
			{"reviews", `mutation { addReview(input: {productId: "15", rating: 4, title: "Fine"}) { id rating title body createdOn author { id name } } }`,
				`{"data":{"addReview":{"id":"r15-2","rating":4,"title":"Fine","body":null,"createdOn":"2026-01-01","author":{"id":"1","name":"Amara Eriksen"}}}}`},
			{"reviews", `{ review(id: "r15-2") { title } latestReviews(first: 1) { id } }`,
				`{"data":{"review":{"title":"Fine"},"latestReviews":[{"id":"r15-2"}]}}`},
			{"reviews", `{ _entities(representations: [{__typename: "Product", id: "15"}, {__typename: "User", id: "1"}]) { ... on Product { reviewCount reviews(first: 1) { nodes { id } pageInfo { hasNextPage } } more: reviews(first: 5, after: "r15-2") { nodes { id } } } ... on User { newest: reviews(first: 1) { id } } } }`,
				`{"data":{"_entities":[{"reviewCount":2,"reviews":{"nodes":[{"id":"r15-2"}],"pageInfo":{"hasNextPage":true}},"more":{"nodes":[{"id":"r15-1"}]}},{"newest":[{"id":"r15-2"}]}]}}`},
			{"reviews", `mutation { addReview(input: {productId: "15", rating: 6, title: "x"}) { id } }`,
				`{"errors":[{"message":"a rating is from 1 to 5","path":["addReview"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
			{"reviews", `mutation { addReview(input: {productId: "15", rating: 1, title: " "}) { id } }`,
				`{"errors":[{"message":"a review needs a title","path":["addReview"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":null}`},
		}},
		{"add to the wish list", []step{
			{"accounts", `mutation { addToWishlist(productId: "40") { id wishlist { id wishlistCount } } }`,
				`{"data":{"addToWishlist":{"id":"1","wishlist":[{"id":"2","wishlistCount":44},{"id":"7","wishlistCount":55},{"id":"9","wishlistCount":45},{"id":"40","wishlistCount":5}]}}}`},
			{"accounts", `mutation { addToWishlist(productId: "40") { wishlist { id wishlistCount } } }`,
				`{"data":{"addToWishlist":{"wishlist":[{"id":"2","wishlistCount":44},{"id":"7","wishlistCount":55},{"id":"9","wishlistCount":45},{"id":"40","wishlistCount":5}]}}}`},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			subs := newSubgraphs(t, 240)
			for _, s := range tt.steps {
				if diff := cmp.Diff(s.want, ask(t, subs[s.subgraph], s.query, nil)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", s.query, diff)
				}
			}
		})
	}
}

func TestProductsAreBelievable(t *testing.T) {
	s := newShop(DefaultProducts)
	seen := map[string]int{}
	states := map[string]int{}
	for n := 1; n <= s.count; n++ {
		if other := seen[s.names[n]]; other != 0 {
			t.Errorf("products %d and %d are both called %q", other, n, s.names[n])
		}
		seen[s.names[n]] = n
		if strings.Contains(s.description(n), "%!") {
			t.Errorf("product %d: description %q", n, s.description(n))
		}
		if c := s.cents(n); c < 100 || c > 200_000 {
			t.Errorf("product %d costs %d cents", n, c)
		}
		if found, ok := s.bySKU(s.sku(n)); !ok || found != n {
			t.Errorf("sku %q of product %d is %d's", s.sku(n), n, found)
		}
		states[availability(s.stock(n))]++
	}
	for _, state := range []string{"In Stock", "Low Stock", "Out of Stock"} {
		if states[state] < s.count/50 {
			t.Errorf("only %d products are %s", states[state], state)
		}
	}
	names := map[string]bool{}
	for u := 1; u <= s.users; u++ {
		names[s.userName(u)] = true
	}
	if len(names) != s.users {
		t.Errorf("%d users share %d names", s.users, len(names))
	}
}

func TestShopIsTheSameEveryTime(t *testing.T) {
	queries := map[string]string{
		"catalogue": `{ products(first: 50, after: "100") { nodes { name sku description weight } } topProducts { id } articles { name featured { id } } }`,
		"inventory": `{ lowStock { id stock } }`,
		"pricing":   `{ deals { id price } }`,
		"reviews":   `{ latestReviews { id title body author { id } } }`,
		"accounts":  `{ users(first: 50) { name email city wishlist { id wishlistCount } } }`,
	}
	a, b := newSubgraphs(t, 0), newSubgraphs(t, 0)
	for name, query := range queries {
		if diff := cmp.Diff(ask(t, a[name], query, nil), ask(t, b[name], query, nil)); diff != "" {
			t.Errorf("%s (-first +second):\n%s", name, diff)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"negative", Options{Products: -1}, "demo: -1 products; between 1 and 1000000 are possible"},
		{"too many", Options{Products: maxProducts + 1}, "demo: 1000001 products; between 1 and 1000000 are possible"},
		{"latency of nobody", Options{Latency: map[string]time.Duration{"prices": 1}},
			`demo: latency for "prices"; the subgraphs are catalogue, inventory, pricing, reviews, accounts`},
		{"negative latency", Options{Products: 1, Latency: map[string]time.Duration{"pricing": -1}},
			"demo: mock subgraph pricing: a latency of -1ns is negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Subgraphs(tt.o)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got error %v, want %s", err, tt.want)
			}
		})
	}
}

// TestSmallShops asks shops of all small sizes for lists: nothing may refer to
// a product that is not there.
func TestSmallShops(t *testing.T) {
	for _, count := range []int{1, 2, 11, 12, 13, 30} {
		subs := newSubgraphs(t, count)
		for name, query := range map[string]string{
			"catalogue": `{ topProducts { id related { id name } } articles { featured { id name } } brands { products { name } } categories { products { id name } } }`,
			"inventory": `{ lowStock { id stockLevels { quantity } } }`,
			"pricing":   `{ deals { id price promotion { label } } }`,
			"reviews":   `{ latestReviews { id product { averageRating } } }`,
			"accounts":  `{ users(first: 600) { wishlist { id } } }`,
		} {
			if got := ask(t, subs[name], query, nil); strings.Contains(got, `"errors"`) {
				t.Errorf("%d products, %s: %.300s", count, name, got)
			}
		}
	}
}

func TestConcurrentRequests(t *testing.T) {
	subs := newSubgraphs(t, 100)
	requests := []struct{ subgraph, query string }{
		{"inventory", `mutation { reserve(productId: "9") { id product { stock } } }`},
		{"inventory", `{ lowStock { id stock stockLevels { quantity } } }`},
		{"pricing", `mutation { updatePrice(productId: "3", price: 3) { price } }`},
		{"pricing", `{ deals { price } }`},
		{"reviews", `mutation { addReview(input: {productId: "7", rating: 5, title: "x"}) { id product { averageRating reviews { nodes { id } } } } }`},
		{"reviews", `{ latestReviews { id product { reviewCount } } }`},
		{"accounts", `mutation { addToWishlist(productId: "70") { wishlist { id } } }`},
		{"accounts", `{ me { wishlist { wishlistCount } } }`},
	}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			r := requests[i%len(requests)]
			if got := ask(t, subs[r.subgraph], r.query, nil); strings.Contains(got, `"errors"`) {
				t.Errorf("%s: %s", r.query, got)
			}
		})
	}
	wg.Wait()
	got := ask(t, subs["reviews"], `{ _entities(representations: [{__typename: "Product", id: "7"}]) { ... on Product { reviews(first: 5) { nodes { title } } } } }`, nil)
	if want := 5; strings.Count(got, `"x"`) != want {
		t.Errorf("%s does not hold %d new reviews", got, want)
	}
}

// TestSupergraph compares the supergraph with what it is composed of: types,
// fields, keys and URLs of every subgraph.
func TestSupergraph(t *testing.T) {
	super, err := supergraph.Parse("supergraph", Supergraph())
	if err != nil {
		t.Fatal(err)
	}
	if len(super.Subgraphs) != len(Names()) {
		t.Fatalf("%d subgraphs in the supergraph, want %d", len(super.Subgraphs), len(Names()))
	}
	for i, name := range Names() {
		at := slices.IndexFunc(super.Subgraphs, func(s *supergraph.Subgraph) bool { return s.Name == name })
		if at < 0 {
			t.Errorf("%s is not in the supergraph", name)
			continue
		}
		if got, want := super.Subgraphs[at].URL, fmt.Sprintf("http://127.0.0.1:%d/graphql", 4001+i); got != want {
			t.Errorf("%s has the URL %s, want %s", name, got, want)
		}
		if diff := cmp.Diff(outlineOfSDL(t, name), outlineOfSupergraph(super, at)); diff != "" {
			t.Errorf("%s (-subgraph SDL +supergraph):\n%s", name, diff)
		}
	}
}

func TestOperationsAreValid(t *testing.T) {
	super, err := supergraph.Parse("supergraph", Supergraph())
	if err != nil {
		t.Fatal(err)
	}
	list := Operations()
	if len(list) < 5 {
		t.Errorf("only %d operations", len(list))
	}
	for _, o := range list {
		if !strings.HasPrefix(o.Text, "# ") {
			t.Errorf("%s does not say what it shows", o.Name)
		}
		if _, errs := operation.Prepare(super.API, o.Text, "", operation.DefaultLimits()); len(errs) > 0 {
			t.Errorf("%s: %v", o.Name, errs)
		}
	}
}
