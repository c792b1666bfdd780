package demo

import (
	"math"
	"strconv"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

type promotion struct {
	number int
	*promotionFacts
}

// Typename tells the object's type to the mock engine.
func (p promotion) Typename() string {
	if p.percent > 0 {
		return "PercentOff"
	}
	return "Bundle"
}

// pricing answers the subgraph of that name.
type pricing struct {
	*shop
	best []int // products with the largest discounts

	mu      sync.RWMutex
	changed map[int]int // cents by product
}

func newPricing(s *shop) mock.Source {
	p := &pricing{shop: s, changed: map[int]int{}, best: s.best(topCount, s.discount)}
	return &source{
		entities: map[string]func(map[string]any) any{
			"Product":    byID(s.count, func(n int) any { return product(n) }),
			"Promotion":  p.promotionEntity(""),
			"PercentOff": p.promotionEntity("PercentOff"),
			"Bundle":     p.promotionEntity("Bundle"),
		},
		fields: map[string]map[string]resolver{
			"Query": {
				"deals": func(c *mock.Call) (any, error) {
					return take(c, len(p.best), func(i int) any { return product(p.best[i]) })
				},
				"promotions": func(*mock.Call) (any, error) {
					return numbered(len(s.promotions), func(n int) any { return p.offer(n) }), nil
				},
			},
			"Mutation": {"updatePrice": p.updatePrice},
			"Product":  p.productFields(),
			"PercentOff": promotionFields(map[string]resolver{
				"percent": of(func(o promotion) any { return o.percent }),
			}),
			"Bundle": promotionFields(map[string]resolver{
				"pieces": of(func(o promotion) any { return o.pieces }),
				"payFor": of(func(o promotion) any { return o.payFor }),
			}),
		},
	}
}

func (p *pricing) offer(n int) promotion { return promotion{n, &p.promotions[n-1]} }

// promotionEntity finds promotions of one type, or with "" of any.
func (p *pricing) promotionEntity(typ string) func(map[string]any) any {
	find := byID(len(p.promotions), func(n int) any { return p.offer(n) })
	return func(fields map[string]any) any {
		found, ok := find(fields).(promotion)
		if !ok || typ != "" && found.Typename() != typ {
			return nil
		}
		return found
	}
}

func promotionFields(fields map[string]resolver) map[string]resolver {
	fields["id"] = of(func(o promotion) any { return strconv.Itoa(o.number) })
	fields["label"] = of(func(o promotion) any { return o.label })
	fields["endsOn"] = of(func(o promotion) any { return o.endsOn })
	return fields
}

func (p *pricing) productFields() map[string]resolver {
	return map[string]resolver{
		"id":        of(func(n product) any { return strconv.Itoa(int(n)) }),
		"price":     of(func(n product) any { return dollars(p.price(int(n))) }),
		"listPrice": of(func(n product) any { return dollars(p.listPrice(int(n))) }),
		"currency":  of(func(product) any { return "USD" }),
		"discount":  of(func(n product) any { return p.discount(int(n)) }),
		"promotion": of(func(n product) any {
			if number := p.promotion(int(n)); number > 0 {
				return p.offer(number)
			}
			return nil
		}),
	}
}

// price is in cents.
func (p *pricing) price(n int) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if cents, ok := p.changed[n]; ok {
		return cents
	}
	return p.cents(n)
}

// listPrice is what makes the price the discounted one, in cents.
func (p *pricing) listPrice(n int) int {
	discount := p.discount(n)
	if discount == 0 {
		return p.price(n)
	}
	return int(math.Round(float64(p.price(n)) * 100 / float64(100-discount)))
}

func (p *pricing) updatePrice(c *mock.Call) (any, error) {
	n, ok := number(c.StringArg("productId"))
	if !ok || n < 1 || n > p.count {
		return nil, nil
	}
	price, ok := decimal(c.Arg("price"))
	if !ok || price < 0 || price > 1_000_000 {
		return nil, mock.Errorf(mock.CodeBadUserInput, "a price is from 0 to 1000000")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed[n] = int(math.Round(price * 100))
	return product(n), nil
}
