package planner

import (
	"slices"

	"github.com/weft-graphql/weft/operation"
)

// A hand is a view at hand and the stage of the fetch that has it: 1 for root
// fetches.
type hand struct {
	view  *view
	stage int
}

// known is a hand of a class under decision, with where it comes from.
type known struct {
	hand
	opening int // index into openings, or -1
	from    int // index into the position's hands, or -1
}

// A decision says how a position is served, given the views at hand.
type decision struct {
	missing int // leaves that cannot be had; 0 for a valid decision

	// cost is all but that of the fetches that own lists, which hang at the
	// objects themselves: whoever else fetches at the same objects shares
	// them.
	cost int
	own  []sent

	// late says that something was refused only because it would have come
	// after the last stage allowed.
	late bool

	stage   int // the latest stage of any fetch used
	hands   []hand
	used    []bool // by hand: whether something is read through it
	classes []*classDecision
}

type classDecision struct {
	class    *class
	known    []known
	openings []*opening
	items    []itemDecision

	missing, cost, stage int
	own                  []sent // as for a decision
	used                 []bool // by known

	// hands and index are what canonical said of the first handsOf known
	// views.
	hands   []hand
	index   []int
	handsOf int
}

// read counts a field that is read through a known view: the later it comes
// the more it costs, so that what can be had early is not left for later.
func (d *classDecision) read(known int) {
	d.cost += costField * d.known[known].stage
	d.use(known)
}

func (d *classDecision) use(known int) {
	if n := len(d.known) - len(d.used); n > 0 {
		d.used = append(d.used, make([]bool, n)...)
	}
	d.used[known] = true
}

func (d *classDecision) uses(known int) bool { return known < len(d.used) && d.used[known] }

// draw adds the cost of a field set and the views it reads.
func (d *classDecision) draw(s *solved) {
	if s == nil {
		return
	}
	d.cost += s.decision.cost
	d.own = joinSent(d.own, s.decision.own)
	for i, used := range s.decision.used {
		if used {
			d.use(s.hands[i])
		}
	}
}

// An opening is an entity (or nested root) fetch opened for a class.
type opening struct {
	subgraph int
	jump     *jump
	stage    int
	key      *solved
	requires []*solved // what fields with @requires need

	// typed is the known view that tells the objects' type by the time they
	// enter, -1 if there is none: then objects of all classes do.
	typed int

	// only says that the entry is for fields that need more than a key:
	// @requires fields in the representation or @fromContext arguments.
	only bool
}

// A solved is a position that has been decided, or one below an item that has
// a price so far, and which known views its hands are.
type solved struct {
	pos      *position
	decision *decision // nil while there is but a price
	chart    *chart
	price    *price
	hands    []int // -1 for a hand that is not there, and not used
}

func (s *solved) missing() int {
	if s.price != nil {
		return s.price.missing
	}
	return s.decision.missing
}

// uses tells whether something is read through a hand.
func (s *solved) uses(hand int) bool {
	if s.price == nil {
		return s.decision.used[hand]
	}
	for i := range s.chart.views {
		if s.price.at.since(i) > 0 {
			if hand == 0 {
				return s.price.used.has(i)
			}
			hand--
		}
	}
	panic("planner: no such hand")
}

type itemDecision struct {
	item   *item
	known  int // index into known: where the field is read; -1 if nowhere
	beside *solved
	child  *solved // &below, if there is one
	below  solved
}

// A sent is a fetch as costs see it: what goes to one subgraph at one stage for
// the objects of a position is one request.
type sent struct{ subgraph, stage int }

// joinSent adds to a list what it lacks.
func joinSent(list, more []sent) []sent {
	for _, f := range more {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// sentCost is the cost of the fetches in list that are not in paid.
func sentCost(list, paid []sent) int {
	cost := 0
	for _, f := range list {
		if !slices.Contains(paid, f) {
			cost += costFetch + costStage*f.stage
		}
	}
	return cost
}

// openedBy are the fetches that classes of one position open there. Classes
// share them.
func openedBy(classes []*classDecision) []sent {
	var opened []sent
	for _, cd := range classes {
		opened = joinSent(opened, cd.own)
	}
	return opened
}

// costWith is the cost of the decision where the given fetches cost nothing.
func (d *classDecision) costWith(opened []sent) int { return d.cost + sentCost(d.own, opened) }

// total is the cost of the decision and its own fetches.
func (d *decision) total() int { return d.cost + sentCost(d.own, nil) }

func (s *solved) cost() int {
	switch {
	case s == nil:
		return 0
	case s.price != nil:
		return s.price.cost
	default:
		return s.decision.total()
	}
}

func (s *solved) stage() int {
	switch {
	case s == nil:
		return 0
	case s.price != nil:
		return s.price.stage
	default:
		return s.decision.stage
	}
}

// contradicts tells whether the openings need different values under one name
// in the representation: one field with different arguments.
func (o *opening) contradicts(other *opening) bool {
	for _, x := range o.requires {
		for _, y := range other.requires {
			if contradict(x.pos.fields, y.pos.fields) {
				return true
			}
		}
	}
	return false
}

func contradict(a, b []*operation.Field) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Name == y.Name && intersects(x.On, y.On) && (printArguments(x.Arguments) != printArguments(y.Arguments) || contradict(x.Selections, y.Selections)) {
				return true
			}
		}
	}
	return false
}

func (o *opening) inputCost() int {
	cost := o.key.cost()
	for _, r := range o.requires {
		cost += r.cost()
	}
	return cost
}
