package differential

import "math/bits"

// A drawer makes decisions from bits. Zeros make the plainest choice, so that
// what shrinks the bits shrinks what is made of them.
type drawer struct {
	draw func(bits int) uint64
}

// below draws a number from 0 to n-1.
func (d *drawer) below(n int) int {
	if n <= 1 {
		return 0
	}
	return int(d.draw(bits.Len(uint(n-1))+1) % uint64(n))
}

// between draws a number from low to high.
func (d *drawer) between(low, high int) int { return low + d.below(high-low+1) }

// chance is true in so many cases of sixteen.
func (d *drawer) chance(sixteenths int) bool { return d.draw(4) >= uint64(16-sixteenths) }

// one draws an element of a list that is not empty.
func one[T any](d *drawer, list []T) T { return list[d.below(len(list))] }

// some draws a part of a list, at least one element of it, in order: each
// further one in so many cases of sixteen.
func some[T any](d *drawer, list []T, sixteenths int) []T {
	if len(list) == 0 {
		return nil
	}
	first := d.below(len(list))
	var part []T
	for i, x := range list {
		if i == first || d.chance(sixteenths) {
			part = append(part, x)
		}
	}
	return part
}
