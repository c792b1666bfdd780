package config

// Headers are the rules by which headers travel. Nothing travels without one.
type Headers struct {
	All       HeaderRules            `yaml:"all"`
	Subgraphs map[string]HeaderRules `yaml:"subgraphs"`
}

// HeaderRules are the rules of one subgraph, or of all.
type HeaderRules struct {
	// Request rules make the headers of a fetch from those of the client's
	// request. They run in order, those of all subgraphs first.
	Request []RequestRule `yaml:"request"`
}

// A RequestRule is one of propagate, insert and remove.
type RequestRule struct {
	Propagate *Propagate `yaml:"propagate"`
	Insert    *Insert    `yaml:"insert"`
	Remove    *Remove    `yaml:"remove"`
}

// Propagate copies a header of the client's request, or all whose whole name
// matches a pattern. A header that an earlier rule has filled stays as it is.
type Propagate struct {
	Named    string `yaml:"named"`
	Matching string `yaml:"matching"` // a regular expression, case ignored
	Rename   string `yaml:"rename"`   // name towards the subgraph; only with Named
	Default  string `yaml:"default"`  // value if the client sent none; only with Named
}

// Insert sets a header to a fixed value, whatever was there before.
type Insert struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

// Remove takes away what earlier rules have set.
type Remove struct {
	Named    string `yaml:"named"`
	Matching string `yaml:"matching"`
}
