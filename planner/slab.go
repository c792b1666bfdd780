package planner

// slabSize is how many values a slab makes at a time, once there are that many.
const slabSize = 64

// A slab makes values of one type that are held as long as one another.
type slab[T any] struct {
	free []T
	size int // of the last chunk
}

// next makes a value.
func (s *slab[T]) next() *T { return &s.list(1)[0] }

// list makes n neighbouring values.
func (s *slab[T]) list(n int) []T {
	if n > len(s.free) {
		if n > slabSize/4 {
			return make([]T, n)
		}
		s.size = min(slabSize, max(4, 2*s.size, n))
		s.free = make([]T, s.size)
	}
	list := s.free[:n:n]
	s.free = s.free[n:]
	return list
}
