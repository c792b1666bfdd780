package router

import (
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/merge"
	"github.com/weft-graphql/weft/operation"
)

// The limits of the router itself; those of operations are package operation's.
// One that is only measured still holds at config.MeasuredRatio times its value.

// enforced returns the value at which a limit refuses.
func enforced(c *config.Config, name config.MeasuredLimit, limit int64) int64 {
	if slices.Contains(c.Limits.Measure, name) {
		return config.MeasuredRatio * limit
	}
	return limit
}

// measured are the router's limits that are only measured; 0 for those that are
// enforced, so that nothing is counted for them.
type measured struct{ headerBytes, requestBytes, errors int }

func newMeasured(c *config.Config) (m measured) {
	for name, to := range map[config.MeasuredLimit]struct {
		value *int
		limit int
	}{
		config.MeasureHeaderBytes:  {&m.headerBytes, int(c.Limits.HeaderBytes)},
		config.MeasureRequestBytes: {&m.requestBytes, int(c.Limits.RequestBytes)},
		config.MeasureErrors:       {&m.errors, c.Limits.Errors},
	} {
		if slices.Contains(c.Limits.Measure, name) {
			*to.value = to.limit
		}
	}
	return m
}

// measure notes for the log that count is over a limit that is only measured.
func (r *record) measure(code string, count, limit int) {
	if limit > 0 && count > limit {
		r.over = append(r.over, operation.Excess{Code: code, Count: count, Max: limit})
	}
}

// measureHeader looks at the size of the header if that is only measured.
func (x *exchange) measureHeader() {
	if limit := x.router.measured.headerBytes; limit > 0 {
		x.record.measure(CodeHeaderTooLarge, headerBytes(x.http), limit)
	}
}

// headerBytes is the size of a request's header on an HTTP/1.1 connection.
func headerBytes(r *http.Request) int {
	const line, field = len("  HTTP/1.1\r\n\r\n"), len(": \r\n")
	n := len(r.Method) + len(r.RequestURI) + line + len("Host") + field + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + field + len(v)
		}
	}
	return n
}

// measureErrors notes how many errors the response has, if that is only
// measured.
func (x *exchange) measureErrors() {
	limit := x.router.measured.errors
	if limit == 0 {
		return
	}
	count := len(x.response.Causes)
	for _, cause := range x.response.Causes {
		if cause.Hidden {
			count--
		}
	}
	if count > 0 && x.response.Causes[len(x.response.Causes)-1].Code == merge.CodeTooMany {
		count-- // the note that there are more
	}
	x.record.measure(merge.CodeTooMany, count, limit)
}
