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
// that need different context values cannot share one, or if there are more
// than maxEntities for one lookup, 0 being no limit; none if there is nothing
// to ask for, or all of it is at hand, and then the fetch has ended. The list is
// good until the next call, the bodies for good.
//
// Apollo Federation subgraph specification, "Resolve requests for entities".
func (r *Result) Requests(fetch, maxEntities int) []Request {
	f, state := r.p.fetches[fetch], &r.fetches[fetch]
	b := &r.builder
	b.begin(r, f, state)
	switch {
	case f.IsEntity():
		b.collect()
		b.reuse()
	case f.target != nil:
		b.collectRoot()
	default:
		b.newGroup()
	}
	b.layOut(maxEntities)
	state.open, state.pending = state.requests, state.requests > 0
	state.used = len(b.groups) > 0
	b.requests = b.requests[:0]
	for i := range b.groups {
		for range b.groups[i].requests {
			b.requests = append(b.requests, b.body(&b.groups[i], len(b.requests)))
		}
	}
	return b.requests
}

// A requestBuilder builds the requests of one fetch after the other.
type requestBuilder struct {
	*Result
	fetch    *fetch
	state    *fetchState
	renderer renderer
	groups   []group
	requests []Request

	// lookup and target are what is being collected.
	lookup, target int

	// memory for bodies; what has been cut off is not this one's any more.
	memory []byte
	sizes  int // of all bodies so far

	// byValues finds groups by their context values, if there is only one
	// lookup.
	byValues map[string]int
	key      []byte

	// known are the numbers, plus one, of the representations that belong to
	// those made for another link.
	known []uint32
}

// A group are objects that can travel in one request; it becomes several if
// they are too many.
type group struct {
	// context values by number of the variable; nil if no object needs it.
	context [][]byte
	// entities to ask for, by lookup.
	entities []int
	requests int
}

func (b *requestBuilder) begin(r *Result, f *fetch, state *fetchState) {
	b.Result, b.fetch, b.state, b.renderer.view = r, f, state, &r.view
	b.groups, b.target, b.byValues = b.groups[:0], 0, nil
}

// newGroup adds a group without entities.
func (b *requestBuilder) newGroup() *group {
	if len(b.groups) < cap(b.groups) {
		b.groups = b.groups[:len(b.groups)+1] // with the memory of an earlier one
	} else {
		b.groups = append(b.groups, group{})
	}
	g := &b.groups[len(b.groups)-1]
	g.context, g.requests, g.entities = nil, 0, g.entities[:0]
	for range b.fetch.lookups {
		g.entities = append(g.entities, 0)
	}
	return g
}

// collect renders the representations of all objects at the paths of all
// lookups.
func (b *requestBuilder) collect() {
	for i, l := range b.fetch.lookups {
		b.lookup = i
		for _, t := range l.targets {
			b.state.reached = append(b.state.reached, false)
			if t.listed && b.isListed(t.link) {
				b.visitList(t)
			} else {
				b.renderer.walk(t, b)
			}
			b.target++
		}
	}
}

// collectRoot looks for objects of the query root type that the fetch belongs
// to.
func (b *requestBuilder) collectRoot() {
	b.state.reached = append(b.state.reached, false)
	b.renderer.walk(b.fetch.target, b)
	if b.state.reached[0] {
		b.newGroup()
	}
}

// visit collects one object.
func (b *requestBuilder) visit(t *target, f frame) {
	v := b.renderer.view
	number := 0
	if t.link.lookup >= 0 {
		if v.linked(t.link, v.objects(f), v.above()) >= 0 {
			return // one object at several places
		}
		if number = b.add(b.lookup, t, f); number < 0 {
			return
		}
	}
	v.setLinked(t.link, v.objects(f), v.above(), number)
	if t.link.lookup >= 0 {
		b.state.lookups[b.lookup].linked++
	}
	b.state.reached[b.target] = true
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
	group := 0
	if len(b.fetch.context) > 0 {
		group = b.group(b.context(t))
	} else if len(b.groups) == 0 {
		b.newGroup()
	}
	number, added := reps.intern(b.p.seed, start, group)
	if added {
		b.groups[group].entities[lookup]++
	}
	return number
}

// layOut says which representation travels in which request.
func (b *requestBuilder) layOut(maxEntities int) {
	split := false
	for i := range b.groups {
		g := &b.groups[i]
		if !b.fetch.IsEntity() {
			g.requests = 1
		}
		for _, n := range g.entities {
			switch {
			case n == 0:
			case maxEntities > 0 && n > maxEntities:
				g.requests = max(g.requests, (n+maxEntities-1)/maxEntities)
			default:
				g.requests = max(g.requests, 1)
			}
		}
		b.state.requests += g.requests
		split = split || g.requests > 1
	}
	if !split {
		maxEntities = 0
	}
	for i := range b.state.lookups {
		if l := &b.state.lookups[i]; b.state.requests > 1 || l.reused > 0 {
			l.layOut(i, b.groups, maxEntities)
		}
	}
}

// layOut sorts the representations of lookup i by request.
func (l *lookupState) layOut(i int, groups []group, maxEntities int) {
	total := 0
	next := make([]int, len(groups)) // place in sent of the next of each group
	for g := range groups {
		group := &groups[g]
		next[g] = total
		left := group.entities[i]
		for range group.requests {
			n := left
			if maxEntities > 0 {
				n = min(n, maxEntities)
			}
			l.first = append(l.first, total)
			total += n
			left -= n
		}
	}
	l.first = append(l.first, total)
	l.sent = make([]uint32, total)
	for number := range l.list {
		if rep := &l.list[number]; !rep.atHand {
			l.sent[next[rep.group]] = uint32(number)
			next[rep.group]++
		}
	}
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
		b.newGroup().context = make([][]byte, len(b.fetch.context))
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

// body puts request i together.
func (b *requestBuilder) body(g *group, i int) Request {
	body := append(b.cut(b.size(g, i)), b.fetch.prefix...)
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
		state := &b.state.lookups[j]
		body = state.appendTo(append(body, '['), i)
		body = append(body, ']')
		entities += state.count(i)
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

// size returns the size of the body of request i, or a little more.
func (b *requestBuilder) size(g *group, i int) int {
	size := len(b.fetch.prefix) + 16
	for _, v := range b.fetch.variables {
		if value, ok := b.variables.Raw(v.name); ok {
			size += len(v.literal) + len(value) + 1
		}
	}
	for j := range b.state.lookups {
		l := &b.state.lookups[j]
		size += len(b.fetch.lookups[j].literal) + 3 + l.count(i)
		if l.sent == nil {
			size += len(l.text)
			continue
		}
		for _, number := range l.numbers(i) {
			size += l.list[number].end - l.list[number].start
		}
	}
	for j, literal := range b.fetch.context {
		size += len(literal) + len(g.context[j]) + 1
	}
	return size
}

// cut returns memory for a body. The bodies of one Result lie together, in as
// much memory as those of one before it needed.
func (b *requestBuilder) cut(size int) []byte {
	b.sizes += size
	if cap(b.memory) < size {
		b.memory = make([]byte, 0, max(size, min(int(b.p.bodies.Load()), maxTogether)))
	}
	body := b.memory[:0:size]
	b.memory = b.memory[size:size:cap(b.memory)]
	return body
}

// maxTogether bounds the memory that is kept from the collector by one of
// several bodies in it.
const maxTogether = 32 << 10

// appendTo appends the representations of a request, with commas between them.
func (l *lookupState) appendTo(body []byte, request int) []byte {
	comma := false
	add := func(rep *representation) {
		if comma {
			body = append(body, ',')
		}
		comma = true
		body = append(body, l.text[rep.start:rep.end]...)
	}
	if l.sent == nil {
		for number := range l.list {
			add(&l.list[number])
		}
		return body
	}
	for _, number := range l.numbers(request) {
		add(&l.list[number])
	}
	return body
}
