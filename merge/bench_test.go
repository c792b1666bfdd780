package merge

import (
	"fmt"
	"strings"
	"testing"
)

// reviews is like the workload that gateways are commonly compared with: most
// of the bytes come in one answer, and many references mean few entities.
//
//	fetch 0   products                   200 bytes
//	fetch 1   their reviews              80 kB, 120 references to users and products
//	fetch 2   names of users, 3 distinct
//	fetch 3   names and prices of products, 5 distinct
const reviewsQuery = `{ products { id name reviews { id body author { id name rank } product { id name price } } } }`

const reviewsSchema = `
type Query { products: [Product] }
type Product { id: ID! name: String price: Float reviews: [Review] }
type Review { id: ID! body: String author: User product: Product }
type User { id: ID! name: String rank: Int }
`

func reviewsFetches() []fetchSpec {
	body := strings.Repeat("It stands on four legs and has not fallen over yet. ", 12)
	var products, reviews, named []string
	for p := range 5 {
		products = append(products, fmt.Sprintf(`{"__typename":"Product","id":"p%d","name":"Chair %d"}`, p, p))
		named = append(named, fmt.Sprintf(`{"name":"Chair %d","price":%d.99}`, p, p))
		var of []string
		for i := range 24 {
			of = append(of, fmt.Sprintf(`{"id":"r%d-%d","body":"%s","author":{"__typename":"User","id":"u%d"},"product":{"__typename":"Product","id":"p%d"}}`, p, i, body, i%3, i%5))
		}
		reviews = append(reviews, `{"reviews":[`+strings.Join(of, ",")+`]}`)
	}
	return []fetchSpec{
		{sel: `{ products { __typename id name } }`, answer: `{"data":{"products":[` + strings.Join(products, ",") + `]}}`},
		{sel: `{ ... on Product { reviews { id body author { __typename id } product { __typename id } } } }`, at: "products.@", needs: []int{0},
			answer: `{"data":{"_entities":[` + strings.Join(reviews, ",") + `]}}`},
		{sel: `{ ... on User { name rank } }`, at: "products.@.reviews.@.author", needs: []int{0, 1},
			answer: `{"data":{"_entities":[{"name":"Ann","rank":1},{"name":"Bob","rank":2},{"name":"Cy","rank":3}]}}`},
		{sel: `{ ... on Product { name price } }`, at: "products.@.reviews.@.product", needs: []int{0, 1},
			answer: `{"data":{"_entities":[` + strings.Join(named, ",") + `]}}`},
	}
}

// dense is a list of n objects with eight short fields.
func dense(n int) (sdl, query, answer string) {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(`{"id":"%d","name":"item %d","sku":"SKU-%08d","price":%d.25,"stock":%d,"sold":true,"kind":"PLAIN","note":null}`, i, i, i, i, i%100))
	}
	return `type Query { items: [Item] } type Item { id: ID! name: String! sku: String price: Float stock: Int sold: Boolean kind: Kind note: String } enum Kind { PLAIN FANCY }`,
		`{ items { id name sku price stock sold kind note } }`,
		`{"data":{"items":[` + strings.Join(items, ",") + `]}}`
}

// reordered has the client ask for the fields of dense in another order than
// the subgraph is asked, so that objects are taken apart.
func reordered(query string) string { return strings.Replace(query, "id name", "name id", 1) }

func BenchmarkDecode(b *testing.B) {
	b.Run("reviews", func(b *testing.B) {
		fetches := reviewsFetches()
		p := compile(b, reviewsSchema, reviewsQuery, fetches)
		benchmarkDecode(b, p, 1, fetches[1].answer)
	})
	b.Run("dense", func(b *testing.B) {
		sdl, query, answer := dense(10_000)
		benchmarkDecode(b, compile(b, sdl, reordered(query), []fetchSpec{{sel: query}}), 0, answer)
	})
	b.Run("verbatim", func(b *testing.B) {
		sdl, query, answer := dense(10_000)
		benchmarkDecode(b, compile(b, sdl, query, []fetchSpec{{sel: query}}), 0, answer)
	})
}

func benchmarkDecode(b *testing.B, p *Program, fetch int, answer string) {
	body := []byte(answer)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		a, err := p.Decode(fetch, body)
		if err != nil {
			b.Fatal(err)
		}
		a.release()
	}
}

func BenchmarkWrite(b *testing.B) {
	b.Run("reviews", func(b *testing.B) {
		fetches := reviewsFetches()
		benchmarkWrite(b, compile(b, reviewsSchema, reviewsQuery, fetches), fetches)
	})
	b.Run("dense", func(b *testing.B) {
		sdl, query, answer := dense(10_000)
		fetches := []fetchSpec{{sel: query, answer: answer}}
		benchmarkWrite(b, compile(b, sdl, reordered(query), fetches), fetches)
	})
	b.Run("verbatim", func(b *testing.B) {
		sdl, query, answer := dense(10_000)
		fetches := []fetchSpec{{sel: query, answer: answer}}
		benchmarkWrite(b, compile(b, sdl, query, fetches), fetches)
	})
}

func benchmarkWrite(b *testing.B, p *Program, fetches []fetchSpec) {
	r := p.NewResult(nil)
	for i, s := range fetches {
		r.Requests(i, 0)
		a, err := p.Decode(i, []byte(s.answer))
		if err != nil {
			b.Fatal(err)
		}
		r.Link(i, 0, a)
	}
	out := r.Write(nil, nil)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		out = r.Write(out[:0], nil)
	}
}

// BenchmarkRequest is a whole request but for the network: build requests,
// decode answers, link them, write the response.
func BenchmarkRequest(b *testing.B) {
	fetches := reviewsFetches()
	p := compile(b, reviewsSchema, reviewsQuery, fetches)
	bodies := make([][]byte, len(fetches))
	size := 0
	for i, s := range fetches {
		bodies[i] = []byte(s.answer)
		size += len(s.answer)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		r := p.NewResult(nil)
		for i, body := range bodies {
			r.Requests(i, 0)
			a, err := p.Decode(i, body)
			if err != nil {
				b.Fatal(err)
			}
			r.Link(i, 0, a)
		}
		r.Write(make([]byte, 0, size), nil)
		r.Release()
	}
}

func BenchmarkRequests(b *testing.B) {
	fetches := reviewsFetches()
	p := compile(b, reviewsSchema, reviewsQuery, fetches)
	r := p.NewResult(nil)
	for i := range 2 {
		r.Requests(i, 0)
		a, err := p.Decode(i, []byte(fetches[i].answer))
		if err != nil {
			b.Fatal(err)
		}
		r.Link(i, 0, a)
	}
	part := &r.parts[1]
	fresh := append([]slot(nil), part.slots...)
	b.ReportAllocs()
	for b.Loop() {
		copy(part.slots, fresh) // without the links of the last round
		for i := 2; i < 4; i++ {
			r.fetches[i].release()
			r.Requests(i, 0)
		}
	}
}
