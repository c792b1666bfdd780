package golden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"
)

// Names of a case's files.
const (
	fileConfig     = "config.yaml"
	fileQuery      = "query.graphql"
	fileVariables  = "variables.json"
	fileResponse   = "want/response.json"
	filePlan       = "want/plan"
	fileSupergraph = "supergraph.graphql"

	dirSubgraphs = "subgraphs/"
	dirData      = "data/"
)

// A Case is one golden case as it is written down.
type Case struct {
	// Name is the file's name without its extension.
	Name string

	// Description is what stands before the first file.
	Description string

	// Subgraphs in the order of their names.
	Subgraphs []Subgraph

	Supergraph string
	Query      string
	Variables  []byte // nil for none
	Config     Config

	// WantResponse and WantPlan are nil where the case has none yet.
	WantResponse []byte
	WantPlan     []byte

	path    string
	archive *txtar.Archive
}

// A Subgraph is what a case says about one subgraph.
type Subgraph struct {
	Name string
	SDL  string
	Data []byte // nil for none: every field is null
}

// Config is what a case asks for besides an operation.
type Config struct {
	// Operation is the operation's name; "" if the document has but one.
	Operation string `yaml:"operation"`

	// OnError is "" or "partial", or "fail_fast".
	OnError string `yaml:"on_error"`

	// Faults tells by subgraph how it fails.
	Faults map[string]Fault `yaml:"faults"`

	// Reuse has what subgraphs answer about entities reused.
	Reuse bool `yaml:"reuse"`

	// Oracle is why the oracle does not answer the same; "" if it does.
	Oracle string `yaml:"oracle"`

	// Generated is why no generated queries are run on the case's subgraphs;
	// "" if they are.
	Generated string `yaml:"generated"`
}

// Load reads a case. An error names the file and what is wrong with it.
func Load(path string) (*Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	c, err := parse(name, raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.path = path
	return c, nil
}

func parse(name string, raw []byte) (*Case, error) {
	c := &Case{Name: name, archive: txtar.Parse(raw)}
	c.Description = strings.TrimSpace(string(c.archive.Comment))
	if c.Description == "" {
		return nil, errors.New("there is no description before the first file")
	}
	data := map[string][]byte{}
	seen := map[string]bool{}
	for _, file := range c.archive.Files {
		if seen[file.Name] {
			return nil, fmt.Errorf("%s is there twice", file.Name)
		}
		seen[file.Name] = true
		if err := c.add(file, data); err != nil {
			return nil, err
		}
	}
	for i, s := range c.Subgraphs {
		c.Subgraphs[i].Data = data[s.Name]
		delete(data, s.Name)
	}
	for name := range data {
		return nil, fmt.Errorf("%s%s.json has no subgraph", dirData, name)
	}
	slices.SortFunc(c.Subgraphs, func(a, b Subgraph) int { return strings.Compare(a.Name, b.Name) })
	return c, c.check()
}

func (c *Case) add(file txtar.File, data map[string][]byte) error {
	switch {
	case strings.HasPrefix(file.Name, dirSubgraphs) && strings.HasSuffix(file.Name, ".graphql"):
		name := strings.TrimSuffix(strings.TrimPrefix(file.Name, dirSubgraphs), ".graphql")
		c.Subgraphs = append(c.Subgraphs, Subgraph{Name: name, SDL: string(file.Data)})
	case strings.HasPrefix(file.Name, dirData) && strings.HasSuffix(file.Name, ".json"):
		name := strings.TrimSuffix(strings.TrimPrefix(file.Name, dirData), ".json")
		data[name] = file.Data
	case file.Name == fileConfig:
		if err := yaml.UnmarshalWithOptions(file.Data, &c.Config, yaml.Strict()); err != nil {
			return fmt.Errorf("%s: %w", fileConfig, err)
		}
	case file.Name == fileQuery:
		c.Query = string(file.Data)
	case file.Name == fileVariables:
		c.Variables = file.Data
	case file.Name == fileResponse:
		c.WantResponse = file.Data
	case file.Name == filePlan:
		c.WantPlan = file.Data
	case file.Name == fileSupergraph:
		c.Supergraph = string(file.Data)
	default:
		return fmt.Errorf("there is no use for %s", file.Name)
	}
	return nil
}

func (c *Case) check() error {
	switch {
	case len(c.Subgraphs) == 0:
		return errors.New("there are no subgraphs")
	case c.Query == "":
		return fmt.Errorf("%s is missing", fileQuery)
	case c.Supergraph == "":
		return fmt.Errorf("%s is missing; see supergraphs/README.md", fileSupergraph)
	}
	switch c.Config.OnError {
	case "", "partial", "fail_fast":
	default:
		return fmt.Errorf("%s: on_error is %q, neither partial nor fail_fast", fileConfig, c.Config.OnError)
	}
	for name, fault := range c.Config.Faults {
		if !slices.ContainsFunc(c.Subgraphs, func(s Subgraph) bool { return s.Name == name }) {
			return fmt.Errorf("%s: there is no subgraph %q to fail", fileConfig, name)
		}
		if err := fault.check(); err != nil {
			return fmt.Errorf("%s: subgraph %s: %w", fileConfig, name, err)
		}
	}
	return nil
}

// write replaces the wanted files, and the case on disk if that changes it.
func (c *Case) write(response, plan []byte) error {
	c.set(fileResponse, response)
	c.set(filePlan, plan)
	return os.WriteFile(c.path, txtar.Format(c.archive), 0o644)
}

// set replaces a file, or puts it before the supergraph.
func (c *Case) set(name string, data []byte) {
	files := c.archive.Files
	if i := slices.IndexFunc(files, func(f txtar.File) bool { return f.Name == name }); i >= 0 {
		files[i].Data = data
		return
	}
	at := len(files)
	if i := slices.IndexFunc(files, func(f txtar.File) bool { return f.Name == fileSupergraph }); i >= 0 {
		at = i
	}
	c.archive.Files = slices.Insert(files, at, txtar.File{Name: name, Data: data})
}
