package merge

import "github.com/weft-graphql/weft/operation"

// A Result is the merged result of one request while it comes about. It is
// used by one goroutine.
//
// The life of a fetch in it: Requests gives what to send; for each request
// either Link or Fail says what became of it. Fetches that depend on it may
// follow once all of its requests have ended. Release ends its own life.
type Result struct {
	p         *Program
	variables *operation.Variables
	view      view
	builder   requestBuilder

	parts   []part
	fetches []fetchState
	joints  []map[string]uint32
	copied  []copiedObjects
	written *writtenObjects // nil until it is needed

	errors      []*Error
	leftOut     int // errors beyond maxErrors
	hidden      []*Error
	maxErrors   int
	completions []Completion

	// incomplete says that errors are looked for before all fetches have ended,
	// so that what is null need not stay so.
	incomplete bool
	// searched counts what has been looked at to place errors.
	searched int
}

// fetchState is what has become of one fetch.
type fetchState struct {
	lookups []lookupState

	// reached tells for each target of a root fetch, or of the lookups one
	// after the other, whether there was an object.
	reached []bool

	// used says that objects are linked to the fetch.
	used bool

	requests int  // how many there are
	open     int  // how many of them have not ended
	pending  bool // Requests has not been called, or open is not 0

	failures []*Failure
	answers  []requestErrors

	// linked are the answers whose memory the part uses.
	linked []*Answer
}

type lookupState struct {
	representations
	// items are the entities by number of representation.
	items []slot

	// sent are the numbers of the representations in the order in which they
	// are sent, and first where those of each request begin, with the end at
	// the end. nil if there is one request with all of them.
	sent  []uint32
	first []int

	// linked is how many objects have got a representation.
	linked int

	// reused is how many entities were found in earlier answers.
	reused int
}

// numbers are the numbers of the representations in a request. They are not
// listed if there is one request with all of them.
func (l *lookupState) numbers(request int) []uint32 {
	return l.sent[l.first[request]:l.first[request+1]]
}

// count returns how many representations are in a request.
func (l *lookupState) count(request int) int {
	if l.first == nil {
		return len(l.list)
	}
	return l.first[request+1] - l.first[request]
}

// number returns the number of the representation at a place in a request, -1
// if there is none.
func (l *lookupState) number(request, place int) int {
	switch {
	case place >= l.count(request):
		return -1
	case l.first == nil:
		return place
	default:
		return int(l.numbers(request)[place])
	}
}

// requestErrors are the errors in the answer to one request.
type requestErrors struct {
	request int
	answerErrors
}

// NewResult returns the empty result of a new request. variables may be nil if
// the operation has none.
func (p *Program) NewResult(variables *operation.Variables) *Result {
	r, ok := p.results.Get().(*Result)
	if !ok {
		r = &Result{
			p:       p,
			parts:   make([]part, len(p.fetches)),
			fetches: make([]fetchState, len(p.fetches)),
			joints:  make([]map[string]uint32, p.joints),
			copied:  make([]copiedObjects, len(p.copies)),
		}
		r.view.r = r
		for i, f := range p.fetches {
			r.fetches[i].lookups = make([]lookupState, len(f.lookups))
		}
	}
	r.variables, r.maxErrors = variables, MaxErrors
	for i := range r.fetches {
		r.fetches[i].pending = true
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
	state.linked = append(state.linked, a)
	if a.errors.count > 0 {
		state.answers = append(state.answers, requestErrors{request: request, answerErrors: a.errors})
	}
	if a.root == 0 {
		if a.errors.count == 0 {
			state.failures = append(state.failures, &Failure{Code: CodeMalformed, Reason: "neither data nor errors in the answer"})
		}
		return
	}
	moved := uint32(0)
	switch {
	case p.slots == nil:
		*p = a.part
	case !p.holds(&a.part):
		state.failures = append(state.failures, &Failure{Code: CodeMalformed, Reason: "the answers of its requests are too large together"})
		return
	default:
		moved = p.append(&a.part)
	}
	for i, l := range f.lookups {
		r.linkLookup(state, i, request, p, p.at(a.root+moved, l.entry), a.errors.count > 0)
	}
}

// linkLookup makes the entities of one lookup in an answer reachable.
func (r *Result) linkLookup(state *fetchState, lookup, request int, p *part, s slot, hasErrors bool) {
	l := &state.lookups[lookup]
	want := l.count(request)
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
		// Which of them is missing, or should not be there, cannot be told: any
		// of the others may be somebody else's.
		state.failures = append(state.failures, wrongLength(len(entities), want))
		return
	}
	if l.sent == nil {
		l.items = entities
	} else {
		if l.items == nil {
			l.items = make([]slot, len(l.list))
		}
		for place, number := range l.numbers(request)[:len(entities)] {
			l.items[number] = entities[place]
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

// Reused returns how many entities of a fetch were found in earlier answers.
func (r *Result) Reused(fetch int) int {
	n := 0
	for i := range r.fetches[fetch].lookups {
		n += r.fetches[fetch].lookups[i].reused
	}
	return n
}

func (r *Result) end(state *fetchState) {
	if state.open > 0 {
		state.open--
	}
	state.pending = state.open > 0
}
