package planner

import "slices"

// absorb leaves out fetches that bring nothing another does not bring anyway.
// Classes decide one by one, so one may fetch for its own objects what another
// has fetched for all of them, before their types were known.
func (b *builder) absorb() {
	for i := 0; i < len(b.fetches); i++ {
		b.step()
		f := b.fetches[i]
		at := slices.IndexFunc(b.fetches, func(g *fetch) bool {
			return g != f && g.covers(f) && !g.waitsFor(f)
		})
		if at < 0 {
			continue
		}
		g := b.fetches[at]
		for _, h := range b.fetches {
			if h.deps[f] {
				delete(h.deps, f)
				if h != g {
					h.deps[g] = true
				}
			}
		}
		b.replaceLater(f, g)
		for _, reason := range f.reasons {
			g.because(reason)
		}
		b.fetches = slices.Delete(b.fetches, i, i+1)
		i--
	}
}

// covers tells whether f brings all that other brings, no later.
func (f *fetch) covers(other *fetch) bool {
	if f.root || other.root || f.scope != other.scope || f.deferral != other.deferral || f.subgraph != other.subgraph || f.stage > other.stage ||
		len(f.context) > 0 || len(other.context) > 0 {
		return false
	}
	for _, in := range other.inputs {
		if !slices.ContainsFunc(f.inputs, func(own *input) bool {
			return own.on == nil || in.on != nil && containsAll(own.on, in.on)
		}) {
			return false
		}
	}
	if !f.node.covers(other.node) {
		return false
	}
	for name, n := range other.faces {
		if own := f.faces[name]; own == nil || !own.covers(n) {
			return false
		}
	}
	return true
}

func (n *node) covers(other *node) bool {
	if other.typename && (!n.typename || n.typenameAs != other.typenameAs) || n.local != other.local {
		return false
	}
	for i := range other.entries {
		if !n.coversEntry(&other.entries[i]) {
			return false
		}
	}
	return true
}

func (n *node) coversEntry(e *entry) bool {
	for i := range n.entries {
		own := &n.entries[i]
		if own.as == e.as && own.isLike(e) && (n.interfaceObject || containsAll(own.on, e.on)) &&
			(own.child == nil) == (e.child == nil) && (e.child == nil || own.child.covers(e.child)) {
			return true
		}
	}
	return false
}

// waitsFor tells whether f starts after other has ended, directly or by way of
// others.
func (f *fetch) waitsFor(other *fetch) bool {
	if f.stage <= other.stage {
		return false
	}
	for d := range f.deps {
		if d == other || d.waitsFor(other) {
			return true
		}
	}
	return false
}
