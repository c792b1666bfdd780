package demo

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

//go:embed subgraphs/*.graphql operations/*.graphql
var files embed.FS

// DefaultProducts is how many products the shop has unless told otherwise.
const DefaultProducts = 10_000

// maxProducts bounds the shop: about 150 bytes each are kept.
const maxProducts = 1_000_000

// Options change the showcase. The zero value is the showcase as it is meant.
type Options struct {
	// Products is how many products there are, with the ids 1 to Products; 0
	// stands for DefaultProducts.
	Products int

	// Latency of subgraphs by name. Those that are not named have
	// DefaultLatency's.
	Latency map[string]time.Duration

	// OnRequest is called with every request that reaches a subgraph; nil for
	// none. Requests arrive concurrently.
	OnRequest func(mock.Request)
}

// Names returns the names of the subgraphs. Their order is that of the ports
// in the supergraph's URLs.
func Names() []string {
	return []string{"catalogue", "inventory", "pricing", "reviews", "accounts"}
}

// DefaultLatency returns how long the subgraphs take unless told otherwise:
// long enough for inventory and pricing that one can see them run side by side.
func DefaultLatency() map[string]time.Duration {
	return map[string]time.Duration{
		"inventory": 100 * time.Millisecond,
		"pricing":   150 * time.Millisecond,
	}
}

// Subgraphs returns new subgraphs in the order of Names, each with its own
// state. An error means that o is wrong.
func Subgraphs(o Options) ([]*mock.Subgraph, error) {
	if o.Products == 0 {
		o.Products = DefaultProducts
	}
	if o.Products < 1 || o.Products > maxProducts {
		return nil, fmt.Errorf("demo: %d products; between 1 and %d are possible", o.Products, maxProducts)
	}
	latency := DefaultLatency()
	for name, d := range o.Latency {
		if !isName(name) {
			return nil, fmt.Errorf("demo: latency for %q; the subgraphs are %s", name, strings.Join(Names(), ", "))
		}
		latency[name] = d
	}
	s := newShop(o.Products)
	sources := map[string]mock.Source{
		"catalogue": newCatalogue(s),
		"inventory": newInventory(s),
		"pricing":   newPricing(s),
		"reviews":   newReviews(s),
		"accounts":  newAccounts(s),
	}
	var list []*mock.Subgraph
	for _, name := range Names() {
		sub, err := mock.New(mock.Options{
			Name:      name,
			SDL:       SDL(name),
			Source:    sources[name],
			Latency:   latency[name],
			OnRequest: o.OnRequest,
		})
		if err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
		list = append(list, sub)
	}
	return list, nil
}

func isName(name string) bool {
	for _, known := range Names() {
		if name == known {
			return true
		}
	}
	return false
}

// SDL returns the SDL of a subgraph as its author writes it; "" for a name
// that is not one of Names.
func SDL(name string) string { return read("subgraphs/" + name + ".graphql") }

// Supergraph composes the subgraphs and returns the supergraph SDL. The
// subgraphs' URLs in it are http://127.0.0.1:4001/graphql and so on, in the
// order of Names.
func Supergraph() string {
	var list []composition.Subgraph
	for i, name := range Names() {
		list = append(list, composition.Subgraph{Name: name, URL: fmt.Sprintf("http://127.0.0.1:%d/graphql", 4001+i), SDL: SDL(name)})
	}
	result := composition.Compose(context.Background(), list, composition.Options{})
	if !result.OK() {
		// They are embedded, and tested.
		panic("demo: the subgraphs do not compose: " + result.Errors[0].Message)
	}
	return result.SDL
}

func read(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(text)
}

// An Operation is an example to try.
type Operation struct {
	// Name is the file's, without its extension; the operation in it has the
	// same name in camel case.
	Name string

	// Text is the document, with a comment above that says what it shows.
	Text string
}

// Operations returns the examples in the order of their names.
func Operations() []Operation {
	entries, err := fs.ReadDir(files, "operations")
	if err != nil {
		return nil
	}
	var list []Operation
	for _, e := range entries {
		list = append(list, Operation{
			Name: strings.TrimSuffix(e.Name(), path.Ext(e.Name())),
			Text: read("operations/" + e.Name()),
		})
	}
	return list
}
