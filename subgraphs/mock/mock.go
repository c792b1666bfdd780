package mock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Options say what a subgraph serves and how badly. Only Name and SDL are
// needed.
type Options struct {
	// Name of the subgraph, for Request.Subgraph and in errors.
	Name string

	// SDL as a subgraph's author writes it, of federation 1 or 2.
	SDL string

	// Data is the data file, JSON or YAML; see the package comment for its
	// format. What it does not mention is null, unless Generate is set.
	// Without Data and Source everything is generated.
	Data []byte

	// DataName is the file's name in errors; "" stands for "data".
	DataName string

	// Source answers instead of a data file. It excludes Data and Generate.
	Source Source

	// Generate has what Data does not mention generated.
	Generate bool

	// Entities is how many entities of each type generated lists hold. 0
	// stands for 20.
	Entities int

	// Seed of generated values and of FailRate. Subgraphs of one supergraph
	// must have the same for their entities to agree.
	Seed uint64

	// Latency is how long a request waits before it is answered. Injected
	// failures do not wait.
	Latency time.Duration

	// FailRate is the share of requests, from 0 to 1, that end in HTTP 500.
	// Which ones is decided by Seed and the request's number.
	FailRate float64

	// LocalExternals answers @external fields with what the data holds. By
	// default asking for one that is not provided is an error, since no
	// router has a reason to.
	LocalExternals bool

	// MaxFields bounds how many fields one answer may have, for small
	// documents can ask for very much. 0 stands for 1,000,000.
	MaxFields int

	// OnRequest is called with each GraphQL request before it is answered, or
	// failed; nil for none. Requests arrive concurrently.
	OnRequest func(Request)
}

const (
	defaultEntities  = 20
	defaultMaxFields = 1_000_000
)

// A Subgraph is a running mock subgraph: an http.Handler, and an
// http.RoundTripper for use without a network. It is safe for concurrent use.
// It starts no goroutines.
type Subgraph struct {
	name      string
	schema    *schema
	source    Source
	documents documents
	externals bool
	maxFields int
	onRequest func(Request)

	faults faults
	counts counters
}

// New reads the SDL and the data. An error names the place.
func New(o Options) (*Subgraph, error) {
	if o.Name == "" {
		return nil, errors.New("mock subgraph: no name")
	}
	if !(o.FailRate >= 0 && o.FailRate <= 1) { // refuses NaN, too
		return nil, fmt.Errorf("mock subgraph %s: a fail rate of %v is not between 0 and 1", o.Name, o.FailRate)
	}
	if o.Latency < 0 {
		return nil, fmt.Errorf("mock subgraph %s: a latency of %s is negative", o.Name, o.Latency)
	}
	s, err := readSchema(o.Name, o.SDL)
	if err != nil {
		return nil, fmt.Errorf("mock subgraph %s: schema: %w", o.Name, err)
	}
	source, err := newSource(s, o)
	if err != nil {
		return nil, fmt.Errorf("mock subgraph %s: %w", o.Name, err)
	}
	m := &Subgraph{
		name:      o.Name,
		schema:    s,
		source:    source,
		documents: documents{schema: s.ast},
		externals: o.LocalExternals,
		maxFields: o.MaxFields,
		onRequest: o.OnRequest,
		faults:    newFaults(o.Seed),
	}
	if m.maxFields <= 0 {
		m.maxFields = defaultMaxFields
	}
	m.SetLatency(o.Latency)
	m.SetFailRate(o.FailRate)
	return m, nil
}

func newSource(s *schema, o Options) (Source, error) {
	if o.Source != nil {
		if o.Data != nil || o.Generate {
			return nil, errors.New("a source excludes data and generated values")
		}
		return o.Source, nil
	}
	entities := o.Entities
	if entities <= 0 {
		entities = defaultEntities
	}
	g := &generator{schema: s, seed: o.Seed, entities: entities}
	if o.Data == nil {
		return g, nil
	}
	name := o.DataName
	if name == "" {
		name = "data"
	}
	store, err := newStore(s, name, o.Data)
	if err != nil {
		return nil, err
	}
	if o.Generate {
		store.fallback = g
	}
	return store, nil
}

// Name returns the subgraph's name.
func (s *Subgraph) Name() string { return s.name }

// SDL returns the SDL as authored.
func (s *Subgraph) SDL() string { return s.schema.sdl }

// answer executes a request. data is nil if it is null; hasData is false if
// nothing was executed, and errs then says why. err is the context's.
func (s *Subgraph) answer(ctx context.Context, r *Request) (data *node, hasData bool, errs gqlerror.List, err error) {
	doc, errs := s.documents.prepare(r)
	if len(errs) > 0 {
		return nil, false, errs, nil
	}
	if r.get && doc.kind != ast.Query {
		return nil, false, gqlerror.List{coded(CodeBadRequest, "a GET can only be a query")}, nil
	}
	vars, problem := coerceVariables(s.schema.ast, doc.operation, r.variables)
	if problem != nil {
		return nil, false, gqlerror.List{problem}, nil
	}
	x := &execution{
		ctx:       ctx,
		schema:    s.schema,
		source:    s.source,
		doc:       doc,
		vars:      vars,
		externals: s.externals,
		maxFields: s.maxFields,
	}
	data, err = x.run(doc.operation)
	var stopped *gqlerror.Error
	if errors.As(err, &stopped) && stopped != nil {
		return nil, false, gqlerror.List{stopped}, nil
	}
	if err != nil {
		return nil, false, nil, err
	}
	return data, true, x.errors, nil
}
