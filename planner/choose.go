package planner

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// Costs. A fetch outweighs any number of fields; among plans with as many
// fetches those win whose fetches start earlier, then those that select less.
const (
	costField = 1
	costStage = 1 << 20
	costFetch = 1 << 40
)

// exactLimit is how many subgraphs may be tried in all combinations at one
// class of a position. Beyond it they are added one by one, the best first.
const exactLimit = 8

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
}

// read counts a field that is read through a known view.
func (d *classDecision) read(known int) {
	d.cost += costField
	d.use(known)
}

func (d *classDecision) use(known int) {
	for len(d.used) <= known {
		d.used = append(d.used, false)
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
	jump     jump
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
	hands    []int
}

type itemDecision struct {
	item   *item
	known  int // index into known: where the field is read; -1 if nowhere
	beside *solved
	child  *solved
}

type resolution int

const (
	unresolved resolution = iota
	direct
	required // resolvable in an entity fetch that is given what the field requires
)

// resolve tells whether the item can be read from a view of the class.
func (b *builder) resolve(v *view, c *class, it *item) resolution {
	how := b.resolveAlone(v, c, it)
	if how != unresolved && !b.everywhere(v, c, it) {
		return unresolved
	}
	return how
}

// everywhere tells whether a field that the operation selects on an interface
// as such can be had for each type that the view can return, from that view
// onwards. A subgraph that cannot is not asked for the field at all: what it
// returns may be of the type it has no answer for.
func (b *builder) everywhere(v *view, c *class, it *item) bool {
	p := c.pos
	if p.internal || it.internal || it.typename() || v.interfaceObject || len(p.classes) < 2 || len(it.fields[0].On) < len(p.possible) || b.super.Types[v.local].Kind == ast.Object {
		return true
	}
	key := everywhereKey{v, p, it.fields[0]}
	if yes, ok := b.everywheres[key]; ok {
		return yes
	}
	yes := true
	for _, other := range p.classes {
		if other == c || !b.views.canBe(v, other.object()) {
			continue
		}
		at := slices.IndexFunc(other.items, func(o *item) bool { return o.response == it.response && !o.internal })
		if b.resolveAlone(v, other, other.items[at]) != direct && !b.reachable(v, other, other.items[at]) {
			yes = false
			break
		}
	}
	b.everywheres[key] = yes
	return yes
}

type everywhereKey struct {
	view  *view
	pos   *position
	field *operation.Field
}

// reachStages is how long a chain of fetches may be that reachable looks for.
const reachStages = 8

// reachable tells whether a field of a class, whatever is below it, can be had
// when the objects are at hand in one view only.
func (b *builder) reachable(v *view, c *class, it *item) bool {
	field := *it.fields[0]
	field.Selections = nil
	p := b.positions.add(&position{
		static: c.pos.static, possible: c.types, internal: true, above: c.pos.above,
		fields:     []*operation.Field{&field},
		candidates: b.positions.within(c),
	})
	bound, late := b.bound, b.late
	b.bound = max(b.bound, reachStages)
	d := b.choose(p, []hand{{v, 1}})
	b.bound, b.late = bound, late
	return d.missing == 0
}

func (b *builder) resolveAlone(v *view, c *class, it *item) resolution {
	if it.typename() {
		if v.interfaceObject {
			return unresolved
		}
		return direct
	}
	object := c.object()
	f := b.views.owned(v, object, it.name)
	if f == nil {
		return unresolved
	}
	if _, ok := b.views.provided(v, object, it.name); ok {
		return direct
	}
	if f.External {
		return unresolved
	}
	if f.OverrideLabel != "" && b.request.Labels[f.OverrideLabel] != f.Overrides {
		return unresolved
	}
	if v.interfaceObject && !v.sorted && !c.pos.internal && c.pos.clashes(it) {
		return unresolved
	}
	if f.Requires != nil || f.Context != nil {
		return required
	}
	return direct
}

// clashes tells whether some class selects another field under the item's
// response name, so that the field must not be read for objects whose class is
// not known.
func (p *position) clashes(it *item) bool {
	for _, c := range p.classes {
		for _, other := range c.items {
			if !other.internal && other.response == it.response && (other.name != it.name || other.arguments != it.arguments) {
				return true
			}
		}
	}
	return false
}

// choose decides how to serve a position with the hands given, in at most
// b.bound stages. Hands must be canonical. Decisions are memoised.
func (b *builder) choose(p *position, hands []hand) *decision {
	key := make([]byte, 0, 8+4*len(hands))
	key = binary.AppendUvarint(key, uint64(p.id))
	key = binary.AppendUvarint(key, uint64(b.bound))
	for _, h := range hands {
		key = binary.AppendUvarint(key, uint64(h.view.id))
		key = binary.AppendUvarint(key, uint64(h.stage))
	}
	if d := b.decisions[string(key)]; d != nil {
		b.late = b.late || d.late
		return d
	}
	before := b.late
	b.late = false
	d := b.decide(p, hands)
	d.late = b.late
	b.late = before || d.late
	b.decisions[string(key)] = d
	return d
}

func (b *builder) decide(p *position, hands []hand) *decision {
	d := &decision{used: make([]bool, len(hands))}
	for _, c := range p.classes {
		at := b.atHand(c, hands)
		if len(at) == 0 && p.root == "" {
			continue // no such object can come from any of the views
		}
		d.classes = append(d.classes, b.chooseClass(c, at, openedBy(d.classes)))
	}
	b.agree(d.classes)
	for i, cd := range d.classes {
		if !cd.class.doubtful {
			d.missing += cd.missing
		}
		d.cost += cd.costWith(openedBy(d.classes[:i]))
		d.stage = max(d.stage, cd.stage)
		for j, k := range cd.known {
			if k.from >= 0 && cd.uses(j) {
				d.used[k.from] = true
			}
		}
	}
	return d
}

// agree lets each class choose again, knowing what the others open, until
// nobody gains: classes that could all be served by one subgraph may have
// begun with different ones.
func (b *builder) agree(classes []*classDecision) {
	if len(classes) < 2 || len(classes) > exactLimit {
		return
	}
	for range classes {
		changed := false
		for i, cd := range classes {
			others := append(slices.Clone(classes[:i]), classes[i+1:]...)
			at := slices.DeleteFunc(slices.Clone(cd.known), func(k known) bool { return k.from < 0 })
			opened := openedBy(others)
			again := b.chooseClass(cd.class, at, opened)
			if cmp.Or(cmp.Compare(again.missing, cd.missing), cmp.Compare(again.costWith(opened), cd.costWith(opened))) < 0 {
				classes[i], changed = again, true
			}
		}
		if !changed {
			return
		}
	}
}

// openedBy are the fetches that classes of one position open there. Classes
// share them.
func openedBy(classes []*classDecision) map[[2]int]bool {
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
	cost := d.cost
	seen := map[[2]int]bool{}
	for _, o := range d.openings {
		if f := [2]int{o.subgraph, o.stage}; !opened[f] && !seen[f] {
			cost += costFetch + costStage*o.stage
			seen[f] = true
		}
	}
	return cost
}

// atHand lists the hands that can hold objects of the class.
func (b *builder) atHand(c *class, hands []hand) []known {
	var at []known
	for i, h := range hands {
		if b.views.canBe(h.view, c.object()) {
			at = append(at, known{hand: h, opening: -1, from: i})
		}
	}
	return at
}

// chooseClass finds the subgraphs to enter for a class. opened are the
// (subgraph, stage) fetches that other classes open here anyway.
func (b *builder) chooseClass(c *class, at []known, opened map[[2]int]bool) *classDecision {
	if c.pos.root == ast.Mutation || c.pos.root == ast.Subscription {
		return b.chooseOne(c, at, opened)
	}
	best := b.evaluate(c, at, nil)
	if best.missing == 0 && best.costWith(nil) <= costFetch {
		return best // all of it is at hand
	}
	if c.doubtful {
		return best // for objects that should not come nothing is fetched
	}
	candidates := b.worthEntering(c, at)
	if len(candidates) > exactLimit || b.tight() {
		return b.chooseGreedily(c, at, candidates, best, opened)
	}
	set := make([]int, 0, len(candidates))
	for size := 1; size <= len(candidates); size++ {
		if best.missing == 0 && best.costWith(nil) <= size*costFetch && len(opened) == 0 {
			break
		}
		b.subsets(candidates, size, set, func(set []int) {
			if d := b.evaluate(c, at, set); better(d, best, opened) {
				best = d
			}
		})
	}
	return best
}

// subsets calls f with every subset of the given size, in lexical order. f
// must not keep the slice.
func (b *builder) subsets(of []int, size int, set []int, f func([]int)) {
	if size == 0 {
		f(set)
		return
	}
	for i := 0; i+size <= len(of); i++ {
		b.subsets(of[i+1:], size-1, append(set, of[i]), f)
	}
}

// chooseOne enters exactly one subgraph: a mutation field is called once, a
// subscription has one source.
func (b *builder) chooseOne(c *class, at []known, opened map[[2]int]bool) *classDecision {
	var best *classDecision
	for _, g := range b.super.Subgraphs {
		if len(b.jumps(c, g.Index)) == 0 {
			continue
		}
		if d := b.evaluate(c, at, []int{g.Index}); best == nil || better(d, best, opened) {
			best = d
		}
	}
	if best == nil {
		return b.evaluate(c, at, nil)
	}
	return best
}

// chooseGreedily adds the most useful subgraph until none helps, then drops
// those that have become useless.
func (b *builder) chooseGreedily(c *class, at []known, candidates []int, best *classDecision, opened map[[2]int]bool) *classDecision {
	var set []int
	for {
		grown := -1
		for _, g := range candidates {
			if slices.Contains(set, g) {
				continue
			}
			if d := b.evaluate(c, at, append(slices.Clone(set), g)); better(d, best, opened) {
				best, grown = d, g
			}
		}
		if grown < 0 {
			break
		}
		set = append(set, grown)
	}
	for i := 0; i < len(set); {
		without := slices.Delete(slices.Clone(set), i, i+1)
		if d := b.evaluate(c, at, without); better(d, best, opened) {
			best, set = d, without
		} else {
			i++
		}
	}
	return best
}

// better compares decisions where the fetches in opened cost nothing.
func better(a, b *classDecision, opened map[[2]int]bool) bool {
	return cmp.Or(cmp.Compare(a.missing, b.missing), cmp.Compare(a.costWith(opened), b.costWith(opened))) < 0
}

// evaluate decides how to serve a class when it enters the subgraphs in set.
func (b *builder) evaluate(c *class, at []known, set []int) *classDecision {
	b.step()
	d := &classDecision{class: c, known: slices.Clone(at), items: make([]itemDecision, len(c.items))}
	b.enter(d, set)
	entered := len(d.known)
	for i, it := range c.items {
		d.items[i] = itemDecision{item: it, known: -1}
	}
	// Fields with @requires open fetches of their own, through which other
	// fields may be read as well; so they go first.
	for i, it := range c.items {
		if !c.doubtful && !b.readable(d, it, entered) {
			b.require(d, &d.items[i], entered)
		}
	}
	for i, it := range c.items {
		b.step()
		if it.leaf {
			b.readLeaf(d, &d.items[i])
		} else {
			b.readComposite(d, &d.items[i])
		}
	}
	return d
}

// enter opens the subgraphs in set, the earliest possible first.
func (b *builder) enter(d *classDecision, set []int) {
	pending := slices.Clone(set)
	for len(pending) > 0 {
		var best *opening
		for _, g := range pending {
			o := b.entry(d, g, len(d.known), false)
			if o == nil {
				continue
			}
			if best == nil || o.stage < best.stage || o.stage == best.stage && o.key.cost() < best.key.cost() {
				best = o
			}
		}
		if best == nil {
			return
		}
		pending = slices.DeleteFunc(pending, func(g int) bool { return g == best.subgraph })
		b.open(d, best)
	}
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

// entry finds the best way into a subgraph from the first n known views, or
// nil. sorted says that objects of other classes must not enter: what the
// entry needs of them is somewhere else.
func (b *builder) entry(d *classDecision, subgraph, n int, sorted bool) *opening {
	var best *opening
	for _, j := range b.jumps(d.class, subgraph) {
		typed := typedFirst(d.known[:n])
		if !b.usable(d.class, j, d.known[:n], typed) || sorted && typed < 0 && b.isPart(d.class) {
			continue
		}
		o := &opening{subgraph: subgraph, jump: j, typed: typed}
		if j.key == nil {
			o.stage = 1
			for i, k := range d.known[:n] {
				if i == 0 || k.stage+1 < o.stage {
					o.stage = k.stage + 1
				}
			}
		} else {
			o.key = b.solve(d, b.positions.fieldSet(d.class, j.key.Fields), n)
			if o.key == nil {
				continue
			}
			switch {
			case typed < 0 || j.untyped:
				o.stage = 1 + o.key.stage()
			case sorted || b.needsType(d.class, j) || d.known[typed].stage <= o.key.stage():
				o.stage = 1 + max(o.key.stage(), d.known[typed].stage)
			default:
				// It would be known too late to be worth the wait.
				o.typed = -1
				o.stage = 1 + o.key.stage()
			}
		}
		if o.stage > b.bound {
			b.late = true
			continue
		}
		if best == nil || o.stage < best.stage || o.stage == best.stage && o.key.cost() < best.key.cost() {
			best = o
		}
	}
	return best
}

// open adds an opening and the view it gives.
func (b *builder) open(d *classDecision, o *opening) {
	d.draw(o.key)
	for _, r := range o.requires {
		d.draw(r)
	}
	d.stage = max(d.stage, o.stage)
	d.openings = append(d.openings, o)
	d.known = append(d.known, known{
		hand:    hand{b.views.entered(o.subgraph, o.jump.local, o.typed >= 0), o.stage},
		opening: len(d.openings) - 1,
		from:    -1,
	})
}

// solve decides a field set's position with the first n known views, leaving a
// stage for the fetch that wants it. nil if it cannot be had.
func (b *builder) solve(d *classDecision, p *position, n int) *solved {
	hands, index := canonical(d.known[:n], func(i int) *view { return d.known[i].view })
	if b.bound < 1 {
		return nil
	}
	b.bound--
	s := &solved{pos: p, decision: b.choose(p, hands), hands: index}
	b.bound++
	// A position none of whose objects can come from the views asks for
	// nothing; but then no representation can be built either.
	if s.decision.missing > 0 || len(s.decision.classes) == 0 {
		return nil
	}
	return s
}

// canonical sorts the views at hand and drops later duplicates, and tells
// which of the given each one is.
func canonical(at []known, viewOf func(int) *view) ([]hand, []int) {
	index := make([]int, 0, len(at))
	for i := range at {
		if viewOf(i) != nil {
			index = append(index, i)
		}
	}
	slices.SortStableFunc(index, func(x, y int) int {
		return cmp.Or(cmp.Compare(viewOf(x).id, viewOf(y).id), cmp.Compare(at[x].stage, at[y].stage))
	})
	index = slices.CompactFunc(index, func(x, y int) bool { return viewOf(x) == viewOf(y) })
	hands := make([]hand, len(index))
	for i, x := range index {
		hands[i] = hand{viewOf(x), at[x].stage}
	}
	return hands, index
}

// readable tells whether the item can be read from one of the first n known
// views without more ado.
func (b *builder) readable(d *classDecision, it *item, n int) bool {
	if it.typename() && b.staticTypename(d.class, it) {
		return true
	}
	for _, k := range d.known[:n] {
		switch b.resolve(k.view, d.class, it) {
		case direct:
			return true
		case required:
			if b.besides(k.view, d.class, it) {
				return true
			}
		}
	}
	return false
}

// staticTypename tells whether __typename is known without asking.
func (b *builder) staticTypename(c *class, _ *item) bool {
	return len(c.pos.possible) == 1 && b.super.Types[c.pos.static].Kind == ast.Object
}

// besides tells whether the view resolves all that the field requires by
// itself, so that the field can be selected right there, its requirements
// beside it.
func (b *builder) besides(v *view, c *class, it *item) bool {
	f := b.views.owned(v, c.object(), it.name)
	return f.Context == nil && b.wholly(b.positions.fieldSet(c, f.Requires), v)
}

// wholly tells whether a view answers a whole field set directly.
func (b *builder) wholly(p *position, v *view) bool {
	for _, c := range p.classes {
		if !b.views.canBe(v, c.object()) {
			continue
		}
		for _, it := range c.items {
			b.step()
			if b.resolve(v, c, it) != direct {
				return false
			}
			if it.leaf {
				continue
			}
			f := b.views.owned(v, c.object(), it.name)
			if !b.wholly(b.positions.below(c, it), b.views.below(v, c.object(), it.name, f)) {
				return false
			}
		}
	}
	return true
}

// require opens the fetch that a field with @requires needs.
func (b *builder) require(d *classDecision, id *itemDecision, n int) {
	it := id.item
	if it.typename() {
		return
	}
	var best *opening
	for _, g := range b.super.Subgraphs {
		f := b.requiring(d.class, it, g.Index)
		if f == nil {
			continue
		}
		o := b.entry(d, g.Index, n, true)
		if o == nil || b.resolve(b.views.entered(g.Index, o.jump.local, o.typed >= 0), d.class, it) != required {
			continue
		}
		o.only = true
		if f.Requires != nil {
			r := b.solve(d, b.positions.fieldSet(d.class, f.Requires), n)
			if r == nil {
				continue
			}
			o.requires = []*solved{r}
			o.stage = max(o.stage, 1+r.stage())
		}
		if o.stage > b.bound {
			b.late = true
			continue
		}
		if best == nil || o.stage < best.stage || o.stage == best.stage && o.inputCost() < best.inputCost() {
			best = o
		}
	}
	if best == nil {
		return
	}
	// Another field of the same subgraph may have opened a fetch at that
	// stage; then this one rides along.
	for i, o := range d.openings {
		if o.only && o.subgraph == best.subgraph && o.stage == best.stage && o.jump.local == best.jump.local && !o.contradicts(best) {
			o.requires = append(o.requires, best.requires...)
			for _, r := range best.requires {
				d.draw(r)
			}
			id.known = b.knownOf(d, i)
			return
		}
	}
	b.open(d, best)
	id.known = len(d.known) - 1
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

func (b *builder) knownOf(d *classDecision, opening int) int {
	return slices.IndexFunc(d.known, func(k known) bool { return k.opening == opening })
}

// requiring finds the item's field in a subgraph if it needs @requires there
// for objects of the class that enter by a key.
func (b *builder) requiring(c *class, it *item, subgraph int) *supergraph.FieldIn {
	for _, j := range b.jumps(c, subgraph) {
		v := b.views.entered(subgraph, j.local, true)
		if b.resolve(v, c, it) == required {
			return b.views.owned(v, c.object(), it.name)
		}
	}
	return nil
}

// readLeaf picks the earliest view that has the leaf.
func (b *builder) readLeaf(d *classDecision, id *itemDecision) {
	if id.known >= 0 {
		d.read(id.known)
		d.stage = max(d.stage, d.known[id.known].stage)
		return
	}
	if id.item.typename() && b.staticTypename(d.class, id.item) {
		return
	}
	for i, k := range d.known {
		if id.known >= 0 && (k.stage > d.known[id.known].stage || k.stage == d.known[id.known].stage && (d.uses(id.known) || !d.uses(i))) {
			continue
		}
		switch b.resolve(k.view, d.class, id.item) {
		case direct:
			id.known, id.beside = i, nil
		case required:
			if b.besides(k.view, d.class, id.item) {
				id.known, id.beside = i, b.besideOf(k.view, d.class, id.item, i, d)
			}
		}
	}
	if id.known < 0 {
		d.missing++
		return
	}
	d.draw(id.beside)
	d.read(id.known)
	d.stage = max(d.stage, d.known[id.known].stage)
}

// besideOf solves the requirements of a field from the one view it is read
// from.
func (b *builder) besideOf(v *view, c *class, it *item, at int, d *classDecision) *solved {
	p := b.positions.fieldSet(c, b.views.owned(v, c.object(), it.name).Requires)
	hands := []hand{d.known[at].hand}
	return &solved{pos: p, decision: b.choose(p, hands), hands: []int{at}}
}

// readComposite decides the position below the item, which may be read
// through all the views that have it.
func (b *builder) readComposite(d *classDecision, id *itemDecision) {
	it := id.item
	through := make([]*view, len(d.known))
	only := id.known // a field with @requires is read through its own fetch
	for i, k := range d.known {
		if only >= 0 && i != only {
			continue
		}
		how := b.resolve(k.view, d.class, it)
		if how == unresolved || how == required && i != only && !b.besides(k.view, d.class, it) {
			continue
		}
		if how == required && i != only {
			if id.beside == nil {
				id.beside = b.besideOf(k.view, d.class, it, i, d)
				only = i
			}
		}
		through[i] = b.views.below(k.view, d.class.object(), it.name, b.views.owned(k.view, d.class.object(), it.name))
	}
	hands, index := canonical(d.known, func(i int) *view { return through[i] })
	if len(hands) == 0 {
		d.missing += it.weight()
		return
	}
	p := b.positions.below(d.class, it)
	child := b.choose(p, hands)
	id.child = &solved{pos: p, decision: child, hands: index}
	first := index[0]
	for _, i := range index {
		if d.known[i].stage < d.known[first].stage {
			first = i
		}
	}
	id.known = first
	d.missing += child.missing
	d.cost += child.cost
	d.stage = max(d.stage, child.stage)
	d.draw(id.beside)
	for i, used := range child.used {
		if used {
			d.read(index[i])
		}
	}
	if !slices.Contains(child.used, true) {
		d.read(first)
		d.stage = max(d.stage, d.known[first].stage)
	}
}
