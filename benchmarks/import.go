package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// importCommand makes a workload of a checkout of the public benchmark
// graphql-hive/graphql-gateways-benchmark: its supergraph, its query, the data
// that its subgraphs, written in Rust, hold as literals, and the answer that
// its load script expects.
func importCommand(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	from := flags.String("from", "", "checkout of graphql-hive/graphql-gateways-benchmark, a `directory`")
	to := flags.String("to", "", "write the workload to `directory`, which is not there yet")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *from == "" || *to == "" {
		return errors.New("import: -from and -to are needed")
	}
	files, err := importPublic(*from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(*to)), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(*to, 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(*to, "data"), 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(*to, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// importPublic returns the files of the workload by name.
func importPublic(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	super, err := os.ReadFile(filepath.Join(dir, "gateways/hive-router/supergraph.graphql"))
	if err != nil {
		return nil, err
	}
	files["supergraph.graphql"] = super
	script, err := os.ReadFile(filepath.Join(dir, "k6.js"))
	if err != nil {
		return nil, err
	}
	if files["query.graphql"], files["expected.json"], err = scriptParts(string(script)); err != nil {
		return nil, fmt.Errorf("k6.js: %w", err)
	}
	lists := map[string][]map[string]any{}
	for _, name := range []string{"accounts", "inventory", "products", "reviews"} {
		source, err := os.ReadFile(filepath.Join(dir, "subgraphs", name+".rs"))
		if err != nil {
			return nil, err
		}
		if lists[name], err = rustList(string(source)); err != nil {
			return nil, fmt.Errorf("%s.rs: %w", name, err)
		}
	}
	for name, data := range publicData(lists) {
		if files["data/"+name+".json"], err = json.MarshalIndent(data, "", " "); err != nil {
			return nil, err
		}
	}
	return files, nil
}

var (
	scriptQuery    = regexp.MustCompile("(?s)query: `(.*?)`")
	scriptExpected = regexp.MustCompile(`(?s)const expectedStructure = (\{.*?\n  \});`)
	scriptKey      = regexp.MustCompile(`(?m)^(\s*)(\w+):`)
	trailingComma  = regexp.MustCompile(`,(\s*[\]}])`)
)

// scriptParts returns the operation and the expected answer from the load
// script.
func scriptParts(script string) (query, expected []byte, err error) {
	q, e := scriptQuery.FindStringSubmatch(script), scriptExpected.FindStringSubmatch(script)
	if q == nil || e == nil {
		return nil, nil, errors.New("the query or the expected answer is not where it was")
	}
	// Strings hold no line that looks like a key, and no comma before a
	// bracket.
	text := scriptKey.ReplaceAllString(e[1], `$1"$2":`)
	expected = []byte(trailingComma.ReplaceAllString(text, "$1"))
	if !json.Valid(expected) {
		return nil, nil, errors.New("the expected answer does not become JSON")
	}
	return []byte(q[1]), expected, nil
}

var (
	rustString = regexp.MustCompile(`(?:ID\()?("(?:[^"\\]|\\.)*")\.to_string\(\)\)?`)
	rustSome   = regexp.MustCompile(`Some\(\s*("(?:[^"\\]|\\.)*"|-?\d+|true|false|\{[^{}]*\})\s*,?\s*\)`)
	rustStruct = regexp.MustCompile(`\b[A-Z]\w* \{`)
	rustField  = regexp.MustCompile(`(?m)^(\s*)(\w+):`)
	snake      = regexp.MustCompile(`_(\w)`)
)

// rustList reads the first vec![…] of a source: a list of struct literals.
func rustList(source string) ([]map[string]any, error) {
	_, rest, ok := strings.Cut(source, "vec![")
	if !ok {
		return nil, errors.New("there is no vec![")
	}
	list, _, ok := strings.Cut(rest, "\n    ];")
	if !ok {
		return nil, errors.New("vec![ does not end")
	}
	text := rustString.ReplaceAllStringFunc(list, func(s string) string {
		// The parenthesis belongs to ID( or to what is around.
		inner := rustString.FindStringSubmatch(s)[1]
		if strings.HasSuffix(s, "))") && !strings.HasPrefix(s, "ID(") {
			return inner + ")"
		}
		return inner
	})
	text = rustStruct.ReplaceAllString(text, "{")
	text = rustField.ReplaceAllStringFunc(text, func(s string) string {
		m := rustField.FindStringSubmatch(s)
		name := snake.ReplaceAllStringFunc(m[2], func(s string) string { return strings.ToUpper(s[1:]) })
		return m[1] + `"` + name + `":`
	})
	text = strings.ReplaceAll(text, ": None", ": null")
	text = rustSome.ReplaceAllString(text, "$1")
	text = trailingComma.ReplaceAllString("["+text+"]", "$1")
	var out []map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("its literals do not become JSON: %w", err)
	}
	return out, nil
}

// publicData are the data files of package mock. Every review there is by the
// first user, every user has written the first two reviews, and since its
// inventory never looks at what it requires, shippingEstimate is always null.
func publicData(lists map[string][]map[string]any) map[string]any {
	type object = map[string]any
	byProduct := map[any][]object{}
	var reviews, users, products, stock []object
	author := object{"id": lists["accounts"][0]["id"], "username": lists["accounts"][0]["username"]}
	for _, r := range lists["reviews"] {
		product := r["product"].(object)
		byProduct[product["upc"]] = append(byProduct[product["upc"]], object{"id": r["id"]})
		reviews = append(reviews, object{"id": r["id"], "body": r["body"], "product": product, "author": author})
	}
	for _, u := range lists["accounts"] {
		users = append(users, object{"id": u["id"], "reviews": []object{
			{"id": lists["reviews"][0]["id"]}, {"id": lists["reviews"][1]["id"]},
		}})
	}
	for _, p := range lists["products"] {
		of := byProduct[p["upc"]]
		if of == nil {
			of = []object{}
		}
		products = append(products, object{"upc": p["upc"], "reviews": of})
	}
	for _, p := range lists["inventory"] {
		stock = append(stock, object{"upc": p["upc"], "inStock": p["inStock"], "shippingEstimate": nil})
	}
	return map[string]any{
		"accounts":  object{"User": lists["accounts"]},
		"inventory": object{"Product": stock},
		"products":  object{"Product": lists["products"]},
		"reviews":   object{"Review": reviews, "User": users, "Product": products},
	}
}
