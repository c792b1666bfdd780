package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// A reviewID names the k-th review of a product, from 1.
type reviewID struct{ product, k int32 }

// String is the id that clients see: "r12-3".
func (r reviewID) String() string { return fmt.Sprintf("r%d-%d", r.product, r.k) }

func parseReviewID(text string) (reviewID, bool) {
	a, b, ok := strings.Cut(strings.TrimPrefix(text, "r"), "-")
	n, nOK := number(a)
	k, kOK := number(b)
	id := reviewID{int32(n), int32(k)}
	return id, ok && nOK && kOK && n > 0 && k > 0 && id.String() == text
}

// review is one review with all that is said in it.
type review struct {
	id            reviewID
	author        int
	rating, votes int
	title, body   string
	hasBody       bool
	createdOn     string
}

type user int

// reviews answers the subgraph of that name.
type reviews struct {
	*shop
	opinions [5][]opinion

	// latest and byUser hold what was there from the start, newest first.
	latest []reviewID
	byUser [][]reviewID

	mu    sync.RWMutex
	added []review // oldest first
	// addedTo holds the places in added of each product's reviews.
	addedTo map[int][]int
}

func newReviews(s *shop) mock.Source {
	r := &reviews{shop: s, opinions: opinions(), byUser: make([][]reviewID, s.users+1), addedTo: map[int][]int{}}
	r.index()
	return &source{
		entities: map[string]func(map[string]any) any{
			"Product": byID(s.count, func(n int) any { return product(n) }),
			"User":    byID(s.users, func(n int) any { return user(n) }),
			"Review":  func(fields map[string]any) any { return r.find(fmt.Sprint(fields["id"])) },
		},
		fields: map[string]map[string]resolver{
			"Query": {
				"review": func(c *mock.Call) (any, error) { return r.find(c.StringArg("id")), nil },
				"latestReviews": func(c *mock.Call) (any, error) {
					return r.newest(c, r.latest, func(review) bool { return true })
				},
			},
			"Mutation":         {"addReview": r.add},
			"Review":           reviewFields(),
			"Product":          r.productFields(),
			"User":             r.userFields(),
			"ReviewConnection": {}, // made by mock.Connection
		},
	}
}

// index finds out who wrote what, and which reviews are the newest.
func (r *reviews) index() {
	type dated struct {
		id  reviewID
		day int
	}
	var all []dated
	for n := 1; n <= r.count; n++ {
		for k := range r.written(n) {
			id := reviewID{int32(n), int32(k + 1)}
			all = append(all, dated{id, r.day(id)})
		}
	}
	slices.SortFunc(all, func(a, b dated) int {
		return cmp.Or(cmp.Compare(b.day, a.day), cmp.Compare(a.id.product, b.id.product), cmp.Compare(a.id.k, b.id.k))
	})
	for i, d := range all {
		if i < maxFirst {
			r.latest = append(r.latest, d.id)
		}
		author := r.author(d.id)
		r.byUser[author] = append(r.byUser[author], d.id)
	}
}

// written is how many reviews a product has from the start.
func (r *reviews) written(n int) int {
	h := hash(saltReviews, n)
	if n <= len(r.flagships) {
		return 6 + int(h%8)
	}
	return int(h % 8 * (h >> 8 % 3) / 2) // 0 to 7, often none
}

func (r *reviews) hash(id reviewID) uint64 { return hash(saltReviews, int(id.product)*1000+int(id.k)) }

func (r *reviews) author(id reviewID) int { return 1 + int(r.hash(id)>>8%uint64(r.users)) }

// day is how many days after the beginning of 2021 a review was written;
// later reviews of a product were written later.
func (r *reviews) day(id reviewID) int {
	count := r.written(int(id.product))
	span := 1826 / count
	return (int(id.k)-1)*span + int(r.hash(id)>>32%uint64(span))
}

func (r *reviews) get(id reviewID) review {
	h := r.hash(id)
	// Products differ in how good they are, people in how they see it.
	rating := []int{5, 5, 4, 4, 5, 3, 5, 4, 2, 5, 4, 1}[(h%8+hash(saltReviews, -int(id.product))%5)%12]
	said := pick(r.opinions[rating-1], h>>16)
	body := said.body
	if strings.Contains(body, "%s") {
		body = fmt.Sprintf(body, r.noun(int(id.product)))
	}
	return review{
		id: id, author: r.author(id), rating: rating, votes: between(0, 80, h>>24<<24),
		title: said.title, body: body, hasBody: true, createdOn: dayAt(r.day(id)),
	}
}

// find returns the review with an id, nil for none.
func (r *reviews) find(text string) any {
	id, ok := parseReviewID(text)
	if !ok || int(id.product) > r.count {
		return nil
	}
	if v, ok := r.lookup(id); ok {
		return v
	}
	return nil
}

// lookup returns a review of a product that exists.
func (r *reviews) lookup(id reviewID) (review, bool) {
	n := int(id.product)
	if int(id.k) <= r.written(n) {
		return r.get(id), true
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i := int(id.k) - r.written(n) - 1; i < len(r.addedTo[n]) {
		return r.added[r.addedTo[n][i]], true
	}
	return review{}, false
}

// of returns the ids of a product's reviews, newest first.
func (r *reviews) of(n int) []reviewID {
	r.mu.RLock()
	count := r.written(n) + len(r.addedTo[n])
	r.mu.RUnlock()
	ids := make([]reviewID, count)
	for i := range ids {
		ids[i] = reviewID{int32(n), int32(count - i)}
	}
	return ids
}

func (r *reviews) add(c *mock.Call) (any, error) {
	input, _ := c.Arg("input").(map[string]any)
	id, _ := input["productId"].(string)
	n, ok := number(id)
	if !ok || n < 1 || n > r.count {
		return nil, mock.Errorf(mock.CodeBadUserInput, "there is no product %q", id)
	}
	rating, _ := decimal(input["rating"])
	if rating < 1 || rating > 5 {
		return nil, mock.Errorf(mock.CodeBadUserInput, "a rating is from 1 to 5")
	}
	title, _ := input["title"].(string)
	if strings.TrimSpace(title) == "" {
		return nil, mock.Errorf(mock.CodeBadUserInput, "a review needs a title")
	}
	body, hasBody := input["body"].(string)
	if len(title)+len(body) > maxReviewBytes {
		return nil, mock.Errorf(mock.CodeBadUserInput, "a review has no more than %d bytes", maxReviewBytes)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.added) >= maxAdded {
		return nil, mock.Errorf("SHOWCASE_FULL", "the showcase keeps no more than %d reviews", maxAdded)
	}
	made := review{
		id:     reviewID{int32(n), int32(r.written(n) + len(r.addedTo[n]) + 1)},
		author: viewer, rating: int(rating), title: title, body: body, hasBody: hasBody,
		createdOn: dayAt(1826), // the shop's today: the day after the last
	}
	r.addedTo[n] = append(r.addedTo[n], len(r.added))
	r.added = append(r.added, made)
	return made, nil
}

const (
	// viewer is the number of the user who looks at the shop.
	viewer = 1

	maxReviewBytes = 10_000
)

func reviewFields() map[string]resolver {
	return map[string]resolver{
		"id":      of(func(v review) any { return v.id.String() }),
		"product": of(func(v review) any { return product(v.id.product) }),
		"author":  of(func(v review) any { return user(v.author) }),
		"rating":  of(func(v review) any { return v.rating }),
		"title":   of(func(v review) any { return v.title }),
		"body": of(func(v review) any {
			if !v.hasBody {
				return nil
			}
			return v.body
		}),
		"createdOn":    of(func(v review) any { return v.createdOn }),
		"helpfulVotes": of(func(v review) any { return v.votes }),
	}
}

func (r *reviews) productFields() map[string]resolver {
	return map[string]resolver{
		"id":          of(func(p product) any { return strconv.Itoa(int(p)) }),
		"reviews":     r.connection,
		"reviewCount": of(func(p product) any { return len(r.of(int(p))) }),
		"averageRating": of(func(p product) any {
			ids := r.of(int(p))
			if len(ids) == 0 {
				return nil
			}
			sum := 0
			for _, id := range ids {
				v, _ := r.lookup(id)
				sum += v.rating
			}
			return roundTo(float64(sum)/float64(len(ids)), 1)
		}),
	}
}

func (r *reviews) connection(c *mock.Call) (any, error) {
	p, ok := c.Object.(product)
	if !ok {
		return nil, fmt.Errorf("reviews of a %T", c.Object)
	}
	if _, err := first(c); err != nil {
		return nil, err
	}
	ids := r.of(int(p))
	return mock.Connection(c, len(ids),
		func(i int) any {
			v, _ := r.lookup(ids[i])
			return v
		},
		func(i int) string { return ids[i].String() },
		func(cursor string) (int, bool) {
			id, ok := parseReviewID(cursor)
			i := slices.Index(ids, id)
			return i, ok && i >= 0
		})
}

func (r *reviews) userFields() map[string]resolver {
	return map[string]resolver{
		"id":   of(func(u user) any { return strconv.Itoa(int(u)) }),
		"name": of(func(u user) any { return r.userName(int(u)) }),
		"reviews": func(c *mock.Call) (any, error) {
			u, ok := c.Object.(user)
			if !ok {
				return nil, fmt.Errorf("reviews of a %T", c.Object)
			}
			return r.newest(c, r.byUser[u], func(v review) bool { return v.author == int(u) })
		},
	}
}

// newest lists reviews: those that were added and that include says belong
// here, newest first, and then those that were there before.
func (r *reviews) newest(c *mock.Call, before []reviewID, include func(review) bool) (any, error) {
	limit, err := first(c)
	if err != nil {
		return nil, err
	}
	list := []any{}
	r.mu.RLock()
	for i := len(r.added) - 1; i >= 0 && len(list) < limit; i-- {
		if include(r.added[i]) {
			list = append(list, r.added[i])
		}
	}
	r.mu.RUnlock()
	for i := 0; i < len(before) && len(list) < limit; i++ {
		list = append(list, r.get(before[i]))
	}
	return list, nil
}
