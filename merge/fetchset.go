package merge

// A fetchSet is a set of fetch IDs.
type fetchSet []uint64

func newFetchSet(fetches int) fetchSet { return make(fetchSet, (fetches+63)/64) }

func (s fetchSet) has(fetch int) bool { return s[fetch/64]&(1<<(fetch%64)) != 0 }

func (s fetchSet) add(fetch int) { s[fetch/64] |= 1 << (fetch % 64) }

func (s fetchSet) addAll(other fetchSet) {
	for i, w := range other {
		s[i] |= w
	}
}
