package router

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/supergraph"
)

// overrides decide for each request which labels of the supergraph's
// progressive overrides are active.
//
// Federation, "@override", "Incremental migration with progressive @override".
type overrides struct {
	labels []string // all that the supergraph has, sorted

	// share of requests for which a label is active, in percent: 0 for never
	// and 100 for always. Without an entry it is 0.
	share map[string]float64

	// drawn tells that a label is active for some requests and not for others.
	drawn bool

	// draw returns a random number from 0 to below 100.
	draw func() float64
}

// newOverrides returns the overrides of a supergraph. What fixed says of a
// label holds; else percent(n) is active for n percent of requests, and every
// other label for none.
func newOverrides(super *supergraph.Supergraph, fixed map[string]bool) *overrides {
	o := &overrides{
		labels: super.OverrideLabels(),
		share:  map[string]float64{},
		draw:   func() float64 { return 100 * rand.Float64() },
	}
	for _, label := range o.labels {
		active, isFixed := fixed[label]
		switch {
		case isFixed && active:
			o.share[label] = 100
		case !isFixed:
			o.share[label] = percent(label)
		}
		o.drawn = o.drawn || o.share[label] > 0 && o.share[label] < 100
	}
	return o
}

// percent reads the n of a label percent(n). It is 0 for every other label.
func percent(label string) float64 {
	number, ok := strings.CutPrefix(label, "percent(")
	if !ok {
		return 0
	}
	number, ok = strings.CutSuffix(number, ")")
	// ParseFloat would take hex, exponents, signs, "inf" and underscores.
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return 0
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n > 100 {
		return 0
	}
	return n
}

// choose returns which labels are active for one request. One number is drawn
// for all of them, so a request that is among the first 10 percent is among the
// first 20 too, and n labels make n+1 plans of an operation at most, not 2^n.
func (o *overrides) choose() flags {
	if len(o.labels) == 0 {
		return flags{}
	}
	var drawn float64
	if o.drawn {
		drawn = o.draw()
	}
	return flagsOf(o.labels, func(label string) bool { return drawn < o.share[label] })
}

// active returns the labels that are, sorted.
func (o *overrides) active(f flags) []string {
	values := f.of(o.labels)
	maps.DeleteFunc(values, func(_ string, active bool) bool { return !active })
	return slices.Sorted(maps.Keys(values))
}

// flags are those of a list of labels.
func (o *overrides) flags(labels []string) flags {
	return flagsOf(o.labels, func(label string) bool { return slices.Contains(labels, label) })
}
