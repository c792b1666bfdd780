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
	cost    int

	// late says that something was refused only because it would have come
	// after the last stage allowed.
	late bool

	stage   int    // the latest stage of any fetch used
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

// A solved field set: its position, the decision, and which known views the
// position's hands are.
type solved struct {
	pos      *position
	decision *decision
	hands    []int // -1 for a hand that is not there, and not used
}

type itemDecision struct {
	item   *item
	known  int // index into known: where the field is read; -1 if nowhere
	beside *solved
	child  *solved // &below, if there is one
	below  solved
}

// openedBy are the fetches that classes of one position open there. Classes
// share them.
func openedBy(classes []*classDecision) map[[2]int]bool {
	if len(classes) == 0 {
		return nil
	}
	opened := map[[2]int]bool{}
	for _, cd := range classes {
		for _, o := range cd.openings {
			opened[[2]int{o.subgraph, o.stage}] = true
		}
	}
	return opened
}

// costWith is the cost of the decision where the given fetches cost nothing.
func (d *classDecision) costWith(opened map[[2]int]bool) int {
	return d.cost + d.fetchCost(opened)
}

// fetchCost is the cost of the openings alone.
func (d *classDecision) fetchCost(opened map[[2]int]bool) int {
	cost := 0
	for i, o := range d.openings {
		same := func(p *opening) bool { return p.subgraph == o.subgraph && p.stage == o.stage }
		if !opened[[2]int{o.subgraph, o.stage}] && !slices.ContainsFunc(d.openings[:i], same) {
			cost += costFetch + costStage*o.stage
		}
	}
	return cost
}

func (s *solved) cost() int {
	if s == nil {
		return 0
	}
	return s.decision.cost
}

func (s *solved) stage() int {
	if s == nil {
		return 0
	}
	return s.decision.stage
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
