package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
)

type resolution int8

const (
	unknown resolution = iota
	unresolved
	direct
	required // resolvable in an entity fetch that is given what the field requires
)

// A sight is how the objects of a class look through one view. It is asked for
// under each choice of subgraphs, so the class keeps it.
type sight struct {
	how   []resolution // by item
	below []*view      // by item: what a composite field leads to
}

func (b *builder) sight(v *view, c *class) *sight {
	if v.id >= len(c.sights) {
		b.hold(sizeOfPointer * (v.id + 1 - len(c.sights)))
		c.sights = append(c.sights, make([]*sight, v.id+1-len(c.sights))...)
	}
	s := c.sights[v.id]
	if s == nil {
		s = &sight{how: make([]resolution, len(c.items)), below: make([]*view, len(c.items))}
		c.sights[v.id] = s
		b.hold(sizeOfSight + len(c.items)*(1+sizeOfPointer))
	}
	return s
}

// resolve tells whether the item can be read from a view of the class.
func (b *builder) resolve(v *view, c *class, it *item) resolution {
	if c.ground != nil && it.charted != nil {
		if i := c.ground.index(v); i >= 0 {
			if it.charted.had.has(i) {
				return direct
			}
			return unresolved
		}
	}
	s := b.sight(v, c)
	if s.how[it.index] == unknown {
		how := b.resolveAlone(v, c, it)
		if how != unresolved && !b.everywhere(v, c, it) {
			how = unresolved
		}
		s.how[it.index] = how
	}
	return s.how[it.index]
}

// below is the view of what a composite item leads to when it is read through
// v, whose subgraph has the field.
func (b *builder) below(v *view, c *class, it *item) *view {
	if c.ground != nil && it.charted != nil {
		if i := c.ground.index(v); i >= 0 && it.charted.had.has(i) {
			return it.charted.below[i]
		}
	}
	s := b.sight(v, c)
	if s.below[it.index] == nil {
		s.below[it.index] = b.views.below(v, c.object(), it.name, b.views.owned(v, c.object(), it.name))
	}
	return s.below[it.index]
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
		candidates: b.positions.within(c, nil),
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
	if f == nil || v.sealed && !c.pos.internal && b.isEntity(c) && !b.isKeyField(c, it) {
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
	if whole, ok := p.whole[v]; ok {
		return whole
	}
	if p.whole == nil {
		p.whole = map[*view]bool{}
	}
	whole := b.isWhole(p, v)
	p.whole[v] = whole
	return whole
}

func (b *builder) isWhole(p *position, v *view) bool {
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
			if !b.wholly(b.positions.below(c, it), b.below(v, c, it)) {
				return false
			}
		}
	}
	return true
}
