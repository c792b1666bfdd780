package router

import (
	"context"
	"net/http"
	"time"
)

// A visit is one HTTP request as weft knows it: its id, and what the access log
// says about it. It is the context of the request, too.
type visit struct {
	context.Context // net/http's

	id     [1]string // and the header that tells it
	record record
	writer countingWriter
}

type visitKey struct{}

// Value implements context.Context.
func (v *visit) Value(key any) any {
	if key == (visitKey{}) {
		return v
	}
	return v.Context.Value(key)
}

// visitFrom returns the visit that a context belongs to, nil if there is none.
func visitFrom(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// visits makes a visit of each request. The response says its id, and the
// access log has a line for it, if that is on.
func (rt *Router) visits(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		v := &visit{Context: r.Context(), id: [1]string{requestID(r)}, writer: countingWriter{ResponseWriter: w}}
		v.record.response = &v.writer
		w.Header()[requestIDHeader] = v.id[:]
		r = r.WithContext(v)
		if rt.config.Log.Access {
			if r.Body != nil && r.Body != http.NoBody {
				v.record.body.ReadCloser = r.Body
				r.Body = &v.record.body
			}
			// Deferred, since a handler may end by a panic that breaks the
			// connection.
			defer func() { rt.logRequest(r, &v.record, time.Since(start)) }()
		}
		next.ServeHTTP(&v.writer, r)
	})
}
