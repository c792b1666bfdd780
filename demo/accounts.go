package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// redeemed is a promotion as accounts knows it: by its number, without its
// type.
type redeemed int

// accounts answers the subgraph of that name.
type accounts struct {
	*shop

	// wishers is how many users have a product on their list from the start.
	wishers map[int]int

	mu    sync.RWMutex
	added []int // to the viewer's wish list, in order
}

func newAccounts(s *shop) mock.Source {
	a := &accounts{shop: s, wishers: map[int]int{}}
	for u := 1; u <= s.users; u++ {
		for _, n := range s.wishlist(u) {
			a.wishers[n]++
		}
	}
	userByID := byID(s.users, func(n int) any { return user(n) })
	return &source{
		entities: map[string]func(map[string]any) any{
			"User":      userByID,
			"Product":   byID(s.count, func(n int) any { return product(n) }),
			"Promotion": byID(len(s.promotions), func(n int) any { return redeemed(n) }),
		},
		fields: map[string]map[string]resolver{
			"Query": {
				"me":    func(*mock.Call) (any, error) { return user(viewer), nil },
				"user":  func(c *mock.Call) (any, error) { return userByID(c.Args), nil },
				"users": a.list,
			},
			"Mutation": {"addToWishlist": a.addToWishlist},
			"User":     a.userFields(),
			"Product": {
				"id":            of(func(p product) any { return strconv.Itoa(int(p)) }),
				"wishlistCount": of(func(p product) any { return a.wishlistCount(int(p)) }),
			},
			"Promotion": {
				"id":            of(func(p redeemed) any { return strconv.Itoa(int(p)) }),
				"timesRedeemed": of(func(p redeemed) any { return 40 + int(hash(saltRedeemed, int(p))%900) }),
			},
		},
	}
}

func (a *accounts) list(c *mock.Call) (any, error) {
	after := 0
	if c.Arg("after") != nil {
		n, ok := number(c.StringArg("after"))
		if !ok || n < 1 || n > a.users {
			return nil, mock.Errorf(mock.CodeBadUserInput, "after: there is no user %q", c.StringArg("after"))
		}
		after = n
	}
	return take(c, a.users-after, func(i int) any { return user(after + i + 1) })
}

func (a *accounts) userFields() map[string]resolver {
	return map[string]resolver{
		"id":       of(func(u user) any { return strconv.Itoa(int(u)) }),
		"name":     of(func(u user) any { return a.userName(int(u)) }),
		"username": of(func(u user) any { return a.username(int(u)) }),
		"email":    of(func(u user) any { return a.username(int(u)) + "@example.com" }),
		"city":     of(func(u user) any { return pick(a.cities, hash(saltUser, u.plus(saltUser))) }),
		"memberSince": of(func(u user) any {
			return day(hash(saltDate, u.plus(saltDate)))
		}),
		"avatarUrl": of(func(u user) any {
			return fmt.Sprintf("https://images.example.com/people/%d.webp", int(u))
		}),
		"wishlist": of(func(u user) any {
			var list []any
			for _, n := range a.wishes(int(u)) {
				list = append(list, product(n))
			}
			if list == nil {
				return []any{}
			}
			return list
		}),
	}
}

// plus keeps facts about users apart from those about products.
func (u user) plus(salt int) int { return int(u) + salt<<32 }

// username is the name as it can stand in an address, and the number.
func (a *accounts) username(u int) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r == ' ':
			return '.'
		case r == 'ø' || r == 'ó':
			return 'o'
		default:
			return -1
		}
	}, strings.ToLower(a.userName(u)))
	return plain + strconv.Itoa(u)
}

// wishes are the numbers of the products on a user's wish list.
func (a *accounts) wishes(u int) []int {
	list := a.wishlist(u)
	if u != viewer {
		return list
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return append(list, a.added...)
}

func (a *accounts) wishlistCount(n int) int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	count := a.wishers[n]
	if slices.Contains(a.added, n) {
		count++
	}
	return count
}

func (a *accounts) addToWishlist(c *mock.Call) (any, error) {
	n, ok := number(c.StringArg("productId"))
	if !ok || n < 1 || n > a.count {
		return nil, mock.Errorf(mock.CodeBadUserInput, "there is no product %q", c.StringArg("productId"))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.wishlist(viewer), n) && !slices.Contains(a.added, n) {
		if len(a.added) >= maxWishes {
			return nil, mock.Errorf("SHOWCASE_FULL", "a wish list has no more than %d products", maxWishes)
		}
		a.added = append(a.added, n)
	}
	return user(viewer), nil
}

const maxWishes = 1000
