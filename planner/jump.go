package planner

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/supergraph"
)

// A jump is a way for objects of a class to enter a subgraph: by a key through
// _entities, or, for the query root type, by a root fetch of its own.
type jump struct {
	key *supergraph.Key // nil for a root fetch

	// local is the type to enter as in the subgraph: the object type, or an
	// interface (an @interfaceObject there, or a keyed interface when the
	// object's own type is not known yet).
	local string

	// renames says that the representation's __typename is local and not the
	// object's own type.
	renames bool

	// untyped says that the objects enter before their own type is known.
	untyped bool

	subgraph int

	// views are what the objects are once they have entered, without and with
	// their type being known before. See entered.
	views [2]*view
}

// entered is the view of the objects that have taken a jump.
func (b *builder) entered(j *jump, typed bool) *view {
	i := 0
	if typed {
		i = 1
	}
	if j.views[i] == nil {
		j.views[i] = b.views.entered(j.subgraph, j.local, typed)
	}
	return j.views[i]
}

// A door is a subgraph that objects of a class can enter, and the ways to: by
// the order of its keys, those that need a known runtime type first.
type door struct {
	subgraph int
	jumps    []*jump
}

// doors lists the subgraphs that objects of a class can enter, in index order.
// Below the root they depend on the type alone.
func (b *builder) doors(c *class) []door {
	if c.doors != nil {
		return c.doors
	}
	if c.pos.root != "" {
		c.doors = b.findDoors(c)
		return c.doors
	}
	doors, ok := b.doorsOf[c.object()]
	if !ok {
		doors = b.findDoors(c)
		b.doorsOf[c.object()] = doors
	}
	c.doors = doors
	return doors
}

func (b *builder) findDoors(c *class) []door {
	doors := []door{}
	hosts := []*supergraph.Type{b.super.Types[c.object()]}
	for _, name := range b.planner.interfaces[c.object()] {
		hosts = append(hosts, b.super.Types[name])
	}
	for _, g := range b.super.Subgraphs {
		if !slices.ContainsFunc(hosts, func(t *supergraph.Type) bool { return t != nil && t.In[g.Index] != nil }) {
			continue
		}
		js := b.findJumps(c, g.Index)
		for _, j := range js {
			j.subgraph = g.Index
		}
		if len(js) > 0 {
			doors = append(doors, door{g.Index, js})
		}
	}
	return doors
}

// jumps lists the ways to enter one subgraph.
func (b *builder) jumps(c *class, subgraph int) []*jump {
	doors := b.doors(c)
	i, ok := slices.BinarySearchFunc(doors, subgraph, func(d door, g int) int { return cmp.Compare(d.subgraph, g) })
	if !ok {
		return nil
	}
	return doors[i].jumps
}

func (b *builder) findJumps(c *class, subgraph int) []*jump {
	object := c.object()
	if c.pos.root != "" {
		if t := b.super.Types[object]; t == nil || t.In[subgraph] == nil {
			return nil
		}
		if c.pos.root != ast.Query && !c.pos.internal {
			return []*jump{{local: object}}
		}
	}
	var js []*jump
	in := b.super.Types[object].In[subgraph]
	if in != nil && object == b.super.Query {
		return []*jump{{local: object}}
	}
	if in != nil {
		for _, k := range in.Keys {
			if k.Resolvable {
				js = append(js, &jump{key: k, local: object})
			}
		}
	}
	for _, name := range b.planner.interfaces[object] {
		in := b.super.Types[name].In[subgraph]
		if in == nil {
			continue
		}
		for _, k := range in.Keys {
			switch {
			case !k.Resolvable:
			case in.InterfaceObject:
				js = append(js, &jump{key: k, local: name, renames: true})
			case contains(in.Possible, object):
				js = append(js, &jump{key: k, local: name, renames: true, untyped: true})
			}
		}
	}
	return js
}

// isKeyField tells whether an item is a field of some key that objects of the
// class can enter a subgraph by.
func (b *builder) isKeyField(c *class, it *item) bool {
	return it.leaf && slices.ContainsFunc(b.doors(c), func(g door) bool {
		return slices.ContainsFunc(g.jumps, func(j *jump) bool {
			return j.key != nil && slices.ContainsFunc(j.key.Fields, func(s ast.Selection) bool {
				f, ok := s.(*ast.Field)
				return ok && f.Name == it.name
			})
		})
	})
}

// usable tells whether a class may take a jump given the views at hand, of
// which typed tells the type (-1 for none): a jump as the object type needs the
// type to be known, an untyped one is only of use while it is not.
func (b *builder) usable(c *class, j *jump, at []known, typed int) bool {
	asInterface := slices.ContainsFunc(at, func(k known) bool {
		return k.view.interfaceObject && k.view.local == j.local
	})
	switch {
	case j.key == nil:
		return true
	case j.untyped:
		return typed < 0 && asInterface
	case b.needsType(c, j):
		return typed >= 0
	default:
		return typed >= 0 || asInterface || b.super.Types[c.object()].Kind != ast.Object
	}
}

// needsType tells whether a jump can only be taken once the type of the objects
// is known. From one @interfaceObject to another the interface's name is all a
// representation needs; where nothing implements the interface, it is all the
// type there is.
func (b *builder) needsType(c *class, j *jump) bool {
	if b.super.Types[c.object()].Kind != ast.Object {
		return false
	}
	return !j.renames || c.pos.selective
}

// typedFirst is the known view that tells the type of the objects first, -1
// for none.
func typedFirst(at []known) int {
	first := -1
	for i, k := range at {
		if !k.view.interfaceObject && (first < 0 || k.stage < at[first].stage) {
			first = i
		}
	}
	return first
}
