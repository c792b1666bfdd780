package merge

import "github.com/weft-graphql/weft/operation"

// A Result is the merged result of one request while it comes about. It is
// used by one goroutine.
//
// The life of a fetch in it: Requests gives what to send; for each request
// either Link or Fail says what became of it. Fetches that depend on it may
// follow once all of its requests have ended.
type Result struct {
	p         *Program
	variables *operation.Variables
	view      view

	parts   []part
	fetches []fetchState
	joints  []map[string]uint32

	errors      []*Error
	leftOut     int // errors beyond MaxErrors
	completions []Completion
}

// fetchState is what has become of one fetch.
type fetchState struct {
	lookups []lookupState

	// reached tells for each target of a root fetch, or of the lookups one
	// after the other, whether there was an object.
	reached []bool

	requests int  // how many there are
	open     int  // how many of them have not ended
	pending  bool // Requests has not been called, or open is not 0

	failures []*Failure
	answers  []requestErrors
}

type lookupState struct {
	representations
	// items are the entities by number of representation.
	items []slot
}

// requestErrors are the errors in the answer to one request.
type requestErrors struct {
	request int
	answerErrors
}

// NewResult returns the empty result of a new request. variables may be nil if
// the operation has none.
func (p *Program) NewResult(variables *operation.Variables) *Result {
	r := &Result{
		p:         p,
		variables: variables,
		parts:     make([]part, len(p.fetches)),
		fetches:   make([]fetchState, len(p.fetches)),
		joints:    make([]map[string]uint32, p.joints),
	}
	r.view.r = r
	for i, f := range p.fetches {
		r.fetches[i].pending = true
		r.fetches[i].lookups = make([]lookupState, len(f.lookups))
	}
	return r
}

// entity returns the object with the given number behind a link, 0 for none.
func (r *Result) entity(l *link, number int) uint32 {
	if l.lookup < 0 {
		return r.parts[l.fetch].root
	}
	items := r.fetches[l.fetch].lookups[l.lookup].items
	if number < len(items) && items[number].kind() == objectValue {
		return items[number].a
	}
	return 0
}

// Link takes over the answer to a request of a fetch, 0 for the first. The
// answer must not be used again.
//
// What is missing without the subgraph having given an error is a failure of
// the fetch, and is reported as one.
func (r *Result) Link(fetch, request int, a *Answer) {
	f, state, p := r.p.fetches[fetch], &r.fetches[fetch], &r.parts[fetch]
	r.end(state)
	if a.errors.count > 0 {
		state.answers = append(state.answers, requestErrors{request: request, answerErrors: a.errors})
	}
	if a.root == 0 {
		if a.errors.count == 0 {
			state.failures = append(state.failures, &Failure{Code: CodeMalformed, Reason: "neither data nor errors in the answer"})
		}
		return
	}
	var moved uint32
	if p.buf == nil {
		*p = a.part
	} else {
		moved = p.append(&a.part)
	}
	for i, l := range f.lookups {
		r.linkLookup(state, i, request, p, p.at(a.root+moved, l.entry), a.errors.count > 0)
	}
}

// linkLookup makes the entities of one lookup in an answer reachable.
func (r *Result) linkLookup(state *fetchState, lookup, request int, p *part, s slot, hasErrors bool) {
	l := &state.lookups[lookup]
	want := 0
	for i := range l.list {
		if l.list[i].request == request {
			want++
		}
	}
	if want == 0 {
		return
	}
	if s.kind() != listValue {
		if s.kind() > nullValue || !hasErrors {
			state.failures = append(state.failures, &Failure{Code: CodeMalformed, Reason: "no list of entities in the answer"})
		}
		return
	}
	entities := p.items(s)
	if len(entities) != want {
		state.failures = append(state.failures, wrongLength(len(entities), want))
	}
	if state.requests == 1 {
		l.items = entities[:min(want, len(entities))]
	} else {
		if l.items == nil {
			l.items = make([]slot, len(l.list))
		}
		for i := range l.list {
			if rep := &l.list[i]; rep.request == request && rep.place < len(entities) {
				l.items[i] = entities[rep.place]
			}
		}
	}
	for _, e := range entities {
		if k := e.kind(); k == strayValue || k == listValue {
			state.failures = append(state.failures, &Failure{Code: CodeMalformed, Reason: "an entity is neither an object nor null"})
			return
		}
	}
}

// Fail notes that a request of a fetch got no answer that could be decoded.
func (r *Result) Fail(fetch int, failure *Failure) {
	state := &r.fetches[fetch]
	r.end(state)
	state.failures = append(state.failures, failure)
}

// Abandon ends the fetch without a word: nothing of it can show in the
// response any more.
func (r *Result) Abandon(fetch int) {
	r.fetches[fetch].open, r.fetches[fetch].pending = 0, false
}

// Failed tells whether anything has gone wrong in the fetch: a failure, or an
// error in an answer.
func (r *Result) Failed(fetch int) bool {
	state := &r.fetches[fetch]
	return len(state.failures) > 0 || len(state.answers) > 0
}

func (r *Result) end(state *fetchState) {
	if state.open > 0 {
		state.open--
	}
	state.pending = state.open > 0
}
