package planner

// A holding is what is at hand at a position with a chart, in bytes of words that
// are compared and hashed at once: for each view the stage since when, 0 for not
// at all, and then the last stage allowed.
type holding [(maxViews + 1) / 8]uint64

// since is the stage since when a view is at hand, or the last one allowed.
func (h *holding) since(view int) int { return int(h[view>>3] >> (view & 7 << 3) & 0xff) }

func (h *holding) put(view, stage int) {
	shift := view & 7 << 3
	h[view>>3] = h[view>>3]&^(0xff<<shift) | uint64(stage)<<shift
}

// last is where holdings have the last stage allowed.
func (g *ground) last() int { return len(g.views) }

// words is how many words of a holding count.
func (g *ground) words() int { return len(g.views)/8 + 1 }

// hold turns hands into a holding; not if there is a view among them that the
// chart lacks.
func (ch *chart) hold(hands []hand, bound int) (h holding, ok bool) {
	for _, x := range hands {
		i := ch.index(x.view)
		if i < 0 {
			return h, false
		}
		h.put(i, x.stage)
	}
	h.put(ch.last(), bound)
	return h, true
}

// hands turns a holding back into hands.
func (ch *chart) hands(h holding) []hand {
	hands := make([]hand, 0, len(ch.views))
	for i, v := range ch.views {
		if stage := h.since(i); stage > 0 {
			hands = append(hands, hand{v, stage})
		}
	}
	return hands
}

// key is a number that hardly any other holding has, and none if there is but
// one word.
func (h *holding) key(words int) uint64 {
	key := h[0]
	for _, x := range h[1:words] {
		key = scatter(key) ^ x
	}
	return key
}

// scatter spreads what tells keys apart over all bits.
func scatter(key uint64) uint64 {
	key *= 0x9e3779b97f4a7c15
	return key ^ key>>32
}

// heldBytes has all bits of those bytes set that are not zero. Stages are less
// than 128.
func heldBytes(x uint64) uint64 {
	x |= x >> 4
	x |= x >> 2
	x |= x >> 1
	return x & 0x0101010101010101 * 0xff
}

// prices are what has been priced on a chart in one pass of the search: a hash
// table, open and at most three quarters full.
type prices struct {
	slots []asked // a power of two, or none
	n     int
}

// An asked is a price and the holding it was asked for: at is nil if the key says
// all.
type asked struct {
	key   uint64
	at    *holding
	price *price
}

// slot finds the place of a holding, empty if it is not there.
func (ps *prices) slot(key uint64, at *holding) *asked {
	mask := uint64(len(ps.slots) - 1)
	for i := scatter(key); ; i++ {
		s := &ps.slots[i&mask]
		if s.price == nil || s.key == key && (s.at == nil || *s.at == *at) {
			return s
		}
	}
}

func (ps *prices) find(key uint64, at *holding) *price {
	if ps.n == 0 {
		return nil
	}
	return ps.slot(key, at).price
}

// forget makes the table empty, to be filled again.
func (ps *prices) forget() {
	clear(ps.slots)
	ps.n = 0
}

func (ps *prices) add(key uint64, at holding, words int, p *price) {
	if 4*ps.n >= 3*len(ps.slots) {
		old := ps.slots
		ps.slots = make([]asked, max(16, 2*len(old)))
		for _, s := range old {
			if s.price != nil {
				*ps.slot(s.key, s.at) = s
			}
		}
	}
	a := asked{key: key, price: p}
	if words > 1 {
		a.at = &holding{}
		*a.at = at
	}
	*ps.slot(key, a.at) = a
	ps.n++
}
