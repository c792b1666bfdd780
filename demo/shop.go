package demo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shop is what is true in all subgraphs: how many products and users there
// are, and what follows from their numbers. It is not written to once made.
type shop struct {
	count      int
	categories []categoryFacts
	brands     []brandFacts
	models     []string
	flagships  []flagship
	promotions []promotionFacts
	warehouses [][2]string
	firstNames []string
	lastNames  []string
	cities     []string

	// names of the products, and below names in lower case for search.
	names, folded []string

	// byCategory and byBrand hold the numbers of products, ascending.
	byCategory, byBrand [][]int32

	users int
}

// userCount is how many people shop here.
const userCount = 600

// The salts keep facts about the same thing apart. Their numbers make the shop
// what it is.
const (
	saltBrand     = 2
	saltPrice     = 3
	saltStock     = 5
	saltWeight    = 6
	saltSize      = 7
	saltText      = 8
	saltDate      = 9
	saltSpecs     = 10
	saltReviews   = 11
	saltUser      = 12
	saltWishlist  = 13
	saltPopular   = 14
	saltRelated   = 15
	saltWarehouse = 16
	saltRedeemed  = 17
)

func newShop(products int) *shop {
	s := &shop{
		count:      products,
		categories: categories(),
		brands:     brands(),
		models:     models(),
		flagships:  flagships(),
		promotions: promotions(),
		warehouses: warehouses(),
		firstNames: firstNames(),
		lastNames:  lastNames(),
		cities:     cities(),
		users:      userCount,
	}
	s.names = make([]string, products+1)
	s.folded = make([]string, products+1)
	s.byCategory = make([][]int32, len(s.categories)+1)
	s.byBrand = make([][]int32, len(s.brands)+1)
	for n := 1; n <= products; n++ {
		s.names[n] = s.name(n)
		s.folded[n] = strings.ToLower(s.names[n])
		c, b := s.category(n), s.brand(n)
		s.byCategory[c] = append(s.byCategory[c], int32(n))
		s.byBrand[b] = append(s.byBrand[b], int32(n))
	}
	return s
}

// hash returns a number that looks random and depends on what it is given
// only, so that the shop is the same in every run (splitmix64).
func hash(salt, n int) uint64 {
	x := uint64(salt)*0x9e3779b97f4a7c15 + uint64(n)*0xd1342543de82ef95
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func pick[T any](list []T, h uint64) T { return list[h%uint64(len(list))] }

// between returns a number from low to high, small ones much more often.
func between(low, high int, h uint64) int {
	f := float64(h>>11) / (1 << 53)
	return low + int(f*f*f*float64(high-low))
}

func (s *shop) flagship(n int) (flagship, bool) {
	if n <= len(s.flagships) {
		return s.flagships[n-1], true
	}
	return flagship{}, false
}

func (s *shop) category(n int) int {
	if f, ok := s.flagship(n); ok {
		return f.category
	}
	return 1 + (n*7)%len(s.categories)
}

// line tells which noun and model a product has, and how many generations of
// it there were before. No two products of a category agree in all three.
func (s *shop) line(n int) (noun, model, generation int) {
	c := s.categories[s.category(n)-1]
	k := n / len(s.categories)
	noun = k % len(c.nouns)
	model = k / len(c.nouns) % len(s.models)
	return noun, (model + 5*s.category(n)) % len(s.models), k / len(c.nouns) / len(s.models)
}

func (s *shop) brand(n int) int {
	if f, ok := s.flagship(n); ok {
		return f.brand
	}
	_, model, _ := s.line(n)
	return pick(s.categories[s.category(n)-1].brands, hash(saltBrand, model*100+s.category(n)))
}

func (s *shop) name(n int) string {
	if f, ok := s.flagship(n); ok {
		return f.name
	}
	noun, model, generation := s.line(n)
	name := s.models[model] + " " + s.categories[s.category(n)-1].nouns[noun]
	if generation > 0 {
		name += " Mk " + roman(generation+1)
	}
	return name
}

// roman writes a small number in Roman numerals.
func roman(n int) string {
	var b strings.Builder
	for _, digit := range []struct {
		value int
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= digit.value; n -= digit.value {
			b.WriteString(digit.text)
		}
	}
	return b.String()
}

// noun is what a product is, in the middle of a sentence.
func (s *shop) noun(n int) string {
	if f, ok := s.flagship(n); ok {
		return singular(f.name[strings.IndexByte(f.name, ' ')+1:])
	}
	noun, _, _ := s.line(n)
	return singular(s.categories[s.category(n)-1].nouns[noun])
}

// singular makes a noun fit where one thing is meant: "pair of earbuds".
func singular(noun string) string {
	lower := strings.ToLower(noun)
	switch {
	case !strings.HasSuffix(lower, "s") || strings.HasSuffix(lower, "ss"):
		return lower
	case strings.HasSuffix(lower, "cups"), strings.HasSuffix(lower, "bowls"), strings.HasSuffix(lower, "pens"):
		return "set of " + lower
	default:
		return "pair of " + lower
	}
}

// indefinite is the article of a noun, "a" or "an".
func indefinite(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an"
	}
	return "a"
}

func (s *shop) sku(n int) string {
	code := strings.ToUpper(s.brands[s.brand(n)-1].name[:3])
	return fmt.Sprintf("%s-%06d", code, n)
}

// bySKU returns the number of the product with a stock keeping unit.
func (s *shop) bySKU(sku string) (int, bool) {
	_, digits, _ := strings.Cut(sku, "-")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > s.count || s.sku(n) != sku {
		return 0, false
	}
	return n, true
}

func (s *shop) description(n int) string {
	if f, ok := s.flagship(n); ok {
		return f.description
	}
	h := hash(saltText, n)
	c := s.categories[s.category(n)-1]
	noun := s.noun(n)
	a := indefinite(noun)
	opening := fmt.Sprintf(pick(openings(), h), noun, c.use, strings.ToUpper(a[:1])+a[1:], a)
	return opening + " " + pick(closings(), h>>20)
}

// cents is the price without promotions, in US cents.
func (s *shop) cents(n int) int {
	if f, ok := s.flagship(n); ok {
		return f.cents
	}
	c := s.categories[s.category(n)-1]
	h := hash(saltPrice, n)
	dollars := between(c.minPrice, c.maxPrice, h)
	if dollars >= 200 {
		return (dollars/10*10 + 9) * 100 // 349, 1290 + 9: whole dollars
	}
	return dollars*100 + []int{99, 99, 49, 95, 0}[h%5]
}

// discount is in percent of the list price: that of the product's promotion.
func (s *shop) discount(n int) int {
	if number := s.promotion(n); number > 0 {
		return s.promotions[number-1].percent
	}
	return 0
}

// stock is how many pieces there are before anybody reserves one.
func (s *shop) stock(n int) int {
	if f, ok := s.flagship(n); ok {
		return f.stock
	}
	h := hash(saltStock, n)
	switch {
	case h%100 < 8:
		return 0
	case h%100 < 22:
		return 1 + int(h>>8%9)
	}
	return lowStock + int(h>>8%240)
}

// weight is in grams.
func (s *shop) weight(n int) int {
	if f, ok := s.flagship(n); ok {
		return f.weight
	}
	c := s.categories[s.category(n)-1]
	return between(c.minWeight, c.maxWeight, hash(saltWeight, n)) / 10 * 10
}

// dimensions are in millimetres.
func (s *shop) dimensions(n int) dimensions {
	size := s.categories[s.category(n)-1].size
	h := hash(saltSize, n)
	side := func(shift uint) int { return max(20, size/4+int((h>>shift)%uint64(size))) / 5 * 5 }
	return dimensions{side(0), side(16), side(32)}
}

type dimensions struct{ width, height, depth int }

// day writes a day of the years 2021 to 2025.
func day(h uint64) string { return dayAt(int(h % 1826)) }

func dayAt(offset int) string {
	return time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, offset).Format(time.DateOnly)
}

func (s *shop) userName(u int) string {
	// 40 and 39 have no common factor, so 1560 people have names of their own.
	return s.firstNames[u%len(s.firstNames)] + " " + s.lastNames[u*7%len(s.lastNames)]
}

// wishlist are the numbers of the products a user starts with, each once.
func (s *shop) wishlist(u int) []int {
	var list []int
	if u == viewer {
		for _, n := range []int{2, 7, 9} {
			if n <= s.count {
				list = append(list, n)
			}
		}
		return list
	}
	for i := range int(hash(saltUser, u) % 6) {
		n := 1 + int(hash(saltWishlist, u*100+i)%uint64(s.count))
		if i == 0 {
			n = 1 + int(hash(saltWishlist, u)%uint64(min(s.count, len(s.flagships))))
		}
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// promotion is the number of a product's promotion, 0 for none.
func (s *shop) promotion(n int) int {
	for i, p := range s.promotions {
		if n >= p.smallest && (n-p.smallest)%p.every == 0 {
			return i + 1
		}
	}
	return 0
}

// best returns the numbers of the products that score highest, highest first,
// equal ones by number.
func (s *shop) best(count int, score func(n int) int) []int {
	type scored struct{ n, score int }
	list := make([]scored, 0, s.count)
	for n := 1; n <= s.count; n++ {
		if v := score(n); v > 0 {
			list = append(list, scored{n, v})
		}
	}
	slices.SortFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.n, b.n))
	})
	list = list[:min(count, len(list))]
	numbers := make([]int, len(list))
	for i, v := range list {
		numbers[i] = v.n
	}
	return numbers
}

// dollars makes an amount of cents a number of dollars.
func dollars(cents int) float64 { return float64(cents) / 100 }

func roundTo(f float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(f*scale) / scale
}
