package bruteforce

import (
	"fmt"
	"slices"
)

// A Cost is what plans are compared by.
type Cost struct {
	Stages, Fetches int
}

// A Search tries all plans of one query. It is for one use.
type Search struct {
	world    *World
	maxSteps int
	wants    []want // of the query, at no stage

	all map[want][]way // what ways has found

	budget int // fetches
	steps  int
	chosen map[entry]bool
	sure   map[want]bool
	found  []string
}

// NewSearch begins a search that gives up after so many steps.
func NewSearch(w *World, query Set, maxSteps int) *Search {
	s := &Search{world: w, maxSteps: maxSteps, all: map[want][]way{}}
	s.wants = s.of(&spot{typ: w.Types[0]}, query, 0)
	return s
}

// Possible tells whether the query can be answered in so many stages, with
// however many fetches.
func (s *Search) Possible(stages int) bool { return s.possible(at(s.wants, stages)) }

// Affordable tells whether the query can be answered in so many stages with at
// most so many fetches. known is false if the search has been given up.
func (s *Search) Affordable(c Cost) (yes, known bool) {
	s.budget, s.steps = c.Fetches, 0
	s.chosen, s.sure, s.found = map[entry]bool{}, map[want]bool{}, nil
	if s.search(at(s.wants, c.Stages)) {
		return true, true
	}
	return false, s.steps <= s.maxSteps
}

// Found are the fetches of the plan that Affordable has found last.
func (s *Search) Found() []string { return s.found }

// Cheapest is the cost of the cheapest plan. ok is false if there is none with
// at most so many stages and fetches, or the search has been given up.
func (s *Search) Cheapest(most Cost) (c Cost, ok bool) {
	for c.Stages = 0; c.Stages <= most.Stages; c.Stages++ {
		if !s.Possible(c.Stages) {
			continue
		}
		for c.Fetches = 0; c.Fetches <= most.Fetches; c.Fetches++ {
			yes, known := s.Affordable(c)
			if yes || !known {
				return c, yes
			}
		}
		return c, false
	}
	return c, false
}

// A spot is a place in the response, or one that only keys and requirements
// lead to.
type spot struct {
	above *spot
	name  string // the field that leads here
	typ   *Type
	below map[string]*spot
}

func (s *spot) String() string {
	if s.above == nil {
		return s.typ.Name
	}
	return s.above.String() + "." + s.name
}

func (s *spot) down(name string) *spot {
	if s.below[name] == nil {
		if s.below == nil {
			s.below = map[string]*spot{}
		}
		s.below[name] = &spot{above: s, name: name, typ: s.typ.field(name).Of}
	}
	return s.below[name]
}

// A want is a leaf that must be there by the end of some stage.
type want struct {
	at    *spot
	field string
	by    int
}

// An entry is a fetch: objects at a spot enter a subgraph in a stage, of which
// the first is 1.
type entry struct {
	at       *spot
	subgraph int
	stage    int
}

// at sets the stage of wants.
func at(wants []want, stage int) []want {
	out := slices.Clone(wants)
	for i := range out {
		out[i].by = stage
	}
	return out
}

// of are the leaves of a set of fields at a spot.
func (s *Search) of(p *spot, set Set, by int) []want {
	var wants []want
	for _, f := range set {
		if len(f.Below) == 0 {
			wants = append(wants, want{p, f.Name, by})
		} else {
			wants = append(wants, s.of(p.down(f.Name), f.Below, by)...)
		}
	}
	return wants
}

// A way is how a want can be met: by an entry.
type way struct {
	entry  entry
	needs  []want // of the entry, if it is not there yet
	always []want // requirements, in any case
}

// ways lists the ways to meet a want whose own wants can be met.
func (s *Search) ways(w want) []way {
	ways, ok := s.all[w]
	if !ok {
		ways = slices.DeleteFunc(s.list(w), func(way way) bool { return !s.possible(way.needs) || !s.possible(way.always) })
		s.all[w] = ways
	}
	return ways
}

// list is all ways to meet a want, possible or not.
func (s *Search) list(w want) []way {
	var ways []way
	fields := []string{w.field}
	for p := w.at; p != nil; p = p.above {
		for g := range s.world.Subgraphs {
			requires, ok := s.leads(p.typ, g, fields)
			switch {
			case !ok:
			case p.above == nil:
				ways = append(ways, way{entry: entry{p, g, 1}})
			default:
				ways = append(ways, s.entries(p, g, w.by, requires)...)
			}
		}
		fields = append([]string{p.name}, fields...)
	}
	return ways
}

// entries are the ways to enter a subgraph by a key.
func (s *Search) entries(p *spot, subgraph, by int, requires Set) []way {
	var ways []way
	for t := by; t > 1; t-- {
		for _, k := range p.typ.In[subgraph].Keys {
			if k.Resolvable {
				ways = append(ways, way{entry{p, subgraph, t}, s.of(p, k.Fields, t-1), s.of(p, requires, t-1)})
			}
		}
	}
	return ways
}

// leads tells whether objects of a type that have entered a subgraph have the
// value that a chain of fields leads to, and what must have been sent for it.
func (s *Search) leads(t *Type, subgraph int, fields []string) (requires Set, ok bool) {
	var provided Set
	for i, name := range fields {
		own := t.own(subgraph, name)
		if own == nil {
			return nil, false
		}
		switch given := provided.named(name); {
		case given != nil:
			provided = slices.Concat(given.Below, own.Provides)
		case own.External:
			return nil, false
		case own.Requires != nil && i == 0:
			requires, provided = own.Requires, own.Provides
		case own.Requires != nil && !s.has(t, subgraph, provided, own.Requires):
			return nil, false
		default:
			provided = own.Provides
		}
		t = t.field(name).Of
	}
	return requires, true
}

// has tells whether a subgraph itself resolves a set at a place where it
// provides some fields.
func (s *Search) has(t *Type, subgraph int, provided, set Set) bool {
	for _, f := range set {
		own := t.own(subgraph, f.Name)
		if own == nil {
			return false
		}
		below := own.Provides
		if given := provided.named(f.Name); given != nil {
			below = slices.Concat(given.Below, below)
		} else if own.External || own.Requires != nil {
			return false
		}
		if len(f.Below) > 0 && !s.has(t.field(f.Name).Of, subgraph, below, f.Below) {
			return false
		}
	}
	return true
}

func (s *Search) possible(wants []want) bool {
	return !slices.ContainsFunc(wants, func(w want) bool { return w.by < 1 || len(s.ways(w)) == 0 })
}

// search looks for entries within the budget that meet all wants.
func (s *Search) search(wants []want) bool {
	if s.steps++; s.steps > s.maxSteps {
		return false
	}
	for len(wants) > 0 && s.sure[wants[0]] {
		wants = wants[1:]
	}
	if len(wants) == 0 {
		for e := range s.chosen {
			s.found = append(s.found, fmt.Sprintf("%d: %s at %s", e.stage, s.world.Subgraphs[e.subgraph], e.at))
		}
		slices.Sort(s.found)
		return true
	}
	w, rest := wants[0], wants[1:]
	s.sure[w] = true
	defer delete(s.sure, w)
	ways := s.ways(w)
	// Whoever is asked already, for nothing more, is as good as any.
	if slices.ContainsFunc(ways, func(way way) bool { return s.chosen[way.entry] && len(way.always) == 0 }) {
		return s.search(rest)
	}
	for _, way := range ways {
		if s.chosen[way.entry] {
			if s.search(append(slices.Clone(way.always), rest...)) {
				return true
			}
			continue
		}
		if len(s.chosen) == s.budget {
			continue
		}
		s.chosen[way.entry] = true
		if s.search(slices.Concat(way.needs, way.always, rest)) {
			return true
		}
		delete(s.chosen, way.entry)
	}
	return false
}
