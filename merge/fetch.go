package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/weft-graphql/weft/planner/plan"
)

// A fetch is a plan.Fetch compiled: how its requests are built and its answers
// decoded.
type fetch struct {
	*plan.Fetch

	// before are the fetches that it depends on, directly or not.
	before fetchSet

	// shape of the object under "data".
	shape *node

	// sets is how many sets of objects are listed while an answer is decoded.
	sets int

	// repeats is of how many shapes objects may be at several places.
	repeats int

	// repeating says that the last answer was plain, and much of it repetition.
	repeating atomic.Bool

	// target of a root fetch below the root; nil otherwise.
	target  *target
	lookups []*lookup

	// Parts of the request body:
	//
	//	{"query":"…","operationName":"…","variables":{ … }}
	prefix    string
	variables []variable
	// context are the names of the context variables, as JSON with a colon.
	context []string

	// answers are released Answers.
	answers sync.Pool
}

// A lookup is a plan.Lookup compiled.
type lookup struct {
	entry   int32  // its slot in the object under "data"
	literal string // the name of the variable as JSON, with the colon
	targets []*target
	reuse   []*reuse
}

// A variable is a client variable that the document uses.
type variable struct {
	name    string
	literal string // the name as JSON, with the colon
}

func (p *Program) compileFetch(pf *plan.Fetch) (*fetch, error) {
	f := &fetch{Fetch: pf, before: newFetchSet(len(p.plan.Fetches))}
	for _, id := range pf.DependsOn {
		if id < 0 || id >= pf.ID {
			return nil, fmt.Errorf("it depends on fetch %d, which does not come before it", id)
		}
		f.before.add(id)
		f.before.addAll(p.fetches[id].before)
	}
	if err := f.compileBody(); err != nil {
		return nil, err
	}
	if pf.IsEntity() {
		return f, p.compileLookups(f)
	}
	var err error
	if f.shape, err = newNode(pf.Selections); err != nil {
		return nil, err
	}
	if len(pf.Path) == 0 {
		return f, p.attach(p.root, source{fetch: pf.ID, shape: f.shape})
	}
	f.target, err = p.newTarget(f, -1, pf.Path, f.shape, 0)
	return f, err
}

func (p *Program) compileLookups(f *fetch) error {
	f.shape = &node{}
	for _, pl := range f.Lookups {
		shape, err := newNode(pl.Selections)
		if err != nil {
			return err
		}
		if f.shape.place(pl.Key) >= 0 {
			return fmt.Errorf("two lookups have the key %q", pl.Key)
		}
		l := &lookup{entry: int32(len(f.shape.entries)), literal: strconv.Quote(pl.Variable) + ":"}
		f.shape.entries = append(f.shape.entries, entry{key: pl.Key, as: pl.Key, child: shape})
		f.lookups = append(f.lookups, l)
		up := 0
		for _, c := range pl.Context {
			if c.Up < 1 {
				return fmt.Errorf("context variable %q is of the object itself", c.Variable)
			}
			up = max(up, c.Up)
		}
		c := inputCompiler{before: f.before, missing: map[*plan.InputField]int{}}
		for _, path := range pl.Paths {
			if up > len(path) {
				return fmt.Errorf("a context variable is from above the root")
			}
			t, err := p.newTarget(f, len(f.lookups)-1, path, shape, up)
			if err != nil {
				return err
			}
			t.inputs = c.inputs(t.end(), pl.Inputs)
			for _, v := range pl.Context {
				f.addContext(&c, t, v)
			}
			l.targets = append(l.targets, t)
		}
		if err := c.check(len(pl.Paths)); err != nil {
			return err
		}
		if err := p.compileReuse(f, l, pl, shape); err != nil {
			return err
		}
	}
	f.shape.sealTop()
	return nil
}

// addContext compiles a context variable for a target.
func (f *fetch) addContext(c *inputCompiler, t *target, v *plan.ContextVariable) {
	pos := t.end()
	for range v.Up {
		pos = pos.parent
	}
	literal := strconv.Quote(v.Variable) + ":"
	at := slices.Index(f.context, literal)
	if at < 0 {
		at = len(f.context)
		f.context = append(f.context, literal)
	}
	t.context = append(t.context, contextVariable{variable: at, up: v.Up, fields: c.fields(pos, v.Fields)})
}

// compileBody prepares what all requests of the fetch have in common.
func (f *fetch) compileBody() error {
	var b bytes.Buffer
	b.WriteString(`{"query":`)
	if err := writeString(&b, f.Document); err != nil {
		return err
	}
	if f.Name != "" {
		b.WriteString(`,"operationName":`)
		if err := writeString(&b, f.Name); err != nil {
			return err
		}
	}
	f.prefix = b.String()
	for _, name := range f.Variables {
		f.variables = append(f.variables, variable{name: name, literal: strconv.Quote(name) + ":"})
	}
	return nil
}

// writeString writes s as JSON, without the escapes that are for HTML only.
func writeString(b *bytes.Buffer, s string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line feed that Encode adds
	return nil
}
