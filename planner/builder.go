package planner

import (
	"context"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/supergraph"
)

// A builder is one run of the planner.
type builder struct {
	budget
	planner *Planner
	super   *supergraph.Supergraph
	request Request

	views     *views
	positions positions
	decisions map[string]*decision
	decided   map[placed][]*decision // where fewer hands may do; see dominant
	priced    map[priced]*decision   // where there is a chart
	asking    map[*position]bool     // requirements being looked into, against cycles

	// contexts are the fields that @fromContext arguments read from the
	// objects a field of the operation leads to; under nil, from the root.
	contexts map[*operation.Field][]*operation.Field

	everywheres map[everywhereKey]bool

	gained map[string]bool // see gains

	// charts are those drawn, prices memory for what is found on them, and
	// pricings searches that have ended, to be used again.
	charts   []*chart
	prices   []price
	pricings []*pricing

	grounds map[string]*ground // by type and views; nil for what has none
	doorsOf map[string][]door  // by type

	// spare are decisions that were of no use, to be written over.
	spare []*classDecision

	// quick has every class enter all subgraphs that could help, which tells
	// how many stages are needed.
	quick bool

	tried int // how many choices have been evaluated, large ones counting more

	bound int  // the last stage allowed
	late  bool // something was refused only because of bound

	fetches []*fetch

	contests  slab[contest]
	doorLists slab[int]

	// What is made in numbers while fetches are written down.
	scopes   slab[scope]
	names    slab[names]
	nodes    slab[node]
	builds   slab[classBuild]
	readings slab[reading]
	ways     slab[way]
	sources  slab[source]
	hands    slab[*source]
	waits    slab[*fetch]

	// later are places with deferred fields, yet to be planned; deferral is the
	// part of the answer being planned, nil for the first; deferrals are all.
	later     []*later
	eager     map[*operation.Defer]bool // that cannot be planned apart
	deferral  *deferral
	deferrals []*deferral
}

func newBuilder(ctx context.Context, p *Planner, r Request) *builder {
	b := &builder{
		budget:    budget{ctx: ctx, max: p.options.Budget, most: p.options.Memory},
		planner:   p,
		super:     p.super,
		request:   r,
		views:     newViews(p.super),
		decisions: map[string]*decision{},
		decided:   map[placed][]*decision{},
		priced:    map[priced]*decision{},
		gained:    map[string]bool{},

		grounds:     map[string]*ground{},
		doorsOf:     map[string][]door{},
		asking:      map[*position]bool{},
		everywheres: map[everywhereKey]bool{},
		contexts:    map[*operation.Field][]*operation.Field{},
	}
	b.positions = positions{b: b, byText: map[string]ast.SelectionSet{}, sets: map[*ast.Selection]ast.SelectionSet{}}
	return b
}

// run plans the operation and leaves its fetches in b.fetches.
func (b *builder) run() (err error) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(stopped)
			if !ok {
				panic(r)
			}
			err = s.err
		}
	}()
	fields := slices.DeleteFunc(slices.Clone(b.request.Selection), func(f *operation.Field) bool {
		return f.Name == "__typename" || f.Name == "__schema" || f.Name == "__type"
	})
	if len(fields) == 0 {
		return nil
	}
	if len(b.planner.contextual) > 0 {
		b.findContexts(fields, nil)
	}
	switch kind := b.request.Operation.Kind; kind {
	case ast.Mutation:
		return b.mutation(fields)
	case ast.Subscription:
		return b.tree(b.positions.operationRoot(kind, b.super.Subscription, fields), newScope(nil, []string{b.super.Subscription}, newNames(fields)))
	default:
		return b.tree(b.positions.operationRoot(ast.Query, b.super.Query, fields), newScope(nil, []string{b.super.Query}, newNames(fields)))
	}
}

// maxStages bounds how many fetches may wait for one another.
const maxStages = 64

// tree plans one root position: with as few stages as will do, and among those
// plans with the fewest fetches.
func (b *builder) tree(p *position, sc *scope) error {
	d := b.search(p, nil)
	if d.missing > 0 {
		return b.unplannable(d)
	}
	b.build(p, d, nil, sc)
	return b.plannedLater()
}

// search decides how to serve a position with as few stages as will do.
func (b *builder) search(p *position, hands []hand) *decision {
	var d *decision
	for b.bound = b.fewestStages(p, hands); b.bound <= maxStages; b.bound++ {
		if d = b.choose(p, hands); d.missing == 0 || !d.late {
			return d
		}
	}
	// Where keys are only to be had by way of each other, each further stage
	// looks as if it might help.
	return d
}

// fewestStages finds out how many stages are needed if fetches cost nothing; 1
// if no number will do, for the search to say why.
func (b *builder) fewestStages(p *position, hands []hand) int {
	b.quick = true
	defer func() {
		b.quick, b.tried = false, 0
		clear(b.decisions)
		clear(b.decided)
		clear(b.priced)
		b.forget()
		for _, ch := range b.charts {
			ch.prices.forget()
			ch.decided, ch.decidedAt = ch.decided[:0], ch.decidedAt[:0]
		}
	}()
	for b.bound = 1; b.bound <= maxStages; b.bound++ {
		d := b.choose(p, hands)
		if d.missing == 0 {
			return b.bound
		}
		if !d.late {
			break
		}
	}
	return 1
}

// mutation plans the root fields one after the other: a field starts when all
// that came of the one before has ended. Neighbours in one subgraph share a
// request, which runs them in order itself, unless the first needs more than
// that request.
func (b *builder) mutation(fields []*operation.Field) error {
	root := b.super.Mutation
	sc := newScope(nil, []string{root}, newNames(fields))
	var before []*fetch
	for _, group := range groupByResponse(fields) {
		p := b.positions.operationRoot(ast.Mutation, root, group)
		first := len(b.fetches)
		joined := len(before) == 1 && before[0].root
		if !joined {
			sc.fetches = map[fetchKey]*fetch{}
		}
		if err := b.tree(p, sc); err != nil {
			return err
		}
		added := slices.DeleteFunc(slices.Clone(b.fetches[first:]), func(f *fetch) bool { return f.deferral != nil })
		if len(added) == 0 || !added[0].root {
			// The field went into the request before it.
			before = append(slices.Clone(before), added...)
			continue
		}
		for _, f := range before {
			added[0].deps[f] = true
		}
		before = slices.Clone(added)
		// Only the newest root request may be joined.
		for key, f := range sc.fetches {
			if f != added[0] {
				delete(sc.fetches, key)
			}
		}
	}
	return nil
}

func groupByResponse(fields []*operation.Field) [][]*operation.Field {
	var groups [][]*operation.Field
	at := map[string]int{}
	for _, f := range fields {
		i, ok := at[f.ResponseName]
		if !ok {
			i = len(groups)
			at[f.ResponseName] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// unplannable names the first field that cannot be had.
func (b *builder) unplannable(d *decision) error {
	path := ""
	for d != nil {
		var next *decision
	find:
		for _, c := range d.classes {
			for _, id := range c.items {
				switch {
				case id.child != nil && id.child.missing() > 0:
					path += id.item.response + "."
					next = b.settled(id.child)
					break find
				case id.known < 0 && id.child == nil && c.missing > 0 && !(id.item.typename()):
					return &Error{Code: CodeUnplannable, Message: "no chain of subgraphs can answer the field " + c.class.object() + "." + id.item.name + " at " + path + id.item.response}
				}
			}
		}
		d = next
	}
	return &Error{Code: CodeUnplannable, Message: "no chain of subgraphs can answer the selection at " + path}
}

// finish turns the fetches into a plan.
func (b *builder) finish() (p *plan.Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(stopped)
			if !ok {
				panic(r)
			}
			p, err = nil, s.err
		}
	}()
	op := b.request.Operation
	p = &plan.Plan{Operation: op.Kind}
	ids := map[*batch]int{}
	variable := b.unusedPrefix("representations")
	b.numberDeferrals()
	for id, bt := range b.batches() {
		ids[bt] = id
		first := bt.fetches[0]
		f := &plan.Fetch{ID: id, Deferred: first.deferral.number(), Subgraph: b.super.Subgraphs[first.subgraph].Name, Operation: first.kind}
		f.Name = fetchName(op.Name, f.Subgraph, id)
		for _, d := range bt.deps {
			f.DependsOn = append(f.DependsOn, ids[d])
		}
		slices.Sort(f.DependsOn)
		for _, one := range bt.fetches {
			one.id = id
			for _, reason := range one.reasons {
				if !slices.Contains(f.Reasons, reason) {
					f.Reasons = append(f.Reasons, reason)
				}
			}
		}
		if first.root {
			f.Selections = b.selections(first)
			f.Path = first.scope.path
		} else {
			f.Lookups = b.lookups(bt, variable)
		}
		printDocument(f, op.Definition.VariableDefinitions)
		p.Fetches = append(p.Fetches, f)
	}
	b.reuse(p)
	b.describeDeferrals(p)
	return p, nil
}

// lookups are the _entities fields of a batch. Fetches that ask the same of the
// same representations share one.
func (b *builder) lookups(bt *batch, variable string) []*plan.Lookup {
	var lookups []*plan.Lookup
	byText := map[string]*plan.Lookup{}
	for _, f := range bt.fetches {
		l := &plan.Lookup{Paths: []plan.Path{f.scope.path}, Inputs: inputsOf(f), Selections: b.selections(f), Context: f.context}
		text := plan.LookupText(l)
		if same := byText[text]; same != nil {
			same.Paths = append(same.Paths, f.scope.path)
			continue
		}
		byText[text] = l
		lookups = append(lookups, l)
	}
	if len(lookups) == 1 {
		lookups[0].Key, lookups[0].Variable = "_entities", variable
		return lookups
	}
	for i, l := range lookups {
		l.Key, l.Variable = "_e"+itoa(i), variable+"_"+itoa(i)
	}
	return lookups
}

// unusedPrefix makes name a prefix that no client variable has.
func (b *builder) unusedPrefix(name string) string {
	for taken := true; taken; {
		taken = false
		for _, v := range b.request.Operation.Definition.VariableDefinitions {
			if len(v.Variable) >= len(name) && v.Variable[:len(name)] == name {
				taken = true
			}
		}
		if taken {
			name = "_" + name
		}
	}
	return name
}
