package demo

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// The objects of the showcase are their numbers, in every subgraph.
type (
	product  int
	brand    int
	category int
	article  int
	specs    struct {
		product int
		kind    kind
	}
)

// Typename tells the object's type to the mock engine.
func (product) Typename() string { return "Product" }

// Typename tells the object's type to the mock engine.
func (brand) Typename() string { return "Brand" }

// Typename tells the object's type to the mock engine.
func (category) Typename() string { return "Category" }

// Typename tells the object's type to the mock engine.
func (article) Typename() string { return "Article" }

// Typename tells the object's type to the mock engine.
func (s specs) Typename() string {
	switch s.kind {
	case electronics:
		return "ElectronicsSpecs"
	case furniture:
		return "FurnitureSpecs"
	case clothing:
		return "ClothingSpecs"
	default:
		return "GeneralSpecs"
	}
}

// catalogue answers the subgraph of that name.
type catalogue struct {
	*shop
	top []int
}

// articleCount is how many articles the editors wrote.
const articleCount = 36

// topCount is how long lists of the best are.
const topCount = 100

func newCatalogue(s *shop) mock.Source {
	c := &catalogue{shop: s, top: s.best(topCount, func(n int) int {
		if n <= len(s.flagships) {
			return 1<<31 - n
		}
		return int(hash(saltPopular, n) >> 34)
	})}
	return &source{
		entities: map[string]func(map[string]any) any{
			"Product":  c.productEntity,
			"Brand":    byID(len(c.brands), func(n int) any { return brand(n) }),
			"Category": byID(len(c.categories), func(n int) any { return category(n) }),
			"Article":  byID(articleCount, func(n int) any { return article(n) }),
		},
		fields: map[string]map[string]resolver{
			"Query":             c.queryFields(),
			"Product":           c.productFields(),
			"Dimensions":        dimensionFields(),
			"Category":          c.categoryFields(),
			"Brand":             c.brandFields(),
			"Article":           c.articleFields(),
			"ElectronicsSpecs":  c.electronicsFields(),
			"FurnitureSpecs":    c.furnitureFields(),
			"ClothingSpecs":     c.clothingFields(),
			"GeneralSpecs":      c.generalFields(),
			"ProductConnection": {}, // made by mock.Connection
		},
	}
}

// productEntity finds a product by id or sku.
func (c *catalogue) productEntity(fields map[string]any) any {
	if n, ok := number(fields["id"]); ok {
		if n < 1 || n > c.count {
			return nil
		}
		return product(n)
	}
	sku, _ := fields["sku"].(string)
	if n, ok := c.bySKU(sku); ok {
		return product(n)
	}
	return nil
}

func (c *catalogue) queryFields() map[string]resolver {
	return map[string]resolver{
		"product":     c.find("Product"),
		"products":    c.products,
		"topProducts": c.topProducts,
		"search":      c.search,
		"categories": func(*mock.Call) (any, error) {
			return numbered(len(c.categories), func(n int) any { return category(n) }), nil
		},
		"category": c.find("Category"),
		"brands": func(*mock.Call) (any, error) {
			return numbered(len(c.brands), func(n int) any { return brand(n) }), nil
		},
		"brand": c.find("Brand"),
		"articles": func(call *mock.Call) (any, error) {
			return take(call, articleCount, func(i int) any { return article(i + 1) })
		},
	}
}

func numbered(count int, at func(n int) any) []any {
	list := make([]any, count)
	for i := range list {
		list[i] = at(i + 1)
	}
	return list
}

// find answers a root field by its argument id.
func (c *catalogue) find(typ string) resolver {
	return func(call *mock.Call) (any, error) {
		n, ok := number(call.StringArg("id"))
		if !ok || n < 1 {
			return nil, nil
		}
		switch {
		case typ == "Product" && n <= c.count:
			return product(n), nil
		case typ == "Brand" && n <= len(c.brands):
			return brand(n), nil
		case typ == "Category" && n <= len(c.categories):
			return category(n), nil
		}
		return nil, nil
	}
}

func (c *catalogue) products(call *mock.Call) (any, error) {
	if _, err := first(call); err != nil {
		return nil, err
	}
	numbers, err := c.narrowed(call)
	if err != nil {
		return nil, err
	}
	total, at := c.count, func(i int) int { return i + 1 }
	find := func(n int) (int, bool) { return n - 1, n >= 1 && n <= c.count }
	if numbers != nil {
		total, at = len(numbers), func(i int) int { return int(numbers[i]) }
		find = func(n int) (int, bool) { return slices.BinarySearch(numbers, int32(n)) }
	}
	return mock.Connection(call, total,
		func(i int) any { return product(at(i)) },
		func(i int) string { return strconv.Itoa(at(i)) },
		func(cursor string) (int, bool) {
			n, ok := number(cursor)
			if !ok {
				return 0, false
			}
			return find(n)
		})
}

// narrowed returns the numbers of the products of a category and a brand,
// ascending; nil if neither is asked for.
func (c *catalogue) narrowed(call *mock.Call) ([]int32, error) {
	var numbers []int32
	if call.Arg("category") != nil {
		numbers = at(c.byCategory, call.StringArg("category"))
	}
	if call.Arg("brand") == nil {
		return numbers, nil
	}
	ofBrand := at(c.byBrand, call.StringArg("brand"))
	if numbers == nil {
		return ofBrand, nil
	}
	both := []int32{}
	for _, n := range ofBrand {
		if _, ok := slices.BinarySearch(numbers, n); ok {
			both = append(both, n)
		}
	}
	return both, nil
}

// at returns the numbers under an id; never nil.
func at(lists [][]int32, id string) []int32 {
	if n, ok := number(id); ok && n >= 1 && n < len(lists) && lists[n] != nil {
		return lists[n]
	}
	return []int32{}
}

func (c *catalogue) topProducts(call *mock.Call) (any, error) {
	return take(call, len(c.top), func(i int) any { return product(c.top[i]) })
}

func (c *catalogue) search(call *mock.Call) (any, error) {
	limit, err := first(call)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(call.StringArg("query")))
	found := []any{}
	if len(words) == 0 {
		return found, nil
	}
	add := func(name string, object any) bool {
		if len(found) < limit && holdsAll(name, words) {
			found = append(found, object)
		}
		return len(found) < limit
	}
	for i := range c.categories {
		add(strings.ToLower(c.categories[i].name), category(i+1))
	}
	for i := range c.brands {
		add(strings.ToLower(c.brands[i].name), brand(i+1))
	}
	for n := 1; n <= articleCount; n++ {
		add(strings.ToLower(c.articleName(n)), article(n))
	}
	for n := 1; n <= c.count && add(c.folded[n], product(n)); n++ {
	}
	return found, nil
}

func holdsAll(name string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
}

func (c *catalogue) productFields() map[string]resolver {
	return map[string]resolver{
		"id":          of(func(p product) any { return strconv.Itoa(int(p)) }),
		"sku":         of(func(p product) any { return c.sku(int(p)) }),
		"name":        of(func(p product) any { return c.names[p] }),
		"description": of(func(p product) any { return c.description(int(p)) }),
		"brand":       of(func(p product) any { return brand(c.brand(int(p))) }),
		"category":    of(func(p product) any { return category(c.category(int(p))) }),
		"weight":      of(func(p product) any { return c.weight(int(p)) }),
		"dimensions":  of(func(p product) any { return c.dimensions(int(p)) }),
		"specs": of(func(p product) any {
			return specs{int(p), c.categories[c.category(int(p))-1].kind}
		}),
		"releasedOn": of(func(p product) any { return day(hash(saltDate, int(p))) }),
		"imageUrl": of(func(p product) any {
			return fmt.Sprintf("https://images.example.com/products/%d.webp", int(p))
		}),
		"related": c.related,
	}
}

// related picks other products of the same category.
func (c *catalogue) related(call *mock.Call) (any, error) {
	p, ok := call.Object.(product)
	if !ok {
		return nil, fmt.Errorf("related of a %T", call.Object)
	}
	siblings := c.byCategory[c.category(int(p))]
	start := int(hash(saltRelated, int(p)) % uint64(len(siblings)))
	var others []int
	for i := range min(len(siblings), maxRelated+1) {
		if n := int(siblings[(start+i)%len(siblings)]); n != int(p) && len(others) < maxRelated {
			others = append(others, n)
		}
	}
	return take(call, len(others), func(i int) any { return product(others[i]) })
}

// maxRelated is how many products are related to one.
const maxRelated = 12

func dimensionFields() map[string]resolver {
	return map[string]resolver{
		"width":  of(func(d dimensions) any { return d.width }),
		"height": of(func(d dimensions) any { return d.height }),
		"depth":  of(func(d dimensions) any { return d.depth }),
	}
}

func (c *catalogue) categoryFields() map[string]resolver {
	return map[string]resolver{
		"id":           of(func(k category) any { return strconv.Itoa(int(k)) }),
		"name":         of(func(k category) any { return c.categories[k-1].name }),
		"productCount": of(func(k category) any { return len(c.byCategory[k]) }),
		"products": func(call *mock.Call) (any, error) {
			return c.members(call, c.byCategory)
		},
	}
}

func (c *catalogue) brandFields() map[string]resolver {
	return map[string]resolver{
		"id":      of(func(b brand) any { return strconv.Itoa(int(b)) }),
		"name":    of(func(b brand) any { return c.brands[b-1].name }),
		"country": of(func(b brand) any { return c.brands[b-1].country }),
		"products": func(call *mock.Call) (any, error) {
			return c.members(call, c.byBrand)
		},
	}
}

func (c *catalogue) members(call *mock.Call, lists [][]int32) (any, error) {
	var list []int32
	switch o := call.Object.(type) {
	case category:
		list = lists[o]
	case brand:
		list = lists[o]
	}
	return take(call, len(list), func(i int) any { return product(list[i]) })
}

func (c *catalogue) articleName(n int) string {
	k := c.categories[c.articleCategory(n)-1]
	noun := singular(k.nouns[n%len(k.nouns)])
	return fmt.Sprintf([]string{
		"How we choose %[2]s %[1]s", "In praise of the %[1]s", "The %[1]s, taken apart", "What makes a good %[1]s",
	}[n%4], noun, indefinite(noun))
}

func (c *catalogue) articleCategory(n int) int { return 1 + n%len(c.categories) }

func (c *catalogue) articleFields() map[string]resolver {
	return map[string]resolver{
		"id":   of(func(a article) any { return strconv.Itoa(int(a)) }),
		"name": of(func(a article) any { return c.articleName(int(a)) }),
		"body": of(func(a article) any {
			k := c.categories[c.articleCategory(int(a))-1]
			return fmt.Sprintf("Our editors have lived with these for a season. All are made for %s, and all can be repaired.", k.use)
		}),
		"publishedOn": of(func(a article) any { return day(hash(saltDate, -int(a))) }),
		"featured": of(func(a article) any {
			list := c.byCategory[c.articleCategory(int(a))]
			if len(list) == 0 {
				return []any{}
			}
			start := int(hash(saltRelated, -int(a)) % uint64(len(list)))
			var featured []any
			for i := range min(4, len(list)) {
				featured = append(featured, product(list[(start+i)%len(list)]))
			}
			return featured
		}),
	}
}

func (c *catalogue) commonSpecs(more map[string]resolver) map[string]resolver {
	more["summary"] = of(func(s specs) any {
		return fmt.Sprintf("%s by %s, %d g", c.names[s.product], c.brands[c.brand(s.product)-1].name, c.weight(s.product))
	})
	more["warrantyMonths"] = of(func(s specs) any {
		return []int{24, 24, 36, 60, 120}[hash(saltSpecs, s.product)%5]
	})
	return more
}

func (c *catalogue) electronicsFields() map[string]resolver {
	return c.commonSpecs(map[string]resolver{
		"batteryHours": of(func(s specs) any {
			if s.connector() == "MAINS" {
				return nil
			}
			return 6 + int(hash(saltSpecs, s.product)>>8%40)
		}),
		"connector": of(func(s specs) any { return s.connector() }),
	})
}

func (s specs) connector() string {
	if s.product == 1 {
		return "BLUETOOTH"
	}
	return []string{"USB_C", "BLUETOOTH", "WIFI", "MAINS"}[hash(saltSpecs, s.product)>>16%4]
}

func (c *catalogue) material(n int) string {
	return pick(c.categories[c.category(n)-1].material, hash(saltSpecs, n)>>24)
}

func (c *catalogue) furnitureFields() map[string]resolver {
	return c.commonSpecs(map[string]resolver{
		"material":        of(func(s specs) any { return c.material(s.product) }),
		"assemblyMinutes": of(func(s specs) any { return 5 * int(hash(saltSpecs, s.product)>>8%12) }),
	})
}

func (c *catalogue) clothingFields() map[string]resolver {
	return c.commonSpecs(map[string]resolver{
		"material": of(func(s specs) any { return c.material(s.product) }),
		"sizes": of(func(s specs) any {
			all := []any{"XS", "S", "M", "L", "XL"}
			from := int(hash(saltSpecs, s.product) >> 8 % 3)
			return all[from : from+3]
		}),
	})
}

func (c *catalogue) generalFields() map[string]resolver {
	return c.commonSpecs(map[string]resolver{
		"colours": of(func(s specs) any {
			all := []string{"black", "blue", "clay", "green", "grey", "ivory", "navy", "rust", "sand", "white"}
			h := hash(saltSpecs, s.product)
			chosen := map[string]bool{}
			for i := range 3 {
				chosen[pick(all, h>>(8*i))] = true
			}
			var list []string
			for name := range chosen {
				list = append(list, name)
			}
			sort.Strings(list)
			return listOf(list)
		}),
	})
}
