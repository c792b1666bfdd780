// Package demo is the showcase: a shop of five subgraphs, their supergraph and
// some operations to try on it. All of it is embedded or computed; nothing is
// read from disk or fetched.
//
//	catalogue   products, brands, categories, articles; search
//	inventory   availability, warehouses, shipping (@requires); reserve
//	pricing     prices, promotions (an interface with a key); updatePrice
//	reviews     reviews and ratings (@provides); addReview
//	accounts    users, wish lists; @interfaceObject on Promotion
//
//	Subgraphs ──► []*mock.Subgraph     Supergraph ──► SDL     Operations
//
// Facts about a product, user or review are functions of its number, so that
// 10,000 products cost no more than the names that search looks through, and
// every subgraph knows the same ones. The first dozen products are written by
// hand: product 1 costs 29.99 and is In Stock.
//
// What mutations change lives in memory, in the subgraph that owns it.
//
// The supergraph is composed of subgraphs/*.graphql whenever it is asked for;
// supergraph.yaml has weft compose do the same.
package demo
