package operation

import "slices"

// A Group is the fields of one response name for one runtime type. They are
// the same field with the same arguments, so any of them can be executed for
// all; their sub-selections belong together.
type Group struct {
	ResponseName string
	Fields       []*Field // in document order, never empty
}

// Field is the first field of the group: its name, definition and arguments
// are those of all.
func (g Group) Field() *Field { return g.Fields[0] }

// Selections are the sub-selections of the group's fields one after the other;
// nil for leaf fields. They may be shared with a Field and must not be written
// to.
func (g Group) Selections() []*Field {
	if len(g.Fields) == 1 {
		return g.Fields[0].Selections
	}
	if g.Fields[0].Selections == nil {
		return nil
	}
	n := 0
	for _, f := range g.Fields {
		n += len(f.Selections)
	}
	all := make([]*Field, 0, n)
	for _, f := range g.Fields {
		all = append(all, f.Selections...)
	}
	return all
}

// Collect returns the fields to execute on an object of runtimeType: those of
// fields that apply to it, grouped by response name in the order of their first
// occurrence. GraphQL specification, "CollectFields".
//
// Groups share memory with fields where they can and must not be appended to.
func Collect(fields []*Field, runtimeType string) []Group {
	var groups []Group
	var index map[string]int // of groups by response name, once there are many
	var last []string
	applies := false
	for i, f := range fields {
		// Neighbours mostly apply to the same types, and equal lists are one.
		if i == 0 || len(f.On) != len(last) || &f.On[0] != &last[0] {
			last = f.On
			_, applies = slices.BinarySearch(last, runtimeType)
		}
		if !applies {
			continue
		}
		if groups == nil {
			groups = make([]Group, 0, len(fields)-i)
		}
		at := -1
		if index != nil {
			if n, ok := index[f.ResponseName]; ok {
				at = n
			}
		} else {
			at = slices.IndexFunc(groups, func(g Group) bool { return g.ResponseName == f.ResponseName })
		}
		if at >= 0 {
			groups[at].Fields = append(groups[at].Fields, f)
			continue
		}
		// The group starts as a part of fields; its capacity makes an append
		// copy it.
		groups = append(groups, Group{ResponseName: f.ResponseName, Fields: fields[i : i+1 : i+1]})
		switch {
		case index != nil:
			index[f.ResponseName] = len(groups) - 1
		case len(groups) > linear:
			index = make(map[string]int, len(fields))
			for n, g := range groups {
				index[g.ResponseName] = n
			}
		}
	}
	return groups
}

// linear is how many groups are searched one by one.
const linear = 16
