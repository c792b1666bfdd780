package merge

import "slices"

// listTargets finds the targets whose objects can be listed while the answer
// they are in is decoded. Walking to them would find the same objects in the
// same order, but takes longer the more lies on the way.
func (p *Program) listTargets() {
	for _, f := range p.fetches {
		for _, l := range f.lookups {
			for _, t := range l.targets {
				if p.canList(t) {
					t.listed = true
					p.list(t.link)
					t.flat = newFlatInput(f, t)
				}
			}
		}
	}
}

// canList tells whether all objects of the anchor's shape, and no others, are
// what a walk to the target finds.
func (p *Program) canList(t *target) bool {
	l := t.link
	pos := l.pos
	switch {
	case l.anchor < 0:
		return false // the objects belong to their ancestors
	case pos.sources[l.anchor].shape.positions > 1:
		return false // the same list would hold objects that lie elsewhere
	case slices.ContainsFunc(t.steps, func(s step) bool { return s.on != nil }):
		return false // not all of them are meant
	case pos.isTypedFromAbove():
		return false // the type may depend on that of the object above
	}
	return true
}

// list has the objects that a link starts from listed.
func (p *Program) list(l *link) {
	shape := l.pos.sources[l.anchor].shape
	if shape.set == 0 {
		f := p.fetches[l.anchorFetch()]
		f.sets++
		shape.set = f.sets
	}
}

// isListed tells whether the list of the objects that a link starts from is
// good: a subgraph that answers what it was not asked for is read with more
// care.
func (b *requestBuilder) isListed(l *link) bool {
	fetch := l.anchorFetch()
	return !b.parts[fetch].irregular && len(b.fetches[fetch].failures) == 0
}
