package merge

import (
	"bytes"
	"slices"
)

// A Request is the body of one request of a fetch.
type Request struct {
	Body []byte
	// Entities is the number of representations in it.
	Entities int
}

// Requests returns what is to be sent for a fetch whose dependencies have
// ended. It may be called once. Mostly it is one request; several if objects
// that need different context values cannot share one; none if there is
// nothing to ask for, and then the fetch has ended.
//
// Apollo Federation subgraph specification, "Resolve requests for entities".
func (r *Result) Requests(fetch int) []Request {
	f, state := r.p.fetches[fetch], &r.fetches[fetch]
	b := requestBuilder{Result: r, fetch: f, state: state, renderer: renderer{view: &r.view}}
	switch {
	case f.IsEntity():
		b.collect()
	case f.target != nil:
		b.collectRoot()
	default:
		b.groups = make([]group, 1)
	}
	state.requests, state.open, state.pending = len(b.groups), len(b.groups), len(b.groups) > 0
	requests := make([]Request, len(b.groups))
	for i := range b.groups {
		requests[i] = b.body(i)
	}
	return requests
}

type requestBuilder struct {
	*Result
	fetch    *fetch
	state    *fetchState
	renderer renderer
	groups   []group

	// byValues finds groups by their context values, if there is only one
	// lookup.
	byValues map[string]int
	key      []byte
}

// A group becomes one request.
type group struct {
	// context values by number of the variable; nil if no object needs it.
	context [][]byte
	// entities by lookup.
	entities []int
}

// collect renders the representations of all objects at the paths of all
// lookups.
func (b *requestBuilder) collect() {
	at := 0
	for i, l := range b.fetch.lookups {
		for _, t := range l.targets {
			b.state.reached = append(b.state.reached, false)
			b.renderer.walk(t, func(f frame) {
				if b.renderer.linked(t.link, f.refs, b.renderer.above()) >= 0 {
					return // one object at several places
				}
				if number := b.add(i, t, f); number >= 0 {
					b.renderer.setLinked(t.link, f.refs, b.renderer.above(), number)
					b.state.reached[at] = true
				}
			})
			at++
		}
	}
}

// add renders the representation of an object for a lookup and returns its
// number, -1 if there is none.
func (b *requestBuilder) add(lookup int, t *target, f frame) int {
	reps := &b.state.lookups[lookup].representations
	b.renderer.out = reps.text
	start := len(reps.text)
	if !b.renderer.representation(t.inputs, f) {
		return -1
	}
	reps.text = b.renderer.out
	request := 0
	if len(t.context) > 0 {
		request = b.group(b.context(t))
	} else if len(b.groups) == 0 {
		b.group(nil)
	}
	number, added := reps.intern(b.p.seed, start, request)
	if added {
		g := &b.groups[request]
		reps.list[number].place = g.entities[lookup]
		g.entities[lookup]++
	}
	return number
}

// context returns the values of the context variables for the object that is
// being visited, by number of the variable, nil where it needs none.
func (b *requestBuilder) context(t *target) [][]byte {
	values := make([][]byte, len(b.fetch.context))
	for i := range t.context {
		c := &t.context[i]
		frames := b.renderer.frames
		b.renderer.out = nil
		b.renderer.chain(c.fields, frames[len(frames)-1-c.up])
		values[c.variable] = b.renderer.out
	}
	return values
}

// group returns the first request in which an object with the given context
// values can travel.
func (b *requestBuilder) group(values [][]byte) int {
	at := -1
	if len(b.fetch.lookups) == 1 {
		// Every object needs all variables, so values either are those of a
		// request or they are not.
		b.key = b.key[:0]
		for _, v := range values {
			b.key = append(append(b.key, v...), 0)
		}
		if i, ok := b.byValues[string(b.key)]; ok {
			return i
		}
	} else {
		at = slices.IndexFunc(b.groups, func(g group) bool { return g.suits(values) })
	}
	if at < 0 {
		at = len(b.groups)
		b.groups = append(b.groups, group{
			context:  make([][]byte, len(b.fetch.context)),
			entities: make([]int, len(b.fetch.lookups)),
		})
		if b.byValues == nil {
			b.byValues = map[string]int{}
		}
		b.byValues[string(b.key)] = at
	}
	for i, v := range values {
		if v != nil {
			b.groups[at].context[i] = v
		}
	}
	return at
}

// suits tells whether no value differs from that of the request.
func (g *group) suits(values [][]byte) bool {
	for i, v := range values {
		if v != nil && g.context[i] != nil && !bytes.Equal(v, g.context[i]) {
			return false
		}
	}
	return true
}

// collectRoot looks for objects of the query root type that the fetch belongs
// to.
func (b *requestBuilder) collectRoot() {
	b.state.reached = []bool{false}
	b.renderer.walk(b.fetch.target, func(f frame) {
		b.renderer.setLinked(b.fetch.target.link, f.refs, b.renderer.above(), 0)
		b.state.reached[0] = true
	})
	if b.state.reached[0] {
		b.groups = make([]group, 1)
	}
}

// body puts request i together.
func (b *requestBuilder) body(i int) Request {
	g := &b.groups[i]
	size := len(b.fetch.prefix) + 32
	for j := range b.state.lookups {
		size += len(b.state.lookups[j].text) + len(b.state.lookups[j].list) + len(b.fetch.lookups[j].literal) + 3
	}
	body := append(make([]byte, 0, size), b.fetch.prefix...)
	entities := 0
	empty := true
	name := func(literal string) {
		if empty {
			body = append(body, `,"variables":{`...)
		} else {
			body = append(body, ',')
		}
		body = append(body, literal...)
		empty = false
	}
	for _, v := range b.fetch.variables {
		if value, ok := b.variables.Raw(v.name); ok {
			name(v.literal)
			body = append(body, value...)
		}
	}
	for j, l := range b.fetch.lookups {
		name(l.literal)
		body = append(body, '[')
		reps := &b.state.lookups[j].representations
		n := 0
		for k := range reps.list {
			rep := &reps.list[k]
			if rep.request != i {
				continue
			}
			if n++; n > 1 {
				body = append(body, ',')
			}
			body = append(body, reps.text[rep.start:rep.end]...)
		}
		body = append(body, ']')
		entities += n
	}
	for j, literal := range b.fetch.context {
		if g.context[j] != nil {
			name(literal)
			body = append(body, g.context[j]...)
		}
	}
	if !empty {
		body = append(body, '}')
	}
	return Request{Body: append(body, '}'), Entities: entities}
}
