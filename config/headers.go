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
	Propagate *Propagate `yaml:"propagate" doc:"Copies a header of the client's request. One that an earlier rule has filled stays as it is."`
	Insert    *Insert    `yaml:"insert" doc:"Sets a header to a fixed value, whatever was there before."`
	Remove    *Remove    `yaml:"remove" doc:"Takes away what earlier rules have set."`
}

// Propagate copies a header of the client's request, or all whose whole name
// matches a pattern. A header that an earlier rule has filled stays as it is.
type Propagate struct {
	Named    string `yaml:"named" doc:"The header's name. Either this or matching."`
	Matching string `yaml:"matching" doc:"A regular expression for the whole name, without regard to case: all headers that match are copied."`
	Rename   string `yaml:"rename" doc:"The name towards the subgraph. Works with named only."`
	Default  string `yaml:"default" doc:"The value if the client has sent none. Works with named only."`
}

// Insert sets a header to a fixed value, whatever was there before.
type Insert struct {
	Name  string `yaml:"name" doc:"The header's name."`
	Value string `yaml:"value" doc:"Its value. Secrets are best written as ${NAME} or ${file:PATH}."`
}

// Remove takes away what earlier rules have set.
type Remove struct {
	Named    string `yaml:"named" doc:"The header's name. Either this or matching."`
	Matching string `yaml:"matching" doc:"A regular expression for the whole name, without regard to case."`
}
