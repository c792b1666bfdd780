package bruteforce

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// leaf and below are fields of sets.
func leaf(names ...string) Set {
	var s Set
	for _, n := range names {
		s = append(s, &Selected{Name: n})
	}
	return s
}

func below(name string, set Set) *Selected { return &Selected{Name: name, Below: set} }

// A shop is a world of three subgraphs, changed by edit:
//
//	a  Query.q: E    E by id: id, x
//	b                E by id: id, y, and z that requires x
//	c                E by k: id, k, w
//
// with k in b too.
func shop(edit func(e *Type, query *Type)) *World {
	e := &Type{Name: "E", Fields: []*Field{{Name: "id"}, {Name: "k"}, {Name: "w"}, {Name: "x"}, {Name: "y"}, {Name: "z"}}}
	q := &Type{Name: "Query", Fields: []*Field{{Name: "q", Of: e}}}
	own := func(names ...string) map[string]*FieldIn {
		fields := map[string]*FieldIn{}
		for _, n := range names {
			fields[n] = &FieldIn{}
		}
		return fields
	}
	id, k := Key{leaf("id"), true}, Key{leaf("k"), true}
	q.In = []*TypeIn{{Fields: own("q")}, nil, nil}
	e.In = []*TypeIn{
		{Keys: []Key{id}, Fields: own("id", "x")},
		{Keys: []Key{id, k}, Fields: own("id", "k", "x", "y", "z")},
		{Keys: []Key{k}, Fields: own("k", "w")},
	}
	e.In[1].Fields["x"].External = true
	e.In[1].Fields["z"].Requires = leaf("x")
	if edit != nil {
		edit(e, q)
	}
	return &World{Subgraphs: []string{"a", "b", "c"}, Types: []*Type{q, e}}
}

// What the search finds is what one finds by hand, and what the planner does.
func TestCheapest(t *testing.T) {
	tests := []struct {
		name string
		edit func(e, query *Type)
		set  Set
		want Cost
	}{
		{"in place", nil, leaf("id", "x"), Cost{1, 1}},
		{"one jump", nil, leaf("y"), Cost{2, 2}},
		{"a key in between", nil, leaf("w"), Cost{3, 3}},
		{"what the key passes rides along", nil, leaf("w", "y"), Cost{3, 3}},
		{"requires at hand", nil, leaf("z", "y"), Cost{2, 2}},
		{"requires from elsewhere", func(e, q *Type) {
			q.In[0], q.In[1] = nil, q.In[0]
		}, leaf("z"), Cost{3, 3}},
		{"out and back, with what is there already", func(e, q *Type) {
			q.In[0], q.In[1] = nil, q.In[0]
		}, leaf("y", "z", "x"), Cost{3, 3}},
		{"provided, so that nobody else is asked", func(e, q *Type) {
			q.In[0], q.In[1] = nil, q.In[0]
			q.In[1].Fields["q"].Provides = leaf("x")
		}, leaf("x", "z"), Cost{1, 1}},
		{"a key that is not resolvable", func(e, q *Type) {
			e.In[1].Keys[0].Resolvable = false
			e.In[0].Fields["k"] = &FieldIn{}
		}, leaf("y"), Cost{2, 2}},
		{"shared root", func(e, q *Type) {
			q.In[1] = &TypeIn{Fields: map[string]*FieldIn{"q": {}}}
		}, leaf("x", "y"), Cost{1, 2}},
		{"shared field, so that one is enough", func(e, q *Type) {
			e.In[0].Fields["y"] = &FieldIn{}
		}, leaf("x", "y"), Cost{1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := shop(tt.edit)
			query := Set{below("q", tt.set)}
			got, ok := NewSearch(w, query, maxSteps).Cheapest(Cost{mostStages, 8})
			if diff := cmp.Diff(tt.want, got); diff != "" || !ok {
				t.Errorf("the search finds (-want +got):\n%s", diff)
			}
			b, err := compose(w)
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.plan(query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, costOf(p)); diff != "" {
				t.Errorf("the planner needs (-want +got):\n%s\n%s", diff, p.Text())
			}
		})
	}
}

// Plans that are worse are noticed: those that the planner makes for a world
// that lacks something are held against the world that has it; and so are costs
// that nobody can keep to.
func TestWorsePlansAreNoticed(t *testing.T) {
	shared := func(_, q *Type) { q.In[1] = &TypeIn{Fields: map[string]*FieldIn{"q": {}}} }
	tests := []struct {
		name     string
		poorer   func(e, query *Type) // what is planned for
		set      Set
		richer   func(e, query *Type) // what it is held against
		complain string
	}{
		{"the same", nil, leaf("x", "y"), nil, ""},
		{"a jump where the root would do", nil, leaf("x", "y"), shared, "stages: 1 are enough instead of 2"},
		{"two subgraphs where one would do", shared, leaf("x", "y"), func(e, q *Type) {
			shared(e, q)
			e.In[0].Fields["y"] = &FieldIn{}
		}, "fetches: 1 are enough instead of 2"},
		{"out and back where it is provided", func(e, q *Type) {
			q.In[0], q.In[1] = nil, q.In[0]
		}, leaf("z"), func(e, q *Type) {
			q.In[0], q.In[1] = nil, q.In[0]
			q.In[1].Fields["q"].Provides = leaf("x")
		}, "stages: 1 are enough instead of 3"},
		{"more than there is", func(e, q *Type) {
			e.In[0].Fields["y"] = &FieldIn{}
		}, leaf("x", "y"), nil, "blind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query := Set{below("q", tt.set)}
			b, err := compose(shop(tt.poorer))
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.plan(query)
			if err != nil {
				t.Fatal(err)
			}
			got, known := judge(shop(tt.richer), query, costOf(p))
			if !known || !strings.HasPrefix(got, tt.complain) || (got == "") != (tt.complain == "") {
				t.Errorf("complaint %q (known: %t), want %q", got, known, tt.complain)
			}
		})
	}
	t.Run("one fetch more", func(t *testing.T) {
		query := Set{below("q", leaf("z", "w", "x"))}
		b, err := compose(shop(nil))
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.plan(query)
		if err != nil {
			t.Fatal(err)
		}
		cost := costOf(p)
		for _, worse := range []Cost{{cost.Stages, cost.Fetches + 1}, {cost.Stages + 1, cost.Fetches}} {
			if got, known := judge(shop(nil), query, worse); got == "" || !known {
				t.Errorf("%+v instead of %+v is not noticed", worse, cost)
			}
		}
	})
}
