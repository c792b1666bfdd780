package plan

import "strings"

// String prints the path in the usual notation: response names, "@" for every
// element of a list, and "|[A,B]" behind a name whose objects must be of those
// types.
func (p Path) String() string {
	var w strings.Builder
	for i, e := range p {
		if i > 0 {
			w.WriteByte('.')
		}
		w.WriteString(e.As)
		for range e.Lists {
			w.WriteString(".@")
		}
		if e.On != nil {
			w.WriteString("|[")
			w.WriteString(strings.Join(e.On, ","))
			w.WriteByte(']')
		}
	}
	return w.String()
}
