package demo

import (
	"encoding/json"
	"strconv"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// lowStock is the number of pieces from which there are enough.
const lowStock = 10

type (
	warehouse  int
	stockLevel struct{ warehouse, quantity int }

	reservation struct{ id, product, quantity int }
)

// inventory answers the subgraph of that name.
type inventory struct {
	*shop

	mu           sync.RWMutex
	reserved     map[int]int // pieces by product
	reservations []reservation
}

func newInventory(s *shop) mock.Source {
	v := &inventory{shop: s, reserved: map[int]int{}}
	return &source{
		entities: map[string]func(map[string]any) any{
			"Product":     byID(s.count, func(n int) any { return product(n) }),
			"Warehouse":   byID(len(s.warehouses), func(n int) any { return warehouse(n) }),
			"Reservation": v.reservationEntity,
		},
		fields: map[string]map[string]resolver{
			"Query": {
				"warehouses": func(*mock.Call) (any, error) {
					return numbered(len(s.warehouses), func(n int) any { return warehouse(n) }), nil
				},
				"warehouse": func(c *mock.Call) (any, error) {
					return byID(len(s.warehouses), func(n int) any { return warehouse(n) })(c.Args), nil
				},
				"lowStock": v.runningOut,
			},
			"Mutation": {"reserve": v.reserve},
			"Product":  v.productFields(),
			"StockLevel": {
				"warehouse": of(func(l stockLevel) any { return warehouse(l.warehouse) }),
				"quantity":  of(func(l stockLevel) any { return l.quantity }),
			},
			"Warehouse": {
				"id":      of(func(w warehouse) any { return strconv.Itoa(int(w)) }),
				"city":    of(func(w warehouse) any { return s.warehouses[w-1][0] }),
				"country": of(func(w warehouse) any { return s.warehouses[w-1][1] }),
			},
			"Reservation": {
				"id":       of(func(r reservation) any { return strconv.Itoa(r.id) }),
				"product":  of(func(r reservation) any { return product(r.product) }),
				"quantity": of(func(r reservation) any { return r.quantity }),
			},
		},
	}
}

func (v *inventory) productFields() map[string]resolver {
	return map[string]resolver{
		"id":               of(func(p product) any { return strconv.Itoa(int(p)) }),
		"availability":     of(func(p product) any { return availability(v.left(int(p))) }),
		"stock":            of(func(p product) any { return v.left(int(p)) }),
		"stockLevels":      of(func(p product) any { return v.levels(int(p)) }),
		"shippingEstimate": shippingEstimate,
		"freeShipping":     freeShipping,
	}
}

func availability(pieces int) string {
	switch {
	case pieces <= 0:
		return "Out of Stock"
	case pieces < lowStock:
		return "Low Stock"
	default:
		return "In Stock"
	}
}

// left is how many pieces of a product can be reserved.
func (v *inventory) left(n int) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.stock(n) - v.reserved[n]
}

// levels spreads the pieces of a product over the warehouses.
func (v *inventory) levels(n int) []any {
	left := v.left(n)
	count := len(v.warehouses)
	list := []any{}
	start := int(hash(saltWarehouse, n) % uint64(count))
	for i := range count {
		part := left / (count - i)
		if part > 0 {
			list = append(list, stockLevel{1 + (start+i)%count, part})
		}
		left -= part
	}
	return list
}

func (v *inventory) runningOut(c *mock.Call) (any, error) {
	limit, err := first(c)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for n := 1; n <= v.count && len(list) < limit; n++ {
		if left := v.left(n); left > 0 && left <= 3 {
			list = append(list, product(n))
		}
	}
	return list, nil
}

func (v *inventory) reserve(c *mock.Call) (any, error) {
	n, ok := number(c.StringArg("productId"))
	if !ok || n < 1 || n > v.count {
		return nil, mock.Errorf(mock.CodeBadUserInput, "there is no product %q", c.StringArg("productId"))
	}
	quantity, _ := c.IntArg("quantity")
	if quantity < 1 {
		return nil, mock.Errorf(mock.CodeBadUserInput, "a quantity of %d cannot be reserved", quantity)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if left := v.stock(n) - v.reserved[n]; left < quantity {
		return nil, mock.Errorf("OUT_OF_STOCK", "%d pieces of product %d are left, fewer than %d", left, n, quantity)
	}
	if len(v.reservations) >= maxAdded {
		return nil, mock.Errorf("SHOWCASE_FULL", "the showcase keeps no more than %d reservations", maxAdded)
	}
	v.reserved[n] += quantity
	r := reservation{len(v.reservations) + 1, n, quantity}
	v.reservations = append(v.reservations, r)
	return r, nil
}

// maxAdded bounds what mutations add, for memory is all there is.
const maxAdded = 100_000

func (v *inventory) reservationEntity(fields map[string]any) any {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return byID(len(v.reservations), func(n int) any { return v.reservations[n-1] })(fields)
}

// shippingEstimate is 4 dollars and 1.80 for each kilogram, or what the box
// would weigh at 200 g a litre if that is more.
func shippingEstimate(c *mock.Call) (any, error) {
	weight, ok := decimal(c.Required["weight"])
	box, isObject := c.Required["dimensions"].(map[string]any)
	if !ok || !isObject {
		return nil, nil
	}
	litres := 1e-6
	for _, side := range []string{"width", "height", "depth"} {
		mm, ok := decimal(box[side])
		if !ok {
			return nil, nil
		}
		litres *= mm
	}
	return roundTo(4+1.8*max(weight/1000, litres*0.2), 2), nil
}

// freeShipping begins at 50 dollars.
func freeShipping(c *mock.Call) (any, error) {
	price, ok := decimal(c.Required["price"])
	if !ok {
		return nil, nil
	}
	return price >= 50, nil
}

// decimal reads a number of a representation; ok is false for null.
func decimal(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}
