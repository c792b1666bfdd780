// Command compare-composition composes the same subgraphs with weft and with
// the reference composer and shows where they differ: other error codes, other
// hint codes, or supergraphs that differ as schemas. The order of definitions,
// fields and directives is of no matter.
//
//	compare-composition -reference DIR [-hints] [-random N] PATH...
//
// Each PATH is a directory with a subgraphs.json ([{name, url, sdl}]), a
// directory of such directories, a txtar archive with subgraphs/NAME.graphql
// files, a directory of such archives, or a
// file of cases as package compositioncases reads them.
// DIR is where the npm packages are installed. Exits with 1 if anything
// differs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/internal/compositioncases"
)

func main() {
	reference := flag.String("reference", "", "directory where @apollo/composition is installed")
	script := flag.String("script", "internal/compare-composition/reference.mjs", "the script that runs it")
	hints := flag.Bool("hints", false, "compare hint codes too")
	verbose := flag.Bool("v", false, "show the messages of both")
	random := flag.Int("random", 0, "how many random sets to compare as well")
	seed := flag.Uint64("seed", 1, "where the random sets begin")
	flag.Parse()
	cases, err := readAll(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare-composition:", err)
		os.Exit(2)
	}
	for i := range *random {
		n := *seed + uint64(i)
		c := compositioncases.Random(rand.New(rand.NewPCG(n, 0)), fmt.Sprintf("random %d", n))
		cases = append(cases, fromCase(c))
	}
	differ, err := run(*reference, *script, *hints, *verbose, cases)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare-composition:", err)
		os.Exit(2)
	}
	if differ > 0 {
		os.Exit(1)
	}
}

type testCase struct {
	Name      string     `json:"name"`
	Subgraphs []subgraph `json:"subgraphs"`
}

type subgraph struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	SDL  string `json:"sdl"`
}

type coded struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type outcome struct {
	Name   string  `json:"name"`
	SDL    string  `json:"sdl"`
	Errors []coded `json:"errors"`
	Hints  []coded `json:"hints"`
}

func readAll(paths []string) ([]testCase, error) {
	var cases []testCase
	for _, p := range paths {
		found, err := readCases(p)
		if err != nil {
			return nil, err
		}
		cases = append(cases, found...)
	}
	return cases, nil
}

func run(reference, script string, hints, verbose bool, cases []testCase) (differ int, err error) {
	theirs, err := runReference(reference, script, cases)
	if err != nil {
		return 0, err
	}
	for i, c := range cases {
		ours := compose(c)
		problem := compare(ours, theirs[i], hints)
		if problem != "" {
			differ++
			fmt.Printf("=== %s\n%s", c.Name, problem)
		}
		if verbose {
			fmt.Printf("--- %s\n", c.Name)
			show("weft", ours)
			show("reference", theirs[i])
		}
	}
	composed := 0
	for _, t := range theirs {
		if len(t.Errors) == 0 {
			composed++
		}
	}
	fmt.Printf("%d cases, %d of them compose by the reference, %d differ\n", len(cases), composed, differ)
	return differ, nil
}

func show(who string, o outcome) {
	for _, e := range o.Errors {
		fmt.Printf("%s error %s %s\n", who, e.Code, e.Message)
	}
	for _, h := range o.Hints {
		fmt.Printf("%s hint %s %s\n", who, h.Code, h.Message)
	}
}

func compose(c testCase) outcome {
	var in []composition.Subgraph
	for _, s := range c.Subgraphs {
		in = append(in, composition.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
	}
	r := composition.Compose(context.Background(), in, composition.Options{})
	o := outcome{Name: c.Name, SDL: r.SDL}
	for _, d := range r.Errors {
		o.Errors = append(o.Errors, coded{d.Code, d.Message})
	}
	for _, d := range r.Hints {
		o.Hints = append(o.Hints, coded{d.Code, d.Message})
	}
	return o
}

func compare(ours, theirs outcome, hints bool) string {
	var b strings.Builder
	lines(&b, "error", codes(ours.Errors), codes(theirs.Errors))
	if hints && len(ours.Errors) == 0 && len(theirs.Errors) == 0 {
		lines(&b, "hint", codes(ours.Hints), codes(theirs.Hints))
	}
	if ours.SDL != "" && theirs.SDL != "" {
		a, err := normalize(ours.SDL)
		if err != nil {
			fmt.Fprintf(&b, "weft's supergraph does not parse: %v\n", err)
			return b.String()
		}
		t, err := normalize(theirs.SDL)
		if err != nil {
			fmt.Fprintf(&b, "the reference's supergraph does not parse: %v\n", err)
			return b.String()
		}
		lines(&b, "schema", a, t)
	}
	return b.String()
}

// lines writes what is in only one of two sorted lists.
func lines(b *strings.Builder, what string, ours, theirs []string) {
	for _, l := range ours {
		if _, ok := slices.BinarySearch(theirs, l); !ok {
			fmt.Fprintf(b, "%s, only weft:      %s\n", what, l)
		}
	}
	for _, l := range theirs {
		if _, ok := slices.BinarySearch(ours, l); !ok {
			fmt.Fprintf(b, "%s, only reference: %s\n", what, l)
		}
	}
}

func codes(list []coded) []string {
	var cs []string
	for _, c := range list {
		cs = append(cs, c.Code)
	}
	slices.Sort(cs)
	return slices.Compact(cs)
}

func runReference(dir, script string, cases []testCase) ([]outcome, error) {
	in, err := json.Marshal(cases)
	if err != nil {
		return nil, err
	}
	script, err = filepath.Abs(script)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("node", script)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("reference composer: %w", err)
	}
	var outcomes []outcome
	if err := json.Unmarshal(out, &outcomes); err != nil {
		return nil, fmt.Errorf("reference composer's answer: %w", err)
	}
	if len(outcomes) != len(cases) {
		return nil, fmt.Errorf("reference composer answered %d of %d cases", len(outcomes), len(cases))
	}
	return outcomes, nil
}

func readCases(path string) ([]testCase, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return readFile(path)
	}
	if data, err := os.ReadFile(filepath.Join(path, "subgraphs.json")); err == nil {
		c := testCase{Name: filepath.Base(path)}
		if err := json.Unmarshal(data, &c.Subgraphs); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return []testCase{c}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var cases []testCase
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) != ".txtar" && filepath.Ext(e.Name()) != ".txt" {
			continue
		}
		found, err := readCases(filepath.Join(path, e.Name()))
		if err != nil {
			return nil, err
		}
		cases = append(cases, found...)
	}
	return cases, nil
}

func readFile(path string) ([]testCase, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(path) == ".txtar" {
		c := testCase{Name: filepath.Base(path)}
		for _, f := range txtar.Parse(data).Files {
			name, ok := strings.CutPrefix(f.Name, "subgraphs/")
			if !ok {
				continue
			}
			name = strings.TrimSuffix(name, ".graphql")
			c.Subgraphs = append(c.Subgraphs, subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data)})
		}
		if len(c.Subgraphs) == 0 {
			return nil, nil
		}
		return []testCase{c}, nil
	}
	return readCaseList(string(data)), nil
}

// readCaseList reads a file of cases as package compositioncases has them.
func readCaseList(text string) []testCase {
	var cases []testCase
	for _, c := range compositioncases.Parse(text) {
		cases = append(cases, fromCase(c))
	}
	return cases
}

func fromCase(c compositioncases.Case) testCase {
	x := testCase{Name: c.Title}
	for _, s := range c.Subgraphs {
		x.Subgraphs = append(x.Subgraphs, subgraph{s.Name, s.URL, s.SDL})
	}
	return x
}
