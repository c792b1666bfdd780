package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/weft-graphql/weft/supergraph"
)

// A workload is one operation on one supergraph, and the data that its
// subgraphs answer from.
//
// As a directory:
//
//	supergraph.graphql   the URLs in it do not matter
//	query.graphql        one operation without variables
//	data/NAME.json       per subgraph, a data file of package mock
//	expected.json        what the answer must be; optional
type workload struct {
	name       string
	supergraph string
	query      string
	data       map[string][]byte
	expected   []byte // nil if there is none
}

//go:embed workloads
var ownWorkloads embed.FS

// lists are the workloads that are one list of small objects from one
// subgraph, and how many objects make the size that the name promises.
var lists = map[string]int{"1kB": 9, "100kB": 880, "10MB": 86_000, "100MB": 860_000}

// openWorkload returns one of our own workloads by name, or reads a directory.
func openWorkload(name string) (*workload, error) {
	if n, ok := lists[name]; ok {
		return listWorkload(name, n)
	}
	if dir, err := fs.Sub(ownWorkloads, "workloads/"+name); err == nil {
		if w, err := readWorkload(name, dir); err == nil {
			return w, nil
		}
	}
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no workload %q, and no such directory; ours are shop, 1kB, 100kB, 10MB and 100MB", name)
	}
	return readWorkload(filepath.Base(name), os.DirFS(name))
}

// connections is how many clients may ask for the answer at a time. Where it is
// large, more of them would only measure how memory is moved.
func (w *workload) connections() int {
	if w.name == "10MB" || w.name == "100MB" {
		return 2
	}
	return maxConnections
}

func readWorkload(name string, dir fs.FS) (*workload, error) {
	w := &workload{name: name, data: map[string][]byte{}}
	for file, text := range map[string]*string{"supergraph.graphql": &w.supergraph, "query.graphql": &w.query} {
		content, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, fmt.Errorf("workload %s: %w", name, err)
		}
		*text = string(content)
	}
	files, err := fs.Glob(dir, "data/*.json")
	if err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	for _, file := range files {
		subgraph := strings.TrimSuffix(strings.TrimPrefix(file, "data/"), ".json")
		if w.data[subgraph], err = fs.ReadFile(dir, file); err != nil {
			return nil, fmt.Errorf("workload %s: %w", name, err)
		}
	}
	w.expected, err = fs.ReadFile(dir, "expected.json")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	return w, nil
}

// listWorkload is a list of n objects with eight short fields.
func listWorkload(name string, n int) (*workload, error) {
	type item struct {
		ID    string  `json:"id"`
		Name  string  `json:"name"`
		SKU   string  `json:"sku"`
		Price float64 `json:"price"`
		Stock int     `json:"stock"`
		Sold  bool    `json:"sold"`
		Grade string  `json:"grade"`
		Note  *string `json:"note"`
	}
	items := make([]item, n)
	for i := range items {
		items[i] = item{
			ID: fmt.Sprint(i), Name: fmt.Sprintf("Hook no. %d", i), SKU: fmt.Sprintf("HK-%07d", i),
			Price: float64(i%1000) + 0.25, Stock: i % 100, Sold: i%3 == 0, Grade: "PLAIN",
		}
	}
	data, err := json.Marshal(map[string]any{"Query": map[string]any{"items": items}})
	if err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	w, err := openWorkload("list")
	if err != nil {
		return nil, err
	}
	w.name, w.data = name, map[string][]byte{"items": data}
	w.expected, err = json.Marshal(map[string]any{"data": map[string]any{"items": items}})
	return w, err
}

// graphURL is the url argument of a subgraph in a supergraph.
var graphURL = regexp.MustCompile(`(@join__graph\(\s*name:\s*"([^"]*)"\s*,?\s*url:\s*)"[^"]*"`)

// at returns the supergraph with all subgraphs at the address, each at the
// path that its name makes.
func (w *workload) at(address string) string {
	return graphURL.ReplaceAllString(w.supergraph, `${1}"http://`+address+`/${2}"`)
}

// requestBody is what clients send.
func (w *workload) requestBody() ([]byte, error) {
	return json.Marshal(map[string]string{"query": w.query})
}

// subgraphs returns the SDL of each subgraph.
func (w *workload) subgraphs() (map[string]string, error) {
	super, err := supergraph.Parse(w.name+"/supergraph.graphql", w.supergraph)
	if err != nil {
		return nil, err
	}
	sdl := map[string]string{}
	for _, g := range super.Subgraphs {
		if sdl[g.Name], err = subgraphSDL(super, g.Index); err != nil {
			return nil, fmt.Errorf("workload %s: subgraph %s: %w", w.name, g.Name, err)
		}
	}
	return sdl, nil
}
