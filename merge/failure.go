package merge

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Failure says why a request of a fetch gave nothing to link, or less than
// it should have.
type Failure struct {
	// Code is CodeHTTP, CodeMalformed, CodeTimeout, CodeBreakerOpen,
	// CodeCrowded or CodeInternal.
	Code string
	// Incomplete says, with CodeHTTP, that there was an answer, but not all
	// of it was read.
	Incomplete bool
	// Status is the HTTP status of the answer; 0 if there was none.
	Status int
	// Reason in words that are fit for clients.
	Reason string
	// Err is the cause, for logs; may be nil.
	Err error
}

func (f *Failure) message(subgraph string) string {
	subgraph = strconv.Quote(subgraph)
	switch f.Code {
	case CodeTimeout:
		return "subgraph " + subgraph + " did not answer in time"
	case CodeMalformed:
		return "subgraph " + subgraph + " gave a wrong answer"
	case CodeBreakerOpen, CodeCrowded:
		return "subgraph " + subgraph + " was not asked"
	case CodeHTTP:
		if f.Status != 0 {
			return fmt.Sprintf("subgraph %s answered with HTTP status %d", subgraph, f.Status)
		}
		if f.Incomplete {
			return "subgraph " + subgraph + " gave no complete answer"
		}
		return "subgraph " + subgraph + " could not be reached"
	default:
		return "the request to subgraph " + subgraph + " failed"
	}
}

// same tells whether a client sees no difference between two failures of a
// fetch.
func (f *Failure) same(other *Failure) bool {
	return f.Code == other.Code && f.Incomplete == other.Incomplete && f.Status == other.Status && f.Reason == other.Reason
}

func wrongLength(got, want int) *Failure {
	return &Failure{Code: CodeMalformed, Reason: fmt.Sprintf("%d entities for %d representations", got, want)}
}

// Errors returns the errors of the response, after Write, in the order of the
// plan: at most MaxErrors, or what LimitErrors says, and a note if there are more.
func (r *Result) Errors() []*Error {
	if r.leftOut > 0 {
		return append(slices.Clip(r.errors), tooMany(r.leftOut))
	}
	return r.errors
}

// Hidden returns the errors that are of no concern to the client, after Write:
// at most as many as there may be others.
func (r *Result) Hidden() []*Error { return r.hidden }

// LimitErrors says how many errors there are at most: 1 to MostErrors. It is to
// be called before anything has gone wrong.
func (r *Result) LimitErrors(n int) { r.maxErrors = min(max(n, 1), MostErrors) }

// Completions returns the nulls that had to rise without an error, after
// Write, in the order of the response.
func (r *Result) Completions() []Completion { return r.completions }

// ErrorsOf returns the errors of one fetch, as far as its requests have ended.
func (r *Result) ErrorsOf(fetch int) []*Error {
	errors, leftOut := r.errors, r.leftOut
	r.errors, r.leftOut, r.incomplete = nil, 0, true
	r.resolve(fetch)
	out := r.Errors()
	r.errors, r.leftOut, r.incomplete = errors, leftOut, false
	return out
}

// resolveErrors gives all that has gone wrong in fetches its place in the
// response.
func (r *Result) resolveErrors() {
	for i := range r.fetches {
		r.resolve(i)
	}
}

// report adds an error unless there are too many. What makes the error is only
// called if there are not.
func (r *Result) report(makeError func() *Error) {
	if len(r.errors) == r.maxErrors {
		r.leftOut++
		return
	}
	r.errors = append(r.errors, makeError())
}

// explained tells whether an error is at, above or below a path.
func (r *Result) explained(path []pathStep) bool {
	return slices.ContainsFunc(r.errors, func(e *Error) bool {
		for i := range min(len(path), len(e.Path)) {
			if e.Path[i] != astStep(path[i]) {
				return false
			}
		}
		return true
	})
}

// resolve gives what has gone wrong in a fetch its place in the response.
func (r *Result) resolve(fetch int) {
	state := &r.fetches[fetch]
	if len(state.failures) == 0 && len(state.answers) == 0 {
		return
	}
	f := r.p.fetches[fetch]
	fallbacks := r.fallbacks(f)
	for i, failure := range state.failures {
		if slices.ContainsFunc(state.failures[:i], failure.same) {
			continue // of several requests, for one reason
		}
		for _, path := range fallbacks {
			r.report(func() *Error {
				return &Error{
					Subgraph: f.Subgraph,
					Fetch:    fetch,
					Code:     failure.Code,
					Message:  failure.message(f.Subgraph),
					Path:     path,
					Status:   failure.Status,
					Reason:   failure.Reason,
					Err:      failure.Err,
				}
			})
		}
	}
	for _, a := range state.answers {
		found := r.findPaths(f, a)
		for i := range a.list {
			r.resolveDownstream(f, &a.list[i], a.request, found, fallbacks[0])
		}
		r.leftOut += a.count - len(a.list)
	}
}

// fallbacks returns the paths for errors about a fetch as a whole; at least one.
func (r *Result) fallbacks(f *fetch) []ast.Path {
	if !f.IsEntity() && f.target == nil {
		return []ast.Path{r.p.rootFallback(f)}
	}
	var paths []ast.Path
	for i, t := range f.targets() {
		if r.fetches[f.ID].reached[i] {
			l := locator{view: &r.view, fetch: f.ID}
			l.follow(r.p.fallback(t))
			var path ast.Path
			if len(l.shown) > 0 {
				path = astPath(l.shown)
			}
			if !slices.ContainsFunc(paths, func(p ast.Path) bool { return slices.Equal(p, path) }) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// targets are all targets of the fetch in the order of fetchState.reached.
func (f *fetch) targets() []*target {
	if f.target != nil {
		return []*target{f.target}
	}
	var all []*target
	for _, l := range f.lookups {
		all = append(all, l.targets...)
	}
	return all
}

// rootFallback returns the path for an error about a root fetch as a whole: the
// field that it is for, nil if there are several.
func (p *Program) rootFallback(f *fetch) ast.Path {
	var path ast.Path
	for i := range f.shape.entries {
		e := &f.shape.entries[i]
		if !p.root.shown[e.as] {
			continue
		}
		if path != nil {
			return nil
		}
		path = ast.Path{ast.PathName(e.as)}
	}
	return path
}

// fallback returns the path for an error about a fetch as a whole at a target:
// that of the objects, or of the first list on the way to them, or of what the
// client has asked for above them.
func (p *Program) fallback(t *target) []pathStep {
	var path []pathStep
	pos := p.root
	for i, e := range t.path {
		if !pos.shown[e.As] {
			break
		}
		path = append(path, pathStep{name: e.As})
		pos = t.steps[i].pos
		if e.Lists > 0 {
			break
		}
	}
	return path
}

// An address is a number of a representation of a lookup.
type address struct{ lookup, number int }

// findPaths returns the paths of all objects that the errors of an answer are
// about, by the representation made for them.
func (r *Result) findPaths(f *fetch, a requestErrors) map[address][][]pathStep {
	wanted := map[address]bool{}
	switch {
	case f.target != nil:
		wanted[address{}] = true
	case f.IsEntity():
		for i := range a.list {
			if at, _, ok := r.addressOf(f, a.request, a.list[i].path); ok {
				wanted[at] = true
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	find := placeFinder{view: &r.view, wanted: wanted, found: map[address][][]pathStep{}}
	for _, t := range f.targets() {
		r.view.walk(t, &find)
	}
	return find.found
}

// A placeFinder notes where objects are that something is known about.
type placeFinder struct {
	*view
	wanted map[address]bool
	found  map[address][][]pathStep
}

func (p *placeFinder) visit(t *target, f frame) {
	at := address{max(t.link.lookup, 0), p.linked(t.link, p.objects(f), p.above())}
	// One more than needed, so that what is left out is known of.
	if p.wanted[at] && len(p.found[at]) <= MostErrors {
		p.found[at] = append(p.found[at], slices.Clone(p.path))
	}
}

// addressOf reads the beginning of an error's path, ["_entities", 3], and
// returns the rest of it.
func (r *Result) addressOf(f *fetch, request int, path []pathStep) (at address, rest []pathStep, ok bool) {
	if len(path) < 2 || path[0].name == "" || path[1].name != "" {
		return at, nil, false
	}
	at.lookup = f.shape.place(path[0].name)
	if at.lookup < 0 {
		return at, nil, false
	}
	at.number = r.fetches[f.ID].lookups[at.lookup].number(request, path[1].index)
	return at, path[2:], at.number >= 0
}

// resolveDownstream reports an error of a subgraph's own, at every place of
// the response that it is about. Where that cannot be told it is at fallback.
func (r *Result) resolveDownstream(f *fetch, e *answerError, request int, found map[address][][]pathStep, fallback ast.Path) {
	out := Error{
		Subgraph:   f.Subgraph,
		Fetch:      f.ID,
		Code:       e.code,
		Message:    e.message,
		Path:       fallback,
		Extensions: e.extensions,
		Downstream: true,
	}
	if out.Code == "" {
		out.Code = CodeDownstream
	}
	var places [][]pathStep
	rest, shape := e.path, f.shape
	switch {
	case f.target != nil:
		places = found[address{}]
	case f.IsEntity():
		var at address
		var ok bool
		if at, rest, ok = r.addressOf(f, request, e.path); ok {
			places, shape = found[at], f.shape.entries[at.lookup].child
		}
	case len(e.path) > 0:
		places = [][]pathStep{nil}
	}
	if len(places) == 0 {
		r.report(func() *Error { return &out })
		return
	}
	below, known := translate(shape, rest)
	for _, p := range places {
		if len(r.errors) == r.maxErrors || r.searched > maxSearched {
			r.leftOut++
			continue
		}
		whole := slices.Concat(p, below)
		paths := r.locate(f.ID, whole, known)
		if len(paths) == 0 && len(r.hidden) < r.maxErrors {
			at := out
			at.Path, at.Hidden = astPath(whole), true
			r.hidden = append(r.hidden, &at)
		}
		for _, path := range paths {
			r.report(func() *Error {
				at := out
				if len(path) > 0 {
					at.Path = astPath(path)
				}
				return &at
			})
		}
	}
}

// locate returns the paths of the response at which an error at a path of the
// merged result is to be seen; none if it is of no concern to the client. known
// says that it is known what the error is about.
func (r *Result) locate(fetch int, path []pathStep, known bool) [][]pathStep {
	l := locator{view: &r.view, fetch: fetch}
	inside := l.follow(path)
	if inside && len(l.visited) > 0 && len(l.shown) == l.visited[len(l.visited)-1].at {
		// It is about an object that is there.
		inside = l.answers(fetch)
	}
	shown := l.shown
	if inside || !known || r.incomplete {
		return [][]pathStep{shown}
	}
	nulls, certain := l.nulls()
	if len(nulls) == 0 && !certain {
		return [][]pathStep{shown}
	}
	return nulls
}

// translate turns a path below an object of an answer into one below the same
// object of the merged result. known is false if it leads to something that
// nobody has asked for.
func translate(shape *node, path []pathStep) (out []pathStep, known bool) {
	for _, s := range path {
		if s.name == "" {
			out = append(out, s)
			continue
		}
		if shape == nil {
			return out, true // inside a custom scalar
		}
		i := shape.place(s.name)
		if i < 0 || shape.entries[i].as == "" {
			return out, false
		}
		out = append(out, pathStep{name: shape.entries[i].as})
		shape = shape.entries[i].child
	}
	return out, true
}
