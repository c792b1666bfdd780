package router

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/config"
)

// shedRetryAfter is when clients that were turned away may come back. Those that
// all come at the same time find the queue as it is now, so there is little to
// choose.
const shedRetryAfter = time.Second

// newPlaces returns the gate of requests; nil if their number is not limited.
func newPlaces(o config.Overload) *admission.Gate {
	if o.Requests == 0 {
		return nil
	}
	return admission.NewGate(admission.Options{Places: o.Requests, Queue: o.Queue, Wait: o.Wait.Std()})
}

// admit waits for a place, if too many requests are being answered; not long,
// and not in a long queue. It comes after the body has been read: who sends
// slowly takes no place.
func (x *exchange) admit(ctx context.Context) *refusal {
	places := x.router.places
	if places == nil {
		return nil
	}
	switch err := places.Enter(ctx); {
	case errors.Is(err, admission.ErrFull):
		return crowded("too many requests are being answered")
	case err != nil:
		return x.refusalOf(err)
	}
	x.admitted = true
	return nil
}

// leave gives the place back. It is done before the answer is written: who reads
// slowly keeps none.
func (x *exchange) leave() {
	if x.admitted {
		x.admitted = false
		x.router.places.Leave()
	}
}

// Load returns how many requests have a place and how many wait for one, and how
// many have been turned away since the beginning, for lack of a place and for
// asking too often.
func (rt *Router) Load() (inside, waiting int, crowded, limited int64) {
	if rt.places != nil {
		s := rt.places.Stats()
		inside, waiting, crowded = s.Inside, s.Waiting, s.Refused
	}
	if rt.rates != nil {
		limited = rt.rates.refused.Load()
	}
	return inside, waiting, crowded, limited
}

// crowded is the refusal for lack of a place.
func crowded(message string) *refusal {
	f := refuse(http.StatusServiceUnavailable, CodeCrowded, message)
	f.retryAfter = shedRetryAfter
	return f
}

// retrySeconds is a Retry-After header: whole seconds, and at least one.
func retrySeconds(d time.Duration) string {
	return strconv.FormatInt(int64(max(math.Ceil(d.Seconds()), 1)), 10)
}
